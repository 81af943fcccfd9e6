// tail.cpp: how long a patch sounds after its input. That of one that feeds back
// or plays by itself has no end that could be told beforehand.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.tail -----------------------------------------------------------------

// CLAP takes every length from INT32_MAX on for infinite. [main-thread] or
// [audio-thread]
uint32_t CLAP_ABI get(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    return p->player ? p->lib->mmm_tail(p->player) : UINT32_MAX;
}

}  // namespace

const clap_plugin_tail_t kTail = {get};

}  // namespace mmm
