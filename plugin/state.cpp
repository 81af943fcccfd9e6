// state.cpp: the session's state as one stretch of bytes through the host's
// streams, which may take and give any number of bytes at a time.
#include "plugin.hpp"

#include <stdlib.h>

namespace mmm {
namespace {

// A state holds a patch, its includes and some numbers. A stream that never
// ends must not eat the host's memory.
constexpr size_t kMaxState = size_t(256) << 20;

// Bytes that grow by doubling; memory is short when grow returns false.
struct Bytes {
    char *data = nullptr;
    size_t size = 0;
    size_t capacity = 0;

    ~Bytes() { free(data); }

    bool reserve(size_t wanted) {
        if (wanted <= capacity) return true;
        size_t larger = capacity ? capacity : 4096;
        while (larger < wanted) larger *= 2;
        char *moved = static_cast<char *>(realloc(data, larger));
        if (!moved) return false;
        data = moved;
        capacity = larger;
        return true;
    }
};

bool write_state(Plugin *p, const clap_ostream_t *stream, int context) {
    Bytes bytes;
    // An edit may arrive between asking for the size and taking the bytes.
    for (;;) {
        bytes.size = p->lib->mmm_state_save(p->session, context, bytes.data, bytes.capacity);
        if (bytes.size == 0) return false;
        if (bytes.size < bytes.capacity) break;
        if (!bytes.reserve(bytes.size + 1)) return false;
    }
    for (size_t written = 0; written < bytes.size;) {
        const int64_t n = stream->write(stream, bytes.data + written, bytes.size - written);
        if (n <= 0) return false;
        written += static_cast<size_t>(n);
    }
    return true;
}

bool read_state(Plugin *p, const clap_istream_t *stream, int context) {
    Bytes bytes;
    for (;;) {
        if (bytes.size > kMaxState || !bytes.reserve(bytes.size + 1)) return false;
        const int64_t n = stream->read(stream, bytes.data + bytes.size, bytes.capacity - bytes.size);
        if (n < 0) return false;
        if (n == 0) break;
        bytes.size += static_cast<size_t>(n);
    }
    if (bytes.size == 0 || !p->lib->mmm_state_load(p->session, context, bytes.data, bytes.size)) return false;
    // The host has asked for this state: it knows that it is not what it was,
    // but not which names and values came with it.
    deliver_notices(p, MMM_NOTICE_STATE_DIRTY);
    return true;
}

// ---- clap.state ----------------------------------------------------------------

bool CLAP_ABI save(const clap_plugin_t *plugin, const clap_ostream_t *stream) {
    expect_main_thread(self(plugin), "state.save");
    return write_state(self(plugin), stream, MMM_STATE_PROJECT);
}

bool CLAP_ABI load(const clap_plugin_t *plugin, const clap_istream_t *stream) {
    expect_main_thread(self(plugin), "state.load");
    return read_state(self(plugin), stream, MMM_STATE_PROJECT);
}

// ---- clap.state-context --------------------------------------------------------

// A context that no header of today names is taken for the one that keeps most.
int context_of(uint32_t type) {
    switch (type) {
    case CLAP_STATE_CONTEXT_FOR_PRESET: return MMM_STATE_PRESET;
    case CLAP_STATE_CONTEXT_FOR_DUPLICATE: return MMM_STATE_DUPLICATE;
    default: return MMM_STATE_PROJECT;
    }
}

bool CLAP_ABI save_for(const clap_plugin_t *plugin, const clap_ostream_t *stream, uint32_t type) {
    expect_main_thread(self(plugin), "state_context.save");
    return write_state(self(plugin), stream, context_of(type));
}

bool CLAP_ABI load_for(const clap_plugin_t *plugin, const clap_istream_t *stream, uint32_t type) {
    expect_main_thread(self(plugin), "state_context.load");
    return read_state(self(plugin), stream, context_of(type));
}

}  // namespace

const clap_plugin_state_t kState = {save, load};
const clap_plugin_state_context_t kStateContext = {save_for, load_for};

}  // namespace mmm
