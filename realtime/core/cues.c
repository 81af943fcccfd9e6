/* Cues: from channels, voices and the transport into the cells of programs. */
#include "player.h"

#include "memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- making them ---- */

static bool cue_valid(const mmmrt_cue *c, const mmmrt_swap *s) {
    if (c->kind < 0 || c->kind >= MMMRT_CUE_KINDS || c->channel < 0 || c->channel >= CHANNELS)
        return false;
    if (c->kind == MMMRT_CUE_CONTROLLER)
        return c->number >= 0 && c->number < 128;
    if (c->kind < MMMRT_CUE_VOICE_PITCH)
        return true;
    if (c->pool < 0 || (size_t)c->pool >= s->pool_count || c->voice < 0 ||
        (uint32_t)c->voice >= s->pools[c->pool].voices)
        return false;
    return c->kind != MMMRT_CUE_VOICE_PARAM || (c->number >= 0 && (uint32_t)c->number < s->instance->image.param_count);
}

static bool pools_valid(const mmmrt_swap *s) {
    if (s->pool_count > MMMRT_MAX_POOLS)
        return false;
    for (size_t i = 0; i < s->pool_count; i++) {
        if (s->pools[i].voices < 1 || s->pools[i].voices > MMMRT_MAX_VOICES)
            return false;
        for (uint32_t k = 0; k < s->pools[i].voices; k++)
            if (s->pools[i].levels[k] >= (int64_t)s->instance->image.global_count)
                return false;
    }
    return true;
}

static double voice_init(int field) {
    int kind = MMMRT_CUE_VOICE_PITCH + field;
    return kind == MMMRT_CUE_VOICE_PITCH ? 60 : kind == MMMRT_CUE_VOICE_TIMBRE ? 0.5 : 0;
}

static void voice_clear(voice *v) {
    v->note = -1;
    v->waits = false;
    v->silent = 0;
    v->since = 0;
    v->fell = UINT64_MAX;
    for (int k = 0; k < MMMRT_VOICE_FIELDS; k++)
        v->value[k] = voice_init(k);
}

static bool pools_make(mmmrt_program *program, const mmmrt_swap *s) {
    program->pools = memory_new(s->pool_count * sizeof *program->pools);
    if (!program->pools)
        return false;
    program->pool_count = (uint32_t)s->pool_count;
    for (size_t i = 0; i < s->pool_count; i++) {
        pool *to = &program->pools[i];
        to->voices = memory_new(s->pools[i].voices * sizeof *to->voices);
        if (!to->voices)
            return false;
        to->n = s->pools[i].voices;
        for (uint32_t k = 0; k < to->n; k++) {
            voice_clear(&to->voices[k]);
            to->voices[k].level = s->pools[i].levels[k];
            for (int f = 0; f < MMMRT_VOICE_FIELDS; f++)
                to->voices[k].cue[f] = -1;
        }
    }
    return true;
}

/* The slot that drives a parameter cell, -1: none. */
static int slot_of(const mmmrt_program *program, int param) {
    for (int i = 0; i < MMM_SLOTS; i++)
        if (program->slots[i].cell == param)
            return i;
    return -1;
}

/* The list that a cue is in, -1: none, it belongs to a voice. */
static int list_of(int kind, int channel) {
    if (kind < MMMRT_CUE_BEAT)
        return channel;
    if (kind < MMMRT_CUE_VOICE_PITCH)
        return CUES_TRANSPORT;
    return kind == MMMRT_CUE_VOICE_PARAM ? CUES_VOICE_PARAMS : -1;
}

bool cues_make(mmmrt_program *program, const mmmrt_swap *s) {
    for (int i = 0; i < CUE_LISTS; i++)
        program->first[i] = -1;
    program->cues = memory_new(s->cue_count * sizeof *program->cues);
    if (!program->cues || s->cue_count > s->instance->image.cue_count || !pools_valid(s) || !pools_make(program, s))
        return false;
    program->cue_count = (uint32_t)s->cue_count;
    for (uint32_t i = 0; i < program->cue_count; i++) {
        cue *c = &program->cues[i];
        if (!cue_valid(&s->cues[i], s))
            return false;
        c->is = s->cues[i];
        int list = list_of(c->is.kind, c->is.channel);
        if (list < 0) {
            program->pools[c->is.pool].voices[c->is.voice].cue[c->is.kind - MMMRT_CUE_VOICE_PITCH] = (int32_t)i;
            continue;
        }
        if (list == CUES_VOICE_PARAMS)
            c->is.number = slot_of(program, c->is.number);
        c->next = program->first[list];
        program->first[list] = (int32_t)i;
    }
    return true;
}

void cues_free(mmmrt_program *program) {
    for (uint32_t i = 0; i < program->pool_count; i++)
        free(program->pools[i].voices);
    free(program->pools);
    free(program->cues);
}

/* ---- channels ---- */

static void cue_write(mmmrt_program *program, int32_t index, double x) {
    mmmrt_instance *in = program->instance;
    in->words[in->image.cues + (uint32_t)index] = number_word(x);
}

/* Writes what the channel knows; a cue of which nothing was heard keeps its value. */
static void write_channel(const channel_state *ch, mmmrt_program *program, int32_t index) {
    const mmmrt_cue *c = &program->cues[index].is;
    switch (c->kind) {
    case MMMRT_CUE_PITCH:
        if (ch->seen)
            cue_write(program, index, ch->pitch);
        break;
    case MMMRT_CUE_VELOCITY:
        if (ch->seen)
            cue_write(program, index, ch->velocity);
        break;
    case MMMRT_CUE_CONTROLLER:
        if (ch->control[c->number] >= 0)
            cue_write(program, index, ch->control[c->number]);
        break;
    case MMMRT_CUE_BEND:
        cue_write(program, index, ch->bend);
        break;
    default:
        cue_write(program, index, ch->pressure);
        break;
    }
}

static void channel_into(mmm_player *p, mmmrt_program *program, int channel, int kind, int number) {
    if (!program)
        return;
    for (int32_t i = program->first[channel]; i >= 0; i = program->cues[i].next) {
        const mmmrt_cue *c = &program->cues[i].is;
        if (c->kind == kind && (kind != MMMRT_CUE_CONTROLLER || c->number == number))
            write_channel(&p->channels[channel], program, i);
    }
}

void cues_channel(mmm_player *p, int channel, int kind, int number) {
    channel_into(p, p->running, channel, kind, number);
    channel_into(p, p->fading, channel, kind, number);
}

static void silence_in(mmmrt_program *program, int channel) {
    if (!program)
        return;
    for (int32_t i = program->first[channel]; i >= 0; i = program->cues[i].next)
        if (program->cues[i].is.kind == MMMRT_CUE_VELOCITY)
            cue_write(program, i, 0);
}

void cues_silence(mmm_player *p, int channel) {
    p->channels[channel].velocity = 0;
    silence_in(p->running, channel);
    silence_in(p->fading, channel);
}

/* ---- transport ---- */

static void transport_into(const mmm_player *p, mmmrt_program *program) {
    if (!program || program->first[CUES_TRANSPORT] < 0)
        return;
    const transport *t = &p->transport;
    for (int32_t i = program->first[CUES_TRANSPORT]; i >= 0; i = program->cues[i].next) {
        double x = 0;
        switch (program->cues[i].is.kind) {
        case MMMRT_CUE_BEAT:
            x = t->beat;
            break;
        case MMMRT_CUE_BEAT_START:
            x = instance_now(program->instance) - (double)(p->frame - t->frame);
            break;
        case MMMRT_CUE_BEAT_STEP:
            x = t->step;
            break;
        case MMMRT_CUE_PLAYING:
            x = t->playing;
            break;
        default:
            x = t->tempo;
            break;
        }
        cue_write(program, i, x);
    }
}

void transport_write(mmm_player *p) {
    transport_into(p, p->running);
    transport_into(p, p->fading);
}

void transport_apply(mmm_player *p, const mmm_event *e) {
    transport *t = &p->transport;
    t->beat = isfinite(e->value) ? e->value : t->beat + (double)(p->frame - t->frame) * t->step;
    t->frame = p->frame;
    if (e->tempo > 0 && isfinite(e->tempo))
        t->tempo = e->tempo;
    t->playing = e->playing != 0;
    t->step = t->playing ? t->tempo / 60 / player_rate(p) : 0;
    transport_write(p);
}

/* ---- all ---- */

void cues_write(mmm_player *p, mmmrt_program *program) {
    for (int ch = 0; ch < CHANNELS; ch++)
        for (int32_t i = program->first[ch]; i >= 0; i = program->cues[i].next)
            write_channel(&p->channels[ch], program, i);
    transport_into(p, program);
    voices_write(p, program);
}

static void restart(mmmrt_program *program) {
    if (!program)
        return;
    for (uint32_t i = 0; i < program->cue_count; i++) {
        const mmmrt_cue *c = &program->cues[i].is;
        if (c->kind < MMMRT_CUE_BEAT)
            cue_write(program, (int32_t)i, c->kind == MMMRT_CUE_VELOCITY ? 0 : c->init);
    }
    for (uint32_t i = 0; i < program->pool_count; i++)
        for (uint32_t k = 0; k < program->pools[i].n; k++)
            voice_clear(&program->pools[i].voices[k]);
}

void cues_restart(mmm_player *p) {
    restart(p->running);
    restart(p->fading);
}

/* ---- slots ---- */

double mmmrt_slot_plain(const mmmrt_slot *s, double v) {
    if (s->steps > 1)
        v = round(v * (s->steps - 1)) / (s->steps - 1);
    switch (s->curve) {
    case MMMRT_CURVE_LOG:
        return s->min * pow(s->max / s->min, v);
    case MMMRT_CURVE_EXP:
        return s->min + s->max - s->min * pow(s->max / s->min, 1 - v);
    default:
        return s->min + v * (s->max - s->min);
    }
}

double mmmrt_slot_normal(const mmmrt_slot *s, double x) {
    switch (s->curve) {
    case MMMRT_CURVE_LOG:
        return log(x / s->min) / log(s->max / s->min);
    case MMMRT_CURVE_EXP:
        return 1 - log((s->min + s->max - x) / s->min) / log(s->max / s->min);
    default:
        return (x - s->min) / (s->max - s->min);
    }
}
