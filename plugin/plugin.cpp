// plugin.cpp: the life of an instance: made, activated, played, told things,
// destroyed.
#include "plugin.hpp"

#include <math.h>
#include <new>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace mmm {
namespace {

// Rates that mmm_activate promises to accept, Hz.
constexpr double kMinRate = 1000;
constexpr double kMaxRate = 768000;

// ---- calls from the session ----------------------------------------------------

static_assert(int(MMM_LOG_DEBUG) == int(CLAP_LOG_DEBUG) && int(MMM_LOG_INFO) == int(CLAP_LOG_INFO) &&
                  int(MMM_LOG_WARNING) == int(CLAP_LOG_WARNING) && int(MMM_LOG_ERROR) == int(CLAP_LOG_ERROR),
              "levels pass through unchanged");

// [any-thread]
void log(void *host, int level, const char *text) {
    const Plugin *p = static_cast<Plugin *>(host);
    if (p->host.log && text) p->host.log->log(p->host.host, level, text);
}

// [any-thread]
void notify(void *host) {
    const Plugin *p = static_cast<Plugin *>(host);
    const clap_host_t *clap = p->host.host;
    clap->request_callback(clap);
    if (p->active) clap->request_process(clap);  // it may be asleep
}

// ---- lifecycle -----------------------------------------------------------------

// A host of some years ago knows an extension by the id of its draft.
template <class T>
const T *host_extension(const clap_host_t *host, const char *id, const char *draft = nullptr) {
    const void *found = host->get_extension(host, id);
    if (!found && draft) found = host->get_extension(host, draft);
    return static_cast<const T *>(found);
}

bool CLAP_ABI init(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    const clap_host_t *host = p->host.host;
    p->host.log = host_extension<clap_host_log_t>(host, CLAP_EXT_LOG);
    p->host.thread_check = host_extension<clap_host_thread_check_t>(host, CLAP_EXT_THREAD_CHECK);
    p->host.params = host_extension<clap_host_params_t>(host, CLAP_EXT_PARAMS);
    p->host.state = host_extension<clap_host_state_t>(host, CLAP_EXT_STATE);
    p->host.tail = host_extension<clap_host_tail_t>(host, CLAP_EXT_TAIL);
    p->host.preset_load = host_extension<clap_host_preset_load_t>(host, CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT);
    p->host.remote_controls =
        host_extension<clap_host_remote_controls_t>(host, CLAP_EXT_REMOTE_CONTROLS, CLAP_EXT_REMOTE_CONTROLS_COMPAT);
    p->host.note_name = host_extension<clap_host_note_name_t>(host, CLAP_EXT_NOTE_NAME);
    p->host.voice_info = host_extension<clap_host_voice_info_t>(host, CLAP_EXT_VOICE_INFO);
    p->host.track_info = host_extension<clap_host_track_info_t>(host, CLAP_EXT_TRACK_INFO, CLAP_EXT_TRACK_INFO_COMPAT);
    p->host.undo = host_extension<clap_host_undo_t>(host, CLAP_EXT_UNDO);
    expect_main_thread(p, "init");

    const char *problem = "";
    p->lib = library(&problem);
    if (!p->lib) {
        log(p, MMM_LOG_ERROR, problem);
        return false;
    }
    p->events = static_cast<mmm_event *>(calloc(kEventCapacity, sizeof(mmm_event)));
    if (!p->events) return false;

    const mmm_host callbacks = {p, log, notify};
    p->session = p->lib->mmm_new(p->kind, &callbacks);
    p->player = p->session ? p->lib->mmm_session_player(p->session) : nullptr;
    if (!p->player) {
        log(p, MMM_LOG_ERROR, "libmmm could not make a session");
        return false;
    }
    ask_track(p);
    return true;
}

void release_buffers(Plugin *p) {
    free(p->silence);
    free(p->scratch);
    p->silence = p->scratch = nullptr;
    p->max_frames = 0;
}

void CLAP_ABI deactivate(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "deactivate");
    if (!p->active) return;
    p->active = false;
    p->lib->mmm_deactivate(p->session);
    release_buffers(p);
}

// Comes after a failed init, too.
void CLAP_ABI destroy(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "destroy");
    deactivate(plugin);
    if (p->session) p->lib->mmm_free(p->session);
    free(p->events);
    delete p;
}

bool CLAP_ABI activate(const clap_plugin_t *plugin, double rate, uint32_t min_frames, uint32_t max_frames) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "activate");
    if (p->active || !(rate >= kMinRate && rate <= kMaxRate) || min_frames > max_frames || max_frames == 0) {
        log(p, MMM_LOG_ERROR, "cannot be activated with this rate and these block lengths");
        return false;
    }
    p->silence = static_cast<double *>(calloc(max_frames, sizeof(double)));
    p->scratch = static_cast<double *>(calloc(max_frames, sizeof(double)));
    if (!p->silence || !p->scratch) {
        release_buffers(p);
        return false;
    }
    p->max_frames = max_frames;
    // A broken patch is no reason to refuse: it plays silence, the session
    // reports it, and the next good edit sounds.
    p->lib->mmm_activate(p->session, rate, max_frames);
    p->active = true;
    return true;
}

bool CLAP_ABI start_processing(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_audio_thread(p, "start_processing");
    // what a thread's first use of the library allocates is not for a block
    p->lib->mmm_thread_prepare();
    return true;
}

void CLAP_ABI stop_processing(const clap_plugin_t *plugin) { expect_audio_thread(self(plugin), "stop_processing"); }

void CLAP_ABI reset(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_audio_thread(p, "reset");
    p->lib->mmm_reset(p->player);
}

clap_process_status CLAP_ABI process(const clap_plugin_t *plugin, const clap_process_t *block) {
    Plugin *p = self(plugin);
    expect_audio_thread(p, "process");
    return play(p, block);
}

void CLAP_ABI on_main_thread(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "on_main_thread");
    if (p->session) deliver_notices(p, 0);
}

// ---- extensions ------------------------------------------------------------------

struct Extension {
    const char *id;
    const void *vtable;
};

const Extension kExtensions[] = {
    {CLAP_EXT_AUDIO_PORTS, &kAudioPorts},
    {CLAP_EXT_NOTE_PORTS, &kNotePorts},
    {CLAP_EXT_PARAMS, &kParams},
    {CLAP_EXT_STATE, &kState},
    {CLAP_EXT_LATENCY, &kLatency},
    {CLAP_EXT_TAIL, &kTail},
    {CLAP_EXT_RENDER, &kRender},
    {CLAP_EXT_GUI, &kGui},
    {CLAP_PLUGIN_AS_VST3, &kAsVst3},
    {CLAP_EXT_AUDIO_PORTS_CONFIG, &kAudioPortsConfig},
    {CLAP_EXT_AUDIO_PORTS_CONFIG_INFO, &kAudioPortsConfigInfo},
    {CLAP_EXT_AUDIO_PORTS_CONFIG_INFO_COMPAT, &kAudioPortsConfigInfo},
    {CLAP_EXT_CONFIGURABLE_AUDIO_PORTS, &kConfigurableAudioPorts},
    {CLAP_EXT_CONFIGURABLE_AUDIO_PORTS_COMPAT, &kConfigurableAudioPorts},
    {CLAP_EXT_AUDIO_PORTS_ACTIVATION, &kAudioPortsActivation},
    {CLAP_EXT_AUDIO_PORTS_ACTIVATION_COMPAT, &kAudioPortsActivation},
    {CLAP_EXT_STATE_CONTEXT, &kStateContext},
    {CLAP_EXT_VOICE_INFO, &kVoiceInfo},
    {CLAP_EXT_PRESET_LOAD, &kPresetLoad},
    {CLAP_EXT_PRESET_LOAD_COMPAT, &kPresetLoad},
    {CLAP_EXT_REMOTE_CONTROLS, &kRemoteControls},
    {CLAP_EXT_REMOTE_CONTROLS_COMPAT, &kRemoteControls},
    {CLAP_EXT_PARAM_INDICATION, &kParamIndication},
    {CLAP_EXT_PARAM_INDICATION_COMPAT, &kParamIndication},
    {CLAP_EXT_NOTE_NAME, &kNoteName},
    {CLAP_EXT_TRACK_INFO, &kTrackInfo},
    {CLAP_EXT_TRACK_INFO_COMPAT, &kTrackInfo},
    {CLAP_EXT_CONTEXT_MENU, &kContextMenu},
    {CLAP_EXT_CONTEXT_MENU_COMPAT, &kContextMenu},
};

const void *CLAP_ABI get_extension(const clap_plugin_t *, const char *id) {
    if (!id) return nullptr;
    for (const Extension &extension : kExtensions) {
        if (strcmp(extension.id, id) == 0) return extension.vtable;
    }
    return nullptr;
}

}  // namespace

const clap_plugin_t *create(const clap_host_t *host, const clap_plugin_descriptor_t *descriptor, int kind) {
    Plugin *p = new (std::nothrow) Plugin;
    if (!p) return nullptr;
    p->host.host = host;
    p->kind = kind;
    p->layout = default_layout(kind);
    p->clap = {
        descriptor,     p,     init,    destroy,       activate,       deactivate, start_processing,
        stop_processing, reset, process, get_extension, on_main_thread,
    };
    return &p->clap;
}

// ---- notices ---------------------------------------------------------------------

namespace {

// Moves the gestures that wait in Go to where the audio side can read them.
// Returns whether there are any to send.
bool take_gestures(Plugin *p) {
    p->gestures_wait.store(false, std::memory_order_relaxed);
    bool any = false;
    mmm_gesture gesture;
    while (!p->gestures.full()) {
        if (!p->lib->mmm_take_gesture(p->session, &gesture)) return any;
        p->gestures.push(gesture);
        any = true;
    }
    p->gestures_wait.store(true, std::memory_order_release);
    return any;
}

}  // namespace

void deliver_notices(Plugin *p, uint32_t known) {
    const clap_host_t *host = p->host.host;
    const uint32_t notices = p->lib->mmm_take_notices(p->session) & ~known;

    clap_param_rescan_flags rescan = 0;
    if (notices & MMM_NOTICE_PARAM_VALUES) rescan |= CLAP_PARAM_RESCAN_VALUES;
    // Slots keep their range, so a new patch changes names and texts only: the
    // host may be told while it plays.
    if (notices & MMM_NOTICE_PARAM_INFO) rescan |= CLAP_PARAM_RESCAN_INFO | CLAP_PARAM_RESCAN_TEXT;
    if (rescan && p->host.params) p->host.params->rescan(host, rescan);

    if ((notices & MMM_NOTICE_STATE_DIRTY) && p->host.state) p->host.state->mark_dirty(host);
    if ((notices & MMM_NOTICE_PAGES) && p->host.remote_controls) p->host.remote_controls->changed(host);
    if ((notices & MMM_NOTICE_PAGES) && p->host.note_name) p->host.note_name->changed(host);
    if ((notices & MMM_NOTICE_VOICES) && p->host.voice_info) p->host.voice_info->changed(host);
    if ((notices & MMM_NOTICE_EDIT) && p->host.undo) p->host.undo->change_made(host, "Edit of the patch", nullptr, 0, false);
    if (notices & MMM_NOTICE_TAIL) p->tail_changed.store(true, std::memory_order_release);

    if (take_gestures(p) && p->host.params) p->host.params->request_flush(host);
}

// ---- thread rules ------------------------------------------------------------------

#ifndef NDEBUG
namespace {

void stop_unless(bool right, const Plugin *p, const char *function, const char *thread) {
    if (right) return;
    char text[160];
    snprintf(text, sizeof text, "%s was called on a thread that is not the %s thread", function, thread);
    if (p->host.log) p->host.log->log(p->host.host, CLAP_LOG_HOST_MISBEHAVING, text);
    fprintf(stderr, "mmm: %s\n", text);
    abort();
}

}  // namespace

void expect_main_thread(const Plugin *p, const char *function) {
    if (!p->host.thread_check) return;
    stop_unless(p->host.thread_check->is_main_thread(p->host.host), p, function, "main");
}

void expect_audio_thread(const Plugin *p, const char *function) {
    if (!p->host.thread_check) return;
    stop_unless(p->host.thread_check->is_audio_thread(p->host.host), p, function, "audio");
}
#endif

}  // namespace mmm
