package library

import (
	"math/rand"
	"testing"

	"mmm/session"
)

// Macros are called with code; these calls are as wild as those of
// TestNoFunctionGivesNaNOrInfinityForExtremeArguments.
func TestNoMacroGivesNaNOrInfinityForExtremeArguments(t *testing.T) {
	for _, c := range []struct{ module, expr string }{
		{"delayline", "delay_whole!(100)(a, b)"},
		{"delayline", "delay_linear!(100)(a, b)"},
		{"delayline", "delay_cubic!(100)(a, b)"},
		{"delayline", "delay_lagrange!(100)(a, b)"},
		{"delayline", "delay_allpass!(100)(a, b)"},
		{"delayline", "multitap!([0, 0.01], [1, -1])(a)"},
		{"shaper", "over2!(`|v:float| hard_clip(v, b))(a)"},
		{"shaper", "over4!(`|v:float| hard_clip(v, b))(a)"},
		{"shaper", "over8!(`|v:float| hard_clip(v, b))(a)"},
		{"modfx", "phaser_n!(12)(a, b, c, d, e, f)"},
		{"spectral", "vocoder!(16)(a, b, c, d)"},
		{"spectral", "band_gate!(24)(a, b, c)"},
		{"spectral", "graphic!(4)(a, [b, c, d, e])"},
	} {
		p := program(t, patch(c.module, "a, b, c, d, e, f", c.expr))
		const frames = 24000
		r := rand.New(rand.NewSource(1))
		in := make([][]float64, 6)
		for i := range in {
			in[i] = make([]float64, frames)
			for n := range in[i] {
				if n < frames/2 && n%64 != 0 {
					in[i][n] = in[i][n-1]
				} else {
					in[i][n] = extremes[r.Intn(len(extremes))]
				}
			}
		}
		for _, s := range collect(t, p, session.Native, 48000, frames, in...) {
			for n, x := range s {
				if !(x-x == 0) {
					t.Errorf("%s: frame %d is %g", c.expr, n, x)
					break
				}
			}
		}
	}
}
