// entry.cpp: what a host sees of an exported plugin when it scans: one plugin,
// named as its patch is. A file whose patch is missing or damaged has none.
#include "../plugin.hpp"
#include "payload.hpp"
#include "session.hpp"

#include <string.h>
#include <vector>

namespace mmm::patch {
namespace {

// ---- the one plugin ------------------------------------------------------------

// The extensions of the shim that make sense for a patch that stays what it is.
const char *const kExtensions[] = {
    CLAP_EXT_AUDIO_PORTS,
    CLAP_EXT_NOTE_PORTS,
    CLAP_EXT_PARAMS,
    CLAP_EXT_STATE,
    CLAP_EXT_LATENCY,
    CLAP_EXT_TAIL,
    CLAP_EXT_RENDER,
    CLAP_PLUGIN_AS_VST3,
    CLAP_EXT_VOICE_INFO,
    CLAP_EXT_AUDIO_PORTS_CONFIG,
    CLAP_EXT_AUDIO_PORTS_CONFIG_INFO,
    CLAP_EXT_AUDIO_PORTS_CONFIG_INFO_COMPAT,
    CLAP_EXT_CONFIGURABLE_AUDIO_PORTS,
    CLAP_EXT_CONFIGURABLE_AUDIO_PORTS_COMPAT,
    CLAP_EXT_AUDIO_PORTS_ACTIVATION,
    CLAP_EXT_AUDIO_PORTS_ACTIVATION_COMPAT,
};

// The shim's own get_extension.
const void *(CLAP_ABI *shim_extension)(const clap_plugin_t *, const char *);

const void *CLAP_ABI get_extension(const clap_plugin_t *plugin, const char *id) {
    for (const char *known : kExtensions) {
        if (id && strcmp(known, id) == 0) return shim_extension(plugin, id);
    }
    return nullptr;
}

struct Description {
    std::vector<const char *> features;
    clap_plugin_descriptor_t descriptor = {};
};

// nullptr when this file contains no patch.
const Description *description() {
    static Description d;
    static const bool made = [] {
        const Payload *p = payload();
        if (!p) return false;
        for (const std::string &feature : p->features) d.features.push_back(feature.c_str());
        d.features.push_back(nullptr);
        d.descriptor = {
            CLAP_VERSION_INIT, p->id.c_str(), p->name.c_str(), p->author.empty() ? "mmm" : p->author.c_str(),
            "", "", "", "1.0.0", p->about.c_str(), d.features.data(),
        };
        return true;
    }();
    return made ? &d : nullptr;
}

uint32_t CLAP_ABI plugin_count(const clap_plugin_factory_t *) { return description() ? 1 : 0; }

const clap_plugin_descriptor_t *CLAP_ABI plugin_descriptor(const clap_plugin_factory_t *, uint32_t index) {
    return index == 0 && description() ? &description()->descriptor : nullptr;
}

const clap_plugin_t *CLAP_ABI create_plugin(const clap_plugin_factory_t *, const clap_host_t *host, const char *id) {
    const Description *d = description();
    if (!d || !host || !id || strcmp(id, d->descriptor.id) != 0 || !clap_version_is_compatible(host->clap_version)) return nullptr;
    // the shim made it and lets it be changed
    auto *plugin = const_cast<clap_plugin_t *>(create(host, &d->descriptor, payload()->effect ? MMM_EFFECT : MMM_INSTRUMENT));
    if (!plugin) return nullptr;
    shim_extension = plugin->get_extension;
    plugin->get_extension = get_extension;
    return plugin;
}

const clap_plugin_factory_t kFactory = {plugin_count, plugin_descriptor, create_plugin};

// ---- entry -----------------------------------------------------------------------

bool CLAP_ABI init(const char *) { return description() != nullptr; }
void CLAP_ABI deinit() {}

const void *CLAP_ABI get_factory(const char *id) {
    return id && strcmp(id, CLAP_PLUGIN_FACTORY_ID) == 0 ? &kFactory : nullptr;
}

}  // namespace
}  // namespace mmm::patch

extern "C" CLAP_EXPORT const clap_plugin_entry_t clap_entry = {
    CLAP_VERSION_INIT,
    mmm::patch::init,
    mmm::patch::deinit,
    mmm::patch::get_factory,
};
