// audio.cpp: the audio side of an exported plugin: plain values on their way to
// the core, which knows 0..1. [audio-thread] throughout, but for flush while the
// plugin is inactive.
#include "instance.hpp"
#include "session.hpp"

namespace mmm::patch {
namespace {

Instance *instance_of(mmm_player *player) { return reinterpret_cast<Instance *>(player); }

// A value for every note is the parameter's own.
bool is_for_all(const mmm_event &e) { return e.port < 0 && e.channel < 0 && e.key < 0 && e.note_id < 0; }

// Copies events with their plain values made normal ones.
void normalise(Instance *i, const mmm_event *events, uint32_t count) {
    const auto &controls = i->payload->controls;
    for (uint32_t k = 0; k < count; k++) {
        mmm_event &e = i->events[k] = events[k];
        const bool value = e.kind == MMM_EVENT_PARAM_VALUE;
        if (!value && e.kind != MMM_EVENT_PARAM_MOD) continue;
        if (e.slot < 0 || static_cast<size_t>(e.slot) >= controls.size()) {
            e.slot = -1;
            continue;
        }
        const Control &c = controls[static_cast<size_t>(e.slot)];
        if (!value) {
            // how far the host's amount, which is plain, moves the knob
            const double from = i->plain[e.slot].load(std::memory_order_relaxed);
            if (c.slot.curve != MMMRT_CURVE_LIN) e.value = c.normal(from + e.value) - c.normal(from);
            else e.value = c.slot.max != c.slot.min ? e.value / (c.slot.max - c.slot.min) : 0;
            continue;
        }
        if (is_for_all(e)) i->plain[e.slot].store(c.clamp(e.value), std::memory_order_relaxed);
        e.value = c.normal(e.value);
    }
}

}  // namespace

int mmm_process(mmm_player *player, const mmm_block *block) {
    Instance *i = instance_of(player);
    mmm_block normal = *block;
    normal.event_count = block->event_count < kEvents ? block->event_count : kEvents;
    normalise(i, block->events, normal.event_count);
    normal.events = i->events;
    return ::mmm_process(i->player, &normal);
}

void mmm_flush(mmm_player *player, const mmm_event *events, uint32_t count) {
    Instance *i = instance_of(player);
    while (count > 0) {
        const uint32_t n = count < kEvents ? count : kEvents;
        normalise(i, events, n);
        ::mmm_flush(i->player, i->events, n);
        events += n;
        count -= n;
    }
}

uint32_t mmm_take_note_ends(mmm_player *player, mmm_note_end *ends, uint32_t max) {
    return ::mmm_take_note_ends(instance_of(player)->player, ends, max);
}

uint32_t mmm_tail(mmm_player *player) { return ::mmm_tail(instance_of(player)->player); }

bool mmm_await(mmm_player *player, uint64_t timeout_ns) { return ::mmm_await(instance_of(player)->player, timeout_ns); }

void mmm_reset(mmm_player *player) { ::mmm_reset(instance_of(player)->player); }

}  // namespace mmm::patch
