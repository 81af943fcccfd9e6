package library

import (
	"fmt"
	"math/rand"
	"regexp"
	"strings"
	"testing"

	"mmm/session"
)

// extremes are what a knob, a note or another signal may hand over by mistake.
var extremes = []float64{0, 1, -1, 0.5, -0.5, 1e-6, -1e-6, 2, 10, -10, 100, 440, 23999, 24000, 48000, 1e5, -1e5, 1e6}

// call writes a call of f whose numbers are inputs of dsp, and those inputs;
// false if f wants what dsp cannot be given.
func (f function) call() (expr string, inputs []string, ok bool) {
	var args []string
	for _, m := range parameter.FindAllStringSubmatch(f.Params, -1) {
		input := func() string {
			inputs = append(inputs, fmt.Sprintf("in%d", len(inputs)))
			return inputs[len(inputs)-1]
		}
		switch kind := strings.TrimSpace(strings.TrimPrefix(m[2], ":")); kind {
		case "", "float":
			args = append(args, input())
		case "(float, float)", "(float,float)":
			args = append(args, "("+input()+", "+input()+")")
		case "[float]":
			args = append(args, "[1, 0.5, -0.25]")
		default:
			return "", nil, false
		}
	}
	field := ""
	if m := regexp.MustCompile(`(?s)\b` + f.Name + `\(.*\)(\.\w+)`).FindStringSubmatch(f.Examples[0]); m != nil {
		field = m[1]
	}
	if f.Result == "[float]" {
		field = "[0]"
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")" + field, inputs, !f.Macro
}

// Arguments of every size for a second, each held for 64 frames and then for
// one: what comes out stays a number.
func TestNoFunctionGivesNaNOrInfinityForExtremeArguments(t *testing.T) {
	for _, f := range catalog(t) {
		if firstRun[f.Module] || len(f.Examples) == 0 {
			continue
		}
		expr, inputs, ok := f.call()
		if !ok {
			continue
		}
		t.Run(f.Path(), func(t *testing.T) {
			p := program(t, patch(f.Module, strings.Join(inputs, ", "), expr))
			const frames = 48000
			in := make([][]float64, len(inputs))
			r := rand.New(rand.NewSource(1))
			for c := range in {
				in[c] = make([]float64, frames)
				for i := range in[c] {
					switch {
					case i < frames/2 && i%64 != 0:
						in[c][i] = in[c][i-1]
					default:
						in[c][i] = extremes[r.Intn(len(extremes))]
					}
				}
			}
			for _, s := range collect(t, p, session.Native, 48000, frames, in...) {
				for i, x := range s {
					if !(x-x == 0) {
						var args []float64
						for c := range in {
							args = append(args, in[c][i])
						}
						t.Fatalf("frame %d is %g, arguments %v", i, x, args)
					}
				}
			}
		})
	}
}
