// track_info.cpp: the track's name and colour, for the title of the editor.
#include "plugin.hpp"

namespace mmm {
namespace {

// ---- clap.track-info -----------------------------------------------------------

void CLAP_ABI changed(const clap_plugin_t *plugin) {
    expect_main_thread(self(plugin), "track_info.changed");
    ask_track(self(plugin));
}

}  // namespace

const clap_plugin_track_info_t kTrackInfo = {changed};

void ask_track(Plugin *p) {
    clap_track_info_t info = {};
    if (!p->session || !p->host.track_info || !p->host.track_info->get(p->host.host, &info)) return;
    info.name[sizeof info.name - 1] = 0;
    const bool named = info.flags & CLAP_TRACK_INFO_HAS_TRACK_NAME;
    const bool coloured = info.flags & CLAP_TRACK_INFO_HAS_TRACK_COLOR;
    p->lib->mmm_track(p->session, named ? info.name : "", coloured ? rgb_of(&info.color) : -1);
}

}  // namespace mmm
