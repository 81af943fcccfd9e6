// What is the same for every frame of a run: it is computed once, before the
// loop. The engine moves simple operations out of a loop by itself, but neither
// calls and choices nor reads of memory.
//
// What depends on nothing but the sample rate is computed in the first run only
// and kept behind the image, with the rate that it was computed for.

package native

import (
	"mmm/compiler/mir"
	"mmm/state"
)

// ahead writes the invariants of dsp before the loop. Their locals keep their
// values for all turns.
func (w *writer) ahead() {
	body := w.f.Body.Instrs
	w.pinned = pins(w.f)
	w.steady = mir.FindSteady(w.b.p, w.f)
	w.pairsAnew()
	kept := w.keptValues()
	if len(kept) > 0 {
		w.fixedOnce(kept)
	}
	for i, in := range body {
		if w.steady[i] == mir.Steady || w.steady[i] == mir.Fixed && (len(kept) == 0 || anew(in)) {
			w.instr(in)
		}
	}
	for v := range w.vals {
		if w.vals[v].at == inLocal {
			w.vals[v].keep = true
		}
	}
}

// pairsAnew makes steady what is fixed and made of pairs or lanes, which are
// written in every run.
func (w *writer) pairsAnew() {
	made := map[mir.Value]bool{}
	for i, in := range w.f.Body.Instrs {
		uses := in.Op == mir.Pair || in.Op == mir.Lane
		eachUse(in, func(v mir.Value) { uses = uses || made[v] })
		if !uses {
			continue
		}
		w.steady[i] = min(w.steady[i], mir.Steady)
		for _, r := range in.Res {
			made[r] = true
		}
	}
}

// eachUse calls visit for each value that in uses, also in its blocks.
func eachUse(in *mir.Instr, visit func(mir.Value)) {
	for _, a := range in.Args {
		visit(a)
	}
	for _, b := range in.Blocks {
		for _, nested := range b.Instrs {
			eachUse(nested, visit)
		}
		for _, y := range b.Yield {
			visit(y)
		}
	}
}

// anew reports whether a fixed instruction is written in every run: it takes no
// time.
func anew(in *mir.Instr) bool { return in.Op == mir.Const }

// keptValues returns the results of fixed instructions that the rest needs, if
// computing them is worth avoiding.
func (w *writer) keptValues() []mir.Value {
	dear := 0
	fixed := map[mir.Value]bool{}
	for i, in := range w.f.Body.Instrs {
		if w.steady[i] != mir.Fixed || anew(in) {
			continue
		}
		switch in.Op {
		case mir.Call, mir.If, mir.Switch:
			dear += 8
		case mir.DivF, mir.SqrtF, mir.ModF:
			dear++
		}
		for _, r := range in.Res {
			fixed[r] = true
		}
	}
	if dear < 8 {
		return nil
	}
	var kept []mir.Value
	seen := map[mir.Value]bool{}
	need := func(v mir.Value) {
		if fixed[v] && !seen[v] {
			seen[v] = true
			kept = append(kept, v)
		}
	}
	for i, in := range w.f.Body.Instrs {
		if w.steady[i] == mir.Fixed && !anew(in) {
			continue
		}
		eachUse(in, need)
	}
	for _, y := range w.f.Body.Yield {
		need(y)
	}
	return kept
}

// fixedOnce writes the fixed instructions so that they run when the sample rate
// is new, and gives the kept ones their locals.
func (w *writer) fixedOnce(kept []mir.Value) {
	word := w.b.keep(1 + 2*int64(len(kept)))
	for _, v := range kept {
		w.vals[v].uses += 2 // for the word that keeps it; and never written where it is used
	}
	w.load(opF64Load, word)
	w.load(opF64Load, state.RateWord)
	w.asm(opF64Ne, opIf, 0)
	for i, in := range w.f.Body.Instrs {
		switch {
		case w.steady[i] != mir.Fixed:
		case anew(in):
			for _, a := range in.Args {
				w.usedAgain(a)
			}
			w.instr(in)
		default:
			w.instr(in)
		}
	}
	at := func(i int) int64 { return (word + 1 + 2*int64(i)) * 8 }
	for i, v := range kept {
		w.emit(opI32Const, 0)
		t := w.keptType(v)
		w.get(v, t)
		w.emit(map[valType]opcode{f64: opF64Store, i64: opI64Store, v128: opV128Store}[t.plain()], at(i))
	}
	w.emit(opI32Const, 0)
	w.load(opF64Load, state.RateWord)
	w.asm(opF64Store, word*8, opEnd)
	for i, v := range kept {
		t := w.keptType(v)
		w.emit(opI32Const, 0)
		w.emit(map[valType]opcode{f64: opF64Load, i64: opI64Load, v128: opV128Load}[t.plain()], at(i))
		w.convert(t, w.vals[v].typ)
		w.emit(opLocalSet, int64(w.vals[v].local))
		w.vals[v].keep = true
		w.used(v)
	}
}

// usedAgain counts one use of v more: by an instruction that is written a second
// time behind this.
func (w *writer) usedAgain(v mir.Value) {
	x := &w.vals[v]
	x.uses++
	if x.at == inLane {
		w.vals[x.of].uses++
	}
}

// keptType returns the type in which memory keeps v.
func (w *writer) keptType(v mir.Value) valType {
	if t := w.vals[v].typ; t != i32 {
		return t
	}
	return f64
}
