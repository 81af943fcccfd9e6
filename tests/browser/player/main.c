/* A host for the browser test: one mmm Effect that plays in real time, with an
   impulse at its input now and then. The arguments are a patch file and the
   file that receives the left output as raw 32-bit floats. Prints the address
   of the editor page; ends when its input does. */
#include "mmm.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FRAMES 64
#define RATE 48000

static void on_log(void *host, int level, const char *text) {
    (void)host;
    fprintf(stderr, "log %d: %s\n", level, text);
}

/* Tells the gestures that the page made. */
static void on_notify(void *host) {
    (void)host;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: player PATCH OUTPUT\n");
        return 2;
    }
    mmm_host host = {NULL, on_log, on_notify};
    mmm_session s = mmm_new(MMM_EFFECT, &host);
    FILE *out = fopen(argv[2], "wb");
    char url[256];
    if (!s || !out || !mmm_activate(s, RATE, FRAMES) || !mmm_watch(s, argv[1]) || !mmm_editor_url(s, url, sizeof url)) {
        fprintf(stderr, "cannot start\n");
        return 1;
    }
    mmm_player *player = mmm_session_player(s);
    printf("%s\n", url);
    fflush(stdout);
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    float in[FRAMES] = {0}, left[FRAMES], right[FRAMES];
    const float *ins[2] = {in, in};
    float *outs[2] = {left, right};
    for (long block = 0;; block++) {
        in[0] = block == 0;
        mmm_block b = {.frames = FRAMES, .in_channels = 2, .out_channels = 2, .in32 = ins, .out32 = outs};
        mmm_process(player, &b);
        if (fwrite(left, sizeof left, 1, out) != 1) {
            return 1;
        }
        mmm_gesture gesture;
        while (mmm_take_gesture(s, &gesture)) {
            printf("gesture %d %d %.4f\n", gesture.kind, gesture.slot, gesture.value);
            fflush(stdout);
        }
        struct pollfd closed = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&closed, 1, 0) > 0) {
            break;
        }
        next.tv_nsec += 1000000000L / RATE * FRAMES;
        if (next.tv_nsec >= 1000000000L) {
            next.tv_nsec -= 1000000000L;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    fclose(out);
    mmm_deactivate(s);
    mmm_free(s);
    return 0;
}
