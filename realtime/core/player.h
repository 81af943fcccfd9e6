/* The audio side of one plugin instance. Two owners share it: what the audio
   thread owns nobody else touches; what both touch is atomic or a queue. "The
   audio thread" is whoever is in mmm_process, mmm_flush or mmm_reset: hosts let
   one thread at a time call them. */
#ifndef MMMRT_PLAYER_H
#define MMMRT_PLAYER_H

#include "../mmmrt.h"
#include "cues.h"
#include "instance.h"
#include "queue.h"
#include "watchdog.h"

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
    double values[MMM_SLOTS];
    cue *cues;
    uint32_t cue_count;
    int32_t first[CUE_LISTS]; /* lists of cues, linked by cue.next */
    pool *pools;
    uint32_t pool_count;

    mmmrt_rest rest; /* its lists are the program's own */

    double *last;        /* last good output sample of each channel, to fade out from at a fault */
    bool muting;         /* the fade-out is going on, or over: its latest turns faulted */
    bool fault_told;
    bool suspended;      /* faulted for good: silent until the next program */
    uint32_t mute_frames, mute_left; /* of that fade-out */
    bool nonfinite_told;
};

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
    channel_state channels[CHANNELS];
    int zone[2]; /* member channels of the lower and the upper MPE zone */
    note notes[NOTES];
    uint64_t order;   /* counts what happens to notes and voices */
    uint64_t frame;   /* frames played since the player was made */
    uint32_t in_frame; /* of the block that is being played */
    bool raise;       /* a voice waits for its gate to rise at the next frame */
    bool listen;      /* a released voice is listened to */
    transport transport;
    watch watch;
    const mmmrt_program *rest_of; /* what the next two are about */
    uint64_t rest_frames;         /* for so long all has been at rest but for older samples in rings */
    bool input_rests;             /* of this block */

    _Atomic int32_t expected; /* edits on their way */
    _Atomic uint64_t flushes;
    _Atomic uint32_t tail;

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

/* Writes all slots and cues into a program's cells. [audio-thread] */
void cells_write(mmm_player *p, mmmrt_program *program);

/* What names notes: -1 stands for any. */
typedef struct note_name {
    int port, channel, key;
    int32_t id;
} note_name;

/* A note-on reaches the channel's cues, velocity 0..127, and the voices, 0..1.
   Without a channel it is meant for the cues of all, and no note. [audio-thread] */
void note_on(mmm_player *p, note_name name, double velocity, double unit);

/* Likewise a note-off. Of the channel's cues only that of its last key is
   concerned. [audio-thread] */
void note_off(mmm_player *p, note_name name);

/* ---- midi.c ---- */

/* Before the first event. [any-thread] */
void midi_init(mmm_player *p);

/* The master channel of the zone that a channel is a member of, -1: none. */
int midi_master(const mmm_player *p, int channel);

/* All notes of a channel, and of its zone's members, go up or end.
   [audio-thread] */
void midi_all_off(mmm_player *p, int channel, bool choke);

/* Applies three bytes of MIDI. [audio-thread] */
void midi_apply(mmm_player *p, const uint8_t bytes[3]);

/* Channels and voices as before the first event, but for what MIDI has
   configured: zones and ranges. [audio-thread] */
void midi_reset(mmm_player *p);

/* ---- cues.c ---- */

/* Copies and checks the cues and pools of a swap; false when memory is short or
   they do not fit the image. [any-thread] */
bool cues_make(mmmrt_program *program, const mmmrt_swap *s);

/* Frees them. [any-thread] */
void cues_free(mmmrt_program *program);

/* Writes a channel's cues of one kind into every program that runs: all of them
   or, of controllers, one number. [audio-thread] */
void cues_channel(mmm_player *p, int channel, int kind, int number);

/* Velocity 0 for a channel, also where only a program's own default velocity
   sounds. [audio-thread] */
void cues_silence(mmm_player *p, int channel);

/* The channels' cues and the voices of every program as at its start, but for
   velocity 0. [audio-thread] */
void cues_restart(mmm_player *p);

/* Writes all cues into a program. [audio-thread] */
void cues_write(mmm_player *p, mmmrt_program *program);

/* Takes over the host's transport. [audio-thread] */
void transport_apply(mmm_player *p, const mmm_event *e);

/* Writes the transport's cues into every program that runs. [audio-thread] */
void transport_write(mmm_player *p);

/* What a slot's cell holds when the slot stands at v, 0..1. */
static inline double slot_cell(const mmmrt_slot *s, double v);

/* ---- voices.c ---- */

/* A note begins; port, channel and key are real. [audio-thread] */
void voices_on(mmm_player *p, note_name name, double velocity);

/* Keys go up. [audio-thread] */
void voices_off(mmm_player *p, note_name name);

/* Notes end at once, pedals or not. [audio-thread] */
void voices_choke(mmm_player *p, note_name name);

/* A note expression of MMM_EVENT_EXPRESSION. [audio-thread] */
void voices_express(mmm_player *p, note_name name, int expression, double value);

/* A modulation of a slot for single notes. [audio-thread] */
void voices_modulate(mmm_player *p, note_name name, int slot, double amount);

/* The slot's own value has changed: so have those of the voices. [audio-thread] */
void voices_slot(mmm_player *p, int slot);

/* A channel's pedals, wheel, pressure or timbre have changed. [audio-thread] */
void voices_channel(mmm_player *p, int channel);

/* The sostenuto pedal of a channel goes down: it holds the keys that are down.
   [audio-thread] */
void voices_sostenuto(mmm_player *p, int channel);

/* Raises the gates that wait for it; a frame has passed. [audio-thread] */
void voices_raise(mmm_player *p);

/* Looks at the levels of released voices; to be called where voices_window says. [audio-thread] */
void voices_listen(mmm_player *p);

/* Frames until voices are to be listened to. [audio-thread] */
static inline uint32_t voices_window(const mmm_player *p) {
    return LISTEN_FRAMES - (uint32_t)(p->frame % LISTEN_FRAMES);
}

/* Gives the voices of a new program the notes of the old one (NULL: none), by
   index. [audio-thread] */
void voices_adopt(mmm_player *p, mmmrt_program *old, mmmrt_program *program);

/* Writes the voices of a program into its cues. [audio-thread] */
void voices_write(mmm_player *p, mmmrt_program *program);

/* Ends the notes that no voice of the running program sounds any more.
   [audio-thread] */
void voices_sweep(mmm_player *p);

/* Forgets all notes without a word to the host. [audio-thread] */
void voices_reset(mmm_player *p);

/* ---- rest.c ---- */

/* Looks at a block's input, whose buffers the output may overwrite. [audio-thread] */
void rest_before(mmm_player *p, const mmm_block *b);

/* Looks at what a block has made; returns what mmm_process does. [audio-thread] */
int rest_after(mmm_player *p, const mmm_block *b);

/* ---- channels.c ---- */

/* Copies frames from..from+frames-1 of the block's input into a program's input
   buffers, matched by builtins.md 11.2. [audio-thread] */
void input_copy(const mmm_block *b, uint32_t from, uint32_t frames, mmmrt_instance *to);

/* Writes the running program's output, mixed with the fading one's while a
   crossfade lasts, into the block's. [audio-thread] */
void output_copy(mmm_player *p, const mmm_block *b, uint32_t from, uint32_t frames);

/* Zeroes all output. [audio-thread] */
void output_clear(const mmm_block *b, uint32_t from, uint32_t frames);

static inline double slot_cell(const mmmrt_slot *s, double v) {
    return s->pinned && v == s->home ? s->exact : mmmrt_slot_plain(s, v);
}

static inline double player_value(const mmm_player *p, int slot) {
    return word_number(atomic_load_explicit(&p->value[slot], memory_order_relaxed));
}

static inline double player_rate(const mmm_player *p) {
    return word_number(atomic_load_explicit(&p->rate, memory_order_relaxed));
}

#endif
