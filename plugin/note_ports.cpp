// note_ports.cpp: one note input in both plugins, whether the patch listens to
// notes or not, because ports may not change while the plugin is active.
#include "plugin.hpp"

#include <stdio.h>

namespace mmm {
namespace {

// ---- clap.note-ports -----------------------------------------------------------

uint32_t CLAP_ABI count(const clap_plugin_t *plugin, bool is_input) {
    expect_main_thread(self(plugin), "note_ports.count");
    return is_input ? 1 : 0;
}

bool CLAP_ABI get(const clap_plugin_t *plugin, uint32_t index, bool is_input, clap_note_port_info_t *info) {
    expect_main_thread(self(plugin), "note_ports.get");
    if (!is_input || index != 0) return false;
    *info = {};
    info->id = 1;
    info->supported_dialects = CLAP_NOTE_DIALECT_CLAP | CLAP_NOTE_DIALECT_MIDI | CLAP_NOTE_DIALECT_MIDI_MPE;
    info->preferred_dialect = CLAP_NOTE_DIALECT_CLAP;
    snprintf(info->name, sizeof info->name, "Notes");
    return true;
}

}  // namespace

const clap_plugin_note_ports_t kNotePorts = {count, get};

}  // namespace mmm
