// payload.hpp: the patch behind the end of this plugin's own file, as the Go
// package export writes it.
#pragma once

#include "../../realtime/mmmrt.h"

#include <string>
#include <vector>

namespace mmm::patch {

// A control of the patch: a parameter of the plugin, with its real range.
struct Control {
    std::string name, module, path, unit;
    double init = 0, min = 0, max = 0;  // plain; min may be above max
    uint32_t curve = MMMRT_CURVE_LIN;   // enum mmmrt_curve
    uint32_t steps = 0;                 // values that it can have, 0: all
    std::vector<std::string> labels;    // one for each step, or none

    double low() const { return min < max ? min : max; }
    double high() const { return min < max ? max : min; }
    double clamp(double plain) const;   // NaN becomes init
    double normal(double plain) const;  // 0..1 of the range, as Go's params.Control.Normal
    double at_step(uint32_t step) const;
    bool counts() const;  // its values are whole numbers, one after the other
};

// What the file says. Control i has slot i of the program.
struct Payload {
    std::string id, name, author, about;
    std::vector<std::string> features;
    bool effect = false;
    uint32_t voices = 0;
    std::vector<Control> controls;
    mmmrt_packed program = {};

    std::vector<uint64_t> bytes;  // what the program points into
};

// Reads the payload of the plugin file at path. False when there is none, when
// it is damaged or was made for another build. [main-thread]
bool read_payload(const char *path, Payload *payload);

}  // namespace mmm::patch
