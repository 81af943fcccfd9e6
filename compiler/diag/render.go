// Diagnostics as text: position, message, source line and caret.

package diag

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mmm/compiler/source"
)

// Options says how diagnostics are rendered.
type Options struct {
	Color bool // with terminal colours
}

// The widest line, in columns, that is shown whole, and the part of a wider one
// that is shown before and after the beginning of the span.
const (
	maxLine = 160
	before  = 50
	after   = 100
	tabStop = 4
)

// Render writes the diagnostics in the order of the list:
//
//	FILE:LINE:COL: error: MESSAGE [CODE]
//	  12 | source line
//	     |    ^~~~
//	FILE:LINE:COL: note: MESSAGE
//	help: SUGGESTION
//
// Lines and columns count from 1, columns in code points. A diagnostic without
// position begins with its severity.
func Render(w io.Writer, l *List, o Options) error {
	r := &renderer{w: bufio.NewWriter(w), color: o.Color}
	for _, d := range l.All {
		r.diagnostic(d)
	}
	return r.w.Flush()
}

type renderer struct {
	w     *bufio.Writer
	color bool
	at    locator
}

// The colours of the parts.
const (
	bold    = "\x1b[1m"
	red     = "\x1b[1;31m"
	magenta = "\x1b[1;35m"
	cyan    = "\x1b[1;36m"
	green   = "\x1b[1;32m"
	blue    = "\x1b[34m"
	reset   = "\x1b[0m"
)

func (r *renderer) paint(color, text string) {
	if r.color {
		r.w.WriteString(color + text + reset)
		return
	}
	r.w.WriteString(text)
}

func (r *renderer) diagnostic(d *Diagnostic) {
	color := red
	if d.Severity == Warning {
		color = magenta
	}
	line := r.head(d.Span, color, d.Severity.String(), d.Message+" ["+string(d.Code)+"]")
	r.source(d.Span, color)
	for _, n := range d.Notes {
		if n.Span.IsZero() {
			r.head(n.Span, cyan, "note", n.Text)
			continue
		}
		if l := r.head(n.Span, cyan, "note", n.Text); n.Span.File != d.Span.File || l != line {
			r.source(n.Span, cyan)
		}
	}
	if d.Help != "" {
		r.head(source.Span{}, green, "help", d.Help)
	}
}

// head writes the line with position and message and returns the line number.
func (r *renderer) head(span source.Span, color, kind, text string) int {
	line := 0
	if !span.IsZero() {
		var col int
		line, col = r.at.position(span.File, span.Start)
		r.paint(bold, printable(fmt.Sprintf("%s:%d:%d:", span.File.Name, line, col)))
		r.w.WriteByte(' ')
	}
	r.paint(color, kind+":")
	r.w.WriteByte(' ')
	r.paint(bold, printable(text))
	r.w.WriteByte('\n')
	return line
}

// source writes the line in which the span begins, and the caret under the span.
func (r *renderer) source(span source.Span, color string) {
	if span.IsZero() {
		return
	}
	line, _ := r.at.position(span.File, span.Start)
	text, mark := excerpt(span, line)
	number := fmt.Sprintf("%3d", line)
	r.paint(blue, number+" |")
	if text != "" {
		r.w.WriteString(" " + text)
	}
	r.w.WriteByte('\n')
	r.paint(blue, strings.Repeat(" ", len(number))+" |")
	r.w.WriteByte(' ')
	indent := strings.IndexByte(mark, '^')
	r.w.WriteString(mark[:indent])
	r.paint(color, mark[indent:])
	r.w.WriteByte('\n')
}

// excerpt returns the line in which the span begins, or the part of it around the
// span if it is wide, and the line that marks the span.
func excerpt(span source.Span, line int) (text, mark string) {
	start := span.File.LineStart(line)
	full := span.File.Line(line)
	from := min(max(span.Start-start, 0), len(full))
	to := min(max(span.End-start, from), len(full))
	lo, hi := 0, len(full)
	if !fits(full) {
		lo, hi = back(full, from, before), ahead(full, from, after)
	}
	var b strings.Builder
	column, first, last := 0, -1, -1
	if lo > 0 {
		b.WriteString("…")
		column++
	}
	for i := lo; i <= hi; {
		if i == from {
			first = column
		}
		if i == to {
			last = column
		}
		if i == hi {
			break
		}
		c, n := utf8.DecodeRuneInString(full[i:hi])
		i += n
		switch w := width(c); {
		case c == '\t':
			n := tabStop - column%tabStop
			b.WriteString(strings.Repeat(" ", n))
			column += n
		case w < 0:
			b.WriteRune(unicode.ReplacementChar)
			column++
		default:
			b.WriteRune(c)
			column += w
		}
	}
	if last < 0 {
		last = column
	}
	if hi < len(full) {
		b.WriteString("…")
	}
	return strings.TrimRight(b.String(), " "), strings.Repeat(" ", first) + "^" + strings.Repeat("~", max(last-first-1, 0))
}

// fits reports whether a line is shown whole.
func fits(line string) bool {
	if len(line) <= maxLine/tabStop {
		return true
	}
	columns := 0
	for _, c := range line {
		if c == '\t' {
			columns += tabStop - columns%tabStop
		} else {
			columns += max(width(c), 0)
		}
		if columns > maxLine {
			return false
		}
	}
	return true
}

// back and ahead move by n characters from offset i.
func back(s string, i, n int) int {
	for ; n > 0 && i > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	return i
}

func ahead(s string, i, n int) int {
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}

// width approximates how many columns a terminal gives a character: -1 for a
// control character, which is not shown as it is.
func width(c rune) int {
	switch {
	case c < 0x20 || c >= 0x7F && c < 0xA0 || unicode.In(c, unicode.Bidi_Control, unicode.Zl, unicode.Zp):
		return -1
	case c < 0x300:
		return 1
	case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	for _, r := range wide {
		if c >= r[0] && c <= r[1] {
			return 2
		}
	}
	return 1
}

// wide is the ranges of characters that take two columns, roughly.
var wide = [][2]rune{
	{0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23EC}, {0x2614, 0x2615}, {0x2648, 0x2653}, {0x26A1, 0x26A1},
	{0x2705, 0x2705}, {0x2728, 0x2728}, {0x2753, 0x2755}, {0x2795, 0x2797}, {0x2E80, 0x303E}, {0x3041, 0xA4CF},
	{0xA960, 0xA97F}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
	{0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
}

// printable returns text with its control characters escaped, so that the text
// of a patch cannot drive the terminal. Newlines stay.
func printable(text string) string {
	clean := true
	for _, c := range text {
		if c != '\n' && width(c) < 0 {
			clean = false
			break
		}
	}
	if clean {
		return text
	}
	var b strings.Builder
	for _, c := range text {
		if c != '\n' && width(c) < 0 {
			quoted := strconv.QuoteRuneToASCII(c)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// locator answers positions fast when they come in ascending order, also in a
// file that is one long line.
type locator struct {
	file           *source.File
	off, line, col int
}

// position returns the 1-based line and column of a byte offset.
func (l *locator) position(f *source.File, off int) (line, col int) {
	off = max(0, min(off, len(f.Text)))
	if f == l.file && off >= l.off && (l.line == f.Lines() || off < f.LineStart(l.line+1)) {
		l.col += utf8.RuneCountInString(f.Text[l.off:off])
	} else {
		l.line, l.col = f.Position(off)
	}
	l.file, l.off = f, off
	return l.line, l.col
}
