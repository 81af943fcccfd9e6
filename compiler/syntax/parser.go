// The parser's machine: its position, its limits, lists in brackets, and how it
// goes on after an error.
//
// After an error p.kind is kStop, which no construct accepts: every function
// returns with what it has, until a list, a block or the file, which know where
// reading can go on, moves the position there and sets p.kind again.

package syntax

import (
	"math"

	"mmm/compiler/diag"
	"mmm/compiler/source"
)

// maxDepth is how deep constructs may be nested in each other.
const maxDepth = 1000

// maxHeight is how high the tree of an expression may be; more than maxDepth,
// because a long chain of operators is a high tree too.
const maxHeight = 10_000

type parser struct {
	*reporter
	toks  []token
	match []int32 // partner of each bracket; see matchBrackets

	pos  int  // index of the current token
	kind kind // its kind, or kStop
	prev int  // byte offset behind the last token read

	opens       []int // brackets that have been read and not closed
	lastError   int   // index of the token at which reading stopped last, or -1
	quietUntil  int   // errors at tokens up to this index are consequences
	eofReported bool  // errors at the end of the text are consequences
	hopeless    bool  // the commas of the enclosing lists cannot be trusted
	depth       int   // how deep the constructs are nested here
	height      int   // of the tree read so far in the current expression
	tooDeep     bool  // reported
}

// Parse reads a file into a tree. Errors are added to ds in the order of their
// positions, at most maxErrors; the tree is never nil and holds Bad nodes where
// the text could not be read.
func Parse(src *source.File, ds *diag.List) *File {
	r := &reporter{file: src}
	f := &File{Source: src}
	if len(src.Text) >= math.MaxInt32 {
		r.report(diag.TooLarge, source.Span{File: src}, "The file has more than 2 GB")
	} else {
		toks, cut := lex(r)
		p := &parser{reporter: r, toks: toks, lastError: -1, quietUntil: -1, eofReported: cut}
		p.match = matchBrackets(toks)
		p.kind = toks[0].kind
		f.Stmts = p.statements(-1, false)
	}
	if r.full() {
		r.list.All[maxErrors-1].Note(source.Span{}, "too many errors, the rest of the file is not checked")
	}
	r.list.Sort()
	for _, d := range r.list.All {
		ds.Add(d)
	}
	return f
}

// span returns the bytes start to end.
func (p *parser) span(start, end int) source.Span {
	return source.Span{File: p.file, Start: start, End: end}
}

// tokenSpan returns the span of the token at index i.
func (p *parser) tokenSpan(i int) source.Span {
	return p.span(int(p.toks[i].start), int(p.toks[i].end))
}

// start returns the offset at which a node that begins here starts.
func (p *parser) start() int {
	if p.kind == kStop {
		return p.prev
	}
	return int(p.toks[p.pos].start)
}

// from returns the place of a node that began at start and ends with the last
// token read.
func (p *parser) from(start int) At {
	return At{p.span(min(start, p.prev), p.prev)}
}

// here returns the empty place behind the last token read.
func (p *parser) here() At { return At{p.span(p.prev, p.prev)} }

// advance goes on to the next token.
func (p *parser) advance() {
	p.prev = int(p.toks[p.pos].end)
	p.pos++
	p.kind = p.toks[p.pos].kind
}

// seek moves to the token at index i, which lies ahead.
func (p *parser) seek(i int) {
	if i > p.pos {
		p.prev = int(p.toks[i-1].end)
		p.pos = i
	}
	p.kind = p.toks[i].kind
}

// peek returns the kind of the token n behind the current one.
func (p *parser) peek(n int) kind {
	if p.kind == kStop || p.pos+n >= len(p.toks) {
		return kStop
	}
	return p.toks[p.pos+n].kind
}

// lineBreak reports whether a line break lies before the current token.
func (p *parser) lineBreak() bool { return p.toks[p.pos].lineBreak }

// accept reads a token of kind k if it is there.
func (p *parser) accept(k kind) bool {
	if p.kind != k {
		return false
	}
	p.advance()
	return true
}

// expect reads a token of kind k, or fails.
func (p *parser) expect(k kind) bool {
	if p.accept(k) {
		return true
	}
	if p.kind != kStop {
		p.unexpected("`" + kindText[k] + "`")
	}
	return false
}

// name reads an identifier. A reserved word in its place is reported and taken
// for the name if what follows it is one of follow.
func (p *parser) name(want string, follow ...kind) Ident {
	start := p.start()
	switch {
	case p.kind == kIdent:
		p.advance()
	case p.kind == kStop:
		return Ident{At: p.here()}
	case p.kind.keyword() && oneOf(p.peek(1), follow):
		d := p.softError(diag.UnexpectedToken, p.tokenSpan(p.pos), "Expected %s, found %s", want, p.found(p.pos))
		d.Suggest("%s", p.tokenHelp(p.kind, "identifier"))
		p.advance()
	default:
		p.unexpected(want)
		return Ident{At: p.here()}
	}
	at := p.from(start)
	return Ident{At: at, Name: at.Pos.Text()}
}

func oneOf(k kind, set []kind) bool {
	for _, s := range set {
		if k == s {
			return true
		}
	}
	return false
}

// enter begins a construct that may be nested in itself; it fails when the
// nesting is too deep. Every enter is followed by leave.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= maxDepth {
		return p.kind != kStop
	}
	p.failTooDeep("Nesting is deeper than %d levels", maxDepth)
	return false
}

func (p *parser) leave() { p.depth-- }

// grow counts one more node on top of the tree of the current expression.
func (p *parser) grow() {
	p.height++
	if p.height > maxHeight {
		p.failTooDeep("An expression is built of more than %d parts in a chain", maxHeight)
	}
}

func (p *parser) failTooDeep(format string, limit int) {
	if p.tooDeep {
		p.kind = kStop
		return
	}
	if p.kind != kStop {
		p.tooDeep = true
		p.fail(diag.TooDeep, format, limit).Suggest("name the parts with let")
	}
}

// open reads an opening bracket and returns its index.
func (p *parser) open() int {
	i := p.pos
	p.opens = append(p.opens, i)
	p.advance()
	return i
}

// close reads the partner of the bracket opened last, at index open. After an
// error inside, reading goes on behind the partner if there is one.
func (p *parser) close(open int, want string) {
	closer := p.toks[open].kind + 1
	if p.kind != closer {
		if p.kind != kStop {
			p.unclosed(open, want)
		}
		if !p.resume(open) {
			return
		}
		p.seek(int(p.match[open]))
	}
	p.advance()
	p.opens = p.opens[:len(p.opens)-1]
}

// list reads items separated by commas up to and including the partner of the
// bracket opened last, at index open. item reads one. trailing says whether a
// comma may stand behind the last item. It reports whether there was a comma.
func (p *parser) list(open int, trailing bool, item func()) (comma bool) {
	closer := p.toks[open].kind + 1
	for p.kind != closer {
		item()
		if p.kind == closer {
			break
		}
		if p.kind != kComma {
			if p.kind != kStop {
				p.unclosed(open, "`,` or `"+kindText[closer]+"`")
			}
			if !p.resume(open) {
				return comma
			}
		}
		if p.accept(kComma) {
			comma = true
			if p.kind == closer && !trailing {
				p.softError(diag.UnexpectedToken, p.tokenSpan(p.pos), "Expected identifier, found %s", p.found(p.pos)).
					Suggest("no comma may stand behind the last name here")
			}
		}
	}
	p.close(open, "`"+kindText[closer]+"`")
	return comma
}

// resume goes on after an error inside the bracket at index open: at the next
// comma between its items or at its partner. It reports false, and the parser
// stays stopped, if that is unknown.
func (p *parser) resume(open int) bool {
	limit := int(p.match[open])
	if limit < p.pos || p.hopeless || p.full() {
		return false
	}
	p.dropOpens(open)
	i := p.pos
	for i < limit && p.toks[i].kind != kComma {
		i = p.behind(i)
	}
	p.quietUntil = max(p.quietUntil, i+1)
	p.seek(i)
	return true
}

// dropOpens forgets the brackets that were opened behind the one at index open.
func (p *parser) dropOpens(open int) {
	for len(p.opens) > 0 && p.opens[len(p.opens)-1] > open {
		p.opens = p.opens[:len(p.opens)-1]
	}
}

// behind returns the index behind token i, or behind its partner if it opens a
// bracket that has one.
func (p *parser) behind(i int) int {
	if m := int(p.match[i]); m > i {
		return m + 1
	}
	return i + 1
}

// escape moves out of the brackets behind the one at index open (-1: all) that
// an error left open, as far as their partners are known, and forgets them.
func (p *parser) escape(open int) {
	for _, o := range p.opens {
		if o > open && int(p.match[o]) >= p.pos {
			p.seek(int(p.match[o]) + 1)
			break
		}
	}
	p.dropOpens(open)
	p.hopeless = false
}

// recover goes on after an error in the statement that began at token first, in
// the block whose bracket has index open (-1: the file): at the next statement or
// at the end of the block. It reports false, and the parser stays stopped, if the
// block has no end.
func (p *parser) recover(open, first int) bool {
	p.escape(open)
	if p.full() {
		p.seek(len(p.toks) - 1)
		return false
	}
	i := p.pos
	for {
		t := p.toks[i]
		switch {
		case t.kind == kEOF:
			p.seek(i)
			return true
		case t.kind.closer():
			m := int(p.match[i])
			if m >= 0 && m < open {
				p.seek(i)
				p.kind = kStop
				return false
			}
			if open >= 0 && (m == open || t.kind == kRBrace) {
				p.seek(i)
				return true
			}
		case i > first && (t.kind.beginsStatement() || t.lineBreak && t.kind.beginsLine()):
			p.seek(i)
			return true
		}
		i = p.behind(i)
	}
}
