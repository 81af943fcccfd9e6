// audio_ports_config.cpp: layouts to choose from by name.
#include "plugin.hpp"

#include <stdio.h>
#include <string.h>

namespace mmm {
namespace {

// A layout by name: channels of the main ports and of the side input.
struct Config {
    clap_id id;
    const char *name;
    uint32_t input, output, side;
};

const Config kConfigs[] = {
    {1, "Stereo", 2, 2, 2},       {2, "Mono", 1, 1, 1},         {3, "Mono to stereo", 1, 2, 1}, {4, "4 channels", 4, 4, 2},
    {5, "6 channels", 6, 6, 2},   {6, "8 channels", 8, 8, 2},   {7, "16 channels", 16, 16, 2},
};

// The instrument has no main input, so that a layout that differs by that only
// is not one of its own.
bool offered(int kind, const Config &config) { return kind == MMM_EFFECT || config.input == config.output; }

Layout layout_of(int kind, const Config &config) {
    if (kind == MMM_EFFECT) return {{config.input, config.side}, config.output};
    return {{config.side, 0}, config.output};
}

bool same(const Layout &a, const Layout &b) {
    return a.inputs[0] == b.inputs[0] && a.inputs[1] == b.inputs[1] && a.output == b.output;
}

const Config *find(int kind, clap_id id) {
    for (const Config &config : kConfigs) {
        if (config.id == id && offered(kind, config)) return &config;
    }
    return nullptr;
}

// ---- clap.audio-ports-config ---------------------------------------------------

uint32_t CLAP_ABI count(const clap_plugin_t *plugin) {
    expect_main_thread(self(plugin), "audio_ports_config.count");
    uint32_t n = 0;
    for (const Config &config : kConfigs) n += offered(self(plugin)->kind, config);
    return n;
}

bool CLAP_ABI get(const clap_plugin_t *plugin, uint32_t index, clap_audio_ports_config_t *out) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "audio_ports_config.get");
    for (const Config &config : kConfigs) {
        if (!offered(p->kind, config) || index-- > 0) continue;
        *out = {};
        out->id = config.id;
        snprintf(out->name, sizeof out->name, "%s", config.name);
        out->input_port_count = port_count(p->kind, true);
        out->output_port_count = port_count(p->kind, false);
        out->has_main_input = p->kind == MMM_EFFECT;
        if (out->has_main_input) {
            out->main_input_channel_count = config.input;
            out->main_input_port_type = port_type(config.input);
        }
        out->has_main_output = true;
        out->main_output_channel_count = config.output;
        out->main_output_port_type = port_type(config.output);
        return true;
    }
    return false;
}

bool CLAP_ABI select(const clap_plugin_t *plugin, clap_id id) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "audio_ports_config.select");
    const Config *config = find(p->kind, id);
    if (!config || p->active) return false;
    set_layout(p, layout_of(p->kind, *config));
    return true;
}

// ---- clap.audio-ports-config-info ----------------------------------------------

clap_id CLAP_ABI current_config(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "audio_ports_config_info.current_config");
    for (const Config &config : kConfigs) {
        if (offered(p->kind, config) && same(layout_of(p->kind, config), p->layout)) return config.id;
    }
    return CLAP_INVALID_ID;
}

bool CLAP_ABI get_port(const clap_plugin_t *plugin, clap_id id, uint32_t index, bool is_input, clap_audio_port_info_t *info) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "audio_ports_config_info.get");
    const Config *config = find(p->kind, id);
    return config && describe_port(p->kind, layout_of(p->kind, *config), is_input, index, info);
}

}  // namespace

const clap_plugin_audio_ports_config_t kAudioPortsConfig = {count, get, select};
const clap_plugin_audio_ports_config_info_t kAudioPortsConfigInfo = {current_config, get_port};

}  // namespace mmm
