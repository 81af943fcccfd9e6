/* The floating point mode of a block: subnormal numbers count as zero, rounding
   to nearest, no exception traps, whatever the host's thread has set. */
#ifndef MMMRT_FPU_H
#define MMMRT_FPU_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>

#define MXCSR_FLUSH 0x8040u    /* flush to zero, denormals are zero */
#define MXCSR_MASKS 0x1F80u    /* no exception traps */
#define MXCSR_ROUNDING 0x6000u /* 0: to nearest */

/* Sets the mode and returns the one before. flush false leaves subnormals
   alone. [audio-thread] */
static inline uint64_t fpu_enter(int flush) {
    uint32_t before = _mm_getcsr();
    uint32_t mode = (before | MXCSR_MASKS) & ~(MXCSR_ROUNDING | MXCSR_FLUSH);
    _mm_setcsr(flush ? mode | MXCSR_FLUSH : mode);
    return before;
}

/* Puts back the mode of before. [audio-thread] */
static inline void fpu_leave(uint64_t before) { _mm_setcsr((uint32_t)before); }

#elif defined(__aarch64__)

#define FPCR_FLUSH ((uint64_t)1 << 24)
#define FPCR_ROUNDING ((uint64_t)3 << 22)
#define FPCR_TRAPS ((uint64_t)0x9F00)

/* As above. [audio-thread] */
static inline uint64_t fpu_enter(int flush) {
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    uint64_t mode = before & ~(FPCR_FLUSH | FPCR_ROUNDING | FPCR_TRAPS);
    __asm__ volatile("msr fpcr, %0" ::"r"(flush ? mode | FPCR_FLUSH : mode));
    return before;
}

/* Puts back the mode of before. [audio-thread] */
static inline void fpu_leave(uint64_t before) { __asm__ volatile("msr fpcr, %0" ::"r"(before)); }

#else
#error "fpu.h has no code for this machine"
#endif
#endif
