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

// Most words and pairs of words whose locals are registers, more or less. In a
// larger loop locals would be kept on the stack, and copied there at the end of
// each turn: then words stay where they are, and pairs are words of the module's
// own (slots), side by side.
const fewHeld = 32

// ring is the two indexes of a delay ring, in locals.
type ring struct{ write, read int }

// turn is what is held in locals in run's loop.
type turn struct {
	now     int
	hoisted map[int64]int // by image word
	words   map[int64]int // by offset in dsp's block
	pairs   map[[2]int64]home
	lanes   map[int64]heldLane // of pairs
	large   bool               // too many to be in registers
	rings   map[int64]ring     // by offset in dsp's block
	lines   map[int64]*line    // likewise; those are no rings
	at      int                // byte offset of the frame in a channel's buffer
}

// home is where a value lives in the loop: a local, or a word of memory.
type home struct {
	local int // -1: in memory
	word  int64
}

// heldLane is a lane of a pair that is held.
type heldLane struct {
	home
	lane int64
}

// holds reports whether a state word is held.
func (t *turn) holds(word int64) bool {
	_, alone := t.words[word]
	_, paired := t.lanes[word]
	return alone || paired
}

// span is a range of state offsets.
type span struct{ from, to int64 }

// hold decides what is held of dsp's body and reads it from memory. Words that
// a called function or two operations of different kinds may touch stay in
// memory.
func (w *writer) hold() {
	t := &turn{hoisted: map[int64]int{}, words: map[int64]int{}, pairs: map[[2]int64]home{}, lanes: map[int64]heldLane{}, rings: map[int64]ring{}}
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
		}
		for _, r := range ringsOf(in) {
			if n, ok := rings[r.at]; ok && n != r.n {
				shared = append(shared, span{r.at, r.at + state.DelayHeader + max(n, r.n)})
			}
			rings[r.at] = max(r.n, rings[r.at])
		}
	})
	calls := newSpans(shared)
	for at, n := range rings {
		shared = append(shared, span{at, at + state.DelayHeader + n})
	}
	spans := newSpans(shared)
	held := 0
	paired := pairedWords(w.f, func(word int64) bool { return !spans.overlaps(span{word, word + 1}, 0) })
	t.large = w.manyWords(len(paired))
	for _, p := range paired {
		if held >= maxHeld && !t.large {
			break
		}
		held++
		h := home{local: -1}
		if t.large {
			h.word = w.b.keep(2)
			w.emit(opI32Const, 0)
		} else {
			h.local = w.fresh(pair, "pair")
		}
		w.loadPair(p[0], p[1])
		if t.large {
			w.emit(opV128Store, h.word*8)
		} else {
			w.emit(opLocalSet, int64(h.local))
		}
		t.pairs[p] = h
		t.lanes[p[0]], t.lanes[p[1]] = heldLane{h, 0}, heldLane{h, 1}
	}
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
			for _, word := range stateWords(in) {
				if t.large || t.holds(word) || held >= maxHeld || spans.overlaps(span{word, word + 1}, 0) {
					continue
				}
				held++
				typ := w.b.stateType(w.f, word)
				l := w.fresh(typ, "state")
				w.load(loadOp(typ), w.base.addr/8+word)
				w.emit(opLocalSet, int64(l))
				t.words[word] = l
			}
		}
		for _, at := range ringsOf(in) {
			own := span{at.at, at.at + state.DelayHeader + at.n}
			if _, ok := t.rings[at.at]; ok || at.n == 0 || held >= maxHeld || calls.overlaps(own, 0) || spans.overlaps(own, 1) {
				continue
			}
			held++
			r := ring{w.fresh(i32, "write"), w.fresh(i32, "read")}
			for i, l := range []int{r.read, r.write} {
				w.load(opI32Load, w.base.addr/8+at.at+int64(i))
				w.emit(opLocalSet, int64(l))
			}
			t.rings[at.at] = r
		}
	})
}

// manyWords reports whether the state words of the loop, of which so many pairs
// are known, are more than a few.
func (w *writer) manyWords(pairs int) bool {
	words := map[int64]bool{}
	mir.Walk(w.f.Body, func(in *mir.Instr) {
		if list := stateWords(in); len(list) == 1 {
			words[list[0]] = true
		}
	})
	return pairs+len(words) > fewHeld
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
	for _, at := range sortedKeys(w.turn.lanes) {
		h := w.turn.lanes[at]
		w.emit(opI32Const, 0)
		if h.local < 0 {
			w.load(opF64Load, h.word+h.lane)
			w.emit(opF64Store, w.base.addr+at*8)
			continue
		}
		w.emit(opLocalGet, int64(h.local))
		w.emit(opF64x2Extract, h.lane)
		w.emit(opF64Store, w.base.addr+at*8)
	}
	for _, at := range sortedKeys(w.turn.rings) {
		for i, l := range []int{w.turn.rings[at].read, w.turn.rings[at].write} {
			w.emit(opI32Const, 0)
			w.storeIndex(l, at+int64(i))
		}
	}
	w.writeLines()
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
