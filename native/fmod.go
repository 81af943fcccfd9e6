// The module's own function for %: C's fmod, exact for every pair of numbers.

package native

import "math"

// modFunc returns the index of that function, which it writes at the first call.
// The quotient may have a thousand bits, and without a fused multiply-add no
// product of it is exact; so the rest is found by long division of the
// mantissas, eleven bits of the quotient a step, which is one step unless the
// dividend is over 2048 times the divisor.
func (b *builder) modFunc() int {
	return b.helper("fmod", []valType{f64}, b.writeMod)
}

func (b *builder) writeMod(w *writer) {
	p, q := int64(w.param(f64, "a")), int64(w.param(f64, "b"))
	x, y := int64(w.fresh(i64, "x")), int64(w.fresh(i64, "y"))
	shift, low := int64(w.fresh(i64, "shift")), int64(w.fresh(i64, "low"))
	const (
		magnitude = math.MaxInt64
		infinity  = 0x7ff << 52
		hidden    = 1 << 52
	)

	// Magnitudes as bits, which are ordered as the numbers are.
	for _, v := range [][2]int64{{p, x}, {q, y}} {
		w.emit(opLocalGet, v[0])
		w.emit(opI64ReinterpretF64)
		w.emit(opI64Const, magnitude)
		w.emit(opI64And)
		w.emit(opLocalSet, v[1])
	}
	// No rest: a is infinite, b is 0, or either is NaN.
	w.emit(opLocalGet, x)
	w.emit(opI64Const, infinity)
	w.emit(opI64GeU)
	w.emit(opLocalGet, y)
	w.emit(opI64Eqz)
	w.emit(opI32Or)
	w.emit(opLocalGet, y)
	w.emit(opI64Const, infinity)
	w.emit(opI64GtU)
	w.emit(opI32Or)
	w.emit(opIf)
	w.num(math.NaN())
	w.emit(opReturn)
	w.emit(opEnd)
	// The dividend is smaller.
	w.emit(opLocalGet, x)
	w.emit(opLocalGet, y)
	w.emit(opI64LtU)
	w.emit(opIf)
	w.emit(opLocalGet, p)
	w.emit(opReturn)
	w.emit(opEnd)
	// A quotient below 2: the difference of numbers so near is exact.
	w.emit(opLocalGet, p)
	w.emit(opF64Abs)
	w.emit(opLocalGet, q)
	w.emit(opF64Abs)
	w.num(2)
	w.emit(opF64Mul)
	w.emit(opF64Lt)
	w.emit(opIf)
	w.emit(opLocalGet, p)
	w.emit(opF64Abs)
	w.emit(opLocalGet, q)
	w.emit(opF64Abs)
	w.emit(opF64Sub)
	w.emit(opLocalGet, p)
	w.emit(opF64Copysign)
	w.emit(opReturn)
	w.emit(opEnd)
	// x and y become mantissas, low the exponent of y's lowest bit plus 1,
	// shift the distance of their exponents.
	for _, v := range [][2]int64{{x, shift}, {y, low}} {
		mantissa, exponent := v[0], v[1]
		w.emit(opLocalGet, mantissa)
		w.emit(opI64Const, 52)
		w.emit(opI64ShrU)
		w.emit(opLocalTee, exponent)
		w.emit(opI64Eqz)
		w.emit(opIf) // subnormal
		w.emit(opI64Const, 1)
		w.emit(opLocalSet, exponent)
		w.emit(opElse)
		w.emit(opLocalGet, mantissa)
		w.emit(opI64Const, hidden-1)
		w.emit(opI64And)
		w.emit(opI64Const, hidden)
		w.emit(opI64Or)
		w.emit(opLocalSet, mantissa)
		w.emit(opEnd)
	}
	w.emit(opLocalGet, shift)
	w.emit(opLocalGet, low)
	w.emit(opI64Sub)
	w.emit(opLocalSet, shift)
	// x = x * 2^step mod y until the whole distance is gone.
	step := int64(w.fresh(i64, "step"))
	w.emit(opLoop)
	w.emit(opLocalGet, shift)
	w.emit(opI64Const, 11)
	w.emit(opLocalGet, shift)
	w.emit(opI64Const, 11)
	w.emit(opI64LtS)
	w.emit(opSelect)
	w.emit(opLocalSet, step)
	w.emit(opLocalGet, x)
	w.emit(opLocalGet, step)
	w.emit(opI64Shl)
	w.emit(opLocalGet, y)
	w.emit(opI64RemU)
	w.emit(opLocalSet, x)
	w.emit(opLocalGet, shift)
	w.emit(opLocalGet, step)
	w.emit(opI64Sub)
	w.emit(opLocalTee, shift)
	w.emit(opI64Const, 0)
	w.emit(opI64GtS)
	w.emit(opBrIf, 0)
	w.emit(opEnd)
	w.emit(opLocalGet, x)
	w.emit(opI64Eqz)
	w.emit(opIf)
	w.num(0)
	w.emit(opLocalGet, p)
	w.emit(opF64Copysign)
	w.emit(opReturn)
	w.emit(opEnd)
	// Back to a number: x * 2^(low-1) in units of the smallest subnormal.
	w.emit(opLocalGet, x)
	w.emit(opI64Clz)
	w.emit(opI64Const, 11)
	w.emit(opI64Sub)
	w.emit(opLocalSet, shift)
	w.emit(opLocalGet, shift)
	w.emit(opLocalGet, low)
	w.emit(opI64LtS)
	w.emit(opIf, int64(i64)) // normal: the hidden bit adds 1 to the exponent
	w.emit(opLocalGet, x)
	w.emit(opLocalGet, shift)
	w.emit(opI64Shl)
	w.emit(opLocalGet, low)
	w.emit(opLocalGet, shift)
	w.emit(opI64Sub)
	w.emit(opI64Const, 1)
	w.emit(opI64Sub)
	w.emit(opI64Const, 52)
	w.emit(opI64Shl)
	w.emit(opI64Add)
	w.emit(opElse)
	w.emit(opLocalGet, x)
	w.emit(opLocalGet, low)
	w.emit(opI64Const, 1)
	w.emit(opI64Sub)
	w.emit(opI64Shl)
	w.emit(opEnd)
	w.emit(opF64ReinterpretI64)
	w.emit(opLocalGet, p)
	w.emit(opF64Copysign)
}
