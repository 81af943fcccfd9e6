//! Script commands and expectations for extensions.rs and browser.rs.

use crate::audio::{PortSwitch, Song};
use crate::browser;
use crate::editor;
use crate::expect::compare;
use crate::run::{number, word, Runner};
use crate::script::Line;
use clack_extensions::state_context::StateContextType;
use clack_host::prelude::*;
use std::sync::atomic::Ordering;

type Done = Result<(), String>;

/// The context that the line names: "for preset", "for project", "for duplicate".
pub fn context(line: &Line) -> Result<Option<StateContextType>, String> {
    let Some(i) = line.words.iter().position(|w| w == "for") else {
        return Ok(None);
    };
    match word(line, i + 1)? {
        "preset" => Ok(Some(StateContextType::ForPreset)),
        "project" => Ok(Some(StateContextType::ForProject)),
        "duplicate" => Ok(Some(StateContextType::ForDuplicate)),
        other => Err(format!("{other} is no context of a state")),
    }
}

fn same(what: &str, found: &str, wanted: &str) -> Done {
    if found == wanted {
        Ok(())
    } else {
        Err(format!("{what} is \"{found}\", expected \"{wanted}\""))
    }
}

fn on(word: &str) -> Result<bool, String> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        other => Err(format!("{other} is neither on nor off")),
    }
}

impl Runner {
    /// The parameter that a word of the line names, if there is one.
    fn named(&mut self, line: &Line, i: usize) -> Result<Option<ClapId>, String> {
        match line.words.get(i) {
            None => Ok(None),
            Some(name) => Ok(Some(self.instance()?.param(name)?.id)),
        }
    }

    /// Runs one command of this file.
    pub fn extended(&mut self, line: &Line) -> Done {
        match line.words[0].as_str() {
            "layout" => self.instance()?.choose_layout(word(line, 1)?),
            "ports" => {
                let fails = line.words.last().is_some_and(|w| w == "fails");
                let words = &line.words[1..line.words.len() - usize::from(fails)];
                match (self.instance()?.ask_ports(words)?, fails) {
                    (true, false) | (false, true) => Ok(()),
                    (applied, _) => Err(format!("the plugin has applied it: {applied}")),
                }
            }
            "port" => {
                let is_input = word(line, 1)? == "in";
                let port = PortSwitch { is_input, index: number(line, 2)?, on: on(word(line, 3)?)? };
                self.instance()?.switch_port(port)
            }
            "render" => {
                let offline = word(line, 1)? == "offline";
                self.instance()?.render(offline)
            }
            "map" => {
                let id = self.named(line, 1)?.ok_or("map needs a parameter")?;
                self.instance()?.indicate_mapping(id, word(line, 2)?)
            }
            "indicate" => {
                let id = self.named(line, 1)?.ok_or("indicate needs a parameter")?;
                let playing = on(word(line, 2)?)?;
                self.instance()?.indicate_automation(id, playing)
            }
            // song BEAT TEMPO [stopped]
            "song" => {
                let playing = line.words.get(3).is_none_or(|w| w != "stopped");
                let song = Song { beat: number(line, 1)?, tempo: number(line, 2)?, playing };
                self.instance()?.side().ok_or("the plugin is not active")?.song = Some(song);
                Ok(())
            }
            "track" => self.instance()?.set_track(word(line, 1)?),
            "choose" => {
                let param = self.named(line, 2)?;
                self.instance()?.choose(word(line, 1)?, param)
            }
            "preset" => {
                let fails = line.words.get(2).is_some_and(|w| w == "fails");
                let file = std::path::absolute(word(line, 1)?).map_err(|e| e.to_string())?;
                match (self.instance()?.load_preset(&file.to_string_lossy()), fails) {
                    (Ok(()), true) => Err("the preset should have been refused".into()),
                    (Err(_), true) => Ok(()),
                    (result, false) => result,
                }
            }
            _ => {
                let entry = self.entry()?;
                let (presets, ms) = browser::crawl(&entry)?;
                self.presets = presets;
                self.report.crawl_ms = Some(ms);
                Ok(())
            }
        }
    }

    /// Checks one expect line of this file.
    pub fn expect_extended(&mut self, line: &Line) -> Done {
        match line.words[1].as_str() {
            "layouts" => {
                let count = self.instance()?.layouts()?.len();
                compare(line, 2, "the number of layouts", count as f64)
            }
            "layout" => {
                let layout = self.instance()?.layout()?.unwrap_or_else(|| "none".into());
                same("the layout", &layout, word(line, 2)?)
            }
            // expect channels "2,2" "2": of the inputs and the outputs.
            "channels" => {
                let join = |list: Vec<u32>| list.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
                let instance = self.instance()?;
                let (ins, outs) = (join(instance.audio_ports(true)), join(instance.audio_ports(false)));
                same("the inputs", &ins, word(line, 2)?)?;
                same("the outputs", &outs, word(line, 3)?)
            }
            // expect last CHANNEL OP VALUE: the last frame of a channel.
            "last" => {
                let channel: usize = number(line, 2)?;
                let side = self.instance()?.side().ok_or("the plugin is not active")?;
                let x = *side.last.get(channel).ok_or("there is no such channel")?;
                compare(line, 3, "the last sample", x)
            }
            "constant" => {
                let mask = self.instance()?.side().ok_or("the plugin is not active")?.constant;
                compare(line, 2, "the constant mask", mask as f64)
            }
            "status" => {
                let status = self.instance()?.side().ok_or("the plugin is not active")?.status;
                let found = match status {
                    Some(ProcessStatus::Continue) => "continue",
                    Some(ProcessStatus::Sleep) => "sleep",
                    Some(_) => "another",
                    None => "none",
                };
                same("the status", found, word(line, 2)?)
            }
            "ended" => {
                let ended = self.instance()?.side().ok_or("the plugin is not active")?.ended;
                compare(line, 2, "the number of ended notes", f64::from(ended))
            }
            "tail" => {
                let tail = self.instance()?.tail()?;
                compare(line, 2, "the tail", tail)
            }
            "voices" => {
                let (count, capacity) = self.instance()?.voices()?;
                if count == 0 || count > capacity {
                    return Err(format!("{count} voices of {capacity} cannot be"));
                }
                compare(line, 2, "the number of voices", f64::from(count))
            }
            "pages" => {
                let count = self.instance()?.pages()?.len();
                compare(line, 2, "the number of pages", count as f64)
            }
            // expect page INDEX SECTION NAME PARAMS…
            "page" => {
                let pages = self.instance()?.pages()?;
                let page = pages.get(number::<usize>(line, 2)?).ok_or(format!("there are {} pages", pages.len()))?;
                same("the section", &page.section, word(line, 3)?)?;
                same("the page", &page.name, word(line, 4)?)?;
                same("the page", &page.params.join(" "), &line.words[5..].join(" "))
            }
            "note-names" => {
                let names = self.instance()?.note_names()?.join(", ");
                same("the list of note names", &names, line.words.get(2).map_or("", String::as_str))
            }
            // expect menu "LABEL, LABEL" [PARAM]; what cannot be chosen stands in brackets.
            "menu" => {
                let param = self.named(line, 3)?;
                let menu = self.instance()?.menu(param)?;
                let labels: Vec<String> =
                    menu.entries.iter().map(|e| if e.1 { e.0.clone() } else { format!("[{}]", e.0) }).collect();
                same("the menu", &labels.join(", "), word(line, 2)?)
            }
            // expect view TEXT: what the editor's page is told.
            "view" => {
                let url = self.editor_url()?;
                let reply = editor::get(&url, "api/state")?;
                let wanted = line.words[2..].join(" ");
                if reply.body.contains(&wanted) {
                    Ok(())
                } else {
                    Err(format!("the page is not told {wanted}: {}", reply.body))
                }
            }
            "crawl" => {
                let ms = self.report.crawl_ms.ok_or("nothing was crawled yet")?;
                compare(line, 2, "the time of a crawl in ms", ms)
            }
            "presets" => compare(line, 2, "the number of presets", self.presets.len() as f64),
            // expect preset TITLE FIELD TEXT
            "preset" => {
                let title = word(line, 2)?;
                let preset = self.presets.iter().find(|p| p.title == title).ok_or_else(|| {
                    let titles: Vec<&str> = self.presets.iter().map(|p| p.title.as_str()).collect();
                    format!("no preset is called {title}; there are {}", titles.join(", "))
                })?;
                let found = match word(line, 3)? {
                    "author" => preset.creators.join(", "),
                    "description" => preset.description.clone(),
                    "features" => preset.features.join(", "),
                    "plugins" => preset.plugins.join(", "),
                    "file" => preset.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                    "factory" => preset.factory.to_string(),
                    other => return Err(format!("a preset has no {other}")),
                };
                same(&format!("{} of {title}", line.words[3]), &found, word(line, 4)?)
            }
            "told" => {
                let c = &self.counters;
                let counter = match word(line, 2)? {
                    "pages" => &c.pages,
                    "note-names" => &c.note_names,
                    "voices" => &c.voices,
                    "process" => &c.process,
                    "presets" => &c.presets,
                    "tail" => &c.tail_changes,
                    other => return Err(format!("the plugin never tells {other}")),
                };
                compare(line, 3, &line.words[2], f64::from(counter.load(Ordering::Relaxed)))
            }
            other => Err(format!("{other} is nothing to expect")),
        }
    }
}
