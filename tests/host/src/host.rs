//! What this host offers to a plugin: the callbacks of CLAP and the extensions
//! log, thread-check, params, state, latency, tail, gui, audio-ports and
//! note-ports. Callbacks only note what was asked; the script's main loop acts.

use clack_extensions::audio_ports::{AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl};
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::note_name::{HostNoteName, HostNoteNameImpl};
use clack_extensions::note_ports::{HostNotePorts, HostNotePortsImpl, NoteDialects, NotePortRescanFlags};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::preset_discovery::{HostPresetLoad, HostPresetLoadImpl};
use clack_extensions::preset_discovery::preset_data::Location;
use clack_extensions::remote_controls::{HostRemoteControls, HostRemoteControlsImpl};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_extensions::tail::{HostTail, HostTailImpl};
use clack_extensions::thread_check::{HostThreadCheck, HostThreadCheckImpl};
use clack_extensions::track_info::{HostTrackInfo, HostTrackInfoImpl, TrackInfo, TrackInfoWriter};
use clack_extensions::voice_info::{HostVoiceInfo, HostVoiceInfoImpl};
use clack_host::prelude::*;
use std::cell::Cell;
use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// What a thread of this process is to the plugin.
#[derive(Copy, Clone, PartialEq)]
pub enum Role {
    None,
    Main,
    Audio,
}

thread_local! {
    static ROLE: Cell<Role> = const { Cell::new(Role::None) };
}

/// Says what the calling thread is from now on.
pub fn set_role(role: Role) {
    ROLE.with(|r| r.set(role));
}

/// Lines the plugins have logged, oldest first, as "severity: text".
pub type Log = Arc<Mutex<Vec<String>>>;

/// How often a plugin has called back, over all instances.
#[derive(Default)]
pub struct Counters {
    pub rescans: AtomicU32,
    pub dirty: AtomicU32,
    pub tail_changes: AtomicU32,
    pub gestures: AtomicU32,
    pub pages: AtomicU32,
    pub note_names: AtomicU32,
    pub voices: AtomicU32,
    pub process: AtomicU32,
    pub presets: AtomicU32,
}

/// Marks this host's plugin type.
pub struct Handlers;

/// State that any thread of the plugin may touch.
pub struct Shared {
    pub callback_wanted: AtomicBool,
    pub flush_wanted: AtomicBool,
    pub counters: Arc<Counters>,
    log: Log,
}

impl Shared {
    pub fn new(log: Log, counters: Arc<Counters>) -> Self {
        Self { callback_wanted: AtomicBool::new(false), flush_wanted: AtomicBool::new(false), counters, log }
    }

    fn note(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }
}

/// State of the main thread.
pub struct MainThread<'a> {
    pub shared: &'a Shared,
    pub active: Cell<bool>,
    /// The track's name, for the plugin to ask for; what asks may keep it.
    pub track: Cell<Option<&'static str>>,
}

/// State of the audio thread.
pub struct AudioThread<'a> {
    shared: &'a Shared,
}

impl<'a> AudioThread<'a> {
    pub fn new(shared: &'a Shared) -> Self {
        Self { shared }
    }
}

impl HostHandlers for Handlers {
    type Shared<'a> = Shared;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = AudioThread<'a>;

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &Self::Shared<'_>) {
        builder
            .register::<HostLog>()
            .register::<HostThreadCheck>()
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostLatency>()
            .register::<HostTail>()
            .register::<HostGui>()
            .register::<HostAudioPorts>()
            .register::<HostNotePorts>()
            .register::<HostRemoteControls>()
            .register::<HostNoteName>()
            .register::<HostVoiceInfo>()
            .register::<HostTrackInfo>()
            .register::<HostPresetLoad>();
    }
}

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {
        self.note("host: the plugin asked for a restart".into());
    }

    fn request_process(&self) {
        self.counters.process.fetch_add(1, Ordering::Relaxed);
    }

    fn request_callback(&self) {
        self.callback_wanted.store(true, Ordering::SeqCst);
    }
}

impl HostLogImpl for Shared {
    fn log(&self, severity: LogSeverity, message: &str) {
        self.note(format!("{severity}: {message}"));
    }
}

impl HostThreadCheckImpl for Shared {
    fn is_main_thread(&self) -> bool {
        ROLE.with(Cell::get) == Role::Main
    }

    fn is_audio_thread(&self) -> bool {
        ROLE.with(Cell::get) == Role::Audio
    }
}

impl HostParamsImplShared for Shared {
    fn request_flush(&self) {
        self.flush_wanted.store(true, Ordering::SeqCst);
    }
}

impl HostGuiImpl for Shared {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, _: GuiSize) -> Result<(), HostError> {
        Err(HostError::Message("this host places no windows"))
    }

    fn request_show(&self) -> Result<(), HostError> {
        Err(HostError::Message("this host shows no windows"))
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Err(HostError::Message("this host shows no windows"))
    }

    fn closed(&self, _: bool) {}
}

impl<'a> MainThreadHandler<'a> for MainThread<'a> {}

impl HostParamsImplMainThread for MainThread<'_> {
    fn rescan(&self, flags: ParamRescanFlags) {
        self.shared.counters.rescans.fetch_add(1, Ordering::Relaxed);
        if self.active.get() && flags.requires_restart() {
            self.shared.note("host: the plugin asked for a full rescan while active".into());
        }
    }

    fn clear(&self, _: ClapId, _: ParamClearFlags) {}
}

impl HostStateImpl for MainThread<'_> {
    fn mark_dirty(&self) {
        self.shared.counters.dirty.fetch_add(1, Ordering::Relaxed);
    }
}

impl HostLatencyImpl for MainThread<'_> {
    fn changed(&self) {}
}

impl HostAudioPortsImpl for MainThread<'_> {
    fn is_rescan_flag_supported(&self, _: AudioPortRescanFlags) -> bool {
        false
    }

    fn rescan(&self, _: AudioPortRescanFlags) {
        self.shared.note("host: the plugin changed its audio ports".into());
    }
}

impl HostNotePortsImpl for MainThread<'_> {
    fn supported_dialects(&self) -> NoteDialects {
        NoteDialects::CLAP | NoteDialects::MIDI | NoteDialects::MIDI_MPE
    }

    fn rescan(&self, _: NotePortRescanFlags) {
        self.shared.note("host: the plugin changed its note ports".into());
    }
}

impl<'a> AudioProcessorHandler<'a> for AudioThread<'a> {}

impl HostTailImpl for AudioThread<'_> {
    fn changed(&mut self) {
        self.shared.counters.tail_changes.fetch_add(1, Ordering::Relaxed);
    }
}

impl HostRemoteControlsImpl for MainThread<'_> {
    fn changed(&self) {
        self.shared.counters.pages.fetch_add(1, Ordering::Relaxed);
    }

    fn suggest_page(&self, _: ClapId) {}
}

impl HostNoteNameImpl for MainThread<'_> {
    fn changed(&self) {
        self.shared.counters.note_names.fetch_add(1, Ordering::Relaxed);
    }
}

impl HostVoiceInfoImpl for MainThread<'_> {
    fn changed(&self) {
        self.shared.counters.voices.fetch_add(1, Ordering::Relaxed);
    }
}

impl HostTrackInfoImpl for MainThread<'_> {
    fn get<'a>(&'a self, writer: &mut TrackInfoWriter<'_, 'a>) {
        if let Some(name) = self.track.get() {
            writer.set(&TrackInfo::new().with_name(Some(name.as_bytes())));
        }
    }
}

impl HostPresetLoadImpl for MainThread<'_> {
    fn on_error(&self, _: Location, _: Option<&CStr>, _: i32, message: Option<&CStr>) {
        self.shared.note(format!("preset: {}", message.unwrap_or_default().to_string_lossy()));
    }

    fn loaded(&self, _: Location, _: Option<&CStr>) {
        self.shared.counters.presets.fetch_add(1, Ordering::Relaxed);
    }
}
