/* What the cues of programs follow: channels, notes, voices and the transport.
   These live in the player and outlive programs, but for the voices, which a
   swap copies from the old program to the new one. */
#ifndef MMMRT_CUES_H
#define MMMRT_CUES_H

#include "../mmmrt.h"

#define CHANNELS 16

/* Notes that are known at once. Each sounds in a voice of every pool, until the
   voice is taken from it or finishes; those of a program without pools while
   they are held. */
#define NOTES 256

/* Slots that can be modulated for one note. */
#define NOTE_MODS 16

/* Voices that were released are listened to every so many frames; so many such
   windows of silence end them: see voices.c. */
#define LISTEN_FRAMES 256
#define SILENT_SECONDS 0.05
#define SILENT_LEVEL 1e-5

/* Lists of a program's cues: one for each channel, one for the transport, one
   for the parameters of voices. */
enum { CUES_TRANSPORT = CHANNELS, CUES_VOICE_PARAMS, CUE_LISTS };

/* Controllers that concern voices. */
enum { MIDI_SUSTAIN = 64, MIDI_SOSTENUTO = 66, MIDI_TIMBRE = 74 };

typedef struct cue {
    mmmrt_cue is;
    int32_t next; /* of its list, -1: none */
} cue;

/* One MIDI channel. */
typedef struct channel_state {
    /* of its last note */
    double pitch, velocity; /* key 0..127, 0..127 */
    int key;                /* that note-off must name */
    bool seen;              /* a note has come; before, a program's own defaults hold */

    int16_t control[128]; /* last value, -1: none yet */
    double bend;          /* -1..1 */
    double pressure;      /* 0..127 */
    double range;         /* of the wheel, semitones */
    uint8_t rpn[2];       /* registered parameter that data entry sets, high and low; 127: none */
} channel_state;

/* A note that sounds. */
typedef struct note {
    bool used;
    bool down;      /* its key is */
    bool pedal;     /* held by the sustain pedal */
    bool sostenuto; /* held by that pedal */
    int16_t port, channel, key;
    int32_t id;
    uint64_t order; /* when it began */
    double velocity, tuning;
    double pressure; /* 0..1, the note's own */
    double timbre;   /* 0..1, -1: that of its channel */
    /* of its channel, as of now; an MPE note keeps them when its key goes up */
    double bend, offset; /* -1..1; semitones that all wheels add */
    double channel_pressure, channel_timbre;
    int mod_count;
    struct note_mod {
        int slot;
        double amount;
    } mods[NOTE_MODS];
} note;

/* One voice of a pool. */
typedef struct voice {
    int16_t note;    /* that it sounds, -1: none */
    bool waits;      /* its gate rises at the next frame */
    uint32_t silent; /* windows of silence since it was released */
    uint64_t since;  /* when it was taken, released or done with */
    uint64_t fell;   /* frame in which its gate fell */
    double value[MMMRT_VOICE_FIELDS]; /* of its cues */
    int32_t cue[MMMRT_VOICE_FIELDS];  /* their indexes, -1: the program does not read it */
    int32_t level;                    /* global that holds its peak, -1: none */
} voice;

typedef struct pool {
    uint32_t n;
    voice *voices;
} pool;

/* The host's song position: beat at a frame of the player. */
typedef struct transport {
    double beat, step, tempo; /* step: beats a frame, 0 while it stands */
    uint64_t frame;
    bool playing;
} transport;

#endif
