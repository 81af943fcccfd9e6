/* Machine code by wasmtime. Two engines of the process differ in one setting,
   the stack that machine code may take: small for programs that run on the
   caller's stack, deep for recursive ones on a stack of their own. */
#ifndef MMMRT_COMPILE_H
#define MMMRT_COMPILE_H

#include "../mmmrt.h"

#include <wasmtime.h>

/* Stack of machine code on the caller's stack, in bytes: host audio threads
   with 128 kB are seen. */
#define SMALL_STACK (64u << 10)

/* The engine and the module's code in it; NULL and an error text when the code
   cannot be loaded. Owned by the module. [any-thread] */
wasm_engine_t *module_engine(bool deep);
wasmtime_module_t *module_code(mmmrt_module *module, bool deep, char *error, size_t error_size);

/* Writes the engine's words about an error into text and frees the error. [any-thread] */
void take_error(wasmtime_error_t *error, char *text, size_t size);

#endif
