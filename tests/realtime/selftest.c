/* Shows the watch what it must see: each block does one forbidden thing, and the
   same things are done outside of blocks, where they must not count. Argument:
   libmmm.so. tests/realtime_test.go knows what each block must have counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void (*begin)(void), (*end)(void);
static int (*abi_version)(void);
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void *volatile kept;
static volatile int answer;

static void nothing(void) {}

static void allocate(void) {
    kept = malloc(100);
    kept = realloc(kept, 200);
    free(kept);
    kept = calloc(3, 50);
    free(kept);
    void *p;
    if (posix_memalign(&p, 64, 256) == 0)
        free(p);
}

static void lock(void) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    if (pthread_mutex_trylock(&mutex) == 0)
        pthread_mutex_unlock(&mutex);
}

/* a system call that no function of any library stands for */
static void enter_kernel(void) {
#if defined(__x86_64__)
    long number = 39; /* getpid */
    __asm__ volatile("syscall" : "+a"(number) : : "rcx", "r11", "memory");
    answer = (int)number;
#endif
}

static void wait_a_little(void) { nanosleep(&(struct timespec){0, 2000000}, NULL); }

static void enter_go(void) { answer = abi_version(); }

/* some 10 ms of the processor, for nobody's fault but ours */
static void compute(void) {
    for (volatile int i = 0; i < 10000000; i++) {
    }
}

static void map(void) {
    char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *(volatile char *)p = 1;
    munmap(p, 4096);
}

static void *audio(void *arg) {
    (void)arg;
    void (*const acts[])(void) = {nothing, allocate, lock, enter_kernel, wait_a_little, compute, map, nothing, enter_go, nothing};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (acts[i] != enter_go) /* a thread that was in Go is marked for good */
            acts[i]();
        begin();
        acts[i]();
        end();
    }
    return NULL;
}

static void find(void *library, const char *name, void *function) {
    void *p = dlsym(library, name);
    if (!p) {
        fprintf(stderr, "no %s: %s\n", name, dlerror());
        exit(1);
    }
    memcpy(function, &p, sizeof p);
}

int main(int argc, char **argv) {
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library) {
        fprintf(stderr, "no library\n");
        return 1;
    }
    find(RTLD_DEFAULT, "mmm_host_block_begin", &begin);
    find(RTLD_DEFAULT, "mmm_host_block_end", &end);
    find(library, "mmm_abi_version", &abi_version);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 128 * 1024);
    pthread_t thread;
    if (pthread_create(&thread, &attr, audio, NULL) != 0 || pthread_join(thread, NULL) != 0)
        return 1;
    return 0;
}
