/* Events: what each kind sets off, and the parameters, from events and from the
   control side into the cells of the programs that run (builtins.md 20.1, 20.4). */
#include "player.h"

/* NaN compares false: callers have sorted it out. */
static double clamp01(double v) { return v < 0 ? 0 : v > 1 ? 1 : v; }

static void write_slot(const mmm_player *p, mmmrt_program *program, int slot) {
    const mmmrt_slot *s = &program->slots[slot];
    if (s->cell < 0)
        return;
    double v = clamp01(player_value(p, slot) + p->mod[slot]);
    mmmrt_instance *in = program->instance;
    in->words[in->image.params + (uint32_t)s->cell] = number_word(slot_cell(s, v));
}

static void update_slot(mmm_player *p, int slot) {
    if (p->running)
        write_slot(p, p->running, slot);
    if (p->fading)
        write_slot(p, p->fading, slot);
    voices_slot(p, slot);
}

void slot_set(mmm_player *p, int slot, double value) {
    atomic_store_explicit(&p->value[slot], number_word(value), memory_order_relaxed);
    update_slot(p, slot);
}

void cells_write(mmm_player *p, mmmrt_program *program) {
    for (int i = 0; i < MMM_SLOTS; i++)
        write_slot(p, program, i);
    cues_write(p, program);
}

void wishes_take(mmm_player *p) {
    for (int m = 0; m < MASKS; m++) {
        if (atomic_load_explicit(&p->wished[m], memory_order_relaxed) == 0)
            continue;
        uint64_t set = atomic_exchange_explicit(&p->wished[m], 0, memory_order_acquire);
        for (int i = 0; i < 64; i++)
            if (set >> i & 1)
                slot_set(p, 64 * m + i,
                         word_number(atomic_load_explicit(&p->wish[64 * m + i], memory_order_relaxed)));
    }
}

static void param_value(mmm_player *p, int slot, double value) {
    if (slot < 0 || slot >= MMM_SLOTS || value != value)
        return;
    slot_set(p, slot, clamp01(value));
    /* release: who sees the bit sees the value */
    atomic_fetch_or_explicit(&p->changed[slot / 64], (uint64_t)1 << slot % 64, memory_order_release);
}

static void param_mod(mmm_player *p, int slot, double value) {
    if (slot < 0 || slot >= MMM_SLOTS || value != value)
        return;
    p->mod[slot] = value;
    update_slot(p, slot);
}

static void update_note(mmm_player *p, int channel) {
    cues_channel(p, channel, MMMRT_CUE_PITCH, 0);
    cues_channel(p, channel, MMMRT_CUE_VELOCITY, 0);
}

void note_on(mmm_player *p, note_name name, double velocity, double unit) {
    for (int i = 0; i < CHANNELS; i++) {
        channel_state *c = &p->channels[i];
        if (name.channel >= 0 && name.channel != i)
            continue;
        c->seen = true;
        c->key = name.key;
        c->pitch = name.key;
        c->velocity = velocity;
        update_note(p, i);
    }
    if (name.channel >= 0)
        voices_on(p, name, unit);
}

void note_off(mmm_player *p, note_name name) {
    for (int i = 0; i < CHANNELS; i++) {
        channel_state *c = &p->channels[i];
        if ((name.channel >= 0 && name.channel != i) || !c->seen || (name.key >= 0 && name.key != c->key))
            continue;
        c->velocity = 0;
        update_note(p, i);
    }
    voices_off(p, name);
}

static void note_event(mmm_player *p, const mmm_event *e, note_name name) {
    switch (e->kind) {
    case MMM_EVENT_NOTE_ON:
        if (e->key < 0 || e->key > 127 || e->value != e->value)
            return;
        name.port = name.port < 0 ? 0 : name.port;
        if (e->channel < CHANNELS)
            note_on(p, name, 127 * clamp01(e->value), clamp01(e->value));
        break;
    case MMM_EVENT_NOTE_CHOKE:
        voices_choke(p, name);
        note_off(p, name);
        break;
    default:
        note_off(p, name);
        break;
    }
}

void event_apply(mmm_player *p, const mmm_event *e) {
    note_name name = {e->port, e->channel, e->key, e->note_id};
    switch (e->kind) {
    case MMM_EVENT_PARAM_VALUE:
        param_value(p, e->slot, e->value);
        break;
    case MMM_EVENT_PARAM_MOD:
        if (e->channel < 0 && e->key < 0 && e->note_id < 0)
            param_mod(p, e->slot, e->value);
        else if (e->slot >= 0 && e->slot < MMM_SLOTS && e->value == e->value)
            voices_modulate(p, name, e->slot, e->value);
        break;
    case MMM_EVENT_NOTE_ON:
    case MMM_EVENT_NOTE_OFF:
    case MMM_EVENT_NOTE_CHOKE:
        note_event(p, e, name);
        break;
    case MMM_EVENT_EXPRESSION:
        if (e->value == e->value)
            voices_express(p, name, e->expression, e->value);
        break;
    case MMM_EVENT_TRANSPORT:
        transport_apply(p, e);
        break;
    case MMM_EVENT_MIDI:
        midi_apply(p, e->midi);
        break;
    default:
        break;
    }
}
