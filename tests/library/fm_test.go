package library

import (
	"fmt"
	"math"
	"testing"
)

func TestFMHasTheSpectrumOfBesselFunctions(t *testing.T) {
	const n, c, m = 16384, 1280, 160 // carrier and modulator, cycles in n frames
	freq := 48000 * float64(c) / n
	for _, index := range []float64{0.5, 2, 5} {
		for name, expr := range map[string]string{
			"fm2":   fmt.Sprintf("fm2(%.17g, 0.125, %g)", freq, index),
			"fm_op": fmt.Sprintf("fm_op(%.17g, %g * fm_op(%.17g * 0.125, 0))", freq, index, freq),
		} {
			levels := magnitudes(sound(t, "fm", expr, 48000, 2*n)[0][n:])
			for side := 0; side <= 4; side++ {
				near(t, fmt.Sprintf("%s, index %g, side band %d", name, index, side), levels[c+side*m], math.Abs(math.Jn(side, index)), 0.001)
			}
			report(t, "fm::"+name, "side bands as Bessel functions within 0.001, index 0.5, 2, 5")
		}
	}
}

func TestFeedbackTurnsASineIntoASaw(t *testing.T) {
	const n, k = 16384, 75
	freq := 48000 * float64(k) / n
	levels := func(feedback float64) []float64 {
		s := sound(t, "fm", fmt.Sprintf("fm_op_fb(%.17g, 0, %g)", freq, feedback), 48000, 2*n)[0][n:]
		m := magnitudes(s)
		return []float64{m[k], m[2*k], m[3*k], m[4*k]}
	}
	near(t, "second partial without feedback", levels(0)[1], 0, 1e-9)
	// y = sin(x + b*y) has partials 2*J_h(h*b)/(h*b) (Tomisawa)
	for h := 1; h <= 4; h++ {
		b := 0.9
		near(t, fmt.Sprintf("partial %d", h), levels(b)[h-1], 2*math.Jn(h, float64(h)*b)/(float64(h)*b), 0.02)
	}
	report(t, "fm::fm_op_fb", "partials 2*J_h(h*b)/(h*b) within 0.02 at feedback 0.9")
}

func TestSineOfTurnsIsTheSine(t *testing.T) {
	worst := 0.0
	s := sound(t, "fm", "sine_turns((now - 5000) * 0.000731)", 48000, 20000)[0]
	for i, y := range s {
		worst = math.Max(worst, math.Abs(y-math.Sin(2*math.Pi*0.000731*float64(i-5000))))
	}
	below(t, "error", worst, 4e-9)
	report(t, "fm::sine_turns", "error below %.0f dB", dB(4e-9))
}

func TestOperatorFrequenciesAreRatiosOrFixed(t *testing.T) {
	near(t, "ratio", value(t, "fm", "op_freq(220, 1.5, 0, 0)"), 330, 1e-9)
	near(t, "fixed", value(t, "fm", "op_freq(220, 1.5, 100, 0)"), 100, 1e-9)
	near(t, "detuned", value(t, "fm", "op_freq(220, 1, 0, 1200)"), 440, 1e-9)
	report(t, "fm::op_freq", "ratio, fixed, cents")
}

func TestFourOperatorAlgorithmsRouteAsDrawn(t *testing.T) {
	op := func(i int, pm string) string { return fmt.Sprintf("fm_op(110 * %d, %s) * 0.%d", i, pm, i+1) }
	y4 := "fm_op_fb(440, 0, 0.5) * 0.5"
	for a, want := range map[int]string{
		1: op(1, op(2, op(3, y4))),
		2: op(1, op(2, op(3, "0")+" + "+y4)),
		3: op(1, op(2, op(3, "0"))+" + "+y4),
		4: op(1, op(2, "0")+" + "+op(3, y4)),
		5: op(1, op(2, "0")) + " + " + op(3, y4),
		6: op(1, y4) + " + " + op(2, y4) + " + " + op(3, y4),
		7: op(1, "0") + " + " + op(2, "0") + " + " + op(3, y4),
		8: op(1, "0") + " + " + op(2, "0") + " + " + op(3, "0") + " + " + y4,
	} {
		s := sound(t, "fm", fmt.Sprintf("fm4(110, %d, (1, 2, 3, 4), (0.2, 0.3, 0.4, 0.5), 0.5) - (%s)", a, want), 48000, 9600)[0]
		below(t, fmt.Sprintf("algorithm %d, away from its drawing", a), peak(s), 1e-9)
	}
	report(t, "fm::fm4", "all eight algorithms equal to their drawing")
}

func TestPartialsHaveTheirRatiosAndLevels(t *testing.T) {
	const n, k = 16384, 100
	freq := 48000 * float64(k) / n
	m := magnitudes(sound(t, "fm", fmt.Sprintf("partials!([1, 2.5, 400], [1, 0.25, 1])(%.17g)", freq), 48000, 2*n)[0][n:])
	near(t, "first", m[k], 1, 1e-6)
	near(t, "second", m[250], 0.25, 1e-6)
	near(t, "one above half the rate", peak(m[300:]), 0, 1e-6)
	report(t, "fm::partials", "levels at their ratios, silent above half the rate")
}

func TestElectricPianoAnswersToVelocityAndEnds(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		gate := gates(rate, 3, 0, 1)
		s := throughAt(t, rate, "fm", "g", "(electric_piano(220, g, 0.3), electric_piano(220, g, 1))", gate)
		soft, hard := rms(s[0][:int(rate)]), rms(s[1][:int(rate)])
		if hard < 2*soft || hard > 1 {
			t.Errorf("soft %g, hard %g", soft, hard)
		}
		below(t, "peak", peak(s[1]), 1.2)
		below(t, "after the release", dB(peak(s[1][int(1.3*rate):])), -65)
		below(t, "first step of a note", jump(append([]float64{0}, s[1][:2]...)), 0.1)
	}
	report(t, "fm::electric_piano", "65 dB down 0.3 s after the gate; velocity 1 is over 6 dB louder than 0.3")
}
