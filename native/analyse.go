// What must be known of a function before its code is written: which type holds
// each value, and how often it is used.

package native

import (
	"fmt"
	"math"
	"sort"

	"mmm/compiler/mir"
	"mmm/state"
)

// anyType is the type of a constant: it is written anew at each use, in the
// type that the use wants.
const anyType valType = 1

// facts are what analyse finds.
type facts struct {
	types []valType // by value; i32 holds a truth value (1.0 or 0.0 as a number)
	uses  []int     // by value
	seen  []bool    // by value: defined in the block being visited or around it
	bits  map[mir.Value]constant
}

// constant is the word of a constant.
type constant struct {
	bits  int64
	isInt bool
}

// wordType returns the type that holds a word of kind k.
func wordType(k state.WordKind) valType {
	if k == state.NumWord {
		return f64
	}
	return i64
}

// layout finds what lies at an offset of a state block. One node may be the
// child of many, so it remembers what it found of each.
type layout struct {
	starts map[*state.Node][]int64 // FnCall: offset of each child, then the size
}

// size returns the words of n.
func (l *layout) size(n *state.Node) int64 {
	if n == nil {
		return 0
	}
	if n.Kind != state.FnCall {
		return int64(n.Size())
	}
	starts := l.children(n)
	return starts[len(starts)-1]
}

// children returns the offset of each child of a FnCall, then its size.
func (l *layout) children(n *state.Node) []int64 {
	if starts, ok := l.starts[n]; ok {
		return starts
	}
	starts := make([]int64, 1, len(n.Children)+1)
	for i, c := range n.Children {
		starts = append(starts, starts[i]+l.size(c))
	}
	l.starts[n] = starts
	return starts
}

// kind returns the kind of the word at offset of n.
func (l *layout) kind(n *state.Node, offset int64) state.WordKind {
	for n.Kind == state.FnCall {
		starts := l.children(n)
		i := sort.Search(len(n.Children), func(i int) bool { return starts[i+1] > offset })
		if i == len(n.Children) {
			return state.NumWord
		}
		n, offset = n.Children[i], offset-starts[i]
	}
	switch {
	case n.Kind == state.Feed:
		return n.Words[offset]
	case n.Kind == state.Site, n.Kind == state.Delay && offset < state.DelayHeader:
		return state.IntWord
	}
	return state.NumWord
}

// analyse finds the facts of f, or what is wrong with it.
func (b *builder) analyse(f *mir.Func) (*facts, error) {
	a := &facts{types: make([]valType, f.Values), uses: make([]int, f.Values), seen: make([]bool, f.Values), bits: map[mir.Value]constant{}}
	if len(f.Params) > f.Values {
		return nil, fmt.Errorf("function %s has %d parameters but %d values", f.Name, len(f.Params), f.Values)
	}
	for i, k := range f.Params {
		a.types[i], a.seen[i] = wordType(k), true
	}
	if f.Body == nil || len(f.Body.Yield) != len(f.Results) {
		return nil, fmt.Errorf("function %s does not yield its results", f.Name)
	}
	if err := a.block(b, f, f.Body); err != nil {
		return nil, fmt.Errorf("function %s: %w", f.Name, err)
	}
	a.widen(f)
	return a, nil
}

// use counts one use of each value.
func (a *facts) use(vs []mir.Value) error {
	for _, v := range vs {
		if v < 0 || int(v) >= len(a.types) || !a.seen[v] {
			return fmt.Errorf("value %d is used where it is not defined", v)
		}
		a.uses[v]++
	}
	return nil
}

// block visits a block.
func (a *facts) block(b *builder, f *mir.Func, body *mir.Block) error {
	for _, in := range body.Instrs {
		if err := a.instr(b, f, in); err != nil {
			return err
		}
	}
	if err := a.use(body.Yield); err != nil {
		return err
	}
	for _, in := range body.Instrs {
		for _, v := range in.Res {
			a.seen[v] = false
		}
	}
	return nil
}

// instr visits an instruction and the blocks in it.
func (a *facts) instr(b *builder, f *mir.Func, in *mir.Instr) error {
	if in.Op >= mir.NumOps {
		return fmt.Errorf("operation %d does not exist", in.Op)
	}
	if err := a.use(in.Args); err != nil {
		return err
	}
	if err := b.shape(f, in); err != nil {
		return fmt.Errorf("%s: %w", in.Op, err)
	}
	for _, nested := range in.Blocks {
		if err := a.block(b, f, nested); err != nil {
			return err
		}
	}
	for i, v := range in.Res {
		if v < 0 || int(v) >= len(a.types) || a.types[v] != 0 {
			return fmt.Errorf("%s: value %d is defined twice or out of range", in.Op, v)
		}
		a.types[v], a.seen[v] = a.resultType(b, f, in, i), true
		if a.types[v] == anyType {
			a.bits[v] = constant{in.Imm, in.Aux == 1}
		}
	}
	return nil
}

// shape checks that the instruction has the parts that its row in mir.Ops says.
func (b *builder) shape(f *mir.Func, in *mir.Instr) error {
	p := b.p
	row := mir.Ops[in.Op]
	args, results, limit := row.In, row.Out, int64(math.MaxInt64)
	switch in.Op {
	case mir.GetVar, mir.SetVar:
		limit = int64(len(f.Vars))
	case mir.GetGlobal, mir.SetGlobal:
		limit = int64(len(p.Globals))
	case mir.GetParam:
		limit = int64(len(p.Params))
	case mir.GetCue:
		limit = int64(len(p.Cues))
	case mir.Probe:
		limit = int64(len(p.Probes))
	case mir.GetState, mir.SetState, mir.Mem:
		limit = b.size(f)
		if in.Twin != nil && (in.Twin.Imm < 0 || in.Twin.Imm >= limit || in.Twin.Imm == in.Imm) {
			return fmt.Errorf("second index %d is not below %d", in.Twin.Imm, limit)
		}
	case mir.Lane, mir.InLanes:
		limit = 2
	case mir.Delay:
		if in.Aux < 0 {
			return fmt.Errorf("a ring of %d samples", in.Aux)
		}
		limit = b.size(f) - state.DelayHeader - in.Aux + 1
		if in.Twin != nil && (in.Twin.Aux < 1 || in.Aux < 1 || in.Twin.Imm < 0 || in.Twin.Imm+state.DelayHeader+in.Twin.Aux > b.size(f)) {
			return fmt.Errorf("a second ring of %d samples at %d", in.Twin.Aux, in.Twin.Imm)
		}
	case mir.Call:
		if in.Callee == nil {
			return fmt.Errorf("no callee")
		}
		args, results = len(in.Callee.Params), len(in.Callee.Results)
		if need := b.size(in.Callee); need > 0 {
			limit = b.size(f) - need + 1
		}
	case mir.If, mir.Switch:
		if len(in.Blocks) == 0 || in.Op == mir.If && len(in.Blocks) != 2 {
			return fmt.Errorf("%d branches", len(in.Blocks))
		}
		results = len(in.Res)
		for _, nested := range in.Blocks {
			if len(nested.Yield) != results {
				return fmt.Errorf("a branch yields %d values, not %d", len(nested.Yield), results)
			}
		}
	}
	if in.Op >= mir.NewArray {
		var err error
		if args, results, err = b.objectShape(f, in); err != nil {
			return err
		}
	}
	if in.Op != mir.Const && limit != math.MaxInt64 && (in.Imm < 0 || in.Imm >= limit) {
		return fmt.Errorf("index %d is not below %d", in.Imm, limit)
	}
	if len(in.Args) != args || len(in.Res) != results {
		return fmt.Errorf("%d arguments and %d results, not %d and %d", len(in.Args), len(in.Res), args, results)
	}
	return nil
}

// resultType returns the type of result i of in.
func (a *facts) resultType(b *builder, f *mir.Func, in *mir.Instr, i int) valType {
	if in.Twin != nil {
		return a.pairType(in)
	}
	switch in.Op {
	case mir.Pair:
		return pair
	case mir.Lane:
		return a.laneType(in)
	case mir.InLanes:
		return i32
	case mir.Const:
		return anyType
	case mir.EqF, mir.NeF, mir.LtF, mir.LeF, mir.GtF, mir.GeF, mir.AndF, mir.OrF, mir.NotF, mir.EqI, mir.LtI:
		return i32
	case mir.AddI, mir.SubI, mir.MulI, mir.AndI, mir.OrI, mir.XorI, mir.ShlI, mir.ShrI, mir.SarI, mir.FtoI, mir.BitsF:
		return i64
	case mir.NewArray, mir.Append, mir.Prepend, mir.SplitHead, mir.SplitTail, mir.NewBox, mir.NewCell, mir.FuncValue, mir.MakeClosure,
		mir.SelfClosure, mir.ArrayGet, mir.BoxLoad, mir.CellGet, mir.GetCapture, mir.CallClosure:
		return i64 // a handle, or it is not known what
	case mir.Select:
		return a.merge(in.Args[1:])
	case mir.GetVar:
		return wordType(f.Vars[in.Imm])
	case mir.GetGlobal:
		return wordType(b.p.Globals[in.Imm])
	case mir.GetState, mir.Mem:
		return b.stateType(f, in.Imm)
	case mir.Call:
		return wordType(in.Callee.Results[i])
	case mir.If, mir.Switch:
		vs := make([]mir.Value, len(in.Blocks))
		for j, nested := range in.Blocks {
			vs[j] = nested.Yield[i]
		}
		return a.merge(vs)
	}
	return f64
}

// merge returns the type for a value that is one of vs. Words keep their bits
// in any type, so this only decides how few conversions there will be.
func (a *facts) merge(vs []mir.Value) valType {
	t := anyType
	truths, ints := true, false
	for _, v := range vs {
		if a.types[v] == pair {
			return pair
		}
	}
	for _, v := range vs {
		switch a.types[v] {
		case anyType:
			c := a.bits[v]
			truths = truths && !c.isInt && (c.bits == 0 || uint64(c.bits) == math.Float64bits(1))
			ints = ints || c.isInt
		case t:
		default:
			if t != anyType {
				t = f64
			} else {
				t = a.types[v]
			}
		}
	}
	switch {
	case t == anyType && ints:
		return i64
	case t == anyType, t == i32 && !truths:
		return f64
	}
	return t
}
