#include "sound.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double at(const mmmrt_sound *s, uint64_t channel, int64_t frame) {
    if (frame < 0 || (uint64_t)frame >= s->frames)
        return 0;
    uint64_t k = channel * s->frames + (uint64_t)frame;
    return s->singles ? s->singles[k] : s->doubles[k];
}

double sound_read(const mmmrt_instance *instance, uint32_t sound, int32_t how, double channel, double pos) {
    if (sound >= instance->sound_count)
        return 0;
    const mmmrt_sound *s = &instance->sounds[sound];
    if (!(pos >= 0 && pos < (double)s->frames))
        return 0;
    uint64_t c = channel > 0 && channel < 1 << 30 ? (uint64_t)channel % s->channels : 0;
    int64_t i = (int64_t)pos;
    double f = pos - floor(pos);
    double x0 = at(s, c, i), x1 = at(s, c, i + 1);
    if (how == MMMRT_LINEAR)
        return (uint64_t)i + 1 == s->frames ? x0 : x0 * (1 - f) + x1 * f;
    double before = at(s, c, i - 1), x2 = at(s, c, i + 2);
    double c1 = 0.5 * (x1 - before);
    double c2 = before - 2.5 * x0 + 2 * x1 - 0.5 * x2;
    double c3 = 0.5 * (x2 - before) + 1.5 * (x0 - x1);
    return ((c3 * f + c2) * f + c1) * f + x0;
}

bool mmmrt_instance_sounds(mmmrt_instance *instance, const mmmrt_sound *sounds, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (sounds[i].frames > 0 && (sounds[i].channels == 0 || (!sounds[i].singles && !sounds[i].doubles)))
            return false;
    mmmrt_sound *copy = calloc(count + 1, sizeof *copy);
    if (!copy)
        return false;
    if (count > 0)
        memcpy(copy, sounds, count * sizeof *copy);
    free(instance->sounds);
    instance->sounds = copy;
    instance->sound_count = count;
    return true;
}
