// The module in memory: what the encoder and the printer read.

package native

import (
	"fmt"
	"io"

	"mmm/compiler/mir"
	"mmm/state"
)

// valType is a WebAssembly value type; its value is its binary code.
type valType byte

const (
	i32 valType = 0x7f // conditions, addresses
	i64 valType = 0x7e // words that are not numbers
	f64 valType = 0x7c // numbers
)

// String returns the type's name in text.
func (t valType) String() string {
	switch t {
	case i32:
		return "i32"
	case i64:
		return "i64"
	}
	return "f64"
}

// instr is one instruction; what a means is said by the row in opcodes.
type instr struct {
	op    opcode
	a     int64
	table []uint32
}

// local is a parameter or a local of a function.
type local struct {
	typ  valType
	name string
}

// wasmFunc is one function.
type wasmFunc struct {
	name    string
	params  int // the first locals
	results []valType
	locals  []local
	code    []instr
	export  string // "" if not exported
}

// signature is the function's type as a comparable key: parameter types, an
// arrow, result types.
func (f *wasmFunc) signature() string {
	key := make([]byte, 0, f.params+len(f.results)+1)
	for _, l := range f.locals[:f.params] {
		key = append(key, byte(l.typ))
	}
	key = append(key, 0)
	for _, t := range f.results {
		key = append(key, byte(t))
	}
	return string(key)
}

// module is a whole module. Function k of funcs has the index k, one more if
// print is imported; importedPrint stands for the import.
type module struct {
	pages  uint32 // memory size, 64 KiB each; it never grows
	prints bool   // imports mmm.print
	funcs  []*wasmFunc
}

// importedPrint is the operand of a call to the import.
const importedPrint = -1

// printSignature is the type of the import.
const printSignature = string(byte(f64)) + "\x7f\x00"

// index returns the function index that the operand of a call stands for.
func (m *module) index(f int64) uint32 {
	switch {
	case f == importedPrint:
		return 0
	case m.prints:
		return uint32(f) + 1
	}
	return uint32(f)
}

// Limits of every WebAssembly engine that a large program can meet.
const (
	maxLocals   = 50000
	maxBodySize = 7654321
	maxWords    = 1000 // parameters or results of one function
	pageSize    = 65536
	maxPages    = 65536
)

// Compile returns the WebAssembly module of p. It fails if p is larger than a
// module can be, or is not well formed.
func Compile(p *mir.Program) ([]byte, error) {
	m, err := build(p)
	if err != nil {
		return nil, err
	}
	return m.encode()
}

// Print writes the module that Compile returns as WebAssembly text.
func Print(w io.Writer, p *mir.Program) error {
	m, err := build(p)
	if err != nil {
		return err
	}
	return m.print(w)
}

// build makes the module of p.
func build(p *mir.Program) (*module, error) {
	bytes := int64(p.Image.Words) * 8
	pages := (bytes + pageSize - 1) / pageSize
	if pages >= maxPages {
		return nil, fmt.Errorf("the program needs %d bytes of memory; machine code can have %d", bytes, maxPages*pageSize)
	}
	b := &builder{p: p, m: &module{pages: uint32(max(pages, 1))}, funcs: map[*mir.Func]*funcInfo{}, fmod: -1,
		layout: layout{starts: map[*state.Node][]int64{}}}
	b.survey()
	b.functions()
	b.entry("init", b.writeInit)
	b.entry("run", b.writeRun)
	return b.m, b.err
}
