/* The audio side of one plugin instance. Two owners share it: what the audio
   thread owns nobody else touches; what both touch is atomic or a queue. "The
   audio thread" is whoever is in mmm_process, mmm_flush or mmm_reset: hosts let
   one thread at a time call them. */
#ifndef MMMRT_PLAYER_H
#define MMMRT_PLAYER_H

#include "../mmmrt.h"
#include "instance.h"
#include "queue.h"
#include "watchdog.h"

#define CHANNELS 16
#define MASKS (MMM_SLOTS / 64)
#define RESET_EPOCH ((uint64_t)1 << 40)

/* An instance with what a swap must know, and how it is doing. After it is
   published the audio thread owns it until it is collected. */
struct mmmrt_program {
    mmmrt_instance *instance;
    mmmrt_op *ops;
    size_t op_count;
    mmmrt_ring *rings;
    size_t ring_count;
    uint64_t *ring_marks; /* write index of each ring when its bulk was copied */
    uint64_t bulk_epoch;  /* the player's epoch then */
    uint32_t old_state;   /* words of the state that the plan reads */
    uint32_t old_init;    /* words of the old initialiser's block */
    mmmrt_op *init_ops;   /* of the initialiser's words */
    uint32_t *strings, *shapes;
    adoption adoption; /* names ops and these */
    uint32_t fade_frames;
    double fade_cosine, fade_sine; /* of the angle that a frame of the fade turns by */
    bool keep_time, keep_plain, set_values;
    mmmrt_slot slots[MMM_SLOTS];
    int32_t notes[CHANNELS];
    double values[MMM_SLOTS];
    double default_pitch[CHANNELS]; /* of the note cells, for mmm_reset */

    double *last;        /* last output sample of each channel, to fade out from after a fault */
    bool fault_told;
    bool suspended;      /* faulted for good: silent until the next program */
    uint32_t mute_frames, mute_left; /* of the fade-out after a fault */
    bool nonfinite_told;
};

/* One channel of note input. */
typedef struct note {
    double pitch, velocity; /* key 0..127, 0..127 */
    int key;                /* that note-off must name */
    bool seen;              /* a note has come; before, a program's own defaults hold */
} note;

/* A crossfade: the older program's weight is cosine, the newer one's sine, and
   both turn by one step a frame. */
typedef struct fade {
    uint32_t left;
    double cosine, sine, step_cosine, step_sine;
} fade;

struct mmm_player {
    bool offline;
    uint64_t block_limit_ns;
    _Atomic uint64_t rate; /* Hz, bits of a double */

    /* mailbox and queues */
    _Atomic(mmmrt_program *) mailbox; /* published, not yet taken */
    queue retired;                    /* mmmrt_program *, audio to control */
    queue reports;                    /* mmmrt_report, audio to control */
    queue ends;                       /* mmm_note_end, of the audio thread alone */
    _Atomic bool reset_wanted;
    _Atomic uint64_t block_seq; /* blocks finished; release: what they wrote is visible */
    _Atomic bool in_block;
    _Atomic uint64_t epoch; /* samples that rings may have taken since the player was made; a reset
                               counts as RESET_EPOCH, more than any ring holds */

    /* slot values, bits of doubles. The audio thread writes value, the control
       side wish; a bit of wished says that a wish waits, a bit of changed that
       the host has set a value. */
    _Atomic uint64_t value[MMM_SLOTS], wish[MMM_SLOTS];
    _Atomic uint64_t wished[MASKS], changed[MASKS];

    /* the audio thread's own */
    mmmrt_program *running, *fading; /* fading: the older one of a crossfade */
    fade fade;
    double weight_old[MMMRT_BLOCK_FRAMES], weight_new[MMMRT_BLOCK_FRAMES]; /* of a crossfade's chunk */
    double mod[MMM_SLOTS];
    note notes[CHANNELS];
    watch watch;

    /* statistics, written by the audio thread */
    _Atomic uint64_t now; /* bits of a double */
    _Atomic uint64_t blocks, frames, total_ns, worst_ns, swaps, last_swap_ns, worst_swap_ns, nonfinite,
        lost_reports;
};

/* ---- swap.c ---- */

/* Takes over a published program, if there is one. [audio-thread] */
void swap_take(mmm_player *p);

/* Starts the running program anew: zero state, sample index 0. [audio-thread] */
void swap_reset(mmm_player *p);

/* Ends the crossfade: hands the older program back. [audio-thread] */
void swap_end_fade(mmm_player *p);

/* Queues a report for the control side. [audio-thread] */
void report(mmm_player *p, const mmmrt_report *r);

/* ---- events.c ---- */

/* Applies one event to the player and to every program that runs. [audio-thread] */
void event_apply(mmm_player *p, const mmm_event *e);

/* Takes over what the control side has set. [audio-thread] */
void wishes_take(mmm_player *p);

/* Sets a slot's value, already within 0..1. [audio-thread] */
void slot_set(mmm_player *p, int slot, double value);

/* Writes all slots and notes into a program's cells. [audio-thread] */
void cells_write(mmm_player *p, mmmrt_program *program);

/* Velocity 0 on all channels, and the programs' own pitches. [audio-thread] */
void notes_reset(mmm_player *p);

/* ---- channels.c ---- */

/* Copies frames from..from+frames-1 of the block's input into a program's input
   buffers, matched by builtins.md 11.2. [audio-thread] */
void input_copy(const mmm_block *b, uint32_t from, uint32_t frames, mmmrt_instance *to);

/* Writes the running program's output, mixed with the fading one's while a
   crossfade lasts, into the block's. [audio-thread] */
void output_copy(mmm_player *p, const mmm_block *b, uint32_t from, uint32_t frames);

/* Zeroes all output. [audio-thread] */
void output_clear(const mmm_block *b, uint32_t from, uint32_t frames);

static inline double player_value(const mmm_player *p, int slot) {
    return word_number(atomic_load_explicit(&p->value[slot], memory_order_relaxed));
}

static inline double player_rate(const mmm_player *p) {
    return word_number(atomic_load_explicit(&p->rate, memory_order_relaxed));
}

#endif
