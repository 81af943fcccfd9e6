/* Memory that is backed before it is used, while another thread looks after it;
   and trials, which leave nothing behind. */
#include "../heap.h"
#include "../instance.h"
#include "../memory.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    GLOBALS = 8,
    STATE = 10,
    OUT = 16,
    HEAP = OUT + MMMRT_BLOCK_FRAMES,
    HEAP_WORDS = 1 << 20,
    OBJECT = 500, /* words */
};

static mmmrt_instance *instance;
static int prints, fault, traps;

/* How many of the pages that hold words from..until of the heap are backed. */
static int backed(uint64_t from, uint64_t until) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), words = (uintptr_t)(instance->words + HEAP);
    uintptr_t begin = (words + from * 8) / page * page, end = words + until * 8;
    int count = 0;
    for (uintptr_t at = begin; at < end; at += page) {
        unsigned char there = 0;
        mincore((void *)at, page, &there);
        count += there & 1;
    }
    return count;
}

static int init(uint64_t context) {
    (void)context;
    heap_reset(&instance->machine);
    mmmrt_instance_print(instance, 1, 1);
    instance->words[GLOBALS] = 42;
    return 0;
}

static int run(uint64_t context, uint32_t first, uint32_t frames) {
    (void)context;
    for (uint32_t i = first; i < first + frames; i++) {
        instance->words[STATE]++;
        instance->words[GLOBALS]++;
        instance->words[OUT + i] = number_word((double)instance->words[STATE]);
        if (prints)
            mmmrt_instance_print(instance, 2, 1);
        if (fault) {
            instance->words[MMMRT_STICKY_FAULT_WORD] = (uint64_t)fault;
            instance->words[MMMRT_STICKY_PLACE_WORD] = 3;
            instance->words[MMMRT_FAULT_TURNS_WORD]++;
        }
    }
    return traps;
}

static void make(void) {
    mmmrt_image image = {.globals = GLOBALS, .global_count = 1, .state = STATE, .state_size = 1, .out = OUT, .outs = 1,
                         .heap = HEAP, .heap_words = HEAP_WORDS, .words = HEAP + HEAP_WORDS};
    instance = mmmrt_vm(&image, NULL, 0, (mmmrt_calls){init, run}, 0);
    int64_t place;
    char text[8];
    prints = fault = traps = 0;
    CHECK_EQUAL("init", mmmrt_instance_init(instance, 5, 48000, &place, text, sizeof text), MMMRT_FAULT_NONE);
}

static void pause_ms(int ms) { nanosleep(&(struct timespec){0, ms * 1000000}, NULL); }

static void a_heap_costs_little_until_it_is_used(void) {
    make();
#ifndef __SANITIZE_THREAD__ /* its allocator touches everything */
    CHECK("most of it has no pages", backed(0, HEAP_WORDS) < 100);
#endif
    mmmrt_instance_free(instance);
}

static void pages_are_there_before_the_heap_grows_into_them(void) {
    make();
    machine *m = &instance->machine;
    int late = 0, made = 0;
    uint64_t handles[400];
    pause_ms(40);
    for (; made < 400; made++) {
        uint64_t top = instance_heap_top(instance);
        if (top + 2 * OBJECT > HEAP_WORDS)
            break;
        if (backed(top, top + OBJECT) * sysconf(_SC_PAGESIZE) < OBJECT * 8)
            late++;
        uint32_t at = array_make(m, OBJECT - ARRAY_WORDS, 1, 0, -1);
        CHECK("there is room", at != 0);
        handles[made] = m->h[at];
        for (uint32_t k = 0; k < OBJECT - ARRAY_WORDS; k++)
            m->h[at + ARRAY_WORDS + k] = (uint64_t)made << 32 | k;
        if (made % 8 == 7)
            pause_ms(25); /* two looks of the watchdog */
    }
    CHECK_EQUAL("objects", made, 400);
    CHECK_EQUAL("objects without pages", late, 0);
    int wrong = 0;
    for (int i = 0; i < made; i++) {
        uint32_t at = heap_find(m, handles[i], KIND_ARRAY);
        for (uint32_t k = 0; at && k < OBJECT - ARRAY_WORDS; k++)
            wrong += m->h[at + ARRAY_WORDS + k] != ((uint64_t)i << 32 | k);
        wrong += at == 0;
    }
    CHECK_EQUAL("words that changed", wrong, 0);
    mmmrt_instance_free(instance);
}

static void touching_changes_nothing(void) {
    size_t size = 3 << 20;
    unsigned char *memory = malloc(size);
    for (size_t i = 0; i < size; i++)
        memory[i] = (unsigned char)(i * 31 >> 3);
    for (size_t from = 0; from < 70000; from += 4999)
        for (size_t bytes = 0; bytes < 300000; bytes = bytes * 3 + 1)
            memory_touch(memory + from, bytes);
    memory_touch(memory, size);
    int wrong = 0;
    for (size_t i = 0; i < size; i++)
        wrong += memory[i] != (unsigned char)(i * 31 >> 3);
    CHECK_EQUAL("bytes that changed", wrong, 0);
    free(memory);
    char *pages = pages_new(1 << 20);
    CHECK_EQUAL("new pages are not backed", (double)pages_backed(pages, 1 << 20), 0);
    memory_touch(pages + (3 << 18), 1);
    size_t from = pages_backed(pages, 1 << 20);
    CHECK("what was touched and what follows counts", from >= 1 << 18 && from <= (1 << 18) + 65536);
    CHECK_EQUAL("pages are zero", pages[3 << 18], 0);
    pages_free(pages, 1 << 20);
}

static void a_trial_leaves_nothing_behind(void) {
    make();
    int64_t place = 0;
    prints = 1;
    CHECK_EQUAL("verdict", mmmrt_instance_trial(instance, 16, &place), MMMRT_FAULT_NONE);
    CHECK_EQUAL("state", (double)instance->words[STATE], 0);
    CHECK_EQUAL("global", (double)instance->words[GLOBALS], 42);
    CHECK_EQUAL("now", instance_now(instance), 5);
    double value;
    int32_t kind;
    CHECK("the line of init is there", mmmrt_instance_log(instance, &value, &kind) && value == 1);
    CHECK("no line of the trial is", !mmmrt_instance_log(instance, &value, &kind));
    prints = 0;
    mmmrt_instance_run(instance, 0, 1);
    CHECK_EQUAL("it plays from the start", word_number(instance->words[OUT]), 1);
    mmmrt_instance_free(instance);
}

static void a_trial_tells_what_would_only_be_silent(void) {
    static const struct {
        int fault, traps, want;
    } cases[] = {
        {MMMRT_FAULT_DEPTH, 0, MMMRT_FAULT_DEPTH},
        {MMMRT_FAULT_HEAP, 0, MMMRT_FAULT_HEAP},
        {0, 1, MMMRT_FAULT_NONE}, /* a trap is for the musician to hear of */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make();
        fault = cases[i].fault;
        traps = cases[i].traps;
        int64_t place = 0;
        CHECK_EQUAL("verdict", mmmrt_instance_trial(instance, 16, &place), cases[i].want);
        if (cases[i].want)
            CHECK_EQUAL("place", (double)place, 3);
        mmmrt_instance_free(instance);
    }
}

int main(void) {
    a_heap_costs_little_until_it_is_used();
    pages_are_there_before_the_heap_grows_into_them();
    touching_changes_nothing();
    a_trial_leaves_nothing_behind();
    a_trial_tells_what_would_only_be_silent();
    return check_result();
}
