package gallery

import (
	"math"
	"testing"

	"mmm/realtime"
)

func sine(hz, amplitude, seconds float64) []float64 {
	c := make([]float64, int(seconds*Rate))
	for i := range c {
		c[i] = amplitude * math.Sin(2*math.Pi*hz*float64(i)/Rate)
	}
	return c
}

func TestLoudnessOfTheReferenceSineIsTheStandards(t *testing.T) {
	// a sine of 997 Hz at full scale in one channel is -3.01 LKFS by definition
	if got := loudness([][]float64{sine(997, 1, 5)}); math.Abs(got+3.01) > 0.02 {
		t.Errorf("%v LUFS", got)
	}
	// and silence between loud parts is left out
	c := append(sine(997, 1, 5), make([]float64, 5*int(Rate))...)
	if got := loudness([][]float64{c}); math.Abs(got+3.01) > 0.3 {
		t.Errorf("with silence: %v LUFS", got)
	}
}

func TestFiguresFindLevelDCAndWhereThePowerIs(t *testing.T) {
	c := sine(100, 0.5, Listened)
	for i := range c {
		c[i] += 0.01
	}
	f := Measure([][]float64{c}, nil)
	if math.Abs(f.Peak-dB(0.51)) > 0.01 || math.Abs(f.DC+40) > 0.01 || math.Abs(f.RMS-dB(0.5/math.Sqrt2)) > 0.1 {
		t.Errorf("%+v", f)
	}
	if f.Bass < 0.6 || f.Treble > 0.01 {
		t.Errorf("100 Hz: bass %v, treble %v", f.Bass, f.Treble)
	}
	if f := Measure([][]float64{sine(12000, 0.5, 2)}, nil); f.Treble < 0.5 || f.Bass > 0.01 {
		t.Errorf("12 kHz: bass %v, treble %v", f.Bass, f.Treble)
	}
}

func TestANoteThatBeginsWithAJumpHasAnEdge(t *testing.T) {
	start := 12000
	events := []realtime.Event{{Kind: realtime.NoteOn, Time: start}}
	smooth, hard := make([]float64, 48000), make([]float64, 48000)
	for i := start; i < len(smooth); i++ {
		t := float64(i-start) / Rate
		smooth[i] = math.Sin(2*math.Pi*220*t) * min(1, t/0.005)
		hard[i] = math.Cos(2 * math.Pi * 220 * t)
	}
	if got := edge(smooth, noteStarts(events)); got > 1 {
		t.Errorf("a smooth start: %v", got)
	}
	if got := edge(hard, noteStarts(events)); got < 10 {
		t.Errorf("a jump: %v", got)
	}
}
