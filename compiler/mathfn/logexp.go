// log, exp, and the shared kernel of the hyperbolic functions.

package mathfn

import (
	"math"

	"mmm/compiler/mir"
	"mmm/state"
)

const smallestNormal = 0x1p-1022

// sqrtHalf splits the doubles into binades that are centred around powers of 2.
const sqrtHalf = 0x1.6a09e667f3bcdp-1

// binade writes a normal x > 0 as m 2^k, m from low (below 1) to 2 low.
func (w *writer) binade(x value, low float64) (m, k value) {
	bits := w.bits(x)
	k = w.sar(w.subI(bits, w.word(int64(math.Float64bits(low)))), 52)
	return w.fromBits(w.subI(bits, w.shl(k, 52))), k
}

// buildLog writes the natural logarithm: x = m 2^k with m in [sqrt(1/2),
// sqrt 2), f = m - 1, s = f/(2+f), log m = 2 atanh s = f - s (f - R), where R is
// a polynomial of degree 7 in s^2. With h = f^2/2 this is f - (h - s (h + R)),
// in which the rounded terms are small beside f. Error: 0.9 ulp.
func buildLog(s *Set) *mir.Func {
	w := s.newFunc("log", 1, nums(1))
	x := value(0)
	inf := w.num(math.Inf(1))
	smallest := w.num(smallestNormal)
	normal := w.and(w.ge(x, smallest), w.lt(x, inf))
	w.Return(w.either(normal, 1, func() []value {
		return []value{w.logNormal(x, w.num(0))}
	}, func() []value {
		return w.either(w.and(w.Op(mir.GtF, x, w.num(0)), w.lt(x, smallest)), 1, func() []value {
			return []value{w.logNormal(w.mul(x, w.num(0x1p54)), w.num(-54))}
		}, func() []value {
			// inf and NaN stay, 0 gives -inf, less gives NaN.
			zero := w.eq(x, w.num(0))
			negative := w.lt(x, w.num(0))
			r := w.sel(zero, w.num(math.Inf(-1)), x)
			return []value{w.sel(negative, w.word(nan), r)}
		})
	})...)
	return w.F
}

// logNormal is log(x) + extra ln 2.
func (w *writer) logNormal(x, extra value) value {
	m, ki := w.binade(x, sqrtHalf)
	k := w.add(w.Op(mir.ItoF, ki), extra)
	f := w.sub(m, w.num(1))
	s := w.div(f, w.add(w.num(2), f))
	z := w.mul(s, s)
	half := w.mul(w.mul(w.num(0.5), f), f)
	r := w.mul(z, w.poly(z, logCoef))
	low := w.add(w.mul(s, w.add(half, r)), w.mul(k, w.num(ln2Lower)))
	return w.sub(w.mul(k, w.num(ln2Hi)), w.sub(w.sub(half, low), f))
}

// expPair is e^x as 2^n (1 + hi + lo) for |x| < 1000; error 2^-60. With t = x -
// n ln 2, e^t - 1 - t - t^2/2 = t^3 (1 - P (2+t)) / (4 - 2c), c = t - t^2 P, where
// 2 + t^2 P(t^2) = t coth(t/2).
func (w *writer) expPair(x value) (hi, lo, n value) {
	k := w.nearest(w.mul(x, w.num(log2e)))
	a := w.sub(x, w.mul(k, w.num(ln2Hi))) // exact
	p := w.mul(k, w.num(ln2Mid))          // exact
	b := w.sub(a, p)
	lost := w.sub(w.sub(a, b), p)
	c := w.sub(w.mul(k, w.num(ln2Lo)), lost)
	t := w.sub(b, c)
	t1 := w.sub(w.sub(b, t), c)

	z := w.mul(t, t)
	q := w.poly(z, expCoef)
	num := w.mul(w.mul(t, z), w.sub(w.num(1), w.mul(q, w.add(w.num(2), t))))
	den := w.sub(w.num(4), w.mul(w.num(2), w.sub(t, w.mul(z, q))))
	cubic := w.div(num, den)
	// t^2/2 as a pair.
	th, tl := w.split(t)
	square := w.mul(w.mul(th, th), w.num(0.5))
	square1 := w.mul(w.mul(tl, w.add(t, th)), w.num(0.5))
	hi, lost = w.quickSum(t, square)
	hi, lo = w.quickSum(hi, w.add(lost, w.add(w.add(cubic, square1), w.add(t1, w.mul(t1, t)))))
	return hi, lo, w.Op(mir.FtoI, k)
}

// buildExpm1 writes expm1(x) = hi, lo, n of expPair.
func buildExpm1(s *Set) *mir.Func {
	w := s.newFunc("expm1", 1, []state.WordKind{state.NumWord, state.NumWord, state.IntWord})
	hi, lo, n := w.expPair(0)
	w.Return(hi, lo, n)
	return w.F
}

// numberOr gives x itself in place of r if x is NaN.
func (w *writer) numberOr(x, r value) value { return w.sel(w.eq(x, x), r, x) }

// buildExp writes e^x. Error: 0.53 ulp; 0.8 ulp where the result is subnormal.
func buildExp(s *Set) *mir.Func {
	w := s.newFunc("exp", 1, nums(1))
	x := value(0)
	// MaxF ignores NaN, so a NaN comes out as a number and is put back.
	bounded := w.Op(mir.MinF, w.Op(mir.MaxF, x, w.num(-760)), w.num(720))
	r := w.call("expm1", bounded)
	one, lost := w.quickSum(w.num(1), r[0])
	w.Return(w.numberOr(x, w.scale(w.add(one, w.add(lost, r[1])), r[2])))
	return w.F
}

// Hyperbolic functions: with E = e^|x| = 2^n (1+p) and N = E - 1, all as pairs,
//
//	sinh = (N + N/E)/2, cosh = (E + 1/E)/2, tanh = N'/(N'+2), N' = e^(2|x|) - 1,
//
// none of which cancels. Error: 0.6 ulp.

// above is base + hi + lo as a pair; |base| >= |hi| or base is 0.
func (w *writer) above(base, hi, lo value) (sum, rest value) {
	sum, rest = w.quickSum(base, hi)
	return sum, w.add(rest, lo)
}

// hyperbolic writes sinh or cosh; build gets N and E, each as a pair, and gives
// twice the result as a pair.
func (w *writer) hyperbolic(build func(n0, n1, e0, e1 value) (hi, lo value)) value {
	x := value(0)
	size := w.Op(mir.MinF, w.abs(x), w.num(720))
	r := w.call("expm1", size)
	n := r[2]
	v := w.either(w.lt(size, w.num(22)), 1, func() []value {
		two := w.power2(n)
		hi, lo := w.mul(two, r[0]), w.mul(two, r[1])
		n0, n1 := w.above(w.sub(two, w.num(1)), hi, lo)
		e0, e1 := w.above(two, hi, lo)
		sum, rest := build(n0, n1, e0, e1)
		return []value{w.mul(w.num(0.5), w.add(sum, rest))}
	}, func() []value {
		// e^-|x| is too small to count.
		one, lost := w.quickSum(w.num(1), r[0])
		return []value{w.scale(w.add(one, w.add(lost, r[1])), w.subI(n, w.word(1)))}
	})[0]
	return w.numberOr(x, v)
}

func buildSinh(s *Set) *mir.Func {
	w := s.newFunc("sinh", 1, nums(1))
	r := w.hyperbolic(func(n0, n1, e0, e1 value) (hi, lo value) {
		q, q1 := w.quotient(n0, n1, e0, e1)
		hi, lost := w.quickSum(n0, q)
		return hi, w.add(lost, w.add(n1, q1))
	})
	w.Return(w.copySign(r, 0))
	return w.F
}

func buildCosh(s *Set) *mir.Func {
	w := s.newFunc("cosh", 1, nums(1))
	w.Return(w.hyperbolic(func(n0, n1, e0, e1 value) (hi, lo value) {
		q, q1 := w.quotient(w.num(1), w.num(0), e0, e1)
		hi, lost := w.quickSum(e0, q)
		return hi, w.add(lost, w.add(e1, q1))
	}))
	return w.F
}

func buildTanh(s *Set) *mir.Func {
	w := s.newFunc("tanh", 1, nums(1))
	x := value(0)
	double := w.mul(w.num(2), w.Op(mir.MinF, w.abs(x), w.num(40)))
	r := w.call("expm1", double)
	two := w.power2(r[2])
	hi, lo := w.mul(two, r[0]), w.mul(two, r[1])
	// From 2^53 on, 2^n - 1 and 2^n + 1 are pairs too.
	below, lost := w.quickSum(two, w.num(-1))
	n0, n1 := w.above(below, hi, w.add(lo, lost))
	beyond, lost := w.quickSum(two, w.num(1))
	d0, d1 := w.above(beyond, hi, w.add(lo, lost))
	q, q1 := w.quotient(n0, n1, d0, d1)
	w.Return(w.numberOr(x, w.copySign(w.add(q, q1), x)))
	return w.F
}
