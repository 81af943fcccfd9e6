/* The watch: a library for LD_PRELOAD that counts what the plugin does on the
   audio thread while the host is inside its process call. The host calls
   mmm_host_block_begin and mmm_host_block_end around that call (tests/host
   finds them by dlsym); in between everything counts that is not allowed there,
   on that thread and on no other.

     interpose.c  the C library's functions: allocator, locks, blocking calls
     kernel.c     system calls, whoever makes them
     goentry.c    entries into Go
     watch.c      the blocks, their times, and the report

   The report goes to the file named by MMM_WATCH_REPORT at the process's end. With
   MMM_WATCH_ONE only the thread that comes first is watched: the others are there
   to be in its way. */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#pragma GCC visibility push(hidden)

/* What is counted. */
enum watch_kind { ALLOCATION, LOCK, BLOCKING_CALL, SYSTEM_CALL, GO_ENTRY, WATCH_KINDS };

/* One thread that has been inside a block. */
typedef struct watch_thread {
    bool ready;
    bool ignored;           /* another thread is the one that is watched */
    bool inside;            /* a block goes on */
    volatile char selector; /* what the kernel does with this thread's system calls */
    const uint64_t *go;     /* where Go keeps the goroutine that runs on this thread */
} watch_thread;

extern __thread watch_thread watch_self __attribute__((tls_model("initial-exec")));

/* Counts one event of a kind by name, which must live as long as the process,
   when this thread is inside a block. */
void watch_note(enum watch_kind kind, const char *name);

/* ---- kernel.c ---- */

/* Asks the kernel to show this thread's system calls. False when it cannot. */
bool kernel_watch(void);
void kernel_begin(void);
void kernel_end(void);
/* Writes a line for each system call seen. */
void kernel_report(FILE *f);

/* ---- goentry.c ---- */

/* Finds where Go would keep its goroutine for this thread. */
void go_watch(void);
/* Swaps the player has done so far, and the longest of them in ns. */
uint64_t go_swaps(uint64_t *worst_ns);

#pragma GCC visibility pop

/* ---- for the host ---- */

void mmm_host_block_begin(void);
void mmm_host_block_end(void);

#endif
