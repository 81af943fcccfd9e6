/* Between the host's channels and a program's (builtins.md 11.2, 20.7), and the
   guard of what leaves us. */
#include "player.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

static double *input_buffer(mmmrt_instance *in, uint32_t channel) {
    return (double *)(in->words + in->image.in + (size_t)channel * MMMRT_BLOCK_FRAMES);
}

static const double *output_buffer(const mmmrt_instance *in, uint32_t channel) {
    return (const double *)(in->words + in->image.out + (size_t)channel * MMMRT_BLOCK_FRAMES);
}

static void read_channel(const mmm_block *b, uint32_t channel, uint32_t from, uint32_t frames, double *to) {
    if (b->in64 && b->in64[channel]) {
        memcpy(to, b->in64[channel] + from, frames * sizeof *to);
    } else if (b->in32 && b->in32[channel]) {
        const float *source = b->in32[channel] + from;
        for (uint32_t i = 0; i < frames; i++)
            to[i] = source[i];
    } else {
        memset(to, 0, frames * sizeof *to);
    }
}

void input_copy(const mmm_block *b, uint32_t from, uint32_t frames, mmmrt_instance *to) {
    uint32_t ins = to->image.ins;
    bool duplicate = ins == 2 && b->in_channels == 1;
    for (uint32_t c = 0; c < ins; c++) {
        if (c < b->in_channels || duplicate)
            read_channel(b, duplicate ? 0 : c, from, frames, input_buffer(to, c));
        else
            memset(input_buffer(to, c), 0, frames * sizeof(double));
    }
}

/* The program's samples for a host channel, NULL for silence. */
static const double *source(const mmmrt_program *program, uint32_t channel, uint32_t channels) {
    if (!program)
        return NULL;
    uint32_t outs = program->instance->image.outs;
    if (outs == 1 && channels == 2)
        channel = 0;
    return channel < outs ? output_buffer(program->instance, channel) : NULL;
}

/* What goes wrong while a chunk leaves. */
typedef struct guard {
    bool off;
    uint32_t replaced; /* samples */
} guard;

/* Hosts must never see NaN, infinity or subnormal numbers. */
static inline float guard32(guard *g, double x) {
    float f = (float)x;
    if (g->off)
        return f;
    float size = fabsf(f);
    if (!(size <= FLT_MAX)) {
        g->replaced++;
        return 0;
    }
    return size < FLT_MIN ? 0 : f;
}

static inline double guard64(guard *g, double x) {
    if (g->off)
        return x;
    double size = fabs(x);
    if (!(size <= DBL_MAX)) {
        g->replaced++;
        return 0;
    }
    return size < DBL_MIN ? 0 : x;
}

/* One sample of the mix; 0 times an infinite old sample must not make a NaN
   after the fade, so a weight of 0 leaves its program out. */
static inline double mix(const mmm_player *p, const double *new, const double *old, uint32_t i) {
    double x = new ? p->weight_new[i] * new[i] : 0;
    return old && p->weight_old[i] != 0 ? x + p->weight_old[i] * old[i] : x;
}

/* Weights of the chunk's frames. */
static void turn(mmm_player *p, uint32_t frames) {
    fade *f = &p->fade;
    for (uint32_t i = 0; i < frames; i++) {
        if (f->left > 0) {
            double c = f->cosine * f->step_cosine - f->sine * f->step_sine;
            f->sine = f->sine * f->step_cosine + f->cosine * f->step_sine;
            f->cosine = c;
            f->left--;
        }
        p->weight_new[i] = f->left > 0 ? f->sine : 1;
        p->weight_old[i] = f->left > 0 ? f->cosine : 0;
    }
}

static void write_channel(mmm_player *p, const mmm_block *b, uint32_t channel, uint32_t from, uint32_t frames,
                          guard *g) {
    const double *new = source(p->running, channel, b->out_channels);
    const double *old = source(p->fading, channel, b->out_channels);
    if (b->out64 && b->out64[channel]) {
        double *to = b->out64[channel] + from;
        for (uint32_t i = 0; i < frames; i++)
            to[i] = guard64(g, p->fading ? mix(p, new, old, i) : new ? new[i] : 0);
    } else if (b->out32 && b->out32[channel]) {
        float *to = b->out32[channel] + from;
        for (uint32_t i = 0; i < frames; i++)
            to[i] = guard32(g, p->fading ? mix(p, new, old, i) : new ? new[i] : 0);
    }
}

void output_copy(mmm_player *p, const mmm_block *b, uint32_t from, uint32_t frames) {
    if (p->fading)
        turn(p, frames);
    guard g = {p->offline, 0};
    for (uint32_t c = 0; c < b->out_channels; c++) {
        uint32_t before = g.replaced;
        write_channel(p, b, c, from, frames, &g);
        if (g.replaced > before && !p->running->nonfinite_told) {
            p->running->nonfinite_told = true;
            report(p, &(mmmrt_report){.kind = MMMRT_REPORT_NONFINITE,
                                      .place = c,
                                      .value = instance_now(p->running->instance) - frames,
                                      .instance = p->running->instance});
        }
    }
    if (g.replaced)
        atomic_fetch_add_explicit(&p->nonfinite, g.replaced, memory_order_relaxed);
}

void output_clear(const mmm_block *b, uint32_t from, uint32_t frames) {
    for (uint32_t c = 0; c < b->out_channels; c++) {
        if (b->out64 && b->out64[c])
            memset(b->out64[c] + from, 0, frames * sizeof(double));
        else if (b->out32 && b->out32[c])
            memset(b->out32[c] + from, 0, frames * sizeof(float));
    }
}
