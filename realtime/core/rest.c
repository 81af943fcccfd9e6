/* When a program rests (mir.Rest): no note is held, the inputs and the outputs are
   silent, the words that fade away have done so, and every delay ring that must
   hold nothing has been written with nothing for its whole length. A program
   whose rest is not known never rests. */
#include "player.h"

#include <math.h>
#include <time.h>

#define SILENCE 1e-7 /* -140 dB */
#define RING_HEADER 2
#define AWAIT_STEP_NS 200000

static bool silent32(const float *x, uint32_t frames, double below) {
    for (uint32_t i = 0; i < frames; i++)
        if (!(fabsf(x[i]) <= below))
            return false;
    return true;
}

static bool silent64(const double *x, uint32_t frames, double below) {
    for (uint32_t i = 0; i < frames; i++)
        if (!(fabs(x[i]) <= below))
            return false;
    return true;
}

/* Whether channels of a block hold nothing above a level. */
static bool silent(const float *const *x32, const double *const *x64, uint32_t channels, uint32_t frames, double below) {
    for (uint32_t c = 0; c < channels; c++) {
        if (x64 && x64[c] && !silent64(x64[c], frames, below))
            return false;
        if (!x64 && x32 && x32[c] && !silent32(x32[c], frames, below))
            return false;
    }
    return true;
}

static bool output_silent(const mmm_block *b, double below) {
    return silent((const float *const *)b->out32, (const double *const *)b->out64, b->out_channels, b->frames, below);
}

static bool words_rest(const mmmrt_program *program) {
    const uint64_t *words = program->instance->words;
    for (size_t i = 0; i < program->rest.word_count; i++)
        if (!(fabs(word_number(words[program->rest.words[i]])) <= SILENCE))
            return false;
    return true;
}

/* Whether the newest samples of a ring, at most frames of them, are silent. */
static bool ring_rests(const uint64_t *ring, uint32_t len, uint32_t frames) {
    uint64_t at = ring[1] % len; /* where the next sample goes */
    for (uint32_t i = 0; i < frames && i < len; i++) {
        at = at > 0 ? at - 1 : len - 1;
        if (!(fabs(word_number(ring[RING_HEADER + at])) <= SILENCE))
            return false;
    }
    return true;
}

static uint32_t longest_ring(const mmmrt_rest *rest) {
    uint32_t longest = 0;
    for (size_t i = 0; i < rest->ring_count; i++)
        if (rest->rings[2 * i + 1] > longest)
            longest = rest->rings[2 * i + 1];
    return longest;
}

void rest_before(mmm_player *p, const mmm_block *b) {
    const mmmrt_program *program = p->running;
    if (p->rest_of != program) {
        p->rest_of = program;
        p->rest_frames = 0;
    }
    p->input_rests = false;
    if (program && program->rest.possible) {
        uint32_t ins = program->instance->image.ins;
        p->input_rests = silent(b->in32, b->in64, ins < b->in_channels ? ins : b->in_channels, b->frames, SILENCE);
    }
}

/* Whether the block left all at rest but for what rings still hold from before. */
static bool block_rests(const mmm_player *p, const mmm_block *b) {
    const mmmrt_program *program = p->running;
    if (!program || p->fading)
        return false;
    if (program->suspended)
        return program->mute_left == 0;
    const mmmrt_rest *rest = &program->rest;
    if (!rest->possible || !p->input_rests || !output_silent(b, SILENCE) || !words_rest(program))
        return false;
    for (size_t i = 0; i < rest->ring_count; i++)
        if (!ring_rests(program->instance->words + rest->rings[2 * i], rest->rings[2 * i + 1], b->frames))
            return false;
    return true;
}

int rest_after(mmm_player *p, const mmm_block *b) {
    p->rest_frames = block_rests(p, b) ? p->rest_frames + b->frames : 0;
    const mmmrt_program *program = p->running;
    atomic_store_explicit(&p->tail, program ? program->rest.tail : UINT32_MAX, memory_order_relaxed);
    if (!program)
        return MMM_PROCESS_SILENT;
    int result = MMM_PROCESS_SOUNDING;
    if (p->rest_frames == 0 || !output_silent(b, 0))
        result |= MMM_PROCESS_AUDIBLE;
    if (p->rest_frames > 0 && p->rest_frames >= longest_ring(&program->rest))
        result |= MMM_PROCESS_RESTING;
    return result;
}

uint32_t mmm_tail(mmm_player *p) { return atomic_load_explicit(&p->tail, memory_order_relaxed); }

void mmmrt_player_expect(mmm_player *p, int edits) {
    atomic_fetch_add_explicit(&p->expected, edits, memory_order_acq_rel);
}

bool mmm_await(mmm_player *p, uint64_t timeout_ns) {
    uint64_t end = clock_ns() + timeout_ns;
    while (atomic_load_explicit(&p->expected, memory_order_acquire) > 0) {
        if (clock_ns() >= end)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = AWAIT_STEP_NS}, NULL);
    }
    return true;
}
