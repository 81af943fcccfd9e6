// Package native turns a program of the middle form into a WebAssembly module,
// which the realtime library has wasmtime turn into machine code.
//
// Input: a mir.Program whose Layout has been computed. Output: the module, as
// bytes (Compile) or as text (Print); both are made from one instruction list,
// so they cannot differ.
//
// The module exports its memory, `init()` and `run(first: i32, frames: i32)`.
// The memory has a fixed size and is laid out as state.Image says: word k of
// the image is at byte 8*k. run plays the frames first to first+frames-1 of a
// block: it takes the inputs from the In region and leaves the outputs in the
// Out region, both indexed by the frame's position in the block, and moves
// NowWord on by frames. The caller keeps first+frames <= state.BlockFrames.
//
// # Objects
//
// Arrays, boxes, closures and waiting tasks lie in the image's heap, word for
// word as package vm has them. What is hot and simple (looking at an object,
// calling a function value) is code of the module; what makes, counts or frees
// objects is imported (imports.go), in C in realtime/core. Arguments that vary in
// number go through scratch words behind the image (own.go). Function values are
// called through a table, with their numbers of words checked before (value.go).
// run splits at due tasks by itself: before each frame it runs them, each as a
// turn of its own. A turn that comes to a fault goes on with zeros, as on the vm.
//
// Two things differ from the vm, neither in a program that ends its turns with
// room left: when the heap is full amid a turn, the two see different references
// in flight and may free different garbage; and the budget of a turn is counted in
// instructions of the middle form, not of the bytecode (cost.go).
//
// Invariants: every operation gives the same bits as on the bytecode machine
// (NaN payloads aside); a word keeps its bits whatever type the code holds it
// in; between two runs memory holds everything that the program remembers.
//
// Thread: Compile and Print run on the control side, any goroutine, and keep
// nothing. Nothing here runs on the audio thread; what it makes does.
package native
