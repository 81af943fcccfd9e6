/* Machine code by wasmtime. The engines of the process differ in two settings:
   how well code is compiled, and the stack that it may take, small for programs
   that run on the caller's stack, deep for those on a stack of their own. */
#ifndef MMMRT_COMPILE_H
#define MMMRT_COMPILE_H

#include "../mmmrt.h"

#include <wasmtime.h>

/* Stack of machine code on the caller's stack, in bytes: host audio threads
   with 128 kB are seen. */
#define SMALL_STACK (64u << 10)

/* The engine of a module and its code there; NULL and an error text when the code
   cannot be loaded. Owned by the module. [any-thread] */
wasm_engine_t *module_engine(const mmmrt_module *module, bool deep);
wasmtime_module_t *module_code(mmmrt_module *module, bool deep, char *error, size_t error_size);

/* Writes the engine's words about an error into text and frees the error. [any-thread] */
void take_error(wasmtime_error_t *error, char *text, size_t size);

#endif
