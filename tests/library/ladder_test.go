package library

import (
	"fmt"
	"math"
	"testing"
)

func TestSynthFiltersHaveTheResponseOfTheirCircuitsWhileQuiet(t *testing.T) {
	quiet := func(call string) string { return fmt.Sprintf(call, "x * 0.0001") + " * 10000" }
	linear{"ladder::ladder", "ladder", quiet("ladder(%s, 1000, 0.6, 1)"), 1000, func(s complex128) complex128 {
		p := (1 + s) * (1 + s)
		return 1 / (p*p + 4.2*0.6)
	}, "quiet response"}.check(t, probes...)
	linear{"ladder::diode_ladder", "ladder", quiet("diode_ladder(%s, 1000, 0.6, 1)"), 1000, func(s complex128) complex128 {
		p := 2 * (s/math.Sqrt2 + 1)
		y4 := complex128(1)
		y3 := p * y4
		y2 := p*y3 - y4
		y1 := p*y2 - y3
		return 1 / (p/2*y1 - y2 + 17.5*0.6)
	}, "quiet response"}.check(t, probes...)
	linear{"ladder::korg35_lp", "ladder", quiet("korg35_lp(%s, 1000, 0.8, 1)"), 1000, func(s complex128) complex128 {
		return second(s, 2-2.02*0.8, 1, 0, 0)
	}, "quiet response"}.check(t, probes...)
	linear{"ladder::korg35_hp", "ladder", quiet("korg35_hp(%s, 1000, 0.8, 1)"), 1000, func(s complex128) complex128 {
		return second(s, 2-2.02*0.8, 0, 0, 1)
	}, "quiet response"}.check(t, probes...)
	for _, mode := range []float64{-1, 0, 1} {
		linear{"ladder::sem", "ladder", fmt.Sprintf("sem(x, 1000, 0.8, %g)", mode), 1000, func(s complex128) complex128 {
			return second(s, 1.8-1.75*0.8, math.Min(1, 1-mode), 0, math.Min(1, 1+mode))
		}, "all modes"}.check(t, probes...)
	}
}

// pitch is the frequency of a tone, from its rising zero crossings.
func pitch(s []float64, rate float64) float64 {
	first, last, n := 0.0, 0.0, -1
	for i := 1; i < len(s); i++ {
		if s[i-1] < 0 && s[i] >= 0 {
			last = float64(i) - s[i]/(s[i]-s[i-1])
			if n++; n == 0 {
				first = last
			}
		}
	}
	return float64(n) / (last - first) * rate
}

func cents(a, b float64) float64 { return 1200 * math.Log2(a/b) }

func TestSynthFiltersOscillateInTune(t *testing.T) {
	for _, name := range []string{"ladder", "diode_ladder", "korg35_lp", "korg35_hp"} {
		worst := 0.0
		for _, freq := range []float64{110, 440, 1760, 5000} {
			s := through(t, "ladder", "x", fmt.Sprintf("%s(x, %g, 1, 1)", name, freq), impulse(96000))[0][48000:]
			if rms(s) < 0.01 {
				t.Errorf("%s at %g Hz does not oscillate: %g", name, freq, rms(s))
			}
			if c := cents(pitch(s, 48000), freq); math.Abs(c) > math.Abs(worst) {
				worst = c
			}
		}
		below(t, name+" off its cutoff, cents", math.Abs(worst), 60)
		report(t, "ladder::"+name, "oscillates at res 1 within %.0f cents of freq, 110 to 5000 Hz", math.Abs(worst))
	}
}

func TestCombRingsAtMultiplesOfItsFrequency(t *testing.T) {
	for _, o := range []struct{ feedback, peak, gap float64 }{{0.9, 2, 2.5}, {-0.9, 2.5, 2}} {
		ir := through(t, "ladder", "x", fmt.Sprintf("comb_filter(x, 480, %g)", o.feedback), impulse(1<<15))[0]
		near(t, "peak, dB", gainAt(ir, 480*o.peak, 48000), dB(1/(1-0.9)), 0.3)
		near(t, "gap, dB", gainAt(ir, 480*o.gap, 48000), dB(1/(1+0.9)), 0.3)
	}
	ir := through(t, "ladder", "x", "comb_filter(x, 333.3, 0.99)", impulse(1<<16))[0]
	best, at := -1e9, 0.0
	for f := 320.0; f < 346; f += 0.05 {
		if g := gainAt(ir, f, 48000); g > best {
			best, at = g, f
		}
	}
	below(t, "tuning, cents", math.Abs(cents(at, 333.3)), 2)
	report(t, "ladder::comb_filter", "peaks 20 dB at multiples of freq (feedback 0.9), tuned within %.1f cents", math.Abs(cents(at, 333.3)))
}

func TestVowelHasItsFormants(t *testing.T) {
	for which, hz := range [][]float64{{650, 1080}, {400, 1700}, {290, 1870}, {400, 800}, {350, 600}} {
		ir := through(t, "ladder", "x", fmt.Sprintf("vowel(x, %d, 1)", which), impulse(1<<15))[0]
		near(t, "first formant, dB", gainAt(ir, hz[0], 48000), 0, 1.5)
		if between := gainAt(ir, hz[1]*0.9, 48000); between > gainAt(ir, hz[1], 48000)-1 {
			t.Errorf("vowel %d: %g dB below the second formant", which, between)
		}
	}
	report(t, "ladder::vowel", "first formant at its frequency at 0 dB within 1.5 dB")
}
