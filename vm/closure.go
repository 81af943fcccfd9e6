// Closures: function values with captured words and a state block of their own.

package vm

import (
	"sync/atomic"
	"unsafe"

	"mmm/state"
)

// Parts of a closure's block; its shape and number of words are those of what it
// captured.
const (
	closureFunc     = 3 // bits 63..32 where its state block lies, 0 without; 31..0 index of its function
	closureCaptures = 4
)

// Parts of a state block. In place of a shape blockInfo has its layout.
const (
	ownerOfBlock = 3 // handle of the closure that runs on it
	siteOfBlock  = 4 // handle of the list that it is in or was
	placeOfBlock = 5 // its place in that list
	turnOfBlock  = 6 // turn in which a closure last got it
	stateOfBlock = 7 // where the state starts
)

// Parts of a site's block: for evaluation k of a turn, entry k is the handle of
// the state block to use, 0 for none yet (spec vm.md 9.6, CS-3).
const (
	siteTurn    = 3 // turn in which the site was evaluated last
	siteCount   = 4 // evaluations in that turn
	siteEntries = 5
	siteFirst   = 3 // entries of a new site
)

// saved is what a call of a function value puts aside until it returns.
type saved struct {
	env   uint64 // running closure of the caller
	state uint32 // word in memory where the caller's state block starts
}

// makeClosure is MakeHeapClosure.
func (m *Machine) makeClosure(ctx *context, in, ext *Instr) {
	fn, h := in.B, m.heap
	n := m.l.funcs[fn].captures
	args := regs(ctx, in.A, n)
	// The block first: it is safe from sweeps, a closure that no register names
	// is not.
	block := uint32(0)
	if ext.A > 0 {
		if block = m.siteBlock(ctx, ext.A-1, m.l.funcs[fn].layout); block == 0 {
			*u(ctx.r, in.A) = 0
			return
		}
	}
	i := m.newObject(ctx, KindClosure, closureCaptures+n, n, in.C)
	if i == 0 {
		*u(ctx.r, in.A) = 0
		return
	}
	h[i+closureFunc] = uint64(block)<<32 | uint64(uint32(fn))
	copy(h[i+closureCaptures:], args)
	m.retainAll(in.C, args)
	if block != 0 {
		h[block+ownerOfBlock] = h[i]
	}
	*u(ctx.r, in.A) = h[i]
}

// siteBlock returns the state block for the next evaluation of the site whose
// word lies at offset at of the running block, 0 after a fault.
func (m *Machine) siteBlock(ctx *context, at, layout int32) uint32 {
	h := m.heap
	word := u(ctx.s, at)
	site := h.find(*word, kindSite)
	if site == 0 {
		if site = m.newSite(ctx, siteFirst); site == 0 {
			return 0
		}
		*word = h[site]
	}
	if h[site+siteTurn] != h[heapTurn] {
		h[site+siteTurn], h[site+siteCount] = h[heapTurn], 0
	}
	k := int(h[site+siteCount])
	if k >= h.n(site) {
		grown := m.newSite(ctx, 2*h.n(site))
		if grown == 0 {
			return 0
		}
		m.moveSite(site, grown)
		site = grown
		*word = h[site]
	}
	h[site+siteCount]++
	entry := &h[site+siteEntries+uint32(k)]
	block := h.find(*entry, kindBlock)
	if block != 0 {
		owned := h.find(h[block+ownerOfBlock], KindClosure) != 0
		if !owned && h.shape(block) == layout {
			h[block+turnOfBlock] = h[heapTurn]
			return block
		}
		if !owned { // of another layout: only a program with two closures at one site has that
			h.toZeroList(block)
		}
	}
	size := m.l.layouts[layout].size
	block = m.newObject(ctx, kindBlock, stateOfBlock+size, size, layout)
	if block == 0 {
		return 0
	}
	h[block+ownerOfBlock] = 0
	h[block+siteOfBlock] = h[site]
	h[block+placeOfBlock] = uint64(k)
	h[block+turnOfBlock] = h[heapTurn]
	clear(h[block+stateOfBlock:][:size])
	*entry = h[block]
	return block
}

// newSite makes an empty list for n blocks, 0 after a fault.
func (m *Machine) newSite(ctx *context, n int) uint32 {
	i := m.newObject(ctx, kindSite, siteEntries+n, n, 0)
	if i != 0 {
		clear(m.heap[i+siteTurn:][:siteEntries-siteTurn+n])
	}
	return i
}

// moveSite moves the list at from to the longer one at to and frees the former.
func (m *Machine) moveSite(from, to uint32) {
	h := m.heap
	copy(h[to+siteTurn:], h[from+siteTurn:][:siteEntries-siteTurn+h.n(from)])
	for _, w := range h[to+siteEntries:][:h.n(to)] {
		if b := h.find(w, kindBlock); b != 0 && h[b+siteOfBlock] == h[from] {
			h[b+siteOfBlock] = h[to]
		}
	}
	h.free(from)
}

// entryOf returns the entry of the list that has the block at b, nil if none has.
func (h heap) entryOf(b uint32) *uint64 {
	site, k := h.find(h[b+siteOfBlock], kindSite), h[b+placeOfBlock]
	if site == 0 || k >= uint64(h.n(site)) {
		return nil
	}
	if e := &h[site+siteEntries+uint32(k)]; *e == h[b] {
		return e
	}
	return nil
}

// leaveBlock ends the ownership of the closure at i, which is freed. One that
// died in the turn it was made in gives its block back to the site, for the next
// turn; one that lived on takes it along.
func (m *Machine) leaveBlock(i uint32) {
	h := m.heap
	b := uint32(h[i+closureFunc] >> 32)
	if b == 0 || h[b]>>60 != kindBlock || h[b+ownerOfBlock] != h[i] {
		return
	}
	h[b+ownerOfBlock] = 0
	entry := h.entryOf(b)
	if entry != nil && h[b+turnOfBlock] == h[heapTurn] {
		return
	}
	if entry != nil {
		*entry = 0
	}
	h.toZeroList(b)
}

// freeSite frees what the list at i still has and no closure owns.
func (m *Machine) freeSite(i uint32) {
	h := m.heap
	for _, w := range h[i+siteEntries:][:h.n(i)] {
		if b := h.find(w, kindBlock); b != 0 && h.find(h[b+ownerOfBlock], KindClosure) == 0 {
			h.toZeroList(b)
		}
	}
}

// freeBlock takes back the references by the state block at i and frees the
// sites in it.
func (m *Machine) freeBlock(i uint32) {
	h := m.heap
	layout := &m.l.layouts[h.shape(i)]
	words := h[i+stateOfBlock:][:layout.size]
	for _, at := range layout.handles {
		h.release(words[at])
	}
	for _, at := range layout.sites {
		if s := h.find(words[at.offset], kindSite); s != 0 {
			h.toZeroList(s)
		}
	}
}

// resolve finds the function that the value w names, where its state block
// starts in memory (-1: it has none) and the closure to run in. A word that
// names no function of nargs and nres words is not one.
func (m *Machine) resolve(w uint64, nargs, nres int) (fn *linkedFunc, block int, ok bool) {
	switch w >> 60 {
	case KindFunc:
		if w>>32 != KindFunc<<28 || uint32(w) >= uint32(len(m.l.funcs)) {
			return nil, 0, false
		}
		fn = &m.l.funcs[uint32(w)]
		return fn, -1, !fn.needsEnv && fn.stateless && fn.params == nargs && fn.results == nres
	case KindClosure:
		i := m.heap.find(w, KindClosure)
		if i == 0 {
			return nil, 0, false
		}
		f := m.heap[i+closureFunc]
		fn, block = &m.l.funcs[uint32(f)], -1
		if b := uint32(f >> 32); b != 0 {
			if m.heap[b]>>60 != kindBlock || m.heap[b+ownerOfBlock] != w {
				return nil, 0, false
			}
			block = m.prog.Image.Heap + int(b) + stateOfBlock
		}
		return fn, block, fn.params == nargs && fn.results == nres
	}
	return nil, 0, false
}

// callIndirect is CallIndirect: it leaves ctx at the start of the function, or
// behind the call with zeros for results.
func (m *Machine) callIndirect(ctx *context, in *Instr) {
	end := (*Instr)(ctx.ip)
	w := *u(ctx.r, in.B)
	fn, block, ok := m.resolve(w, int(end.A), int(end.B))
	if !ok {
		m.fail(ctx, state.FaultHandle)
	}
	if !ok || !m.mayCall(ctx, unsafe.Add(ctx.r, uintptr(uint32(in.A))*8), fn) {
		clear(regs(ctx, in.A, int(end.B)))
		ctx.ip = unsafe.Add(ctx.ip, instrSize)
		return
	}
	mem := unsafe.Pointer(unsafe.SliceData(m.words))
	m.saved[m.depth] = saved{m.env, uint32((uintptr(ctx.s) - uintptr(mem)) / 8)}
	m.depth++
	m.env = w
	if block >= 0 {
		ctx.s = unsafe.Add(mem, uintptr(block)*8)
	}
	code := unsafe.Pointer(unsafe.SliceData(m.l.code))
	ctx.rets = unsafe.Add(ctx.rets, 4)
	*(*uint32)(ctx.rets) = uint32((uintptr(ctx.ip) - uintptr(code)) / instrSize)
	ctx.r = unsafe.Add(ctx.r, uintptr(uint32(in.A))*8)
	ctx.ip = unsafe.Add(code, uintptr(fn.entry)*instrSize)
}

// endIndirect is EndIndirect: the caller's closure and state block run again.
func (m *Machine) endIndirect(ctx *context) {
	m.depth--
	s := m.saved[m.depth]
	m.env = s.env
	ctx.s = unsafe.Add(unsafe.Pointer(unsafe.SliceData(m.words)), uintptr(s.state)*8)
	m.words[state.DepthWord]--
}

// mayCall counts a call of fn whose registers start at r, and reports whether it
// may run: no fault so far, depth, stack and budget left.
func (m *Machine) mayCall(ctx *context, r unsafe.Pointer, fn *linkedFunc) bool {
	if m.fault() != state.FaultNone {
		return false
	}
	base := (uintptr(r) - uintptr(unsafe.Pointer(&m.stack[0]))) / 8
	if int64(m.words[state.DepthWord]) >= state.MaxDepth || base+uintptr(fn.need) >= uintptr(len(m.stack)) {
		m.fail(ctx, state.FaultDepth)
		return false
	}
	if !m.pay(ctx, fn) {
		return false
	}
	m.words[state.DepthWord]++
	return true
}

// pay takes the instructions of fn from the turn's budget.
func (m *Machine) pay(ctx *context, fn *linkedFunc) bool {
	if m.budget -= int64(fn.cost); m.budget < 0 {
		m.fail(ctx, state.FaultBudget)
		return false
	}
	return true
}

// fail notes the first fault of a turn, at the instruction before ctx.ip.
func (m *Machine) fail(ctx *context, f state.Fault) {
	if !atomic.CompareAndSwapUint64(&m.words[state.FaultWord], 0, uint64(f)) {
		return
	}
	place := m.funcAt(ctx)
	m.words[state.FaultPlaceWord] = uint64(place)
	m.faultPC = m.pcAt(ctx) - m.l.funcs[place].entry
}

// pcAt returns the index in the linked code of the instruction before ctx.ip.
func (m *Machine) pcAt(ctx *context) int {
	return int((uintptr(ctx.ip)-uintptr(unsafe.Pointer(unsafe.SliceData(m.l.code))))/instrSize) - 1
}

// funcAt returns the index of the running function.
func (m *Machine) funcAt(ctx *context) int { return m.l.funcOf(m.pcAt(ctx)) }
