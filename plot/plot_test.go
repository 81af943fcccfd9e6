package plot

import (
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func sine(hz, rate float64, frames int) []float64 {
	c := make([]float64, frames)
	for i := range c {
		c[i] = math.Sin(2 * math.Pi * hz * float64(i) / rate)
	}
	return c
}

func TestSpectrogramPeaksAtTheFrequencyOfASine(t *testing.T) {
	const rate = 48000.0
	for _, hz := range []float64{220, 1000, 9000} {
		g := newGrid([][]float64{sine(hz, rate, 48000)}, rate)
		col := g.level[columns/2]
		best := 0
		for r := range col {
			if col[r] > col[best] {
				best = r
			}
		}
		if ratio := g.hertz[best] / hz; ratio < 0.9 || ratio > 1.1 {
			t.Errorf("a sine of %v Hz peaks at %v Hz", hz, g.hertz[best])
		}
		if col[best] < -2 || col[best] > 0.5 {
			t.Errorf("a full-scale sine of %v Hz shows %v dB", hz, col[best])
		}
	}
}

func TestPictureIsDrawnWhateverTheSamplesAre(t *testing.T) {
	for name, c := range map[string][][]float64{
		"none": nil, "empty": {{}}, "one": {{0.5}}, "bad": {{math.NaN(), math.Inf(1), 0}}, "stereo": {sine(440, 48000, 9600), sine(880, 48000, 9600)},
	} {
		path := filepath.Join(t.TempDir(), "p.png")
		if err := Write(path, name, c, 48000, Mark{0.1, "here"}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		f.Close()
	}
}
