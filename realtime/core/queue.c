#include "queue.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

bool queue_make(queue *q, uint32_t capacity, size_t element) {
    atomic_init(&q->head, 0);
    atomic_init(&q->tail, 0);
    q->mask = capacity - 1;
    q->element = (uint32_t)element;
    q->storage = memory_new(capacity * element);
    return q->storage != NULL;
}

void queue_free(queue *q) {
    free(q->storage);
    q->storage = NULL;
}

bool queue_push(queue *q, const void *element) {
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    if (tail - atomic_load_explicit(&q->head, memory_order_acquire) > q->mask)
        return false;
    memcpy(q->storage + (size_t)(tail & q->mask) * q->element, element, q->element);
    atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
    return true;
}

bool queue_pop(queue *q, void *element) {
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    if (head == atomic_load_explicit(&q->tail, memory_order_acquire))
        return false;
    memcpy(element, q->storage + (size_t)(head & q->mask) * q->element, q->element);
    atomic_store_explicit(&q->head, head + 1, memory_order_release);
    return true;
}
