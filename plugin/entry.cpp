// entry.cpp: what a host sees when it scans: the entry, the factories and the two
// descriptors. Nothing here loads libmmm.
#include "plugin.hpp"

#include <string.h>

namespace mmm {
namespace {

// ---- descriptors -------------------------------------------------------------

#ifndef MMM_VERSION
#define MMM_VERSION "0.1.0"
#endif

const char *const kInstrumentFeatures[] = {
    CLAP_PLUGIN_FEATURE_INSTRUMENT,
    CLAP_PLUGIN_FEATURE_SYNTHESIZER,
    CLAP_PLUGIN_FEATURE_STEREO,
    nullptr,
};

const char *const kEffectFeatures[] = {
    CLAP_PLUGIN_FEATURE_AUDIO_EFFECT,
    CLAP_PLUGIN_FEATURE_STEREO,
    nullptr,
};

// The two plugins, in the order of enum mmm_kind. Hosts file instruments and
// effects apart; either loads any patch.
const clap_plugin_descriptor_t kDescriptors[] = {
    {
        CLAP_VERSION_INIT,
        kInstrumentId,
        "mmm Instrument",
        "mmm",
        "",
        "",
        "",
        MMM_VERSION,
        "Plays instruments written in mimium, rewritten while they sound",
        kInstrumentFeatures,
    },
    {
        CLAP_VERSION_INIT,
        kEffectId,
        "mmm Effect",
        "mmm",
        "",
        "",
        "",
        MMM_VERSION,
        "Plays effects written in mimium, rewritten while they sound",
        kEffectFeatures,
    },
};
constexpr uint32_t kPluginCount = sizeof kDescriptors / sizeof *kDescriptors;
static_assert(MMM_INSTRUMENT == 0 && MMM_EFFECT == 1 && kPluginCount == 2, "a descriptor's index is its kind");

// ---- factory -----------------------------------------------------------------

uint32_t CLAP_ABI plugin_count(const clap_plugin_factory_t *) { return kPluginCount; }

const clap_plugin_descriptor_t *CLAP_ABI plugin_descriptor(const clap_plugin_factory_t *, uint32_t index) {
    return index < kPluginCount ? &kDescriptors[index] : nullptr;
}

const clap_plugin_t *CLAP_ABI create_plugin(const clap_plugin_factory_t *, const clap_host_t *host, const char *id) {
    if (!host || !id || !clap_version_is_compatible(host->clap_version)) return nullptr;
    for (uint32_t kind = 0; kind < kPluginCount; kind++) {
        if (strcmp(id, kDescriptors[kind].id) == 0) {
            return create(host, &kDescriptors[kind], static_cast<int>(kind));
        }
    }
    return nullptr;
}

const clap_plugin_factory_t kFactory = {plugin_count, plugin_descriptor, create_plugin};

// ---- entry -------------------------------------------------------------------

// There is nothing to make ready and nothing to take down: instances hold all
// that is held, and libmmm stays in the process once it is there. So init and
// deinit may come in any number.
bool CLAP_ABI init(const char *) { return true; }
void CLAP_ABI deinit() {}

const void *CLAP_ABI get_factory(const char *id) {
    if (!id) return nullptr;
    if (strcmp(id, CLAP_PLUGIN_FACTORY_ID) == 0) return &kFactory;
    if (strcmp(id, CLAP_PRESET_DISCOVERY_FACTORY_ID) == 0 || strcmp(id, CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT) == 0) return &kPresetDiscovery;
    return nullptr;
}

}  // namespace
}  // namespace mmm

extern "C" CLAP_EXPORT const clap_plugin_entry_t clap_entry = {
    CLAP_VERSION_INIT,
    mmm::init,
    mmm::deinit,
    mmm::get_factory,
};
