/* Calls on a private stack: recursive programs and very large ones need more
   stack than a host's audio thread is sure to have. */
#ifndef MMMRT_STACK_H
#define MMMRT_STACK_H

/* Room for state.MaxDepth calls, and what of it is left to the engine's own
   frames below the machine code. Bytes. */
#define DEEP_STACK (8u << 20)
#define DEEP_STACK_RESERVE (256u << 10)

/* Reserves a stack with a guard page below it. Of its memory as much is backed
   as programs use that do not go deep. NULL when memory is short. [any-thread] */
void *stack_new(void);

/* Backs twice as much as has been used so far, so that going that deep again is
   no page fault. [any-thread] */
void stack_settle(void *stack);

/* Unmaps a stack; NULL is none. [any-thread] */
void stack_free(void *stack);

/* Calls fn(arg) on the stack. [audio-thread] */
void stack_call(void *stack, void (*fn)(void *), void *arg);

#endif
