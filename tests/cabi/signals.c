/* A host with signal handlers of its own plays patches that turn bad. Arguments:
   libmmmrt, libmmm, then the patches. Prints each claim that fails and ends with
   1 if one did.

   The engine, libmmmrt, may change nothing at all. The Go runtime in libmmm
   takes some signals when it is loaded, which nothing can keep it from; it must
   hand on what is not its own, and playing may change nothing further. */
#define _GNU_SOURCE
#include "mmm.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIGNALS 65

static int failures;

static void claim(int ok, const char *what, int number) {
    if (!ok) {
        fprintf(stderr, "FAILED: %s (signal %d)\n", what, number);
        failures++;
    }
}

static volatile sig_atomic_t segv, usr1;
static sigjmp_buf back;

static void on_segv(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)info;
    (void)context;
    segv++;
    siglongjmp(back, 1);
}

static void on_usr1(int number) {
    (void)number;
    usr1++;
}

static struct sigaction kept[SIGNALS];

static void remember(void) {
    for (int i = 1; i < SIGNALS; i++)
        sigaction(i, NULL, &kept[i]);
}

/* What Go takes when it is loaded. */
static int taken_by_go(int number) {
    return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGPIPE || number == SIGURG;
}

/* Go adds SA_ONSTACK to handlers that are there, so that they run on its threads. */
static void compare(const char *what, int go) {
    for (int i = 1; i < SIGNALS; i++) {
        struct sigaction now = {.sa_flags = 0}; /* the kernel fills the front of the mask */
        if (sigaction(i, NULL, &now) != 0 || (go && taken_by_go(i)))
            continue;
        int same = now.sa_sigaction == kept[i].sa_sigaction &&
                   (now.sa_flags | SA_ONSTACK) == (kept[i].sa_flags | SA_ONSTACK) &&
                   memcmp(&now.sa_mask, &kept[i].sa_mask, 8) == 0;
        claim(same, what, i);
    }
}

static void *library;
#define FUNCTION(name) ((__typeof__(&name))dlsym(library, #name))

static mmm_session open_session(void) {
    mmm_session s = FUNCTION(mmm_new)(MMM_EFFECT, NULL);
    claim(s != 0 && FUNCTION(mmm_activate)(s, 48000, 64), "a session plays", 0);
    return s;
}

/* Sample 0 is that of a new session. */
static void play_bad(const char *text) {
    mmm_session s = open_session();
    static float in[64], left[64], right[64];
    const float *ins[2] = {in, in};
    float *outs[2] = {left, right};
    mmm_block block = {.frames = 64, .in_channels = 2, .out_channels = 2, .in32 = ins, .out32 = outs};
    claim(FUNCTION(mmm_swap)(s, text, strlen(text), "bad.mmm", 1), "the bad patch is taken", 0);
    mmm_player *player = FUNCTION(mmm_session_player)(s);
    __typeof__(&mmm_process) process = (__typeof__(&mmm_process))dlsym(RTLD_DEFAULT, "mmm_process");
    for (int i = 0; i < 300; i++)
        process(player, &block);
    claim(left[63] == 0, "the bad patch is mute", 0);
    const char *good = "fn dsp(l, r){ 0.25 }";
    claim(FUNCTION(mmm_swap)(s, good, strlen(good), "good.mmm", 1), "the next patch is taken", 0);
    for (int i = 0; i < 20; i++)
        process(player, &block);
    claim(left[63] == 0.25f, "the next patch plays", 0);
    FUNCTION(mmm_free)(s);
}

int main(int count, char **args) {
    if (count < 4)
        return 2;
    struct sigaction mine = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &mine, NULL);
    signal(SIGUSR1, on_usr1);
    signal(SIGPIPE, SIG_IGN);
    remember();
    claim(dlopen(args[1], RTLD_NOW | RTLD_GLOBAL) != NULL, "libmmmrt loads", 0);
    void (*prepare)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "mmm_thread_prepare");
    prepare(); /* makes an engine and calls code */
    compare("the engine changed a handler", 0);
    library = dlopen(args[2], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    mmm_session s = open_session();
    compare("loading changed a handler", 1);
    remember(); /* from here on nothing may change */
    for (int i = 3; i < count; i++)
        play_bad(args[i]);
    compare("a guard changed a handler", 0);
    FUNCTION(mmm_free)(s);
    compare("closing changed a handler", 0);
    if (sigsetjmp(back, 1) == 0)
        *(volatile int *)NULL = 1;
    claim(segv == 1, "the host's own handler gets the host's own fault", SIGSEGV);
    raise(SIGUSR1);
    claim(usr1 == 1, "the host's own handler is called", SIGUSR1);
    return failures > 0;
}
