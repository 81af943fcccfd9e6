// WAV and AIFF: two orders of bytes of one idea, chunks of PCM with a
// description. (Multimedia Programming Interface and Data Specifications 1.0,
// IBM and Microsoft 1991; Audio Interchange File Format AIFF-C, Apple 1991.)

package audiofile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// pcm is how samples stand in a file.
type pcm struct {
	order    binary.ByteOrder
	bits     int // a sample takes the next whole bytes
	float    bool
	signed   bool // of 8 bits; longer ones always are
	channels int
	rate     float64
}

// chunk is one part of a file.
type chunk struct {
	name string
	body []byte
}

// chunks walks the chunks behind a header of 12 bytes. A chunk that claims more
// than there is ends with the file, as in recordings that were cut off.
func chunks(data []byte, order binary.ByteOrder) func(func(chunk) bool) {
	return func(yield func(chunk) bool) {
		for at := 12; at+8 <= len(data); {
			size := int(order.Uint32(data[at+4:]))
			body := data[at+8:]
			body = body[:min(size, len(body))]
			if !yield(chunk{string(data[at : at+4]), body}) {
				return
			}
			at += 8 + len(body) + len(body)%2
		}
	}
}

var errShortHeader = errors.New("its header is cut off")

// wav decodes a RIFF file.
func wav(data []byte) (*Sound, error) {
	var format *pcm
	for c := range chunks(data, binary.LittleEndian) {
		switch c.name {
		case "fmt ":
			f, err := wavFormat(c.body)
			if err != nil {
				return nil, err
			}
			format = f
		case "data":
			if format == nil {
				return nil, errors.New("its sound comes before its format")
			}
			return format.decode(c.body)
		}
	}
	return nil, errors.New("it has no sound")
}

// The formats of a WAV file's header; an extensible one has the true format
// further back.
const (
	formatPCM        = 1
	formatFloat      = 3
	formatExtensible = 0xFFFE
)

func wavFormat(b []byte) (*pcm, error) {
	if len(b) < 16 {
		return nil, errShortHeader
	}
	kind := binary.LittleEndian.Uint16(b)
	if kind == formatExtensible && len(b) >= 26 {
		kind = binary.LittleEndian.Uint16(b[24:])
	}
	if kind != formatPCM && kind != formatFloat {
		return nil, fmt.Errorf("its samples are compressed (format %d), which is not read", kind)
	}
	return &pcm{
		order: binary.LittleEndian, float: kind == formatFloat,
		channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate:     float64(binary.LittleEndian.Uint32(b[4:])),
		bits:     int(binary.LittleEndian.Uint16(b[14:])),
	}, nil
}

// aiff decodes a FORM file of AIFF or AIFC.
func aiff(data []byte) (*Sound, error) {
	compressed := string(data[8:12]) == "AIFC"
	var format *pcm
	var sound []byte
	for c := range chunks(data, binary.BigEndian) {
		switch c.name {
		case "COMM":
			f, err := aiffFormat(c.body, compressed)
			if err != nil {
				return nil, err
			}
			format = f
		case "SSND":
			if len(c.body) < 8 {
				return nil, errShortHeader
			}
			offset := int64(binary.BigEndian.Uint32(c.body))
			sound = c.body[8:]
			sound = sound[min(offset, int64(len(sound))):]
		}
	}
	switch {
	case format == nil:
		return nil, errors.New("it does not say what format it has")
	case sound == nil:
		return nil, errors.New("it has no sound")
	}
	return format.decode(sound)
}

func aiffFormat(b []byte, compressed bool) (*pcm, error) {
	if len(b) < 18 || compressed && len(b) < 22 {
		return nil, errShortHeader
	}
	f := &pcm{
		order: binary.BigEndian, signed: true,
		channels: int(binary.BigEndian.Uint16(b)),
		bits:     int(binary.BigEndian.Uint16(b[6:])),
		rate:     extended(b[8:18]),
	}
	if !compressed {
		return f, nil
	}
	switch kind := string(b[18:22]); kind {
	case "NONE", "twos":
	case "sowt":
		f.order = binary.LittleEndian
	case "raw ":
		f.signed = false
	case "fl32", "FL32":
		f.float, f.bits = true, 32
	case "fl64", "FL64":
		f.float, f.bits = true, 64
	default:
		return nil, fmt.Errorf("its samples are compressed (%q), which is not read", kind)
	}
	return f, nil
}

// extended reads a number of 80 bits: sign and exponent, then the mantissa with
// its first bit.
func extended(b []byte) float64 {
	exponent := int(binary.BigEndian.Uint16(b) & 0x7FFF)
	return math.Ldexp(float64(binary.BigEndian.Uint64(b[2:])), exponent-16383-63)
}

// decode turns whole frames of PCM into numbers: integers to full scale 1,
// floats as they are.
func (f *pcm) decode(data []byte) (*Sound, error) {
	width := (f.bits + 7) / 8
	var value func([]byte) float64
	scale := math.Ldexp(1, 1-8*width)
	switch {
	case f.channels == 0 || f.channels > maxChannels:
		return nil, fmt.Errorf("it has %d channels", f.channels)
	case !(f.rate >= 1 && f.rate < 1e9):
		return nil, fmt.Errorf("it has a rate of %g Hz", f.rate)
	case f.float && f.bits == 32:
		value = func(b []byte) float64 { return float64(math.Float32frombits(f.order.Uint32(b))) }
	case f.float && f.bits == 64:
		value = func(b []byte) float64 { return math.Float64frombits(f.order.Uint64(b)) }
	case f.float:
		return nil, fmt.Errorf("its samples are floats of %d bits, which are not read", f.bits)
	case width == 1 && f.signed:
		value = func(b []byte) float64 { return float64(int8(b[0])) * scale }
	case width == 1:
		value = func(b []byte) float64 { return (float64(b[0]) - 128) * scale }
	case width == 2:
		value = func(b []byte) float64 { return float64(int16(f.order.Uint16(b))) * scale }
	case width == 3 && f.order == binary.ByteOrder(binary.BigEndian):
		value = func(b []byte) float64 { return float64(int32(b[0])<<24|int32(b[1])<<16|int32(b[2])<<8) / (1 << 31) }
	case width == 3:
		value = func(b []byte) float64 { return float64(int32(b[2])<<24|int32(b[1])<<16|int32(b[0])<<8) / (1 << 31) }
	case width == 4:
		value = func(b []byte) float64 { return float64(int32(f.order.Uint32(b))) * scale }
	default:
		return nil, fmt.Errorf("its samples have %d bits, which are not read", f.bits)
	}
	if len(data)/width > maxSamples {
		return nil, errTooLong
	}
	s := newSound(f.rate, f.channels, len(data)/(width*f.channels))
	for k := range s.Frames() {
		for i := range s.Channels {
			s.Channels[i][k] = value(data[(k*f.channels+i)*width:])
		}
	}
	return s, nil
}
