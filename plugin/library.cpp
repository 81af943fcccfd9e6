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

// Looks every function up. The functions of mmm_audio.h stand in
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

// Opens the library that stands in the folder of file and fills the table.
bool load_beside(const char *file, Library *table) {
    const char *slash = strrchr(file, '/');
    const int folder = slash ? static_cast<int>(slash - file) : 1;
    char path[PATH_MAX + sizeof kLibraryName];
    const int length = snprintf(path, sizeof path, "%.*s/%s", folder, slash ? file : ".", kLibraryName);
    if (length < 0 || static_cast<size_t>(length) >= sizeof path) {
        say("cannot load libmmm", "the path of the plugin is too long");
        return false;
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) {
        say("cannot load libmmm", dlerror());
        return false;
    }
    return resolve(handle, table);
}

bool load(Library *table) {
    // One Go runtime serves all instances of a process: another copy of this
    // plugin, or the same one before it was unloaded and loaded again, may have
    // brought the library in. One of another version is left alone.
    void *loaded = dlopen(kLibraryName, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    if (loaded && resolve(loaded, table)) return true;

    Dl_info self;
    if (!dladdr(reinterpret_cast<const void *>(&library), &self) || !self.dli_fname) {
        say("cannot load libmmm", "the plugin does not know its own path");
        return false;
    }
    if (load_beside(self.dli_fname, table)) return true;

    // The host may know the plugin by a symbolic link in its plugin folder,
    // while the library stands beside the file that the link leads to.
    char real[PATH_MAX];
    return realpath(self.dli_fname, real) && strcmp(real, self.dli_fname) != 0 && load_beside(real, table);
}

}  // namespace

const Library *library(const char **problem) {
    // Only the main thread comes here, so plain statics are enough. A failure
    // is not remembered: the user may repair the installation and try again.
    static Library table;
    static bool ready = false;
    if (!ready) ready = load(&table);
    if (!ready && problem) *problem = problem_text;
    return ready ? &table : nullptr;
}

}  // namespace mmm
