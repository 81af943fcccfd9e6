/* Instances that run by callback, for the vm on the Go side and for tests. */
#include "instance.h"

#include <stdlib.h>

typedef struct vm {
    mmmrt_instance base; /* first: an instance is converted to its vm form by a cast */
    mmmrt_calls calls;
    uint64_t context;
} vm;

static bool vm_init(mmmrt_instance *instance) {
    vm *v = (vm *)instance;
    return v->calls.init(v->context) == 0;
}

static bool vm_run(mmmrt_instance *instance, uint32_t first, uint32_t frames) {
    vm *v = (vm *)instance;
    return v->calls.run(v->context, first, frames) == 0;
}

static void vm_free(mmmrt_instance *instance) {
    free(instance->words);
    free(instance);
}

static void vm_detail(mmmrt_instance *instance, char *text, size_t size) {
    (void)instance;
    (void)text;
    (void)size;
}

static const engine vm_engine = {vm_init, vm_run, vm_free, vm_detail, NULL};

mmmrt_instance *mmmrt_vm(const mmmrt_image *image, const uint32_t *objects, uint32_t object_words, mmmrt_calls calls,
                         uint64_t context) {
    if (!image_valid(image))
        return NULL;
    vm *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    v->calls = calls;
    v->context = context;
    v->base.words = calloc(image->words, sizeof(uint64_t));
    if (!instance_make(&v->base, image, objects, object_words, &vm_engine) || !v->base.words) {
        mmmrt_instance_free(&v->base);
        return NULL;
    }
    instance_bind(&v->base, image->words);
    return &v->base;
}
