package library

import (
	"fmt"
	"math"
	"testing"
)

// toneBin is the bin of a loud high note in 8192 frames; odd, so that mirrored
// partials fall between the true ones.
const toneBin = 211 // 1236 Hz

// shaped is the alias floor in dB, below limit Hz, of a curve driven by a sine of
// 1236 Hz.
func shaped(t *testing.T, expr string, limit float64) float64 {
	t.Helper()
	const n = 8192
	out := through(t, "shaper drive", "x", expr, wave(toneBin*48000.0/n, 48000, 4*n))[0]
	return aliasFloor(out[3*n:], toneBin, limit)
}

func TestAntialiasedShapersHaveALowerFloor(t *testing.T) {
	for _, c := range []struct {
		path, naive, better string
		limit, floor        float64
	}{
		{"adaa_tanh", "tanh(x * 10)", "adaa_tanh(x, 10)", 5000, -75},
		{"adaa_clip", "hard_clip(x, 10)", "adaa_clip(x, 10)", 5000, -65},
		{"adaa_fold", "fold_dist(x, 4)", "adaa_fold(x, 4)", 5000, -50},
		{"oversample2", "tanh(x * 10)", "oversample2(x, |v| tanh(v * 10))", 20000, -90},
		{"oversample4", "tanh(x * 10)", "oversample4(x, |v| tanh(v * 10))", 20000, -110},
		{"oversample8", "tanh(x * 10)", "oversample8(x, |v| tanh(v * 10))", 20000, -110},
		{"tanh4", "tanh(x * 10)", "tanh4(x, 10)", 20000, -110},
		{"over2", "tanh(x * 10)", "over2!(`|v:float| tanh(v * 10))(x)", 20000, -90},
		{"over4", "tanh(x * 10)", "over4!(`|v:float| tanh(v * 10))(x)", 20000, -110},
		{"over8", "tanh(x * 10)", "over8!(`|v:float| tanh(v * 10))(x)", 20000, -110},
	} {
		naive, better := shaped(t, c.naive, c.limit), shaped(t, c.better, c.limit)
		t.Logf("%s: %.1f dB, naive %.1f", c.path, better, naive)
		below(t, "alias floor of "+c.path+" in dB", better, c.floor)
		report(t, "shaper::"+c.path, "aliases of a driven sine of 1.2 kHz, up to %g Hz, below %g dB (naive %.0f dB)", c.limit, c.floor, naive)
	}
}

func TestOversamplingIsFlatAndCallsItsFunctionWithOneState(t *testing.T) {
	for n, gain := range map[int]float64{2: 0.01, 4: 0.02, 8: 0.02} {
		ir := through(t, "shaper", "x", fmt.Sprintf("oversample%d(x, |v| v)", n), impulse(4096))[0]
		for _, f := range []float64{20, 1000, 10000, 20000} {
			near(t, fmt.Sprintf("oversample%d at %g Hz in dB", n, f), gainAt(ir, f, 48000), 0, gain)
		}
		// A counter inside counts n a frame.
		out := through(t, "shaper", "x", fmt.Sprintf("oversample%d(x, |v| self + 1)", n), impulse(2000))[0]
		near(t, "counts in 1000 frames", out[1999]-out[999], 1000*float64(n), 0.1)
		report(t, fmt.Sprintf("shaper::oversample%d", n), "flat to 20 kHz within %g dB; its function is called %d times a frame with one state", gain, n)
	}
}

func TestCurvesAreTheirFormulas(t *testing.T) {
	in := wave(100, 48000, 4800)
	check := func(path, expr string, want func(x float64) float64) {
		t.Helper()
		out := through(t, "shaper", "x", expr, in)[0]
		for i, x := range in {
			if math.Abs(out[i]-want(x)) > 1e-9 {
				t.Errorf("%s of %g is %g, want %g", expr, x, out[i], want(x))
				return
			}
		}
		report(t, "shaper::"+path, "the formula within 1e-9")
	}
	clip := func(v float64) float64 { return math.Max(-1, math.Min(v, 1)) }
	check("hard_clip", "hard_clip(x, 3)", func(x float64) float64 { return clip(3 * x) })
	check("soft_clip", "soft_clip(x, 3)", func(x float64) float64 { v := clip(3 * x); return 1.5*v - v*v*v/2 })
	check("diode", "diode(x, 10, 2)", func(x float64) float64 {
		if x >= 0 {
			return math.Log1p(10 * x)
		}
		return -2 * math.Log1p(-5*x)
	})
	check("wavefold", "wavefold(x, 3, 0.1)", func(x float64) float64 { return math.Sin(math.Pi / 2 * (3*x + 0.1)) })
	check("rectify", "rectify(x, 1)", math.Abs)
	below(t, "constant part of tube", math.Abs(mean(through(t, "shaper", "x", "tube(x, 4, 0.5)", wave(100, 48000, 96000))[0][48000:])), 1e-4)
	report(t, "shaper::tube", "constant part below 0.0001")
}

func TestChebyshevMakesThePartialsItIsTold(t *testing.T) {
	out := through(t, "shaper", "x", "chebyshev(x, 0.5, 0.2, 0.1, 0.05, 0.025)", wave(100, 48000, 4800))[0]
	for k, want := range []float64{0.5, 0.2, 0.1, 0.05, 0.025, 0} {
		near(t, fmt.Sprintf("partial %d", k+1), magnitudesOf(out, 100, 48000, k+1), want, 1e-9)
	}
	report(t, "shaper::chebyshev", "partials 1 to 5 of a sine have their levels, the sixth is 0")
}

func TestDitherTurnsDistortionIntoNoise(t *testing.T) {
	in := wave(100, 48000, 96000)
	for i := range in {
		in[i] *= 0.02
	}
	plain := through(t, "shaper", "x", "crush(x, 6, 48000, 0)", in)[0]
	noisy := through(t, "shaper", "x", "crush(x, 6, 48000, 1)", in)[0]
	near(t, "partial 3 without dither", magnitudesOf(plain, 100, 48000, 3)/math.Max(magnitudesOf(plain, 100, 48000, 1), 1e-9), 0.3, 0.35)
	near(t, "level of the sine with dither", magnitudesOf(noisy, 100, 48000, 1), 0.02, 0.001)
	below(t, "partial 3 with dither", magnitudesOf(noisy, 100, 48000, 3), 0.0005)
	for _, rate := range []float64{44100, 96000} {
		steps := 0
		out := throughAt(t, rate, "shaper", "x", "crush(x, 24, 1000, 0)", bursts(int(rate)))[0]
		for i := 1; i < len(out); i++ {
			if out[i] != out[i-1] {
				steps++
			}
		}
		below(t, fmt.Sprintf("changes in a second at %g Hz", rate), float64(steps), 1001)
	}
	report(t, "shaper::crush", "a sine below one step keeps its level with dither, its third partial stays below 1/40; 1000 Hz is 1000 changes a second at any rate")
}
