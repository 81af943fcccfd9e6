/* Memory for the audio side: zeroed, and every page touched, so that the audio
   thread never takes the page fault of a first use. */
#ifndef MMMRT_MEMORY_H
#define MMMRT_MEMORY_H

#include <stddef.h>

/* NULL when memory is short; free() gives it back. [any-thread] */
void *memory_new(size_t bytes);

/* Writes to every page of memory without changing it. [any-thread] */
void memory_touch(void *memory, size_t bytes);

#endif
