// Package audiofile reads and writes sound files as channels of float64
// samples, full scale 1.
//
// Input: WAV with integer PCM of 8, 16, 24 or 32 bits or 32-bit float. Output:
// WAV with 16 or 24 bits or 32-bit float. Files are written under a temporary
// name and take their place when they are complete. Control side only.
package audiofile

import (
	"fmt"
	"math"
	"os"

	"github.com/go-audio/audio"
	"github.com/go-audio/wav"

	"mmm/draft"
)

// The formats of a WAV file's header.
const (
	formatPCM   = 1
	formatFloat = 3
)

// Read returns the channels of a WAV file and its rate in Hz.
func Read(path string) (channels [][]float64, rate float64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	d := wav.NewDecoder(f)
	if !d.IsValidFile() {
		return nil, 0, fmt.Errorf("%s is not a WAV file", path)
	}
	buf, err := d.FullPCMBuffer()
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	n := int(d.NumChans)
	if n == 0 || d.SampleRate == 0 {
		return nil, 0, fmt.Errorf("%s has no channels or no rate", path)
	}
	value, err := decoder(d)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	channels = make([][]float64, n)
	for i := range channels {
		channels[i] = make([]float64, len(buf.Data)/n)
		for k := range channels[i] {
			channels[i][k] = value(buf.Data[k*n+i])
		}
	}
	return channels, float64(d.SampleRate), nil
}

// decoder returns the function that turns a raw sample into a number.
func decoder(d *wav.Decoder) (func(int) float64, error) {
	switch {
	case d.WavAudioFormat == formatFloat && d.BitDepth == 32:
		return func(v int) float64 { return float64(math.Float32frombits(uint32(v))) }, nil
	case d.WavAudioFormat == formatFloat:
		return nil, fmt.Errorf("floats of %d bits are not read", d.BitDepth)
	case d.BitDepth == 8:
		return func(v int) float64 { return float64(v-128) / 128 }, nil
	case d.BitDepth == 16 || d.BitDepth == 24 || d.BitDepth == 32:
		scale := math.Ldexp(1, 1-int(d.BitDepth))
		return func(v int) float64 { return float64(v) * scale }, nil
	}
	return nil, fmt.Errorf("samples of %d bits are not read", d.BitDepth)
}

// Writer writes a WAV file block by block.
type Writer struct {
	draft *draft.File
	enc   *wav.Encoder
	buf   audio.IntBuffer
	bits  int
}

// Create starts a WAV file of the given channels. bits is 16 or 24 for integer
// PCM, 32 for float.
func Create(path string, rate float64, channels, bits int) (*Writer, error) {
	if bits != 16 && bits != 24 && bits != 32 {
		return nil, fmt.Errorf("a WAV file has 16, 24 or 32 bits, not %d", bits)
	}
	file, err := draft.Create(path)
	if err != nil {
		return nil, err
	}
	format := formatPCM
	if bits == 32 {
		format = formatFloat
	}
	w := &Writer{draft: file, bits: bits}
	w.enc = wav.NewEncoder(file, int(math.Round(rate)), bits, channels, format)
	w.buf = audio.IntBuffer{Format: &audio.Format{NumChannels: channels, SampleRate: int(math.Round(rate))}, SourceBitDepth: bits}
	return w, nil
}

// Write appends frames of the channels, all of one length.
func (w *Writer) Write(channels [][]float64) error {
	if len(channels) == 0 {
		return nil
	}
	n := len(channels)
	w.buf.Data = w.buf.Data[:0]
	for k := range channels[0] {
		for i := range n {
			w.buf.Data = append(w.buf.Data, w.raw(channels[i][k]))
		}
	}
	return w.enc.Write(&w.buf)
}

// raw returns x as the file holds it: rounded and clamped to full scale, or the
// bits of a float.
func (w *Writer) raw(x float64) int {
	if w.bits == 32 {
		return int(int32(math.Float32bits(float32(x))))
	}
	top := math.Ldexp(1, w.bits-1)
	if math.IsNaN(x) {
		return 0
	}
	return int(min(max(math.RoundToEven(x*top), -top), top-1))
}

// Close completes the file and puts it in its place.
func (w *Writer) Close() error { return w.draft.Commit(w.enc.Close()) }

// Discard gives up the file.
func (w *Writer) Discard() { w.draft.Discard() }
