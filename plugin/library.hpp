// library.hpp: the doors into libmmm, found at run time.
//
// The .clap file is not linked against libmmm, because libmmm starts a Go
// runtime when it is loaded and a host that only scans must not pay for that.
// The first plugin instance loads it; nothing ever unloads it, because a Go
// runtime cannot leave a process.
#pragma once

#include "../cbridge/mmm.h"

namespace mmm {

// Every function of mmm.h and mmm_audio.h, by name. One row is one door: the
// table, its type and the look-up are all made from this list.
#define MMM_FUNCTIONS(X)  \
    X(mmm_abi_version)    \
    X(mmm_new)            \
    X(mmm_free)           \
    X(mmm_session_player) \
    X(mmm_activate)       \
    X(mmm_deactivate)     \
    X(mmm_swap)           \
    X(mmm_watch)          \
    X(mmm_patch)          \
    X(mmm_status)         \
    X(mmm_set_engine)     \
    X(mmm_state_save)     \
    X(mmm_state_load)     \
    X(mmm_param_count)    \
    X(mmm_preset_load)    \
    X(mmm_path)           \
    X(mmm_param_get_info) \
    X(mmm_param_get_value) \
    X(mmm_param_to_text)  \
    X(mmm_param_from_text) \
    X(mmm_param_reset)    \
    X(mmm_param_mapping)  \
    X(mmm_param_automation) \
    X(mmm_page_get)       \
    X(mmm_note_name_get)  \
    X(mmm_track)          \
    X(mmm_voice_count)    \
    X(mmm_take_notices)   \
    X(mmm_take_gesture)   \
    X(mmm_editor_url)     \
    X(mmm_editor_open)    \
    X(mmm_process)        \
    X(mmm_flush)          \
    X(mmm_tail)           \
    X(mmm_await)          \
    X(mmm_take_note_ends) \
    X(mmm_reset)          \
    X(mmm_thread_prepare)

// The loaded library: one function pointer for each row above, of the type
// that the header declares.
struct Library {
#define MMM_POINTER(name) decltype(&::name) name;
    MMM_FUNCTIONS(MMM_POINTER)
#undef MMM_POINTER
};

// Returns the library, loading it at the first call, or nullptr when it cannot
// be loaded. *problem, when given, then points to the reason, which lives as
// long as the .clap file is loaded. [main-thread]
const Library *library(const char **problem);

}  // namespace mmm
