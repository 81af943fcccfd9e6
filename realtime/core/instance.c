#include "instance.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* What runs by the control side may take: far above any initialiser that makes
   sense, below a second so that the musician hears of an endless one at once. */
#define INIT_LIMIT_NS 800000000u
#define RUN_LIMIT_NS 400000000u

static bool part_valid(uint64_t at, uint64_t count, uint64_t size, uint64_t words) {
    return count == 0 || (at >= MMMRT_HEADER_WORDS && at + count * size <= words);
}

bool image_valid(const mmmrt_image *i) {
    return i->words >= MMMRT_HEADER_WORDS && part_valid(i->params, i->param_count, 1, i->words) &&
           part_valid(i->cues, i->cue_count, 1, i->words) &&
           part_valid(i->globals, i->global_count, 1, i->words) &&
           part_valid(i->state, i->state_size, 1, i->words) &&
           part_valid(i->init, i->init_size, 1, i->words) &&
           part_valid(i->in, i->ins, MMMRT_BLOCK_FRAMES, i->words) &&
           part_valid(i->out, i->outs, MMMRT_BLOCK_FRAMES, i->words) &&
           part_valid(i->heap, i->heap_words, 1, i->words);
}

/* A heap has room for its own words and for one block. */
static bool heap_fits(const machine *m, uint32_t words) {
    return words == 0 || heap_queue(words) + (uint64_t)objects_queue(&m->o) * TASK_WORDS < words;
}

static bool take_objects(mmmrt_instance *instance, const uint32_t *objects, uint32_t object_words) {
    machine *m = &instance->machine;
    if (!objects_valid(objects, object_words) || !(m->o.words = calloc(object_words + 1, sizeof *objects)))
        return false;
    if (object_words > 0)
        memcpy(m->o.words, objects, object_words * sizeof *objects);
    m->o.size = object_words;
    m->late = calloc(objects_schedules(&m->o) + 1, 1);
    return m->late && heap_fits(m, instance->image.heap_words);
}

bool instance_make(mmmrt_instance *instance, const mmmrt_image *image, const uint32_t *objects, uint32_t object_words,
                   const engine *engine) {
    instance->image = *image;
    instance->engine = engine;
    instance->machine.instance = instance;
    if (!take_objects(instance, objects, object_words))
        return false;
    size_t kept = (size_t)image->global_count + image->init_size;
    instance->snapshot = calloc(kept + 1, sizeof(uint64_t));
    if (!instance->snapshot || !queue_make(&instance->log, LOG_LINES, sizeof(log_line)))
        return false;
    instance->watched = watchdog_add(&instance->watch);
    return instance->watched;
}

void instance_bind(mmmrt_instance *instance, size_t words) {
    machine *m = &instance->machine;
    instance_warm(instance, words);
    m->words = instance->words;
    m->h = instance->words + instance->image.heap;
    m->n = instance->image.heap_words;
    watchdog_warm(&instance->watch, instance);
}

void instance_unmake(mmmrt_instance *instance) {
    if (instance->watched) {
        watchdog_forget(instance);
        watchdog_remove(&instance->watch);
    }
    queue_free(&instance->log);
    free(instance->snapshot);
    free(instance->sounds);
    free(instance->objects);
    free(instance->machine.o.words);
    free(instance->machine.late);
}

void mmmrt_instance_free(mmmrt_instance *instance) {
    if (!instance)
        return;
    instance_unmake(instance);
    instance->engine->free(instance);
}

uint64_t *mmmrt_instance_words(mmmrt_instance *instance) { return instance->words; }

int instance_first_fault(const mmmrt_instance *instance, int64_t *place) {
    int fault = (int)instance->words[MMMRT_STICKY_FAULT_WORD];
    /* what others do to a program happens nowhere in it */
    bool placed = fault != MMMRT_FAULT_NONE && fault != MMMRT_FAULT_TIME && fault != MMMRT_FAULT_TRAP;
    *place = placed ? (int64_t)instance->words[MMMRT_STICKY_PLACE_WORD] : -1;
    return fault ? fault : instance_fault(instance);
}

void instance_run(mmmrt_instance *instance, uint32_t first, uint32_t frames) {
    double now = instance_now(instance);
    if (!instance->engine->run(instance, first, frames))
        instance_stop(instance, MMMRT_FAULT_TRAP);
    /* engines count as they go; written here so that it holds after a fault too */
    instance->words[MMMRT_NOW_WORD] = number_word(now + frames);
}

/* The parts of a heap that hold something: the head, the waiting tasks, the
   blocks. Copies them to the snapshot or, if back, from there. */
static void copy_heap(machine *m, uint64_t *snapshot, bool back) {
    uint64_t *kept = back ? snapshot : m->h;
    uint32_t head = heap_queue(m->n);
    const uint32_t parts[3][2] = {
        {0, head},
        {head, (uint32_t)kept[HEAP_TASKS] * TASK_WORDS},
        {head + (uint32_t)kept[HEAP_ROOM] * TASK_WORDS,
         (uint32_t)kept[HEAP_TOP] - head - (uint32_t)kept[HEAP_ROOM] * TASK_WORDS},
    };
    for (int i = 0; i < 3; i++) {
        uint64_t *h = m->h + parts[i][0];
        uint32_t words = parts[i][1], single = i == 0 && back ? HEAP_LISTS : 0;
        for (uint32_t k = 0; k < single; k++) /* warm.c looks on */
            __atomic_store_n(&h[k], snapshot[k], __ATOMIC_RELAXED);
        memcpy(back ? h + single : snapshot, back ? snapshot + single : h, (words - single) * sizeof *h);
        snapshot += words;
    }
}

/* Words that copy_heap copies. */
static size_t heap_kept(const machine *m) {
    return heap_queue(m->n) + m->h[HEAP_TASKS] * TASK_WORDS + m->h[HEAP_TOP] - heap_start(m);
}

/* False when memory is short. */
static bool keep_heap(mmmrt_instance *instance) {
    machine *m = &instance->machine;
    free(instance->objects);
    instance->objects = NULL;
    if (m->n == 0 || m->h[HEAP_TOP] == 0)
        return true;
    instance->objects = memory_new(heap_kept(m) * sizeof *m->h);
    if (instance->objects)
        copy_heap(m, instance->objects, false);
    return instance->objects != NULL;
}

static void keep(mmmrt_instance *instance) {
    const mmmrt_image *i = &instance->image;
    if (!keep_heap(instance))
        instance_stop(instance, MMMRT_FAULT_TRAP);
    memcpy(instance->snapshot, instance->words + i->globals, i->global_count * sizeof(uint64_t));
    memcpy(instance->snapshot + i->global_count, instance->words + i->init, i->init_size * sizeof(uint64_t));
}

void instance_reset(mmmrt_instance *instance) {
    const mmmrt_image *i = &instance->image;
    memset(instance->words + i->state, 0, i->state_size * sizeof(uint64_t));
    memcpy(instance->words + i->globals, instance->snapshot, i->global_count * sizeof(uint64_t));
    memcpy(instance->words + i->init, instance->snapshot + i->global_count, i->init_size * sizeof(uint64_t));
    if (instance->objects)
        copy_heap(&instance->machine, instance->objects, true);
    instance->words[MMMRT_NOW_WORD] = number_word(0);
    instance->words[MMMRT_DEPTH_WORD] = 0;
    instance->words[MMMRT_FAULT_TURNS_WORD] = 0;
}

int mmmrt_instance_init(mmmrt_instance *instance, double now, double rate, int64_t *place, char *detail,
                        size_t detail_size) {
    instance->words[MMMRT_NOW_WORD] = number_word(now);
    instance->words[MMMRT_RATE_WORD] = number_word(rate);
    for (int i = MMMRT_FAULT_WORD; i < MMMRT_HEADER_WORDS; i++)
        instance->words[i] = 0;
    if (detail_size)
        *detail = 0;
    watch_begin(&instance->watch, instance, clock_ns() + INIT_LIMIT_NS);
    if (!instance->engine->init(instance))
        instance_stop(instance, MMMRT_FAULT_TRAP);
    watch_end(&instance->watch);
    int fault = instance_first_fault(instance, place);
    if (fault == MMMRT_FAULT_NONE)
        keep(instance);
    else if (detail_size)
        instance->engine->detail(instance, detail, detail_size);
    return fault;
}

int mmmrt_instance_run(mmmrt_instance *instance, uint32_t first, uint32_t frames) {
    if (first > MMMRT_BLOCK_FRAMES || frames > MMMRT_BLOCK_FRAMES - first)
        return MMMRT_FAULT_TRAP;
    watch_begin(&instance->watch, instance, clock_ns() + RUN_LIMIT_NS);
    instance_run(instance, first, frames);
    watch_end(&instance->watch);
    int64_t place;
    return instance_first_fault(instance, &place);
}

void mmmrt_instance_print(mmmrt_instance *instance, double value, int32_t kind) {
    log_line line = {value, kind};
    if (!queue_push(&instance->log, &line))
        atomic_fetch_add_explicit(&instance->log_dropped, 1, memory_order_relaxed);
}

bool mmmrt_instance_log(mmmrt_instance *instance, double *value, int32_t *kind) {
    log_line line;
    if (!queue_pop(&instance->log, &line))
        return false;
    *value = line.value;
    *kind = line.kind;
    return true;
}

uint32_t mmmrt_instance_log_dropped(mmmrt_instance *instance) {
    return atomic_exchange_explicit(&instance->log_dropped, 0, memory_order_relaxed);
}
