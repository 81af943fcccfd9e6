/* Memory for the audio side: zeroed, and backed by pages before they are used,
   so that the audio thread never takes the page fault of a first use. */
#ifndef MMMRT_MEMORY_H
#define MMMRT_MEMORY_H

#include <stddef.h>

/* Every page of it is backed. NULL when memory is short; free() gives it back.
   [any-thread] */
void *memory_new(size_t bytes);

/* Backs every page of memory without changing what is in it, also while another
   thread writes there. [any-thread] */
void memory_touch(void *memory, size_t bytes);

/* Whole pages of zeros that cost nothing until they are touched, never huge ones:
   with these one touch would back 2 MB. NULL when memory is short. [any-thread] */
void *pages_new(size_t bytes);

/* Gives pages back; NULL is none. [any-thread] */
void pages_free(void *pages, size_t bytes);

/* How many bytes from the first backed page on to the end. [any-thread] */
size_t pages_backed(void *pages, size_t bytes);

#endif
