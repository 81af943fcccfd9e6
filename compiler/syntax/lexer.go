// The lexer: text to tokens (language.md 1 and the line breaks of 2), and the
// partner of every bracket.

package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mmm/compiler/diag"
	"mmm/compiler/source"
)

// maxTokens is the most tokens a file may have; it bounds the time and memory of
// every later phase.
const maxTokens = 500_000

type lexer struct {
	*reporter
	text      string
	pos       int
	toks      []token
	lineBreak bool // a line break lies before the next token
	semicolon bool
	cut       bool // reading stopped early, which has been reported
}

// lex returns the tokens of the text; the last one is kEOF. cut says that the
// text after the last token is unknown because of a reported error. A text with
// too many tokens has none.
func lex(r *reporter) (toks []token, cut bool) {
	text := r.file.Text
	l := &lexer{reporter: r, text: text, toks: make([]token, 0, min(len(text)/3+16, maxTokens+16))}
	for l.pos < len(text) && !l.cut {
		l.next()
		if len(l.toks) > maxTokens {
			l.report(diag.TooLarge, l.span(l.pos, l.pos), "The file has more than %d tokens", maxTokens).
				Suggest("move parts of the patch into files of their own")
			l.cut, l.toks = true, nil
		}
	}
	l.add(kEOF, len(text), len(text))
	return l.toks, l.cut
}

func (l *lexer) span(start, end int) source.Span {
	return source.Span{File: l.file, Start: start, End: end}
}

func (l *lexer) add(k kind, start, end int) {
	l.toks = append(l.toks, token{int32(start), int32(end), k, l.lineBreak, l.semicolon})
	l.lineBreak, l.semicolon = false, false
	l.pos = end
}

// byteAt returns the byte at offset i, 0 behind the end.
func (l *lexer) byteAt(i int) byte {
	if i < len(l.text) {
		return l.text[i]
	}
	return 0
}

// next reads one token or one piece of trivia.
func (l *lexer) next() {
	start := l.pos
	switch c := l.text[start]; {
	case c == ' ' || c == '\t':
		l.pos++
	case c >= '\n' && c <= '\r':
		l.lineBreak = true
		l.pos++
	case c == ';':
		l.lineBreak, l.semicolon = true, true
		l.pos++
	case c == '/' && l.byteAt(start+1) == '/':
		l.pos += lineLength(l.text[start:])
	case c == '/' && l.byteAt(start+1) == '*':
		if n := strings.Index(l.text[start+2:], "*/"); n >= 0 {
			l.pos += n + 4
		} else {
			l.report(diag.UnterminatedCmt, l.span(start, start+2), "Unterminated comment").
				Suggest("close it with */; comments do not nest")
			l.cut = true
		}
	case c == '"':
		if n := strings.IndexByte(l.text[start+1:], '"'); n >= 0 {
			l.add(kString, start, start+n+2)
		} else {
			l.report(diag.UnterminatedString, l.span(start, start+lineLength(l.text[start:])), "Unterminated string literal").
				Suggest("close it with \"; a backslash has no special meaning")
			l.add(kError, start, start+1)
			l.cut = true
		}
	case c >= '0' && c <= '9':
		l.number()
	case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		l.word(start + 1)
	case c < utf8.RuneSelf:
		if k, n := operator(l.text[start:]); n > 0 {
			l.add(k, start, start+n)
		} else {
			l.bad()
		}
	default:
		r, n := utf8.DecodeRuneInString(l.text[start:])
		switch {
		case r == '\u0085' || r == '\u2028' || r == '\u2029':
			l.lineBreak = true
			l.pos += n
		case isIDStart(r):
			l.word(start + n)
		default:
			l.bad()
		}
	}
}

// lineLength returns the number of bytes before the first newline of s.
func lineLength(s string) int {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '\n' && c <= '\r':
			return i
		case c == 0xC2 && strings.HasPrefix(s[i:], "\u0085"), c == 0xE2 && (strings.HasPrefix(s[i:], "\u2028") || strings.HasPrefix(s[i:], "\u2029")):
			return i
		}
	}
	return len(s)
}

// number reads INT or FLOAT. A FLOAT directly behind a "." is split into
// INT "." INT, so that t.0.1 projects twice.
func (l *lexer) number() {
	start := l.pos
	end := start + 1
	if l.text[start] != '0' {
		end = l.digits(end)
	}
	if l.byteAt(end) == '.' {
		if frac := l.digits(end + 1); frac > end+1 && l.byteAt(frac) != '.' {
			if n := len(l.toks); n > 0 && l.toks[n-1].kind == kDot && int(l.toks[n-1].end) == start {
				l.add(kInt, start, end)
				l.add(kDot, end, end+1)
				l.add(kInt, end+1, frac)
				return
			}
			l.add(kFloat, start, frac)
			return
		}
	}
	l.add(kInt, start, end)
}

// digits returns the offset behind the digits at offset i.
func (l *lexer) digits(i int) int {
	for i < len(l.text) && l.text[i] >= '0' && l.text[i] <= '9' {
		i++
	}
	return i
}

// word reads the rest of an identifier or keyword from offset i.
func (l *lexer) word(i int) {
	for i < len(l.text) {
		c := l.text[i]
		if c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRuneInString(l.text[i:])
		if !isIDContinue(r) {
			break
		}
		i += n
	}
	k := kIdent
	if i-l.pos <= len("samplerate") {
		if kw, ok := keywords[l.text[l.pos:i]]; ok {
			k = kw
		}
	}
	l.add(k, l.pos, i)
}

// operator returns the operator or punctuation at the beginning of s and its
// length, or 0.
func operator(s string) (kind, int) {
	var second, third byte
	if len(s) > 1 {
		second = s[1]
	}
	if len(s) > 2 {
		third = s[2]
	}
	two := func(c byte, double, single kind) (kind, int) {
		if second == c {
			return double, 2
		}
		return single, 1
	}
	switch s[0] {
	case '-':
		return two('>', kArrow, kMinus)
	case '<':
		if second == '-' {
			return kUpdate, 2
		}
		return two('=', kLe, kLt)
	case '=':
		if second == '>' {
			return kFatArrow, 2
		}
		return two('=', kEq, kAssign)
	case '|':
		switch {
		case second == '|' && third == '>':
			return kMacroPipe, 3
		case second == '|':
			return kOr, 2
		}
		return two('>', kPipe, kBar)
	case '!':
		return two('=', kNe, kBang)
	case '>':
		return two('=', kGe, kGt)
	case '&':
		if second == '&' {
			return kAnd, 2
		}
		return 0, 0
	case '+':
		return kPlus, 1
	case '*':
		return kStar, 1
	case '/':
		return kSlash, 1
	case '%':
		return kPercent, 1
	case '^':
		return kCaret, 1
	case '@':
		return kAt, 1
	case ':':
		return two(':', kPathSep, kColon)
	case '.':
		return two('.', kDotDot, kDot)
	case ',':
		return kComma, 1
	case '(':
		return kLParen, 1
	case ')':
		return kRParen, 1
	case '[':
		return kLBracket, 1
	case ']':
		return kRBracket, 1
	case '{':
		return kLBrace, 1
	case '}':
		return kRBrace, 1
	case '`':
		return kBackquote, 1
	case '$':
		return kDollar, 1
	case '#':
		return kHash, 1
	}
	return 0, 0
}

// bad reports the characters at the position that begin no token, as one error
// token.
func (l *lexer) bad() {
	start := l.pos
	first, end := utf8.DecodeRuneInString(l.text[start:])
	end += start
	for end < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.text[end:])
		if !badCharacter(l.text[end:], r) {
			break
		}
		end += n
	}
	d := l.report(diag.BadCharacter, l.span(start, end), "Unexpected character %s", describeRune(first))
	if help := badHelp[first]; help != "" {
		d.Suggest("%s", help)
	}
	l.add(kError, start, end)
}

// badCharacter reports whether r, the first character of s, begins no token.
func badCharacter(s string, r rune) bool {
	switch {
	case r >= '\n' && r <= '\r', r == ' ', r == '\t', r == ';', r == '"', r == '\u0085', r == '\u2028', r == '\u2029':
		return false
	case r >= '0' && r <= '9', r == '_':
		return false
	case r < utf8.RuneSelf:
		_, n := operator(s)
		return n == 0 && !unicode.IsLetter(r)
	}
	return !isIDStart(r)
}

// badHelp says what is written instead of a character of other languages.
var badHelp = map[rune]string{
	'&':      "the logical and is written &&",
	'?':      "a conditional is written: if (c) a else b",
	'\'':     "strings are written between double quotes",
	'~':      "there is no ~ operator",
	'\\':     "a function literal is written |x| e",
	'\u201c': "strings are written between straight double quotes: \"",
	'\u201d': "strings are written between straight double quotes: \"",
	'\u00d7': "multiplication is written *",
	'\u00f7': "division is written /",
	'\u2212': "minus is written -",
	'\u2013': "minus is written -",
	'\u00a0': "this is a no-break space; use an ordinary space",
	'\u3000': "this is an ideographic space; use an ordinary space",
	'\u200b': "this is an invisible zero-width space; delete it",
	'\ufeff': "this is an invisible byte order mark; delete it",
	'\u2192': "an arrow is written ->",
}

// isIDStart and isIDContinue approximate the Unicode properties XID_Start and
// XID_Continue with the tables of package unicode.
func isIDStart(r rune) bool {
	return (unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start)) && !unicode.Is(unicode.Pattern_Syntax, r)
}

func isIDContinue(r rune) bool {
	return isIDStart(r) || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)
}

// matchBrackets returns for each token the index of the bracket it pairs with,
// -1 without one, -2 if it closes and lacks one as a consequence of an opening
// bracket without one. A closing bracket that does not fit the innermost open one
// closes the nearest that fits and leaves those between without a partner; a word
// that begins a statement leaves the round and square brackets around it without
// one. Linear in time.
func matchBrackets(toks []token) []int32 {
	match := make([]int32, len(toks))
	var stack []int32
	var open [kindCount]int
	pop := func() (opener int32) {
		opener = stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		open[toks[opener].kind]--
		return opener
	}
	for i := range toks {
		k := toks[i].kind
		match[i] = -1
		switch {
		case k.beginsStatement() && !(k == kMacro && toks[max(i-1, 0)].kind == kLParen):
			for len(stack) > 0 && toks[stack[len(stack)-1]].kind != kLBrace {
				pop()
			}
		case k.opener():
			stack = append(stack, int32(i))
			open[k]++
		case k.closer() && open[k-1] > 0:
			for {
				o := pop()
				if toks[o].kind == k-1 {
					match[o], match[i] = int32(i), o
					break
				}
			}
		}
	}
	unclosed, unclosedBlock := false, false
	for i := range toks {
		k := toks[i].kind
		switch {
		case match[i] >= 0:
		case k == kLBrace:
			unclosedBlock = true
		case k.opener():
			unclosed = true
		case k.declaration():
			unclosed = false
		case k.closer() && (unclosed || unclosedBlock):
			match[i] = -2
		}
	}
	return match
}
