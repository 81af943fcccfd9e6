// param_rows.cpp: parameters and states.
#include "host.hpp"

#include <math.h>
#include <string.h>

#include <algorithm>

namespace {

constexpr uint32_t kFrames = 512;

// One block with the events in an active plugin.
void in_a_block(Instance &instance, EventList &events) {
    Player player(instance, instance.ports(), kFrames, Player::Float, false);
    std::swap(player.in.events, events.events);
    instance.activate(48000, 1, kFrames);
    instance.on_audio_thread([&] {
        instance.start_processing();
        player.play();
        instance.stop_processing();
    });
    instance.deactivate();
    instance.service();
}

void same_values(const std::map<clap_id, double> &a, const std::map<clap_id, double> &b, const char *what) {
    expect(a.size() == b.size(), "%s: another number of parameters", what);
    for (const auto &p : a) expect(b.count(p.first) && fabs(b.at(p.first) - p.second) < 1e-9, "%s: parameter %u is %g and %g", what, p.first, p.second, b.count(p.first) ? b.at(p.first) : -1);
}

void conversions(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const clap_plugin_params_t *ext = instance.params();
    const clap_plugin_t *plugin = instance.plugin();
    for (const auto &p : instance.param_info()) {
        for (int i = 0; i < 40; i++) {
            const double value = p.second.min_value + (p.second.max_value - p.second.min_value) * i / 39;
            char first[CLAP_NAME_SIZE], second[CLAP_NAME_SIZE];
            double back = NAN, again = NAN;
            expect(ext->value_to_text(plugin, p.first, value, first, sizeof first), "%s: %g has no text", p.second.name, value);
            expect(ext->text_to_value(plugin, p.first, first, &back), "%s: \"%s\" is not read", p.second.name, first);
            expect(ext->value_to_text(plugin, p.first, back, second, sizeof second), "%s: %g has no text", p.second.name, back);
            expect(!strcmp(first, second), "%s: \"%s\", then \"%s\"", p.second.name, first, second);
            expect(ext->text_to_value(plugin, p.first, second, &again) && again == back, "%s: \"%s\" is %g, then %g", p.second.name, second, back, again);
        }
        char tiny[3] = {'x', 'x', 'x'};
        ext->value_to_text(plugin, p.first, p.second.max_value, tiny, 2);
        expect(tiny[2] == 'x' && (tiny[1] == 0 || tiny[0] == 0), "%s: a short buffer is overrun", p.second.name);
        double ignored;
        expect(!ext->text_to_value(plugin, p.first, "no number", &ignored) && !ext->text_to_value(plugin, p.first, "", &ignored), "%s reads nonsense", p.second.name);
    }
    double ignored;
    char text[16];
    expect(!ext->get_value(plugin, 77, &ignored) && !ext->value_to_text(plugin, 77, 0, text, sizeof text), "there is a parameter 77");
}

void set_events(Context &c, bool cookies) {
    Library library(c.path);
    std::map<clap_id, double> flushed, processed;
    for (bool by_flush : {true, false}) {
        Instance instance(library, c.id);
        expect(instance.init(), "init says no");
        const auto before = instance.param_values();
        Random random;
        EventList events;
        random_params(random, instance.param_info(), events, 0, false, cookies);
        if (by_flush) instance.flush(events);
        else in_a_block(instance, events);
        instance.service();
        (by_flush ? flushed : processed) = instance.param_values();
        expect((by_flush ? flushed : processed) != before, "%s changes nothing", by_flush ? "flush" : "process");
    }
    same_values(flushed, processed, "flush and process");
}

void set_with_cookies(Context &c) { set_events(c, true); }
void set_without(Context &c) { set_events(c, false); }

void wrong_namespace(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const auto before = instance.param_values();
    Random random;
    EventList events;
    random_params(random, instance.param_info(), events, 0);
    for (Event &e : events.events) e.header.space_id = 0xb33f;
    in_a_block(instance, events);
    same_values(before, instance.param_values(), "events of another space");
}

void fuzz(Context &c, bool bounds) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    Random random(bounds ? 2 : 1);
    Notes notes;
    notes.lo = -1, notes.hi = 128;
    Player player(instance, instance.ports(), kFrames, Player::Float, false);
    for (int round = 0; round < 50; round++) {
        random_params(random, instance.param_info(), player.in, 0, bounds);
        instance.activate(44100, 1, kFrames);
        instance.on_audio_thread([&] {
            instance.start_processing();
            for (int i = 0; i < 5; i++) {
                player.noise(random);
                notes.add(random, player.in, kFrames);
                player.play();
            }
            instance.stop_processing();
        });
        instance.deactivate();
    }
    instance.service();
}

void fuzz_basic(Context &c) { fuzz(c, false); }
void fuzz_bounds(Context &c) { fuzz(c, true); }

void fuzz_accurate(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    Random random;
    Notes notes;
    Player player(instance, instance.ports(), kFrames, Player::Float, false);
    const ParamInfo info = instance.param_info();
    instance.activate(44100, 1, kFrames);
    for (uint32_t interval : {1000u, 100u, 10u}) {
        instance.on_audio_thread([&] {
            instance.start_processing();
            uint32_t at = 0;
            for (int i = 0; i < 8; i++) {
                for (; at < kFrames; at += interval) random_params(random, info, player.in, at);
                at -= kFrames;
                player.noise(random);
                notes.add(random, player.in, kFrames);
                player.play();
            }
            instance.stop_processing();
        });
    }
}

void fuzz_modulation(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    Random random;
    Notes notes;
    for (const auto &p : instance.param_info()) notes.params.push_back(p.second);
    notes.wildcards = true;
    Player player(instance, instance.ports(), kFrames, Player::Float, false);
    instance.activate(44100, 1, kFrames);
    instance.on_audio_thread([&] {
        instance.start_processing();
        for (int i = 0; i < 100; i++) {
            player.noise(random);
            notes.add(random, player.in, kFrames);
            player.play();
        }
        instance.stop_processing();
    });
}

void defaults(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const auto values = instance.param_values();
    for (const auto &p : instance.param_info()) {
        expect(fabs(values.at(p.first) - p.second.default_value) < 1e-4 * (p.second.max_value - p.second.min_value), "%s starts at %g, its default is %g",
               p.second.name, values.at(p.first), p.second.default_value);
    }
}

// ---- states ----

void invalid_empty(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const std::string before = instance.save();
    expect(!instance.load(""), "an empty state is loaded");
    expect(instance.save() == before, "and has changed something");
}

void invalid_random(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const std::string before = instance.save();
    Random random;
    for (size_t size : {size_t(1), size_t(100), size_t(1) << 20, size_t(1) << 20, size_t(1) << 20}) {
        std::string bytes(size, 0);
        for (char &b : bytes) b = static_cast<char>(random.next() >> 40);
        expect(!instance.load(bytes, 4096), "%zu random bytes are loaded", size);
    }
    expect(instance.save() == before, "random bytes have changed the state");
    instance.service();
}

void reproducible(Context &c, size_t save_piece, size_t load_piece, bool cookies, bool by_flush, int context) {
    Library library(c.path);
    std::string state;
    std::map<clap_id, double> values;
    {
        Instance instance(library, c.id);
        expect(instance.init(), "init says no");
        Random random;
        EventList events;
        random_params(random, instance.param_info(), events, 0, false, cookies);
        if (by_flush) instance.flush(events);
        else in_a_block(instance, events);
        values = instance.param_values();
        state = instance.save(save_piece, context);
    }
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const auto before = instance.param_values();
    const auto info = instance.param_info();
    instance.calls.rescan_values = instance.calls.rescan_info = 0;
    expect(instance.load(state, load_piece, context), "its own state is refused");
    instance.service();
    expect(instance.param_values() == before || instance.calls.rescan_values > 0, "values changed and the host was not told");
    for (const auto &p : instance.param_info()) {
        const clap_param_info_t &old = info.at(p.first);
        const bool same = !strcmp(old.name, p.second.name) && !strcmp(old.module, p.second.module) && old.flags == p.second.flags;
        expect(same || instance.calls.rescan_info > 0, "%s changed and the host was not told", p.second.name);
    }
    same_values(values, instance.param_values(), "saved and loaded");
    expect(instance.save(save_piece, context) == state, "saved again the state has other bytes");
}

void reproducible_basic(Context &c) { reproducible(c, SIZE_MAX, SIZE_MAX, true, false, 0); }
void reproducible_flush(Context &c) { reproducible(c, SIZE_MAX, SIZE_MAX, true, true, 0); }
void reproducible_cookies(Context &c) { reproducible(c, SIZE_MAX, SIZE_MAX, false, true, 0); }
void reproducible_buffered(Context &c) { reproducible(c, 23, 17, true, true, 0); }
void reproducible_contexts(Context &c) {
    for (int context : {CLAP_STATE_CONTEXT_FOR_PRESET, CLAP_STATE_CONTEXT_FOR_DUPLICATE, CLAP_STATE_CONTEXT_FOR_PROJECT}) {
        reproducible(c, 5, 1, true, true, context);
    }
}

}  // namespace

const std::vector<Row> kParamRows = {
    {"param-conversions", "text and value lead to each other; short buffers are not overrun", true, conversions},
    {"param-set-events", "flush does what process does", true, set_with_cookies},
    {"param-set-no-cookies", "and without cookies", true, set_without},
    {"param-set-wrong-namespace", "events of another space do nothing", true, wrong_namespace},
    {"param-fuzz-basic", "random values, 50 sets of them", true, fuzz_basic},
    {"param-fuzz-bounds", "only least and largest values", true, fuzz_bounds},
    {"param-fuzz-sample-accurate", "all parameters every 1000, 100, 10 frames", true, fuzz_accurate},
    {"param-fuzz-modulation", "modulation and automation of single notes", true, fuzz_modulation},
    {"param-default-values", "a new instance has its defaults", true, defaults},
};

const std::vector<Row> kStateRows = {
    {"state-invalid-empty", "nothing is no state", true, invalid_empty},
    {"state-invalid-random", "random bytes are refused and change nothing", true, invalid_random},
    {"state-reproducibility-basic", "values come back, the host is told, the bytes are the same", true, reproducible_basic},
    {"state-reproducibility-flush", "the same after a flush", true, reproducible_flush},
    {"state-reproducibility-null-cookies", "the same without cookies", true, reproducible_cookies},
    {"state-reproducibility-buffered-streams", "the same by 23 and 17 bytes at a time", true, reproducible_buffered},
    {"state-context-reproducibility", "the same for each context, by 5 and 1 bytes", true, reproducible_contexts},
};
