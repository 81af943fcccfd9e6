package audiofile

import (
	"bufio"
	"math"
	"strconv"

	"mmm/draft"
)

// CSVWriter writes samples as text: a header ch0,ch1,… and one row a frame.
type CSVWriter struct {
	draft *draft.File
	out   *bufio.Writer
	cell  []byte
}

// CreateCSV starts a CSV file; without channels it stays empty.
func CreateCSV(path string, channels int) (*CSVWriter, error) {
	file, err := draft.Create(path)
	if err != nil {
		return nil, err
	}
	w := &CSVWriter{draft: file, out: bufio.NewWriterSize(file, 1<<16)}
	for i := range channels {
		if i > 0 {
			w.out.WriteByte(',')
		}
		w.out.WriteString("ch" + strconv.Itoa(i))
	}
	if channels > 0 {
		w.out.WriteByte('\n')
	}
	return w, nil
}

// Write appends frames of the channels, all of one length.
func (w *CSVWriter) Write(channels [][]float64) error {
	if len(channels) == 0 {
		return nil
	}
	for k := range channels[0] {
		for i, c := range channels {
			if i > 0 {
				w.out.WriteByte(',')
			}
			w.cell = AppendNumber(w.cell[:0], c[k])
			w.out.Write(w.cell)
		}
		if err := w.out.WriteByte('\n'); err != nil {
			return err
		}
	}
	return nil
}

// Close completes the file and puts it in its place.
func (w *CSVWriter) Close() error { return w.draft.Commit(w.out.Flush()) }

// Discard gives up the file.
func (w *CSVWriter) Discard() { w.draft.Discard() }

// AppendNumber appends the shortest text that reads back as the same float64
// (builtins.md 1.4, csv): at least one fraction digit, an exponent below 1e-4
// and from 1e16 on, inf, -inf, NaN.
func AppendNumber(b []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(b, "NaN"...)
	case math.IsInf(x, 1):
		return append(b, "inf"...)
	case math.IsInf(x, -1):
		return append(b, "-inf"...)
	}
	if a := math.Abs(x); x != 0 && (a < 1e-4 || a >= 1e16) {
		mantissa := strconv.AppendFloat(nil, x, 'e', -1, 64)
		return appendExponent(b, mantissa)
	}
	start := len(b)
	b = strconv.AppendFloat(b, x, 'f', -1, 64)
	for _, c := range b[start:] {
		if c == '.' {
			return b
		}
	}
	return append(b, ".0"...)
}

// appendExponent appends text like 1.5e-07 without plus sign and padding.
func appendExponent(b, text []byte) []byte {
	for i, c := range text {
		if c != 'e' {
			continue
		}
		b = append(b, text[:i+1]...)
		exp, _ := strconv.Atoi(string(text[i+1:]))
		return strconv.AppendInt(b, int64(exp), 10)
	}
	return append(b, text...)
}
