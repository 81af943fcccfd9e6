/* The control side of a player: making it, values, reports, statistics. */
#include "player.h"

#include "memory.h"

#include <stdlib.h>

#define RETIRED 64
#define REPORTS 256
#define ENDS 512
#define DEFAULT_RATE 48000.0
#define DEFAULT_TEMPO 120.0
#define LIMIT_NS 250000000u
#define OFFLINE_LIMIT_NS 10000000000u

mmm_player *mmmrt_player_new(const mmmrt_options *options) {
    mmm_player *p = memory_new(sizeof *p);
    if (!p)
        return NULL;
    p->offline = options->offline;
    p->block_limit_ns = options->block_limit_ns  ? options->block_limit_ns
                        : options->offline ? OFFLINE_LIMIT_NS
                                           : LIMIT_NS;
    mmmrt_player_set_rate(p, DEFAULT_RATE);
    p->tail = UINT32_MAX;
    midi_init(p);
    p->transport.tempo = DEFAULT_TEMPO;
    if (queue_make(&p->retired, RETIRED, sizeof(mmmrt_program *)) &&
        queue_make(&p->reports, REPORTS, sizeof(mmmrt_report)) &&
        queue_make(&p->ends, ENDS, sizeof(mmm_note_end)) && watchdog_add(&p->watch))
        return p;
    queue_free(&p->retired);
    queue_free(&p->reports);
    queue_free(&p->ends);
    free(p);
    return NULL;
}

void mmmrt_player_free(mmm_player *p) {
    if (!p)
        return;
    watchdog_remove(&p->watch);
    queue_free(&p->retired);
    queue_free(&p->reports);
    queue_free(&p->ends);
    free(p);
}

void mmmrt_player_set_rate(mmm_player *p, double rate) {
    atomic_store_explicit(&p->rate, number_word(rate > 0 ? rate : DEFAULT_RATE), memory_order_relaxed);
}

bool mmmrt_player_report(mmm_player *p, mmmrt_report *r) { return queue_pop(&p->reports, r); }

void mmmrt_player_set_slot(mmm_player *p, int slot, double value) {
    if (slot < 0 || slot >= MMM_SLOTS || value != value)
        return;
    value = value < 0 ? 0 : value > 1 ? 1 : value;
    atomic_store_explicit(&p->wish[slot], number_word(value), memory_order_relaxed);
    atomic_fetch_or_explicit(&p->wished[slot / 64], (uint64_t)1 << slot % 64, memory_order_release);
}

/* What is on its way counts as the value: a wish, then the values of a program
   that waits in the mailbox, which only the control side frees. */
double mmmrt_player_value(mmm_player *p, int slot) {
    if (slot < 0 || slot >= MMM_SLOTS)
        return 0;
    if (atomic_load_explicit(&p->wished[slot / 64], memory_order_acquire) >> slot % 64 & 1)
        return word_number(atomic_load_explicit(&p->wish[slot], memory_order_relaxed));
    const mmmrt_program *waiting = atomic_load_explicit(&p->mailbox, memory_order_acquire);
    if (waiting && waiting->set_values && waiting->values[slot] == waiting->values[slot])
        return waiting->values[slot];
    return player_value(p, slot);
}

void mmmrt_player_changes(mmm_player *p, uint64_t mask[MASKS]) {
    for (int m = 0; m < MASKS; m++)
        mask[m] = atomic_exchange_explicit(&p->changed[m], 0, memory_order_acquire);
}

uint64_t mmmrt_player_calls(mmm_player *p) {
    return atomic_load_explicit(&p->block_seq, memory_order_acquire) + atomic_load_explicit(&p->flushes, memory_order_acquire);
}

double mmmrt_player_now(mmm_player *p) {
    return word_number(atomic_load_explicit(&p->now, memory_order_relaxed));
}

void mmmrt_player_stats(mmm_player *p, mmmrt_stats *s) {
    s->blocks = atomic_load_explicit(&p->blocks, memory_order_relaxed);
    s->frames = atomic_load_explicit(&p->frames, memory_order_relaxed);
    s->total_ns = atomic_load_explicit(&p->total_ns, memory_order_relaxed);
    s->worst_ns = atomic_load_explicit(&p->worst_ns, memory_order_relaxed);
    s->swaps = atomic_load_explicit(&p->swaps, memory_order_relaxed);
    s->last_swap_ns = atomic_load_explicit(&p->last_swap_ns, memory_order_relaxed);
    s->worst_swap_ns = atomic_load_explicit(&p->worst_swap_ns, memory_order_relaxed);
    s->nonfinite = atomic_load_explicit(&p->nonfinite, memory_order_relaxed);
    s->lost_reports = atomic_load_explicit(&p->lost_reports, memory_order_relaxed);
}
