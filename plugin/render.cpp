// render.cpp: a bounce plays the same machine code as live playing does, so
// either mode is accepted and changes nothing.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.render ---------------------------------------------------------------

bool CLAP_ABI has_hard_realtime_requirement(const clap_plugin_t *plugin) {
    expect_main_thread(self(plugin), "render.has_hard_realtime_requirement");
    return false;
}

bool CLAP_ABI set(const clap_plugin_t *plugin, clap_plugin_render_mode mode) {
    expect_main_thread(self(plugin), "render.set");
    return mode == CLAP_RENDER_REALTIME || mode == CLAP_RENDER_OFFLINE;
}

}  // namespace

const clap_plugin_render_t kRender = {has_hard_realtime_requirement, set};

}  // namespace mmm
