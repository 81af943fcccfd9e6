// What run holds in locals from turn to turn. Words of dsp's own state, the
// indexes of its rings and the sample counter live there while run's loop
// runs and are written back after it; parameter cells, cues and the sample
// rate are read before it, since nobody writes them during a run. So feedback
// goes through registers, and what depends on those cells alone is computed
// once (the engine moves it out of the loop).

package native

import (
	"sort"

	"mmm/compiler/mir"
	"mmm/state"
)

// Most words held in locals: beyond this, reading them all before the loop and
// writing them back would cost short runs more than it saves.
const maxHeld = 512

// ring is the two indexes of a delay ring, in locals.
type ring struct{ write, read int }

// turn is what is held in locals in run's loop.
type turn struct {
	now     int
	hoisted map[int64]int  // by image word
	words   map[int64]int  // by offset in dsp's block
	rings   map[int64]ring // by offset in dsp's block
}

// span is a range of state offsets.
type span struct{ from, to int64 }

// hold decides what is held of dsp's body and reads it from memory. Words that
// a called function or two operations of different kinds may touch stay in
// memory.
func (w *writer) hold() {
	t := &turn{hoisted: map[int64]int{}, words: map[int64]int{}, rings: map[int64]ring{}}
	w.turn = t
	t.now = w.fresh(f64, "now")
	w.load(opF64Load, state.NowWord)
	w.emit(opLocalSet, int64(t.now))

	var shared []span
	rings := map[int64]int64{} // length by offset
	mir.Walk(w.f.Body, func(in *mir.Instr) {
		switch in.Op {
		case mir.Call:
			if n := w.b.size(in.Callee); n > 0 {
				shared = append(shared, span{in.Imm, in.Imm + n})
			}
		case mir.Delay:
			if n, ok := rings[in.Imm]; ok && n != in.Aux {
				shared = append(shared, span{in.Imm, in.Imm + state.DelayHeader + max(n, in.Aux)})
			}
			rings[in.Imm] = max(in.Aux, rings[in.Imm])
		}
	})
	calls := newSpans(shared)
	for at, n := range rings {
		shared = append(shared, span{at, at + state.DelayHeader + n})
	}
	spans := newSpans(shared)
	held := 0
	mir.Walk(w.f.Body, func(in *mir.Instr) {
		switch in.Op {
		case mir.GetParam, mir.GetCue, mir.SampleRate:
			word := w.b.unchangingAt(in)
			if _, ok := t.hoisted[word]; !ok && held < maxHeld {
				held++
				t.hoisted[word] = w.fresh(f64, "cell")
				w.load(opF64Load, word)
				w.emit(opLocalSet, int64(t.hoisted[word]))
			}
		case mir.GetState, mir.SetState, mir.Mem:
			if _, ok := t.words[in.Imm]; ok || held >= maxHeld || spans.overlaps(span{in.Imm, in.Imm + 1}, 0) {
				return
			}
			held++
			typ := w.b.stateType(w.f, in.Imm)
			l := w.fresh(typ, "state")
			w.load(loadOp(typ), w.base.addr/8+in.Imm)
			w.emit(opLocalSet, int64(l))
			t.words[in.Imm] = l
		case mir.Delay:
			own := span{in.Imm, in.Imm + state.DelayHeader + in.Aux}
			if _, ok := t.rings[in.Imm]; ok || in.Aux == 0 || held >= maxHeld || calls.overlaps(own, 0) || spans.overlaps(own, 1) {
				return
			}
			held++
			r := ring{w.fresh(i32, "write"), w.fresh(i32, "read")}
			for i, l := range []int{r.read, r.write} {
				w.load(opI32Load, w.base.addr/8+in.Imm+int64(i))
				w.emit(opLocalSet, int64(l))
			}
			t.rings[in.Imm] = r
		}
	})
}

// spans is a sorted list of ranges.
type spans []span

func newSpans(list []span) spans {
	s := append(spans(nil), list...)
	sort.Slice(s, func(i, j int) bool { return s[i].from < s[j].from || s[i].from == s[j].from && s[i].to > s[j].to })
	return s
}

// overlaps reports whether more than allowed ranges of s meet r.
func (s spans) overlaps(r span, allowed int) bool {
	for _, x := range s {
		if x.from < r.to && r.from < x.to {
			if allowed--; allowed < 0 {
				return true
			}
		}
	}
	return false
}

// writeBack writes what is held into memory.
func (w *writer) writeBack() {
	for _, at := range sortedKeys(w.turn.words) {
		l := w.turn.words[at]
		w.emit(opI32Const, 0)
		w.emit(opLocalGet, int64(l))
		w.emit(storeOp(w.out.locals[l].typ), w.base.addr+at*8)
	}
	for _, at := range sortedKeys(w.turn.rings) {
		for i, l := range []int{w.turn.rings[at].read, w.turn.rings[at].write} {
			w.emit(opI32Const, 0)
			w.storeIndex(l, at+int64(i))
		}
	}
	w.storeNow()
}

// storeNow writes the sample counter into memory.
func (w *writer) storeNow() {
	w.emit(opI32Const, 0)
	w.emit(opLocalGet, int64(w.turn.now))
	w.emit(opF64Store, state.NowWord*8)
}

// sortedKeys returns the keys of m in order, so that a program always gives the
// same module.
func sortedKeys[V any](m map[int64]V) []int64 {
	keys := make([]int64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}
