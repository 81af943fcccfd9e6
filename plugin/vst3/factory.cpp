// factory.cpp: the three symbols by which a VST3 host enters. clap-wrapper makes
// the VST3 classes out of the CLAP entry of this same library; this file hands
// its factory on and repairs one thing: the wrapper tells the host of renamed
// parameters without looking whether the host has given itself to be known, so
// a state that is loaded before that would crash. A handler that listens to
// nothing stands in until then.
//
// Threads: the host's main thread, but for restartComponent and friends of the
// stand-in, which do nothing on any thread.
#include <pluginterfaces/base/ipluginbase.h>
#include <pluginterfaces/vst/ivsteditcontroller.h>

namespace {

using Steinberg::FIDString;
using Steinberg::FUnknown;
using Steinberg::int32;
using Steinberg::kNoInterface;
using Steinberg::kResultOk;
using Steinberg::PClassInfo;
using Steinberg::PClassInfo2;
using Steinberg::PClassInfoW;
using Steinberg::PFactoryInfo;
using Steinberg::tresult;
using Steinberg::TUID;
using Steinberg::uint32;
using Steinberg::FUnknownPrivate::iidEqual;

// ---- the stand-in ----------------------------------------------------------------

// It lives as long as the library, so references are not counted.
class SilentHandler : public Steinberg::Vst::IComponentHandler {
public:
    tresult PLUGIN_API queryInterface(const TUID iid, void **object) override {
        const bool known = iidEqual(iid, FUnknown::iid) || iidEqual(iid, Steinberg::Vst::IComponentHandler::iid);
        *object = known ? this : nullptr;
        return known ? kResultOk : kNoInterface;
    }
    uint32 PLUGIN_API addRef() override { return 1; }
    uint32 PLUGIN_API release() override { return 1; }

    tresult PLUGIN_API beginEdit(Steinberg::Vst::ParamID) override { return kResultOk; }
    tresult PLUGIN_API performEdit(Steinberg::Vst::ParamID, Steinberg::Vst::ParamValue) override { return kResultOk; }
    tresult PLUGIN_API endEdit(Steinberg::Vst::ParamID) override { return kResultOk; }
    tresult PLUGIN_API restartComponent(int32) override { return kResultOk; }
};

SilentHandler silent_handler;

void introduce_silence(void *object) {
    void *controller = nullptr;
    auto *unknown = static_cast<FUnknown *>(object);
    if (unknown->queryInterface(Steinberg::Vst::IEditController::iid, &controller) != kResultOk || !controller) return;
    auto *edit = static_cast<Steinberg::Vst::IEditController *>(controller);
    edit->setComponentHandler(&silent_handler);
    edit->release();
}

// ---- the factory -----------------------------------------------------------------

// Passes every call on; what it makes knows the stand-in. The wrapper's factory
// is counted by its own references, one for each GetPluginFactory.
class Factory : public Steinberg::IPluginFactory3 {
public:
    // Takes over one reference to inner.
    void set(Steinberg::IPluginFactory3 *inner) { inner_ = inner; }

    tresult PLUGIN_API queryInterface(const TUID iid, void **object) override {
        const bool known = iidEqual(iid, FUnknown::iid) || iidEqual(iid, Steinberg::IPluginFactory::iid) ||
                           iidEqual(iid, Steinberg::IPluginFactory2::iid) || iidEqual(iid, Steinberg::IPluginFactory3::iid);
        *object = known ? this : nullptr;
        if (known) addRef();
        return known ? kResultOk : kNoInterface;
    }
    uint32 PLUGIN_API addRef() override { return inner_->addRef(); }
    uint32 PLUGIN_API release() override { return inner_->release(); }

    tresult PLUGIN_API getFactoryInfo(PFactoryInfo *info) override { return inner_->getFactoryInfo(info); }
    int32 PLUGIN_API countClasses() override { return inner_->countClasses(); }
    tresult PLUGIN_API getClassInfo(int32 index, PClassInfo *info) override { return inner_->getClassInfo(index, info); }
    tresult PLUGIN_API getClassInfo2(int32 index, PClassInfo2 *info) override { return inner_->getClassInfo2(index, info); }
    tresult PLUGIN_API getClassInfoUnicode(int32 index, PClassInfoW *info) override {
        return inner_->getClassInfoUnicode(index, info);
    }
    tresult PLUGIN_API setHostContext(FUnknown *context) override { return inner_->setHostContext(context); }

    tresult PLUGIN_API createInstance(FIDString cid, FIDString iid, void **object) override {
        const tresult result = inner_->createInstance(cid, iid, object);
        if (result == kResultOk && *object) introduce_silence(*object);
        return result;
    }

private:
    Steinberg::IPluginFactory3 *inner_ = nullptr;
};

Factory factory;

}  // namespace

// ---- the symbols -------------------------------------------------------------------

#define MMM_EXPORT extern "C" __attribute__((visibility("default")))

// The wrapper's own, under the names that its crate gives them.
extern "C" Steinberg::IPluginFactory *PLUGIN_API clap_wrapper_GetPluginFactory();
extern "C" bool clap_wrapper_ModuleEntry(void *library);
extern "C" bool clap_wrapper_ModuleExit();

// Returns the factory with one more reference, or nullptr when there is no
// plugin in this library. [main-thread]
MMM_EXPORT Steinberg::IPluginFactory *PLUGIN_API GetPluginFactory() {
    Steinberg::IPluginFactory *plain = clap_wrapper_GetPluginFactory();
    if (!plain) return nullptr;
    void *inner = nullptr;
    const tresult result = plain->queryInterface(Steinberg::IPluginFactory3::iid, &inner);
    if (result != kResultOk || !inner) return plain;
    plain->release();  // the query counted it, too
    factory.set(static_cast<Steinberg::IPluginFactory3 *>(inner));
    return &factory;
}

// Called once after the library is loaded. [main-thread]
MMM_EXPORT bool ModuleEntry(void *library) { return clap_wrapper_ModuleEntry(library); }

// Called once before it is unloaded. [main-thread]
MMM_EXPORT bool ModuleExit() { return clap_wrapper_ModuleExit(); }
