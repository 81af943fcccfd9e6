// gui.cpp: the editor is a page in the user's browser, so the window floats: the
// host neither places nor sizes it.
#include "plugin.hpp"

#include <string.h>

namespace mmm {
namespace {

// ---- clap.gui ------------------------------------------------------------------

// A browser runs on either; the host only has to ask for a floating window.
bool is_window_api(const char *api) {
    return strcmp(api, CLAP_WINDOW_API_X11) == 0 || strcmp(api, CLAP_WINDOW_API_WAYLAND) == 0;
}

bool CLAP_ABI is_api_supported(const clap_plugin_t *plugin, const char *api, bool is_floating) {
    expect_main_thread(self(plugin), "gui.is_api_supported");
    return is_floating && api && is_window_api(api);
}

bool CLAP_ABI get_preferred_api(const clap_plugin_t *plugin, const char **api, bool *is_floating) {
    expect_main_thread(self(plugin), "gui.get_preferred_api");
    *api = CLAP_WINDOW_API_X11;
    *is_floating = true;
    return true;
}

// A floating window may come without an api, or with a blank one.
bool CLAP_ABI create_gui(const clap_plugin_t *plugin, const char *api, bool is_floating) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "gui.create");
    if (!is_floating || p->gui_created) return false;
    if (api && *api && !is_window_api(api)) return false;
    p->gui_created = true;
    return true;
}

// The page is the user's own browser tab: it can be neither closed nor hidden
// from here, and goes on working.
void CLAP_ABI destroy_gui(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "gui.destroy");
    p->gui_created = false;
}

bool CLAP_ABI show(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "gui.show");
    return p->gui_created && p->lib->mmm_editor_open(p->session);
}

bool CLAP_ABI hide(const clap_plugin_t *plugin) {
    expect_main_thread(self(plugin), "gui.hide");
    return self(plugin)->gui_created;
}

// What only concerns windows that the host places, or windows it can order.
bool CLAP_ABI set_scale(const clap_plugin_t *, double) { return false; }
bool CLAP_ABI get_size(const clap_plugin_t *, uint32_t *, uint32_t *) { return false; }
bool CLAP_ABI can_resize(const clap_plugin_t *) { return false; }
bool CLAP_ABI get_resize_hints(const clap_plugin_t *, clap_gui_resize_hints_t *) { return false; }
bool CLAP_ABI adjust_size(const clap_plugin_t *, uint32_t *, uint32_t *) { return false; }
bool CLAP_ABI set_size(const clap_plugin_t *, uint32_t, uint32_t) { return false; }
bool CLAP_ABI set_parent(const clap_plugin_t *, const clap_window_t *) { return false; }
bool CLAP_ABI set_transient(const clap_plugin_t *, const clap_window_t *) { return false; }
void CLAP_ABI suggest_title(const clap_plugin_t *, const char *) {}

}  // namespace

const clap_plugin_gui_t kGui = {
    is_api_supported, get_preferred_api, create_gui, destroy_gui, set_scale,     get_size, can_resize, get_resize_hints,
    adjust_size,      set_size,          set_parent, set_transient, suggest_title, show,     hide,
};

}  // namespace mmm
