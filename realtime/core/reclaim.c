/* Deferred reference counting, and a search for cycles when the heap grows: see
   package vm, reclaim.go. */
#include "heap.h"

/* Marks, in the place of the link, an object that something outside the objects
   refers to. */
#define VISITED 0xFFFFFFFFu

typedef void visitor(machine *m, uint64_t w);

/* Calls visit for every word that may be a handle. Recursion is as deep as sums
   are nested in the type. */
static void walk(machine *m, uint32_t shape, const uint64_t *words, visitor *visit) {
    shape_info s = objects_shape(&m->o, shape);
    for (uint32_t i = 0; i < s.handle_count; i++)
        visit(m, words[s.handles[i]]);
    const uint32_t *sum = s.sums;
    for (uint32_t i = 0; i < s.sum_count; i++) {
        uint64_t tag = words[sum[0]];
        if (tag < sum[1])
            walk(m, sum[2 + tag], words + sum[0] + 1, visit);
        sum += 2 + sum[1];
    }
}

void value_retain(machine *m, uint32_t shape, const uint64_t *words) { walk(m, shape, words, heap_retain); }
void value_release(machine *m, uint32_t shape, const uint64_t *words) { walk(m, shape, words, heap_release); }

/* Calls visit for the words of the object at i that its shape describes. */
static void each_word(machine *m, uint32_t i, visitor *visit) {
    uint64_t *h = m->h;
    uint32_t shape = block_shape(h, i), count = block_number(h, i);
    if (shape == 0)
        return;
    switch (h[i] >> 60) {
    case KIND_ARRAY:
        for (uint32_t k = 0; k < count; k++)
            walk(m, shape, h + i + ARRAY_WORDS + k * h[i + ARRAY_STRIDE], visit);
        break;
    case KIND_BOX:
        if (count > 0)
            walk(m, shape, h + i + BLOCK_WORDS, visit);
        break;
    case KIND_CLOSURE:
        if (count > 0)
            walk(m, shape, h + i + CLOSURE_CAPTURES, visit);
        break;
    }
}

static void free_object(machine *m, uint32_t i) {
    switch (m->h[i] >> 60) {
    case KIND_SITE:
        site_free(m, i);
        break;
    case KIND_BLOCK:
        block_free(m, i);
        break;
    default:
        each_word(m, i, heap_release);
        if (m->h[i] >> 60 == KIND_CLOSURE)
            closure_leave_block(m, i);
    }
    heap_free(m, i);
}

void heap_sweep(machine *m) {
    uint64_t *h = m->h;
    while (h[HEAP_ZERO] != 0) {
        uint32_t i = (uint32_t)h[HEAP_ZERO];
        h[HEAP_ZERO] = block_link(h, i);
        h[i + BLOCK_INFO] &= ~ON_ZERO_LIST;
        block_set_link(h, i, 0);
        if (block_count(h, i) == 0)
            free_object(m, i);
    }
}

/* ---- amid a turn ---- */

/* Reads the stack as words, frames of other functions included. */
__attribute__((no_sanitize("address"), no_sanitize("thread"), noinline)) static void
each_on_stack(machine *m, const uint64_t *from, visitor *visit) {
    for (const uint64_t *w = from; w < (const uint64_t *)m->stack; w++)
        visit(m, *w);
}

static void each_root(machine *m, const uint64_t *from, visitor *visit) {
    each_on_stack(m, from, visit);
    for (uint64_t i = 0; i < m->own[OWN_SCRATCH]; i++)
        visit(m, m->scratch[i]);
    visit(m, m->own[OWN_ENV]);
}

__attribute__((noinline)) static void sweep_from(machine *m, const uint64_t *from) {
    m->own[OWN_BUDGET] -= (uint64_t)((const uint64_t *)m->stack - from);
    each_root(m, from, heap_retain);
    heap_sweep(m);
    each_root(m, from, heap_release);
}

__attribute__((noinline)) void heap_sweep_amid_turn(machine *m) {
    if (m->h[HEAP_ZERO] == 0 || !m->own)
        return;
    /* registers that outlive calls go onto the stack, into this frame */
    __builtin_unwind_init();
    uint64_t mark = 0;
    sweep_from(m, (const uint64_t *)((uintptr_t)&mark & ~(uintptr_t)7));
    __asm__ volatile("" : : "r"(&mark) : "memory"); /* the frame stays until here */
}

/* ---- cycles ---- */

/* The first counted object at i or behind it, 0 for none. */
static uint32_t next_object(const machine *m, uint32_t i) {
    const uint64_t *h = m->h;
    for (; i < h[HEAP_TOP]; i += class_words(block_class(h, i))) {
        uint64_t kind = h[i] >> 60;
        if (kind >= KIND_CLOSURE && kind <= KIND_BOX)
            return i;
    }
    return 0;
}

static uint32_t after(const machine *m, uint32_t i) { return next_object(m, i + class_words(block_class(m->h, i))); }

static void subtract(machine *m, uint64_t w) {
    uint32_t i = heap_counted(m, w);
    if (i != 0 && block_link(m->h, i) > 0)
        block_set_link(m->h, i, block_link(m->h, i) - 1);
}

/* Puts an object on the list of those to look into, which is the zero list. */
static void push(machine *m, uint64_t w) {
    uint64_t *h = m->h;
    uint32_t i = heap_counted(m, w);
    if (i == 0 || block_link(h, i) == VISITED || h[i + BLOCK_INFO] & ON_ZERO_LIST)
        return;
    h[i + BLOCK_INFO] |= ON_ZERO_LIST;
    block_set_link(h, i, (uint32_t)h[HEAP_ZERO]);
    h[HEAP_ZERO] = i;
}

/* Marks the object at i and all that can be reached from it. */
static void reach(machine *m, uint32_t i) {
    uint64_t *h = m->h;
    h[HEAP_ZERO] = 0;
    push(m, h[i]);
    while (h[HEAP_ZERO] != 0) {
        i = (uint32_t)h[HEAP_ZERO];
        h[HEAP_ZERO] = block_link(h, i);
        h[i + BLOCK_INFO] &= ~ON_ZERO_LIST;
        block_set_link(h, i, VISITED);
        each_word(m, i, push);
    }
}

/* Frees objects that only refer to each other. Every count is above 0: the zero
   list is empty. What is left of a count without the references by objects comes
   from outside; what cannot be reached from there is garbage. */
static void collect_cycles(machine *m) {
    uint64_t *h = m->h;
    uint32_t first = next_object(m, heap_start(m));
    for (uint32_t i = first; i != 0; i = after(m, i))
        block_set_link(h, i, block_count(h, i));
    for (uint32_t i = first; i != 0; i = after(m, i))
        each_word(m, i, subtract);
    for (uint32_t i = first; i != 0; i = after(m, i)) {
        uint32_t link = block_link(h, i);
        if (link != 0 && link != VISITED && !(h[i + BLOCK_INFO] & ON_ZERO_LIST))
            reach(m, i);
    }
    for (uint32_t i = first; i != 0; i = after(m, i)) {
        if (block_link(h, i) == VISITED) {
            block_set_link(h, i, 0);
            continue;
        }
        h[i + BLOCK_COUNT] = 0;
        heap_doom(m, i);
    }
    /* garbage among itself has count 0, so releases among it do nothing */
    heap_sweep(m);
}

void heap_end_turn(machine *m) {
    if (m->n == 0)
        return;
    if (m->h[HEAP_ZERO] != 0)
        heap_sweep(m);
    if (m->h[HEAP_USED] > m->h[HEAP_LIMIT]) {
        collect_cycles(m);
        m->h[HEAP_LIMIT] = heap_limit(m);
    }
}
