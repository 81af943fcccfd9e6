// The order of long computations. The engine computes a value where it is used
// by something that has an effect: the terms of a long sum would all be computed,
// and put on the stack, before the first is added, and voice after voice would be
// computed to its end though parts of all could be done at the same time. A store
// now and then, to a word that nobody reads, makes values be computed in the order
// of the program.

package native

import "mmm/compiler/mir"

// pinEvery is after how many operations that lead to a value it is stored.
const pinEvery = 8

// pins finds the instructions of a body whose results are stored.
func pins(f *mir.Func) map[*mir.Instr]bool {
	work := make([]int32, f.Values) // operations since the last store, by value
	found := map[*mir.Instr]bool{}
	for _, in := range f.Body.Instrs {
		if len(in.Res) != 1 || len(in.Args) == 0 {
			continue
		}
		sum := int32(1)
		switch in.Op {
		case mir.Lane, mir.Pair, mir.BitsF, mir.FBits:
			sum = 0
		}
		for _, a := range in.Args {
			sum += work[a]
			work[a] = 0 // counted once
		}
		if sum >= pinEvery && mir.Ops[in.Op].Pure && in.Op != mir.Lane && in.Op != mir.Pair {
			found[in] = true
			sum = 0
		}
		work[in.Res[0]] = sum
	}
	return found
}

// pin stores the result of in, which is in a local.
func (w *writer) pin(in *mir.Instr) {
	x := &w.vals[in.Res[0]]
	if x.at != inLocal || x.typ != f64 && x.typ != pair {
		return
	}
	if w.nail == 0 {
		w.nail = w.b.keep(2)
	}
	w.asm(opI32Const, 0, opLocalGet, x.local)
	if x.typ == f64 {
		w.emit(opF64Store, w.nail*8)
	} else {
		w.emit(opV128Store, w.nail*8)
	}
}
