package library

import (
	"fmt"
	"math"
	"testing"
)

// wave is a sine of freq Hz at a rate.
func wave(freq, rate float64, frames int) []float64 {
	s := make([]float64, frames)
	for i := range s {
		s[i] = math.Sin(2 * math.Pi * freq / rate * float64(i))
	}
	return s
}

// bursts is noise with silence between, the same every time.
func bursts(frames int) []float64 {
	s := make([]float64, frames)
	r := uint32(1)
	for i := range s {
		r = r*1664525 + 1013904223
		if i/4800%4 == 0 {
			s[i] = float64(int32(r)) / (1 << 31)
		}
	}
	return s
}

func TestDelaysOfZeroAreTheInputItself(t *testing.T) {
	in := bursts(2000)
	for _, name := range []string{"delay_whole", "delay_linear", "delay_cubic", "delay_lagrange", "delay_allpass"} {
		for _, time := range []int{0, 1, 2, 7, 100} {
			out := through(t, "delayline", "x", fmt.Sprintf("%s!(100)(x, %d)", name, time), in)[0]
			for i := range in {
				want := 0.0
				if i >= time {
					want = in[i-time]
				}
				if math.Abs(out[i]-want) > 1e-12 {
					t.Fatalf("%s of %d samples: frame %d is %g, want %g", name, time, i, out[i], want)
				}
			}
		}
		report(t, "delayline::"+name, "0, 1, 2, 7 and 100 samples are exact")
	}
}

func TestFractionalDelaysKeepASineInPlace(t *testing.T) {
	const freq, time = 1000.0, 40.3
	for name, limit := range map[string]float64{"delay_linear": -40, "delay_cubic": -65, "delay_lagrange": -75, "delay_allpass": -55} {
		worst := 0.0
		out := through(t, "delayline", "x", fmt.Sprintf("%s!(100)(x, %g)", name, time), wave(freq, 48000, 4000))[0]
		for i := 2000; i < len(out); i++ {
			worst = math.Max(worst, math.Abs(out[i]-math.Sin(2*math.Pi*freq/48000*(float64(i)-time))))
		}
		below(t, name+": error of a sine of 1 kHz in dB", dB(worst), limit)
		report(t, "delayline::"+name, "a sine of 1 kHz delayed by 40.3 samples is off by less than %g dB", limit)
	}
	gain := gainAt(through(t, "delayline", "x", "delay_allpass!(100)(x, 40.3)", impulse(4000))[0], 15000, 48000)
	near(t, "delay_allpass at 15 kHz in dB", gain, 0, 0.001)
}

func TestEchoesComeAtTheirTimesAtEveryRate(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		at := func(s float64) int { return int(math.Round(s * rate)) }
		out := throughAt(t, rate, "delayline", "x", "echo(x, 0.1, 0.5, 1000000, 0, 1)", impulse(int(rate/2)))[0]
		for k := 1; k <= 4; k++ {
			near(t, fmt.Sprintf("echo %d at %g Hz", k, rate), out[at(0.1*float64(k))], math.Pow(0.5, float64(k-1)), 1e-9)
		}
		two := throughAt(t, rate, "delayline", "x", "ping_pong((x, 0), 0.1, 0.15, 0.5, 1000000, 1)", impulse(int(rate)))
		near(t, "first, left", two[0][at(0.1)], 0.5, 1e-9)
		near(t, "second, right", two[1][at(0.1)+at(0.15)], 0.5, 1e-9)
		near(t, "third, left", two[0][2*at(0.1)+at(0.15)], 0.25, 1e-9)
		taps := throughAt(t, rate, "delayline", "x", "multitap!([0, 0.1, 0.25], [0.25, 1, -0.5])(x)", impulse(int(rate/2)))[0]
		near(t, "tap at 0 s", taps[0], 0.25, 0)
		near(t, "tap at 0.1 s", taps[at(0.1)], 1, 0)
		near(t, "tap at 0.25 s", taps[at(0.25)], -0.5, 0)
		plain := throughAt(t, rate, "delayline", "x", "delay_sec(x, 0.1)", impulse(int(rate/2)))[0]
		near(t, "delay_sec", plain[at(0.1)], 1, 1e-9)
	}
	report(t, "delayline::echo", "repeats after exactly their times, each 0.5 of the last, at 44.1, 48 and 96 kHz")
	report(t, "delayline::ping_pong", "left, right and left again after exactly their times")
	report(t, "delayline::multitap", "taps at exactly their samples and levels")
	report(t, "delayline::delay_sec", "0.1 s is 0.1 s at 44.1, 48 and 96 kHz")
}

func TestAnEchoSaturatesInsteadOfGrowing(t *testing.T) {
	out := through(t, "delayline", "x", "echo(x * 10, 0.01, 0.999, 20000, 1, 1)", wave(100, 48000, 48000))[0]
	below(t, "peak of the echo", peak(out), 11)
	tape := through(t, "delayline", "x", "tape_delay(x, 0.05, 1.2, 5000, 0.3, 1)", bursts(480000))[0]
	below(t, "peak of the tape", peak(tape), 1.1)
	if late := rms(tape[400000:]); late < 0.05 {
		t.Errorf("the tape does not sing: %g", late)
	}
	report(t, "delayline::tape_delay", "feedback 1.2 sings and stays below 1.1")
}

func TestReversePlaysBackwards(t *testing.T) {
	// An impulse d samples before a piece starts is heard d samples after it.
	in := make([]float64, 40000)
	in[9600-300] = 1
	out := through(t, "delayline", "x", "reverse_delay(x, 0.2, 1)", in)[0]
	loudest := 0
	for i := range out {
		if math.Abs(out[i]) > math.Abs(out[loudest]) {
			loudest = i
		}
	}
	// Pieces start every 4800 samples, of alternating heads: the loudest copy is
	// near the middle of a piece.
	mirrored := false
	for start := 4800; start < 30000; start += 4800 {
		if d := loudest - start; math.Abs(float64(start-d-(9600-300))) <= 3 {
			mirrored = true
		}
	}
	if !mirrored {
		t.Errorf("the impulse of frame 9300 is heard at frame %d", loudest)
	}
	report(t, "delayline::reverse_delay", "an impulse is mirrored at the start of a piece")
}
