/* The linear memories of machine code. Their bytes are ours, not wasmtime's, so
   that they can outlive the code that works on them: when better code comes it
   goes on with the very same bytes. */
#ifndef MMMRT_LINEAR_H
#define MMMRT_LINEAR_H

#include <stddef.h>
#include <wasmtime.h>

/* Makes an engine's memories by this file. [any-thread] */
void linear_configure(wasm_config_t *config);

/* Memory for one program. */
typedef struct linear {
    void *bytes; /* NULL until the first code of the program is instantiated */
    size_t size;
} linear;

/* Instantiates code on the bytes of l, which are made if it has none. One call at
   a time, others wait. [any-thread] */
wasmtime_error_t *linear_instantiate(linear *l, wasmtime_context_t *context, const wasmtime_module_t *code,
                                     const wasmtime_extern_t *imports, size_t count, wasmtime_instance_t *instance,
                                     wasm_trap_t **trap);

/* Gives the bytes back. [any-thread] */
void linear_free(linear *l);

#endif
