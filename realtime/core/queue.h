/* A bounded queue from one thread to one other, lock-free: push and pop never
   wait, allocate or call the system. Elements are copied by value. */
#ifndef MMMRT_QUEUE_H
#define MMMRT_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct queue {
    _Atomic uint32_t head; /* elements ever popped, written by the consumer */
    char pad[60];          /* keeps both ends off one cache line */
    _Atomic uint32_t tail; /* elements ever pushed, written by the producer */
    uint32_t mask;         /* capacity - 1 */
    uint32_t element;      /* bytes of one element */
    char *storage;
} queue;

/* Makes an empty queue; capacity is a power of two. False when memory is short.
   [any-thread] */
bool queue_make(queue *q, uint32_t capacity, size_t element);

/* Frees the storage. [any-thread] */
void queue_free(queue *q);

/* For the producer: false when the queue is full. [audio-thread] */
bool queue_push(queue *q, const void *element);

/* For the consumer: false when the queue is empty. [audio-thread] */
bool queue_pop(queue *q, void *element);

#endif
