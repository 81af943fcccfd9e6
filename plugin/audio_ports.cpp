// audio_ports.cpp: fixed stereo ports, whatever patch is loaded, so that a swap
// never changes them. The instrument has a side input that hosts may leave off;
// the effect has a main input and a side chain.
#include "plugin.hpp"

#include <stdio.h>

namespace mmm {
namespace {

// ---- clap.audio-ports ----------------------------------------------------------

struct Port {
    clap_id id;
    const char *name;
    bool main;
    clap_id in_place_pair;
};

// Ids say what a port is, in whichever plugin and direction.
enum : clap_id { kMainInput = 1, kSideInput = 2, kMainOutput = 3 };

const Port kOutput = {kMainOutput, "Output", true, CLAP_INVALID_ID};
const Port kEffectOutput = {kMainOutput, "Output", true, kMainInput};
const Port kInstrumentInputs[] = {{kSideInput, "Side Input", false, CLAP_INVALID_ID}};
const Port kEffectInputs[] = {
    {kMainInput, "Input", true, kMainOutput},
    {kSideInput, "Side Chain", false, CLAP_INVALID_ID},
};

const Port *port(const Plugin *p, bool is_input, uint32_t index) {
    const bool effect = p->kind == MMM_EFFECT;
    if (!is_input) return index == 0 ? (effect ? &kEffectOutput : &kOutput) : nullptr;
    if (effect) return index < 2 ? &kEffectInputs[index] : nullptr;
    return index < 1 ? &kInstrumentInputs[index] : nullptr;
}

uint32_t CLAP_ABI count(const clap_plugin_t *plugin, bool is_input) {
    expect_main_thread(self(plugin), "audio_ports.count");
    uint32_t n = 0;
    while (port(self(plugin), is_input, n)) n++;
    return n;
}

bool CLAP_ABI get(const clap_plugin_t *plugin, uint32_t index, bool is_input, clap_audio_port_info_t *info) {
    expect_main_thread(self(plugin), "audio_ports.get");
    const Port *found = port(self(plugin), is_input, index);
    if (!found) return false;
    *info = {};
    info->id = found->id;
    snprintf(info->name, sizeof info->name, "%s", found->name);
    info->flags = CLAP_AUDIO_PORT_SUPPORTS_64BITS | CLAP_AUDIO_PORT_REQUIRES_COMMON_SAMPLE_SIZE;
    if (found->main) info->flags |= CLAP_AUDIO_PORT_IS_MAIN;
    info->channel_count = kPortChannels;
    info->port_type = CLAP_PORT_STEREO;
    info->in_place_pair = found->in_place_pair;
    return true;
}

}  // namespace

const clap_plugin_audio_ports_t kAudioPorts = {count, get};

}  // namespace mmm
