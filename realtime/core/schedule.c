/* The queue of tasks: a binary heap by time, then by order of queueing. */
#include "heap.h"
#include "instance.h"

#include <string.h>

/* Truncated, NaN and negatives 0, saturating. */
static uint64_t sample(double x) {
    if (!(x > 0))
        return 0;
    return x >= 18446744073709551616.0 ? UINT64_MAX : (uint64_t)x;
}

static uint64_t *task(machine *m, uint64_t k) { return m->h + m->h[HEAP_QUEUE] + k * TASK_WORDS; }

static bool sooner(const uint64_t *a, const uint64_t *b) { return a[0] < b[0] || (a[0] == b[0] && a[1] < b[1]); }

static void put(machine *m, uint64_t k, const uint64_t *t) { memcpy(task(m, k), t, TASK_WORDS * sizeof *t); }

static void sift_up(machine *m, uint64_t k, const uint64_t *t) {
    while (k > 0) {
        uint64_t up = (k - 1) / 2;
        if (!sooner(t, task(m, up)))
            break;
        put(m, k, task(m, up));
        k = up;
    }
    put(m, k, t);
}

/* Whether w names a function without parameters. */
static bool can_run(machine *m, uint64_t w) {
    uint32_t fn;
    if (w >> 60 == KIND_FUNC) {
        fn = (uint32_t)w;
        func_info f = objects_func(&m->o, fn);
        return w >> 32 == (uint64_t)KIND_FUNC << 28 && fn < objects_func_count(&m->o) && f.params == 0 &&
               f.stateless && !f.needs_env;
    }
    uint32_t i = heap_find(m, w, KIND_CLOSURE);
    if (i == 0)
        return false;
    uint64_t code = m->h[i + CLOSURE_FUNC];
    fn = (uint32_t)code;
    uint32_t b = (uint32_t)(code >> 32);
    if (b != 0 && (m->h[b] >> 60 != KIND_BLOCK || m->h[b + BLOCK_OWNER] != w))
        return false;
    return fn < objects_func_count(&m->o) && objects_func(&m->o, fn).params == 0;
}

void task_schedule(machine *m, double when, uint64_t w, int32_t place, uint32_t id) {
    if (!can_run(m, w)) {
        machine_fail(m, MMMRT_FAULT_HANDLE, place);
        return;
    }
    uint64_t *h = m->h, at = sample(when), now = sample(word_number(m->words[MMMRT_NOW_WORD]));
    if (!m->in_init && at <= now) {
        if (m->late && id < objects_schedules(&m->o) && !m->late[id]) {
            m->late[id] = 1;
            mmmrt_instance_print(m->instance, id, MMMRT_LOG_LATE);
        }
        at = now + 1;
    }
    uint64_t n = h[HEAP_TASKS];
    if (n >= h[HEAP_ROOM]) {
        if (!m->full)
            mmmrt_instance_print(m->instance, id, MMMRT_LOG_FULL);
        m->full = true;
        return;
    }
    heap_retain(m, w);
    __atomic_store_n(&h[HEAP_TASKS], n + 1, __ATOMIC_RELAXED); /* warm.c looks on */
    h[HEAP_ORDER]++;
    sift_up(m, n, (const uint64_t[]){at, h[HEAP_ORDER], w});
}

uint64_t task_due(machine *m) {
    uint64_t *h = m->h, n = h[HEAP_TASKS];
    if (n == 0 || task(m, 0)[0] > sample(word_number(m->words[MMMRT_NOW_WORD])))
        return 0;
    uint64_t w = task(m, 0)[2], last[TASK_WORDS];
    n--;
    __atomic_store_n(&h[HEAP_TASKS], n, __ATOMIC_RELAXED);
    memcpy(last, task(m, n), sizeof last);
    uint64_t k = 0;
    for (;;) {
        uint64_t child = 2 * k + 1;
        if (child >= n)
            break;
        if (child + 1 < n && sooner(task(m, child + 1), task(m, child)))
            child++;
        if (!sooner(task(m, child), last))
            break;
        put(m, k, task(m, child));
        k = child;
    }
    if (n > 0)
        put(m, k, last);
    return w;
}
