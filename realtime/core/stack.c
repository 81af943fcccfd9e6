#include "stack.h"

#include "memory.h"

#include <stddef.h>
#include <sys/mman.h>

#define GUARD 65536 /* a multiple of every page size in use */
#define BACKED (128u << 10)

/* In stack_switch.S: calls fn(arg) with the stack pointer at top, which is
   aligned to 16 bytes. */
void mmmrt_stack_switch(void *top, void (*fn)(void *), void *arg);

/* Backs the topmost bytes. */
static void back(char *base, size_t bytes) { memory_touch(base + GUARD + DEEP_STACK - bytes, bytes); }

void *stack_new(void) {
    char *base = pages_new(GUARD + DEEP_STACK);
    if (!base)
        return NULL;
    mprotect(base, GUARD, PROT_NONE);
    back(base, BACKED);
    return base;
}

void stack_settle(void *stack) {
    size_t used = pages_backed((char *)stack + GUARD, DEEP_STACK);
    if (used > BACKED)
        back(stack, used < DEEP_STACK / 2 ? 2 * used : DEEP_STACK);
}

void stack_free(void *stack) { pages_free(stack, GUARD + DEEP_STACK); }

void stack_call(void *stack, void (*fn)(void *), void *arg) {
    mmmrt_stack_switch((char *)stack + GUARD + DEEP_STACK, fn, arg);
}
