// render.cpp: a bounce plays the same machine code as live playing does. It has
// time, so that a block waits for an edit that is on its way.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.render ---------------------------------------------------------------

bool CLAP_ABI has_hard_realtime_requirement(const clap_plugin_t *plugin) {
    expect_main_thread(self(plugin), "render.has_hard_realtime_requirement");
    return false;
}

bool CLAP_ABI set(const clap_plugin_t *plugin, clap_plugin_render_mode mode) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "render.set");
    if (mode != CLAP_RENDER_REALTIME && mode != CLAP_RENDER_OFFLINE) return false;
    p->offline.store(mode == CLAP_RENDER_OFFLINE, std::memory_order_relaxed);
    return true;
}

}  // namespace

const clap_plugin_render_t kRender = {has_hard_realtime_requirement, set};

}  // namespace mmm
