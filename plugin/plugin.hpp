// plugin.hpp: one plugin instance, as the files of this folder share it.
//
// The shim translates between CLAP and mmm.h and decides nothing: no sound is
// made here and no text is read. Each CLAP extension has a file of its own with
// its vtable at the end.
#pragma once

#include "gestures.hpp"
#include "layout.hpp"
#include "library.hpp"

#include <clap/clap.h>
#include <clapwrapper/vst3.h>
#include <clap/ext/draft/undo.h>
#include <clap/factory/preset-discovery.h>

#include <atomic>
#include <stdint.h>

namespace mmm {

// Host ids of the parameter slots start here; lower ids are kept for parameters
// of the plugin itself.
constexpr clap_id kFirstParamId = 4096;

// The two plugins by id.
constexpr char kInstrumentId[] = "org.mmm.instrument";
constexpr char kEffectId[] = "org.mmm.effect";

// Events translated at a time; a block with more is played in parts.
constexpr uint32_t kEventCapacity = 2048;

// What the host offers; a null pointer is an extension it lacks.
struct HostSide {
    const clap_host_t *host = nullptr;
    const clap_host_log_t *log = nullptr;
    const clap_host_thread_check_t *thread_check = nullptr;
    const clap_host_params_t *params = nullptr;
    const clap_host_state_t *state = nullptr;
    const clap_host_tail_t *tail = nullptr;
    const clap_host_preset_load_t *preset_load = nullptr;
    const clap_host_remote_controls_t *remote_controls = nullptr;
    const clap_host_note_name_t *note_name = nullptr;
    const clap_host_voice_info_t *voice_info = nullptr;
    const clap_host_track_info_t *track_info = nullptr;
    const clap_host_undo_t *undo = nullptr;
};

// One instance. Fields belong to the main thread unless their comment says
// otherwise; those of the audio side change only while the plugin is inactive.
struct Plugin {
    clap_plugin_t clap = {};
    HostSide host;
    int kind = MMM_INSTRUMENT;

    const Library *lib = nullptr;
    mmm_session session = 0;
    std::atomic<bool> active{false};  // read by every thread
    bool gui_created = false;
    Layout layout = {};

    // Audio side.
    mmm_player *player = nullptr;
    uint32_t max_frames = 0;
    mmm_event *events = nullptr;    // kEventCapacity of them
    double *silence = nullptr;      // max_frames zeros: stands in for a missing input
    double *scratch = nullptr;      // max_frames samples: takes an output nobody wants
    bool input_active[kMaxInputPorts] = {true, true};
    bool output_active = true;

    // Between the two.
    GestureRing gestures;
    std::atomic<bool> gestures_wait{false};  // the ring was full, more are in Go
    std::atomic<bool> tail_changed{false};   // to be told on the audio thread
    std::atomic<bool> offline{false};        // a block may wait for an edit
};

// The instance behind a CLAP handle. [any-thread]
inline Plugin *self(const clap_plugin_t *plugin) {
    return static_cast<Plugin *>(plugin->plugin_data);
}

// The slot of a host's parameter id, -1 for none. [any-thread]
inline int slot_of(clap_id id) {
    return id >= kFirstParamId && id - kFirstParamId < MMM_SLOTS ? static_cast<int>(id - kFirstParamId) : -1;
}

// The host's id of a slot. [any-thread]
inline clap_id id_of(int slot) { return kFirstParamId + static_cast<clap_id>(slot); }

// Copies text and cuts it where it does not fit, never within a character.
// [any-thread]
void copy_text(char *to, size_t capacity, const char *from);

// 0xRRGGBB, -1 for nullptr. [any-thread]
int rgb_of(const clap_color_t *color);

// Gives the ports other channels; all of them are active again. [main-thread],
// while inactive
void set_layout(Plugin *p, const Layout &layout);

// Asks the host about the track and tells the session. [main-thread]
void ask_track(Plugin *p);

// Makes an instance of the plugin that descriptor stands for; kind is enum
// mmm_kind. Returns nullptr when memory is short. [main-thread]
const clap_plugin_t *create(const clap_host_t *host, const clap_plugin_descriptor_t *descriptor, int kind);

// Tells the host what the session has noticed since the last call; flags are
// those notices (enum mmm_notice) that the host knows already. [main-thread]
void deliver_notices(Plugin *p, uint32_t known);

// Plays one block: translates the host's buffers and events. [audio-thread]
clap_process_status play(Plugin *p, const clap_process_t *process);

// Hands the host's events over without playing. [audio-thread] while active,
// else [main-thread].
void flush(Plugin *p, const clap_input_events_t *in, const clap_output_events_t *out);

// Translates one event of the host. Returns false for events that mean nothing
// to a patch. time is left to the caller. [audio-thread]
bool translate(const clap_event_header_t *header, mmm_event *event);

// Makes a transport event of the host's transport; one without a beat or tempo
// leaves those at 0. time is left to the caller. [audio-thread]
void translate_transport(const clap_event_transport_t *transport, mmm_event *event);

// Tells the host which notes have ended in the part of a block that was just
// played and began at frame begin. [audio-thread] while active, else [main-thread].
void send_note_ends(Plugin *p, const clap_output_events_t *out, uint32_t begin);

// Sends the gestures that wait to the host. [audio-thread] while active, else
// [main-thread].
void send_gestures(Plugin *p, const clap_output_events_t *out);

// The vtables, one for each extension.
extern const clap_plugin_audio_ports_t kAudioPorts;
extern const clap_plugin_note_ports_t kNotePorts;
extern const clap_plugin_params_t kParams;
extern const clap_plugin_state_t kState;
extern const clap_plugin_latency_t kLatency;
extern const clap_plugin_tail_t kTail;
extern const clap_plugin_render_t kRender;
extern const clap_plugin_gui_t kGui;
extern const clap_plugin_audio_ports_config_t kAudioPortsConfig;
extern const clap_plugin_audio_ports_config_info_t kAudioPortsConfigInfo;
extern const clap_plugin_configurable_audio_ports_t kConfigurableAudioPorts;
extern const clap_plugin_audio_ports_activation_t kAudioPortsActivation;
extern const clap_plugin_state_context_t kStateContext;
extern const clap_plugin_voice_info_t kVoiceInfo;
extern const clap_plugin_preset_load_t kPresetLoad;
extern const clap_plugin_remote_controls_t kRemoteControls;
extern const clap_plugin_param_indication_t kParamIndication;
extern const clap_plugin_note_name_t kNoteName;
extern const clap_plugin_track_info_t kTrackInfo;
extern const clap_plugin_context_menu_t kContextMenu;

// The factory for a host's browser of presets.
extern const clap_preset_discovery_factory_t kPresetDiscovery;

// What clap-wrapper asks on behalf of a VST3 host.
extern const clap_plugin_as_vst3_t kAsVst3;

// Thread rules of the CLAP headers. Debug builds ask the host which thread this
// is and stop where a rule is broken; other builds trust the host.
#ifdef NDEBUG
inline void expect_main_thread(const Plugin *, const char *) {}
inline void expect_audio_thread(const Plugin *, const char *) {}
#else
void expect_main_thread(const Plugin *p, const char *function);
void expect_audio_thread(const Plugin *p, const char *function);
#endif

}  // namespace mmm
