// Pure operations: each leaves its result on the stack.

package native

import (
	"math"

	"mmm/compiler/mir"
)

// direct lists the operations that are one instruction: what it is and the type
// of its arguments.
var direct = [mir.NumOps]struct {
	op  opcode
	arg valType
}{
	mir.AddF: {opF64Add, f64}, mir.SubF: {opF64Sub, f64}, mir.MulF: {opF64Mul, f64}, mir.DivF: {opF64Div, f64},
	mir.EqF: {opF64Eq, f64}, mir.NeF: {opF64Ne, f64}, mir.LtF: {opF64Lt, f64},
	mir.LeF: {opF64Le, f64}, mir.GtF: {opF64Gt, f64}, mir.GeF: {opF64Ge, f64},
	mir.AndF: {opI32And, i32}, mir.OrF: {opI32Or, i32},
	mir.CopySignF: {opF64Copysign, f64}, mir.NegF: {opF64Neg, f64}, mir.AbsF: {opF64Abs, f64},
	mir.SqrtF: {opF64Sqrt, f64}, mir.FloorF: {opF64Floor, f64}, mir.CeilF: {opF64Ceil, f64},
	mir.TruncF: {opF64Trunc, f64}, mir.NearestF: {opF64Nearest, f64},
	mir.AddI: {opI64Add, i64}, mir.SubI: {opI64Sub, i64}, mir.MulI: {opI64Mul, i64},
	mir.AndI: {opI64And, i64}, mir.OrI: {opI64Or, i64}, mir.XorI: {opI64Xor, i64},
	mir.ShlI: {opI64Shl, i64}, mir.ShrI: {opI64ShrU, i64}, mir.SarI: {opI64ShrS, i64},
	mir.EqI: {opI64Eq, i64}, mir.LtI: {opI64LtS, i64},
	mir.FtoI: {opI64TruncSatF64S, f64}, mir.ItoF: {opF64ConvertI64S, i64},
}

// operation pushes the result of a pure operation in the type of its result.
func (w *writer) operation(in *mir.Instr) {
	args := in.Args
	if in.Twin != nil {
		w.pairs(in)
		return
	}
	if w.vals[in.Res[0]].typ == v128 {
		w.wide(in)
		return
	}
	switch in.Op {
	case mir.Pair:
		w.pair(args[0], args[1])
	case mir.InLanes:
		w.inLanes(in)
	case mir.BitsF:
		w.get(args[0], i64)
	case mir.FBits:
		w.get(args[0], f64)
	case mir.ModF:
		w.mod(args[0], args[1])
	case mir.MinF:
		w.extreme(args[0], args[1], opF64Lt, opF64Le)
	case mir.MaxF:
		w.extreme(args[0], args[1], opF64Gt, opF64Ge)
	case mir.RoundF:
		w.round(args[0])
	case mir.NotF:
		if w.vals[args[0]].typ == i32 {
			w.get(args[0], i32)
			w.emit(opI32Eqz)
			return
		}
		w.get(args[0], f64)
		w.num(0)
		w.emit(opF64Eq)
	case mir.Select:
		t := w.vals[in.Res[0]].typ
		w.get(args[1], t)
		w.get(args[2], t)
		w.get(args[0], i32)
		w.emit(opSelect)
	case mir.GetParam, mir.GetCue, mir.SampleRate, mir.Now:
		w.unchangingWord(in)
	case mir.ReadSound:
		w.asm(opI32Const, in.Imm, opI32Const, in.Aux)
		w.get(args[0], f64)
		w.get(args[1], f64)
		w.callImport(importSound)
	case mir.FuncValue:
		w.emit(opI64Const, handle(kindFunc, in.Callee.Index))
	case mir.SelfClosure:
		w.load(opI64Load, w.b.own.word(ownEnv))
	case mir.GetCapture:
		w.capture(in.Imm)
	default:
		row := direct[in.Op]
		if row.arg == 0 {
			w.fail("operation %s cannot be written", in.Op)
			return
		}
		if commutes(in) && w.vals[args[0]].at == inConst {
			args = []mir.Value{args[1], args[0]} // a constant second is an operand in memory
		}
		for _, arg := range args {
			w.get(arg, row.arg)
		}
		w.emit(row.op)
	}
}

// commutes reports whether the two arguments of in may change places.
func commutes(in *mir.Instr) bool {
	return in.Op == mir.MulF || in.Op == mir.AddF && (in.Twin == nil || in.Twin.Op == mir.AddF)
}

// extreme pushes the smaller or larger of a and b, as strict and loose compare
// them. The first of equal operands wins, and so do -0 and 0 count as equal;
// a NaN loses. A constant operand that is no NaN saves the test for it, and one
// that is not 0 cannot be told from an equal one: then the strict comparison in
// the order that one machine instruction has is enough.
func (w *writer) extreme(va, vb mir.Value, strict, loose opcode) {
	ca, fixedA := w.numOf(va)
	cb, fixedB := w.numOf(vb)
	a, b := w.operand(va, f64), w.operand(vb, f64)
	switch {
	case fixedB && cb == cb:
		w.push(a)
		w.push(b)
		w.push(a)
		w.push(b)
		if cb == 0 {
			strict = loose
		}
		w.emit(strict)
	case fixedA && ca == ca:
		w.push(b)
		w.push(a)
		w.push(b)
		w.push(a)
		w.emit(strict)
	default:
		w.push(b)
		w.push(a)
		w.push(b)
		w.push(a)
		w.emit(strict)
		w.push(a)
		w.push(a)
		w.emit(opF64Ne)
		w.emit(opI32Or)
	}
	w.emit(opSelect)
	w.done(a, b)
}

// round pushes the integer nearest to v, halves away from zero: the distance
// to the integer part is exact.
func (w *writer) round(v mir.Value) {
	a := w.operand(v, f64)
	whole := w.alloc(f64)
	w.push(a)
	w.emit(opF64Trunc)
	w.emit(opLocalTee, int64(whole))
	w.num(1)
	w.push(a)
	w.emit(opF64Copysign)
	w.emit(opF64Add)
	w.emit(opLocalGet, int64(whole))
	w.push(a)
	w.emit(opLocalGet, int64(whole))
	w.emit(opF64Sub)
	w.emit(opF64Abs)
	w.num(0.5)
	w.emit(opF64Ge)
	w.emit(opSelect)
	w.release(whole)
	w.done(a)
}

// mod pushes the C fmod of a and b. A dividend smaller than the divisor is the
// result, and nearly always the case in a phase: that test is a branch, so that
// the feedback path is as short as it can be. For a divisor that is a power of
// two from 1 up the quotient's integer part is exact, and so is the rest.
func (w *writer) mod(va, vb mir.Value) {
	divisor, fixed := w.numOf(vb)
	fraction, exponent := math.Frexp(math.Abs(divisor))
	a, b := w.operand(va, f64), w.operand(vb, f64)
	w.push(a)
	w.emit(opF64Abs)
	if fixed && fraction == 0.5 && exponent >= 1 && exponent <= 1000 {
		power := math.Abs(divisor)
		w.num(power)
		w.emit(opF64Ge) // this way round a constant needs no register
		w.emit(opIf, int64(f64))
		w.push(a)
		w.push(a)
		if power != 1 {
			w.num(1 / power)
			w.emit(opF64Mul)
		}
		w.emit(opF64Trunc)
		if power != 1 {
			w.num(power)
			w.emit(opF64Mul)
		}
		w.emit(opF64Sub)
		w.push(a)
		w.emit(opF64Copysign)
		w.emit(opElse)
		w.push(a)
	} else {
		w.push(b)
		w.emit(opF64Abs)
		w.emit(opF64Lt)
		w.emit(opIf, int64(f64))
		w.push(a)
		w.emit(opElse)
		w.push(a)
		w.push(b)
		w.emit(opCall, int64(w.b.modFunc()))
	}
	w.emit(opEnd)
	w.done(a, b)
}
