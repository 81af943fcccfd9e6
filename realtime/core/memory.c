#include "memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096u          /* the smallest in use */
#define LARGEST_PAGE 65536u /* a multiple of every size in use */

/* Linux 5.14; C libraries lag behind */
#if defined(__linux__) && !defined(MADV_POPULATE_WRITE)
#define MADV_POPULATE_WRITE 23
#endif

/* All pages that hold a byte of it; false where the system has no such call. */
static bool populate(char *memory, size_t bytes) {
#ifdef MADV_POPULATE_WRITE
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)memory / page * page;
    return madvise((void *)from, (uintptr_t)memory + bytes - from, MADV_POPULATE_WRITE) == 0;
#else
    (void)memory;
    (void)bytes;
    return false;
#endif
}

/* An atomic or of nothing is a write that cannot undo another thread's. */
static void touch(char *p) { __atomic_fetch_or(p, 0, __ATOMIC_RELAXED); }

void memory_touch(void *memory, size_t bytes) {
    char *p = memory;
    if (bytes == 0 || populate(p, bytes))
        return;
    for (size_t i = 0; i < bytes; i += PAGE)
        touch(p + i);
    touch(p + bytes - 1);
}

void *memory_new(size_t bytes) {
    void *memory = calloc(1, bytes ? bytes : 1);
    if (memory)
        memory_touch(memory, bytes);
    return memory;
}

void *pages_new(size_t bytes) {
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
#ifdef MADV_NOHUGEPAGE
    madvise(pages, bytes, MADV_NOHUGEPAGE);
#endif
    return pages;
}

void pages_free(void *pages, size_t bytes) {
    if (pages)
        munmap(pages, bytes);
}

size_t pages_backed(void *pages, size_t bytes) {
#ifdef __APPLE__
    char vec[16];
#else
    unsigned char vec[16];
#endif
    /* a piece of the largest page holds at most 16 of the smallest */
    for (size_t at = 0; at < bytes; at += LARGEST_PAGE) {
        size_t piece = bytes - at < LARGEST_PAGE ? bytes - at : LARGEST_PAGE;
        if (mincore((char *)pages + at, piece, vec) != 0)
            return 0;
        if (vec[0] & 1)
            return bytes - at;
        for (size_t i = 1; i < piece / PAGE; i++)
            if (vec[i] & 1)
                return bytes - at;
    }
    return 0;
}
