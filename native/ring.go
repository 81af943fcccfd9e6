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

// pushSlot pushes the address of the sample that index i of a ring names, but
// for the constant part that slotOffset gives.
func (w *writer) pushSlot(i int) {
	w.emit(opLocalGet, int64(i))
	w.emit(opI32Const, 3)
	w.emit(opI32Shl)
	if w.base.local >= 0 {
		w.emit(opLocalGet, int64(w.base.local))
		w.emit(opI32Add)
	}
}

// delay writes a Delay: the sample d turns old is read, then the new one is
// stored (spec vm.md 9.4). The write index is below the length at every time,
// so one correction replaces the modulo.
func (w *writer) delay(in *mir.Instr) {
	n, samples := in.Aux, w.stateOffset(in.Imm+state.DelayHeader)
	if n == 0 {
		w.skip(in.Args[0])
		w.skip(in.Args[1])
		w.constant(in.Res[0], 0)
		return
	}
	if w.turn != nil {
		if l := w.turn.lines[in.Imm]; l != nil {
			w.line(in, l)
			return
		}
	}
	held, isHeld := ring{}, false
	if w.turn != nil {
		held, isHeld = w.turn.rings[in.Imm]
	}
	write, read := held.write, held.read
	if !isHeld {
		write, read = w.alloc(i32), w.alloc(i32)
		w.pushBase()
		w.emit(opI32Load, w.stateOffset(in.Imm+1))
		w.emit(opLocalSet, int64(write))
	}
	w.readIndex(in.Args[1], n, write, read)
	if w.vals[in.Res[0]].uses > 0 {
		w.pushSlot(read)
		w.emit(opF64Load, samples)
		w.set(in.Res[0])
	}
	w.pushSlot(write)
	w.get(in.Args[0], f64)
	w.emit(opF64Store, samples)
	w.emit(opLocalGet, int64(write))
	w.emit(opI32Const, 1)
	w.emit(opI32Add)
	w.emit(opLocalTee, int64(write))
	w.emit(opI32Const, 0)
	w.emit(opLocalGet, int64(write))
	w.emit(opI32Const, n)
	w.emit(opI32LtS)
	w.emit(opSelect)
	w.emit(opLocalSet, int64(write))
	if !isHeld {
		w.pushBase()
		w.storeIndex(read, in.Imm)
		w.pushBase()
		w.storeIndex(write, in.Imm+1)
		w.release(read)
		w.release(write)
	}
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
func (w *writer) readIndex(time mir.Value, n int64, write, read int) {
	w.emit(opLocalGet, int64(write))
	if t, ok := w.numOf(time); ok {
		age := ageOf(t, n)
		if age == 0 {
			w.emit(opLocalSet, int64(read))
			return
		}
		w.emit(opI32Const, age)
	} else {
		w.age(time, n)
	}
	w.emit(opI32Sub)
	w.emit(opLocalTee, int64(read))
	w.emit(opI32Const, n)
	w.emit(opI32Add)
	w.emit(opLocalGet, int64(read))
	w.emit(opLocalGet, int64(read))
	w.emit(opI32Const, 0)
	w.emit(opI32LtS)
	w.emit(opSelect)
	w.emit(opLocalSet, int64(read))
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
		if in.Op == mir.Delay {
			count[in.Imm]++
		}
	})
	consts := map[mir.Value]float64{}
	for _, in := range w.f.Body.Instrs {
		if in.Op == mir.Const {
			consts[in.Res[0]] = math.Float64frombits(uint64(in.Imm))
		}
		held, ok := t.rings[in.Imm]
		if in.Op != mir.Delay || !ok || count[in.Imm] != 1 || in.Aux < lineLeast {
			continue
		}
		l := &line{n: in.Aux, age: -1, index: held.write, write: w.fresh(i32, "to"), read: held.read}
		if time, fixed := consts[in.Args[1]]; fixed {
			l.age = ageOf(time, l.n)
			l.read = w.fresh(i32, "from")
		}
		delete(t.rings, in.Imm)
		t.lines[in.Imm] = l
	}
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

// line writes a Delay on a line.
func (w *writer) line(in *mir.Instr, l *line) {
	samples := w.stateOffset(in.Imm + state.DelayHeader)
	to := w.alloc(i32)
	w.asm(opLocalGet, w.turn.at, opLocalGet, l.write, opI32Add, opLocalSet, to)
	if l.age >= 0 {
		w.skip(in.Args[1])
		if w.vals[in.Res[0]].uses > 0 {
			w.asm(opLocalGet, w.turn.at, opLocalGet, l.read, opI32Add, opF64Load, samples)
			w.set(in.Res[0])
		}
	} else {
		w.age(in.Args[1], l.n)
		from := w.alloc(i32)
		w.asm(opLocalSet, from, opLocalGet, to, opLocalGet, from, opI32Const, 3, opI32Shl, opI32Sub, opLocalSet, from)
		w.wrapUp(from, l.n*8)
		w.asm(opLocalGet, from, opLocalSet, l.read)
		if w.vals[in.Res[0]].uses > 0 {
			w.asm(opLocalGet, from, opF64Load, samples)
			w.set(in.Res[0])
		}
		w.release(from)
	}
	w.emit(opLocalGet, int64(to))
	w.get(in.Args[0], f64)
	w.emit(opF64Store, samples)
	w.release(to)
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
func (w *writer) age(time mir.Value, n int64) {
	age := w.alloc(i32)
	w.get(time, f64)
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
