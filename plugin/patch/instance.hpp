// instance.hpp: one instance of an exported plugin, as session.cpp and audio.cpp
// share it.
#pragma once

#include "../../cbridge/mmm.h"
#include "payload.hpp"

#include <atomic>

namespace mmm::patch {

// Events that the shim hands over at a time, at most.
constexpr uint32_t kEvents = 2048;

struct Instance {
    const Payload *payload = nullptr;
    mmm_host host = {};
    mmm_player *player = nullptr;  // the core's
    mmmrt_module *module = nullptr;
    bool playing = false;  // the player holds a program
    uint32_t notices = 0;

    // Plain values by slot. The audio side writes those that the host sets, the
    // main thread those of a loaded state.
    std::atomic<double> plain[MMM_SLOTS];

    // The parameters of saved states that this patch does not have, as they were.
    std::string unknown;

    // The audio side's own.
    mmm_event events[kEvents];
};

// ---- values.cpp ------------------------------------------------------------------

// The text of a plain value, as Go's params.Control.Text. [main-thread]
std::string value_text(const Control &control, double plain);

// Reads what value_text wrote, or any decimal number with or without the unit.
// [main-thread]
bool parse_value(const Control &control, const char *text, double *plain);

// The values as bytes: the same for the same values. [main-thread]
std::string save_values(const Instance &i);

// Takes values from such bytes. False when they are none, then nothing changes.
// [main-thread]
bool load_values(Instance *i, const char *data, size_t size);

}  // namespace mmm::patch
