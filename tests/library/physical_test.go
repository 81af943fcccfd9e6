package library

import (
	"fmt"
	"math"
	"testing"
)

// strongest is the frequency of the strongest partial near a frequency, by the
// response of a decaying sound.
func strongest(s []float64, near, rate float64) float64 {
	best, at := -1e9, near
	for _, step := range []float64{0.004, 0.0008, 0.0001} {
		from := at
		for k := -10; k <= 10; k++ {
			f := from * (1 + step*float64(k))
			if g := gainAt(s, f, rate); g > best {
				best, at = g, f
			}
		}
	}
	return at
}

func TestStringsAreInTuneAtEveryRate(t *testing.T) {
	worst := 0.0
	for _, rate := range []float64{44100, 48000, 96000} {
		for _, freq := range []float64{41.2, 110, 440, 1318.5, 2637} {
			for _, damp := range []float64{0, 0.5, 1} {
				s := throughAt(t, rate, "physical", "x", fmt.Sprintf("waveguide_string(x, %g, 5, %g, 0.13)", freq, damp), impulse(int(rate)))[0]
				if c := cents(strongest(s, freq, rate), freq); math.Abs(c) > math.Abs(worst) {
					worst = c
				}
			}
		}
	}
	below(t, "string out of tune, cents", math.Abs(worst), 3)
	report(t, "physical::waveguide_string", "in tune within %.1f cents, 41 to 2637 Hz, 44.1 to 96 kHz", math.Abs(worst))
	s := sound(t, "physical", "pluck(if (now < 100) 1 else 0, 220, 3, 0.3)", 48000, 48000)[0]
	near(t, "pluck, cents", cents(strongest(s, 220, 48000), 220), 0, 3)
	report(t, "physical::pluck", "in tune within 3 cents at 220 Hz")
}

func TestStringsDecayInTheirTime(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		s := throughAt(t, rate, "physical", "x", "waveguide_string(x, 110, 2, 0.2, 0.3)", impulse(int(2*rate)))[0]
		level := func(seconds float64) float64 {
			at := int(seconds * rate)
			return dB(math.Hypot(real(response(s[at:at+int(rate*10/110)], 110, rate)), imag(response(s[at:at+int(rate*10/110)], 110, rate))))
		}
		near(t, "fall of the fundamental in a second, dB", level(0.2)-level(1.2), 30, 1)
		constantPart := math.Abs(mean(s[int(1.5*rate):]))
		below(t, "constant part", constantPart, 1e-4)
	}
	report(t, "physical::waveguide_string", "fundamental falls by 60 dB in decay within 3 %%")
}

func TestPickingWhereAPartialHasANodeLeavesItOut(t *testing.T) {
	s := through(t, "physical", "x", "waveguide_string(x, 200, 2, 0, 0.25)", impulse(96000))[0]
	if missing := gainAt(s, 800, 48000) - gainAt(s, 600, 48000); missing > -20 {
		t.Errorf("the fourth partial is %g dB", missing)
	}
}

func TestReedAndBowSpeakAtTheirPitch(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		n := int(rate)
		for _, freq := range []float64{110, 220, 440} {
			c := sound(t, "physical", fmt.Sprintf("clarinet(%g, 0.75 * min(1, now / 2000) + 0.002 * white_noise(1))", freq), rate, 2*n)[0][n:]
			if rms(c) < 0.1 || peak(c) > 1.5 {
				t.Errorf("clarinet at %g Hz: effective value %g, peak %g", freq, rms(c), peak(c))
			}
			below(t, fmt.Sprintf("clarinet at %g Hz, cents", freq), math.Abs(cents(strongest(c, freq, rate), freq)), 15)
			b := sound(t, "physical", fmt.Sprintf("bowed(%g, 0.2 * min(1, now / 4000), 0.7, 0.12)", freq), rate, 2*n)[0][n:]
			if rms(b) < 0.02 || peak(b) > 1.5 {
				t.Errorf("bow at %g Hz: effective value %g, peak %g", freq, rms(b), peak(b))
			}
			below(t, fmt.Sprintf("bow at %g Hz, cents", freq), math.Abs(cents(strongest(b, freq, rate), freq)), 25)
		}
		near(t, "clarinet without breath", peak(sound(t, "physical", "clarinet(220, 0)", rate, n)[0]), 0, 0)
	}
	report(t, "physical::clarinet", "speaks within 15 cents of freq, 110 to 440 Hz, 44.1 to 96 kHz")
	report(t, "physical::bowed", "speaks within 25 cents of freq, 110 to 440 Hz, 44.1 to 96 kHz")
}

func TestBarsAndMembranesRingInTheirModes(t *testing.T) {
	for name, ratios := range map[string][]float64{"bar": {1, 2.756, 5.404, 8.933}, "marimba": {1, 3.984, 10.668}, "membrane": {1, 1.593, 2.135, 2.295, 2.917}} {
		s := through(t, "physical", "x", name+"(x, 220, 1)", impulse(1<<16))[0]
		for _, r := range ratios {
			near(t, fmt.Sprintf("%s, mode %g, cents", name, r), cents(strongest(s, 220*r, 48000), 220*r), 0, 3)
		}
		report(t, "physical::"+name, "modes at their ratios within 3 cents")
	}
	for _, time := range []float64{0.0005, 0.005} {
		for _, rate := range []float64{44100, 96000} {
			m := throughAt(t, rate, "physical", "g", fmt.Sprintf("mallet(g, %g)", time), gates(rate, 0.1, 0.01, 0.05))[0]
			near(t, "area of a stroke", mean(m)*float64(len(m)), 1, 0.05)
		}
	}
	report(t, "physical::mallet", "area of one sample of 1, whatever the time")
}

func TestMassOnASpringSwingsAtItsFrequency(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		s := throughAt(t, rate, "physical", "x", "mass_spring(x * 0.001, 440, 1, 0) * 1000", impulse(int(rate)))[0]
		near(t, "pitch, cents", cents(pitch(s[:int(rate/2)], rate), 440), 0, 1)
		near(t, "first swing", peak(s[:int(rate/100)]), 1, 0.05)
		half := int(rate / 2)
		near(t, "fall in half a second, dB", dB(peak(s[:half/50]))-dB(peak(s[half:half+half/50])), 30, 1)
	}
	soft := through(t, "physical", "x", "mass_spring(x * 0.01, 200, 1, 5)", impulse(4800))[0]
	hard := through(t, "physical", "x", "mass_spring(x, 200, 1, 5)", impulse(4800))[0]
	if c := cents(pitch(hard[:1000], 48000), pitch(soft[:1000], 48000)); c < 100 {
		t.Errorf("a hardening spring is only %g cents sharper when it is hit harder", c)
	}
	report(t, "physical::mass_spring", "pitch within 1 cent, decay within 3 %%; hardening sharpens loud notes")
}
