#include "linear.h"

#include "memory.h"

#include <pthread.h>

/* Whose memory is being made; wasmtime's call does not say. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static linear *making;

static uint8_t *get(void *env, size_t *size, size_t *capacity) {
    const linear *l = env;
    *size = *capacity = l->size;
    return l->bytes;
}

static wasmtime_error_t *grow(void *env, size_t size) {
    const linear *l = env;
    return size <= l->size ? NULL : wasmtime_error_new("memories of programs do not grow");
}

static wasmtime_error_t *make(void *env, const wasm_memorytype_t *type, size_t minimum, size_t maximum, size_t reserved,
                              size_t guard, wasmtime_linear_memory_t *memory) {
    (void)env;
    (void)type;
    (void)maximum;
    if (reserved > minimum || guard > 0)
        return wasmtime_error_new("memories of programs have no room behind them");
    if (making->bytes && making->size != minimum)
        return wasmtime_error_new("the code needs another size of memory");
    if (!making->bytes) {
        making->bytes = pages_new(minimum);
        if (!making->bytes)
            return wasmtime_error_new("out of memory");
        making->size = minimum;
    }
    *memory = (wasmtime_linear_memory_t){.env = making, .get_memory = get, .grow_memory = grow};
    return NULL;
}

void linear_configure(wasm_config_t *config) {
    /* memories never grow: map what the module asks for and nothing beyond it */
    wasmtime_config_memory_reservation_set(config, 0);
    wasmtime_config_memory_reservation_for_growth_set(config, 0);
    wasmtime_config_memory_guard_size_set(config, 0);
    wasmtime_config_memory_init_cow_set(config, false);
    wasmtime_config_host_memory_creator_set(config, &(wasmtime_memory_creator_t){.new_memory = make});
}

wasmtime_error_t *linear_instantiate(linear *l, wasmtime_context_t *context, const wasmtime_module_t *code,
                                     const wasmtime_extern_t *imports, size_t count, wasmtime_instance_t *instance,
                                     wasm_trap_t **trap) {
    pthread_mutex_lock(&lock);
    making = l;
    wasmtime_error_t *error = wasmtime_instance_new(context, code, imports, count, instance, trap);
    making = NULL;
    pthread_mutex_unlock(&lock);
    return error;
}

void linear_free(linear *l) {
    pages_free(l->bytes, l->size);
    l->bytes = NULL;
}
