package mathfn

import (
	"math"
	"math/big"
	"math/cmplx"
)

// The oracle: the functions in arithmetic of some 300 bits, from their series.

const prec = 320

func fl(x float64) *big.Float              { return new(big.Float).SetPrec(prec).SetFloat64(x) }
func op() *big.Float                       { return new(big.Float).SetPrec(prec) }
func bAdd(a, b *big.Float) *big.Float      { return op().Add(a, b) }
func bSub(a, b *big.Float) *big.Float      { return op().Sub(a, b) }
func bMul(a, b *big.Float) *big.Float      { return op().Mul(a, b) }
func bDiv(a, b *big.Float) *big.Float      { return op().Quo(a, b) }
func shift(a *big.Float, n int) *big.Float { return op().SetMantExp(a, n) }

// series sums term(0), term(1), …, each the last times step(k), until a term no
// longer counts.
func series(first *big.Float, step func(k int) *big.Float) *big.Float {
	sum, term := op().Set(first), op().Set(first)
	if first.Sign() == 0 {
		return sum
	}
	for k := 1; term.Sign() != 0 && sum.MantExp(nil)-term.MantExp(nil) < prec; k++ {
		term.Mul(term, step(k))
		sum.Add(sum, term)
	}
	return sum
}

// arctan of 1/n with p bits, for a whole n.
func arctanInverse(n int64, p uint) *big.Float {
	new := func() *big.Float { return new(big.Float).SetPrec(p) }
	term := new().Quo(new().SetInt64(1), new().SetInt64(n))
	sum := new().Set(term)
	square := new().SetInt64(n * n)
	for k := int64(1); sum.MantExp(nil)-term.MantExp(nil) < int(p)+2; k++ {
		term.Quo(term, square)
		term.Neg(term)
		sum.Add(sum, new().Quo(term, new().SetInt64(2*k+1)))
	}
	return sum
}

// bigPi has digits for the largest double (Machin's formula).
var bigPi = func() *big.Float {
	const p = 1500
	new := func() *big.Float { return new(big.Float).SetPrec(p) }
	a := new().Mul(new().SetInt64(16), arctanInverse(5, p))
	return a.Sub(a, new().Mul(new().SetInt64(4), arctanInverse(239, p)))
}()

// bigLn2 is 2 atanh(1/3).
var bigLn2 = func() *big.Float {
	sum, power := op(), bDiv(fl(2), fl(3))
	for k := 0; k < 220; k++ {
		sum.Add(sum, bDiv(power, fl(float64(2*k+1))))
		power.Quo(power, fl(9))
	}
	return sum
}()

func bExp(x *big.Float) *big.Float {
	q, _ := bDiv(x, bigLn2).Float64()
	n := int(math.Round(q))
	r := shift(bSub(x, bMul(fl(float64(n)), bigLn2)), -12)
	e := series(fl(1), func(k int) *big.Float { return bDiv(r, fl(float64(k))) })
	for range 12 {
		e.Mul(e, e)
	}
	return shift(e, n)
}

func bLog(x *big.Float) *big.Float {
	if x.Cmp(fl(1)) == 0 {
		return op()
	}
	m := op()
	e := x.MantExp(m)
	f, _ := m.Float64()
	y := fl(math.Log(f) + float64(e)*math.Ln2)
	if d, _ := bSub(x, fl(1)).Float64(); math.Abs(d) < 0.1 {
		y = fl(math.Log1p(d))
	}
	for range 3 { // Halley: three times as many digits each
		t := bExp(y)
		y.Add(y, bMul(fl(2), bDiv(bSub(x, t), bAdd(x, t))))
	}
	return y
}

// bSinCos reduces x with all digits of pi.
func bSinCos(x *big.Float) (sin, cos *big.Float) {
	half := new(big.Float).SetPrec(1500).SetMantExp(bigPi, -1)
	q := new(big.Float).SetPrec(1500).Quo(x, half)
	n, _ := q.Add(q, fl(math.Copysign(0.5, float64(x.Sign())))).Int(nil)
	wide := new(big.Float).SetPrec(1500)
	wide.Mul(half, new(big.Float).SetPrec(1500).SetInt(n))
	r := op().Set(new(big.Float).SetPrec(1500).Sub(x, wide))
	z := bMul(r, r)
	z.Neg(z)
	s := series(r, func(k int) *big.Float { return bDiv(z, fl(float64(2*k*(2*k+1)))) })
	c := series(fl(1), func(k int) *big.Float { return bDiv(z, fl(float64(2*k*(2*k-1)))) })
	for range new(big.Int).And(n, big.NewInt(3)).Int64() {
		s, c = c, op().Neg(s)
	}
	return s, c
}

// bAngle is the angle of (x, y): the double nearest to it, then one step by the
// tangent of what is missing.
func bAngle(y, x *big.Float) *big.Float {
	if y.Sign() == 0 && x.Sign() > 0 {
		return op().Set(y)
	}
	ym, xm := op(), op()
	d := y.MantExp(ym) - x.MantExp(xm)
	fy, _ := ym.Float64()
	fx, _ := xm.Float64()
	var a float64
	if d > 0 {
		a = cmplx.Phase(complex(math.Ldexp(fx, -d), fy))
	} else {
		a = cmplx.Phase(complex(fx, math.Ldexp(fy, d)))
	}
	start := fl(a)
	if x.Sign() > 0 && d < -60 {
		start = bDiv(y, x)
	}
	s, c := bSinCos(start)
	t := bDiv(bSub(bMul(y, c), bMul(x, s)), bAdd(bMul(x, c), bMul(y, s)))
	cube := bDiv(bMul(t, bMul(t, t)), fl(3))
	return bAdd(start, bSub(t, cube))
}

// oracle gives the true value of a function where it is finite and no special
// case.
func oracle(name string, x, y float64) *big.Float {
	a, b := fl(x), fl(y)
	cosine := func() *big.Float { return op().Sqrt(bMul(bSub(fl(1), a), bAdd(fl(1), a))) }
	switch name {
	case "sin":
		s, _ := bSinCos(a)
		return s
	case "cos":
		_, c := bSinCos(a)
		return c
	case "tan":
		s, c := bSinCos(a)
		return bDiv(s, c)
	case "asin":
		return bAngle(a, cosine())
	case "acos":
		return bAngle(cosine(), a)
	case "atan":
		return bAngle(a, fl(1))
	case "atan2":
		return bAngle(a, b)
	case "exp":
		return bExp(a)
	case "log":
		return bLog(a)
	case "pow":
		r := bExp(bMul(b, bLog(op().Abs(a))))
		if x < 0 && math.Mod(y, 2) != 0 {
			r.Neg(r)
		}
		return r
	case "cosh":
		e := bExp(a)
		return shift(bAdd(e, bDiv(fl(1), e)), -1)
	case "sinh":
		return bSinh(a)
	case "tanh":
		e := bExp(a)
		return bDiv(bSinh(a), shift(bAdd(e, bDiv(fl(1), e)), -1))
	}
	panic(name)
}

func bSinh(a *big.Float) *big.Float {
	if a.MantExp(nil) < -2 {
		z := bMul(a, a)
		return series(a, func(k int) *big.Float { return bDiv(z, fl(float64(2*k*(2*k+1)))) })
	}
	e := bExp(a)
	return shift(bSub(e, bDiv(fl(1), e)), -1)
}

// ulps is the distance of got from the true value in units of its last place; a
// true value that no double holds counts as 0 when got is the infinity or 0 that
// it rounds to.
func ulps(got float64, want *big.Float) float64 {
	nearest, _ := want.Float64()
	if got == nearest && (math.IsInf(got, 0) || got == 0) {
		return 0
	}
	if math.IsInf(got, 0) || got != got {
		return math.Inf(1)
	}
	unit := math.MinInt
	if want.Sign() != 0 {
		unit = want.MantExp(nil) - 53
	}
	unit = max(unit, -1074)
	d, _ := shift(bSub(fl(got), want), -unit).Float64()
	return math.Abs(d)
}
