// process.cpp: one block, from the host's shape to that of mmm_process. All of
// it runs on the audio thread: nothing is allocated, nothing waits.
#include "plugin.hpp"

#include <string.h>

namespace mmm {
namespace {

// ---- channels ------------------------------------------------------------------

// The channels of a block in port order, from its first frame on. Of each
// direction either the 32- or the 64-bit array is in use.
struct Channels {
    bool wide_in, wide_out;
    uint32_t inputs, outputs;
    const void *in[kMaxInputChannels];
    void *out[kOutputChannels];
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
void *channel(const clap_audio_buffer_t *ports, uint32_t count, uint32_t index, bool wide) {
    const uint32_t port = index / kPortChannels;
    const uint32_t within = index % kPortChannels;
    if (port >= count || within >= ports[port].channel_count) return nullptr;
    if (wide) return ports[port].data64 ? ports[port].data64[within] : nullptr;
    return ports[port].data32 ? ports[port].data32[within] : nullptr;
}

Channels channels_of(const Plugin *p, const clap_process_t *process) {
    Channels c = {};
    c.wide_in = is_wide(process->audio_inputs, process->audio_inputs_count);
    c.wide_out = is_wide(process->audio_outputs, process->audio_outputs_count);
    c.inputs = (p->kind == MMM_EFFECT ? 2 : 1) * kPortChannels;
    c.outputs = kOutputChannels;
    for (uint32_t i = 0; i < c.inputs; i++) {
        // Zero bits are 0.0 in both widths, so one stretch of silence does.
        const void *samples = channel(process->audio_inputs, process->audio_inputs_count, i, c.wide_in);
        c.in[i] = samples ? samples : p->silence;
    }
    for (uint32_t i = 0; i < c.outputs; i++) {
        void *samples = channel(process->audio_outputs, process->audio_outputs_count, i, c.wide_out);
        c.out[i] = samples ? samples : p->scratch;
    }
    return c;
}

// ---- blocks --------------------------------------------------------------------

// Plays frames from begin to end with the first count of the collected events,
// whose times count from begin.
int play_part(Plugin *p, const Channels &c, uint32_t begin, uint32_t end, uint32_t count, const clap_output_events_t *out) {
    const float *in32[kMaxInputChannels];
    const double *in64[kMaxInputChannels];
    float *out32[kOutputChannels];
    double *out64[kOutputChannels];
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

static_assert((MMM_PROCESS_SILENT | MMM_PROCESS_SOUNDING) == MMM_PROCESS_SOUNDING, "results of parts are joined by or");

void tell_host(Plugin *p, const clap_process_t *process) {
    send_gestures(p, process->out_events);
    const clap_host_t *host = p->host.host;
    if (p->tail_changed.exchange(false, std::memory_order_acquire) && p->host.tail) p->host.tail->changed(host);
    // There is room in the ring again for what had to stay in Go.
    if (p->gestures_wait.exchange(false, std::memory_order_acquire)) host->request_callback(host);
}

}  // namespace

clap_process_status play(Plugin *p, const clap_process_t *process) {
    const uint32_t frames = process->frames_count;
    if (!p->active || frames > p->max_frames) return CLAP_PROCESS_ERROR;

    const Channels channels = channels_of(p, process);
    const clap_input_events_t *in = process->in_events;
    const uint32_t event_count = in ? in->size(in) : 0;
    int result = MMM_PROCESS_SILENT;
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
    result |= play_part(p, channels, begin, frames, count, process->out_events);

    const bool silent = result == MMM_PROCESS_SILENT;
    for (uint32_t i = 0; i < process->audio_outputs_count; i++) {
        const uint32_t channel_count = process->audio_outputs[i].channel_count;
        process->audio_outputs[i].constant_mask = silent && channel_count < 64 ? (1ull << channel_count) - 1 : 0;
    }
    tell_host(p, process);
    // A patch may sound by itself, and another may arrive at any time: there is
    // no moment at which the host could stop calling.
    return CLAP_PROCESS_CONTINUE;
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
