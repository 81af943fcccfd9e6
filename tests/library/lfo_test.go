package library

import (
	"fmt"
	"math"
	"testing"
)

func TestLFOsHaveTheirShapesAndPhases(t *testing.T) {
	shape := []func(p float64) float64{
		func(p float64) float64 { return math.Sin(2 * math.Pi * p) },
		func(p float64) float64 { return 2 / math.Pi * math.Asin(math.Sin(2*math.Pi*p)) },
		func(p float64) float64 { return 2*p - 1 },
		func(p float64) float64 { return 1 - 2*p },
		func(p float64) float64 { return map[bool]float64{true: 1, false: -1}[p < 0.5] },
	}
	for _, rate := range []float64{44100, 96000} {
		for k, f := range shape {
			s := sound(t, "lfo", fmt.Sprintf("(lfo(3, %d, 0.125), lfo_shape(now * 3 / samplerate + 0.125, %d), lfo_sync(now * 3 / samplerate, 1, %d, 0.125))", k, k, k), rate, int(rate/2))
			for i := 0; i < len(s[0]); i += 997 {
				_, p := math.Modf(float64(i)*3/rate + 0.125)
				for c := range s {
					near(t, fmt.Sprintf("shape %d at phase %g", k, p), s[c][i], f(p), 1e-6)
				}
			}
		}
	}
	for _, name := range []string{"lfo_shape", "lfo", "lfo_sync"} {
		report(t, "lfo::"+name, "all shapes as their formulas, 44.1 and 96 kHz")
	}
	near(t, "a bar of four beats", value(t, "lfo", "beat_phase(9, 4)"), 0.25, 1e-12)
	near(t, "before the start", value(t, "lfo", "beat_phase(-1, 4)"), 0.75, 1e-12)
	report(t, "lfo::beat_phase", "place in the bar, also before the song's start")
}

func TestLFOsStartAnewFadeInAndPlayOnce(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		gate := gates(rate, 2, 0.3, 1.9)
		s := throughAt(t, rate, "lfo", "g", "(lfo_retrig(2, 2, 0.25, g), lfo_once(2, 2, 0.5, g), lfo_fade(2, 4, g, 0.5, 0.4))", gate)
		at := func(c int, seconds float64) float64 { return s[c][int(math.Round(seconds*rate))] }
		near(t, "retriggered", at(0, 0.3), -0.5, 1e-3)
		near(t, "a tenth later", at(0, 0.4), -0.1, 1e-3)
		near(t, "once: before", at(1, 0.2), 0, 0)
		near(t, "once: start", at(1, 0.3), 0, 1e-3)
		near(t, "once: last quarter", at(1, 0.675), -0.5, 1e-3)
		near(t, "once: after", at(1, 0.9), 0, 0)
		near(t, "fade: in the delay", at(2, 0.7), 0, 0)
		near(t, "fade: half way", math.Abs(at(2, 1.0)), 0.5, 1e-3)
		near(t, "fade: all in", math.Abs(at(2, 1.5)), 1, 0)
	}
	report(t, "lfo::lfo_retrig", "restarts at its phase, 44.1 and 96 kHz")
	report(t, "lfo::lfo_once", "one cycle, then 0, 44.1 and 96 kHz")
	report(t, "lfo::lfo_fade", "delay and fade exact, 44.1 and 96 kHz")
}

func TestHoldsKeepWhatWasThereAtTheEdge(t *testing.T) {
	s := sound(t, "lfo", "{ let g = if (now % 10 < 5) 1 else 0\n (sample_hold(now, g), track_hold(now, g)) }", 48000, 30)
	for i := range 30 {
		near(t, "sample and hold", s[0][i], float64(i-i%10), 0)
		near(t, "track and hold", s[1][i], float64(i-i%10+min(i%10, 4)), 0)
	}
	report(t, "lfo::sample_hold", "value of the sample in which trig rises")
	report(t, "lfo::track_hold", "last value under the gate")
}

func TestChanceStaysInRangeAtItsRate(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		n := int(rate) * 8
		s := sound(t, "lfo", "(random_steps(10, 1), random_lines(10, 1), smooth_random(10, 1), drift(1, 1), brownian_walk(1, 1))", rate, n)
		changes := 0
		for i := 1; i < n; i++ {
			if s[0][i] != s[0][i-1] {
				changes++
			}
		}
		near(t, "steps a second", float64(changes)/8, 10, 0.2)
		for c := range s {
			below(t, "peak", peak(s[c]), 1)
		}
		for c, limit := range []float64{0: 3, 1: 25 / rate, 2: 40 / rate, 3: 20 / rate, 4: 2 / math.Sqrt(rate)} {
			below(t, "largest step", jump(s[c]), limit)
		}
		if rms(s[2]) < 0.2 || rms(s[3]) < 0.05 || rms(s[4]) < 0.2 {
			t.Errorf("too still: %g %g %g", rms(s[2]), rms(s[3]), rms(s[4]))
		}
	}
	report(t, "lfo::random_steps", "values a second within 2 %%, range -1 to 1")
	report(t, "lfo::random_lines", "no step, range -1 to 1")
	report(t, "lfo::smooth_random", "no step, range -1 to 1")
	report(t, "lfo::drift", "no step, range -1 to 1")
	report(t, "lfo::brownian_walk", "range -1 to 1, 44.1 and 96 kHz")
}
