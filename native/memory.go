// Operations that read or write memory, and mutable locals.
//
// Addresses are constants wherever the state block is: the engine then needs no
// bounds check. Inside run's loop some words are held in locals (turn.go).

package native

import (
	"math"

	"mmm/compiler/mir"
	"mmm/state"
)

// effect writes an operation that has an effect or depends on one.
func (w *writer) effect(in *mir.Instr) {
	switch in.Op {
	case mir.GetVar:
		w.emit(opLocalGet, int64(w.vars[in.Imm]))
		w.set(in.Res[0])
	case mir.SetVar:
		w.get(in.Args[0], wordType(w.f.Vars[in.Imm]))
		w.emit(opLocalSet, int64(w.vars[in.Imm]))
	case mir.GetGlobal:
		w.load(loadOp(w.vals[in.Res[0]].typ), int64(w.b.p.Image.Globals)+in.Imm)
		w.set(in.Res[0])
	case mir.SetGlobal:
		w.emit(opI32Const, 0)
		t := wordType(w.b.p.Globals[in.Imm])
		w.get(in.Args[0], t)
		w.emit(storeOp(t), (int64(w.b.p.Image.Globals)+in.Imm)*8)
	case mir.GetState:
		w.getState(in.Imm)
		w.set(in.Res[0])
	case mir.SetState:
		w.setState(in.Imm, in.Args[0])
	case mir.Mem:
		if w.vals[in.Res[0]].uses > 0 {
			w.getState(in.Imm)
			w.set(in.Res[0])
		}
		w.setState(in.Imm, in.Args[0])
	case mir.Delay:
		w.delay(in)
	case mir.Probe:
		w.probe(in)
	case mir.Print:
		w.get(in.Args[0], f64)
		w.emit(opI32Const, in.Aux)
		w.callImport(importPrint)
	case mir.Call:
		w.call(in)
	case mir.If:
		w.choose(in)
	case mir.Switch:
		w.choice(in)
	default:
		w.object(in)
	}
}

// loadOp and storeOp are the instructions for a word of type t.
func loadOp(t valType) opcode {
	if t == f64 {
		return opF64Load
	}
	return opI64Load
}

func storeOp(t valType) opcode {
	if t == f64 {
		return opF64Store
	}
	return opI64Store
}

// load pushes a word of the image.
func (w *writer) load(op opcode, word int64) {
	w.emit(opI32Const, 0)
	w.emit(op, word*8)
}

// storeInt writes a constant int into a word of the image.
func (w *writer) storeInt(word, n int64) {
	w.emit(opI32Const, 0)
	w.emit(opI64Const, n)
	w.emit(opI64Store, word*8)
}

// unchangingWord pushes a word that nothing writes while the function runs.
func (w *writer) unchangingWord(in *mir.Instr) {
	word := w.b.unchangingAt(in)
	if w.turn != nil {
		if in.Op == mir.Now {
			w.emit(opLocalGet, int64(w.turn.now))
			return
		}
		if l, ok := w.turn.hoisted[word]; ok {
			w.emit(opLocalGet, int64(l))
			return
		}
	}
	w.load(opF64Load, word)
}

// unchangingAt returns the image word that in reads.
func (b *builder) unchangingAt(in *mir.Instr) int64 {
	switch in.Op {
	case mir.GetParam:
		return int64(b.p.Image.Params) + in.Imm
	case mir.GetCue:
		return int64(b.p.Image.Cues) + in.Imm
	case mir.SampleRate:
		return state.RateWord
	}
	return state.NowWord
}

// pushBase pushes the address that state offsets are added to.
func (w *writer) pushBase() {
	if w.base.local >= 0 {
		w.emit(opLocalGet, int64(w.base.local))
	} else {
		w.emit(opI32Const, 0)
	}
}

// stateOffset returns the constant part of the address of a state word.
func (w *writer) stateOffset(offset int64) int64 { return w.base.addr + offset*8 }

// getState pushes a state word.
func (w *writer) getState(offset int64) {
	if w.turn != nil {
		if l, ok := w.turn.words[offset]; ok {
			w.emit(opLocalGet, int64(l))
			return
		}
	}
	w.pushBase()
	w.emit(loadOp(w.b.stateType(w.f, offset)), w.stateOffset(offset))
}

// setState writes v into a state word.
func (w *writer) setState(offset int64, v mir.Value) {
	t := w.b.stateType(w.f, offset)
	if w.turn != nil {
		if l, ok := w.turn.words[offset]; ok {
			w.get(v, t)
			w.emit(opLocalSet, int64(l))
			return
		}
	}
	w.pushBase()
	w.get(v, t)
	w.emit(storeOp(t), w.stateOffset(offset))
}

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
		age := int64(0)
		if t > 0 {
			age = int64(math.Min(t, float64(n-1)))
		}
		if age == 0 {
			w.emit(opLocalSet, int64(read))
			return
		}
		w.emit(opI32Const, age)
	} else {
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

// probe writes a Probe: the sample first, then the count that makes it visible.
func (w *writer) probe(in *mir.Instr) {
	count := (int64(w.b.p.Image.Probes) + in.Imm*state.ProbeWords) * 8
	written := w.alloc(i64)
	w.emit(opI32Const, 0)
	w.emit(opI64Load, count)
	w.emit(opLocalTee, int64(written))
	w.emit(opI32WrapI64)
	w.emit(opI32Const, state.ProbeFrames-1)
	w.emit(opI32And)
	w.emit(opI32Const, 3)
	w.emit(opI32Shl)
	w.get(in.Args[0], f64)
	w.emit(opF64Store, count+8)
	w.emit(opI32Const, 0)
	w.emit(opLocalGet, int64(written))
	w.emit(opI64Const, 1)
	w.emit(opI64Add)
	w.emit(opI64Store, count)
	w.release(written)
}
