// Package audiofile reads and writes sound files as channels of float64
// samples, full scale 1.
//
// Input: WAV and AIFF/AIFC with integer PCM of 8 to 32 bits or floats of 32 or
// 64, FLAC, Ogg Vorbis, MP3; what a file is stands in its first bytes, not in
// its name. Output: WAV with 16 or 24 bits or 32-bit float, CSV. Files are
// written under a temporary name and take their place when they are complete.
// No bytes make it panic. Control side only.
package audiofile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/hajimehoshi/go-mp3"
	"github.com/jfreymuth/oggvorbis"
	"github.com/mewkiz/flac"
)

// Sound is the contents of a sound file.
type Sound struct {
	Rate     float64     // frames a second
	Channels [][]float64 // all of one length
}

// Limits of a file: few bytes of a compressed one can stand for hours.
const (
	maxChannels = 256
	maxSamples  = 1 << 26 // of all channels: 23 minutes of one at 48 kHz
)

var errTooLong = fmt.Errorf("it has more than %d samples", maxSamples)

// newSound makes silence of the given frames.
func newSound(rate float64, channels, frames int) *Sound {
	s := &Sound{Rate: rate, Channels: make([][]float64, channels)}
	for i := range s.Channels {
		s.Channels[i] = make([]float64, frames)
	}
	return s
}

// Frames is the length.
func (s *Sound) Frames() int {
	if len(s.Channels) == 0 {
		return 0
	}
	return len(s.Channels[0])
}

// Read returns the channels of a sound file and its rate in Hz.
func Read(path string) (channels [][]float64, rate float64, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, err
	}
	s, err := Decode(data)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot read %s: %w", path, err)
	}
	return s.Channels, s.Rate, nil
}

// Decode reads a whole sound file. The error is a part of a sentence about the
// file ("it has no sound").
func Decode(data []byte) (s *Sound, err error) {
	defer func() {
		if p := recover(); p != nil {
			s, err = nil, fmt.Errorf("it is damaged: %v", p) // a decoder gave up
		}
	}()
	starts := func(text string) bool { return bytes.HasPrefix(data, []byte(text)) }
	is := func(outer, inner string) bool { return starts(outer) && len(data) >= 12 && string(data[8:12]) == inner }
	switch {
	case is("RIFF", "WAVE"):
		return wav(data)
	case is("FORM", "AIFF"), is("FORM", "AIFC"):
		return aiff(data)
	case starts("fLaC"):
		return decodeFLAC(data)
	case starts("OggS"):
		return decodeVorbis(data)
	case mp3Start(data) >= 0:
		return decodeMP3(data)
	}
	return nil, errors.New("it is no WAV, AIFF, FLAC, Ogg Vorbis or MP3 file")
}

// decodeFLAC decodes a FLAC file; samples keep their whole numbers' exact value.
func decodeFLAC(data []byte) (*Sound, error) {
	stream, err := flac.New(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	s := newSound(float64(stream.Info.SampleRate), int(stream.Info.NChannels), 0)
	if len(s.Channels) == 0 || s.Rate == 0 || stream.Info.BitsPerSample == 0 {
		return nil, errShortHeader
	}
	scale := 1 / float64(uint64(1)<<(stream.Info.BitsPerSample-1))
	for {
		frame, err := stream.ParseNext()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		if len(frame.Subframes) != len(s.Channels) {
			return nil, errors.New("its number of channels changes")
		}
		if (s.Frames()+int(frame.BlockSize))*len(s.Channels) > maxSamples {
			return nil, errTooLong
		}
		for i, sub := range frame.Subframes {
			for _, x := range sub.Samples {
				s.Channels[i] = append(s.Channels[i], float64(x)*scale)
			}
		}
	}
}

// decodeVorbis decodes an Ogg Vorbis file.
func decodeVorbis(data []byte) (*Sound, error) {
	r, err := oggvorbis.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	n := r.Channels()
	if n == 0 || r.SampleRate() == 0 {
		return nil, errShortHeader
	}
	s := newSound(float64(r.SampleRate()), n, 0)
	part := make([]float32, 4096*n)
	for {
		got, err := r.Read(part) // whole frames
		for k, x := range part[:got] {
			s.Channels[k%n] = append(s.Channels[k%n], float64(x))
		}
		switch {
		case errors.Is(err, io.EOF):
			return s, nil
		case err != nil:
			return nil, err
		case s.Frames()*n > maxSamples:
			return nil, errTooLong
		}
	}
}

// mp3Start returns where the first frame of an MP3 file starts, -1 if there is
// none: behind a tag, if there is one.
func mp3Start(data []byte) int {
	at := 0
	if len(data) > 10 && string(data[:3]) == "ID3" {
		size := 0
		for _, b := range data[6:10] {
			size = size<<7 | int(b&0x7F)
		}
		at = 10 + size
	}
	if at+4 > len(data) || data[at] != 0xFF || data[at+1]&0xE0 != 0xE0 {
		return -1
	}
	return at
}

// decodeMP3 decodes an MP3 file. The decoder always gives two channels of 16
// bits; those of a file with one are alike.
func decodeMP3(data []byte) (*Sound, error) {
	const frameBytes = 4
	channels := 2
	if mode := data[mp3Start(data)+3] >> 6; mode == 3 {
		channels = 1
	}
	d, err := mp3.NewDecoder(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	all, err := io.ReadAll(io.LimitReader(d, maxSamples*2+1))
	if err != nil {
		return nil, err
	}
	if len(all) > maxSamples*2 {
		return nil, errTooLong
	}
	s := newSound(float64(d.SampleRate()), channels, len(all)/frameBytes)
	for i := range s.Channels {
		for k := range s.Channels[i] {
			b := all[k*frameBytes+2*i:]
			s.Channels[i][k] = float64(int16(uint16(b[0])|uint16(b[1])<<8)) / (1 << 15)
		}
	}
	return s, nil
}
