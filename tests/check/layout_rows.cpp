// layout_rows.cpp: audio ports in every shape, and the file itself.
#include "host.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <chrono>
#include <set>

namespace {

constexpr uint32_t kFrames = 512;

void play_some(Instance &instance, const std::string &what) {
    Random random;
    for (bool in_place : {false, true}) {
        for (Player::Kind kind : {Player::Float, Player::Double}) {
            Player player(instance, instance.ports(), kFrames, kind, in_place);
            Notes notes;
            instance.activate(44100, 1, kFrames);
            try {
                instance.on_audio_thread([&] {
                    instance.start_processing();
                    for (int i = 0; i < 3; i++) {
                        player.noise(random);
                        notes.add(random, player.in, kFrames);
                        player.play();
                    }
                    instance.stop_processing();
                });
            } catch (const Failure &e) {
                fail("%s: %s", what.c_str(), e.what());
            }
            instance.deactivate();
        }
    }
}

bool same_info(const clap_audio_port_info_t &a, const clap_audio_port_info_t &b) {
    const bool types = a.port_type == b.port_type || (a.port_type && b.port_type && !strcmp(a.port_type, b.port_type));
    return a.id == b.id && !strcmp(a.name, b.name) && a.flags == b.flags && a.channel_count == b.channel_count && types && a.in_place_pair == b.in_place_pair;
}

void config(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const clap_plugin_t *plugin = instance.plugin();
    const auto *ports = instance.extension<clap_plugin_audio_ports_t>(CLAP_EXT_AUDIO_PORTS);
    const auto *configs = instance.extension<clap_plugin_audio_ports_config_t>(CLAP_EXT_AUDIO_PORTS_CONFIG);
    const auto *info = instance.extension<clap_plugin_audio_ports_config_info_t>(CLAP_EXT_AUDIO_PORTS_CONFIG_INFO);
    expect(configs && info, "there are no port configurations");
    expect(!configs->select(plugin, 4711), "a configuration that is none is selected");
    std::set<clap_id> ids;
    for (uint32_t i = 0; i < configs->count(plugin); i++) {
        clap_audio_ports_config_t config = {};
        expect(configs->get(plugin, i, &config), "configuration %u cannot be read", i);
        expect(ids.insert(config.id).second && config.id != CLAP_INVALID_ID, "%s has no id of its own", config.name);
        expect(configs->select(plugin, config.id), "%s cannot be selected", config.name);
        expect(info->current_config(plugin) == config.id, "%s is selected and not the current one", config.name);
        for (bool is_input : {true, false}) {
            const uint32_t count = is_input ? config.input_port_count : config.output_port_count;
            expect(ports->count(plugin, is_input) == count, "%s: %u ports, %u announced", config.name, ports->count(plugin, is_input), count);
            for (uint32_t k = 0; k < count; k++) {
                clap_audio_port_info_t a = {}, b = {};
                expect(ports->get(plugin, k, is_input, &a) && info->get(plugin, config.id, k, is_input, &b) && same_info(a, b),
                       "%s: port %u is described in two ways", config.name, k);
                if (k > 0) continue;
                const bool main = a.flags & CLAP_AUDIO_PORT_IS_MAIN;
                const bool told = is_input ? config.has_main_input : config.has_main_output;
                const uint32_t channels = is_input ? config.main_input_channel_count : config.main_output_channel_count;
                const char *type = is_input ? config.main_input_port_type : config.main_output_port_type;
                expect(main == told, "%s: whether there is a main port is told in two ways", config.name);
                if (main) expect(channels == a.channel_count && (type == a.port_type || !strcmp(type, a.port_type)), "%s: another main port is told", config.name);
            }
        }
        play_some(instance, config.name);
    }
    instance.activate(48000, 1, 64);
    expect(!configs->select(plugin, 1), "a configuration is selected while active");
    instance.deactivate();
}

void configurable(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const clap_plugin_t *plugin = instance.plugin();
    const auto *ext = instance.extension<clap_plugin_configurable_audio_ports_t>(CLAP_EXT_CONFIGURABLE_AUDIO_PORTS);
    const auto *ports = instance.extension<clap_plugin_audio_ports_t>(CLAP_EXT_AUDIO_PORTS);
    expect(ext != nullptr, "ports are not configurable");
    Random random;
    int accepted = 0;
    for (int i = 0; i < 200 && accepted < 50; i++) {
        clap_audio_port_configuration_request_t requests[4] = {};
        const uint32_t count = random.below(4);
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t channels = random.below(20);
            const char *type = channels == 1 && random.chance(0.7) ? CLAP_PORT_MONO : channels == 2 && random.chance(0.7) ? CLAP_PORT_STEREO : nullptr;
            if (random.chance(0.05)) type = "surround";
            requests[k] = {random.chance(0.5), random.below(3), channels, type, nullptr};
        }
        const bool can = ext->can_apply_configuration(plugin, requests, count), has = ext->apply_configuration(plugin, requests, count);
        expect(can == has, "it can: %d, it has: %d", can, has);
        if (!has) continue;
        accepted++;
        for (uint32_t k = 0; k < count; k++) {
            clap_audio_port_info_t info = {};
            bool later = false;  // a later request for the same port counts
            for (uint32_t m = k + 1; m < count; m++) later = later || (requests[m].is_input == requests[k].is_input && requests[m].port_index == requests[k].port_index);
            expect(ports->get(plugin, requests[k].port_index, requests[k].is_input, &info), "a port that is not there was configured");
            expect(later || info.channel_count == requests[k].channel_count, "%u channels were asked for and %u given", requests[k].channel_count, info.channel_count);
        }
        play_some(instance, "a configuration");
    }
    expect(accepted > 10, "only %d of 200 configurations were accepted", accepted);
}

void activation(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const clap_plugin_t *plugin = instance.plugin();
    const auto *ext = instance.extension<clap_plugin_audio_ports_activation_t>(CLAP_EXT_AUDIO_PORTS_ACTIVATION);
    expect(ext != nullptr, "ports cannot be switched");
    const bool always = ext->can_activate_while_processing(plugin);
    const Ports ports = instance.ports();
    Random random;
    expect(!ext->set_active(plugin, true, 9, true, 0) && !ext->set_active(plugin, false, 0, true, 24), "nonsense is accepted");
    for (int i = 0; i < 16; i++) {
        Player player(instance, ports, kFrames, i % 2 ? Player::Double : Player::Float, i % 3 == 0);
        const auto toss = [&] {
            for (uint32_t k = 0; k < ports.inputs.size(); k++) expect(ext->set_active(plugin, true, k, random.chance(0.5), 0), "input %u stays as it is", k);
            for (uint32_t k = 0; k < ports.outputs.size(); k++) {
                player.output_on[k] = random.chance(0.5);
                expect(ext->set_active(plugin, false, k, player.output_on[k], i % 2 ? 64 : 32), "output %u stays as it is", k);
            }
        };
        toss();
        instance.activate(44100, 1, kFrames);
        instance.on_audio_thread([&] {
            instance.start_processing();
            for (int k = 0; k < 5; k++) {
                if (always && random.chance(0.5)) toss();
                player.noise(random);
                player.play();
            }
            instance.stop_processing();
        });
        instance.deactivate();
    }
}

// ---- the file ----

void descriptor(Context &c) {
    Library library(c.path);
    const clap_plugin_factory_t *f = library.factory();
    for (uint32_t i = 0; i < f->get_plugin_count(f); i++) {
        const clap_plugin_descriptor_t *d = f->get_plugin_descriptor(f, i);
        if (c.id != d->id) continue;
        Instance instance(library, c.id);
        const clap_plugin_descriptor_t *own = instance.plugin()->desc;
        expect(own && !strcmp(own->id, d->id) && !strcmp(own->name, d->name) && !strcmp(own->version, d->version), "the instance has another descriptor");
        for (size_t k = 0; d->features[k] || own->features[k]; k++) expect(d->features[k] && own->features[k] && !strcmp(d->features[k], own->features[k]), "and other features");
    }
    expect(f->get_plugin_descriptor(f, 99) == nullptr, "there is a plugin 99");
}

std::vector<std::string> features(const Library &library, const std::string &id) {
    const clap_plugin_factory_t *f = library.factory();
    std::vector<std::string> list;
    for (uint32_t i = 0; i < f->get_plugin_count(f); i++) {
        const clap_plugin_descriptor_t *d = f->get_plugin_descriptor(f, i);
        for (const char *const *p = d->features; id == d->id && *p; p++) list.push_back(*p);
    }
    return list;
}

void categories(Context &c) {
    Library library(c.path);
    for (const std::string &f : features(library, c.id))
        for (const char *main : {CLAP_PLUGIN_FEATURE_INSTRUMENT, CLAP_PLUGIN_FEATURE_AUDIO_EFFECT, CLAP_PLUGIN_FEATURE_NOTE_EFFECT, CLAP_PLUGIN_FEATURE_ANALYZER, CLAP_PLUGIN_FEATURE_NOTE_DETECTOR})
            if (f == main) return;
    fail("no feature is a main category");
}

void duplicates(Context &c) {
    Library library(c.path);
    const auto list = features(library, c.id);
    expect(std::set<std::string>(list.begin(), list.end()).size() == list.size(), "a feature occurs twice");
}

void scan_time(Context &c) {
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        const auto begin = std::chrono::steady_clock::now();
        {
            Library library(c.path);
            expect(library.ids().size() == 2, "there are not two plugins");
        }
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() * 1000);
    }
    expect(best < 20, "a scan takes %.1f ms", best);
    expect(dlopen("libmmm.so", RTLD_NOW | RTLD_NOLOAD) == nullptr, "a scan has loaded libmmm");
    char text[64];
    snprintf(text, sizeof text, "%.2f ms", best);
    c.detail = text;
}

void rtld_now(Context &c) { Library library(c.path, RTLD_NOW | RTLD_LOCAL); }

void no_factory(Context &c) {
    Library library(c.path);
    expect(library.entry->get_factory("foo-factory-12345") == nullptr && library.entry->get_factory("") == nullptr, "a factory that is none is given");
}

void trailing(Context &c) {
    Library library(c.path);
    const clap_plugin_factory_t *f = library.factory();
    static const clap_host_t host = {CLAP_VERSION_INIT, nullptr, "h", "", "", "", [](const clap_host_t *, const char *) -> const void * { return nullptr; },
                                     [](const clap_host_t *) {}, [](const clap_host_t *) {}, [](const clap_host_t *) {}};
    for (const std::string &id : library.ids()) expect(f->create_plugin(f, &host, (id + "x1").c_str()) == nullptr, "%sx1 can be made", id.c_str());
    expect(f->create_plugin(f, &host, "") == nullptr, "a plugin without a name can be made");
}

// ---- presets ----

struct Found {
    std::string file;
    std::vector<std::string> plugins;
    bool begun = false, error = false;
};

void walk(const std::string &folder, std::vector<std::string> *files) {
    if (DIR *dir = opendir(folder.c_str())) {
        while (const dirent *e = readdir(dir)) {
            const std::string path = folder + "/" + e->d_name;
            struct stat info;
            if (e->d_name[0] == '.' || stat(path.c_str(), &info)) continue;
            if (S_ISDIR(info.st_mode)) walk(path, files);
            else if (path.size() > 4 && path.compare(path.size() - 4, 4, ".mmm") == 0) files->push_back(path);
        }
        closedir(dir);
    }
}

std::vector<Found> crawl_all(const Library &library) {
    const auto *factory = static_cast<const clap_preset_discovery_factory_t *>(library.entry->get_factory(CLAP_PRESET_DISCOVERY_FACTORY_ID));
    expect(factory && factory->count(factory) > 0, "there is no preset discovery");
    std::vector<Found> list;
    for (uint32_t i = 0; i < factory->count(factory); i++) {
        const clap_preset_discovery_provider_descriptor_t *d = factory->get_descriptor(factory, i);
        std::vector<std::string> folders;
        const clap_preset_discovery_indexer_t indexer = {
            CLAP_VERSION_INIT, "h", "", "", "", &folders,
            [](const clap_preset_discovery_indexer_t *, const clap_preset_discovery_filetype_t *t) { return t->file_extension && t->file_extension[0] != '.'; },
            [](const clap_preset_discovery_indexer_t *self, const clap_preset_discovery_location_t *l) {
                if (l->kind != CLAP_PRESET_DISCOVERY_LOCATION_FILE || !l->location || l->location[0] != '/' || !l->name) return false;
                static_cast<std::vector<std::string> *>(self->indexer_data)->push_back(l->location);
                return true;
            },
            [](const clap_preset_discovery_indexer_t *, const clap_preset_discovery_soundpack_t *) { return true; },
            [](const clap_preset_discovery_indexer_t *, const char *) -> const void * { return nullptr; }};
        const clap_preset_discovery_provider_t *provider = factory->create(factory, &indexer, d->id);
        expect(provider && provider->desc && !strcmp(provider->desc->id, d->id) && !strcmp(provider->desc->name, d->name), "the provider has another descriptor");
        expect(provider->init(provider), "a location or file type is wrong");
        for (const std::string &folder : folders) {
            struct stat info;
            expect(stat(folder.c_str(), &info) == 0, "%s is not there", folder.c_str());
            std::vector<std::string> files;
            walk(folder, &files);
            for (const std::string &file : files) {
                Found found;
                found.file = file;
                using R = clap_preset_discovery_metadata_receiver_t;
                const R receiver = {
                    &found,
                    [](const R *r, int32_t, const char *) { static_cast<Found *>(r->receiver_data)->error = true; },
                    [](const R *r, const char *, const char *) {
                        Found *f = static_cast<Found *>(r->receiver_data);
                        f->error = f->error || f->begun;
                        return f->begun = true;
                    },
                    [](const R *r, const clap_universal_plugin_id_t *id) { static_cast<Found *>(r->receiver_data)->plugins.push_back(id->id); },
                    [](const R *, const char *) {}, [](const R *, uint32_t) {}, [](const R *, const char *) {}, [](const R *, const char *) {},
                    [](const R *, clap_timestamp, clap_timestamp) {}, [](const R *, const char *) {}, [](const R *, const char *, const char *) {}};
                expect(provider->get_metadata(provider, CLAP_PRESET_DISCOVERY_LOCATION_FILE, file.c_str(), &receiver) && !found.error, "%s cannot be read", file.c_str());
                expect(!found.begun || !found.plugins.empty(), "%s is for no plugin", file.c_str());
                if (found.begun) list.push_back(found);
            }
        }
        provider->destroy(provider);
    }
    expect(factory->create(factory, nullptr, "nobody") == nullptr, "a provider that is none is given");
    return list;
}

void crawl(Context &c) {
    Library library(c.path);
    const auto list = crawl_all(library);
    expect(!list.empty(), "no preset was found");
    c.detail = std::to_string(list.size()) + " presets";
}

void load_presets(Context &c) {
    Library library(c.path);
    const auto list = crawl_all(library);
    for (const std::string &id : library.ids()) {
        Instance instance(library, id);
        expect(instance.init(), "init says no");
        const auto *ext = instance.extension<clap_plugin_preset_load_t>(CLAP_EXT_PRESET_LOAD);
        expect(ext != nullptr, "presets cannot be loaded");
        for (const Found &found : list) {
            if (std::find(found.plugins.begin(), found.plugins.end(), id) == found.plugins.end()) continue;
            expect(ext->from_location(instance.plugin(), CLAP_PRESET_DISCOVERY_LOCATION_FILE, found.file.c_str(), nullptr), "%s cannot be loaded", found.file.c_str());
            instance.service();
            play_some(instance, found.file);
        }
        expect(!ext->from_location(instance.plugin(), CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, nullptr, "x") &&
                   !ext->from_location(instance.plugin(), CLAP_PRESET_DISCOVERY_LOCATION_FILE, "/nowhere.mmm", nullptr),
               "a preset that is none is loaded");
    }
}

}  // namespace

const std::vector<Row> kLayoutRows = {
    {"layout-audio-ports-config", "every configuration is what it says and plays", true, config},
    {"layout-configurable-audio-ports", "200 random requests: what can be applied is, as asked, and plays", true, configurable},
    {"layout-audio-ports-activation", "ports on and off at random, while playing too", true, activation},
};

const std::vector<Row> kLibraryRows = {
    {"descriptor-consistency", "the factory and the instance describe one plugin", true, descriptor},
    {"features-categories", "it is an instrument or an effect", true, categories},
    {"features-duplicates", "no feature occurs twice", true, duplicates},
    {"scan-time", "under 20 ms, and libmmm is not loaded", false, scan_time},
    {"scan-rtld-now", "all symbols resolve at once", false, rtld_now},
    {"query-nonexistent-factory", "a factory that is none is not given", false, no_factory},
    {"create-id-with-trailing-garbage", "an id that is none makes no plugin", false, trailing},
    {"preset-discovery-crawl", "every location and file is read without an error", false, crawl},
    {"preset-discovery-descriptor-consistency", "the factory and the provider describe one provider", false, crawl},
    {"preset-discovery-load", "every preset loads into the plugins that it names, and plays", false, load_presets},
};
