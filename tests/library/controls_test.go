package library

import (
	"fmt"
	"math"
	"testing"
)

// value is the single number that an expression gives.
func value(t *testing.T, modules, expr string) float64 {
	t.Helper()
	return sound(t, modules, expr, 48000, 1)[0][0]
}

func TestMapsGiveTheValuesOfTheirDefinitions(t *testing.T) {
	for _, c := range []struct {
		path, expr string
		want       float64
	}{
		{"maps::clip", "clip(3, -1, 2)", 2}, {"maps::clip", "clip(-3, -1, 2)", -1}, {"maps::clip", "clip(0.5, -1, 2)", 0.5},
		{"maps::floor_mod", "floor_mod(-0.25, 1)", 0.75}, {"maps::floor_mod", "floor_mod(7, 3)", 1}, {"maps::floor_mod", "floor_mod(5, 0)", 0},
		{"maps::wrap", "wrap(1.5, -1, 1)", -0.5}, {"maps::wrap", "wrap(-1.25, -1, 1)", 0.75}, {"maps::wrap", "wrap(5, 2, 2)", 2},
		{"maps::fold", "fold(1.25, -1, 1)", 0.75}, {"maps::fold", "fold(-3.5, -1, 1)", 0.5}, {"maps::fold", "fold(0.5, -1, 1)", 0.5},
		{"maps::lerp", "lerp(2, 4, 0.25)", 2.5},
		{"maps::smoothstep", "smoothstep(0.25, 0, 1)", 0.15625}, {"maps::smoothstep", "smoothstep(-1, 0, 1)", 0}, {"maps::smoothstep", "smoothstep(3, 2, 2)", 1},
		{"maps::frac", "frac(-0.25)", 0.75},
		{"maps::sign", "sign(-3)", -1}, {"maps::sign", "sign(0)", 0}, {"maps::sign", "sign(0.1)", 1},
		{"maps::exp_e", "exp_e(1)", math.E}, {"maps::exp_e", "exp_e(-20)", math.Exp(-20)},
		{"maps::ms_to_samples", "ms_to_samples(20)", 960}, {"maps::samples_to_ms", "samples_to_ms(960)", 20},
		{"maps::bpm_to_hz", "bpm_to_hz(90)", 1.5}, {"maps::beats_to_sec", "beats_to_sec(0.75, 120)", 0.375},
		{"maps::safe_div", "safe_div(1, 0)", 0}, {"maps::safe_div", "safe_div(1, 4)", 0.25},
		{"maps::guard", "guard(0 / 0, 5)", 5}, {"maps::guard", "guard(1 / 0, 5)", 5}, {"maps::guard", "guard(2, 5)", 2},
		{"maps::pick", "pick([1, 2, 3], 4)", 2}, {"maps::pick", "pick([1, 2, 3], -1)", 3},
		{"maps::pick_linear", "pick_linear([1, 2, 4], 1.5)", 3}, {"maps::pick_linear", "pick_linear([1, 2, 4], 2.5)", 2.5},
		{"smoothing::map_lin", "map_lin(0.25, 2, 4)", 2.5}, {"smoothing::map_lin", "map_lin(7, 2, 4)", 4},
		{"smoothing::map_exp", "map_exp(0.5, 100, 1600)", 400},
		{"smoothing::unmap_exp", "unmap_exp(400, 100, 1600)", 0.5},
		{"smoothing::map_curve", "map_curve(0.5, 0, 1, 0)", 0.5}, {"smoothing::map_curve", "map_curve(0.5, 0, 1, -4)", (math.Exp(-2) - 1) / (math.Exp(-4) - 1)},
	} {
		near(t, c.expr, value(t, "maps smoothing", c.expr), c.want, 1e-12*math.Max(1, math.Abs(c.want)))
		report(t, c.path, "values of its definition")
	}
}

func TestIntegralsAndDifferencesAreThoseOfTime(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		s := sound(t, "maps", "(integrate(2, 0), differentiate(now / samplerate * 3), integrate(1, 1))", rate, int(rate))
		near(t, "integral of 2 after a second", s[0][int(rate)-1], 2, 1e-9)
		near(t, "change of 3 a second", s[1][100], 3, 1e-9)
		near(t, "integral under reset", s[2][100], 0, 0)
	}
	report(t, "maps::integrate", "1 a second for 1, at 44.1 and 96 kHz")
	report(t, "maps::differentiate", "slope a second, at 44.1 and 96 kHz")
}

// step is x before frame at, y from then on.
func step(x, y float64, at, frames int) []float64 {
	s := constant(x, frames)
	for i := at; i < frames; i++ {
		s[i] = y
	}
	return s
}

func TestSmoothersTakeTheirTimeAtEveryRate(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		at := int(rate / 10)
		up := throughAt(t, rate, "smoothing", "x", "(lag(x, 20), lag_ud(x, 20, 200), slew(x, 4, 2))", step(1, 2, at, int(rate)))
		down := throughAt(t, rate, "smoothing", "x", "(lag(x, 20), lag_ud(x, 20, 200), slew(x, 4, 2))", step(2, 1, at, int(rate)))
		for c := range up {
			near(t, "start", up[c][0], 1, 0)
			near(t, "start", down[c][at-1], 2, 1e-12)
		}
		frame := func(ms float64) int { return at - 1 + int(math.Round(rate*ms/1000)) }
		near(t, "lag after its time", up[0][frame(20)], 1+0.632, 0.002)
		near(t, "lag after 4.6 times", up[0][frame(92)], 1.99, 0.001)
		near(t, "rise after its time", up[1][frame(20)], 1.632, 0.002)
		near(t, "fall after its time", down[1][frame(200)], 2-0.632, 0.002)
		near(t, "slew up", up[2][frame(100)], 1.4, 0.001)
		near(t, "slew down", down[2][frame(100)], 1.8, 0.001)
	}
	report(t, "smoothing::lag", "63 %% after ms within 0.2 %%, 44.1 to 96 kHz; starts at its input")
	report(t, "smoothing::lag_ud", "both times within 0.2 %%, 44.1 to 96 kHz")
	report(t, "smoothing::slew", "speeds within 0.1 %%, 44.1 to 96 kHz")
}

func TestRandomNumbersAreEvenlySpreadAndSeedsIndependent(t *testing.T) {
	const n = 1 << 18
	s := sound(t, "random", "(random_unit(1), white_noise(1), gaussian(1))", 48000, n)
	near(t, "mean of random_unit", mean(s[0]), 0.5, 0.003)
	near(t, "mean of white_noise", mean(s[1]), 0, 0.005)
	near(t, "effective value of white_noise", rms(s[1]), 1/math.Sqrt(3), 0.003)
	near(t, "mean of gaussian", mean(s[2]), 0, 0.008)
	near(t, "deviation of gaussian", rms(s[2]), 1, 0.006)
	inside := 0.0
	for _, x := range s[2] {
		if math.Abs(x) < 1 {
			inside++
		}
	}
	near(t, "gaussian within one deviation", inside/n, 0.6827, 0.004)
	near(t, "slope of white noise, dB an octave", slope(s[1], 48000), 0, 0.2)
	worst := 0.0
	for a := range 4 {
		pair := sound(t, "random", fmt.Sprintf("(white_noise(%d), white_noise(%d))", a, a+1), 48000, n)
		sum := 0.0
		for i := range pair[0] {
			sum += pair[0][i] * pair[1][i]
		}
		worst = math.Max(worst, math.Abs(sum/n*3))
	}
	below(t, "correlation of neighbouring seeds", worst, 0.01)
	report(t, "random::random_unit", "mean %.3f", mean(s[0]))
	report(t, "random::white_noise", "effective value %.3f, neighbouring seeds correlate by %.4f at most", rms(s[1]), worst)
	report(t, "random::gaussian", "mean %.3f, deviation %.3f, %.1f %% within it", mean(s[2]), rms(s[2]), inside/n*100)
}

func TestNoisesHaveTheSlopesOfTheirColours(t *testing.T) {
	for _, c := range []struct {
		name  string
		slope float64
		level float64
	}{{"pink", -3.01, 0.2}, {"brown", -6.02, 0.3}, {"blue", 3.01, 0.2}, {"violet", 6.02, 0.41}} {
		for _, rate := range []float64{44100, 96000} {
			s := sound(t, "random", c.name+"(1)", rate, 1<<19)[0]
			got := slope(s, rate)
			near(t, fmt.Sprintf("slope of %s at %g Hz", c.name, rate), got, c.slope, 0.25)
			near(t, "level of "+c.name, rms(s), c.level, 0.06)
			if rate == 44100 {
				report(t, "random::"+c.name, "%.1f dB an octave, effective value %.2f", got, rms(s))
			}
		}
	}
}

func TestImpulsesComeAtTheirDensity(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		s := sound(t, "random", "(velvet(2000, 1), dust(500, 1), dust_bipolar(500, 2))", rate, int(rate)*4)
		for c, want := range []float64{2000, 500, 500} {
			n := 0.0
			for _, x := range s[c] {
				if x != 0 {
					n++
				}
			}
			near(t, "impulses a second", n/4, want, want*0.06)
		}
		near(t, "peak of velvet", peak(s[0]), 1, 0)
		below(t, "mean of velvet", math.Abs(mean(s[0])), 0.002)
	}
	report(t, "random::velvet", "2000 impulses of 1 a second, 44.1 and 96 kHz")
	report(t, "random::dust", "density within 6 %% over 4 s, 44.1 and 96 kHz")
	report(t, "random::dust_bipolar", "density within 6 %% over 4 s, 44.1 and 96 kHz")
}

func TestChaosFollowsItsEquations(t *testing.T) {
	s := sound(t, "random", "(logistic(samplerate, 3.9), henon(samplerate, 1.4, 0.3), crackle(1.95))", 48000, 48000)
	for i := 100; i < 1000; i++ {
		near(t, "logistic map", s[0][i], 3.9*s[0][i-1]*(1-s[0][i-1]), 1e-12)
		near(t, "Hénon map", s[1][i], 1-1.4*s[1][i-1]*s[1][i-1]+0.3*s[1][i-2], 1e-12)
		near(t, "crackle", s[2][i], math.Abs(s[2][i-1]*1.95-s[2][i-2]-0.05), 1e-12)
	}
	report(t, "random::logistic", "the map's equation")
	report(t, "random::henon", "the map's equation")
	report(t, "random::crackle", "the map's equation")
	near(t, "fixed point of the logistic map", sound(t, "random", "logistic(1000, 2.5)", 48000, 9600)[0][9599], 0.6, 1e-9)
	l := sound(t, "random", "lorenz(200, 28)", 48000, 96000)
	changes := 0
	for i := 1; i < len(l[0]); i++ {
		if (l[0][i] > 0) != (l[0][i-1] > 0) {
			changes++
		}
	}
	if changes < 50 || peak(l[0]) > 1.2 || peak(l[2]) > 1.3 {
		t.Errorf("lorenz: %d changes of side, peaks %g %g", changes, peak(l[0]), peak(l[2]))
	}
	report(t, "random::lorenz", "%d changes of side in 2 s at freq 200, peak %.2f", changes, peak(l[0]))
}
