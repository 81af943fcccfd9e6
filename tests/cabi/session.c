/* Drives libmmm as a host would, through mmm.h alone. Prints each claim that
   fails and ends with 1 if one did. The argument is the engine. */
#include "mmm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;
static int errors_logged, notified;

static void claim(int ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "FAILED: %s\n", what);
        failures++;
    }
}

static void on_log(void *host, int level, const char *text) {
    (void)host;
    if (level == MMM_LOG_ERROR && strstr(text, "3:")) {
        errors_logged++;
    }
}

static void on_notify(void *host) { __atomic_add_fetch((int *)host, 1, __ATOMIC_RELAXED); }

#define FRAMES 64
static float left[FRAMES], right[FRAMES];

/* Plays one block with both inputs at in; the output is in left and right. */
static int play(mmm_player *player, float in, const mmm_event *events, uint32_t count) {
    float a[FRAMES], b[FRAMES];
    for (int i = 0; i < FRAMES; i++) {
        a[i] = b[i] = in;
        left[i] = right[i] = -1;
    }
    const float *ins[2] = {a, b};
    float *outs[2] = {left, right};
    mmm_block block = {.frames = FRAMES, .event_count = count, .events = events, .in_channels = 2, .out_channels = 2,
                       .in32 = ins, .out32 = outs};
    return mmm_process(player, &block);
}

static int all(float want) {
    for (int i = 0; i < FRAMES; i++) {
        if (left[i] != want || right[i] != want) {
            return 0;
        }
    }
    return 1;
}

static int swap(mmm_session s, const char *text) { return mmm_swap(s, text, strlen(text), "test.mmm", 1); }

static char *save(mmm_session s) {
    size_t size = mmm_state_save(s, MMM_STATE_PROJECT, NULL, 0);
    char *text = malloc(size + 1);
    if (mmm_state_save(s, MMM_STATE_PROJECT, text, size + 1) != size) {
        claim(0, "saving twice gives one length");
    }
    return text;
}

static void test_effect(const char *engine) {
    mmm_host host = {&notified, on_log, on_notify};
    mmm_session s = mmm_new(MMM_EFFECT, &host);
    claim(s != 0, "a session can be made");
    claim(mmm_set_engine(s, engine) == 1, "the engine can be chosen");
    claim(mmm_set_engine(s, "steam") == 0, "an unknown engine is refused");
    mmm_player *player = mmm_session_player(s);
    claim(player != NULL, "a session has a player");
    claim(play(player, 1, NULL, 0) == MMM_PROCESS_SILENT && all(0), "silence before activation");
    claim(mmm_activate(s, 48000, FRAMES) == 1, "activation gives a program");
    claim((play(player, 0.5f, NULL, 0) & MMM_PROCESS_SOUNDING) && all(0.5f), "the default effect passes its input on");

    mmm_param_info info;
    claim(mmm_param_get_info(s, 0, &info) && info.used && !strcmp(info.name, "gain") && info.default_value == 0.5,
          "slot 0 is the knob of the default effect");
    claim(mmm_param_get_info(s, 1, &info) && !info.used && !strcmp(info.name, "-"), "slot 1 is free");
    claim(!mmm_param_get_info(s, MMM_SLOTS, &info), "there is no slot 128");
    char text[64];
    double value = -1;
    claim(mmm_param_to_text(s, 0, 0.75, text, sizeof text) == 3 && !strcmp(text, "1.5"), "a value is shown in plain units");
    claim(mmm_param_from_text(s, 0, "1.5", &value) && value == 0.75, "the text of a value is read back");
    claim(!mmm_param_from_text(s, 0, "loud", &value), "a text that is no number is refused");

    mmm_event event = {.time = 33, .kind = MMM_EVENT_PARAM_VALUE, .slot = 0, .channel = -1, .key = -1, .note_id = -1, .value = 1};
    play(player, 0.5f, &event, 1);
    claim(left[32] == 0.5f && left[33] == 1, "automation acts at exactly its sample");
    claim(mmm_param_get_value(s, 0, &value) && value == 1, "the session sees what the host automated");

    const char *count = "fn count(x){ self + x }\nfn dsp(l, r){ count(1) }\n";
    claim(swap(s, count) == 1, "a patch can be swapped in");
    play(player, 0, NULL, 0);
    float last = 0;
    for (int i = 0; i < 20; i++) { /* past any crossfade */
        play(player, 0, NULL, 0);
    }
    last = left[FRAMES - 1];
    claim(last > 1000, "the new patch counts");
    claim(swap(s, count) == 1, "the same text can be swapped in");
    play(player, 0, NULL, 0);
    claim(left[0] == last + 1 && left[FRAMES - 1] == last + FRAMES, "the same text changes nothing");
    last = left[FRAMES - 1];
    claim(swap(s, "fn count(x){ self + x }\nfn dsp(l, r){\n count(1) + nothing }\n") == 0, "a broken patch is refused");
    play(player, 0, NULL, 0);
    claim(left[0] == last + 1, "a broken patch changes nothing that sounds");
    last = left[FRAMES - 1];
    char status[4096];
    claim(mmm_status(s, status, sizeof status) > 0 && strstr(status, "\"ok\":false") && strstr(status, "nothing"),
          "the status tells what is wrong");
    claim(errors_logged > 0, "the host's log tells where");
    char patch[256];
    claim(mmm_patch(s, patch, sizeof patch) == strlen(count) && !strcmp(patch, count), "the patch is the one that plays");
    claim(swap(s, "fn count(x){ self + x }\nfn dsp(l, r){ (count(1) * 2, 0 - 1) }\n") == 1, "an edit can be swapped in");
    play(player, 0, NULL, 0);
    claim(left[0] == 2 * (last + 1) && right[0] == -1, "an edit keeps the state");
    last = left[FRAMES - 1];
    const char *other = strcmp(engine, "vm") ? "vm" : "native";
    claim(mmm_set_engine(s, other) == 1, "the engine can be changed");
    play(player, 0, NULL, 0);
    claim(left[0] == last + 2, "another engine goes on with the state");
    claim(mmm_set_engine(s, engine) == 1, "and back");

    claim(swap(s, "fn dsp(l, r){ l * Slider!(\"gain\", 1, 0, 4) }") == 1, "a known control returns");
    for (int i = 0; i < 20; i++) {
        play(player, 0.5f, NULL, 0);
    }
    claim(all(1), "its plain value is kept in another range");
    claim(mmm_param_get_value(s, 0, &value) && value == 0.5, "and mapped anew for the host");

    char *first = save(s);
    mmm_session t = mmm_new(MMM_INSTRUMENT, NULL);
    claim(t != s && mmm_activate(t, 44100, FRAMES), "a second session lives beside the first");
    claim(mmm_state_load(t, MMM_STATE_PROJECT, first, strlen(first)) == 1, "a state can be loaded");
    char *second = save(t);
    claim(!strcmp(first, second), "save, load, save gives the same bytes");
    for (int i = 0; i < 20; i++) {
        play(mmm_session_player(t), 0.5f, NULL, 0);
    }
    claim(all(1), "a loaded state sounds like the saved one");
    claim(!mmm_state_load(t, MMM_STATE_PROJECT, "", 0) && !mmm_state_load(t, MMM_STATE_PROJECT, "{}", 2) &&
              !mmm_state_load(t, MMM_STATE_PROJECT, "\xff\0noise", 7) &&
              !mmm_state_load(t, MMM_STATE_PROJECT, first, strlen(first) / 2),
          "what is no state is refused");
    char *third = save(t);
    claim(!strcmp(first, third), "a refused state changes nothing");
    free(first);
    free(second);
    free(third);

    /* Edits that nobody waits for: a bounce does, each time. */
    for (int i = 1; i <= 20; i++) {
        char edit[64];
        int size = snprintf(edit, sizeof edit, "fn dsp(l, r){ %d }", i);
        claim(mmm_swap(s, edit, (size_t)size, "test.mmm", 0) == 1, "an edit is taken");
        claim(mmm_await(player, 20000000000u), "a bounce waits for an edit");
        play(player, 0, NULL, 0);
        claim(all((float)i), "and plays it at once");
    }

    char url[256];
    claim(mmm_editor_url(s, url, sizeof url) < sizeof url && !strncmp(url, "http://127.0.0.1:", 17), "the editor has an address");
    claim(__atomic_load_n(&notified, __ATOMIC_RELAXED) > 0, "the host is woken");
    claim((mmm_take_notices(s) & MMM_NOTICE_PARAM_INFO) != 0, "names have changed");
    claim(mmm_take_notices(s) == 0, "notices are taken once");
    mmm_gesture gesture;
    claim(!mmm_take_gesture(s, &gesture), "nobody moved a knob");
    mmm_deactivate(s);
    mmm_free(t);
    mmm_free(s);
    claim(mmm_session_player(s) == NULL && mmm_activate(s, 48000, 1) == 0 && mmm_state_save(s, MMM_STATE_PROJECT, NULL, 0) == 0,
          "a dead handle does nothing");
    mmm_free(s);
}

int main(int argc, char **argv) {
    claim(mmm_abi_version() == MMM_ABI, "header and library are of one version");
    claim(mmm_new(7, NULL) == 0, "an unknown kind gives no session");
    test_effect(argc > 1 ? argv[1] : "native");
    for (int i = 0; i < 20; i++) {
        mmm_session s = mmm_new(i % 2, NULL);
        claim(mmm_activate(s, 44100, FRAMES) == 1, "sessions can be made again and again");
        play(mmm_session_player(s), 0, NULL, 0);
        mmm_free(s);
    }
    return failures != 0;
}
