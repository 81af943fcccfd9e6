/* Plays the kernel that it is linked with in blocks of 64 frames at 48 kHz, subnormal numbers flushed.
     play dump FRAMES     the samples as text, channels separated by a blank
     play time SECONDS    nanoseconds of processor time a frame */
#include "kernel.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

enum { BLOCK = 64, RATE = 48000 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    static double left[BLOCK], right[BLOCK];
#ifdef __SSE2__
    _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
    if (argc != 3) return 2;
    void *state = kernel_make(RATE);
    if (!strcmp(argv[1], "dump")) {
        for (long todo = atol(argv[2]); todo > 0; todo -= BLOCK) {
            kernel_play(state, left, right, BLOCK);
            for (int i = 0; i < BLOCK && i < todo; i++)
                if (channels == 2) printf("%.17g %.17g\n", left[i], right[i]);
                else printf("%.17g\n", left[i]);
        }
        return 0;
    }
    long blocks = (long)(atof(argv[2]) * RATE / BLOCK) + 1;
    for (int i = 0; i < 200; i++) kernel_play(state, left, right, BLOCK);
    double start = now();
    for (long i = 0; i < blocks; i++) kernel_play(state, left, right, BLOCK);
    printf("%.4f\n", (now() - start) / ((double)blocks * BLOCK));
    return 0;
}
