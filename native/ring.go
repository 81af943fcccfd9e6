// Delay lines.
//
// A ring that is read and written once in each frame moves by one sample a frame.
// So run's loop goes in stretches in which none of them comes to its end: there
// the place to write is the frame's place in the block plus what does not change,
// and so is the place to read, if the time is a constant (a line). All other
// rings have indexes that are counted and corrected.

package native

import (
	"math"

	"mmm/compiler/mir"
	"mmm/state"
)

// tap is one access to a ring: where it reads and writes, as locals that hold
// addresses but for the constant part samples.
type tap struct {
	samples  int64
	from, to int
	done     func() // after both
}

// tapTime is the time of a tap: a constant, or what push pushes as a number.
type tapTime struct {
	fixed bool
	value float64
	push  func()
}

// delay writes a Delay: the sample d turns old is read, then the new one is
// stored (spec vm.md 9.4).
func (w *writer) delay(in *mir.Instr) {
	if in.Aux == 0 {
		w.skip(in.Args[0])
		w.skip(in.Args[1])
		w.constant(in.Res[0], 0)
		return
	}
	time := tapTime{push: func() { w.get(in.Args[1], f64) }}
	time.value, time.fixed = w.numOf(in.Args[1])
	t := w.tap(in.Imm, in.Aux, time)
	if w.vals[in.Res[0]].uses > 0 {
		w.asm(opLocalGet, t.from, opF64Load, t.samples)
		w.set(in.Res[0])
	}
	w.emit(opLocalGet, int64(t.to))
	w.get(in.Args[0], f64)
	w.emit(opF64Store, t.samples)
	t.done()
}

// delayPair writes two Delays.
func (w *writer) delayPair(in *mir.Instr) {
	var times [2]tapTime
	var time operand
	x := &w.vals[in.Args[1]]
	if x.at == inConst {
		for lane, bits := range []int64{x.bits, x.other} {
			times[lane] = tapTime{fixed: true, value: math.Float64frombits(uint64(bits))}
		}
	} else {
		time = w.operand(in.Args[1], pair)
		for lane := range times {
			times[lane].push = func() {
				w.push(time)
				w.emit(opF64x2Extract, int64(lane))
			}
		}
	}
	first, second := w.tap(in.Imm, in.Aux, times[0]), w.tap(in.Twin.Imm, in.Twin.Aux, times[1])
	if x.at != inConst {
		w.done(time)
	}
	if w.vals[in.Res[0]].uses > 0 {
		w.asm(opLocalGet, first.from, opF64Load, first.samples, opF64x2Splat, opLocalGet, second.from, opF64Load, second.samples)
		w.emit(opF64x2Replace, 1)
		w.set(in.Res[0])
	}
	value := w.operand(in.Args[0], pair)
	for lane, t := range []tap{first, second} {
		w.emit(opLocalGet, int64(t.to))
		w.push(value)
		w.emit(opF64x2Extract, int64(lane))
		w.emit(opF64Store, t.samples)
		t.done()
	}
	w.done(value)
}

// tap finds where the ring of n at offset is read and written.
func (w *writer) tap(offset, n int64, time tapTime) tap {
	t := tap{samples: w.stateOffset(offset + state.DelayHeader), from: w.alloc(i32), to: w.alloc(i32)}
	if w.turn != nil {
		if l := w.turn.lines[offset]; l != nil {
			w.line(l, t, time)
			t.done = func() {
				w.release(t.from)
				w.release(t.to)
			}
			return t
		}
	}
	held, isHeld := ring{}, false
	if w.turn != nil {
		held, isHeld = w.turn.rings[offset]
	}
	write, read := held.write, held.read
	if !isHeld {
		write, read = w.alloc(i32), w.alloc(i32)
		w.pushBase()
		w.asm(opI32Load, w.stateOffset(offset+1), opLocalSet, write)
	}
	w.readIndex(time, n, write, read)
	for _, slot := range [][2]int{{read, t.from}, {write, t.to}} {
		w.asm(opLocalGet, slot[0], opI32Const, 3, opI32Shl)
		if w.base.local >= 0 {
			w.asm(opLocalGet, w.base.local, opI32Add)
		}
		w.emit(opLocalSet, int64(slot[1]))
	}
	t.done = func() {
		w.release(t.from)
		w.release(t.to)
		w.advance(write, n)
		if !isHeld {
			w.pushBase()
			w.storeIndex(read, offset)
			w.pushBase()
			w.storeIndex(write, offset+1)
			w.release(read)
			w.release(write)
		}
	}
	return t
}

// advance adds 1 to an index of a ring of n, which is below the length at every
// time, so that one correction replaces the modulo.
func (w *writer) advance(index int, n int64) {
	w.asm(opLocalGet, index, opI32Const, 1, opI32Add)
	if n&(n-1) == 0 {
		w.asm(opI32Const, n-1, opI32And, opLocalSet, index)
		return
	}
	w.asm(opLocalTee, index, opI32Const, 0, opLocalGet, index, opI32Const, n, opI32LtS, opSelect, opLocalSet, index)
}

// storeIndex ends a store of a ring index, which is an int word; the address is
// on the stack.
func (w *writer) storeIndex(index int, offset int64) {
	w.emit(opLocalGet, int64(index))
	w.emit(opI64ExtendI32U)
	w.emit(opI64Store, w.stateOffset(offset))
}

// readIndex sets read to the index of the sample that is time turns older than
// the one that write will get, in a ring of n.
func (w *writer) readIndex(time tapTime, n int64, write, read int) {
	w.emit(opLocalGet, int64(write))
	if time.fixed {
		age := ageOf(time.value, n)
		if age == 0 {
			w.emit(opLocalSet, int64(read))
			return
		}
		w.emit(opI32Const, age)
	} else {
		w.age(time, n)
	}
	w.emit(opI32Sub)
	if n&(n-1) == 0 {
		w.asm(opI32Const, n-1, opI32And, opLocalSet, read)
		return
	}
	w.emit(opLocalSet, int64(read))
	w.wrapUp(read, n)
}

// lineLeast is the length from which a ring is a line: shorter ones would make
// short stretches.
const lineLeast = 48

// line is a ring in the loop's stretches. The locals are byte offsets but for
// index.
type line struct {
	n, age int64 // samples; age -1: the time varies
	index  int   // of the sample to write, at the start of a stretch
	write  int   // where to write, less the frame's place in the block
	read   int   // where to read, likewise; for a time that varies where was read
}

// lines finds the rings of dsp that are lines, among those that are held.
func (w *writer) lines() {
	t := w.turn
	t.lines = map[int64]*line{}
	if w.b.faults() {
		return // a turn may be left out
	}
	count := map[int64]int{}
	mir.Walk(w.f.Body, func(in *mir.Instr) {
		for _, r := range ringsOf(in) {
			count[r.at]++
		}
	})
	consts := map[mir.Value][2]float64{}
	for _, in := range w.f.Body.Instrs {
		switch in.Op {
		case mir.Const:
			x := math.Float64frombits(uint64(in.Imm))
			consts[in.Res[0]] = [2]float64{x, x}
		case mir.Pair:
			a, first := consts[in.Args[0]]
			b, second := consts[in.Args[1]]
			if first && second {
				consts[in.Res[0]] = [2]float64{a[0], b[0]}
			}
		}
		for lane, r := range ringsOf(in) {
			held, ok := t.rings[r.at]
			if !ok || count[r.at] != 1 || r.n < lineLeast {
				continue
			}
			l := &line{n: r.n, age: -1, index: held.write, write: w.fresh(i32, "to"), read: held.read}
			if times, fixed := consts[in.Args[1]]; fixed {
				l.age = ageOf(times[lane], l.n)
				l.read = w.fresh(i32, "from")
			}
			delete(t.rings, r.at)
			t.lines[r.at] = l
		}
	}
}

// ringAt is a ring: its offset and its samples.
type ringAt struct{ at, n int64 }

// ringsOf returns the rings that in touches.
func ringsOf(in *mir.Instr) []ringAt {
	switch {
	case in.Op != mir.Delay:
		return nil
	case in.Twin != nil:
		return []ringAt{{in.Imm, in.Aux}, {in.Twin.Imm, in.Twin.Aux}}
	}
	return []ringAt{{in.Imm, in.Aux}}
}

// ageOf returns how many samples older than the newest a time of a ring of n means.
func ageOf(time float64, n int64) int64 {
	if time > 0 {
		return int64(math.Min(time, float64(n-1)))
	}
	return 0
}

// stretch writes the start of a stretch from at: until is set to where it ends,
// end at the latest.
func (w *writer) stretch(at, end, until int) {
	w.asm(opLocalGet, end, opLocalSet, until)
	for _, offset := range sortedKeys(w.turn.lines) {
		l := w.turn.lines[offset]
		w.place(l.index, l.write, at, until, l.n)
		if l.age >= 0 {
			w.asm(opLocalGet, l.index, opI32Const, l.age, opI32Sub, opLocalSet, l.read)
			w.wrapUp(l.read, l.n)
			w.place(l.read, l.read, at, until, l.n)
		}
	}
}

// place turns an index of a ring of n into an offset from at, and shortens the
// stretch to what is left of the ring, one sample at least.
func (w *writer) place(index, offset, at, until int, n int64) {
	left := w.alloc(i32)
	w.asm(opLocalGet, index, opI32Const, 3, opI32Shl, opLocalGet, at, opI32Sub, opLocalSet, offset)
	// the ring ends where at is n*8 - offset
	w.asm(opI32Const, n*8, opLocalGet, offset, opI32Sub, opLocalTee, left, opLocalGet, until,
		opLocalGet, left, opLocalGet, until, opI32LtS, opSelect, opLocalSet, until)
	w.release(left)
}

// wrapUp adds n to a negative index.
func (w *writer) wrapUp(index int, n int64) {
	w.asm(opLocalGet, index, opI32Const, n, opI32Add, opLocalGet, index, opLocalGet, index, opI32Const, 0, opI32LtS, opSelect, opLocalSet, index)
}

// stretched writes the end of a stretch: indexes are brought to at.
func (w *writer) stretched(at int) {
	for _, offset := range sortedKeys(w.turn.lines) {
		l := w.turn.lines[offset]
		w.asm(opLocalGet, at, opLocalGet, l.write, opI32Add, opI32Const, 3, opI32ShrU, opLocalTee, l.index,
			opI32Const, 0, opLocalGet, l.index, opI32Const, l.n, opI32LtS, opSelect, opLocalSet, l.index)
	}
}

// line finds where a line is read and written.
func (w *writer) line(l *line, t tap, time tapTime) {
	w.asm(opLocalGet, w.turn.at, opLocalGet, l.write, opI32Add, opLocalSet, t.to)
	if l.age >= 0 {
		w.asm(opLocalGet, w.turn.at, opLocalGet, l.read, opI32Add, opLocalSet, t.from)
		return
	}
	age := w.alloc(i32)
	w.age(time, l.n)
	w.asm(opLocalSet, age, opLocalGet, t.to, opLocalGet, age, opI32Const, 3, opI32Shl, opI32Sub, opLocalSet, t.from)
	w.release(age)
	w.wrapUp(t.from, l.n*8)
	w.asm(opLocalGet, t.from, opLocalSet, l.read)
}

// writeLines writes the indexes of lines back after the loop.
func (w *writer) writeLines() {
	for _, offset := range sortedKeys(w.turn.lines) {
		l := w.turn.lines[offset]
		if l.age >= 0 {
			w.asm(opLocalGet, l.index, opI32Const, 1, opI32Sub, opLocalSet, l.read)
			w.wrapUp(l.read, l.n)
			w.asm(opLocalGet, l.read, opI32Const, l.age, opI32Sub, opLocalSet, l.read)
			w.wrapUp(l.read, l.n)
		} else {
			w.asm(opLocalGet, l.read, opI32Const, 3, opI32ShrU, opLocalSet, l.read)
		}
		for i, index := range []int{l.read, l.index} {
			w.emit(opI32Const, 0)
			w.storeIndex(index, offset+int64(i))
		}
	}
}

// age pushes how many samples older than the newest a time of a ring of n means.
func (w *writer) age(time tapTime, n int64) {
	if time.fixed {
		w.emit(opI32Const, ageOf(time.value, n))
		return
	}
	age := w.alloc(i32)
	time.push()
	w.emit(opI32TruncSatF64S) // NaN gives 0, and what does not fit is clamped anyway
	w.emit(opLocalTee, int64(age))
	w.emit(opI32Const, 0)
	w.emit(opLocalGet, int64(age))
	w.emit(opI32Const, 0)
	w.emit(opI32GtS)
	w.emit(opSelect)
	w.emit(opLocalTee, int64(age))
	w.emit(opI32Const, n-1)
	w.emit(opLocalGet, int64(age))
	w.emit(opI32Const, n-1)
	w.emit(opI32LtS)
	w.emit(opSelect)
	w.release(age)
}
