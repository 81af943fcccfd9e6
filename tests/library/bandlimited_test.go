package library

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// period plays an expression with FREQ in it so that k cycles fill n frames at
// 48 kHz, and returns those frames after a settling time.
func period(t *testing.T, module, expr string, k, n int) []float64 {
	t.Helper()
	freq := 48000 * float64(k) / float64(n)
	s := sound(t, module, fmt.Sprintf("{ let f = %.17g\n %s }", freq, expr), 48000, 2*n)
	return s[0][n:]
}

func TestBandlimitedOscillatorsHaveTheirAliasFloor(t *testing.T) {
	const n = 32768
	for _, o := range []struct {
		name, expr string
		k          int     // cycles in n frames
		low, high  float64 // limits below 10 and 15 kHz
	}{
		{"blsaw", "blsaw(f, 0)", 2857, -80, -45},
		{"blpulse", "blpulse(f, 0, 0.3)", 2857, -80, -45},
		{"blsquare", "blsquare(f, 0)", 2857, -80, -45},
		{"bltri", "bltri(f, 0)", 2857, -100, -80},
		{"syncsaw", "syncsaw(f, f * 2.7)", 1365, -70, -45},
	} {
		s := period(t, "bandlimited", o.expr, o.k, n)
		low, high := aliasFloor(s, o.k, 10000), aliasFloor(s, o.k, 15000)
		below(t, o.name+" aliases below 10 kHz, dB", low, o.low)
		below(t, o.name+" aliases below 15 kHz, dB", high, o.high)
		report(t, "bandlimited::"+o.name, "aliases of %.0f Hz: %.0f dB up to 10 kHz, %.0f dB up to 15 kHz", 48000*float64(o.k)/n, low, high)
	}
}

func TestBandlimitedOscillatorsHaveThePartialsOfTheirWaveforms(t *testing.T) {
	const n, k = 32768, 1365 // 2000 Hz
	for _, o := range []struct {
		name, expr string
		partial    func(h int) float64
	}{
		{"blsaw", "blsaw(f, 0)", func(h int) float64 { return 2 / math.Pi / float64(h) }},
		{"blpulse", "blpulse(f, 0, 0.3)", func(h int) float64 {
			return 4 / math.Pi / float64(h) * math.Abs(math.Sin(math.Pi*0.3*float64(h)))
		}},
		{"blsquare", "blsquare(f, 0)", func(h int) float64 { return 4 / math.Pi / float64(h) * float64(h%2) }},
		{"bltri", "bltri(f, 0)", func(h int) float64 { return 8 / math.Pi / math.Pi / float64(h*h) * float64(h%2) }},
	} {
		m := magnitudes(period(t, "bandlimited", o.expr, k, n))
		worst := 0.0
		for h := 1; h <= 7; h++ {
			if want := o.partial(h); want > 0.01 {
				worst = math.Max(worst, math.Abs(dB(m[h*k])-dB(want)))
			}
		}
		below(t, o.name+" partials off by, dB", worst, 0.5)
		report(t, "bandlimited::"+o.name, "partials to 14 kHz within %.2f dB of the waveform's", worst)
	}
}

func TestSyncedSawRepeatsWithItsMaster(t *testing.T) {
	const n, k = 32768, 683 // 1000 Hz
	m := magnitudes(period(t, "bandlimited", "syncsaw(f, f * 2.7)", k, n))
	if loudest := slices.Index(m, slices.Max(m)); loudest != 3*k {
		t.Errorf("the loudest partial is bin %d", loudest)
	}
	d := period(t, "bandlimited", "syncsaw(f, f * 1.0000001) - blsaw(f, 0)", k, n)
	below(t, "syncsaw at the master's frequency, away from blsaw", peak(d), 1e-4)
}

func TestSupersawSpreadsAroundItsPitch(t *testing.T) {
	one := sound(t, "bandlimited", "supersaw(441, 0, 0) / 0.99785 - blsaw(441, 0.5)", 48000, 48000)[0]
	// at mix 0 the sides still have a level of 0.044
	below(t, "supersaw without mix, away from a saw", rms(one), 0.044*6)
	s := sound(t, "bandlimited", "supersaw(1000, 1, 1)", 48000, 1<<16)[0]
	m := magnitudes(s)
	for _, ratio := range []float64{1 - 0.11002313, 1 - 0.06288439, 1, 1 + 0.10745242} {
		bin := int(math.Round(1000 * ratio / 48000 * (1 << 16)))
		best := 0.0
		for i := bin - 2; i <= bin+2; i++ {
			best = math.Max(best, m[i])
		}
		if best < 0.1 {
			t.Errorf("no saw at %g Hz: %g", 1000*ratio, best)
		}
	}
	report(t, "bandlimited::supersaw", "seven pitches up to 11 %% apart")
	mono := sound(t, "bandlimited", "supersaw_st(110, 0.2, 0.8, 0)", 48000, 9600)
	sum := sound(t, "bandlimited", "supersaw(110, 0.2, 0.8)", 48000, 9600)[0]
	for i := range sum {
		if math.Abs(mono[0][i]-mono[1][i]) > 1e-12 || math.Abs(mono[0][i]-sum[i]) > 1e-9 {
			t.Fatalf("width 0 is not mono at frame %d", i)
		}
	}
	report(t, "bandlimited::supersaw_st", "width 0 is supersaw on both sides")
}

func TestUnisonSpreadsItsVoicesInCents(t *testing.T) {
	s := sound(t, "bandlimited", "unison!(3)(1000, 50)", 48000, 1<<17)[0]
	for _, voice := range []float64{-50, 0, 50} {
		want := 1000 * math.Pow(2, voice/1200)
		level := gainAt(s, want, 48000) - dB(1<<16)
		near(t, "level of a voice at its frequency, dB", level, dB(2/math.Pi/math.Sqrt(3)), 0.5)
	}
	near(t, "effective value", rms(s), 1/math.Sqrt(3), 0.03)
	report(t, "bandlimited::unison", "voices at their cents, effective value of one saw")
}

func TestSuboscillatorIsOneOrTwoOctavesBelow(t *testing.T) {
	const n, k = 32768, 1364
	for shape, octave := range []int{2, 4, 4} {
		m := magnitudes(period(t, "bandlimited", fmt.Sprintf("suboscillator(f, %d)", shape), k, n))
		if m[k/octave] < 0.8 {
			t.Errorf("shape %d: level %g %d octaves below", shape, m[k/octave], octave/2)
		}
	}
	report(t, "bandlimited::suboscillator", "fundamental at a half, a quarter, a quarter of freq")
}
