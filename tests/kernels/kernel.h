/* What every kernel offers to play.c, and the parts that kernels share. Samples
   are doubles, channels are separate. */
#ifndef KERNEL_H
#define KERNEL_H

#include <math.h>
#include <stdlib.h>

#define TAU 6.283185307179586

extern const int channels;
void *kernel_make(double rate);
void kernel_play(void *state, double *left, double *right, int frames);

/* a phase that counts turns */
struct phasor { double at, step; };

static inline void phasor_tune(struct phasor *p, double freq, double rate) { p->step = freq / rate; }

static inline double phasor_next(struct phasor *p) {
    p->at += p->step;
    if (p->at >= 1.0) p->at -= 1.0;
    return p->at;
}

/* a saw of 110 Hz, loud for a tenth of each half second: it never decays to subnormal numbers */
struct burst { struct phasor tone, gate; };

static inline void burst_tune(struct burst *b, double rate) {
    phasor_tune(&b->tone, 110.0, rate);
    phasor_tune(&b->gate, 2.0, rate);
}

static inline double burst_next(struct burst *b) {
    double level = phasor_next(&b->gate) < 0.1 ? 1.0 : 0.1;
    return (phasor_next(&b->tone) * 2.0 - 1.0) * level;
}
#endif
