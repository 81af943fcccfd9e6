package mir

import "math"

// Fold computes an operation whose arguments are all constants. Only
// operations with one exact answer are folded, so that folding can never change
// what a program computes.
func Fold(op Op, args []Value, constant func(Value) (int64, bool)) (word int64, ok bool) {
	if !Ops[op].Pure || len(args) == 0 || len(args) > 3 {
		return 0, false
	}
	var w [3]int64
	for i, a := range args {
		if w[i], ok = constant(a); !ok {
			return 0, false
		}
	}
	if op == FmaF {
		x, y, z := math.Float64frombits(uint64(w[0])), math.Float64frombits(uint64(w[1])), math.Float64frombits(uint64(w[2]))
		return int64(math.Float64bits(math.FMA(x, y, z))), true
	}
	return Eval(op, w[0], w[1])
}

// Eval computes an exact pure operation on one or two words; ok is false for
// operations that it leaves to the engines.
func Eval(op Op, a, b int64) (word int64, ok bool) {
	x, y := math.Float64frombits(uint64(a)), math.Float64frombits(uint64(b))
	num := func(r float64) (int64, bool) { return int64(math.Float64bits(r)), true }
	truth := func(t bool) (int64, bool) {
		if t {
			return num(1)
		}
		return num(0)
	}
	switch op {
	case AddF:
		return num(x + y)
	case SubF:
		return num(x - y)
	case MulF:
		return num(x * y)
	case DivF:
		return num(x / y)
	case ModF:
		return num(math.Mod(x, y))
	case EqF:
		return truth(x == y)
	case NeF:
		return truth(x != y)
	case LtF:
		return truth(x < y)
	case LeF:
		return truth(x <= y)
	case GtF:
		return truth(x > y)
	case GeF:
		return truth(x >= y)
	case AndF:
		return truth(x > 0 && y > 0)
	case OrF:
		return truth(x > 0 || y > 0)
	case CopySignF:
		return num(math.Copysign(x, y))
	case NegF:
		return a ^ math.MinInt64, true
	case AbsF:
		return a & math.MaxInt64, true
	case SqrtF:
		return num(math.Sqrt(x))
	case FloorF:
		return num(math.Floor(x))
	case CeilF:
		return num(math.Ceil(x))
	case TruncF:
		return num(math.Trunc(x))
	case NearestF:
		return num(math.RoundToEven(x))
	case RoundF:
		return num(math.Round(x))
	case NotF:
		return truth(x == 0)
	case AddI:
		return a + b, true
	case SubI:
		return a - b, true
	case MulI:
		return a * b, true
	case AndI:
		return a & b, true
	case OrI:
		return a | b, true
	case XorI:
		return a ^ b, true
	case ShlI:
		return a << (uint64(b) & 63), true
	case ShrI:
		return int64(uint64(a) >> (uint64(b) & 63)), true
	case SarI:
		return a >> (uint64(b) & 63), true
	case EqI:
		return truth(a == b)
	case LtI:
		return truth(a < b)
	case ItoF:
		return num(float64(a))
	case BitsF, FBits:
		return a, true
	}
	return 0, false
}
