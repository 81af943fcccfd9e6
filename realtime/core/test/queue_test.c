#include "../queue.h"

#include "check.h"

#include <pthread.h>

#define COUNT 200000

static queue q;

static void *produce(void *arg) {
    (void)arg;
    for (uint64_t i = 1; i <= COUNT;)
        if (queue_push(&q, &i))
            i++;
    return NULL;
}

static void order_is_kept_between_threads(void) {
    queue_make(&q, 64, sizeof(uint64_t));
    pthread_t t;
    pthread_create(&t, NULL, produce, NULL);
    uint64_t x, want = 1;
    while (want <= COUNT) {
        if (!queue_pop(&q, &x))
            continue;
        if (x != want)
            break;
        want++;
    }
    pthread_join(t, NULL);
    CHECK_EQUAL("all elements in order", (double)want, COUNT + 1.0);
    queue_free(&q);
}

static void full_and_empty_are_refused(void) {
    queue_make(&q, 4, sizeof(uint64_t));
    uint64_t x = 1;
    CHECK("an empty queue gives nothing", !queue_pop(&q, &x));
    for (int i = 0; i < 4; i++)
        CHECK("there is room", queue_push(&q, &x));
    CHECK("a full queue takes nothing", !queue_push(&q, &x));
    CHECK("a full queue gives", queue_pop(&q, &x));
    CHECK("there is room again", queue_push(&q, &x));
    queue_free(&q);
}

int main(void) {
    order_is_kept_between_threads();
    full_and_empty_are_refused();
    return check_result();
}
