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

// Module is the machine code of one program. Any number of instances may be
// made of it, also at the same time.
type Module struct{ c *C.mmmrt_module }

// Compile makes machine code of a WebAssembly module: about 2 ms for a small
// program. The error is wasmtime's and means a defect of the emitter. [any-thread]
func Compile(wasm []byte) (*Module, error) {
	text := (*C.char)(C.calloc(1, textBytes))
	defer C.free(unsafe.Pointer(text))
	c := C.mmmrt_compile((*C.uint8_t)(unsafe.SliceData(wasm)), C.size_t(len(wasm)), text, textBytes)
	if c == nil {
		return nil, errors.New("machine code: " + C.GoString(text))
	}
	return &Module{c}, nil
}

// Object returns the machine code as an ELF file. [any-thread]
func (m *Module) Object() ([]byte, error) {
	var object *C.uint8_t
	size := C.mmmrt_module_object(m.c, &object)
	if size == 0 {
		return nil, errors.New("machine code: out of memory")
	}
	defer C.free(unsafe.Pointer(object))
	return C.GoBytes(unsafe.Pointer(object), C.int(size)), nil
}

// Close frees the module; instances made of it live on. [any-thread]
func (m *Module) Close() {
	C.mmmrt_module_free(m.c)
	m.c = nil
}
