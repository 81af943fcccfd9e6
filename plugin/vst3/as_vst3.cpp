// as_vst3.cpp: what the wrapper wants to know for VST3 hosts that CLAP does not
// ask: the channels of the note port, and which expressions of single notes mean
// something. Hosts send MPE as these.
#include "../plugin.hpp"

namespace mmm {
namespace {

uint32_t CLAP_ABI channels(const clap_plugin_t *, uint32_t) { return 16; }

// Those of enum mmm_expression.
uint32_t CLAP_ABI expressions(const clap_plugin_t *) {
    return AS_VST3_NOTE_EXPRESSION_TUNING | AS_VST3_NOTE_EXPRESSION_BRIGHTNESS | AS_VST3_NOTE_EXPRESSION_PRESSURE;
}

}  // namespace

const clap_plugin_as_vst3_t kAsVst3 = {channels, expressions};

}  // namespace mmm
