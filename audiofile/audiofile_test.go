package audiofile

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNumbersReadBackAndLookAsSpecified(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0.0", math.Copysign(0, -1): "-0.0", 1: "1.0", 0.1: "0.1", 0.0001: "0.0001", 5e-6: "5e-6",
		1e22: "1e22", 1.1920928955078125e-7: "1.1920928955078125e-7", 1000000000000000: "1000000000000000.0",
		math.Inf(1): "inf", math.Inf(-1): "-inf",
	} {
		if got := string(AppendNumber(nil, x)); got != want {
			t.Errorf("%v is written as %q, want %q", x, got, want)
		}
	}
	if got := string(AppendNumber(nil, math.NaN())); got != "NaN" {
		t.Errorf("NaN is written as %q", got)
	}
}

func TestWAVReadsBackWhatWasWritten(t *testing.T) {
	sound := [][]float64{{0, 0.5, -0.25, 0.125}, {1, -1, 0.75, -0.5}}
	for _, bits := range []int{16, 24, 32} {
		path := filepath.Join(t.TempDir(), "a.wav")
		w, err := Create(path, 44100, 2, bits)
		if err != nil {
			t.Fatal(err)
		}
		for k := range sound[0] { // one frame at a time
			if err := w.Write([][]float64{sound[0][k : k+1], sound[1][k : k+1]}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, rate, err := Read(path)
		if err != nil || rate != 44100 || len(got) != 2 || len(got[0]) != 4 {
			t.Fatalf("%d bits: %v, rate %v, %v", bits, got, rate, err)
		}
		for i := range sound {
			for k, x := range sound[i] {
				if math.Abs(got[i][k]-x) > math.Ldexp(1, 1-bits) {
					t.Errorf("%d bits: channel %d frame %d is %v, want %v", bits, i, k, got[i][k], x)
				}
			}
		}
	}
}

func TestUnfinishedFileIsNotSeenUnderItsName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	w, err := CreateCSV(path, 2)
	if err != nil {
		t.Fatal(err)
	}
	w.Write([][]float64{{1, 2}, {3, 4}})
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is there before it is complete")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if want := "ch0,ch1\n1.0,3.0\n2.0,4.0\n"; err != nil || string(text) != want {
		t.Errorf("wrote %q (%v), want %q", text, err, want)
	}
}

func TestWhatIsNoWAVIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	for _, text := range []string{"", "RIFF", strings.Repeat("x", 1000)} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Read(path); err == nil {
			t.Errorf("%d bytes of %.4q are taken for a WAV file", len(text), text)
		}
	}
}
