package library

import (
	"fmt"
	"math"
	"testing"

	"mmm/session"
)

// curve is the gain in dB of the compressor of Giannoulis, Massberg and Reiss.
func curve(level, threshold, ratio, knee float64) float64 {
	over := level - threshold
	switch {
	case 2*over < -knee:
		return 0
	case 2*over <= knee && knee > 0:
		return (1/ratio - 1) * (over + knee/2) * (over + knee/2) / (2 * knee)
	}
	return (1/ratio - 1) * over
}

func TestACompressorsSteadyGainIsTheFormulas(t *testing.T) {
	const frames = 24000
	worst := 0.0
	for _, knee := range []float64{0, 12} {
		for _, ratio := range []float64{1, 2, 4, 100} {
			for level := -60.0; level <= 0; level += 4 {
				a := math.Pow(10, level/20)
				expr := fmt.Sprintf("comp(x, -20, %g, 0.001, 0.01, %g, 0)", ratio, knee)
				out := through(t, "level", "x", expr, constant(a, frames))[0]
				worst = math.Max(worst, math.Abs(dB(out[frames-1]/a)-curve(level, -20, ratio, knee)))
			}
		}
	}
	below(t, "distance from the curve in dB", worst, 0.001)
	report(t, "level::comp_curve", "within 0.001 dB of the formula, ratios 1 to 100, knees 0 and 12 dB")
	// A sine is measured at its peaks.
	in := wave(1000, 48000, frames)
	out := through(t, "level", "x", "comp(x, -20, 4, 0.005, 0.1, 0, 0)", in)[0]
	near(t, "gain of a full sine in dB", dB(rms(out[12000:])/rms(in[12000:])), -15, 0.7)
	report(t, "level::comp", "a sine at 0 dB, 4:1 above -20 dB: -15 dB within 0.7")
}

// crossing is the time in seconds from a frame on until a signal is at or beyond
// a value.
func crossing(s []float64, from int, value float64, rising bool, rate float64) float64 {
	for i := from; i < len(s); i++ {
		if rising == (s[i] >= value) || s[i] == value {
			return float64(i-from+1) / rate
		}
	}
	return math.Inf(1)
}

func TestAttackAndReleaseTakeTheirTimes(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		half := int(rate)
		step := append(constant(0.01, half/2), append(constant(1, half/2), constant(0.01, half)...)...)
		follow := throughAt(t, rate, "level", "x", "peak_follow(x, 0.02, 0.1)", step)[0]
		near(t, "attack of peak_follow", crossing(follow, half/2, 0.01+0.99*(1-math.Exp(-1)), true, rate), 0.02, 0.0001)
		near(t, "release of peak_follow", crossing(follow, half, 0.01+0.99*math.Exp(-1), false, rate), 0.1, 0.0002)
		// 20 dB over the threshold at infinite ratio: the gain goes to -20 dB.
		gain := throughAt(t, rate, "level", "x", "comp(x, -20, 1000000, 0.01, 0.2, 0, 0) / x", step)[0]
		for i := range gain {
			gain[i] = dB(gain[i])
		}
		near(t, "attack of comp", crossing(gain, half/2, -20*(1-math.Exp(-1)), false, rate), 0.01, 0.0001)
		near(t, "release of comp", crossing(gain, half, -20*math.Exp(-1), true, rate), 0.2, 0.012)
	}
	report(t, "level::peak_follow", "20 ms attack and 100 ms release are measured at 44.1, 48 and 96 kHz")
	report(t, "level::comp", "attack 10 ms within 0.1 ms; release 200 ms is longer by the attack")
	in := wave(1000, 48000, 48000)
	near(t, "effective value of a sine", rms(through(t, "level", "x", "rms_follow(x, 0.05)", in)[0][40000:]), math.Sqrt(0.5), 0.001)
	report(t, "level::rms_follow", "0.707 for a sine, within 0.001")
}

// hits is noise with steps and single peaks, up to +20 dB.
func hits(frames int) []float64 {
	s := bursts(frames)
	for i := range s {
		switch i / 6000 % 4 {
		case 1:
			s[i] *= 10
		case 2:
			s[i] = 4 * math.Copysign(1, math.Sin(float64(i)*0.01))
		}
		if i%7919 == 0 {
			s[i] = 10
		}
	}
	return s
}

func TestNoSampleIsAboveTheLimitersCeiling(t *testing.T) {
	c := math.Pow(10, -1.0/20)
	in := hits(96000)
	for _, lookahead := range []float64{0, 0.001, 0.0037, 0.01, 0.05} {
		out := through(t, "level", "x", fmt.Sprintf("limiter(x, -1, 0.05, %g)", lookahead), in)[0]
		below(t, fmt.Sprintf("peak with %g s of look-ahead", lookahead), peak(out), c)
	}
	two := through(t, "level", "x, y", "limiter_st((x, y), -1, 0.05, 0.002)", in, wave(300, 48000, len(in)))
	below(t, "left peak", peak(two[0]), c)
	below(t, "right peak", peak(two[1]), c)
	report(t, "level::limiter", "never above the ceiling on noise, steps and peaks of +20 dB, 0 to 50 ms of look-ahead")
	report(t, "level::limiter_st", "never above the ceiling on either channel")
	// The gain alone, without the last clip: at most 1 part in 10^9 above.
	soft := through(t, "level", "x", "limiter(x, -1, 0.05, 0.002)", wave(50, 48000, 48000))[0]
	near(t, "a sine of 50 Hz is scaled, not clipped: its peak", peak(soft[24000:]), c, 0.001)
	third := magnitudesOf(soft[24000:], 50, 48000, 3)
	below(t, "third partial in dB", dB(third), -45)
	// Below the ceiling nothing happens but the delay.
	quiet := wave(440, 48000, 9600)
	for i := range quiet {
		quiet[i] *= 0.8
	}
	out := through(t, "level", "x", "limiter(x, -1, 0.05, 0.002)", quiet)[0]
	for i := 96; i < len(out); i++ {
		if math.Abs(out[i]-quiet[i-96]) > 1e-12 {
			t.Fatalf("a quiet signal is changed at frame %d", i)
		}
	}
}

// magnitudesOf is the level of a partial of freq in a signal of whole periods.
func magnitudesOf(s []float64, freq, rate float64, partial int) float64 {
	re, im := 0.0, 0.0
	for i, x := range s {
		w := 2 * math.Pi * freq * float64(partial) / rate * float64(i)
		re += x * math.Cos(w)
		im += x * math.Sin(w)
	}
	return 2 * math.Hypot(re, im) / float64(len(s))
}

func TestAGateOpensAboveItsOwnLevelAndClosesBelowAnother(t *testing.T) {
	// Levels in dB of 0.2 s each: closed, between, open, between, below, between.
	levels := []float64{-60, -35, -25, -35, -45, -35}
	in := make([]float64, 0, 9600*len(levels))
	for _, l := range levels {
		in = append(in, constant(math.Pow(10, l/20), 9600)...)
	}
	out := through(t, "level", "x", "noise_gate(x, -30, -40, 0.001, 0.05, 0.01, 80, 0) / x", in)[0]
	for k, want := range []float64{0, 0, 1, 1, 0, 0} {
		near(t, fmt.Sprintf("gain at the end of %g dB", levels[k]), out[9600*(k+1)-1], want, 0.001)
	}
	closes := crossing(out, 9600*4, 0.9, false, 48000)
	near(t, "hold before it closes", closes, 0.05+0.005*math.Log(math.Pow(10, 5.0/20))+0.001, 0.01)
	report(t, "level::noise_gate", "opens at -30 dB, closes at -40 dB after 50 ms of hold, 80 dB down; nothing changes between")
	// With look-ahead the first sample of a sound passes.
	late := through(t, "level", "x", "noise_gate(x, -30, -40, 0.0005, 0.05, 0.01, 80, 0.005)", append(constant(0, 4800), constant(1, 4800)...))[0]
	near(t, "first sample with look-ahead", late[4800+240], 1, 0.001)
	stereo := through(t, "level", "x", "noise_gate_st((x, 0.001), -30, -40, 0.001, 0.05, 0.01, 80, 0)", constant(1, 4800))
	near(t, "the quiet channel", stereo[1][4799], 0.001, 1e-6)
	report(t, "level::noise_gate_st", "a quiet channel passes with the loud one")
}

func TestExpanderDuckingAndTransientsTurnDownWhatTheySay(t *testing.T) {
	const frames = 48000
	for level, want := range map[float64]float64{-10: 0, -30: -20, -35: -30, -60: -40} {
		a := math.Pow(10, level/20)
		out := through(t, "level", "x", "expander(x, -20, 3, 0.002, 0.02, 40)", constant(a, frames))[0]
		near(t, fmt.Sprintf("expander at %g dB", level), dB(out[frames-1]/a), want, 0.01)
	}
	report(t, "level::expander", "-20 dB at 10 dB below a 3:1 threshold; never more than its range")
	key := append(constant(0, 4800), append(constant(0.5, 24000), constant(0, 48000)...)...)
	out := through(t, "level", "key", "duck(1, key, -20, 12, 0.01, 0.05, 0.2)", key)[0]
	near(t, "before", dB(out[4700]), 0, 0.01)
	near(t, "while the key sounds", dB(out[28000]), -12, 0.01)
	near(t, "long after", dB(out[len(out)-1]), 0, 0.3)
	report(t, "level::duck", "12 dB down while the key sounds, back behind hold and release")
	// A note of 0.2 s after silence: onset louder, ring softer.
	note := append(constant(0, 9600), wave(1000, 48000, 9600)...)
	note = append(note, constant(0, 9600)...)
	for i := 19200; i < len(note); i++ {
		note[i] = 0.1 * math.Sin(2*math.Pi*1000/48000*float64(i))
	}
	shaped := through(t, "level", "x", "transient(x, 6, -12)", note)[0]
	near(t, "onset in dB", dB(peak(shaped[9600:9840])), 6, 1.5)
	near(t, "steady in dB", dB(peak(shaped[18000:19000])), 0, 0.5)
	below(t, "ring in dB", dB(peak(shaped[24000:26000])), -28)
	report(t, "level::transient", "an onset rises by its 6 dB, a steady tone stays, the ring falls by 12 dB")
}

func TestChannelsAreCompressedByOneGain(t *testing.T) {
	out := through(t, "level", "x", "comp_st((x, 0.01), -20, 1000000, 0.001, 0.1, 0, 0, 0.002)", constant(1, 9600))
	near(t, "the loud channel in dB", dB(out[0][9599]), -20, 0.01)
	near(t, "the quiet channel in dB", dB(out[1][9599]), -60, 0.01)
	side := through(t, "level", "x, key", "comp_side(x, key, -20, 1000000, 0.001, 0.1, 0, 0)", constant(0.5, 9600), constant(1, 9600))[0]
	near(t, "the keyed gain in dB", dB(side[9599]/0.5), -20, 0.01)
	report(t, "level::comp_st", "both channels are turned down by the louder one's gain")
	report(t, "level::comp_side", "the gain follows the key alone")
}

func TestMultibandIsFlatUntilItCompresses(t *testing.T) {
	p := program(t, patch("level", "x", "multiband(x, 300, 3000, 60, 2, 0.01, 0.1)"))
	ir := collect(t, p, session.Native, 48000, 16384, impulse(16384))[0]
	for _, f := range []float64{50, 300, 1000, 3000, 10000} {
		near(t, fmt.Sprintf("gain at %g Hz in dB", f), gainAt(ir, f, 48000), 0, 0.05)
	}
	// A loud bass does not turn the treble down.
	in := wave(80, 48000, 48000)
	for i := range in {
		in[i] += 0.01 * math.Sin(2*math.Pi*8000/48000*float64(i))
	}
	out := through(t, "level", "x", "multiband(x, 300, 3000, -30, 10, 0.005, 0.1)", in)[0]
	near(t, "8 kHz beside a loud 80 Hz, in dB", dB(magnitudesOf(out[24000:], 8000, 48000, 1)), -40, 0.5)
	below(t, "80 Hz in dB", dB(magnitudesOf(out[24000:], 80, 48000, 1)), -15)
	report(t, "level::multiband", "flat within 0.05 dB below the threshold; a loud bass leaves the treble as it is")
}
