#include "watchdog.h"

#include "instance.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#define TICK_NS (10 * 1000 * 1000)

/* The lock is between the control side and the watchdog; the audio thread knows
   only its own watch. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake; /* made with the thread: it counts by the monotonic clock */
static pthread_t thread;
static bool running, stopping;
static watch *watches;

uint64_t clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* A deadline that has passed belongs to the instance named at that time only if
   the watch did not move on while we looked: hence it is read twice. */
static void check(watch *w, uint64_t now) {
    uint64_t deadline = atomic_load_explicit(&w->deadline, memory_order_acquire);
    if (deadline == 0 || now < deadline)
        return;
    mmmrt_instance *target = atomic_load_explicit(&w->target, memory_order_acquire);
    if (atomic_load_explicit(&w->deadline, memory_order_acquire) == deadline && target)
        instance_stop(target, MMMRT_FAULT_TIME);
}

static void *watchdog(void *arg) {
    (void)arg;
    pthread_mutex_lock(&lock);
    while (!stopping) {
        uint64_t now = clock_ns(), until = now + TICK_NS;
        for (watch *w = watches; w; w = w->next) {
            check(w, now);
            mmmrt_instance *warmed = atomic_load_explicit(&w->warmed, memory_order_acquire);
            if (warmed)
                instance_warm_ahead(warmed);
        }
        struct timespec t = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
        pthread_cond_timedwait(&wake, &lock, &t);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static bool start(void) {
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&wake, &attr);
    pthread_condattr_destroy(&attr);
    /* the host's signals are none of this thread's business */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    stopping = false;
    bool ok = pthread_create(&thread, NULL, watchdog, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!ok)
        pthread_cond_destroy(&wake);
    return ok;
}

/* Starting and stopping must not overlap: one caller at a time. */
static pthread_mutex_t life = PTHREAD_MUTEX_INITIALIZER;

bool watchdog_add(watch *w) {
    pthread_mutex_lock(&life);
    if (!running)
        running = start();
    bool ok = running;
    if (ok) {
        pthread_mutex_lock(&lock);
        w->next = watches;
        w->link = &watches;
        if (watches)
            watches->link = &w->next;
        watches = w;
        pthread_mutex_unlock(&lock);
    }
    pthread_mutex_unlock(&life);
    return ok;
}

void watchdog_remove(watch *w) {
    pthread_mutex_lock(&life);
    pthread_mutex_lock(&lock);
    *w->link = w->next;
    if (w->next)
        w->next->link = w->link;
    bool last = watches == NULL;
    if (last) {
        stopping = true;
        pthread_cond_signal(&wake);
    }
    pthread_mutex_unlock(&lock);
    if (last) {
        pthread_join(thread, NULL);
        pthread_cond_destroy(&wake);
        running = false;
    }
    pthread_mutex_unlock(&life);
}

void watchdog_warm(watch *w, mmmrt_instance *instance) {
    atomic_store_explicit(&w->warmed, instance, memory_order_release);
}

void watchdog_forget(mmmrt_instance *instance) {
    pthread_mutex_lock(&lock);
    /* a watch may still name the instance that ran last; nothing of it runs */
    for (watch *w = watches; w; w = w->next) {
        mmmrt_instance *expected = instance;
        atomic_compare_exchange_strong(&w->target, &expected, NULL);
    }
    pthread_mutex_unlock(&lock);
}
