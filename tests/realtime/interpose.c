/* The C library's functions that an audio thread must not call. Each one here
   stands before the library's, counts, and passes the call on. */
#define _GNU_SOURCE
#include "watch.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* ---- the allocator ----
   Its functions are needed before anything can be looked up by name, so these
   go to the names under which glibc keeps them. */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

void *malloc(size_t size) {
    watch_note(ALLOCATION, "malloc");
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    watch_note(ALLOCATION, "calloc");
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    watch_note(ALLOCATION, "realloc");
    return __libc_realloc(old, size);
}

void free(void *p) {
    watch_note(ALLOCATION, "free");
    __libc_free(p);
}

void *memalign(size_t alignment, size_t size) {
    watch_note(ALLOCATION, "memalign");
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    watch_note(ALLOCATION, "aligned_alloc");
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **to, size_t alignment, size_t size) {
    watch_note(ALLOCATION, "posix_memalign");
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *p = __libc_memalign(alignment, size);
    if (!p)
        return ENOMEM;
    *to = p;
    return 0;
}

void *valloc(size_t size) {
    watch_note(ALLOCATION, "valloc");
    return __libc_memalign(4096, size);
}

/* ---- everything else ----
   Functions that are of one shape are made by one macro: kind, result, name,
   parameters, arguments. Condition variables exist in two versions, of which
   programs use the newer one. */

static void *next(const char *name) {
    void *p = strncmp(name, "pthread_cond_", 13) == 0 ? dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2") : NULL;
    return p ? p : dlsym(RTLD_NEXT, name);
}

#define PASS_ON(kind, result, name, parameters, arguments)  \
    result name parameters {                                \
        static result(*real) parameters;                    \
        if (!real) {                                        \
            bool was_inside = watch_self.inside;            \
            watch_self.inside = false; /* the look-up */    \
            void *p = next(#name);                          \
            watch_self.inside = was_inside;                 \
            memcpy(&real, &p, sizeof real);                 \
        }                                                   \
        watch_note(kind, #name);                            \
        return real arguments;                              \
    }

typedef const struct timespec *times;

PASS_ON(LOCK, int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
PASS_ON(LOCK, int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))
PASS_ON(LOCK, int, pthread_mutex_timedlock, (pthread_mutex_t * m, times t), (m, t))
PASS_ON(LOCK, int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
PASS_ON(LOCK, int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
PASS_ON(LOCK, int, pthread_rwlock_tryrdlock, (pthread_rwlock_t * l), (l))
PASS_ON(LOCK, int, pthread_rwlock_trywrlock, (pthread_rwlock_t * l), (l))
PASS_ON(LOCK, int, pthread_spin_lock, (pthread_spinlock_t * l), (l))
PASS_ON(LOCK, int, pthread_spin_trylock, (pthread_spinlock_t * l), (l))
PASS_ON(LOCK, int, pthread_once, (pthread_once_t * o, void (*f)(void)), (o, f))
PASS_ON(LOCK, int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
PASS_ON(LOCK, int, pthread_cond_timedwait, (pthread_cond_t * c, pthread_mutex_t *m, times t), (c, m, t))
PASS_ON(LOCK, int, pthread_cond_signal, (pthread_cond_t * c), (c))
PASS_ON(LOCK, int, pthread_cond_broadcast, (pthread_cond_t * c), (c))
PASS_ON(LOCK, int, pthread_barrier_wait, (pthread_barrier_t * b), (b))
PASS_ON(LOCK, int, pthread_join, (pthread_t t, void **r), (t, r))
PASS_ON(LOCK, int, pthread_create, (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *x), (t, a, f, x))
PASS_ON(LOCK, int, sem_wait, (sem_t * s), (s))
PASS_ON(LOCK, int, sem_trywait, (sem_t * s), (s))
PASS_ON(LOCK, int, sem_timedwait, (sem_t * s, times t), (s, t))
PASS_ON(LOCK, int, sem_post, (sem_t * s), (s))

PASS_ON(ALLOCATION, void *, mmap, (void *a, size_t n, int p, int f, int d, off_t o), (a, n, p, f, d, o))
PASS_ON(ALLOCATION, int, munmap, (void *a, size_t n), (a, n))
PASS_ON(ALLOCATION, int, mprotect, (void *a, size_t n, int p), (a, n, p))
PASS_ON(ALLOCATION, int, madvise, (void *a, size_t n, int p), (a, n, p))

PASS_ON(BLOCKING_CALL, ssize_t, read, (int d, void *b, size_t n), (d, b, n))
PASS_ON(BLOCKING_CALL, ssize_t, write, (int d, const void *b, size_t n), (d, b, n))
PASS_ON(BLOCKING_CALL, int, close, (int d), (d))
PASS_ON(BLOCKING_CALL, int, poll, (struct pollfd * f, nfds_t n, int t), (f, n, t))
PASS_ON(BLOCKING_CALL, int, nanosleep, (times t, struct timespec *r), (t, r))
PASS_ON(BLOCKING_CALL, int, clock_nanosleep, (clockid_t c, int f, times t, struct timespec *r), (c, f, t, r))
PASS_ON(BLOCKING_CALL, int, usleep, (useconds_t t), (t))
PASS_ON(BLOCKING_CALL, int, sched_yield, (void), ())

/* Those that take a varying number of arguments pass on the most they can have. */

int open(const char *path, int flags, ...) {
    static int (*real)(const char *, int, ...);
    if (!real) {
        void *p = next("open");
        memcpy(&real, &p, sizeof real);
    }
    va_list list;
    va_start(list, flags);
    mode_t mode = va_arg(list, mode_t);
    va_end(list);
    watch_note(BLOCKING_CALL, "open");
    return real(path, flags, mode);
}

long syscall(long number, ...) {
    static long (*real)(long, ...);
    if (!real) {
        void *p = next("syscall");
        memcpy(&real, &p, sizeof real);
    }
    va_list list;
    va_start(list, number);
    long a[6];
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    watch_note(BLOCKING_CALL, "syscall");
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
