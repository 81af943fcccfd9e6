// asin, acos, atan and atan2.

package mathfn

import (
	"math"

	"mmm/compiler/mir"
)

// arcSine is asin(t)/t - 1 for z = t*t, |t| <= 1/2: a polynomial of degree 14 in z.
func (w *writer) arcSine(z value) value { return w.mul(z, w.poly(z, asinCoef)) }

// complement is, for w = (1-|x|)/2, its root s, what that lacks to the true one,
// and asin(s)/s - 1. asin x = pi/2 - 2 asin s.
func (w *writer) complement(size value) (root, lack, r value) {
	half := w.mul(w.sub(w.num(1), size), w.num(0.5)) // exact
	root = w.Op(mir.SqrtF, half)
	// The tiny number keeps 0/0 away from |x| = 1; elsewhere it rounds off.
	lack = w.div(w.rest(half, root, root), w.add(w.add(root, root), w.num(0x1p-1000)))
	return root, lack, w.arcSine(half)
}

// buildAsin: |x| < 1/2 by the polynomial, else by the complement with its root as
// a pair. Error: 0.8 ulp.
func buildAsin(s *Set) *mir.Func {
	w := s.newFunc("asin", 1, nums(1))
	x := value(0)
	size := w.abs(x)
	w.Return(w.either(w.lt(size, w.num(0.5)), 1, func() []value {
		return []value{w.fma(x, w.arcSine(w.mul(x, x)), x)}
	}, func() []value {
		root, lack, r := w.complement(size)
		minusTwo := w.num(-2)
		p := w.fma(minusTwo, w.fma(root, r, lack), w.num(pio2Lo))
		q := w.fma(minusTwo, root, w.num(pio2Hi))
		lost := w.fma(minusTwo, root, w.sub(w.num(pio2Hi), q))
		return []value{w.copySign(w.add(q, w.add(lost, p)), x)}
	})...)
	return w.F
}

// buildAcos: as asin; near 1 the result is 2 asin s. Error: 0.9 ulp.
func buildAcos(s *Set) *mir.Func {
	w := s.newFunc("acos", 1, nums(1))
	x := value(0)
	size := w.abs(x)
	w.Return(w.either(w.lt(size, w.num(0.5)), 1, func() []value {
		r := w.arcSine(w.mul(x, x))
		return []value{w.sub(w.num(pio2Hi), w.sub(x, w.fma(w.Op(mir.NegF, x), r, w.num(pio2Lo))))}
	}, func() []value {
		root, lack, r := w.complement(size)
		two := w.num(2)
		curve := w.fma(root, r, lack)
		near := w.mul(two, w.add(root, curve))
		far := w.add(root, w.sub(curve, w.num(pio2Lo)))
		return []value{w.sel(w.lt(x, w.num(0)), w.sub(w.num(piHi), w.mul(two, far)), near)}
	})...)
	return w.F
}

// buildRatio writes ratio(a, b) = atan(a/b) as a pair, 0 <= a <= b, b in [1,
// 2^900] or both in [2^-900, 2^900]. With c = 0, 1/2 or 1, atan(a/b) = atan c +
// atan t, t = (a - cb)/(b + ca), |t| <= 1/4; t is a pair, for it carries the
// rounding of a/b. Error: 2^-58.
func buildRatio(s *Set) *mir.Func {
	w := s.newFunc("ratio", 2, nums(2))
	a, b := value(0), value(1)
	zero, half, one := w.num(0), w.num(0.5), w.num(1)
	r := w.div(a, b)
	mid, high := w.ge(r, w.num(0.25)), w.ge(r, w.num(0.71875))
	choose := func(low, middle, top float64) value {
		return w.sel(high, w.num(top), w.sel(mid, w.num(middle), w.num(low)))
	}
	c := w.sel(high, one, w.sel(mid, half, zero))
	n := w.sub(a, w.mul(c, b)) // exact: a and cb are within a factor 2, or c is 0
	d, d1 := w.quickSum(b, w.mul(c, a))
	t, t1 := w.quotient(n, zero, d, d1)
	z := w.mul(t, t)
	curve := w.mul(w.mul(t, z), w.poly(z, atanCoef))
	sum, lost := w.quickSum(choose(0, atanHalfHi, pio4Hi), t)
	w.Return(sum, w.add(lost, w.add(w.add(choose(0, atanHalfLo, pio4Lo), t1), curve)))
	return w.F
}

// buildAtan: above 1, pi/2 - atan(1/x). Error: 0.53 ulp.
func buildAtan(s *Set) *mir.Func {
	w := s.newFunc("atan", 1, nums(1))
	x := value(0)
	size := w.Op(mir.MinF, w.abs(x), w.num(0x1p70)) // beyond, the result is pi/2
	one := w.num(1)
	above := w.lt(one, size)
	r := w.call("ratio", w.sel(above, one, size), w.sel(above, size, one))
	zero := w.num(0)
	angle := w.turn(r[0], r[1], w.sel(above, w.num(pio2Hi), zero), w.sel(above, w.num(pio2Lo), zero), above)
	w.Return(w.numberOr(x, w.copySign(angle, x)))
	return w.F
}

// turn is base + base1 +- (hi + lo), minus if the condition holds; base is the
// larger or 0.
func (w *writer) turn(hi, lo, base, base1, minus value) value {
	hi = w.sel(minus, w.Op(mir.NegF, hi), hi)
	lo = w.sel(minus, w.Op(mir.NegF, lo), lo)
	sum, lost := w.quickSum(base, hi)
	return w.add(sum, w.add(lost, w.add(base1, lo)))
}

// buildAtan2 writes the angle of the point (x, y) from the ratio of the smaller
// to the larger coordinate. Error: 0.65 ulp.
func buildAtan2(s *Set) *mir.Func {
	w := s.newFunc("atan2", 2, nums(1))
	y, x := value(0), value(1)
	ay, ax := w.abs(y), w.abs(x)
	steep := w.lt(ax, ay)
	a, b := w.sel(steep, ax, ay), w.sel(steep, ay, ax)
	plain := w.and(w.ge(a, w.num(0x1p-900)), w.lt(b, w.num(0x1p900)))
	r := w.either(plain, 2, func() []value { return w.call("ratio", a, b) },
		func() []value { return w.call("ratioEdge", a, b) })
	left := w.negative(x)
	zero := w.num(0)
	base := w.sel(steep, w.num(pio2Hi), w.sel(left, w.num(piHi), zero))
	base1 := w.sel(steep, w.num(pio2Lo), w.sel(left, w.num(piLo), zero))
	minus := w.Op(mir.NeF, steep, w.Op(mir.Select, left, w.num(1), zero))
	number := w.and(w.eq(x, x), w.eq(y, y))
	angle := w.copySign(w.turn(r[0], r[1], base, base1, minus), y)
	w.Return(w.sel(number, angle, w.add(x, y)))
	return w.F
}

// buildRatioEdge writes ratio for all 0 <= a <= b, 0 and infinite ones too: 0/0
// counts as 0 and inf/inf as 1, as C99 F.9.1.4 has it.
func buildRatioEdge(s *Set) *mir.Func {
	w := s.newFunc("ratioEdge", 2, nums(2))
	zero, one, inf := w.num(0), w.num(1), w.num(math.Inf(1))
	infinite := w.eq(1, inf)
	a := w.sel(infinite, w.sel(w.eq(0, inf), one, zero), 0)
	b := w.sel(w.Op(mir.OrF, infinite, w.eq(1, zero)), one, 1)
	w.Return(w.either(w.lt(a, w.mul(b, w.num(0x1p-60))), 2, func() []value {
		return []value{w.div(a, b), zero}
	}, func() []value {
		k := w.sel(w.lt(one, b), w.num(0x1p-600), w.num(0x1p600))
		k = w.sel(infinite, one, k)
		return w.call("ratio", w.mul(a, k), w.mul(b, k))
	})...)
	return w.F
}
