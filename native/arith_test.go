package native

import (
	"math"
	"math/rand"
	"testing"

	"mmm/compiler/mir"
)

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// toInt is the conversion that spec vm.md 1.4 describes.
func toInt(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x >= 1<<63:
		return math.MaxInt64
	case x < -(1 << 63):
		return math.MinInt64
	}
	return int64(x)
}

// oracle says what each pure operation on numbers gives, independently of every
// engine.
var oracle = map[mir.Op]func(a, b float64) float64{
	mir.AddF: func(a, b float64) float64 { return a + b },
	mir.SubF: func(a, b float64) float64 { return a - b },
	mir.MulF: func(a, b float64) float64 { return a * b },
	mir.DivF: func(a, b float64) float64 { return a / b },
	mir.ModF: math.Mod,
	mir.MinF: func(a, b float64) float64 {
		if b < a || a != a {
			return b
		}
		return a
	},
	mir.MaxF: func(a, b float64) float64 {
		if b > a || a != a {
			return b
		}
		return a
	},
	mir.EqF:       func(a, b float64) float64 { return truth(a == b) },
	mir.NeF:       func(a, b float64) float64 { return truth(a != b) },
	mir.LtF:       func(a, b float64) float64 { return truth(a < b) },
	mir.LeF:       func(a, b float64) float64 { return truth(a <= b) },
	mir.GtF:       func(a, b float64) float64 { return truth(a > b) },
	mir.GeF:       func(a, b float64) float64 { return truth(a >= b) },
	mir.AndF:      func(a, b float64) float64 { return truth(a > 0 && b > 0) },
	mir.OrF:       func(a, b float64) float64 { return truth(a > 0 || b > 0) },
	mir.CopySignF: math.Copysign,
	mir.NegF:      func(a, _ float64) float64 { return -a },
	mir.AbsF:      func(a, _ float64) float64 { return math.Abs(a) },
	mir.SqrtF:     func(a, _ float64) float64 { return math.Sqrt(a) },
	mir.FloorF:    func(a, _ float64) float64 { return math.Floor(a) },
	mir.CeilF:     func(a, _ float64) float64 { return math.Ceil(a) },
	mir.TruncF:    func(a, _ float64) float64 { return math.Trunc(a) },
	mir.NearestF:  func(a, _ float64) float64 { return math.RoundToEven(a) },
	mir.RoundF:    func(a, _ float64) float64 { return math.Round(a) },
	mir.NotF:      func(a, _ float64) float64 { return truth(a == 0) },
}

// intOracle says what the operations on or to ints give, on words.
var intOracle = map[mir.Op]func(a, b int64) int64{
	mir.AddI:  func(a, b int64) int64 { return a + b },
	mir.SubI:  func(a, b int64) int64 { return a - b },
	mir.MulI:  func(a, b int64) int64 { return a * b },
	mir.AndI:  func(a, b int64) int64 { return a & b },
	mir.OrI:   func(a, b int64) int64 { return a | b },
	mir.XorI:  func(a, b int64) int64 { return a ^ b },
	mir.ShlI:  func(a, b int64) int64 { return a << (uint64(b) % 64) },
	mir.ShrI:  func(a, b int64) int64 { return int64(uint64(a) >> (uint64(b) % 64)) },
	mir.SarI:  func(a, b int64) int64 { return a >> (uint64(b) % 64) },
	mir.EqI:   func(a, b int64) int64 { return int64(math.Float64bits(truth(a == b))) },
	mir.LtI:   func(a, b int64) int64 { return int64(math.Float64bits(truth(a < b))) },
	mir.FtoI:  func(a, _ int64) int64 { return toInt(math.Float64frombits(uint64(a))) },
	mir.ItoF:  func(a, _ int64) int64 { return int64(math.Float64bits(float64(a))) },
	mir.BitsF: func(a, _ int64) int64 { return a },
	mir.FBits: func(a, _ int64) int64 { return a },
}

// edges are numbers at which operations are likely to go wrong.
var edges = func() []float64 {
	list := []float64{0, 0.3, 0.5, 0.49999999999999994, 1, 1.5, 2, 2.5, 3, 4, 6.283185307179586, 0.1, 1e-3, 1024, 4503599627370495.5,
		4503599627370496, 9007199254740993, 9.223372036854775e18, 9.223372036854776e18, 1.8446744073709552e19, 1e300, math.MaxFloat64,
		math.SmallestNonzeroFloat64, 2.2250738585072014e-308, 1.1e-310, 7e-323, math.Inf(1)}
	for _, x := range list[:len(list):len(list)] {
		list = append(list, -x)
	}
	return append(list, math.NaN(), math.Copysign(0, -1))
}()

// intEdges are the same for ints.
var intEdges = []int64{0, 1, -1, 2, 3, 63, 64, 65, -63, 1 << 31, 1 << 32, -(1 << 31), 1<<53 + 1, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, 0x5555555555555555}

func pure(b *mir.Builder, op mir.Op, args ...mir.Value) mir.Value {
	return b.Emit(&mir.Instr{Op: op, Args: args[:mir.Ops[op].In]}, 1)[0] // Emit does not fold
}

// check runs dsp(a, b) for all pairs of words and compares channel 0 with want.
func check(t *testing.T, m *machine, words []uint64, want func(a, b uint64) uint64) {
	t.Helper()
	for _, a := range words {
		for i, b := range words {
			m.in(0, i, a)
			m.in(1, i, b)
		}
		m.play(0, len(words))
		for i, b := range words {
			for ch := range m.image.Outs {
				if got, w := m.out(ch, i), want(a, b); !same(got, w) {
					t.Fatalf("a %x (%g), b %x (%g), output %d: got %x (%g), want %x (%g)", a, math.Float64frombits(a), b, math.Float64frombits(b),
						ch, got, math.Float64frombits(got), w, math.Float64frombits(w))
				}
			}
		}
	}
}

func bitsOf(list []float64) []uint64 {
	words := make([]uint64, len(list))
	for i, x := range list {
		words[i] = math.Float64bits(x)
	}
	return words
}

// The result is used at once in one output, and kept in a local for the others.
func TestOperationsOnNumbersAgreeWithTheOracleOnEdges(t *testing.T) {
	for op, want := range oracle {
		t.Run(op.String(), func(t *testing.T) {
			m := load(t, program(2, 3, nil, func(b *mir.Builder) []mir.Value {
				kept := pure(b, op, 0, 1)
				return []mir.Value{pure(b, op, 0, 1), kept, kept}
			}))
			check(t, m, bitsOf(edges), func(a, b uint64) uint64 {
				return math.Float64bits(want(math.Float64frombits(a), math.Float64frombits(b)))
			})
		})
	}
}

func TestOperationsOnIntsAgreeWithTheOracleOnEdges(t *testing.T) {
	words := bitsOf(edges)
	for _, n := range intEdges {
		words = append(words, uint64(n))
	}
	for op, want := range intOracle {
		t.Run(op.String(), func(t *testing.T) {
			m := load(t, program(2, 2, nil, func(b *mir.Builder) []mir.Value {
				x, y := mir.Value(0), mir.Value(1)
				if op != mir.FtoI && op != mir.BitsF {
					x, y = pure(b, mir.BitsF, 0), pure(b, mir.BitsF, 1)
				}
				result := func() mir.Value {
					r := pure(b, op, x, y)
					if op.GivesInt() {
						r = pure(b, mir.FBits, r)
					}
					return r
				}
				return []mir.Value{result(), result()}
			}))
			check(t, m, words, func(a, b uint64) uint64 { return uint64(want(int64(a), int64(b))) })
		})
	}
}

func TestOperationsWithAConstantAgreeWithTheOracle(t *testing.T) {
	for op, want := range oracle {
		if mir.Ops[op].In != 2 {
			continue
		}
		for _, constantFirst := range []bool{false, true} {
			m := load(t, program(1, len(edges), nil, func(b *mir.Builder) []mir.Value {
				var outs []mir.Value
				for _, c := range edges {
					if constantFirst {
						outs = append(outs, pure(b, op, b.Num(c), 0))
					} else {
						outs = append(outs, pure(b, op, 0, b.Num(c)))
					}
				}
				return outs
			}))
			for i, x := range edges {
				m.in(0, i, math.Float64bits(x))
			}
			m.play(0, len(edges))
			for i, x := range edges {
				for ch, c := range edges {
					w := want(x, c)
					if constantFirst {
						w = want(c, x)
					}
					if got := m.out(ch, i); !same(got, math.Float64bits(w)) {
						t.Fatalf("%s of %g and constant %g (first: %v): got %g, want %g", op, x, c, constantFirst, math.Float64frombits(got), w)
					}
				}
			}
		}
	}
}

// randomNumber takes any exponent, subnormals included, and often one that is
// near the last number's.
func randomNumber(r *rand.Rand, near float64) float64 {
	switch r.Intn(4) {
	case 0:
		return math.Float64frombits(r.Uint64()&(1<<52-1) | uint64(r.Intn(2))<<63) // subnormal
	case 1:
		return math.Ldexp(near*(1+r.Float64()), r.Intn(80)-40)
	case 2:
		return near * float64(r.Intn(4096))
	}
	return math.Float64frombits(r.Uint64())
}

func TestModuloIsExactOnAMillionPairs(t *testing.T) {
	m := load(t, program(2, 1, nil, func(b *mir.Builder) []mir.Value { return []mir.Value{pure(b, mir.ModF, 0, 1)} }))
	r := rand.New(rand.NewSource(1))
	const frames = 256
	var as, bs [frames]float64
	for range 1_000_000/frames + 1 {
		for i := range frames {
			bs[i] = randomNumber(r, 1)
			as[i] = randomNumber(r, bs[i])
			m.in(0, i, math.Float64bits(as[i]))
			m.in(1, i, math.Float64bits(bs[i]))
		}
		m.play(0, frames)
		for i := range frames {
			if want := math.Mod(as[i], bs[i]); !same(m.out(0, i), math.Float64bits(want)) {
				t.Fatalf("%g mod %g: got %g, want %g", as[i], bs[i], math.Float64frombits(m.out(0, i)), want)
			}
		}
	}
}

func TestConditionsMeanAboveZero(t *testing.T) {
	for _, c := range []struct {
		name string
		op   mir.Op // NumOps: the input itself
	}{{"the number itself", mir.NumOps}, {"lt", mir.LtF}, {"not", mir.NotF}, {"and", mir.AndF}, {"or", mir.OrF}, {"ne", mir.NeF}} {
		t.Run(c.name, func(t *testing.T) {
			m := load(t, program(2, 4, nil, func(b *mir.Builder) []mir.Value {
				cond := func() mir.Value {
					if c.op == mir.NumOps {
						return 0
					}
					return pure(b, c.op, 0, 1)
				}
				constant := func(x float64) func() []mir.Value { return func() []mir.Value { return []mir.Value{b.Num(x)} } }
				chosen := b.If(cond(), 1, func() []mir.Value { return []mir.Value{pure(b, mir.SubF, b.Num(2), b.Num(1))} }, constant(0))[0]
				kept := cond()
				double := pure(b, mir.NotF, pure(b, mir.NotF, pure(b, mir.GtF, kept, b.Num(0))))
				return []mir.Value{
					b.If(cond(), 1, constant(1), constant(0))[0],
					pure(b, mir.Select, cond(), b.Num(1), b.Num(0)),
					pure(b, mir.AndF, chosen, kept),
					double,
				}
			}))
			check(t, m, bitsOf(edges), func(a, b uint64) uint64 {
				x, y := math.Float64frombits(a), math.Float64frombits(b)
				if c.op != mir.NumOps {
					x = oracle[c.op](x, y)
				}
				return math.Float64bits(truth(x > 0))
			})
		})
	}
}

func TestWordsKeepTheirBitsWhateverTypeHoldsThem(t *testing.T) {
	m := load(t, program(2, 2, nil, func(b *mir.Builder) []mir.Value {
		asInt := func() []mir.Value { return []mir.Value{pure(b, mir.BitsF, 0)} }
		asNum := func() []mir.Value { return []mir.Value{0} }
		mixed := b.If(1, 1, asInt, asNum)[0]
		raw := b.Emit(&mir.Instr{Op: mir.Select, Args: []mir.Value{1, mixed, b.Int(7)}}, 1)[0]
		// An int where a number is wanted is its bits.
		return []mir.Value{mixed, b.Emit(&mir.Instr{Op: mir.Select, Args: []mir.Value{b.Num(1), pure(b, mir.AddI, raw, b.Int(0)), raw}}, 1)[0]}
	}))
	for i, x := range edges {
		m.in(0, i, math.Float64bits(x))
		m.in(1, i, math.Float64bits(float64(i%2)))
	}
	m.play(0, len(edges))
	for i, x := range edges {
		want := math.Float64bits(x)
		if m.out(0, i) != want {
			t.Fatalf("%g: got bits %x", x, m.out(0, i))
		}
		if i%2 == 0 {
			want = 7
		}
		if m.out(1, i) != want {
			t.Fatalf("%g: selected bits %x, want %x", x, m.out(1, i), want)
		}
	}
}
