// Sounds: what a program reads of sound files. They are shared by all its
// instances and never change.

package state

import "math"

// Sound is a decoded sound file.
type Sound struct {
	Path             string  // where it was found
	Size             int64   // of the file, bytes
	Sum              string  // SHA-256 of the file, in hex
	File             []byte  // the file itself, nil for a large one
	Rate             float64 // frames a second of the file
	Channels, Frames int
	// The samples, full scale 1, channel after channel: as float32 where that
	// changes none, else as float64. One of the two is nil.
	Singles []float32
	Doubles []float64
}

// NewSound packs channels of one length.
func NewSound(path string, rate float64, channels [][]float64) *Sound {
	s := &Sound{Path: path, Rate: rate, Channels: len(channels)}
	if len(channels) == 0 {
		return s
	}
	s.Frames = len(channels[0])
	exact := true
	for _, c := range channels {
		for _, x := range c {
			exact = exact && (float64(float32(x)) == x || x != x)
		}
	}
	if exact {
		s.Singles = make([]float32, 0, s.Channels*s.Frames)
	} else {
		s.Doubles = make([]float64, 0, s.Channels*s.Frames)
	}
	for _, c := range channels {
		for _, x := range c {
			if exact {
				s.Singles = append(s.Singles, float32(x))
			} else {
				s.Doubles = append(s.Doubles, x)
			}
		}
	}
	return s
}

// at returns a sample; outside of the file 0.
func (s *Sound) at(channel, frame int) float64 {
	if frame < 0 || frame >= s.Frames {
		return 0
	}
	if s.Singles != nil {
		return float64(s.Singles[channel*s.Frames+frame])
	}
	return s.Doubles[channel*s.Frames+frame]
}

// Interpolation is how a sound is read between its frames.
type Interpolation int

// The interpolations. libmmmrt has the same, bit for bit.
const (
	Linear Interpolation = 0 // the last frame is held for one frame (builtins.md 10)
	Cubic  Interpolation = 1 // of four frames, third-order Hermite; 0 outside of the file
)

// Read returns what channel (counted from 0; beyond the last it starts over) of
// the sound is at pos, in frames of the file. Outside of the file, and where pos
// is no finite number, it is 0.
//
// Source of Cubic: the third-order, 4-point Hermite interpolation of O. Niemitalo,
// "Polynomial Interpolators for High-Quality Resampling of Oversampled Audio"
// (2001). Products are rounded before they are added, on every machine.
func (s *Sound) Read(channel, pos float64, how Interpolation) float64 {
	if !(pos >= 0 && pos < float64(s.Frames)) {
		return 0
	}
	c := 0
	if channel > 0 && channel < 1<<30 {
		c = int(channel) % s.Channels
	}
	i := int(pos)
	f := pos - math.Floor(pos)
	x0, x1 := s.at(c, i), s.at(c, i+1)
	if how == Linear {
		if i+1 == s.Frames {
			return x0
		}
		return float64(x0*(1-f)) + float64(x1*f)
	}
	before, x2 := s.at(c, i-1), s.at(c, i+2)
	c1 := float64(0.5 * (x1 - before))
	c2 := before - float64(2.5*x0) + float64(2*x1) - float64(0.5*x2)
	c3 := float64(0.5*(x2-before)) + float64(1.5*(x0-x1))
	return float64((float64((float64(c3*f)+c2)*f)+c1)*f) + x0
}
