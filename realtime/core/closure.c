/* Closures and their state blocks, which sites hand out (vm.md 9.6). */
#include "heap.h"

#include <string.h>

uint32_t site_new(machine *m, uint32_t count, int32_t place) {
    uint32_t i = heap_object(m, KIND_SITE, SITE_ENTRIES + (uint64_t)count, count, 0, place);
    if (i != 0)
        memset(m->h + i + SITE_TURN, 0, (SITE_ENTRIES - SITE_TURN + (size_t)count) * sizeof *m->h);
    return i;
}

/* Moves a list to a longer one and frees it. */
static void site_move(machine *m, uint32_t from, uint32_t to) {
    uint64_t *h = m->h;
    uint32_t count = block_number(h, from);
    memcpy(h + to + SITE_TURN, h + from + SITE_TURN, (SITE_ENTRIES - SITE_TURN + (size_t)count) * sizeof *h);
    for (uint32_t k = 0; k < block_number(h, to); k++) {
        uint32_t b = heap_find(m, h[to + SITE_ENTRIES + k], KIND_BLOCK);
        if (b != 0 && h[b + BLOCK_SITE] == h[from])
            h[b + BLOCK_SITE] = h[to];
    }
    heap_free(m, from);
}

uint32_t block_new(machine *m, uint32_t site, uint32_t k, uint32_t layout, int32_t place) {
    uint32_t size = objects_layout(&m->o, layout).size;
    uint32_t b = heap_object(m, KIND_BLOCK, BLOCK_STATE + (uint64_t)size, size, layout, place);
    if (b == 0)
        return 0;
    uint64_t *h = m->h;
    h[b + BLOCK_OWNER] = 0;
    h[b + BLOCK_SITE] = h[site];
    h[b + BLOCK_PLACE] = k;
    h[b + BLOCK_TURN] = h[HEAP_TURN];
    memset(h + b + BLOCK_STATE, 0, size * sizeof *h);
    h[site + SITE_ENTRIES + k] = h[b];
    return b;
}

/* The state block for the next evaluation of a site; 0 after a fault. */
static uint32_t site_block(machine *m, uint64_t *word, uint32_t layout, int32_t place) {
    uint64_t *h = m->h;
    uint32_t site = heap_find(m, *word, KIND_SITE);
    if (site == 0) {
        if ((site = site_new(m, SITE_FIRST, place)) == 0)
            return 0;
        *word = h[site];
    }
    if (h[site + SITE_TURN] != h[HEAP_TURN]) {
        h[site + SITE_TURN] = h[HEAP_TURN];
        h[site + SITE_COUNT] = 0;
    }
    uint32_t k = (uint32_t)h[site + SITE_COUNT];
    if (k >= block_number(h, site)) {
        uint32_t grown = site_new(m, 2 * block_number(h, site), place);
        if (grown == 0)
            return 0;
        site_move(m, site, grown);
        site = grown;
        *word = h[site];
    }
    h[site + SITE_COUNT]++;
    uint32_t block = heap_find(m, h[site + SITE_ENTRIES + k], KIND_BLOCK);
    if (block != 0 && heap_find(m, h[block + BLOCK_OWNER], KIND_CLOSURE) == 0) {
        if (block_shape(h, block) == layout) {
            h[block + BLOCK_TURN] = h[HEAP_TURN];
            return block;
        }
        heap_doom(m, block); /* of another layout: two closures at one site */
    }
    return block_new(m, site, k, layout, place);
}

uint64_t closure_new(machine *m, const uint64_t *args, uint32_t fn, uint32_t shape, uint64_t *site, int32_t place) {
    func_info f = objects_func(&m->o, fn);
    uint32_t block = 0;
    /* The block first: sweeps leave it alone, but not a closure that nothing names. */
    if (site && (block = site_block(m, site, f.layout, place)) == 0)
        return 0;
    uint32_t i = heap_object(m, KIND_CLOSURE, CLOSURE_CAPTURES + (uint64_t)f.captures, f.captures, shape, place);
    if (i == 0)
        return 0;
    uint64_t *h = m->h;
    h[i + CLOSURE_FUNC] = (uint64_t)block << 32 | fn;
    if (f.captures > 0) {
        memcpy(h + i + CLOSURE_CAPTURES, args, f.captures * sizeof *h);
        value_retain(m, shape, args);
    }
    if (block != 0)
        h[block + BLOCK_OWNER] = h[i];
    return h[i];
}

/* The entry that has the block at b, NULL if none has. */
static uint64_t *entry_of(machine *m, uint32_t b) {
    uint64_t *h = m->h, k = h[b + BLOCK_PLACE];
    uint32_t site = heap_find(m, h[b + BLOCK_SITE], KIND_SITE);
    if (site == 0 || k >= block_number(h, site) || h[site + SITE_ENTRIES + k] != h[b])
        return NULL;
    return &h[site + SITE_ENTRIES + k];
}

/* A closure that died in the turn it was made in gives its block back to the
   site, for the next turn; one that lived on takes it along. */
void closure_leave_block(machine *m, uint32_t i) {
    uint64_t *h = m->h;
    uint32_t b = (uint32_t)(h[i + CLOSURE_FUNC] >> 32);
    if (b == 0 || h[b] >> 60 != KIND_BLOCK || h[b + BLOCK_OWNER] != h[i])
        return;
    h[b + BLOCK_OWNER] = 0;
    uint64_t *entry = entry_of(m, b);
    if (entry && h[b + BLOCK_TURN] == h[HEAP_TURN])
        return;
    if (entry)
        *entry = 0;
    heap_doom(m, b);
}

/* Frees what a list still has and no closure owns. */
void site_free(machine *m, uint32_t i) {
    uint64_t *h = m->h;
    for (uint32_t k = 0; k < block_number(h, i); k++) {
        uint32_t b = heap_find(m, h[i + SITE_ENTRIES + k], KIND_BLOCK);
        if (b != 0 && heap_find(m, h[b + BLOCK_OWNER], KIND_CLOSURE) == 0)
            heap_doom(m, b);
    }
}

void block_free(machine *m, uint32_t i) {
    layout_info l = objects_layout(&m->o, block_shape(m->h, i));
    const uint64_t *words = m->h + i + BLOCK_STATE;
    for (uint32_t k = 0; k < l.handle_count; k++)
        heap_release(m, words[l.handles[k]]);
    for (uint32_t k = 0; k < l.site_count; k++) {
        uint32_t site = heap_find(m, words[l.sites[3 * k]], KIND_SITE);
        if (site != 0)
            heap_doom(m, site);
    }
}
