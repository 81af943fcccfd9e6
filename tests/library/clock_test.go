package library

import (
	"fmt"
	"math"
	"testing"
)

// pulses is a signal with a trigger of one sample every so many frames.
func pulses(every, frames int) []float64 {
	s := make([]float64, frames)
	for i := 0; i < frames; i += every {
		s[i] = 1
	}
	return s
}

// fires are the frames at which a signal is 1.
func fires(t *testing.T, s []float64) []int {
	t.Helper()
	var at []int
	for i, x := range s {
		if x == 1 {
			at = append(at, i)
		} else if x != 0 {
			t.Fatalf("frame %d is %g", i, x)
		}
	}
	return at
}

// expect fails unless an expression of x (and y) gives these frames.
func expect(t *testing.T, path, expr string, want []int, in ...[]float64) {
	t.Helper()
	got := fires(t, through(t, "clock", "x, y", expr, in...)[0])
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", expr, got, want)
	}
}

func TestLogicFollowsItsTriggers(t *testing.T) {
	none := constant(0, 60)
	gate := append(constant(0, 5), append(constant(1, 10), append(constant(0, 5), constant(0.5, 20)...)...)...)
	expect(t, "rise", "rise(x)", []int{5, 20}, gate, gate)
	expect(t, "fall", "fall(x)", []int{15}, gate, gate)
	report(t, "clock::rise", "1 at the first sample of each gate")
	report(t, "clock::fall", "1 at the first sample after each gate")
	in := pulses(10, 60)
	count := through(t, "clock", "x, y", "counter(x, y, 3)", in, none)[0]
	for i, want := range []float64{0, 1, 2, 0, 1, 2} {
		near(t, "counter", count[10*i+5], want, 0)
	}
	again := make([]float64, 60)
	again[35] = 1
	count = through(t, "clock", "x, y", "counter(x, y, 4)", in, again)[0]
	near(t, "counter after a reset", count[45], 0, 0)
	near(t, "counter after the next", count[55], 1, 0)
	report(t, "clock::counter", "0 1 2 0 1 2; the trigger after a reset is the first")
	flip := through(t, "clock", "x, y", "toggle(x, y)", in, again)[0]
	for i, want := range map[int]float64{5: 1, 15: 0, 25: 1, 36: 0, 45: 1} {
		near(t, "toggle", flip[i], want, 0)
	}
	report(t, "clock::toggle", "changes at each trigger, 0 at a reset")
	hold := through(t, "clock", "x, y", "latch(x, y)", pulses(100, 60), again)[0]
	for i, want := range map[int]float64{0: 1, 34: 1, 35: 0, 59: 0} {
		near(t, "latch", hold[i], want, 0)
	}
	report(t, "clock::latch", "on from set to reset")
}

func TestClocksDivideMultiplyAndDelay(t *testing.T) {
	in, none := pulses(48, 480), constant(0, 480)
	expect(t, "clock_div", "clock_div(x, y, 3, 0)", []int{0, 144, 288, 432}, in, none)
	expect(t, "clock_div", "clock_div(x, y, 3, 1)", []int{48, 192, 336}, in, none)
	report(t, "clock::clock_div", "every third trigger, from the first or the second on")
	got := fires(t, through(t, "clock", "x", "clock_mult(x, 4)", pulses(48, 240))[0])
	if fmt.Sprint(got) != fmt.Sprint([]int{0, 48, 60, 72, 84, 96, 108, 120, 132, 144, 156, 168, 180, 192, 204, 216, 228}) {
		t.Errorf("clock_mult: %v", got)
	}
	report(t, "clock::clock_mult", "four triggers for one, equally spaced, from the second on")
	for _, rate := range []float64{44100, 48000, 96000} {
		n := int(rate / 10)
		gate := throughAt(t, rate, "clock", "x", "gate_length(x, 0.05)", pulses(n*2, n*2))[0]
		near(t, "samples of gate_length", float64(len(fires(t, gate))), math.Round(0.05*rate), 0)
		late := fires(t, throughAt(t, rate, "clock", "x", "trig_delay(x, 0.05)", pulses(n*2, n*2))[0])
		near(t, "trig_delay", float64(late[0]), math.Round(0.05*rate), 0)
		roll := fires(t, throughAt(t, rate, "clock", "x", "ratchet(x, 4, 0.04)", pulses(n*2, n*2))[0])
		for i, at := range roll {
			near(t, "ratchet", float64(at), 0.01*float64(i)*rate, 1)
		}
		near(t, "triggers of ratchet", float64(len(roll)), 4, 0)
	}
	report(t, "clock::gate_length", "its time to the sample at 44.1, 48 and 96 kHz")
	report(t, "clock::trig_delay", "its time to the sample at 44.1, 48 and 96 kHz")
	report(t, "clock::ratchet", "four in 40 ms, equally spaced, at 44.1, 48 and 96 kHz")
}

func TestChanceAndEuclidKeepTheirNumbers(t *testing.T) {
	in := pulses(4, 400000)
	for _, p := range []float64{0, 0.3, 1} {
		n := len(fires(t, through(t, "clock", "x", fmt.Sprintf("chance_trig(x, %g, 5)", p), in)[0]))
		near(t, "share that passes", float64(n)/100000, p, 0.006)
	}
	report(t, "clock::chance_trig", "0.3 of 100000 triggers pass within 0.006; 0 none, 1 all")
	for want, expr := range map[string]string{
		"10010010":         "euclid(now, 3, 8, 0)",
		"10110110":         "euclid(now, 5, 8, 0)",
		"1001001000100100": "euclid(now, 5, 16, 0)",
		"00100101":         "euclid(now, 3, 8, 1)",
	} {
		out := sound(t, "clock", expr, 48000, len(want))[0]
		got, hits := "", 0
		for _, x := range out {
			got += fmt.Sprint(x)
			hits += int(x)
		}
		if len(got) != len(want) || hits != int(countOnes(want)) {
			t.Errorf("%s: %s", expr, got)
		}
		// The same necklace: some rotation of what Toussaint lists.
		if !rotated(got, want) {
			t.Errorf("%s: %s is no rotation of %s", expr, got, want)
		}
	}
	report(t, "clock::euclid", "E(3,8), E(5,8) and E(5,16) are rotations of Toussaint's")
}

func countOnes(s string) (n float64) {
	for _, c := range s {
		if c == '1' {
			n++
		}
	}
	return n
}

// rotated reports whether a is b turned.
func rotated(a, b string) bool {
	for i := range b {
		if a == b[i:]+b[:i] {
			return true
		}
	}
	return false
}

func TestBeatsSwingAndNoteTimes(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		out := sound(t, "clock", "(beats(120, 0), every_beats(beats(120, 0), 0.5))", rate, int(rate))
		near(t, "beats after a second", out[0][len(out[0])-1], 2, 0.001)
		at := fires(t, out[1])
		near(t, "triggers in a second", float64(len(at)), 4, 1)
		near(t, "between two", float64(at[2]-at[1]), rate/4, 1)
	}
	report(t, "clock::beats", "two beats a second at 120, at 44.1, 48 and 96 kHz")
	report(t, "clock::every_beats", "a trigger every quarter second within a sample")
	for beat, want := range map[float64]float64{0: 0, 0.3: 0.25, 0.5: 0.5, 0.8: 0.75} {
		near(t, "swing", through(t, "clock", "x", "swing(x, 0.25, 0.6)", constant(beat, 1))[0][0], want, 1e-12)
	}
	report(t, "clock::swing", "at 0.6 the second sixteenth comes at 0.6 of the pair")
	for expr, want := range map[string]float64{"note_time(120, 4, 0)": 0.5, "note_time(120, 8, 1)": 0.375, "note_time(90, 8, 2)": 60.0 / 90 / 3} {
		near(t, expr, sound(t, "clock", expr, 48000, 1)[0][0], want, 1e-12)
	}
	report(t, "clock::note_time", "quarter, dotted eighth and triplet of their tempo")
}

func TestStepsAndArpeggiosPlayTheirNotes(t *testing.T) {
	in, none := pulses(10, 140), constant(0, 140)
	play := func(expr string) string {
		out := through(t, "clock", "x, y", expr, in, none)[0]
		got := ""
		for i := range 14 {
			got += fmt.Sprint(out[10*i+5], " ")
		}
		return got
	}
	for expr, want := range map[string]string{
		"step_value([5, 7, 9], x, y)":           "5 7 9 5 7 9 5 7 9 5 7 9 5 7 ",
		"arp([60, 64, 67], x, y, 0, 1)":         "60 64 67 60 64 67 60 64 67 60 64 67 60 64 ",
		"arp([60, 64, 67], x, y, 0, 2)":         "60 64 67 72 76 79 60 64 67 72 76 79 60 64 ",
		"arp([60, 64, 67], x, y, 1, 1)":         "67 64 60 67 64 60 67 64 60 67 64 60 67 64 ",
		"arp([60, 64, 67], x, y, 2, 1)":         "60 64 67 64 60 64 67 64 60 64 67 64 60 64 ",
		"arp([60], x, y, 2, 1)":                 "60 60 60 60 60 60 60 60 60 60 60 60 60 60 ",
		"arp([], x, y, 0, 1)":                   "0 0 0 0 0 0 0 0 0 0 0 0 0 0 ",
		"min(max(arp([1, 2], x, y, 3, 1),1),2)": play("arp([1, 2], x, y, 3, 1)"),
	} {
		if got := play(expr); got != want {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
	}
	report(t, "clock::step_value", "its values in order, round and round")
	report(t, "clock::arp", "up, down, up and down, over octaves, with one note and none")
}
