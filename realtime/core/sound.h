/* Sounds: what programs read of sound files (state.Sound). The words of sounds
   belong to whoever gave them to the instance, and do not change. */
#ifndef MMMRT_SOUND_H
#define MMMRT_SOUND_H

#include "instance.h"

/* What channel (from 0; beyond the last it starts over) of a sound of the
   instance is at frame pos; 0 outside of the file and where pos is not finite. how
   is 0 for linear, 1 for cubic interpolation: state.Sound.Read says the formulas.
   [audio-thread] */
double sound_read(const mmmrt_instance *instance, uint32_t sound, int32_t how, double channel, double pos);

#endif
