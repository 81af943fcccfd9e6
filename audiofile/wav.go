package audiofile

import (
	"fmt"
	"math"

	"github.com/go-audio/audio"
	wavfile "github.com/go-audio/wav"

	"mmm/draft"
)

// Writer writes a WAV file block by block.
type Writer struct {
	draft *draft.File
	enc   *wavfile.Encoder
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
	w.enc = wavfile.NewEncoder(file, int(math.Round(rate)), bits, channels, format)
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
