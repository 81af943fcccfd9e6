// Long sums. The engine computes a value where it is used, so the terms of a sum
// would all be computed, and put on the stack, before the first is added: the
// additions, each waiting for the one before, would stand together at the end of
// the frame. A store now and then makes them happen among the terms, where the
// processor has something else to do meanwhile.

package native

import "mmm/compiler/mir"

// pinLeast is the length from which a sum is pinned, pinEvery the additions
// between two stores.
const (
	pinLeast = 12
	pinEvery = 3
)

// pins finds the additions of a body after which the sum is stored.
func pins(f *mir.Func) map[*mir.Instr]bool {
	made := map[mir.Value]*mir.Instr{}
	depth := map[*mir.Instr]int{}
	into := map[*mir.Instr]*mir.Instr{} // the longest sum of which one is part
	for _, in := range f.Body.Instrs {
		if in.Op != mir.AddF && in.Op != mir.SubF {
			continue
		}
		depth[in] = 1
		for _, a := range in.Args {
			if d := made[a]; d != nil && depth[d] >= depth[in] {
				depth[in] = depth[d] + 1
				into[in] = d
			}
		}
		made[in.Res[0]] = in
	}
	found, seen := map[*mir.Instr]bool{}, map[*mir.Instr]bool{}
	for i := len(f.Body.Instrs) - 1; i >= 0; i-- {
		in := f.Body.Instrs[i]
		if depth[in] < pinLeast || seen[in] {
			continue
		}
		for n := 0; in != nil && !seen[in]; in = into[in] {
			seen[in] = true
			if n++; n%pinEvery == 0 {
				found[in] = true
			}
		}
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
