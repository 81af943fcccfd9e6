// Uses: what must be known of a function's values before its translation.

package emit

import (
	"fmt"
	"slices"

	"mmm/compiler/mir"
)

// uses says, for each value of a function, where it is defined and last used,
// and during the translation where it lies. Places count instructions and ends
// of blocks in the order in which they are translated; since code never goes
// back, a value is needed from its definition to the greatest place that uses
// it, whatever branch is taken.
type uses struct {
	def   []*mir.Instr // nil for parameters
	home  []*mir.Block // block of the definition
	count []int32      // uses
	last  []int32      // place of the last use
	// A comparison that only decides a branch is made by the jump, a product that
	// is only added by the addition: it is not translated where it stands and its
	// operands are used there.
	deferred []bool

	reg   []int32 // register, -1 before the definition
	owned []bool  // the register is the value's own, free after the last use
	fixed []int32 // register that the value must be computed into, or -1
	want  []int32 // register that would spare a move, or -1
	argOf []argPlace

	varReg  []int32   // register of each mutable local
	varRead []bool    // the mutable local can be read before it is set
	varSets [][]int32 // places that set it, ascending
}

// argPlace says that a value is used once, as an argument of the call at a
// place; pos is 0 for other values.
type argPlace struct{ pos, arg int32 }

// analyser walks a function twice.
type analyser struct {
	f       *mir.Func
	u       *uses
	pos     int
	seenVar []bool
}

// analyse finds the uses of f. The error says what is malformed.
func analyse(f *mir.Func) (*uses, error) {
	n, vars := f.Values, len(f.Vars)
	if f.Body == nil || n < len(f.Params) {
		return nil, fmt.Errorf("has no body or too few values")
	}
	u := &uses{
		def: make([]*mir.Instr, n), home: make([]*mir.Block, n), count: make([]int32, n), last: make([]int32, n),
		deferred: make([]bool, n), reg: fill(n), owned: make([]bool, n), fixed: fill(n), want: fill(n),
		argOf: make([]argPlace, n), varReg: fill(vars), varRead: make([]bool, vars), varSets: make([][]int32, vars),
	}
	a := &analyser{f: f, u: u, seenVar: make([]bool, vars)}
	if err := a.count(f.Body, true); err != nil {
		return nil, err
	}
	a.pos = 0
	a.places(f.Body)
	return u, nil
}

func fill(n int) []int32 {
	s := make([]int32, n)
	for i := range s {
		s[i] = -1
	}
	return s
}

// count notes definitions and counts uses in b.
func (a *analyser) count(b *mir.Block, body bool) error {
	if b == nil {
		return fmt.Errorf("has a missing block")
	}
	u := a.u
	for _, in := range b.Instrs {
		a.pos++
		if err := a.check(in); err != nil {
			return err
		}
		for _, v := range in.Args {
			if err := a.value(v); err != nil {
				return err
			}
			u.count[v]++
		}
		switch in.Op {
		case mir.SetVar:
			u.varSets[in.Imm] = append(u.varSets[in.Imm], int32(a.pos))
			u.varRead[in.Imm] = u.varRead[in.Imm] || !a.seenVar[in.Imm] && !body
			a.seenVar[in.Imm] = true
		case mir.GetVar:
			u.varRead[in.Imm] = u.varRead[in.Imm] || !a.seenVar[in.Imm]
			a.seenVar[in.Imm] = true
		}
		for _, blk := range in.Blocks {
			if err := a.count(blk, false); err != nil {
				return err
			}
			if len(blk.Yield) != len(in.Res) {
				return fmt.Errorf("a block yields %d words where %d are due", len(blk.Yield), len(in.Res))
			}
		}
		for _, v := range in.Res {
			if v < 0 || int(v) >= a.f.Values || int(v) < len(a.f.Params) || u.def[v] != nil {
				return fmt.Errorf("value %d is defined twice or out of range", v)
			}
			u.def[v], u.home[v] = in, b
		}
	}
	a.pos++
	for _, v := range b.Yield {
		if err := a.value(v); err != nil {
			return err
		}
		u.count[v]++
	}
	return nil
}

// value checks that v is defined.
func (a *analyser) value(v mir.Value) error {
	if v < 0 || int(v) >= a.f.Values || int(v) >= len(a.f.Params) && a.u.def[v] == nil {
		return fmt.Errorf("value %d is used before its definition", v)
	}
	return nil
}

// check checks the shape of in against its row.
func (a *analyser) check(in *mir.Instr) error {
	if in.Op >= mir.NumOps {
		return fmt.Errorf("no such operation: %d", in.Op)
	}
	row, args, res, blocks := &mir.Ops[in.Op], len(in.Args), len(in.Res), 0
	ok := (row.In < 0 || args == row.In) && (row.Out < 0 || res == row.Out)
	switch in.Op {
	case mir.Call:
		ok = ok && in.Callee != nil && args == len(in.Callee.Params) && res == len(in.Callee.Results)
	case mir.FuncValue:
		ok = ok && in.Callee != nil
	case mir.MakeClosure:
		ok = ok && in.Callee != nil && args == len(in.Callee.Captures)
	case mir.NewArray:
		ok = ok && in.Imm >= 0 && (in.Imm == 0 && args == 0 || in.Imm > 0 && args%int(in.Imm) == 0)
	case mir.Append, mir.Prepend:
		ok = ok && in.Imm >= 0 && int64(args) == in.Imm+1
	case mir.SplitHead, mir.SplitTail:
		ok = ok && in.Imm >= 0 && int64(res) == in.Imm+1
	case mir.ArrayGet, mir.BoxLoad:
		ok = ok && int64(res) == in.Imm
	case mir.CallClosure:
		ok = ok && args > 0
	case mir.If:
		blocks = 2
	case mir.Switch:
		blocks = max(1, len(in.Blocks))
	case mir.GetVar, mir.SetVar:
		ok = ok && in.Imm >= 0 && in.Imm < int64(len(a.f.Vars))
	}
	if !ok || len(in.Blocks) != blocks {
		return fmt.Errorf("malformed %v", in.Op)
	}
	return nil
}

// places finds the last uses in b and what can be said of registers.
func (a *analyser) places(b *mir.Block) {
	u := a.u
	for _, in := range b.Instrs {
		a.pos++
		switch in.Op {
		case mir.If:
			u.deferCondition(in.Args[0])
		case mir.AddF, mir.SubF:
			if i := u.product(in); i >= 0 {
				u.deferred[in.Args[i]] = true
			}
		}
		for i, v := range in.Args {
			u.useAt(v, a.pos)
			if in.Op == mir.Call && u.count[v] == 1 {
				u.argOf[v] = argPlace{int32(a.pos), int32(i)}
			}
		}
		for _, blk := range in.Blocks {
			a.places(blk)
		}
	}
	a.pos++
	for _, v := range b.Yield {
		u.useAt(v, a.pos)
	}
}

// deferCondition decides whether the jump on v makes v.
func (u *uses) deferCondition(v mir.Value) {
	d := u.def[v]
	if d == nil || u.count[v] != 1 {
		return
	}
	switch {
	case d.Op == mir.AndF:
		u.deferred[v] = true
		u.deferCondition(d.Args[0])
		u.deferCondition(d.Args[1])
	case d.Op == mir.NotF || branches[d.Op].ok:
		u.deferred[v] = true
	}
}

// product returns which operand of the addition or subtraction in is a product
// that an opcode can make on the way, or -1.
func (u *uses) product(in *mir.Instr) int {
	best := -1
	for i, v := range in.Args {
		d := u.def[v]
		if d == nil || d.Op != mir.MulF || u.count[v] != 1 || u.isConst(d.Args[0]) && u.isConst(d.Args[1]) {
			continue
		}
		if in.Op == mir.SubF {
			// There is no opcode for these.
			byConst := u.isConst(d.Args[0]) || u.isConst(d.Args[1])
			if i == 0 && byConst && !u.isConst(in.Args[1]) || i == 1 && !byConst && u.isConst(in.Args[0]) {
				continue
			}
		}
		// Of two, the later one: its operands are needed longer anyway.
		if best < 0 || v > in.Args[best] {
			best = i
		}
	}
	return best
}

// isConst reports whether v is a constant.
func (u *uses) isConst(v mir.Value) bool {
	return u.def[v] != nil && u.def[v].Op == mir.Const
}

// useAt notes a use of v.
func (u *uses) useAt(v mir.Value, pos int) {
	if u.deferred[v] {
		for _, arg := range u.def[v].Args {
			u.useAt(arg, pos)
		}
		return
	}
	u.last[v] = max(u.last[v], int32(pos))
}

// setBetween reports whether mutable local x is set after place from and before
// place to.
func (u *uses) setBetween(x int64, from, to int) bool {
	sets := u.varSets[x]
	i, _ := slices.BinarySearch(sets, int32(from+1))
	return i < len(sets) && int(sets[i]) < to
}
