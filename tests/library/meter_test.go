package library

import (
	"fmt"
	"math"
	"testing"
)

// scaled is a signal times a factor.
func scaled(s []float64, by float64) []float64 {
	out := make([]float64, len(s))
	for i, x := range s {
		out[i] = x * by
	}
	return out
}

func TestMetersReadWhatTheirStandardsSay(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		in := wave(997, rate, int(rate))
		last := func(expr string, s ...[]float64) float64 {
			out := throughAt(t, rate, "meter", "x, y", expr, s...)[0]
			return out[len(out)-1]
		}
		// ITU-R BS.1770: a sine of 997 Hz at 0 dB in one channel is -3.01 LKFS.
		near(t, fmt.Sprintf("one channel at %g Hz", rate), last("lufs((x, y), 0.4)", in, constant(0, len(in))), -3.01, 0.02)
		near(t, "two channels", last("lufs((x, y), 0.4)", in, in), 0, 0.02)
		near(t, "at -20 dB", last("lufs((x, y), 3)", scaled(in, 0.1), scaled(in, 0.1))-10*math.Log10(1.0/3), -20, 0.02)
		// The weighting: -13.9 dB at 20 Hz... +4 dB far above 2 kHz.
		high := wave(10000, rate, int(rate))
		near(t, "10 kHz", last("lufs((x, y), 0.4)", high, high), 10*math.Log10(1)+4.0-0.691, 0.1)
		near(t, "effective level", last("rms_db(x, 0.1)", in, in), -3.01, 0.05)
		near(t, "zero crossings", last("crossings(x, 0.2)", in, in), 2*997, 25)
		near(t, "brightness of a sine", last("brightness(x, 0.1)", in, in), 997, 5)
	}
	report(t, "meter::lufs", "997 Hz at 0 dB: -3.01 LUFS in one channel, 0 in two, within 0.02 at 44.1, 48 and 96 kHz; 10 kHz 3.3 dB above")
	report(t, "meter::rms_db", "a sine is -3.01 dB within 0.05")
	report(t, "meter::crossings", "a sine of 997 Hz crosses 1994 times a second within 25")
	report(t, "meter::brightness", "a sine of 997 Hz within 5 Hz at 44.1, 48 and 96 kHz")
	// Loud, then silent: nothing is left in the window.
	quiet := append(wave(997, 48000, 48000), constant(0, 48000)...)
	out := through(t, "meter", "x", "lufs((x, x), 0.4)", quiet)[0]
	below(t, "loudness of silence", out[95999], -100)
	fallen := through(t, "meter", "x", "peak_db(x, 0.1, 20)", append([]float64{1}, constant(0, 48000)...))[0]
	near(t, "a peak", fallen[0], 0, 1e-9)
	near(t, "held", fallen[4790], 0, 1e-9)
	near(t, "falling 20 dB a second", fallen[4800+24000], -10, 0.01)
	report(t, "meter::peak_db", "holds 0.1 s, then falls 20 dB a second")
}

func TestOnsetsAndNotesAreFound(t *testing.T) {
	in := make([]float64, 96000)
	for i := range in {
		decay := math.Exp(-float64(i%24000) / 3000)
		in[i] = 0.5 * decay * math.Sin(2*math.Pi*330/48000*float64(i))
	}
	at := fires(t, through(t, "meter", "x", "onset(x, 6, 0 - 50, 0.1)", in)[0])
	if len(at) != 4 {
		t.Fatalf("onsets at %v", at)
	}
	for i, n := range at {
		near(t, fmt.Sprintf("onset %d in s", i), float64(n)/48000-0.5*float64(i), 0.003, 0.006)
	}
	report(t, "meter::onset", "four of four plucked notes within 10 ms")
	got := through(t, "meter", "x", "{ let r = tuner(x, 440)\n (r.note, r.cents, r.freq) }", wave(223, 48000, 24000))
	near(t, "note", got[0][23999], 57, 0)
	near(t, "cents", got[1][23999], cents(223, 220), 2)
	near(t, "frequency", got[2][23999], 223, 0.3)
	report(t, "meter::tuner", "223 Hz is A (57) and 23 cents, within 2")
}
