package native

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"mmm/compiler/mir"
)

// The addend is a constant, a number used elsewhere or the result of another
// fused operation.
func TestFusedArithmeticRoundsOnce(t *testing.T) {
	addends := []float64{0, math.Copysign(0, -1), 1, -0x1p-54, 1e300, math.Inf(-1), math.NaN()}
	for _, c := range addends {
		m := load(t, program(2, 3, nil, func(b *mir.Builder) []mir.Value {
			sum := pure(b, mir.AddF, 1, b.Num(c))
			return []mir.Value{
				pure3(b, 0, 1, b.Num(c)),
				pure3(b, 0, b.Num(c), sum),
				pure3(b, pure3(b, 0, 1, sum), sum, 0),
			}
		}))
		words := bitsOf(edges)
		for _, a := range words {
			for i, b := range words {
				m.in(0, i, a)
				m.in(1, i, b)
			}
			m.play(0, len(words))
			for i, b := range words {
				x, y := math.Float64frombits(a), math.Float64frombits(b)
				for ch, want := range []float64{math.FMA(x, y, c), math.FMA(x, c, y+c), math.FMA(math.FMA(x, y, y+c), y+c, x)} {
					if got := m.out(ch, i); !same(got, math.Float64bits(want)) {
						t.Fatalf("%g, %g, %g, output %d: got %g, want %g", x, y, c, ch, math.Float64frombits(got), want)
					}
				}
			}
		}
	}
}

func pure3(b *mir.Builder, x, y, z mir.Value) mir.Value {
	return b.Emit(&mir.Instr{Op: mir.FmaF, Args: []mir.Value{x, y, z}}, 1)[0]
}

// Every operation that exists on v128 stands here between two fused ones, and its
// result is used as a number too.
func TestOperationsBetweenFusedOnesGiveTheirBits(t *testing.T) {
	one := func(op mir.Op) func(b *mir.Builder, x, y mir.Value) mir.Value {
		return func(b *mir.Builder, x, y mir.Value) mir.Value { return pure(b, op, x, y) }
	}
	onBits := func(op mir.Op) func(b *mir.Builder, x, y mir.Value) mir.Value {
		return func(b *mir.Builder, x, y mir.Value) mir.Value {
			return pure(b, mir.FBits, pure(b, op, pure(b, mir.BitsF, x), pure(b, mir.BitsF, y)))
		}
	}
	shift := func(op mir.Op) func(b *mir.Builder, x, y mir.Value) mir.Value {
		return func(b *mir.Builder, x, _ mir.Value) mir.Value {
			return pure(b, mir.FBits, pure(b, op, pure(b, mir.BitsF, x), b.Int(67)))
		}
	}
	for op, form := range wideForm {
		op := mir.Op(op)
		if form == 0 || op == mir.FmaF || op == mir.BitsF || op == mir.FBits {
			continue
		}
		write := one(op)
		eval := func(x, y float64) float64 { return oracle[op](x, y) }
		if want, ok := intOracle[op]; ok {
			write = onBits(op)
			eval = func(x, y float64) float64 {
				return math.Float64frombits(uint64(want(int64(math.Float64bits(x)), int64(math.Float64bits(y)))))
			}
			if op == mir.ShlI || op == mir.ShrI {
				write = shift(op)
				eval = func(x, _ float64) float64 { return math.Float64frombits(uint64(want(int64(math.Float64bits(x)), 3))) }
			}
		}
		t.Run(op.String(), func(t *testing.T) {
			p := program(2, 3, nil, func(b *mir.Builder) []mir.Value {
				x := pure3(b, 0, b.Num(1), b.Num(0))
				r := write(b, x, 1)
				return []mir.Value{r, pure3(b, r, b.Num(2), x), pure(b, mir.AddF, r, b.Num(1))}
			})
			m := load(t, p)
			var text bytes.Buffer
			if err := Print(&text, p); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(text.String(), opcodes[form].name+"\n") {
				t.Errorf("no %s in\n%s", opcodes[form].name, text.String())
			}
			for i, x := range edges {
				if x != x {
					continue
				}
				for _, y := range edges {
					if y != y {
						continue
					}
					m.in(0, i, math.Float64bits(x))
					m.in(1, i, math.Float64bits(y))
					m.play(i, 1)
					x := math.FMA(x, 1, 0)
					r := eval(x, y)
					for ch, want := range []float64{r, math.FMA(r, 2, x), r + 1} {
						if got := m.out(ch, i); !same(got, math.Float64bits(want)) {
							t.Fatalf("%g, %g, output %d: got %g, want %g", x, y, ch, math.Float64frombits(got), want)
						}
					}
				}
			}
		})
	}
}

func TestModuloOfAPowerOfTwoIsExactOnEdges(t *testing.T) {
	for _, power := range []float64{1, -1, 2, 1024, 0x1p52, 0x1p900} {
		m := load(t, program(2, 3, nil, func(b *mir.Builder) []mir.Value {
			x := pure(b, mir.AddF, 0, 1)
			r := pure(b, mir.ModF, x, b.Num(power))
			return []mir.Value{r, pure3(b, r, b.Num(2), 1), pure(b, mir.ModF, pure3(b, 0, 1, b.Num(0)), b.Num(power))}
		}))
		want := func(a, b uint64) [3]float64 {
			x, y := math.Float64frombits(a), math.Float64frombits(b)
			r := math.Mod(x+y, power)
			return [3]float64{r, math.FMA(r, 2, y), math.Mod(math.FMA(x, y, 0), power)}
		}
		words := bitsOf(edges)
		for _, a := range words {
			for i, b := range words {
				m.in(0, i, a)
				m.in(1, i, b)
			}
			m.play(0, len(words))
			for i, b := range words {
				for ch, want := range want(a, b) {
					if got := m.out(ch, i); !same(got, math.Float64bits(want)) {
						t.Fatalf("%g, %g mod %g, output %d: got %g, want %g", math.Float64frombits(a), math.Float64frombits(b), power, ch, math.Float64frombits(got), want)
					}
				}
			}
		}
	}
}
