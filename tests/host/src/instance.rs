//! One plugin instance as the main thread of a host sees it.

use crate::audio::{self, AudioSide, Job, Queued};
use crate::host::{AudioThread, Counters, Handlers, Log, MainThread, Shared};
use clack_extensions::audio_ports::PluginAudioPorts;
use clack_extensions::gui::{GuiApiType, GuiConfiguration, PluginGui};
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::PluginNotePorts;
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_extensions::state::PluginState;
use clack_extensions::state_context::{PluginStateContext, StateContextType};
use clack_host::prelude::*;
use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread::JoinHandle;

/// A parameter that is not hidden.
pub struct Param {
    pub id: ClapId,
    pub name: String,
    pub module: String,
    pub value: f64,
    /// Least, greatest and default value.
    pub range: (f64, f64, f64),
}

impl Param {
    /// "module/name", or the name alone when there is no module.
    pub fn path(&self) -> String {
        if self.module.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.module, self.name)
        }
    }
}

/// An instance from create to destroy.
pub struct Instance {
    pub(crate) plugin: PluginInstance<Handlers>,
    side: Option<Box<AudioSide>>,
    running: Option<JoinHandle<Box<AudioSide>>>,
    input_ports: usize,
}

impl Instance {
    /// Makes an instance of the plugin called `id`.
    pub fn new(entry: &PluginEntry, id: &CStr, log: Log, counters: Arc<Counters>) -> Result<Self, String> {
        let info = HostInfo::new("mmm-host", "mmm", "", "0.1.0").map_err(|e| e.to_string())?;
        let plugin = PluginInstance::<Handlers>::new(
            |_| Shared::new(log, counters),
            |shared| MainThread { shared, active: Cell::new(false), track: Cell::new(None) },
            entry,
            id,
            &info,
        )
        .map_err(|e| format!("the plugin cannot be made: {e}"))?;
        let mut instance = Self { plugin, side: None, running: None, input_ports: 0 };
        instance.input_ports = instance.audio_ports(true).len();
        if instance.input_ports > audio::MAX_INPUTS {
            return Err("the plugin has more input ports than this host has signals".into());
        }
        Ok(instance)
    }

    pub(crate) fn extension<E: clack_host::extensions::Extension<ExtensionSide = clack_host::extensions::PluginExtensionSide>>(
        &self,
        name: &str,
    ) -> Result<E, String> {
        self.plugin.plugin_shared_handle().get_extension().ok_or_else(|| format!("the plugin has no {name}"))
    }

    /// Number of input ports.
    pub fn input_ports(&self) -> usize {
        self.input_ports
    }

    /// Channel counts of the audio ports of one direction.
    pub fn audio_ports(&mut self, inputs: bool) -> Vec<u32> {
        let Ok(ports) = self.extension::<PluginAudioPorts>("audio ports") else {
            return Vec::new();
        };
        let handle = self.plugin.plugin_handle();
        let mut buffer = clack_extensions::audio_ports::AudioPortInfoBuffer::new();
        (0..ports.count(&handle, inputs))
            .filter_map(|i| ports.get(&handle, i, inputs, &mut buffer).map(|info| info.channel_count))
            .collect()
    }

    /// Number of note input ports.
    pub fn note_ports(&mut self) -> u32 {
        match self.extension::<PluginNotePorts>("note ports") {
            Ok(ports) => ports.count(&self.plugin.plugin_handle(), true),
            Err(_) => 0,
        }
    }

    /// Latency in frames.
    pub fn latency(&mut self) -> u32 {
        match self.extension::<PluginLatency>("latency") {
            Ok(latency) => latency.get(&self.plugin.plugin_handle()),
            Err(_) => 0,
        }
    }

    pub fn is_active(&self) -> bool {
        self.side.is_some() || self.running.is_some()
    }

    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The audio side while no job has it.
    pub fn side(&mut self) -> Option<&mut AudioSide> {
        self.side.as_deref_mut()
    }

    /// Does what the plugin has asked the main thread for.
    pub fn service(&mut self) {
        let asked = |flag: fn(&Shared) -> &AtomicBool, plugin: &PluginInstance<Handlers>| {
            plugin.access_shared_handler(|s| flag(s).swap(false, Ordering::SeqCst))
        };
        if asked(|s| &s.callback_wanted, &self.plugin) {
            self.plugin.call_on_main_thread_callback();
        }
        // While it is active the next block does what a flush would.
        if !self.is_active() && asked(|s| &s.flush_wanted, &self.plugin) {
            let _ = self.flush(Vec::new());
        }
    }

    pub fn activate(&mut self, rate: f64, min: u32, max: u32) -> Result<(), String> {
        if self.is_active() {
            return Err("the plugin is active already".into());
        }
        if min == 0 || min > max {
            return Err("block lengths are 1 or more, the shortest first".into());
        }
        let (inputs, outputs) = (self.audio_ports(true), self.audio_ports(false));
        let output = *outputs.first().ok_or("the plugin has no output")?;
        let configuration =
            PluginAudioConfiguration { sample_rate: rate, min_frames_count: min, max_frames_count: max };
        let stopped =
            self.plugin.activate(|shared, _| AudioThread::new(shared), configuration).map_err(|e| e.to_string())?;
        self.plugin.access_handler(|h| h.active.set(true));
        self.side = Some(Box::new(AudioSide::new(stopped.into(), rate, max, &inputs, output)));
        Ok(())
    }

    pub fn deactivate(&mut self) -> Result<(), String> {
        if self.running.is_some() {
            return Err("the plugin plays; wait first".into());
        }
        if self.side.is_none() {
            return Err("the plugin is not active".into());
        }
        self.run(Job::Stop)?;
        if let Some(side) = self.side.take() {
            self.plugin.deactivate(side.processor.into_stopped());
            self.plugin.access_handler(|h| h.active.set(false));
        }
        Ok(())
    }

    /// Starts a job on an audio thread.
    pub fn start(&mut self, job: Job) -> Result<(), String> {
        let side = self.side.take().ok_or(if self.running.is_some() {
            "the plugin plays already; wait first"
        } else {
            "the plugin is not active"
        })?;
        self.running = Some(side.spawn(job));
        Ok(())
    }

    /// Serves the plugin until the job has ended. Returns whether there was one.
    pub fn wait(&mut self) -> Result<bool, String> {
        let Some(handle) = self.running.take() else {
            return Ok(false);
        };
        while !handle.is_finished() {
            self.service();
            std::thread::sleep(std::time::Duration::from_micros(200));
        }
        let mut side = handle.join().map_err(|_| "the audio thread has died")?;
        let problem = side.problem.take();
        self.side = Some(side);
        self.service();
        match problem {
            Some(problem) => Err(problem),
            None => Ok(true),
        }
    }

    /// Runs a job to its end.
    pub fn run(&mut self, job: Job) -> Result<(), String> {
        self.start(job)?;
        self.wait().map(|_| ())
    }

    /// Hands events over without playing, by the rule of CLAP on the audio
    /// thread while active and on the main thread otherwise.
    pub fn flush(&mut self, events: Vec<Queued>) -> Result<(), String> {
        let params = self.extension::<PluginParams>("params")?;
        if let Some(side) = self.side.as_deref_mut() {
            side.queue = events;
            return self.run(Job::Flush(params));
        }
        let mut list = EventBuffer::with_capacity(events.len());
        let mut sent = EventBuffer::new();
        for event in events {
            audio::push(&mut list, 0, event.kind);
        }
        let mut handle = self.plugin.inactive_plugin_handle().ok_or("the plugin plays; wait first")?;
        params.flush(&mut handle, &list.as_input(), &mut sent.as_output());
        let begins = audio::gestures(&sent);
        self.plugin.access_shared_handler(|s| s.counters.gestures.fetch_add(begins, Ordering::Relaxed));
        Ok(())
    }

    /// The parameters that are not hidden.
    pub fn params(&mut self) -> Result<Vec<Param>, String> {
        let params = self.extension::<PluginParams>("params")?;
        let handle = self.plugin.plugin_handle();
        let mut buffer = ParamInfoBuffer::new();
        let mut list = Vec::new();
        for i in 0..params.count(&handle) {
            let Some(info) = params.get_info(&handle, i, &mut buffer) else {
                return Err(format!("parameter {i} has no description"));
            };
            if info.flags.contains(ParamInfoFlags::IS_HIDDEN) {
                continue;
            }
            let id = info.id;
            let name = String::from_utf8_lossy(info.name).into_owned();
            let module = String::from_utf8_lossy(info.module).into_owned();
            let value = params.get_value(&handle, id).ok_or(format!("{name} has no value"))?;
            let range = (info.min_value, info.max_value, info.default_value);
            list.push(Param { id, name, module, value, range });
        }
        Ok(list)
    }

    /// The parameter with this path, else the only one with this name.
    pub fn param(&mut self, name: &str) -> Result<Param, String> {
        let mut list = self.params()?;
        if let Some(i) = list.iter().position(|p| p.path() == name) {
            return Ok(list.swap_remove(i));
        }
        let mut named = list.iter().enumerate().filter(|(_, p)| p.name == name).map(|(i, _)| i);
        match (named.next(), named.next()) {
            (Some(i), None) => Ok(list.swap_remove(i)),
            (Some(_), Some(_)) => Err(format!("more than one parameter is called {name}: give its path")),
            _ => {
                let paths: Vec<String> = list.iter().map(Param::path).collect();
                Err(format!("no parameter {name}; there are: {}", paths.join(", ")))
            }
        }
    }

    /// How the plugin writes a value.
    pub fn value_text(&mut self, id: ClapId, value: f64) -> Result<String, String> {
        let params = self.extension::<PluginParams>("params")?;
        let mut buffer = [0u8; 256];
        let text = params
            .value_to_text(&self.plugin.plugin_handle(), id, value, &mut buffer)
            .map_err(|_| "the plugin cannot write the value")?;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    /// How the plugin reads a text.
    pub fn text_value(&mut self, id: ClapId, text: &str) -> Result<f64, String> {
        let params = self.extension::<PluginParams>("params")?;
        let text = CString::new(text).map_err(|_| "a zero in the text")?;
        params
            .text_to_value(&self.plugin.plugin_handle(), id, &text)
            .ok_or_else(|| "the plugin cannot read the text".into())
    }

    /// Saves the state for a context, at most `piece` bytes taken at a time.
    pub fn save(&mut self, piece: usize, context: Option<StateContextType>) -> Result<Vec<u8>, String> {
        let mut writer = Pieces { bytes: Vec::new(), place: 0, piece };
        let saved = match context {
            None => self.extension::<PluginState>("state")?.save(&self.plugin.plugin_handle(), &mut writer).is_ok(),
            Some(context) => {
                let state = self.extension::<PluginStateContext>("state context")?;
                state.save(&self.plugin.plugin_handle(), &mut writer, context).is_ok()
            }
        };
        if saved {
            Ok(writer.bytes)
        } else {
            Err("the plugin does not save its state".into())
        }
    }

    /// Loads a state for a context, at most `piece` bytes given at a time.
    pub fn load(&mut self, bytes: Vec<u8>, piece: usize, context: Option<StateContextType>) -> Result<(), String> {
        let mut reader = Pieces { bytes, place: 0, piece };
        let loaded = match context {
            None => self.extension::<PluginState>("state")?.load(&self.plugin.plugin_handle(), &mut reader).is_ok(),
            Some(context) => {
                let state = self.extension::<PluginStateContext>("state context")?;
                state.load(&self.plugin.plugin_handle(), &mut reader, context).is_ok()
            }
        };
        self.service();
        if loaded {
            Ok(())
        } else {
            Err("the plugin does not load this state".into())
        }
    }

    /// Opens the floating editor window: the page in the user's browser.
    pub fn open_editor(&mut self) -> Result<(), String> {
        let gui = self.extension::<PluginGui>("gui")?;
        let handle = self.plugin.plugin_handle();
        let floating = GuiConfiguration { api_type: GuiApiType::X11, is_floating: true };
        let embedded = GuiConfiguration { api_type: GuiApiType::X11, is_floating: false };
        if !gui.is_api_supported(&handle, floating) || gui.is_api_supported(&handle, embedded) {
            return Err("the plugin's window should float, and only float".into());
        }
        gui.create(&handle, floating).map_err(|_| "the plugin does not make its window")?;
        gui.show(&handle).map_err(|_| "the plugin does not show its window")?;
        gui.destroy(&handle);
        Ok(())
    }
}

/// A stream that moves a few bytes at a time.
struct Pieces {
    bytes: Vec<u8>,
    place: usize,
    piece: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.piece.min(buffer.len()).min(self.bytes.len() - self.place);
        buffer[..n].copy_from_slice(&self.bytes[self.place..self.place + n]);
        self.place += n;
        Ok(n)
    }
}

impl Write for Pieces {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let n = self.piece.min(buffer.len());
        self.bytes.extend_from_slice(&buffer[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
