// main.cpp: mmm-check PLUGIN.clap [--seconds N] [ROW…] runs rows, all of them
// where none is named, each in a process of its own, and prints one line for
// each: name, plugin, result, what was found. Ends with 1 when one has failed.
#include "host.hpp"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace {

std::vector<Row> all_rows() {
    std::vector<Row> list;
    for (const auto *rows : {&kLibraryRows, &kProcessRows, &kParamRows, &kStateRows, &kLayoutRows, &kThreadRows})
        list.insert(list.end(), rows->begin(), rows->end());
    return list;
}

int run(const Row &row, Context &context) {
    try {
        row.run(context);
        printf("%s\t%s\tok\t%s\n", row.name, context.id.c_str(), context.detail.c_str());
        return 0;
    } catch (const std::exception &e) {
        printf("%s\t%s\tFAIL\t%s\n", row.name, context.id.c_str(), e.what());
        return 1;
    }
}

// A row in a process of its own, which is started anew: a process that has
// loaded Go cannot fork. Returns whether it has passed.
bool start(const char *self, const Row &row, const Context &context) {
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const std::string seconds = std::to_string(context.seconds);
        execl(self, self, context.path.c_str(), "--one", row.name, context.id.c_str(), seconds.c_str(), static_cast<char *>(nullptr));
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status)) return WEXITSTATUS(status) == 0;
    printf("%s\t%s\tFAIL\tended by signal %d\n", row.name, context.id.c_str(), WTERMSIG(status));
    return false;
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: mmm-check PLUGIN.clap [--seconds N] [--rules] [ROW…]\n");
        return 2;
    }
    const std::vector<Row> rows = all_rows();
    Context context;
    context.path = argv[1];
    if (argc == 6 && !strcmp(argv[2], "--one")) {
        context.id = argv[4];
        context.seconds = atof(argv[5]);
        for (const Row &row : rows)
            if (!strcmp(row.name, argv[3])) return run(row, context);
        return 2;
    }
    std::vector<std::string> wanted;
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--rules")) {
            for (const Row &row : rows) printf("%s\t%s\n", row.name, row.rule);
            return 0;
        }
        if (!strcmp(argv[i], "--seconds") && i + 1 < argc) context.seconds = atof(argv[++i]);
        else wanted.push_back(argv[i]);
    }
    int failed = 0;
    for (const Row &row : rows) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), row.name) == wanted.end()) continue;
        for (const char *id : {"org.mmm.instrument", "org.mmm.effect"}) {
            Context one = context;
            one.id = row.per_plugin ? id : "-";
            failed += !start("/proc/self/exe", row, one);
            if (!row.per_plugin) break;
        }
    }
    return failed > 0;
}
