// tail.cpp: a patch may feed back without end, and no one can tell from its
// text whether it does: the tail is infinite.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.tail -----------------------------------------------------------------

// CLAP takes every length from INT32_MAX on for infinite. [main-thread] or
// [audio-thread]
uint32_t CLAP_ABI get(const clap_plugin_t *) { return UINT32_MAX; }

}  // namespace

const clap_plugin_tail_t kTail = {get};

}  // namespace mmm
