/* Pages for heaps. A heap has room for far more than most programs use, so only
   what is in use is backed, and some more; the watchdog backs the next piece when
   a heap has grown into that. A program that grows faster takes page faults. */
#include "instance.h"
#include "memory.h"

#define AHEAD (16u << 10)     /* words: 128 kB, at least so much until the next look */
#define TASKS_AHEAD (1u << 9) /* 12 kB */

uint64_t instance_heap_top(const mmmrt_instance *instance) {
    const machine *m = &instance->machine;
    return m->n == 0 ? 0 : __atomic_load_n(&m->h[HEAP_TOP], __ATOMIC_RELAXED);
}

uint64_t instance_heap_tasks(const mmmrt_instance *instance) {
    const machine *m = &instance->machine;
    return m->n == 0 ? 0 : __atomic_load_n(&m->h[HEAP_TASKS], __ATOMIC_RELAXED);
}

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Words from..until of a heap. */
static void touch(const mmmrt_instance *instance, uint64_t from, uint64_t until) {
    memory_touch(instance->words + instance->image.heap + from, (until - from) * sizeof(uint64_t));
}

void instance_warm(mmmrt_instance *instance, size_t words) {
    const mmmrt_image *i = &instance->image;
    size_t heap = i->heap_words > 0 ? i->heap : words, after = heap + i->heap_words;
    memory_touch(instance->words, heap * sizeof(uint64_t));
    if (after < words)
        memory_touch(instance->words + after, (words - after) * sizeof(uint64_t));
    if (i->heap_words > 0)
        touch(instance, 0, HEAP_LISTS); /* where it is looked up what there is */
}

void instance_warm_heap(mmmrt_instance *instance, uint64_t words, uint64_t tasks) {
    const machine *m = &instance->machine;
    if (m->n == 0)
        return;
    uint64_t queue = heap_queue(m->n), room = objects_queue(&m->o);
    uint64_t have = atomic_load_explicit(&instance->warm_tasks, memory_order_relaxed);
    tasks = least(tasks + TASKS_AHEAD, room);
    if (tasks > have) {
        touch(instance, queue + have * TASK_WORDS, queue + tasks * TASK_WORDS);
        atomic_store_explicit(&instance->warm_tasks, (uint32_t)tasks, memory_order_relaxed);
    }
    uint64_t start = queue + room * TASK_WORDS;
    have = atomic_load_explicit(&instance->warm, memory_order_relaxed);
    have = have < start ? start : have;
    words = least(words + AHEAD, m->n);
    if (words > have) {
        touch(instance, have, words);
        atomic_store_explicit(&instance->warm, (uint32_t)words, memory_order_relaxed);
    }
}

void instance_warm_ahead(mmmrt_instance *instance) {
    uint64_t top = instance_heap_top(instance), tasks = instance_heap_tasks(instance);
    if (top + AHEAD / 2 > atomic_load_explicit(&instance->warm, memory_order_relaxed) ||
        tasks + TASKS_AHEAD / 2 > atomic_load_explicit(&instance->warm_tasks, memory_order_relaxed))
        instance_warm_heap(instance, top, tasks);
}
