// layout.hpp: how many channels each audio port has. A swap never changes ports;
// a host may, while the plugin is inactive.
#pragma once

#include <clap/clap.h>

#include <stdint.h>

namespace mmm {

constexpr uint32_t kMaxPortChannels = 16;
constexpr uint32_t kMaxInputPorts = 2;
constexpr uint32_t kMaxInputChannels = kMaxInputPorts * kMaxPortChannels;

// Channels of each port in the order of the host's list; an input that the
// plugin does not have has 0. The instrument's only input is the side input.
struct Layout {
    uint32_t inputs[kMaxInputPorts];
    uint32_t output;
};

// The layout that a plugin of the kind starts with: stereo.
Layout default_layout(int kind);

// Ports of a plugin of the kind.
uint32_t port_count(int kind, bool is_input);

// Describes a port of a plugin of the kind with the layout. Returns false for
// one that it does not have.
bool describe_port(int kind, const Layout &layout, bool is_input, uint32_t index, clap_audio_port_info_t *info);

// What CLAP calls a port of so many channels; nullptr where it has no name.
const char *port_type(uint32_t channels);

// The channels of a port, or nullptr for one that the plugin does not have.
uint32_t *port_channels(int kind, Layout *layout, bool is_input, uint32_t index);

}  // namespace mmm
