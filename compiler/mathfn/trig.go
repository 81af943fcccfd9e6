// sin, cos and tan.
//
// The argument is brought to y in [-pi/4, pi/4] as x = q pi/2 + y, y as a pair
// y0+y1, by one of three ways that differ in how many digits of pi/2 they have:
//
//	|x| < 2e5   n = nearest(x 2/pi); three parts of pi/2, the first two so short
//	            that their products with n are exact (Cody and Waite)
//	|x| < 4e8   the same with five parts
//	else        x 2/pi modulo 4 with whole numbers, from 192 of the 1216 digits
//	            of 2/pi kept here (Payne and Hanek)
//
// Error of the reduction: below 2^-60 of y. Then a polynomial of degree 13 (sin)
// or 14 (cos) is added to the leading term. Error: sin and cos 0.8 ulp, tan 0.9.

package mathfn

import (
	"math"

	"mmm/compiler/mir"
	"mmm/state"
)

// reduced writes the reduction of x; q is an int of which the last two bits
// count.
func (w *writer) reduced(x value) (y0, y1, q value) {
	size := w.abs(x)
	r := w.either(w.lt(size, w.num(2e5)), 3, func() []value {
		// + 0 makes -0 a 0: then y keeps the sign of x = -0.
		n := w.add(w.nearest(w.mul(x, w.num(invPio2))), w.num(0))
		a := w.sub(x, w.mul(n, w.num(pio2A))) // exact
		p := w.mul(n, w.num(pio2B))           // exact
		b := w.sub(a, p)
		lost := w.sub(w.sub(a, b), p)
		c := w.sub(w.mul(n, w.num(pio2C)), lost)
		y0 := w.sub(b, c)
		return []value{y0, w.sub(w.sub(b, y0), c), w.Op(mir.FtoI, n)}
	}, func() []value {
		return w.either(w.lt(size, w.num(4e8)), 3, func() []value {
			n := w.nearest(w.mul(x, w.num(invPio2)))
			a := w.sub(x, w.mul(n, w.num(pio2V))) // exact
			b := w.sub(a, w.mul(n, w.num(pio2W))) // exact
			p := w.mul(n, w.num(pio2X))
			c := w.sub(b, p)
			lost := w.sub(w.sub(b, c), p)
			t := w.sub(lost, w.mul(n, w.num(pio2Y)))
			y0, y1 := w.quickSum(c, t)
			return []value{y0, w.sub(y1, w.mul(n, w.num(pio2Z))), w.Op(mir.FtoI, n)}
		}, func() []value {
			return w.call("reduce", x)
		})
	})
	return r[0], r[1], r[2]
}

// sinParts is sin(y0+y1) as y0 - minus, |y| <= pi/4.
func (w *writer) sinParts(y0, y1, z value) (minus value) {
	v := w.mul(z, y0)
	r := w.poly(z, sinCoef[1:])
	t := w.sub(w.mul(w.num(0.5), y1), w.mul(v, r))
	return w.sub(w.sub(w.mul(z, t), y1), w.mul(v, w.num(sinCoef[0])))
}

// cosParts is cos(y0+y1) as hi + lo, |y| <= pi/4.
func (w *writer) cosParts(y0, y1, z value) (hi, lo value) {
	r := w.mul(z, w.poly(z, cosCoef))
	half := w.mul(w.num(0.5), z)
	one := w.num(1)
	hi = w.sub(one, half)
	lost := w.sub(w.sub(one, hi), half)
	return hi, w.add(lost, w.sub(w.mul(z, r), w.mul(y0, y1)))
}

// wave is sin(q pi/2 + y).
func (w *writer) wave(y0, y1, q value) value {
	z := w.mul(y0, y0)
	odd := w.Op(mir.EqI, w.andI(q, w.word(1)), w.word(1))
	r := w.either(odd, 1, func() []value {
		hi, lo := w.cosParts(y0, y1, z)
		return []value{w.add(hi, lo)}
	}, func() []value {
		return []value{w.sub(y0, w.sinParts(y0, y1, z))}
	})[0]
	flip := w.shl(w.andI(q, w.word(2)), 62)
	return w.fromBits(w.Op(mir.XorI, w.bits(r), flip))
}

func buildSin(s *Set) *mir.Func {
	w := s.newFunc("sin", 1, nums(1))
	y0, y1, q := w.reduced(0)
	w.Return(w.wave(y0, y1, q))
	return w.F
}

func buildCos(s *Set) *mir.Func {
	w := s.newFunc("cos", 1, nums(1))
	y0, y1, q := w.reduced(0)
	w.Return(w.wave(y0, y1, w.addI(q, w.word(1))))
	return w.F
}

// buildTan divides sin by cos, or -cos by sin, both as pairs, and corrects the
// quotient by the rest of the division.
func buildTan(s *Set) *mir.Func {
	w := s.newFunc("tan", 1, nums(1))
	y0, y1, q := w.reduced(0)
	z := w.mul(y0, y0)
	s0, s1 := w.quickSum(y0, w.Op(mir.NegF, w.sinParts(y0, y1, z)))
	c0, c1 := w.cosParts(y0, y1, z)
	c0, c1 = w.quickSum(c0, c1)
	odd := w.Op(mir.EqI, w.andI(q, w.word(1)), w.word(1))
	quot, lo := w.quotient(w.sel(odd, c0, s0), w.sel(odd, c1, s1), w.sel(odd, s0, c0), w.sel(odd, s1, c1))
	t := w.add(quot, lo)
	t = w.sel(odd, w.Op(mir.NegF, t), t)
	w.Return(w.sel(w.eq(0, w.num(0)), 0, t)) // keeps -0
	return w.F
}

// buildReduce writes reduce(x) = y0, y1, q for |x| >= 1: with x = m 2^e, m a
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
	// Times pi/2, as a pair: the product of the leading halves is exact.
	hh, hl := w.split(hi)
	p := w.mul(hh, w.num(pio2Top))
	tail := w.add(w.mul(hh, w.num(pio2Rest)), w.mul(w.add(hl, lo), w.num(pio2Hi)))
	y0, y1 := w.quickSum(p, tail)
	// x = -|x| has the negated y and q.
	sign := w.negative(x)
	minus := func(v value) value { return w.sel(sign, w.Op(mir.NegF, v), v) }
	return []value{minus(y0), minus(y1), w.sel(sign, w.subI(w.word(0), q), q)}
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
