// Operations that read or write memory, and mutable locals.
//
// Addresses are constants wherever the state block is: the engine then needs no
// bounds check. Inside run's loop some words are held in locals (turn.go).

package native

import (
	"mmm/compiler/mir"
	"mmm/state"
)

// effect writes an operation that has an effect or depends on one.
func (w *writer) effect(in *mir.Instr) {
	if in.Twin != nil {
		if in.Op == mir.Delay {
			w.delayPair(in)
			return
		}
		w.pairMemory(in)
		return
	}
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
		w.getState(in.Imm, w.b.stateType(w.f, in.Imm))
		w.set(in.Res[0])
	case mir.SetState:
		w.setState(in.Imm, in.Args[0])
	case mir.Mem:
		if w.vals[in.Res[0]].uses > 0 {
			w.getState(in.Imm, w.b.stateType(w.f, in.Imm))
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

// getState pushes a state word in type t.
func (w *writer) getState(offset int64, t valType) {
	if w.turn != nil {
		if l, ok := w.turn.words[offset]; ok {
			w.emit(opLocalGet, int64(l))
			w.convert(w.out.locals[l].typ, t)
			return
		}
		if h, ok := w.turn.lanes[offset]; ok {
			if h.local < 0 {
				w.load(loadOp(t), h.word+h.lane)
				return
			}
			w.emit(opLocalGet, int64(h.local))
			if t == i64 {
				w.emit(opI64x2Extract, h.lane)
			} else {
				w.emit(opF64x2Extract, h.lane)
			}
			return
		}
	}
	w.pushBase()
	w.emit(loadOp(t), w.stateOffset(offset))
}

// setState writes v into a state word.
func (w *writer) setState(offset int64, v mir.Value) {
	t := w.b.stateType(w.f, offset)
	w.putState(offset, t, func() { w.get(v, t) })
}

// putState writes what push pushes, of type t, into a state word.
func (w *writer) putState(offset int64, t valType, push func()) {
	if w.turn != nil {
		if l, ok := w.turn.words[offset]; ok {
			push()
			w.convert(t, w.out.locals[l].typ)
			w.emit(opLocalSet, int64(l))
			return
		}
		if h, ok := w.turn.lanes[offset]; ok {
			if h.local < 0 {
				w.emit(opI32Const, 0)
				push()
				w.emit(storeOp(t), (h.word+h.lane)*8)
				return
			}
			w.emit(opLocalGet, int64(h.local))
			push()
			if t == i64 {
				w.emit(opI64x2Replace, h.lane)
			} else {
				w.emit(opF64x2Replace, h.lane)
			}
			w.emit(opLocalSet, int64(h.local))
			return
		}
	}
	w.pushBase()
	push()
	w.emit(storeOp(t), w.stateOffset(offset))
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
