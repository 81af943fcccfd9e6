// pow.
//
// x^y = 2^(y log2 x) with log2 x and the product as pairs:
//
//	x = m 2^k, m in [sqrt(1/2), sqrt 2); s = (m-1)/(m+1), |s| < 0.1716;
//	log2 m = 2/(3 ln 2) s (3 + s^2 + s^4 P)
//
// where s, s^2 and the sum in brackets are pairs and P has degree 7. The relative
// error of log2 x is below 2^-65, that of 2^r (|r| <= 1/2) below 2^-58. Error:
// 0.7 ulp; 0.8 ulp where the result is subnormal.

package mathfn

import (
	"math"

	"mmm/compiler/mir"
)

const (
	powHuge = 0x1p80 // as an exponent: every result is 0, 1 or inf
	nearPow = 1020   // bounds log2 of the results of the short way
)

func buildPow(s *Set) *mir.Func {
	w := s.newFunc("pow", 2, nums(1))
	x, y := value(0), value(1)
	l0, l1 := w.log2(x, 0)
	e0, e1 := w.product(y, l0, l1)
	// The logarithm of a number that has none is wrong, and is not used.
	plain := w.and(w.normal(x), w.lt(w.mul(e0, e0), w.num(nearPow*nearPow)))
	w.Return(w.either(plain, 1, func() []value {
		hi, lo, sum := w.power2Of(e0, e1)
		return []value{w.times2(hi, lo, sum)}
	}, func() []value {
		return w.call("powEdge", x, y)
	})...)
	return w.F
}

// product is y (hi + lo) as a pair.
func (w *writer) product(y, hi, lo value) (p0, p1 value) {
	p0 = w.mul(y, hi)
	return p0, w.fma(y, lo, w.lost(y, hi, p0))
}

// log2 is the binary logarithm of a normal x > 0 and extra, as a pair.
func (w *writer) log2(x value, extra float64) (hi, lo value) {
	m, k := w.binade(x)
	if extra != 0 {
		k = w.add(k, w.num(extra))
	}
	one, three := w.num(1), w.num(3)
	// s as a pair.
	f := w.sub(m, one) // exact
	g := w.add(m, one)
	g1 := w.sub(m, w.sub(g, one))
	v := w.div(one, g)
	s := w.mul(f, v)
	minus := w.Op(mir.NegF, s)
	s1 := w.mul(v, w.fma(minus, g1, w.fma(minus, g, f)))
	// 3 + s^2 + s^4 P, as a pair.
	z := w.mul(s, s)
	z1 := w.fma(w.add(s, s), s1, w.lost(s, s, z))
	b, lost := w.quickSum(three, z)
	b1 := w.add(lost, w.fma(w.mul(z, z), w.poly(z, powCoef), z1))
	// Their product, then times 2/(3 ln 2), then plus the whole part.
	p := w.mul(s, b)
	p1 := w.fma(s, b1, w.fma(s1, b, w.lost(s, b, p)))
	a := w.mul(p, w.num(log2Scale))
	a1 := w.fma(p1, w.num(log2Scale), w.fma(p, w.num(log2ScaleLo), w.lost(p, w.num(log2Scale), a)))
	hi, lost = w.quickSum(k, a)
	return hi, w.add(lost, a1)
}

// power2Of is 2^(e0+e1) as a pair times 2^n, |e0| < 2^50; the last bits of sum
// are those of n.
func (w *writer) power2Of(e0, e1 value) (hi, lo, sum value) {
	sum = w.add(e0, w.num(wholePart))
	r := w.sub(e0, w.sub(sum, w.num(wholePart))) // exact
	t := w.mul(r, w.num(ln2Hi))
	t1 := w.fma(e1, w.num(ln2Hi), w.fma(r, w.num(ln2Lo), w.lost(r, w.num(ln2Hi), t)))
	t, t1 = w.quickSum(t, t1)
	hi, lo = w.power(t, w.fma(t1, t, t1))
	return hi, lo, sum
}

// farPow is (x 2^extra)^y for a normal x > 0 and |y| <= powHuge.
func (w *writer) farPow(x, y value, extra float64) value {
	l0, l1 := w.log2(x, extra)
	e0, e1 := w.product(y, l0, l1)
	return w.either(w.lt(w.abs(e0), w.num(1100)), 1, func() []value {
		hi, lo, sum := w.power2Of(e0, e1)
		return []value{w.scale(w.add(hi, lo), w.whole(sum))}
	}, func() []value {
		return []value{w.sel(w.lt(e0, w.num(0)), w.num(0), w.num(math.Inf(1)))}
	})[0]
}

// buildPowEdge writes pow for every x and y: 0, subnormal, negative, infinite and
// NaN ones, as C99 F.9.4.4 has them.
func buildPowEdge(s *Set) *mir.Func {
	w := s.newFunc("powEdge", 2, nums(1))
	x, y := value(0), value(1)
	one, zero, inf := w.num(1), w.num(0), w.num(math.Inf(1))
	is1 := w.Op(mir.OrF, w.eq(y, zero), w.eq(x, one))
	w.Return(w.either(is1, 1, func() []value { return []value{one} }, func() []value {
		number := w.and(w.eq(x, x), w.eq(y, y))
		return w.either(number, 1, func() []value {
			size := w.abs(x)
			whole := w.eq(w.Op(mir.FloorF, y), y)
			half := w.mul(y, w.num(0.5))
			odd := w.and(whole, w.Op(mir.NeF, w.Op(mir.FloorF, half), half))
			down := w.lt(y, zero)
			is0 := w.eq(size, zero)
			r := w.either(w.and(w.Op(mir.GtF, size, zero), w.lt(size, inf)), 1, func() []value {
				bounded := w.copySign(w.Op(mir.MinF, w.abs(y), w.num(powHuge)), y)
				r := w.either(w.lt(size, w.num(smallestNormal)), 1, func() []value {
					return []value{w.farPow(w.mul(size, w.num(0x1p54)), bounded, -54)}
				}, func() []value {
					return []value{w.farPow(size, bounded, 0)}
				})[0]
				bad := w.and(w.lt(x, zero), w.Op(mir.NotF, whole))
				return []value{w.sel(bad, w.word(nan), r)}
			}, func() []value {
				// 0 to a negative power and inf to a positive one are inf.
				return []value{w.sel(w.eq(is0, down), inf, zero)}
			})[0]
			minus := w.and(odd, w.negative(x))
			return []value{w.sel(minus, w.Op(mir.NegF, r), r)}
		}, func() []value {
			return []value{w.add(x, y)}
		})
	})...)
	return w.F
}
