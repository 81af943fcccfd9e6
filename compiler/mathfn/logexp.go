// log, exp, and the shared kernel of the hyperbolic functions.

package mathfn

import (
	"math"

	"mmm/compiler/mir"
	"mmm/state"
)

const smallestNormal = 0x1p-1022

// binade writes a normal x > 0 as m 2^k, m in [sqrt(1/2), sqrt 2). It takes the
// bits apart without leaving them: k, with the bias of the exponent, becomes the
// last bits of a number of the size 2^52.
func (w *writer) binade(x value) (m, k value) {
	const (
		sqrtHalf = 0x3fe6a09e667f3bcd // its bits
		bias     = 1023 << 52
		size     = 0x433 << 52 // the bits of 2^52
	)
	bits := w.addI(w.bits(x), w.word(bias-sqrtHalf))
	k = w.sub(w.fromBits(w.Op(mir.OrI, w.shr(bits, 52), w.word(size))), w.num(0x1p52+1023))
	return w.fromBits(w.addI(w.andI(bits, w.word(1<<52-1)), w.word(sqrtHalf))), k
}

// normal is the condition that x is positive, finite and not subnormal.
func (w *writer) normal(x value) value {
	return w.and(w.ge(x, w.num(smallestNormal)), w.lt(x, w.num(math.Inf(1))))
}

// buildLog writes the natural logarithm: x = m 2^k with m in [sqrt(1/2),
// sqrt 2), f = m - 1, s = f/(2+f), log m = 2 atanh s = f - s (f - R), where R is
// a polynomial of degree 7 in s^2. With h = f^2/2 this is f - (h - s (h + R)),
// in which the rounded terms are small beside f. Error: 0.9 ulp.
func buildLog(s *Set) *mir.Func {
	w := s.newFunc("log", 1, nums(1))
	x := value(0)
	w.Return(w.either(w.normal(x), 1, func() []value {
		return []value{w.logNormal(x, 0)}
	}, func() []value {
		return w.call("farLog", x)
	})...)
	return w.F
}

// buildFarLog writes the logarithm of everything else: subnormal numbers; inf and
// NaN stay, 0 gives -inf, less gives NaN.
func buildFarLog(s *Set) *mir.Func {
	w := s.newFunc("farLog", 1, nums(1))
	x, zero := value(0), w.num(0)
	w.Return(w.either(w.and(w.Op(mir.GtF, x, zero), w.lt(x, w.num(smallestNormal))), 1, func() []value {
		return []value{w.logNormal(w.mul(x, w.num(0x1p54)), -54)}
	}, func() []value {
		r := w.sel(w.eq(x, zero), w.num(math.Inf(-1)), x)
		return []value{w.sel(w.lt(x, zero), w.word(nan), r)}
	})...)
	return w.F
}

// logNormal is log(x) + extra ln 2.
func (w *writer) logNormal(x value, extra float64) value {
	m, k := w.binade(x)
	if extra != 0 {
		k = w.add(k, w.num(extra))
	}
	f := w.sub(m, w.num(1))
	s := w.div(f, w.add(m, w.num(1)))
	z := w.mul(s, s)
	half := w.mul(w.mul(w.num(0.5), f), f)
	low := w.fma(s, w.fma(z, w.poly(z, logCoef), half), w.mul(k, w.num(ln2Lo)))
	return w.fma(k, w.num(ln2Hi), w.sub(f, w.sub(half, low)))
}

// powers writes e^x = 2^n e^(t+t1), |t| <= ln(2)/2, for |x| < 2^40; the last bits
// of sum are those of n. Error: 2^-60 of t.
func (w *writer) powers(x value) (t, t1, sum value) {
	sum = w.fma(x, w.num(log2e), w.num(wholePart))
	n := w.sub(sum, w.num(wholePart))
	a := w.fma(n, w.num(-ln2Hi), x) // exact
	t = w.fma(n, w.num(-ln2Lo), a)
	return t, w.fma(n, w.num(-ln2Lo), w.sub(a, t)), sum
}

// power is e^(t+t1) as a pair, |t| < 0.347: a polynomial of degree 12.
func (w *writer) power(t, t1 value) (hi, lo value) {
	hi, lost := w.quickSum(w.num(1), t)
	return hi, w.add(lost, w.fma(w.mul(t, t), w.poly(t, expPoly), t1))
}

// times2 is (hi + lo) 2^n, rounded once, for a normal result; the last bits of
// sum are those of n.
func (w *writer) times2(hi, lo, sum value) value {
	scale := w.fromBits(w.addI(w.shl(w.bits(sum), 52), w.num(1)))
	return w.fma(lo, scale, w.mul(hi, scale))
}

// whole is the int n of which sum has the last bits.
func (w *writer) whole(sum value) value { return w.subI(w.bits(sum), w.num(wholePart)) }

// nearExp bounds the arguments of which exp is a normal number.
const nearExp = 708

// buildExp writes e^x. Error: 0.63 ulp; 0.8 ulp where the result is subnormal.
func buildExp(s *Set) *mir.Func {
	w := s.newFunc("exp", 1, nums(1))
	x := value(0)
	w.Return(w.either(w.ge(w.mul(x, x), w.num(nearExp*nearExp)), 1, func() []value {
		return w.call("farExp", x)
	}, func() []value { // NaN too
		t, t1, sum := w.powers(x)
		hi, lo := w.power(t, t1)
		return []value{w.times2(hi, lo, sum)}
	})...)
	return w.F
}

// buildFarExp writes e^x for every number x.
func buildFarExp(s *Set) *mir.Func {
	w := s.newFunc("farExp", 1, nums(1))
	t, t1, sum := w.powers(w.Op(mir.MinF, w.Op(mir.MaxF, 0, w.num(-760)), w.num(720)))
	hi, lo := w.power(t, t1)
	w.Return(w.scale(w.add(hi, lo), w.whole(sum)))
	return w.F
}

// buildExpm1 writes e^x = 2^n (1 + hi + lo) for |x| < 1000; error 2^-60.
func buildExpm1(s *Set) *mir.Func {
	w := s.newFunc("expm1", 1, []state.WordKind{state.NumWord, state.NumWord, state.IntWord})
	t, t1, sum := w.powers(0)
	// t^2/2 as a pair.
	half := w.mul(w.num(0.5), t)
	square := w.mul(half, t)
	rest := w.fma(w.mul(t, t), w.mul(t, w.poly(t, expPoly[1:])), w.lost(half, t, square))
	hi, lost := w.quickSum(t, square)
	hi, lo := w.quickSum(hi, w.add(lost, w.add(rest, w.fma(t1, t, t1))))
	w.Return(hi, lo, w.whole(sum))
	return w.F
}

// numberOr gives x itself in place of r if x is NaN.
func (w *writer) numberOr(x, r value) value { return w.sel(w.eq(x, x), r, x) }

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
