// Linking: a verified program becomes one array of instructions whose operands
// need no further table look-up.

package vm

import (
	"fmt"
	"sort"

	"mmm/state"
)

// linked is a program ready to run. Jumps stay relative; constants index one
// pool, calls name the callee's first instruction, globals, parameters, cues
// and probes the word in memory.
type linked struct {
	code   []Instr
	consts []uint64
	tables []JumpTable
	funcs  []linkedFunc
	dsp    int // first instruction of dsp
	halt   int // the instruction that ends a turn
	depth  int // calls that can be active at once
	stack  int // words that all frames can take at once

	shapes   []Shape
	layouts  []blockLayout // of state blocks; entry 0 is the empty one
	indirect bool          // function values are called
	tasks    bool          // functions are scheduled
	queue    int           // tasks that can wait
}

// linkedFunc is what must be known of a function when it is called.
type linkedFunc struct {
	entry, frame    int   // first instruction; registers
	params, results int   // words
	captures        int   // words
	layout          int32 // of its state block; 0 unless closures are made of it
	stateless       bool
	needsEnv        bool  // asks for the running closure, so it must run in one
	need            int   // registers it and what it calls uncounted can take
	chain           int   // calls that it and what it calls uncounted can have active
	cost            int32 // instructions that it and what it calls uncounted and uncharged can take
}

// blockLayout says which words of a state block name objects.
type blockLayout struct {
	size    int
	key     uint64  // equal for blocks of equal layout
	handles []int32 // counted words
	strings []int32
	sites   []siteWord
}

// siteWord is the word of a site in a state block.
type siteWord struct {
	offset int32
	target uint64 // key of the layout of its closures
}

// maxStack bounds the words of a machine's stack; maxDynamic what function
// values and recursion may take of it.
const (
	maxStack   = 1 << 27
	maxDynamic = 1 << 22
)

// link lays out the verified program p.
func link(p *Program) (*linked, error) {
	l := &linked{funcs: make([]linkedFunc, len(p.Funcs)), shapes: p.Shapes}
	if len(l.shapes) == 0 {
		l.shapes = []Shape{{}}
	}
	l.layouts = make([]blockLayout, 1)
	size := 0
	for i, f := range p.Funcs {
		env, indirect, tasks := traits(f)
		l.indirect, l.tasks = l.indirect || indirect, l.tasks || tasks
		l.funcs[i] = linkedFunc{
			entry: size, frame: f.FrameSize, params: f.NParam, results: f.NRet, captures: f.Captures,
			stateless: f.StateSize == 0, needsEnv: env,
		}
		size += len(f.Code)
	}
	known := map[uint64]int32{}
	for _, f := range p.Funcs {
		for _, in := range f.Code {
			if in.Op == MakeHeapClosure {
				l.funcs[in.B].layout = l.layoutOf(p.Funcs[in.B].State, known)
			}
		}
	}
	l.dsp = l.funcs[p.Dsp].entry
	l.demand(p)
	if err := l.room(p); err != nil {
		return nil, err
	}
	if size >= maxWords {
		return nil, fmt.Errorf("the program has %d instructions", size)
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
	if l.tasks {
		l.queue = min(state.QueueTasks, p.Image.HeapWords/4/state.TaskWords)
	}
	return l, nil
}

// traits says what f does that matters to the machine as a whole: it asks for
// the running closure, it calls function values, it schedules tasks.
func traits(f *FuncProto) (env, indirect, tasks bool) {
	for _, in := range f.Code {
		switch in.Op {
		case GetUpValue, SelfClosure:
			env = true
		case CallIndirect:
			indirect = true
		case Schedule:
			tasks = true
		}
	}
	return env, indirect, tasks
}

// demand finds for each function what it needs together with all that it calls
// without counting: calls of recursive functions and of function values are
// counted and checked when they happen.
func (l *linked) demand(p *Program) {
	done := make([]bool, len(p.Funcs))
	type visit struct{ fn, pc int }
	for root := range p.Funcs {
		work := []visit{{root, 0}}
		for len(work) > 0 {
			w := &work[len(work)-1]
			f, lf := p.Funcs[w.fn], &l.funcs[w.fn]
			if done[w.fn] {
				work = work[:len(work)-1]
				continue
			}
			if w.pc == 0 {
				lf.need, lf.chain, lf.cost = f.FrameSize, 1, int32(min(len(f.Code), maxCost))
			}
			for ; w.pc < len(f.Code); w.pc++ {
				in := &f.Code[w.pc]
				if in.Op != Call || p.Funcs[in.B].Recursive {
					continue
				}
				if !done[in.B] {
					break
				}
				c := &l.funcs[in.B]
				lf.need = max(lf.need, int(in.A)+c.need)
				lf.chain = max(lf.chain, 1+c.chain)
				if p.Funcs[in.B].Code[0].Op != Charge {
					lf.cost = min(lf.cost+c.cost, maxCost)
				}
			}
			if w.pc < len(f.Code) {
				work = append(work, visit{int(f.Code[w.pc].B), 0})
				continue
			}
			done[w.fn] = true
			work = work[:len(work)-1]
		}
	}
}

// maxCost is where the cost of a function saturates: beyond every budget for a
// turn.
const maxCost = 1 << 28

// room sizes the stacks. Without function values the sum of the frames that can
// be active bounds them: every function once (a window starts inside the
// caller's frame), recursive ones as often as they may be entered. With them any
// function may be active as often as calls are counted; what that can take is
// bounded, and calls beyond it fault.
func (l *linked) room(p *Program) error {
	deepest, need, chain := 0, 0, 0
	for i, f := range p.Funcs {
		if f.Recursive {
			deepest = max(deepest, f.FrameSize)
		}
		need, chain = max(need, l.funcs[i].need), max(chain, l.funcs[i].chain)
		l.stack += f.FrameSize
		l.depth++
	}
	switch {
	case l.indirect:
		l.stack += need + min((state.MaxDepth+1)*need, maxDynamic)
		l.depth += (state.MaxDepth + 1) * (chain + 1)
	case anyRecursive(p):
		l.stack += (state.MaxDepth + 1) * deepest
		l.depth += state.MaxDepth + 1
	}
	if l.stack > maxStack || l.depth > maxStack {
		return fmt.Errorf("the program needs a stack of %d words, more than %d", l.stack, maxStack)
	}
	return nil
}

// layoutOf returns the index of the layout of a state block.
func (l *linked) layoutOf(n *state.Node, known map[uint64]int32) int32 {
	if n == nil || n.Size() == 0 {
		return 0
	}
	key := n.Hash()
	if i, ok := known[key]; ok {
		return i
	}
	l.layouts = append(l.layouts, describe(n))
	known[key] = int32(len(l.layouts) - 1)
	return known[key]
}

// describe finds the words of a block that name objects.
func describe(n *state.Node) blockLayout {
	b := blockLayout{size: n.Size(), key: n.Hash()}
	n.Walk(func(_, offset int, n *state.Node) {
		switch n.Kind {
		case state.Site:
			b.sites = append(b.sites, siteWord{int32(offset), n.Target.Hash()})
		case state.Feed:
			for i, k := range n.Words {
				switch k {
				case state.ArrayWord, state.FnWord, state.BoxWord:
					b.handles = append(b.handles, int32(offset+i))
				case state.StringWord:
					b.strings = append(b.strings, int32(offset+i))
				}
			}
		}
	})
	return b
}

// funcOf returns the function that the linked instruction pc belongs to.
func (l *linked) funcOf(pc int) int {
	return sort.Search(len(l.funcs), func(i int) bool { return l.funcs[i].entry > pc }) - 1
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
					*x = int32(l.funcs[*x].entry)
				}
			case Global:
				*x += int32(m.Globals)
			case Param:
				*x += int32(m.Params)
			case Cue:
				*x += int32(m.Cues)
			case Chan:
				*x = int32(m.Probes) + *x*state.ProbeWords
			}
		}
		l.code = append(l.code, in)
	}
}
