// patch_header.cpp: see patch_header.hpp.
#include "patch_header.hpp"

#include <string.h>

namespace mmm {
namespace {

std::string trimmed(const std::string &text) {
    const size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Bytes of the character that starts at p, 0 where none does.
size_t character(const unsigned char *p, size_t left) {
    const size_t length = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
    if (length == 0 || length > left) return 0;
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
    }
    const bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    const bool surrogate = p[0] == 0xed && p[1] >= 0xa0;
    const bool beyond = p[0] == 0xf4 && p[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

// The value as text that a host can show: UTF-8 without control characters.
std::string shown(const std::string &text) {
    std::string out;
    const unsigned char *p = reinterpret_cast<const unsigned char *>(text.data());
    for (size_t i = 0; i < text.size();) {
        const size_t length = character(p + i, text.size() - i);
        if (length == 0 || p[i] < 0x20 || p[i] == 0x7f) out += '?';
        else out.append(text, i, length);
        i += length ? length : 1;
    }
    return out;
}

void add_tags(PatchHeader *header, const std::string &value) {
    for (size_t at = 0; at <= value.size();) {
        const size_t comma = value.find(',', at);
        const size_t end = comma == std::string::npos ? value.size() : comma;
        const std::string tag = trimmed(value.substr(at, end - at));
        if (!tag.empty()) header->tags.push_back(tag);
        at = end + 1;
    }
}

// Takes the value of a key; false for a key that a browser does not show.
bool set(PatchHeader *header, const std::string &key, const std::string &value) {
    if (key == "title") header->title = value;
    else if (key == "author") header->author = value;
    else if (key == "description") header->description = value;
    else if (key == "tags") add_tags(header, value);
    else if (key == "plugin") {
        header->instrument = value == "instrument" || value == "both";
        header->effect = value == "effect" || value == "both";
    } else return false;
    return true;
}

// Reads one line of the comment, without its slashes. *key is what the line
// before was about, for a description goes on over lines.
void read_line(PatchHeader *header, const std::string &line, std::string *key) {
    const std::string text = trimmed(line);
    const size_t colon = text.find(':');
    const std::string word = colon == std::string::npos ? "" : text.substr(0, colon);
    if (set(header, word, shown(trimmed(text.substr(colon == std::string::npos ? text.size() : colon + 1))))) *key = word;
    else if (text.empty() || word.compare(0, 5, "note ") == 0) key->clear();
    else if (*key == "description") header->description += " " + shown(text);
}

// The text after the parenthesis that opens dsp's parameters, nullptr without a
// dsp.
const char *parameters_of_dsp(const std::string &text) {
    for (size_t at = text.find("fn"); at != std::string::npos; at = text.find("fn", at + 2)) {
        const char *p = text.c_str() + at + 2;
        const size_t blanks = strspn(p, " \t\r\n");
        if (blanks == 0 || strncmp(p + blanks, "dsp", 3) != 0) continue;
        p += blanks + 3;
        p += strspn(p, " \t\r\n");
        if (*p == '(') return p + 1;
    }
    return nullptr;
}

}  // namespace

PatchHeader read_patch_header(const std::string &text) {
    PatchHeader header;
    std::string key;
    for (size_t at = 0; text.compare(at, 2, "//") == 0;) {
        const size_t end = text.find('\n', at);
        read_line(&header, text.substr(at + 2, (end == std::string::npos ? text.size() : end) - at - 2), &key);
        if (end == std::string::npos) break;
        at = end + 1;
    }
    const char *parameters = parameters_of_dsp(text);
    header.patch = parameters != nullptr;
    if (header.patch && !header.instrument && !header.effect) {
        const bool inputs = parameters[strspn(parameters, " \t\r\n")] != ')';
        const bool notes = text.find("midi_") != std::string::npos || text.find("poly!") != std::string::npos;
        header.effect = inputs;
        header.instrument = !inputs || notes;
    }
    return header;
}

}  // namespace mmm
