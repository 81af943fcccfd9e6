/* The watchdog: one thread of the process that stops programs which do not come
   back, and backs the memory that their heaps grow into. A watch is a deadline and the instance that runs; whoever runs machine
   code sets them with two atomic stores, the watchdog reads them every 10 ms and
   writes MMMRT_FAULT_TIME into the fault word of an instance that is late. */
#ifndef MMMRT_WATCHDOG_H
#define MMMRT_WATCHDOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct mmmrt_instance;

typedef struct watch {
    _Atomic uint64_t deadline;               /* monotonic ns; 0: nothing runs */
    _Atomic(struct mmmrt_instance *) target; /* what runs */
    _Atomic(struct mmmrt_instance *) warmed; /* whose heap is kept backed, or NULL */
    struct watch *next, **link;              /* the watchdog's list, under its lock */
} watch;

/* Adds a watch; the first one starts the thread. False when it cannot start.
   [any-thread] */
bool watchdog_add(watch *w);

/* Removes a watch; the last one stops the thread. [any-thread] */
void watchdog_remove(watch *w);

/* Keeps pages ready for the instance's heap until the watch is removed.
   [any-thread] */
void watchdog_warm(watch *w, struct mmmrt_instance *instance);

/* Returns when the watchdog is certain not to touch the instance any more; the
   caller has made sure that no watch names it. [any-thread] */
void watchdog_forget(struct mmmrt_instance *instance);

/* Monotonic time in ns; no system call where clock_gettime is in the vdso.
   [audio-thread] */
uint64_t clock_ns(void);

/* Says what runs from now on, and until when it may. [audio-thread] */
static inline void watch_begin(watch *w, struct mmmrt_instance *target, uint64_t deadline) {
    atomic_store_explicit(&w->target, target, memory_order_relaxed);
    atomic_store_explicit(&w->deadline, deadline, memory_order_release);
}

/* Says that nothing runs. [audio-thread] */
static inline void watch_end(watch *w) {
    atomic_store_explicit(&w->deadline, 0, memory_order_release);
}

#endif
