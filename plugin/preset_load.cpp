// preset_load.cpp: loads a patch that the host's browser found.
#include "plugin.hpp"


namespace mmm {
namespace {

// ---- clap.preset-load ----------------------------------------------------------

bool CLAP_ABI from_location(const clap_plugin_t *plugin, uint32_t kind, const char *location, const char *key) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "preset_load.from_location");
    const clap_host_t *host = p->host.host;
    char problem[1024] = "presets of mmm are files";
    if (kind != CLAP_PRESET_DISCOVERY_LOCATION_FILE || !location ||
        !p->lib->mmm_preset_load(p->session, location, problem, sizeof problem)) {
        if (p->host.preset_load) p->host.preset_load->on_error(host, kind, location, key, 0, problem);
        return false;
    }
    // The host has asked for it: it knows that the state is another.
    deliver_notices(p, MMM_NOTICE_STATE_DIRTY);
    if (p->host.preset_load) p->host.preset_load->loaded(host, kind, location, key);
    return true;
}

}  // namespace

const clap_plugin_preset_load_t kPresetLoad = {from_location};

}  // namespace mmm
