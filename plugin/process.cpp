// process.cpp: one block, from the host's shape to that of mmm_process. All of
// it runs on the audio thread: nothing is allocated, nothing waits.
#include "plugin.hpp"

#include <string.h>

namespace mmm {
namespace {

// How long a block of a bounce waits for an edit that is being compiled, ns.
constexpr uint64_t kOfflinePatience = 20000000000u;

// ---- channels ------------------------------------------------------------------

// The channels of a block in port order, from its first frame on. Of each
// direction either the 32- or the 64-bit array is in use. An input of one channel
// counts as two equal ones, so that the side chain stands where it always does.
struct Channels {
    bool wide_in, wide_out;
    uint32_t inputs, outputs;
    const void *in[kMaxInputChannels];
    void *out[kMaxPortChannels];
};

// Whether the ports carry 64-bit samples: the first port that carries anything
// tells, as all our ports ask for a common sample size.
bool is_wide(const clap_audio_buffer_t *ports, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (ports[i].channel_count == 0) continue;
        if (ports[i].data32 || ports[i].data64) return ports[i].data32 == nullptr;
    }
    return false;
}

// The samples of one channel, or nullptr where the host gave none: it may leave
// off a side input.
void *samples_of(const clap_audio_buffer_t *ports, uint32_t count, uint32_t port, uint32_t channel, bool wide) {
    if (port >= count || channel >= ports[port].channel_count) return nullptr;
    if (wide) return ports[port].data64 ? ports[port].data64[channel] : nullptr;
    return ports[port].data32 ? ports[port].data32[channel] : nullptr;
}

Channels channels_of(const Plugin *p, const clap_process_t *process) {
    Channels c = {};
    c.wide_in = is_wide(process->audio_inputs, process->audio_inputs_count);
    c.wide_out = is_wide(process->audio_outputs, process->audio_outputs_count);
    const uint32_t ports = port_count(p->kind, true);
    for (uint32_t port = 0; port < ports; port++) {
        const uint32_t channels = p->layout.inputs[port];
        for (uint32_t i = 0; i < (channels == 1 ? 2 : channels); i++) {
            const uint32_t from = channels == 1 ? 0 : i;
            const void *samples = p->input_active[port]
                                      ? samples_of(process->audio_inputs, process->audio_inputs_count, port, from, c.wide_in)
                                      : nullptr;
            // Zero bits are 0.0 in both widths, so one stretch of silence does.
            c.in[c.inputs++] = samples ? samples : p->silence;
        }
    }
    c.outputs = p->layout.output;
    for (uint32_t i = 0; i < c.outputs; i++) {
        void *samples = p->output_active ? samples_of(process->audio_outputs, process->audio_outputs_count, 0, i, c.wide_out) : nullptr;
        c.out[i] = samples ? samples : p->scratch;
    }
    return c;
}

// Clears what the host gave and the patch does not write: a port that is off, and
// what lies beyond the port's channels.
void clear_rest(const Plugin *p, const clap_process_t *process, bool wide) {
    for (uint32_t port = 0; port < process->audio_outputs_count; port++) {
        const uint32_t written = port == 0 && p->output_active ? p->layout.output : 0;
        for (uint32_t i = written; i < process->audio_outputs[port].channel_count; i++) {
            void *samples = samples_of(process->audio_outputs, process->audio_outputs_count, port, i, wide);
            if (samples) memset(samples, 0, process->frames_count * (wide ? sizeof(double) : sizeof(float)));
        }
    }
}

// ---- blocks --------------------------------------------------------------------

// Plays frames from begin to end with the first count of the collected events,
// whose times count from begin.
int play_part(Plugin *p, const Channels &c, uint32_t begin, uint32_t end, uint32_t count, const clap_output_events_t *out) {
    const float *in32[kMaxInputChannels];
    const double *in64[kMaxInputChannels];
    float *out32[kMaxPortChannels];
    double *out64[kMaxPortChannels];
    for (uint32_t i = 0; i < c.inputs; i++) {
        if (c.wide_in) in64[i] = static_cast<const double *>(c.in[i]) + begin;
        else in32[i] = static_cast<const float *>(c.in[i]) + begin;
    }
    for (uint32_t i = 0; i < c.outputs; i++) {
        if (c.wide_out) out64[i] = static_cast<double *>(c.out[i]) + begin;
        else out32[i] = static_cast<float *>(c.out[i]) + begin;
    }

    mmm_block block = {};
    block.frames = end - begin;
    block.event_count = count;
    block.events = p->events;
    block.in_channels = c.inputs;
    block.out_channels = c.outputs;
    if (c.wide_in) block.in64 = in64;
    else block.in32 = in32;
    if (c.wide_out) block.out64 = out64;
    else block.out32 = out32;
    const int result = p->lib->mmm_process(p->player, &block);
    send_note_ends(p, out, begin);
    return result;
}

// Makes room in a full list of events before one at frame time: plays what lies
// before that frame. Events of that very frame stay, now at the start of the
// next part; when they alone fill the list they are handed over at once.
// Returns how many are left; *begin is where the next part starts.
uint32_t make_room(Plugin *p, const Channels &c, uint32_t *begin, uint32_t time, int *result, const clap_output_events_t *out) {
    uint32_t left = kEventCapacity;
    if (time > *begin) {
        uint32_t before = kEventCapacity;
        while (before > 0 && p->events[before - 1].time == time - *begin) before--;
        *result |= play_part(p, c, *begin, time, before, out);
        left = kEventCapacity - before;
        memmove(p->events, p->events + before, left * sizeof *p->events);
        for (uint32_t i = 0; i < left; i++) p->events[i].time = 0;
        *begin = time;
    }
    if (left < kEventCapacity) return left;
    p->lib->mmm_flush(p->player, p->events, left);
    return 0;
}

void tell_host(Plugin *p) {
    const clap_host_t *host = p->host.host;
    if (p->tail_changed.exchange(false, std::memory_order_acquire) && p->host.tail) p->host.tail->changed(host);
    // There is room in the ring again for what had to stay in Go.
    if (p->gestures_wait.exchange(false, std::memory_order_acquire)) host->request_callback(host);
}

// What the host may do after a block with this result of its last part. A
// program that arrives while the host sleeps makes the session's notify wake it.
clap_process_status status_of(int result) {
    return result & MMM_PROCESS_RESTING ? CLAP_PROCESS_SLEEP : CLAP_PROCESS_CONTINUE;
}

}  // namespace

clap_process_status play(Plugin *p, const clap_process_t *process) {
    const uint32_t frames = process->frames_count;
    if (!p->active || frames > p->max_frames) return CLAP_PROCESS_ERROR;
    if (p->offline.load(std::memory_order_relaxed)) p->lib->mmm_await(p->player, kOfflinePatience);
    send_gestures(p, process->out_events);  // at frame 0, before the notes' ends

    const Channels channels = channels_of(p, process);
    const clap_input_events_t *in = process->in_events;
    const uint32_t event_count = in ? in->size(in) : 0;
    int result = 0;  // of all parts
    uint32_t begin = 0;  // first frame not yet played
    uint32_t last = 0;   // frame of the event before
    uint32_t count = 0;  // events collected since begin
    if (process->transport) {
        mmm_event *event = &p->events[count++];
        *event = {};
        translate_transport(process->transport, event);
    }
    for (uint32_t i = 0; i < event_count; i++) {
        const clap_event_header_t *header = in->get(in, i);
        mmm_event event;
        if (!header || !translate(header, &event)) continue;
        // mmm_process relies on ascending times within the block, whatever the
        // host does.
        uint32_t time = header->time < frames ? header->time : (frames > 0 ? frames - 1 : 0);
        if (time < last) time = last;
        last = time;
        if (count == kEventCapacity) count = make_room(p, channels, &begin, time, &result, process->out_events);
        event.time = time - begin;
        p->events[count++] = event;
    }
    const int last_part = play_part(p, channels, begin, frames, count, process->out_events);
    result |= last_part;
    clear_rest(p, process, channels.wide_out);

    const bool constant = !(result & MMM_PROCESS_AUDIBLE);
    for (uint32_t i = 0; i < process->audio_outputs_count; i++) {
        const uint32_t channel_count = process->audio_outputs[i].channel_count;
        const bool written = i == 0 && p->output_active;
        process->audio_outputs[i].constant_mask = (constant || !written) && channel_count < 64 ? (1ull << channel_count) - 1 : 0;
    }
    tell_host(p);
    return status_of(last_part);
}

void flush(Plugin *p, const clap_input_events_t *in, const clap_output_events_t *out) {
    const uint32_t event_count = in ? in->size(in) : 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < event_count; i++) {
        const clap_event_header_t *header = in->get(in, i);
        mmm_event event;
        if (!header || !translate(header, &event)) continue;
        if (count == kEventCapacity) {
            p->lib->mmm_flush(p->player, p->events, count);
            count = 0;
        }
        event.time = 0;
        p->events[count++] = event;
    }
    if (count > 0) p->lib->mmm_flush(p->player, p->events, count);
    send_note_ends(p, out, 0);
    send_gestures(p, out);
}

}  // namespace mmm
