// process_rows.cpp: what comes out of blocks of every kind.
#include "host.hpp"

#include <math.h>
#include <stdio.h>

#include <algorithm>
#include <chrono>

namespace {

constexpr uint32_t kFrames = 512;

// An instance that is made and ready to be activated.
struct Ready {
    Library library;
    Instance instance;
    Ports ports;
    Random random;
    explicit Ready(const Context &c) : library(c.path), instance(library, c.id) {
        expect(instance.init(), "init says no");
        ports = instance.ports();
    }
    // Plays on an audio thread between activation and deactivation.
    void play(Player &player, double rate, uint32_t max, const std::function<void()> &f) {
        (void)player;
        instance.activate(rate, 1, max);
        instance.on_audio_thread([&] {
            instance.start_processing();
            f();
            instance.stop_processing();
        });
        instance.deactivate();
        instance.service();
    }
};

void basic(Context &c, Player::Kind kind, bool in_place) {
    Ready r(c);
    Player player(r.instance, r.ports, kFrames, kind, in_place);
    Notes notes;
    notes.lo = -4, notes.hi = 64;
    r.play(player, 44100, kFrames, [&] {
        for (int i = 0; i < 20; i++) {
            player.noise(r.random);
            if (i > 5) notes.add(r.random, player.in, kFrames);
            player.play();
        }
    });
}

void out_of_place(Context &c) { basic(c, Player::Float, false); }
void in_place(Context &c) { basic(c, Player::Float, true); }
void double_out_of_place(Context &c) { basic(c, Player::Double, false); }
void double_in_place(Context &c) { basic(c, Player::Double, true); }

void denormals(Context &c) {
    Ready r(c);
    Player player(r.instance, r.ports, kFrames, Player::Float, false);
    const auto measure = [&](bool small) {
        double best = 1e9;
        r.play(player, 44100, kFrames, [&] {
            for (int i = 0; i < 200; i++) {
                if (small) player.denormals(r.random);
                else player.noise(r.random);
                const auto begin = std::chrono::steady_clock::now();
                player.play();
                if (i > 20) best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
            }
        });
        return best;
    };
    const double usual = measure(false), small = measure(true);
    expect(small < 2 * usual, "a block of subnormal input takes %.1f times as long", small / usual);
}

void constant_mask(Context &c) {
    Ready r(c);
    Player player(r.instance, r.ports, kFrames, Player::Float, false);
    Notes notes;
    bool quiet = false, marked = false;
    r.play(player, 44100, kFrames, [&] {
        const auto look = [&] {
            quiet = quiet || player.loudest <= -1000;
            marked = marked || player.all_constant;
        };
        player.silence();
        player.play();
        player.noise(r.random);
        notes.add(r.random, player.in, kFrames);
        player.play();
        player.silence();
        notes.stop_all(player.in);
        for (int i = 0; i < 600; i++) {
            player.play();
            look();
        }
    });
    expect(marked || !quiet, "silent output was never called constant");
}

void process_status(Context &c) {
    Ready r(c);
    Player player(r.instance, r.ports, kFrames, Player::Float, false);
    Notes notes;
    notes.lo = -4, notes.hi = 64;
    bool slept = false;
    r.play(player, 44100, kFrames, [&] {
        for (int pass = 0; pass < 3; pass++) {
            for (int i = 0; i < 10; i++) {
                notes.add(r.random, player.in, kFrames);
                player.noise(r.random);
                player.play();
            }
            bool asleep = false;
            for (int i = 0; i < 1500; i++) {
                notes.stop_all(player.in);
                player.silence();
                const clap_process_status status = player.play();
                // Notes off are events: only a block without any is like sleep.
                expect(!asleep || player.loudest < -120, "it sleeps and sounds at %g dB", player.loudest);
                asleep = status == CLAP_PROCESS_SLEEP;
                slept = slept || asleep;
            }
        }
    });
    expect(slept, "it never went to sleep");
}

void notes_with(Context &c, bool consistent, bool wildcards) {
    Ready r(c);
    Player player(r.instance, r.ports, kFrames, Player::Float, false);
    Notes notes;
    notes.consistent = consistent;
    notes.wildcards = wildcards;
    r.play(player, 44100, kFrames, [&] {
        for (int i = 0; i < 50; i++) {
            player.noise(r.random);
            notes.add(r.random, player.in, kFrames);
            player.play();
        }
    });
}

void notes_basic(Context &c) { notes_with(c, true, false); }
void notes_inconsistent(Context &c) { notes_with(c, false, false); }
void notes_wildcard(Context &c) { notes_with(c, true, true); }

void rates(Context &c) {
    Ready r(c);
    Player player(r.instance, r.ports, kFrames, Player::Float, false);
    for (double rate : {1000.0, 8000.0, 22050.0, 44100.0, 48000.0, 88200.0, 96000.0, 192000.0, 384000.0, 768000.0, 1234.5678, 12345.678, 45678.901, 123456.78}) {
        Notes notes;
        notes.lo = -4, notes.hi = 64;
        r.play(player, rate, kFrames, [&] {
            for (int i = 0; i < 5; i++) {
                player.noise(r.random);
                notes.add(r.random, player.in, kFrames);
                player.play();
            }
        });
    }
}

void block_sizes(Context &c) {
    Ready r(c);
    for (uint32_t size : {1u, 256u, 1024u, 4096u, 16384u, 1536u, 10u, 17u, 2027u}) {
        Player player(r.instance, r.ports, size, Player::Float, false);
        Notes notes;
        notes.lo = -4, notes.hi = 64;
        r.play(player, 44100, size, [&] {
            for (uint32_t i = 0; i < std::min(16384 / size, 5u); i++) {
                player.noise(r.random);
                notes.add(r.random, player.in, size);
                player.play();
            }
        });
    }
}

void random_blocks(Context &c) {
    Ready r(c);
    constexpr uint32_t kMax = 2048;
    for (bool shared : {false, true}) {
        Player player(r.instance, r.ports, kMax, shared ? Player::Double : Player::Float, shared);
        Notes notes;
        notes.lo = -4, notes.hi = 64;
        r.play(player, 44100, kMax, [&] {
            for (int i = 0; i < 100; i++) {
                const uint32_t frames = r.random.chance(0.8) ? 2 + r.random.below(kMax - 1) : 1;
                player.noise(r.random);
                notes.add(r.random, player.in, frames);
                player.play(frames);
            }
        });
    }
}

void reset_reactivate(Context &c) {
    Ready r(c);
    Player player(r.instance, r.ports, kFrames, Player::Float, false);
    Notes notes;
    for (int i = 0; i < 3; i++) {
        r.play(player, 44100, kFrames, [&] {
            for (int k = 0; k < 3; k++) {
                player.noise(r.random);
                notes.add(r.random, player.in, kFrames);
                player.play();
                r.instance.plugin()->reset(r.instance.plugin());
                player.noise(r.random);
                player.play();
            }
        });
        r.instance.activate(48000, 1, kFrames);
        r.instance.as_audio_thread([&] { r.instance.plugin()->reset(r.instance.plugin()); });
        r.instance.deactivate();
    }
}

void transport(Context &c, int interval) {
    Ready r(c);
    Player player(r.instance, r.ports, kFrames, Player::Float, false);
    r.play(player, 44100, kFrames, [&] {
        for (int i = 0; i < 50; i++) {
            const clap_event_transport_t t = random_transport(r.random, 0);
            player.transport = interval < 0 || r.random.chance(0.2) ? nullptr : &t;
            for (uint32_t at = 0; interval > 0 && at < kFrames; at += static_cast<uint32_t>(interval)) {
                Event e = {};
                e.transport = random_transport(r.random, at);
                player.in.events.push_back(e);
            }
            player.noise(r.random);
            player.play();
        }
        player.transport = nullptr;
    });
}

void transport_null(Context &c) { transport(c, -1); }
void transport_fuzz(Context &c) { transport(c, 0); }
void transport_accurate(Context &c) {
    for (int interval : {1, 100, 1000}) transport(c, interval);
}

// Lists without events, blocks without frames, buffers and lists that are not
// given, outputs that nobody has room for.
void bare(Context &c) {
    Ready r(c);
    r.instance.activate(48000, 1, kFrames);
    r.instance.on_audio_thread([&] {
        r.instance.start_processing();
        EventList full;
        full.room = 0;
        clap_process_t block = {};
        block.steady_time = -1;
        for (uint32_t frames : {0u, 1u, kFrames}) {
            block.frames_count = frames;
            expect(r.instance.plugin()->process(r.instance.plugin(), &block) != CLAP_PROCESS_ERROR, "a bare block of %u fails", frames);
            block.out_events = &full.out;
        }
        r.instance.stop_processing();
    });
}

}  // namespace

const std::vector<Row> kProcessRows = {
    {"process-audio-basic-out-of-place", "every sample is written, finite and not subnormal; inputs and what lies beyond the block stay", true, out_of_place},
    {"process-audio-basic-in-place", "the same with shared buffers", true, in_place},
    {"process-audio-double-out-of-place", "the same in 64 bit", true, double_out_of_place},
    {"process-audio-double-in-place", "the same in 64 bit with shared buffers", true, double_in_place},
    {"process-audio-denormals", "subnormal input takes no longer", true, denormals},
    {"process-sleep-constant-mask", "a channel that is called constant is, and silence is called so", true, constant_mask},
    {"process-sleep-process-status", "it sleeps after notes and input, and is silent then", true, process_status},
    {"process-note-out-of-place-basic", "notes, expressions and MIDI in any mixture", true, notes_basic},
    {"process-note-inconsistent", "ends of notes that never began, and the like", true, notes_inconsistent},
    {"process-note-wildcard", "events for any note, channel or key", true, notes_wildcard},
    {"process-varying-sample-rates", "1 kHz to 768 kHz, fractional too", true, rates},
    {"process-varying-block-sizes", "blocks of 1 to 16384 and odd ones", true, block_sizes},
    {"process-random-block-sizes", "another length each time", true, random_blocks},
    {"process-reset-reactivate", "reset and reactivation at any time", true, reset_reactivate},
    {"process-bare", "blocks of no frames, no buffers, no lists, full lists", true, bare},
    {"transport-null", "no transport", true, transport_null},
    {"transport-fuzz", "a transport that jumps with each block", true, transport_fuzz},
    {"transport-fuzz-sample-accurate", "and within blocks", true, transport_accurate},
};
