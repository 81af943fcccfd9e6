// Reclamation: deferred reference counting, and a search for cycles when the
// heap grows.
//
// Counted are references by globals, state words, cells and the queue (the
// program says so: CloneUserSum, ReleaseUserSum) and by other objects (whoever
// makes or frees them). At the end of a turn no register refers to anything, so
// what has count 0 then is garbage, and so is what only garbage refers to. Each
// object is freed in time that its size bounds, by a loop, not by recursion.

package vm

// walk calls visit for every word of ws that may be a handle by the shape s.
func (l *linked) walk(s int32, ws []uint64, visit func(w *uint64)) {
	shape := &l.shapes[s]
	for _, o := range shape.Handles {
		visit(&ws[o])
	}
	for k := range shape.Sums {
		sum := &shape.Sums[k]
		if tag := ws[sum.Tag]; tag < uint64(len(sum.Variants)) {
			l.walk(int32(sum.Variants[tag]), ws[sum.Tag+1:], visit)
		}
	}
}

// retainAll counts the references by ws, words of shape s.
func (m *Machine) retainAll(s int32, ws []uint64) {
	shape := &m.l.shapes[s]
	for _, o := range shape.Handles {
		m.heap.retain(ws[o])
	}
	for k := range shape.Sums {
		sum := &shape.Sums[k]
		if tag := ws[sum.Tag]; tag < uint64(len(sum.Variants)) {
			m.retainAll(int32(sum.Variants[tag]), ws[sum.Tag+1:])
		}
	}
}

// releaseAll takes back the references by ws, words of shape s.
func (m *Machine) releaseAll(s int32, ws []uint64) {
	shape := &m.l.shapes[s]
	for _, o := range shape.Handles {
		m.heap.release(ws[o])
	}
	for k := range shape.Sums {
		sum := &shape.Sums[k]
		if tag := ws[sum.Tag]; tag < uint64(len(sum.Variants)) {
			m.releaseAll(int32(sum.Variants[tag]), ws[sum.Tag+1:])
		}
	}
}

// contents returns the words of the object at i that its shape describes: of an
// array all elements, each of stride words.
func (h heap) contents(i uint32) (ws []uint64, stride int) {
	switch h[i] >> 60 {
	case KindArray:
		stride = int(h[i+arrayStride])
		return h[i+arrayWords:][:h.n(i)*stride], stride
	case KindBox:
		n := h.n(i)
		return h[i+blockWords:][:n], n
	case KindClosure:
		n := h.n(i)
		return h[i+closureCaptures:][:n], n
	}
	return nil, 0
}

// endTurn frees what nothing refers to.
func (m *Machine) endTurn() {
	if len(m.heap) == 0 {
		return
	}
	if m.heap[heapZero] != 0 {
		m.sweep()
	}
	if m.heap[heapUsed] > m.heap[heapLimit] {
		m.collectCycles()
		m.heap[heapLimit] = m.heap.nextLimit()
	}
}

// sweep empties the zero list: objects that are referred to leave it, the others
// are freed, which may put more on it.
func (m *Machine) sweep() {
	h := m.heap
	for h[heapZero] != 0 {
		i := uint32(h[heapZero])
		h[heapZero] = h[i+blockCount] >> 32
		h[i+blockInfo] &^= onZeroList
		h[i+blockCount] &= countMask
		if h.count(i) == 0 {
			m.freeObject(i)
		}
	}
}

// freeObject frees the object at i and takes back the references it holds.
func (m *Machine) freeObject(i uint32) {
	h := m.heap
	switch h[i] >> 60 {
	case kindSite:
		m.freeSite(i)
	case kindBlock:
		m.freeBlock(i)
	default:
		if s := h.shape(i); s != 0 {
			ws, stride := h.contents(i)
			for ; len(ws) > 0; ws = ws[stride:] {
				m.releaseAll(s, ws[:stride])
			}
		}
		if h[i]>>60 == KindClosure {
			m.leaveBlock(i)
		}
	}
	h.free(i)
}

// nextLimit returns how many words may be in use before cycles are looked for:
// a search walks all objects, so it waits until they have grown in proportion.
func (h heap) nextLimit() uint64 {
	used := h[heapUsed]
	room := uint64(len(h)) - used
	return used + max(min(used+uint64(len(h))/16, room/2), uint64(len(h))/64)
}

// visited marks, in the place of the link, an object that something outside
// the objects refers to.
const visited = countMask

// collectCycles frees objects that only refer to each other. It runs between
// turns with an empty zero list: every count is above 0 then. It subtracts from
// each count the references that objects hold; what is left comes from outside.
// Whatever cannot be reached from there is garbage.
func (m *Machine) collectCycles() {
	h := m.heap
	m.eachObject(func(i uint32) { h.setLink(i, uint32(h.count(i))) })
	m.eachObject(func(i uint32) {
		m.eachReference(i, func(j uint32) {
			if l := h.link(j); l > 0 {
				h.setLink(j, l-1)
			}
		})
	})
	// The zero list serves as the list of objects to look into.
	m.eachObject(func(i uint32) {
		if l := h.link(i); l != 0 && l != visited && h[i+blockInfo]&onZeroList == 0 {
			m.reach(i)
		}
	})
	m.eachObject(func(i uint32) {
		if h.link(i) == visited {
			h.setLink(i, 0)
			return
		}
		h[i+blockCount] = 0
		h.toZeroList(i)
	})
	// Garbage among itself has count 0, so releases among it do nothing.
	m.sweep()
}

// reach marks the object at i and all that can be reached from it. Objects that
// are still to look into form the zero list.
func (m *Machine) reach(i uint32) {
	h := m.heap
	h[heapZero] = 0
	push := func(j uint32) {
		if h.link(j) != visited && h[j+blockInfo]&onZeroList == 0 {
			h[j+blockInfo] |= onZeroList
			h.setLink(j, uint32(h[heapZero]))
			h[heapZero] = uint64(j)
		}
	}
	push(i)
	for h[heapZero] != 0 {
		i := uint32(h[heapZero])
		h[heapZero] = uint64(h.link(i))
		h[i+blockInfo] &^= onZeroList
		h.setLink(i, visited)
		m.eachReference(i, push)
	}
}

func (h heap) link(i uint32) uint32 { return uint32(h[i+blockCount] >> 32) }

func (h heap) setLink(i, link uint32) {
	h[i+blockCount] = uint64(link)<<32 | h[i+blockCount]&countMask
}

// eachObject calls visit for every object that a program can refer to.
func (m *Machine) eachObject(visit func(i uint32)) {
	h := m.heap
	for i := uint32(heapStart(len(h), int(h[heapRoom]))); uint64(i) < h[heapTop]; i += uint32(wordsOf(h.class(i))) {
		switch h[i] >> 60 {
		case KindClosure, KindArray, KindBox:
			visit(i)
		}
	}
}

// eachReference calls visit for every object that the object at i refers to.
func (m *Machine) eachReference(i uint32, visit func(j uint32)) {
	h := m.heap
	s := h.shape(i)
	if s == 0 {
		return
	}
	ws, stride := h.contents(i)
	for ; len(ws) > 0; ws = ws[stride:] {
		m.l.walk(s, ws[:stride], func(w *uint64) {
			if j := h.counted(*w); j != 0 {
				visit(j)
			}
		})
	}
}
