// The program image: what the emitter makes and a Machine loads.

package vm

import (
	"sort"

	"mmm/compiler/source"
	"mmm/state"
)

// Instr is one instruction: an opcode and three operands, 16 bytes. What the
// operands are is said by the opcode's row in Ops; unused ones are 0.
type Instr struct {
	Op      Op
	A, B, C int32
}

// JumpTable maps the int Min+i to Offsets[i]; the last entry serves every other
// value. Offsets count from the jump, forward.
type JumpTable struct {
	Min     int64
	Offsets []int32
}

// Line says that the instructions from PC on, up to the next Line's, come from
// Pos.
type Line struct {
	PC  int
	Pos source.Span
}

// FuncProto is one function. Registers 0 to NParam-1 hold the arguments at
// entry; the results lie in registers 0 to NRet-1 at the return.
type FuncProto struct {
	Name      string
	NParam    int // words
	NRet      int // words
	FrameSize int // registers it uses
	StateSize int // words of its state block
	Captures  int // words that its closures hold
	Recursive bool
	State     *state.Node // what the words of its block are; nil without state
	Code      []Instr
	Consts    []uint64
	Tables    []JumpTable
	Lines     []Line // ascending PC
	Pos       source.Span
}

// PosAt returns where instruction pc comes from, or the function's position.
func (f *FuncProto) PosAt(pc int) source.Span {
	i := sort.Search(len(f.Lines), func(i int) bool { return f.Lines[i].PC > pc }) - 1
	if i < 0 || f.Lines[i].Pos.IsZero() {
		return f.Pos
	}
	return f.Lines[i].Pos
}

// Program is a whole program. It does not change once a Machine has loaded it
// and may serve several.
type Program struct {
	Funcs   []*FuncProto
	Init    int      // runs once: no parameters, no results
	Dsp     int      // runs once a sample: parameters are inputs, results outputs
	Strings []string // entry 0 is ""
	Shapes  []Shape  // entry 0 has no handles; none without a heap
	Hosts   []HostFunc
	Sounds  []*state.Sound
	Image   state.Image
}

// Shape says which words of a run of words are handles, so that an object can be
// walked. Offsets count from the start of the run.
type Shape struct {
	Words   int
	Handles []int // words that are handles; a word that names no live object is left alone
	Sums    []SumPart
}

// SumPart is a part of a run whose tag, at offset Tag, says what shape the words
// behind it have. A tag without a shape has no handles.
type SumPart struct {
	Tag      int
	Variants []int // indexes of shapes
}

// HostFunc is a function that the machine's owner provides.
type HostFunc struct {
	Name            string
	Params, Results int // words
}
