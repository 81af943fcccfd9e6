// values.cpp: parameter values as text for the host's knobs and as bytes for its
// projects. The bytes: a magic word, a version, a count, and for each parameter
// the length of its path, the path, the plain value. Names, not positions, say
// what is what, so that a later version of the patch finds its values.
#include "instance.hpp"

#include <charconv>
#include <math.h>
#include <string.h>
#include <strings.h>

namespace mmm::patch {

// ---- text ------------------------------------------------------------------------

namespace {

// As package params has them.
constexpr int kDecimals = 4;
constexpr int kDigits = 14;

// The value of the step that a text names: the same letters before the same word.
bool parse_label(const Control &control, const std::string &word, double *plain) {
    auto same = [](const std::string &a, const std::string &b) { return a.size() == b.size() && strcasecmp(a.c_str(), b.c_str()) == 0; };
    for (const bool exact : {true, false}) {
        for (size_t i = 0; i < control.labels.size(); i++) {
            if (exact ? control.labels[i] != word : !same(control.labels[i], word)) continue;
            *plain = control.at_step(static_cast<uint32_t>(i));
            return true;
        }
    }
    return false;
}

}  // namespace

// charconv, because printf writes the decimal point of whatever country the host
// has set.
std::string value_text(const Control &control, double plain) {
    if (control.steps() != 0 && control.labels.size() == control.steps()) {
        return control.labels[static_cast<size_t>(round(control.normal(plain) * (control.steps() - 1)))];
    }
    char text[512];
    std::to_chars_result end;
    if (fabs(plain) >= pow(10, kDigits - kDecimals)) {
        end = std::to_chars(text, text + sizeof text, plain, std::chars_format::general, kDigits);
    } else {
        end = std::to_chars(text, text + sizeof text, plain, std::chars_format::fixed, kDecimals);
        while (end.ptr[-1] == '0') end.ptr--;
        if (end.ptr[-1] == '.') end.ptr--;
    }
    std::string out(text, end.ptr);
    if (out == "-0") out = "0";
    return control.unit.empty() ? out : out + " " + control.unit;
}

bool parse_value(const Control &control, const char *text, double *plain) {
    auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    std::string word(text);
    if (control.labels.size() == control.steps() && parse_label(control, word, plain)) return true;
    auto trim = [&] {
        while (!word.empty() && blank(word.back())) word.pop_back();
        while (!word.empty() && blank(word.front())) word.erase(0, 1);
    };
    trim();
    const std::string &unit = control.unit;
    if (!unit.empty() && word.size() >= unit.size() && word.compare(word.size() - unit.size(), unit.size(), unit) == 0) {
        word.resize(word.size() - unit.size());
        trim();
    }
    if (!word.empty() && word[0] == '+') word.erase(0, 1);
    double x = 0;
    const auto end = std::from_chars(word.data(), word.data() + word.size(), x);
    if (end.ec != std::errc() || end.ptr != word.data() + word.size() || !isfinite(x)) return false;
    *plain = control.clamp(x);
    return true;
}

// ---- bytes -----------------------------------------------------------------------

namespace {

constexpr char kMagic[8] = {'m', 'm', 'm', 'v', 'a', 'l', 'u', 'e'};
constexpr uint32_t kVersion = 1;

template <class T>
void put(std::string *out, T value) {
    out->append(reinterpret_cast<const char *>(&value), sizeof value);
}

void put_value(std::string *out, const std::string &path, double plain) {
    put(out, static_cast<uint32_t>(path.size()));
    out->append(path);
    put(out, plain);
}

// What is left of the bytes.
struct Rest {
    const char *data;
    size_t size;

    template <class T>
    bool take(T *value) {
        if (size < sizeof *value) return false;
        memcpy(value, data, sizeof *value);
        skip(sizeof *value);
        return true;
    }

    bool take_path(std::string *path) {
        uint32_t length;
        if (!take(&length) || length > size) return false;
        path->assign(data, length);
        skip(length);
        return true;
    }

    void skip(size_t n) {
        data += n;
        size -= n;
    }
};

int slot_of(const Payload &payload, const std::string &path) {
    for (size_t i = 0; i < payload.controls.size(); i++) {
        if (payload.controls[i].path == path) return static_cast<int>(i);
    }
    return -1;
}

}  // namespace

std::string save_values(const Instance &i) {
    std::string out(kMagic, sizeof kMagic);
    put(&out, kVersion);
    for (size_t slot = 0; slot < i.payload->controls.size(); slot++) {
        put_value(&out, i.payload->controls[slot].path, i.plain[slot].load(std::memory_order_relaxed));
    }
    return out + i.unknown;
}

bool load_values(Instance *i, const char *data, size_t size) {
    Rest rest = {data, size};
    char magic[sizeof kMagic];
    uint32_t version;
    if (!rest.take(&magic) || memcmp(magic, kMagic, sizeof kMagic) != 0 || !rest.take(&version) || version != kVersion) return false;
    std::vector<double> values;
    for (const Control &c : i->payload->controls) values.push_back(c.init);
    std::string unknown;
    while (rest.size > 0) {
        std::string path;
        double plain;
        if (!rest.take_path(&path) || !rest.take(&plain) || !isfinite(plain)) return false;
        const int slot = slot_of(*i->payload, path);
        if (slot >= 0) values[static_cast<size_t>(slot)] = i->payload->controls[static_cast<size_t>(slot)].clamp(plain);
        else put_value(&unknown, path, plain);
    }
    for (size_t slot = 0; slot < values.size(); slot++) i->plain[slot].store(values[slot], std::memory_order_relaxed);
    i->unknown = unknown;
    return true;
}

}  // namespace mmm::patch
