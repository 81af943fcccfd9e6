#include "stack.h"

#include "memory.h"

#include <stddef.h>
#include <sys/mman.h>

#define GUARD 65536 /* a multiple of every page size in use */

/* In stack_switch.S: calls fn(arg) with the stack pointer at top, which is
   aligned to 16 bytes. */
void mmmrt_stack_switch(void *top, void (*fn)(void *), void *arg);

void *stack_new(void) {
    char *base = mmap(NULL, GUARD + DEEP_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return NULL;
    mprotect(base, GUARD, PROT_NONE);
    memory_touch(base + GUARD, DEEP_STACK);
    return base;
}

void stack_free(void *stack) {
    if (stack)
        munmap(stack, GUARD + DEEP_STACK);
}

void stack_call(void *stack, void (*fn)(void *), void *arg) {
    mmmrt_stack_switch((char *)stack + GUARD + DEEP_STACK, fn, arg);
}
