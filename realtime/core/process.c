/* One block: swap, events, machine code, samples. Host blocks are cut into
   chunks of MMMRT_BLOCK_FRAMES, chunks into segments at events, so that an event
   acts on its exact frame. */
#include "fpu.h"
#include "player.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MUTE_SECONDS 0.005 /* fade-out after a fault */

static double *output_buffer(mmmrt_instance *in, uint32_t channel) {
    return (double *)(in->words + in->image.out + (size_t)channel * MMMRT_BLOCK_FRAMES);
}

static void start_mute(const mmm_player *p, mmmrt_program *program) {
    program->muting = true;
    program->mute_frames = program->mute_left = (uint32_t)(player_rate(p) * MUTE_SECONDS);
}

static void suspend(mmm_player *p, mmmrt_program *program) {
    program->suspended = true;
    report(p, &(mmmrt_report){.kind = MMMRT_REPORT_SUSPENDED,
                              .value = instance_now(program->instance),
                              .instance = program->instance});
}

static void tell_fault(mmm_player *p, mmmrt_program *program, uint32_t frames) {
    int64_t place;
    int fault = instance_first_fault(program->instance, &place);
    if (fault == MMMRT_FAULT_NONE)
        return;
    program->fault_told = true;
    report(p, &(mmmrt_report){.kind = MMMRT_REPORT_FAULT,
                              .code = fault,
                              .place = place,
                              .value = instance_now(program->instance) - frames,
                              .instance = program->instance});
}

static void play_segment(mmm_player *p, mmmrt_program *program, uint32_t first, uint32_t frames,
                         uint64_t deadline) {
    mmmrt_instance *in = program->instance;
    if (program->suspended) {
        in->words[MMMRT_NOW_WORD] = number_word(instance_now(in) + frames);
        for (uint32_t c = 0; c < in->image.outs; c++)
            memset(output_buffer(in, c) + first, 0, frames * sizeof(double));
        return;
    }
    watch_begin(&p->watch, in, deadline);
    instance_run(in, first, frames);
    watch_end(&p->watch);
    if (!program->fault_told)
        tell_fault(p, program, frames);
    if (instance_dead(in))
        suspend(p, program);
}

/* How many frames of a chunk are to be heard as they are. Faulting turns give
   zeros, so they are at the end; after a trap or a stop nothing is certain. */
static uint32_t good_frames(mmmrt_instance *in, uint32_t frames) {
    int fault = instance_fault(in);
    if (fault == MMMRT_FAULT_TIME || fault == MMMRT_FAULT_TRAP)
        return 0;
    uint32_t good = 0;
    for (uint32_t c = 0; c < in->image.outs; c++) {
        const double *out = output_buffer(in, c);
        uint32_t n = frames;
        while (n > good && out[n - 1] == 0)
            n--;
        good = n;
    }
    return good;
}

/* Ends a chunk of one program: what it leaves while it faults is not to be heard,
   but a short fade from its last good sample. */
static void finish_chunk(const mmm_player *p, mmmrt_program *program, uint32_t frames) {
    mmmrt_instance *in = program->instance;
    if (p->offline)
        return; /* exact: zeros are zeros, and what was computed before a fault stays */
    bool faulting = program->suspended || in->words[MMMRT_FAULT_TURNS_WORD] > 0;
    uint32_t good = !faulting ? frames : program->muting ? 0 : good_frames(in, frames);
    if (!faulting)
        program->muting = false;
    else if (!program->muting)
        start_mute(p, program);
    uint32_t left = program->mute_left;
    for (uint32_t c = 0; c < in->image.outs; c++) {
        double *out = output_buffer(in, c);
        if (good > 0) {
            double x = out[good - 1];
            program->last[c] = fabs(x) <= DBL_MAX ? x : 0;
        }
        left = program->mute_left;
        for (uint32_t i = good; i < frames; i++) {
            if (left > 0)
                left--;
            out[i] = left > 0 ? program->last[c] * left / program->mute_frames : 0;
        }
    }
    program->mute_left = left;
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* What a block has got to. */
typedef struct progress {
    const mmm_block *block;
    uint32_t next_event;
    uint64_t deadline; /* for the watchdog */
} progress;

static void apply_until(mmm_player *p, progress *g, uint32_t frame) {
    const mmm_block *b = g->block;
    p->in_frame = b->frames > 0 ? least(frame, b->frames - 1) : 0;
    while (g->next_event < b->event_count && b->events[g->next_event].time <= frame)
        event_apply(p, &b->events[g->next_event++]);
}

static void play_chunk(mmm_player *p, progress *g, uint32_t from, uint32_t frames) {
    const mmm_block *b = g->block;
    input_copy(b, from, frames, p->running->instance);
    if (p->fading)
        input_copy(b, from, frames, p->fading->instance);
    for (uint32_t at = 0; at < frames;) {
        apply_until(p, g, from + at);
        uint32_t end = frames;
        if (g->next_event < b->event_count)
            end = least(end, b->events[g->next_event].time - from);
        if (p->raise)
            end = at + 1;
        if (p->listen)
            end = least(end, at + voices_window(p));
        play_segment(p, p->running, at, end - at, g->deadline);
        if (p->fading)
            play_segment(p, p->fading, at, end - at, g->deadline);
        bool raise = p->raise;
        p->frame += end - at;
        at = end;
        p->in_frame = from + at - 1;
        if (raise)
            voices_raise(p);
        if (p->listen && p->frame % LISTEN_FRAMES == 0)
            voices_listen(p);
    }
    finish_chunk(p, p->running, frames);
    if (p->fading)
        finish_chunk(p, p->fading, frames);
    output_copy(p, b, from, frames);
    if (p->fading && p->fade.left == 0)
        swap_end_fade(p);
    atomic_store_explicit(&p->epoch, atomic_load_explicit(&p->epoch, memory_order_relaxed) + frames,
                          memory_order_release);
}

static void play(mmm_player *p, const mmm_block *b, uint64_t begin) {
    double seconds = b->frames / player_rate(p);
    progress g = {b, 0, begin + p->block_limit_ns + (uint64_t)(seconds * 2e9)};
    for (uint32_t from = 0; p->running && from < b->frames;) {
        uint32_t frames = least(MMMRT_BLOCK_FRAMES, b->frames - from);
        if (p->offline) /* blocks may be hours long; each chunk has its time */
            g.deadline = clock_ns() + p->block_limit_ns;
        play_chunk(p, &g, from, frames);
        from += frames;
    }
    apply_until(p, &g, UINT32_MAX);
    if (!p->running)
        output_clear(b, 0, b->frames);
}

static void count(mmm_player *p, const mmm_block *b, uint64_t begin) {
    uint64_t ns = clock_ns() - begin;
    atomic_fetch_add_explicit(&p->blocks, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->frames, b->frames, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->total_ns, ns, memory_order_relaxed);
    if (ns > atomic_load_explicit(&p->worst_ns, memory_order_relaxed))
        atomic_store_explicit(&p->worst_ns, ns, memory_order_relaxed);
    double now = p->running ? instance_now(p->running->instance) : 0;
    atomic_store_explicit(&p->now, number_word(now), memory_order_relaxed);
}

int mmm_process(mmm_player *p, const mmm_block *b) {
    uint64_t begin = clock_ns();
    uint64_t mode = fpu_enter(!p->offline);
    atomic_store_explicit(&p->in_block, true, memory_order_seq_cst);
    p->in_frame = 0;
    swap_take(p);
    if (atomic_exchange_explicit(&p->reset_wanted, false, memory_order_relaxed))
        swap_reset(p);
    wishes_take(p);
    rest_before(p, b);
    play(p, b, begin);
    int result = rest_after(p, b);
    count(p, b, begin);
    atomic_fetch_add_explicit(&p->block_seq, 1, memory_order_release);
    atomic_store_explicit(&p->in_block, false, memory_order_release);
    fpu_leave(mode);
    return result;
}

void mmm_flush(mmm_player *p, const mmm_event *events, uint32_t count) {
    atomic_fetch_add_explicit(&p->flushes, 1, memory_order_relaxed);
    p->in_frame = 0;
    wishes_take(p);
    for (uint32_t i = 0; i < count; i++)
        event_apply(p, &events[i]);
}

void mmm_reset(mmm_player *p) { atomic_store_explicit(&p->reset_wanted, true, memory_order_relaxed); }

uint32_t mmm_take_note_ends(mmm_player *p, mmm_note_end *ends, uint32_t max) {
    uint32_t n = 0;
    while (n < max && queue_pop(&p->ends, &ends[n]))
        n++;
    return n;
}
