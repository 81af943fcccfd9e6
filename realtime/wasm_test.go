package realtime

import (
	"encoding/binary"
	"math"

	"mmm/state"
)

// A WebAssembly module by hand, for tests of what runs it: init's and run's
// bodies, and one recursive function. Function numbers: an import mmm.print
// comes first, then init, run, rec.
type wasm struct {
	prints         bool
	module, name   string // of the import, mmm and print by default
	pages          int
	initBody, body []byte // without locals and end; run has the locals first, frames, at (2)
	memory         string // name of the memory's export
	padding        int    // bytes of a section without meaning
}

func uleb(v int) []byte { return binary.AppendUvarint(nil, uint64(v)) }

func sleb(v int) (b []byte) {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

func vec(items ...[]byte) []byte {
	b := uleb(len(items))
	for _, it := range items {
		b = append(b, it...)
	}
	return b
}

func sized(b []byte) []byte { return append(uleb(len(b)), b...) }

func str(s string) []byte { return sized([]byte(s)) }

func cat(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func i32Const(v int) []byte { return append([]byte{0x41}, sleb(v)...) }

func f64Const(v float64) []byte {
	return binary.LittleEndian.AppendUint64([]byte{0x44}, math.Float64bits(v))
}

func call(f int) []byte { return append([]byte{0x10}, uleb(f)...) }

func get(local int) []byte { return append([]byte{0x20}, uleb(local)...) }

// loadWord and storeWord take the address from the stack and add the word's.
func loadWord(word int) []byte { return cat([]byte{0x2b, 3}, uleb(8*word)) }

func storeWord(word int) []byte { return cat([]byte{0x39, 3}, uleb(8*word)) }

// eachFrame repeats body, which finds the frame's byte offset in local 2.
func eachFrame(body ...[]byte) []byte {
	return cat(
		get(0), i32Const(3), []byte{0x74, 0x21, 2}, // at = first << 3
		[]byte{0x02, 0x40, 0x03, 0x40},                    // block, loop
		get(2), get(0), get(1), []byte{0x6a}, i32Const(3), // (first + frames) << 3
		[]byte{0x74, 0x4f, 0x0d, 1}, // at >= it: leave the block
		cat(body...),
		get(2), i32Const(8), []byte{0x6a, 0x21, 2}, // at += 8
		[]byte{0x0c, 0, 0x0b, 0x0b},
	)
}

// countNow adds 1 to the sample index.
func countNow() []byte {
	return cat(i32Const(0), i32Const(0), loadWord(state.NowWord), f64Const(1), []byte{0xa0}, storeWord(state.NowWord))
}

func (w wasm) bytes() []byte {
	const i32, f64 = 0x7f, 0x7c
	section := func(id byte, content []byte) []byte { return append([]byte{id}, sized(content)...) }
	types := vec([]byte{0x60, 0, 0}, []byte{0x60, 2, i32, i32, 0}, []byte{0x60, 1, i32, 1, i32}, []byte{0x60, 2, f64, i32, 0})
	imports := [][]byte{}
	if w.prints {
		imports = append(imports, cat(str(w.module), str(w.name), []byte{0, 3}))
	}
	n := len(imports)
	export := func(name string, kind byte, index int) []byte { return cat(str(name), []byte{kind}, uleb(index)) }
	code := func(locals, body []byte) []byte { return sized(cat(locals, body, []byte{0x0b})) }
	// rec(n) = n == 0 ? 0 : rec(n-1) + 1
	rec := cat(get(0), []byte{0x45, 0x04, i32}, i32Const(0), []byte{0x05},
		get(0), i32Const(1), []byte{0x6b}, call(n+2), i32Const(1), []byte{0x6a, 0x0b})
	var padding []byte
	if w.padding > 0 {
		padding = section(0, cat(str("padding"), make([]byte, w.padding)))
	}
	return cat([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, types),
		section(2, vec(imports...)),
		section(3, vec([]byte{0}, []byte{1}, []byte{2})),
		section(5, vec(cat([]byte{1}, uleb(w.pages), uleb(w.pages)))),
		section(7, vec(export(w.memory, 2, 0), export("init", 0, n), export("run", 0, n+1))),
		section(10, vec(code(vec(), w.initBody), code(vec([]byte{1, i32}), w.body), code(vec(), rec))),
		padding,
	)
}

// testImage has one parameter, one global, one state word, an input and an
// output.
func testImage() state.Image {
	return state.Image{
		Params: 8, NumParams: 1, Globals: 9, NumGlobals: 1, State: 10, StateSize: 1,
		In: 16, Ins: 1, Out: 16 + state.BlockFrames, Outs: 1, Words: 16 + 2*state.BlockFrames,
	}
}

// testModule plays body's number on the output.
func testModule(body ...[]byte) wasm {
	img := testImage()
	return wasm{
		module: "mmm", name: "print", memory: "memory", pages: 1,
		body: eachFrame(get(2), cat(body...), storeWord(img.Out), countNow()),
	}
}

// accumulate adds the parameter to the state word and gives it.
func accumulate() []byte {
	img := testImage()
	at := func(word int) []byte { return cat(i32Const(0), loadWord(word)) }
	return cat(i32Const(0), at(img.State), at(img.Params), []byte{0xa0}, storeWord(img.State), at(img.State))
}

// recurse gives rec(depth), plus the number of the print import if there is one.
func recurse(depth, rec int) []byte { return cat(i32Const(depth), call(rec), []byte{0xb7}) }
