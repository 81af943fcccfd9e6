package state

import (
	"math"
	"testing"
)

func TestLinearReadingFollowsItsTable(t *testing.T) {
	s := NewSound("s", 48000, [][]float64{{0, .5, 1, -1, .25}})
	for pos, want := range map[float64]float64{
		0: 0, 0.5: .25, 2.5: 0, 3.5: -.375, 4: .25, 4.5: .25, 5: 0, 6: 0, -0.5: 0, math.Inf(1): 0, math.Inf(-1): 0, 1e300: 0,
	} {
		if got := s.Read(0, pos, Linear); got != want {
			t.Errorf("at %v: %v, want %v", pos, got, want)
		}
	}
	if got := s.Read(0, math.NaN(), Linear); got != 0 {
		t.Errorf("at NaN: %v", got)
	}
	if got := NewSound("s", 0, nil).Read(0, 0, Linear); got != 0 {
		t.Errorf("no sound at all: %v", got)
	}
}

func TestCubicReadingKeepsFramesAndStraightLines(t *testing.T) {
	s := NewSound("s", 48000, [][]float64{{1, 2, 3, 4, 5, 6}, {1, 4, 9, 16, 25, 36}})
	for k := range 6 {
		if got := s.Read(0, float64(k), Cubic); got != float64(k+1) {
			t.Errorf("frame %d: %v", k, got)
		}
	}
	for _, pos := range []float64{1.25, 2.5, 3.75} {
		if got := s.Read(0, pos, Cubic); math.Abs(got-pos-1) > 1e-12 {
			t.Errorf("a line at %v: %v", pos, got)
		}
		if got := s.Read(1, pos, Cubic); math.Abs(got-(pos+1)*(pos+1)) > 1e-12 {
			t.Errorf("a parabola at %v: %v", pos, got)
		}
	}
}

func TestChannelsStartOver(t *testing.T) {
	s := NewSound("s", 48000, [][]float64{{1, 1}, {2, 2}})
	for channel, want := range map[float64]float64{0: 1, 1: 2, 1.9: 2, 2: 1, 3: 2, -1: 1, math.Inf(1): 1} {
		if got := s.Read(channel, 0, Linear); got != want {
			t.Errorf("channel %v: %v, want %v", channel, got, want)
		}
	}
}

func TestSamplesAreKeptExactly(t *testing.T) {
	for _, x := range []float64{1.0 / 3, 1.0 / (1 << 31), -0.5, 0.1, float64(float32(0.1))} {
		s := NewSound("s", 48000, [][]float64{{x}})
		if got := s.Read(0, 0, Linear); got != x {
			t.Errorf("%v became %v", x, got)
		}
		if exact := float64(float32(x)) == x; exact != (s.Singles != nil) {
			t.Errorf("%v: kept as float32: %v", x, s.Singles != nil)
		}
	}
}
