/* Reading what a program says of its objects. */
#include "heap.h"

#include <stddef.h>

/* Words of the head: each list has its count and where it starts. */
enum {
    AT_FUNC_COUNT = 0,
    AT_FUNCS = 1,
    AT_SHAPE_COUNT = 2,
    AT_SHAPES = 3, /* where each shape starts */
    AT_LAYOUT_COUNT = 4,
    AT_LAYOUTS = 5, /* where each layout starts */
    AT_DSP = 6,
    AT_INIT = 7,
    AT_QUEUE = 8,
    AT_SCHEDULES = 9,
    HEAD_WORDS = 10,
    FUNC_WORDS = 5,
};

static uint32_t head(const objects *o, uint32_t at) { return o->size >= HEAD_WORDS ? o->words[at] : 0; }

uint32_t objects_func_count(const objects *o) { return head(o, AT_FUNC_COUNT); }
uint32_t objects_shape_count(const objects *o) { return head(o, AT_SHAPE_COUNT); }
uint32_t objects_layout_count(const objects *o) { return head(o, AT_LAYOUT_COUNT); }
uint32_t objects_queue(const objects *o) { return head(o, AT_QUEUE); }
uint32_t objects_schedules(const objects *o) { return head(o, AT_SCHEDULES); }

func_info objects_func(const objects *o, uint32_t i) {
    if (i >= objects_func_count(o))
        return (func_info){0};
    const uint32_t *w = o->words + o->words[AT_FUNCS] + i * FUNC_WORDS;
    return (func_info){w[0], w[1], w[2], w[3], w[4] & 1, w[4] & 2};
}

shape_info objects_shape(const objects *o, uint32_t i) {
    if (i >= head(o, AT_SHAPE_COUNT))
        return (shape_info){0};
    const uint32_t *w = o->words + o->words[o->words[AT_SHAPES] + i];
    return (shape_info){w + 1, w[0], w[w[0] + 1], w + w[0] + 2};
}

static layout_info layout_at(const objects *o, uint32_t at) {
    const uint32_t *w = o->words + at;
    layout_info l = {.size = w[0], .key = w[1] | (uint64_t)w[2] << 32};
    l.handle_count = w[3];
    l.handles = w + 4;
    w = l.handles + l.handle_count;
    l.string_count = w[0];
    l.strings = w + 1;
    w = l.strings + l.string_count;
    l.site_count = w[0];
    l.sites = w + 1;
    return l;
}

layout_info objects_layout(const objects *o, uint32_t i) {
    if (i >= objects_layout_count(o))
        return (layout_info){0};
    return layout_at(o, o->words[o->words[AT_LAYOUTS] + i]);
}

layout_info objects_dsp(const objects *o) {
    return o->size >= HEAD_WORDS ? layout_at(o, o->words[AT_DSP]) : (layout_info){0};
}

layout_info objects_init(const objects *o) {
    return o->size >= HEAD_WORDS ? layout_at(o, o->words[AT_INIT]) : (layout_info){0};
}

/* ---- checks ---- */

/* Takes a counted list of elements of some words each at *at. */
static bool list(const uint32_t *words, uint32_t size, uint64_t *at, uint32_t each) {
    if (*at >= size)
        return false;
    *at += 1 + (uint64_t)words[*at] * each;
    return *at <= size;
}

static bool offsets_valid(const uint32_t *list, uint32_t count, uint32_t each, uint32_t size) {
    for (uint32_t i = 0; i < count; i++)
        if (list[i * each] >= size)
            return false;
    return true;
}

static bool layout_valid(const uint32_t *words, uint32_t size, uint64_t at) {
    if (at + 3 >= size)
        return false;
    uint64_t end = at + 3;
    if (!list(words, size, &end, 1) || !list(words, size, &end, 1) || !list(words, size, &end, 3))
        return false;
    layout_info l = layout_at(&(objects){(uint32_t *)words, size}, (uint32_t)at);
    return offsets_valid(l.handles, l.handle_count, 1, l.size) && offsets_valid(l.strings, l.string_count, 1, l.size) &&
           offsets_valid(l.sites, l.site_count, 3, l.size);
}

/* Variants name smaller shapes only, so that walking one ends. */
static bool shape_valid(const uint32_t *words, uint32_t size, uint64_t at, uint32_t shapes) {
    if (!list(words, size, &at, 1) || at >= size)
        return false;
    uint32_t sums = words[at++];
    for (; sums > 0; sums--) {
        at++; /* the tag */
        uint64_t variants = at + 1;
        if (!list(words, size, &at, 1))
            return false;
        for (; variants < at; variants++)
            if (words[variants] >= shapes)
                return false;
    }
    return true;
}

bool objects_valid(const uint32_t *words, uint32_t size) {
    if (size == 0)
        return true;
    if (size < HEAD_WORDS || words[AT_FUNCS] + (uint64_t)words[AT_FUNC_COUNT] * FUNC_WORDS > size ||
        words[AT_SHAPES] + (uint64_t)words[AT_SHAPE_COUNT] > size ||
        words[AT_LAYOUTS] + (uint64_t)words[AT_LAYOUT_COUNT] > size)
        return false;
    for (uint32_t i = 0; i < words[AT_SHAPE_COUNT]; i++)
        if (!shape_valid(words, size, words[words[AT_SHAPES] + i], words[AT_SHAPE_COUNT]))
            return false;
    for (uint32_t i = 0; i < words[AT_LAYOUT_COUNT]; i++)
        if (!layout_valid(words, size, words[words[AT_LAYOUTS] + i]))
            return false;
    return layout_valid(words, size, words[AT_DSP]) && layout_valid(words, size, words[AT_INIT]);
}
