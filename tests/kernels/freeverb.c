#include "kernel.h"

enum { COMBS = 8, PASSES = 4, CHANNELS = 2, COMB_MASK = 2047, PASS_MASK = 1023 };
static const int comb_time[COMBS] = {1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617};
static const int pass_time[PASSES] = {556, 441, 341, 225};

struct bank {
    double last[COMBS], low[COMBS], back[PASSES];
    double comb[COMBS][COMB_MASK + 1], pass[PASSES][PASS_MASK + 1];
};
typedef struct {
    struct burst in;
    unsigned at;
    struct bank bank[CHANNELS];
} State;
const int channels = 2;

void *kernel_make(double rate) {
    State *s = calloc(1, sizeof *s);
    burst_tune(&s->in, rate);
    return s;
}

static inline double bank_next(struct bank *b, double x, unsigned at, int spread) {
    double y = 0.0;
    for (int k = 0; k < COMBS; k++) {
        b->low[k] = b->last[k] * (1.0 - 0.2) + b->low[k] * 0.2;
        b->comb[k][at & COMB_MASK] = x + 0.84 * b->low[k];
        y += b->last[k] = b->comb[k][(at - (unsigned)(comb_time[k] + spread)) & COMB_MASK];
    }
    for (int k = 0; k < PASSES; k++) {
        b->pass[k][at & PASS_MASK] = y + b->back[k] * 0.5;
        b->back[k] = b->pass[k][(at - (unsigned)(pass_time[k] + spread)) & PASS_MASK];
        y = b->back[k] - y;
    }
    return y;
}

void kernel_play(void *state, double *left, double *right, int frames) {
    State *s = state;
    for (int i = 0; i < frames; i++) {
        double x = burst_next(&s->in) * 0.015;
        left[i] = bank_next(&s->bank[0], x, s->at, 0);
        right[i] = bank_next(&s->bank[1], x, s->at, 23);
        s->at++;
    }
}
