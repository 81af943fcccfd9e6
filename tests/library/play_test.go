package library

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"mmm/compiler"
	"mmm/compiler/mir"
	"mmm/render"
	"mmm/session"
)

// program compiles a patch that must have neither errors nor warnings.
func program(t *testing.T, text string) *mir.Program {
	t.Helper()
	r := compiler.Compile(compiler.Options{Name: "patch.mmm", Text: text})
	for _, d := range r.Diags.All {
		line, _ := d.Span.File.Position(d.Span.Start)
		t.Fatalf("line %d: %s\n%s", line, d.Message, text)
	}
	return r.Program
}

// patch is a program that uses modules (and osc) and gives an expression of its
// inputs, named by the list inputs: "x, freq". What follows a line of the
// expression that begins with where stands before dsp.
func patch(modules, inputs, expr string) string {
	var b strings.Builder
	for _, m := range strings.Fields(modules) {
		if m != "osc" {
			fmt.Fprintf(&b, "use %s::*\n", m)
		}
	}
	expr, global, _ := strings.Cut(expr, "\n  where ")
	fmt.Fprintf(&b, "use osc::*\n%s\nfn dsp(%s){\n  %s\n}\n", global, inputs, expr)
	return b.String()
}

// collect plays a program and returns its channels.
func collect(t *testing.T, p *mir.Program, engine string, rate float64, frames int, in ...[]float64) [][]float64 {
	t.Helper()
	job := render.Job{Program: p, Engine: engine, Rate: rate, Frames: frames, Input: in}
	out, err := job.Collect()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sound is what an expression without inputs gives at a rate.
func sound(t *testing.T, modules, expr string, rate float64, frames int) [][]float64 {
	t.Helper()
	return collect(t, program(t, patch(modules, "", expr)), session.Native, rate, frames)
}

// through is what an expression makes of inputs at 48 kHz.
func through(t *testing.T, modules, inputs, expr string, in ...[]float64) [][]float64 {
	t.Helper()
	return throughAt(t, 48000, modules, inputs, expr, in...)
}

// throughAt is through at another rate.
func throughAt(t *testing.T, rate float64, modules, inputs, expr string, in ...[]float64) [][]float64 {
	t.Helper()
	return collect(t, program(t, patch(modules, inputs, expr)), session.Native, rate, len(in[0]), in...)
}

// constant is a signal that stays.
func constant(x float64, frames int) []float64 {
	s := make([]float64, frames)
	for i := range s {
		s[i] = x
	}
	return s
}

// impulse is 1, then 0.
func impulse(frames int) []float64 {
	s := make([]float64, frames)
	s[0] = 1
	return s
}

// peak is the largest absolute value; NaN if there is one.
func peak(s []float64) float64 {
	p := 0.0
	for _, x := range s {
		if !(math.Abs(x) <= p) {
			p = math.Abs(x)
		}
	}
	return p
}

// rms is the effective value.
func rms(s []float64) float64 {
	sum := 0.0
	for _, x := range s {
		sum += x * x
	}
	return math.Sqrt(sum / float64(len(s)))
}

// mean is the average.
func mean(s []float64) float64 {
	sum := 0.0
	for _, x := range s {
		sum += x
	}
	return sum / float64(len(s))
}

// near fails unless a figure is what it should be.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %g, want %g within %g", what, got, want, tolerance)
	}
}

// below fails unless a figure is at most the limit.
func below(t *testing.T, what string, got, limit float64) {
	t.Helper()
	if !(got <= limit) {
		t.Errorf("%s: %g, want at most %g", what, got, limit)
	}
}

func TestEveryExampleOfTheLibraryPlaysAlikeOnBothEngines(t *testing.T) {
	for _, f := range catalog(t) {
		for _, example := range f.Examples {
			t.Run(f.Path(), func(t *testing.T) {
				p := program(t, patch(f.Module, "", example))
				const frames = 3000
				want := collect(t, p, session.VM, 48000, frames)
				got := collect(t, p, session.Native, 48000, frames)
				for c := range want {
					for i, x := range want[c] {
						if math.Float64bits(x) != math.Float64bits(got[c][i]) {
							t.Fatalf("channel %d, frame %d: %g on the vm, %g on native", c, i, x, got[c][i])
						}
					}
				}
				for _, rate := range []float64{44100, 96000} {
					for _, s := range collect(t, p, session.Native, rate, int(rate/2)) {
						if p := peak(s); !(p < 1e5) {
							t.Errorf("at %g Hz the peak is %g", rate, p)
						}
					}
				}
			})
		}
	}
}
