// host.cpp: the host's side of the API, with its rules.
#include "host.hpp"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <algorithm>

void fail(const char *format, ...) {
    char text[2048];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    throw Failure(text);
}

void expect(bool right, const char *format, ...) {
    if (right) return;
    char text[2048];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    throw Failure(text);
}

// ---- events ----

EventList::EventList() {
    in.ctx = out.ctx = this;
    in.size = [](const clap_input_events_t *list) {
        return static_cast<uint32_t>(static_cast<EventList *>(list->ctx)->events.size());
    };
    in.get = [](const clap_input_events_t *list, uint32_t i) -> const clap_event_header_t * {
        return &static_cast<EventList *>(list->ctx)->events[i].header;
    };
    out.try_push = [](const clap_output_events_t *list, const clap_event_header_t *event) {
        EventList *self = static_cast<EventList *>(list->ctx);
        if (self->events.size() >= self->room) return false;
        Event copy = {};
        memcpy(&copy, event, std::min<size_t>(event->size, sizeof copy));
        self->events.push_back(copy);
        return true;
    };
}

void EventList::sort() {
    std::stable_sort(events.begin(), events.end(), [](const Event &a, const Event &b) { return a.header.time < b.header.time; });
}

// ---- library ----

Library::Library(const std::string &file, int flags) : path(file) {
    handle = dlopen(file.c_str(), flags ? flags : RTLD_NOW | RTLD_LOCAL);
    expect(handle != nullptr, "%s", dlerror());
    entry = static_cast<const clap_plugin_entry_t *>(dlsym(handle, "clap_entry"));
    expect(entry != nullptr, "the file has no clap_entry");
    expect(clap_version_is_compatible(entry->clap_version), "its CLAP version is not ours");
    expect(entry->init(file.c_str()), "clap_entry.init says no");
}

Library::~Library() {
    if (entry) entry->deinit();
    if (handle) dlclose(handle);
}

const clap_plugin_factory_t *Library::factory() const {
    return static_cast<const clap_plugin_factory_t *>(entry->get_factory(CLAP_PLUGIN_FACTORY_ID));
}

std::vector<std::string> Library::ids() const {
    std::vector<std::string> list;
    const clap_plugin_factory_t *f = factory();
    expect(f != nullptr, "there is no plugin factory");
    for (uint32_t i = 0; i < f->get_plugin_count(f); i++) list.push_back(f->get_plugin_descriptor(f, i)->id);
    return list;
}

// ---- host ----

namespace {

Instance *self(const clap_host_t *host) { return static_cast<Instance *>(host->host_data); }

void main_only(const clap_host_t *host, const char *name) {
    if (!self(host)->is_main()) self(host)->complain(std::string(name) + " was called off the main thread");
}

void while_inactive(const clap_host_t *host, const char *name) {
    if (self(host)->active) self(host)->complain(std::string(name) + " was called while active");
}

const clap_host_log_t kLog = {[](const clap_host_t *host, clap_log_severity severity, const char *text) {
    if (!text) self(host)->complain("a log line is NULL");
    if (severity == CLAP_LOG_HOST_MISBEHAVING || severity == CLAP_LOG_PLUGIN_MISBEHAVING) self(host)->complain(text ? text : "");
}};

const clap_host_thread_check_t kThreads = {
    [](const clap_host_t *host) { return self(host)->is_main(); },
    [](const clap_host_t *host) { return self(host)->is_audio(); },
};

const clap_host_params_t kParams = {
    [](const clap_host_t *host, clap_param_rescan_flags flags) {
        main_only(host, "params.rescan");
        if (flags & CLAP_PARAM_RESCAN_ALL) while_inactive(host, "params.rescan(ALL)");
        Calls &c = self(host)->calls;
        if (flags & CLAP_PARAM_RESCAN_VALUES) c.rescan_values++;
        if (flags & CLAP_PARAM_RESCAN_INFO) c.rescan_info++;
        if (flags & CLAP_PARAM_RESCAN_TEXT) c.rescan_text++;
    },
    [](const clap_host_t *host, clap_id, clap_param_clear_flags) { main_only(host, "params.clear"); },
    [](const clap_host_t *host) {
        if (self(host)->is_audio()) self(host)->complain("params.request_flush was called on the audio thread");
        self(host)->calls.flush++;
    },
};

const clap_host_state_t kState = {[](const clap_host_t *host) {
    main_only(host, "state.mark_dirty");
    self(host)->calls.dirty++;
}};

const clap_host_latency_t kLatency = {[](const clap_host_t *host) { main_only(host, "latency.changed"); }};

const clap_host_tail_t kTail = {[](const clap_host_t *host) {
    if (!self(host)->is_audio()) self(host)->complain("tail.changed was called off the audio thread");
    self(host)->calls.tail++;
}};

const clap_host_audio_ports_t kAudioPorts = {
    [](const clap_host_t *host, uint32_t) {
        main_only(host, "audio_ports.is_rescan_flag_supported");
        return false;
    },
    [](const clap_host_t *host, uint32_t) { self(host)->complain("audio_ports.rescan was called with a flag that is not supported"); },
};

const clap_host_note_ports_t kNotePorts = {
    [](const clap_host_t *host) -> uint32_t {
        main_only(host, "note_ports.supported_dialects");
        return CLAP_NOTE_DIALECT_CLAP | CLAP_NOTE_DIALECT_MIDI | CLAP_NOTE_DIALECT_MIDI_MPE;
    },
    [](const clap_host_t *host, uint32_t flags) {
        main_only(host, "note_ports.rescan");
        if (flags & CLAP_NOTE_PORTS_RESCAN_ALL) while_inactive(host, "note_ports.rescan(ALL)");
    },
};

const clap_host_voice_info_t kVoiceInfo = {[](const clap_host_t *host) { main_only(host, "voice_info.changed"); }};
const clap_host_note_name_t kNoteName = {[](const clap_host_t *host) { main_only(host, "note_name.changed"); }};
const clap_host_remote_controls_t kRemote = {
    [](const clap_host_t *host) { main_only(host, "remote_controls.changed"); },
    [](const clap_host_t *host, clap_id) { main_only(host, "remote_controls.suggest_page"); },
};
const clap_host_preset_load_t kPreset = {
    [](const clap_host_t *host, uint32_t, const char *, const char *, int32_t, const char *text) {
        main_only(host, "preset_load.on_error");
        if (!text) self(host)->complain("preset_load.on_error has no text");
    },
    [](const clap_host_t *host, uint32_t, const char *, const char *) { main_only(host, "preset_load.loaded"); },
};

}  // namespace

const void *CLAP_ABI Instance::get_extension(const clap_host_t *host, const char *id) {
    const std::vector<std::string> &without = self(host)->without_;
    if (!id || std::find(without.begin(), without.end(), id) != without.end()) return nullptr;
    const std::map<std::string, const void *> known = {
        {CLAP_EXT_LOG, &kLog},           {CLAP_EXT_THREAD_CHECK, &kThreads}, {CLAP_EXT_PARAMS, &kParams},
        {CLAP_EXT_STATE, &kState},       {CLAP_EXT_LATENCY, &kLatency},      {CLAP_EXT_TAIL, &kTail},
        {CLAP_EXT_NOTE_PORTS, &kNotePorts}, {CLAP_EXT_AUDIO_PORTS, &kAudioPorts}, {CLAP_EXT_VOICE_INFO, &kVoiceInfo},
        {CLAP_EXT_NOTE_NAME, &kNoteName}, {CLAP_EXT_REMOTE_CONTROLS, &kRemote}, {CLAP_EXT_PRESET_LOAD, &kPreset},
    };
    const auto found = known.find(id);
    return found == known.end() ? nullptr : found->second;
}

// ---- instance ----

Instance::Instance(const Library &library, const std::string &id, const std::vector<std::string> &without) : without_(without) {
    host_ = {CLAP_VERSION_INIT, this, "mmm-check", "mmm", "", "1", get_extension,
             [](const clap_host_t *host) { self(host)->calls.restart++; },
             [](const clap_host_t *host) { self(host)->calls.process++; },
             [](const clap_host_t *host) { self(host)->calls.callback++; }};
    const clap_plugin_factory_t *f = library.factory();
    plugin_ = f->create_plugin(f, &host_, id.c_str());
    expect(plugin_ != nullptr, "create_plugin gives nothing for %s", id.c_str());
}

Instance::~Instance() {
    if (!plugin_) return;
    if (processing) as_audio_thread([this] { stop_processing(); });
    if (active) deactivate();
    plugin_->destroy(plugin_);
}

bool Instance::init() { return plugin_->init(plugin_); }

void Instance::complain(const std::string &what) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (wrong_.empty()) wrong_ = what;
}

std::string Instance::wrong() {
    std::lock_guard<std::mutex> lock(mutex_);
    return wrong_;
}

Ports Instance::ports() const {
    Ports result;
    const auto *ext = extension<clap_plugin_audio_ports_t>(CLAP_EXT_AUDIO_PORTS);
    expect(ext != nullptr, "there are no audio ports");
    std::map<clap_id, clap_id> pairs[2];
    for (bool is_input : {true, false}) {
        std::vector<Port> &list = is_input ? result.inputs : result.outputs;
        for (uint32_t i = 0; i < ext->count(plugin_, is_input); i++) {
            clap_audio_port_info_t info = {};
            expect(ext->get(plugin_, i, is_input, &info), "port %u cannot be read", i);
            expect(info.id != CLAP_INVALID_ID && !pairs[is_input].count(info.id), "port %u has no id of its own", i);
            pairs[is_input][info.id] = info.in_place_pair;
            const bool main = info.flags & CLAP_AUDIO_PORT_IS_MAIN;
            expect(!main || i == 0, "port %u is main and not the first", i);
            expect(memchr(info.name, 0, sizeof info.name) && info.name[0], "port %u has no name", i);
            if (info.port_type && !strcmp(info.port_type, CLAP_PORT_MONO)) expect(info.channel_count == 1, "mono of %u channels", info.channel_count);
            if (info.port_type && !strcmp(info.port_type, CLAP_PORT_STEREO)) expect(info.channel_count == 2, "stereo of %u channels", info.channel_count);
            expect((info.flags & CLAP_AUDIO_PORT_SUPPORTS_64BITS) || !(info.flags & CLAP_AUDIO_PORT_PREFERS_64BITS), "it prefers what it cannot");
            list.push_back({info.id, info.channel_count, main, (info.flags & CLAP_AUDIO_PORT_SUPPORTS_64BITS) != 0, -1});
        }
        clap_audio_port_info_t info = {};
        expect(!ext->get(plugin_, ext->count(plugin_, is_input), is_input, &info), "a port past the last can be read");
    }
    for (bool is_input : {true, false}) {
        std::vector<Port> &own = is_input ? result.inputs : result.outputs, &other = is_input ? result.outputs : result.inputs;
        for (Port &port : own) {
            const clap_id pair = pairs[is_input][port.id];
            if (pair == CLAP_INVALID_ID) continue;
            const auto found = std::find_if(other.begin(), other.end(), [&](const Port &p) { return p.id == pair; });
            expect(found != other.end() && pairs[!is_input][pair] == port.id, "in-place pairs are not mutual");
            expect(found->channels == port.channels, "an in-place pair has other channels");
            port.pair = static_cast<int>(found - other.begin());
        }
    }
    return result;
}

void Instance::activate(double rate, uint32_t min, uint32_t max) {
    expect(plugin_->activate(plugin_, rate, min, max), "cannot be activated at %g Hz with blocks of %u to %u", rate, min, max);
    active = true;
}

void Instance::deactivate() {
    active = false;
    plugin_->deactivate(plugin_);
}

void Instance::start_processing() {
    expect(plugin_->start_processing(plugin_), "start_processing says no");
    processing = true;
}

void Instance::stop_processing() {
    plugin_->stop_processing(plugin_);
    processing = false;
}

void Instance::service() {
    if (calls.callback.exchange(0)) plugin_->on_main_thread(plugin_);
    const std::string what = wrong();
    expect(what.empty(), "%s", what.c_str());
}

void Instance::on_audio_thread(const std::function<void()> &f) {
    beside(f, [] {});
}

void Instance::beside(const std::function<void()> &f, const std::function<void()> &here) {
    std::string problem;
    std::atomic<bool> done{false};
    std::thread thread([&] {
        audio_ = std::this_thread::get_id();
        try {
            f();
        } catch (const std::exception &e) {
            problem = e.what();
        }
        audio_ = std::thread::id();
        done = true;
    });
    while (!done) {
        if (calls.callback.exchange(0)) plugin_->on_main_thread(plugin_);
        try {
            here();
        } catch (const std::exception &e) {
            complain(e.what());
        }
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    thread.join();
    if (!problem.empty()) throw Failure(problem);
    service();
}

void Instance::as_audio_thread(const std::function<void()> &f) {
    audio_here_ = true;
    try {
        f();
    } catch (...) {
        audio_here_ = false;
        throw;
    }
    audio_here_ = false;
}

bool Instance::flush(EventList &in) {
    EventList out;
    in.sort();
    const auto call = [&] { params()->flush(plugin_, &in.in, &out.out); };
    if (active) as_audio_thread(call);
    else call();
    in.events.clear();
    return true;
}

std::map<clap_id, clap_param_info_t> Instance::param_info() const {
    std::map<clap_id, clap_param_info_t> list;
    const clap_plugin_params_t *ext = params();
    for (uint32_t i = 0; i < ext->count(plugin_); i++) {
        clap_param_info_t info = {};
        memset(info.name, 'x', sizeof info.name);
        memset(info.module, 'x', sizeof info.module);
        expect(ext->get_info(plugin_, i, &info), "parameter %u cannot be read", i);
        expect(memchr(info.name, 0, sizeof info.name) && info.name[0], "parameter %u has no name", i);
        expect(memchr(info.module, 0, sizeof info.module) != nullptr, "the module of parameter %u has no end", i);
        const std::string module = info.module;
        expect(module.empty() || (module[0] != '/' && module.back() != '/' && module.find("//") == std::string::npos), "module \"%s\"", info.module);
        expect(info.min_value <= info.default_value && info.default_value <= info.max_value, "the default %g of %s is not in %g to %g",
               info.default_value, info.name, info.min_value, info.max_value);
        constexpr uint32_t kAutoParts = CLAP_PARAM_IS_AUTOMATABLE_PER_NOTE_ID | CLAP_PARAM_IS_AUTOMATABLE_PER_KEY |
                                        CLAP_PARAM_IS_AUTOMATABLE_PER_CHANNEL | CLAP_PARAM_IS_AUTOMATABLE_PER_PORT;
        constexpr uint32_t kModParts = CLAP_PARAM_IS_MODULATABLE_PER_NOTE_ID | CLAP_PARAM_IS_MODULATABLE_PER_KEY |
                                       CLAP_PARAM_IS_MODULATABLE_PER_CHANNEL | CLAP_PARAM_IS_MODULATABLE_PER_PORT;
        expect((info.flags & CLAP_PARAM_IS_AUTOMATABLE) || !(info.flags & kAutoParts), "%s is automatable in part only", info.name);
        expect((info.flags & CLAP_PARAM_IS_MODULATABLE) || !(info.flags & kModParts), "%s is modulatable in part only", info.name);
        expect(list.emplace(info.id, info).second, "two parameters have the id %u", info.id);
    }
    clap_param_info_t info = {};
    expect(!ext->get_info(plugin_, ext->count(plugin_), &info), "a parameter past the last can be read");
    return list;
}

std::map<clap_id, double> Instance::param_values() const {
    std::map<clap_id, double> list;
    for (const auto &p : param_info()) {
        double value = -1;
        expect(params()->get_value(plugin_, p.first, &value), "%s has no value", p.second.name);
        list[p.first] = value;
    }
    return list;
}

namespace {

struct Stream {
    std::string bytes;
    size_t at = 0, piece = SIZE_MAX;
};

int64_t CLAP_ABI write_bytes(const clap_ostream_t *stream, const void *data, uint64_t size) {
    Stream *s = static_cast<Stream *>(stream->ctx);
    const size_t n = std::min<size_t>(size, s->piece);
    s->bytes.append(static_cast<const char *>(data), n);
    return static_cast<int64_t>(n);
}

int64_t CLAP_ABI read_bytes(const clap_istream_t *stream, void *data, uint64_t size) {
    Stream *s = static_cast<Stream *>(stream->ctx);
    const size_t n = std::min({static_cast<size_t>(size), s->piece, s->bytes.size() - s->at});
    memcpy(data, s->bytes.data() + s->at, n);
    s->at += n;
    return static_cast<int64_t>(n);
}

}  // namespace

std::string Instance::save(size_t piece, int context) {
    Stream s;
    s.piece = piece;
    const clap_ostream_t stream = {&s, write_bytes};
    const auto *ext = extension<clap_plugin_state_t>(CLAP_EXT_STATE);
    const auto *with = extension<clap_plugin_state_context_t>(CLAP_EXT_STATE_CONTEXT);
    expect(context ? with->save(plugin_, &stream, static_cast<uint32_t>(context)) : ext->save(plugin_, &stream), "the state cannot be saved");
    expect(!s.bytes.empty(), "the saved state is empty");
    return s.bytes;
}

bool Instance::load(const std::string &state, size_t piece, int context) {
    Stream s;
    s.bytes = state;
    s.piece = piece;
    const clap_istream_t stream = {&s, read_bytes};
    const auto *ext = extension<clap_plugin_state_t>(CLAP_EXT_STATE);
    const auto *with = extension<clap_plugin_state_context_t>(CLAP_EXT_STATE_CONTEXT);
    return context ? with->load(plugin_, &stream, static_cast<uint32_t>(context)) : ext->load(plugin_, &stream);
}
