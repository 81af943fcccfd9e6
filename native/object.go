// Operations on objects: what is hot and simple is written here, the rest are
// imports.

package native

import (
	"math"

	"mmm/compiler/mir"
	"mmm/state"
)

// asm appends instructions: opcodes, each followed by its operand if it has one.
func (w *writer) asm(list ...any) {
	for i := 0; i < len(list); i++ {
		op := list[i].(opcode)
		if opcodes[op].imm == immNone {
			w.emit(op)
			continue
		}
		i++
		switch a := list[i].(type) {
		case int:
			w.emit(op, int64(a))
		case valType:
			w.emit(op, int64(a))
		case int64:
			w.emit(op, a)
		default:
			w.fail("operand %v of %s", a, opcodes[op].name)
		}
	}
}

// object writes an operation on objects.
func (w *writer) object(in *mir.Instr) {
	place := int64(w.f.Index)
	switch in.Op {
	case mir.NewArray:
		n := in.Aux >> 32
		if in.Imm > 0 {
			n = int64(len(in.Args)) / in.Imm
		}
		w.pass(in.Args)
		w.asm(opI32Const, w.scratch(), opI32Const, n, opI32Const, in.Imm, opI32Const, in.Aux&0xffffffff, opI32Const, place)
		w.callImport(importArray)
		w.set(in.Res[0])
	case mir.Append, mir.Prepend:
		w.pass(in.Args)
		w.asm(opI32Const, w.scratch(), opI32Const, in.Imm, opI32Const, in.Aux, opI32Const, place)
		if in.Op == mir.Append {
			w.callImport(importAppend)
		} else {
			w.callImport(importPrepend)
		}
		w.set(in.Res[0])
	case mir.SplitHead, mir.SplitTail:
		w.pass(in.Args)
		w.asm(opI32Const, w.scratch(), opI32Const, in.Imm, opI32Const, int(in.Op-mir.SplitHead), opI32Const, place)
		w.callImport(importSplit)
		for i, v := range in.Res {
			w.load(opI64Load, w.scratch()/8+int64(i))
			w.set(v)
		}
	case mir.NewBox, mir.NewCell:
		w.pass(in.Args)
		w.asm(opI32Const, w.scratch(), opI32Const, len(in.Args), opI32Const, in.Aux, opI32Const, place)
		w.callImport(importBox)
		w.set(in.Res[0])
	case mir.MakeClosure:
		w.makeClosure(in)
	case mir.ArrayLen:
		w.get(in.Args[0], i64)
		w.asm(opI64Const, place, opCall, w.b.lengthFunc())
		w.set(in.Res[0])
	case mir.ArrayGet:
		w.get(in.Args[0], i64)
		w.get(in.Args[1], f64)
		w.asm(opI64Const, in.Imm, opI64Const, place, opCall, w.b.elementFunc())
		w.words(in.Res, 0)
	case mir.BoxLoad:
		w.get(in.Args[0], i64)
		w.asm(opI64Const, in.Imm, opI64Const, place, opCall, w.b.boxFunc())
		w.words(in.Res, boxWords*8)
	case mir.CellGet, mir.CellSet:
		w.cell(in)
	case mir.CallClosure:
		w.callClosure(in)
	case mir.Retain, mir.Release:
		w.counting(in)
	case mir.Schedule:
		w.get(in.Args[0], f64)
		w.get(in.Args[1], i64)
		w.asm(opI32Const, place, opI32Const, w.b.schedules[in])
		w.callImport(importSchedule)
	default:
		w.fail("operation %s cannot be written", in.Op)
	}
}

// scratch is the address of the scratch words.
func (w *writer) scratch() int64 { return w.b.own.word(ownScratch) * 8 }

// pass puts values into the scratch words.
func (w *writer) pass(vs []mir.Value) {
	for i, v := range vs {
		t := i64
		if w.vals[v].typ == f64 {
			t = f64
		}
		w.emit(opI32Const, 0)
		w.get(v, t)
		w.emit(storeOp(t), w.scratch()+int64(i)*8)
	}
}

// words pops an address and sets vs to the words that lie offset bytes behind it.
func (w *writer) words(vs []mir.Value, offset int64) {
	at := w.alloc(i32)
	w.emit(opLocalSet, int64(at))
	for i, v := range vs {
		if w.vals[v].uses == 0 {
			continue
		}
		w.emit(opLocalGet, int64(at))
		w.emit(loadOp(w.vals[v].typ), offset+int64(i)*8)
		w.set(v)
	}
	w.release(at)
}

// makeClosure writes a MakeClosure; its site lies in the running state block.
func (w *writer) makeClosure(in *mir.Instr) {
	w.pass(in.Args)
	w.asm(opI32Const, w.scratch(), opI32Const, in.Callee.Index, opI32Const, in.Aux)
	switch {
	case in.Imm < 0:
		w.emit(opI32Const, 0)
	case w.base.local >= 0:
		w.asm(opLocalGet, w.base.local, opI32Const, in.Imm*8, opI32Add)
	default:
		w.emit(opI32Const, w.base.addr+in.Imm*8)
	}
	w.emit(opI32Const, int64(w.f.Index))
	w.callImport(importClosure)
	w.set(in.Res[0])
}

// capture pushes a word that the running closure holds. Whoever asks for one
// runs in a closure that is alive.
func (w *writer) capture(k int64) {
	w.load(opI64Load, w.b.own.word(ownEnv))
	w.asm(opI32WrapI64, opI32Const, 3, opI32Shl, opI64Load, (w.b.heapWord(closureCaptures)+k)*8)
}

// cell writes CellGet and CellSet. What boxFunc gives for a word that names no
// cell can be read, but must not be written.
func (w *writer) cell(in *mir.Instr) {
	w.get(in.Args[0], i64)
	w.asm(opI64Const, in.Imm+1, opI64Const, int64(w.f.Index), opCall, w.b.boxFunc())
	if in.Op == mir.CellGet {
		at := w.alloc(i32)
		w.asm(opLocalTee, at, opI32Const, w.noBox(), opI32Sub, opI32Eqz, opIf, i64, opI64Const, 0, opElse,
			opLocalGet, at, opI64Load, (boxWords+in.Imm)*8, opEnd)
		w.release(at)
		w.set(in.Res[0])
		return
	}
	at := w.alloc(i32)
	value := w.operand(in.Args[1], i64)
	w.asm(opLocalTee, at, opI32Const, w.noBox(), opI32Sub, opIf, 0, opLocalGet, at)
	w.push(value)
	w.asm(opI64Store, (boxWords+in.Imm)*8, opEnd)
	w.done(value)
	w.release(at)
}

// noBox is the address that boxFunc gives for a word that names no box of the
// size that is wanted: the contents of such a box are zeros.
func (w *writer) noBox() int64 { return (w.b.own.zero - boxWords) * 8 }

// counting writes Retain and Release.
func (w *writer) counting(in *mir.Instr) {
	all := importRetainAll
	if in.Op == mir.Release {
		all = importReleaseAll
	}
	var shape mir.Shape
	if in.Aux < int64(len(w.b.p.Shapes)) {
		shape = w.b.p.Shapes[in.Aux]
	}
	if len(shape.Sums) > 0 {
		w.pass(in.Args)
		w.asm(opI32Const, w.scratch(), opI32Const, in.Aux)
		w.callImport(all)
		return
	}
	counted := make([]bool, len(in.Args))
	for _, h := range shape.Handles {
		if h < 0 || h >= len(in.Args) || counted[h] {
			w.fail("%s: shape %d does not fit %d words", in.Op, in.Aux, len(in.Args))
			return
		}
		counted[h] = true
		w.get(in.Args[h], i64)
		if in.Op == mir.Retain {
			w.emit(opCall, int64(w.b.retainFunc()))
		} else {
			w.emit(opCall, int64(w.b.releaseFunc()))
		}
	}
	for i, v := range in.Args {
		if !counted[i] {
			w.skip(v)
		}
	}
}

// ---- functions of the module's own ----

// findFunc is find(word, kind) -> address: where the block lies that the word
// names if it is of the kind and alive, else 0.
func (b *builder) findFunc() int {
	return b.helper("find", []valType{i32}, func(w *writer) {
		word, kind := w.param(i64, "word"), w.param(i64, "kind")
		i := w.fresh(i32, "i")
		w.asm(opLocalGet, word, opI64Const, 60, opI64ShrU, opLocalGet, kind, opI64Eq, opIf, 0,
			opLocalGet, word, opI32WrapI64, opLocalTee, i, opI32Const, b.p.Image.HeapWords, opI32LtU, opIf, 0,
			opLocalGet, i, opI32Const, 6, opI32ShrU, opI32Const, 3, opI32Shl, opI64Load, b.heapWord(heapBits)*8,
			opLocalGet, word, opI64ShrU, opI64Const, 1, opI64And, opI32WrapI64, opIf, 0,
			opLocalGet, i, opI32Const, 3, opI32Shl, opLocalTee, i, opI64Load, b.heapWord(0)*8, opLocalGet, word, opI64Eq, opIf, 0,
			opLocalGet, i, opI32Const, b.heapWord(0)*8, opI32Add, opReturn,
			opEnd, opEnd, opEnd, opEnd, opI32Const, 0)
	})
}

// failFunc is fail(fault, place): notes the first fault of a turn.
func (b *builder) failFunc() int {
	return b.helper("fail", nil, func(w *writer) {
		fault, place := w.param(i64, "fault"), w.param(i64, "place")
		w.asm(opI32Const, 0, opI64Load, state.FaultWord*8, opI64Eqz, opIf, 0,
			opI32Const, 0, opLocalGet, fault, opI64Store, state.FaultWord*8,
			opI32Const, 0, opLocalGet, place, opI64Store, state.FaultPlaceWord*8, opEnd)
	})
}

// arrayFunc is array(word, place) -> address of the array's block; 0 for handle
// 0, and after a fault for a word that names no array.
func (b *builder) arrayFunc() int {
	return b.helper("array_at", []valType{i32}, func(w *writer) {
		word, place := w.param(i64, "word"), w.param(i64, "place")
		at := w.fresh(i32, "at")
		w.asm(opLocalGet, word, opI64Eqz, opIf, 0, opI32Const, 0, opReturn, opEnd,
			opLocalGet, word, opI64Const, kindArray, opCall, b.findFunc(), opLocalTee, at, opI32Eqz, opIf, 0,
			opI64Const, stateFault(state.FaultHandle), opLocalGet, place, opCall, b.failFunc(), opEnd,
			opLocalGet, at)
	})
}

// lengthFunc is length(word, place): the number of elements.
func (b *builder) lengthFunc() int {
	return b.helper("length", []valType{f64}, func(w *writer) {
		word, place := w.param(i64, "word"), w.param(i64, "place")
		at := w.fresh(i32, "at")
		w.asm(opLocalGet, word, opLocalGet, place, opCall, b.arrayFunc(), opLocalTee, at, opIf, f64,
			opLocalGet, at, opI64Load, blockInfo*8, opI64Const, 0xffffffff, opI64And, opF64ConvertI64S,
			opElse, opF64Const, 0, opEnd)
	})
}

// elementFunc is element(word, index, stride, place) -> address of the element:
// the first if the index is not finite, else truncated and clamped. An array of
// elements of another size counts as empty; then the words are zeros.
func (b *builder) elementFunc() int {
	return b.helper("element", []valType{i32}, func(w *writer) {
		word, index := w.param(i64, "word"), w.param(f64, "index")
		stride, place := w.param(i64, "stride"), w.param(i64, "place")
		at, last, x := w.fresh(i32, "at"), w.fresh(i64, "last"), w.fresh(i64, "x")
		w.asm(opLocalGet, word, opLocalGet, place, opCall, b.arrayFunc(), opLocalTee, at, opIf, 0,
			opLocalGet, at, opI64Load, arrayStride*8, opLocalGet, stride, opI64Eq, opIf, 0,
			opLocalGet, at, opI64Load, blockInfo*8, opI64Const, 0xffffffff, opI64And, opI64Const, 1, opI64Sub, opLocalSet, last,
			// infinity and what is not above 0 give 0; the conversion saturates
			opLocalGet, index, opF64Const, int64(0x7ff)<<52, opF64Lt, opIf, 0,
			opLocalGet, index, opI64TruncSatF64S, opLocalTee, x, opI64Const, 0, opI64LtS, opIf, 0,
			opI64Const, 0, opLocalSet, x, opEnd,
			opLocalGet, x, opLocalGet, last, opI64GtS, opIf, 0, opLocalGet, last, opLocalSet, x, opEnd,
			opEnd,
			opLocalGet, at, opLocalGet, x, opLocalGet, stride, opI64Mul, opI32WrapI64, opI32Const, 3, opI32Shl, opI32Add,
			opI32Const, arrayWords*8, opI32Add, opReturn,
			opEnd, opEnd, opI32Const, b.own.zero*8)
	})
}

// boxFunc is box(word, n, place) -> address of the block of a box of n words at
// least; after a fault noBox.
func (b *builder) boxFunc() int {
	return b.helper("box_at", []valType{i32}, func(w *writer) {
		word, n, place := w.param(i64, "word"), w.param(i64, "n"), w.param(i64, "place")
		at := w.fresh(i32, "at")
		w.asm(opLocalGet, word, opI64Const, kindBox, opCall, b.findFunc(), opLocalTee, at, opIf, 0,
			opLocalGet, at, opI64Load, blockInfo*8, opI64Const, 0xffffffff, opI64And, opLocalGet, n, opI64GeU, opIf, 0,
			opLocalGet, at, opReturn, opEnd, opEnd,
			opI64Const, stateFault(state.FaultHandle), opLocalGet, place, opCall, b.failFunc(),
			opI32Const, w.noBox())
	})
}

// countedFunc is counted(word) -> address of the block of an object that is
// counted, 0 for any other word.
func (b *builder) countedFunc() int {
	return b.helper("counted", []valType{i32}, func(w *writer) {
		word := w.param(i64, "word")
		w.asm(opLocalGet, word, opI64Const, 60, opI64ShrU, opI64Const, kindClosure, opI64Sub, opI64Const, kindBox-kindClosure+1, opI64LtU,
			opIf, i32, opLocalGet, word, opLocalGet, word, opI64Const, 60, opI64ShrU, opCall, b.findFunc(),
			opElse, opI32Const, 0, opEnd)
	})
}

// Parts of a block's words (package vm, heap.go).
const (
	onZeroList = math.MinInt64 // bit 63 of the info
	countMask  = 1<<32 - 1
	maxCount   = 1<<31 - 1
)

// retainFunc is retain(word): counts a reference.
func (b *builder) retainFunc() int {
	return b.helper("retain", nil, func(w *writer) {
		word := w.param(i64, "word")
		at, count := w.fresh(i32, "at"), w.fresh(i64, "count")
		w.asm(opLocalGet, word, opCall, b.countedFunc(), opLocalTee, at, opIf, 0,
			opLocalGet, at, opI64Load, blockCount*8, opLocalTee, count, opI64Const, countMask, opI64And, opI64Const, maxCount, opI64LtU, opIf, 0,
			opLocalGet, at, opLocalGet, count, opI64Const, 1, opI64Add, opI64Store, blockCount*8,
			opEnd, opEnd)
	})
}

// releaseFunc is release(word): takes a reference back; an object that has none
// left goes onto the zero list.
func (b *builder) releaseFunc() int {
	return b.helper("release", nil, func(w *writer) {
		word := w.param(i64, "word")
		at, count, left, info := w.fresh(i32, "at"), w.fresh(i64, "count"), w.fresh(i64, "left"), w.fresh(i64, "info")
		zero := b.heapWord(heapZero) * 8
		w.asm(opLocalGet, word, opCall, b.countedFunc(), opLocalTee, at, opI32Eqz, opIf, 0, opReturn, opEnd,
			opLocalGet, at, opI64Load, blockCount*8, opLocalTee, count, opI64Const, countMask, opI64And, opLocalTee, left, opI64Eqz,
			opLocalGet, left, opI64Const, maxCount, opI64Eq, opI32Or, opIf, 0, opReturn, opEnd,
			opLocalGet, at, opLocalGet, count, opI64Const, 1, opI64Sub, opI64Store, blockCount*8,
			opLocalGet, left, opI64Const, 1, opI64Eq, opIf, 0,
			opLocalGet, at, opI64Load, blockInfo*8, opLocalTee, info, opI64Const, 0, opI64GeS, opIf, 0,
			opLocalGet, at, opLocalGet, info, opI64Const, int64(onZeroList), opI64Or, opI64Store, blockInfo*8,
			// its count is 0: the word is the link alone
			opLocalGet, at, opI32Const, 0, opI64Load, zero, opI64Const, 32, opI64Shl, opI64Store, blockCount*8,
			opI32Const, 0, opLocalGet, word, opI64Const, countMask, opI64And, opI64Store, zero,
			opEnd, opEnd)
	})
}
