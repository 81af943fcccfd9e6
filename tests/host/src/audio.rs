//! The audio side of one plugin instance: buffers, events, the recording and
//! the clock. All of it is handed to an audio thread for the length of a job
//! and comes back with it, so nothing here is shared.

use crate::host::{self, Handlers, Role};
use crate::signal::Signal;
use clack_extensions::audio_ports_activation::{PluginAudioPortsActivation, SampleSize};
use clack_extensions::params::PluginParams;
use clack_host::events::event_types::*;
use clack_host::events::{EventFlags, EventHeader};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, SecondsTime};
use clap_sys::audio_buffer::clap_audio_buffer;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Stack of an audio thread in bytes: hosts are seen with as little as this.
const STACK: usize = 128 * 1024;

/// Real-time priority of the audio thread, when the system grants it.
const FIFO_PRIORITY: i32 = 60;

/// Events a block is expected to hold; more cost this host an allocation.
const EVENTS: usize = 8192;

/// Input ports of a plugin at most.
pub const MAX_INPUTS: usize = 2;

/// Channels of a port at most.
const MAX_CHANNELS: usize = 16;

/// One event for the plugin.
#[derive(Copy, Clone, Debug)]
pub enum Kind {
    Value { id: ClapId, value: f64 },
    Mod { id: ClapId, amount: f64 },
    NoteOn { key: i16, channel: i16, velocity: f64, id: i32 },
    /// For the notes of a key.
    Expression { kind: NoteExpressionType, key: i16, value: f64 },
    ModNote { id: ClapId, key: i16, amount: f64 },
    NoteOff { key: i16, channel: i16 },
    NoteChoke { key: i16, channel: i16 },
    Midi([u8; 3]),
}

/// An event and its frame, counted from the start of the next job.
#[derive(Copy, Clone, Debug)]
pub struct Queued {
    pub frame: u64,
    pub kind: Kind,
}

/// What a library that is loaded before this program (LD_PRELOAD) wants to hear
/// of blocks, when it defines functions of these names: it can then watch what
/// the plugin does on this thread between the two.
#[derive(Copy, Clone)]
struct Guard {
    begin: Option<extern "C" fn()>,
    end: Option<extern "C" fn()>,
}

impl Guard {
    fn find() -> Self {
        let function = |name: &std::ffi::CStr| -> Option<extern "C" fn()> {
            // SAFETY: the name is a C string; a function of that name takes and
            // returns nothing by the rule above.
            unsafe {
                let address = libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr());
                std::mem::transmute::<*mut libc::c_void, Option<extern "C" fn()>>(address)
            }
        };
        Self { begin: function(c"mmm_host_block_begin"), end: function(c"mmm_host_block_end") }
    }

    fn begin(self) {
        if let Some(f) = self.begin {
            f();
        }
    }

    fn end(self) {
        if let Some(f) = self.end {
            f();
        }
    }
}

/// Times of one block in nanoseconds: by the clock, and of this thread alone.
#[derive(Copy, Clone)]
pub struct BlockTime {
    pub wall: u64,
    pub own: u64,
}

/// What an audio thread is asked to do.
pub enum Job {
    Play { frames: u64 },
    Reset,
    Stop,
    Flush(PluginParams),
    SetPort(PluginAudioPortsActivation, PortSwitch),
}

/// A port that is switched on or off.
#[derive(Copy, Clone)]
pub struct PortSwitch {
    pub is_input: bool,
    pub index: u32,
    pub on: bool,
}

/// A song that plays: beats at the next frame, beats a minute.
#[derive(Copy, Clone)]
pub struct Song {
    pub beat: f64,
    pub tempo: f64,
    pub playing: bool,
}

impl Song {
    fn event(&self) -> TransportEvent {
        let zero = BeatTime::from_float(0.0);
        let none = SecondsTime::from_float(0.0);
        let mut flags = TransportFlags::HAS_TEMPO | TransportFlags::HAS_BEATS_TIMELINE;
        if self.playing {
            flags |= TransportFlags::IS_PLAYING;
        }
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags,
            song_pos_beats: BeatTime::from_float(self.beat),
            song_pos_seconds: none,
            tempo: self.tempo,
            tempo_inc: 0.0,
            loop_start_beats: zero,
            loop_end_beats: zero,
            loop_start_seconds: none,
            loop_end_seconds: none,
            bar_start: zero,
            bar_number: 0,
            time_signature_numerator: 4,
            time_signature_denominator: 4,
        }
    }

    fn advance(&mut self, frames: u32, rate: f64) {
        if self.playing {
            self.beat += f64::from(frames) / rate * self.tempo / 60.0;
        }
    }
}

/// Samples of one port: at most `max` frames of each channel.
struct Port<T> {
    channels: Vec<Vec<T>>,
}

impl<T: Copy + Default> Port<T> {
    fn new(channels: u32, max: usize) -> Self {
        Self { channels: vec![vec![T::default(); max]; (channels as usize).min(MAX_CHANNELS)] }
    }
}

/// The audio side of an instance; lives from activate to deactivate.
pub struct AudioSide {
    pub processor: PluginAudioProcessor<Handlers>,
    pub rate: f64,
    /// Block lengths in turn.
    pub blocks: Vec<u32>,
    /// 64-bit buffers instead of 32-bit ones.
    pub wide: bool,
    /// The main input's buffers are the output's.
    pub in_place: bool,
    /// Side inputs are given.
    pub side: bool,
    /// Blocks come at the rate of real time, on a real-time thread.
    pub realtime: bool,
    /// Signals of the input ports.
    pub inputs: Vec<Signal>,
    /// Events of the next job, any order.
    pub queue: Vec<Queued>,
    /// The first two channels of everything played since the instance was made;
    /// of a mono port both are its one.
    pub recording: Vec<[f64; 2]>,
    /// The last frame of every channel.
    pub last: Vec<f64>,
    /// What the plugin said after the last block.
    pub status: Option<ProcessStatus>,
    /// Bit c is set when the plugin called channel c constant in the last block.
    pub constant: u64,
    /// Notes that the plugin has ended.
    pub ended: u32,
    /// The song, if the host has one.
    pub song: Option<Song>,
    /// Times of every block since activation.
    pub times: Vec<BlockTime>,
    /// Blocks that were late in real time before the plugin was called.
    pub late: u64,
    pub problem: Option<String>,

    guard: Guard,
    next_block: usize,
    steady: u64,
    in32: Vec<Port<f32>>,
    in64: Vec<Port<f64>>,
    out32: Port<f32>,
    out64: Port<f64>,
    events: EventBuffer,
    sent: EventBuffer,
}

impl AudioSide {
    pub fn new(processor: PluginAudioProcessor<Handlers>, rate: f64, max_frames: u32, inputs: &[u32], output: u32) -> Self {
        let max = max_frames as usize;
        let input_ports = inputs.len();
        Self {
            processor,
            rate,
            blocks: vec![max_frames.min(512)],
            wide: false,
            in_place: false,
            side: true,
            realtime: false,
            inputs: vec![Signal::Silence; input_ports],
            queue: Vec::new(),
            recording: Vec::new(),
            last: Vec::new(),
            status: None,
            constant: 0,
            ended: 0,
            song: None,
            times: Vec::new(),
            late: 0,
            problem: None,
            guard: Guard::find(),
            next_block: 0,
            steady: 0,
            in32: inputs.iter().map(|c| Port::new(*c, max)).collect(),
            in64: inputs.iter().map(|c| Port::new(*c, max)).collect(),
            out32: Port::new(output, max),
            out64: Port::new(output, max),
            events: EventBuffer::with_capacity(EVENTS),
            sent: EventBuffer::with_capacity(EVENTS),
        }
    }

    /// Runs a job on an audio thread of its own and returns its handle; the
    /// audio side comes back when it is joined.
    pub fn spawn(mut self: Box<Self>, job: Job) -> std::thread::JoinHandle<Box<Self>> {
        std::thread::Builder::new()
            .name("audio".into())
            .stack_size(STACK)
            .spawn(move || {
                host::set_role(Role::Audio);
                match job {
                    Job::Play { frames } => self.play(frames),
                    Job::Reset => self.processor.reset(),
                    Job::Stop => {
                        self.processor.ensure_processing_stopped();
                    }
                    Job::Flush(params) => self.flush(params),
                    Job::SetPort(extension, port) => self.set_port(extension, port),
                }
                self
            })
            .expect("a thread for audio")
    }

    fn play(&mut self, frames: u64) {
        self.queue.sort_by_key(|e| e.frame);
        self.recording.reserve(frames as usize);
        let shortest = self.blocks.iter().copied().min().unwrap_or(1).max(1);
        self.times.reserve((frames / u64::from(shortest)) as usize + 1);
        if self.realtime {
            ask_for_realtime();
        }
        if let Err(e) = self.processor.ensure_processing_started() {
            self.problem = Some(format!("the plugin does not start processing: {e}"));
            return;
        }

        let started = Instant::now();
        let mut done = 0u64;
        let mut taken = 0usize;
        while done < frames && self.problem.is_none() {
            let wanted = u64::from(self.blocks[self.next_block % self.blocks.len()]);
            self.next_block += 1;
            let block = wanted.min(frames - done) as u32;
            self.events.clear();
            while taken < self.queue.len() && self.queue[taken].frame < done + u64::from(block) {
                let event = self.queue[taken];
                push(&mut self.events, event.frame.saturating_sub(done) as u32, event.kind);
                taken += 1;
            }
            if self.realtime {
                let due = started + Duration::from_secs_f64(done as f64 / self.rate);
                let now = Instant::now();
                if due > now {
                    std::thread::sleep(due - now);
                } else if now - due > Duration::from_secs_f64(f64::from(block) / self.rate) {
                    self.late += 1;
                }
            }
            self.play_block(block);
            done += u64::from(block);
            if wanted == 0 && frames == 0 {
                break;
            }
        }
        self.queue.clear();
    }

    /// Plays one block of at most the activated maximum.
    fn play_block(&mut self, frames: u32) {
        let n = frames as usize;
        let wide = self.wide;
        for (port, signal) in self.inputs.iter_mut().enumerate() {
            for i in 0..n {
                let sample = signal.next(self.rate);
                for channel in 0..self.in32[port].channels.len() {
                    if wide {
                        self.in64[port].channels[channel][i] = sample;
                    } else {
                        self.in32[port].channels[channel][i] = sample as f32;
                    }
                }
            }
        }
        let outs = self.out32.channels.len();
        let in_place = self.in_place && self.in32.first().is_some_and(|port| port.channels.len() == outs);
        for channel in 0..outs {
            if in_place && wide {
                self.out64.channels[channel][..n].copy_from_slice(&self.in64[0].channels[channel][..n]);
            } else if in_place {
                self.out32.channels[channel][..n].copy_from_slice(&self.in32[0].channels[channel][..n]);
            } else {
                // A plugin must write every frame: what it leaves is seen.
                self.out32.channels[channel][..n].fill(f32::NAN);
                self.out64.channels[channel][..n].fill(f64::NAN);
            }
        }

        // Arrays on the stack: this thread must allocate nothing either.
        let ports = self.inputs.len();
        let mut out32 = pointers(&mut self.out32);
        let mut out64 = pointers(&mut self.out64);
        let mut in32 = [[std::ptr::null_mut(); MAX_CHANNELS]; MAX_INPUTS];
        let mut in64 = [[std::ptr::null_mut(); MAX_CHANNELS]; MAX_INPUTS];
        for port in 0..ports {
            in32[port] = pointers(&mut self.in32[port]);
            in64[port] = pointers(&mut self.in64[port]);
        }
        if in_place {
            in32[0] = out32;
            in64[0] = out64;
        }
        let mut none = ([std::ptr::null_mut(); MAX_CHANNELS], [std::ptr::null_mut(); MAX_CHANNELS]);
        let mut inputs = [buffer(wide, 0, &mut none.0, &mut none.1); MAX_INPUTS];
        for port in 0..ports {
            inputs[port] = buffer(wide, self.in32[port].channels.len(), &mut in32[port], &mut in64[port]);
        }
        let inputs = &mut inputs[..ports];
        if !self.side {
            // The last input port is the side input: given, but empty.
            if let Some(last) = inputs.last_mut() {
                last.channel_count = 0;
                last.data32 = std::ptr::null_mut();
                last.data64 = std::ptr::null_mut();
            }
        }
        let mut outputs = [buffer(wide, outs, &mut out32, &mut out64)];

        // SAFETY: the pointers lead into vectors of at least this many frames,
        // which outlive the call and which nobody else touches meanwhile.
        let audio_in = unsafe { InputAudioBuffers::from_raw_buffers(inputs, frames) };
        // SAFETY: as above.
        let mut audio_out = unsafe { OutputAudioBuffers::from_raw_buffers(&mut outputs, frames) };
        self.sent.clear();

        let processor = match self.processor.as_started_mut() {
            Ok(p) => p,
            Err(e) => {
                self.problem = Some(e.to_string());
                return;
            }
        };
        let song = self.song.as_ref().map(Song::event);
        let own = thread_time();
        self.guard.begin();
        let wall = Instant::now();
        let status = processor.process(
            &audio_in,
            &mut audio_out,
            &self.events.as_input(),
            &mut self.sent.as_output(),
            Some(self.steady),
            song.as_ref(),
        );
        let wall = wall.elapsed().as_nanos() as u64;
        self.guard.end();
        self.times.push(BlockTime { wall, own: thread_time().saturating_sub(own) });
        self.steady += u64::from(frames);
        if let Some(song) = self.song.as_mut() {
            song.advance(frames, self.rate);
        }
        self.constant = outputs[0].constant_mask;
        match status {
            Ok(status) => self.status = Some(status),
            Err(e) => {
                self.problem = Some(format!("process failed: {e}"));
                return;
            }
        }
        self.count_gestures();
        self.ended += self.sent.iter().filter(|e| e.as_event::<NoteEndEvent>().is_some()).count() as u32;
        let sample = |side: &Self, channel: usize, i: usize| {
            if wide {
                side.out64.channels[channel][i]
            } else {
                f64::from(side.out32.channels[channel][i])
            }
        };
        let right = outs.min(2) - 1;
        for i in 0..n {
            let frame = [sample(self, 0, i), sample(self, right, i)];
            self.recording.push(frame);
        }
        if n > 0 {
            for channel in 0..outs {
                let x = sample(self, channel, n - 1);
                match self.last.get_mut(channel) {
                    Some(last) => *last = x,
                    None => self.last.push(x),
                }
            }
        }
    }

    fn flush(&mut self, params: PluginParams) {
        self.events.clear();
        self.sent.clear();
        for event in self.queue.drain(..) {
            push(&mut self.events, 0, event.kind);
        }
        params.flush_active(&mut self.processor.plugin_handle(), &self.events.as_input(), &mut self.sent.as_output());
        self.count_gestures();
    }

    fn set_port(&mut self, extension: PluginAudioPortsActivation, port: PortSwitch) {
        let mut handle = self.processor.plugin_handle();
        let set = extension.set_active_audio_active(
            &mut handle,
            port.is_input,
            port.index,
            port.on,
            SampleSize::Unspecified,
        );
        if !set {
            self.problem = Some("the plugin does not switch this port".into());
        }
    }

    fn count_gestures(&mut self) {
        let begins = gestures(&self.sent);
        self.processor.access_shared_handler(|s| s.counters.gestures.fetch_add(begins, Ordering::Relaxed));
    }
}

/// How many gestures begin in what the plugin has sent.
pub fn gestures(sent: &EventBuffer) -> u32 {
    sent.iter().filter(|e| e.as_event::<ParamGestureBeginEvent>().is_some()).count() as u32
}

/// Puts an event into a list that is sorted by time.
pub fn push(events: &mut EventBuffer, time: u32, kind: Kind) {
    let all = Pckn::match_all();
    match kind {
        Kind::Value { id, value } => events.push(&ParamValueEvent::new(time, id, all, value)),
        Kind::Mod { id, amount } => events.push(&ParamModEvent::new(time, id, all, amount)),
        Kind::NoteOn { key, channel, velocity, id } => {
            events.push(&NoteOnEvent::new(time, Pckn::from_raw(0, channel, key, id), velocity))
        }
        Kind::Expression { kind, key, value } => {
            events.push(&NoteExpressionEvent::new(time, Pckn::from_raw(0, -1, key, -1), kind, value))
        }
        Kind::ModNote { id, key, amount } => {
            events.push(&ParamModEvent::new(time, id, Pckn::from_raw(0, -1, key, -1), amount))
        }
        Kind::NoteOff { key, channel } => {
            events.push(&NoteOffEvent::new(time, Pckn::from_raw(0, channel, key, -1), 0.0))
        }
        Kind::NoteChoke { key, channel } => {
            events.push(&NoteChokeEvent::new(time, Pckn::from_raw(0, channel, key, -1)))
        }
        Kind::Midi(bytes) => events.push(&MidiEvent::new(time, 0, bytes)),
    }
}

fn pointers<T>(port: &mut Port<T>) -> [*mut T; MAX_CHANNELS] {
    let mut list = [std::ptr::null_mut(); MAX_CHANNELS];
    for (pointer, channel) in list.iter_mut().zip(&mut port.channels) {
        *pointer = channel.as_mut_ptr();
    }
    list
}

fn buffer(wide: bool, channels: usize, p32: &mut [*mut f32], p64: &mut [*mut f64]) -> clap_audio_buffer {
    clap_audio_buffer {
        data32: if wide { std::ptr::null_mut() } else { p32.as_mut_ptr() },
        data64: if wide { p64.as_mut_ptr() } else { std::ptr::null_mut() },
        channel_count: channels as u32,
        latency: 0,
        constant_mask: 0,
    }
}

/// Processor time of this thread so far, in nanoseconds.
fn thread_time() -> u64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: t is a timespec to write into.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) };
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// Makes this thread a SCHED_FIFO one where the system allows it.
fn ask_for_realtime() {
    let param = libc::sched_param { sched_priority: FIFO_PRIORITY };
    // SAFETY: the structure is valid; failure only leaves the usual scheduling.
    unsafe { libc::pthread_setschedparam(libc::pthread_self(), libc::SCHED_FIFO, &param) };
}
