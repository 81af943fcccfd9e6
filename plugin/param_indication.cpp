// param_indication.cpp: what the host does with a parameter, for the editor to
// show beside its knob.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.param-indication -----------------------------------------------------

void CLAP_ABI set_mapping(const clap_plugin_t *plugin, clap_id id, bool mapped, const clap_color_t *color, const char *label,
                          const char *description) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "param_indication.set_mapping");
    const int slot = slot_of(id);
    if (slot >= 0) p->lib->mmm_param_mapping(p->session, slot, mapped, rgb_of(color), label, description);
}

void CLAP_ABI set_automation(const clap_plugin_t *plugin, clap_id id, uint32_t state, const clap_color_t *color) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "param_indication.set_automation");
    const int slot = slot_of(id);
    if (slot >= 0 && state <= CLAP_PARAM_INDICATION_AUTOMATION_OVERRIDING) {
        p->lib->mmm_param_automation(p->session, slot, static_cast<int>(state), rgb_of(color));
    }
}

}  // namespace

const clap_plugin_param_indication_t kParamIndication = {set_mapping, set_automation};

int rgb_of(const clap_color_t *color) {
    return color ? color->red << 16 | color->green << 8 | color->blue : -1;
}

}  // namespace mmm
