// player.cpp: blocks with every rule about buffers and events checked, and
// random events.
#include "host.hpp"

#include <float.h>
#include <math.h>
#include <string.h>

#include <algorithm>

namespace {

// What a sample is before the plugin has written it: NaNs of our own.
const uint32_t kUnwritten32 = 0x7fc01234;
const uint64_t kUnwritten64 = 0x7ff8123456781234;

float unwritten32() {
    float x;
    memcpy(&x, &kUnwritten32, sizeof x);
    return x;
}

double unwritten64() {
    double x;
    memcpy(&x, &kUnwritten64, sizeof x);
    return x;
}

template <class T>
bool same_bits(const std::vector<T> &a, const std::vector<T> &b, size_t from) {
    return from >= a.size() || memcmp(a.data() + from, b.data() + from, (a.size() - from) * sizeof(T)) == 0;
}

}  // namespace

Player::Player(Instance &instance, const Ports &ports, uint32_t max_frames, Kind kind, bool in_place)
    : output_on(ports.outputs.size(), true), instance_(instance), ports_(ports), max_(max_frames), kind_(kind) {
    for (const Port &p : ports_.inputs) in_buffers_.push_back(make(p.channels));
    for (const Port &p : ports_.outputs) {
        out_buffers_.push_back(make(p.channels));
        shared_.push_back(in_place ? p.pair : -1);
    }
    inputs_.resize(ports_.inputs.size());
    outputs_.resize(ports_.outputs.size());
}

Player::Buffer Player::make(uint32_t channels) const {
    Buffer b;
    for (uint32_t c = 0; c < channels; c++) {
        b.f.emplace_back(kind_ == Float ? max_ : 0);
        b.d.emplace_back(kind_ == Double ? max_ : 0);
    }
    for (uint32_t c = 0; c < channels; c++) {
        b.fp.push_back(b.f[c].data());
        b.dp.push_back(b.d[c].data());
    }
    return b;
}

void Player::view(clap_audio_buffer_t *to, Buffer &b, uint32_t channels) const {
    for (uint32_t c = 0; c < channels; c++) {
        b.fp[c] = b.f[c].data();
        b.dp[c] = b.d[c].data();
    }
    to->data32 = kind_ == Float ? b.fp.data() : nullptr;
    to->data64 = kind_ == Double ? b.dp.data() : nullptr;
    to->channel_count = channels;
    to->latency = 0;
}

void Player::noise(Random &random) {
    for (size_t port = 0; port < in_buffers_.size(); port++) {
        inputs_[port].constant_mask = 0;
        for (uint32_t c = 0; c < ports_.inputs[port].channels; c++) {
            for (uint32_t i = 0; i < max_; i++) {
                const double x = random.between(-1, 1);
                if (kind_ == Double) in_buffers_[port].d[c][i] = x;
                else in_buffers_[port].f[c][i] = static_cast<float>(x);
            }
        }
    }
}

void Player::silence() {
    for (size_t port = 0; port < in_buffers_.size(); port++) {
        inputs_[port].constant_mask = (uint64_t(1) << ports_.inputs[port].channels) - 1;
        for (auto &channel : in_buffers_[port].f) std::fill(channel.begin(), channel.end(), 0.0f);
        for (auto &channel : in_buffers_[port].d) std::fill(channel.begin(), channel.end(), 0.0);
    }
}

void Player::denormals(Random &random) {
    for (size_t port = 0; port < in_buffers_.size(); port++) {
        inputs_[port].constant_mask = 0;
        for (auto &channel : in_buffers_[port].f)
            for (float &x : channel) x = static_cast<float>(random.between(-1, 1)) * FLT_MIN;
        for (auto &channel : in_buffers_[port].d)
            for (double &x : channel) x = random.between(-1, 1) * DBL_MIN;
    }
}

clap_process_status Player::play(uint32_t frames) {
    if (frames == 0) frames = max_;
    in.sort();
    out.events.clear();
    for (size_t port = 0; port < out_buffers_.size(); port++) {
        Buffer &b = shared_[port] < 0 ? out_buffers_[port] : in_buffers_[static_cast<size_t>(shared_[port])];
        if (shared_[port] < 0) {
            for (auto &channel : b.f) std::fill(channel.begin(), channel.end(), unwritten32());
            for (auto &channel : b.d) std::fill(channel.begin(), channel.end(), unwritten64());
        }
        view(&outputs_[port], b, ports_.outputs[port].channels);
        outputs_[port].constant_mask = 0;
    }
    for (size_t port = 0; port < in_buffers_.size(); port++) view(&inputs_[port], in_buffers_[port], ports_.inputs[port].channels);
    const std::vector<Buffer> before_in = in_buffers_, before_out = out_buffers_;
    clap_process_t block = {};
    block.steady_time = steady_;
    block.frames_count = frames;
    block.transport = transport;
    block.audio_inputs = inputs_.data();
    block.audio_outputs = outputs_.data();
    block.audio_inputs_count = static_cast<uint32_t>(inputs_.size());
    block.audio_outputs_count = static_cast<uint32_t>(outputs_.size());
    block.in_events = &in.in;
    block.out_events = &out.out;
    const clap_process_status status = instance_.plugin()->process(instance_.plugin(), &block);
    steady_ += frames;
    in.events.clear();
    expect(status != CLAP_PROCESS_ERROR, "process failed on %u frames", frames);
    expect(status >= CLAP_PROCESS_CONTINUE && status <= CLAP_PROCESS_SLEEP, "process answers %d", status);
    check(frames, before_in, before_out);
    check_events(frames);
    const std::string wrong = instance_.wrong();
    expect(wrong.empty(), "%s", wrong.c_str());
    return status;
}

void Player::check(uint32_t frames, const std::vector<Buffer> &before_in, const std::vector<Buffer> &before_out) {
    for (size_t port = 0; port < in_buffers_.size(); port++) {
        if (std::find(shared_.begin(), shared_.end(), static_cast<int>(port)) != shared_.end()) continue;
        for (uint32_t c = 0; c < ports_.inputs[port].channels; c++) {
            expect(same_bits(in_buffers_[port].f[c], before_in[port].f[c], 0) && same_bits(in_buffers_[port].d[c], before_in[port].d[c], 0),
                   "input %zu was written to", port);
        }
    }
    loudest = -1000;
    all_constant = true;
    for (size_t port = 0; port < out_buffers_.size(); port++) {
        const int shared = shared_[port];
        const Buffer &b = shared < 0 ? out_buffers_[port] : in_buffers_[static_cast<size_t>(shared)];
        const Buffer &before = shared < 0 ? before_out[port] : before_in[static_cast<size_t>(shared)];
        for (uint32_t c = 0; c < ports_.outputs[port].channels; c++) {
            expect(same_bits(b.f[c], before.f[c], frames) && same_bits(b.d[c], before.d[c], frames), "output %zu was written to beyond the block", port);
            if (!output_on[port]) continue;
            double lo = INFINITY, hi = -INFINITY;
            for (uint32_t i = 0; i < frames; i++) {
                const double x = at(b, c, i);
                if (!(fabs(x) <= DBL_MAX)) {
                    const bool untouched = kind_ == Float ? !memcmp(&b.f[c][i], &kUnwritten32, 4) : !memcmp(&b.d[c][i], &kUnwritten64, 8);
                    fail("output %zu, channel %u, frame %u %s", port, c, i, untouched ? "was not written" : "is not finite");
                }
                const double least = kind_ == Float ? double(FLT_MIN) : DBL_MIN;
                expect(allow_denormals || x == 0 || fabs(x) >= least, "output %zu, channel %u, frame %u is subnormal: %g", port, c, i, x);
                lo = std::min(lo, x);
                hi = std::max(hi, x);
            }
            const bool constant = outputs_[port].constant_mask >> c & 1;
            expect(!constant || lo == hi, "output %zu, channel %u is called constant and goes from %g to %g", port, c, lo, hi);
            all_constant = all_constant && constant;
            if (hi > lo) loudest = std::max(loudest, 20 * log10((hi - lo) / 2));
        }
    }
}

void Player::check_events(uint32_t frames) const {
    uint32_t last = 0;
    for (const Event &e : out.events) {
        expect(e.header.time >= last, "an event at %u follows one at %u", e.header.time, last);
        expect(e.header.time < frames, "an event at %u of a block of %u", e.header.time, frames);
        expect(e.header.space_id == CLAP_CORE_EVENT_SPACE_ID && e.header.type != CLAP_EVENT_TRANSPORT, "a plugin does not send this");
        last = e.header.time;
    }
}

// ---- random events ----

namespace {

clap_event_header_t header(uint32_t size, uint32_t time, uint16_t type) { return {size, time, CLAP_CORE_EVENT_SPACE_ID, type, 0}; }

Event note_event(uint16_t type, const Note &n, double velocity, uint32_t time) {
    Event e = {};
    e.note = {header(sizeof e.note, time, type), n.id, 0, n.channel, n.key, velocity};
    return e;
}

Event midi_event(uint8_t a, uint8_t b, uint8_t c, uint32_t time) {
    Event e = {};
    e.midi = {header(sizeof e.midi, time, CLAP_EVENT_MIDI), 0, {a, b, c}};
    return e;
}

}  // namespace

Event param_event(const clap_param_info_t &info, double value, uint32_t time, bool cookie) {
    Event e = {};
    e.value = {header(sizeof e.value, time, CLAP_EVENT_PARAM_VALUE), info.id, cookie ? info.cookie : nullptr, -1, -1, -1, -1, value};
    return e;
}

Event Notes::one(Random &random, uint32_t time) {
    const bool known = consistent && !playing_.empty();
    const size_t which = known ? random.below(static_cast<uint32_t>(playing_.size())) : 0;
    Note n = known ? playing_[which] : Note{static_cast<int32_t>(random.below(100)), static_cast<int16_t>(random.below(16)), static_cast<int16_t>(random.below(128))};
    const Note exact = n;
    if (wildcards && random.chance(0.3)) {
        if (random.chance(0.5)) n.id = -1;
        if (random.chance(0.5)) n.channel = -1;
        if (random.chance(0.5)) n.key = -1;
    }
    const uint8_t channel = static_cast<uint8_t>(exact.channel & 15);
    const uint8_t a = static_cast<uint8_t>(random.below(128)), b = static_cast<uint8_t>(random.below(128));
    switch (random.below(params.empty() ? 12 : 14)) {
    case 0: case 1: {
        const Note fresh = {next_++, static_cast<int16_t>(random.below(16)), static_cast<int16_t>(random.below(128))};
        if (consistent) playing_.push_back(fresh);
        return note_event(CLAP_EVENT_NOTE_ON, fresh, random.unit(), time);
    }
    case 2: case 3:
        if (known) playing_.erase(playing_.begin() + static_cast<long>(which));
        return note_event(CLAP_EVENT_NOTE_OFF, n, random.unit(), time);
    case 4:
        if (known) playing_.erase(playing_.begin() + static_cast<long>(which));
        return note_event(CLAP_EVENT_NOTE_CHOKE, n, 0, time);
    case 5: {
        Event e = {};
        const int32_t id = static_cast<int32_t>(random.below(7));
        const double value = id == CLAP_NOTE_EXPRESSION_VOLUME ? random.between(0, 4) : id == CLAP_NOTE_EXPRESSION_TUNING ? random.between(-128, 128) : random.unit();
        e.expression = {header(sizeof e.expression, time, CLAP_EVENT_NOTE_EXPRESSION), id, n.id, 0, n.channel, n.key, value};
        return e;
    }
    case 6: return midi_event(0x90 | channel, a, b, time);
    case 7: return midi_event(0x80 | channel, a, b, time);
    case 8: return midi_event(0xb0 | channel, a, b, time);
    case 9: return midi_event(0xe0 | channel, a, b, time);
    case 10: return midi_event(0xd0 | channel, a, 0, time);
    case 11: return midi_event(random.chance(0.5) ? 0xa0 | channel : 0xc0 | channel, a, b, time);
    case 12: {
        const clap_param_info_t &p = params[random.below(static_cast<uint32_t>(params.size()))];
        Event e = param_event(p, random.between(p.min_value, p.max_value), time);
        e.value.note_id = n.id;
        e.value.channel = n.channel;
        e.value.key = n.key;
        e.value.port_index = 0;
        return e;
    }
    default: {
        const clap_param_info_t &p = params[random.below(static_cast<uint32_t>(params.size()))];
        Event e = {};
        e.mod = {header(sizeof e.mod, time, CLAP_EVENT_PARAM_MOD), p.id, p.cookie, n.id, 0, n.channel, n.key, random.between(-1, 1) * (p.max_value - p.min_value)};
        if (random.chance(0.3)) e.mod.note_id = e.mod.port_index = e.mod.channel = e.mod.key = -1;
        return e;
    }
    }
}

void Notes::add(Random &random, EventList &list, uint32_t frames) {
    const auto step = [&] { return std::max(0, lo + static_cast<int>(random.below(static_cast<uint32_t>(hi - lo + 1)))); };
    for (uint32_t at = static_cast<uint32_t>(step()); at < frames; at += static_cast<uint32_t>(step())) {
        list.events.push_back(one(random, at));
        if (list.events.size() > 20000) return;
    }
}

void Notes::stop_all(EventList &list) {
    for (const Note &n : playing_) list.events.push_back(note_event(CLAP_EVENT_NOTE_OFF, n, 0, 0));
    for (uint8_t c = 0; c < 16; c++) list.events.push_back(midi_event(0xb0 | c, 120, 0, 0));
    playing_.clear();
}

void random_params(Random &random, const ParamInfo &params, EventList &list, uint32_t time, bool bounds, bool cookies) {
    for (const auto &p : params) {
        const clap_param_info_t &info = p.second;
        if (info.flags & CLAP_PARAM_IS_READONLY) continue;
        const double value = bounds ? (random.chance(0.5) ? info.min_value : info.max_value) : random.between(info.min_value, info.max_value);
        list.events.push_back(param_event(info, value, time, cookies));
    }
}

clap_event_transport_t random_transport(Random &random, uint32_t time) {
    clap_event_transport_t t = {};
    t.header = header(sizeof t, time, CLAP_EVENT_TRANSPORT);
    t.flags = random.below(256);
    t.song_pos_beats = static_cast<int64_t>(random.between(-100, 10000) * CLAP_BEATTIME_FACTOR);
    t.song_pos_seconds = static_cast<int64_t>(random.between(-100, 10000) * CLAP_SECTIME_FACTOR);
    t.tempo = random.chance(0.05) ? 0 : random.between(1, 400);
    t.tempo_inc = random.between(-0.01, 0.01);
    t.loop_start_beats = 0;
    t.loop_end_beats = CLAP_BEATTIME_FACTOR * 4;
    t.bar_number = static_cast<int32_t>(random.below(100));
    t.tsig_num = static_cast<uint16_t>(random.below(16));
    t.tsig_denom = static_cast<uint16_t>(random.below(17));
    return t;
}
