// Words of the machine code's own. They lie behind the image, so that the image
// is the same on every engine:
//
//	the running closure, the budget of the turn, the number of scratch words
//	scratch words: arguments of imports that vary in number
//	a word for each function that can be a value
//	words that are always 0: what is read of an array without elements
//	words that keep what depends on the sample rate alone (invariant.go)

package native

import (
	"encoding/binary"
	"fmt"

	"mmm/compiler/mir"
	"mmm/state"
)

// Fixed words, from the first behind the image.
const (
	ownEnv = iota
	ownBudget
	ownScratchSize
	ownScratch
)

// own is the layout of those words.
type own struct {
	start   int64 // first word, as of the image
	scratch int64 // words
	zeros   int64 // words
	words   int64 // in all; 0 for a program that needs none
	funcs   int64 // first word of the functions
	zero    int64 // first of the zeros
	kept    int64 // words that keep what depends on the sample rate alone, the last ones
}

// keep makes room for n words that start as 0 and returns the first.
func (b *builder) keep(n int64) int64 {
	at := b.own.start + b.own.words + b.own.kept
	b.own.kept += n
	return at
}

// word returns the place of a fixed word in memory.
func (o *own) word(k int64) int64 { return o.start + k }

// take makes room for an instruction's arguments and results.
func (o *own) take(in *mir.Instr) {
	switch in.Op {
	case mir.NewArray, mir.Append, mir.Prepend, mir.NewBox, mir.NewCell, mir.MakeClosure, mir.Retain, mir.Release:
		o.scratch = max(o.scratch, int64(len(in.Args)))
	case mir.SplitHead, mir.SplitTail:
		o.scratch = max(o.scratch, int64(len(in.Res)))
	case mir.ArrayGet, mir.BoxLoad:
		o.zeros = max(o.zeros, int64(len(in.Res)))
	}
}

// measure fixes the layout.
func (b *builder) measure() {
	o := &b.own
	o.start = int64(b.p.Image.Words)
	if !b.faults() {
		return
	}
	o.funcs = o.start + ownScratch + o.scratch
	o.zero = o.funcs + int64(len(b.p.Funcs))
	o.words = o.zero + o.zeros - o.start
}

// Bits of a function's word: 31..0 what a call costs, 43..32 parameters, 55..44
// results, then flags.
const (
	arityBits = 12
	plainFlag = 1 << (32 + 2*arityBits) // is a value without a closure
	noArity   = 1<<(2*arityBits) - 1    // of a function that is no value
)

// arity packs the number of parameter and result words of a function value.
func arity(params, results int) int64 { return int64(params) | int64(results)<<arityBits }

// place puts what the words start with into memory, and functions into the
// table.
func (b *builder) place() {
	if b.own.words == 0 {
		return
	}
	size := binary.LittleEndian.AppendUint64(nil, uint64(b.own.scratch))
	b.m.data = append(b.m.data, segment{b.own.word(ownScratchSize) * 8, size})
	var words []byte
	n := len(b.p.Funcs)
	table := make([]int, 2*n) // function values, then tasks
	for i, f := range b.p.Funcs {
		table[i], table[n+i] = -1, -1
		word := uint64(noArity) << 32
		if info := b.funcs[f]; info != nil && info.value >= 0 {
			table[i], table[n+i] = info.value, info.task
			word = uint64(arity(len(f.Params), len(f.Results)))<<32 | uint64(b.charges.cost[f])
			if b.size(f) == 0 && !mir.NeedsClosure(f) {
				word |= plainFlag
			}
		}
		words = binary.LittleEndian.AppendUint64(words, word)
	}
	b.m.data = append(b.m.data, segment{b.own.funcs * 8, words})
	if b.objects {
		b.m.table = table
	}
}

// Kinds of handles, bits 63..60 of a word (spec vm.md 1.1).
const (
	kindFunc    = 1
	kindClosure = 2
	kindArray   = 3
	kindBox     = 4
	kindBlock   = 9
)

// Words of the heap and parts of its blocks, as package vm has them (heap.go,
// closure.go).
const (
	heapZero  = 1
	heapTurn  = 2
	heapUsed  = 3
	heapLimit = 4
	heapTasks = 7
	heapBits  = 10 + 100

	blockInfo       = 1
	blockCount      = 2
	arrayStride     = 3
	arrayWords      = 4
	boxWords        = 3
	closureFunc     = 3
	closureCaptures = 4
	ownerOfBlock    = 3
	stateOfBlock    = 7
)

// handle returns the word of a plain function.
func handle(kind uint64, index int) int64 { return int64(kind<<60 | uint64(uint32(index))) }

// heapWord returns the place in memory of a fixed word of the heap.
func (b *builder) heapWord(k int64) int64 { return int64(b.p.Image.Heap) + k }

// objectShape checks the parts of an instruction on objects and returns how many
// arguments and results it has.
func (b *builder) objectShape(f *mir.Func, in *mir.Instr) (args, results int, err error) {
	args, results = mir.Ops[in.Op].In, mir.Ops[in.Op].Out
	if args < 0 {
		args = len(in.Args)
	}
	if results < 0 {
		results = len(in.Res)
	}
	shape := in.Aux
	words := int(max(0, min(in.Imm, 1<<24))) // of an element or of what is read
	switch in.Op {
	case mir.NewArray:
		shape = in.Aux & 0xffffffff
		if words > 0 && len(in.Args)%words != 0 {
			return 0, 0, fmt.Errorf("%d words for elements of %d", len(in.Args), words)
		}
	case mir.Append, mir.Prepend:
		args = words + 1
	case mir.SplitHead, mir.SplitTail:
		results = words + 1
	case mir.ArrayGet, mir.BoxLoad:
		results = words
	case mir.CellGet, mir.CellSet:
		if in.Imm < 0 || in.Imm >= 1<<24 {
			return 0, 0, fmt.Errorf("word %d of a cell", in.Imm)
		}
	case mir.GetCapture:
		if in.Imm < 0 || in.Imm >= int64(len(f.Captures)) {
			return 0, 0, fmt.Errorf("capture %d of %d", in.Imm, len(f.Captures))
		}
	case mir.FuncValue, mir.MakeClosure:
		if in.Callee == nil {
			return 0, 0, fmt.Errorf("no callee")
		}
		if in.Op == mir.MakeClosure {
			args = len(in.Callee.Captures)
			if in.Imm < -1 || in.Imm >= b.size(f) {
				return 0, 0, fmt.Errorf("site %d of %d words", in.Imm, b.size(f))
			}
		}
	case mir.CallClosure:
		args = max(args, 1)
		if len(in.Args) > maxWords || len(in.Res) > maxWords {
			return 0, 0, fmt.Errorf("more than %d parameter or result words", maxWords)
		}
	case mir.CallHost:
		return 0, 0, fmt.Errorf("runs in the macro stage only")
	}
	switch in.Op {
	case mir.NewArray, mir.Append, mir.Prepend, mir.NewBox, mir.NewCell, mir.MakeClosure, mir.Retain, mir.Release:
		if shape < 0 || shape > 0 && shape >= int64(len(b.p.Shapes)) {
			return 0, 0, fmt.Errorf("shape %d of %d", shape, len(b.p.Shapes))
		}
	}
	if in.Op != mir.FuncValue && in.Op != mir.CallClosure && in.Op != mir.GetCapture && in.Op != mir.SelfClosure && b.p.Image.HeapWords == 0 {
		return 0, 0, fmt.Errorf("the program has no heap")
	}
	return args, results, nil
}

// stateFault is a fault as an operand.
func stateFault(f state.Fault) int64 { return int64(f) }
