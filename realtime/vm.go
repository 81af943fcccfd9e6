// Instances that run in Go: the vm behind the same C face. Its trampolines are
// the one way by which an audio thread enters Go, at Go's latency (milliseconds,
// worst measured 72), and only where the user chose that engine.

package realtime

// #include "mmmrt.h"
// #include <stdlib.h>
// int mmmrtGoInit(uint64_t context);
// int mmmrtGoRun(uint64_t context, uint32_t first, uint32_t frames);
// static inline mmmrt_instance *new_vm(const mmmrt_image *image, const uint32_t *objects, uint32_t words, uint64_t context) {
//     return mmmrt_vm(image, objects, words, (mmmrt_calls){mmmrtGoInit, mmmrtGoRun}, context);
// }
import "C"

import (
	"errors"
	"fmt"
	"runtime/cgo"

	"mmm/state"
)

// Runner is a program that runs on the words given to it. Run plays frames
// first to first+frames-1 of the image's in and out buffers and counts the
// sample index on. Both stop as soon as they can when FaultWord is FaultTime.
type Runner interface {
	Init()
	Run(first, frames int)
}

// vmSide is what the trampolines need.
type vmSide struct {
	runner   Runner
	panicked string // of the last call
}

// NewVM makes an instance that runs in Go. make gets the instance's memory,
// zeroed; objects are those of the program, nil for one that makes none and keeps
// no strings. [any-thread]
func NewVM(img state.Image, objects *Objects, make func(words []uint64) (Runner, error)) (*Instance, error) {
	image, err := cImage(img)
	if err != nil {
		return nil, err
	}
	side := &vmSide{}
	handle := cgo.NewHandle(side)
	tables, size := objects.c()
	c := C.new_vm(&image, tables, size, C.uint64_t(handle))
	if c == nil {
		handle.Delete()
		return nil, errors.New("instance: the image does not fit, or memory is short")
	}
	in := newInstance(c, img, objects, true)
	in.vm, in.handle = side, handle
	if side.runner, err = make(in.words); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// Print appends a line to the instance's log, as machine code does by its
// import. A Runner calls it within Init and Run; it neither waits nor allocates.
// [audio-thread]
func (in *Instance) Print(value float64, kind int) {
	C.mmmrt_instance_print(in.c, C.double(value), C.int32_t(kind))
}

// call runs f and turns a panic into a failure: none may cross into C.
func (s *vmSide) call(f func(r Runner)) (failed C.int) {
	defer func() {
		if p := recover(); p != nil {
			s.panicked, failed = fmt.Sprint(p), 1
		}
	}()
	f(s.runner)
	return 0
}

// mmmrtGoInit is init of a vm instance. [any-thread]
//
//export mmmrtGoInit
func mmmrtGoInit(context C.uint64_t) C.int {
	return cgo.Handle(context).Value().(*vmSide).call(Runner.Init)
}

// mmmrtGoRun is run of a vm instance. [audio-thread]
//
//export mmmrtGoRun
func mmmrtGoRun(context C.uint64_t, first, frames C.uint32_t) C.int {
	return cgo.Handle(context).Value().(*vmSide).call(func(r Runner) { r.Run(int(first), int(frames)) })
}
