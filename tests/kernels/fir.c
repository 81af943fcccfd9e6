#include "kernel.h"

enum { TAPS = 32, MASK = 511 };
static const double weight[TAPS] = {
    -0.000628707, -0.001813484, -0.00255478, -0.001583056,
    0.002362889, 0.008309204, 0.011770616, 0.006740401,
    -0.009148865, -0.029647795, -0.039705146, -0.022239304,
    0.030941228, 0.110832801, 0.191917396, 0.24304886,
    0.24304886, 0.191917396, 0.110832801, 0.030941228,
    -0.022239304, -0.039705146, -0.029647795, -0.009148865,
    0.006740401, 0.011770616, 0.008309204, 0.002362889,
    -0.001583056, -0.00255478, -0.001813484, -0.000628707,
};

typedef struct {
    struct burst in;
    unsigned at;
    double past[TAPS], line[MASK + 1];
} State;
const int channels = 1;

void *kernel_make(double rate) {
    State *s = calloc(1, sizeof *s);
    burst_tune(&s->in, rate);
    return s;
}

void kernel_play(void *state, double *left, double *right, int frames) {
    State *s = state;
    (void)right;
    for (int i = 0; i < frames; i++) {
        for (int k = TAPS - 1; k > 0; k--) s->past[k] = s->past[k - 1];
        s->past[0] = burst_next(&s->in);
        double y = 0.0;
        for (int k = 0; k < TAPS; k++) y += s->past[k] * weight[k];
        s->line[s->at & MASK] = y;
        left[i] = y + s->line[(s->at - 113) & MASK] * 0.5 + s->line[(s->at - 199) & MASK] * 0.25
                + s->line[(s->at - 307) & MASK] * 0.125 + s->line[(s->at - 401) & MASK] * 0.0625;
        s->at++;
    }
}
