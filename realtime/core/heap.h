/* The objects of a program: arrays, boxes, cells, closures with their state
   blocks, and waiting tasks. All of it lies in the words of the program's memory,
   laid out as package vm says (heap.go, reclaim.go, closure.go, schedule.go), and
   everything here does the same in the same order, so that the same program has
   the same words on either engine. Nothing allocates, waits or calls the system;
   what an operation takes is bounded by the objects it touches, but for the
   searches of the whole heap, which its growth pays for.

   A machine belongs to the thread that runs its instance. */
#ifndef MMMRT_HEAP_H
#define MMMRT_HEAP_H

#include "../mmmrt.h"

/* Kinds of handles, bits 63..60 of a word. */
enum {
    KIND_FUNC = 1,
    KIND_CLOSURE = 2,
    KIND_ARRAY = 3,
    KIND_BOX = 4,
    KIND_SITE = 8,  /* never a value of a program */
    KIND_BLOCK = 9, /* likewise */
};

/* Fixed words of the heap. */
enum {
    HEAP_TOP = 0,   /* words ever used */
    HEAP_ZERO = 1,  /* first block of the zero list */
    HEAP_TURN = 2,  /* turns so far */
    HEAP_USED = 3,  /* words in blocks that are in use */
    HEAP_LIMIT = 4, /* used words from which on cycles are looked for */
    HEAP_QUEUE = 5, /* where the queue starts */
    HEAP_ROOM = 6,  /* tasks it has room for */
    HEAP_TASKS = 7, /* tasks in it */
    HEAP_ORDER = 8, /* tasks ever queued */
    HEAP_FRESH = 9, /* generation of blocks that were never in use */
    HEAP_LISTS = 10, /* first free block of each class */
    HEAP_CLASSES = 100,
    HEAP_BITS = HEAP_LISTS + HEAP_CLASSES,
};

/* Parts of a block: its handle; class, shape and number; link and count. */
enum {
    BLOCK_INFO = 1,
    BLOCK_COUNT = 2,
    BLOCK_WORDS = 3,
    ARRAY_STRIDE = 3,
    ARRAY_WORDS = 4,
    CLOSURE_FUNC = 3, /* 63..32 where its state block lies, 0 without; 31..0 function */
    CLOSURE_CAPTURES = 4,
    BLOCK_OWNER = 3, /* handle of the closure that runs on a state block */
    BLOCK_SITE = 4,  /* handle of the list that it is in or was */
    BLOCK_PLACE = 5,
    BLOCK_TURN = 6, /* turn in which a closure last got it */
    BLOCK_STATE = 7,
    SITE_TURN = 3,  /* turn in which the site was evaluated last */
    SITE_COUNT = 4, /* evaluations in that turn */
    SITE_ENTRIES = 5,
    SITE_FIRST = 3, /* entries of a new site */
    TASK_WORDS = 3, /* sample, order, function value */
};

#define MAX_COUNT 0x7FFFFFFFu /* a count that reaches it stays */
#define NO_FAULT (-2) /* a place: no room is no fault, and nothing is freed to make some */
#define ON_ZERO_LIST ((uint64_t)1 << 63)

/* What a program says of its objects; mmmrt.h describes the words. */
typedef struct objects {
    uint32_t *words;
    uint32_t size;
} objects;

/* Words of the machine code's own, behind the image. */
enum {
    OWN_ENV = 0,     /* running closure, or plain function value, or 0 */
    OWN_BUDGET = 1,  /* instructions that the turn may still take */
    OWN_SCRATCH = 2, /* words of arguments that operations may get, at the end of memory */
    OWN_WORDS = 3,
};

typedef struct machine {
    uint64_t *words; /* the image */
    uint64_t *h;     /* the heap's words */
    uint32_t n;      /* how many; 0: none of what follows may be called but machine_reset */
    objects o;
    uint64_t *own;     /* NULL on the vm, which never calls an operation here */
    uint64_t *scratch; /* arguments: they may be the only ones to name an object */
    void *stack;       /* highest address of the stack that machine code runs on */
    bool in_init;
    bool full;     /* a task found no room */
    uint8_t *late; /* by Schedule instruction: it has been reported */
    mmmrt_instance *instance; /* whose log gets the warnings */
} machine;

/* Whether the words are what mmmrt.h says. [any-thread] */
bool objects_valid(const uint32_t *words, uint32_t size);

/* ---- heap.c ---- */

/* Empties the heap. [any-thread] */
void heap_reset(machine *m);

/* Where the object lies that w names if it is of the kind and alive, else 0.
   [audio-thread] */
uint32_t heap_find(const machine *m, uint64_t w, uint64_t kind);

/* Likewise for one that is counted: array, box or closure. [audio-thread] */
uint32_t heap_counted(const machine *m, uint64_t w);

/* Takes a block for size words in all, 0 if there is no room. [audio-thread] */
uint32_t heap_alloc(machine *m, uint64_t kind, uint64_t size, uint32_t count, uint32_t shape);

/* As heap_alloc, but when there is no room it frees what nothing names and joins
   free blocks; if that does not help there is a fault in the function place.
   [audio-thread] */
uint32_t heap_object(machine *m, uint64_t kind, uint64_t size, uint32_t count, uint32_t shape, int32_t place);

/* Gives a block back whose contents have been released. [audio-thread] */
void heap_free(machine *m, uint32_t at);

/* Puts a block whose count is 0 on the zero list. [audio-thread] */
void heap_doom(machine *m, uint32_t at);

/* Counts a reference, or takes it back, if w names an object. [audio-thread] */
void heap_retain(machine *m, uint64_t w);
void heap_release(machine *m, uint64_t w);

/* Where the queue of tasks starts in a heap of so many words: behind those that
   are kept whole. [audio-thread] */
uint32_t heap_queue(uint32_t words);

/* First word that blocks can take. [audio-thread] */
uint32_t heap_start(const machine *m);

/* Notes the first fault of a turn. [audio-thread] */
void machine_fail(machine *m, int fault, int32_t place);

/* Used words from which on cycles are looked for next. [audio-thread] */
uint64_t heap_limit(const machine *m);

/* ---- reclaim.c ---- */

/* Likewise for all words of a value of that shape. [audio-thread] */
void value_retain(machine *m, uint32_t shape, const uint64_t *words);
void value_release(machine *m, uint32_t shape, const uint64_t *words);

/* Frees what nothing refers to. [audio-thread] */
void heap_end_turn(machine *m);

/* Empties the zero list. [audio-thread] */
void heap_sweep(machine *m);

/* Sweeps while machine code may hold references: every word on its stack counts
   as one. [audio-thread] */
void heap_sweep_amid_turn(machine *m);

/* ---- array.c ---- */

/* Each gives the handle of a new object, 0 after a fault. [audio-thread] */
uint64_t array_new(machine *m, const uint64_t *args, uint32_t count, uint32_t stride, uint32_t shape, int32_t place);
uint64_t array_append(machine *m, const uint64_t *args, uint32_t stride, uint32_t shape, int32_t place);
uint64_t array_prepend(machine *m, const uint64_t *args, uint32_t stride, uint32_t shape, int32_t place);
uint64_t box_new(machine *m, const uint64_t *args, uint32_t count, uint32_t shape, int32_t place);

/* args has the array, and gets the element and the rest: in this order, or the
   other one for the last element. [audio-thread] */
void array_split(machine *m, uint64_t *args, uint32_t stride, bool tail, int32_t place);

/* An array without contents of its own; 0 for none or no room. [audio-thread] */
uint32_t array_make(machine *m, uint32_t count, uint32_t stride, uint32_t shape, int32_t place);

/* ---- closure.c ---- */

/* A closure of function fn; site is where the word of its site lies, NULL without
   state. 0 after a fault. [audio-thread] */
uint64_t closure_new(machine *m, const uint64_t *args, uint32_t fn, uint32_t shape, uint64_t *site, int32_t place);

/* Makes an empty list for count blocks; 0 after a fault. [audio-thread] */
uint32_t site_new(machine *m, uint32_t count, int32_t place);

/* Makes a state block of zeros for place k of a site; 0 after a fault.
   [audio-thread] */
uint32_t block_new(machine *m, uint32_t site, uint32_t k, uint32_t layout, int32_t place);

/* Parts of freeing an object. [audio-thread] */
void closure_leave_block(machine *m, uint32_t at);
void site_free(machine *m, uint32_t at);
void block_free(machine *m, uint32_t at);

/* ---- schedule.c ---- */

/* Queues a function value for a sample. id numbers the instruction. [audio-thread] */
void task_schedule(machine *m, double when, uint64_t task, int32_t place, uint32_t id);

/* Takes the next task that is due out of the queue; 0: none. [audio-thread] */
uint64_t task_due(machine *m);

/* ---- adopt.c ---- */

/* What a swap must know to carry over objects (vm.md 12.4). */
typedef struct adoption {
    const mmmrt_op *ops; /* plain copies of dsp's state */
    size_t op_count;
    const mmmrt_op *init_ops; /* of the initialiser's block */
    size_t init_op_count;
    const uint32_t *strings; /* by index in the old program: index in the new one */
    uint32_t string_count;
    const uint32_t *shapes; /* likewise, 0 for none that is equal */
    uint32_t shape_count;
} adoption;

/* Makes the words of the new state, just copied from the old one, name objects
   of the new program, and gives its state blocks the words of the old ones that
   correspond.
   Costs as much as it copies. [audio-thread] */
void heap_adopt(machine *to, const machine *from, const mmmrt_image *new_image, const mmmrt_image *old_image,
                const adoption *a);

/* ---- tables.c ---- */

typedef struct func_info {
    uint32_t params, results, captures, layout;
    bool stateless, needs_env;
} func_info;

/* Lists of offsets of words. */
typedef struct shape_info {
    const uint32_t *handles;
    uint32_t handle_count, sum_count;
    const uint32_t *sums; /* for each: tag, number of variants, shapes */
} shape_info;

typedef struct layout_info {
    uint32_t size;
    uint64_t key; /* equal for equal layouts */
    const uint32_t *handles, *strings, *sites;
    uint32_t handle_count, string_count, site_count; /* a site is three words: offset, key of its target, low half first */
} layout_info;

/* By index; what does not exist is empty. [audio-thread] */
func_info objects_func(const objects *o, uint32_t i);
shape_info objects_shape(const objects *o, uint32_t i);
layout_info objects_layout(const objects *o, uint32_t i);
uint32_t objects_func_count(const objects *o);
uint32_t objects_shape_count(const objects *o);
uint32_t objects_layout_count(const objects *o);
uint32_t objects_queue(const objects *o);
uint32_t objects_schedules(const objects *o);

/* Of dsp's state and of the initialiser's. [audio-thread] */
layout_info objects_dsp(const objects *o);
layout_info objects_init(const objects *o);

/* ---- block parts ---- */

static inline uint32_t block_class(const uint64_t *h, uint32_t i) { return (uint32_t)(h[i + BLOCK_INFO] >> 56 & 127); }
static inline uint32_t block_shape(const uint64_t *h, uint32_t i) {
    return (uint32_t)(h[i + BLOCK_INFO] >> 32 & 0xFFFFFF);
}
static inline uint32_t block_number(const uint64_t *h, uint32_t i) { return (uint32_t)h[i + BLOCK_INFO]; }
static inline uint32_t block_count(const uint64_t *h, uint32_t i) { return (uint32_t)h[i + BLOCK_COUNT]; }
static inline uint32_t block_link(const uint64_t *h, uint32_t i) { return (uint32_t)(h[i + BLOCK_COUNT] >> 32); }
static inline void block_set_link(uint64_t *h, uint32_t i, uint32_t link) {
    h[i + BLOCK_COUNT] = (uint64_t)link << 32 | (uint32_t)h[i + BLOCK_COUNT];
}
/* Words of a block of a class. */
static inline uint32_t class_words(uint32_t class) { return ((class & 3) + 5) << (class >> 2); }

#endif
