// host.hpp: a CLAP host in plain C++ that holds a plugin to every rule of the
// headers it knows of, so that it can be built with sanitizers and can call in
// any order. Each rule that is broken ends the row (fail).
#pragma once

#include <clap/clap.h>
#include <clap/factory/preset-discovery.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

[[noreturn]] void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void expect(bool right, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same numbers in every run.
struct Random {
    uint64_t state;
    explicit Random(uint64_t seed = 1337) : state(seed * 0x9e3779b97f4a7c15u + 1) {}
    uint64_t next() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state * 0x2545f4914f6cdd1du;
    }
    uint32_t below(uint32_t n) { return static_cast<uint32_t>((next() >> 33) % n); }
    double unit() { return static_cast<double>(next() >> 11) / static_cast<double>(uint64_t(1) << 53); }
    double between(double lo, double hi) { return lo + (hi - lo) * unit(); }
    bool chance(double p) { return unit() < p; }
};

// Any event that CLAP has, by value.
union Event {
    clap_event_header_t header;
    clap_event_note_t note;
    clap_event_note_expression_t expression;
    clap_event_param_value_t value;
    clap_event_param_mod_t mod;
    clap_event_param_gesture_t gesture;
    clap_event_transport_t transport;
    clap_event_midi_t midi;
    clap_event_midi_sysex_t sysex;
    clap_event_midi2_t midi2;
};

// Lists of events in both directions.
struct EventList {
    std::vector<Event> events;
    uint32_t room = 1u << 20;  // events that can be pushed
    clap_input_events_t in;
    clap_output_events_t out;
    EventList();
    EventList(const EventList &) = delete;
    EventList &operator=(const EventList &) = delete;
    void sort();
};

// The plugin's file.
struct Library {
    std::string path;
    void *handle = nullptr;
    const clap_plugin_entry_t *entry = nullptr;
    explicit Library(const std::string &path, int flags = 0);
    ~Library();
    Library(const Library &) = delete;
    const clap_plugin_factory_t *factory() const;
    std::vector<std::string> ids() const;
};

// What the plugin has called back.
struct Calls {
    std::atomic<uint32_t> restart{0}, process{0}, callback{0}, flush{0}, rescan_values{0}, rescan_info{0}, rescan_text{0},
        dirty{0}, tail{0}, ports{0};
};

struct Port {
    clap_id id;
    uint32_t channels;
    bool main, wide;
    int pair;  // index in the other direction, -1 for none
};

struct Ports {
    std::vector<Port> inputs, outputs;
};

// One instance. Functions whose name says so run on the instance's audio thread;
// all others belong to the thread that made it.
class Instance {
public:
    Instance(const Library &library, const std::string &id, const std::vector<std::string> &without = {});
    ~Instance();
    Instance(const Instance &) = delete;

    bool init();
    const clap_plugin_t *plugin() const { return plugin_; }
    template <class T>
    const T *extension(const char *id) const {
        return static_cast<const T *>(plugin_->get_extension(plugin_, id));
    }
    const clap_plugin_params_t *params() const { return extension<clap_plugin_params_t>(CLAP_EXT_PARAMS); }

    Ports ports() const;
    void activate(double rate, uint32_t min, uint32_t max);
    void deactivate();
    void service();  // on_main_thread when it was asked for
    // Runs f as the audio thread, on a thread of its own, and serves the plugin meanwhile.
    void on_audio_thread(const std::function<void()> &f);
    // Runs f as the audio thread and meanwhile beside here, again and again.
    void beside(const std::function<void()> &f, const std::function<void()> &here);
    // Runs f here as if this were the audio thread, which CLAP allows while nothing else is.
    void as_audio_thread(const std::function<void()> &f);

    void start_processing();
    void stop_processing();

    bool flush(EventList &in);
    std::map<clap_id, clap_param_info_t> param_info() const;
    std::map<clap_id, double> param_values() const;

    std::string save(size_t piece = SIZE_MAX, int context = 0);
    bool load(const std::string &state, size_t piece = SIZE_MAX, int context = 0);

    Calls calls;
    bool active = false, processing = false;
    // What the plugin did wrong in a callback, "" for nothing.
    std::string wrong();
    void complain(const std::string &what);
    bool is_main() const { return std::this_thread::get_id() == main_ && !audio_here_; }
    bool is_audio() const { return audio_here_ ? std::this_thread::get_id() == main_ : std::this_thread::get_id() == audio_.load(); }

private:
    static const void *CLAP_ABI get_extension(const clap_host_t *, const char *);
    clap_host_t host_ = {};
    const clap_plugin_t *plugin_ = nullptr;
    std::thread::id main_ = std::this_thread::get_id();
    std::atomic<std::thread::id> audio_{};
    std::atomic<bool> audio_here_{false};
    std::mutex mutex_;
    std::string wrong_;
    std::vector<std::string> without_;
};

// Buffers for all ports and one block at a time, with every rule checked.
class Player {
public:
    enum Kind { Float, Double };
    Player(Instance &instance, const Ports &ports, uint32_t max_frames, Kind kind, bool in_place);

    void noise(Random &random);    // into all inputs
    void silence();                // into all inputs, marked constant
    void denormals(Random &random);
    // Plays frames (0: all) and checks what came out. Events are taken and cleared.
    clap_process_status play(uint32_t frames = 0);

    EventList in, out;
    const clap_event_transport_t *transport = nullptr;
    bool allow_denormals = false;
    std::vector<bool> output_on;  // ports whose output counts
    double loudest = 0;           // of the last block, DC aside, dB
    bool all_constant = false;    // the plugin called every output constant
    uint64_t mask(uint32_t port) const { return outputs_[port].constant_mask; }
    uint32_t max_frames() const { return max_; }

private:
    struct Buffer {
        std::vector<std::vector<float>> f;
        std::vector<std::vector<double>> d;
        std::vector<float *> fp;
        std::vector<double *> dp;
    };
    Buffer make(uint32_t channels) const;
    void view(clap_audio_buffer_t *to, Buffer &b, uint32_t channels) const;
    double at(const Buffer &b, uint32_t channel, uint32_t i) const { return kind_ == Double ? b.d[channel][i] : b.f[channel][i]; }
    void check(uint32_t frames, const std::vector<Buffer> &before_in, const std::vector<Buffer> &before_out);
    void check_events(uint32_t frames) const;

    Instance &instance_;
    Ports ports_;
    uint32_t max_;
    Kind kind_;
    int64_t steady_ = 0;
    std::vector<Buffer> in_buffers_, out_buffers_;
    std::vector<int> shared_;  // for an output, the input whose buffers it has, -1 for none
    std::vector<clap_audio_buffer_t> inputs_, outputs_;
};

// ---- random events ----

struct Note {
    int32_t id;
    int16_t channel, key;
};

class Notes {
public:
    bool consistent = true, overlapping = true, wildcards = false;
    int lo = -6, hi = 5;  // frames between two events
    std::vector<clap_param_info_t> params;  // modulated and automated note by note
    void add(Random &random, EventList &list, uint32_t frames);
    void stop_all(EventList &list);

private:
    Event one(Random &random, uint32_t time);
    std::vector<Note> playing_;
    int32_t next_ = 0;
};

Event param_event(const clap_param_info_t &info, double value, uint32_t time, bool cookie = true);
using ParamInfo = std::map<clap_id, clap_param_info_t>;
void random_params(Random &random, const ParamInfo &params, EventList &list, uint32_t time, bool bounds = false, bool cookies = true);
clap_event_transport_t random_transport(Random &random, uint32_t time);

// ---- rows ----

struct Context {
    std::string path;   // of the plugin's file
    std::string id;     // of the plugin
    double seconds = 1; // how long rows that can go on for ever do
    std::string detail; // what a row found
};
struct Row {
    const char *name;
    const char *rule;
    bool per_plugin;  // once for each plugin of the file
    void (*run)(Context &);
};
extern const std::vector<Row> kProcessRows, kParamRows, kStateRows, kLayoutRows, kLibraryRows, kThreadRows;
