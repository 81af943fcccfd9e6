/* Programs: what the control side prepares for a swap. */
#include "memory.h"
#include "player.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Words of a delay ring before its samples. */
#define RING_HEADER 2

static bool within(uint64_t at, uint64_t count, uint64_t size) { return at + count <= size; }

static bool op_valid(const mmmrt_op *op, uint64_t old_size, uint64_t new_size) {
    if (op->new_len > 0)
        return within(op->src, (uint64_t)op->old_len + RING_HEADER, old_size) &&
               within(op->dst, (uint64_t)op->new_len + RING_HEADER, new_size);
    return within(op->src, op->size, old_size) && within(op->dst, op->size, new_size);
}

/* Whether no number of a map lies outside the new program's. */
static bool map_valid(const uint32_t *map, uint32_t count, uint64_t limit) {
    for (uint32_t i = 0; i < count; i++)
        if (map[i] != 0 && map[i] >= limit)
            return false;
    return true;
}

static bool plan_valid(const mmmrt_swap *s, uint64_t old_size, uint64_t old_init) {
    uint64_t new_size = s->instance->image.state_size;
    for (size_t i = 0; i < s->init_op_count; i++)
        if (!op_valid(&s->init_ops[i], old_init, s->instance->image.init_size))
            return false;
    if (!map_valid(s->shapes, s->shape_count, objects_shape_count(&s->instance->machine.o)))
        return false;
    for (size_t i = 0; i < s->op_count; i++)
        if (!op_valid(&s->ops[i], old_size, new_size))
            return false;
    for (size_t i = 0; i < s->ring_count; i++) {
        const mmmrt_ring *r = &s->rings[i];
        if (r->len == 0 || !within(r->src, (uint64_t)r->len + RING_HEADER, old_size) ||
            !within(r->dst, (uint64_t)r->len + RING_HEADER, new_size))
            return false;
    }
    return true;
}

static void *copy(const void *from, size_t count, size_t size) {
    void *to = memory_new(count * size);
    if (to && count > 0)
        memcpy(to, from, count * size);
    return to;
}

static void copy_slots(mmmrt_program *p, const mmmrt_swap *s) {
    const mmmrt_image *image = &s->instance->image;
    for (int i = 0; i < MMM_SLOTS; i++) {
        p->slots[i] = s->slots[i];
        if (s->slots[i].cell < 0 || (uint32_t)s->slots[i].cell >= image->param_count)
            p->slots[i].cell = -1;
        double v = s->values[i];
        p->values[i] = v < 0 ? 0 : v > 1 ? 1 : v; /* NaN stays */
    }
}

/* Whether a rest names only what the program has. */
static bool rest_valid(const mmmrt_rest *r, uint64_t words) {
    for (size_t i = 0; i < r->word_count; i++)
        if (r->words[i] >= words)
            return false;
    for (size_t i = 0; i < r->ring_count; i++)
        if (r->rings[2 * i + 1] == 0 || !within(r->rings[2 * i], (uint64_t)r->rings[2 * i + 1] + RING_HEADER, words))
            return false;
    return true;
}

mmmrt_program *mmmrt_program_new(const mmmrt_swap *s, uint32_t old_state, uint32_t old_init) {
    if (!plan_valid(s, old_state, old_init) || !rest_valid(&s->rest, s->instance->image.words))
        return NULL;
    mmmrt_program *p = memory_new(sizeof *p);
    if (!p)
        return NULL;
    p->instance = s->instance;
    p->ops = copy(s->ops, s->op_count, sizeof *s->ops);
    p->op_count = s->op_count;
    p->rings = copy(s->rings, s->ring_count, sizeof *s->rings);
    p->ring_count = s->ring_count;
    p->ring_marks = memory_new(s->ring_count * sizeof *p->ring_marks);
    p->old_state = old_state;
    p->old_init = old_init;
    p->init_ops = copy(s->init_ops, s->init_op_count, sizeof *s->init_ops);
    p->strings = copy(s->strings, s->string_count, sizeof *s->strings);
    p->shapes = copy(s->shapes, s->shape_count, sizeof *s->shapes);
    p->last = memory_new(s->instance->image.outs * sizeof *p->last);
    p->rest = s->rest;
    p->rest.words = copy(s->rest.words, s->rest.word_count, sizeof *s->rest.words);
    p->rest.rings = copy(s->rest.rings, 2 * s->rest.ring_count, sizeof *s->rest.rings);
    if (!p->rest.words || !p->rest.rings || !p->ops || !p->rings || !p->ring_marks || !p->last || !p->init_ops || !p->strings || !p->shapes) {
        mmmrt_program_free(p);
        return NULL;
    }
    p->adoption = (adoption){p->ops,     p->op_count,     p->init_ops, s->init_op_count,
                             p->strings, s->string_count, p->shapes,   s->shape_count};
    p->fade_frames = s->fade_frames;
    double angle = s->fade_frames > 0 ? acos(0) / s->fade_frames : 0;
    p->fade_cosine = cos(angle);
    p->fade_sine = sin(angle);
    p->keep_time = s->keep_time;
    p->keep_plain = s->keep_plain;
    p->set_values = s->set_values;
    copy_slots(p, s);
    if (!cues_make(p, s)) {
        mmmrt_program_free(p);
        return NULL;
    }
    return p;
}

void mmmrt_program_free(mmmrt_program *p) {
    if (!p)
        return;
    free((void *)p->rest.words);
    free((void *)p->rest.rings);
    free(p->ops);
    free(p->init_ops);
    free(p->strings);
    free(p->shapes);
    free(p->rings);
    free(p->ring_marks);
    free(p->last);
    cues_free(p);
    free(p);
}

mmmrt_instance *mmmrt_program_instance(mmmrt_program *p) { return p->instance; }
