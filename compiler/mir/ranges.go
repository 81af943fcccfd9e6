// Ranges: between which numbers a value lies. What is known decides comparisons,
// above all those with which the elementary functions guard their short ways: a
// phase is below 1 whatever it was before.

package mir

import "math"

// span is what is known of a value: it is NaN, or a number from lo to hi. The zero
// span is what is known of a value of which nothing is known.
type span struct {
	lo, hi float64
	known  bool
}

// tiny bounds the numbers that may become 0 when subnormal ones are flushed.
const tiny = 0x1p-1000

// within is the span from lo to hi; a bound that is no number says nothing.
func within(lo, hi float64) span {
	if !(lo <= hi) {
		return span{}
	}
	if 0 < lo && lo < tiny {
		lo = 0
	}
	if -tiny < hi && hi < 0 {
		hi = 0
	}
	return span{lo, hi, true}
}

// bounds gives the span, of anything if nothing is known.
func (s span) bounds() (lo, hi float64) {
	if !s.known {
		return math.Inf(-1), math.Inf(1)
	}
	return s.lo, s.hi
}

// hull is the span of what lies in a or in b.
func hull(a, b span) span {
	if !a.known || !b.known {
		return span{}
	}
	return within(min(a.lo, b.lo), max(a.hi, b.hi))
}

// corners is the span of op, which rounds and rises or falls with each operand,
// from its values at the bounds.
func corners(a, b span, op func(x, y float64) float64) span {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, x := range []float64{a.lo, a.hi} {
		for _, y := range []float64{b.lo, b.hi} {
			r := op(x, y)
			if r != r {
				return span{}
			}
			lo, hi = min(lo, r), max(hi, r)
		}
	}
	return within(lo, hi)
}

// spanOf is the span of the result of a pure operation, from those of its
// arguments. Operations that round are monotonic, so the bounds of the results
// are the results of the bounds.
func (s *simplifier) spanOf(in *Instr) span {
	var a, b span
	if len(in.Args) > 0 {
		a = s.spans[in.Args[0]]
	}
	if len(in.Args) > 1 {
		b = s.spans[in.Args[1]]
	}
	both := a.known && b.known
	switch in.Op {
	case Const:
		x := math.Float64frombits(uint64(in.Imm))
		return within(x, x)
	case FBits:
		if in.Aux != 0 {
			return within(-1, 1)
		}
	case EqF, NeF, LtF, LeF, GtF, GeF, AndF, OrF, NotF, EqI, LtI:
		return within(0, 1)
	case ModF:
		lo, hi := a.bounds()
		size := math.Inf(1)
		if b.known {
			size = max(math.Abs(b.lo), math.Abs(b.hi))
		}
		return within(max(min(lo, 0), -size), min(max(hi, 0), size))
	case MinF:
		if b.known && b.lo == b.hi { // a NaN gives b
			lo, _ := a.bounds()
			return within(min(lo, b.lo), b.hi)
		}
	case MaxF:
		if b.known && b.lo == b.hi {
			_, hi := a.bounds()
			return within(b.lo, max(hi, b.hi))
		}
	case Select:
		return hull(b, s.spans[in.Args[2]])
	}
	switch {
	case !a.known:
		return span{}
	case in.Op == NegF:
		return within(-a.hi, -a.lo)
	case in.Op == AbsF, in.Op == CopySignF:
		size := max(math.Abs(a.lo), math.Abs(a.hi))
		if in.Op == AbsF {
			return within(0, size)
		}
		return within(-size, size)
	case in.Op == FloorF:
		return within(math.Floor(a.lo), math.Floor(a.hi))
	case in.Op == CeilF:
		return within(math.Ceil(a.lo), math.Ceil(a.hi))
	case in.Op == TruncF, in.Op == RoundF, in.Op == NearestF:
		return within(math.Floor(a.lo), math.Ceil(a.hi))
	case !both:
		return span{}
	case in.Op == AddF:
		return corners(a, b, func(x, y float64) float64 { return x + y })
	case in.Op == SubF:
		return corners(a, b, func(x, y float64) float64 { return x - y })
	case in.Op == MulF:
		return corners(a, b, func(x, y float64) float64 { return x * y })
	case in.Op == DivF && (b.lo > 0 || b.hi < 0):
		return corners(a, b, func(x, y float64) float64 { return x / y })
	case in.Op == MinF, in.Op == MaxF:
		return hull(a, b)
	}
	return span{}
}

// truthValue is the number of a truth value.
func truthValue(t bool) float64 {
	if t {
		return 1
	}
	return 0
}

// compared reports whether the comparison in has the same outcome whatever the
// operands are, NaN included, and which.
func (s *simplifier) compared(in *Instr) (outcome, ok bool) {
	switch in.Op {
	case EqF, NeF, LtF, LeF, GtF, GeF:
	default:
		return false, false
	}
	alo, ahi := s.spans[in.Args[0]].bounds()
	blo, bhi := s.spans[in.Args[1]].bounds()
	switch in.Op {
	case EqF, NeF:
		return in.Op == NeF, ahi < blo || bhi < alo
	case LtF:
		return false, alo >= bhi
	case LeF:
		return false, alo > bhi
	case GtF:
		return false, ahi <= blo
	}
	return false, ahi < blo
}
