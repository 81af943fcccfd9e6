package library

import (
	"math"
	"testing"
)

// pair is the last frame of a stereo expression of constant inputs.
func pair(t *testing.T, expr string, l, r float64) (float64, float64) {
	t.Helper()
	out := through(t, "stereo", "l, r", expr, constant(l, 2000), constant(r, 2000))
	return out[0][1999], out[1][1999]
}

func TestWidthBalanceAndRotationAreTheirFormulas(t *testing.T) {
	for _, c := range []struct {
		path, expr       string
		l, r, outL, outR float64
	}{
		{"mid_side", "mid_side((l, r))", 1, 0.5, 0.75, 0.25},
		{"left_right", "left_right(mid_side((l, r)))", 1, 0.5, 1, 0.5},
		{"stereo_width", "stereo_width((l, r), 0)", 1, 0.5, 0.75, 0.75},
		{"stereo_width", "stereo_width((l, r), 2)", 1, 0.5, 1.25, 0.25},
		{"balance", "balance((l, r), 0.25)", 1, 0.5, 0.75, 0.5},
		{"balance", "balance((l, r), 0 - 1)", 1, 0.5, 1, 0},
		{"rotate_st", "rotate_st((l, r), 90)", 1, 0, 0, 1},
		{"rotate_st", "rotate_st((l, r), 45)", 1, 1, 0, math.Sqrt2},
		{"xfade", "(xfade(l, r, 0.5), 0)", 1, 1, math.Sqrt2, 0},
		{"xfade_st", "xfade_st((l, l), (r, r), 1)", 1, 0.5, 0.5, 0.5},
		{"dry_wet", "(dry_wet(l, r, 0.25), 0)", 1, 0, 0.75, 0},
		{"dry_wet_st", "dry_wet_st((l, l), (r, 1), 0.5)", 1, 0, 0.5, 1},
	} {
		l, r := pair(t, c.expr, c.l, c.r)
		near(t, c.expr+", left", l, c.outL, 1e-12)
		near(t, c.expr+", right", r, c.outR, 1e-12)
	}
	for _, path := range []string{"mid_side", "left_right", "stereo_width", "balance", "rotate_st", "xfade", "xfade_st", "dry_wet", "dry_wet_st"} {
		report(t, "stereo::"+path, "the formula within 1e-12")
	}
	for law, down := range map[string]float64{"3": -3, "4.5": -4.5, "6": -6} {
		l, r := pair(t, "pan_law(l, 0, "+law+")", 1, 0)
		near(t, "left in dB", dB(l), down, 1e-6)
		near(t, "right in dB", dB(r), down, 1e-6)
		l, r = pair(t, "pan_law(l, 1, "+law+")", 1, 0)
		near(t, "left at the right end", l, 0, 1e-6)
		near(t, "right at the right end", r, 1, 1e-12)
	}
	report(t, "stereo::pan_law", "3, 4.5 and 6 dB down in the middle")
}

func TestBassBecomesMonoAndTimesMakePlaces(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		ir := throughAt(t, rate, "stereo", "l", "mono_below((l, 0 - l), 120)", impulse(int(rate)))[0]
		near(t, "side at 120 Hz in dB", gainAt(ir, 120, rate), -3.01, 0.02)
		below(t, "side at 30 Hz in dB", gainAt(ir, 30, rate), -24)
		near(t, "side at 2 kHz in dB", gainAt(ir, 2000, rate), 0, 0.01)
		out := throughAt(t, rate, "stereo", "l", "haas(l, 0.5, 20)", impulse(int(rate)/10))
		near(t, "left of haas", out[0][int(math.Round(0.01*rate))], 1, 0)
		near(t, "right of haas", out[1][0], 1, 0)
	}
	report(t, "stereo::mono_below", "the side is 3 dB down at its frequency, 24 dB two octaves below, at 44.1 and 96 kHz")
	report(t, "stereo::haas", "the other side comes after its ms at 44.1 and 96 kHz")
	in, other := hiss(96000), hiss(96000)
	for i := range other {
		other[i] = in[(i+40001)%len(in)]
	}
	for _, c := range []struct {
		expr string
		want float64
	}{{"correlation((l, l), 0.3)", 1}, {"correlation((l, 0 - l), 0.3)", -1}, {"correlation((l, r), 0.3)", 0}} {
		out := through(t, "stereo", "l, r", c.expr, in, other)[0]
		near(t, c.expr, out[95999], c.want, 0.05)
	}
	report(t, "stereo::correlation", "1, -1 and 0 for equal, opposite and unrelated noise")
}
