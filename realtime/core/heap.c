/* Blocks: taken, given back, counted. */
#include "heap.h"

#include <string.h>

#define MIN_BLOCK 5
#define GENERATIONS 0xFFFFFFFu

/* Four size classes for each doubling. */
static uint32_t class_of(uint64_t size, uint64_t *words) {
    uint64_t x = (size < MIN_BLOCK ? MIN_BLOCK : size) - 1;
    uint32_t e = 61 - (uint32_t)__builtin_clzll(x);
    *words = ((x >> e) + 1) << e;
    return e * 4 + (uint32_t)(x >> e) - 4;
}

uint32_t heap_queue(uint32_t words) { return HEAP_BITS + words / 64 + 1; }

uint32_t heap_start(const machine *m) { return heap_queue(m->n) + (uint32_t)m->h[HEAP_ROOM] * TASK_WORDS; }

uint64_t heap_limit(const machine *m) {
    uint64_t used = m->h[HEAP_USED], room = m->n - used;
    uint64_t more = used + m->n / 16;
    if (more > room / 2)
        more = room / 2;
    if (more < m->n / 64)
        more = m->n / 64;
    return used + more;
}

void heap_reset(machine *m) {
    if (m->n == 0)
        return;
    uint32_t tasks = objects_queue(&m->o), queue = heap_queue(m->n);
    uint32_t start = queue + tasks * TASK_WORDS;
    for (uint32_t k = 0; k < HEAP_LISTS; k++) /* warm.c looks on */
        __atomic_store_n(&m->h[k], 0, __ATOMIC_RELAXED);
    memset(m->h + HEAP_LISTS, 0, (queue - HEAP_LISTS) * sizeof *m->h); /* what the queue held nobody reads */
    __atomic_store_n(&m->h[HEAP_TOP], start, __ATOMIC_RELAXED);
    m->h[HEAP_QUEUE] = queue;
    m->h[HEAP_ROOM] = tasks;
    m->h[HEAP_LIMIT] = heap_limit(m);
    m->h[HEAP_FRESH] = 1;
}

uint32_t heap_find(const machine *m, uint64_t w, uint64_t kind) {
    uint32_t i = (uint32_t)w;
    if (w >> 60 != kind || i >= m->n || !(m->h[HEAP_BITS + (i >> 6)] >> (i & 63) & 1) || m->h[i] != w)
        return 0;
    return i;
}

uint32_t heap_counted(const machine *m, uint64_t w) {
    uint64_t kind = w >> 60;
    return kind >= KIND_CLOSURE && kind <= KIND_BOX ? heap_find(m, w, kind) : 0;
}

uint32_t heap_alloc(machine *m, uint64_t kind, uint64_t size, uint32_t count, uint32_t shape) {
    uint64_t *h = m->h, words;
    if (m->n == 0 || size > m->n)
        return 0;
    uint32_t class = class_of(size, &words);
    uint32_t i = (uint32_t)h[HEAP_LISTS + class];
    if (i == 0 && h[HEAP_TOP] + words <= m->n) {
        i = (uint32_t)h[HEAP_TOP];
        __atomic_store_n(&h[HEAP_TOP], h[HEAP_TOP] + words, __ATOMIC_RELAXED);
        h[HEAP_BITS + (i >> 6)] |= (uint64_t)1 << (i & 63);
        h[i] = h[HEAP_FRESH] << 32;
    } else {
        if (i == 0) {
            /* the end of memory is near: a larger block does too */
            for (class++; class < HEAP_CLASSES && h[HEAP_LISTS + class] == 0;)
                class++;
            if (class == HEAP_CLASSES)
                return 0;
            i = (uint32_t)h[HEAP_LISTS + class];
            words = class_words(class);
        }
        h[HEAP_LISTS + class] = h[i + BLOCK_COUNT] >> 32;
    }
    h[HEAP_USED] += words;
    h[i] = kind << 60 | (h[i] & (uint64_t)GENERATIONS << 32) | i;
    h[i + BLOCK_INFO] = (uint64_t)class << 56 | (uint64_t)shape << 32 | count;
    h[i + BLOCK_COUNT] = 0;
    if (kind <= KIND_BOX)
        heap_doom(m, i);
    return i;
}

/* Makes free blocks of the words from i to end, as large as they can be. A rest
   smaller than a block, or of 9 words, would be in no class. */
static void divide(machine *m, uint32_t i, uint32_t end) {
    uint64_t *h = m->h;
    while (i < end) {
        uint64_t words, n = end - i;
        uint32_t class = class_of(n, &words);
        while (words > n || (words < n && (n - words < MIN_BLOCK || n - words == 9)))
            words = class_words(--class);
        h[HEAP_BITS + (i >> 6)] |= (uint64_t)1 << (i & 63);
        h[i] = h[HEAP_FRESH] << 32 | i;
        h[i + BLOCK_INFO] = (uint64_t)class << 56;
        h[i + BLOCK_COUNT] = h[HEAP_LISTS + class] << 32;
        h[HEAP_LISTS + class] = i;
        i += (uint32_t)words;
    }
}

/* Joins free blocks that lie side by side, for requests larger than any of them,
   and returns how many blocks there were. Handles of blocks that are gone stay
   invalid: blocks in their places get a generation that none had. */
static uint32_t merge(machine *m) {
    uint64_t *h = m->h, last = 0;
    uint32_t start = heap_start(m), top = (uint32_t)h[HEAP_TOP], blocks = 0, end;
    for (uint32_t i = start; i < top; i += class_words(block_class(h, i))) {
        uint64_t generation = h[i] >> 32 & GENERATIONS;
        if (generation > last)
            last = generation;
        blocks++;
    }
    h[HEAP_FRESH] = (last + 1) & GENERATIONS;
    memset(h + HEAP_LISTS, 0, HEAP_CLASSES * sizeof *h);
    for (uint32_t i = start; i < top; i = end) {
        for (end = i; end < top && h[end] >> 60 == 0; end += class_words(block_class(h, end)))
            h[HEAP_BITS + (end >> 6)] &= ~((uint64_t)1 << (end & 63));
        if (end == i)
            end += class_words(block_class(h, i));
        else if (end == top)
            __atomic_store_n(&h[HEAP_TOP], i, __ATOMIC_RELAXED);
        else
            divide(m, i, end);
    }
    return blocks;
}

uint32_t heap_object(machine *m, uint64_t kind, uint64_t size, uint32_t count, uint32_t shape, int32_t place) {
    uint32_t i = heap_alloc(m, kind, size, count, shape);
    if (i != 0 || place == NO_FAULT)
        return i;
    if (m->n > 0) {
        heap_sweep_amid_turn(m);
        uint32_t blocks = merge(m);
        if (m->own)
            m->own[OWN_BUDGET] -= blocks;
        i = heap_alloc(m, kind, size, count, shape);
    }
    if (i == 0)
        machine_fail(m, MMMRT_FAULT_HEAP, place);
    return i;
}

void heap_free(machine *m, uint32_t i) {
    uint64_t *h = m->h;
    uint32_t class = block_class(h, i);
    h[HEAP_USED] -= class_words(class);
    h[i] = (((h[i] >> 32) + 1) & GENERATIONS) << 32 | i;
    h[i + BLOCK_INFO] = (uint64_t)class << 56;
    h[i + BLOCK_COUNT] = h[HEAP_LISTS + class] << 32;
    h[HEAP_LISTS + class] = i;
}

void heap_doom(machine *m, uint32_t i) {
    uint64_t *h = m->h;
    if (h[i + BLOCK_INFO] & ON_ZERO_LIST)
        return;
    h[i + BLOCK_INFO] |= ON_ZERO_LIST;
    block_set_link(h, i, (uint32_t)h[HEAP_ZERO]);
    h[HEAP_ZERO] = i;
}

void heap_retain(machine *m, uint64_t w) {
    uint32_t i = heap_counted(m, w);
    if (i != 0 && block_count(m->h, i) < MAX_COUNT)
        m->h[i + BLOCK_COUNT]++;
}

void heap_release(machine *m, uint64_t w) {
    uint32_t i = heap_counted(m, w);
    if (i == 0)
        return;
    uint32_t count = block_count(m->h, i);
    if (count == 0 || count == MAX_COUNT)
        return;
    m->h[i + BLOCK_COUNT]--;
    if (count == 1)
        heap_doom(m, i);
}

void machine_fail(machine *m, int fault, int32_t place) {
    uint64_t none = 0;
    if (__atomic_compare_exchange_n(&m->words[MMMRT_FAULT_WORD], &none, (uint64_t)fault, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED))
        m->words[MMMRT_FAULT_PLACE_WORD] = (uint64_t)place;
}
