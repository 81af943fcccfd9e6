// Package realtime drives libmmmrt, the C library that plays programs on the
// audio thread, from the control side.
//
// Input: WebAssembly modules or vm runners, the images (memory layouts) of
// their programs, migration plans. Output: a Player, whose C side a host's audio
// thread calls through mmm_audio.h, and reports of what happened there.
//
// The machine: Compile makes machine code, or finds it: equal code is shared in
// the process (share.go) and kept for others by a Keeper; CompileSoon makes it
// quickly where that pays, and Instance.Improve puts the best in its place.
// NewNative or NewVM make an Instance with a memory of its own, Init runs its
// initialiser, Publish hands it to the audio thread, which takes it at the start
// of a block, migrates the state of the program that ran, and gives that one
// back; Collect frees it.
//
// The objects of a program (arrays, closures, tasks) lie in its memory. Native
// code makes and frees them by functions of core/ (heap.h); a swap carries them
// over there too (adopt.c), for either engine, by the tables in Objects.
//
// Invariants: an instance belongs to the control side until it is published, to
// the audio thread until it is collected; its words never move. No function here
// runs on the audio thread but the trampolines of the vm (vm.go), the one
// documented exception. The C sources are in core/, their faces are mmm_audio.h
// (audio side) and mmmrt.h (control side).
//
// Threads: a Player may be used by any goroutines at once, an Instance by one at
// a time. Comments that end in [any-thread] mean any thread but an audio thread.
package realtime

// #cgo CFLAGS: -std=gnu11 -Wall -Wextra
// #cgo LDFLAGS: -L${SRCDIR}/../out -lmmmrt -Wl,-rpath,$ORIGIN
// #include "mmmrt.h"
import "C"
