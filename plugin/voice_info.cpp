// voice_info.cpp: how many voices the patch has, so that a host keeps as many of
// its own for polyphonic modulation.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.voice-info -----------------------------------------------------------

bool CLAP_ABI get(const clap_plugin_t *plugin, clap_voice_info_t *info) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "voice_info.get");
    const int voices = p->lib->mmm_voice_count(p->session);
    *info = {};
    // A patch without a pool of voices has one note for each channel at most.
    info->voice_count = info->voice_capacity = voices > 0 ? static_cast<uint32_t>(voices) : 1;
    if (voices > 0) info->flags = CLAP_VOICE_INFO_SUPPORTS_OVERLAPPING_NOTES;
    return true;
}

}  // namespace

const clap_plugin_voice_info_t kVoiceInfo = {get};

}  // namespace mmm
