package mathfn

import (
	"math"

	"mmm/compiler/mir"
)

// machine runs functions of the set: the executor of the tests. Ops counts the
// operations of the last run, constants left out.
type machine struct{ ops int }

func (m *machine) call1(f *mir.Func, args ...float64) float64 {
	m.ops = 0
	words := make([]uint64, len(args))
	for i, a := range args {
		words[i] = math.Float64bits(a)
	}
	return math.Float64frombits(m.call(f, words)[0])
}

func (m *machine) call(f *mir.Func, args []uint64) []uint64 {
	v := make([]uint64, f.Values)
	copy(v, args)
	return m.block(f.Body, v)
}

func (m *machine) block(b *mir.Block, v []uint64) []uint64 {
	for _, in := range b.Instrs {
		m.instr(in, v)
	}
	out := make([]uint64, len(b.Yield))
	for i, y := range b.Yield {
		out[i] = v[y]
	}
	return out
}

func (m *machine) instr(in *mir.Instr, v []uint64) {
	if in.Op != mir.Const {
		m.ops++
	}
	word := func(i int) uint64 { return v[in.Args[i]] }
	num := func(i int) float64 { return math.Float64frombits(word(i)) }
	var out []uint64
	switch in.Op {
	case mir.Call:
		args := make([]uint64, len(in.Args))
		for i := range args {
			args[i] = word(i)
		}
		out = m.call(in.Callee, args)
	case mir.If:
		k := 1
		if num(0) > 0 {
			k = 0
		}
		out = m.block(in.Blocks[k], v)
	case mir.Switch:
		k := word(0)
		if k >= uint64(len(in.Blocks)) {
			k = uint64(len(in.Blocks) - 1)
		}
		out = m.block(in.Blocks[k], v)
	case mir.Const:
		out = []uint64{uint64(in.Imm)}
	case mir.FmaF:
		out = []uint64{math.Float64bits(math.FMA(num(0), num(1), num(2)))}
	default:
		v[in.Res[0]] = scalar(in.Op, word, num)
		return
	}
	for i, r := range in.Res {
		v[r] = out[i]
	}
}

func scalar(op mir.Op, word func(int) uint64, num func(int) float64) uint64 {
	f, b := math.Float64bits, func(cond bool) uint64 {
		if cond {
			return math.Float64bits(1)
		}
		return 0
	}
	switch op {
	case mir.AddF:
		return f(num(0) + num(1))
	case mir.SubF:
		return f(num(0) - num(1))
	case mir.MulF:
		return f(num(0) * num(1))
	case mir.DivF:
		return f(num(0) / num(1))
	case mir.MinF, mir.MaxF:
		x, y := num(0), num(1)
		if y != y || op == mir.MinF && x <= y || op == mir.MaxF && x >= y {
			return f(x)
		}
		return f(y)
	case mir.EqF:
		return b(num(0) == num(1))
	case mir.NeF:
		return b(num(0) != num(1))
	case mir.LtF:
		return b(num(0) < num(1))
	case mir.GtF:
		return b(num(0) > num(1))
	case mir.GeF:
		return b(num(0) >= num(1))
	case mir.AndF:
		return b(num(0) > 0 && num(1) > 0)
	case mir.OrF:
		return b(num(0) > 0 || num(1) > 0)
	case mir.NotF:
		return b(num(0) == 0)
	case mir.CopySignF:
		return f(math.Copysign(num(0), num(1)))
	case mir.NegF:
		return word(0) ^ 1<<63
	case mir.AbsF:
		return word(0) &^ (1 << 63)
	case mir.SqrtF:
		return f(math.Sqrt(num(0)))
	case mir.FloorF:
		return f(math.Floor(num(0)))
	case mir.NearestF:
		return f(math.RoundToEven(num(0)))
	case mir.AddI:
		return word(0) + word(1)
	case mir.SubI:
		return word(0) - word(1)
	case mir.MulI:
		return word(0) * word(1)
	case mir.AndI:
		return word(0) & word(1)
	case mir.OrI:
		return word(0) | word(1)
	case mir.XorI:
		return word(0) ^ word(1)
	case mir.ShlI:
		return word(0) << (word(1) & 63)
	case mir.ShrI:
		return word(0) >> (word(1) & 63)
	case mir.SarI:
		return uint64(int64(word(0)) >> (word(1) & 63))
	case mir.EqI:
		return b(word(0) == word(1))
	case mir.LtI:
		return b(int64(word(0)) < int64(word(1)))
	case mir.FtoI:
		switch x := num(0); {
		case x != x:
			return 0
		case x >= 1<<63:
			return math.MaxInt64
		case x < -1<<63:
			return 1 << 63
		default:
			return uint64(int64(x))
		}
	case mir.ItoF:
		return f(float64(int64(word(0))))
	case mir.BitsF, mir.FBits:
		return word(0)
	case mir.Select:
		if num(0) > 0 {
			return word(1)
		}
		return word(2)
	}
	panic("operation not known to the test: " + op.String())
}
