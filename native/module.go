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
	i32  valType = 0x7f // conditions, addresses
	i64  valType = 0x7e // words that are not numbers
	f64  valType = 0x7c // numbers
	v128 valType = 0x7b // numbers and other words of fused arithmetic (wide.go)

	// Two words in one v128: what WebAssembly calls v128 is told apart here.
	pair valType = 2 // any two words
	mask valType = 3 // two truth values, all bits set or none
)

// plain returns the WebAssembly type of t.
func (t valType) plain() valType {
	if t == pair || t == mask {
		return v128
	}
	return t
}

// String returns the type's name in text.
func (t valType) String() string {
	switch t {
	case i32:
		return "i32"
	case i64:
		return "i64"
	case v128, pair, mask:
		return "v128"
	}
	return "f64"
}

// instr is one instruction; what a means is said by the row in opcodes.
type instr struct {
	op    opcode
	a, b  int64
	table []uint32
	sig   string // of an indirect call
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

// module is a whole module. Function k of funcs has the index k behind the
// imports; an import is called as -1 minus its number in the table.
type module struct {
	pages   uint32 // memory size, 64 KiB each; it never grows
	imports [numImports]bool
	funcs   []*wasmFunc
	table   []int // of indirect calls: index in funcs, -1 for none
	data    []segment
}

// segment is what memory holds from the byte offset at on.
type segment struct {
	at    int64
	bytes []byte
}

// importCount returns how many imports the module has below number n.
func (m *module) importCount(n imported) uint32 {
	count := uint32(0)
	for _, used := range m.imports[:n] {
		if used {
			count++
		}
	}
	return count
}

// index returns the function index that the operand of a call stands for.
func (m *module) index(f int64) uint32 {
	if f < 0 {
		return m.importCount(imported(-1 - f))
	}
	return m.importCount(numImports) + uint32(f)
}

// types returns the function types in the order of their first use, and the
// index of each.
func (m *module) types() (list []string, index map[string]uint32) {
	index = map[string]uint32{}
	use := func(sig string) {
		if _, ok := index[sig]; !ok {
			index[sig] = uint32(len(list))
			list = append(list, sig)
		}
	}
	for i, used := range m.imports {
		if used {
			use(imports[i].signature)
		}
	}
	for _, f := range m.funcs {
		use(f.signature())
	}
	for _, f := range m.funcs {
		for _, in := range f.code {
			if in.op == opCallIndirect {
				use(in.sig)
			}
		}
	}
	return list, index
}

// elements calls visit for each run of table entries that are functions.
func (m *module) elements(visit func(start int, funcs []int)) {
	for i := 0; i < len(m.table); {
		j := i
		for j < len(m.table) && m.table[j] >= 0 {
			j++
		}
		if j > i {
			visit(i, m.table[i:j])
		}
		i = j + 1
	}
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

// newBuilder returns a builder of the module of p.
func newBuilder(p *mir.Program) *builder {
	return &builder{p: p, m: &module{}, funcs: map[*mir.Func]*funcInfo{}, helpers: map[string]int{}, schedules: map[*mir.Instr]int64{},
		layout: layout{starts: map[*state.Node][]int64{}}}
}

// build makes the module of p.
func build(p *mir.Program) (*module, error) {
	b := newBuilder(p)
	b.survey() // also says what is wrong with p
	if b.err != nil {
		return nil, b.err
	}
	p = mir.Pack(p)
	if err := mir.Verify(p); err != nil {
		return nil, fmt.Errorf("after pack: %w", err)
	}
	b = newBuilder(p)
	b.survey()
	b.functions()
	b.entry("init", b.writeInit)
	b.entry("run", b.writeRun)
	if b.err != nil {
		return nil, b.err
	}
	b.place()
	bytes := (int64(p.Image.Words) + b.own.words + b.own.kept) * 8
	pages := (bytes + pageSize - 1) / pageSize
	if pages >= maxPages {
		return nil, fmt.Errorf("the program needs %d bytes of memory; machine code can have %d", bytes, maxPages*pageSize)
	}
	b.m.pages = uint32(max(pages, 1))
	return b.m, nil
}
