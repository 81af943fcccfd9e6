// sin, cos and tan.
//
// The argument is brought to y in [-pi/4, pi/4] as x = q pi/2 + y, y as a pair
// y0 - y1, in one of two ways that differ in how many digits of pi/2 they have:
//
//	|x| < 2^23  n = nearest(x 2/pi), found by adding a number so large that
//	            the sum has no room for a fraction: its last bits are those of
//	            n. Three parts of pi/2; the first leaves n A - x without error,
//	            the second is so short that its product with n is exact (Cody
//	            and Waite)
//	else        x 2/pi modulo 4 with whole numbers, from 192 of the 1216 digits
//	            of 2/pi kept here (Payne and Hanek), out of line
//
// Error of the reduction: below 2^-58 of y. Then a polynomial of degree 13 (sin)
// or 14 (cos) is added to the leading term; tan is y + y^3 (1/3 + y^2 P/Q). Error:
// sin and cos 0.85 ulp, tan 1.

package mathfn

import (
	"math"

	"mmm/compiler/mir"
	"mmm/state"
)

// nearReduction bounds the arguments of the short way. NaN counts as below it.
const nearReduction = 0x1p23

// wholePart is added to a number below 2^51 to round it to a whole one.
const wholePart = 0x1.8p52

// reduced writes f of the reduced x, or a call of the function far.
func (w *writer) reduced(x value, far string, f func(w *writer, y0, y1, q value) value) value {
	return w.either(w.ge(w.mul(x, x), w.num(nearReduction*nearReduction)), 1, func() []value {
		return w.call(far, x)
	}, func() []value {
		sum := w.fma(x, w.num(invPio2), w.num(wholePart))
		n := w.sub(sum, w.num(wholePart))
		a := w.fma(n, w.num(-pio2A), x)              // exact
		y0 := w.fma(n, w.num(-pio2B), a)             // n B is exact,
		lost := w.fma(n, w.num(pio2B), w.sub(y0, a)) // and so is this
		y1 := w.fma(n, w.num(pio2C), lost)
		return []value{f(w, y0, y1, w.bits(sum))}
	})[0]
}

// far writes f of x reduced by the long way.
func (s *Set) far(name string, f func(w *writer, y0, y1, q value) value) *mir.Func {
	w := s.newFunc(name, 1, nums(1))
	r := w.call("reduce", 0)
	w.Return(f(w, r[0], r[1], r[2]))
	return w.F
}

// sinOf is sin(y0 - y1), |y| <= pi/4; z = y0^2. A y0 of -0 gives -0.
func (w *writer) sinOf(y0, y1, z value) value {
	return w.sub(y0, w.fma(w.mul(y0, z), w.poly(z, sinCoef), y1))
}

// cosOf is cos(y0 - y1), |y| <= pi/4; z = y0^2.
func (w *writer) cosOf(y0, y1, z value) value {
	one, minusHalf := w.num(1), w.num(-0.5)
	hi := w.fma(minusHalf, z, one)
	lost := w.fma(minusHalf, z, w.sub(one, hi))
	return w.add(hi, w.fma(y0, y1, w.fma(w.mul(z, z), w.poly(z, cosCoef), lost)))
}

// even is the condition that the last bit of q is not set.
func (w *writer) even(q value) value {
	return w.Op(mir.EqI, w.andI(q, w.word(1)), w.word(0))
}

// wave is sin(q pi/2 + y).
func (w *writer) wave(y0, y1, q value) value {
	z := w.mul(y0, y0)
	r := w.either(w.even(q), 1, func() []value { return []value{w.sinOf(y0, y1, z)} },
		func() []value { return []value{w.cosOf(y0, y1, z)} })[0]
	flip := w.shl(w.andI(q, w.word(2)), 62)
	return w.Emit(&mir.Instr{Op: mir.FBits, Args: []value{w.Op(mir.XorI, w.bits(r), flip)}, Aux: 1}, 1)[0]
}

func sinWave(w *writer, y0, y1, q value) value { return w.wave(y0, y1, q) }
func cosWave(w *writer, y0, y1, q value) value { return w.wave(y0, y1, w.addI(q, w.word(1))) }

func buildFarSin(s *Set) *mir.Func { return s.far("farSin", sinWave) }
func buildFarCos(s *Set) *mir.Func { return s.far("farCos", cosWave) }
func buildFarTan(s *Set) *mir.Func { return s.far("farTan", slope) }

func buildSin(s *Set) *mir.Func {
	w := s.newFunc("sin", 1, nums(1))
	w.Return(w.reduced(0, "farSin", sinWave))
	return w.F
}

func buildCos(s *Set) *mir.Func {
	w := s.newFunc("cos", 1, nums(1))
	w.Return(w.reduced(0, "farCos", cosWave))
	return w.F
}

// buildTan has a way without reduction: nearly every tan of a patch is that of
// half a cutoff frequency, and the coefficients of a filter wait for it.
func buildTan(s *Set) *mir.Func {
	w := s.newFunc("tan", 1, nums(1))
	x := value(0)
	z := w.mul(x, x)
	w.Return(w.either(w.lt(z, w.num(pio4Hi*pio4Hi)), 1, func() []value {
		return []value{w.add(x, w.mul(w.mul(x, z), w.slopeOf(z)))}
	}, func() []value {
		return []value{w.reduced(x, "farTan", slope)}
	})...)
	return w.F
}

// slopeOf is (tan(y) - y)/y^3, |y| <= pi/4; z = y^2.
func (w *writer) slopeOf(z value) value {
	return w.fma(z, w.div(w.poly(z, tanNum), w.poly(z, tanDen)), w.num(1.0/3))
}

// slope is tan(y), or -1/tan(y) for an odd q, of which the inverse is taken as of
// a pair, with a corrected division. y is not 0.
func slope(w *writer, y0, y1, q value) value {
	z := w.mul(y0, y0)
	// y1 counts 1 + tan^2 y times.
	rest := w.fma(w.mul(y0, z), w.slopeOf(z), w.mul(y1, w.fma(z, w.num(-1.5), w.num(-1))))
	t := w.add(y0, rest)
	return w.either(w.even(q), 1, func() []value {
		return []value{t}
	}, func() []value {
		lost := w.sub(rest, w.sub(t, y0))
		inverse := w.div(w.num(-1), t)
		return []value{w.fma(inverse, w.fma(inverse, lost, w.fma(inverse, t, w.num(1))), inverse)}
	})[0]
}

// buildReduce writes reduce(x) = y0, y1, q, x = q pi/2 + y0 - y1, for |x| >= 1: with x = m 2^e, m a
// whole number of 53 bits, it multiplies m with those 192 digits of 2/pi that
// decide m 2^e 2/pi modulo 4; the product modulo 2^192 is that number times
// 2^190. Not finite x give NaN.
func buildReduce(s *Set) *mir.Func {
	w := s.newFunc("reduce", 1, []state.WordKind{state.NumWord, state.NumWord, state.IntWord})
	x := value(0)
	finite := w.lt(w.abs(x), w.num(math.Inf(1)))
	w.Return(w.either(finite, 3, func() []value { return w.payneHanek(x) }, func() []value {
		return []value{w.sub(x, x), w.num(0), w.word(0)}
	})...)
	return w.F
}

func (w *writer) payneHanek(x value) []value {
	bits := w.bits(x)
	m := w.addI(w.andI(bits, w.word(1<<52-1)), w.word(1<<52))
	exponent := w.andI(w.shr(bits, 52), w.word(0x7ff)) // e = exponent - 1075
	// The first digit wanted has the weight 2^(1-e): the (e-2)th after the point
	// counting from 0, and 64 later in twoOverPi.
	at := w.addI(exponent, w.word(64-2-1075))
	var cases []func() []value
	for k := range len(twoOverPi) - 3 {
		cases = append(cases, w.scoped(func() []value {
			var v []value
			for j := range 4 {
				v = append(v, w.word(int64(twoOverPi[k+j])))
			}
			return v
		}))
	}
	u := w.Switch(w.shr(at, 6), 4, cases...)
	left := w.andI(at, w.word(63))
	right := w.subI(w.word(63), left)
	var digits [3]value
	for j := range digits {
		// The shift by 64 - left is done in two, for left may be 0.
		low := w.Op(mir.ShrI, w.shr(u[j+1], 1), right)
		digits[j] = w.Op(mir.OrI, w.Op(mir.ShlI, u[j], left), low)
	}
	mid := w.mulI(m, digits[1])
	top := w.addI(w.mulI(m, digits[0]), w.mulHigh(m, digits[1]))
	sum := w.addI(mid, w.mulHigh(m, digits[2]))
	// The addition carries if the unsigned sum is below mid.
	low := w.word(math.MinInt64)
	carry := w.Op(mir.LtI, w.Op(mir.XorI, sum, low), w.Op(mir.XorI, mid, low))
	top = w.addI(top, w.Op(mir.FtoI, carry))
	// top, sum: a number of units pi/2 with 62 and 64 binary places.
	q := w.sar(w.addI(top, w.word(1<<61)), 62)
	top = w.subI(top, w.shl(q, 62)) // now signed, at most half a unit
	// The sum of four exact parts, largest first.
	mask := w.word(1<<32 - 1)
	part := func(n value, exponent int) value {
		return w.mul(w.Op(mir.ItoF, n), w.num(math.Ldexp(1, exponent)))
	}
	a, a1 := w.quickSum(part(w.sar(top, 32), -30), part(w.andI(top, mask), -62))
	b, b1 := w.quickSum(part(w.shr(sum, 32), -94), part(w.andI(sum, mask), -126))
	hi, lo := w.quickSum(a, w.add(a1, b))
	lo = w.add(lo, b1)
	// Times pi/2, as a pair.
	p := w.mul(hi, w.num(pio2Hi))
	tail := w.fma(hi, w.num(pio2Lo), w.fma(lo, w.num(pio2Hi), w.lost(hi, w.num(pio2Hi), p)))
	y0, y1 := w.quickSum(p, tail)
	// x = -|x| has the negated y and q.
	sign := w.negative(x)
	minus := func(v value) value { return w.sel(sign, w.Op(mir.NegF, v), v) }
	return []value{minus(y0), minus(w.Op(mir.NegF, y1)), w.sel(sign, w.subI(w.word(0), q), q)}
}

// mulHigh is the upper half of the 128-bit product of two unsigned words, the
// first below 2^53.
func (w *writer) mulHigh(a, b value) value {
	mask := w.word(1<<32 - 1)
	ah, al := w.shr(a, 32), w.andI(a, mask)
	bh, bl := w.shr(b, 32), w.andI(b, mask)
	cross := w.addI(w.mulI(ah, bl), w.shr(w.mulI(al, bl), 32))
	other := w.addI(w.mulI(al, bh), w.andI(cross, mask))
	return w.addI(w.addI(w.mulI(ah, bh), w.shr(cross, 32)), w.shr(other, 32))
}
