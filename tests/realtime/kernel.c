/* System calls, whoever makes them and however: the C library, Go's runtime,
   Rust's, or a bare instruction. The kernel's syscall user dispatch turns each
   system call of a thread into a SIGSYS while the thread's selector byte says
   so, and switching the selector costs no system call itself.

   The handler counts, opens the selector and makes the thread repeat its call.
   So of each block the first call is counted, and the rest of that block goes
   through: enough to tell none from some, and no call is ever imitated. */
#define _GNU_SOURCE
#include "watch.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <ucontext.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON 1
#endif
#define ALLOW 0 /* SYSCALL_DISPATCH_FILTER_ALLOW */
#define BLOCK 1 /* SYSCALL_DISPATCH_FILTER_BLOCK */
#define SIGNAL_STACK (64 * 1024)
#define NUMBERS 512

static atomic_ulong seen[NUMBERS];

#if defined(__x86_64__)
#define INSTRUCTION 2 /* bytes of "syscall" */

static void on_system_call(int signal, siginfo_t *info, void *context) {
    (void)signal;
    watch_self.selector = ALLOW;
    watch_note(SYSTEM_CALL, "first of a block");
    if (info->si_syscall >= 0 && info->si_syscall < NUMBERS)
        atomic_fetch_add(&seen[info->si_syscall], 1);
    ucontext_t *u = context;
    u->uc_mcontext.gregs[REG_RIP] -= INSTRUCTION;
    u->uc_mcontext.gregs[REG_RAX] = info->si_syscall;
}

bool kernel_watch(void) {
    struct sigaction action = {0};
    action.sa_sigaction = on_system_call;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    if (sigaction(SIGSYS, &action, NULL) != 0)
        return false;
    /* a goroutine's stack is no place for a handler */
    stack_t stack = {0};
    if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE)) {
        void *memory = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return false;
        stack = (stack_t){.ss_sp = memory, .ss_size = SIGNAL_STACK};
        if (sigaltstack(&stack, NULL) != 0)
            return false;
    }
    watch_self.selector = ALLOW;
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0L, 0L, &watch_self.selector) == 0;
}
#else
bool kernel_watch(void) { return false; }
#endif

void kernel_begin(void) { watch_self.selector = BLOCK; }
void kernel_end(void) { watch_self.selector = ALLOW; }

void kernel_report(FILE *f) {
    for (int i = 0; i < NUMBERS; i++) {
        unsigned long n = atomic_load(&seen[i]);
        if (n > 0)
            fprintf(f, "syscall %d %lu\n", i, n);
    }
}
