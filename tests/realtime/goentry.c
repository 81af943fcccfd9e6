/* Entries into Go, seen in three ways.

   1. The plugin finds libmmm's functions by dlsym. For those that libmmm itself
      defines - each is a Go function - dlsym hands out a thunk here that counts
      and jumps on. mmm_process and its like stand in libmmmrt and are C.
   2. The only functions of Go whose address C is given are the two of a vm
      instance. mmmrt_vm here stands before libmmmrt's and wraps them.
   3. Whatever the way: the first entry of a thread gives it a goroutine, whose
      address Go keeps in the thread's own storage until the thread ends. It is
      the one word of thread-local storage that libmmm has. While it is zero the
      thread has never been in Go. */
#define _GNU_SOURCE
#include "mmmrt.h"
#include "watch.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static bool is_file(const char *path, const char *name) {
    const char *slash = path ? strrchr(path, '/') : NULL;
    return path && strcmp(slash ? slash + 1 : path, name) == 0;
}

/* ---- dlsym ---- */

typedef void *dlsym_function(void *handle, const char *name);

static dlsym_function *real_dlsym(void) {
    static dlsym_function *_Atomic found;
    dlsym_function *f = atomic_load(&found);
    if (!f) {
        void *p = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
        if (!p)
            p = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
        if (!p)
            p = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
        memcpy(&f, &p, sizeof f);
        atomic_store(&found, f);
    }
    return f;
}

#if defined(__x86_64__)
#define THUNKS 64

static struct {
    void *target;
    char name[64];
} thunks[THUNKS];
static int thunk_count;
static pthread_mutex_t thunks_lock = PTHREAD_MUTEX_INITIALIZER;

/* Called by the thunks. */
__attribute__((used, visibility("hidden"))) void *go_thunk_entered(long index) {
    watch_note(GO_ENTRY, thunks[index].name);
    return thunks[index].target;
}

/* 64 thunks of 16 bytes. Each pushes its index; what follows keeps the arguments
   over the count and jumps to the target. */
extern char go_thunks[];
__asm__(".text\n"
        ".balign 16\n"
        ".globl go_thunks\n"
        ".hidden go_thunks\n"
        "go_thunks:\n"
        ".set go_thunk_index, 0\n"
        ".rept 64\n"
        "  .balign 16\n"
        "  pushq $go_thunk_index\n"
        "  jmp go_thunk_rest\n"
        "  .set go_thunk_index, go_thunk_index + 1\n"
        ".endr\n"
        "go_thunk_rest:\n"
        "  pushq %rdi\n  pushq %rsi\n  pushq %rdx\n  pushq %rcx\n  pushq %r8\n  pushq %r9\n  pushq %rax\n"
        "  subq $136, %rsp\n"
        "  movups %xmm0, (%rsp)\n  movups %xmm1, 16(%rsp)\n  movups %xmm2, 32(%rsp)\n  movups %xmm3, 48(%rsp)\n"
        "  movups %xmm4, 64(%rsp)\n  movups %xmm5, 80(%rsp)\n  movups %xmm6, 96(%rsp)\n  movups %xmm7, 112(%rsp)\n"
        "  movq 192(%rsp), %rdi\n"
        "  callq go_thunk_entered\n"
        "  movq %rax, %r11\n"
        "  movups (%rsp), %xmm0\n  movups 16(%rsp), %xmm1\n  movups 32(%rsp), %xmm2\n  movups 48(%rsp), %xmm3\n"
        "  movups 64(%rsp), %xmm4\n  movups 80(%rsp), %xmm5\n  movups 96(%rsp), %xmm6\n  movups 112(%rsp), %xmm7\n"
        "  addq $136, %rsp\n"
        "  popq %rax\n  popq %r9\n  popq %r8\n  popq %rcx\n  popq %rdx\n  popq %rsi\n  popq %rdi\n"
        "  addq $8, %rsp\n"
        "  jmpq *%r11\n");

static void *thunk_for(void *target, const char *name) {
    pthread_mutex_lock(&thunks_lock);
    int i = 0;
    while (i < thunk_count && thunks[i].target != target)
        i++;
    if (i == thunk_count && i < THUNKS && strlen(name) < sizeof thunks[i].name) {
        strcpy(thunks[i].name, name);
        thunks[i].target = target;
        thunk_count++;
    }
    bool made = i < thunk_count;
    pthread_mutex_unlock(&thunks_lock);
    return made ? go_thunks + 16 * i : target;
}
#else
static void *thunk_for(void *target, const char *name) {
    (void)name;
    return target;
}
#endif

/* ---- the player, for its count of swaps ---- */

static int (*_Atomic process)(mmm_player *, const mmm_block *);
static void (*_Atomic player_stats)(mmm_player *, mmmrt_stats *);
static mmm_player *_Atomic player;

/* Stands before mmm_process only to learn which player it is. */
static int known_process(mmm_player *p, const mmm_block *b) {
    if (watch_self.inside)
        atomic_store_explicit(&player, p, memory_order_relaxed);
    return atomic_load_explicit(&process, memory_order_relaxed)(p, b);
}

uint64_t go_swaps(uint64_t *worst_ns) {
    mmm_player *p = atomic_load(&player);
    void (*stats)(mmm_player *, mmmrt_stats *) = atomic_load(&player_stats);
    mmmrt_stats s = {0};
    if (p && stats)
        stats(p, &s);
    *worst_ns = s.worst_swap_ns;
    return s.swaps;
}

void *dlsym(void *restrict handle, const char *restrict name) {
    dlsym_function *real = real_dlsym();
    void *p = real(handle, name);
    Dl_info info;
    if (!p || strncmp(name, "mmm_", 4) != 0 || !dladdr(p, &info))
        return p;
    if (is_file(info.dli_fname, "libmmm.so"))
        return thunk_for(p, name);
    if (is_file(info.dli_fname, "libmmmrt.so") && strcmp(name, "mmm_process") == 0) {
        void *stats = real(handle, "mmmrt_player_stats");
        int (*f)(mmm_player *, const mmm_block *);
        void (*g)(mmm_player *, mmmrt_stats *);
        memcpy(&f, &p, sizeof f);
        memcpy(&g, &stats, sizeof g);
        atomic_store(&process, f);
        atomic_store(&player_stats, g);
        f = known_process;
        memcpy(&p, &f, sizeof p);
    }
    return p;
}

/* ---- the vm's callbacks ---- */

static mmmrt_calls vm_calls; /* the same two for every instance */

static int entered_init(uint64_t context) {
    watch_note(GO_ENTRY, "vm init");
    return vm_calls.init(context);
}

static int entered_run(uint64_t context, uint32_t first, uint32_t frames) {
    watch_note(GO_ENTRY, "vm run");
    return vm_calls.run(context, first, frames);
}

mmmrt_instance *mmmrt_vm(const mmmrt_image *image, const uint32_t *objects, uint32_t object_words, mmmrt_calls calls,
                         uint64_t context) {
    static mmmrt_instance *(*real)(const mmmrt_image *, const uint32_t *, uint32_t, mmmrt_calls, uint64_t);
    if (!real) {
        void *library = dlopen("libmmmrt.so", RTLD_NOW | RTLD_NOLOAD);
        void *p = library ? real_dlsym()(library, "mmmrt_vm") : NULL;
        memcpy(&real, &p, sizeof real);
        if (!real)
            return NULL;
    }
    vm_calls = calls;
    return real(image, objects, object_words, (mmmrt_calls){entered_init, entered_run}, context);
}

/* ---- the goroutine ---- */

static int find_go(struct dl_phdr_info *info, size_t size, void *found) {
    (void)size;
    if (!is_file(info->dlpi_name, "libmmm.so"))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_TLS && info->dlpi_phdr[i].p_memsz == sizeof(uint64_t))
            *(const uint64_t **)found = info->dlpi_tls_data;
    return 1;
}

void go_watch(void) { dl_iterate_phdr(find_go, &watch_self.go); }
