/* Plays on threads with little stack in a process that loads the library late,
   and counts what they allocate. Arguments: the library, a module that
   accumulates its parameter, a module that recurses 10,000 deep. */
#define _GNU_SOURCE
#include "../../mmmrt.h"

#include "check.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

static _Thread_local int counting, allocations;

/* The allocator of libc stands behind these; the dynamic linker calls them too. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

void *malloc(size_t n) {
    allocations += counting;
    return __libc_malloc(n);
}
void *calloc(size_t a, size_t b) {
    allocations += counting;
    return __libc_calloc(a, b);
}
void *realloc(void *p, size_t n) {
    allocations += counting;
    return __libc_realloc(p, n);
}
void *aligned_alloc(size_t a, size_t n) {
    allocations += counting;
    return __libc_memalign(a, n);
}
int posix_memalign(void **p, size_t a, size_t n) {
    allocations += counting;
    *p = __libc_memalign(a, n);
    return *p == NULL;
}
void free(void *p) {
    allocations += counting && p;
    __libc_free(p);
}

static void *library;
#define FUNCTION(name) ((__typeof__(&name))dlsym(library, #name))

static mmmrt_instance *instance(const char *path, bool deep) {
    static uint8_t bytes[1 << 16];
    char error[256] = "";
    FILE *f = fopen(path, "rb");
    size_t size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    mmmrt_module *module = FUNCTION(mmmrt_compile)(bytes, size, false, error, sizeof error);
    mmmrt_image image = {.params = 8, .param_count = 1, .globals = 9, .global_count = 1, .state = 10,
                         .state_size = 1, .in = 16, .ins = 1, .out = 16 + MMMRT_BLOCK_FRAMES, .outs = 1,
                         .words = 16 + 2 * MMMRT_BLOCK_FRAMES};
    mmmrt_instance *in = module ? FUNCTION(mmmrt_native)(module, &image, NULL, 0, deep, error, sizeof error) : NULL;
    int64_t place;
    if (!in || FUNCTION(mmmrt_instance_init)(in, 0, 48000, &place, error, sizeof error)) {
        printf("%s: %s\n", path, error);
        exit(1);
    }
    FUNCTION(mmmrt_module_free)(module);
    return in;
}

static void publish(mmm_player *player, mmmrt_instance *in, mmmrt_instance *old) {
    mmmrt_op op = {.size = 1};
    mmmrt_swap s = {.instance = in, .ops = &op, .op_count = old != NULL, .fade_frames = 100, .keep_time = true};
    for (int i = 0; i < MMM_SLOTS; i++)
        s.slots[i].cell = i == 0 ? 0 : -1;
    s.slots[0].max = 1;
    FUNCTION(mmmrt_player_publish)(player, FUNCTION(mmmrt_program_new)(&s, old != NULL, 0), old);
}

typedef struct job {
    mmm_player *player;
    __typeof__(&mmm_process) process;
    __typeof__(&mmm_thread_prepare) prepare;
    float last;
} job;

static void *audio(void *arg) {
    job *j = arg;
    float left[300], right[300], *out[2] = {left, right};
    mmm_event event = {.time = 33, .kind = MMM_EVENT_PARAM_VALUE, .value = 1};
    mmm_block b = {.frames = 300, .event_count = 1, .events = &event, .out_channels = 2, .out32 = out};
    j->prepare();
    counting = 1;
    for (int i = 0; i < 10; i++)
        j->process(j->player, &b);
    counting = 0;
    j->last = left[299];
    CHECK_EQUAL("allocations and frees", allocations, 0);
    return NULL;
}

static float play(mmm_player *player) {
    job j = {player, FUNCTION(mmm_process), FUNCTION(mmm_thread_prepare), 0};
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 128 << 10);
    pthread_t t;
    if (pthread_create(&t, &attr, audio, &j))
        exit(1);
    pthread_join(t, NULL);
    return j.last;
}

int main(int count, char **arguments) {
    if (count < 4 || !(library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL))) {
        printf("%s\n", dlerror());
        return 1;
    }
    mmm_player *player = FUNCTION(mmmrt_player_new)(&(mmmrt_options){.offline = false});
    mmmrt_instance *a = instance(arguments[2], false), *b = instance(arguments[2], false),
                   *c = instance(arguments[3], true);
    publish(player, a, NULL);
    CHECK_EQUAL("a program on a thread of its own", play(player), 3000 - 33);
    publish(player, b, a);
    CHECK_EQUAL("its successor on another", play(player), 6000 - 33);
    publish(player, c, NULL);
    CHECK_EQUAL("10,000 calls", play(player), 10000);
    for (mmmrt_program *p; (p = FUNCTION(mmmrt_player_drain)(player));)
        FUNCTION(mmmrt_program_free)(p);
    FUNCTION(mmmrt_player_free)(player);
    mmmrt_instance *all[] = {a, b, c};
    for (int i = 0; i < 3; i++)
        FUNCTION(mmmrt_instance_free)(all[i]);
    return check_result();
}
