/* The functions that machine code may import: printing, and what works on the
   program's objects. */
#ifndef MMMRT_IMPORTS_H
#define MMMRT_IMPORTS_H

#include "heap.h"

#include <wasmtime.h>

/* Imports of one module at most. */
#define MAX_IMPORTS 16

/* Makes the imports of a module for one machine. False with an error text for
   one that does not exist. heap: some work on objects. [any-thread] */
bool imports_make(machine *m, wasmtime_context_t *context, const wasmtime_module_t *code, wasmtime_extern_t *imports,
                  size_t *count, bool *heap, char *error, size_t error_size);

#endif
