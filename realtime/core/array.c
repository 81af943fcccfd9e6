/* Arrays and boxes: objects that never change. Cells are boxes whose words do;
   machine code reads and writes them itself. */
#include "heap.h"

#include <string.h>

uint32_t array_make(machine *m, uint32_t count, uint32_t stride, uint32_t shape, int32_t place) {
    if (count == 0)
        return 0;
    uint32_t i = heap_object(m, KIND_ARRAY, ARRAY_WORDS + (uint64_t)count * stride, count, shape, place);
    if (i != 0)
        m->h[i + ARRAY_STRIDE] = stride;
    return i;
}

/* Counts what the new array at i refers to and gives its handle; i = 0: none. */
static uint64_t finish(machine *m, uint32_t i, uint32_t shape) {
    if (i == 0)
        return 0;
    uint64_t *h = m->h;
    if (shape != 0)
        for (uint32_t k = 0; k < block_number(h, i); k++)
            value_retain(m, shape, h + i + ARRAY_WORDS + k * h[i + ARRAY_STRIDE]);
    return h[i];
}

uint64_t array_new(machine *m, const uint64_t *args, uint32_t count, uint32_t stride, uint32_t shape, int32_t place) {
    uint32_t i = array_make(m, count, stride, shape, place);
    if (i != 0)
        memcpy(m->h + i + ARRAY_WORDS, args, (size_t)count * stride * sizeof *args);
    return finish(m, i, shape);
}

/* Elements of an array. */
typedef struct elements {
    const uint64_t *words;
    uint32_t count, shape;
} elements;

/* Those of the array w names, which must have stride words each: only a swap can
   bring another one here, and it counts as empty. A word that names none is a
   fault and counts so too. */
static elements elements_of(machine *m, uint64_t w, uint32_t stride, int32_t place) {
    if (w == 0)
        return (elements){0};
    uint32_t i = heap_find(m, w, KIND_ARRAY);
    if (i == 0)
        machine_fail(m, MMMRT_FAULT_HANDLE, place);
    if (i == 0 || m->h[i + ARRAY_STRIDE] != stride)
        return (elements){0};
    return (elements){m->h + i + ARRAY_WORDS, block_number(m->h, i), block_shape(m->h, i)};
}

static size_t bytes(uint32_t count, uint32_t stride) { return (size_t)count * stride * sizeof(uint64_t); }

/* memcpy that may be given nothing. */
static void copy(uint64_t *to, const uint64_t *from, size_t size) {
    if (size > 0)
        memcpy(to, from, size);
}

uint64_t array_append(machine *m, const uint64_t *args, uint32_t stride, uint32_t shape, int32_t place) {
    elements old = elements_of(m, args[0], stride, place);
    uint32_t i = array_make(m, old.count + 1, stride, shape, place);
    if (i != 0) {
        uint64_t *to = m->h + i + ARRAY_WORDS;
        copy(to, old.words, bytes(old.count, stride));
        copy(to + (size_t)old.count * stride, args + 1, bytes(1, stride));
    }
    return finish(m, i, shape);
}

uint64_t array_prepend(machine *m, const uint64_t *args, uint32_t stride, uint32_t shape, int32_t place) {
    elements old = elements_of(m, args[stride], stride, place);
    uint32_t i = array_make(m, old.count + 1, stride, shape, place);
    if (i != 0) {
        uint64_t *to = m->h + i + ARRAY_WORDS;
        copy(to, args, bytes(1, stride));
        copy(to + stride, old.words, bytes(old.count, stride));
    }
    return finish(m, i, shape);
}

void array_split(machine *m, uint64_t *args, uint32_t stride, bool tail, int32_t place) {
    elements old = elements_of(m, args[0], stride, place);
    if (old.count == 0) {
        memset(args, 0, bytes(1, stride + 1));
        return;
    }
    const uint64_t *element = old.words, *others = old.words + stride;
    if (tail) {
        element = old.words + (size_t)(old.count - 1) * stride;
        others = old.words;
    }
    uint32_t i = array_make(m, old.count - 1, stride, old.shape, place);
    if (i != 0)
        copy(m->h + i + ARRAY_WORDS, others, bytes(old.count - 1, stride));
    uint64_t rest = finish(m, i, old.shape);
    copy(tail ? args + 1 : args, element, bytes(1, stride));
    args[tail ? 0 : stride] = rest;
}

uint64_t box_new(machine *m, const uint64_t *args, uint32_t count, uint32_t shape, int32_t place) {
    uint32_t i = heap_object(m, KIND_BOX, BLOCK_WORDS + (uint64_t)count, count, shape, place);
    if (i == 0)
        return 0;
    copy(m->h + i + BLOCK_WORDS, args, bytes(count, 1));
    value_retain(m, shape, args);
    return m->h[i];
}
