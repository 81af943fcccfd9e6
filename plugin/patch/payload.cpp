// payload.cpp: see payload.hpp. Every length is checked before it is used: the
// file may be cut short or damaged.
#include "payload.hpp"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mmm::patch {
namespace {

constexpr uint64_t kEndVersion = 1;
constexpr uint32_t kMetaVersion = 1;
constexpr size_t kMaxPayload = size_t(1) << 30;

// The last bytes of the file.
struct End {
    uint64_t version, length, checksum;
    char magic[8];
};
static_assert(sizeof(End) == 32, "as package export writes it");

// FNV-1a over words.
uint64_t checksum(const std::vector<uint64_t> &words) {
    uint64_t h = 14695981039346656037u;
    for (const uint64_t word : words) {
        h = (h ^ word) * 1099511628211u;
        h ^= h >> 32;
    }
    return h;
}

// Whether size bytes at an offset of the file were read.
bool read_at(int file, void *to, size_t size, off_t offset) {
    char *at = static_cast<char *>(to);
    while (size > 0) {
        const ssize_t n = pread(file, at, size, offset);
        if (n <= 0) return false;
        at += n;
        offset += n;
        size -= static_cast<size_t>(n);
    }
    return true;
}

bool read_words(int file, std::vector<uint64_t> *words) {
    struct stat st;
    End end;
    if (fstat(file, &st) != 0 || st.st_size < static_cast<off_t>(sizeof end)) return false;
    const size_t before = static_cast<size_t>(st.st_size) - sizeof end;
    if (!read_at(file, &end, sizeof end, static_cast<off_t>(before))) return false;
    if (memcmp(end.magic, "mmmpatch", sizeof end.magic) != 0 || end.version != kEndVersion) return false;
    if (end.length > before || end.length > kMaxPayload || end.length % 8 != 0) return false;
    words->resize(end.length / 8);
    return read_at(file, words->data(), end.length, static_cast<off_t>(before - end.length)) && checksum(*words) == end.checksum;
}

// Takes values off the description; after the first that is not there it gives
// zeros and empty texts, and ok says so.
class Reader {
public:
    Reader(const uint8_t *from, size_t size) : from_(from), left_(size) {}

    bool ok() const { return ok_; }

    uint32_t number() {
        uint32_t n = 0;
        take(&n, sizeof n);
        return n;
    }

    double plain() {
        double x = 0;
        take(&x, sizeof x);
        if (!isfinite(x)) ok_ = false;
        return x;
    }

    std::string text() {
        const size_t size = number();
        if (size > left_) {
            ok_ = false;
            return "";
        }
        const char *at = reinterpret_cast<const char *>(from_);
        from_ += size;
        left_ -= size;
        return std::string(at, size);
    }

private:
    void take(void *to, size_t size) {
        if (size > left_) {
            ok_ = false;
            left_ = 0;
            return;
        }
        memcpy(to, from_, size);
        from_ += size;
        left_ -= size;
    }

    const uint8_t *from_;
    size_t left_;
    bool ok_ = true;
};

bool read_description(Reader r, Payload *p) {
    if (r.number() != kMetaVersion) return false;
    p->id = r.text();
    p->name = r.text();
    p->author = r.text();
    p->about = r.text();
    for (uint32_t n = r.number(); n > 0 && r.ok(); n--) p->features.push_back(r.text());
    p->effect = r.number() != 0;
    p->voices = r.number();
    for (uint32_t n = r.number(); n > 0 && r.ok(); n--) {
        Control c;
        c.name = r.text();
        c.module = r.text();
        c.path = r.text();
        c.unit = r.text();
        for (uint32_t k = r.number(); k > 0 && r.ok(); k--) c.labels.push_back(r.text());
        c.init = r.plain();
        p->controls.push_back(c);
    }
    return r.ok() && !p->id.empty() && p->controls.size() <= MMM_SLOTS;
}

}  // namespace

double Control::clamp(double plain) const {
    if (isnan(plain)) plain = init;
    return fmax(low(), fmin(high(), plain));
}

double Control::normal(double plain) const {
    double n = mmmrt_slot_normal(&slot, clamp(plain));
    if (isnan(n)) return 0;
    n = fmax(0, fmin(1, n));
    return steps() == 0 ? n : round(n * (steps() - 1)) / (steps() - 1);
}

double Control::at_step(uint32_t step) const {
    return clamp(mmmrt_slot_plain(&slot, steps() == 0 ? 0 : static_cast<double>(step) / (steps() - 1)));
}

bool Control::counts() const {
    return steps() != 0 && slot.curve == MMMRT_CURVE_LIN && slot.min == floor(slot.min) && slot.max - slot.min == steps() - 1;
}

bool read_payload(const char *path, Payload *p) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool whole = read_words(file, &p->bytes);
    close(file);
    if (!whole || p->bytes.empty()) return false;
    const size_t size = (p->bytes.size() - 1) * 8;
    const uint64_t described = p->bytes[0];
    if (described > size || described % 8 != 0) return false;
    const auto *at = reinterpret_cast<const uint8_t *>(p->bytes.data() + 1);
    if (!read_description(Reader(at, described), p) || !mmmrt_unpack(at + described, size - described, &p->program)) return false;
    for (size_t i = 0; i < p->controls.size(); i++) {
        p->controls[i].slot = p->program.swap.slots[i];
        if (!isfinite(p->controls[i].slot.min) || !isfinite(p->controls[i].slot.max)) return false;
    }
    return true;
}

}  // namespace mmm::patch
