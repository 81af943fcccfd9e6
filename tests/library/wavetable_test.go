package library

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestTablesAreReadBetweenTheirValues(t *testing.T) {
	for _, c := range []struct {
		path, expr string
		want       float64
	}{
		{"wavetable::table_linear", "table_linear([1, 2, 4, 0], 0)", 1},
		{"wavetable::table_linear", "table_linear([1, 2, 4, 0], 0.375)", 3},
		{"wavetable::table_linear", "table_linear([1, 2, 4, 0], 0.875)", 0.5},
		{"wavetable::table_linear", "table_linear([1, 2, 4, 0], -0.125)", 0.5},
		{"wavetable::table_cubic", "table_cubic([1, 2, 4, 0], 0.25)", 2},
		{"wavetable::table_cubic", "table_cubic([1, 2, 4, 0], 0.375)", 0.5625*6 - 0.0625*1},
	} {
		near(t, c.expr, value(t, "wavetable", c.expr), c.want, 1e-12)
	}
	report(t, "wavetable::table_linear", "values and the lines between, at any phase")
	var points []string
	for i := range 64 {
		points = append(points, fmt.Sprintf("%.17f", math.Sin(2*math.Pi*float64(i)/64)))
	}
	expr := "table_cubic(xs, now * 0.00137) - sin(6.283185307179586 * now * 0.00137)\n  where let xs = [" + strings.Join(points, ", ") + "]"
	e := peak(sound(t, "wavetable", expr, 48000, 4800)[0])
	below(t, "error of a sine in 64 values", e, 1e-4)
	report(t, "wavetable::table_cubic", "a sine in 64 values within %.0f dB", dB(e))
}

func TestWavetablesHaveTheirHarmonicsAndNoAliases(t *testing.T) {
	var levels []string
	for h := range 128 {
		levels = append(levels, fmt.Sprintf("%.6f", 2/math.Pi/float64(h+1)))
	}
	table := "\n  where let wave = wavetable!([" + strings.Join(levels, ", ") + "])"
	const n = 32768
	play := func(k int) []float64 {
		freq := 48000 * float64(k) / n
		return sound(t, "wavetable", fmt.Sprintf("wave(phasor(%.17g, 0), %.17g)", freq, freq)+table, 48000, 2*n)[0][n:]
	}
	worst := math.Inf(-1)
	for _, k := range []int{143, 301, 683, 2857, 7001} {
		worst = math.Max(worst, aliasFloor(play(k), k, 24000))
	}
	below(t, "aliases of a saw of 128 harmonics, dB", worst, -75)
	m := magnitudes(play(75)) // 110 Hz
	off := 0.0
	for h := 1; h <= 128; h++ {
		off = math.Max(off, math.Abs(dB(m[h*75])-dB(2/math.Pi/float64(h))))
	}
	below(t, "harmonics off by, dB", off, 0.2)
	report(t, "wavetable::wavetable", "aliases %.0f dB at 209 to 10255 Hz, 128 harmonics within %.2f dB", worst, off)
}

func TestMorphingWavetablesPassThroughTheirWaves(t *testing.T) {
	const n, k = 16384, 301
	freq := 48000 * float64(k) / n
	for position, want := range map[float64][2]float64{0: {1, 0}, 0.5: {0.5, 0.5}, 1: {0, 1}, 7: {0, 1}} {
		s := sound(t, "wavetable", fmt.Sprintf("wave(phasor(%.17g, 0), %.17g, %g)\n  where let wave = wavetable_morph!([[1, 0, 0], [0, 0, 1]])", freq, freq, position), 48000, 2*n)[0][n:]
		m := magnitudes(s)
		near(t, "first harmonic", m[k], want[0], 2e-3)
		near(t, "third harmonic", m[3*k], want[1], 2e-3)
	}
	report(t, "wavetable::wavetable_morph", "levels of both waves, and half of each between")
}
