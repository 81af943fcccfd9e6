// Linking: a verified program becomes one array of instructions whose operands
// need no further table look-up.

package vm

import (
	"fmt"

	"mmm/state"
)

// linked is a program ready to run. Jumps stay relative; constants index one
// pool, calls name the callee's first instruction, globals, parameters, notes
// and probes the word in memory.
type linked struct {
	code   []Instr
	consts []uint64
	tables []JumpTable
	entry  []int // first instruction of each function
	halt   int   // the instruction that ends a turn
	depth  int   // calls that can be active at once
	stack  int   // words that all frames can take at once
}

// maxStack bounds the words of a machine's stack.
const maxStack = 1 << 27

// link lays out the verified program p.
func link(p *Program) (*linked, error) {
	l := &linked{entry: make([]int, len(p.Funcs))}
	size, deepest := 0, 0
	for i, f := range p.Funcs {
		l.entry[i] = size
		size += len(f.Code)
		// The window of a call starts inside the caller's frame, so the sum of
		// the frames that can be active bounds the stack: every function once,
		// recursive ones as often as they may be entered.
		if f.Recursive {
			deepest = max(deepest, f.FrameSize)
		}
		l.stack += f.FrameSize
		l.depth++
	}
	if deepest > 0 || anyRecursive(p) {
		l.stack += (state.MaxDepth + 1) * deepest
		l.depth += state.MaxDepth + 1
	}
	if size >= maxWords || l.stack > maxStack {
		return nil, fmt.Errorf("the program needs a stack of %d words, more than %d", l.stack, maxStack)
	}
	l.code = make([]Instr, 0, size+3)
	for _, f := range p.Funcs {
		l.function(p, f)
	}
	// A turn returns to Halt through a call of window 0 and block 0. The last
	// instruction keeps a pointer behind Halt inside the array.
	l.code = append(l.code, Instr{Op: Call}, Instr{Op: Halt}, Instr{Op: Halt})
	l.halt = len(l.code) - 2
	l.consts = append(l.consts, 0)
	return l, nil
}

func anyRecursive(p *Program) bool {
	for _, f := range p.Funcs {
		if f.Recursive {
			return true
		}
	}
	return false
}

// function appends f with its operands rebased.
func (l *linked) function(p *Program, f *FuncProto) {
	m := &p.Image
	constBase, tableBase := len(l.consts), len(l.tables)
	l.consts = append(l.consts, f.Consts...)
	l.tables = append(l.tables, f.Tables...)
	for pc, in := range f.Code {
		kinds := Ops[in.Op].Operands
		if in.Op == Ext {
			kinds = Ops[f.Code[pc-1].Op].Ext
		}
		for i, k := range kinds {
			x := [...]*int32{&in.A, &in.B, &in.C}[i]
			switch k {
			case Const:
				*x += int32(constBase)
			case Table:
				*x += int32(tableBase)
			case Fn:
				if in.Op == Call {
					*x = int32(l.entry[*x])
				}
			case Global:
				*x += int32(m.Globals)
			case Param:
				*x += int32(m.Params)
			case Note:
				*x += int32(m.Notes)
			case Chan:
				*x = int32(m.Probes) + *x*state.ProbeWords
			}
		}
		l.code = append(l.code, in)
	}
}
