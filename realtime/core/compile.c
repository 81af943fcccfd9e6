#include "compile.h"

#include "stack.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mmmrt_module {
    wasmtime_module_t *code[2]; /* by deep; the deep one is loaded when first asked for */
    pthread_mutex_t lock;
};

static wasm_engine_t *engines[2];
static pthread_once_t once[2] = {PTHREAD_ONCE_INIT, PTHREAD_ONCE_INIT};

static wasm_engine_t *make_engine(size_t max_stack) {
    wasm_config_t *c = wasm_config_new();
    if (!c)
        return NULL;
    /* no signal handler in somebody else's process; bounds are checked by code */
    wasmtime_config_signals_based_traps_set(c, false);
    /* memories never grow: map what the module asks for and nothing beyond it */
    wasmtime_config_memory_reservation_set(c, 0);
    wasmtime_config_memory_reservation_for_growth_set(c, 0);
    wasmtime_config_memory_guard_size_set(c, 0);
    wasmtime_config_memory_init_cow_set(c, false);
    wasmtime_config_async_stack_size_set(c, DEEP_STACK); /* unused, but bounds the next */
    wasmtime_config_max_wasm_stack_set(c, max_stack);
    wasmtime_config_cranelift_opt_level_set(c, WASMTIME_OPT_LEVEL_SPEED);
    wasmtime_config_cranelift_nan_canonicalization_set(c, false);
    wasmtime_config_cranelift_debug_verifier_set(c, false);
    wasmtime_config_parallel_compilation_set(c, false); /* no threads of its own in the host */
    wasmtime_config_debug_info_set(c, false);
    wasmtime_config_native_unwind_info_set(c, false);
    return wasm_engine_new_with_config(c);
}

static void make_small(void) { engines[0] = make_engine(SMALL_STACK); }
static void make_deep(void) { engines[1] = make_engine(DEEP_STACK - DEEP_STACK_RESERVE); }

wasm_engine_t *module_engine(bool deep) {
    pthread_once(&once[deep], deep ? make_deep : make_small);
    return engines[deep];
}

void take_error(wasmtime_error_t *error, char *text, size_t size) {
    wasm_name_t message;
    wasmtime_error_message(error, &message);
    snprintf(text, size, "%.*s", (int)message.size, message.data);
    wasm_byte_vec_delete(&message);
    wasmtime_error_delete(error);
}

/* Puts an engine's module, or its error, into one of ours. */
static mmmrt_module *make_module(wasmtime_module_t *code, wasmtime_error_t *failed, char *error, size_t error_size) {
    if (failed) {
        take_error(failed, error, error_size);
        return NULL;
    }
    mmmrt_module *module = calloc(1, sizeof *module);
    if (!module) {
        snprintf(error, error_size, "out of memory");
        wasmtime_module_delete(code);
        return NULL;
    }
    module->code[0] = code;
    pthread_mutex_init(&module->lock, NULL);
    return module;
}

static wasm_engine_t *small_engine(char *error, size_t error_size) {
    wasm_engine_t *engine = module_engine(false);
    if (!engine)
        snprintf(error, error_size, "out of memory");
    return engine;
}

mmmrt_module *mmmrt_compile(const uint8_t *wasm, size_t size, char *error, size_t error_size) {
    wasm_engine_t *engine = small_engine(error, error_size);
    if (!engine)
        return NULL;
    wasmtime_module_t *code = NULL;
    wasmtime_error_t *failed = wasmtime_module_new(engine, wasm, size, &code);
    return make_module(code, failed, error, error_size);
}

mmmrt_module *mmmrt_module_load(const uint8_t *bytes, size_t size, char *error, size_t error_size) {
    wasm_engine_t *engine = small_engine(error, error_size);
    if (!engine)
        return NULL;
    wasmtime_module_t *code = NULL;
    wasmtime_error_t *failed = wasmtime_module_deserialize(engine, bytes, size, &code);
    return make_module(code, failed, error, error_size);
}

bool mmmrt_module_save(mmmrt_module *module, uint8_t **code, size_t *size, char *error, size_t error_size) {
    wasm_byte_vec_t bytes;
    wasmtime_error_t *failed = wasmtime_module_serialize(module->code[0], &bytes);
    if (failed) {
        take_error(failed, error, error_size);
        return false;
    }
    *code = malloc(bytes.size + 1);
    *size = bytes.size;
    if (*code)
        memcpy(*code, bytes.data, bytes.size);
    else
        snprintf(error, error_size, "out of memory");
    wasm_byte_vec_delete(&bytes);
    return *code != NULL;
}

/* The code does not depend on the stack's size, so the deep engine gets what
   the small one made. */
static wasmtime_module_t *copy_code(wasmtime_module_t *code, char *error, size_t error_size) {
    wasmtime_module_t *copy = NULL;
    wasm_byte_vec_t bytes;
    wasmtime_error_t *failed = wasmtime_module_serialize(code, &bytes);
    if (!failed) {
        failed = wasmtime_module_deserialize(module_engine(true), (const uint8_t *)bytes.data, bytes.size, &copy);
        wasm_byte_vec_delete(&bytes);
    }
    if (failed)
        take_error(failed, error, error_size);
    return failed ? NULL : copy;
}

wasmtime_module_t *module_code(mmmrt_module *module, bool deep, char *error, size_t error_size) {
    pthread_mutex_lock(&module->lock);
    if (deep && !module->code[1])
        module->code[1] = copy_code(module->code[0], error, error_size);
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
    wasm_engine_t *engine = module_engine(false);
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
