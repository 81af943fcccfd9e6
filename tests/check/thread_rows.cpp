// thread_rows.cpp: calls in odd but legal orders, from many threads, for long,
// and many instances at once.
#include "host.hpp"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// Made and destroyed without more; asked before and after; flushed, saved and
// loaded in every state; reset without playing; started and stopped in vain.
void odd_orders(Context &c) {
    Library library(c.path);
    expect(library.entry->init(c.path.c_str()), "a second init says no");
    library.entry->deinit();
    { Instance never(library, c.id); }
    {
        Instance instance(library, c.id);
        expect(instance.init(), "init says no");
    }
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const clap_plugin_t *plugin = instance.plugin();
    expect(plugin->get_extension(plugin, "no.such.extension") == nullptr, "an extension that is none is given");
    plugin->on_main_thread(plugin);
    EventList nothing;
    instance.flush(nothing);
    const std::string state = instance.save();
    for (int i = 0; i < 3; i++) {
        instance.activate(44100 + i, 1, 64 << i);
        instance.flush(nothing);
        expect(instance.load(state), "a state is refused while active");
        instance.as_audio_thread([&] {
            plugin->reset(plugin);
            instance.start_processing();
            plugin->reset(plugin);
            instance.stop_processing();
            instance.start_processing();
            instance.stop_processing();
        });
        plugin->on_main_thread(plugin);
        expect(instance.save() == state, "odd calls have changed the state");
        instance.deactivate();
        expect(instance.load(state), "a state is refused while inactive");
    }
    for (double rate : {0.0, 999.0, -1.0, 1e9}) expect(!plugin->activate(plugin, rate, 1, 64), "%g Hz is accepted", rate);
    expect(!plugin->activate(plugin, 48000, 64, 32) && !plugin->activate(plugin, 48000, 0, 0), "blocks of no length are accepted");
    instance.activate(48000, 0, 64);
    instance.deactivate();
    instance.service();
}

// The host lacks extensions, any of them.
void poor_hosts(Context &c) {
    Library library(c.path);
    const std::vector<std::string> all = {CLAP_EXT_LOG, CLAP_EXT_THREAD_CHECK, CLAP_EXT_PARAMS, CLAP_EXT_STATE, CLAP_EXT_LATENCY, CLAP_EXT_TAIL,
                                          CLAP_EXT_NOTE_PORTS, CLAP_EXT_AUDIO_PORTS, CLAP_EXT_VOICE_INFO, CLAP_EXT_NOTE_NAME, CLAP_EXT_REMOTE_CONTROLS,
                                          CLAP_EXT_PRESET_LOAD};
    std::vector<std::vector<std::string>> cases = {all};
    for (const std::string &one : all) cases.push_back({one});
    for (const auto &without : cases) {
        Instance instance(library, c.id, without);
        expect(instance.init(), "init says no");
        Random random;
        Player player(instance, instance.ports(), 64, Player::Float, false);
        instance.activate(48000, 1, 64);
        instance.on_audio_thread([&] {
            instance.start_processing();
            player.noise(random);
            player.play();
            instance.stop_processing();
        });
        expect(instance.load(instance.save()), "its own state is refused");
        instance.service();
    }
}

// The main thread saves, loads, asks and turns the render mode while audio plays
// on threads that change.
void main_beside_audio(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    expect(instance.init(), "init says no");
    const clap_plugin_t *plugin = instance.plugin();
    const auto *render = instance.extension<clap_plugin_render_t>(CLAP_EXT_RENDER);
    const auto *tail = instance.extension<clap_plugin_tail_t>(CLAP_EXT_TAIL);
    Random audio(7), mine(8);
    Player player(instance, instance.ports(), 256, Player::Float, false);
    Notes notes;
    notes.lo = -1, notes.hi = 64;
    const auto info = instance.param_info();
    for (const auto &p : info) notes.params.push_back(p.second);
    std::string state = instance.save();
    const auto begin = Clock::now();
    int loads = 0, rounds = 0;
    instance.activate(48000, 1, 256);
    for (bool first = true; first || since(begin) < c.seconds; first = false) {
        rounds++;
        const auto main_work = [&] {
            if (mine.chance(0.2)) state = instance.save(mine.chance(0.5) ? SIZE_MAX : 1 + mine.below(64));
            if (mine.chance(0.2)) loads += instance.load(state, mine.chance(0.5) ? SIZE_MAX : 1 + mine.below(64));
            if (mine.chance(0.5)) (void)instance.param_values();
            if (mine.chance(0.3)) render->set(plugin, mine.chance(0.5) ? CLAP_RENDER_OFFLINE : CLAP_RENDER_REALTIME);
            if (mine.chance(0.3)) (void)tail->get(plugin);
            char text[64];
            if (mine.chance(0.5)) instance.params()->value_to_text(plugin, 4096, mine.unit(), text, sizeof text);
        };
        instance.beside(
            [&] {
                instance.start_processing();
                for (int i = 0; i < 50; i++) {
                    player.noise(audio);
                    notes.add(audio, player.in, 256);
                    player.play(1 + audio.below(256));
                    if (audio.chance(0.02)) plugin->reset(plugin);
                }
                instance.stop_processing();
            },
            main_work);
    }
    instance.deactivate();
    instance.service();
    c.detail = std::to_string(rounds) + " audio threads, " + std::to_string(loads) + " loads";
}

// The fuzzer: layouts, rates, lengths, widths, events, states, all at random.
void fuzzer(Context &c) {
    const auto begin = Clock::now();
    uint64_t seed = 1, blocks = 0;
    for (; seed == 1 || since(begin) < c.seconds; seed++) {
        Random random(seed);
        try {
            Library library(c.path);
            Instance instance(library, c.id);
            expect(instance.init(), "init says no");
            const clap_plugin_t *plugin = instance.plugin();
            const auto *configs = instance.extension<clap_plugin_audio_ports_config_t>(CLAP_EXT_AUDIO_PORTS_CONFIG);
            const auto *ports_on = instance.extension<clap_plugin_audio_ports_activation_t>(CLAP_EXT_AUDIO_PORTS_ACTIVATION);
            std::string state = instance.save();
            for (int setting = 0; setting < 3; setting++) {
                if (random.chance(0.5)) {
                    clap_audio_ports_config_t config = {};
                    expect(configs->get(plugin, random.below(configs->count(plugin)), &config) && configs->select(plugin, config.id), "a layout is refused");
                }
                EventList events;
                random_params(random, instance.param_info(), events, 0);
                instance.flush(events);
                const uint32_t max = 1 + random.below(random.chance(0.5) ? 4096 : 64), min = 1 + random.below(max);
                const double rate = random.chance(0.5) ? 48000 : random.between(1000, 192000);
                const Ports ports = instance.ports();
                Player player(instance, ports, max, random.chance(0.5) ? Player::Double : Player::Float, random.chance(0.5));
                Notes notes;
                notes.wildcards = true;
                notes.consistent = random.chance(0.7);
                notes.lo = -10, notes.hi = 200;
                for (const auto &p : instance.param_info()) notes.params.push_back(p.second);
                instance.activate(rate, min, max);
                bool quiet = false;
                instance.beside(
                    [&] {
                        instance.start_processing();
                        for (uint32_t left = std::min(60u, 40000 / max + 1); left > 0; left--, blocks++) {
                            const uint32_t frames = random.chance(0.5) ? min + random.below(max - min + 1) : random.chance(0.5) ? max : min;
                            if (random.chance(0.1)) quiet = !quiet;
                            if (random.chance(0.05)) plugin->reset(plugin);
                            if (random.chance(0.05)) {
                                player.output_on[0] = random.chance(0.5);
                                ports_on->set_active(plugin, false, 0, player.output_on[0], 0);
                            }
                            const clap_event_transport_t t = random_transport(random, 0);
                            player.transport = random.chance(0.1) ? nullptr : &t;
                            if (quiet) {
                                player.silence();
                            } else {
                                player.noise(random);
                                notes.add(random, player.in, frames);
                            }
                            player.play(frames);
                            player.transport = nullptr;
                        }
                        instance.stop_processing();
                    },
                    [&, mine = Random(seed + 99)]() mutable {
                        if (mine.chance(0.05)) state = instance.save();
                        if (mine.chance(0.05)) instance.load(state, 1 + mine.below(64));
                    });
                instance.deactivate();
                ports_on->set_active(plugin, false, 0, true, 0);
                instance.service();
            }
        } catch (const Failure &e) {
            fail("seed %llu: %s", static_cast<unsigned long long>(seed), e.what());
        }
    }
    c.detail = std::to_string(seed - 1) + " seeds, " + std::to_string(blocks) + " blocks";
}

long resident_kb() {
    long size = 0, resident = 0;
    if (FILE *f = fopen("/proc/self/statm", "r")) {
        if (fscanf(f, "%ld %ld", &size, &resident) != 2) resident = 0;
        fclose(f);
    }
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

double cpu_seconds() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// 64 instances of both plugins in one process, then at rest.
void many(Context &c) {
    constexpr int kCount = 64;
    Library library(c.path);
    const auto ids = library.ids();
    const auto begin = Clock::now();
    std::vector<std::unique_ptr<Instance>> list;
    double first = 0;
    long after_first = 0;
    for (int i = 0; i < kCount; i++) {
        list.emplace_back(new Instance(library, ids[static_cast<size_t>(i) % ids.size()]));
        expect(list.back()->init(), "instance %d cannot be made", i);
        list.back()->activate(48000, 1, 512);
        if (i == 0) first = since(begin), after_first = resident_kb();
    }
    const double made = since(begin);
    const long memory = resident_kb();
    std::vector<std::unique_ptr<Player>> players;
    Random random;
    for (auto &instance : list) {
        players.emplace_back(new Player(*instance, instance->ports(), 512, Player::Float, false));
        instance->as_audio_thread([&] { instance->start_processing(); });
    }
    double worst = 0, total = 0;
    const int blocks = 20;
    for (int b = 0; b < blocks; b++) {
        for (int i = 0; i < kCount; i++) {
            Event on = {};
            on.note = {{sizeof on.note, 0, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_NOTE_ON, 0}, -1, 0, 0, 60, 0.8};
            if (b == 0) players[static_cast<size_t>(i)]->in.events.push_back(on);
            players[static_cast<size_t>(i)]->noise(random);
        }
        const double cpu = cpu_seconds();
        for (int i = 0; i < kCount; i++) list[static_cast<size_t>(i)]->as_audio_thread([&] { players[static_cast<size_t>(i)]->play(); });
        const double took = cpu_seconds() - cpu;
        total += took;
        worst = std::max(worst, took);
    }
    usleep(1000000);  // the sessions look around less often then
    const double idle_cpu = cpu_seconds();
    const auto idle = Clock::now();
    while (since(idle) < 1) usleep(10000);
    const double resting = cpu_seconds() - idle_cpu;
    for (auto &instance : list) instance->service();
    const auto end = Clock::now();
    list.clear();
    char text[512];
    snprintf(text, sizeof text,
             "first instance %.0f ms, 64 in %.0f ms; %.1f MB for the first, %.2f MB for each other; a block of 512 of all 64 %.2f ms of "
             "processor time (checks included), idle %.1f %% of one processor; destroyed in %.0f ms",
             first * 1000, made * 1000, static_cast<double>(after_first) / 1024, static_cast<double>(memory - after_first) / 1024 / (kCount - 1),
             total / blocks * 1000, resting * 100, since(end) * 1000);
    c.detail = text;
    expect(made < 60 && memory < 2000000, "%s", text);
}

// Many threads make, play and destroy instances of their own at once. CLAP has
// one main thread, but nothing of ours may lean on that beyond an instance.
void made_in_parallel(Context &c) {
    Library library(c.path);
    { Instance warm(library, c.id); expect(warm.init(), "init says no"); }
    std::mutex mutex;
    std::string problem;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; t++) {
        threads.emplace_back([&, t] {
            try {
                Random random(t);
                for (int i = 0; i < 4; i++) {
                    Instance instance(library, c.id);
                    expect(instance.init(), "init says no");
                    Player player(instance, instance.ports(), 128, Player::Float, false);
                    instance.activate(48000, 1, 128);
                    instance.as_audio_thread([&] {
                        instance.start_processing();
                        for (int k = 0; k < 20; k++) {
                            player.noise(random);
                            player.play();
                        }
                        instance.stop_processing();
                    });
                    expect(instance.load(instance.save()), "its own state is refused");
                    instance.deactivate();
                }
            } catch (const std::exception &e) {
                std::lock_guard<std::mutex> lock(mutex);
                problem = e.what();
            }
        });
    }
    for (auto &t : threads) t.join();
    expect(problem.empty(), "%s", problem.c_str());
}

// All memory locked, now and to come, with little of it allowed: as hosts on
// JACK ask for it. Where it cannot be had, the plugin may say no, not crash.
void locked_memory(Context &c) {
    const rlimit small = {4u << 20, 4u << 20};
    expect(setrlimit(RLIMIT_MEMLOCK, &small) == 0, "the limit cannot be set");
    const bool locked = mlockall(MCL_FUTURE) == 0;
    Library library(c.path);
    Instance instance(library, c.id);
    const bool made = instance.init();
    if (made) {
        Player player(instance, instance.ports(), 128, Player::Float, false);
        Random random;
        instance.activate(48000, 1, 128);
        instance.as_audio_thread([&] {
            instance.start_processing();
            player.noise(random);
            player.play();
            instance.stop_processing();
        });
    }
    c.detail = std::string(locked ? "locked" : "mlockall is not allowed") + (made ? ", plays" : ", says no");
    munlockall();
}

// Without libmmm an instance cannot be made ready, but all else works.
void missing_library(Context &c) {
    Library library(c.path);
    Instance instance(library, c.id);
    const std::string file = c.path.substr(0, c.path.rfind('/')) + "/libmmm.so";
    const bool there = access(file.c_str(), R_OK) == 0;
    expect(instance.init() == there, "init says %d, libmmm is there: %d", !there, there);
    Instance again(library, c.id);
    expect(again.init() == there, "a second init says something else");
    c.detail = there ? "it is there" : "init says no";
}

}  // namespace

const std::vector<Row> kThreadRows = {
    {"odd-orders", "legal calls in orders that no host has; what is not legal is refused", true, odd_orders},
    {"poor-hosts", "a host without any one of the extensions, and without all", true, poor_hosts},
    {"main-beside-audio", "saving, loading, asking while audio plays on changing threads", true, main_beside_audio},
    {"made-in-parallel", "instances on four threads at once", true, made_in_parallel},
    {"fuzzer", "layouts, rates, lengths, events, states, all at random", true, fuzzer},
    {"many-instances", "64 instances of both plugins in one process", false, many},
    {"missing-library", "without libmmm beside it an instance is refused, not more", true, missing_library},
    {"locked-memory", "mlockall(MCL_FUTURE) with a limit of 4 MB", true, locked_memory},
};
