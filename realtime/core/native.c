/* Instances that run machine code. Each has a store of its own: a store belongs
   to one thread at a time, and so does an instance. */
#include "compile.h"
#include "imports.h"
#include "instance.h"
#include "memory.h"
#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct native {
    mmmrt_instance base; /* first: an instance is converted to its native form by a cast */
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_func_t init, run;
    void *stack; /* NULL: the caller's */
    wasm_trap_t *trap; /* kept to be freed by the control side */
    wasmtime_error_t *error;
} native;

/* A call that stack_call passes on. */
typedef struct call {
    native *n;
    const wasmtime_func_t *func;
    uint32_t first, frames;
} call;

static void call_code(void *arg) {
    const call *c = arg;
    wasmtime_val_raw_t args[2];
    c->n->base.machine.stack = __builtin_frame_address(0);
    args[0].i32 = (int32_t)c->first;
    args[1].i32 = (int32_t)c->frames;
    c->n->error = wasmtime_func_call_unchecked(c->n->context, c->func, args, 2, &c->n->trap);
}

/* False after a trap, which is kept; a program that trapped never runs again. */
static bool enter(native *n, const wasmtime_func_t *func, uint32_t first, uint32_t frames) {
    if (n->trap || n->error)
        return false;
    call c = {n, func, first, frames};
    if (n->stack)
        stack_call(n->stack, call_code, &c);
    else
        call_code(&c);
    if (!n->trap && !n->error)
        return true;
    wasmtime_trap_code_t code;
    if (n->trap && wasmtime_trap_code(n->trap, &code) && code == WASMTIME_TRAP_CODE_STACK_OVERFLOW) {
        /* frames larger than MaxDepth of them have room: the same to the musician */
        n->base.words[MMMRT_STICKY_FAULT_WORD] = MMMRT_FAULT_DEPTH;
        n->base.words[MMMRT_STICKY_PLACE_WORD] = (uint64_t)-1;
    }
    return false;
}

static bool native_init(mmmrt_instance *instance) {
    native *n = (native *)instance;
    instance->machine.in_init = true;
    bool ok = enter(n, &n->init, 0, 0);
    instance->machine.in_init = false;
    return ok;
}

static bool native_run(mmmrt_instance *instance, uint32_t first, uint32_t frames) {
    native *n = (native *)instance;
    return enter(n, &n->run, first, frames);
}

static void native_detail(mmmrt_instance *instance, char *text, size_t size) {
    native *n = (native *)instance;
    wasm_message_t message;
    if (n->trap)
        wasm_trap_message(n->trap, &message);
    else if (n->error)
        wasmtime_error_message(n->error, &message);
    else
        return;
    snprintf(text, size, "%.*s", (int)message.size, message.data);
    wasm_byte_vec_delete(&message);
}

static void native_free(mmmrt_instance *instance) {
    native *n = (native *)instance;
    if (n->trap)
        wasm_trap_delete(n->trap);
    if (n->error)
        wasmtime_error_delete(n->error);
    if (n->store)
        wasmtime_store_delete(n->store);
    stack_free(n->stack);
    free(n);
}

static const engine native_engine = {native_init, native_run, native_free, native_detail};

/* Whether a function takes params and returns nothing. */
static bool takes(const wasm_functype_t *type, const wasm_valkind_t *params, size_t count) {
    const wasm_valtype_vec_t *have = wasm_functype_params(type);
    if (have->size != count || wasm_functype_results(type)->size != 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (wasm_valtype_kind(have->data[i]) != params[i])
            return false;
    return true;
}

static const wasm_valkind_t run_params[] = {WASM_I32, WASM_I32};

static bool get_func(native *n, const wasmtime_instance_t *in, const char *name, const wasm_valkind_t *params,
                     size_t count, wasmtime_func_t *func, char *error, size_t error_size) {
    wasmtime_extern_t item;
    bool ok = false;
    if (wasmtime_instance_export_get(n->context, in, name, strlen(name), &item)) {
        if (item.kind == WASMTIME_EXTERN_FUNC) {
            wasm_functype_t *type = wasmtime_func_type(n->context, &item.of.func);
            ok = takes(type, params, count);
            wasm_functype_delete(type);
            *func = item.of.func;
        }
        wasmtime_extern_delete(&item);
    }
    if (!ok)
        snprintf(error, error_size, "the module exports no fitting function \"%s\"", name);
    return ok;
}

/* Behind the image of a program with objects the code has words of its own. */
static bool get_memory(native *n, const wasmtime_instance_t *in, size_t words, bool heap, char *error,
                       size_t error_size) {
    wasmtime_extern_t item;
    bool ok = false;
    size_t own = heap ? OWN_WORDS : 0;
    if (wasmtime_instance_export_get(n->context, in, "memory", 6, &item)) {
        if (item.kind == WASMTIME_EXTERN_MEMORY &&
            wasmtime_memory_data_size(n->context, &item.of.memory) / sizeof(uint64_t) >= words + own) {
            size_t size = wasmtime_memory_data_size(n->context, &item.of.memory) / sizeof(uint64_t);
            n->base.words = (uint64_t *)wasmtime_memory_data(n->context, &item.of.memory);
            ok = n->base.words != NULL;
            if (ok && heap) {
                n->base.machine.own = n->base.words + words;
                n->base.machine.scratch = n->base.machine.own + OWN_WORDS;
                ok = n->base.machine.own[OWN_SCRATCH] <= size - words - OWN_WORDS;
            }
            if (ok)
                memory_touch(n->base.words, size * sizeof(uint64_t));
        }
        wasmtime_extern_delete(&item);
    }
    if (!ok)
        snprintf(error, error_size, "the module exports no memory of %zu words", words);
    return ok;
}

static bool instantiate(native *n, mmmrt_module *module, const mmmrt_image *image, bool deep, char *error,
                        size_t error_size) {
    wasmtime_module_t *code = module_code(module, deep, error, error_size);
    if (!code)
        return false;
    if (deep && !(n->stack = stack_new())) {
        snprintf(error, error_size, "no memory for the stack of a recursive program");
        return false;
    }
    n->store = wasmtime_store_new(module_engine(deep), NULL, NULL);
    n->context = wasmtime_store_context(n->store);
    wasmtime_extern_t imports[MAX_IMPORTS];
    size_t count;
    bool heap;
    if (!imports_make(&n->base.machine, n->context, code, imports, &count, &heap, error, error_size))
        return false;
    wasmtime_instance_t in;
    wasmtime_error_t *failed = wasmtime_instance_new(n->context, code, imports, count, &in, &n->trap);
    if (failed) {
        take_error(failed, error, error_size);
        return false;
    }
    if (n->trap) {
        native_detail(&n->base, error, error_size);
        return false;
    }
    return get_func(n, &in, "init", NULL, 0, &n->init, error, error_size) &&
           get_func(n, &in, "run", run_params, 2, &n->run, error, error_size) &&
           get_memory(n, &in, image->words, heap, error, error_size);
}

mmmrt_instance *mmmrt_native(mmmrt_module *module, const mmmrt_image *image, const uint32_t *objects,
                             uint32_t object_words, bool deep, char *error, size_t error_size) {
    if (error_size)
        *error = 0;
    native *n = calloc(1, sizeof *n);
    if (!n || !image_valid(image)) {
        snprintf(error, error_size, n ? "the image does not fit its words" : "out of memory");
        free(n);
        return NULL;
    }
    if (!instance_make(&n->base, image, objects, object_words, &native_engine)) {
        snprintf(error, error_size, "out of memory or threads, or the tables of objects are damaged");
    } else if (instantiate(n, module, image, deep, error, error_size)) {
        instance_bind(&n->base);
        return &n->base;
    }
    mmmrt_instance_free(&n->base);
    return NULL;
}
