/* The control side of libmmmrt: compile, instantiate, publish, collect. The Go
   package realtime is its one user; the shim never includes it.

   Objects and owners, all made and freed here:
     module   - machine code; may be freed while instances of it live.
     instance - one running copy of a program: its memory and its run function.
                Used by one thread at a time: by the control side until it is
                published, by the audio thread until it is collected.
     program  - an instance with what a swap must know: plan, slots, cues, fade.
     player   - the audio side of one plugin instance (mmm_audio.h).

   Words are 64 bits. Offsets and sizes are in words, times in ns or frames.
   [any-thread] is any thread but an audio thread, for one object one caller at a
   time; [audio-thread] may be called there too: it neither waits nor allocates. */
#ifndef MMMRT_H
#define MMMRT_H

#include <stddef.h>

/* the library is compiled with hidden symbols; what both headers declare is its face */
#pragma GCC visibility push(default)

#include "mmm_audio.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fixed words of every image and limits, equal to those of package state. */
enum {
    MMMRT_NOW_WORD = 0,         /* index of the next sample, float64 */
    MMMRT_RATE_WORD = 1,        /* Hz, float64 */
    MMMRT_FAULT_WORD = 2,       /* enum mmmrt_fault; of this turn, TIME and TRAP for good */
    MMMRT_DEPTH_WORD = 3,       /* active calls of recursive functions */
    MMMRT_FAULT_PLACE_WORD = 4, /* index of the function that faulted */
    MMMRT_STICKY_FAULT_WORD = 5, /* the first fault of the program, and its place */
    MMMRT_STICKY_PLACE_WORD = 6,
    MMMRT_FAULT_TURNS_WORD = 7, /* faulting turns in a row */
    MMMRT_HEADER_WORDS = 8,
    MMMRT_FAULT_TURNS = 64,   /* so many in a row silence a program */
    MMMRT_BLOCK_FRAMES = 256, /* frames of one run at most */
};

/* Kinds of log lines beside 0 and 1, what a program prints without and with a
   line break. The value is the number of the Schedule instruction. */
enum {
    MMMRT_LOG_LATE = -1, /* a task was scheduled for a sample that is not in the future */
    MMMRT_LOG_FULL = -2, /* the queue of tasks was full */
};

/* Why a program was stopped. */
enum mmmrt_fault {
    MMMRT_FAULT_NONE = 0,
    MMMRT_FAULT_DEPTH = 1, /* too many active calls */
    MMMRT_FAULT_TIME = 2,  /* the watchdog ended a block that would not end */
    MMMRT_FAULT_HANDLE = 3, /* a word that should name an object or function does not */
    MMMRT_FAULT_HEAP = 4,   /* no room for another object; ends the program */
    MMMRT_FAULT_BUDGET = 5, /* a turn took too many instructions; ends the program */
    MMMRT_FAULT_HOST = 6,   /* never here: macro stage only */
    MMMRT_FAULT_TRAP = 100, /* the machine code trapped, or the vm panicked: a defect of ours */
};

/* Layout of a program's memory, in words: state.Image. */
typedef struct mmmrt_image {
    uint32_t params, param_count; /* 1 word each */
    uint32_t cues, cue_count;     /* 1 word each */
    uint32_t globals, global_count;
    uint32_t state, state_size;
    uint32_t init, init_size;
    uint32_t in, ins;   /* MMMRT_BLOCK_FRAMES words for each input channel */
    uint32_t out, outs; /* likewise for each output channel */
    uint32_t heap, heap_words; /* objects; 0 words: the program makes none */
    uint32_t words;     /* size of the whole memory */
} mmmrt_image;

/* ---- modules and instances ---- */

/* What a program says of its objects, as words of 32 bits; no words for a program
   that makes none. The head: number of functions and where they start, of shapes
   and where a list of their starts is, of layouts likewise, where the layouts of
   dsp's state and of the initialiser's are, tasks that can wait, Schedule
   instructions. Starts count from the head. A list is its length, then its
   elements.

     function  parameters, results, captures (words), layout of the state block of
               its closures, bit 0: no state, bit 1: runs in a closure only
     shape     list of offsets of handles; number of sums, for each the offset of
               its tag and the list of its variants' shapes
     layout    words, key (low half first); lists of offsets of handles, of
               strings, and of sites: offset, key of the target */

typedef struct mmmrt_module mmmrt_module;
typedef struct mmmrt_instance mmmrt_instance;

/* Makes machine code of a WebAssembly module. It must export a 32-bit memory
   "memory", "init" () -> () and "run" (i32 first, i32 frames) -> (); it may
   import what core/imports.c lists. quick: compile fast, for slower code that
   computes the same bits. Returns NULL and an error text. [any-thread] */
mmmrt_module *mmmrt_compile(const uint8_t *wasm, size_t size, bool quick, char *error, size_t error_size);

/* A module as bytes, to be freed by free(); NULL when memory is short. The bytes
   of a module that was not compiled quickly can be loaded. [any-thread] */
uint8_t *mmmrt_module_save(mmmrt_module *module, size_t *size);

/* Makes a module of what mmmrt_module_save gave, in this or another process of
   the same build on the same kind of processor; NULL and an error text for
   another's. The bytes are machine code and trusted: anything else in them is
   run as it is. [any-thread] */
mmmrt_module *mmmrt_module_load(const uint8_t *code, size_t size, char *error, size_t error_size);

/* Frees a module, not its instances. NULL is none. [any-thread] */
void mmmrt_module_free(mmmrt_module *module);

/* Makes an instance that runs machine code; objects are copied. deep: it calls
   recursive functions or function values, or may take much stack, and runs on a
   private stack with room for state.MaxDepth calls (8 MB, of which only what is
   used is backed); without, it runs on its caller's stack, of which it takes
   64 kB at most. NULL and an error
   text when the module does not fit the image or memory is short. [any-thread] */
mmmrt_instance *mmmrt_native(mmmrt_module *module, const mmmrt_image *image, const uint32_t *objects,
                             uint32_t object_words, bool deep, char *error, size_t error_size);

/* Gives an instance better code, compiled from the same bytes. The instance, which
   may be playing, takes it up at its next run: its memory stays where and as it
   is, so nothing is heard. False and an error text when the module does not fit;
   then nothing has changed. One call at a time. [any-thread] */
bool mmmrt_native_improve(mmmrt_instance *instance, mmmrt_module *module, char *error, size_t error_size);

/* What stands in for machine code in a vm instance: both return 0, or another
   number after a defect. The context is passed through. */
typedef struct mmmrt_calls {
    int (*init)(uint64_t context);
    int (*run)(uint64_t context, uint32_t first, uint32_t frames);
} mmmrt_calls;

/* Makes an instance that runs by callback. This is the one documented way by
   which an audio thread enters Go. NULL when memory is short. [any-thread] */
mmmrt_instance *mmmrt_vm(const mmmrt_image *image, const uint32_t *objects, uint32_t object_words, mmmrt_calls calls,
                         uint64_t context);

/* Frees an instance that no player holds. [any-thread] */
void mmmrt_instance_free(mmmrt_instance *instance);

/* The memory; its address and size never change. [any-thread] */
uint64_t *mmmrt_instance_words(mmmrt_instance *instance);

/* A decoded sound file: state.Sound. Samples stand channel after channel; one of
   the two pointers is NULL. */
typedef struct mmmrt_sound {
    const float *singles;
    const double *doubles;
    uint64_t frames;
    uint32_t channels;
} mmmrt_sound;

/* How a sound is read between its frames: state.Interpolation. */
enum mmmrt_interpolation { MMMRT_LINEAR = 0, MMMRT_CUBIC = 1 };

/* Gives an instance the sounds of its program, before init. The descriptions are
   copied, the samples are not: they stay until the instance is freed. False when
   memory is short or a sound describes nothing. [any-thread] */
bool mmmrt_instance_sounds(mmmrt_instance *instance, const mmmrt_sound *sounds, uint32_t count);

/* Sets sample index and rate, runs the initialiser and keeps what it left, for
   mmm_reset. Returns enum mmmrt_fault; place is the index of the function that
   faulted, or -1. detail gets the engine's words about a trap. [any-thread] */
int mmmrt_instance_init(mmmrt_instance *instance, double now, double rate, int64_t *place, char *detail,
                        size_t detail_size);

/* Runs frames first..first+frames-1 of the in and out buffers, at most
   MMMRT_BLOCK_FRAMES in all. Returns enum mmmrt_fault, the first since init.
   [any-thread] */
int mmmrt_instance_run(mmmrt_instance *instance, uint32_t first, uint32_t frames);

/* Runs so many frames of silence after init and undoes what they did, printed
   lines included. Returns the fault if the program would only be silent, else
   MMMRT_FAULT_NONE; place as for init. [any-thread] */
int mmmrt_instance_trial(mmmrt_instance *instance, uint32_t frames, int64_t *place);

/* Appends to the instance's log; a full log drops and counts. Called by the
   thread that runs the instance. [audio-thread] */
void mmmrt_instance_print(mmmrt_instance *instance, double value, int32_t kind);

/* Takes the oldest line of the instance's log. [any-thread] */
bool mmmrt_instance_log(mmmrt_instance *instance, double *value, int32_t *kind);

/* Lines dropped since the last call. [any-thread] */
uint32_t mmmrt_instance_log_dropped(mmmrt_instance *instance);

/* ---- programs ---- */

typedef struct mmmrt_program mmmrt_program;

/* How a control's range lies over 0..1: state.Curve, whose formulas hold here. */
enum mmmrt_curve {
    MMMRT_CURVE_LIN = 0,
    MMMRT_CURVE_LOG = 1,
    MMMRT_CURVE_EXP = 2,
};

/* What a cue follows: state.CueKind. */
enum mmmrt_cue_kind {
    MMMRT_CUE_PITCH, /* of the channel's last note */
    MMMRT_CUE_VELOCITY,
    MMMRT_CUE_CONTROLLER,
    MMMRT_CUE_BEND,
    MMMRT_CUE_PRESSURE,
    MMMRT_CUE_BEAT,
    MMMRT_CUE_BEAT_START,
    MMMRT_CUE_BEAT_STEP,
    MMMRT_CUE_PLAYING,
    MMMRT_CUE_TEMPO,
    MMMRT_CUE_VOICE_PITCH, /* of a voice, in the order of its fields */
    MMMRT_CUE_VOICE_VELOCITY,
    MMMRT_CUE_VOICE_GATE,
    MMMRT_CUE_VOICE_BEND,
    MMMRT_CUE_VOICE_PRESSURE,
    MMMRT_CUE_VOICE_TIMBRE,
    MMMRT_CUE_VOICE_PARAM,
    MMMRT_CUE_KINDS,
    MMMRT_VOICE_FIELDS = MMMRT_CUE_VOICE_PARAM - MMMRT_CUE_VOICE_PITCH,
};

/* One word of the cues, by its index: state.Cue. */
typedef struct mmmrt_cue {
    int32_t kind;            /* enum mmmrt_cue_kind */
    int32_t channel, number; /* number: controller, or index of a parameter cell */
    int32_t pool, voice;
    double init;
} mmmrt_cue;

/* Limits: those of package types. */
enum { MMMRT_MAX_VOICES = 128, MMMRT_MAX_POOLS = 8 };

/* A pool of voices: state.Pool. */
typedef struct mmmrt_pool {
    uint32_t voices;
    const int32_t *levels; /* a global for each voice, -1: none */
} mmmrt_pool;

/* A parameter slot's place in a program. */
typedef struct mmmrt_slot {
    int32_t cell;  /* index of the parameter cell, -1: the program does not use the slot */
    int32_t curve; /* enum mmmrt_curve */
    int32_t steps; /* values that the control can have, 0: all of its range */
    double min, max;
    bool pinned;        /* where value equals home, plain is exact: no rounding for a control that nobody moved */
    double home, exact;
} mmmrt_slot;

/* Plain value of a slot that stands at v, 0..1, pinned or not. [audio-thread] */
double mmmrt_slot_plain(const mmmrt_slot *s, double v);

/* Value of a slot's plain value within its range, 0..1, between its steps too;
   NaN where there is none. [audio-thread] */
double mmmrt_slot_normal(const mmmrt_slot *s, double plain);

/* One step of a migration: state.Op. */
typedef struct mmmrt_op {
    uint32_t src, dst, size;  /* words, from the start of the old and the new state */
    uint32_t old_len, new_len; /* new_len > 0: a delay ring of another length */
} mmmrt_op;

/* A delay ring whose samples the plan copies unchanged. Its bulk is copied when
   the program is published, and only what was written since when it is
   committed. Words, from the start of the old and the new state. */
typedef struct mmmrt_ring {
    uint32_t src, dst, len; /* of the header; len samples follow it */
} mmmrt_ring;

/* How a program can be silent for good (mir.Rest). Words are offsets in its
   memory; at rest all of them are 0, and so is all that the rings hold. */
typedef struct mmmrt_rest {
    bool possible; /* false: it may play by itself */
    const uint32_t *words;
    size_t word_count;
    const uint32_t *rings; /* header and length of each, in turn */
    size_t ring_count;
    uint32_t tail; /* mmm_tail */
} mmmrt_rest;

/* What mmmrt_program_new copies. */
typedef struct mmmrt_swap {
    mmmrt_instance *instance;
    const mmmrt_op *ops;
    size_t op_count;
    const mmmrt_ring *rings; /* outside of ops */
    size_t ring_count;
    const mmmrt_op *init_ops; /* copies from the initialiser's old words to its new ones: only sites count */
    size_t init_op_count;
    const uint32_t *strings; /* by index in the old program: index of the same text in the new one, or 0 */
    uint32_t string_count;
    const uint32_t *shapes; /* likewise of equal shapes of objects */
    uint32_t shape_count;
    uint32_t fade_frames; /* 0: hard switch */
    bool keep_time;       /* the sample index goes on; false: from 0 */
    bool keep_plain;      /* a slot whose range differs keeps its plain value, clamped */
    bool set_values;      /* take values; NaN leaves a slot alone */
    mmmrt_rest rest;
    mmmrt_slot slots[MMM_SLOTS];
    const mmmrt_cue *cues;
    size_t cue_count;
    const mmmrt_pool *pools; /* of different sizes */
    size_t pool_count;
    double values[MMM_SLOTS]; /* 0..1 */
} mmmrt_swap;

/* NULL when memory is short or an op lies outside the states: old_state and
   old_init are the sizes of the old program's state and of its initialiser's
   block, the instance's own those of the new one. [any-thread] */
mmmrt_program *mmmrt_program_new(const mmmrt_swap *swap, uint32_t old_state, uint32_t old_init);

/* Frees a program that no player holds, not its instance. [any-thread] */
void mmmrt_program_free(mmmrt_program *program);

/* The instance that the program was made with. [any-thread] */
mmmrt_instance *mmmrt_program_instance(mmmrt_program *program);

/* ---- programs in a file ---- */

/* A word that is not zero before the initialiser runs. */
typedef struct mmmrt_cell {
    uint64_t index, word;
} mmmrt_cell;

/* Everything that it takes to play one program without a compiler. */
typedef struct mmmrt_packed {
    mmmrt_image image;
    mmmrt_swap swap; /* a first program: no instance, no plan */
    mmmrt_pool pools[MMMRT_MAX_POOLS]; /* what swap's point to after mmmrt_unpack */
    bool deep;
    const uint32_t *objects;
    size_t object_words;
    const mmmrt_cell *cells;
    size_t cell_count;
    const mmmrt_sound *sounds; /* read by mmmrt_pack; after mmmrt_unpack NULL: mmmrt_packed_sounds has them */
    size_t sound_count;
    const uint8_t *samples;
    size_t sample_bytes;
    const uint8_t *wasm, *code; /* code: of mmmrt_module_save */
    size_t wasm_size, code_size;
} mmmrt_packed;

/* Writes p as bytes that mmmrt_unpack of the same build reads, if size is enough,
   and returns how many they are. [any-thread] */
size_t mmmrt_pack(const mmmrt_packed *p, uint8_t *to, size_t size);

/* Reads packed bytes, at an address that 8 divides; p's pointers point into them and
   into p, which is not to be moved.
   False when they are not what mmmrt_pack of this build wrote; what they mean is
   checked where it is used. [any-thread] */
bool mmmrt_unpack(const uint8_t *from, size_t size, mmmrt_packed *p);

/* mmmrt_instance_sounds with the sounds of an unpacked program, which must stay
   until the instance is freed. [any-thread] */
bool mmmrt_packed_sounds(const mmmrt_packed *p, mmmrt_instance *instance);

/* ---- players ---- */

typedef struct mmmrt_options {
    bool offline;            /* exact: no flush of denormals, no output guard, no fades */
    uint64_t block_limit_ns; /* how long a block may overrun its own duration before the watchdog
                                stops the program; 0: 250 ms in real time, 10 s offline */
} mmmrt_options;

/* NULL when memory is short. [any-thread] */
mmm_player *mmmrt_player_new(const mmmrt_options *options);

/* Frees a player that nobody processes any more. Its programs stay the
   caller's: collect them first by mmmrt_player_drain. [any-thread] */
void mmmrt_player_free(mmm_player *player);

/* Rate in Hz, for fades and time limits. Call while nobody processes. [any-thread] */
void mmmrt_player_set_rate(mmm_player *player, double rate);

/* Takes back the program that was published but not yet taken by the audio
   thread; NULL when there is none. Until the next publish the running program
   stays the same. [any-thread] */
mmmrt_program *mmmrt_player_withdraw(mmm_player *player);

/* Zeroes the program's state, copies the bulk of its rings from old, the
   instance that runs (NULL: none), and puts it into the mailbox, which must be
   empty. May wait for the ends of two blocks, 50 ms at most each. [any-thread] */
void mmmrt_player_publish(mmm_player *player, mmmrt_program *program, mmmrt_instance *old);

/* Takes a program that the audio thread is done with; NULL when there is none.
   [any-thread] */
mmmrt_program *mmmrt_player_collect(mmm_player *player);

/* Takes whatever program the player still holds, running or pending, one a
   call. Only when nobody processes any more. [any-thread] */
mmmrt_program *mmmrt_player_drain(mmm_player *player);

enum mmmrt_report_kind {
    MMMRT_REPORT_SWAPPED = 1,   /* committed; value = ns on the audio thread */
    MMMRT_REPORT_FAULT = 2,     /* first fault of a program: code = enum mmmrt_fault, place = function
                                   index or -1, value = sample index */
    MMMRT_REPORT_NONFINITE = 3, /* first NaN or infinity; place = output channel, value = sample index */
    MMMRT_REPORT_SUSPENDED = 4, /* the program is silent from now on; value = sample index */
};

typedef struct mmmrt_report {
    int32_t kind;
    int32_t code;
    int64_t place;
    double value;
    mmmrt_instance *instance; /* identity only, may have been freed */
} mmmrt_report;

/* Takes the oldest report. When the queue was full reports were lost. [any-thread] */
bool mmmrt_player_report(mmm_player *player, mmmrt_report *report);

/* Sets a slot from the control side; NaN does nothing, others are clamped to
   0..1. The audio thread takes the value at its next block. [any-thread] */
void mmmrt_player_set_slot(mmm_player *player, int slot, double value);

/* Says that edits are on their way, +1, or have arrived, -1. [any-thread] */
void mmmrt_player_expect(mmm_player *player, int edits);

/* Current value 0..1 of a slot. [any-thread] */
double mmmrt_player_value(mmm_player *player, int slot);

/* Slots whose value the host changed since the last call: bit s%64 of
   mask[s/64]. [any-thread] */
void mmmrt_player_changes(mmm_player *player, uint64_t mask[MMM_SLOTS / 64]);

/* Calls of mmm_process and mmm_flush so far: while it is the same the audio side
   has nothing new. [any-thread] */
uint64_t mmmrt_player_calls(mmm_player *player);

/* Index of the next sample of the running program. [any-thread] */
double mmmrt_player_now(mmm_player *player);

typedef struct mmmrt_stats {
    uint64_t blocks;
    uint64_t frames;
    uint64_t total_ns;      /* spent in mmm_process */
    uint64_t worst_ns;      /* longest mmm_process */
    uint64_t swaps;
    uint64_t last_swap_ns;  /* time a swap took on the audio thread */
    uint64_t worst_swap_ns;
    uint64_t nonfinite;     /* output samples replaced by 0 */
    uint64_t lost_reports;
} mmmrt_stats;

/* Reads the counts, each by itself. [any-thread] */
void mmmrt_player_stats(mmm_player *player, mmmrt_stats *stats);

/* Plays blocks of silence into buffers of its own, each block with all players
   one after the other: wall_ns[blocks] gets the time of each block, cpu_ns the
   processor time of all. False when memory is short. [any-thread] */
bool mmmrt_measure(mmm_player *const *players, uint32_t player_count, uint32_t blocks, uint32_t frames, uint32_t ins,
                   uint32_t outs, uint64_t *wall_ns, uint64_t *cpu_ns);

#ifdef __cplusplus
}
#endif

#pragma GCC visibility pop
#endif
