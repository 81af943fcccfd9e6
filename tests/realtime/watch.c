/* Blocks: when they begin and end, what they took, and the report. */
#define _GNU_SOURCE
#include "watch.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#define BLOCKS (1u << 20) /* more are played, but not recorded */
#define NAMES 128

__thread watch_thread watch_self;

/* What one block took. */
typedef struct block {
    uint64_t wall, cpu;            /* ns */
    uint32_t voluntary, involuntary; /* times the thread lost the processor: it waited, it was pushed off */
    uint32_t faults;               /* of pages, minor and major */
    uint32_t swaps;                /* new programs taken over */
    bool in_go;                    /* the thread is or has been in Go */
    uint32_t counts[WATCH_KINDS];
} block;

static block *blocks;
static atomic_uint block_count, thread_count;
static atomic_ulong totals[WATCH_KINDS];
static uint64_t worst_swap;
static bool kernel_shows = true, in_go, go_found;
static int policy = -1, priority;
static size_t stack_size;

static struct {
    const char *_Atomic name;
    enum watch_kind kind;
    atomic_ulong count;
} names[NAMES];

/* The state before the block that goes on; one audio thread at a time. */
static __thread struct {
    struct rusage usage;
    uint64_t wall, cpu, swaps;
    unsigned long totals[WATCH_KINDS];
} before __attribute__((tls_model("initial-exec")));

void watch_note(enum watch_kind kind, const char *name) {
    if (!watch_self.inside)
        return;
    atomic_fetch_add(&totals[kind], 1);
    for (int i = 0; i < NAMES; i++) {
        const char *expected = NULL;
        if (atomic_compare_exchange_strong(&names[i].name, &expected, name))
            names[i].kind = kind;
        else if (strcmp(expected, name) != 0)
            continue;
        atomic_fetch_add(&names[i].count, 1);
        return;
    }
}

static uint64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint32_t more(long after, long earlier) { return (uint32_t)(after - earlier); }

static void prepare(void) {
    static atomic_flag taken = ATOMIC_FLAG_INIT;
    watch_self.ready = true;
    watch_self.ignored = getenv("MMM_WATCH_ONE") && atomic_flag_test_and_set(&taken);
    if (watch_self.ignored)
        return;
    atomic_fetch_add(&thread_count, 1);
    struct sched_param param;
    if (pthread_getschedparam(pthread_self(), &policy, &param) == 0)
        priority = param.sched_priority;
    pthread_attr_t attr;
    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
        pthread_attr_getstacksize(&attr, &stack_size);
        pthread_attr_destroy(&attr);
    }
    kernel_shows = kernel_watch() && kernel_shows;
    go_watch();
}

void mmm_host_block_begin(void) {
    if (!watch_self.ready)
        prepare();
    if (watch_self.ignored)
        return;
    uint64_t worst;
    before.swaps = go_swaps(&worst);
    for (int k = 0; k < WATCH_KINDS; k++)
        before.totals[k] = atomic_load(&totals[k]);
    getrusage(RUSAGE_THREAD, &before.usage);
    before.cpu = now(CLOCK_THREAD_CPUTIME_ID);
    watch_self.inside = true;
    before.wall = now(CLOCK_MONOTONIC);
    kernel_begin();
}

void mmm_host_block_end(void) {
    if (watch_self.ignored)
        return;
    kernel_end();
    uint64_t wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_THREAD_CPUTIME_ID);
    watch_self.inside = false;
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    bool has_goroutine = watch_self.go && *watch_self.go != 0;
    go_found = go_found || watch_self.go;
    in_go = in_go || has_goroutine;
    uint64_t swaps = go_swaps(&worst_swap);
    unsigned at = atomic_fetch_add(&block_count, 1);
    if (!blocks || at >= BLOCKS)
        return;
    block *b = &blocks[at];
    b->wall = wall - before.wall;
    b->cpu = cpu - before.cpu;
    b->voluntary = more(usage.ru_nvcsw, before.usage.ru_nvcsw);
    b->involuntary = more(usage.ru_nivcsw, before.usage.ru_nivcsw);
    b->faults = more(usage.ru_minflt + usage.ru_majflt, before.usage.ru_minflt + before.usage.ru_majflt);
    b->swaps = (uint32_t)(swaps - before.swaps);
    b->in_go = has_goroutine;
    for (int k = 0; k < WATCH_KINDS; k++)
        b->counts[k] = (uint32_t)(atomic_load(&totals[k]) - before.totals[k]);
}

__attribute__((constructor)) static void start(void) {
    void *memory = mmap(NULL, BLOCKS * sizeof(block), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED)
        blocks = memory;
}

static const char *policy_name(void) {
    return policy == SCHED_FIFO ? "SCHED_FIFO" : policy == SCHED_RR ? "SCHED_RR" : "other";
}

__attribute__((destructor)) static void finish(void) {
    const char *path = getenv("MMM_WATCH_REPORT");
    unsigned count = atomic_load(&block_count);
    FILE *f = path && count > 0 ? fopen(path, "w") : NULL;
    if (!f)
        return;
    if (count > BLOCKS)
        count = BLOCKS;
    fprintf(f, "threads %u\npolicy %s\npriority %d\nstack %zu\n", atomic_load(&thread_count), policy_name(),
            priority, stack_size);
    fprintf(f, "kernel %s\n", kernel_shows ? "syscall-user-dispatch" : "none");
    fprintf(f, "goroutine %s\n", !go_found ? "unknown" : in_go ? "held" : "none");
    fprintf(f, "worst-swap %" PRIu64 "\n", worst_swap);
    static const char *const kinds[WATCH_KINDS] = {"allocation", "lock", "blocking", "system-call", "go-entry"};
    for (int k = 0; k < WATCH_KINDS; k++)
        fprintf(f, "total %s %lu\n", kinds[k], atomic_load(&totals[k]));
    for (int i = 0; i < NAMES && atomic_load(&names[i].name); i++)
        fprintf(f, "name %s %s %lu\n", kinds[names[i].kind], names[i].name, atomic_load(&names[i].count));
    kernel_report(f);
    for (unsigned i = 0; i < count; i++) {
        const block *b = &blocks[i];
        fprintf(f, "block %" PRIu64 " %" PRIu64 " %u %u %u %u %d", b->wall, b->cpu, b->voluntary, b->involuntary, b->faults,
                b->swaps, b->in_go);
        for (int k = 0; k < WATCH_KINDS; k++)
            fprintf(f, " %u", b->counts[k]);
        fputc('\n', f);
    }
    fclose(f);
}
