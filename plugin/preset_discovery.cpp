// preset_discovery.cpp: tells a host's browser where patches are and what their
// headers say: the examples beside the plugin and the user's own folder. It
// reads files and nothing else; libmmm is not loaded.
#include "plugin.hpp"

#include "patch_header.hpp"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <new>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

namespace mmm {
namespace {

constexpr char kExtension[] = "mmm";
constexpr size_t kMaxPatch = size_t(4) << 20;  // what the compiler takes

const clap_preset_discovery_provider_descriptor_t kDescriptor = {CLAP_VERSION_INIT, "org.mmm.patches", "mmm patches", "mmm"};

// One provider: CLAP's face of it and what the host gave.
struct Provider {
    clap_preset_discovery_provider_t clap;
    const clap_preset_discovery_indexer_t *indexer;
};

// ---- locations -----------------------------------------------------------------

bool is_folder(const std::string &path) {
    struct stat info;
    return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// The examples that were installed with the plugin, "" where they are not.
std::string examples_folder() {
    Dl_info self;
    char real[PATH_MAX];
    if (!dladdr(reinterpret_cast<const void *>(&kDescriptor), &self) || !self.dli_fname || !realpath(self.dli_fname, real)) return "";
    const std::string file = real;
    const std::string folder = file.substr(0, file.rfind('/')) + "/examples";
    return is_folder(folder) ? folder : "";
}

// The folder of the user's own patches, "" where there is none.
std::string user_folder() {
    const char *chosen = getenv("MMM_PATCHES");
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    std::string folder;
    if (chosen && *chosen) folder = chosen;
    else if (data && *data == '/') folder = std::string(data) + "/mmm/patches";
    else if (home && *home == '/') folder = std::string(home) + "/.local/share/mmm/patches";
    return !folder.empty() && folder[0] == '/' && is_folder(folder) ? folder : "";
}

bool declare(const clap_preset_discovery_indexer_t *indexer, uint32_t flags, const char *name, const std::string &folder) {
    if (folder.empty()) return true;
    const clap_preset_discovery_location_t location = {flags, name, CLAP_PRESET_DISCOVERY_LOCATION_FILE, folder.c_str()};
    return indexer->declare_location(indexer, &location);
}

// ---- provider ------------------------------------------------------------------

Provider *self_of(const clap_preset_discovery_provider_t *provider) {
    return static_cast<Provider *>(provider->provider_data);
}

bool CLAP_ABI init(const clap_preset_discovery_provider_t *provider) {
    const clap_preset_discovery_indexer_t *indexer = self_of(provider)->indexer;
    const clap_preset_discovery_filetype_t type = {"mmm patch", "A patch in the mimium language", kExtension};
    return indexer->declare_filetype(indexer, &type) &&
           declare(indexer, CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT, "mmm examples", examples_folder()) &&
           declare(indexer, CLAP_PRESET_DISCOVERY_IS_USER_CONTENT, "My mmm patches", user_folder());
}

void CLAP_ABI destroy(const clap_preset_discovery_provider_t *provider) { delete self_of(provider); }

bool read_file(const char *path, std::string *text) {
    FILE *file = fopen(path, "rbe");
    if (!file) return false;
    char piece[16384];
    size_t n;
    while (text->size() < kMaxPatch && (n = fread(piece, 1, sizeof piece, file)) > 0) text->append(piece, n);
    const bool read = !ferror(file);
    fclose(file);
    return read;
}

// The file's name without folder and extension.
std::string stem(const std::string &path) {
    const size_t slash = path.rfind('/');
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    return name.substr(0, name.rfind('.'));
}

void give(const clap_preset_discovery_metadata_receiver_t *r, const PatchHeader &header, const struct stat &info) {
    const clap_universal_plugin_id_t instrument = {"clap", kInstrumentId}, effect = {"clap", kEffectId};
    if (header.instrument) {
        r->add_plugin_id(r, &instrument);
        r->add_feature(r, CLAP_PLUGIN_FEATURE_INSTRUMENT);
    }
    if (header.effect) {
        r->add_plugin_id(r, &effect);
        r->add_feature(r, CLAP_PLUGIN_FEATURE_AUDIO_EFFECT);
    }
    if (!header.author.empty()) r->add_creator(r, header.author.c_str());
    if (!header.description.empty()) r->set_description(r, header.description.c_str());
    for (const std::string &tag : header.tags) r->add_feature(r, tag.c_str());
    r->set_timestamps(r, CLAP_TIMESTAMP_UNKNOWN, static_cast<clap_timestamp>(info.st_mtime));
}

bool CLAP_ABI get_metadata(const clap_preset_discovery_provider_t *, uint32_t kind, const char *location,
                           const clap_preset_discovery_metadata_receiver_t *receiver) {
    std::string text;
    struct stat info;
    if (kind != CLAP_PRESET_DISCOVERY_LOCATION_FILE || !location) {
        receiver->on_error(receiver, 0, "patches of mmm are files");
        return false;
    }
    if (stat(location, &info) != 0 || !read_file(location, &text)) {
        receiver->on_error(receiver, errno, strerror(errno));
        return false;
    }
    const PatchHeader header = read_patch_header(text);
    if (!header.patch) return true;  // a module that patches use
    const std::string title = header.title.empty() ? stem(location) : header.title;
    if (!receiver->begin_preset(receiver, title.c_str(), nullptr)) return false;
    give(receiver, header, info);
    return true;
}

const void *CLAP_ABI get_extension(const clap_preset_discovery_provider_t *, const char *) { return nullptr; }

// ---- factory -------------------------------------------------------------------

uint32_t CLAP_ABI count(const clap_preset_discovery_factory_t *) { return 1; }

const clap_preset_discovery_provider_descriptor_t *CLAP_ABI descriptor(const clap_preset_discovery_factory_t *, uint32_t index) {
    return index == 0 ? &kDescriptor : nullptr;
}

const clap_preset_discovery_provider_t *CLAP_ABI create_provider(const clap_preset_discovery_factory_t *,
                                                                const clap_preset_discovery_indexer_t *indexer, const char *id) {
    if (!indexer || !id || strcmp(id, kDescriptor.id) != 0) return nullptr;
    Provider *p = new (std::nothrow) Provider;
    if (!p) return nullptr;
    p->clap = {&kDescriptor, p, init, destroy, get_metadata, get_extension};
    p->indexer = indexer;
    return &p->clap;
}

}  // namespace

const clap_preset_discovery_factory_t kPresetDiscovery = {count, descriptor, create_provider};

}  // namespace mmm
