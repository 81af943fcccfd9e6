#include "memory.h"

#include <stdlib.h>

#define PAGE 4096 /* the smallest in use */

void memory_touch(void *memory, size_t bytes) {
    /* volatile: a compiler may drop writes of what is there already */
    volatile char *p = memory;
    for (size_t i = 0; i < bytes; i += PAGE)
        p[i] = p[i];
    if (bytes)
        p[bytes - 1] = p[bytes - 1];
}

void *memory_new(size_t bytes) {
    void *memory = calloc(1, bytes ? bytes : 1);
    if (memory)
        memory_touch(memory, bytes);
    return memory;
}
