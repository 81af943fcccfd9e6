/* Programs in a file: one list of blocks, which is read as it was written. A
   block is its length in bytes, as a word, and its bytes, filled up to a word.
   What has no pointers is written as it lies in memory: a packed program goes
   with the library of the same build. */
#include "../mmmrt.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC UINT64_C(0x31306b6361706d6d) /* "mmpack01" */

/* What every packed program begins with. */
typedef struct head {
    uint64_t magic;
    uint32_t image_size, swap_size; /* of the structures: another build's may differ */
    uint64_t deep;
    uint64_t sounds;
} head;

/* What precedes a sound's samples. */
typedef struct sound_head {
    uint64_t frames;
    uint32_t channels, wide; /* wide: of 64 bits */
} sound_head;

/* ---- out ---- */

typedef struct writer {
    uint8_t *to;
    size_t size, used;
} writer;

static void put(writer *w, const void *bytes, uint64_t size) {
    uint64_t whole = sizeof size + (size + 7) / 8 * 8;
    if (w->to && whole <= w->size && w->used <= w->size - whole) {
        memset(w->to + w->used, 0, whole);
        memcpy(w->to + w->used, &size, sizeof size);
        if (size)
            memcpy(w->to + w->used + sizeof size, bytes, size);
    }
    w->used += whole;
}

/* The part of a swap that does not point to anything. */
static mmmrt_swap plain(const mmmrt_swap *s) {
    mmmrt_swap kept = *s;
    kept.cues = NULL;
    kept.pools = NULL;
    kept.rest.words = kept.rest.rings = NULL;
    kept.instance = NULL;
    kept.ops = kept.init_ops = NULL;
    kept.rings = NULL;
    kept.strings = kept.shapes = NULL;
    kept.op_count = kept.init_op_count = kept.ring_count = 0;
    kept.string_count = kept.shape_count = 0;
    return kept;
}

static void put_sounds(writer *w, const mmmrt_packed *p) {
    for (size_t i = 0; i < p->sound_count; i++) {
        const mmmrt_sound *s = &p->sounds[i];
        sound_head h = {s->frames, s->channels, s->doubles != NULL};
        uint64_t samples = s->frames * s->channels;
        put(w, &h, sizeof h);
        if (h.wide)
            put(w, s->doubles, samples * sizeof *s->doubles);
        else
            put(w, s->singles, samples * sizeof *s->singles);
    }
}

size_t mmmrt_pack(const mmmrt_packed *p, uint8_t *to, size_t size) {
    writer w = {to, size, 0};
    head h = {MAGIC, sizeof p->image, sizeof p->swap, p->deep, p->sound_count};
    mmmrt_swap swap = plain(&p->swap);
    put(&w, &h, sizeof h);
    put(&w, &p->image, sizeof p->image);
    put(&w, &swap, sizeof swap);
    put(&w, p->swap.cues, p->swap.cue_count * sizeof *p->swap.cues);
    for (size_t i = 0; i < p->swap.pool_count; i++)
        put(&w, p->swap.pools[i].levels, p->swap.pools[i].voices * sizeof *p->swap.pools[i].levels);
    put(&w, p->swap.rest.words, p->swap.rest.word_count * sizeof *p->swap.rest.words);
    put(&w, p->swap.rest.rings, p->swap.rest.ring_count * 2 * sizeof *p->swap.rest.rings);
    put(&w, p->objects, p->object_words * sizeof *p->objects);
    put(&w, p->cells, p->cell_count * sizeof *p->cells);
    put_sounds(&w, p);
    put(&w, p->wasm, p->wasm_size);
    put(&w, p->code, p->code_size);
    return w.used;
}

/* ---- in ---- */

typedef struct reader {
    const uint8_t *from;
    size_t left;
} reader;

/* The next block of elements of a size each; NULL when it is cut short. */
static const void *take(reader *r, size_t each, size_t *count) {
    uint64_t size;
    if (r->left < sizeof size)
        return NULL;
    memcpy(&size, r->from, sizeof size);
    if (size > r->left - sizeof size || (size + 7) / 8 * 8 > r->left - sizeof size || size % each != 0)
        return NULL;
    const uint8_t *bytes = r->from + sizeof size;
    r->from = bytes + (size + 7) / 8 * 8;
    r->left -= sizeof size + (size + 7) / 8 * 8;
    *count = size / each;
    return bytes;
}

static bool copy(reader *r, void *to, size_t size) {
    size_t count;
    const void *bytes = take(r, size, &count);
    if (!bytes || count != 1)
        return false;
    memcpy(to, bytes, size);
    return true;
}

/* Cues and pools, of which the swap knows how many there are. */
static bool take_voices(reader *r, mmmrt_packed *p) {
    size_t count;
    p->swap.cues = take(r, sizeof *p->swap.cues, &count);
    if (!p->swap.cues || count != p->swap.cue_count || p->swap.pool_count > MMMRT_MAX_POOLS)
        return false;
    p->swap.pools = p->pools;
    for (size_t i = 0; i < p->swap.pool_count; i++) {
        p->pools[i].levels = take(r, sizeof *p->pools[i].levels, &count);
        if (!p->pools[i].levels || count > MMMRT_MAX_VOICES)
            return false;
        p->pools[i].voices = (uint32_t)count;
    }
    return true;
}

/* When it is at rest; of the words and rings, too, the swap knows the number. */
static bool take_rest(reader *r, mmmrt_rest *rest) {
    size_t words, rings;
    rest->words = take(r, sizeof *rest->words, &words);
    rest->rings = rest->words ? take(r, 2 * sizeof *rest->rings, &rings) : NULL;
    return rest->rings && words == rest->word_count && rings == rest->ring_count;
}

static bool take_sound(reader *r, mmmrt_sound *s) {
    sound_head h;
    size_t count;
    if (!copy(r, &h, sizeof h))
        return false;
    const void *samples = take(r, h.wide ? sizeof(double) : sizeof(float), &count);
    *s = (mmmrt_sound){h.wide ? NULL : samples, h.wide ? samples : NULL, h.frames, h.channels};
    return samples && (h.channels ? count / h.channels == h.frames && count % h.channels == 0 : count == 0);
}

/* Notes where the sounds are, and that they are whole. */
static bool find_sounds(reader *r, mmmrt_packed *p) {
    p->samples = r->from;
    for (size_t i = 0; i < p->sound_count; i++) {
        mmmrt_sound sound;
        if (!take_sound(r, &sound))
            return false;
    }
    p->sample_bytes = (size_t)(r->from - p->samples);
    return true;
}

bool mmmrt_packed_sounds(const mmmrt_packed *p, mmmrt_instance *instance) {
    if (p->sound_count == 0)
        return true;
    mmmrt_sound *list = calloc(p->sound_count, sizeof *list);
    reader r = {p->samples, p->sample_bytes};
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < p->sound_count; i++)
        ok = take_sound(&r, &list[i]);
    ok = ok && mmmrt_instance_sounds(instance, list, (uint32_t)p->sound_count);
    free(list);
    return ok;
}

bool mmmrt_unpack(const uint8_t *from, size_t size, mmmrt_packed *p) {
    reader r = {from, size};
    head h;
    *p = (mmmrt_packed){0};
    if (!copy(&r, &h, sizeof h) || h.magic != MAGIC || h.image_size != sizeof p->image || h.swap_size != sizeof p->swap)
        return false;
    p->deep = h.deep != 0;
    p->sound_count = h.sounds;
    if (!copy(&r, &p->image, sizeof p->image) || !copy(&r, &p->swap, sizeof p->swap))
        return false;
    p->swap = plain(&p->swap);
    if (!take_voices(&r, p) || !take_rest(&r, &p->swap.rest))
        return false;
    p->objects = take(&r, sizeof *p->objects, &p->object_words);
    p->cells = p->objects ? take(&r, sizeof *p->cells, &p->cell_count) : NULL;
    p->wasm = p->cells && find_sounds(&r, p) ? take(&r, 1, &p->wasm_size) : NULL;
    p->code = p->wasm ? take(&r, 1, &p->code_size) : NULL;
    if (!p->code || r.left != 0)
        return false;
    for (size_t i = 0; i < p->cell_count; i++)
        if (p->cells[i].index >= p->image.words)
            return false;
    return true;
}
