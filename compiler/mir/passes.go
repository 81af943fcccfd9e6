package mir

import (
	"fmt"
	"math"
)

// Pass is one rewriting of a program.
type Pass struct {
	Name string
	Run  func(*Program)
	Why  string // why it stands where it stands
}

// Passes are all passes in the order in which they run.
var Passes = []Pass{
	{"inline", Inline, "first: everything after it sees whole bodies"},
	{"globals", Globals, "after inline: functions that run before dsp are mostly gone"},
	{"simplify", Simplify, "after inline and globals: arguments have become constants"},
	{"expand", Expand, "after simplify: it is known which arguments vary; before choose: small bodies have choices"},
	{"simplify expanded", Simplify, "after expand: arguments have become constants"},
	{"choose", Choose, "after simplify: choices that are decided are gone, the sides are as small as they get"},
	{"simplify again", Simplify, "after choose: the sides of a choice now share what they have in common"},
	{"prune", Prune, "last: simplify leaves values that nobody uses"},
}

// Optimize runs all passes. The program computes the same bits as before.
func Optimize(p *Program) error {
	for _, pass := range Passes {
		pass.Run(p)
		if err := Verify(p); err != nil {
			return fmt.Errorf("after pass %s: %w", pass.Name, err)
		}
	}
	return nil
}

// Simplify folds operations on constants and choices that are decided, and
// shares equal constants and equal pure operations within a block and the
// blocks nested in it.
func Simplify(p *Program) {
	for _, f := range p.Funcs {
		s := &simplifier{same: make([]Value, f.Values), consts: map[Value]int64{}, truth: map[Value]bool{}, selects: map[Value]*Instr{}, spans: make([]span, f.Values)}
		for i := range s.same {
			s.same[i] = Value(i)
		}
		f.Body = s.block(f.Body, nil)
	}
}

// simplifier rewrites one function.
type simplifier struct {
	same    []Value // value that stands for each value
	consts  map[Value]int64
	truth   map[Value]bool   // values that are 1.0 or 0.0
	selects map[Value]*Instr // selections
	spans   []span           // what is known of numbers (ranges.go)
}

// pureKey identifies a pure operation by what it computes.
type pureKey struct {
	op       Op
	imm, aux int64
	a, b, c  Value
	callee   *Func
}

// scope is the pure operations available in a block, innermost first.
type scope struct {
	outer *scope
	known map[pureKey]Value
}

func (s *scope) find(k pureKey) (Value, bool) {
	for ; s != nil; s = s.outer {
		if v, ok := s.known[k]; ok {
			return v, true
		}
	}
	return NoValue, false
}

func (s *simplifier) constant(v Value) (int64, bool) {
	w, ok := s.consts[v]
	return w, ok
}

// block simplifies b and returns it.
func (s *simplifier) block(b *Block, outer *scope) *Block {
	out := &Block{Instrs: make([]*Instr, 0, len(b.Instrs))}
	s.into(out, b, &scope{outer, map[pureKey]Value{}})
	out.Yield = rename(b.Yield, s.same)
	return out
}

// into appends the simplified instructions of b to out.
func (s *simplifier) into(out, b *Block, sc *scope) {
	for _, in := range b.Instrs {
		in.Args = rename(in.Args, s.same)
		switch in.Op {
		case If:
			if w, ok := s.constant(in.Args[0]); ok {
				k := 1
				if math.Float64frombits(uint64(w)) > 0 {
					k = 0
				}
				s.splice(out, in, in.Blocks[k], sc)
				continue
			}
		case Switch:
			if w, ok := s.constant(in.Args[0]); ok {
				k := int64(len(in.Blocks) - 1)
				if w >= 0 && w < k {
					k = w
				}
				s.splice(out, in, in.Blocks[k], sc)
				continue
			}
		}
		for k, nested := range in.Blocks {
			in.Blocks[k] = s.block(nested, sc)
		}
		if in.Op == If {
			for k, r := range in.Res {
				s.spans[r] = hull(s.spans[in.Blocks[0].Yield[k]], s.spans[in.Blocks[1].Yield[k]])
			}
		}
		if !Ops[in.Op].Pure {
			out.Instrs = append(out.Instrs, in)
			continue
		}
		if v, ok := s.identity(in); ok {
			s.same[in.Res[0]] = v
			continue
		}
		if w, ok := Fold(in.Op, in.Args, s.constant); ok {
			folded := &Instr{Op: Const, Imm: w, Res: in.Res, Pos: in.Pos}
			if in.Op.GivesInt() {
				folded.Aux = 1
			}
			in = folded
		} else if outcome, ok := s.compared(in); ok {
			in = &Instr{Op: Const, Imm: int64(math.Float64bits(truthValue(outcome))), Res: in.Res, Pos: in.Pos}
		}
		key := pureKey{op: in.Op, imm: in.Imm, aux: in.Aux, a: NoValue, b: NoValue, c: NoValue, callee: in.Callee}
		for k, a := range in.Args {
			*[]*Value{&key.a, &key.b, &key.c}[k] = a
		}
		if v, ok := sc.find(key); ok {
			s.same[in.Res[0]] = v
			continue
		}
		sc.known[key] = in.Res[0]
		s.spans[in.Res[0]] = s.spanOf(in)
		switch {
		case in.Op == Const:
			s.consts[in.Res[0]] = in.Imm
		case in.Op == Select:
			s.selects[in.Res[0]] = in
		case in.Op.GivesTruth():
			s.truth[in.Res[0]] = true
		}
		out.Instrs = append(out.Instrs, in)
	}
}

// splice appends the chosen block of a decided choice in its place.
func (s *simplifier) splice(out *Block, in *Instr, chosen *Block, sc *scope) {
	s.into(out, chosen, sc)
	for k, r := range in.Res {
		s.same[r] = s.same[chosen.Yield[k]]
	}
}

// identity finds operations that give one of their arguments bit for bit,
// whatever it is: x * 1 and x / 1 (but not x + 0, which turns -0 into +0).
func (s *simplifier) identity(in *Instr) (Value, bool) {
	one := func(v Value) bool {
		w, ok := s.constant(v)
		return ok && math.Float64frombits(uint64(w)) == 1
	}
	switch in.Op {
	case MulF:
		if one(in.Args[1]) {
			return in.Args[0], true
		}
		if one(in.Args[0]) {
			return in.Args[1], true
		}
	case DivF:
		if one(in.Args[1]) {
			return in.Args[0], true
		}
	case Select:
		if in.Args[1] == in.Args[2] {
			return in.Args[1], true
		}
		if w, ok := s.constant(in.Args[0]); ok {
			if math.Float64frombits(uint64(w)) > 0 {
				return in.Args[1], true
			}
			return in.Args[2], true
		}
		if s.truth[in.Args[0]] && s.isBits(in.Args[1], 1) && s.isBits(in.Args[2], 0) {
			return in.Args[0], true
		}
	case EqF, NeF, LtF, LeF, GtF, GeF:
		return s.decided(in)
	}
	return NoValue, false
}

// isBits reports whether v is the constant x, bit for bit.
func (s *simplifier) isBits(v Value, x float64) bool {
	w, ok := s.constant(v)
	return ok && uint64(w) == math.Float64bits(x)
}

// decided finds the comparison of a selection between constants with a constant
// that only asks what the selection asked: (c ? 1 : 0) > 0.5 is c.
func (s *simplifier) decided(in *Instr) (Value, bool) {
	var answers [2]int64
	cond := NoValue
	for k := range answers {
		var words [2]int64
		for i, a := range in.Args {
			w, ok := s.constant(a)
			if sel := s.selects[a]; !ok && sel != nil && (cond == NoValue || cond == sel.Args[0]) {
				cond = sel.Args[0]
				w, ok = s.constant(sel.Args[1+k])
			} else if !ok && s.truth[a] && (cond == NoValue || cond == a) {
				cond, ok = a, true
				w = int64(math.Float64bits(float64(1 - k)))
			}
			if !ok {
				return NoValue, false
			}
			words[i] = w
		}
		answers[k], _ = Eval(in.Op, words[0], words[1])
	}
	if cond != NoValue && s.truth[cond] && uint64(answers[0]) == math.Float64bits(1) && answers[1] == 0 {
		return cond, true
	}
	return NoValue, false
}

// Prune drops values that nobody uses and that have no effect.
func Prune(p *Program) {
	for _, f := range p.Funcs {
		used := make([]bool, f.Values)
		pruneBlock(f.Body, used)
	}
}

// pruneBlock walks b backwards, marks what is used and drops the rest.
func pruneBlock(b *Block, used []bool) {
	for _, v := range b.Yield {
		used[v] = true
	}
	kept := make([]*Instr, 0, len(b.Instrs))
	for i := len(b.Instrs) - 1; i >= 0; i-- {
		in := b.Instrs[i]
		needed := !removable(in.Op)
		for _, r := range in.Res {
			needed = needed || used[r]
		}
		if !needed {
			continue
		}
		for _, nested := range in.Blocks {
			pruneBlock(nested, used)
		}
		for _, a := range in.Args {
			used[a] = true
		}
		kept = append(kept, in)
	}
	for i, j := 0, len(kept)-1; i < j; i, j = i+1, j-1 {
		kept[i], kept[j] = kept[j], kept[i]
	}
	b.Instrs = kept
}

// removable reports whether op only reads.
func removable(op Op) bool {
	switch op {
	case GetVar, GetGlobal, GetState:
		return true
	}
	return Ops[op].Pure
}
