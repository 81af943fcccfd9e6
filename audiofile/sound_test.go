package audiofile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"
)

// tones are the files of testdata (made by build/sounds/make.py) and how far
// they may be from the tones in them, in full scale.
var tones = map[string]float64{
	"stereo16.flac": 1.0 / (1 << 15), "mono24.flac": 1.0 / (1 << 23),
	"stereo24.wav": 1.0 / (1 << 23), "stereo24.aiff": 1.0 / (1 << 23), "mono16.aiff": 1.0 / (1 << 15),
	"stereo.ogg": 0.03, "mono.ogg": 0.03, "stereo.mp3": 0.02, "mono.mp3": 0.02,
}

func TestEveryFormatGivesTheSoundThatIsInIt(t *testing.T) {
	for name, limit := range tones {
		channels, rate, err := Read(filepath.Join("testdata", name))
		if err != nil {
			t.Error(err)
			continue
		}
		want := 2
		if strings.HasPrefix(name, "mono") {
			want = 1
		}
		if rate != 44100 || len(channels) != want || len(channels[0]) < 4410 {
			t.Errorf("%s: %g Hz, %d channels, %d frames", name, rate, len(channels), len(channels[0]))
			continue
		}
		late := 0
		if strings.HasSuffix(name, ".mp3") {
			late = delay(channels[0]) // of the encoder and the decoder
		}
		for c := range channels {
			worst := 0.0
			for k := 500; k < 2000; k++ { // coders differ at the ends
				x := 0.5 * math.Sin(2*math.Pi*441*float64(c+1)*float64(k)/44100)
				worst = max(worst, math.Abs(channels[c][k+late]-x))
			}
			if worst > limit {
				t.Errorf("%s: channel %d is %g away from its tone", name, c, worst)
			}
		}
	}
}

// delay is how many frames, modulo its period, a tone of 441 Hz comes late.
func delay(s []float64) int {
	best, found := 0.0, 0
	for late := range 2500 {
		sum := 0.0
		for k := 500; k < 2000; k++ {
			sum += s[k+late] * math.Sin(2*math.Pi*441*float64(k)/44100)
		}
		if sum > best*1.0001 {
			best, found = sum, late
		}
	}
	return found
}

// riff makes a WAV file.
func riff(kind, channels, bits int, data []byte) []byte {
	var b bytes.Buffer
	le := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("RIFF")
	le(uint32(36 + len(data)))
	b.WriteString("WAVEjunk")
	le(uint32(3)) // odd, so a byte fills up
	b.WriteString("xyz\x00fmt ")
	le(uint32(16))
	le(uint16(kind))
	le(uint16(channels))
	le(uint32(8000))
	le(uint32(8000 * channels * bits / 8))
	le(uint16(channels * bits / 8))
	le(uint16(bits))
	b.WriteString("data")
	le(uint32(len(data)))
	b.Write(data)
	return b.Bytes()
}

// form makes an AIFF file at 8 kHz; with a kind an AIFC file.
func form(kind string, channels, bits int, data []byte) []byte {
	var b bytes.Buffer
	be := func(v any) { binary.Write(&b, binary.BigEndian, v) }
	b.WriteString("FORM")
	be(uint32(46 + len(data)))
	size := uint32(18)
	if kind == "" {
		b.WriteString("AIFF")
	} else {
		b.WriteString("AIFC")
		size = 24
	}
	b.WriteString("COMM")
	be(size)
	be(uint16(channels))
	be(uint32(len(data) / (channels * bits / 8)))
	be(uint16(bits))
	be(uint16(0x400B)) // 2^12 times the mantissa
	be(uint64(8000) << 51)
	if kind != "" {
		b.WriteString(kind + "\x00\x00")
	}
	b.WriteString("SSND")
	be(uint32(8 + len(data)))
	be(uint64(0))
	b.Write(data)
	return b.Bytes()
}

func TestSamplesOfEveryWidthHaveFullScaleOne(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	float32s := func(o binary.AppendByteOrder, x ...float32) (b []byte) {
		for _, x := range x {
			b = o.AppendUint32(b, math.Float32bits(x))
		}
		return b
	}
	for _, c := range []struct {
		name string
		file []byte
		want []float64
	}{
		{"8-bit WAV", riff(1, 1, 8, []byte{0, 64, 128, 192, 255}), []float64{-1, -0.5, 0, 0.5, 127.0 / 128}},
		{"16-bit WAV", riff(1, 1, 16, []byte{0, 0x80, 0xFF, 0x7F, 0, 0x40}), []float64{-1, 32767.0 / 32768, 0.5}},
		{"24-bit WAV", riff(1, 1, 24, []byte{0, 0, 0x80, 0xFF, 0xFF, 0x7F, 1, 0, 0}), []float64{-1, 8388607.0 / 8388608, 1.0 / 8388608}},
		{"32-bit WAV", riff(1, 1, 32, []byte{0, 0, 0, 0x80, 1, 0, 0, 0}), []float64{-1, 1.0 / 2147483648}},
		{"float WAV", riff(3, 1, 32, float32s(le, 0.1, -2)), []float64{float64(float32(0.1)), -2}},
		{"double WAV", riff(3, 1, 64, le.AppendUint64(nil, math.Float64bits(0.1))), []float64{0.1}},
		{"8-bit AIFF", form("", 1, 8, []byte{0x80, 0, 0x40}), []float64{-1, 0, 0.5}},
		{"24-bit AIFF", form("", 1, 24, []byte{0x80, 0, 0, 0, 0, 1}), []float64{-1, 1.0 / 8388608}},
		{"little-endian AIFC", form("sowt", 1, 16, []byte{0, 0x40, 0, 0xC0}), []float64{0.5, -0.5}},
		{"float AIFC", form("fl32", 1, 32, float32s(be, 0.25)), []float64{0.25}},
		{"double AIFC", form("FL64", 1, 64, be.AppendUint64(nil, math.Float64bits(0.1))), []float64{0.1}},
	} {
		s, err := Decode(c.file)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if fmt.Sprint(s.Channels) != fmt.Sprint([][]float64{c.want}) || s.Rate != 8000 {
			t.Errorf("%s: %v at %g Hz, want %v at 8000", c.name, s.Channels, s.Rate, c.want)
		}
	}
}

func TestWhatCannotBeReadIsRefusedWithAReason(t *testing.T) {
	good := riff(1, 2, 16, make([]byte, 400))
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "no WAV, AIFF, FLAC"},
		{[]byte("RIFF"), "no WAV, AIFF, FLAC"},
		{bytes.Repeat([]byte("x"), 1000), "no WAV, AIFF, FLAC"},
		{good[:30], "no sound"},
		{riff(2, 1, 4, make([]byte, 10)), "compressed"},
		{riff(1, 0, 16, make([]byte, 10)), "0 channels"},
		{riff(1, 1, 40, make([]byte, 10)), "40 bits"},
		{form("ima4", 1, 16, make([]byte, 10)), "compressed"},
		{[]byte("fLaC\x00\x00\x00\x22"), "EOF"},
		{[]byte("OggS\x00\x00"), "EOF"},
	} {
		_, err := Decode(c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.12q…: %v, want an error about %q", c.file, err, c.want)
		}
	}
	if s, err := Decode(good[:200]); err != nil || s.Frames() == 0 {
		t.Errorf("a recording that was cut off: %v", err)
	}
}

func FuzzNoBytesMakeTheDecodersPanic(f *testing.F) {
	for name := range tones {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:min(len(data), 3000)])
	}
	f.Add(riff(1, 2, 16, make([]byte, 40)))
	f.Add(form("sowt", 1, 24, make([]byte, 30)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Decode(data)
		if (s == nil) == (err == nil) {
			t.Fatal("neither sound nor error")
		}
		if s != nil && !(s.Rate > 0 && len(s.Channels) > 0) {
			t.Fatalf("%g Hz, %d channels", s.Rate, len(s.Channels))
		}
	})
}

func TestFewBytesCannotStandForEndlessSound(t *testing.T) {
	// Silence is some bytes for each 4096 frames of eight channels.
	var file bytes.Buffer
	info := &meta.StreamInfo{BlockSizeMin: 4096, BlockSizeMax: 4096, SampleRate: 48000, NChannels: 8, BitsPerSample: 16}
	enc, err := flac.NewEncoder(&file, info)
	if err != nil {
		t.Fatal(err)
	}
	quiet := &frame.Frame{Header: frame.Header{HasFixedBlockSize: true, BlockSize: 4096, SampleRate: 48000, Channels: frame.ChannelsLRCLfeLsRsSlSr, BitsPerSample: 16}}
	for range 8 {
		quiet.Subframes = append(quiet.Subframes, &frame.Subframe{SubHeader: frame.SubHeader{Pred: frame.PredConstant}, Samples: make([]int32, 4096), NSamples: 4096})
	}
	for n := range maxSamples/4096/8 + 2 {
		quiet.Num = uint64(n)
		if err := enc.WriteFrame(quiet); err != nil {
			t.Fatal(err)
		}
	}
	enc.Close()
	if _, err := Decode(file.Bytes()); err == nil || !strings.Contains(err.Error(), "samples") {
		t.Errorf("%d bytes: %v", file.Len(), err)
	}
}
