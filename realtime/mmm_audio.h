/* The audio side of mmm: what a host's audio thread calls. Plain C11, no Go.
   Every function here is [audio-thread] unless its comment says otherwise:
   it allocates nothing, takes no lock, makes no system call, and its work is
   bounded by the frames and events it is given. */
#ifndef MMM_AUDIO_H
#define MMM_AUDIO_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The audio side of one plugin instance. Made and freed by the control side. */
typedef struct mmm_player mmm_player;

/* Host parameter slots of every plugin instance. */
#define MMM_SLOTS 128

enum mmm_event_kind {
    MMM_EVENT_PARAM_VALUE, /* slot, value 0..1 of the slot's range */
    MMM_EVENT_PARAM_MOD,   /* slot, value is added to the slot's value, then clamped to 0..1 */
    MMM_EVENT_NOTE_ON,     /* channel, key, value = velocity 0..1 */
    MMM_EVENT_NOTE_OFF,    /* channel, key */
    MMM_EVENT_NOTE_CHOKE,  /* channel, key */
    MMM_EVENT_MIDI,        /* three bytes in midi */
};

/* One event of a block. */
typedef struct mmm_event {
    uint32_t time;    /* frame within the block, ascending over the list */
    uint16_t kind;    /* enum mmm_event_kind */
    int16_t slot;     /* parameter slot 0..MMM_SLOTS-1 */
    int16_t channel;  /* 0..15, -1 for all */
    int16_t key;      /* 0..127, -1 for all */
    int32_t note_id;  /* the host's id of the note, -1 for none */
    uint8_t midi[4];
    double value;
} mmm_event;

/* One block. Channel arrays may be NULL when their count is 0; exactly one of
   the 32- and 64-bit forms is used for each direction. Input and output
   buffers may be the same memory. */
typedef struct mmm_block {
    uint32_t frames;                 /* 0 is allowed */
    uint32_t event_count;
    const mmm_event *events;
    uint32_t in_channels, out_channels;
    const float *const *in32;
    const double *const *in64;
    float *const *out32;
    double *const *out64;
} mmm_block;

enum mmm_process_result {
    MMM_PROCESS_SILENT = 0,   /* nothing plays yet, the output is zero */
    MMM_PROCESS_SOUNDING = 1, /* a program ran */
};

/* Plays one block: takes over a published program at its start, applies events
   at their frame, writes every output channel. Returns enum mmm_process_result. */
int mmm_process(mmm_player *player, const mmm_block *block);

/* Applies events without playing: parameters and notes take their last value. */
void mmm_flush(mmm_player *player, const mmm_event *events, uint32_t count);

/* Silences held notes and asks for a restart: from the next block on the state
   is zero and sample counting starts again. [audio-thread] */
void mmm_reset(mmm_player *player);

/* Makes the library's thread-local data for the calling thread, about 1 kB that
   the dynamic linker allocates at a thread's first use of it. To be called on the
   thread that will play, before its first block (start_processing); without it
   that block allocates, once for each thread. [audio-thread], not while playing */
void mmm_thread_prepare(void);

#ifdef __cplusplus
}
#endif
#endif
