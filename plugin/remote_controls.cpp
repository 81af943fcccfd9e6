// remote_controls.cpp: pages of eight knobs from the groups of the patch.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.remote-controls ------------------------------------------------------

static_assert(CLAP_REMOTE_CONTROLS_COUNT == sizeof(mmm_page::slots) / sizeof(int), "a page is a page");

uint32_t CLAP_ABI count(const clap_plugin_t *plugin) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "remote_controls.count");
    mmm_page page;
    int n = 0;
    while (p->lib->mmm_page_get(p->session, n, &page)) n++;
    return static_cast<uint32_t>(n);
}

bool CLAP_ABI get(const clap_plugin_t *plugin, uint32_t index, clap_remote_controls_page_t *out) {
    Plugin *p = self(plugin);
    expect_main_thread(p, "remote_controls.get");
    mmm_page page;
    if (index > INT32_MAX || !p->lib->mmm_page_get(p->session, static_cast<int>(index), &page)) return false;
    *out = {};
    copy_text(out->section_name, sizeof out->section_name, page.section);
    copy_text(out->page_name, sizeof out->page_name, page.name);
    out->page_id = page.id;
    for (int i = 0; i < CLAP_REMOTE_CONTROLS_COUNT; i++) {
        out->param_ids[i] = page.slots[i] < 0 ? CLAP_INVALID_ID : id_of(page.slots[i]);
    }
    out->is_for_preset = true;  // another patch has other pages
    return true;
}

}  // namespace

const clap_plugin_remote_controls_t kRemoteControls = {count, get};

}  // namespace mmm
