// Package vm is the bytecode machine: the engine that says what a program
// means, against which the native engine is compared bit by bit.
//
// Input: a Program (functions, constants, jump tables, memory layout) and the
// memory that its state.Image describes. Output: that memory, changed turn by
// turn: outputs, state, globals, probes. A Program holds nothing of the compiler
// but source positions.
//
// # Words and handles
//
// A word is 64 bits without a type: a num (the bits of a float64), an int (two's
// complement), the index of a string. Booleans are 1.0 and 0.0; a condition
// holds when it is > 0. Words that name objects are handles, which say what they
// are:
//
//	bits 63..60  kind: 0 null, 1 plain function, 2 closure, 3 array, 4 box or cell, 5 code
//	bits 59..32  generation of the object's place
//	bits 31..0   place: word of the heap, or index of the function
//
// Word 0 is the null handle of every kind, and the empty array. A wrong kind or
// an old generation is a fault; counting ignores words that name no object.
//
// # Objects
//
// Arrays, boxes, cells and closures lie in the last part of memory (heap.go),
// with all that must be known of them, so that the program's memory is the whole
// program. Registers do not own: counted are the references by globals, state,
// cells, the queue and other objects, and what has none at the end of a turn is
// freed (reclaim.go). Cycles are looked for when the heap has grown.
//
// A closure of a function with state has a state block in the heap. Its site, a
// word in the block of the function that makes it, says which: evaluation k of a
// turn gets block k of the site. A closure that dies with its turn leaves the
// block to the next turn's evaluation k; one that lives on takes it along
// (closure.go).
//
// # Frame
//
// A function works on registers, numbered words of its frame. The frames of the
// active calls overlap on one stack: the caller puts arguments into its own
// registers w, w+1, ...; Call makes register w the callee's register 0; the
// callee returns its results in its registers 0, 1, ..., which are the caller's
// w, w+1, ... again. Nothing is copied. A call destroys every register of the
// caller from w on, apart from the results.
//
//	caller   0 1 2 ... w   w+1 ...
//	callee             0   1   2 ...      arguments, then temporaries
//
// A call of a function value (CallIndirect) has the value in the register before
// the window, as the specification has it; direct calls need no such word. The
// numbers of words are compared with the function's when the call happens. The
// return goes to EndIndirect, which restores the caller's state position and
// closure.
//
// # State position
//
// Every function's state is a block of words; where the block of the running
// function starts is kept in one position. The specification moves that position
// around every stateful operation (PushStatePos, PopStatePos). Here operations
// carry their offset from it as an operand, and so does Call: the callee's
// position is the caller's plus the offset, and a return takes it back by the
// same operand of the same instruction. The position can therefore not drift; the
// verifier only has to see that every offset, and every callee's block, lies
// inside the block of its function. A function value runs in its own block, from
// position 0; so does a task.
//
// # Loading
//
// New verifies the program (Verify, verify.go) and links it (link.go): one array
// of instructions, one pool of constants, one stack large enough for the deepest
// chain of calls. After that no operand is checked at run time; handles are. Jumps
// only go forward, so a function ends; only functions marked Recursive may call
// themselves, and they and calls of function values count their depth in the
// memory's header, see that the stack has room, and pay from the turn's budget
// for the instructions until the next such call. A function that only calls a
// great deal pays when it starts (Charge).
//
// # Turns and faults
//
// Init runs the initialiser, Run one turn of dsp for each frame of a block, and
// before it one for each task that is due (schedule.go). At a fault (too deep,
// out of budget or heap, a word that is no handle, an error of the host) counted
// calls return zeros from then on, so that the turn ends soon; its outputs are 0
// and its state stays as it has become. The next turn runs as usual, but for
// budget and heap, which end the program. The first fault stays in the memory's
// sticky words. After state.MaxFaultTurns faulting turns in a row dsp runs no
// more. A watchdog on another thread ends a turn by writing state.FaultTime; that
// lasts until the memory's owner clears it.
//
// # Opcodes
//
// The table in op.go is the only place that describes an opcode: its name, its
// operands, its meaning. docs/opcodes.md is made from it. Every instruction
// rounds each operation of its own: a product is never fused with a sum, except
// by the fma opcodes (fused.go), which the elementary functions are made of.
//
// # Thread
//
// A Machine belongs to one goroutine at a time. Run allocates nothing, takes no
// lock and makes no system call; but it is Go, so the audio thread does not call
// it, except where the user chose this engine in the plugin.
package vm
