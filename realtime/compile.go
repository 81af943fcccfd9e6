// Machine code from WebAssembly.

package realtime

// #include "mmmrt.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"unsafe"
)

// textBytes is the room for an error text from C.
const textBytes = 1024

// smallCode is the most bytes of WebAssembly that are sure to be content with
// the 64 kB of stack that may be had of an audio thread: each value that a
// function keeps on the stack takes eight bytes there and came of at least two
// here.
const smallCode = 16 << 10

// quickFrom is the size of a module, in bytes, from which on compiling it well
// takes long enough (20 ms) to be worth playing quickly made code first.
const quickFrom = 24 << 10

// Module is a program's machine code. Any number of instances may be made of
// it, also at the same time.
type Module struct {
	code  *code
	large bool // may need much stack
}

// Compile makes the best machine code of a WebAssembly module, or finds it: the
// code of equal modules is shared in the process while anybody has it, and kept
// by the Keeper for other processes. Made anew it takes 2 ms for a small program,
// a quarter of a second for one of 2000 lines. The error is wasmtime's and means a
// defect of the emitter. [any-thread]
func Compile(wasm []byte) (*Module, error) {
	c, err := shared.take(keyOf(wasm), func() (*code, error) { return loadOrCompile(wasm) })
	if err != nil {
		return nil, err
	}
	return &Module{c, len(wasm) > smallCode}, nil
}

// CompileSoon makes or finds machine code that can be had within about 20 ms,
// where possible: the best, or code of the same bits that runs slower. best says
// which; where it is false Compile is worth its time. [any-thread]
func CompileSoon(wasm []byte) (m *Module, best bool, err error) {
	key := keyOf(wasm)
	c := shared.find(key)
	if c == nil && len(wasm) >= quickFrom {
		c, _ = shared.take(key, func() (*code, error) { return load(key) })
	}
	if c != nil {
		return &Module{c, len(wasm) > smallCode}, true, nil
	}
	if len(wasm) < quickFrom {
		m, err = Compile(wasm)
		return m, true, err
	}
	m, err = CompileQuickly(wasm)
	return m, false, err
}

// CompileQuickly makes machine code two to four times faster than Compile. It
// computes the same bits, more slowly, and is neither shared nor kept. [any-thread]
func CompileQuickly(wasm []byte) (*Module, error) {
	c, err := translate(wasm, true)
	if err != nil {
		return nil, err
	}
	c.users = 1
	return &Module{c, len(wasm) > smallCode}, nil
}

// Share returns another handle of the same code, to be closed by itself.
// [any-thread]
func (m *Module) Share() *Module {
	shared.share(m.code)
	return &Module{m.code, m.large}
}

// Close gives the handle back; instances made of it live on. A second call does
// nothing. [any-thread]
func (m *Module) Close() {
	if m.code != nil {
		shared.drop(m.code)
		m.code = nil
	}
}

// Object returns the machine code as an ELF file. [any-thread]
func (m *Module) Object() ([]byte, error) {
	object := m.code.bytes()
	if len(object) == 0 {
		return nil, errors.New("machine code: out of memory")
	}
	return object, nil
}

// loadOrCompile gets the best code of a module from the keeper, or makes it and
// has it kept.
func loadOrCompile(wasm []byte) (*code, error) {
	key := keyOf(wasm)
	if c, err := load(key); err == nil {
		return c, nil
	}
	c, err := translate(wasm, false)
	if err != nil {
		return nil, err
	}
	if k := keeper(); k != nil {
		k.Save(key, c.bytes())
	}
	return c, nil
}

// errNotKept says that there is no code to load.
var errNotKept = errors.New("no machine code is kept")

// load gets code from the keeper.
func load(key Key) (*code, error) {
	k := keeper()
	if k == nil {
		return nil, errNotKept
	}
	bytes := k.Load(key)
	if len(bytes) == 0 {
		return nil, errNotKept
	}
	text := (*C.char)(C.calloc(1, textBytes))
	defer C.free(unsafe.Pointer(text))
	c := C.mmmrt_module_load((*C.uint8_t)(unsafe.SliceData(bytes)), C.size_t(len(bytes)), text, textBytes)
	if c == nil {
		return nil, errors.New("machine code: " + C.GoString(text))
	}
	return &code{c: c}, nil
}

// translate makes code of a module.
func translate(wasm []byte, quick bool) (*code, error) {
	text := (*C.char)(C.calloc(1, textBytes))
	defer C.free(unsafe.Pointer(text))
	c := C.mmmrt_compile((*C.uint8_t)(unsafe.SliceData(wasm)), C.size_t(len(wasm)), C.bool(quick), text, textBytes)
	if c == nil {
		return nil, errors.New("machine code: " + C.GoString(text))
	}
	return &code{c: c}, nil
}
