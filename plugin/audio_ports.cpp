// audio_ports.cpp: the ports of both plugins. The instrument has a side input
// that hosts may leave off; the effect has a main input and a side chain.
#include "plugin.hpp"

#include <stdio.h>

namespace mmm {
namespace {

struct Port {
    clap_id id;
    const char *name;
    bool main;
};

// Ids say what a port is, in whichever plugin and direction.
enum : clap_id { kMainInput = 1, kSideInput = 2, kMainOutput = 3 };

const Port kOutput = {kMainOutput, "Output", true};
const Port kInstrumentInputs[] = {{kSideInput, "Side Input", false}};
const Port kEffectInputs[] = {{kMainInput, "Input", true}, {kSideInput, "Side Chain", false}};

const Port *port(int kind, bool is_input, uint32_t index) {
    if (!is_input) return index == 0 ? &kOutput : nullptr;
    if (kind == MMM_EFFECT) return index < 2 ? &kEffectInputs[index] : nullptr;
    return index < 1 ? &kInstrumentInputs[index] : nullptr;
}

// The port whose buffers may be this one's. The main ports of an effect are a
// pair where they have the same channels.
clap_id in_place_pair(int kind, const Layout &layout, const Port *p) {
    if (kind != MMM_EFFECT || !p->main || layout.inputs[0] != layout.output) return CLAP_INVALID_ID;
    return p->id == kMainInput ? kMainOutput : kMainInput;
}

}  // namespace

Layout default_layout(int kind) { return {{2, kind == MMM_EFFECT ? 2u : 0u}, 2}; }

uint32_t port_count(int kind, bool is_input) {
    uint32_t n = 0;
    while (port(kind, is_input, n)) n++;
    return n;
}

uint32_t *port_channels(int kind, Layout *layout, bool is_input, uint32_t index) {
    if (!port(kind, is_input, index)) return nullptr;
    return is_input ? &layout->inputs[index] : &layout->output;
}

bool describe_port(int kind, const Layout &layout, bool is_input, uint32_t index, clap_audio_port_info_t *info) {
    const Port *found = port(kind, is_input, index);
    if (!found) return false;
    *info = {};
    info->id = found->id;
    snprintf(info->name, sizeof info->name, "%s", found->name);
    info->flags = CLAP_AUDIO_PORT_SUPPORTS_64BITS | CLAP_AUDIO_PORT_REQUIRES_COMMON_SAMPLE_SIZE;
    if (found->main) info->flags |= CLAP_AUDIO_PORT_IS_MAIN;
    info->channel_count = is_input ? layout.inputs[index] : layout.output;
    info->port_type = port_type(info->channel_count);
    info->in_place_pair = in_place_pair(kind, layout, found);
    return true;
}

const char *port_type(uint32_t channels) {
    return channels == 1 ? CLAP_PORT_MONO : channels == 2 ? CLAP_PORT_STEREO : nullptr;
}

namespace {

// ---- clap.audio-ports ----------------------------------------------------------

uint32_t CLAP_ABI count(const clap_plugin_t *plugin, bool is_input) {
    expect_main_thread(self(plugin), "audio_ports.count");
    return port_count(self(plugin)->kind, is_input);
}

bool CLAP_ABI get(const clap_plugin_t *plugin, uint32_t index, bool is_input, clap_audio_port_info_t *info) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "audio_ports.get");
    return describe_port(p->kind, p->layout, is_input, index, info);
}

}  // namespace

const clap_plugin_audio_ports_t kAudioPorts = {count, get};

}  // namespace mmm
