#include "kernel.h"

typedef struct {
    struct burst in;
    double reduction;
} State;
const int channels = 2;

void *kernel_make(double rate) {
    State *s = calloc(1, sizeof *s);
    burst_tune(&s->in, rate);
    return s;
}

static inline double overshoot(double level) {
    const double knee = 6.0;
    double over = level + 24.0;
    if (over < -knee * 0.5) return 0.0;
    if (over > knee * 0.5) return over;
    return (over + knee * 0.5) * (over + knee * 0.5) / (2.0 * knee);
}

void kernel_play(void *state, double *left, double *right, int frames) {
    State *s = state;
    for (int i = 0; i < frames; i++) {
        double l = burst_next(&s->in), r = l * 0.7;
        double peak = fabs(l) > fabs(r) ? fabs(l) : fabs(r);
        if (peak < 0.000001) peak = 0.000001;
        double wanted = overshoot(8.685889638065035 * log(peak)) * (1.0 - 1.0 / 4.0);
        s->reduction += (wanted - s->reduction) * (wanted > s->reduction ? 0.02 : 0.0005);
        double gain = pow(10.0, (6.0 - s->reduction) / 20.0);
        left[i] = l * gain;
        right[i] = r * gain;
    }
}
