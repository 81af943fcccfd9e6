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

/* What an event says. Of notes: port, channel, key and note_id name them, each -1
   for any; a note-on names port 0.., channel 0..15 and key 0..127, and note_id -1
   is a note without an id. */
enum mmm_event_kind {
    MMM_EVENT_PARAM_VALUE, /* slot, value 0..1 of the slot's range; of all notes */
    MMM_EVENT_PARAM_MOD,   /* slot, value is added to the slot's value, then clamped to 0..1; with any of
                              channel, key, note_id for the notes named only, in place of the slot's
                              own modulation: midi_voice_slider! reads that */
    MMM_EVENT_NOTE_ON,     /* a note, value = velocity 0..1; 0 is a note too */
    MMM_EVENT_NOTE_OFF,    /* notes */
    MMM_EVENT_NOTE_CHOKE,  /* notes: they end at once */
    MMM_EVENT_MIDI,        /* three bytes in midi */
    MMM_EVENT_EXPRESSION,  /* notes, expression, value */
    MMM_EVENT_TRANSPORT,   /* playing, value = beat (quarter notes from the start of the song; NaN: it goes
                              on from where it is), tempo */
};

/* What MMM_EVENT_EXPRESSION moves; the numbers are CLAP's. The others of CLAP's
   mean nothing to a patch. */
enum mmm_expression {
    MMM_EXPRESSION_TUNING = 2,     /* semitones, -120..120 */
    MMM_EXPRESSION_BRIGHTNESS = 5, /* 0..1 */
    MMM_EXPRESSION_PRESSURE = 6,   /* 0..1 */
};

/* One event of a block. Fields that its kind does not use are ignored, but those
   that name notes are -1 where a kind can take them and they are not meant. */
typedef struct mmm_event {
    uint32_t time;    /* frame within the block, ascending over the list */
    uint16_t kind;    /* enum mmm_event_kind */
    int16_t slot;     /* parameter slot 0..MMM_SLOTS-1 */
    int16_t port;     /* note port, -1 for all */
    int16_t channel;  /* 0..15, -1 for all */
    int16_t key;      /* 0..127, -1 for all */
    int16_t expression; /* enum mmm_expression */
    int32_t note_id;  /* the host's id of the note, -1 for none */
    uint8_t midi[3];
    uint8_t playing;  /* 1: the song moves */
    double value;
    double tempo;     /* quarter notes a minute; 0: as before */
} mmm_event;

/* The end of a note: what the host may now forget. */
typedef struct mmm_note_end {
    uint32_t time; /* frame within the block that was played last */
    int16_t port, channel, key; /* those of the note-on */
    int32_t note_id;
} mmm_note_end;

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

/* What mmm_process returns, a set. */
enum mmm_process_result {
    MMM_PROCESS_SILENT = 0,   /* nothing plays yet, the output is zero */
    MMM_PROCESS_SOUNDING = 1, /* a program ran */
    MMM_PROCESS_AUDIBLE = 2,  /* some sample of the output may not be 0 */
    MMM_PROCESS_RESTING = 4,  /* the program will be silent until a note, sound at an input or another
                                 program comes: the next blocks need not be played (docs/clap.md says how
                                 that is known) */
};

/* Plays one block: takes over a published program at its start, applies events
   at their frame, writes every output channel. Returns a set of enum
   mmm_process_result. */
int mmm_process(mmm_player *player, const mmm_block *block);

/* Takes up to max of the notes that have ended since the last call, oldest first,
   and returns how many; ask again while it returns max. To be called after each
   mmm_process and mmm_flush: 512 wait at most, later ones are lost then. A note
   ends when it is released and no voice of the patch sounds it any more
   (docs/rationale.md says how that is known). */
uint32_t mmm_take_note_ends(mmm_player *player, mmm_note_end *ends, uint32_t max);

/* Applies events without playing: parameters and notes take their last value. */
void mmm_flush(mmm_player *player, const mmm_event *events, uint32_t count);

/* Frames that the program sounds at most after its inputs have ended and no note
   is held; UINT32_MAX where nobody can tell. Also [any-thread]. */
uint32_t mmm_tail(mmm_player *player);

/* Waits, at most timeout_ns, until no edit is on its way to the player any more.
   For a bounce only: it sleeps. Returns whether none is. */
bool mmm_await(mmm_player *player, uint64_t timeout_ns);

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
