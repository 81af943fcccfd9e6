package library

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// gates is 1 in the given spans of seconds.
func gates(rate float64, seconds float64, spans ...float64) []float64 {
	g := make([]float64, int(seconds*rate))
	for i := range g {
		t := float64(i) / rate
		for k := 0; k+1 < len(spans); k += 2 {
			if t >= spans[k] && t < spans[k+1] {
				g[i] = 1
			}
		}
	}
	return g
}

// first is the time in seconds of the first frame from time t on for which ok.
func first(s []float64, rate, t float64, ok func(x float64) bool) float64 {
	from := int(t * rate)
	i := slices.IndexFunc(s[from:], ok)
	if i < 0 {
		return math.Inf(1)
	}
	return float64(from+i) / rate
}

func reaches(level float64) func(float64) bool {
	return func(x float64) bool { return x >= level-1e-9 }
}
func fallsTo(level float64) func(float64) bool {
	return func(x float64) bool { return x <= level+1e-9 }
}

// jump is the largest step between two frames.
func jump(s []float64) float64 {
	j := 0.0
	for i := 1; i < len(s); i++ {
		j = math.Max(j, math.Abs(s[i]-s[i-1]))
	}
	return j
}

func TestEnvelopesKeepTheirTimesAtEveryRate(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		gate := gates(rate, 3, 0.1, 1.5)
		frame := 1.01 / rate
		for _, c := range []struct {
			name, expr                     string
			top, down, sustain, from, gone float64 // times
		}{
			{"adsr_exp", "adsr_exp(g, 0.05, 0.3, 0.4, 0.6)", 0.15, 0.45, 0.4, 1.5, 2.1},
			{"adsr_curve", "adsr_curve(g, 0.05, 0.3, 0.4, 0.6, 0)", 0.15, 0.45, 0.4, 1.5, 1.74},
			{"adsr_retrig", "adsr_retrig(g, 0, 0.05, 0.3, 0.4, 0.6)", 0.15, 0.45, 0.4, 1.5, 2.1},
			{"ahdsr", "ahdsr(g, 0.05, 0.2, 0.3, 0.4, 0.6)", 0.15, 0.65, 0.4, 1.5, 2.1},
			{"dadsr", "dadsr(g, 0.2, 0.05, 0.3, 0.4, 0.6)", 0.35, 0.65, 0.4, 1.5, 2.1},
			{"dahdsr", "dahdsr(g, 0, 0.2, 0.05, 0.2, 0.3, 0.4, 0.6, 3, -2, 0)", 0.35, 0.85, 0.4, 1.5, 1.74},
		} {
			s := throughAt(t, rate, "envelope", "g", c.expr, gate)[0]
			near(t, c.name+": time of the top", first(s, rate, 0, reaches(1)), c.top, 2*frame)
			near(t, c.name+": time of the sustain", first(s, rate, c.top, fallsTo(0.4)), c.down, 3*frame)
			near(t, c.name+": sustain", s[int(1.4*rate)], 0.4, 1e-9)
			end := first(s, rate, 1.5, fallsTo(0))
			if c.name == "adsr_curve" || c.name == "dahdsr" { // straight releases: 0.4 of the full time
				near(t, c.name+": time of the end", end, c.gone, 4*frame)
			} else if end > c.gone || end < 1.7 {
				t.Errorf("%s: over at %g", c.name, end)
			}
			report(t, "envelope::"+c.name, "times exact to 4 frames, 44.1 to 96 kHz")
		}
		s := throughAt(t, rate, "envelope", "g", "(ar(g, 0.2, 0.5), ad(g, 0.2, 0.5, 0), perc(g, 0.5))", gate)
		near(t, "ar: top", first(s[0], rate, 0, reaches(1)), 0.3, 2*frame)
		near(t, "ar: end", first(s[0], rate, 1.5, fallsTo(0)), 2, 3*frame)
		near(t, "ad: top", first(s[1], rate, 0, reaches(1)), 0.3, 2*frame)
		near(t, "ad: half way down", first(s[1], rate, 0.3, fallsTo(0.5)), 0.55, 4*frame)
		near(t, "ad: end", first(s[1], rate, 0.3, fallsTo(0)), 0.8, 3*frame)
		near(t, "perc: top", first(s[2], rate, 0, reaches(1)), 0.101, 2*frame)
		near(t, "perc: end", first(s[2], rate, 0.3, fallsTo(0)), 0.601, 4*frame)
	}
	for _, name := range []string{"ar", "ad", "perc"} {
		report(t, "envelope::"+name, "times exact to 4 frames, 44.1 to 96 kHz")
	}
}

func TestEnvelopeCurvesBendAsTheySay(t *testing.T) {
	gate := gates(48000, 1, 0, 1)
	for _, curve := range []float64{-4, -1, 0, 2, 5} {
		s := through(t, "envelope", "g", fmt.Sprintf("adsr_curve(g, 0.5, 0.1, 1, 0.1, %g)", curve), gate)[0]
		want := 0.5
		if curve != 0 {
			want = (1 - math.Exp(curve/2)) / (1 - math.Exp(curve))
		}
		near(t, fmt.Sprintf("curve %g half way up", curve), s[11999], want, 1e-3)
	}
	report(t, "envelope::adsr_curve", "half way up at (1-e^(c/2))/(1-e^c)")
}

func TestEnvelopesNeverJump(t *testing.T) {
	gate := gates(48000, 2, 0, 0.3, 0.31, 0.6, 0.62, 0.625, 0.7, 1.5)
	for _, c := range []struct{ name, expr string }{
		{"adsr_exp", "adsr_exp(g, 0.01, 0.3, 0.4, 0.5)"}, {"ahdsr", "ahdsr(g, 0.01, 0.1, 0.3, 0.4, 0.5)"},
		{"dadsr", "dadsr(g, 0.05, 0.01, 0.3, 0.4, 0.5)"}, {"ar", "ar(g, 0.01, 0.5)"}, {"ad", "ad(g, 0.01, 0.5, -4)"},
		{"perc", "perc(g, 0.5)"}, {"adsr_retrig", "adsr_retrig(1, g, 0.01, 0.3, 0.4, 0.5)"},
	} {
		s := through(t, "envelope", "g", c.expr, gate)[0]
		below(t, c.name+": largest step", jump(s), 0.025)
		report(t, "envelope::"+c.name, "restarts from its level, no step above %.4f", jump(s))
	}
	s := through(t, "envelope", "g", "adsr_retrig(1, g, 0.01, 0.05, 0.2, 0.5)", gate)[0]
	for _, at := range []float64{0, 0.31, 0.62, 0.7} {
		if top := first(s, 48000, at, reaches(1)); top > at+0.0102 {
			t.Errorf("the trigger at %g does not start it anew: top at %g", at, top)
		}
	}
}

func TestLinesRampsAndBreakpointsPassTheirPoints(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		trig := gates(rate, 1, 0.1, 0.2, 0.5, 0.6)
		s := throughAt(t, rate, "envelope", "g", "(line(1, 3, 0.5), ramp(g, 1, 3, 0.2), breakpoints(g, [1, 0.5, 0], [0.1, 0.1, 0.1], 0))", trig)
		at := func(c int, seconds float64) float64 { return s[c][int(math.Round(seconds*rate))] }
		for _, p := range []struct {
			what                string
			channel             int
			time, want, allowed float64
		}{
			{"line starts", 0, 0, 1, 0}, {"line half way", 0, 0.25, 2, 1e-4}, {"line ends", 0, 0.5, 3, 1e-4}, {"line stays", 0, 0.9, 3, 0},
			{"ramp before", 1, 0.05, 1, 0}, {"ramp half way", 1, 0.2, 2, 2e-4}, {"ramp ends", 1, 0.4, 3, 2e-4}, {"ramp again", 1, 0.6, 2, 2e-4},
			{"points before", 2, 0.05, 0, 0}, {"points half way up", 2, 0.15, 0.5, 2e-3}, {"first point", 2, 0.2, 1, 2e-3},
			{"second point", 2, 0.3, 0.5, 2e-3}, {"last point", 2, 0.45, 0, 0},
		} {
			near(t, p.what, at(p.channel, p.time), p.want, p.allowed)
		}
	}
	report(t, "envelope::line", "points at their times, 44.1 and 96 kHz")
	report(t, "envelope::ramp", "points at their times, restarts, 44.1 and 96 kHz")
	report(t, "envelope::breakpoints", "points at their times, 44.1 and 96 kHz")
}
