/* The C face of libmmm: one session for each plugin instance. The shim, the
   tests and any other program in C see mmm through this header alone.

   Threads: [main-thread] the host's main thread, one caller at a time;
   [any-thread] any thread but the audio thread; [audio-thread] never enters Go
   (those functions live in libmmmrt, see mmm_audio.h).

   Text is UTF-8. A function that returns text writes at most size bytes with a
   terminating zero into buf and returns the length of the whole text without
   the zero, so that a caller can ask again with a larger buffer. */
#ifndef MMM_H
#define MMM_H

#include "../realtime/mmm_audio.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this header; mmm_abi_version() must return the same. */
#define MMM_ABI 3

/* A session; 0 is none. Calls with a dead handle do nothing and return 0. */
typedef uint64_t mmm_session;

enum mmm_kind { MMM_INSTRUMENT = 0, MMM_EFFECT = 1 };

enum mmm_log_level { MMM_LOG_DEBUG = 0, MMM_LOG_INFO = 1, MMM_LOG_WARNING = 2, MMM_LOG_ERROR = 3 };

/* What a session may call back. Each may be NULL. They are called on threads of
   the session's own, never on the audio thread; host is passed through. */
typedef struct mmm_host {
    void *host;
    void (*log)(void *host, int level, const char *text);
    /* Something of mmm_take_notices() has changed; wake the main thread. */
    void (*notify)(void *host);
} mmm_host;

/* Returns MMM_ABI of the library. [any-thread] */
int mmm_abi_version(void);

/* Makes a session with the patch file that the environment variable MMM_PATCH
   names, which it follows as mmm_watch() does, or else the default patch of its
   kind. Returns 0 on failure. [main-thread] */
mmm_session mmm_new(int kind, const mmm_host *host);

/* Stops and frees a session; its player must no longer be used. [main-thread] */
void mmm_free(mmm_session s);

/* The session's audio side; lives as long as the session. [main-thread] */
mmm_player *mmm_session_player(mmm_session s);

/* Prepares for playing at rate (Hz, 1000 to 768000) in blocks of at most
   max_frames. Returns when a program is ready to sound, 1, or 0 when the patch
   cannot be compiled (silence then). [main-thread] */
int mmm_activate(mmm_session s, double rate, uint32_t max_frames);

/* Ends playing. [main-thread] */
void mmm_deactivate(mmm_session s);

/* Compiles text as the patch and swaps it in; name is what diagnostics call
   it. wait 1 returns when the swap is published (the audio thread takes it at
   its next block), wait 0 at once. Returns 1, or 0 when the patch is broken,
   in which case nothing changes; mmm_status tells why. [any-thread] */
int mmm_swap(mmm_session s, const char *text, size_t size, const char *name, int wait);

/* Takes the patch from the file and follows it and the files it uses: each time
   one is saved the patch is swapped in. path NULL or "" stops following. Returns 1, or 0 when
   the file cannot be read or its patch is broken. [any-thread] */
int mmm_watch(mmm_session s, const char *path);

/* The current patch text. [any-thread] */
size_t mmm_patch(mmm_session s, char *buf, size_t size);

/* The status of the last compile and swap as JSON: {"ok":…,"message":…,
   "swaps":…,"engine":…,"diagnostics":[…],"fault":…}. [any-thread] */
size_t mmm_status(mmm_session s, char *buf, size_t size);

/* Chooses the engine, "native" or "vm", for this session and its saved state;
   takes effect at once by a swap. Returns 1, or 0 for another word.
   [main-thread] */
int mmm_set_engine(mmm_session s, const char *engine);

/* What a state is for. A preset is a patch with its files and values, for any
   instance: it names no engine, no file to follow and no values of other
   patches, and loading it leaves the instance's own engine, slots and values of
   other patches alone. A project and a duplicate are the whole instance. */
enum mmm_state_context { MMM_STATE_PROJECT = 0, MMM_STATE_PRESET = 1, MMM_STATE_DUPLICATE = 2 };

/* Saves the state for a context. save-load-save gives the same bytes.
   [main-thread] */
size_t mmm_state_save(mmm_session s, int context, char *buf, size_t size);

/* Restores a saved state; one saved as a preset is a preset in any context.
   Returns 1, or 0 when the bytes are not a state, in which case nothing changes.
   A state whose patch no longer compiles is restored with its values; the
   sounding patch goes on. [main-thread] */
int mmm_state_load(mmm_session s, int context, const char *data, size_t size);

/* Takes the patch in a file as a preset: it starts at its own values, and the
   file is followed as by mmm_watch. Returns 1, or 0 with the reason in error, then nothing
   changes. [main-thread] */
int mmm_preset_load(mmm_session s, const char *path, char *error, size_t error_size);

/* The file that the patch came from and that is followed, "" for none.
   [any-thread] */
size_t mmm_path(mmm_session s, char *buf, size_t size);

/* One parameter slot as the host shows it. */
typedef struct mmm_param_info {
    int used;            /* 0: the slot is free, name "-" */
    char name[256];      /* last segment of the control's path */
    char module[1024];   /* the segments before it, joined by "/" */
    double min_value, max_value; /* 0 and 1 */
    double default_value;
    int stepped; /* its values are whole numbers only; of slots 0 */
} mmm_param_info;

/* The number of slots: MMM_SLOTS. An exported plugin, whose parameters never
   change, has one for each control, and its values are plain where this header
   says 0..1. [main-thread] */
int mmm_param_count(mmm_session s);

/* Describes slot 0..MMM_SLOTS-1. Returns 1, 0 for another slot. [main-thread] */
int mmm_param_get_info(mmm_session s, int slot, mmm_param_info *info);

/* Current value 0..1 of a slot. Returns 1, 0 for another slot. [main-thread] */
int mmm_param_get_value(mmm_session s, int slot, double *value);

/* Plain value of a normalised one, as text with its unit. [main-thread] */
size_t mmm_param_to_text(mmm_session s, int slot, double value, char *buf, size_t size);

/* Normalised value of a text. Returns 1, 0 when it is no number. [main-thread] */
int mmm_param_from_text(mmm_session s, int slot, const char *text, double *value);

/* Sets a slot's control back to the patch's default, as a gesture. Returns 1, 0
   for a slot without one. [main-thread] */
int mmm_param_reset(mmm_session s, int slot);

/* Eight knobs of a controller, of one group of the patch's controls. */
typedef struct mmm_page {
    uint32_t id;       /* the same for the same group over edits; above 0 */
    char section[256]; /* first folder of the controls' paths, "Patch" for those in none */
    char name[256];
    int slots[8]; /* -1: none */
} mmm_page;

/* Describes page index 0, 1, … in source order. Returns 1, 0 past the last.
   [main-thread] */
int mmm_page_get(mmm_session s, int index, mmm_page *page);

/* The name that the patch gives a key. */
typedef struct mmm_note_name {
    int key;     /* 0..127 */
    int channel; /* 0..15, -1 for all */
    char name[256];
} mmm_note_name;

/* Describes note name index 0, 1, … in the order of the patch's header. Returns
   1, 0 past the last. [main-thread] */
int mmm_note_name_get(mmm_session s, int index, mmm_note_name *name);

/* How a host's use of a parameter is shown: a controller that is mapped to it.
   label and description may be NULL; rgb is 0xRRGGBB, -1 for none.
   [main-thread] */
void mmm_param_mapping(mmm_session s, int slot, int mapped, int rgb, const char *label, const char *description);

/* Likewise its automation: 0 none, 1 present, 2 playing, 3 recording, 4
   overridden. [main-thread] */
void mmm_param_automation(mmm_session s, int slot, int state, int rgb);

/* What is known of the track that the instance is on; name "" when nothing is,
   rgb as above. [main-thread] */
void mmm_track(mmm_session s, const char *name, int rgb);

enum mmm_notice {
    MMM_NOTICE_PARAM_VALUES = 1, /* values changed other than by the host: rescan them */
    MMM_NOTICE_PARAM_INFO = 2,   /* names or texts changed */
    MMM_NOTICE_STATE_DIRTY = 4,  /* the saved state would differ */
    MMM_NOTICE_TAIL = 8,
    MMM_NOTICE_VOICES = 16, /* mmm_voice_count() changed */
    MMM_NOTICE_PAGES = 32,  /* mmm_page_get() or mmm_note_name_get() changed */
    MMM_NOTICE_EDIT = 64,   /* the user changed the patch: a step to undo */
};

/* Voices that the patch can sound at once: the largest n of its midi_voice!, 0
   when it has none. [main-thread] */
int mmm_voice_count(mmm_session s);

/* Returns and clears the pending notices, a set of enum mmm_notice.
   [main-thread] */
uint32_t mmm_take_notices(mmm_session s);

/* A gesture made in the editor, to be told to the host. kind 0 begin, 1 value,
   2 end. */
typedef struct mmm_gesture {
    int kind;
    int slot;
    double value;
} mmm_gesture;

/* Takes the oldest gesture not yet told. Returns 1, or 0 when there is none.
   [any-thread] except the audio thread. */
int mmm_take_gesture(mmm_session s, mmm_gesture *gesture);

/* Address of the session's editor page, token included; starts the server at
   the first call. [any-thread] */
size_t mmm_editor_url(mmm_session s, char *buf, size_t size);

/* Opens the editor page in the user's browser (the program named by the
   environment variable BROWSER, else xdg-open). Returns 1 when it was started.
   [main-thread] */
int mmm_editor_open(mmm_session s);

#ifdef __cplusplus
}
#endif
#endif
