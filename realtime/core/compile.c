#include "compile.h"

#include "linear.h"
#include "stack.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mmmrt_module {
    wasmtime_module_t *code[2]; /* by deep; the deep one is loaded when first asked for */
    bool quick;
    pthread_mutex_t lock;
};

static wasm_engine_t *engines[2][2]; /* by quick and deep */
static pthread_mutex_t engines_lock = PTHREAD_MUTEX_INITIALIZER;

static wasm_engine_t *make_engine(bool quick, size_t max_stack) {
    wasm_config_t *c = wasm_config_new();
    if (!c)
        return NULL;
    linear_configure(c);
    /* no signal handler in somebody else's process; bounds are checked by code */
    wasmtime_config_signals_based_traps_set(c, false);
    wasmtime_config_async_stack_size_set(c, DEEP_STACK); /* unused, but bounds the next */
    wasmtime_config_max_wasm_stack_set(c, max_stack);
    wasmtime_config_cranelift_opt_level_set(c, quick ? WASMTIME_OPT_LEVEL_NONE : WASMTIME_OPT_LEVEL_SPEED);
    if (quick) /* registers are what takes the time in large functions */
        wasmtime_config_cranelift_flag_set(c, "regalloc_algorithm", "single_pass");
    /* every index that is not a constant has been clamped by a selection before:
       a mispredicted check cannot let a wild one through */
    wasmtime_config_cranelift_flag_set(c, "enable_heap_access_spectre_mitigation", "false");
    wasmtime_config_cranelift_nan_canonicalization_set(c, false);
    /* a relaxed multiplication and addition is always the fused one, on every machine */
    wasmtime_config_wasm_simd_set(c, true);
    wasmtime_config_wasm_relaxed_simd_set(c, true);
    wasmtime_config_wasm_relaxed_simd_deterministic_set(c, true);
    wasmtime_config_cranelift_debug_verifier_set(c, false);
    wasmtime_config_parallel_compilation_set(c, false); /* no threads of its own in the host */
    wasmtime_config_debug_info_set(c, false);
    wasmtime_config_native_unwind_info_set(c, false);
    return wasm_engine_new_with_config(c);
}

static wasm_engine_t *get_engine(bool quick, bool deep) {
    pthread_mutex_lock(&engines_lock);
    wasm_engine_t **engine = &engines[quick][deep];
    if (!*engine)
        *engine = make_engine(quick, deep ? DEEP_STACK - DEEP_STACK_RESERVE : SMALL_STACK);
    pthread_mutex_unlock(&engines_lock);
    return *engine;
}

wasm_engine_t *module_engine(const mmmrt_module *module, bool deep) { return get_engine(module->quick, deep); }

void take_error(wasmtime_error_t *error, char *text, size_t size) {
    wasm_name_t message;
    wasmtime_error_message(error, &message);
    snprintf(text, size, "%.*s", (int)message.size, message.data);
    wasm_byte_vec_delete(&message);
    wasmtime_error_delete(error);
}

/* A module for the engine's code, or NULL and an error text. */
static mmmrt_module *new_module(bool quick, wasmtime_error_t *(*make)(wasm_engine_t *, const uint8_t *, size_t,
                                                                     wasmtime_module_t **),
                                const uint8_t *bytes, size_t size, char *error, size_t error_size) {
    wasm_engine_t *engine = get_engine(quick, false);
    mmmrt_module *module = engine ? calloc(1, sizeof *module) : NULL;
    if (!module) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    wasmtime_error_t *failed = make(engine, bytes, size, &module->code[0]);
    if (failed) {
        take_error(failed, error, error_size);
        free(module);
        return NULL;
    }
    module->quick = quick;
    pthread_mutex_init(&module->lock, NULL);
    return module;
}

mmmrt_module *mmmrt_compile(const uint8_t *wasm, size_t size, bool quick, char *error, size_t error_size) {
    return new_module(quick, wasmtime_module_new, wasm, size, error, error_size);
}

mmmrt_module *mmmrt_module_load(const uint8_t *code, size_t size, char *error, size_t error_size) {
    return new_module(false, wasmtime_module_deserialize, code, size, error, error_size);
}

uint8_t *mmmrt_module_save(mmmrt_module *module, size_t *size) {
    wasm_byte_vec_t bytes;
    wasmtime_error_t *failed = wasmtime_module_serialize(module->code[0], &bytes);
    if (failed) {
        wasmtime_error_delete(failed);
        return NULL;
    }
    uint8_t *copy = malloc(bytes.size ? bytes.size : 1);
    if (copy)
        memcpy(copy, bytes.data, bytes.size);
    *size = bytes.size;
    wasm_byte_vec_delete(&bytes);
    return copy;
}

/* The code does not depend on the stack's size, so the deep engine gets what
   the small one made. */
static wasmtime_module_t *copy_code(const mmmrt_module *module, char *error, size_t error_size) {
    wasmtime_module_t *copy = NULL;
    wasm_byte_vec_t bytes;
    wasmtime_error_t *failed = wasmtime_module_serialize(module->code[0], &bytes);
    if (!failed) {
        failed = wasmtime_module_deserialize(module_engine(module, true), (const uint8_t *)bytes.data, bytes.size, &copy);
        wasm_byte_vec_delete(&bytes);
    }
    if (failed)
        take_error(failed, error, error_size);
    return failed ? NULL : copy;
}

wasmtime_module_t *module_code(mmmrt_module *module, bool deep, char *error, size_t error_size) {
    pthread_mutex_lock(&module->lock);
    if (deep && !module->code[1])
        module->code[1] = copy_code(module, error, error_size);
    wasmtime_module_t *code = module->code[deep];
    pthread_mutex_unlock(&module->lock);
    return code;
}

void mmmrt_module_free(mmmrt_module *module) {
    if (!module)
        return;
    for (int i = 0; i < 2; i++)
        if (module->code[i])
            wasmtime_module_delete(module->code[i]);
    pthread_mutex_destroy(&module->lock);
    free(module);
}

static wasm_trap_t *nothing(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *args, size_t count) {
    (void)env;
    (void)caller;
    (void)args;
    (void)count;
    return NULL;
}

/* A call through wasmtime is what makes its thread-local data, and that makes
   the library's. */
void mmm_thread_prepare(void) {
    wasm_engine_t *engine = get_engine(false, false);
    if (!engine)
        return;
    wasmtime_store_t *store = wasmtime_store_new(engine, NULL, NULL);
    wasm_functype_t *type = wasm_functype_new_0_0();
    wasmtime_func_t func;
    wasmtime_func_new_unchecked(wasmtime_store_context(store), type, nothing, NULL, NULL, &func);
    wasmtime_val_raw_t args[1];
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error = wasmtime_func_call_unchecked(wasmtime_store_context(store), &func, args, 1, &trap);
    if (error)
        wasmtime_error_delete(error);
    if (trap)
        wasm_trap_delete(trap);
    wasm_functype_delete(type);
    wasmtime_store_delete(store);
}
