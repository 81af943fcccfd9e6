package library

import (
	"math"
	"testing"

	"mmm/session"
)

func TestGrainsShiftAndScatterWithoutLeavingTheirLevel(t *testing.T) {
	in := wave(400, 48000, 192000)
	out := through(t, "grain", "x", "grains(x, 0.08, 60, 12, 0.1, 0.3, 0, 1)", in)
	tail := [][]float64{out[0][96000:], out[1][96000:]}
	octave := 10 * math.Log10(bandPower(tail[0], 48000, 760, 840)/bandPower(tail[0], 48000, 360, 440))
	if octave < 20 {
		t.Errorf("the octave is only %g dB above the note", octave)
	}
	below(t, "likeness of the sides", math.Abs(likeness(tail[0], tail[1])), 0.8)
	for _, rate := range []float64{44100, 96000} {
		noise := hiss(int(rate) * 2)
		cloud := throughAt(t, rate, "grain", "x", "grains(x, 0.08, 60, 0, 0.1, 0.3, 0, 1)", noise)[0]
		near(t, "level of a dense cloud in dB", dB(rms(cloud[int(rate):])/rms(noise)), -3, 3)
	}
	report(t, "grain::grains", "12 semitones: the octave 20 dB above the note; a dense cloud within 6 dB of its input at 44.1 and 96 kHz")
}

func TestAFrozenSoundGoesOnWithoutASeam(t *testing.T) {
	in := append(wave(437, 48000, 24000), constant(0, 240000)...)
	gate := append(constant(0, 20000), constant(1, 244000)...)
	p := program(t, patch("grain", "x, g", "freeze(x, g, 0.2)"))
	out := collect(t, p, session.Native, 48000, len(in), in, gate)[0]
	for _, at := range []int{40000, 120000, 240000} {
		if level := rms(out[at : at+9600]); level < 0.5 || level > 0.8 {
			t.Errorf("level at frame %d is %g", at, level)
		}
	}
	steepest := 0.0
	for i := 20001; i < len(out); i++ {
		steepest = math.Max(steepest, math.Abs(out[i]-out[i-1]))
	}
	below(t, "steepest step", steepest, 1.6*2*math.Pi*437/48000)
	worst := 0.0
	for i := 60000; i < 240000-9600; i++ {
		worst = math.Max(worst, math.Abs(out[i]-out[i+9600]))
	}
	below(t, "difference of two rounds", worst, 1e-9)
	report(t, "grain::freeze", "a sine goes on for 5 s at its level, without steps, each round like the last")
	for i := 0; i < 19000; i++ {
		if out[i] != in[i] {
			t.Fatalf("not frozen, yet changed at frame %d", i)
		}
	}
}

func TestStutterRepeatsItsPiece(t *testing.T) {
	in := bursts(96000)
	gate := append(constant(0, 4000), constant(1, 92000)...)
	out := through(t, "grain", "x, g", "stutter(x, g, 0.05)", in, gate)[0]
	worst := 0.0
	for i := 4400; i < 90000-2400; i++ {
		worst = math.Max(worst, math.Abs(out[i]-out[i+2400]))
	}
	below(t, "difference of two repeats", worst, 1e-12)
	if rms(out[60000:]) < 0.1 {
		t.Error("nothing is repeated")
	}
	report(t, "grain::stutter", "50 ms repeat exactly")
}
