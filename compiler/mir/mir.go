// Package mir is the middle form of a program: functions of scalar words in
// single-assignment form with structured control flow. Every engine is fed from
// it, so whatever decides what a patch sounds like is decided here or before.
//
// Aggregates are gone: a tuple, record or sum is as many values as it has
// words. Generic functions are gone: each instance is a function of its own.
// State is an offset in words from the base of the running function's block.
//
// Invariants: a Value is defined once, before its uses, in the same block or an
// enclosing one; offsets lie inside the layout; the only calls that can form a
// cycle are those of functions marked Recursive.
package mir

import (
	"mmm/compiler/source"
	"mmm/state"
)

// Value names the result of an instruction or a parameter within its function.
// Values count from 0; NoValue is none.
type Value int32

// NoValue is the absence of a value.
const NoValue Value = -1

// Instr is one instruction. What Imm, Aux, Callee and the blocks mean is said
// by the opcode's row in Ops.
type Instr struct {
	Op     Op
	Args   []Value
	Res    []Value
	Imm    int64 // constant bits, offset, index
	Aux    int64 // second immediate
	Callee *Func
	Blocks []*Block
	Pos    source.Span

	// Twin is not nil in an instruction on pairs, which only Pack makes: every
	// argument and result is a pair of words, the first computed as this
	// instruction says, the second as Twin does. Twin has neither arguments nor
	// results of its own, and Op differs from its Op at most as AddF from SubF.
	Twin *Instr
}

// Block is a list of instructions that ends by yielding values to the
// instruction that owns it (or, for a body, to the caller).
type Block struct {
	Instrs []*Instr
	Yield  []Value
}

// Func is one function. Parameters are the values 0 to len(Params)-1.
type Func struct {
	Name      string
	Params    []state.WordKind
	Results   []state.WordKind
	Vars      []state.WordKind // mutable locals, by index; all start at 0
	Body      *Block
	Values    int              // number of values
	State     *state.Node      // layout of its block; nil or size 0 without state
	Recursive bool             // can call itself: engines count its depth
	Captures  []state.WordKind // words that its closures hold; nil for functions that capture nothing
	Pos       source.Span
	Index     int // position in Program.Funcs
}

// NewValue returns a fresh value.
func (f *Func) NewValue() Value {
	f.Values++
	return Value(f.Values - 1)
}

// StateSize returns the words of the function's state block.
func (f *Func) StateSize() int {
	if f.State == nil {
		return 0
	}
	return f.State.Size()
}

// Param is a control of the patch that a host may move.
type Param struct {
	Path           string // identity, e.g. "amp.0"
	Init, Min, Max float64
	Curve          state.Curve
	Unit           string   // "" for none
	Steps          int      // values that it can have, 0 for all of its range
	Labels         []string // of each step, nil without
	Pos            source.Span
}

// ProbeChannel is one scope channel.
type ProbeChannel struct{ Label string }

// Shape says which words of a value hold handles, so that an object can be
// walked. Offsets are in words from the start of the value.
type Shape struct {
	Words   int
	Handles []int     // offsets of words that are handles (or words that are none: those are ignored)
	Sums    []SumPart // parts whose meaning depends on a tag
}

// SumPart is a tagged part of a value.
type SumPart struct {
	Tag      int   // offset of the tag word; the payload follows it
	Variants []int // shape of the payload for each tag
}

// HostFunc is a function of the compiler that macro-stage code calls.
type HostFunc struct {
	Name            string
	Params, Results int // words
}

// Program is a whole compiled patch.
type Program struct {
	Funcs   []*Func // callees before callers, but for recursion
	Init    *Func   // runs once: no parameters, no results
	Dsp     *Func   // runs for each frame: parameters are inputs, results outputs
	Twice   *Func   // two frames of Dsp at once; nil: none, as everywhere but after Pack
	Globals []state.WordKind
	Params  []Param
	Cues    []state.Cue
	Pools   []state.Pool // each of another size
	Probes  []ProbeChannel
	Sounds  []*state.Sound
	Strings []string // entry 0 is ""
	Shapes  []Shape  // entry 0 has no handles
	Hosts   []HostFunc
	// HeapWords is the size of the heap, if the program uses one; 0 means
	// DefaultHeapWords.
	HeapWords int
	Image     state.Image
}

// Voices returns the number of voices of the largest pool, 0 without one.
func (p *Program) Voices() int {
	n := 0
	for _, pool := range p.Pools {
		n = max(n, len(pool.Levels))
	}
	return n
}

// HeapOp returns the first instruction of p that needs the heap, closures or
// the scheduler, nil when there is none.
func (p *Program) HeapOp() *Instr {
	var found *Instr
	for _, f := range p.Funcs {
		Walk(f.Body, func(in *Instr) {
			if found == nil && in.Op >= NewArray {
				found = in
			}
		})
	}
	return found
}
