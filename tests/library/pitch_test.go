package library

import (
	"fmt"
	"math"
	"testing"

	"mmm/session"
)

func TestShiftedPitchesAreTheirIntervals(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		for _, semitones := range []float64{-12, -5, 7, 12} {
			// The strongest bin around the wanted pitch, over 1 s.
			out := throughAt(t, rate, "pitch", "x", fmt.Sprintf("pitch_shift(x, 0 + %g, 0.05)", semitones), wave(400, rate, int(2*rate)))[0][int(rate):]
			want := 400 * math.Pow(2, semitones/12)
			best, at := 0.0, 0.0
			for f := want * 0.9; f < want*1.1; f += 1 {
				if m := magnitudesOf(out, f, rate, 1); m > best {
					best, at = m, f
				}
			}
			// Heads cross a few times a second: sidebands lie around the pitch.
			near(t, fmt.Sprintf("cents of %g semitones at %g Hz", semitones, rate), cents(at, want), 0, 60)
			below(t, "what is left of 400 Hz in dB", dB(magnitudesOf(out, 400, rate, 1)), -20)
			near(t, "level", rms(out)/math.Sqrt(0.5), 1, 0.3)
		}
	}
	report(t, "pitch::pitch_shift", "a sine of 400 Hz lands on its interval (strongest line within 60 cents), 20 dB above the original, at 44.1, 48 and 96 kHz")
	same := through(t, "pitch", "x", "pitch_shift(x, 0, 0.05)", wave(400, 48000, 9600))[0]
	near(t, "level at 0 semitones", rms(same[4800:]), math.Sqrt(0.5), 1e-3)
	chord := through(t, "pitch", "x", "harmonise(x, 12, -12, 0.5)", wave(400, 48000, 96000))[0][48000:]
	near(t, "the note itself", magnitudesOf(chord, 400, 48000, 1), 1, 0.1)
	report(t, "pitch::harmonise", "the note itself stays at its level")
}

func TestTheTrackerFindsFundamentals(t *testing.T) {
	worst := 0.0
	p := program(t, patch("pitch", "x", "pitch_track(x)"))
	for _, rate := range []float64{44100, 48000, 96000} {
		for _, source := range []func(phase float64) float64{
			func(phase float64) float64 { return math.Sin(2 * math.Pi * phase) },
			func(phase float64) float64 { return 0.1 * (2*phase - 1) },
			func(phase float64) float64 { return math.Copysign(0.5, phase-0.3) },
		} {
			for _, f := range []float64{82.4, 110, 220, 440, 659.3, 880} {
				in := make([]float64, int(rate/2))
				for i := range in {
					in[i] = source(math.Mod(f/rate*float64(i), 1))
				}
				got := collect(t, p, session.Native, rate, len(in), in)[0][len(in)-1]
				if got == 0 {
					t.Errorf("no pitch found at %g Hz, rate %g", f, rate)
					continue
				}
				worst = math.Max(worst, math.Abs(cents(got, f)))
			}
		}
	}
	below(t, "worst error in cents", worst, 3)
	for what, in := range map[string][]float64{"silence": constant(0, 24000), "noise": hiss(24000)} {
		out := collect(t, p, session.Native, 48000, len(in), in)[0]
		voiced := 0
		for _, f := range out[12000:] {
			if f > 0 {
				voiced++
			}
		}
		below(t, "share of "+what+" with a pitch", float64(voiced)/12000, 0.1)
	}
	// How long a new note takes.
	out := collect(t, p, session.Native, 48000, 48000, append(wave(220, 48000, 24000), wave(330, 48000, 24000)...))[0]
	late := 0
	for i := 24000; i < len(out); i++ {
		if math.Abs(cents(out[i], 330)) > 30 {
			late = i - 24000
		}
	}
	below(t, "seconds to a new note", float64(late)/48000, 0.08)
	report(t, "pitch::pitch_track", "sine, saw and pulse from 82 to 880 Hz within 3 cents at 44.1, 48 and 96 kHz; silence and noise have none; a new note within 80 ms")
	held := through(t, "pitch", "x", "last_pitch(x, 440)", []float64{0, 0, 220, 0, 0})[0]
	for i, want := range []float64{440, 440, 220, 220, 220} {
		near(t, "last_pitch", held[i], want, 0)
	}
	report(t, "pitch::last_pitch", "holds the last pitch through silence")
}

func TestGlidesAndGridsOfNotes(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		step := append(constant(220, int(rate/2)), constant(440, int(rate/2))...)
		out := throughAt(t, rate, "pitch", "x", "glide_hz(x, 0.1)", step)[0]
		near(t, "at the start", out[0], 220, 1e-9)
		near(t, "time to 63 % of an octave", crossing(out, int(rate/2), 220*math.Pow(2, 1-math.Exp(-1)), true, rate), 0.1, 0.0005)
	}
	report(t, "pitch::glide_hz", "63 percent of an octave in 0.1 s at 44.1 and 96 kHz")
	for in, want := range map[float64]float64{450: 440, 430: 440, 454: 466.1637615, 27: 27.5} {
		near(t, "nearest note", through(t, "pitch", "x", "nearest_note(x, 440, 1)", constant(in, 1))[0][0], want, 1e-6)
	}
	near(t, "half-way", cents(through(t, "pitch", "x", "nearest_note(x, 440, 0.5)", constant(450, 1))[0][0], 440), cents(450, 440)/2, 1e-6)
	report(t, "pitch::nearest_note", "450 and 430 Hz become 440, 454 becomes 466.16")
}

func TestAutotunePutsANoteOnTheGrid(t *testing.T) {
	out := through(t, "pitch", "x", "pitch_track(autotune(x, 1, 0.02))", wave(225, 48000, 96000))[0]
	sum, n := 0.0, 0.0
	for _, f := range out[72000:] {
		if f > 0 {
			sum += f
			n++
		}
	}
	near(t, "cents from A", cents(sum/n, 220), 0, 12)
	report(t, "pitch::autotune", "225 Hz becomes 220 within 12 cents")
}
