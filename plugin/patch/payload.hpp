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
    std::vector<std::string> labels;  // one for each of the slot's steps, or none
    double init = 0;                  // plain
    mmmrt_slot slot = {};             // min may be above max

    double low() const { return slot.min < slot.max ? slot.min : slot.max; }
    double high() const { return slot.min < slot.max ? slot.max : slot.min; }
    uint32_t steps() const { return slot.steps > 1 ? static_cast<uint32_t>(slot.steps) : 0; }
    double clamp(double plain) const;   // NaN becomes init
    double normal(double plain) const;  // 0..1 of the range, at the nearest step
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
