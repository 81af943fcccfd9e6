//! Runs a script: one function for each family of commands.

use crate::audio::{Job, Kind, Queued, MAX_INPUTS};
use crate::browser::Preset;
use crate::commands::context;
use crate::editor;
use crate::host::{Counters, Log};
use crate::instance::Instance;
use crate::report::{self, Report, Swap};
use crate::script::{Line, Node};
use crate::signal::Signal;
use crate::wav;
use clack_host::events::event_types::NoteExpressionType;
use clack_host::prelude::*;
use std::ffi::CString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Frames between the points of a ramp when the script gives none.
const RAMP_STEP: u64 = 32;

/// One plugin of the script: the instance comes and goes, the rest stays.
pub struct Track {
    pub name: String,
    id: CString,
    pub instance: Option<Instance>,
    blocks: Vec<u32>,
    wide: bool,
    in_place: bool,
    side: bool,
    realtime: bool,
    inputs: [Signal; MAX_INPUTS],
    queue: Vec<Queued>,
    pub recording: Vec<[f64; 2]>,
    pub rate: f64,
    url: Option<String>,
}

/// A place in a recording, by name.
pub struct Mark {
    pub name: String,
    pub track: usize,
    pub frame: usize,
}

/// The state of a run.
pub struct Runner {
    plugin: String,
    url_file: PathBuf,
    entry: Option<PluginEntry>,
    pub tracks: Vec<Track>,
    pub current: usize,
    pub marks: Vec<Mark>,
    pub log: Log,
    pub counters: Arc<Counters>,
    pub presets: Vec<Preset>,
    pub report: Report,
}

type Done = Result<(), String>;

/// The word at `i` as a number.
pub fn number<T: std::str::FromStr>(line: &Line, i: usize) -> Result<T, String> {
    let word = word(line, i)?;
    word.parse().map_err(|_| format!("{word} is no number that fits here"))
}

/// The word at `i`.
pub fn word(line: &Line, i: usize) -> Result<&str, String> {
    line.words.get(i).map(String::as_str).ok_or_else(|| format!("{} needs more words", line.words[0]))
}

fn switch(line: &Line) -> Result<bool, String> {
    match word(line, 1)? {
        "on" => Ok(true),
        "off" => Ok(false),
        other => Err(format!("{other} is neither on nor off")),
    }
}

/// Whether a file is mapped into this process.
pub fn is_mapped(path: &str) -> bool {
    std::fs::read_to_string("/proc/self/maps").is_ok_and(|maps| maps.lines().any(|l| l.ends_with(path)))
}

fn byte(text: &str) -> Result<u8, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u8::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("{text} is no byte"))
}

impl Runner {
    pub fn new(plugin: String, url_file: PathBuf) -> Self {
        Self {
            plugin,
            url_file,
            entry: None,
            tracks: Vec::new(),
            current: 0,
            marks: Vec::new(),
            log: Log::default(),
            counters: Arc::default(),
            presets: Vec::new(),
            report: Report::default(),
        }
    }

    /// Runs commands; an error names its line.
    pub fn run(&mut self, nodes: &[Node]) -> Done {
        for node in nodes {
            match node {
                Node::Command(line) => self.command(line).map_err(|e| format!("line {}: {e}", line.number))?,
                Node::Repeat { times, body } => {
                    for _ in 0..*times {
                        self.run(body)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Ends what still runs and takes the instances down.
    pub fn finish(&mut self) -> Done {
        let mut result = Ok(());
        for i in 0..self.tracks.len() {
            result = result.and(self.wait(i)).and(self.destroy(i));
        }
        result
    }

    fn command(&mut self, line: &Line) -> Done {
        match line.words[0].as_str() {
            "plugin" | "file" | "use" | "create" | "destroy" | "reload" | "scan" => self.lifecycle(line),
            "activate" | "deactivate" | "reset" | "flush" => self.activation(line),
            "block" | "width" | "inplace" | "side" | "realtime" | "input" | "side-input" => self.setting(line),
            "automate" | "mod" | "ramp" | "note" | "midi" | "expression" => self.events(line),
            "process" | "start" | "wait" | "together" => self.playing(line),
            "save" | "load" | "swap" | "knob" | "editor" => self.patches(line),
            "mark" | "wav" | "copy" | "sleep" | "print" => self.notes(line),
            "expect" => {
                self.expect(line)?;
                self.report.expectations += 1;
                Ok(())
            }
            "layout" | "ports" | "port" | "render" | "map" | "indicate" | "track" | "song" | "choose" | "preset" | "discover" => {
                self.extended(line)
            }
            other => Err(format!("{other} is no command")),
        }
    }

    // ---- tracks ------------------------------------------------------------

    pub fn track(&mut self) -> Result<&mut Track, String> {
        self.tracks.get_mut(self.current).ok_or_else(|| "no plugin yet".into())
    }

    /// The instance of the current track, served once before it is used.
    pub fn instance(&mut self) -> Result<&mut Instance, String> {
        let instance = self.track()?.instance.as_mut().ok_or("the plugin is destroyed")?;
        instance.service();
        Ok(instance)
    }

    pub fn entry(&mut self) -> Result<PluginEntry, String> {
        if self.entry.is_none() {
            // SAFETY: loading a plugin runs its code; that is what this host is for.
            let entry = unsafe { PluginEntry::load(&self.plugin) };
            self.entry = Some(entry.map_err(|e| format!("{} cannot be loaded: {e}", self.plugin))?);
        }
        self.entry.clone().ok_or_else(|| "no entry".into())
    }

    fn lifecycle(&mut self, line: &Line) -> Done {
        match line.words[0].as_str() {
            "plugin" => {
                let id = match word(line, 1)? {
                    "instrument" => c"org.mmm.instrument".into(),
                    "effect" => c"org.mmm.effect".into(),
                    "only" => self.only()?,
                    other => return Err(format!("{other} is neither instrument, effect nor only")),
                };
                let name = line.words.get(2).map_or("main", String::as_str).to_string();
                self.tracks.push(Track {
                    name,
                    id,
                    instance: None,
                    blocks: Vec::new(),
                    wide: false,
                    in_place: false,
                    side: true,
                    realtime: false,
                    inputs: [Signal::Silence, Signal::Silence],
                    queue: Vec::new(),
                    recording: Vec::new(),
                    rate: 48000.0,
                    url: None,
                });
                self.current = self.tracks.len() - 1;
                self.create()
            }
            "use" => {
                let name = word(line, 1)?;
                self.current =
                    self.tracks.iter().rposition(|t| t.name == name).ok_or(format!("no plugin is called {name}"))?;
                Ok(())
            }
            "file" => {
                self.plugin = word(line, 1)?.to_string();
                self.entry = None;
                Ok(())
            }
            "create" => self.create(),
            "destroy" => self.destroy(self.current),
            "reload" => {
                for i in 0..self.tracks.len() {
                    self.destroy(i)?;
                }
                self.entry = None;
                if is_mapped(&self.plugin) {
                    return Err("the plugin's file stays in the process after dlclose".into());
                }
                self.entry().map(|_| ())
            }
            _ => self.scan(),
        }
    }

    /// The id of the only plugin that the file describes.
    fn only(&mut self) -> Result<CString, String> {
        let entry = self.entry()?;
        let factory = entry.get_plugin_factory().ok_or("the file has no plugin factory")?;
        let ids: Vec<CString> = factory.plugin_descriptors().filter_map(|d| d.id().map(CString::from)).collect();
        match ids.as_slice() {
            [id] => Ok(id.clone()),
            _ => Err(format!("the file describes {} plugins", ids.len())),
        }
    }

    fn create(&mut self) -> Done {
        let entry = self.entry()?;
        let (log, counters) = (self.log.clone(), self.counters.clone());
        let track = self.track()?;
        if track.instance.is_some() {
            return Err("the plugin exists already".into());
        }
        track.instance = Some(Instance::new(&entry, &track.id, log, counters)?);
        Ok(())
    }

    fn destroy(&mut self, track: usize) -> Done {
        let track = self.tracks.get_mut(track).ok_or("no plugin yet")?;
        track.url = None;
        if let Some(instance) = track.instance.as_mut() {
            if instance.is_active() {
                instance.deactivate()?;
            }
        }
        track.instance = None;
        Ok(())
    }

    /// Loads, reads and unloads the file as a scanning host does.
    fn scan(&mut self) -> Done {
        if self.tracks.iter().any(|t| t.instance.is_some()) {
            return Err("scan before plugins are made, or after they are destroyed".into());
        }
        self.entry = None;
        let library = "libmmm.so";
        let library_was_there = is_mapped(library);
        let started = Instant::now();
        let entry = self.entry()?;
        let factory = entry.get_plugin_factory().ok_or("the file has no plugin factory")?;
        let count = factory.plugin_descriptors().filter(|d| d.id().is_some() && d.name().is_some()).count();
        let library_is_there = is_mapped(library);
        drop(entry);
        self.entry = None;
        self.report.scan_ms = Some(started.elapsed().as_secs_f64() * 1000.0);
        self.report.plugins = count;
        if library_is_there && !library_was_there {
            return Err("scanning has loaded libmmm".into());
        }
        Ok(())
    }

    // ---- activation --------------------------------------------------------

    fn activation(&mut self, line: &Line) -> Done {
        match line.words[0].as_str() {
            "activate" => {
                let (rate, min, max) = (number(line, 1)?, number(line, 2)?, number(line, 3)?);
                self.instance()?.activate(rate, min, max)?;
                let track = self.track()?;
                track.rate = rate;
                if track.blocks.is_empty() {
                    track.blocks = vec![max.min(512)];
                }
                if track.blocks.iter().any(|b| *b > max) {
                    track.blocks = vec![max];
                }
                Ok(())
            }
            "deactivate" => self.instance()?.deactivate(),
            "reset" => self.instance()?.run(Job::Reset),
            _ => {
                let events = std::mem::take(&mut self.track()?.queue);
                self.instance()?.flush(events)
            }
        }
    }

    fn setting(&mut self, line: &Line) -> Done {
        let track = self.track()?;
        match line.words[0].as_str() {
            "block" => {
                let blocks: Vec<u32> = (1..line.words.len()).map(|i| number(line, i)).collect::<Result<_, _>>()?;
                if blocks.iter().all(|b| *b == 0) {
                    return Err("block needs a length above 0".into());
                }
                track.blocks = blocks;
            }
            "width" => {
                track.wide = match word(line, 1)? {
                    "32" => false,
                    "64" => true,
                    other => return Err(format!("{other} is neither 32 nor 64")),
                }
            }
            "inplace" => track.in_place = switch(line)?,
            "side" => track.side = switch(line)?,
            "realtime" => track.realtime = switch(line)?,
            "input" => track.inputs[0] = Signal::parse(&line.words[1..])?,
            _ => track.inputs[1] = Signal::parse(&line.words[1..])?,
        }
        Ok(())
    }

    // ---- events ------------------------------------------------------------

    fn events(&mut self, line: &Line) -> Done {
        let frame = line.at.unwrap_or(0);
        let id = match line.words[0].as_str() {
            "automate" | "mod" | "ramp" => Some(self.instance()?.param(word(line, 1)?)?.id),
            _ => None,
        };
        let queue = &mut self.track()?.queue;
        match (line.words[0].as_str(), id) {
            ("automate", Some(id)) => queue.push(Queued { frame, kind: Kind::Value { id, value: number(line, 2)? } }),
            // mod NAME AMOUNT key KEY: of the notes of a key alone
            ("mod", Some(id)) if line.words.get(3).is_some_and(|w| w == "key") => {
                queue.push(Queued { frame, kind: Kind::ModNote { id, key: number(line, 4)?, amount: number(line, 2)? } })
            }
            ("expression", _) => {
                let kind = match word(line, 1)? {
                    "tuning" => NoteExpressionType::Tuning,
                    "pressure" => NoteExpressionType::Pressure,
                    "brightness" => NoteExpressionType::Brightness,
                    other => return Err(format!("{other} is no expression")),
                };
                queue.push(Queued { frame, kind: Kind::Expression { kind, key: number(line, 2)?, value: number(line, 3)? } })
            }
            ("mod", Some(id)) => queue.push(Queued { frame, kind: Kind::Mod { id, amount: number(line, 2)? } }),
            ("ramp", Some(id)) => {
                let (from, to, frames): (f64, f64, u64) = (number(line, 2)?, number(line, 3)?, number(line, 4)?);
                let step = if line.words.len() > 5 { number(line, 5)? } else { RAMP_STEP };
                let mut done = 0;
                while done < frames {
                    let value = from + (to - from) * done as f64 / frames as f64;
                    queue.push(Queued { frame: frame + done, kind: Kind::Value { id, value } });
                    done += step.max(1);
                }
                queue.push(Queued { frame: frame + frames, kind: Kind::Value { id, value: to } });
            }
            ("note", _) => {
                let key = number(line, 2)?;
                let velocity = if line.words.len() > 3 { number(line, 3)? } else { 0.8 };
                let channel = if line.words.len() > 4 { number(line, 4)? } else { 0 };
                let kind = match word(line, 1)? {
                    "on" => Kind::NoteOn { key, channel, velocity, id: if line.words.len() > 5 { number(line, 5)? } else { -1 } },
                    "off" => Kind::NoteOff { key, channel },
                    "choke" => Kind::NoteChoke { key, channel },
                    other => return Err(format!("{other} is none of on, off, choke")),
                };
                queue.push(Queued { frame, kind });
            }
            _ => {
                let bytes = [byte(word(line, 1)?)?, byte(word(line, 2)?)?, byte(word(line, 3)?)?];
                queue.push(Queued { frame, kind: Kind::Midi(bytes) });
            }
        }
        Ok(())
    }

    // ---- playing -----------------------------------------------------------

    fn playing(&mut self, line: &Line) -> Done {
        match line.words[0].as_str() {
            "process" => {
                self.start(self.current, number(line, 1)?)?;
                self.wait(self.current)
            }
            "start" => self.start(self.current, number(line, 1)?),
            "wait" => self.wait(self.current),
            _ => {
                // All active plugins at once, each on a thread of its own.
                let frames = number(line, 1)?;
                let active: Vec<usize> = (0..self.tracks.len())
                    .filter(|i| self.tracks[*i].instance.as_ref().is_some_and(Instance::is_active))
                    .collect();
                for i in &active {
                    self.start(*i, frames)?;
                }
                active.iter().try_for_each(|i| self.wait(*i))
            }
        }
    }

    fn start(&mut self, track: usize, frames: u64) -> Done {
        let track = self.tracks.get_mut(track).ok_or("no plugin yet")?;
        let instance = track.instance.as_mut().ok_or("the plugin is destroyed")?;
        instance.service();
        let ports = instance.input_ports();
        let side = instance.side().ok_or("the plugin is not active, or plays already")?;
        side.blocks.clone_from(&track.blocks);
        side.wide = track.wide;
        side.in_place = track.in_place;
        side.side = track.side;
        side.realtime = track.realtime;
        side.inputs = track.inputs.iter().take(ports).cloned().collect();
        side.queue = std::mem::take(&mut track.queue);
        side.recording = std::mem::take(&mut track.recording);
        instance.start(Job::Play { frames })
    }

    fn wait(&mut self, index: usize) -> Done {
        let track = self.tracks.get_mut(index).ok_or("no plugin yet")?;
        let Some(instance) = track.instance.as_mut().filter(|i| i.is_running()) else {
            return Ok(());
        };
        let result = instance.wait();
        if let Some(side) = instance.side() {
            track.recording = std::mem::take(&mut side.recording);
            for (kept, signal) in track.inputs.iter_mut().zip(side.inputs.drain(..)) {
                *kept = signal;
            }
            self.report.late += std::mem::take(&mut side.late);
            self.report.times.append(&mut side.times);
        }
        self.report.frames = self.tracks.iter().map(|t| t.recording.len() as u64).sum();
        result.map(|_| ())
    }

    // ---- patches and states --------------------------------------------------

    /// Bytes to move at a time: "pieces N" at the end of the line, else all.
    fn piece(line: &Line) -> Result<usize, String> {
        match line.words.iter().position(|w| w == "pieces") {
            Some(i) => number(line, i + 1),
            None => Ok(usize::MAX),
        }
    }

    fn patches(&mut self, line: &Line) -> Done {
        match line.words[0].as_str() {
            "editor" => {
                let url = self.editor_url()?;
                println!("editor {url}");
                Ok(())
            }
            "save" => {
                let bytes = self.instance()?.save(Self::piece(line)?, context(line)?)?;
                let file = word(line, 1)?;
                std::fs::write(file, bytes).map_err(|e| format!("{file}: {e}"))
            }
            "knob" => {
                let value: f64 = number(line, 2)?;
                let body = format!("{{\"path\":{},\"value\":{value}}}", report::quote(word(line, 1)?));
                self.accepted("api/param", body.as_bytes()).map(|_| ())
            }
            _ => {
                let file = word(line, 1)?;
                let bytes = std::fs::read(file).map_err(|e| format!("{file}: {e}"))?;
                let result = if line.words[0] == "load" {
                    self.instance()?.load(bytes, Self::piece(line)?, context(line)?)
                } else {
                    self.swap(file, &bytes)
                };
                let must_fail = line.words.iter().skip(2).any(|w| w == "fails");
                match (result, must_fail) {
                    (Ok(()), true) => Err(format!("{file} should have been refused")),
                    (Err(_), true) => Ok(()),
                    (result, false) => result,
                }
            }
        }
    }

    /// Address of the current plugin's editor page, opened at the first use.
    pub fn editor_url(&mut self) -> Result<String, String> {
        if let Some(url) = &self.track()?.url {
            return Ok(url.clone());
        }
        let file = self.url_file.clone();
        let _ = std::fs::remove_file(&file);
        self.instance()?.open_editor()?;
        let url = editor::wait_for_url(&file)?;
        self.track()?.url = Some(url.clone());
        Ok(url)
    }

    /// Swaps a patch in as the page's button does; returns when it is published.
    fn swap(&mut self, file: &str, text: &[u8]) -> Done {
        self.editor_url()?;
        let started = Instant::now();
        let (status, refused) = match self.accepted("api/swap", text) {
            Ok(status) => (status, None),
            Err(e) => (String::new(), Some(e)),
        };
        self.report.swaps.push(Swap {
            file: file.to_string(),
            milliseconds: started.elapsed().as_secs_f64() * 1000.0,
            status,
            refused: refused.clone(),
        });
        refused.map_or(Ok(()), Err)
    }

    /// Sends a request to the editor's server that must be accepted; returns
    /// the answer's body.
    fn accepted(&mut self, path: &str, body: &[u8]) -> Result<String, String> {
        let url = self.editor_url()?;
        let reply = editor::post(&url, path, body)?;
        if let Some(instance) = self.track()?.instance.as_mut() {
            instance.service();
        }
        if reply.ok() {
            Ok(reply.body.trim().to_string())
        } else {
            Err(format!("{path} answered {}: {}", reply.status, reply.body.trim()))
        }
    }

    // ---- notes ---------------------------------------------------------------

    fn notes(&mut self, line: &Line) -> Done {
        match line.words[0].as_str() {
            "mark" => {
                let mark = Mark {
                    name: word(line, 1)?.to_string(),
                    track: self.current,
                    frame: self.track()?.recording.len(),
                };
                self.marks.push(mark);
                Ok(())
            }
            "wav" => {
                let file = word(line, 1)?;
                let track = self.track()?;
                wav::write(file, track.rate, 2, &track.recording).map_err(|e| format!("{file}: {e}"))
            }
            "copy" => {
                // As text editors save: a new file takes the old one's place.
                let (from, to) = (word(line, 1)?, word(line, 2)?);
                let part = format!("{to}.part");
                std::fs::copy(from, &part)
                    .and_then(|_| std::fs::rename(&part, to))
                    .map_err(|e| format!("{from} to {to}: {e}"))
            }
            "sleep" => {
                let until = Instant::now() + Duration::from_millis(number(line, 1)?);
                while Instant::now() < until {
                    for track in &mut self.tracks {
                        if let Some(instance) = track.instance.as_mut() {
                            instance.service();
                        }
                    }
                    let left = until.saturating_duration_since(Instant::now());
                    std::thread::sleep(left.min(Duration::from_millis(2)));
                }
                Ok(())
            }
            _ => {
                println!("{}", line.words[1..].join(" "));
                Ok(())
            }
        }
    }
}
