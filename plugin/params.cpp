// params.cpp: the fixed pool of parameter slots. A slot is 0..1 to the host for
// ever; its name, its place and its texts come from the patch's control that
// owns it, and a slot without one is hidden.
#include "plugin.hpp"

#include <stdio.h>

namespace mmm {

void copy_text(char *to, size_t capacity, const char *from) {
    if (capacity == 0) return;
    size_t length = 0;
    while (from[length] && length < capacity - 1) length++;
    if (from[length]) {
        while (length > 0 && (static_cast<unsigned char>(from[length]) & 0xc0) == 0x80) length--;
    }
    for (size_t i = 0; i < length; i++) to[i] = from[i];
    to[length] = 0;
}

namespace {

// ---- clap.params ---------------------------------------------------------------

uint32_t CLAP_ABI count(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "params.count");
    return static_cast<uint32_t>(p->lib->mmm_param_count(p->session));
}

bool CLAP_ABI get_info(const clap_plugin_t *plugin, uint32_t index, clap_param_info_t *info) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "params.get_info");
    mmm_param_info slot = {};
    if (index >= MMM_SLOTS || !p->lib->mmm_param_get_info(p->session, static_cast<int>(index), &slot)) return false;
    *info = {};
    info->id = id_of(static_cast<int>(index));
    info->flags = CLAP_PARAM_IS_AUTOMATABLE | CLAP_PARAM_IS_MODULATABLE | CLAP_PARAM_IS_MODULATABLE_PER_NOTE_ID |
                  CLAP_PARAM_IS_MODULATABLE_PER_KEY | CLAP_PARAM_IS_MODULATABLE_PER_CHANNEL | CLAP_PARAM_IS_MODULATABLE_PER_PORT;
    if (!slot.used) info->flags |= CLAP_PARAM_IS_HIDDEN;
    copy_text(info->name, sizeof info->name, slot.used ? slot.name : "-");
    copy_text(info->module, sizeof info->module, slot.used ? slot.module : "");
    if (slot.stepped) info->flags |= CLAP_PARAM_IS_STEPPED;
    info->min_value = slot.min_value;
    info->max_value = slot.max_value;
    info->default_value = slot.default_value;
    return true;
}

bool CLAP_ABI get_value(const clap_plugin_t *plugin, clap_id id, double *value) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "params.get_value");
    const int slot = slot_of(id);
    return slot >= 0 && p->lib->mmm_param_get_value(p->session, slot, value);
}

bool CLAP_ABI value_to_text(const clap_plugin_t *plugin, clap_id id, double value, char *text, uint32_t capacity) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "params.value_to_text");
    const int slot = slot_of(id);
    if (slot < 0 || capacity == 0) return false;
    char whole[256];
    if (p->lib->mmm_param_to_text(p->session, slot, value, whole, sizeof whole) == 0) return false;
    copy_text(text, capacity, whole);
    return true;
}

bool CLAP_ABI text_to_value(const clap_plugin_t *plugin, clap_id id, const char *text, double *value) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "params.text_to_value");
    const int slot = slot_of(id);
    return slot >= 0 && text && p->lib->mmm_param_from_text(p->session, slot, text, value);
}

void CLAP_ABI flush_params(const clap_plugin_t *plugin, const clap_input_events_t *in, const clap_output_events_t *out) {
    Plugin *p = self(plugin);
    if (p->active) expect_audio_thread(p, "params.flush");
    else expect_main_thread(p, "params.flush");
    flush(p, in, out);
}

}  // namespace

const clap_plugin_params_t kParams = {count, get_info, get_value, value_to_text, text_to_value, flush_params};

}  // namespace mmm
