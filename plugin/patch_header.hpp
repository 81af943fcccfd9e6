// patch_header.hpp: what the comment at the head of a patch says of it, read
// without the compiler, because a host that fills its browser must not start a
// Go runtime. docs/presets.md defines the format.
#pragma once

#include <string>
#include <vector>

namespace mmm {

struct PatchHeader {
    bool patch = false;  // the text defines dsp: it is more than a module
    bool instrument = false, effect = false;  // which plugins it is meant for
    std::string title, author, description;
    std::vector<std::string> tags;
};

// Reads a patch's text. Whatever is not UTF-8 becomes "?". Any bytes will do.
PatchHeader read_patch_header(const std::string &text);

}  // namespace mmm
