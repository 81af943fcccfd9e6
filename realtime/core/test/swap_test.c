/* Swaps: migration, crossfade, the mailbox under load, the watchdog. */
#include "../player.h"

#include "check.h"
#include "fake.h"

#include <math.h>
#include <pthread.h>
#include <time.h>

static double out[4096];
static double *outs[1] = {out};

static void play(mmm_player *p, uint32_t frames) {
    mmm_block b = {.frames = frames, .out_channels = 1, .out64 = outs};
    mmm_process(p, &b);
}

/* Frees all programs of a player and the player. */
static void end(mmm_player *p) {
    mmmrt_program *program;
    while ((program = mmmrt_player_drain(p)))
        mmmrt_program_free(program);
    mmmrt_player_free(p);
}

/* A swap to f that keeps the whole state of a program of the same layout. */
static mmmrt_swap keep_all(fake *f, mmmrt_op *op) {
    *op = (mmmrt_op){.size = f->in->image.state_size};
    mmmrt_swap s = fake_swap(f);
    s.ops = op;
    s.op_count = 1;
    s.keep_time = true;
    return s;
}

/* The same with the ring's bulk copied ahead. */
static mmmrt_swap keep_ahead(fake *f, mmmrt_op *op, mmmrt_ring *ring) {
    mmmrt_swap s = keep_all(f, op);
    op->size = 1;
    *ring = (mmmrt_ring){1, 1, f->ring};
    s.rings = ring;
    s.ring_count = 1;
    return s;
}

/* Plays ring programs, swapped every so many frames, and checks that nobody can
   hear it. played frames pass between publishing and the block that commits. */
static void swaps_are_inaudible(const char *what, bool ahead, uint32_t played) {
    enum { RING = 600, SWAPS = 9 };
    mmm_player *p = mmmrt_player_new(&(mmmrt_options){.offline = false});
    fake *f[SWAPS + 1];
    double count = 0;
    for (int k = 0; k <= SWAPS; k++) {
        f[k] = fake_new(turn_ring, 0, 1, RING);
        mmmrt_op op;
        mmmrt_ring ring;
        mmmrt_swap s = ahead ? keep_ahead(f[k], &op, &ring) : keep_all(f[k], &op);
        if (k == 0)
            s.op_count = s.ring_count = 0;
        mmmrt_program *program = fake_publish(p, &s, k ? f[k - 1] : NULL);
        if (played > 0 && k > 0) {
            /* as if the block that publishing found had been longer */
            mmmrt_player_withdraw(p);
            play(p, played);
            for (uint32_t i = 0; i < played; i++)
                CHECK_EQUAL(what, out[i], fmax(0, ++count - RING));
            atomic_store(&p->mailbox, program);
        }
        play(p, 333);
        for (int i = 0; i < 333; i++)
            CHECK_EQUAL(what, out[i], fmax(0, ++count - RING));
    }
    CHECK_EQUAL("time goes on", mmmrt_player_now(p), count);
    end(p);
    for (int k = 0; k <= SWAPS; k++)
        fake_free(f[k]);
}

static void a_reset_between_copy_and_commit_is_seen(void) {
    mmm_player *p = mmmrt_player_new(&(mmmrt_options){.offline = false});
    fake *f = fake_new(turn_ring, 0, 1, 600), *g = fake_new(turn_ring, 0, 1, 600);
    mmmrt_swap s = fake_swap(f);
    fake_publish(p, &s, NULL);
    play(p, 1000);
    mmmrt_op op;
    mmmrt_ring ring;
    s = keep_ahead(g, &op, &ring);
    mmmrt_program *program = fake_publish(p, &s, f);
    mmmrt_player_withdraw(p);
    mmm_reset(p);
    play(p, 50);
    atomic_store(&p->mailbox, program);
    play(p, 1000);
    for (int i = 0; i < 1000; i++)
        CHECK_EQUAL("the ring of the time after the reset", out[i], fmax(0, i + 1 + 50 - 600));
    end(p);
    fake_free(f);
    fake_free(g);
}

/* The audio thread's work must not grow with a ring: what it does not read at
   commit may change behind its back. */
static void a_commit_copies_only_what_was_written_since(void) {
    enum { RING = 5000, SINCE = 100 };
    mmm_player *p = mmmrt_player_new(&(mmmrt_options){.offline = false});
    fake *f = fake_new(turn_ring, 0, 1, RING), *g = fake_new(turn_ring, 0, 1, RING);
    mmmrt_swap s = fake_swap(f);
    fake_publish(p, &s, NULL);
    play(p, 4096);
    mmmrt_op op;
    mmmrt_ring ring;
    s = keep_ahead(g, &op, &ring);
    mmmrt_program *program = fake_publish(p, &s, f);
    mmmrt_player_withdraw(p);
    play(p, SINCE);
    uint64_t *old = f->in->words + FAKE_STATE + 3, *new = g->in->words + FAKE_STATE + 3;
    for (int i = 0; i < RING; i++)
        if (i < 4096 || i >= 4096 + SINCE)
            old[i] = number_word(-1);
    atomic_store(&p->mailbox, program);
    play(p, 0);
    for (int i = 0; i < RING; i++)
        CHECK_EQUAL("sample", word_number(new[i]), i < 4096 + SINCE ? i + 1 : 0);
    end(p);
    fake_free(f);
    fake_free(g);
}

static void a_ring_of_another_length_keeps_the_newest(void) {
    static const uint32_t lengths[][2] = {{8, 16}, {16, 8}, {7, 7}, {1, 5}, {5, 1}, {100, 99}};
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        uint32_t from = lengths[k][0], to = lengths[k][1], keep = from < to ? from : to;
        for (uint32_t before = 0; before < 2 * from + 3; before++) {
            mmm_player *p = mmmrt_player_new(&(mmmrt_options){.offline = false});
            fake *f = fake_new(turn_ring, 0, 1, from), *g = fake_new(turn_ring, 0, 1, to);
            mmmrt_swap s = fake_swap(f);
            fake_publish(p, &s, NULL);
            play(p, before);
            mmmrt_op op = {.src = 1, .dst = 1, .size = 2 + to, .old_len = from, .new_len = to};
            s = fake_swap(g);
            s.ops = &op;
            s.op_count = 1;
            fake_publish(p, &s, f);
            play(p, 0);
            const uint64_t *ring = g->in->words + FAKE_STATE + 1;
            CHECK_EQUAL("read index", (double)ring[0], 0);
            CHECK_EQUAL("write index", (double)ring[1], keep % to);
            for (uint32_t i = 1; i <= keep; i++)
                CHECK_EQUAL("sample", word_number(ring[2 + keep - i]), fmax(0, (double)before + 1 - i));
            end(p);
            fake_free(f);
            fake_free(g);
        }
    }
}

static void a_plan_that_does_not_fit_is_refused(void) {
    fake *f = fake_new(turn_ring, 0, 1, 8);
    mmmrt_op op;
    mmmrt_swap s = keep_all(f, &op);
    CHECK("the old state is too small", !mmmrt_program_new(&s, op.size - 1, 0));
    op.dst = 1;
    CHECK("the new state is too small", !mmmrt_program_new(&s, 1000, 0));
    op = (mmmrt_op){.size = 4, .old_len = UINT32_MAX, .new_len = UINT32_MAX};
    CHECK("no ring is that long", !mmmrt_program_new(&s, 1000, 0));
    fake_free(f);
}

static void turn_minus(fake *f, uint32_t i) { fake_out(f, 0, i, -1); }

static void a_crossfade_is_of_equal_power_and_ends(void) {
    mmm_player *p = mmmrt_player_new(&(mmmrt_options){.offline = false});
    fake *f = fake_new(turn_one, 0, 1, 1), *g = fake_new(turn_minus, 0, 1, 1), *h = fake_new(turn_one, 0, 1, 1);
    mmmrt_swap s = fake_swap(f);
    fake_publish(p, &s, NULL);
    play(p, 10);
    s = fake_swap(g);
    s.fade_frames = 480;
    fake_publish(p, &s, f);
    play(p, 300);
    for (int i = 0; i < 300; i++) {
        double angle = acos(0) * (i + 1) / 480;
        CHECK_NEAR("mix", out[i], cos(angle) - sin(angle), 1e-9);
    }
    CHECK("both run", !mmmrt_player_collect(p));
    play(p, 300);
    CHECK_NEAR("before the end", out[178], cos(acos(0) * 479 / 480) - sin(acos(0) * 479 / 480), 1e-9);
    for (int i = 179; i < 300; i++)
        CHECK_EQUAL("after the end", out[i], -1);
    mmmrt_program *back = mmmrt_player_collect(p);
    CHECK("the old one comes back", back && mmmrt_program_instance(back) == f->in);
    mmmrt_program_free(back);

    s = fake_swap(h);
    s.fade_frames = 480;
    fake_publish(p, &s, g);
    play(p, 10);
    s = fake_swap(f);
    fake_publish(p, &s, h);
    play(p, 10);
    CHECK_EQUAL("a swap during a fade ends it", out[0], 1);
    end(p);
    fake_free(f);
    fake_free(g);
    fake_free(h);
}

static void the_latest_wins_while_nobody_plays(void) {
    mmm_player *p = mmmrt_player_new(&(mmmrt_options){.offline = false});
    fake *f = fake_new(turn_one, 0, 1, 1), *g = fake_new(turn_minus, 0, 1, 1);
    mmmrt_swap s = fake_swap(f), t = fake_swap(g);
    mmmrt_program *first = fake_publish(p, &s, NULL);
    CHECK("it is taken back", mmmrt_player_withdraw(p) == first);
    mmmrt_program_free(first);
    fake_publish(p, &t, NULL);
    play(p, 1);
    CHECK_EQUAL("the second plays", out[0], -1);
    CHECK("nothing is left to take back", !mmmrt_player_withdraw(p));
    end(p);
    fake_free(f);
    fake_free(g);
}

/* ---- threads ---- */

static _Atomic bool stop;
static _Atomic int gaps;

/* Plays and counts every sample that is not the one after the last: the ring
   counts, so a lost or repeated word shows. */
static void *audio(void *arg) {
    mmm_player *p = arg;
    double samples[128], *list[1] = {samples}, last = 0;
    mmm_block b = {.out_channels = 1, .out64 = list};
    for (uint32_t n = 1; !atomic_load(&stop); n = n * 7 % 127 + 1) {
        b.frames = n;
        if (mmm_process(p, &b) == MMM_PROCESS_SILENT)
            continue;
        for (uint32_t i = 0; i < n; i++) {
            if (samples[i] != 0 && last != 0 && samples[i] != last + 1)
                atomic_fetch_add(&gaps, 1);
            last = samples[i];
        }
    }
    return NULL;
}

static void swaps_under_load_lose_nothing(void) {
    enum { RING = 2048, SWAPS = 300 };
    mmm_player *p = mmmrt_player_new(&(mmmrt_options){.offline = false});
    fake *f[SWAPS];
    fake *running = NULL, *pending = NULL;
    int retired = 0, taken_back = 0;
    pthread_t t;
    pthread_create(&t, NULL, audio, p);
    for (int k = 0; k < SWAPS; k++) {
        f[k] = fake_new(turn_ring, 0, 1, RING);
        mmmrt_program *back = mmmrt_player_withdraw(p);
        if (back) {
            taken_back++;
            mmmrt_program_free(back);
        } else if (pending) {
            running = pending;
        }
        mmmrt_op op;
        mmmrt_ring ring;
        mmmrt_swap s = k % 2 ? keep_ahead(f[k], &op, &ring) : keep_all(f[k], &op);
        if (!running)
            s.op_count = s.ring_count = 0;
        fake_publish(p, &s, running);
        pending = f[k];
        if (k % 3)
            nanosleep(&(struct timespec){0, 300000}, NULL);
        mmmrt_player_set_slot(p, k % MMM_SLOTS, 0.5);
        mmmrt_player_value(p, 3);
        mmmrt_stats stats;
        mmmrt_player_stats(p, &stats);
        for (mmmrt_program *q; (q = mmmrt_player_collect(p)); retired++)
            mmmrt_program_free(q);
    }
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    atomic_store(&stop, true);
    pthread_join(t, NULL);
    CHECK_EQUAL("gaps in the sound", atomic_load(&gaps), 0);
    CHECK("most were played", retired > SWAPS / 4);
    printf("%d swaps, %d taken back unplayed\n", SWAPS, taken_back);
    end(p);
    for (int k = 0; k < SWAPS; k++)
        fake_free(f[k]);
}

static void the_watchdog_ends_an_endless_block(void) {
    mmm_player *p = mmmrt_player_new(&(mmmrt_options){.block_limit_ns = 50000000});
    fake *f = fake_new(turn_one, 0, 1, 1), *g = fake_new(turn_endless, 0, 1, 1);
    mmmrt_swap s = fake_swap(f), t = fake_swap(g);
    fake_publish(p, &s, NULL);
    play(p, 64);
    fake_publish(p, &t, f);
    uint64_t begin = clock_ns();
    play(p, 64);
    uint64_t took = clock_ns() - begin;
    CHECK("it was given its time and no more", took > 50000000 && took < 2000000000);
    mmmrt_report r;
    bool told = false;
    while (mmmrt_player_report(p, &r))
        told = told || (r.kind == MMMRT_REPORT_FAULT && r.code == MMMRT_FAULT_TIME && r.place == -1);
    CHECK("reported", told);
    begin = clock_ns();
    play(p, 64);
    CHECK("it does not run again", clock_ns() - begin < 50000000);
    CHECK_EQUAL("silence", out[0], 0);
    end(p);
    fake_free(f);
    fake_free(g);
}

int main(void) {
    swaps_are_inaudible("whole copy", false, 0);
    swaps_are_inaudible("bulk ahead, committed at once", true, 0);
    swaps_are_inaudible("bulk ahead, committed later", true, 100);
    swaps_are_inaudible("bulk ahead, committed after more than a turn", true, 700);
    a_reset_between_copy_and_commit_is_seen();
    a_commit_copies_only_what_was_written_since();
    a_ring_of_another_length_keeps_the_newest();
    a_plan_that_does_not_fit_is_refused();
    a_crossfade_is_of_equal_power_and_ends();
    the_latest_wins_while_nobody_plays();
    swaps_under_load_lose_nothing();
    the_watchdog_ends_an_endless_block();
    return check_result();
}
