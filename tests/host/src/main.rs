//! mmm-host: a CLAP host without windows, driven by a script, to test and to
//! demonstrate mmm.clap. See README.md beside the crate for the commands.
//!
//! The main thread runs the script and serves the plugin; every job of playing
//! runs on an audio thread of its own, so the plugin sees its threads change.

mod audio;
mod browser;
mod commands;
mod editor;
mod expect;
mod extensions;
mod host;
mod instance;
mod report;
mod run;
mod script;
mod signal;
mod wav;

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::atomic::Ordering;

const USAGE: &str = "usage: mmm-host SCRIPT [--plugin FILE] [--json FILE] [--quiet]
SCRIPT is a file of commands, - for the standard input.";

struct Options {
    script: String,
    plugin: String,
    json: Option<String>,
    quiet: bool,
}

fn options(args: &[String]) -> Result<Options, String> {
    let mut options = Options { script: String::new(), plugin: "out/mmm.clap".into(), json: None, quiet: false };
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        let mut value = || rest.next().cloned().ok_or(format!("{arg} needs a file"));
        match arg.as_str() {
            "--plugin" => options.plugin = value()?,
            "--json" => options.json = Some(value()?),
            "--quiet" => options.quiet = true,
            _ if arg.starts_with("--") => return Err(format!("{arg} is no option")),
            _ if options.script.is_empty() => options.script = arg.clone(),
            _ => return Err("one script at a time".into()),
        }
    }
    if options.script.is_empty() {
        return Err("no script".into());
    }
    Ok(options)
}

/// Starts this program again as its own stand-in for the user's browser. The
/// plugin's Go runtime reads the environment that the process began with, so
/// setting the variable from within would come too late.
fn with_stand_in(args: &[String]) -> Result<PathBuf, String> {
    if let Some(file) = std::env::var_os(editor::URL_FILE) {
        return Ok(file.into());
    }
    let this = std::env::current_exe().map_err(|e| e.to_string())?;
    let file = std::env::temp_dir().join(format!("mmm-host-{}.url", std::process::id()));
    let failure = Command::new(&this).args(&args[1..]).env("BROWSER", &this).env(editor::URL_FILE, &file).exec();
    Err(format!("cannot start again: {failure}"))
}

fn read_script(name: &str) -> Result<String, String> {
    if name == "-" {
        return std::io::read_to_string(std::io::stdin()).map_err(|e| e.to_string());
    }
    std::fs::read_to_string(name).map_err(|e| format!("{name}: {e}"))
}

/// Runs the whole thing; the error is for standard error, with its exit code.
fn host(args: &[String]) -> Result<(), (u8, String)> {
    let usage = |e: String| (2, e);
    let options = options(args).map_err(|e| (2, format!("{e}\n{USAGE}")))?;
    let url_file = with_stand_in(args).map_err(usage)?;
    let nodes = script::parse(&read_script(&options.script).map_err(usage)?)
        .map_err(|e| (2, format!("{}: {e}", options.script)))?;
    let plugin = std::fs::canonicalize(&options.plugin).map_err(|e| (2, format!("{}: {e}", options.plugin)))?;

    host::set_role(host::Role::Main);
    let mut runner = run::Runner::new(plugin.to_string_lossy().into_owned(), url_file.clone());
    let mut result = runner.run(&nodes);
    let finished = runner.finish();
    result = result.and(finished);
    let _ = std::fs::remove_file(url_file);

    let report = &mut runner.report;
    report.rescans = runner.counters.rescans.load(Ordering::Relaxed);
    report.dirty = runner.counters.dirty.load(Ordering::Relaxed);
    report.gestures = runner.counters.gestures.load(Ordering::Relaxed);
    report.log = runner.log.lock().map(|l| l.clone()).unwrap_or_default();
    report.failure = result.as_ref().err().cloned();
    if let Some(file) = &options.json {
        std::fs::write(file, report.json()).map_err(|e| (2, format!("{file}: {e}")))?;
    }
    if !options.quiet {
        print!("{}", report.summary());
    }
    result.map_err(|e| {
        let log: Vec<String> = report.log.iter().rev().take(20).rev().map(|l| format!("\n  log {l}")).collect();
        (1, format!("{}: {e}{}", options.script, log.concat()))
    })
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if editor::stand_in(&args) {
        return ExitCode::SUCCESS;
    }
    match host(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            eprintln!("mmm-host: {message}");
            ExitCode::from(code)
        }
    }
}
