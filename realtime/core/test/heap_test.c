/* Objects by themselves: a machine on a piece of memory, driven as machine code
   would, and after every turn the books are checked against what lies there. */
#include "../heap.h"
#include "../instance.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEAP_AT = 16,
    HEAP_WORDS = 1 << 15,
    SCRATCH = 16,
    QUEUE = 8,
    PLAIN = 0,  /* shapes */
    HANDLE = 1,
    SUM = 2,
};

/* Functions: 0 plain, 1 a closure with two captures and the state of layout 1,
   2 one with a site in layout 2. Layout 1 has a number, an array and a string;
   layout 2 a number and a site of layout 1. */
static const uint32_t tables[] = {
    3, 10, 3, 25, 3, 28, 31, 38, QUEUE, 2, /* head */
    0, 1, 0, 0, 1, 0, 1, 2, 1, 2, 0, 1, 0, 2, 0, /* functions at 10 */
    47, 49, 52, /* shapes at 25 */
    60, 67, 75, /* layouts at 28 */
    /* 31: dsp, an array and a number */
    2, 91, 0, 1, 0, 0, 0,
    /* 38: init, a site of layout 1 and one of layout 2 */
    2, 92, 0, 0, 0, 1, 1, 77, 0,
    /* 47 */ 0, 0,
    /* 49 */ 1, 0, 0,
    /* 52 */ 0, 1, 0, 3, 0, 1, 2, 0,
    /* 60 */ 0, 0, 0, 0, 0, 0, 0,
    /* 67 */ 3, 77, 0, 1, 1, 1, 2, 0,
    /* 75 */ 2, 88, 0, 0, 0, 1, 1, 77, 0,
};

/* Words are too long for a comparison of numbers. */
#define SAME(what, got, want) CHECK(what, (got) == (want))

static void *stack_top; /* of the frames that tests have */

typedef struct fixture {
    machine m;
    uint64_t words[HEAP_AT + HEAP_WORDS + OWN_WORDS + SCRATCH];
} fixture;

static fixture *fixture_new(void) {
    fixture *f = calloc(1, sizeof *f);
    f->m.words = f->words;
    f->m.h = f->words + HEAP_AT;
    f->m.n = HEAP_WORDS;
    f->m.o = (objects){(uint32_t *)tables, sizeof tables / sizeof *tables};
    f->m.own = f->words + HEAP_AT + HEAP_WORDS;
    f->m.own[OWN_SCRATCH] = SCRATCH;
    f->m.own[OWN_BUDGET] = 1 << 30;
    f->m.scratch = f->m.own + OWN_WORDS;
    f->m.stack = stack_top;
    heap_reset(&f->m);
    f->m.h[HEAP_TURN] = 1;
    return f;
}

static unsigned seed = 1;
static uint32_t any(uint32_t n) { return (uint32_t)rand_r(&seed) % n; }

/* ---- the books ---- */

static uint32_t references[HEAP_WORDS];

static void refer(machine *m, uint64_t w) {
    uint32_t i = heap_counted(m, w);
    if (i != 0)
        references[i]++;
}

static void refer_all(machine *m, uint32_t shape, const uint64_t *w) {
    if (shape == HANDLE)
        refer(m, w[0]);
    else if (shape == SUM && (w[0] == 1 || w[0] == 2))
        refer_all(m, (uint32_t)w[0], w + 1);
}

/* Checks that blocks fill the heap, that what is in use adds up, and that every
   count is that of references by roots and objects. */
static void books(machine *m, const uint64_t *roots, uint32_t count) {
    const uint64_t *h = m->h;
    uint64_t used = 0;
    memset(references, 0, sizeof references);
    for (uint32_t i = 0; i < count; i++)
        refer(m, roots[i]);
    uint32_t i = heap_start(m);
    for (; i < h[HEAP_TOP]; i += class_words(block_class(h, i))) {
        uint32_t n = block_number(h, i), shape = block_shape(h, i);
        CHECK("a block begins here", h[HEAP_BITS + i / 64] >> i % 64 & 1);
        CHECK("a handle says where it is", (uint32_t)h[i] == i);
        if (h[i] >> 60 != 0)
            used += class_words(block_class(h, i));
        if (h[i] >> 60 == KIND_ARRAY)
            for (uint32_t k = 0; k < n; k++)
                refer_all(m, shape, h + i + ARRAY_WORDS + k * h[i + ARRAY_STRIDE]);
        if (h[i] >> 60 == KIND_BOX)
            refer_all(m, shape, h + i + BLOCK_WORDS);
    }
    SAME("blocks end at the top", i, (uint32_t)h[HEAP_TOP]);
    SAME("words in use", used, h[HEAP_USED]);
    for (i = heap_start(m); i < h[HEAP_TOP]; i += class_words(block_class(h, i)))
        if (h[i] >> 60 >= KIND_CLOSURE && h[i] >> 60 <= KIND_BOX)
            SAME("references", block_count(h, i), references[i]);
}

/* ---- tests ---- */

#define ROOTS 64

static void store(machine *m, uint64_t *root, uint64_t w) {
    heap_retain(m, w);
    heap_release(m, *root);
    *root = w;
}

/* Makes some object of what the roots hold. */
static uint64_t make(machine *m, const uint64_t *roots) {
    uint64_t *args = m->scratch;
    uint64_t any_root = roots[any(ROOTS)];
    switch (any(8)) {
    case 0:
        for (int i = 0; i < 4; i++)
            args[i] = any(100);
        return array_new(m, args, 2, 2, PLAIN, 0);
    case 1:
        args[0] = any_root;
        args[1] = roots[any(ROOTS)];
        return array_new(m, args, 2, 1, HANDLE, 0);
    case 2:
        args[0] = any(4);
        args[1] = args[0] == 2 ? 1 : any_root;
        args[2] = any_root;
        return box_new(m, args, 3, SUM, 0);
    case 3:
        args[0] = any_root >> 60 == KIND_ARRAY && m->h[(uint32_t)any_root + ARRAY_STRIDE] == 1 ? any_root : 0;
        args[1] = roots[any(ROOTS)];
        return array_append(m, args, 1, HANDLE, 0);
    case 4:
        args[0] = roots[any(ROOTS)];
        args[1] = any_root >> 60 == KIND_ARRAY && m->h[(uint32_t)any_root + ARRAY_STRIDE] == 1 ? any_root : 0;
        return array_prepend(m, args, 1, HANDLE, 0);
    case 5:
        args[0] = any_root >> 60 == KIND_ARRAY ? any_root : 0;
        array_split(m, args, 1, any(2) != 0, 0);
        return args[0] >> 60 == KIND_ARRAY ? args[0] : args[1];
    case 6:
        args[0] = any_root;
        return box_new(m, args, 1, HANDLE, 0);
    }
    return 0;
}

static void the_books_are_right_after_every_turn(void) {
    fixture *f = fixture_new();
    machine *m = &f->m;
    uint64_t roots[ROOTS] = {0};
    for (int turn = 0; turn < 3000; turn++) {
        m->h[HEAP_TURN]++;
        for (uint32_t k = any(20); k > 0; k--) {
            uint64_t w = make(m, roots);
            if (any(3) == 0)
                store(m, &roots[any(ROOTS)], w);
        }
        if (any(50) == 0)
            for (int i = 0; i < ROOTS; i++)
                store(m, &roots[i], 0);
        m->words[MMMRT_FAULT_WORD] = 0;
        heap_end_turn(m);
        books(m, roots, ROOTS);
    }
    for (int i = 0; i < ROOTS; i++)
        store(m, &roots[i], 0);
    heap_end_turn(m);
    SAME("nothing is left", m->h[HEAP_USED], (uint64_t)0);
    free(f);
}

/* A box that holds itself is found when the heap has grown. */
static void cycles_are_freed(void) {
    fixture *f = fixture_new();
    machine *m = &f->m;
    for (int turn = 0; turn < 20000; turn++) {
        m->scratch[0] = 0;
        uint64_t w = box_new(m, m->scratch, 1, HANDLE, 0);
        CHECK("there is room", w != 0);
        m->h[(uint32_t)w + BLOCK_WORDS] = w;
        heap_retain(m, w);
        heap_end_turn(m);
    }
    SAME("fault", m->words[MMMRT_FAULT_WORD], (uint64_t)0);
    free(f);
}

/* What only the stack names survives the sweep that a full heap asks for. */
static void a_full_heap_frees_what_nothing_names(void) {
    fixture *f = fixture_new();
    machine *m = &f->m;
    volatile uint64_t kept[2] = {0};
    m->scratch[0] = 7;
    kept[0] = box_new(m, m->scratch, 1, PLAIN, 0);
    memset(m->scratch, 0, SCRATCH * sizeof *m->scratch);
    for (int i = 0; i < 100000; i++)
        CHECK("there is room", array_new(m, m->scratch, 3, 3, PLAIN, 0) != 0);
    uint32_t at = heap_find(m, kept[0], KIND_BOX);
    CHECK("the box lives", at != 0);
    SAME("and holds", m->h[at + BLOCK_WORDS], (uint64_t)7);
    CHECK("paid for", (int64_t)m->own[OWN_BUDGET] < 1 << 30);
    heap_end_turn(m);
    CHECK("then it goes", heap_find(m, kept[0], KIND_BOX) == 0);
    free(f);
}

/* Free blocks join for a larger one, and no old handle names what lies there. */
static void small_blocks_make_room_for_large_ones(void) {
    fixture *f = fixture_new();
    machine *m = &f->m;
    uint64_t old[2000];
    int count = 0;
    for (; count < 2000; count++)
        if ((old[count] = array_new(m, m->scratch, 4, 4, PLAIN, 0)) == 0 || m->words[MMMRT_FAULT_WORD])
            break;
    m->words[MMMRT_FAULT_WORD] = 0;
    heap_end_turn(m);
    uint32_t large = array_make(m, HEAP_WORDS / 2, 1, PLAIN, 0);
    CHECK("a large one fits", large != 0);
    for (int i = 0; i < count; i++)
        CHECK("it has no old handle", heap_find(m, old[i], KIND_ARRAY) == 0);
    CHECK("a larger one does not", array_make(m, HEAP_WORDS, 1, PLAIN, 0) == 0);
    SAME("fault", m->words[MMMRT_FAULT_WORD], (uint64_t)MMMRT_FAULT_HEAP);
    free(f);
}

static uint64_t *state_of(machine *m, uint64_t closure) {
    uint32_t b = (uint32_t)(m->h[(uint32_t)closure + CLOSURE_FUNC] >> 32);
    return m->h + b + BLOCK_STATE;
}

/* Evaluation k of a site finds the state that evaluation k of the turn before
   left; a closure that lives on takes its block along. */
static void sites_hand_out_blocks_in_order(void) {
    fixture *f = fixture_new();
    machine *m = &f->m;
    uint64_t site = 0, kept = 0;
    for (uint64_t turn = 0; turn < 10; turn++) {
        m->h[HEAP_TURN]++;
        for (uint64_t k = 0; k < 9; k++) {
            uint64_t c = closure_new(m, m->scratch, 1, PLAIN, &site, 0);
            SAME("state", state_of(m, c)[0], turn > 6 && k == 4 ? turn - 7 : turn);
            state_of(m, c)[0]++;
            if (turn == 6 && k == 4)
                store(m, &kept, c);
        }
        heap_end_turn(m);
    }
    SAME("the kept one", state_of(m, kept)[0], 7u);
    store(m, &kept, 0);
    heap_end_turn(m);
    free(f);
}

static void tasks_come_in_order_of_time_then_of_queueing(void) {
    fixture *f = fixture_new();
    machine *m = &f->m;
    const double times[] = {5, 3, 5, 4, 3};
    const uint64_t plain = (uint64_t)KIND_FUNC << 60;
    uint64_t handles[5];
    for (int i = 0; i < 5; i++) {
        uint64_t site = 0;
        handles[i] = closure_new(m, m->scratch, 2, PLAIN, &site, 0);
        task_schedule(m, times[i], handles[i], 0, 0);
    }
    heap_end_turn(m);
    const int order[] = {1, 4, 3, 0, 2};
    m->words[MMMRT_NOW_WORD] = number_word(5);
    for (int i = 0; i < 5; i++)
        SAME("task", task_due(m), handles[order[i]]);
    SAME("none", task_due(m), (uint64_t)0);
    task_schedule(m, 100, plain, 0, 0);
    SAME("not due", task_due(m), (uint64_t)0);
    task_schedule(m, 6, plain + 1, 0, 0);
    SAME("takes arguments", m->words[MMMRT_FAULT_WORD], (uint64_t)MMMRT_FAULT_HANDLE);
    free(f);
}

/* A string and an array of a closure's state go over to another program, and the
   old one keeps its own. */
static void a_swap_copies_arrays_and_the_state_of_closures(void) {
    fixture *a = fixture_new(), *b = fixture_new();
    const mmmrt_image image = {.state = 8, .state_size = 2, .init = 10, .init_size = 2};
    const uint32_t strings[] = {0, 5}, shapes[] = {0, 1, 2};
    const mmmrt_op dsp = {.src = 0, .dst = 0, .size = 2}, init = {.src = 0, .dst = 0, .size = 2};
    const adoption how = {&dsp, 1, &init, 1, strings, 2, shapes, 3};
    machine *m = &a->m;
    m->scratch[0] = 1;
    m->scratch[1] = 2;
    m->scratch[2] = array_new(m, m->scratch, 2, 1, PLAIN, 0);
    m->scratch[3] = m->scratch[2];
    store(m, &a->words[8], array_new(m, m->scratch + 2, 2, 1, HANDLE, 0));
    uint64_t c = closure_new(m, m->scratch, 1, PLAIN, &a->words[11], 0);
    state_of(m, c)[0] = 42;
    store(m, &state_of(m, c)[1], m->scratch[2]);
    state_of(m, c)[2] = 1;
    m->scratch[0] = c;
    store(m, &a->words[12], c);
    heap_end_turn(m);

    uint64_t d = closure_new(&b->m, b->m.scratch, 1, PLAIN, &b->words[11], 0);
    store(&b->m, &b->words[12], d);
    memcpy(b->words + 8, a->words + 8, 2 * sizeof(uint64_t));
    heap_adopt(&b->m, m, &image, &image, &how);

    uint64_t *state = state_of(&b->m, d);
    SAME("a number", state[0], (uint64_t)42);
    SAME("a string", state[2], (uint64_t)5);
    uint32_t outer = heap_find(&b->m, b->words[8], KIND_ARRAY), inner = heap_find(&b->m, state[1], KIND_ARRAY);
    CHECK("arrays", outer != 0 && inner != 0);
    SAME("shared", b->m.h[outer + ARRAY_WORDS], b->m.h[outer + ARRAY_WORDS + 1]);
    SAME("with the state", b->m.h[outer + ARRAY_WORDS], state[1]);
    SAME("contents", b->m.h[inner + ARRAY_WORDS + 1], (uint64_t)2);
    for (int i = 0; i < 1000; i++)
        heap_end_turn(&b->m);
    CHECK("they live", heap_find(&b->m, state[1], KIND_ARRAY) == inner);
    CHECK("the old ones too", heap_find(m, a->words[8], KIND_ARRAY) != 0);
    free(a);
    free(b);
}

static void damaged_tables_are_refused(void) {
    uint32_t copy[sizeof tables / sizeof *tables];
    uint32_t size = sizeof tables / sizeof *tables;
    CHECK("as they are", objects_valid(tables, size));
    for (uint32_t cut = 1; cut < size; cut++)
        objects_valid(tables, cut); /* whatever it says, it reads nothing outside */
    for (int i = 0; i < 20000; i++) {
        memcpy(copy, tables, sizeof tables);
        copy[any(size)] = any(2) ? any(100) : any(1u << 31) * 2;
        objects_valid(copy, size);
    }
    memcpy(copy, tables, sizeof tables);
    copy[6] = size;
    CHECK("a start outside", !objects_valid(copy, size));
}

int main(void) {
    stack_top = __builtin_frame_address(0);
    the_books_are_right_after_every_turn();
    cycles_are_freed();
    a_full_heap_frees_what_nothing_names();
    small_blocks_make_room_for_large_ones();
    sites_hand_out_blocks_in_order();
    tasks_come_in_order_of_time_then_of_queueing();
    a_swap_copies_arrays_and_the_state_of_closures();
    damaged_tables_are_refused();
    return check_result();
}
