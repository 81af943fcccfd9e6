package library

import (
	"fmt"
	"math"
	"testing"

	"mmm/session"
)

// decayTime is the time to -60 dB of an impulse response, from the slope of its
// remaining energy between -5 and -35 dB (Schroeder's backward integration).
func decayTime(ir []float64, rate float64) float64 {
	left := make([]float64, len(ir)+1)
	for i := len(ir) - 1; i >= 0; i-- {
		left[i] = left[i+1] + ir[i]*ir[i]
	}
	at := func(db float64) float64 {
		for i := range left {
			if left[i] <= left[0]*math.Pow(10, db/10) {
				return float64(i) / rate
			}
		}
		return math.Inf(1)
	}
	return 2 * (at(-35) - at(-5))
}

func TestReverbsDecayInTheirTimes(t *testing.T) {
	for _, c := range []struct {
		path, expr string
		decays     []float64
		tolerance  float64
	}{
		{"hall", "hall((x, x), 1, %g, 0, 0, 0.5, 1)", []float64{0.5, 1, 2.5, 8}, 0.1},
		{"hall", "hall((x, x), 0.4, %g, 0, 0, 1, 1)", []float64{1, 4}, 0.1},
		{"plate", "plate((x, x), %g, 20000, 0, 1)", []float64{1, 2.5, 6}, 0.1},
	} {
		for _, decay := range c.decays {
			for _, rate := range []float64{44100, 48000, 96000} {
				frames := int(rate * (decay + 1))
				out := throughAt(t, rate, "room", "x", fmt.Sprintf(c.expr, decay), impulse(frames))
				for ch, s := range out {
					got := decayTime(s, rate)
					near(t, fmt.Sprintf("%s of %g s at %g Hz, channel %d", c.path, decay, rate, ch), got/decay, 1, c.tolerance)
				}
			}
		}
	}
	report(t, "room::hall", "0.5 to 8 s within 10 percent at 44.1, 48 and 96 kHz, sizes 0.4 and 1")
	report(t, "room::plate", "1 to 6 s within 10 percent at 44.1, 48 and 96 kHz")
	// Damping: treble decays in its share.
	ir := through(t, "room", "x", "hall((x, x), 1, 3, 0.5, 0, 0, 1)", impulse(48000*4))[0]
	low := decayTime(bandOf(t, ir, 100), 48000)
	high := decayTime(bandOf(t, ir, 15000), 48000)
	near(t, "bass of a damped hall", low, 3, 0.4)
	near(t, "treble of a damped hall", high, 3*0.55, 0.4)
	report(t, "room::hall", "damp 0.5: 15 kHz rings 0.55 times as long as 100 Hz")
}

// bandOf is what a narrow filter passes.
func bandOf(t *testing.T, s []float64, freq float64) []float64 {
	t.Helper()
	return through(t, "svf", "x", fmt.Sprintf("svf(svf(x, %g, 0.7).bp, %g, 0.7).bp", freq, freq), s)[0]
}

func TestReverbsAreAsLoudAsTheirInputAndWide(t *testing.T) {
	in, other := hiss(480000), bursts(480000)
	for i := range other {
		other[i] = in[(i+240007)%len(in)]
	}
	for path, exprs := range map[string][]string{
		"hall":      {"hall((x, y), 1, 0.6, 0.3, 0, 0.5, 1)", "hall((x, y), 1, 2, 0.3, 0, 0.5, 1)", "hall((x, y), 1, 6, 0.3, 0, 0.5, 1)"},
		"plate":     {"plate((x, y), 0.6, 12000, 0, 1)", "plate((x, y), 2, 12000, 0, 1)", "plate((x, y), 6, 12000, 0, 1)"},
		"room_verb": {"room_verb((x, y), 0.2, 0.3, 1, 1)", "room_verb((x, y), 0.9, 0.3, 1, 1)"},
	} {
		for _, expr := range exprs {
			out := through(t, "room", "x, y", expr, in, other)
			level := dB(rms(out[0][240000:]) / rms(in))
			alike := likeness(out[0][240000:], out[1][240000:])
			near(t, "level of "+expr+" in dB", level, 0, 3)
			below(t, "likeness of the sides of "+expr, math.Abs(alike), 0.3)
		}
		report(t, "room::"+path, "noise comes out within 3 dB at short and long decays, correlation of the sides below 0.3")
	}
	for _, rate := range []float64{44100, 96000} {
		ir := throughAt(t, rate, "room", "x", "room_verb((x, x), 0.5, 0, 1, 1)", impulse(int(rate*3)))[0]
		near(t, fmt.Sprintf("decay of room_verb 0.5 at %g Hz", rate), decayTime(ir, rate), 1.25, 0.15)
	}
	report(t, "room::room_verb", "room 0.5 decays in 1.25 s at 44.1 and 96 kHz")
}

func TestReverbsStayBoundedForMinutes(t *testing.T) {
	const minutes = 2
	frames := minutes * 60 * 48000
	in := make([]float64, frames)
	for i := range in {
		if i%12000 == 0 {
			in[i] = 1
		}
	}
	for path, expr := range map[string]string{
		"hall":    "hall((x, 0), 1, 100, 0, 0, 1, 1)",
		"plate":   "plate((x, 0), 30, 20000, 0, 1)",
		"shimmer": "shimmer((x, 0), 100, 12, 1, 1)",
		"spring":  "(spring(x, 1, 5, 1), 0)",
	} {
		out := collect(t, program(t, patch("room", "x", expr)), session.Native, 48000, frames, in)[0]
		half, last := rms(out[frames/2:3*frames/4]), rms(out[3*frames/4:])
		below(t, path+": growth in the last quarter", last/half, 1.1)
		below(t, path+": peak", peak(out), 30)
		report(t, "room::"+path, "two minutes of impulses at the longest decay: the level stops growing")
	}
}

func TestReflectionsSpringsAndGates(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		out := throughAt(t, rate, "room", "x", "early(x, 1, 1)", impulse(int(rate/5)))
		near(t, "first reflection, left", out[0][int(math.Round(0.0043*rate))], 0.83*0.841, 1e-9)
		near(t, "first reflection, right", out[1][int(math.Round(0.0215*rate))], 1.1*0.504, 1e-9)
		below(t, "after the last one", peak(out[0][int(0.08*rate):]), 1e-12)
	}
	report(t, "room::early", "Moorer's times and levels at 44.1 and 96 kHz, nothing after 80 ms")
	ir := through(t, "room", "x", "spring(x, 1, 2, 1)", impulse(96000))[0]
	below(t, "8 kHz beside 1 kHz in dB", gainAt(ir, 8000, 48000)-gainAt(ir, 1000, 48000), -12)
	near(t, "decay of the spring", decayTime(bandOf(t, ir, 500), 48000), 2, 0.5)
	report(t, "room::spring", "2 s at 500 Hz within 0.5 s; 12 dB down at 8 kHz")
	hit := append(wave(300, 48000, 4800), constant(0, 48000)...)
	gated := through(t, "room", "x", "gated_room((x, x), 0.2, 0 - 30, 1)", hit)[0]
	if rms(gated[9600:12000]) < 0.05 {
		t.Error("the gated room is silent while it should stay")
	}
	below(t, "after the hold in dB", dB(peak(gated[4800+9600+4000:])), -60)
	report(t, "room::gated_room", "rings through its hold of 0.2 s, 60 dB down 80 ms later")
	// An octave above the input rises in a shimmer.
	tone := append(wave(500, 48000, 48000), constant(0, 96000)...)
	plain := through(t, "room", "x", "shimmer((x, x), 4, 12, 0, 1)", tone)[0][48000:96000]
	risen := through(t, "room", "x", "shimmer((x, x), 4, 12, 1, 1)", tone)[0][48000:96000]
	around := func(s []float64) float64 { return bandPower(s, 48000, 960, 1040) }
	if up := 10 * math.Log10(around(risen)/around(plain)); up < 20 {
		t.Errorf("an octave up is only %g dB louder", up)
	}
	report(t, "room::shimmer", "the octave rises by more than 20 dB")
	late := through(t, "room", "x", "hall((x, x), 1, 2, 0, 0.1, 0, 1)", impulse(9600))[0]
	below(t, "before the predelay", peak(late[:4800]), 0)
}
