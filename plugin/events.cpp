// events.cpp: events in both directions: the host's notes, parameters and MIDI
// become mmm_events, gestures of the editor become the host's.
#include "plugin.hpp"

#include <math.h>
#include <string.h>

namespace mmm {
namespace {

// ---- in ------------------------------------------------------------------------

// The one note port has index 0; -1 stands for every port.
bool is_our_port(int16_t port) { return port == 0 || port == -1; }

bool translate_note(const clap_event_note_t *note, uint16_t kind, mmm_event *event) {
    if (!is_our_port(note->port_index)) return false;
    event->kind = kind;
    event->port = note->port_index;
    event->channel = note->channel;
    event->key = note->key;
    event->note_id = note->note_id;
    event->value = note->velocity;
    return true;
}

// The cookie is not looked at: the id alone names the slot, so a host that
// passes none is served as well.
template <class T>
bool translate_param(const T *param, uint16_t kind, double value, mmm_event *event) {
    if (param->param_id < kFirstParamId || param->param_id - kFirstParamId >= MMM_SLOTS) return false;
    event->kind = kind;
    event->slot = static_cast<int16_t>(param->param_id - kFirstParamId);
    event->port = param->port_index;
    event->channel = param->channel;
    event->key = param->key;
    event->note_id = param->note_id;
    event->value = value;
    return true;
}

bool translate_midi(const clap_event_midi_t *midi, mmm_event *event) {
    if (midi->port_index != 0) return false;
    event->kind = MMM_EVENT_MIDI;
    event->channel = midi->data[0] & 0x0f;
    memcpy(event->midi, midi->data, sizeof midi->data);
    return true;
}

bool translate_expression(const clap_event_note_expression_t *e, mmm_event *event) {
    static_assert(static_cast<int>(MMM_EXPRESSION_TUNING) == CLAP_NOTE_EXPRESSION_TUNING &&
                      static_cast<int>(MMM_EXPRESSION_BRIGHTNESS) == CLAP_NOTE_EXPRESSION_BRIGHTNESS &&
                      static_cast<int>(MMM_EXPRESSION_PRESSURE) == CLAP_NOTE_EXPRESSION_PRESSURE,
                  "the numbers are the host's");
    if (!is_our_port(e->port_index)) return false;
    event->kind = MMM_EVENT_EXPRESSION;
    event->expression = static_cast<int16_t>(e->expression_id);
    event->port = e->port_index;
    event->channel = e->channel;
    event->key = e->key;
    event->note_id = e->note_id;
    event->value = e->value;
    return true;
}

// The event as its own type, or nullptr when the host gave fewer bytes than
// that type has.
template <class T>
const T *as(const clap_event_header_t *header) {
    return header->size >= sizeof(T) ? reinterpret_cast<const T *>(header) : nullptr;
}

}  // namespace

void translate_transport(const clap_event_transport_t *transport, mmm_event *event) {
    event->kind = MMM_EVENT_TRANSPORT;
    event->playing = (transport->flags & CLAP_TRANSPORT_IS_PLAYING) != 0;
    event->value = transport->flags & CLAP_TRANSPORT_HAS_BEATS_TIMELINE
                       ? static_cast<double>(transport->song_pos_beats) / CLAP_BEATTIME_FACTOR
                       : NAN;
    if (transport->flags & CLAP_TRANSPORT_HAS_TEMPO) event->tempo = transport->tempo;
}

bool translate(const clap_event_header_t *header, mmm_event *event) {
    if (header->space_id != CLAP_CORE_EVENT_SPACE_ID) return false;
    *event = {};
    event->slot = -1;
    event->port = event->channel = event->key = -1;
    event->note_id = -1;

    switch (header->type) {
    case CLAP_EVENT_NOTE_ON: {
        const auto *note = as<clap_event_note_t>(header);
        return note && translate_note(note, MMM_EVENT_NOTE_ON, event);
    }
    case CLAP_EVENT_NOTE_OFF: {
        const auto *note = as<clap_event_note_t>(header);
        return note && translate_note(note, MMM_EVENT_NOTE_OFF, event);
    }
    case CLAP_EVENT_NOTE_CHOKE: {
        const auto *note = as<clap_event_note_t>(header);
        return note && translate_note(note, MMM_EVENT_NOTE_CHOKE, event);
    }
    case CLAP_EVENT_NOTE_EXPRESSION: {
        const auto *expression = as<clap_event_note_expression_t>(header);
        return expression && translate_expression(expression, event);
    }
    case CLAP_EVENT_TRANSPORT: {
        const auto *transport = as<clap_event_transport_t>(header);
        if (transport) translate_transport(transport, event);
        return transport != nullptr;
    }
    case CLAP_EVENT_PARAM_VALUE: {
        const auto *param = as<clap_event_param_value_t>(header);
        return param && translate_param(param, MMM_EVENT_PARAM_VALUE, param->value, event);
    }
    case CLAP_EVENT_PARAM_MOD: {
        const auto *param = as<clap_event_param_mod_t>(header);
        return param && translate_param(param, MMM_EVENT_PARAM_MOD, param->amount, event);
    }
    case CLAP_EVENT_MIDI: {
        const auto *midi = as<clap_event_midi_t>(header);
        return midi && translate_midi(midi, event);
    }
    default:
        return false;
    }
}

// ---- out -----------------------------------------------------------------------

namespace {

bool push_gesture(const clap_output_events_t *out, const mmm_gesture &gesture) {
    const clap_id id = kFirstParamId + static_cast<clap_id>(gesture.slot);
    if (gesture.kind == 1) {
        clap_event_param_value_t value = {};
        value.header = {sizeof value, 0, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_IS_LIVE};
        value.param_id = id;
        value.note_id = value.port_index = value.channel = value.key = -1;
        value.value = gesture.value;
        return out->try_push(out, &value.header);
    }
    clap_event_param_gesture_t edge = {};
    const uint16_t type = gesture.kind == 0 ? CLAP_EVENT_PARAM_GESTURE_BEGIN : CLAP_EVENT_PARAM_GESTURE_END;
    edge.header = {sizeof edge, 0, CLAP_CORE_EVENT_SPACE_ID, type, CLAP_EVENT_IS_LIVE};
    edge.param_id = id;
    return out->try_push(out, &edge.header);
}

}  // namespace

void send_note_ends(Plugin *p, const clap_output_events_t *out, uint32_t begin) {
    mmm_note_end ends[32];
    uint32_t count;
    do {
        count = p->lib->mmm_take_note_ends(p->player, ends, 32);
        for (uint32_t i = 0; out && i < count; i++) {
            clap_event_note_t end = {};
            end.header = {sizeof end, begin + ends[i].time, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_NOTE_END, 0};
            end.note_id = ends[i].note_id;
            end.port_index = ends[i].port;
            end.channel = ends[i].channel;
            end.key = ends[i].key;
            out->try_push(out, &end.header);
        }
    } while (count == 32);
}

void send_gestures(Plugin *p, const clap_output_events_t *out) {
    if (!out) return;
    // A gesture that the host's list has no room for waits for the next block.
    while (const mmm_gesture *gesture = p->gestures.front()) {
        const bool known = gesture->slot >= 0 && gesture->slot < MMM_SLOTS;
        if (known && !push_gesture(out, *gesture)) return;
        p->gestures.pop();
    }
}

}  // namespace mmm
