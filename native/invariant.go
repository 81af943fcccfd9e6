// What is the same for every frame of a run: it is computed once, before the
// loop. The engine moves simple operations out of a loop by itself, but neither
// calls and choices nor reads of memory.

package native

import "mmm/compiler/mir"

// steady finds the instructions of dsp's own block that give the same in every
// turn of a run.
type steady struct {
	b       *builder
	same    map[mir.Value]bool
	globals map[int64]bool // that something sets while the program plays
	pure    map[*mir.Func]bool
}

// invariants returns the instructions of f's body that do not vary in a run.
func (b *builder) invariants(f *mir.Func) map[*mir.Instr]bool {
	s := &steady{b: b, same: map[mir.Value]bool{}, globals: map[int64]bool{}, pure: map[*mir.Func]bool{}}
	for g := range b.funcs {
		if g == b.p.Init && b.funcs[g].index < 0 && b.funcs[g].value < 0 {
			continue // runs before
		}
		mir.Walk(g.Body, func(in *mir.Instr) {
			if in.Op == mir.SetGlobal {
				s.globals[in.Imm] = true
			}
		})
	}
	found := map[*mir.Instr]bool{}
	for _, in := range f.Body.Instrs {
		if s.instr(in, s.same) {
			found[in] = true
			for _, r := range in.Res {
				s.same[r] = true
			}
		}
	}
	return found
}

// instr reports whether in gives the same every time, if the values in same do.
func (s *steady) instr(in *mir.Instr, same map[mir.Value]bool) bool {
	for _, a := range in.Args {
		if !same[a] {
			return false
		}
	}
	switch in.Op {
	case mir.Now, mir.GetCapture, mir.SelfClosure:
		return false
	case mir.GetGlobal:
		return !s.globals[in.Imm]
	case mir.Call:
		return s.isPure(in.Callee)
	case mir.If, mir.Switch:
		for _, b := range in.Blocks {
			if !s.block(b, same) {
				return false
			}
		}
		return true
	}
	return mir.Ops[in.Op].Pure
}

// block reports whether all of b gives the same every time, and adds what it
// defines to same: a value has one name, so that does no harm outside b.
func (s *steady) block(b *mir.Block, same map[mir.Value]bool) bool {
	for _, in := range b.Instrs {
		if !s.instr(in, same) {
			return false
		}
		for _, r := range in.Res {
			same[r] = true
		}
	}
	for _, v := range b.Yield {
		if !same[v] {
			return false
		}
	}
	return true
}

// isPure reports whether a call of f only computes, and cannot fault.
func (s *steady) isPure(f *mir.Func) bool {
	known, ok := s.pure[f]
	if ok || f.Recursive || len(f.Vars) > 0 || s.b.size(f) > 0 || s.b.charges.charged[f] {
		return known
	}
	s.pure[f] = false
	same := map[mir.Value]bool{}
	for i := range f.Params {
		same[mir.Value(i)] = true
	}
	s.pure[f] = s.block(f.Body, same)
	return s.pure[f]
}

// ahead writes the invariants of dsp before the loop. Their locals keep their
// values for all turns.
func (w *writer) ahead() {
	w.steady = w.b.invariants(w.f)
	for _, in := range w.f.Body.Instrs {
		if w.steady[in] {
			w.instr(in)
		}
	}
	for v := range w.vals {
		if w.vals[v].at == inLocal {
			w.vals[v].keep = true
		}
	}
}
