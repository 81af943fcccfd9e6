// Hot swap: what of a program's objects goes on in its successor (spec vm.md
// 12.4).

package vm

import (
	"slices"

	"mmm/state"
)

// Adopt makes m, whose Init has run, go on where old stands. The caller has
// applied plan, made for the dsp of both programs, to the plain words of dsp's
// block; plan is nil when nothing is carried over. What was copied there and means
// something in old only is replaced:
//
//   - an array by a copy of it in m's heap
//   - a string's index by that of the same string in m
//   - a site by a list of blocks like those that no closure took along
//
// Sites of the initialiser that correspond, too, hand their blocks on: what m's
// initialiser has made goes on with the state that the closure of the same place
// had. All else belongs to old: captured variables, boxes, tasks and globals are
// those of m's initialiser. When m's heap is full, what has no room starts anew.
//
// Neither machine may run meanwhile; old is not changed. It takes memory and time
// in proportion to what is copied.
func (m *Machine) Adopt(old *Machine, plan *state.Plan) {
	a := adoption{from: old, to: m, arrays: map[uint32]uint64{}, shapes: map[int32]int32{}}
	if plan != nil {
		layout := describe(orEmpty(m.prog.Funcs[m.prog.Dsp].State))
		words := m.words[m.prog.Image.State:][:m.prog.Image.StateSize]
		for _, at := range layout.handles {
			if _, ok := origin(plan, int(at)); ok {
				words[at] = a.object(words[at])
				m.heap.retain(words[at])
			}
		}
		for _, at := range layout.strings {
			if _, ok := origin(plan, int(at)); ok {
				words[at] = a.text(words[at])
			}
		}
		for _, at := range layout.sites {
			if _, ok := origin(plan, int(at.offset)); ok {
				words[at.offset] = a.site(words[at.offset], at.target, 0)
			}
		}
	}
	a.initialisers()
	m.endTurn()
}

// origin returns which old word the plan copied to the new word at dst.
func origin(p *state.Plan, dst int) (src int, ok bool) {
	i, found := slices.BinarySearchFunc(p.Ops, dst, func(op state.Op, dst int) int { return op.Dst - dst })
	if !found {
		i--
	}
	if i < 0 || p.Ops[i].Resize || dst >= p.Ops[i].Dst+p.Ops[i].Size {
		return 0, false
	}
	return p.Ops[i].Src + dst - p.Ops[i].Dst, true
}

func orEmpty(n *state.Node) *state.Node {
	if n == nil {
		return &state.Node{}
	}
	return n
}

// adoption is one run of Adopt.
type adoption struct {
	from, to *Machine
	arrays   map[uint32]uint64 // handles of the copies, by where the original lies
	shapes   map[int32]int32   // shapes of from in to; -1 for none
}

// maxNesting bounds how deep blocks in blocks and arrays in arrays are followed.
const maxNesting = 100

// initialisers hands the blocks of the old initialiser's sites on to those that
// the new one made.
func (a *adoption) initialisers() {
	p, q := a.from.prog, a.to.prog
	layout := describe(orEmpty(q.Funcs[q.Init].State))
	if len(layout.sites) == 0 {
		return
	}
	plan := state.MakePlan(p.Funcs[p.Init].State, q.Funcs[q.Init].State)
	for _, at := range layout.sites {
		src, ok := origin(plan, int(at.offset))
		if !ok {
			continue
		}
		f, t := a.from.heap, a.to.heap
		before := f.find(a.from.words[p.Image.Init+src], kindSite)
		after := t.find(a.to.words[q.Image.Init+int(at.offset)], kindSite)
		if before == 0 || after == 0 {
			continue
		}
		for k := range min(f.n(before), t.n(after)) {
			b := f.find(f[int(before)+siteEntries+k], kindBlock)
			c := t.find(t[int(after)+siteEntries+k], kindBlock)
			if b != 0 && c != 0 && a.alike(b, t.shape(c)) {
				a.block(b, c, 0)
			}
		}
	}
}

// alike reports whether the old block at b has the new layout.
func (a *adoption) alike(b uint32, layout int32) bool {
	return a.from.l.layouts[a.from.heap.shape(b)].key == a.to.l.layouts[layout].key
}

// site returns the handle of a copy of the list w names, whose closures have the
// layout with the given key; 0 if there is nothing to copy.
func (a *adoption) site(w, target uint64, depth int) uint64 {
	f, t := a.from.heap, a.to.heap
	before := f.find(w, kindSite)
	layout := slices.IndexFunc(a.to.l.layouts, func(b blockLayout) bool { return b.size > 0 && b.key == target })
	if before == 0 || layout < 0 || depth > maxNesting {
		return 0
	}
	n := f.n(before)
	after := t.alloc(kindSite, siteEntries+n, n, 0)
	if after == 0 {
		return 0
	}
	clear(t[after+siteTurn:][:siteEntries-siteTurn+n])
	for k := range n {
		b := f.find(f[int(before)+siteEntries+k], kindBlock)
		if b == 0 || !a.alike(b, int32(layout)) {
			continue
		}
		// A closure that lives on took its block along; those that the
		// initialiser made are made again by the new one.
		if f.find(f[b+ownerOfBlock], KindClosure) != 0 && f[b+turnOfBlock] != initTurn {
			continue
		}
		size := a.to.l.layouts[layout].size
		c := t.alloc(kindBlock, stateOfBlock+size, size, int32(layout))
		if c == 0 {
			break
		}
		t[c+ownerOfBlock], t[c+siteOfBlock], t[c+placeOfBlock], t[c+turnOfBlock] = 0, t[after], uint64(k), 0
		clear(t[c+stateOfBlock:][:size])
		t[int(after)+siteEntries+k] = t[c]
		a.block(b, c, depth+1)
	}
	return t[after]
}

// initTurn is the number of the turn of the initialiser.
const initTurn = 1

// block copies the state in the old block at b to the new one at c, which has
// the same layout.
func (a *adoption) block(b, c uint32, depth int) {
	t := a.to.heap
	layout := &a.to.l.layouts[t.shape(c)]
	words := t[c+stateOfBlock:][:layout.size]
	for _, at := range layout.handles {
		t.release(words[at])
	}
	for _, at := range layout.sites {
		if s := t.find(words[at.offset], kindSite); s != 0 {
			t.toZeroList(s)
		}
	}
	copy(words, a.from.heap[b+stateOfBlock:])
	for _, at := range layout.handles {
		words[at] = a.object(words[at])
		t.retain(words[at])
	}
	for _, at := range layout.strings {
		words[at] = a.text(words[at])
	}
	for _, at := range layout.sites {
		words[at.offset] = a.site(words[at.offset], at.target, depth)
	}
}

// text returns the word of the same string in the new program.
func (a *adoption) text(w uint64) uint64 {
	s, _ := a.from.String(w)
	return a.to.intern(s)
}

// object returns what stands for the old word w: the copy of an array, 0 for any
// other object, w itself if it names none.
func (a *adoption) object(w uint64) uint64 {
	if a.from.heap.counted(w) == 0 {
		return w
	}
	return a.array(w, 0)
}

// array returns the handle of a copy of the array that w names, 0 if it names
// none or there is no room or no shape for it.
func (a *adoption) array(w uint64, depth int) uint64 {
	f, t := a.from.heap, a.to.heap
	i := f.find(w, KindArray)
	if i == 0 || depth > maxNesting {
		return 0
	}
	if c, ok := a.arrays[i]; ok {
		return c
	}
	words, stride := f.contents(i)
	shape := a.shape(f.shape(i))
	if shape < 0 {
		return 0
	}
	c := t.alloc(KindArray, arrayWords+len(words), f.n(i), shape)
	if c == 0 {
		return 0
	}
	t[c+arrayStride] = uint64(stride)
	copied := t[c+arrayWords:][:len(words)]
	copy(copied, words)
	a.arrays[i] = t[c]
	if shape == 0 {
		return t[c]
	}
	for ; len(copied) > 0; copied = copied[stride:] {
		a.to.l.walk(shape, copied[:stride], func(w *uint64) {
			if f.counted(*w) != 0 {
				*w = a.array(*w, depth+1)
				t.retain(*w)
			}
		})
	}
	return t[c]
}

// shape returns the shape of the new program that equals the old one s, -1 if
// none does.
func (a *adoption) shape(s int32) int32 {
	if t, ok := a.shapes[s]; ok {
		return t
	}
	found := int32(-1)
	for t := range a.to.l.shapes {
		if a.equal(int(s), t) {
			found = int32(t)
			break
		}
	}
	a.shapes[s] = found
	return found
}

func (a *adoption) equal(s, t int) bool {
	x, y := &a.from.l.shapes[s], &a.to.l.shapes[t]
	return x.Words == y.Words && slices.Equal(x.Handles, y.Handles) &&
		slices.EqualFunc(x.Sums, y.Sums, func(p, q SumPart) bool {
			return p.Tag == q.Tag && slices.EqualFunc(p.Variants, q.Variants, a.equal)
		})
}
