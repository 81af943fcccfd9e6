// context_menu.cpp: what a host adds to the menu of a parameter or of the whole
// plugin.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.context-menu ---------------------------------------------------------

enum : clap_id { kResetParam = 1, kOpenEditor = 2, kReadFileAgain = 3 };

// The slot that a target means; -1 for the plugin as a whole, -2 for a parameter
// that it does not have now.
int target_slot(Plugin *p, const clap_context_menu_target_t *target) {
    if (!target || target->kind != CLAP_CONTEXT_MENU_TARGET_KIND_PARAM) return -1;
    const int slot = slot_of(target->id);
    mmm_param_info info;
    return slot >= 0 && p->lib->mmm_param_get_info(p->session, slot, &info) && info.used ? slot : -2;
}

bool add(const clap_context_menu_builder_t *builder, const char *label, bool enabled, clap_id action) {
    const clap_context_menu_entry_t entry = {label, enabled, action};
    return builder->add_item(builder, CLAP_CONTEXT_MENU_ITEM_ENTRY, &entry);
}

// Whether the patch came from a file.
bool has_file(Plugin *p) { return p->lib->mmm_path(p->session, nullptr, 0) > 0; }

bool read_file_again(Plugin *p) {
    char path[4096];
    const size_t size = p->lib->mmm_path(p->session, path, sizeof path);
    return size > 0 && size < sizeof path && p->lib->mmm_watch(p->session, path);
}

bool CLAP_ABI populate(const clap_plugin_t *plugin, const clap_context_menu_target_t *target,
                       const clap_context_menu_builder_t *builder) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "context_menu.populate");
    const int slot = target_slot(p, target);
    if (slot >= 0) return add(builder, "Back to the patch's default", true, kResetParam);
    if (slot < -1) return false;
    return add(builder, "Open the editor", true, kOpenEditor) &&
           add(builder, "Read the patch's file again", has_file(p), kReadFileAgain);
}

bool CLAP_ABI perform(const clap_plugin_t *plugin, const clap_context_menu_target_t *target, clap_id action) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "context_menu.perform");
    const int slot = target_slot(p, target);
    switch (action) {
    case kResetParam: return slot >= 0 && p->lib->mmm_param_reset(p->session, slot);
    case kOpenEditor: return p->lib->mmm_editor_open(p->session);
    case kReadFileAgain: return read_file_again(p);
    default: return false;
    }
}

}  // namespace

const clap_plugin_context_menu_t kContextMenu = {populate, perform};

}  // namespace mmm
