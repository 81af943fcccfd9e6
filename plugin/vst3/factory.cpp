// factory.cpp: the three symbols by which a VST3 host enters. clap-wrapper makes
// the VST3 classes out of the CLAP entry of this same library; the names under
// which its crate offers them here are not those that hosts ask for.
#include <pluginterfaces/base/ipluginbase.h>

#define MMM_EXPORT extern "C" __attribute__((visibility("default")))

extern "C" Steinberg::IPluginFactory *PLUGIN_API clap_wrapper_GetPluginFactory();
extern "C" bool clap_wrapper_ModuleEntry(void *library);
extern "C" bool clap_wrapper_ModuleExit();

// Returns the factory with one more reference, or nullptr when there is no
// plugin in this library. [main-thread]
MMM_EXPORT Steinberg::IPluginFactory *PLUGIN_API GetPluginFactory() { return clap_wrapper_GetPluginFactory(); }

// Called once after the library is loaded. [main-thread]
MMM_EXPORT bool ModuleEntry(void *library) { return clap_wrapper_ModuleEntry(library); }

// Called once before it is unloaded. [main-thread]
MMM_EXPORT bool ModuleExit() { return clap_wrapper_ModuleExit(); }
