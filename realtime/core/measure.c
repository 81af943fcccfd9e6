/* Times a player from inside: no language boundary stands between the clock and
   the block. */
#include "player.h"

#include <stdlib.h>
#include <time.h>

static uint64_t read_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void play_all(mmm_player *const *players, uint32_t count, const mmm_block *block) {
    for (uint32_t i = 0; i < count; i++)
        mmm_process(players[i], block);
}

bool mmmrt_measure(mmm_player *const *players, uint32_t player_count, uint32_t blocks, uint32_t frames, uint32_t ins,
                   uint32_t outs, uint64_t *wall_ns, uint64_t *cpu_ns) {
    size_t channels = (size_t)ins + outs;
    float *samples = calloc(channels * frames + 1, sizeof *samples);
    float **list = calloc(channels + 1, sizeof *list);
    bool ready = samples && list;
    if (ready) {
        for (size_t i = 0; i < channels; i++)
            list[i] = samples + i * frames;
        mmm_block block = {
            .frames = frames, .in_channels = ins, .out_channels = outs,
            .in32 = ins ? (const float *const *)list : NULL, .out32 = outs ? list + ins : NULL,
        };
        for (int warm = 0; warm < 64; warm++)
            play_all(players, player_count, &block);
        uint64_t cpu = read_clock(CLOCK_THREAD_CPUTIME_ID);
        uint64_t last = read_clock(CLOCK_MONOTONIC);
        for (uint32_t b = 0; b < blocks; b++) {
            play_all(players, player_count, &block);
            uint64_t now = read_clock(CLOCK_MONOTONIC);
            wall_ns[b] = now - last;
            last = now;
        }
        *cpu_ns = read_clock(CLOCK_THREAD_CPUTIME_ID) - cpu;
    }
    free(list);
    free(samples);
    return ready;
}
