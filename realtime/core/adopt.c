/* What becomes of a program's objects at a swap (vm.md 12.4): closures and boxes
   are the new initialiser's; arrays in the state of dsp are copied; a closure
   that is made at the same place of the text goes on in the state of the one
   before it. The old program keeps all of its own: it may be fading out.

   When the new heap has no room, what finds none starts anew. */
#include "heap.h"

#include <string.h>

/* How deep blocks in blocks and arrays in arrays are followed. */
#define MAX_NESTING 100

/* Copies of arrays that are remembered, so that what was shared stays so. */
#define REMEMBERED 256

/* The number of the turn of the initialiser. */
#define INIT_TURN 1

/* Both programs. */
typedef struct swap {
    machine *to;
    const machine *from;
    const adoption *a;
    struct {
        uint32_t old; /* where the original lies, 0 for none */
        uint64_t copy;
    } seen[REMEMBERED];
} swap;

/* Whether an op copies the word at dst, and from where; *i is where the last
   search ended, for ops and words that ascend. */
static bool origin(const mmmrt_op *ops, size_t count, size_t *i, uint32_t dst, uint32_t *src) {
    while (*i < count && ops[*i].dst + (uint64_t)ops[*i].size <= dst)
        ++*i;
    if (*i == count || ops[*i].new_len > 0 || ops[*i].dst > dst)
        return false;
    *src = ops[*i].src + (dst - ops[*i].dst);
    return true;
}

/* ---- words ---- */

static uint64_t copy_array(swap *s, uint64_t w, int depth);

/* Replaces the handles in the words of an element. Recursion is as deep as sums
   are nested in the type. */
static void copy_handles(swap *s, uint32_t shape, uint64_t *words, int depth) {
    shape_info info = objects_shape(&s->to->o, shape);
    for (uint32_t i = 0; i < info.handle_count; i++) {
        uint64_t *w = &words[info.handles[i]];
        if (heap_counted(s->from, *w) == 0)
            continue;
        *w = copy_array(s, *w, depth + 1);
        heap_retain(s->to, *w);
    }
    const uint32_t *sum = info.sums;
    for (uint32_t i = 0; i < info.sum_count; i++) {
        if (words[sum[0]] < sum[1])
            copy_handles(s, sum[2 + words[sum[0]]], words + sum[0] + 1, depth);
        sum += 2 + sum[1];
    }
}

/* The handle of a copy of an array, 0 for any other object. */
static uint64_t copy_array(swap *s, uint64_t w, int depth) {
    const uint64_t *old = s->from->h;
    uint32_t i = heap_find(s->from, w, KIND_ARRAY);
    if (i == 0 || depth > MAX_NESTING)
        return 0;
    if (s->seen[i % REMEMBERED].old == i)
        return s->seen[i % REMEMBERED].copy;
    uint32_t shape = block_shape(old, i), count = block_number(old, i), stride = (uint32_t)old[i + ARRAY_STRIDE];
    if (shape != 0) {
        if (shape >= s->a->shape_count || s->a->shapes[shape] == 0)
            return 0;
        shape = s->a->shapes[shape];
    }
    uint32_t j = array_make(s->to, count, stride, shape, NO_FAULT);
    if (j == 0)
        return 0;
    s->seen[i % REMEMBERED].old = i;
    s->seen[i % REMEMBERED].copy = s->to->h[j];
    uint64_t *words = s->to->h + j + ARRAY_WORDS;
    memcpy(words, old + i + ARRAY_WORDS, (size_t)count * stride * sizeof *words);
    if (shape != 0)
        for (uint32_t k = 0; k < count; k++)
            copy_handles(s, shape, words + (size_t)k * stride, depth);
    return s->to->h[j];
}

/* What stands for the old word w: 0 for an object other than an array, w itself
   if it names none. */
static uint64_t object(swap *s, uint64_t w) { return heap_counted(s->from, w) == 0 ? w : copy_array(s, w, 0); }

static uint64_t text(const swap *s, uint64_t w) { return w < s->a->string_count ? s->a->strings[w] : 0; }

/* ---- blocks ---- */

static uint64_t copy_site(swap *s, uint64_t w, uint64_t target, int depth);

/* Gives a block of the new program the words of an old one of equal layout. */
static void adopt_block(swap *s, uint32_t from, uint32_t to, int depth) {
    machine *m = s->to;
    layout_info l = objects_layout(&m->o, block_shape(m->h, to));
    uint64_t *words = m->h + to + BLOCK_STATE;
    for (uint32_t i = 0; i < l.handle_count; i++)
        heap_release(m, words[l.handles[i]]);
    for (uint32_t i = 0; i < l.site_count; i++) {
        uint32_t site = heap_find(m, words[l.sites[3 * i]], KIND_SITE);
        if (site != 0)
            heap_doom(m, site);
    }
    memcpy(words, s->from->h + from + BLOCK_STATE, l.size * sizeof *words);
    for (uint32_t i = 0; i < l.handle_count; i++) {
        uint64_t *w = &words[l.handles[i]];
        *w = object(s, *w);
        heap_retain(m, *w);
    }
    for (uint32_t i = 0; i < l.string_count; i++)
        words[l.strings[i]] = text(s, words[l.strings[i]]);
    for (uint32_t i = 0; i < l.site_count; i++) {
        const uint32_t *site = &l.sites[3 * i];
        words[site[0]] = copy_site(s, words[site[0]], site[1] | (uint64_t)site[2] << 32, depth);
    }
}

/* Whether an old block has a new layout. Equal keys mean equal sizes; that is
   checked all the same. */
static bool alike(const swap *s, uint32_t from, const layout_info *to) {
    layout_info l = objects_layout(&s->from->o, block_shape(s->from->h, from));
    return l.key == to->key && l.size == to->size && block_number(s->from->h, from) == l.size;
}

/* The handle of a copy of a list of blocks; 0 if there is nothing to copy. */
static uint64_t copy_site(swap *s, uint64_t w, uint64_t target, int depth) {
    machine *to = s->to;
    const uint64_t *old = s->from->h;
    uint32_t from = heap_find(s->from, w, KIND_SITE), layout = 1, layouts = objects_layout_count(&to->o);
    while (layout < layouts && objects_layout(&to->o, layout).key != target)
        layout++;
    if (from == 0 || layout >= layouts || depth > MAX_NESTING)
        return 0;
    layout_info l = objects_layout(&to->o, layout);
    uint32_t count = block_number(old, from), site = site_new(to, count, NO_FAULT);
    if (site == 0)
        return 0;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t b = heap_find(s->from, old[from + SITE_ENTRIES + k], KIND_BLOCK);
        if (b == 0 || !alike(s, b, &l))
            continue;
        /* a closure that lives on took its block along; those that the
           initialiser made are made again by the new one */
        if (heap_find(s->from, old[b + BLOCK_OWNER], KIND_CLOSURE) != 0 && old[b + BLOCK_TURN] != INIT_TURN)
            continue;
        uint32_t c = block_new(to, site, k, layout, NO_FAULT);
        if (c == 0)
            break;
        to->h[c + BLOCK_TURN] = 0;
        adopt_block(s, b, c, depth + 1);
    }
    return to->h[site];
}

/* ---- both entry points ---- */

static void adopt_dsp(swap *s, uint64_t *words) {
    layout_info l = objects_dsp(&s->to->o);
    const adoption *a = s->a;
    uint32_t src;
    size_t op = 0;
    for (uint32_t i = 0; i < l.handle_count; i++) {
        uint64_t *w = &words[l.handles[i]];
        if (!origin(a->ops, a->op_count, &op, l.handles[i], &src))
            continue;
        *w = object(s, *w);
        heap_retain(s->to, *w);
    }
    op = 0;
    for (uint32_t i = 0; i < l.string_count; i++)
        if (origin(a->ops, a->op_count, &op, l.strings[i], &src))
            words[l.strings[i]] = text(s, words[l.strings[i]]);
    op = 0;
    for (uint32_t i = 0; i < l.site_count; i++) {
        const uint32_t *site = &l.sites[3 * i];
        if (origin(a->ops, a->op_count, &op, site[0], &src))
            words[site[0]] = copy_site(s, words[site[0]], site[1] | (uint64_t)site[2] << 32, 0);
    }
}

/* Blocks of the initialiser's sites that correspond go on in what the new
   initialiser has made. */
static void adopt_init(swap *s, const uint64_t *words, const uint64_t *old_words) {
    layout_info l = objects_init(&s->to->o);
    const uint64_t *old = s->from->h, *h = s->to->h;
    size_t op = 0;
    for (uint32_t i = 0; i < l.site_count; i++) {
        uint32_t at = l.sites[3 * i], src;
        if (!origin(s->a->init_ops, s->a->init_op_count, &op, at, &src))
            continue;
        uint32_t from = heap_find(s->from, old_words[src], KIND_SITE), to = heap_find(s->to, words[at], KIND_SITE);
        if (from == 0 || to == 0)
            continue;
        for (uint32_t k = 0; k < block_number(old, from) && k < block_number(h, to); k++) {
            uint32_t b = heap_find(s->from, old[from + SITE_ENTRIES + k], KIND_BLOCK);
            uint32_t c = heap_find(s->to, h[to + SITE_ENTRIES + k], KIND_BLOCK);
            if (b == 0 || c == 0)
                continue;
            layout_info layout = objects_layout(&s->to->o, block_shape(h, c));
            if (alike(s, b, &layout))
                adopt_block(s, b, c, 0);
        }
    }
}

void heap_adopt(machine *to, const machine *from, const mmmrt_image *new_image, const mmmrt_image *old_image,
                const adoption *a) {
    if (from->o.size == 0 || to->o.size == 0)
        return;
    swap s = {.to = to, .from = from, .a = a};
    adopt_dsp(&s, to->words + new_image->state);
    adopt_init(&s, to->words + new_image->init, from->words + old_image->init);
    heap_end_turn(to);
}
