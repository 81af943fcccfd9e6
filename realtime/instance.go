// Instances: running copies of programs.

package realtime

// #include "mmmrt.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/cgo"
	"unsafe"

	"mmm/state"
)

// FaultTrap is a trap of the machine code or a panic of the vm: a defect of
// ours. It joins the faults of package state.
const FaultTrap state.Fault = C.MMMRT_FAULT_TRAP

// FaultError says why an initialiser was cut short.
type FaultError struct {
	Fault  state.Fault
	Place  int    // index of the function that faulted, -1 when it is not known
	Detail string // the engine's words about a trap, may be empty
}

// Error names the fault. [any-thread]
func (e *FaultError) Error() string {
	switch e.Fault {
	case state.FaultDepth:
		return fmt.Sprintf("more than %d active calls", state.MaxDepth)
	case state.FaultTime:
		return "the program does not come to an end"
	case state.FaultHandle:
		return "use of an invalid function, array or box"
	case state.FaultHeap:
		return "out of heap memory"
	case state.FaultBudget:
		return "too many instructions"
	}
	if e.Detail != "" {
		return "the program was stopped: " + e.Detail
	}
	return "the program was stopped"
}

// Instance is a running copy of a program with a memory of its own.
type Instance struct {
	c         *C.mmmrt_instance
	img       state.Image
	words     []uint64
	objects   *Objects
	recursive bool
	vm        *vmSide
	handle    cgo.Handle     // of vm, 0 for machine code
	sounds    runtime.Pinner // keeps samples where C reads them
}

// NewNative makes an instance that runs the module's machine code. recursive
// gives it a stack of its own with room for state.MaxDepth calls (8 MB), as
// native.Deep says; so has a large module. Others take at most 64 kB of their
// caller's stack. objects
// are those of the program, nil for one that makes none and keeps no strings.
// [any-thread]
func NewNative(m *Module, img state.Image, objects *Objects, recursive bool) (*Instance, error) {
	image, err := cImage(img)
	if err != nil {
		return nil, err
	}
	text := (*C.char)(C.calloc(1, textBytes))
	defer C.free(unsafe.Pointer(text))
	tables, size := objects.c()
	c := C.mmmrt_native(m.code.c, &image, tables, size, C.bool(recursive || m.large), text, textBytes)
	if c == nil {
		return nil, errors.New("instance: " + C.GoString(text))
	}
	return newInstance(c, img, objects, recursive), nil
}

func newInstance(c *C.mmmrt_instance, img state.Image, objects *Objects, recursive bool) *Instance {
	words := (*uint64)(unsafe.Pointer(C.mmmrt_instance_words(c)))
	return &Instance{c: c, img: img, words: unsafe.Slice(words, img.Words), objects: objects, recursive: recursive}
}

// maxWords keeps offsets within C's 32 bits and memory within WebAssembly's.
const maxWords = 1 << 29

func cImage(img state.Image) (C.mmmrt_image, error) {
	for _, n := range []int{img.Params, img.NumParams, img.Cues, img.NumCues, img.Globals, img.NumGlobals,
		img.State, img.StateSize, img.Init, img.InitSize, img.In, img.Ins, img.Out, img.Outs, img.Heap, img.HeapWords, img.Words} {
		if n < 0 || n > maxWords {
			return C.mmmrt_image{}, fmt.Errorf("image: %d words are out of range", n)
		}
	}
	return C.mmmrt_image{
		params: C.uint32_t(img.Params), param_count: C.uint32_t(img.NumParams),
		cues: C.uint32_t(img.Cues), cue_count: C.uint32_t(img.NumCues),
		globals: C.uint32_t(img.Globals), global_count: C.uint32_t(img.NumGlobals),
		state: C.uint32_t(img.State), state_size: C.uint32_t(img.StateSize),
		init: C.uint32_t(img.Init), init_size: C.uint32_t(img.InitSize),
		in: C.uint32_t(img.In), ins: C.uint32_t(img.Ins),
		out: C.uint32_t(img.Out), outs: C.uint32_t(img.Outs),
		heap: C.uint32_t(img.Heap), heap_words: C.uint32_t(img.HeapWords),
		words: C.uint32_t(img.Words),
	}, nil
}

// Words is the instance's memory: state.Image says what lies where. Valid until
// Close. After the instance is published the audio thread changes it at any
// time: probe rings alone may be read then. [any-thread]
func (in *Instance) Words() []uint64 { return in.words }

// Image is the layout of the memory. [any-thread]
func (in *Instance) Image() state.Image { return in.img }

// SetSounds gives the instance the sounds of its program, before Init. They are
// shared, not copied. [any-thread]
func (in *Instance) SetSounds(sounds []*state.Sound) error {
	if len(sounds) == 0 {
		return nil
	}
	list := cSounds(sounds, &in.sounds)
	if !C.mmmrt_instance_sounds(in.c, &list[0], C.uint32_t(len(list))) {
		return errors.New("instance: no memory for its sounds")
	}
	return nil
}

// cSounds makes the C form of sounds, whose samples are pinned.
func cSounds(sounds []*state.Sound, pin *runtime.Pinner) []C.mmmrt_sound {
	list := make([]C.mmmrt_sound, len(sounds))
	for i, s := range sounds {
		list[i].frames, list[i].channels = C.uint64_t(s.Frames), C.uint32_t(s.Channels)
		if len(s.Singles) > 0 {
			pin.Pin(&s.Singles[0])
			list[i].singles = (*C.float)(&s.Singles[0])
		}
		if len(s.Doubles) > 0 {
			pin.Pin(&s.Doubles[0])
			list[i].doubles = (*C.double)(&s.Doubles[0])
		}
	}
	return list
}

// Init runs the initialiser at the sample index now and the rate in Hz, and
// keeps what it leaves for a later reset. It zeroes nothing. An initialiser that
// takes longer than 0.8 s is stopped. The error is a *FaultError. [any-thread]
func (in *Instance) Init(now, rate float64) error {
	text := (*C.char)(C.calloc(1, textBytes))
	defer C.free(unsafe.Pointer(text))
	var place C.int64_t
	if in.vm != nil {
		in.vm.panicked = ""
	}
	fault := state.Fault(C.mmmrt_instance_init(in.c, C.double(now), C.double(rate), &place, text, textBytes))
	if fault == state.FaultNone {
		return nil
	}
	return &FaultError{Fault: fault, Place: int(place), Detail: in.detail(C.GoString(text))}
}

func (in *Instance) detail(text string) string {
	if in.vm != nil && in.vm.panicked != "" {
		return in.vm.panicked
	}
	return text
}

// Improve gives an instance, which may be playing, better code of the same
// module: it takes it up at its next block, with its memory as it is, so nothing
// is heard of it. After an error nothing has changed. [any-thread]
func (in *Instance) Improve(m *Module) error {
	text := (*C.char)(C.calloc(1, textBytes))
	defer C.free(unsafe.Pointer(text))
	if in.c == nil || !C.mmmrt_native_improve(in.c, m.code.c, text, textBytes) {
		return errors.New("instance: " + C.GoString(text))
	}
	return nil
}

// Trial plays a few frames after Init and undoes what they did. It returns a
// *FaultError if every one of them faulted, so that the program would only be
// silent. For an instance that is not published; a vm goes on remembering what it has warned
// of. [any-thread]
func (in *Instance) Trial(frames int) error {
	var place C.int64_t
	fault := state.Fault(C.mmmrt_instance_trial(in.c, C.uint32_t(frames), &place))
	if fault == state.FaultNone {
		return nil
	}
	return &FaultError{Fault: fault, Place: int(place)}
}

// Run plays frames of the in and out buffers directly, from first on; first +
// frames is at most state.BlockFrames. It returns the first fault since Init.
// For an instance that is not published. [any-thread]
func (in *Instance) Run(first, frames int) state.Fault {
	if first < 0 || frames < 0 {
		return FaultTrap
	}
	return state.Fault(C.mmmrt_instance_run(in.c, C.uint32_t(first), C.uint32_t(frames)))
}

// TakeLog takes the lines that the program printed since the last call, and how
// many were dropped because nobody took them. For an instance that is not
// published; Player.Reports has the lines of one that is. [any-thread]
func (in *Instance) TakeLog() (lines []LogLine, dropped int) {
	var value C.double
	var kind C.int32_t
	for C.mmmrt_instance_log(in.c, &value, &kind) {
		lines = append(lines, LogLine{Kind: int(kind), Value: float64(value)})
	}
	return lines, int(C.mmmrt_instance_log_dropped(in.c))
}

// Close frees an instance that no player holds. A second call does nothing.
// [any-thread]
func (in *Instance) Close() {
	if in.c == nil {
		return
	}
	C.mmmrt_instance_free(in.c)
	in.c, in.words = nil, nil
	in.sounds.Unpin()
	if in.handle != 0 {
		in.handle.Delete()
		in.handle = 0
	}
}
