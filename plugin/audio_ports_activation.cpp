// audio_ports_activation.cpp: ports that the host leaves unused for a while. The
// patch goes on playing; what is off is silence on either side.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.audio-ports-activation -----------------------------------------------

bool CLAP_ABI can_activate_while_processing(const clap_plugin_t *plugin) {
    expect_main_thread(self(plugin), "audio_ports_activation.can_activate_while_processing");
    return true;
}

bool CLAP_ABI set_active(const clap_plugin_t *plugin, bool is_input, uint32_t index, bool active, uint32_t sample_size) {
    Plugin *p = self(plugin);
    if (p->active) expect_audio_thread(p, "audio_ports_activation.set_active");
    else expect_main_thread(p, "audio_ports_activation.set_active");
    if (index >= port_count(p->kind, is_input)) return false;
    if (sample_size != 0 && sample_size != 32 && sample_size != 64) return false;
    (is_input ? p->input_active[index] : p->output_active) = active;
    return true;
}

}  // namespace

const clap_plugin_audio_ports_activation_t kAudioPortsActivation = {can_activate_while_processing, set_active};

void set_layout(Plugin *p, const Layout &layout) {
    p->layout = layout;
    for (bool &active : p->input_active) active = true;
    p->output_active = true;
}

}  // namespace mmm
