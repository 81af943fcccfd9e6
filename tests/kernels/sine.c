#include "kernel.h"

typedef struct { struct phasor tone; } State;
const int channels = 1;

void *kernel_make(double rate) {
    State *s = calloc(1, sizeof *s);
    phasor_tune(&s->tone, 440.0, rate);
    return s;
}

void kernel_play(void *state, double *left, double *right, int frames) {
    State *s = state;
    (void)right;
    for (int i = 0; i < frames; i++) left[i] = sin(phasor_next(&s->tone) * TAU) * 0.5;
}
