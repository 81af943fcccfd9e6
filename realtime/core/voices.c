/* Voices: which note sounds in which voice of a pool.

   The player knows the notes, each program its pools. A note that begins gets a
   voice of every pool: one that sounds nothing, the one longest idle; else the
   one that was released first; else the one that began first. It keeps the voice
   until another note takes it, or until it is released and the voice is done.
   When that is only the patch can tell: a voice whose peak it reports
   (midi_voice_level!) is done when it was below -100 dB for 50 ms after its
   release, looked at every 256 frames of the player's time, so that it does not
   depend on the host's blocks; one that reports none is done when it is
   released. A note that has no voice left has ended, and the host is told.

   Gates: a voice that is taken while its gate is 1, or in the frame in which it
   fell, shows gate 0 for one frame, so that envelopes start again.

   An event costs at most one pass over all voices and one over all notes. */
#include "player.h"

#include <math.h>

enum { PITCH, VELOCITY, GATE, BEND, PRESSURE, TIMBRE };

static double clamp01(double v) { return v < 0 ? 0 : v > 1 ? 1 : v; }

static bool held(const note *n) { return n->down || n->pedal || n->sostenuto; }

/* The running and the fading program, of which either may be NULL. */
#define EACH_PROGRAM(p, program)                                                                                  \
    for (mmmrt_program *all_[2] = {(p)->running, (p)->fading}, **at_ = all_, *program; at_ < all_ + 2; at_++)     \
        if ((program = *at_) != NULL)

#define EACH_VOICE(program, v)                                                                                    \
    for (pool *pool_ = (program)->pools; pool_ < (program)->pools + (program)->pool_count; pool_++)               \
        for (voice *v = pool_->voices; v < pool_->voices + pool_->n; v++)

/* ---- from notes to cues ---- */

static void set(mmmrt_program *program, voice *v, int field, double x) {
    v->value[field] = x;
    if (v->cue[field] >= 0)
        program->instance->words[program->instance->image.cues + (uint32_t)v->cue[field]] = number_word(x);
}

static void fill(mmmrt_program *program, voice *v, const note *n) {
    set(program, v, PITCH, n->key + n->tuning + n->offset);
    set(program, v, VELOCITY, n->velocity);
    set(program, v, BEND, n->bend);
    set(program, v, PRESSURE, fmax(n->pressure, n->channel_pressure));
    set(program, v, TIMBRE, n->timbre >= 0 ? n->timbre : n->channel_timbre);
}

/* The modulation of a slot for a note: its own in place of the slot's. */
static double modulation(const mmm_player *p, int note, int slot) {
    if (note >= 0)
        for (int i = 0; i < p->notes[note].mod_count; i++)
            if (p->notes[note].mods[i].slot == slot)
                return p->notes[note].mods[i].amount;
    return p->mod[slot];
}

/* Writes the parameters that voices read: of one slot (-1: all) for the touched
   notes (NULL: all voices). */
static void write_params(const mmm_player *p, mmmrt_program *program, int slot, const bool *touched) {
    mmmrt_instance *in = program->instance;
    for (int32_t i = program->first[CUES_VOICE_PARAMS]; i >= 0; i = program->cues[i].next) {
        const mmmrt_cue *c = &program->cues[i].is;
        int note = program->pools[c->pool].voices[c->voice].note;
        if (c->number < 0 || (slot >= 0 && slot != c->number) || (touched && (note < 0 || !touched[note])))
            continue;
        double v = clamp01(player_value(p, c->number) + modulation(p, note, c->number));
        in->words[in->image.cues + (uint32_t)i] = number_word(slot_cell(&program->slots[c->number], v));
    }
}

/* Writes the voices of the notes that were touched. */
static void refresh(mmm_player *p, const bool touched[NOTES]) {
    EACH_PROGRAM(p, program) {
        EACH_VOICE(program, v)
            if (v->note >= 0 && touched[v->note])
                fill(program, v, &p->notes[v->note]);
        write_params(p, program, -1, touched);
    }
}

void voices_write(mmm_player *p, mmmrt_program *program) {
    EACH_VOICE(program, v)
        for (int k = 0; k < MMMRT_VOICE_FIELDS; k++)
            set(program, v, k, v->value[k]);
    write_params(p, program, -1, NULL);
}

void voices_slot(mmm_player *p, int slot) {
    EACH_PROGRAM(p, program)
        write_params(p, program, slot, NULL);
}

/* ---- from channels to notes ---- */

/* A note follows its channel; one of an MPE zone's members the master's wheel
   and pressure as well. */
static void follow(const mmm_player *p, note *n) {
    const channel_state *c = &p->channels[n->channel];
    n->bend = c->bend;
    n->offset = c->bend * c->range;
    n->channel_pressure = c->pressure / 127;
    n->channel_timbre = c->control[MIDI_TIMBRE] < 0 ? 0.5 : c->control[MIDI_TIMBRE] / 127.0;
    int master = midi_master(p, n->channel);
    if (master >= 0) {
        const channel_state *m = &p->channels[master];
        n->offset += m->bend * m->range;
        n->channel_pressure = fmax(n->channel_pressure, m->pressure / 127);
    }
}

static bool pedal_down(const mmm_player *p, int channel) {
    int master = midi_master(p, channel);
    return p->channels[channel].control[MIDI_SUSTAIN] >= 64 ||
           (master >= 0 && p->channels[master].control[MIDI_SUSTAIN] >= 64);
}

static bool sostenuto_down(const mmm_player *p, int channel) {
    int master = midi_master(p, channel);
    return p->channels[channel].control[MIDI_SOSTENUTO] >= 64 ||
           (master >= 0 && p->channels[master].control[MIDI_SOSTENUTO] >= 64);
}

/* Whether what happens on a channel concerns a note. */
static bool concerns(const mmm_player *p, int channel, const note *n) {
    return n->used && (n->channel == channel || midi_master(p, n->channel) == channel);
}

/* ---- ends ---- */

static bool another(const mmm_player *p, int note) {
    const note_name name = {p->notes[note].port, p->notes[note].channel, p->notes[note].key, p->notes[note].id};
    for (int i = 0; i < NOTES; i++) {
        const struct note *n = &p->notes[i];
        if (i != note && n->used && n->port == name.port && n->channel == name.channel && n->key == name.key &&
            n->id == name.id)
            return true;
    }
    return false;
}

/* Forgets a note and tells the host, unless another goes by the same name. */
static void end_note(mmm_player *p, int i) {
    note *n = &p->notes[i];
    n->used = false;
    if (another(p, i))
        return;
    mmm_note_end end = {p->in_frame, n->port, n->channel, n->key, n->id};
    queue_push(&p->ends, &end); /* full: nobody takes them */
}

static void drop(mmm_player *p, mmmrt_program *program, voice *v) {
    if (v->value[GATE] > 0) {
        set(program, v, GATE, 0);
        v->fell = p->frame;
    }
    v->waits = false;
    v->note = -1;
    v->since = ++p->order;
}

void voices_sweep(mmm_player *p) {
    bool heard[NOTES] = {false}, ended[NOTES] = {false}, any = false;
    if (p->running)
        EACH_VOICE(p->running, v)
            if (v->note >= 0)
                heard[v->note] = true;
    bool pools = p->running && p->running->pool_count > 0;
    for (int i = 0; i < NOTES; i++) {
        if (!p->notes[i].used || heard[i] || (!pools && held(&p->notes[i])))
            continue;
        end_note(p, i);
        any = ended[i] = true;
    }
    if (any && p->fading)
        EACH_VOICE(p->fading, v)
            if (v->note >= 0 && ended[v->note])
                drop(p, p->fading, v);
}

/* The gates of a note's voices fall. */
static void release(mmm_player *p, int i) {
    EACH_PROGRAM(p, program) {
        mmmrt_instance *in = program->instance;
        EACH_VOICE(program, v) {
            if (v->note != i)
                continue;
            drop(p, program, v);
            if (v->level < 0)
                continue;
            v->note = (int16_t)i; /* it is done when it is silent */
            v->silent = 0;
            in->words[in->image.globals + (uint32_t)v->level] = number_word(0);
            p->listen = true;
        }
    }
}

/* Takes all voices from a note. */
static void detach(mmm_player *p, int i) {
    EACH_PROGRAM(p, program)
        EACH_VOICE(program, v)
            if (v->note == i)
                drop(p, program, v);
}

/* ---- beginnings ---- */

/* The older of two by a rank and then by age; lower ranks go first. */
static bool before(int rank, uint64_t age, int best_rank, uint64_t best_age) {
    return rank < best_rank || (rank == best_rank && age < best_age);
}

static voice *choose(const mmm_player *p, pool *from) {
    voice *best = NULL;
    int best_rank = 3;
    for (voice *v = from->voices; v < from->voices + from->n; v++) {
        int rank = v->note < 0 ? 0 : held(&p->notes[v->note]) ? 2 : 1;
        if (!best || before(rank, v->since, best_rank, best->since)) {
            best = v;
            best_rank = rank;
        }
    }
    return best;
}

/* Gives a note a voice of each pool of a program. */
static void sound(mmm_player *p, mmmrt_program *program, int i) {
    for (pool *from = program->pools; from < program->pools + program->pool_count; from++) {
        voice *v = choose(p, from);
        v->waits = v->value[GATE] > 0 || v->fell == p->frame;
        if (v->value[GATE] > 0)
            v->fell = p->frame;
        p->raise = p->raise || v->waits;
        v->note = (int16_t)i;
        v->since = ++p->order;
        fill(program, v, &p->notes[i]);
        set(program, v, GATE, v->waits ? 0 : 1);
    }
}

/* A place for a note: a free one, else that of the note that is missed least. */
static int place(mmm_player *p) {
    int best = 0, best_rank = 3;
    for (int i = 0; i < NOTES; i++) {
        const note *n = &p->notes[i];
        if (!n->used)
            return i;
        int rank = held(n) ? 1 : 0;
        if (before(rank, n->order, best_rank, p->notes[best].order)) {
            best = i;
            best_rank = rank;
        }
    }
    detach(p, best);
    end_note(p, best);
    return best;
}

void voices_on(mmm_player *p, note_name name, double velocity) {
    /* a key that only a pedal holds and that is struck again is let go */
    for (int i = 0; i < NOTES; i++) {
        note *n = &p->notes[i];
        if (!n->used || n->down || !held(n) || n->port != name.port || n->channel != name.channel || n->key != name.key)
            continue;
        n->pedal = n->sostenuto = false;
        release(p, i);
    }
    int i = place(p);
    note *n = &p->notes[i];
    *n = (note){.used = true, .down = true, .port = (int16_t)name.port, .channel = (int16_t)name.channel,
                .key = (int16_t)name.key, .id = name.id, .order = ++p->order, .velocity = velocity, .timbre = -1};
    follow(p, n);
    EACH_PROGRAM(p, program) {
        sound(p, program, i);
    }
    bool touched[NOTES] = {false};
    touched[i] = true;
    EACH_PROGRAM(p, program)
        write_params(p, program, -1, touched);
    voices_sweep(p);
}

/* ---- what happens to notes ---- */

/* A note without an id of the host's goes by its key, whatever id is asked for. */
static bool matches(const note *n, note_name name) {
    return n->used && (name.port < 0 || n->port == name.port) && (name.channel < 0 || n->channel == name.channel) &&
           (name.key < 0 || n->key == name.key) &&
           (name.id < 0 || n->id == name.id || (n->id < 0 && name.key >= 0));
}

static void key_up(mmm_player *p, int i) {
    note *n = &p->notes[i];
    if (!n->down)
        return;
    n->down = false;
    n->pedal = pedal_down(p, n->channel);
    if (!held(n))
        release(p, i);
}

void voices_off(mmm_player *p, note_name name) {
    for (int i = 0; i < NOTES; i++)
        if (matches(&p->notes[i], name))
            key_up(p, i);
    voices_sweep(p);
}

void voices_choke(mmm_player *p, note_name name) {
    for (int i = 0; i < NOTES; i++) {
        note *n = &p->notes[i];
        if (!matches(n, name))
            continue;
        n->down = n->pedal = n->sostenuto = false;
        detach(p, i);
    }
    voices_sweep(p);
}

void voices_express(mmm_player *p, note_name name, int expression, double value) {
    bool touched[NOTES] = {false};
    for (int i = 0; i < NOTES; i++) {
        note *n = &p->notes[i];
        if (!matches(n, name))
            continue;
        touched[i] = true;
        if (expression == MMM_EXPRESSION_TUNING)
            n->tuning = fmax(-120, fmin(120, value));
        else if (expression == MMM_EXPRESSION_BRIGHTNESS)
            n->timbre = clamp01(value);
        else if (expression == MMM_EXPRESSION_PRESSURE)
            n->pressure = clamp01(value);
    }
    refresh(p, touched);
}

static void modulate(note *n, int slot, double amount) {
    int i = 0;
    while (i < n->mod_count && n->mods[i].slot != slot)
        i++;
    if (i == NOTE_MODS)
        return;
    if (i == n->mod_count)
        n->mod_count++;
    n->mods[i].slot = slot;
    n->mods[i].amount = amount;
}

void voices_modulate(mmm_player *p, note_name name, int slot, double amount) {
    bool touched[NOTES] = {false};
    for (int i = 0; i < NOTES; i++)
        if (matches(&p->notes[i], name)) {
            modulate(&p->notes[i], slot, amount);
            touched[i] = true;
        }
    EACH_PROGRAM(p, program)
        write_params(p, program, slot, touched);
}

void voices_sostenuto(mmm_player *p, int channel) {
    for (int i = 0; i < NOTES; i++)
        if (concerns(p, channel, &p->notes[i]) && p->notes[i].down)
            p->notes[i].sostenuto = true;
}

void voices_channel(mmm_player *p, int channel) {
    bool touched[NOTES] = {false}, ended = false;
    for (int i = 0; i < NOTES; i++) {
        note *n = &p->notes[i];
        if (!concerns(p, channel, n))
            continue;
        bool was = held(n);
        n->pedal = n->pedal && pedal_down(p, n->channel);
        n->sostenuto = n->sostenuto && sostenuto_down(p, n->channel);
        /* the channel of a released MPE note may be another note's by now */
        if (n->down || midi_master(p, n->channel) < 0) {
            follow(p, n);
            touched[i] = true;
        }
        if (was && !held(n)) {
            release(p, i);
            ended = true;
        }
    }
    refresh(p, touched);
    if (ended)
        voices_sweep(p);
}

/* ---- time ---- */

void voices_raise(mmm_player *p) {
    p->raise = false;
    EACH_PROGRAM(p, program)
        EACH_VOICE(program, v)
            if (v->waits) {
                v->waits = false;
                set(program, v, GATE, 1);
            }
}

void voices_listen(mmm_player *p) {
    bool left = false, ended = false;
    if (p->running) {
        mmmrt_instance *in = p->running->instance;
        double windows = player_rate(p) * SILENT_SECONDS / LISTEN_FRAMES;
        EACH_VOICE(p->running, v) {
            if (v->level < 0)
                continue;
            uint64_t *word = &in->words[in->image.globals + (uint32_t)v->level];
            double level = word_number(*word);
            *word = number_word(0);
            if (v->note < 0 || held(&p->notes[v->note]))
                continue;
            v->silent = level > SILENT_LEVEL ? 0 : v->silent + 1; /* NaN is silence */
            if (v->silent > windows) {
                drop(p, p->running, v);
                ended = true;
            } else {
                left = true;
            }
        }
    }
    p->listen = left;
    if (ended)
        voices_sweep(p);
}

/* ---- swaps ---- */

/* The pool whose voices a new one of n takes over: that of the same size, else
   the first. */
static const pool *heir_of(const mmmrt_program *old, uint32_t n) {
    for (uint32_t i = 0; i < old->pool_count; i++)
        if (old->pools[i].n == n)
            return &old->pools[i];
    return old->pools;
}

static void inherit(mmm_player *p, voice *to, const voice *from) {
    to->note = from->note;
    to->waits = from->waits;
    to->silent = from->silent;
    to->since = from->since;
    to->fell = from->fell;
    for (int k = 0; k < MMMRT_VOICE_FIELDS; k++)
        to->value[k] = from->value[k];
    if (to->note < 0 || held(&p->notes[to->note]))
        return;
    if (to->level < 0)
        to->note = -1; /* it tells no level: done */
    else
        p->listen = true;
}

void voices_adopt(mmm_player *p, mmmrt_program *old, mmmrt_program *program) {
    if (program->pool_count == 0)
        return;
    if (old && old->pool_count > 0) {
        for (pool *to = program->pools; to < program->pools + program->pool_count; to++) {
            const pool *from = heir_of(old, to->n);
            for (uint32_t i = 0; i < to->n && i < from->n; i++)
                inherit(p, &to->voices[i], &from->voices[i]);
        }
        return;
    }
    /* held notes, in the order in which they began */
    uint64_t last = 0;
    for (;;) {
        int next = -1;
        for (int i = 0; i < NOTES; i++)
            if (p->notes[i].used && held(&p->notes[i]) && p->notes[i].order > last &&
                (next < 0 || p->notes[i].order < p->notes[next].order))
                next = i;
        if (next < 0)
            return;
        last = p->notes[next].order;
        sound(p, program, next);
    }
}

void voices_reset(mmm_player *p) {
    for (int i = 0; i < NOTES; i++)
        p->notes[i].used = false;
    p->raise = p->listen = false;
}
