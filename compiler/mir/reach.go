package mir

import "math"

// reach is what is known of a word: the word itself, or the bounds of a num. A
// word that is not known and has no bounds can be anything. Other than a span
// (ranges.go) it may be exactly one word, and it is of programs at rest, where no
// number is infinite.
type reach struct {
	known  bool
	word   int64
	lo, hi float64
}

var anything = reach{lo: math.Inf(-1), hi: math.Inf(1)}

// exactly is the reach of one word.
func exactly(word int64) reach {
	f := math.Float64frombits(uint64(word))
	return reach{known: true, word: word, lo: f, hi: f}
}

// number is the reach of one num.
func number(f float64) reach { return exactly(int64(math.Float64bits(f))) }

// between is the reach of the nums from lo to hi; anything if those are no bounds.
func between(lo, hi float64) reach {
	switch {
	case !(lo <= hi):
		return anything
	case lo == hi:
		return number(lo)
	}
	return reach{lo: lo, hi: hi}
}

func (s reach) zero() bool { return s.known && s.lo == 0 }

// join is what is known of a word that is one or the other.
func (s reach) join(t reach) reach {
	if s.known && t.known && (s.word == t.word || s.lo == t.lo) {
		return s
	}
	return between(min(s.lo, t.lo), max(s.hi, t.hi))
}

// holds reports whether a condition, > 0, is known to hold or known not to.
func (s reach) holds() (holds, known bool) {
	return s.lo > 0, s.lo > 0 || s.hi <= 0
}

// reachOf computes an operation on words that are known in part. It errs to the
// side of knowing less.
func reachOf(op Op, args []reach) reach {
	if s, ok := folded(op, args); ok {
		return s
	}
	if len(args) == 0 {
		return anything
	}
	a, b := args[0], args[len(args)-1]
	switch op {
	case AddF:
		return between(a.lo+b.lo, a.hi+b.hi)
	case SubF:
		return between(a.lo-b.hi, a.hi-b.lo)
	case MulF:
		if a.zero() || b.zero() {
			return number(0)
		}
		return reachAmong(a.lo*b.lo, a.lo*b.hi, a.hi*b.lo, a.hi*b.hi)
	case FmaF:
		return reachOf(AddF, []reach{reachOf(MulF, args[:2]), args[2]})
	case DivF:
		if a.zero() {
			return number(0)
		}
		if b.lo <= 0 && b.hi >= 0 {
			return anything
		}
		return reachAmong(a.lo/b.lo, a.lo/b.hi, a.hi/b.lo, a.hi/b.hi)
	case ModF, CopySignF:
		if a.zero() {
			return number(0)
		}
	case MinF:
		return between(min(a.lo, b.lo), min(a.hi, b.hi))
	case MaxF:
		return between(max(a.lo, b.lo), max(a.hi, b.hi))
	case NegF:
		return between(-a.hi, -a.lo)
	case AbsF:
		return between(max(0, a.lo, -a.hi), max(a.hi, -a.lo))
	case FloorF:
		return between(math.Floor(a.lo), math.Floor(a.hi))
	case CeilF:
		return between(math.Ceil(a.lo), math.Ceil(a.hi))
	case TruncF:
		return between(math.Trunc(a.lo), math.Trunc(a.hi))
	case LtF, GtF, LeF, GeF, EqF, NeF, AndF, OrF, NotF:
		return truth(op, a, b)
	case Select:
		if holds, known := a.holds(); known && holds {
			return args[1]
		} else if known {
			return args[2]
		}
		return args[1].join(args[2])
	}
	return anything
}

// folded computes an operation on known words.
func folded(op Op, args []reach) (reach, bool) {
	list := make([]Value, len(args))
	for i := range args {
		list[i] = Value(i)
	}
	if word, ok := Fold(op, list, func(v Value) (int64, bool) { return args[v].word, args[v].known }); ok {
		return exactly(word), true
	}
	if op == FtoI && args[0].known {
		if f := math.Trunc(args[0].lo); math.Abs(f) < 1<<62 {
			return exactly(int64(f)), true
		}
	}
	return reach{}, false
}

// truth is the reach of a condition.
func truth(op Op, a, b reach) reach {
	no := func(known bool) reach {
		if known {
			return number(0)
		}
		return between(0, 1)
	}
	switch op {
	case GtF:
		return truth(LtF, b, a)
	case GeF:
		return truth(LeF, b, a)
	case LtF:
		if a.hi < b.lo {
			return number(1)
		}
		return no(a.lo >= b.hi)
	case LeF:
		if a.hi <= b.lo {
			return number(1)
		}
		return no(a.lo > b.hi)
	case EqF:
		return no(a.hi < b.lo || b.hi < a.lo)
	case NeF:
		if a.hi < b.lo || b.hi < a.lo {
			return number(1)
		}
	case AndF:
		return no(a.hi <= 0 || b.hi <= 0)
	case OrF:
		if a.lo > 0 || b.lo > 0 {
			return number(1)
		}
	case NotF:
		return no(a.lo > 0 || a.hi < 0)
	}
	return between(0, 1)
}

// reachAmong is the reach of the nums between the least and the largest of some;
// anything if one is NaN.
func reachAmong(x ...float64) reach {
	lo, hi := x[0], x[0]
	for _, f := range x {
		lo, hi = math.Min(lo, f), math.Max(hi, f)
	}
	return between(lo, hi)
}
