// pow.
//
// x^y = 2^(y log2 x) with log2 x as a pair of 26 and 53 bits, so that its product
// with the 26 top bits of y is exact:
//
//	x = m 2^k, m in [2^-1/4, 2^3/4); c = 1 or 1.4140625, whichever is nearer;
//	s = (m-c)/(m+c), |s| < 0.087; log2 m = log2 c + 2/(3 ln 2) s (3 + s^2 + s^4 P)
//
// where s, s^2 and the sum in brackets are pairs and P has degree 5. The relative
// error of log2 x is below 2^-68, that of 2^r (|r| <= 1/2, rational in r ln 2)
// below 2^-55. Error: 0.7 ulp; 0.8 ulp where the result is subnormal.

package mathfn

import (
	"math"

	"mmm/compiler/mir"
)

// Binades of pow begin at 2^-1/4; the second centre serves from 2^1/4 on.
const (
	powLow  = 0x1.ae89f995ad3aep-1
	powMid  = 0x1.306fe0a31b715p+0
	powHuge = 0x1p80 // as an exponent: every result is 0, 1 or inf
)

func buildPow(s *Set) *mir.Func {
	w := s.newFunc("pow", 2, nums(1))
	x, y := value(0), value(1)
	normal := w.and(w.ge(x, w.num(smallestNormal)), w.lt(x, w.num(math.Inf(1))))
	plain := w.and(normal, w.lt(w.abs(y), w.num(powHuge)))
	w.Return(w.either(plain, 1, func() []value {
		return []value{w.powNormal(x, w.num(0), y)}
	}, func() []value {
		return w.call("powEdge", x, y)
	})...)
	return w.F
}

// powNormal is (x 2^extra)^y for a normal x > 0 and |y| <= powHuge.
func (w *writer) powNormal(x, extra, y value) value {
	m, k := w.binade(x, powLow)
	upper := w.ge(m, w.num(powMid))
	one := w.num(1)
	zero := w.num(0)
	c := w.sel(upper, w.num(powCenter), one)
	whole := w.add(w.add(w.Op(mir.ItoF, k), extra), w.sel(upper, w.num(log2CenterHi), zero)) // exact
	wholeLo := w.sel(upper, w.num(log2CenterLo), zero)

	// s as a pair.
	f := w.sub(m, c) // exact
	g := w.add(m, c)
	v := w.div(one, g)
	s := w.mul(f, v)
	sh, gh := w.top(s), w.top(g)
	gl := w.sub(m, w.sub(gh, c))
	sl := w.mul(v, w.sub(w.sub(f, w.mul(sh, gh)), w.mul(sh, gl)))

	// 3 + s^2 + s^4 P, as a pair.
	z := w.mul(s, s)
	zh := w.mul(sh, sh)
	tail := w.add(w.mul(sl, w.add(sh, s)), w.mul(w.mul(z, z), w.poly(z, powCoef)))
	three := w.num(3)
	th := w.top(w.add(w.add(three, zh), tail))
	tl := w.sub(tail, w.sub(w.sub(th, three), zh))

	// Their product, then times 2/(3 ln 2), then plus the whole part.
	p := w.mul(sh, th)
	p1 := w.add(w.mul(sl, th), w.mul(tl, s))
	ph := w.top(w.add(p, p1))
	pl := w.sub(p1, w.sub(ph, p))
	a := w.mul(w.num(log2Scale), ph)
	a1 := w.add(w.add(w.mul(w.num(log2ScaleLo), ph), w.mul(pl, w.num(log2ScaleAll))), wholeLo)
	lh := w.top(w.add(w.add(a, a1), whole))
	ll := w.sub(a1, w.sub(w.sub(lh, whole), a))

	// y log2 x.
	yh, yl := w.split(y)
	e := w.mul(yh, lh) // exact
	e1 := w.add(w.mul(yl, lh), w.mul(y, ll))
	sum := w.add(e, e1)
	n := w.nearest(sum)
	r := w.sub(e, n) // exact
	rh := w.top(w.add(r, e1))
	rl := w.sub(e1, w.sub(rh, r))
	t := w.mul(rh, w.num(ln2Top)) // exact
	t1 := w.add(w.mul(rl, w.num(ln2Near)), w.mul(rh, w.num(ln2Rest)))

	// e^t = 1 + t + t c/(2-c), c = t - t^2 P.
	tt := w.add(t, t1)
	zz := w.mul(tt, tt)
	cc := w.sub(tt, w.mul(zz, w.poly(zz, expCoef)))
	u, lost := w.quickSum(one, t)
	rest := w.div(w.mul(tt, cc), w.sub(w.num(2), cc))
	power := w.add(u, w.add(lost, w.add(t1, rest)))
	whole2 := w.Op(mir.FtoI, n)
	return w.either(w.lt(w.abs(sum), w.num(1021)), 1, func() []value {
		return []value{w.fromBits(w.addI(w.bits(power), w.shl(whole2, 52)))}
	}, func() []value {
		return w.either(w.lt(w.abs(sum), w.num(1100)), 1, func() []value {
			return []value{w.scale(power, whole2)}
		}, func() []value {
			return []value{w.sel(w.lt(sum, zero), zero, w.num(math.Inf(1)))}
		})
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
				small := w.lt(size, w.num(smallestNormal))
				m := w.sel(small, w.mul(size, w.num(0x1p54)), size)
				bounded := w.copySign(w.Op(mir.MinF, w.abs(y), w.num(powHuge)), y)
				r := w.powNormal(m, w.sel(small, w.num(-54), zero), bounded)
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
