/* Instances that run machine code. Each has a store of its own: a store belongs
   to one thread at a time, and so does an instance. */
#include "compile.h"
#include "imports.h"
#include "instance.h"
#include "linear.h"
#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Machine code with the store that it runs in. */
typedef struct code {
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_func_t init, run;
    wasm_trap_t *trap; /* kept to be freed by the control side */
    wasmtime_error_t *error;
} code;

typedef struct native {
    mmmrt_instance base; /* first: an instance is converted to its native form by a cast */
    code *code;          /* what runs: of the thread that runs the instance */
    _Atomic(code *) better; /* what it shall take up instead at its next run */
    _Atomic(code *) retired; /* what ran before that */
    linear memory;
    void *stack; /* NULL: the caller's */
    bool deep;
} native;

/* A call that stack_call passes on. */
typedef struct call {
    native *n;
    const wasmtime_func_t *func;
    uint32_t first, frames;
} call;

static void call_code(void *arg) {
    const call *c = arg;
    code *k = c->n->code;
    wasmtime_val_raw_t args[2];
    c->n->base.machine.stack = __builtin_frame_address(0);
    args[0].i32 = (int32_t)c->first;
    args[1].i32 = (int32_t)c->frames;
    k->error = wasmtime_func_call_unchecked(k->context, c->func, args, 2, &k->trap);
}

/* False after a trap, which is kept; a program that trapped never runs again. */
static bool enter(native *n, const wasmtime_func_t *func, uint32_t first, uint32_t frames) {
    code *k = n->code;
    if (k->trap || k->error)
        return false;
    call c = {n, func, first, frames};
    if (n->stack)
        stack_call(n->stack, call_code, &c);
    else
        call_code(&c);
    if (!k->trap && !k->error)
        return true;
    wasmtime_trap_code_t trap;
    if (k->trap && wasmtime_trap_code(k->trap, &trap) && trap == WASMTIME_TRAP_CODE_STACK_OVERFLOW) {
        /* frames larger than MaxDepth of them have room: the same to the musician */
        n->base.words[MMMRT_STICKY_FAULT_WORD] = MMMRT_FAULT_DEPTH;
        n->base.words[MMMRT_STICKY_PLACE_WORD] = (uint64_t)-1;
    }
    return false;
}

/* Takes up better code. What trapped stays as it is. */
static void take_better(native *n) {
    if (!atomic_load_explicit(&n->better, memory_order_relaxed) || n->code->trap || n->code->error)
        return;
    code *better = atomic_exchange_explicit(&n->better, NULL, memory_order_acquire);
    atomic_store_explicit(&n->retired, n->code, memory_order_release);
    n->code = better;
}

static bool native_init(mmmrt_instance *instance) {
    native *n = (native *)instance;
    instance->machine.in_init = true;
    bool ok = enter(n, &n->code->init, 0, 0);
    instance->machine.in_init = false;
    return ok;
}

static bool native_run(mmmrt_instance *instance, uint32_t first, uint32_t frames) {
    native *n = (native *)instance;
    take_better(n);
    return enter(n, &n->code->run, first, frames);
}

static void native_detail(mmmrt_instance *instance, char *text, size_t size) {
    const code *k = ((native *)instance)->code;
    wasm_message_t message;
    if (k->trap)
        wasm_trap_message(k->trap, &message);
    else if (k->error)
        wasmtime_error_message(k->error, &message);
    else
        return;
    snprintf(text, size, "%.*s", (int)message.size, message.data);
    wasm_byte_vec_delete(&message);
}

static void native_settle(mmmrt_instance *instance) {
    native *n = (native *)instance;
    if (n->stack)
        stack_settle(n->stack);
}

static void code_free(code *k) {
    if (!k)
        return;
    if (k->trap)
        wasm_trap_delete(k->trap);
    if (k->error)
        wasmtime_error_delete(k->error);
    if (k->store)
        wasmtime_store_delete(k->store);
    free(k);
}

static void native_free(mmmrt_instance *instance) {
    native *n = (native *)instance;
    code_free(n->code);
    code_free(atomic_load(&n->better));
    code_free(atomic_load(&n->retired));
    linear_free(&n->memory); /* after the stores that work on it */
    stack_free(n->stack);
    free(n);
}

static const engine native_engine = {native_init, native_run, native_free, native_detail, native_settle};

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

static bool get_func(const code *k, const wasmtime_instance_t *in, const char *name, const wasm_valkind_t *params,
                     size_t count, wasmtime_func_t *func, char *error, size_t error_size) {
    wasmtime_extern_t item;
    bool ok = false;
    if (wasmtime_instance_export_get(k->context, in, name, strlen(name), &item)) {
        if (item.kind == WASMTIME_EXTERN_FUNC) {
            wasm_functype_t *type = wasmtime_func_type(k->context, &item.of.func);
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

/* The bytes of the module's memory; NULL if they are not ours. */
static uint64_t *memory_of(const native *n, const code *k, const wasmtime_instance_t *in) {
    wasmtime_extern_t item;
    uint64_t *words = NULL;
    if (!wasmtime_instance_export_get(k->context, in, "memory", 6, &item))
        return NULL;
    if (item.kind == WASMTIME_EXTERN_MEMORY && wasmtime_memory_data(k->context, &item.of.memory) == n->memory.bytes)
        words = n->memory.bytes;
    wasmtime_extern_delete(&item);
    return words;
}

/* Behind the image of a program with objects the code has words of its own. */
static bool get_memory(native *n, const wasmtime_instance_t *in, size_t words, bool heap, char *error,
                       size_t error_size) {
    size_t own = heap ? OWN_WORDS : 0, size = n->memory.size / sizeof(uint64_t);
    n->base.words = memory_of(n, n->code, in);
    bool ok = n->base.words && size >= words + own;
    if (ok && heap) {
        n->base.machine.own = n->base.words + words;
        n->base.machine.scratch = n->base.machine.own + OWN_WORDS;
        ok = n->base.machine.own[OWN_SCRATCH] <= size - words - OWN_WORDS;
    }
    if (!ok)
        snprintf(error, error_size, "the module exports no memory of %zu words", words);
    return ok;
}

/* Makes code of a module that works on the memory of n. */
static code *code_new(native *n, mmmrt_module *module, wasmtime_instance_t *in, bool *heap, char *error,
                      size_t error_size) {
    wasmtime_module_t *compiled = module_code(module, n->deep, error, error_size);
    code *k = compiled ? calloc(1, sizeof *k) : NULL;
    if (!k)
        return NULL;
    k->store = wasmtime_store_new(module_engine(module, n->deep), NULL, NULL);
    k->context = wasmtime_store_context(k->store);
    wasmtime_extern_t imports[MAX_IMPORTS];
    size_t count;
    bool ok = imports_make(&n->base.machine, k->context, compiled, imports, &count, heap, error, error_size);
    if (ok) {
        wasmtime_error_t *failed =
            linear_instantiate(&n->memory, k->context, compiled, imports, count, in, &k->trap);
        if (failed)
            take_error(failed, error, error_size);
        else if (k->trap)
            snprintf(error, error_size, "the module cannot be instantiated");
        ok = !failed && !k->trap;
    }
    if (ok && get_func(k, in, "init", NULL, 0, &k->init, error, error_size) &&
        get_func(k, in, "run", run_params, 2, &k->run, error, error_size))
        return k;
    code_free(k);
    return NULL;
}

static bool instantiate(native *n, mmmrt_module *module, const mmmrt_image *image, char *error, size_t error_size) {
    if (n->deep && !(n->stack = stack_new())) {
        snprintf(error, error_size, "no memory for the stack of a recursive program");
        return false;
    }
    wasmtime_instance_t in;
    bool heap;
    n->code = code_new(n, module, &in, &heap, error, error_size);
    return n->code && get_memory(n, &in, image->words, heap, error, error_size);
}

bool mmmrt_native_improve(mmmrt_instance *instance, mmmrt_module *module, char *error, size_t error_size) {
    if (instance->engine != &native_engine) {
        snprintf(error, error_size, "the instance does not run machine code");
        return false;
    }
    native *n = (native *)instance;
    wasmtime_instance_t in;
    bool heap;
    if (error_size)
        *error = 0;
    code *k = code_new(n, module, &in, &heap, error, error_size);
    if (!k)
        return false;
    if (memory_of(n, k, &in) != instance->words) {
        snprintf(error, error_size, "the module has no memory of its own");
        code_free(k);
        return false;
    }
    code_free(atomic_exchange(&n->retired, NULL));
    code_free(atomic_exchange(&n->better, k));
    return true;
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
    n->deep = deep;
    if (!instance_make(&n->base, image, objects, object_words, &native_engine)) {
        snprintf(error, error_size, "out of memory or threads, or the tables of objects are damaged");
    } else if (instantiate(n, module, image, error, error_size)) {
        instance_bind(&n->base, n->memory.size / sizeof(uint64_t));
        return &n->base;
    }
    mmmrt_instance_free(&n->base);
    return NULL;
}
