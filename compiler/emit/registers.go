// Registers: which are taken, where values lie, moves that happen at once.

package emit

import (
	"math/bits"

	"mmm/compiler/mir"
	"mmm/vm"
)

// registers is the set of taken registers of a frame.
type registers struct {
	taken []uint64
	owner []int32 // value that lies in a register, -1 for none or several
	top   int     // above every taken register
	peak  int     // above every register ever used
	low   int     // no word of taken below this index has room
}

// reach notes that the frame has at least n registers.
func (r *registers) reach(n int) {
	r.peak = max(r.peak, n)
	for len(r.owner) < n {
		r.owner = append(r.owner, -1)
	}
	for len(r.taken)*64 < n {
		r.taken = append(r.taken, 0)
	}
}

// isTaken reports whether register i is taken.
func (r *registers) isTaken(i int) bool {
	return i/64 < len(r.taken) && r.taken[i/64]>>(i%64)&1 != 0
}

// take takes register i.
func (r *registers) take(i int) {
	r.reach(i + 1)
	r.taken[i/64] |= 1 << (i % 64)
	r.owner[i] = -1
	r.top = max(r.top, i+1)
}

// free gives register i back.
func (r *registers) free(i int) {
	r.taken[i/64] &^= 1 << (i % 64)
	r.owner[i] = -1
	r.low = min(r.low, i/64)
	for r.top > 0 && !r.isTaken(r.top-1) {
		r.top--
	}
}

// lowest takes the lowest free register.
func (r *registers) lowest() int {
	for r.low < len(r.taken) && r.taken[r.low] == ^uint64(0) {
		r.low++
	}
	i := r.low * 64
	if r.low < len(r.taken) {
		i += bits.TrailingZeros64(^r.taken[r.low])
	}
	r.take(i)
	return i
}

// target takes a register for the value v that is defined now: the one it is
// needed in later, if that is free.
func (e *emitter) target(v mir.Value) int {
	u := e.use
	if t := u.fixed[v]; t >= 0 {
		u.reg[v] = t
		return int(t)
	}
	r := -1
	if w := u.want[v]; w >= 0 && !e.regs.isTaken(int(w)) {
		r = int(w)
	} else if call := u.argOf[v]; call.pos > 0 {
		if w := e.window(call) + int(call.arg); !e.regs.isTaken(w) {
			r = w
		}
	}
	if r < 0 {
		r = e.regs.lowest()
	} else {
		e.regs.take(r)
	}
	u.reg[v], u.owned[v] = int32(r), true
	e.regs.owner[r] = int32(v)
	if u.count[v] == 0 {
		e.release(v)
	}
	return r
}

// window predicts where the window of a call starts of which an argument is
// defined now: above what outlives the call, and where the argument has room.
// The other arguments follow the first.
func (e *emitter) window(call argPlace) int {
	top := e.regs.top
	for top > 0 {
		o := e.regs.owner[top-1]
		if e.regs.isTaken(top-1) && (o < 0 || e.use.last[o] > call.pos) {
			break
		}
		top--
	}
	if w, ok := e.windows[call.pos]; ok && w >= top {
		return w
	}
	for e.regs.isTaken(top + int(call.arg)) {
		top++
	}
	e.windows[call.pos] = top
	return top
}

// release gives back the register of v, which is needed no more.
func (e *emitter) release(v mir.Value) {
	if e.use.owned[v] {
		e.use.owned[v] = false
		e.regs.free(int(e.use.reg[v]))
	}
}

// used ends a use of v at the present place.
func (e *emitter) used(v mir.Value) {
	if e.use.deferred[v] {
		for _, arg := range e.use.def[v].Args {
			e.used(arg)
		}
		return
	}
	if int(e.use.last[v]) == e.pos {
		e.release(v)
	}
}

// operand returns the register of v. A constant is loaded into a temporary
// register, which the caller drops; temp is -1 for other values.
func (e *emitter) operand(v mir.Value) (reg, temp int) {
	if w, ok := e.constant(v); ok {
		r := e.regs.lowest()
		e.emit(vm.LoadK, r, int(e.konst(w)), 0)
		return r, r
	}
	if e.use.reg[v] < 0 {
		e.fail("value %d is used before its definition", v)
		return 0, -1
	}
	return int(e.use.reg[v]), -1
}

// drop gives back a temporary register.
func (e *emitter) drop(temp int) {
	if temp >= 0 {
		e.regs.free(temp)
	}
}

// constant returns the word of v if it is a constant.
func (e *emitter) constant(v mir.Value) (uint64, bool) {
	if d := e.use.def[v]; d != nil && d.Op == mir.Const {
		return uint64(d.Imm), true
	}
	return 0, false
}

// moves puts values into targets as if all at once; a target of -1 is left out.
func (e *emitter) moves(targets []int32, values []mir.Value) {
	// waiting[d] is the source of target d; readers counts how many targets
	// still wait for a register's present value.
	waiting, readers := map[int32]int32{}, map[int32]int{}
	var ready, order []int32
	scratch := int32(e.regs.top) // a register that no move touches
	for i, v := range values {
		t := targets[i]
		if _, ok := e.constant(v); ok || t < 0 {
			continue
		}
		src := e.use.reg[v]
		if src < 0 {
			e.fail("value %d is used before its definition", v)
			return
		}
		scratch = max(scratch, src+1, t+1)
		if src != t {
			waiting[t] = src
			readers[src]++
			order = append(order, t)
		}
	}
	for _, t := range order {
		if readers[t] == 0 {
			ready = append(ready, t)
		}
	}
	move := func(t int32) {
		src := waiting[t]
		e.emit(vm.Move, int(t), int(src), 0)
		delete(waiting, t)
		readers[src]--
		if _, ok := waiting[src]; ok && readers[src] == 0 {
			ready = append(ready, src)
		}
	}
	for _, first := range append(order, -1) {
		for len(ready) > 0 {
			t := ready[len(ready)-1]
			ready = ready[:len(ready)-1]
			move(t)
		}
		if _, ok := waiting[first]; !ok {
			continue
		}
		// Only cycles are left. Save the value that first would destroy.
		e.regs.reach(int(scratch) + 1)
		e.emit(vm.Move, int(scratch), int(first), 0)
		for _, t := range order {
			if src, ok := waiting[t]; ok && src == first {
				waiting[t] = scratch
				readers[scratch]++
			}
		}
		readers[first] = 0
		ready = append(ready, first)
	}
	for i, v := range values {
		if w, ok := e.constant(v); ok && targets[i] >= 0 {
			e.emit(vm.LoadK, int(targets[i]), int(e.konst(w)), 0)
		}
	}
}
