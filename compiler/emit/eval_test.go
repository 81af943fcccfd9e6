// A direct evaluator of the middle form, and random programs for it: the oracle
// that translation and machine are compared with, word by word.

package emit

import (
	"math"
	"math/big"
	"math/rand"
	"testing"

	"mmm/compiler/mir"
	"mmm/state"
)

// evaluator runs a program the slow and obvious way.
type evaluator struct {
	p     *mir.Program
	words []uint64
}

// frame is one activation.
type frame struct {
	vals, vars []uint64
	base       int
}

func (ev *evaluator) call(f *mir.Func, base int, args []uint64) []uint64 {
	fr := &frame{make([]uint64, f.Values), make([]uint64, len(f.Vars)), base}
	copy(fr.vals, args)
	return ev.block(f.Body, fr)
}

func (ev *evaluator) block(b *mir.Block, fr *frame) []uint64 {
	for _, in := range b.Instrs {
		args := make([]uint64, len(in.Args))
		for i, v := range in.Args {
			args[i] = fr.vals[v]
		}
		for i, w := range ev.instr(in, fr, args) {
			fr.vals[in.Res[i]] = w
		}
	}
	out := make([]uint64, len(b.Yield))
	for i, v := range b.Yield {
		out[i] = fr.vals[v]
	}
	return out
}

func (ev *evaluator) instr(in *mir.Instr, fr *frame, args []uint64) []uint64 {
	img := &ev.p.Image
	word := func(i int) *uint64 { return &ev.words[i] }
	imm := int(in.Imm)
	switch in.Op {
	case mir.Const:
		return []uint64{uint64(in.Imm)}
	case mir.FmaF:
		return []uint64{math.Float64bits(math.FMA(math.Float64frombits(args[0]), math.Float64frombits(args[1]), math.Float64frombits(args[2])))}
	case mir.Select:
		if math.Float64frombits(args[0]) > 0 {
			return args[1:2]
		}
		return args[2:3]
	case mir.GetVar:
		return []uint64{fr.vars[imm]}
	case mir.SetVar:
		fr.vars[imm] = args[0]
	case mir.GetGlobal:
		return []uint64{*word(img.Globals + imm)}
	case mir.SetGlobal:
		*word(img.Globals + imm) = args[0]
	case mir.GetState:
		return []uint64{*word(fr.base + imm)}
	case mir.SetState:
		*word(fr.base + imm) = args[0]
	case mir.Mem:
		old := *word(fr.base + imm)
		*word(fr.base + imm) = args[0]
		return []uint64{old}
	case mir.Delay:
		return []uint64{ev.delay(fr.base+imm, int(in.Aux), args[0], math.Float64frombits(args[1]))}
	case mir.GetParam:
		return []uint64{*word(img.Params + imm)}
	case mir.GetCue:
		return []uint64{*word(img.Cues + imm)}
	case mir.Now:
		return []uint64{*word(state.NowWord)}
	case mir.SampleRate:
		return []uint64{*word(state.RateWord)}
	case mir.Call:
		return ev.call(in.Callee, fr.base+imm, args)
	case mir.If:
		if math.Float64frombits(args[0]) > 0 {
			return ev.block(in.Blocks[0], fr)
		}
		return ev.block(in.Blocks[1], fr)
	case mir.Switch:
		i := len(in.Blocks) - 1
		if k := int64(args[0]); k >= 0 && k < int64(i) {
			i = int(k)
		}
		return ev.block(in.Blocks[i], fr)
	case mir.Probe:
		at := img.Probes + imm*state.ProbeWords
		*word(at + 1 + int(*word(at)%state.ProbeFrames)) = args[0]
		*word(at)++
	case mir.Print:
	default:
		a, b := args[0], uint64(0)
		if len(args) > 1 {
			b = args[1]
		}
		return []uint64{pure(in.Op, a, b)}
	}
	return nil
}

// delay is spec vm.md 9.4 as it stands there.
func (ev *evaluator) delay(at, n int, x uint64, t float64) uint64 {
	if n == 0 {
		return 0
	}
	if t != t {
		t = 0
	}
	d := int(math.Max(0, math.Min(t, float64(n-1))))
	w := int(ev.words[at+1]) % n
	r := (w + n - d) % n
	out := ev.words[at+2+r]
	ev.words[at+2+w] = x
	ev.words[at], ev.words[at+1] = uint64(r), uint64((w+1)%n)
	return out
}

// pure computes an operation of words a and b, in other ways than the machine
// where there are any.
func pure(op mir.Op, a, b uint64) uint64 {
	x, y := math.Float64frombits(a), math.Float64frombits(b)
	f := math.Float64bits
	truth := func(c bool) uint64 {
		if c {
			return f(1)
		}
		return 0
	}
	switch op {
	case mir.AddF:
		return f(x + y)
	case mir.SubF:
		return f(x - y)
	case mir.MulF:
		return f(x * y)
	case mir.DivF:
		return f(x / y)
	case mir.ModF:
		return f(math.Mod(x, y))
	case mir.MinF, mir.MaxF:
		switch {
		case math.IsNaN(x):
			return b
		case math.IsNaN(y) || x == y:
			return a
		case x < y == (op == mir.MinF):
			return a
		}
		return b
	case mir.EqF:
		return truth(x == y)
	case mir.NeF:
		return truth(x != y)
	case mir.LtF:
		return truth(x < y)
	case mir.LeF:
		return truth(x <= y)
	case mir.GtF:
		return truth(x > y)
	case mir.GeF:
		return truth(x >= y)
	case mir.AndF:
		return truth(x > 0 && y > 0)
	case mir.OrF:
		return truth(x > 0 || y > 0)
	case mir.CopySignF:
		return f(math.Copysign(x, y))
	case mir.NegF:
		return a ^ 1<<63
	case mir.AbsF:
		return f(math.Abs(x))
	case mir.SqrtF:
		return f(math.Sqrt(x))
	case mir.FloorF:
		return f(math.Floor(x))
	case mir.CeilF:
		return f(math.Ceil(x))
	case mir.TruncF:
		return f(math.Trunc(x))
	case mir.NearestF:
		return f(math.RoundToEven(x))
	case mir.RoundF:
		return f(math.Round(x))
	case mir.NotF:
		return truth(x == 0)
	case mir.AddI:
		return a + b
	case mir.SubI:
		return a - b
	case mir.MulI:
		return a * b
	case mir.AndI:
		return a & b
	case mir.OrI:
		return a | b
	case mir.XorI:
		return a ^ b
	case mir.ShlI:
		return a << (b % 64)
	case mir.ShrI:
		return a >> (b % 64)
	case mir.SarI:
		return uint64(int64(a) >> (b % 64))
	case mir.EqI:
		return truth(a == b)
	case mir.LtI:
		return truth(int64(a) < int64(b))
	case mir.FtoI:
		switch {
		case math.IsNaN(x):
			return 0
		case math.IsInf(x, 0):
			return uint64(int64(math.MaxInt64)) + truthInt(x < 0)
		}
		n, _ := big.NewFloat(x).Int(nil)
		switch {
		case n.IsInt64():
			return uint64(n.Int64())
		case n.Sign() > 0:
			return math.MaxInt64
		}
		return 1 << 63
	case mir.ItoF:
		return f(float64(int64(a)))
	case mir.BitsF, mir.FBits:
		return a
	}
	panic("no pure operation: " + op.String())
}

func truthInt(c bool) uint64 {
	if c {
		return 1
	}
	return 0
}

// same compares words; all NaN are one.
func same(a, b uint64) bool {
	x, y := math.Float64frombits(a), math.Float64frombits(b)
	return a == b || x != x && y != y
}

// interesting are words that sit at the edges of the operations.
func interesting() []uint64 {
	var ws []uint64
	for _, x := range []float64{
		0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, 3, 7, 100, 1e-300, 5e-324, -5e-324,
		1e300, -1e300, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 1 << 52, 1<<53 + 2, 4503599627370497.5,
		9.223372036854775e18, 9223372036854775807, -9223372036854775808, -9.3e18, 1e19, math.Pi, 2.2250738585072014e-308,
	} {
		ws = append(ws, math.Float64bits(x))
	}
	for _, n := range []int64{1, 2, 3, -1, -2, 5, 63, 64, 65, math.MaxInt64, math.MinInt64, 1 << 32} {
		ws = append(ws, uint64(n))
	}
	return ws
}

// maker makes random functions.
type maker struct {
	*rand.Rand
	words []uint64
	funcs []*mir.Func
	// of the function being made
	b     *mir.Builder
	state int
	depth int
	size  int
}

// function makes a function of the given words with at most size instructions.
func (mk *maker) function(name string, ins, outs, size int) *mir.Func {
	f, b := mir.NewFunc(name, num(ins), num(outs))
	f.Vars = num(mk.Intn(3))
	mk.b, mk.state, mk.depth, mk.size = b, 0, 0, size
	var s scope
	for i := range ins {
		s.nums = append(s.nums, mir.Value(i))
	}
	b.Return(mk.body(s, outs)...)
	f.State = &state.Node{Name: name, Children: []*state.Node{{Kind: state.Feed, Words: num(mk.state)}}}
	mk.funcs = append(mk.funcs, f)
	return f
}

// scope is what a block can use. A NaN has no agreed bits, so words that may be
// one stay apart from words that are looked at as int.
type scope struct{ nums, ints []mir.Value }

// body makes instructions in s and picks outs results.
func (mk *maker) body(s scope, outs int) []mir.Value {
	b := mk.b
	konst := func(ws []uint64) mir.Value { return b.Int(int64(ws[mk.Intn(len(ws))])) }
	s.nums = append(s.nums[:len(s.nums):len(s.nums)], konst(mk.words), b.Num(1))
	s.ints = append(s.ints[:len(s.ints):len(s.ints)], konst(mk.words), b.Int(3))
	pick := func(vals []mir.Value) mir.Value {
		if mk.Intn(2) == 0 { // mostly recent values
			return vals[len(vals)-1-mk.Intn(min(4, len(vals)))]
		}
		return vals[mk.Intn(len(vals))]
	}
	num := func() mir.Value { return pick(s.nums) }
	solid := func() mir.Value { return b.Op(mir.MinF, num(), b.Num(2)) } // not a NaN
	emit := func(in mir.Instr, n int) { s.nums = append(s.nums, b.Emit(&in, n)...) }
	slot := func(n int) int64 {
		mk.state += n
		return int64(mk.state - n)
	}
	for range 2 + mk.Intn(12) {
		if mk.size--; mk.size < 0 {
			break
		}
		switch k := mk.Intn(30); k {
		case 0:
			s.nums = append(s.nums, konst(mk.words))
		case 1:
			emit(mir.Instr{Op: mir.Select, Args: []mir.Value{num(), num(), num()}}, 1)
		case 2, 3, 4:
			if n := len(b.F.Vars); n > 0 {
				if mk.Intn(2) == 0 {
					emit(mir.Instr{Op: mir.GetVar, Imm: int64(mk.Intn(n))}, 1)
				} else {
					emit(mir.Instr{Op: mir.SetVar, Imm: int64(mk.Intn(n)), Args: []mir.Value{num()}}, 0)
				}
			}
		case 5:
			off := slot(1)
			emit(mir.Instr{Op: mir.GetState, Imm: off}, 1)
			emit(mir.Instr{Op: mir.SetState, Imm: off, Args: []mir.Value{num()}}, 0)
		case 6:
			emit(mir.Instr{Op: mir.Mem, Imm: slot(1), Args: []mir.Value{num()}}, 1)
		case 7:
			n := mk.Intn(5)
			emit(mir.Instr{Op: mir.Delay, Imm: slot(2 + n), Aux: int64(n), Args: []mir.Value{num(), num()}}, 1)
		case 8:
			emit(mir.Instr{Op: []mir.Op{mir.GetGlobal, mir.GetParam, mir.GetCue, mir.Now, mir.SampleRate}[mk.Intn(5)]}, 1)
		case 9:
			emit(mir.Instr{Op: []mir.Op{mir.SetGlobal, mir.Probe}[mk.Intn(2)], Args: []mir.Value{num()}}, 0)
		case 10, 11, 12, 13:
			if len(mk.funcs) > 0 {
				f := mk.funcs[mk.Intn(len(mk.funcs))]
				args := make([]mir.Value, len(f.Params))
				for i := range args {
					args[i] = num()
				}
				off := int64(0)
				if f.StateSize() > 0 {
					off = slot(f.StateSize())
				}
				emit(mir.Instr{Op: mir.Call, Callee: f, Imm: off, Args: args}, len(f.Results))
			}
		case 14, 15, 16:
			if mk.depth > 3 {
				break
			}
			n := mk.Intn(4)
			branch := func() []mir.Value { return mk.body(s, n) }
			mk.depth++
			if k == 14 {
				var cases []func() []mir.Value
				for range 1 + mk.Intn(4) {
					cases = append(cases, branch)
				}
				s.nums = append(s.nums, b.Switch(pick(s.ints), n, cases...)...)
			} else {
				s.nums = append(s.nums, b.If(num(), n, branch, branch)...)
			}
			mk.depth--
		default:
			switch op := mir.AddF + mir.Op(mk.Intn(int(mir.Select-mir.AddF))); op {
			case mir.CopySignF:
				s.nums = append(s.nums, b.Op(op, num(), solid()))
			case mir.BitsF:
				s.ints = append(s.ints, b.Op(op, solid()))
			case mir.FtoI:
				s.ints = append(s.ints, b.Op(op, num()))
			case mir.FBits, mir.ItoF:
				s.nums = append(s.nums, b.Op(op, pick(s.ints)))
			case mir.EqI, mir.LtI:
				s.nums = append(s.nums, b.Op(op, pick(s.ints), pick(s.ints)))
			case mir.AddI, mir.SubI, mir.MulI, mir.AndI, mir.OrI, mir.XorI, mir.ShlI, mir.ShrI, mir.SarI:
				s.ints = append(s.ints, b.Op(op, pick(s.ints), pick(s.ints)))
			default:
				args := make([]mir.Value, mir.Ops[op].In)
				for i := range args {
					args[i] = num()
				}
				s.nums = append(s.nums, b.Op(op, args...))
			}
		}
	}
	out := make([]mir.Value, outs)
	for i := range out {
		out[i] = num()
	}
	return out
}

// random makes a program from a seed.
func random(seed int64) *mir.Program {
	mk := &maker{Rand: rand.New(rand.NewSource(seed)), words: interesting()}
	for i := range mk.Intn(4) {
		mk.function(string(rune('a'+i)), mk.Intn(4), mk.Intn(4), 30)
	}
	init, b := mir.NewFunc("_init", nil, nil)
	b.Return()
	dsp := mk.function("dsp", mk.Intn(3), 1+mk.Intn(4), 80)
	return &mir.Program{
		Funcs: append(mk.funcs, init), Init: init, Dsp: dsp, Globals: num(1), Params: []mir.Param{{Path: "p"}},
		Cues: make([]state.Cue, 2), Probes: []mir.ProbeChannel{{}}, Strings: []string{""},
	}
}

func TestRandomProgramsRunAsTheMiddleFormSays(t *testing.T) {
	const programs, frames = 2000, 8
	for seed := range int64(programs) {
		p := random(seed)
		m, words := load(t, p)
		ev := &evaluator{p, make([]uint64, len(words))}
		r := rand.New(rand.NewSource(seed))
		ws := interesting()
		for ch := range p.Image.Ins {
			for i := range frames {
				words[p.Image.In+ch*state.BlockFrames+i] = ws[r.Intn(len(ws))]
			}
		}
		words[p.Image.Params] = math.Float64bits(0.25)
		copy(ev.words, words)
		for i := range frames {
			m.Run(i, 1)
			args := make([]uint64, p.Image.Ins)
			for ch := range args {
				args[ch] = ev.words[p.Image.In+ch*state.BlockFrames+i]
			}
			for ch, w := range ev.call(p.Dsp, p.Image.State, args) {
				ev.words[p.Image.Out+ch*state.BlockFrames+i] = w
			}
			ev.words[state.NowWord] = math.Float64bits(float64(i + 1))
			for at := range words {
				if !same(words[at], ev.words[at]) {
					t.Fatalf("program %d, frame %d: word %d is %x, should be %x\n%s", seed, i, at, words[at], ev.words[at], listing(p))
				}
			}
		}
	}
}
