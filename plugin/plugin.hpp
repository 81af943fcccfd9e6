// plugin.hpp: one plugin instance, as the files of this folder share it.
//
// The shim translates between CLAP and mmm.h and decides nothing: no sound is
// made here and no text is read. Each CLAP extension has a file of its own with
// its vtable at the end.
#pragma once

#include "gestures.hpp"
#include "library.hpp"

#include <clap/clap.h>
#include <clapwrapper/vst3.h>

#include <atomic>
#include <stdint.h>

namespace mmm {

// Host ids of the parameter slots start here; lower ids are kept for parameters
// of the plugin itself.
constexpr clap_id kFirstParamId = 4096;

// Every port is stereo. The effect has two input ports, the instrument one.
constexpr uint32_t kPortChannels = 2;
constexpr uint32_t kMaxInputPorts = 2;
constexpr uint32_t kMaxInputChannels = kMaxInputPorts * kPortChannels;
constexpr uint32_t kOutputChannels = kPortChannels;

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
};

// One instance. Fields belong to the main thread unless their comment says
// otherwise; those of the audio side change only while the plugin is inactive.
struct Plugin {
    clap_plugin_t clap = {};
    HostSide host;
    int kind = MMM_INSTRUMENT;

    const Library *lib = nullptr;
    mmm_session session = 0;
    bool active = false;
    bool gui_created = false;

    // Audio side.
    mmm_player *player = nullptr;
    uint32_t max_frames = 0;
    mmm_event *events = nullptr;    // kEventCapacity of them
    double *silence = nullptr;      // max_frames zeros: stands in for a missing input
    double *scratch = nullptr;      // max_frames samples: takes an output nobody wants

    // Between the two.
    GestureRing gestures;
    std::atomic<bool> gestures_wait{false};  // the ring was full, more are in Go
    std::atomic<bool> tail_changed{false};   // to be told on the audio thread
};

// The instance behind a CLAP handle. [any-thread]
inline Plugin *self(const clap_plugin_t *plugin) {
    return static_cast<Plugin *>(plugin->plugin_data);
}

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
