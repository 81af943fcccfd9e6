// both_formats.cpp: a host that holds the CLAP and the VST3 plugin in one process
// and says, a line for each, what it found. It does to the VST3 plugin what the
// hosts of the Python scripts do not: several values of a parameter within a
// block, buses left off, a state before the component handler.
//
//   both_formats MMM_CLAP MMM_VST3_LIBRARY STATE VOICE_STATE clap|vst3
//
// STATE is a saved state of mmm Effect whose patch passes its left input on and
// puts out its one knob, 0..1, on the right; VOICE_STATE one whose patch puts out
// pitch and pressure of a voice. The last word is the format that is loaded first.
// Ends with 0 when everything held.
#include <clap/clap.h>
#include <pluginterfaces/base/ibstream.h>
#include <pluginterfaces/base/ipluginbase.h>
#include <pluginterfaces/vst/ivstaudioprocessor.h>
#include <pluginterfaces/vst/ivstcomponent.h>
#include <pluginterfaces/vst/ivsteditcontroller.h>
#include <pluginterfaces/vst/ivstevents.h>
#include <pluginterfaces/vst/ivstnoteexpression.h>
#include <pluginterfaces/vst/ivstparameterchanges.h>

#include <algorithm>
#include <dlfcn.h>
#include <fstream>
#include <iterator>
#include <set>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <vector>

using namespace Steinberg;

namespace {

constexpr uint32_t kFrames = 64;
constexpr uint32_t kKnob = 4096;  // id of the first slot

[[noreturn]] void fail(const std::string &what) {
    fprintf(stderr, "FAIL %s\n", what.c_str());
    _Exit(1);
}

void expect(bool held, const char *what) {
    if (!held) fail(what);
    printf("ok   %s\n", what);
    fflush(stdout);
}

// ---- what a VST3 host gives --------------------------------------------------------

// Objects of the host live as long as the process: references are not counted.
template <class Interface>
class Plain : public Interface {
public:
    tresult PLUGIN_API queryInterface(const TUID iid, void **object) override {
        const bool known = FUnknownPrivate::iidEqual(iid, FUnknown::iid) || FUnknownPrivate::iidEqual(iid, Interface::iid);
        *object = known ? this : nullptr;
        return known ? kResultOk : kNoInterface;
    }
    uint32 PLUGIN_API addRef() override { return 1; }
    uint32 PLUGIN_API release() override { return 1; }
};

class Unknown : public Plain<FUnknown> {};

class Stream : public Plain<IBStream> {
public:
    std::string bytes;
    size_t at = 0;

    // In small pieces: a stream may be as slow as it likes.
    tresult PLUGIN_API read(void *buffer, int32 size, int32 *done) override {
        const size_t n = std::min({static_cast<size_t>(size), bytes.size() - at, size_t{1000}});
        memcpy(buffer, bytes.data() + at, n);
        at += n;
        if (done) *done = static_cast<int32>(n);
        return kResultOk;
    }
    tresult PLUGIN_API write(void *buffer, int32 size, int32 *done) override {
        bytes.append(static_cast<char *>(buffer), static_cast<size_t>(size));
        if (done) *done = size;
        return kResultOk;
    }
    tresult PLUGIN_API seek(int64, int32, int64 *) override { return kNotImplemented; }
    tresult PLUGIN_API tell(int64 *) override { return kNotImplemented; }
};

struct Point {
    int32 frame;
    double value;
};

class Queue : public Plain<Vst::IParamValueQueue> {
public:
    std::vector<Point> points;

    Vst::ParamID PLUGIN_API getParameterId() override { return kKnob; }
    int32 PLUGIN_API getPointCount() override { return static_cast<int32>(points.size()); }
    tresult PLUGIN_API getPoint(int32 index, int32 &frame, Vst::ParamValue &value) override {
        frame = points[static_cast<size_t>(index)].frame;
        value = points[static_cast<size_t>(index)].value;
        return kResultOk;
    }
    tresult PLUGIN_API addPoint(int32, Vst::ParamValue, int32 &) override { return kResultFalse; }
};

class Changes : public Plain<Vst::IParameterChanges> {
public:
    Queue knob;

    int32 PLUGIN_API getParameterCount() override { return 1; }
    Vst::IParamValueQueue *PLUGIN_API getParameterData(int32) override { return &knob; }
    Vst::IParamValueQueue *PLUGIN_API addParameterData(const Vst::ParamID &, int32 &) override { return nullptr; }
};

class Events : public Plain<Vst::IEventList> {
public:
    std::vector<Vst::Event> list;

    int32 PLUGIN_API getEventCount() override { return static_cast<int32>(list.size()); }
    tresult PLUGIN_API getEvent(int32 index, Vst::Event &event) override {
        event = list[static_cast<size_t>(index)];
        return kResultOk;
    }
    tresult PLUGIN_API addEvent(Vst::Event &) override { return kResultFalse; }
};

// ---- the VST3 plugin ---------------------------------------------------------------

class Vst3Plugin {
public:
    explicit Vst3Plugin(const char *path) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!library) fail(dlerror());
        auto *entry = reinterpret_cast<bool (*)(void *)>(dlsym(library, "ModuleEntry"));
        auto *get = reinterpret_cast<IPluginFactory *(*)()>(dlsym(library, "GetPluginFactory"));
        if (!entry || !get || !entry(library)) fail("no VST3 entry");
        IPluginFactory *factory = get();
        if (!factory) fail("no factory");
        for (int32 i = 0; i < factory->countClasses(); i++) {
            PClassInfo info;
            factory->getClassInfo(i, &info);
            if (strcmp(info.name, "mmm Effect") != 0) continue;
            factory->createInstance(info.cid, Vst::IComponent::iid, reinterpret_cast<void **>(&component_));
        }
        if (!component_ || component_->initialize(&host_) != kResultOk) fail("no component");
        component_->queryInterface(Vst::IAudioProcessor::iid, reinterpret_cast<void **>(&processor_));
        component_->queryInterface(Vst::IEditController::iid, reinterpret_cast<void **>(&controller_));
        if (!processor_ || !controller_) fail("no processor, no controller");
    }

    bool load(const std::string &state) {
        Stream stream;
        stream.bytes = state;
        return component_->setState(&stream) == kResultOk;
    }

    std::string save() {
        Stream stream;
        if (component_->getState(&stream) != kResultOk) fail("the VST3 plugin does not save");
        return stream.bytes;
    }

    double shown(Vst::ParamID id) { return controller_->getParamNormalized(id); }

    void activate() {
        Vst::ProcessSetup setup = {Vst::kRealtime, Vst::kSample32, kFrames, 48000};
        component_->activateBus(Vst::kAudio, Vst::kInput, 1, false);
        if (processor_->setupProcessing(setup) != kResultOk || component_->setActive(true) != kResultOk ||
            processor_->setProcessing(true) != kResultOk) {
            fail("the VST3 plugin cannot be activated");
        }
    }

    // Plays a block. inputs is the number of buses that the host names; the
    // second has no channels.
    void play(std::vector<Point> points, float in, int32 inputs, float left[kFrames], float right[kFrames],
              std::vector<Vst::Event> notes = {}) {
        Events events;
        events.list = std::move(notes);
        Changes changes;
        changes.knob.points = std::move(points);
        float signal[kFrames];
        for (float &x : signal) x = in;
        float *ins[2] = {signal, signal};
        float *outs[2] = {left, right};
        Vst::AudioBusBuffers input[2] = {}, output = {};
        input[0].numChannels = output.numChannels = 2;
        input[0].channelBuffers32 = ins;
        output.channelBuffers32 = outs;
        Vst::ProcessData data;
        data.processMode = Vst::kRealtime;
        data.symbolicSampleSize = Vst::kSample32;
        data.numSamples = kFrames;
        data.numInputs = inputs;
        data.numOutputs = 1;
        data.inputs = input;
        data.outputs = &output;
        data.inputParameterChanges = &changes;
        data.inputEvents = &events;
        if (processor_->process(data) != kResultOk) fail("the VST3 plugin does not play");
    }

    void close() {
        processor_->setProcessing(false);
        component_->setActive(false);
        component_->terminate();
        processor_->release();
        controller_->release();
        component_->release();
    }

private:
    Unknown host_;
    Vst::IComponent *component_ = nullptr;
    Vst::IAudioProcessor *processor_ = nullptr;
    Vst::IEditController *controller_ = nullptr;
};

// ---- the CLAP plugin ---------------------------------------------------------------

class ClapPlugin {
public:
    explicit ClapPlugin(const char *path) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!library) fail(dlerror());
        auto *entry = static_cast<const clap_plugin_entry_t *>(dlsym(library, "clap_entry"));
        if (!entry || !entry->init(path)) fail("no CLAP entry");
        auto *factory = static_cast<const clap_plugin_factory_t *>(entry->get_factory(CLAP_PLUGIN_FACTORY_ID));
        plugin_ = factory->create_plugin(factory, &kHost, "org.mmm.effect");
        if (!plugin_ || !plugin_->init(plugin_)) fail("no CLAP plugin");
        state_ = static_cast<const clap_plugin_state_t *>(plugin_->get_extension(plugin_, CLAP_EXT_STATE));
    }

    bool load(const std::string &bytes) {
        Reader reader = {bytes, 0};
        const clap_istream_t stream = {&reader, [](const clap_istream_t *s, void *to, uint64_t size) -> int64_t {
            auto *r = static_cast<Reader *>(s->ctx);
            const size_t n = std::min<size_t>(size, r->bytes.size() - r->at);
            memcpy(to, r->bytes.data() + r->at, n);
            r->at += n;
            return static_cast<int64_t>(n);
        }};
        return state_->load(plugin_, &stream);
    }

    std::string save() {
        std::string bytes;
        const clap_ostream_t stream = {&bytes, [](const clap_ostream_t *s, const void *from, uint64_t size) -> int64_t {
            static_cast<std::string *>(s->ctx)->append(static_cast<const char *>(from), size);
            return static_cast<int64_t>(size);
        }};
        if (!state_->save(plugin_, &stream)) fail("the CLAP plugin does not save");
        return bytes;
    }

    // Plays a block and returns the right channel's last sample.
    float play() {
        float silence[kFrames] = {}, left[kFrames], right[kFrames];
        float *ins[2] = {silence, silence}, *outs[2] = {left, right};
        clap_audio_buffer_t in[2] = {}, out = {};
        in[0].data32 = in[1].data32 = ins;
        out.data32 = outs;
        in[0].channel_count = in[1].channel_count = out.channel_count = 2;
        clap_process_t block = {};
        block.steady_time = -1;
        block.frames_count = kFrames;
        block.audio_inputs = in;
        block.audio_outputs = &out;
        block.audio_inputs_count = 2;
        block.audio_outputs_count = 1;
        const clap_input_events_t none = {nullptr, [](const clap_input_events_t *) -> uint32_t { return 0; },
                                          [](const clap_input_events_t *, uint32_t) -> const clap_event_header_t * { return nullptr; }};
        const clap_output_events_t ignored = {nullptr, [](const clap_output_events_t *, const clap_event_header_t *) { return true; }};
        block.in_events = &none;
        block.out_events = &ignored;
        if (!plugin_->activate(plugin_, 48000, 1, kFrames) || !plugin_->start_processing(plugin_)) fail("no activation");
        plugin_->process(plugin_, &block);
        plugin_->stop_processing(plugin_);
        plugin_->deactivate(plugin_);
        return right[kFrames - 1];
    }

    void close() { plugin_->destroy(plugin_); }

private:
    struct Reader {
        const std::string &bytes;
        size_t at;
    };
    static const clap_host_t kHost;

    const clap_plugin_t *plugin_ = nullptr;
    const clap_plugin_state_t *state_ = nullptr;
};

const clap_host_t ClapPlugin::kHost = {
    CLAP_VERSION_INIT, nullptr, "both formats", "", "", "1",
    [](const clap_host_t *, const char *) -> const void * { return nullptr; },
    [](const clap_host_t *) {}, [](const clap_host_t *) {}, [](const clap_host_t *) {},
};

// ---- the run -----------------------------------------------------------------------

// How many different files of that name are mapped into this process.
size_t mapped(const char *name) {
    std::ifstream maps("/proc/self/maps");
    std::set<std::string> inodes;
    for (std::string line; std::getline(maps, line);) {
        const size_t slash = line.rfind('/');
        char inode[32] = "";
        if (slash != std::string::npos && line.substr(slash + 1) == name && sscanf(line.c_str(), "%*s %*s %*s %*s %31s", inode) == 1) {
            inodes.insert(inode);
        }
    }
    return inodes.size();
}

std::string contents(const char *path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void values_within_a_block(Vst3Plugin &plugin) {
    float left[kFrames], right[kFrames];
    plugin.play({{0, 0.125}, {10, 0.25}, {11, 0.5}, {63, 0.75}}, 0.5f, 2, left, right);
    bool exact = true;
    for (uint32_t i = 0; i < kFrames; i++) {
        const float want = i < 10 ? 0.125f : i < 11 ? 0.25f : i < 63 ? 0.5f : 0.75f;
        exact = exact && right[i] == want && left[i] == 0.5f;
    }
    expect(exact, "every value within a block arrives at its frame, the side chain left off");
    plugin.play({}, 0.25f, 1, left, right);
    expect(left[0] == 0.25f && right[0] == 0.75f, "a block that names one of two buses is played");
}

// A note of its own tuning and pressure, as VST3 hosts send MPE.
void expressions(Vst3Plugin &plugin, const std::string &state) {
    expect(plugin.load(state), "a patch with voices is loaded");
    std::vector<Vst::Event> notes(3);
    for (Vst::Event &e : notes) e = {};
    notes[0].type = Vst::Event::kNoteOnEvent;
    notes[0].sampleOffset = 5;
    notes[0].noteOn.pitch = 64;
    notes[0].noteOn.velocity = 1;
    notes[0].noteOn.noteId = 7;
    notes[1].type = Vst::Event::kNoteExpressionValueEvent;
    notes[1].sampleOffset = 20;
    notes[1].noteExpressionValue = {Vst::kTuningTypeID, 7, 0.5 + 1.0 / 240};  // a semitone up
    notes[2].type = Vst::Event::kPolyPressureEvent;
    notes[2].sampleOffset = 40;
    notes[2].polyPressure.pitch = 64;
    notes[2].polyPressure.pressure = 0.5f;
    notes[2].polyPressure.noteId = 7;
    float left[kFrames], right[kFrames];
    for (int i = 0; i < 64; i++) plugin.play({}, 0, 2, left, right);  // the edit is taken, its fade is over
    plugin.play({}, 0, 2, left, right, notes);
    expect(left[4] == 60 && left[5] == 64 && left[19] == 64 && left[20] == 65, "a note is tuned at its frame");
    expect(right[39] == 0 && right[40] == 0.5f, "and pressed at its frame");
}

}  // namespace

int main(int argc, char **argv) {
    if (argc != 6) fail("both_formats MMM_CLAP MMM_VST3_LIBRARY STATE VOICE_STATE clap|vst3");
    const std::string state = contents(argv[3]);
    const bool clap_first = strcmp(argv[5], "clap") == 0;

    ClapPlugin *clap = clap_first ? new ClapPlugin(argv[1]) : nullptr;
    Vst3Plugin vst3(argv[2]);
    expect(vst3.load(state), "a CLAP state loads before the host has introduced itself");
    expect(vst3.save() == state, "and is saved again as it was, byte for byte");
    expect(!vst3.load("no state") && vst3.save() == state, "what is no state is refused and changes nothing");
    expect(vst3.shown(kKnob) == 0.375, "the controller shows the loaded value");
    vst3.activate();
    values_within_a_block(vst3);

    if (!clap) clap = new ClapPlugin(argv[1]);
    const std::string moved = vst3.save();
    expect(moved != state && clap->load(moved) && clap->save() == moved, "a VST3 state loads in the CLAP plugin, byte for byte");
    expect(clap->play() == 0.75f, "and sounds the same there");
    expect(mapped("libmmm.so") == 1 && mapped("libmmmrt.so") == 1, "both formats share one libmmm and one libmmmrt");
    expressions(vst3, contents(argv[4]));
    clap->close();
    vst3.close();
    return 0;
}
