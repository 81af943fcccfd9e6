/* A running copy of a program, whichever engine runs it. All but the three
   functions of its engine is common. */
#ifndef MMMRT_INSTANCE_H
#define MMMRT_INSTANCE_H

#include "../mmmrt.h"
#include "heap.h"
#include "queue.h"
#include "watchdog.h"

#include <stddef.h>

/* One line of a program's log. */
typedef struct log_line {
    double value;
    int32_t kind;
} log_line;

#define LOG_LINES 1024

/* What an engine does. init and run return false after a trap. free releases what the engine added. */
typedef struct engine {
    bool (*init)(mmmrt_instance *);                                 /* [any-thread] */
    bool (*run)(mmmrt_instance *, uint32_t first, uint32_t frames); /* [audio-thread] */
    void (*free)(mmmrt_instance *);                                 /* [any-thread] */
    void (*detail)(mmmrt_instance *, char *text, size_t size);      /* [any-thread] */
    void (*settle)(mmmrt_instance *); /* backs what runs so far have used. NULL: nothing to do. [any-thread] */
} engine;

struct mmmrt_instance {
    uint64_t *words;
    mmmrt_image image;
    const engine *engine;
    uint64_t *snapshot; /* globals and initialiser's words after init */
    machine machine;    /* its objects */
    uint64_t *objects;  /* snapshot of them, NULL without a heap */
    mmmrt_sound *sounds;
    uint32_t sound_count;
    queue log;
    _Atomic uint32_t log_dropped;
    watch watch; /* for runs by the control side */
    bool watched;
    _Atomic uint32_t warm, warm_tasks; /* words of the heap, and tasks of its queue, that are backed: warm.c */
};

/* Prepares the common part; words are the engine's to provide. [any-thread] */
bool instance_make(mmmrt_instance *instance, const mmmrt_image *image, const uint32_t *objects, uint32_t object_words,
                   const engine *engine);

/* Makes the machine find its heap in the words, of which there are so many, the
   code's own included. [any-thread] */
void instance_bind(mmmrt_instance *instance, size_t words);

/* Frees the common part. [any-thread] */
void instance_unmake(mmmrt_instance *instance);

/* ---- warm.c ---- */

/* Backs what is sure to be used: all but a heap that nothing is in yet. [any-thread] */
void instance_warm(mmmrt_instance *instance, size_t words);

/* Backs so many words of the heap, and so many tasks of its queue. [any-thread] */
void instance_warm_heap(mmmrt_instance *instance, uint64_t words, uint64_t tasks);

/* Backs what the heap may take before the next call. [any-thread] */
void instance_warm_ahead(mmmrt_instance *instance);

/* Words of the heap that have ever been in use. [any-thread] */
uint64_t instance_heap_top(const mmmrt_instance *instance);

/* Tasks that wait. [any-thread] */
uint64_t instance_heap_tasks(const mmmrt_instance *instance);

/* ---- instance.c ---- */

/* Whether every part of the image lies within its words. [any-thread] */
bool image_valid(const mmmrt_image *image);

static inline double word_number(uint64_t word) {
    union {
        uint64_t word;
        double number;
    } u = {word};
    return u.number;
}

static inline uint64_t number_word(double number) {
    union {
        double number;
        uint64_t word;
    } u = {number};
    return u.word;
}

/* The fault word is read by machine code and written by the watchdog. [audio-thread] */
static inline int instance_fault(const mmmrt_instance *instance) {
    return (int)__atomic_load_n(&instance->words[MMMRT_FAULT_WORD], __ATOMIC_RELAXED);
}

/* Stops a program for good by MMMRT_FAULT_TIME or _TRAP. [audio-thread] */
static inline void instance_stop(mmmrt_instance *instance, int fault) {
    __atomic_store_n(&instance->words[MMMRT_FAULT_WORD], (uint64_t)fault, __ATOMIC_RELAXED);
}

/* Whether only silence is to be had of it. [audio-thread] */
static inline bool instance_dead(const mmmrt_instance *instance) {
    int fault = instance_fault(instance);
    return fault == MMMRT_FAULT_TIME || fault == MMMRT_FAULT_TRAP ||
           instance->words[MMMRT_FAULT_TURNS_WORD] >= MMMRT_FAULT_TURNS;
}

/* Index of the next sample. [audio-thread] */
static inline double instance_now(const mmmrt_instance *instance) {
    return word_number(instance->words[MMMRT_NOW_WORD]);
}

/* The first fault, MMMRT_FAULT_NONE when there was none, and the function that
   faulted, -1 when it is not known. [audio-thread] */
int instance_first_fault(const mmmrt_instance *instance, int64_t *place);

/* Runs some frames and counts them. A turn that faults gives zeros and the next
   one runs as usual; when the program is dead it is the caller's to play silence.
   [audio-thread] */
void instance_run(mmmrt_instance *instance, uint32_t first, uint32_t frames);

/* Zeroes the state and puts back what the initialiser had left; sample index 0.
   What was stopped for good stays so. [audio-thread] */
void instance_reset(mmmrt_instance *instance);

#endif
