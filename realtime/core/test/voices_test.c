/* Voices: who gets which, when they are let go, what the host is told; and that
   no stream of events leaves one stuck. */
#include "../player.h"

#include "check.h"
#include "fake.h"

#include <math.h>

enum { MAX = 16, FRAMES = 4096 };

static double gates[MAX][FRAMES], pitches[MAX][FRAMES];
static double envelope[MAX];
static int voices_seen;      /* voices of the program that plays */
static bool tells_levels;
static double sink[FRAMES];

static double cue_of(const fake *f, int voice, int kind) {
    return word_number(f->in->words[FAKE_CUES + voice * MMMRT_VOICE_FIELDS + kind - MMMRT_CUE_VOICE_PITCH]);
}

/* Notes gates and pitches; each voice has an envelope that falls by 1 % a frame. */
static void turn_voices(fake *f, uint32_t i) {
    uint32_t frame = (uint32_t)instance_now(f->in) % FRAMES;
    for (int v = 0; v < voices_seen; v++) {
        gates[v][frame] = cue_of(f, v, MMMRT_CUE_VOICE_GATE);
        pitches[v][frame] = cue_of(f, v, MMMRT_CUE_VOICE_PITCH);
        envelope[v] = gates[v][frame] > 0 ? 1 : envelope[v] * 0.99;
        uint64_t *level = &f->in->words[FAKE_GLOBAL + 1 + v];
        if (tells_levels)
            *level = number_word(fmax(word_number(*level), envelope[v]));
    }
    fake_out(f, 0, i, 0);
}

static mmmrt_cue cues[MAX * MMMRT_VOICE_FIELDS];
static int32_t levels[MAX];
static mmmrt_pool the_pool;

/* A swap to n voices in one pool. */
static mmmrt_swap pool_swap(fake *f, int n) {
    mmmrt_swap s = fake_swap(f);
    for (int v = 0; v < n; v++) {
        levels[v] = tells_levels ? 1 + v : -1;
        for (int k = 0; k < MMMRT_VOICE_FIELDS; k++)
            cues[v * MMMRT_VOICE_FIELDS + k] = (mmmrt_cue){.kind = MMMRT_CUE_VOICE_PITCH + k, .voice = v};
    }
    the_pool = (mmmrt_pool){(uint32_t)n, levels};
    s.cues = cues;
    s.cue_count = (size_t)(n * MMMRT_VOICE_FIELDS);
    s.pools = &the_pool;
    s.pool_count = 1;
    s.keep_time = true;
    return s;
}

static fake *new_voices(mmm_player *p, int n, fake *old) {
    fake *f = fake_new(turn_voices, 0, 1, 1);
    mmmrt_swap s = pool_swap(f, n);
    voices_seen = n;
    if (!old)
        memset(envelope, 0, sizeof envelope);
    fake_publish(p, &s, old);
    return f;
}

static mmm_player *new_player(void) { return mmmrt_player_new(&(mmmrt_options){.offline = true}); }

static void end(mmm_player *p, fake *f) {
    mmmrt_program *program;
    while ((program = mmmrt_player_drain(p)))
        mmmrt_program_free(program);
    mmmrt_player_free(p);
    fake_free(f);
}

static void play(mmm_player *p, uint32_t frames, const mmm_event *e, uint32_t count) {
    double *outs[1] = {sink};
    mmm_block b = {.frames = frames, .event_count = count, .events = e, .out_channels = 1, .out64 = outs};
    mmm_process(p, &b);
}

static mmm_event ev(uint32_t time, uint16_t kind, int channel, int key, int id, double value) {
    return (mmm_event){.time = time, .kind = kind, .channel = (int16_t)channel, .key = (int16_t)key, .note_id = id,
                       .value = value};
}

static mmm_event bytes(uint32_t time, int a, int b, int c) {
    return (mmm_event){.time = time, .kind = MMM_EVENT_MIDI, .midi = {(uint8_t)a, (uint8_t)b, (uint8_t)c}};
}

static void one(mmm_player *p, mmm_event e) { play(p, 1, &e, 1); }

static double gate(const fake *f, int v) { return cue_of(f, v, MMMRT_CUE_VOICE_GATE); }

static double pitch(const fake *f, int v) { return cue_of(f, v, MMMRT_CUE_VOICE_PITCH); }

static uint32_t ends(mmm_player *p, mmm_note_end *list) { return mmm_take_note_ends(p, list, 64); }

static void notes_get_the_voice_that_is_missed_least(void) {
    tells_levels = true;
    mmm_player *p = new_player();
    fake *f = new_voices(p, 3, NULL);
    mmm_note_end list[64];
    for (int k = 0; k < 3; k++)
        one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 60 + k, -1, 0.5));
    for (int v = 0; v < 3; v++) {
        CHECK_EQUAL("each has a voice", pitch(f, v), 60 + v);
        CHECK_EQUAL("and a gate", gate(f, v), 1);
    }
    CHECK_EQUAL("velocity", cue_of(f, 0, MMMRT_CUE_VOICE_VELOCITY), 0.5);
    CHECK_EQUAL("timbre", cue_of(f, 0, MMMRT_CUE_VOICE_TIMBRE), 0.5);
    one(p, ev(0, MMM_EVENT_NOTE_OFF, 0, 61, -1, 0));
    one(p, ev(0, MMM_EVENT_NOTE_OFF, 0, 60, -1, 0));
    CHECK_EQUAL("released voices sound", ends(p, list), 0);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 70, -1, 1));
    CHECK_EQUAL("the oldest released goes first", pitch(f, 1), 70);
    CHECK_EQUAL("its note has ended", ends(p, list), 1);
    CHECK_EQUAL("that of key 61", list[0].key, 61);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 71, -1, 1));
    CHECK_EQUAL("then the other released", pitch(f, 0), 71);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 72, -1, 1));
    CHECK_EQUAL("then the oldest held", pitch(f, 2), 72);
    CHECK_EQUAL("ends", ends(p, list), 2);
    CHECK_EQUAL("key 60", list[0].key, 60);
    CHECK_EQUAL("key 62", list[1].key, 62);
    end(p, f);
}

static void a_taken_voice_shows_a_closed_gate_for_one_frame(void) {
    tells_levels = true;
    mmm_player *p = new_player();
    fake *f = new_voices(p, 1, NULL);
    mmm_event e[] = {ev(3, MMM_EVENT_NOTE_ON, 0, 60, -1, 1), ev(10, MMM_EVENT_NOTE_ON, 0, 62, -1, 1),
                     ev(20, MMM_EVENT_NOTE_OFF, 0, 62, -1, 0), ev(20, MMM_EVENT_NOTE_ON, 0, 64, -1, 1),
                     ev(30, MMM_EVENT_NOTE_OFF, 0, 64, -1, 0), ev(31, MMM_EVENT_NOTE_ON, 0, 65, -1, 1),
                     ev(40, MMM_EVENT_NOTE_ON, 0, 66, -1, 1), ev(40, MMM_EVENT_NOTE_OFF, 0, 66, -1, 1)};
    play(p, 64, e, sizeof e / sizeof *e);
    for (int i = 0; i < 64; i++) {
        bool low = i < 3 || i == 10 || i == 20 || i == 30 || i >= 40;
        CHECK_EQUAL("gate", gates[0][i], low ? 0 : 1);
    }
    CHECK_EQUAL("the pitch is the new one at once", pitches[0][10], 62);
    CHECK_EQUAL("and on", pitches[0][31], 65);
    end(p, f);
}

static void a_gate_that_waits_survives_the_end_of_a_block(void) {
    tells_levels = true;
    mmm_player *p = new_player();
    fake *f = new_voices(p, 1, NULL);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 60, -1, 1));
    mmm_event e = ev(9, MMM_EVENT_NOTE_ON, 0, 61, -1, 1);
    play(p, 10, &e, 1);
    mmm_flush(p, NULL, 0);
    play(p, 10, NULL, 0);
    CHECK_EQUAL("before", gates[0][9], 1);
    CHECK_EQUAL("in the last frame", gates[0][10], 0);
    CHECK_EQUAL("in the next block", gates[0][11], 1);
    end(p, f);
}

static void a_released_voice_is_done_when_it_is_silent(void) {
    tells_levels = true;
    mmm_player *p = new_player();
    fake *f = new_voices(p, 2, NULL);
    mmm_note_end list[64];
    one(p, ev(0, MMM_EVENT_NOTE_ON, 3, 60, 77, 1));
    one(p, ev(0, MMM_EVENT_NOTE_OFF, 3, 60, -1, 1));
    /* -100 dB after 1146 frames, then 50 ms: 2400; looked at every 256 frames */
    uint32_t n = 0, frames = 2;
    while (n == 0 && frames < 100000) {
        play(p, 100, NULL, 0);
        frames += 100;
        n = ends(p, list);
    }
    CHECK_NEAR("frames until the end", frames, 3850, 400);
    CHECK_EQUAL("identity: id", list[0].note_id, 77);
    CHECK_EQUAL("channel", list[0].channel, 3);
    CHECK_EQUAL("port", list[0].port, 0);
    CHECK("its frame is in the block", list[0].time < 100);
    end(p, f);

    tells_levels = false;
    p = new_player();
    f = new_voices(p, 2, NULL);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 3, 60, 77, 1));
    CHECK_EQUAL("not yet", ends(p, list), 0);
    mmm_event off = ev(7, MMM_EVENT_NOTE_OFF, 3, 60, -1, 1);
    play(p, 100, &off, 1);
    CHECK_EQUAL("a voice that tells no level is done at once", ends(p, list), 1);
    CHECK_EQUAL("at that frame", list[0].time, 7);
    end(p, f);
}

static void pedals_hold(void) {
    tells_levels = false;
    mmm_player *p = new_player();
    fake *f = new_voices(p, 4, NULL);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 60, -1, 1));
    one(p, bytes(0, 0xB0, 64, 127));
    one(p, ev(0, MMM_EVENT_NOTE_OFF, 0, 60, -1, 1));
    CHECK_EQUAL("sustained", gate(f, 0), 1);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 1, 61, -1, 1));
    one(p, ev(0, MMM_EVENT_NOTE_OFF, 1, 61, -1, 1));
    CHECK_EQUAL("not on another channel", gate(f, 1), 0);
    one(p, bytes(0, 0xB0, 123, 0));
    CHECK_EQUAL("all notes off leaves it to the pedal", gate(f, 0), 1);
    one(p, bytes(0, 0xB0, 64, 63));
    CHECK_EQUAL("pedal up", gate(f, 0), 0);

    one(p, bytes(0, 0x90, 62, 100)); /* voice 2 */
    one(p, bytes(0, 0xB0, 66, 127));
    one(p, bytes(0, 0x90, 63, 100)); /* voice 3 */
    one(p, bytes(0, 0x80, 62, 0));
    one(p, bytes(0, 0x80, 63, 0));
    CHECK_EQUAL("sostenuto holds what was down", gate(f, 2), 1);
    CHECK_EQUAL("and nothing else", gate(f, 3), 0);
    one(p, bytes(0, 0xB0, 66, 0));
    CHECK_EQUAL("until it is up", gate(f, 2), 0);

    one(p, bytes(0, 0xB0, 64, 127));
    one(p, bytes(0, 0x90, 65, 100));
    one(p, bytes(0, 0x90, 65, 0));
    one(p, bytes(0, 0xB0, 120, 0));
    for (int v = 0; v < 4; v++)
        CHECK_EQUAL("all sound off", gate(f, v), 0);
    end(p, f);
}

static void wildcards_name_notes(void) {
    tells_levels = false;
    mmm_player *p = new_player();
    fake *f = new_voices(p, 4, NULL);
    mmm_note_end list[64];
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 60, 1, 1));
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 60, 2, 1));
    one(p, ev(0, MMM_EVENT_NOTE_ON, 1, 62, 3, 1));
    one(p, ev(0, MMM_EVENT_NOTE_ON, 1, 63, -1, 1));
    one(p, ev(0, MMM_EVENT_NOTE_OFF, -1, -1, 2, 0));
    CHECK_EQUAL("by id alone", gate(f, 1), 0);
    CHECK_EQUAL("not its twin", gate(f, 0), 1);
    one(p, ev(0, MMM_EVENT_NOTE_OFF, 0, -1, 3, 0));
    CHECK_EQUAL("an id of another channel", gate(f, 2), 1);
    one(p, ev(0, MMM_EVENT_NOTE_OFF, -1, 63, 9, 0));
    CHECK_EQUAL("a note without id goes by its key", gate(f, 3), 0);
    one(p, ev(0, MMM_EVENT_NOTE_CHOKE, -1, -1, -1, 0));
    CHECK_EQUAL("all", gate(f, 0) + gate(f, 2), 0);
    CHECK_EQUAL("ends", ends(p, list), 4);
    one(p, ev(0, MMM_EVENT_NOTE_ON, -1, 60, 1, 1));
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, -1, 1, 1));
    one(p, ev(0, MMM_EVENT_NOTE_ON, 16, 60, 1, 1));
    for (int v = 0; v < 4; v++)
        CHECK_EQUAL("a note has a channel and a key", gate(f, v), 0);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 60, -1, 0));
    CHECK_EQUAL("velocity 0 is a note", gate(f, 0) + gate(f, 1) + gate(f, 2) + gate(f, 3), 1);
    end(p, f);
}

static void expressions_and_wheels_bend(void) {
    tells_levels = true;
    mmm_player *p = new_player();
    fake *f = new_voices(p, 2, NULL);
    mmm_event e = ev(0, MMM_EVENT_EXPRESSION, 0, 60, 5, 0.25);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 60, 5, 1));
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 64, 6, 1));
    e.expression = MMM_EXPRESSION_TUNING;
    one(p, e);
    CHECK_EQUAL("tuning", pitch(f, 0), 60.25);
    CHECK_EQUAL("of one note", pitch(f, 1), 64);
    e.expression = MMM_EXPRESSION_BRIGHTNESS;
    e.value = 2;
    one(p, e);
    CHECK_EQUAL("timbre, clamped", cue_of(f, 0, MMMRT_CUE_VOICE_TIMBRE), 1);
    e.expression = MMM_EXPRESSION_PRESSURE;
    e.value = 0.5;
    one(p, e);
    CHECK_EQUAL("pressure", cue_of(f, 0, MMMRT_CUE_VOICE_PRESSURE), 0.5);
    e.value = NAN;
    one(p, e);
    CHECK_EQUAL("NaN is ignored", cue_of(f, 0, MMMRT_CUE_VOICE_PRESSURE), 0.5);
    one(p, bytes(0, 0xD0, 127, 0));
    CHECK_EQUAL("channel pressure", cue_of(f, 1, MMMRT_CUE_VOICE_PRESSURE), 1);
    one(p, bytes(0, 0xD0, 0, 0));
    one(p, bytes(0, 0xA0, 64, 127));
    CHECK_EQUAL("key pressure", cue_of(f, 1, MMMRT_CUE_VOICE_PRESSURE), 1);
    CHECK_EQUAL("of one key", cue_of(f, 0, MMMRT_CUE_VOICE_PRESSURE), 0.5);
    one(p, bytes(0, 0xE0, 127, 127));
    CHECK_EQUAL("the wheel is two semitones", pitch(f, 1), 66);
    CHECK_EQUAL("bend", cue_of(f, 1, MMMRT_CUE_VOICE_BEND), 1);
    one(p, bytes(0, 0xB0, 101, 0));
    one(p, bytes(0, 0xB0, 100, 0));
    one(p, bytes(0, 0xB0, 6, 12));
    CHECK_EQUAL("or what RPN 0 says", pitch(f, 1), 76);
    one(p, bytes(0, 0xB0, 38, 50));
    CHECK_EQUAL("with cents", pitch(f, 1), 76.5);
    one(p, bytes(0, 0xB0, 74, 127));
    CHECK_EQUAL("controller 74 is timbre", cue_of(f, 1, MMMRT_CUE_VOICE_TIMBRE), 1);
    one(p, bytes(0, 0xB0, 121, 0));
    CHECK_EQUAL("reset all controllers centres the wheel", pitch(f, 1), 64);
    end(p, f);
}

static void zones_give_each_note_its_wheel(void) {
    tells_levels = true;
    mmm_player *p = new_player();
    fake *f = new_voices(p, 4, NULL);
    one(p, bytes(0, 0xB0, 101, 0));
    one(p, bytes(0, 0xB0, 100, 6));
    one(p, bytes(0, 0xB0, 6, 5));
    one(p, bytes(0, 0x91, 60, 100));
    one(p, bytes(0, 0x92, 64, 100));
    one(p, bytes(0, 0xE1, 0, 96)); /* half up */
    CHECK_NEAR("48 semitones", pitch(f, 0), 84, 0.01);
    CHECK_EQUAL("of one note", pitch(f, 1), 64);
    one(p, bytes(0, 0xE0, 127, 127));
    CHECK_EQUAL("the master bends all by 2", pitch(f, 1), 66);
    one(p, bytes(0, 0xD0, 127, 0));
    CHECK_EQUAL("and presses all", cue_of(f, 1, MMMRT_CUE_VOICE_PRESSURE), 1);
    one(p, bytes(0, 0xB0, 64, 127));
    one(p, bytes(0, 0x92, 64, 0));
    CHECK_EQUAL("its pedal holds all", gate(f, 1), 1);
    one(p, bytes(0, 0xB0, 64, 0));
    CHECK_EQUAL("until it is up", gate(f, 1), 0);
    one(p, bytes(0, 0xE2, 0, 0));
    CHECK_EQUAL("a released note keeps its wheel", pitch(f, 1), 66);
    one(p, bytes(0, 0x97, 40, 100));
    one(p, bytes(0, 0xE7, 127, 127));
    CHECK_EQUAL("channels outside of the zone are as ever", pitch(f, 2), 42);
    one(p, bytes(0, 0xBF, 101, 0));
    one(p, bytes(0, 0xBF, 100, 6));
    one(p, bytes(0, 0xBF, 6, 14));
    CHECK_EQUAL("a zone that grows takes from the other", midi_master(p, 1), 15);
    CHECK_EQUAL("down to its master", midi_master(p, 14), 15);
    end(p, f);
}

static void held_notes_outlive_a_swap(void) {
    tells_levels = true;
    mmm_player *p = new_player();
    fake *f = new_voices(p, 3, NULL);
    mmm_note_end list[64];
    for (int k = 0; k < 3; k++)
        one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 60 + k, k, 1));
    fake *g = new_voices(p, 3, f);
    play(p, 1, NULL, 0);
    for (int v = 0; v < 3; v++)
        CHECK_EQUAL("pitch and gate", pitch(g, v) * gate(g, v), 60 + v);
    fake *h = new_voices(p, 2, g);
    play(p, 1, NULL, 0);
    CHECK_EQUAL("by index", pitch(h, 1), 61);
    CHECK_EQUAL("the third has ended", ends(p, list), 1);
    CHECK_EQUAL("it", list[0].key, 62);
    fake *i = new_voices(p, 8, h);
    one(p, ev(0, MMM_EVENT_NOTE_OFF, 0, 61, 1, 0));
    CHECK_EQUAL("still held", gate(i, 0), 1);
    CHECK_EQUAL("released", gate(i, 1), 0);

    /* a patch without voices, held notes, and back */
    fake *j = fake_new(turn_now, 0, 1, 1);
    mmmrt_swap s = fake_swap(j);
    fake_publish(p, &s, i);
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 72, 9, 1));
    fake *k = new_voices(p, 4, j);
    play(p, 1, NULL, 0);
    CHECK_EQUAL("the oldest first", pitch(k, 0) * gate(k, 0), 60);
    CHECK_EQUAL("then the one that was struck meanwhile", pitch(k, 1) * gate(k, 1), 72);
    for (mmmrt_program *q; (q = mmmrt_player_collect(p));)
        mmmrt_program_free(q);
    fake_free(f);
    fake_free(g);
    fake_free(h);
    fake_free(i);
    fake_free(j);
    end(p, k);
}

static void a_patch_without_voices_ends_notes_at_their_release(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_now, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    fake_publish(p, &s, NULL);
    mmm_note_end list[64];
    one(p, ev(0, MMM_EVENT_NOTE_ON, 0, 60, 4, 1));
    CHECK_EQUAL("held", ends(p, list), 0);
    one(p, ev(0, MMM_EVENT_NOTE_OFF, 0, 60, 4, 1));
    CHECK_EQUAL("released", ends(p, list), 1);
    CHECK_EQUAL("its id", list[0].note_id, 4);
    for (int k = 0; k < 1000; k++)
        one(p, ev(0, MMM_EVENT_NOTE_ON, k % 16, k % 128, k, 1));
    uint32_t n = 0, got;
    while ((got = ends(p, list)) > 0)
        n += got;
    CHECK_EQUAL("more held notes than are known end the oldest, and 512 ends wait", n, 512);
    end(p, f);
}

static void parameters_are_modulated_for_single_notes(void) {
    tells_levels = true;
    mmm_player *p = new_player();
    fake *f = fake_new(turn_now, 0, 1, 1);
    mmmrt_swap s = pool_swap(f, 2);
    static mmmrt_cue more[4];
    more[0] = (mmmrt_cue){.kind = MMMRT_CUE_VOICE_PARAM, .voice = 0, .number = 1};
    more[1] = (mmmrt_cue){.kind = MMMRT_CUE_VOICE_PARAM, .voice = 1, .number = 1};
    s.cues = more;
    s.cue_count = 2;
    s.slots[9] = (mmmrt_slot){.cell = 1, .min = 0, .max = 10};
    fake_publish(p, &s, NULL);
    mmm_event e[] = {ev(0, MMM_EVENT_NOTE_ON, 0, 60, 1, 1), ev(0, MMM_EVENT_NOTE_ON, 0, 61, 2, 1),
                     {.kind = MMM_EVENT_PARAM_VALUE, .slot = 9, .value = 0.5},
                     {.kind = MMM_EVENT_PARAM_MOD, .slot = 9, .port = -1, .channel = -1, .key = -1, .note_id = -1, .value = 0.1},
                     {.kind = MMM_EVENT_PARAM_MOD, .slot = 9, .port = -1, .channel = -1, .key = -1, .note_id = 2, .value = 0.3}};
    play(p, 1, e, 5);
    CHECK_NEAR("the slot's modulation", word_number(f->in->words[FAKE_CUES]), 6, 1e-12);
    CHECK_NEAR("the note's in its place", word_number(f->in->words[FAKE_CUES + 1]), 8, 1e-12);
    CHECK_NEAR("the control itself", word_number(f->in->words[FAKE_PARAMS + 1]), 6, 1e-12);
    mmm_event v = {.kind = MMM_EVENT_PARAM_VALUE, .slot = 9, .value = 0.6};
    one(p, v);
    CHECK_NEAR("both move with the knob", word_number(f->in->words[FAKE_CUES + 1]), 9, 1e-12);
    end(p, f);
}

static void the_transport_runs_between_events(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_now, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    static const mmmrt_cue t[] = {{.kind = MMMRT_CUE_BEAT}, {.kind = MMMRT_CUE_BEAT_START}, {.kind = MMMRT_CUE_BEAT_STEP},
                                  {.kind = MMMRT_CUE_PLAYING}, {.kind = MMMRT_CUE_TEMPO}};
    s.cues = t;
    s.cue_count = 5;
    fake_publish(p, &s, NULL);
    const uint64_t *w = f->in->words + FAKE_CUES;
    play(p, 100, NULL, 0);
    CHECK_EQUAL("tempo before the host speaks", word_number(w[4]), 120);
    mmm_event e = {.time = 20, .kind = MMM_EVENT_TRANSPORT, .playing = 1, .value = 7, .tempo = 60};
    play(p, 100, &e, 1);
    CHECK_EQUAL("beat", word_number(w[0]), 7);
    CHECK_EQUAL("at the frame of the event", word_number(w[1]), 120);
    CHECK_EQUAL("step", word_number(w[2]), 1 / 48000.0);
    CHECK_EQUAL("playing", word_number(w[3]), 1);
    mmm_reset(p);
    play(p, 1, NULL, 0);
    CHECK_EQUAL("a reset turns the clock back, not the song", word_number(w[1]), -80);
    e = (mmm_event){.kind = MMM_EVENT_TRANSPORT, .value = NAN};
    one(p, e);
    CHECK_EQUAL("without a position it stops where it is", word_number(w[0]), 7 + 81 / 48000.0);
    CHECK_EQUAL("stopped", word_number(w[2]), 0);
    e = (mmm_event){.kind = MMM_EVENT_TRANSPORT, .playing = 1, .value = INFINITY, .tempo = INFINITY};
    one(p, e);
    CHECK_EQUAL("nonsense is ignored", word_number(w[4]), 60);
    end(p, f);
}

static void hostile_cues_are_refused(void) {
    tells_levels = true;
    mmmrt_cue bad[] = {{.kind = -1},
                       {.kind = MMMRT_CUE_KINDS},
                       {.kind = MMMRT_CUE_BEND, .channel = 16},
                       {.kind = MMMRT_CUE_CONTROLLER, .number = 128},
                       {.kind = MMMRT_CUE_VOICE_GATE, .pool = 1},
                       {.kind = MMMRT_CUE_VOICE_GATE, .voice = 2},
                       {.kind = MMMRT_CUE_VOICE_PARAM, .number = 2}};
    fake *f = fake_new(turn_now, 0, 1, 1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mmmrt_swap s = pool_swap(f, 2);
        s.cues = &bad[i];
        s.cue_count = 1;
        CHECK("a wrong cue", mmmrt_program_new(&s, 0, 0) == NULL);
    }
    mmmrt_swap s = pool_swap(f, 2);
    s.cue_count = 201;
    CHECK("more cues than words", mmmrt_program_new(&s, 0, 0) == NULL);
    s = pool_swap(f, 2);
    levels[1] = 32;
    CHECK("a level that is no global", mmmrt_program_new(&s, 0, 0) == NULL);
    s = pool_swap(f, 2);
    the_pool.voices = 0;
    CHECK("no voices", mmmrt_program_new(&s, 0, 0) == NULL);
    fake_free(f);
}

/* ---- anything ---- */

static uint64_t seed;

static uint32_t rnd(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static mmm_event anything(void) {
    static const uint16_t kinds[] = {MMM_EVENT_NOTE_ON, MMM_EVENT_NOTE_ON, MMM_EVENT_NOTE_ON, MMM_EVENT_NOTE_OFF,
                                     MMM_EVENT_NOTE_OFF, MMM_EVENT_NOTE_CHOKE, MMM_EVENT_EXPRESSION, MMM_EVENT_MIDI,
                                     MMM_EVENT_MIDI, MMM_EVENT_MIDI, MMM_EVENT_PARAM_MOD, MMM_EVENT_TRANSPORT, 99};
    static const uint8_t controls[] = {1, 6, 38, 64, 64, 66, 74, 98, 100, 101, 120, 121, 123};
    mmm_event e = ev(0, kinds[rnd(13)], (int)rnd(5) - 1, (int)rnd(12) + 50, (int)rnd(6) - 1, rnd(5) / 4.0);
    if (rnd(8) == 0)
        e.key = -1;
    e.port = (int16_t)((int)rnd(3) - 1);
    e.expression = (int16_t)rnd(8);
    e.slot = (int16_t)rnd(3);
    static const uint8_t status[] = {0x90, 0x80, 0xA0, 0xB0, 0xB0, 0xD0, 0xE0, 0xC0, 0xF0};
    e.midi[0] = (uint8_t)(status[rnd(9)] | (rnd(4) == 3 ? 15 : rnd(4)));
    e.midi[1] = (e.midi[0] & 0xF0) == 0xB0 ? controls[rnd(13)] : (uint8_t)(50 + rnd(12));
    e.midi[2] = (uint8_t)(rnd(3) == 0 ? 0 : rnd(3) == 0 ? rnd(8) : rnd(256));
    return e;
}

/* What always holds. */
static void consistent(const mmm_player *p) {
    const mmmrt_program *program = p->running;
    for (uint32_t k = 0; k < program->pools[0].n; k++) {
        const voice *v = &program->pools[0].voices[k];
        CHECK("a voice sounds a note that is known", v->note < 0 || p->notes[v->note].used);
        bool held = v->note >= 0 && (p->notes[v->note].down || p->notes[v->note].pedal || p->notes[v->note].sostenuto);
        CHECK_EQUAL("its gate is open while it is held", v->value[2], held && !v->waits);
        CHECK("its pitch is finite", isfinite(v->value[0]));
    }
}

static void no_stream_of_events_leaves_a_voice_stuck(void) {
    for (uint64_t run = 1; run <= 60; run++) {
        seed = run;
        tells_levels = rnd(2);
        mmm_player *p = new_player();
        mmm_note_end list[64];
        fake *f = new_voices(p, 1 + (int)rnd(8), NULL);
        uint32_t begun = 0, ended = 0;
        for (int block = 0; block < 150; block++) {
            mmm_event e[12];
            uint32_t count = rnd(12), frames = rnd(300), time = 0;
            for (uint32_t i = 0; i < count; i++) {
                e[i] = anything();
                time += rnd(3) == 0 ? rnd(40) : 0;
                e[i].time = time;
                begun += e[i].kind == MMM_EVENT_NOTE_ON || e[i].kind == MMM_EVENT_MIDI;
            }
            play(p, frames, e, count);
            for (uint32_t n; (n = ends(p, list)) > 0; ended += n)
                for (uint32_t i = 0; i < n; i++)
                    CHECK("a note's end is in its block", list[i].time < (frames ? frames : 1));
            consistent(p);
            if (rnd(20) == 0) {
                fake *g = new_voices(p, 1 + (int)rnd(8), f);
                play(p, 1, NULL, 0);
                mmmrt_program_free(mmmrt_player_collect(p));
                fake_free(f);
                f = g;
                consistent(p);
            }
        }
        for (int ch = 0; ch < 16; ch++) { /* hands off, feet off */
            one(p, bytes(0, 0xB0 | ch, 64, 0));
            one(p, bytes(0, 0xB0 | ch, 66, 0));
        }
        one(p, ev(0, MMM_EVENT_NOTE_OFF, -1, -1, -1, 0));
        mmm_event all = ev(0, MMM_EVENT_NOTE_OFF, -1, -1, -1, 0);
        all.port = -1;
        one(p, all);
        for (int v = 0; v < voices_seen; v++)
            CHECK_EQUAL("no gate is left open", gate(f, v), 0);
        for (int i = 0; i < 40; i++)
            play(p, 256, NULL, 0);
        for (uint32_t n; (n = ends(p, list)) > 0;)
            ended += n;
        for (int i = 0; i < NOTES; i++)
            CHECK("no note is left", !p->notes[i].used);
        CHECK("notes have ended, none twice", ended > 0 && ended <= begun);
        end(p, f);
    }
}

/* Blocks of one length or of another: the same gates in the same frames. */
static void blocks_make_no_difference(void) {
    static double first[4][FRAMES];
    tells_levels = true;
    for (int pass = 0; pass < 2; pass++) {
        mmm_player *p = new_player();
        fake *f = new_voices(p, 4, NULL);
        seed = 5;
        mmm_event e[200];
        uint32_t time = 0, count = 200;
        for (uint32_t i = 0; i < count; i++) {
            e[i] = anything();
            e[i].time = time += rnd(40);
        }
        uint32_t next = 0;
        for (uint32_t at = 0; at < 4000;) {
            uint32_t frames = pass == 0 ? 400 : 1 + (at * 7) % 97, from = next;
            if (frames > 4000 - at)
                frames = 4000 - at;
            while (next < count && e[next].time < at + frames)
                e[next++].time -= at;
            play(p, frames, e + from, next - from);
            at += frames;
        }
        for (int v = 0; v < 4; v++) {
            if (pass == 0)
                memcpy(first[v], pitches[v], 4000 * sizeof(double));
            else
                CHECK("pitches", memcmp(first[v], pitches[v], 4000 * sizeof(double)) == 0);
        }
        end(p, f);
    }
}

int main(void) {
    notes_get_the_voice_that_is_missed_least();
    a_taken_voice_shows_a_closed_gate_for_one_frame();
    a_gate_that_waits_survives_the_end_of_a_block();
    a_released_voice_is_done_when_it_is_silent();
    pedals_hold();
    wildcards_name_notes();
    expressions_and_wheels_bend();
    zones_give_each_note_its_wheel();
    held_notes_outlive_a_swap();
    a_patch_without_voices_ends_notes_at_their_release();
    parameters_are_modulated_for_single_notes();
    the_transport_runs_between_events();
    hostile_cues_are_refused();
    no_stream_of_events_leaves_a_voice_stuck();
    blocks_make_no_difference();
    return check_result();
}
