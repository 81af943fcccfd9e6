// library.cpp: loads libmmm.so from the folder of the .clap file and resolves
// every function of mmm.h into one table.
#include "library.hpp"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace mmm {
namespace {

constexpr char kLibraryName[] = "libmmm.so";

// Room for a path and what the loader says about it.
char problem_text[PATH_MAX + 512];

void say(const char *what, const char *detail) {
    snprintf(problem_text, sizeof problem_text, "%s: %s", what, detail ? detail : "unknown reason");
}

// Opens the library that stands in the folder of file.
void *open_beside(const char *file) {
    const char *slash = strrchr(file, '/');
    const int folder = slash ? static_cast<int>(slash - file) : 1;
    char path[PATH_MAX + sizeof kLibraryName];
    const int length = snprintf(path, sizeof path, "%.*s/%s", folder, slash ? file : ".", kLibraryName);
    if (length < 0 || static_cast<size_t>(length) >= sizeof path) {
        say("cannot load libmmm", "the path of the plugin is too long");
        return nullptr;
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) say("cannot load libmmm", dlerror());
    return handle;
}

void *open_library() {
    // One Go runtime serves all instances of a process: another copy of this
    // plugin, or the same one before it was unloaded and loaded again, may have
    // brought the library in.
    if (void *loaded = dlopen(kLibraryName, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD)) return loaded;

    Dl_info self;
    if (!dladdr(reinterpret_cast<const void *>(&library), &self) || !self.dli_fname) {
        say("cannot load libmmm", "the plugin does not know its own path");
        return nullptr;
    }
    if (void *beside = open_beside(self.dli_fname)) return beside;

    // The host may know the plugin by a symbolic link in its plugin folder,
    // while the library stands beside the file that the link leads to.
    char real[PATH_MAX];
    if (realpath(self.dli_fname, real) && strcmp(real, self.dli_fname) != 0) return open_beside(real);
    return nullptr;
}

// Looks every function up. mmm_process, mmm_flush and mmm_reset stand in
// libmmmrt.so: dlsym searches the libraries that libmmm was linked with, too.
bool resolve(void *handle, Library *table) {
#define MMM_RESOLVE(name)                                                        \
    table->name = reinterpret_cast<decltype(table->name)>(dlsym(handle, #name)); \
    if (!table->name) {                                                          \
        say("libmmm has no function " #name, dlerror());                         \
        return false;                                                            \
    }
    MMM_FUNCTIONS(MMM_RESOLVE)
#undef MMM_RESOLVE
    if (table->mmm_abi_version() != MMM_ABI) {
        say("libmmm does not fit this plugin", "its version of mmm.h is another");
        return false;
    }
    return true;
}

}  // namespace

const Library *library(const char **problem) {
    // Only the main thread comes here, so plain statics are enough. A failure
    // is not remembered: the user may repair the installation and try again.
    static Library table;
    static bool ready = false;
    if (!ready) {
        void *handle = open_library();
        ready = handle && resolve(handle, &table);
    }
    if (!ready && problem) *problem = problem_text;
    return ready ? &table : nullptr;
}

}  // namespace mmm
