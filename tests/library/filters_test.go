package library

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand"
	"testing"
)

// analog is the prototype frequency of freq for a filter tuned to cutoff, as the
// bilinear transform maps it.
func analog(freq, cutoff, rate float64) complex128 {
	return complex(0, math.Tan(math.Pi*freq/rate)/math.Tan(math.Pi*cutoff/rate))
}

// linear is a filter with the transfer function that it should have.
type linear struct {
	path, modules, expr string
	cutoff              float64
	h                   func(s complex128) complex128
	what                string
}

// check measures a filter at several rates and reports the largest deviation.
func (l linear) check(t *testing.T, probes ...float64) {
	t.Helper()
	worst := 0.0
	for _, rate := range []float64{44100, 48000, 96000} {
		ir := throughAt(t, rate, l.modules, "x", l.expr, impulse(1<<15))[0]
		for _, f := range probes {
			want := l.h(analog(f, l.cutoff, rate))
			if cmplx.Abs(want) < 1e-4 {
				continue
			}
			worst = math.Max(worst, math.Abs(dB(cmplx.Abs(response(ir, f, rate)))-dB(cmplx.Abs(want))))
		}
	}
	below(t, l.expr+" away from its formula, dB", worst, 0.01)
	report(t, l.path, "%s within 0.01 dB of the formula, 44.1 to 96 kHz", l.what)
}

var probes = []float64{50, 200, 500, 900, 1000, 1100, 2000, 5000, 10000, 18000}

// cookbook second-order responses with damping k.
func second(s complex128, k, low, band, high float64) complex128 {
	c := func(x float64) complex128 { return complex(x, 0) }
	return (c(low) + c(band)*s + c(high)*s*s) / (1 + c(k)*s + s*s)
}

func TestStateVariableFilterHasTheResponseOfItsFormula(t *testing.T) {
	const k = 2 - 2*0.8
	for _, o := range []struct {
		field           string
		low, band, high float64
	}{{"lp", 1, 0, 0}, {"hp", 0, 0, 1}, {"bp", 0, 1, 0}, {"notch", 1, 0, 1}, {"peak", 1, 0, -1}, {"ap", 1, -k, 1}} {
		linear{"svf::svf", "svf", "svf(x, 1000, 0.8)." + o.field, 1000, func(s complex128) complex128 {
			return second(s, k, o.low, o.band, o.high)
		}, "all outputs"}.check(t, probes...)
	}
	linear{"svf::svf_core", "svf", "{ let (l, b, h) = svf_core(x, warp(1000), 0.4)\n b - h }", 1000, func(s complex128) complex128 {
		return second(s, 0.4, 0, 1, -1)
	}, "response"}.check(t, probes...)
}

func TestOnePoleFiltersHaveTheResponseOfTheirFormula(t *testing.T) {
	linear{"svf::onepole_lp", "svf", "onepole_lp(x, 1000)", 1000, func(s complex128) complex128 { return 1 / (1 + s) }, "response"}.check(t, probes...)
	linear{"svf::onepole_hp", "svf", "onepole_hp(x, 1000)", 1000, func(s complex128) complex128 { return s / (1 + s) }, "response"}.check(t, probes...)
	linear{"svf::onepole_ap", "svf", "onepole_ap(x, 1000)", 1000, func(s complex128) complex128 { return (1 - s) / (1 + s) }, "response"}.check(t, probes...)
	linear{"svf::dcblock", "svf", "dcblock(x)", 10, func(s complex128) complex128 { return s / (1 + s) }, "response of a 10 Hz high-pass"}.check(t, 20, 50, 1000, 10000)
	settled := through(t, "svf", "x", "dcblock(x)", constant(1, 48000))[0]
	below(t, "constant part left after a second", math.Abs(settled[47999]), 1e-6)
}

func TestWarpIsTheTangentOfHalfTheAngle(t *testing.T) {
	got := sound(t, "svf", "(warp(1000), warp(-5), warp(1000000))", 48000, 1)
	near(t, "warp(1000)", got[0][0], math.Tan(math.Pi/48), 1e-12)
	near(t, "warp(-5)", got[1][0], 0, 0)
	near(t, "warp above the range", got[2][0], math.Tan(math.Pi*0.49), 1e-9)
	report(t, "svf::warp", "tan(pi*freq/sr)")
}

// sweptHard is the peak of filtered noise of amplitude 1 while the cutoff jumps
// at every sample between 20 Hz and 20 kHz.
func sweptHard(t *testing.T, modules, expr string) float64 {
	t.Helper()
	r := rand.New(rand.NewSource(2))
	const frames = 96000
	x, f := make([]float64, frames), make([]float64, frames)
	for i := range x {
		x[i] = 2*r.Float64() - 1
		f[i] = 20 * math.Pow(1000, r.Float64())
	}
	return peak(through(t, modules, "x, f", expr, x, f)[0])
}

func TestSweptFiltersStayBounded(t *testing.T) {
	for _, o := range []struct {
		path, modules, expr string
		limit               float64
	}{
		{"svf::svf", "svf", "svf(x, f, 0.5).lp", 8},
		{"svf::svf", "svf", "svf(x, f, 0.9).bp", 20},
		{"svf::onepole_lp", "svf", "onepole_lp(x, f)", 3},
		{"svf::onepole_hp", "svf", "onepole_hp(x, f)", 3},
		{"eq::peaking", "eq", "peaking(x, f, 12, 2)", 40},
		{"eq::butterworth_lp", "eq", "butterworth_lp(x, f, 4)", 20},
		{"ladder::ladder", "ladder", "ladder(x, f, 0.9, 1)", 3},
		{"ladder::ladder", "ladder", "ladder(x, f, 1, 8)", 3},
		{"ladder::diode_ladder", "ladder", "diode_ladder(x, f, 0.9, 1)", 3},
		{"ladder::korg35_lp", "ladder", "korg35_lp(x, f, 0.9, 1)", 3},
		{"ladder::korg35_hp", "ladder", "korg35_hp(x, f, 0.9, 1)", 3},
		{"ladder::sem", "ladder", "sem(x, f, 0.8, 0)", 10},
	} {
		p := sweptHard(t, o.modules, o.expr)
		below(t, o.expr+" with a cutoff that jumps at every sample: peak", p, o.limit)
		report(t, o.path, "peak %.1f for noise of 1 while the cutoff jumps at every sample", p)
	}
}

func TestEqualisersHaveTheResponseOfTheCookbook(t *testing.T) {
	a := math.Pow(10, 9.0/40)
	ra := math.Sqrt(a)
	linear{"eq::peaking", "eq", "peaking(x, 1000, 9, 2)", 1000, func(s complex128) complex128 {
		return second(s, 1/(2*a), 1, a/2, 1)
	}, "response"}.check(t, probes...)
	linear{"eq::lowshelf", "eq", "lowshelf(x, 1000, 9, 0.707)", 1000, func(s complex128) complex128 {
		return complex(a, 0) * (s*s + complex(ra/0.707, 0)*s + complex(a, 0)) / (complex(a, 0)*s*s + complex(ra/0.707, 0)*s + 1)
	}, "response"}.check(t, probes...)
	linear{"eq::highshelf", "eq", "highshelf(x, 1000, 9, 0.707)", 1000, func(s complex128) complex128 {
		return complex(a, 0) * (complex(a, 0)*s*s + complex(ra/0.707, 0)*s + 1) / (s*s + complex(ra/0.707, 0)*s + complex(a, 0))
	}, "response"}.check(t, probes...)
	linear{"eq::notch", "eq", "notch(x, 1000, 2)", 1000, func(s complex128) complex128 { return second(s, 0.5, 1, 0, 1) }, "response"}.check(t, probes...)
	g := math.Pow(10, 6.0/20)
	ir := through(t, "eq", "x", "tilt(x, 1000, 6)", impulse(1<<15))[0]
	near(t, "tilt at 20 Hz", gainAt(ir, 20, 48000), -6, 0.02)
	near(t, "tilt at 1 kHz", gainAt(ir, 1000, 48000), 0, 0.1)
	near(t, "tilt at 23 kHz", gainAt(ir, 23000, 48000), dB(g), 0.1)
	report(t, "eq::tilt", "-6 dB at 20 Hz, %.2f dB at freq, 6 dB at 23 kHz", gainAt(ir, 1000, 48000))
}

func TestButterworthFiltersFallByTheirOrder(t *testing.T) {
	for _, order := range []int{2, 4, 6, 8} {
		for _, kind := range []string{"lp", "hp"} {
			linear{"eq::butterworth_" + kind, "eq", fmt.Sprintf("butterworth_%s(x, 1000, %d)", kind, order), 1000, func(s complex128) complex128 {
				w := imag(s)
				if kind == "hp" {
					w = 1 / w
				}
				return complex(1/math.Sqrt(1+math.Pow(w, 2*float64(order))), 0)
			}, "all orders"}.check(t, 200, 500, 900, 1000, 1200, 2000)
		}
	}
}

func TestCrossoversSumToAnAllPass(t *testing.T) {
	two := through(t, "eq", "x", "crossover2(x, 1000)", impulse(1<<15))
	three := through(t, "eq", "x", "crossover3(x, 300, 3000)", impulse(1<<15))
	worst := [2]float64{}
	for _, f := range append(probes, 300, 3000) {
		for i, bands := range [][][]float64{two, three} {
			var sum complex128
			for _, b := range bands {
				sum += response(b, f, 48000)
			}
			worst[i] = math.Max(worst[i], math.Abs(dB(cmplx.Abs(sum))))
		}
	}
	near(t, "low at the crossover", gainAt(two[0], 1000, 48000), -6.02, 0.01)
	near(t, "high at the crossover", gainAt(two[1], 1000, 48000), -6.02, 0.01)
	near(t, "high two octaves below", gainAt(two[1], 250, 48000), -48.2, 0.3)
	below(t, "two bands, dB", worst[0], 0.001)
	below(t, "three bands, dB", worst[1], 0.001)
	report(t, "eq::crossover2", "sum flat within 0.001 dB, bands -6.02 dB at freq")
	report(t, "eq::crossover3", "sum flat within 0.001 dB")
}

func TestResonatorRingsForItsTime(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		s := throughAt(t, rate, "eq", "x", "resonator(x, 1000, 0.5)", impulse(int(rate)))[0]
		first, late := peak(s[:int(rate/100)]), peak(s[int(rate/2):int(rate/2+rate/100)])
		near(t, "amplitude at first", first, 1, 0.08)
		near(t, "after the decay time, dB", dB(late)-dB(first), -60, 0.3)
	}
	report(t, "eq::resonator", "60 dB in decay seconds within 0.3 dB, 44.1 and 96 kHz")
	s := through(t, "eq", "x", "modal_bank!([1, 2.5], [1, 0.5], [1, 0.25])(x, 800, 0.1)", impulse(1<<15))[0]
	near(t, "level of the second mode against the first, dB", gainAt(s, 2000, 48000)-gainAt(s, 800, 48000), dB(0.25*0.5), 0.5)
	report(t, "eq::modal_bank", "modes at their ratios with their levels")
}

func TestHilbertPairIsNinetyDegreesApart(t *testing.T) {
	pair := through(t, "eq", "x", "hilbert(x)", impulse(1<<16))
	worst := 0.0
	for _, f := range []float64{30, 100, 440, 1000, 5000, 15000, 22000} {
		re, im := response(pair[0], f, 48000), response(pair[1], f, 48000)
		worst = math.Max(worst, math.Abs(math.Abs(cmplx.Phase(im/re))*180/math.Pi-90))
		near(t, "level", cmplx.Abs(re), 1, 1e-3)
		near(t, "level", cmplx.Abs(im), 1, 1e-3)
	}
	below(t, "degrees from 90", worst, 1)
	report(t, "eq::hilbert", "90 degrees within %.2f from 30 Hz to 22 kHz, levels equal", worst)
}
