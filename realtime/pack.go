// Programs in a file, for plugins that contain one.

package realtime

// #include "mmmrt.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"runtime"
	"unsafe"

	"mmm/state"
)

// Pack returns a program as bytes from which C plays it without a compiler:
// mmmrt_unpack of this build's libmmmrt reads them. wasm is what m was compiled
// of. s is a first program: its instance is of m and has not run, and what it
// holds is where the packed one begins; sounds are the program's. [any-thread]
func Pack(m *Module, wasm []byte, s *Swap, sounds []*state.Sound) ([]byte, error) {
	in := s.Instance
	image, err := cImage(in.img)
	if err != nil {
		return nil, err
	}
	p := C.mmmrt_packed{image: image, deep: C.bool(in.recursive || m.large)}
	if p.code = C.mmmrt_module_save(m.code.c, &p.code_size); p.code == nil {
		return nil, errors.New("machine code: out of memory")
	}
	defer C.free(unsafe.Pointer(p.code))
	var pin runtime.Pinner
	defer pin.Unpin()
	if objects, words := in.objects.c(); words > 0 {
		pin.Pin(objects)
		p.objects, p.object_words = objects, C.size_t(words)
	}
	var cells []C.mmmrt_cell
	for i, w := range in.words {
		if w != 0 {
			cells = append(cells, C.mmmrt_cell{index: C.uint64_t(i), word: C.uint64_t(w)})
		}
	}
	if len(cells) > 0 {
		pin.Pin(&cells[0])
		p.cells, p.cell_count = &cells[0], C.size_t(len(cells))
	}
	if len(wasm) > 0 {
		pin.Pin(&wasm[0])
		p.wasm, p.wasm_size = (*C.uint8_t)(&wasm[0]), C.size_t(len(wasm))
	}
	if list := cSounds(sounds, &pin); len(list) > 0 {
		pin.Pin(&list[0])
		p.sounds, p.sound_count = &list[0], C.size_t(len(list))
	}
	s.fill(&p.swap, &pin)
	bytes := make([]byte, C.mmmrt_pack(&p, nil, 0))
	C.mmmrt_pack(&p, (*C.uint8_t)(&bytes[0]), C.size_t(len(bytes)))
	return bytes, nil
}
