// Reporting: how many errors a file may show, which of them are consequences of
// others, and the hints that go with an unexpected token.

package syntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mmm/compiler/diag"
	"mmm/compiler/source"
)

// maxErrors is the most errors that are reported of one file.
const maxErrors = 50

// reporter collects the diagnostics of one file.
type reporter struct {
	file *source.File
	list diag.List
}

// full reports whether the file has shown as many errors as it may.
func (r *reporter) full() bool { return len(r.list.All) >= maxErrors }

// report adds an error. It returns a diagnostic that is shown nowhere when there
// are too many.
func (r *reporter) report(code diag.Code, span source.Span, format string, args ...any) *diag.Diagnostic {
	if r.full() {
		return &diag.Diagnostic{}
	}
	return r.list.Errorf(code, span, format, args...)
}

// describeRune returns a character for a message.
func describeRune(c rune) string {
	if unicode.IsPrint(c) && c != utf8.RuneError {
		return "`" + string(c) + "`"
	}
	return fmt.Sprintf("U+%04X", c)
}

// found describes the token at index i for a message.
func (p *parser) found(i int) string {
	t := p.toks[i]
	text := p.file.Text[t.start:t.end]
	switch {
	case t.kind == kEOF:
		return "end of input"
	case t.kind.keyword():
		return "keyword `" + text + "`"
	case t.kind == kString:
		return "a string literal"
	}
	if len(text) > 40 {
		cut := 37
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return "`" + text + "`"
}

// quiet reports whether an error at the current token would be a consequence of
// one that has been reported.
func (p *parser) quiet() bool {
	t := p.toks[p.pos].kind
	return p.kind == kStop || t == kError || p.pos <= p.quietUntil || t == kEOF && p.eofReported || p.full()
}

// softError reports an error and lets the parser go on where it is.
func (p *parser) softError(code diag.Code, span source.Span, format string, args ...any) *diag.Diagnostic {
	if p.quiet() {
		return &diag.Diagnostic{}
	}
	return p.report(code, span, format, args...)
}

// fail reports an error at the current token and stops the parser until it
// recovers.
func (p *parser) fail(code diag.Code, format string, args ...any) *diag.Diagnostic {
	d := p.softError(code, p.tokenSpan(p.pos), format, args...)
	p.lastError = p.pos
	if p.toks[p.pos].kind == kEOF {
		p.eofReported = true
	}
	p.kind = kStop
	return d
}

// unexpected reports that the current token is not what the grammar wants, and
// stops.
func (p *parser) unexpected(want string) *diag.Diagnostic {
	if p.toks[p.pos].kind == kEOF {
		open := -1
		if n := len(p.opens); n > 0 {
			open = p.opens[n-1]
		}
		return p.unexpectedEnd(want, open)
	}
	k := p.kind
	d := p.fail(diag.UnexpectedToken, "Expected %s, found %s", want, p.found(p.pos))
	if help := p.tokenHelp(k, want); help != "" {
		d.Suggest("%s", help)
	}
	return d
}

// unexpectedEnd reports that the text ends too early, and stops. open is the
// index of the innermost bracket that is not closed, or -1.
func (p *parser) unexpectedEnd(want string, open int) *diag.Diagnostic {
	if p.eofReported || p.quiet() {
		p.kind = kStop
		return &diag.Diagnostic{}
	}
	p.eofReported = true
	p.kind = kStop
	end := len(strings.TrimRightFunc(p.file.Text, unicode.IsSpace))
	d := p.report(diag.UnexpectedEnd, p.span(end, end), "Unexpected end of input, expected %s", want)
	if open >= 0 {
		d.Note(p.tokenSpan(open), "the `%s` opened here is not closed", kindText[p.toks[open].kind])
	}
	return d
}

// unclosed reports that the bracket at index open should have been closed, or
// its list continued, before the current token; and stops.
func (p *parser) unclosed(open int, want string) *diag.Diagnostic {
	if p.toks[p.pos].kind == kEOF {
		return p.unexpectedEnd(want, open)
	}
	d := p.unexpected(want)
	if p.match[open] < 0 {
		d.Note(p.tokenSpan(open), "the `%s` opened here is not closed", kindText[p.toks[open].kind])
	}
	if t := p.toks[p.pos]; t.semicolon && d.Help == "" {
		d.Suggest("`;` is only a line break; separate with `,`")
	}
	return d
}

// unclosedBefore reports that the bracket at index open, which has no partner,
// should have been closed before the current token, the beginning of a statement
// that cannot stand there; and stops. If there was an error at this token, it was
// an inner bracket that is not closed, and that is enough.
func (p *parser) unclosedBefore(open int) {
	if p.lastError == p.pos {
		p.eofReported = true
	}
	p.unexpectedEnd("`}`", open).
		Note(p.tokenSpan(p.pos), "perhaps it should be closed before this `%s`", kindText[p.toks[p.pos].kind])
}

// tokenHelp is what to write instead, for tokens that are often mistaken.
func (p *parser) tokenHelp(k kind, want string) string {
	var before token
	if p.pos > 0 {
		before = p.toks[p.pos-1]
	}
	t := p.toks[p.pos]
	adjacent := p.pos > 0 && before.end == t.start
	switch {
	case k == kUpdate || before.kind == kUpdate && want == "identifier":
		return "`<-` begins a record update; to compare with a negative number put a space between: a < -1"
	case k == kOr:
		return "`||` is always the logical or; a function without parameters is written | | e, and one that returns a function |x| |y| e"
	case k == kAssign && before.kind.infix():
		return fmt.Sprintf("there is no `%s=`; write x = x %s y", kindText[before.kind], kindText[before.kind])
	case k == kBang:
		return "there is no logical not; write c <= 0"
	case k == kStruct:
		return "`struct` is reserved and not used; write {a = 1} for a record, type alias for its type"
	case k == kElse:
		return "`else` belongs to an `if` right before it"
	case k.keyword() && !(t.lineBreak && k.beginsStatement()) && (want == "identifier" || strings.HasPrefix(want, "pattern") || strings.HasPrefix(want, "field name")):
		return fmt.Sprintf("`%s` is a reserved word; choose another name", kindText[k])
	case k == kDot && want == "expression" && p.peek(1) != kInt && t.lineBreak:
		return "a line break ends an expression before `.`; write the access on the same line"
	case k == kDot && want == "expression":
		return "a number needs a digit before its point: 0.5"
	case before.kind == kDot && strings.HasPrefix(want, "field name") && p.pos > 1 && p.toks[p.pos-2].kind == kInt:
		return "a number needs a digit after its point: 1.0"
	case k == kIdent && adjacent && before.kind == kInt:
		return "numbers are written with decimal digits and at most one point: no exponent, hexadecimal or _"
	case k == kInt && adjacent && before.kind == kInt:
		return "a number does not begin with a superfluous 0"
	}
	return ""
}

// infix reports whether k is an infix operator.
func (k kind) infix() bool { return infix[k].level > 0 }
