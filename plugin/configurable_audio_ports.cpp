// configurable_audio_ports.cpp: any number of channels for any port, as the host
// asks for it.
#include "plugin.hpp"

#include <string.h>

namespace mmm {
namespace {

// ---- clap.configurable-audio-ports ---------------------------------------------

// Whether a port of so many channels can be of the type; nullptr and "" are no
// type in particular.
bool fits(const char *type, uint32_t channels) {
    if (!type || !*type) return true;
    const char *own = port_type(channels);
    return own && strcmp(own, type) == 0;
}

// The layout that the requests lead to, all of them or none.
bool requested(const Plugin *p, const clap_audio_port_configuration_request_t *requests, uint32_t count, Layout *layout) {
    *layout = p->layout;
    for (uint32_t i = 0; i < count; i++) {
        const clap_audio_port_configuration_request_t &r = requests[i];
        uint32_t *channels = port_channels(p->kind, layout, r.is_input, r.port_index);
        if (!channels || r.channel_count == 0 || r.channel_count > kMaxPortChannels) return false;
        if (!fits(r.port_type, r.channel_count)) return false;
        *channels = r.channel_count;
    }
    return true;
}

bool CLAP_ABI can_apply(const clap_plugin_t *plugin, const clap_audio_port_configuration_request_t *requests, uint32_t count) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "configurable_audio_ports.can_apply_configuration");
    Layout layout;
    return !p->active && requested(p, requests, count, &layout);
}

bool CLAP_ABI apply(const clap_plugin_t *plugin, const clap_audio_port_configuration_request_t *requests, uint32_t count) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "configurable_audio_ports.apply_configuration");
    Layout layout;
    if (p->active || !requested(p, requests, count, &layout)) return false;
    set_layout(p, layout);
    return true;
}

}  // namespace

const clap_plugin_configurable_audio_ports_t kConfigurableAudioPorts = {can_apply, apply};

}  // namespace mmm
