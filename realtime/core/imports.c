/* Arguments that vary in number lie in the scratch words behind the image; an
   address is in bytes from the start of memory, a place the index of the calling
   function. What the code passes is what our own emitter has written into it, and
   is not checked again. Each function is called by the audio thread. */
#include "imports.h"
#include "sound.h"

#include <stdio.h>
#include <string.h>

typedef wasmtime_val_raw_t raw;

static uint64_t *at(machine *m, raw address) { return (uint64_t *)((char *)m->words + (uint32_t)address.i32); }

static wasm_trap_t *do_print(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    mmmrt_instance_print(m->instance, a[0].f64, a[1].i32);
    return NULL;
}

static wasm_trap_t *do_reset(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)a, (void)count;
    heap_reset(env);
    return NULL;
}

static wasm_trap_t *do_end_turn(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)a, (void)count;
    heap_end_turn(env);
    return NULL;
}

static wasm_trap_t *do_due(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    a[0].i64 = (int64_t)task_due(env);
    return NULL;
}

/* args, elements, words of one, shape, place */
static wasm_trap_t *do_array(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    a[0].i64 = (int64_t)array_new(m, at(m, a[0]), (uint32_t)a[1].i32, (uint32_t)a[2].i32, (uint32_t)a[3].i32, a[4].i32);
    return NULL;
}

/* args, words of an element, shape, place */
static wasm_trap_t *do_append(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    a[0].i64 = (int64_t)array_append(m, at(m, a[0]), (uint32_t)a[1].i32, (uint32_t)a[2].i32, a[3].i32);
    return NULL;
}

static wasm_trap_t *do_prepend(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    a[0].i64 = (int64_t)array_prepend(m, at(m, a[0]), (uint32_t)a[1].i32, (uint32_t)a[2].i32, a[3].i32);
    return NULL;
}

/* args, words of an element, whether the last one, place */
static wasm_trap_t *do_split(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    array_split(m, at(m, a[0]), (uint32_t)a[1].i32, a[2].i32 != 0, a[3].i32);
    return NULL;
}

/* args, words, shape, place */
static wasm_trap_t *do_box(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    a[0].i64 = (int64_t)box_new(m, at(m, a[0]), (uint32_t)a[1].i32, (uint32_t)a[2].i32, a[3].i32);
    return NULL;
}

/* args, function, shape, address of the site's word or 0, place */
static wasm_trap_t *do_closure(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    uint64_t *site = a[3].i32 ? at(m, a[3]) : NULL;
    a[0].i64 = (int64_t)closure_new(m, at(m, a[0]), (uint32_t)a[1].i32, (uint32_t)a[2].i32, site, a[4].i32);
    return NULL;
}

/* args, shape */
static wasm_trap_t *do_retain_all(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    value_retain(m, (uint32_t)a[1].i32, at(m, a[0]));
    return NULL;
}

static wasm_trap_t *do_release_all(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    value_release(m, (uint32_t)a[1].i32, at(m, a[0]));
    return NULL;
}

/* time, function value, place, number of the instruction */
static wasm_trap_t *do_schedule(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    task_schedule(env, a[0].f64, (uint64_t)a[1].i64, a[2].i32, (uint32_t)a[3].i32);
    return NULL;
}

/* number of the sound, how, channel, frame */
static wasm_trap_t *do_sound(void *env, wasmtime_caller_t *caller, raw *a, size_t count) {
    (void)caller, (void)count;
    machine *m = env;
    a[0].f64 = sound_read(m->instance, (uint32_t)a[0].i32, a[1].i32, a[2].f64, a[3].f64);
    return NULL;
}

/* Types in letters: i 32 bits, l 64 bits, f number. */
typedef struct import {
    const char *name, *params, *results;
    wasmtime_func_unchecked_callback_t call;
} import;

static const import table[] = {
    {"print", "fi", "", do_print},
    {"reset", "", "", do_reset},
    {"end_turn", "", "", do_end_turn},
    {"due", "", "l", do_due},
    {"array", "iiiii", "l", do_array},
    {"append", "iiii", "l", do_append},
    {"prepend", "iiii", "l", do_prepend},
    {"split", "iiii", "", do_split},
    {"box", "iiii", "l", do_box},
    {"closure", "iiiii", "l", do_closure},
    {"retain_all", "ii", "", do_retain_all},
    {"release_all", "ii", "", do_release_all},
    {"schedule", "flii", "", do_schedule},
    {"sound", "iiff", "f", do_sound},
};

static bool name_is(const wasm_name_t *name, const char *text) {
    return name->size == strlen(text) && memcmp(name->data, text, name->size) == 0;
}

static bool types_are(const wasm_valtype_vec_t *have, const char *want) {
    if (have->size != strlen(want))
        return false;
    for (size_t i = 0; i < have->size; i++) {
        wasm_valkind_t kind = want[i] == 'i' ? WASM_I32 : want[i] == 'l' ? WASM_I64 : WASM_F64;
        if (wasm_valtype_kind(have->data[i]) != kind)
            return false;
    }
    return true;
}

/* The function that an import names, NULL for none. */
static const import *find(const wasm_importtype_t *type, const wasm_functype_t *func) {
    if (!func || !name_is(wasm_importtype_module(type), "mmm"))
        return NULL;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (name_is(wasm_importtype_name(type), table[i].name) &&
            types_are(wasm_functype_params(func), table[i].params) &&
            types_are(wasm_functype_results(func), table[i].results))
            return &table[i];
    return NULL;
}

bool imports_make(machine *m, wasmtime_context_t *context, const wasmtime_module_t *code, wasmtime_extern_t *imports,
                  size_t *count, bool *heap, char *error, size_t error_size) {
    wasm_importtype_vec_t types;
    wasmtime_module_imports(code, &types);
    bool ok = types.size <= MAX_IMPORTS;
    *heap = false;
    for (size_t i = 0; ok && i < types.size; i++) {
        const wasm_functype_t *func = wasm_externtype_as_functype_const(wasm_importtype_type(types.data[i]));
        const import *it = find(types.data[i], func);
        if ((ok = it != NULL)) {
            *heap = *heap || (it->call != do_print && it->call != do_sound);
            imports[i].kind = WASMTIME_EXTERN_FUNC;
            wasmtime_func_new_unchecked(context, func, it->call, m, NULL, &imports[i].of.func);
        }
    }
    if (!ok)
        snprintf(error, error_size, "the module imports something other than mmm.print(f64, i32) and the like");
    *count = types.size;
    wasm_importtype_vec_delete(&types);
    return ok;
}
