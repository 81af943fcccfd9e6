// Package source holds the text of patches and answers where a byte of it
// stands for a reader: file, line, column.
//
// Input: bytes of a file. Output: a File that never changes, and Spans into it.
// Invariants: Text is valid UTF-8 without a leading byte order mark; spans are
// byte ranges inside one file. Safe for concurrent use.
package source

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// File is one source text. Name is what diagnostics print, usually the path as
// the user gave it.
type File struct {
	Name  string
	Text  string
	lines []int // byte offset of each line's first byte
}

// NewFile makes a File of text, without a leading U+FEFF. ok is false when the
// text is not valid UTF-8; bad is then the byte offset of the first bad byte,
// and the File holds the text with bad bytes replaced.
func NewFile(name, text string) (file *File, bad int, ok bool) {
	text = strings.TrimPrefix(text, "\uFEFF")
	bad, ok = -1, true
	if !utf8.ValidString(text) {
		ok = false
		for i := 0; i < len(text); {
			r, n := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && n == 1 {
				bad = i
				break
			}
			i += n
		}
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	f := &File{Name: name, Text: text, lines: []int{0}}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		switch r {
		case '\r':
			if i < len(text) && text[i] == '\n' {
				i++
			}
			f.lines = append(f.lines, i)
		case '\n', '\v', '\f', '\u0085', '\u2028', '\u2029':
			f.lines = append(f.lines, i)
		}
	}
	return f, bad, ok
}

// Position returns the 1-based line and 1-based column, in code points, of the
// byte offset off, clamped to the text.
func (f *File) Position(off int) (line, col int) {
	off = max(0, min(off, len(f.Text)))
	i := sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > off }) - 1
	return i + 1, utf8.RuneCountInString(f.Text[f.lines[i]:off]) + 1
}

// Line returns the text of the 1-based line without its line break, or "".
func (f *File) Line(line int) string {
	if line < 1 || line > len(f.lines) {
		return ""
	}
	end := len(f.Text)
	if line < len(f.lines) {
		end = f.lines[line]
	}
	return strings.TrimRight(f.Text[f.lines[line-1]:end], "\r\n\v\f\u0085\u2028\u2029")
}

// LineStart returns the byte offset of the first byte of the 1-based line,
// clamped to the text.
func (f *File) LineStart(line int) int {
	switch {
	case line < 1:
		return 0
	case line > len(f.lines):
		return len(f.Text)
	}
	return f.lines[line-1]
}

// Lines returns the number of lines, at least 1.
func (f *File) Lines() int { return len(f.lines) }

// Span is the byte range Start to End (exclusive) of File. The zero Span means
// "no position".
type Span struct {
	File       *File
	Start, End int
}

// IsZero reports whether the span names no position.
func (s Span) IsZero() bool { return s.File == nil }

// To returns the span from the start of s to the end of t, in the file of s.
func (s Span) To(t Span) Span {
	if s.File == nil {
		return t
	}
	if t.File != s.File {
		return s
	}
	return Span{s.File, min(s.Start, t.Start), max(s.End, t.End)}
}

// Text returns the source text of the span.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	return s.File.Text[s.Start:s.End]
}
