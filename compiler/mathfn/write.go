// Writing straight-line arithmetic: a builder that shares constants, and the
// error-free transforms that the functions are made of.

package mathfn

import (
	"math"

	"mmm/compiler/mir"
	"mmm/state"
)

// writer writes one function. Every method appends the operation of its name.
type writer struct {
	*mir.Builder
	set    *Set
	scopes []map[int64]mir.Value // constants of the open blocks, outermost first
}

type value = mir.Value

// nan is the bits of the NaN that results are made of.
const nan = 0x7ff8000000000000

// nums is a list of n number words.
func nums(n int) []state.WordKind { return make([]state.WordKind, n) }

func (s *Set) newFunc(name string, params int, results []state.WordKind) *writer {
	_, b := mir.NewFunc("math."+name, nums(params), results)
	return &writer{Builder: b, set: s, scopes: []map[int64]value{{}}}
}

// word is the constant with the given bits, once per block that is open.
func (w *writer) word(bits int64) value {
	for _, scope := range w.scopes {
		if v, ok := scope[bits]; ok {
			return v
		}
	}
	v := w.Int(bits)
	w.scopes[len(w.scopes)-1][bits] = v
	return v
}

func (w *writer) num(x float64) value { return w.word(int64(math.Float64bits(x))) }

func (w *writer) add(a, b value) value       { return w.Op(mir.AddF, a, b) }
func (w *writer) sub(a, b value) value       { return w.Op(mir.SubF, a, b) }
func (w *writer) mul(a, b value) value       { return w.Op(mir.MulF, a, b) }
func (w *writer) div(a, b value) value       { return w.Op(mir.DivF, a, b) }
func (w *writer) fma(a, b, c value) value    { return w.Op(mir.FmaF, a, b, c) }
func (w *writer) abs(a value) value          { return w.Op(mir.AbsF, a) }
func (w *writer) lt(a, b value) value        { return w.Op(mir.LtF, a, b) }
func (w *writer) ge(a, b value) value        { return w.Op(mir.GeF, a, b) }
func (w *writer) eq(a, b value) value        { return w.Op(mir.EqF, a, b) }
func (w *writer) and(a, b value) value       { return w.Op(mir.AndF, a, b) }
func (w *writer) copySign(a, b value) value  { return w.Op(mir.CopySignF, a, b) }
func (w *writer) sel(c, a, b value) value    { return w.Op(mir.Select, c, a, b) }
func (w *writer) bits(a value) value         { return w.Op(mir.BitsF, a) }
func (w *writer) fromBits(a value) value     { return w.Op(mir.FBits, a) }
func (w *writer) addI(a, b value) value      { return w.Op(mir.AddI, a, b) }
func (w *writer) subI(a, b value) value      { return w.Op(mir.SubI, a, b) }
func (w *writer) mulI(a, b value) value      { return w.Op(mir.MulI, a, b) }
func (w *writer) andI(a, b value) value      { return w.Op(mir.AndI, a, b) }
func (w *writer) shl(a value, n int64) value { return w.Op(mir.ShlI, a, w.word(n)) }
func (w *writer) shr(a value, n int64) value { return w.Op(mir.ShrI, a, w.word(n)) }
func (w *writer) sar(a value, n int64) value { return w.Op(mir.SarI, a, w.word(n)) }

// negative is the condition that the sign bit of a is set.
func (w *writer) negative(a value) value {
	return w.Op(mir.LtI, w.bits(a), w.word(0))
}

// either is the choice of what then or els yields, one value or many.
func (w *writer) either(cond value, n int, then, els func() []value) []value {
	return w.If(cond, n, w.scoped(then), w.scoped(els))
}

// scoped makes constants written by body invisible outside it.
func (w *writer) scoped(body func() []value) func() []value {
	return func() []value {
		w.scopes = append(w.scopes, map[int64]value{})
		defer func() { w.scopes = w.scopes[:len(w.scopes)-1] }()
		return body()
	}
}

// call calls another function of the set.
func (w *writer) call(name string, args ...value) []value {
	return w.Call(w.set.get(name), 0, args...)
}

// poly is the polynomial in z, lowest coefficient first. Up to six go as pairs in
// z^2, more as pairs of pairs: that takes two multiplications more than Horner's
// rule, and half as long.
func (w *writer) poly(z value, coefs []float64) value {
	terms := make([]value, len(coefs))
	for i, c := range coefs {
		terms[i] = w.num(c)
	}
	for len(terms) > 3 {
		terms = w.pairs(z, terms)
		z = w.mul(z, z)
	}
	p := terms[len(terms)-1]
	for i := len(terms) - 2; i >= 0; i-- {
		p = w.fma(p, z, terms[i])
	}
	return p
}

// pairs is the polynomial in z^2 that is the given one in z.
func (w *writer) pairs(z value, terms []value) []value {
	var out []value
	for i := 0; i+1 < len(terms); i += 2 {
		out = append(out, w.fma(terms[i+1], z, terms[i]))
	}
	if len(terms)%2 == 1 {
		out = append(out, terms[len(terms)-1])
	}
	return out
}

// quickSum is a + b, rounded, and what rounding lost; |a| >= |b| or a == 0
// (Dekker's Fast2Sum).
func (w *writer) quickSum(a, b value) (sum, lost value) {
	sum = w.add(a, b)
	return sum, w.sub(b, w.sub(sum, a))
}

// lost is what rounding took from the product ab, a*b - ab.
func (w *writer) lost(a, b, ab value) value { return w.fma(a, b, w.Op(mir.NegF, ab)) }

// rest is a - q*b without rounding error, for q the rounded quotient a/b.
func (w *writer) rest(a, q, b value) value { return w.fma(w.Op(mir.NegF, q), b, a) }

// quotient is (ah+al)/(bh+bl) as a rounded quotient and a correction.
func (w *writer) quotient(ah, al, bh, bl value) (q, lo value) {
	q = w.div(ah, bh)
	lo = w.fma(w.Op(mir.NegF, q), bl, w.add(w.rest(ah, q, bh), al))
	return q, w.div(lo, bh)
}

// power2 is 2^n for an int n of a normal number.
func (w *writer) power2(n value) value {
	return w.fromBits(w.shl(w.addI(n, w.word(1023)), 52))
}

// scale is a * 2^n, rounded once, for a in [1/2, 2) and |n| <= 1500.
func (w *writer) scale(a, n value) value {
	half := w.sar(n, 1)
	return w.mul(w.mul(a, w.power2(half)), w.power2(w.subI(n, half)))
}
