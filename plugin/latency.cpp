// latency.cpp: a patch computes each frame from that frame on: no latency.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.latency --------------------------------------------------------------

uint32_t CLAP_ABI get(const clap_plugin_t *plugin) {
    expect_main_thread(self(plugin), "latency.get");
    return 0;
}

}  // namespace

const clap_plugin_latency_t kLatency = {get};

}  // namespace mmm
