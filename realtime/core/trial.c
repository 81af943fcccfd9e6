/* Playing on trial: what a program does in its first frames is seen before
   anybody hears it, and then undone. */
#include "instance.h"

#include <stdlib.h>
#include <string.h>

/* The fault of a program all of whose frames faulted, or NONE. */
static int verdict(const mmmrt_instance *instance, uint32_t frames, int64_t *place) {
    int fault = instance_first_fault(instance, place);
    if (instance_fault(instance) == MMMRT_FAULT_TIME) {
        *place = -1;
        return MMMRT_FAULT_TIME;
    }
    /* too deep once in a while is for the musician to hear of; a trap too */
    bool passes = fault == MMMRT_FAULT_TRAP ||
                  (fault == MMMRT_FAULT_DEPTH && instance->words[MMMRT_FAULT_TURNS_WORD] < frames);
    return passes ? MMMRT_FAULT_NONE : fault;
}

/* Makes the log what it was, with so many lines. */
static void cut_log(mmmrt_instance *instance, uint32_t lines, uint32_t dropped) {
    queue *q = &instance->log;
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    atomic_store_explicit(&q->tail, head + lines, memory_order_relaxed);
    atomic_store_explicit(&instance->log_dropped, dropped, memory_order_relaxed);
}

/* Undoes everything that the runs did but for a trap or a stop. */
static void undo(mmmrt_instance *instance, double now) {
    machine *m = &instance->machine;
    instance_reset(instance);
    instance->words[MMMRT_NOW_WORD] = number_word(now);
    if (!instance_dead(instance))
        instance->words[MMMRT_FAULT_WORD] = MMMRT_FAULT_NONE;
    instance->words[MMMRT_FAULT_PLACE_WORD] = 0;
    instance->words[MMMRT_STICKY_FAULT_WORD] = MMMRT_FAULT_NONE;
    instance->words[MMMRT_STICKY_PLACE_WORD] = 0;
    m->full = false;
    memset(m->late, 0, objects_schedules(&m->o) + 1);
}

int mmmrt_instance_trial(mmmrt_instance *instance, uint32_t frames, int64_t *place) {
    queue *q = &instance->log;
    uint32_t lines = atomic_load(&q->tail) - atomic_load(&q->head), dropped = atomic_load(&instance->log_dropped);
    double now = instance_now(instance);
    /* what lies before the globals a reset leaves alone: probes */
    size_t globals = instance->image.globals, kept = globals > MMMRT_HEADER_WORDS ? globals - MMMRT_HEADER_WORDS : 0;
    uint64_t *before = malloc((kept + 1) * sizeof *before);
    if (!before)
        return MMMRT_FAULT_HEAP;
    memcpy(before, instance->words + MMMRT_HEADER_WORDS, kept * sizeof *before);
    mmmrt_instance_run(instance, 0, frames);
    int fault = verdict(instance, frames, place);
    memcpy(instance->words + MMMRT_HEADER_WORDS, before, kept * sizeof *before);
    free(before);
    undo(instance, now);
    cut_log(instance, lines, dropped);
    if (instance->engine->settle)
        instance->engine->settle(instance);
    return fault;
}
