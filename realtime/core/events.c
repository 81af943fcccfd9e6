/* Parameters and notes: from events and from the control side into the cells of
   the programs that run (builtins.md 20.1, 20.4). */
#include "player.h"

/* NaN compares false: callers have sorted it out. */
static double clamp01(double v) { return v < 0 ? 0 : v > 1 ? 1 : v; }

static void write_slot(const mmm_player *p, mmmrt_program *program, int slot) {
    const mmmrt_slot *s = &program->slots[slot];
    if (s->cell < 0)
        return;
    double v = clamp01(player_value(p, slot) + p->mod[slot]);
    mmmrt_instance *in = program->instance;
    double plain = s->pinned && v == s->home ? s->exact : s->min + v * (s->max - s->min);
    in->words[in->image.params + (uint32_t)s->cell] = number_word(plain);
}

static void write_note(const note *n, mmmrt_program *program, int channel) {
    int32_t cell = program->notes[channel];
    if (cell < 0)
        return;
    mmmrt_instance *in = program->instance;
    uint64_t *words = in->words + in->image.notes + 2 * (uint32_t)cell;
    words[0] = number_word(n->pitch);
    words[1] = number_word(n->velocity);
}

static void update_slot(mmm_player *p, int slot) {
    if (p->running)
        write_slot(p, p->running, slot);
    if (p->fading)
        write_slot(p, p->fading, slot);
}

static void update_note(mmm_player *p, int channel) {
    if (p->running)
        write_note(&p->notes[channel], p->running, channel);
    if (p->fading)
        write_note(&p->notes[channel], p->fading, channel);
}

void slot_set(mmm_player *p, int slot, double value) {
    atomic_store_explicit(&p->value[slot], number_word(value), memory_order_relaxed);
    update_slot(p, slot);
}

void cells_write(mmm_player *p, mmmrt_program *program) {
    for (int i = 0; i < MMM_SLOTS; i++)
        write_slot(p, program, i);
    for (int i = 0; i < CHANNELS; i++)
        if (p->notes[i].seen)
            write_note(&p->notes[i], program, i);
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

static void note_on(mmm_player *p, int channel, int key, double velocity) {
    note *n = &p->notes[channel];
    n->seen = true;
    n->key = key;
    n->pitch = key;
    n->velocity = velocity;
    update_note(p, channel);
}

/* key -1: whatever key sounds. Off without a note before it changes nothing. */
static void note_off(mmm_player *p, int channel, int key) {
    note *n = &p->notes[channel];
    if (!n->seen || (key >= 0 && key != n->key))
        return;
    n->velocity = 0;
    update_note(p, channel);
}

/* Silences a program's cell of a channel, also where only its own default
   velocity sounds. */
static void silence(mmmrt_program *program, int channel) {
    if (!program || program->notes[channel] < 0)
        return;
    mmmrt_instance *in = program->instance;
    in->words[in->image.notes + 2 * (uint32_t)program->notes[channel] + 1] = number_word(0);
}

static void all_off(mmm_player *p, int channel) {
    p->notes[channel].velocity = 0;
    silence(p->running, channel);
    silence(p->fading, channel);
}

void notes_reset(mmm_player *p) {
    for (int i = 0; i < CHANNELS; i++) {
        p->notes[i].seen = false;
        all_off(p, i);
        if (p->running && p->running->notes[i] >= 0) {
            mmmrt_instance *in = p->running->instance;
            in->words[in->image.notes + 2 * (uint32_t)p->running->notes[i]] =
                number_word(p->running->default_pitch[i]);
        }
    }
}

enum { MIDI_NOTE_OFF = 0x80, MIDI_NOTE_ON = 0x90, MIDI_CONTROL = 0xB0 };
enum { CONTROL_ALL_SOUND_OFF = 120, CONTROL_ALL_NOTES_OFF = 123 };

static void midi(mmm_player *p, const uint8_t bytes[3]) {
    int channel = bytes[0] & 15, a = bytes[1] & 127, b = bytes[2] & 127;
    switch (bytes[0] & 0xF0) {
    case MIDI_NOTE_ON:
        if (b > 0)
            note_on(p, channel, a, b);
        else
            note_off(p, channel, a);
        break;
    case MIDI_NOTE_OFF:
        note_off(p, channel, a);
        break;
    case MIDI_CONTROL:
        if (a == CONTROL_ALL_SOUND_OFF || a == CONTROL_ALL_NOTES_OFF)
            all_off(p, channel);
        break;
    default:
        break;
    }
}

static void note_event(mmm_player *p, const mmm_event *e, int channel) {
    if (e->kind == MMM_EVENT_NOTE_ON) {
        if (e->key >= 0 && e->key <= 127 && e->value == e->value)
            note_on(p, channel, e->key, 127 * clamp01(e->value));
    } else {
        note_off(p, channel, e->key);
    }
}

void event_apply(mmm_player *p, const mmm_event *e) {
    switch (e->kind) {
    case MMM_EVENT_PARAM_VALUE:
        param_value(p, e->slot, e->value);
        break;
    case MMM_EVENT_PARAM_MOD:
        param_mod(p, e->slot, e->value);
        break;
    case MMM_EVENT_NOTE_ON:
    case MMM_EVENT_NOTE_OFF:
    case MMM_EVENT_NOTE_CHOKE:
        if (e->channel < 0)
            for (int i = 0; i < CHANNELS; i++)
                note_event(p, e, i);
        else if (e->channel < CHANNELS)
            note_event(p, e, e->channel);
        break;
    case MMM_EVENT_MIDI:
        midi(p, e->midi);
        break;
    default:
        break;
    }
}
