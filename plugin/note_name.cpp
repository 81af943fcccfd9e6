// note_name.cpp: the names that a patch's header gives to keys.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.note-name ------------------------------------------------------------

uint32_t CLAP_ABI count(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "note_name.count");
    mmm_note_name name;
    int n = 0;
    while (p->lib->mmm_note_name_get(p->session, n, &name)) n++;
    return static_cast<uint32_t>(n);
}

bool CLAP_ABI get(const clap_plugin_t *plugin, uint32_t index, clap_note_name_t *out) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "note_name.get");
    mmm_note_name name;
    if (index > INT32_MAX || !p->lib->mmm_note_name_get(p->session, static_cast<int>(index), &name)) return false;
    *out = {};
    copy_text(out->name, sizeof out->name, name.name);
    out->port = -1;
    out->key = static_cast<int16_t>(name.key);
    out->channel = static_cast<int16_t>(name.channel);
    return true;
}

}  // namespace

const clap_plugin_note_name_t kNoteName = {count, get};

}  // namespace mmm
