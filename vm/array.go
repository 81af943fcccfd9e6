// Arrays and boxes: objects that never change. Cells are boxes whose words do.

package vm

import (
	"math"
	"unsafe"

	"mmm/state"
)

// Parts of an array's block; its number of elements stands in blockInfo.
const (
	arrayStride = 3 // words of an element
	arrayWords  = 4 // where the elements start
)

// regs returns the n registers from a on.
func regs(ctx *context, a int32, n int) []uint64 {
	return unsafe.Slice(u(ctx.r, a), n)
}

// newObject takes a block as heap.alloc does. When there is no room it frees
// what neither a counted reference nor any register of the running turn names,
// and joins free blocks; if that does not help, the turn faults and the result
// is 0.
func (m *Machine) newObject(ctx *context, kind uint64, size, n int, shape int32) uint32 {
	i := m.heap.alloc(kind, size, n, shape)
	if i == 0 && len(m.heap) > 0 {
		m.sweepAmidTurn(ctx)
		m.budget -= int64(m.heap.merge())
		i = m.heap.alloc(kind, size, n, shape)
	}
	if i == 0 {
		m.fail(ctx, state.FaultHeap)
	}
	return i
}

// sweepAmidTurn frees objects while registers may refer to some. It takes every
// word on the stack up to the end of the running function's frame for a
// reference.
func (m *Machine) sweepAmidTurn(ctx *context) {
	h := m.heap
	if h[heapZero] == 0 {
		return
	}
	base := int(uintptr(ctx.r)-uintptr(unsafe.Pointer(&m.stack[0]))) / 8
	used := m.stack[:min(base+m.l.funcs[m.funcAt(ctx)].frame, len(m.stack))]
	m.budget -= int64(len(used))
	for _, w := range used {
		h.retain(w)
	}
	h.retain(m.env)
	for _, c := range m.saved[:m.depth] {
		h.retain(c.env)
	}
	m.sweep()
	for _, w := range used {
		h.release(w)
	}
	h.release(m.env)
	for _, c := range m.saved[:m.depth] {
		h.release(c.env)
	}
}

// makeArray makes an array of ws, elements of stride words, and returns its
// handle.
func (m *Machine) makeArray(ctx *context, n, stride int, shape int32) (handle uint64, elems []uint64) {
	if n == 0 {
		return 0, nil
	}
	i := m.newObject(ctx, KindArray, arrayWords+n*stride, n, shape)
	if i == 0 {
		return 0, nil
	}
	m.heap[i+arrayStride] = uint64(stride)
	return m.heap[i], m.heap[i+arrayWords:][:n*stride]
}

// array returns the elements of the array w names and the words of each. Handle
// 0 has none. A word that names no array is a fault and then like 0.
func (m *Machine) array(ctx *context, w uint64) (elems []uint64, n, stride int, shape int32) {
	if w == 0 {
		return nil, 0, 0, 0
	}
	i := m.heap.find(w, KindArray)
	if i == 0 {
		m.fail(ctx, state.FaultHandle)
		return nil, 0, 0, 0
	}
	elems, stride = m.heap.contents(i)
	return elems, m.heap.n(i), stride, m.heap.shape(i)
}

// arrayOf is array for elements that must have stride words. An array of others
// counts as empty: only a swap can bring one here, in the state of a function
// whose result has changed.
func (m *Machine) arrayOf(ctx *context, w uint64, want int) (elems []uint64, n int, shape int32) {
	elems, n, stride, shape := m.array(ctx, w)
	if stride != want {
		return nil, 0, 0
	}
	return elems, n, shape
}

// elementIndex turns a number into the index of one of n elements, n > 0 (spec
// vm.md 6, GetArrayElem).
func elementIndex(x float64, n int) int {
	switch {
	case !(x > 0) || math.IsInf(x, 1):
		return 0
	case x >= float64(n-1):
		return n - 1
	}
	return int(x)
}

// allocArray is AllocArray.
func (m *Machine) allocArray(ctx *context, in, ext *Instr) {
	n, stride := int(in.B), int(in.C)
	args := regs(ctx, in.A, n*stride)
	handle, elems := m.makeArray(ctx, n, stride, ext.A)
	if handle != 0 {
		copy(elems, args)
		m.retainElems(ext.A, elems, stride)
	}
	*u(ctx.r, in.A) = handle
}

// retainElems counts the references by new elements.
func (m *Machine) retainElems(shape int32, elems []uint64, stride int) {
	if shape == 0 {
		return
	}
	for ; len(elems) > 0; elems = elems[stride:] {
		m.retainAll(shape, elems[:stride])
	}
}

// getArrayElem is GetArrayElem.
func (m *Machine) getArrayElem(ctx *context, in, ext *Instr) {
	stride := int(ext.A)
	x := *x(ctx.r, in.C)
	elems, n, _ := m.arrayOf(ctx, *u(ctx.r, in.B), stride)
	dst := regs(ctx, in.A, stride)
	if n == 0 {
		clear(dst)
		return
	}
	copy(dst, elems[elementIndex(x, n)*stride:])
}

// arrayAppend is ArrayAppend.
func (m *Machine) arrayAppend(ctx *context, in *Instr) {
	stride := int(in.B)
	args := regs(ctx, in.A, stride+1)
	old, n, _ := m.arrayOf(ctx, args[0], stride)
	handle, elems := m.makeArray(ctx, n+1, stride, in.C)
	if handle != 0 {
		copy(elems, old)
		copy(elems[n*stride:], args[1:])
		m.retainElems(in.C, elems, stride)
	}
	args[0] = handle
}

// arrayPrepend is ArrayPrepend.
func (m *Machine) arrayPrepend(ctx *context, in *Instr) {
	stride := int(in.B)
	args := regs(ctx, in.A, stride+1)
	old, n, _ := m.arrayOf(ctx, args[stride], stride)
	handle, elems := m.makeArray(ctx, n+1, stride, in.C)
	if handle != 0 {
		copy(elems, args[:stride])
		copy(elems[stride:], old)
		m.retainElems(in.C, elems, stride)
	}
	args[0] = handle
}

// splitArray is SplitHead, or SplitTail if tail: the first or last element, and
// a new array of the others.
func (m *Machine) splitArray(ctx *context, in *Instr, tail bool) {
	stride := int(in.B)
	out := regs(ctx, in.A, stride+1)
	elems, n, shape := m.arrayOf(ctx, out[0], stride)
	if n == 0 {
		clear(out)
		return
	}
	element, others := elems[:stride], elems[stride:]
	if tail {
		element, others = elems[(n-1)*stride:], elems[:(n-1)*stride]
	}
	handle, rest := m.makeArray(ctx, n-1, stride, shape)
	if handle != 0 {
		copy(rest, others)
		m.retainElems(shape, rest, stride)
	}
	if tail {
		out[0] = handle
		copy(out[1:], element)
		return
	}
	copy(out, element)
	out[stride] = handle
}

// boxAlloc is BoxAlloc.
func (m *Machine) boxAlloc(ctx *context, in *Instr) {
	n := int(in.B)
	args := regs(ctx, in.A, n)
	i := m.newObject(ctx, KindBox, blockWords+n, n, in.C)
	if i == 0 {
		*u(ctx.r, in.A) = 0
		return
	}
	copy(m.heap[i+blockWords:], args)
	m.retainAll(in.C, args)
	*u(ctx.r, in.A) = m.heap[i]
}

// box returns the contents of the box w names; nil after a fault if it names none
// or one of fewer than n words.
func (m *Machine) box(ctx *context, w uint64, n int) []uint64 {
	i := m.heap.find(w, KindBox)
	if i == 0 || m.heap.n(i) < n {
		m.fail(ctx, state.FaultHandle)
		return nil
	}
	return m.heap[i+blockWords:][:m.heap.n(i)]
}

// boxLoad is BoxLoad.
func (m *Machine) boxLoad(ctx *context, in *Instr) {
	n := int(in.C)
	words := m.box(ctx, *u(ctx.r, in.B), n)
	dst := regs(ctx, in.A, n)
	if words == nil {
		clear(dst)
		return
	}
	copy(dst, words)
}
