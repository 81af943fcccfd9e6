package mir

import (
	"math"
	"math/rand"
	"testing"

	"mmm/state"
)

// A value that was computed lies in the span that was computed of it, and no
// comparison has another outcome than the one foretold.
func TestValuesLieInTheirSpans(t *testing.T) {
	edges := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 2, -3, 1e-320, -1e-320, 1e300, -1e300, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	ops := []Op{AddF, SubF, MulF, DivF, ModF, EqF, NeF, LtF, LeF, GtF, GeF, AndF, OrF, CopySignF, NegF, AbsF, FloorF, CeilF, TruncF, NearestF, RoundF, NotF}
	r := rand.New(rand.NewSource(1))
	decided := 0
	for range 20000 {
		s := &simplifier{consts: map[Value]int64{}}
		var values []float64
		add := func(x float64, sp span) {
			values, s.spans = append(values, x), append(s.spans, sp)
		}
		for range 3 { // inputs, of which something, nothing or all is known
			x := edges[r.Intn(len(edges))]
			if r.Intn(2) == 0 {
				x = r.NormFloat64()
			}
			switch r.Intn(3) {
			case 0:
				add(x, span{})
			case 1:
				add(x, within(x, x))
			default:
				if x == x {
					add(x, within(x-r.Float64(), x+r.Float64()))
				} else {
					add(x, within(-1, r.Float64()))
				}
			}
		}
		for range 12 {
			in := &Instr{Op: ops[r.Intn(len(ops))]}
			for range Ops[in.Op].In {
				in.Args = append(in.Args, Value(r.Intn(len(values))))
			}
			bits := func(i int) int64 {
				if i >= len(in.Args) {
					return 0
				}
				return int64(math.Float64bits(values[in.Args[i]]))
			}
			word, _ := Eval(in.Op, bits(0), bits(1))
			x := math.Float64frombits(uint64(word))
			if outcome, ok := s.compared(in); ok {
				decided++
				if x != truthValue(outcome) {
					t.Fatalf("%v of %v gives %v, %v was foretold from %v", in.Op, values, x, outcome, s.spans)
				}
			}
			sp := s.spanOf(in)
			if lo, hi := sp.bounds(); x == x && (x < lo || x > hi) {
				t.Fatalf("%v %v of %v gives %v, outside %v to %v", in.Op, in.Args, values, x, lo, hi)
			}
			add(x, sp)
		}
	}
	if decided < 1000 {
		t.Errorf("only %d comparisons were decided", decided)
	}
}

// What a phase is multiplied with is bounded, whatever the phase was.
func TestAPhaseDecidesTheGuardOfAFunction(t *testing.T) {
	for _, c := range []struct {
		name  string
		phase func(b *Builder) Value
		left  int
	}{
		{"bounded", func(b *Builder) Value { return b.Op(MulF, b.Op(ModF, 0, b.Num(1)), b.Num(6.28)) }, 0},
		{"clamped", func(b *Builder) Value { return b.Op(MinF, b.Op(MaxF, 0, b.Num(-5)), b.Num(5)) }, 0},
		{"free", func(b *Builder) Value { return b.Op(MulF, 0, b.Num(6.28)) }, 1},
	} {
		f, b := NewFunc("dsp", make([]state.WordKind, 1), make([]state.WordKind, 1))
		x := c.phase(b)
		b.Return(b.If(b.Op(GeF, b.Op(MulF, x, x), b.Num(0x1p46)), 1,
			func() []Value { return []Value{b.Op(SqrtF, x)} }, func() []Value { return []Value{b.Op(NegF, x)} })...)
		p := &Program{Funcs: []*Func{f}, Init: f, Dsp: f}
		Simplify(p)
		Prune(p)
		choices := 0
		Walk(f.Body, func(in *Instr) {
			if in.Op == If {
				choices++
			}
		})
		if choices != c.left {
			t.Errorf("%s: %d choices are left, not %d", c.name, choices, c.left)
		}
	}
}
