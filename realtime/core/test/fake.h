/* Programs written in C, for tests of everything around them. One image for all:
   2 parameters, 200 cues, 32 globals, a delay ring, 4 inputs and 4 outputs at
   most. */
#ifndef MMMRT_FAKE_H
#define MMMRT_FAKE_H

#include "../player.h"

#include <stdlib.h>
#include <string.h>

enum {
    FAKE_PARAMS = 8,
    FAKE_CUES = 10,
    FAKE_GLOBAL = 210,
    FAKE_STATE = 242, /* a counter, then a ring */
};

typedef struct fake fake;
struct fake {
    mmmrt_instance *in;
    void (*turn)(fake *, uint32_t frame); /* one frame */
    uint32_t ring;                        /* samples */
    int runs;                             /* calls of run */
    uint32_t longest;                     /* frames of one run */
    bool trap;                            /* the next run fails */
};

static inline double fake_in(fake *f, uint32_t channel, uint32_t frame) {
    return word_number(f->in->words[f->in->image.in + channel * MMMRT_BLOCK_FRAMES + frame]);
}

static inline void fake_out(fake *f, uint32_t channel, uint32_t frame, double x) {
    f->in->words[f->in->image.out + channel * MMMRT_BLOCK_FRAMES + frame] = number_word(x);
}

static inline int fake_init(uint64_t context) {
    fake *f = (fake *)context;
    f->in->words[FAKE_GLOBAL] = number_word(7);
    return 0;
}

static inline int fake_run(uint64_t context, uint32_t first, uint32_t frames) {
    fake *f = (fake *)context;
    f->runs++;
    if (frames > f->longest)
        f->longest = frames;
    if (f->trap)
        return 1;
    for (uint32_t i = first; i < first + frames; i++) {
        f->turn(f, i);
        f->in->words[MMMRT_NOW_WORD] = number_word(instance_now(f->in) + 1);
    }
    return 0;
}

/* Makes a fake; its memory is the instance's end. */
static inline fake *fake_new(void (*turn)(fake *, uint32_t), uint32_t ins, uint32_t outs, uint32_t ring) {
    fake *f = calloc(1, sizeof *f);
    mmmrt_image image = {.params = FAKE_PARAMS, .param_count = 2, .cues = FAKE_CUES, .cue_count = 200,
                         .globals = FAKE_GLOBAL, .global_count = 32, .state = FAKE_STATE,
                         .state_size = 1 + 2 + ring, .ins = ins, .outs = outs};
    image.in = image.state + image.state_size;
    image.out = image.in + ins * MMMRT_BLOCK_FRAMES;
    image.words = image.out + outs * MMMRT_BLOCK_FRAMES;
    f->turn = turn;
    f->ring = ring;
    f->in = mmmrt_vm(&image, NULL, 0, (mmmrt_calls){fake_init, fake_run}, (uint64_t)f);
    int64_t place;
    char text[8];
    mmmrt_instance_init(f->in, 0, 48000, &place, text, sizeof text);
    return f;
}

static inline void fake_free(fake *f) {
    mmmrt_instance_free(f->in);
    free(f);
}

static inline mmmrt_swap fake_swap(fake *f) {
    mmmrt_swap s = {.instance = f->in};
    for (int i = 0; i < MMM_SLOTS; i++)
        s.slots[i].cell = -1;
    return s;
}

/* Makes cues 0 and 1 the last note of a channel. */
static inline void fake_note(mmmrt_swap *s, int channel) {
    static mmmrt_cue cues[CHANNELS][2];
    cues[channel][0] = (mmmrt_cue){.kind = MMMRT_CUE_PITCH, .channel = channel};
    cues[channel][1] = (mmmrt_cue){.kind = MMMRT_CUE_VELOCITY, .channel = channel};
    s->cues = cues[channel];
    s->cue_count = 2;
}

/* Publishes and returns the program. */
static inline mmmrt_program *fake_publish(mmm_player *p, const mmmrt_swap *s, fake *old) {
    mmmrt_program *program = mmmrt_program_new(s, old ? old->in->image.state_size : 0, 0);
    mmmrt_player_publish(p, program, old ? old->in : NULL);
    return program;
}

/* ---- turns ---- */

/* The sample index on output 0. */
static inline void turn_now(fake *f, uint32_t i) { fake_out(f, 0, i, instance_now(f->in)); }

/* Inputs to outputs; outputs without an input give their number. */
static inline void turn_through(fake *f, uint32_t i) {
    for (uint32_t c = 0; c < f->in->image.outs; c++)
        fake_out(f, c, i, c < f->in->image.ins ? fake_in(f, c, i) : 10.0 + c);
}

/* Parameter 0 on output 0. */
static inline void turn_param(fake *f, uint32_t i) { fake_out(f, 0, i, word_number(f->in->words[FAKE_PARAMS])); }

/* Cues 0 and 1. */
static inline void turn_note(fake *f, uint32_t i) {
    fake_out(f, 0, i, word_number(f->in->words[FAKE_CUES]));
    fake_out(f, 1, i, word_number(f->in->words[FAKE_CUES + 1]));
}

static inline void turn_one(fake *f, uint32_t i) { fake_out(f, 0, i, 1); }

/* A counter in the state goes through a ring: output 0 is what was counted ring
   frames ago. Atomic, as the control side reads the ring meanwhile. */
static inline void turn_ring(fake *f, uint32_t i) {
    uint64_t *s = f->in->words + FAKE_STATE, *ring = s + 1;
    double count = word_number(s[0]) + 1;
    s[0] = number_word(count);
    uint64_t w = __atomic_load_n(&ring[1], __ATOMIC_RELAXED) % f->ring;
    fake_out(f, 0, i, word_number(__atomic_load_n(&ring[2 + w], __ATOMIC_RELAXED)));
    __atomic_store_n(&ring[2 + w], number_word(count), __ATOMIC_RELAXED);
    __atomic_store_n(&ring[0], w, __ATOMIC_RELAXED);
    __atomic_store_n(&ring[1], (w + 1) % f->ring, __ATOMIC_RELAXED);
}

/* Never comes back, but looks at the fault word as recursive functions do. */
static inline void turn_endless(fake *f, uint32_t i) {
    while (instance_fault(f->in) == MMMRT_FAULT_NONE) {
    }
    fake_out(f, 0, i, 0);
}

#endif
