/* What one thread can see: events, chunks, channels, guards, faults, reset. */
#include "../player.h"

#include "check.h"
#include "fake.h"

#include <float.h>
#include <math.h>

#define FRAMES 1000

static double out[4][FRAMES];
static double *outs[4] = {out[0], out[1], out[2], out[3]};

/* Plays a block into out. */
static int play(mmm_player *p, uint32_t frames, uint32_t channels, const mmm_event *events, uint32_t count) {
    mmm_block b = {.frames = frames, .event_count = count, .events = events, .out_channels = channels,
                   .out64 = outs};
    return mmm_process(p, &b);
}

static mmm_player *new_player(void) { return mmmrt_player_new(&(mmmrt_options){.offline = false}); }

/* Frees a player with one program. */
static void end(mmm_player *p, fake *f) {
    mmmrt_program *program;
    while ((program = mmmrt_player_drain(p)))
        mmmrt_program_free(program);
    mmmrt_player_free(p);
    fake_free(f);
}

static void nothing_published_is_silence(void) {
    mmm_player *p = new_player();
    out[0][5] = 1;
    CHECK_EQUAL("result", play(p, 10, 1, NULL, 0), MMM_PROCESS_SILENT);
    CHECK_EQUAL("output", out[0][5], 0);
    mmmrt_player_free(p);
}

static void blocks_of_any_length_are_one_stream(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_now, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    fake_publish(p, &s, NULL);
    static const uint32_t lengths[] = {0, 1, 7, 64, 256, 257, 1000, 0, 3};
    double want = 0;
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        CHECK_EQUAL("result", play(p, lengths[k], 1, NULL, 0) & MMM_PROCESS_SOUNDING, MMM_PROCESS_SOUNDING);
        for (uint32_t i = 0; i < lengths[k]; i++)
            CHECK_EQUAL("sample", out[0][i], want++);
    }
    CHECK_EQUAL("a run is no longer than a chunk", f->longest, MMMRT_BLOCK_FRAMES);
    CHECK_EQUAL("now", mmmrt_player_now(p), want);
    end(p, f);
}

static void a_parameter_acts_on_its_exact_frame(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_param, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    s.slots[3] = (mmmrt_slot){.cell = 0, .min = -10, .max = 10};
    fake_publish(p, &s, NULL);
    mmm_event e[] = {
        {.time = 0, .kind = MMM_EVENT_PARAM_VALUE, .slot = 3, .value = 0.5},
        {.time = 37, .kind = MMM_EVENT_PARAM_VALUE, .slot = 3, .value = 0.75},
        {.time = 37, .kind = MMM_EVENT_PARAM_MOD, .port = -1, .channel = -1, .key = -1, .note_id = -1, .slot = 3, .value = 0.125},
        {.time = 255, .kind = MMM_EVENT_PARAM_VALUE, .slot = 3, .value = NAN},
        {.time = 256, .kind = MMM_EVENT_PARAM_VALUE, .slot = 3, .value = 7},
        {.time = 299, .kind = MMM_EVENT_PARAM_MOD, .port = -1, .channel = -1, .key = -1, .note_id = -1, .slot = 3, .value = -2},
        {.time = 500, .kind = MMM_EVENT_PARAM_VALUE, .slot = 3, .value = 0.25},
    };
    play(p, 300, 1, e, 7);
    for (uint32_t i = 0; i < 300; i++)
        CHECK_EQUAL("plain value", out[0][i], i < 37 ? 0 : i < 256 ? 7.5 : i < 299 ? 10 : -10);
    CHECK_EQUAL("an event beyond the block counts at its end", mmmrt_player_value(p, 3), 0.25);
    uint64_t mask[MASKS];
    mmmrt_player_changes(p, mask);
    CHECK("the control side hears of slot 3 alone", mask[0] == 8 && mask[1] == 0);
    mmmrt_player_changes(p, mask);
    CHECK("once", mask[0] == 0);
    end(p, f);
}

static void the_editor_sets_slots(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_param, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    s.slots[70] = (mmmrt_slot){.cell = 0, .min = 0, .max = 100};
    fake_publish(p, &s, NULL);
    mmmrt_player_set_slot(p, 70, 0.25);
    mmmrt_player_set_slot(p, 70, NAN);
    mmmrt_player_set_slot(p, 128, 1);
    CHECK_EQUAL("counts before a block", mmmrt_player_value(p, 70), 0.25);
    play(p, 10, 1, NULL, 0);
    CHECK_EQUAL("sounds", out[0][0], 25);
    uint64_t mask[MASKS];
    mmmrt_player_changes(p, mask);
    CHECK("is no change by the host", mask[0] == 0 && mask[1] == 0);
    mmm_flush(p, &(mmm_event){.kind = MMM_EVENT_PARAM_VALUE, .slot = 70, .value = 1}, 1);
    CHECK_EQUAL("flush sets", mmmrt_player_value(p, 70), 1);
    end(p, f);
}

static void slots_have_curves_and_steps(void) {
    static const struct {
        int curve, steps;
        double v, plain;
    } cases[] = {{MMMRT_CURVE_LIN, 0, 0.25, 3.25}, {MMMRT_CURVE_LOG, 0, 0.5, 3.1622776601683795},
                 {MMMRT_CURVE_EXP, 0, 0.5, 11 - 3.1622776601683795}, {MMMRT_CURVE_LIN, 4, 0.4, 4},
                 {MMMRT_CURVE_LOG, 3, 0.7, 3.1622776601683795}, {MMMRT_CURVE_LIN, 1, 0.25, 3.25}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        mmmrt_slot slot = {.cell = 0, .min = 1, .max = 10, .curve = cases[k].curve, .steps = cases[k].steps};
        fake *g = fake_new(turn_param, 0, 1, 1);
        mmmrt_swap one = fake_swap(g);
        one.slots[0] = slot;
        mmm_player *q = new_player();
        fake_publish(q, &one, NULL);
        mmm_event e = {.kind = MMM_EVENT_PARAM_VALUE, .slot = 0, .value = cases[k].v};
        play(q, 4, 1, &e, 1);
        CHECK_NEAR("plain value", out[0][0], cases[k].plain, 1e-12);
        if (cases[k].steps < 2)
            CHECK_NEAR("and back", mmmrt_slot_normal(&slot, out[0][0]), cases[k].v, 1e-12);
        end(q, g);
    }
}

static void hostile_events_do_nothing(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_note, 0, 2, 1);
    mmmrt_swap s = fake_swap(f);
    s.slots[0] = (mmmrt_slot){.cell = 99, .max = 1}; /* no such cell */
    fake_note(&s, 1);
    fake_publish(p, &s, NULL);
    mmm_event e[] = {
        {.kind = MMM_EVENT_PARAM_VALUE, .slot = -1, .value = 1},
        {.kind = MMM_EVENT_PARAM_VALUE, .slot = 128, .value = 1},
        {.kind = MMM_EVENT_PARAM_MOD, .port = -1, .channel = -1, .key = -1, .note_id = -1, .slot = 0, .value = INFINITY},
        {.kind = MMM_EVENT_PARAM_VALUE, .slot = 0, .value = 1},
        {.kind = MMM_EVENT_NOTE_ON, .channel = 16, .key = 60, .value = 1},
        {.kind = MMM_EVENT_NOTE_ON, .channel = 1, .key = 200, .value = 1},
        {.kind = MMM_EVENT_NOTE_ON, .channel = 1, .key = 60, .value = NAN},
        {.kind = 77},
        {.kind = MMM_EVENT_MIDI, .midi = {0xF8, 0xFF, 0xFF}},
    };
    play(p, 4, 2, e, sizeof e / sizeof *e);
    CHECK_EQUAL("pitch", out[0][3], 0);
    CHECK_EQUAL("velocity", out[1][3], 0);
    end(p, f);
}

/* Applies one event and checks pitch and velocity from its frame on. */
static void note_step(mmm_player *p, const char *what, mmm_event e, double pitch, double velocity) {
    static double before[2];
    e.time = 5;
    play(p, 9, 2, &e, 1);
    CHECK_EQUAL(what, out[0][4], before[0]);
    CHECK_EQUAL(what, out[1][4], before[1]);
    CHECK_EQUAL(what, out[0][5], pitch);
    CHECK_EQUAL(what, out[1][5], velocity);
    before[0] = pitch;
    before[1] = velocity;
}

static mmm_event midi(uint8_t a, uint8_t b, uint8_t c) {
    return (mmm_event){.kind = MMM_EVENT_MIDI, .midi = {a, b, c}};
}

static mmm_event note_event(uint16_t kind, int16_t channel, int16_t key, double velocity) {
    return (mmm_event){.kind = kind, .channel = channel, .key = key, .note_id = -1, .value = velocity};
}

static void notes_follow_the_rules_of_the_cell(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_note, 0, 2, 1);
    mmmrt_swap s = fake_swap(f);
    fake_note(&s, 2);
    fake_publish(p, &s, NULL);
    note_step(p, "note on", note_event(MMM_EVENT_NOTE_ON, 2, 60, 1), 60, 127);
    note_step(p, "another channel", note_event(MMM_EVENT_NOTE_ON, 3, 61, 1), 60, 127);
    note_step(p, "the last note wins", note_event(MMM_EVENT_NOTE_ON, 2, 64, 0.5), 64, 63.5);
    note_step(p, "off of another key", note_event(MMM_EVENT_NOTE_OFF, 2, 60, 0), 64, 63.5);
    note_step(p, "choke of another key", note_event(MMM_EVENT_NOTE_CHOKE, 2, 60, 0), 64, 63.5);
    note_step(p, "off", note_event(MMM_EVENT_NOTE_OFF, 2, 64, 0), 64, 0);
    note_step(p, "wildcard channel", note_event(MMM_EVENT_NOTE_ON, -1, 70, 1), 70, 127);
    note_step(p, "wildcard key", note_event(MMM_EVENT_NOTE_OFF, -1, -1, 0), 70, 0);
    note_step(p, "velocity 0 is a note in CLAP", note_event(MMM_EVENT_NOTE_ON, 2, 71, 0), 71, 0);
    note_step(p, "midi on", midi(0x92, 50, 100), 50, 100);
    note_step(p, "midi off of another key", midi(0x82, 51, 0), 50, 100);
    note_step(p, "midi on with velocity 0", midi(0x92, 50, 0), 50, 0);
    note_step(p, "midi on again", midi(0x92, 52, 90), 52, 90);
    note_step(p, "all notes off, another channel", midi(0xB1, 123, 0), 52, 90);
    note_step(p, "all notes off", midi(0xB2, 123, 0), 52, 0);
    note_step(p, "midi on once more", midi(0x92, 53, 1), 53, 1);
    note_step(p, "all sound off", midi(0xB2, 120, 0), 53, 0);
    end(p, f);
}

static void notes_and_values_outlive_a_swap(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_note, 0, 2, 1), *g = fake_new(turn_note, 0, 2, 1), *h = fake_new(turn_param, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    fake_note(&s, 0);
    s.slots[0] = (mmmrt_slot){.cell = 0, .min = 0, .max = 10};
    fake_publish(p, &s, NULL);
    mmm_event e[] = {note_event(MMM_EVENT_NOTE_ON, 0, 60, 1),
                     {.kind = MMM_EVENT_PARAM_VALUE, .slot = 0, .value = 0.5}};
    play(p, 10, 2, e, 2);
    s.instance = g->in;
    fake_publish(p, &s, f);
    play(p, 10, 2, NULL, 0);
    CHECK_EQUAL("pitch", out[0][0], 60);
    CHECK_EQUAL("velocity", out[1][0], 127);
    s.instance = h->in;
    s.slots[0].max = 20;
    s.keep_plain = true;
    fake_publish(p, &s, g);
    play(p, 10, 1, NULL, 0);
    CHECK_EQUAL("the plain value is kept where the range differs", out[0][0], 5);
    CHECK_EQUAL("so the slot's value differs", mmmrt_player_value(p, 0), 0.25);
    for (mmmrt_program *q; (q = mmmrt_player_collect(p));)
        mmmrt_program_free(q);
    fake_free(f);
    fake_free(g);
    end(p, h);
}

static void values_come_with_a_program(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_param, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    s.slots[0] = (mmmrt_slot){.cell = 0, .min = 0, .max = 1};
    s.set_values = true;
    for (int i = 0; i < MMM_SLOTS; i++)
        s.values[i] = NAN;
    s.values[0] = 0.75;
    mmmrt_player_set_slot(p, 0, 0.1);
    mmmrt_player_set_slot(p, 1, 0.2);
    fake_publish(p, &s, NULL);
    CHECK_EQUAL("count before a block", mmmrt_player_value(p, 0), 0.75);
    play(p, 1, 1, NULL, 0);
    CHECK_EQUAL("an older wish does not win", out[0][0], 0.75);
    CHECK_EQUAL("NaN leaves a slot alone", mmmrt_player_value(p, 1), 0.2);
    end(p, f);
}

static void outputs_match_the_hosts_channels(void) {
    static const struct {
        uint32_t program, host;
        double want[4];
    } cases[] = {
        {1, 1, {10}}, {1, 2, {10, 10}}, {1, 3, {10, 0, 0}}, {2, 2, {10, 11}}, {2, 4, {10, 11, 0, 0}},
        {4, 2, {10, 11}}, {2, 1, {10}}, {0, 2, {0, 0}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        mmm_player *p = new_player();
        fake *f = fake_new(turn_through, 0, cases[k].program, 1);
        mmmrt_swap s = fake_swap(f);
        fake_publish(p, &s, NULL);
        for (int c = 0; c < 4; c++)
            out[c][0] = -1;
        play(p, 1, cases[k].host, NULL, 0);
        for (uint32_t c = 0; c < 4; c++)
            CHECK_EQUAL("output", out[c][0], c < cases[k].host ? cases[k].want[c] : -1);
        end(p, f);
    }
}

static void inputs_match_the_hosts_channels(void) {
    static const struct {
        uint32_t host, program;
        double want[4];
    } cases[] = {
        {2, 2, {1, 2}}, {2, 1, {1}}, {1, 2, {1, 1}}, {1, 3, {1, 0, 0}}, {4, 2, {1, 2}}, {2, 4, {1, 2, 0, 0}},
        {0, 2, {0, 0}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        mmm_player *p = new_player();
        fake *f = fake_new(turn_through, cases[k].program, cases[k].program, 1);
        mmmrt_swap s = fake_swap(f);
        fake_publish(p, &s, NULL);
        float in[4][300], result[4][300];
        const float *ins[4];
        float *results[4];
        for (int c = 0; c < 4; c++) {
            ins[c] = in[c];
            results[c] = result[c];
            for (int i = 0; i < 300; i++)
                in[c][i] = (float)(c + 1);
        }
        mmm_block b = {.frames = 300, .in_channels = cases[k].host, .out_channels = cases[k].program,
                       .in32 = ins, .out32 = results};
        mmm_process(p, &b);
        for (uint32_t c = 0; c < cases[k].program; c++)
            if (cases[k].program != 1)
                CHECK_EQUAL("input", result[c][299], cases[k].want[c]);
        end(p, f);
    }
}

static void buffers_may_be_the_same_memory(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_through, 2, 2, 1);
    mmmrt_swap s = fake_swap(f);
    fake_publish(p, &s, NULL);
    for (int i = 0; i < 600; i++) {
        out[0][i] = i;
        out[1][i] = -i;
    }
    double *swapped[2] = {out[1], out[0]};
    mmm_block b = {.frames = 600, .in_channels = 2, .out_channels = 2,
                   .in64 = (const double *const *)outs, .out64 = swapped};
    mmm_process(p, &b);
    for (int i = 0; i < 600; i++) {
        CHECK_EQUAL("left", out[1][i], i);
        CHECK_EQUAL("right", out[0][i], -i);
    }
    end(p, f);
}

static double bad; /* what turn_bad puts out */
static void turn_bad(fake *f, uint32_t i) { fake_out(f, 0, i, bad); }

static void nothing_unfit_leaves_a_host_block(void) {
    mmm_player *p = new_player(), *exact = mmmrt_player_new(&(mmmrt_options){.offline = true});
    fake *f = fake_new(turn_bad, 0, 1, 1), *g = fake_new(turn_bad, 0, 1, 1);
    mmmrt_swap s = fake_swap(f), t = fake_swap(g);
    fake_publish(p, &s, NULL);
    fake_publish(exact, &t, NULL);
    static const double values[] = {NAN, INFINITY, -INFINITY, 1e300, 1e-310, 1e-40, -0.0};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        bad = values[k];
        float x = 1, *list[1] = {&x};
        mmm_block b = {.frames = 1, .out_channels = 1, .out32 = list};
        mmm_process(p, &b);
        CHECK_EQUAL("32 bits", x, 0);
        play(p, 1, 1, NULL, 0);
        CHECK_EQUAL("64 bits", out[0][0], bad == 1e300 || bad == 1e-40 ? bad : 0);
        play(exact, 1, 1, NULL, 0);
        CHECK("offline is exact", number_word(out[0][0]) == number_word(bad));
    }
    mmmrt_report r;
    int told = 0;
    while (mmmrt_player_report(p, &r))
        told += r.kind == MMMRT_REPORT_NONFINITE;
    CHECK_EQUAL("reported once", told, 1);
    mmmrt_stats stats;
    mmmrt_player_stats(p, &stats);
    CHECK_EQUAL("counted", (double)stats.nonfinite, 7);
    end(p, f);
    end(exact, g);
}

static volatile double tiny = 1e-300;
static void turn_tiny(fake *f, uint32_t i) { fake_out(f, 0, i, tiny * 1e-10 * 1e10); }

static void subnormals_are_flushed_in_the_block_alone(void) {
    mmm_player *p = new_player(), *exact = mmmrt_player_new(&(mmmrt_options){.offline = true});
    fake *f = fake_new(turn_tiny, 0, 1, 1), *g = fake_new(turn_tiny, 0, 1, 1);
    mmmrt_swap s = fake_swap(f), t = fake_swap(g);
    fake_publish(p, &s, NULL);
    fake_publish(exact, &t, NULL);
    play(p, 1, 1, NULL, 0);
    CHECK_EQUAL("in real time", out[0][0], 0);
    CHECK("after the block", tiny * 1e-10 > 0);
    play(exact, 1, 1, NULL, 0);
    CHECK("offline", out[0][0] > 0);
    end(p, f);
    end(exact, g);
}

static int faulty_turns;
static void turn_faulty(fake *f, uint32_t i) {
    fake_out(f, 0, i, 1);
    if (faulty_turns-- > 0) { /* as engines do: 0, the sticky words, the count */
        fake_out(f, 0, i, 0);
        f->in->words[MMMRT_STICKY_FAULT_WORD] = MMMRT_FAULT_DEPTH;
        f->in->words[MMMRT_STICKY_PLACE_WORD] = 12;
        f->in->words[MMMRT_FAULT_TURNS_WORD]++;
    } else {
        f->in->words[MMMRT_FAULT_TURNS_WORD] = 0;
    }
}

/* Counts reports of a kind; the last one in r. */
static int reports(mmm_player *p, int kind, mmmrt_report *r) {
    int n = 0;
    mmmrt_report x;
    while (mmmrt_player_report(p, &x))
        if (x.kind == kind) {
            n++;
            *r = x;
        }
    return n;
}

static void a_faulting_turn_is_reported_and_passes(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_faulty, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    fake_publish(p, &s, NULL);
    play(p, 100, 1, NULL, 0);
    faulty_turns = 3;
    play(p, 100, 1, NULL, 0);
    CHECK_EQUAL("a faulting turn", out[0][2], 0);
    CHECK_EQUAL("the next good one", out[0][3], 1);
    mmmrt_report r;
    CHECK_EQUAL("reports", reports(p, MMMRT_REPORT_FAULT, &r), 1);
    CHECK_EQUAL("fault", r.code, MMMRT_FAULT_DEPTH);
    CHECK_EQUAL("place", r.place, 12);
    faulty_turns = 3;
    play(p, 100, 1, NULL, 0);
    CHECK_EQUAL("the first alone is reported", reports(p, MMMRT_REPORT_FAULT, &r), 0);
    end(p, f);
}

/* Checks 5 ms of fade from 1 and silence after it. */
static void check_mute(mmm_player *p) {
    CHECK_NEAR("the fade begins where the sound was", out[0][0], 1, 0.005);
    for (int i = 1; i < 500; i++)
        CHECK("the fade falls evenly", out[0][i] <= out[0][i - 1] && out[0][i] >= out[0][i - 1] - 0.0042);
    CHECK("5 ms later nothing is left", out[0][238] > 0 && out[0][240] == 0);
    play(p, 10, 1, NULL, 0);
    CHECK_EQUAL("silence", out[0][9], 0);
}

static void a_trap_mutes_until_the_next_program(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_one, 0, 1, 1), *g = fake_new(turn_one, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    fake_publish(p, &s, NULL);
    play(p, 100, 1, NULL, 0);
    f->trap = true;
    play(p, 500, 1, NULL, 0);
    check_mute(p);
    CHECK_EQUAL("time goes on", mmmrt_player_now(p), 610);
    int runs = f->runs;
    mmm_reset(p);
    play(p, 10, 1, NULL, 0);
    CHECK_EQUAL("it never runs again", f->runs, runs);
    mmmrt_report r;
    CHECK_EQUAL("reports", reports(p, MMMRT_REPORT_FAULT, &r), 1);
    CHECK_EQUAL("fault", r.code, MMMRT_FAULT_TRAP);
    s.instance = g->in;
    s.fade_frames = 100; /* there is nothing to fade from */
    fake_publish(p, &s, f);
    play(p, 1, 1, NULL, 0);
    CHECK_EQUAL("the next program plays", out[0][0], 1);
    mmmrt_program_free(mmmrt_player_collect(p));
    fake_free(f);
    end(p, g);
}

static void many_faulting_turns_mute_until_a_reset(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_faulty, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    fake_publish(p, &s, NULL);
    play(p, 256, 1, NULL, 0);
    faulty_turns = 1 << 30;
    play(p, 500, 1, NULL, 0);
    check_mute(p);
    mmmrt_report r;
    CHECK_EQUAL("told", reports(p, MMMRT_REPORT_SUSPENDED, &r), 1);
    faulty_turns = 0;
    mmm_reset(p);
    play(p, 10, 1, NULL, 0);
    CHECK_EQUAL("a reset gives another chance", out[0][0], 1);
    end(p, f);
}

static void a_reset_starts_anew(void) {
    mmm_player *p = new_player();
    fake *f = fake_new(turn_ring, 0, 1, 8);
    mmmrt_swap s = fake_swap(f);
    mmmrt_cue cues[] = {{.kind = MMMRT_CUE_PITCH, .init = 69}, {.kind = MMMRT_CUE_VELOCITY, .init = 10}};
    s.cues = cues;
    s.cue_count = 2;
    fake_publish(p, &s, NULL);
    mmm_event e = note_event(MMM_EVENT_NOTE_ON, 0, 60, 1);
    play(p, 100, 1, &e, 1);
    double first[100];
    memcpy(first, out[0], sizeof first);
    f->in->words[FAKE_GLOBAL] = number_word(1);
    mmm_reset(p);
    play(p, 100, 1, NULL, 0);
    CHECK("the same again", memcmp(first, out[0], sizeof first) == 0);
    CHECK_EQUAL("now", mmmrt_player_now(p), 100);
    CHECK_EQUAL("globals", word_number(f->in->words[FAKE_GLOBAL]), 7);
    CHECK_EQUAL("pitch", word_number(f->in->words[FAKE_CUES]), 69);
    CHECK_EQUAL("velocity", word_number(f->in->words[FAKE_CUES + 1]), 0);
    end(p, f);
}

int main(void) {
    nothing_published_is_silence();
    blocks_of_any_length_are_one_stream();
    a_parameter_acts_on_its_exact_frame();
    the_editor_sets_slots();
    slots_have_curves_and_steps();
    hostile_events_do_nothing();
    notes_follow_the_rules_of_the_cell();
    notes_and_values_outlive_a_swap();
    values_come_with_a_program();
    outputs_match_the_hosts_channels();
    inputs_match_the_hosts_channels();
    buffers_may_be_the_same_memory();
    nothing_unfit_leaves_a_host_block();
    subnormals_are_flushed_in_the_block_alone();
    a_faulting_turn_is_reported_and_passes();
    a_trap_mutes_until_the_next_program();
    many_faulting_turns_mute_until_a_reset();
    a_reset_starts_anew();
    return check_result();
}
