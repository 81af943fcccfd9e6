package library

import (
	"fmt"
	"math"
	"math/cmplx"
	"testing"
)

// cycles are the instants, in frames, at which a signal rises through 0, between
// the frames by a straight line.
func cycles(s []float64) []float64 {
	var at []float64
	for i := 1; i < len(s); i++ {
		if s[i-1] < 0 && s[i] >= 0 {
			at = append(at, float64(i-1)+s[i-1]/(s[i-1]-s[i]))
		}
	}
	return at
}

func TestVibratoBendsByItsCentsAtEveryRate(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		out := throughAt(t, rate, "modfx", "x", "pitch_vibrato(x, 5, 50)", wave(1000, rate, int(rate)))[0]
		at := cycles(out[int(rate/4):])
		high, low := 0.0, math.Inf(1)
		for i := 10; i < len(at); i++ {
			f := 10 * rate / (at[i] - at[i-10])
			high, low = math.Max(high, f), math.Min(low, f)
		}
		near(t, fmt.Sprintf("cents up at %g Hz", rate), 1200*math.Log2(high/1000), 50, 2)
		near(t, fmt.Sprintf("cents down at %g Hz", rate), 1200*math.Log2(low/1000), -50, 3)
	}
	report(t, "modfx::pitch_vibrato", "50 cents are 50 cents within 3, up and down, at 44.1, 48 and 96 kHz")
	near(t, "cents_depth", through(t, "modfx", "x", "cents_depth(x, 5)", constant(50, 1))[0][0], 1000*(math.Pow(2, 50.0/1200)-1)/(2*math.Pi*5), 1e-9)
	report(t, "modfx::cents_depth", "the formula within 1e-9")
}

// likeness is the correlation of two signals, -1 to 1.
func likeness(a, b []float64) float64 {
	ab, aa, bb := 0.0, 0.0, 0.0
	for i := range a {
		ab += a[i] * b[i]
		aa += a[i] * a[i]
		bb += b[i] * b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

// hiss is noise without gaps.
func hiss(frames int) []float64 {
	s := make([]float64, frames)
	r := uint32(7)
	for i := range s {
		r = r*1664525 + 1013904223
		s[i] = float64(int32(r)) / (1 << 31)
	}
	return s
}

func TestAnEnsembleIsWideAndAsLoudAsItsInput(t *testing.T) {
	in := hiss(96000)
	out := through(t, "modfx", "x", "ensemble(x, 0.7, 3, 1)", in)
	below(t, "likeness of left and right", math.Abs(likeness(out[0][4800:], out[1][4800:])), 0.2)
	near(t, "level in dB", dB(rms(out[0][4800:])/rms(in)), 0, 1.5)
	dry := through(t, "modfx", "x", "ensemble(x, 0.7, 3, 0)", in)
	near(t, "likeness of the dry side", likeness(dry[0], in), 1, 1e-12)
	report(t, "modfx::ensemble", "noise: correlation of the sides below 0.2, level within 1.5 dB")
}

func TestFlangerNotchesLieWhereItsDelayPutsThem(t *testing.T) {
	// At rate 0 the delay is half the depth: 1 ms, notches at 500, 1500, ...
	for _, rate := range []float64{44100, 48000, 96000} {
		ir := throughAt(t, rate, "modfx", "x", "flange(x, 0, 2, 0, 0, 0.5)", impulse(4096))[0]
		below(t, "notch at 500 Hz in dB", gainAt(ir, 500, rate), -50)
		below(t, "notch at 1500 Hz in dB", gainAt(ir, 1500, rate), -40)
		near(t, "peak at 1000 Hz in dB", gainAt(ir, 1000, rate), 0, 0.05)
	}
	report(t, "modfx::flange", "1 ms: notches at 500 and 1500 Hz below -40 dB at 44.1, 48 and 96 kHz")
	two := through(t, "modfx", "x", "flange_st((x, x), 1, 4, 0.5, 0.25, 0.5)", hiss(48000))
	below(t, "likeness of the sides", likeness(two[0], two[1]), 0.9)
	report(t, "modfx::flange_st", "a spread of 0.25 sets the sides apart")
	zero := through(t, "modfx", "x", "through_zero(x, 0, 4, 0 - 1)", hiss(4800))[0]
	below(t, "difference of equal delays", peak(zero), 1e-12)
	report(t, "modfx::through_zero", "silence where the two delays meet")
}

func TestAPhaserHasTheResponseOfItsAllPasses(t *testing.T) {
	for stages, expr := range map[int]string{6: "phaser(x, 0, 200, 3200, 0, 0, 0.5)", 4: "phaser_n!(4)(x, 0, 200, 3200, 0, 0.5)"} {
		ir := through(t, "modfx", "x", expr, impulse(16384))[0]
		worst := 0.0
		tan := math.Tan(math.Pi * 800 / 48000)
		c := complex((tan-1)/(tan+1), 0)
		for _, f := range []float64{50, 200, 457, 800, 1200, 3000, 10000} {
			z := cmplx.Rect(1, -2*math.Pi*f/48000)
			want := 0.5 + 0.5*cmplx.Pow((c+z)/(1+c*z), complex(float64(stages), 0))
			worst = math.Max(worst, cmplx.Abs(response(ir, f, 48000)-want))
		}
		below(t, expr+": distance from the formula", worst, 1e-6)
	}
	report(t, "modfx::phaser", "the response of six all-passes within 1e-6")
	report(t, "modfx::phaser_n", "the response of four all-passes within 1e-6")
	two := through(t, "modfx", "x", "phaser_st((x, x), 1, 200, 3000, 0.5, 0.25, 0.5)", hiss(48000))
	below(t, "likeness of the sides", likeness(two[0], two[1]), 0.97)
	report(t, "modfx::phaser_st", "a spread of 0.25 sets the sides apart")
	wild := through(t, "modfx", "x", "phaser(x, 1500, 20, 20000, 0.98, 0, 0.5)", hiss(480000))[0]
	below(t, "peak under audio-rate modulation", peak(wild), 100)
}

func TestTremoloMovesTheLevelBetweenItsLimits(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		out := throughAt(t, rate, "modfx", "x", "tremolo(x, 5, 0.7, 0)", constant(1, int(rate)))[0]
		low, high := 2.0, 0.0
		for _, x := range out {
			low, high = math.Min(low, x), math.Max(high, x)
		}
		near(t, "least gain", low, 0.3, 1e-4)
		near(t, "most gain", high, 1, 1e-4)
		near(t, "periods in a second", float64(len(cycles(shift(out, -0.65)))), 5, 1)
	}
	report(t, "modfx::tremolo", "gain from 0.3 to 1 at depth 0.7, 5 Hz at 44.1 and 96 kHz")
	two := through(t, "modfx", "x", "tremolo_st((x, x), 5, 1, 0, 0.5)", constant(1, 48000))
	near(t, "the sum of opposed sides", two[0][3000]+two[1][3000], 1, 1e-6)
	report(t, "modfx::tremolo_st", "spread 0.5: the sides' gains add to 1")
}

// shift is a signal moved by a constant.
func shift(s []float64, by float64) []float64 {
	out := make([]float64, len(s))
	for i, x := range s {
		out[i] = x + by
	}
	return out
}

func TestModulatorsMoveFrequenciesByTheirOwn(t *testing.T) {
	in := wave(1000, 48000, 96000)
	ring := through(t, "modfx", "x", "ring_mod(x, 300, 1)", in)[0][48000:]
	near(t, "700 Hz", magnitudesOf(ring, 700, 48000, 1), 0.5, 1e-6)
	near(t, "1300 Hz", magnitudesOf(ring, 1300, 48000, 1), 0.5, 1e-6)
	below(t, "1000 Hz", magnitudesOf(ring, 1000, 48000, 1), 1e-6)
	report(t, "modfx::ring_mod", "a sine of 1000 Hz becomes 700 and 1300 Hz at half its level")
	for _, by := range []float64{100, -100} {
		out := through(t, "modfx", "x", fmt.Sprintf("freq_shift(x, 0 + %g)", by), in)[0][48000:]
		near(t, "level of the shifted sine", magnitudesOf(out, 1000+by, 48000, 1), 1, 0.01)
		below(t, "other side in dB", dB(magnitudesOf(out, 1000-by, 48000, 1)), -48)
		below(t, "carrier in dB", dB(magnitudesOf(out, 1000, 48000, 1)), -50)
	}
	report(t, "modfx::freq_shift", "1000 Hz moves to 1100 or 900; the other side and the original below -48 dB")
	pole := through(t, "modfx", "x", "barber_pole(x, 0.3, 2, 0.9, 0.5)", hiss(480000))[0]
	below(t, "peak of barber_pole", peak(pole), 12)
	report(t, "modfx::barber_pole", "noise stays bounded at feedback 0.9")
}

func TestARotarySpeakerTurnsAndKeepsTheLevel(t *testing.T) {
	in := hiss(480000)
	out := through(t, "modfx", "x", "rotary(x, 1, 1)", in)
	below(t, "likeness of the sides", likeness(out[0], out[1]), 0.8)
	near(t, "level in dB", dB(rms(out[0][240000:])/rms(in)), -2, 2)
	// The bass moves in level at the drum's speed.
	deep := through(t, "modfx", "x", "rotary(x, 1, 1)", wave(100, 48000, 960000))[0][480000:]
	side := magnitudesOf(deep[:480000], 105.8, 48000, 1) / magnitudesOf(deep[:480000], 100, 48000, 1)
	near(t, "sideband at the drum's 5.8 Hz", side, 0.15/0.85/2, 0.02)
	report(t, "modfx::rotary", "the drum turns at 5.8 Hz when fast; level within 2 dB; the sides differ")
}

func TestAnAutoWahOpensWithTheLevel(t *testing.T) {
	at := func(level, freq float64) float64 {
		in := wave(freq, 48000, 48000)
		for i := range in {
			in[i] *= level
		}
		return dB(rms(through(t, "modfx", "x", "auto_wah(x, 300, 3000, 0.8, 1.3, 1)", in)[0][24000:]) / rms(in))
	}
	if loud, quiet := at(1, 3000), at(0.05, 3000); loud-quiet < 12 {
		t.Errorf("3 kHz passes with %g dB loud, %g dB quiet", loud, quiet)
	}
	near(t, "a full sine of 3 kHz in dB", at(1, 3000), 0, 1.5)
	report(t, "modfx::auto_wah", "a full 3 kHz passes within 1.5 dB, a quiet one 12 dB less")
}
