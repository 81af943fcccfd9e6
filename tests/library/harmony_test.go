package library

import (
	"fmt"
	"math"
	"testing"
)

func TestScalesAndChordsHaveTheirNotes(t *testing.T) {
	row := func(expr string, n int) string {
		out := sound(t, "harmony", expr, 48000, n)[0]
		return fmt.Sprint(out)
	}
	for expr, want := range map[string]string{
		"degree(scale_of(0), 60, now)":                   "[60 62 64 65 67 69 71 72]",
		"degree(scale_of(1), 57, now - 3)":               "[52 53 55 57 59 60 62 64]",
		"degree(scale_of(10), 60, now)":                  "[60 63 65 67 70 72 75 77]",
		"degree(scale_of(14), 0, now)":                   "[0 1 2 3 4 5 6 7]",
		"chord_note(chord_of(0), 60, now, 0)":            "[60 64 67 72 76 79 84 88]",
		"chord_note(chord_of(0), 60, now, 1)":            "[64 67 72 76 79 84 88 91]",
		"chord_note(chord_of(7), 60, now, 0 - 1)":        "[58 60 63 67 70 72 75 79]",
		"scale_chord(scale_of(0), 60, 4, now)":           "[67 71 74 77 81 84 88 91]",
		"quantise_note(60 + now, scale_of(0), 60)":       "[60 60 62 62 64 65 65 67]",
		"quantise_note(71.6 + now * 0, scale_of(9), 60)": "[72 72 72 72 72 72 72 72]",
	} {
		if got := row(expr, 8); got != want {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
	}
	report(t, "harmony::degree", "C major, A minor from below, C minor pentatonic over an octave")
	report(t, "harmony::scale_of", "the notes of major, minor, pentatonic and chromatic")
	report(t, "harmony::chord_of", "the notes of major and minor seventh")
	report(t, "harmony::chord_note", "C major in root position and first inversion; a seventh below")
	report(t, "harmony::scale_chord", "the dominant seventh of C major")
	report(t, "harmony::quantise_note", "black keys go to the white key below, 71.6 up to the next octave")
	// Every scale rises and stays within an octave.
	for kind := range 15 {
		out := sound(t, "harmony", fmt.Sprintf("(scale_of(%d)[now], len(scale_of(%d)))", kind, kind), 48000, 12)
		for i := 1; i < int(out[1][0]); i++ {
			if out[0][i] <= out[0][i-1] || out[0][i] > 11 {
				t.Errorf("scale %d: %v", kind, out[0])
			}
		}
	}
}

func TestTuningsAreTheirIntervals(t *testing.T) {
	near(t, "A", value(t, "harmony", "note_hz(69, 442)"), 442, 1e-12)
	near(t, "C", value(t, "harmony", "note_hz(60, 440)"), 261.6255653, 1e-6)
	report(t, "harmony::note_hz", "261.626 Hz for C at 440")
	for expr, want := range map[string]float64{
		"tuned_hz(67, tuning_of(1), 60, 440) / tuned_hz(60, tuning_of(1), 60, 440)": 1.5,
		"tuned_hz(64, tuning_of(1), 60, 440) / tuned_hz(60, tuning_of(1), 60, 440)": 1.25,
		"tuned_hz(65, tuning_of(2), 60, 440) / tuned_hz(60, tuning_of(2), 60, 440)": 4.0 / 3,
		"tuned_hz(64, tuning_of(3), 60, 440) / tuned_hz(60, tuning_of(3), 60, 440)": 1.25,
		"tuned_hz(72, tuning_of(4), 60, 440) / tuned_hz(60, tuning_of(4), 60, 440)": 2,
		"tuned_hz(69, tuning_of(1), 62, 440)":                                       440,
		"tuned_hz(60, tuning_of(0), 60, 440)":                                       440 * math.Pow(2, -0.75),
		"edo_hz(19, 19, 2, 220)":                                                    440,
		"edo_hz(13, 13, 3, 220)":                                                    660,
		"note_named!(\"A4\")":                                                       69,
		"note_named!(\"C#-1\")":                                                     1,
		"note_named!(\"Eb3\")":                                                      51,
		"note_named!(\"C4\")":                                                       60,
	} {
		near(t, expr, value(t, "harmony", expr)/want, 1, 1e-6)
	}
	report(t, "harmony::tuned_hz", "just fifth and third, Pythagorean fourth, meantone third, octaves; A stays at 440")
	report(t, "harmony::tuning_of", "just 3/2 and 5/4, Pythagorean 4/3, meantone 5/4")
	report(t, "harmony::edo_hz", "19 steps of 19 are an octave, 13 of Bohlen-Pierce a twelfth")
	report(t, "harmony::note_named", "A4 69, C4 60, Eb3 51, C#-1 1")
}
