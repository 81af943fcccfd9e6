/* How a program gets from the control side to the audio thread and back.

   There is one mailbox, an atomic pointer, and one rule: only the control side
   puts a program in. The audio thread empties it by an exchange at the start of
   a block; the control side may empty it too, by the same exchange, and then
   knows exactly where it stands:

     - it got its program back: the audio thread never saw it, and the program
       that runs is the one that ran before it was published;
     - it got nothing: the audio thread has taken it, so that one runs.

   Either way the mailbox is empty now, so the audio thread cannot change what
   runs until the next publish. The control side makes its plan against that
   program, and it is right at commit, whenever that is. Hence:

     - the audio thread never runs (host stopped): publishing again takes the
       unplayed program back and replaces it; nothing waits, nothing piles up,
       the latest wins and takes over the state of what last sounded;
     - the audio thread runs at the same time: one exchange wins, both sides
       agree who;
     - no flag, no waiting, no block lost on either side.

   A program that the audio thread is done with goes through the queue of retired
   ones. At most two can retire for each one published, and publishing collects
   first, so the queue is never full. */
#include "player.h"

#include <math.h>
#include <string.h>
#include <time.h>

void report(mmm_player *p, const mmmrt_report *r) {
    if (!queue_push(&p->reports, r))
        atomic_fetch_add_explicit(&p->lost_reports, 1, memory_order_relaxed);
}

static void retire(mmm_player *p, mmmrt_program *program) { queue_push(&p->retired, &program); }

void swap_end_fade(mmm_player *p) {
    if (!p->fading)
        return;
    retire(p, p->fading);
    p->fading = NULL;
    p->fade.left = 0;
}

/* ---- migration (vm.md 12.2, "Apply") ---- */

static void resize(const uint64_t *old, uint32_t old_len, uint64_t *new, uint32_t new_len) {
    uint32_t keep = old_len < new_len ? old_len : new_len;
    if (keep == 0)
        return;
    uint32_t w = (uint32_t)(old[1] % old_len);
    const uint64_t *from = old + 2;
    uint64_t *to = new + 2;
    /* the newest keep samples, oldest first: the ring's end, then its beginning */
    uint32_t start = (w + old_len - keep) % old_len;
    uint32_t tail = old_len - start < keep ? old_len - start : keep;
    memcpy(to, from + start, tail * sizeof *to);
    memcpy(to + tail, from, (keep - tail) * sizeof *to);
    new[0] = 0;
    new[1] = keep % new_len;
}

/* Copies what a ring has taken since its bulk was copied, all of it when that is
   more than a turn. Unlike Resize the samples keep their places. */
static void catch_up(const uint64_t *old, uint64_t *new, uint32_t len, uint64_t mark, uint64_t epochs) {
    new[0] = old[0];
    new[1] = old[1];
    const uint64_t *from = old + 2;
    uint64_t *to = new + 2;
    if (epochs >= len) {
        memcpy(to, from, len * sizeof *to);
        return;
    }
    uint32_t begin = (uint32_t)(mark % len), end = (uint32_t)(old[1] % len);
    if (begin <= end) {
        memcpy(to + begin, from + begin, (end - begin) * sizeof *to);
    } else {
        memcpy(to + begin, from + begin, (len - begin) * sizeof *to);
        memcpy(to, from, end * sizeof *to);
    }
}

static void migrate(mmm_player *p, const mmmrt_instance *old, mmmrt_program *program) {
    const uint64_t *from = old->words + old->image.state;
    uint64_t *to = program->instance->words + program->instance->image.state;
    if (old->image.state_size < program->old_state)
        return; /* a plan for another program: publishing keeps this from happening */
    for (size_t i = 0; i < program->op_count; i++) {
        const mmmrt_op *op = &program->ops[i];
        if (op->new_len > 0)
            resize(from + op->src, op->old_len, to + op->dst, op->new_len);
        else
            memcpy(to + op->dst, from + op->src, op->size * sizeof *to);
    }
    uint64_t epochs = atomic_load_explicit(&p->epoch, memory_order_relaxed) - program->bulk_epoch;
    for (size_t i = 0; i < program->ring_count; i++) {
        const mmmrt_ring *r = &program->rings[i];
        catch_up(from + r->src, to + r->dst, r->len, program->ring_marks[i], epochs);
    }
    if (old->image.init_size >= program->old_init)
        heap_adopt(&program->instance->machine, &old->machine, &program->instance->image, &old->image,
                   &program->adoption);
}

/* ---- values ---- */

static void tell_changed(mmm_player *p, int slot) {
    atomic_fetch_or_explicit(&p->changed[slot / 64], (uint64_t)1 << slot % 64, memory_order_release);
}

/* Keeps the plain value of a slot whose range differs. */
static void keep_plain(mmm_player *p, const mmmrt_slot *old, const mmmrt_slot *new, int slot) {
    if (old->cell < 0 || new->cell < 0 || (old->min == new->min && old->max == new->max && old->curve == new->curve))
        return;
    double v = mmmrt_slot_normal(new, mmmrt_slot_plain(old, player_value(p, slot)));
    if (v != v)
        return;
    v = v < 0 ? 0 : v > 1 ? 1 : v;
    atomic_store_explicit(&p->value[slot], number_word(v), memory_order_relaxed);
    tell_changed(p, slot);
}

static void take_values(mmm_player *p, const mmmrt_program *old, mmmrt_program *program) {
    for (int i = 0; i < MMM_SLOTS; i++) {
        double v = program->values[i];
        if (program->set_values && v == v)
            atomic_store_explicit(&p->value[i], number_word(v), memory_order_relaxed);
        else if (program->keep_plain && old)
            keep_plain(p, &old->slots[i], &program->slots[i], i);
    }
}

/* ---- commit ---- */

static void start_fade(mmm_player *p, mmmrt_program *old, const mmmrt_program *program) {
    if (p->offline || program->fade_frames == 0 || old->suspended) {
        retire(p, old);
        return;
    }
    p->fading = old;
    p->fade = (fade){program->fade_frames, 1, 0, program->fade_cosine, program->fade_sine};
}

void swap_take(mmm_player *p) {
    /* most blocks find nothing: look before exchanging */
    if (!atomic_load_explicit(&p->mailbox, memory_order_relaxed))
        return;
    mmmrt_program *program = atomic_exchange_explicit(&p->mailbox, NULL, memory_order_acq_rel);
    if (!program)
        return;
    uint64_t begin = clock_ns();
    mmmrt_program *old = p->running;
    swap_end_fade(p);
    if (old) {
        migrate(p, old->instance, program);
        program->instance->words[MMMRT_NOW_WORD] = number_word(program->keep_time ? instance_now(old->instance) : 0);
    }
    take_values(p, old, program);
    voices_adopt(p, old, program);
    cells_write(p, program);
    p->running = program;
    voices_sweep(p);
    if (old)
        start_fade(p, old, program);

    uint64_t ns = clock_ns() - begin;
    atomic_store_explicit(&p->last_swap_ns, ns, memory_order_relaxed);
    if (ns > atomic_load_explicit(&p->worst_swap_ns, memory_order_relaxed))
        atomic_store_explicit(&p->worst_swap_ns, ns, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->swaps, 1, memory_order_relaxed);
    report(p, &(mmmrt_report){.kind = MMMRT_REPORT_SWAPPED, .value = (double)ns, .instance = program->instance});
}

void swap_reset(mmm_player *p) {
    swap_end_fade(p);
    midi_reset(p);
    atomic_fetch_add_explicit(&p->epoch, RESET_EPOCH, memory_order_relaxed);
    if (!p->running)
        return;
    instance_reset(p->running->instance);
    cues_write(p, p->running);
    p->running->suspended = instance_dead(p->running->instance);
    for (uint32_t i = 0; i < p->running->instance->image.outs; i++)
        p->running->last[i] = 0;
    p->running->muting = false;
}

/* ---- the control side ---- */

mmmrt_program *mmmrt_player_withdraw(mmm_player *p) {
    return atomic_exchange_explicit(&p->mailbox, NULL, memory_order_acq_rel);
}

/* Waits for the end of a block that may be going on: what was written before
   this call is visible after it. False when the block does not end within 50 ms. */
static bool wait_block(mmm_player *p) {
    uint64_t seq = atomic_load_explicit(&p->block_seq, memory_order_acquire);
    for (int i = 0; i < 250; i++) {
        if (!atomic_load_explicit(&p->in_block, memory_order_acquire) ||
            atomic_load_explicit(&p->block_seq, memory_order_acquire) != seq)
            return true;
        nanosleep(&(struct timespec){0, 200000}, NULL);
    }
    return false;
}

/* Copies rings while the audio thread may be writing them. The first wait lets
   the block end that may just be migrating words into the old program. Every
   sample written after its mark was read is copied again at commit; those before
   are visible after the second wait. Samples are read whole: one atomic load
   each. */
static void copy_bulk(mmm_player *p, mmmrt_program *program, mmmrt_instance *old) {
    const uint64_t *from = old->words + old->image.state;
    uint64_t *to = program->instance->words + program->instance->image.state;
    bool settled = wait_block(p);
    program->bulk_epoch = atomic_load_explicit(&p->epoch, memory_order_acquire);
    for (size_t i = 0; i < program->ring_count; i++)
        program->ring_marks[i] = __atomic_load_n(&from[program->rings[i].src + 1], __ATOMIC_RELAXED);
    if (!settled || !wait_block(p)) {
        program->bulk_epoch -= RESET_EPOCH; /* nothing is certain: all is copied at commit */
        return;
    }
    for (size_t i = 0; i < program->ring_count; i++) {
        const mmmrt_ring *r = &program->rings[i];
        for (uint32_t k = 2; k < 2 + r->len; k++)
            to[r->dst + k] = __atomic_load_n(&from[r->src + k], __ATOMIC_RELAXED);
    }
}

void mmmrt_player_publish(mmm_player *p, mmmrt_program *program, mmmrt_instance *old) {
    mmmrt_instance *in = program->instance;
    memset(in->words + in->image.state, 0, in->image.state_size * sizeof(uint64_t));
    if (old) /* room for copies of what the old one holds */
        instance_warm_heap(in, instance_heap_top(in) + instance_heap_top(old),
                           instance_heap_tasks(in) + instance_heap_tasks(old));
    if (old && program->ring_count > 0 && program->old_state <= old->image.state_size)
        copy_bulk(p, program, old);
    /* an older wish must not win over the values that come with the program */
    for (int i = 0; i < MMM_SLOTS; i++)
        if (program->set_values && program->values[i] == program->values[i])
            atomic_fetch_and_explicit(&p->wished[i / 64], ~((uint64_t)1 << i % 64), memory_order_relaxed);
    atomic_store_explicit(&p->mailbox, program, memory_order_release);
}

mmmrt_program *mmmrt_player_collect(mmm_player *p) {
    mmmrt_program *program;
    return queue_pop(&p->retired, &program) ? program : NULL;
}

mmmrt_program *mmmrt_player_drain(mmm_player *p) {
    swap_end_fade(p);
    mmmrt_program *program = mmmrt_player_withdraw(p);
    if (!program) {
        program = p->running;
        p->running = NULL;
    }
    return program ? program : mmmrt_player_collect(p);
}
