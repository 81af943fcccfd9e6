/* void mmmrt_stack_switch(void *top, void (*fn)(void *), void *arg)
   Calls fn(arg) on another stack. The frame pointer keeps the caller's stack,
   so that debuggers and unwinders walk through. */
    .text
    .hidden mmmrt_stack_switch
    .globl mmmrt_stack_switch
    .type mmmrt_stack_switch, %function
#if defined(__x86_64__)
mmmrt_stack_switch:
    .cfi_startproc
    endbr64
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    movq %rdi, %rsp
    movq %rdx, %rdi
    callq *%rsi
    movq %rbp, %rsp
    popq %rbp
    .cfi_def_cfa %rsp, 8
    retq
    .cfi_endproc
#elif defined(__aarch64__)
mmmrt_stack_switch:
    .cfi_startproc
    stp x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    mov x29, sp
    .cfi_def_cfa_register x29
    mov sp, x0
    mov x0, x2
    blr x1
    mov sp, x29
    ldp x29, x30, [sp], #16
    .cfi_def_cfa sp, 0
    ret
    .cfi_endproc
#else
#error "stack_switch.S has no code for this machine"
#endif
    .size mmmrt_stack_switch, . - mmmrt_stack_switch
    .section .note.GNU-stack, "", %progbits
