// Primary expressions: literals, names, brackets, functions, conditionals.

package syntax

import (
	"sort"

	"mmm/compiler/diag"
)

// primary reads an operand without prefix and postfix operators.
func (p *parser) primary() Expr {
	start := p.start()
	switch p.kind {
	case kInt, kFloat:
		text := p.tokenSpan(p.pos).Text()
		p.advance()
		return &Number{p.from(start), text, number(text)}
	case kString:
		return p.stringLiteral()
	case kSelf:
		p.advance()
		return &Self{p.from(start)}
	case kNow:
		p.advance()
		return &Now{p.from(start)}
	case kSampleRate:
		p.advance()
		return &SampleRate{p.from(start)}
	case kHole:
		p.advance()
		return &Hole{p.from(start)}
	case kIdent:
		path := p.path()
		if p.kind != kBang {
			return path
		}
		p.advance()
		if p.kind != kLParen {
			p.unexpected("`(`").Suggest("a macro is called like a function: m!(a)")
			return &MacroCall{p.from(start), path, nil, false}
		}
		args := p.args(p.expr)
		return &MacroCall{p.from(start), path, args, false}
	case kBar:
		return p.lambda()
	case kLParen:
		return p.parenthesis()
	case kLBracket:
		open := p.open()
		var elems []Expr
		p.list(open, true, func() { elems = append(elems, p.expr()) })
		return &Array{p.from(start), elems}
	case kLBrace:
		if p.beginsRecord() {
			return p.record()
		}
		return p.nestedBlock()
	case kIf:
		return p.conditional()
	case kMatch:
		return p.matchExpr()
	case kStop:
	default:
		p.unexpected("expression")
	}
	return p.bad()
}

// stringLiteral reads a string; the current token is one.
func (p *parser) stringLiteral() *String {
	start := p.start()
	p.advance()
	at := p.from(start)
	text := at.Pos.Text()
	return &String{at, text[1 : len(text)-1]}
}

// path reads a name or a::b; the current token is an identifier.
func (p *parser) path() *Path {
	start := p.start()
	segs := p.segments()
	return &Path{p.from(start), segs}
}

// segments reads a::b.
func (p *parser) segments() []Ident {
	segs := []Ident{p.name("identifier")}
	for p.accept(kPathSep) {
		segs = append(segs, p.name("identifier after `::`"))
	}
	return segs
}

// parenthesis reads (e) or a tuple.
func (p *parser) parenthesis() Expr {
	start := p.start()
	if p.peek(1) == kRParen {
		p.softError(diag.UnexpectedToken, p.tokenSpan(p.pos+1), "Expected expression, found `)`").
			Suggest("the unit value is written {}")
		p.advance()
		p.advance()
		return &Bad{p.from(start)}
	}
	open := p.open()
	var elems []Expr
	comma := p.list(open, true, func() { elems = append(elems, p.expr()) })
	if len(elems) == 0 {
		return &Bad{p.from(start)}
	}
	if !comma && len(elems) == 1 {
		return &Paren{p.from(start), elems[0]}
	}
	return &Tuple{p.from(start), elems}
}

// beginsRecord reports whether the brace at the current token begins a record:
// "..", or a name and "=" or "<-", follows. A reserved word counts as a name so
// that it is reported as one.
func (p *parser) beginsRecord() bool {
	switch k := p.peek(1); {
	case k == kDotDot:
		return true
	case k == kIdent:
		return p.peek(2) == kAssign || p.peek(2) == kUpdate
	case k.keyword():
		return p.peek(2) == kAssign && k != kSelf && k != kNow && k != kSampleRate && k != kHole
	}
	return false
}

// record reads a record, complete or not, or a record update.
func (p *parser) record() Expr {
	start := p.start()
	open := p.open()
	var base *Path
	if p.peek(1) == kUpdate {
		base = p.path()
		p.advance()
	}
	var fields []RecordField
	partial := false
	p.list(open, true, func() {
		if base == nil && p.kind == kDotDot {
			p.advance()
			partial = true
			if p.kind != kRBrace {
				p.unclosed(open, "`}`").Suggest("`..` stands last in a record")
			}
			return
		}
		name := p.name("identifier", kAssign)
		if p.expect(kAssign) {
			fields = append(fields, RecordField{name, p.expr()})
		}
		if p.kind != kComma && p.kind != kRBrace && len(fields) == 1 && p.lineBreak() {
			p.unclosed(open, "`,` or `}`").
				Suggest("`{ x =` begins a record; a block that begins with an assignment can stand only behind a function header, if, else, => or `")
		}
	})
	sort.SliceStable(fields, func(i, j int) bool { return fields[i].Name.Name < fields[j].Name.Name })
	if base != nil {
		if len(fields) == 0 {
			p.softError(diag.UnexpectedToken, p.tokenSpan(p.pos-1), "Expected identifier, found `}`").
				Suggest("name the fields that change: {r <- a = 1}")
		}
		return &Update{p.from(start), base, fields}
	}
	return &Record{p.from(start), fields, partial}
}

// lambda reads |params| -> ret body.
func (p *parser) lambda() Expr {
	start := p.start()
	p.advance()
	var params []*Param
	for p.kind != kBar {
		first := p.start()
		name := p.name("parameter name or `|`", kComma, kBar, kColon)
		var typ Type
		if p.accept(kColon) {
			typ = p.typ(true)
		}
		params = append(params, &Param{p.from(first), name, typ, nil})
		if !p.accept(kComma) {
			break
		}
	}
	if p.kind != kBar {
		if p.kind == kAssign {
			p.unexpected("`,` or `|`").Suggest("parameters of a lambda have no default values")
		} else if p.kind != kStop {
			p.unexpected("`,` or `|`")
		}
		p.hopeless = true
		return &Bad{p.from(start)}
	}
	p.advance()
	var ret Type
	if p.accept(kArrow) {
		ret = p.typ(false)
	}
	body := p.blockOr(p.expr)
	return &Lambda{p.from(start), params, ret, body}
}

// conditional reads an if and the else-ifs that follow it.
func (p *parser) conditional() Expr {
	type branch struct {
		start      int
		cond, then Expr
	}
	var chain []branch
	var last Expr
	for {
		start := p.start()
		p.advance()
		condition := p.start()
		cond := p.expr()
		if p.kind == kElse && p.missingBranch(cond) {
			cond = &Bad{p.from(condition)}
		}
		then := p.blockOr(p.expr)
		chain = append(chain, branch{start, cond, then})
		if !p.accept(kElse) {
			break
		}
		if p.kind != kIf {
			last = p.blockOr(p.expr)
			break
		}
		p.grow()
	}
	for i := len(chain) - 1; i >= 0; i-- {
		last = &If{p.from(chain[i].start), chain[i].cond, chain[i].then, last}
	}
	return last
}

// missingBranch reports an else where the first branch should stand, and
// whether that was probably read as a part of the condition.
func (p *parser) missingBranch(cond Expr) bool {
	d := p.fail(diag.UnexpectedToken, "Expected expression, found %s", p.found(p.pos))
	for x := cond; ; {
		switch y := x.(type) {
		case *Binary:
			x = y.L
			continue
		case *Call:
			x = y.Fn
			continue
		case *Index:
			x = y.X
			continue
		case *Field:
			x = y.X
			continue
		case *Proj:
			x = y.X
			continue
		case *Paren:
			if x != cond {
				d.Note(cond.Span(), "all of this was read as the condition").
					Suggest("write braces around the branches: if (c) {x} else {y}")
				return true
			}
		}
		return false
	}
}

// matchExpr reads a match.
func (p *parser) matchExpr() Expr {
	start := p.start()
	p.advance()
	x := p.expr()
	if p.kind != kLBrace {
		p.expect(kLBrace)
		return &Match{p.from(start), x, nil}
	}
	open := p.open()
	var arms []*Arm
	for p.kind != kRBrace {
		switch {
		case p.kind == kEOF:
			p.unexpectedEnd("`}`", open)
			return &Match{p.from(start), x, arms}
		case p.match[open] < 0 && p.kind.beginsStatement():
			p.unclosedBefore(open)
			return &Match{p.from(start), x, arms}
		}
		first := p.pos
		arms = append(arms, p.arm(open))
		if p.kind != kStop {
			p.accept(kComma)
		} else if !p.resumeArm(open, first) {
			return &Match{p.from(start), x, arms}
		}
	}
	p.close(open, "`}`")
	return &Match{p.from(start), x, arms}
}

// arm reads an arm of the match whose brace has index open.
func (p *parser) arm(open int) *Arm {
	start := p.start()
	if p.kind.closer() {
		p.unclosed(open, "match pattern or `}`")
	}
	pat := p.matchPattern()
	if p.kind == kAssign || p.kind == kArrow {
		p.softError(diag.UnexpectedToken, p.tokenSpan(p.pos), "Expected `=>`, found %s", p.found(p.pos))
		p.advance()
	} else {
		p.expect(kFatArrow)
	}
	body := p.blockOr(p.expr)
	return &Arm{p.from(start), pat, body}
}

// resumeArm goes on after an error in the arm that began at token first, behind
// the next comma, at the next line that can begin an arm, or at the end of the
// match whose brace has index open.
func (p *parser) resumeArm(open, first int) bool {
	limit := int(p.match[open])
	if limit < p.pos || p.full() {
		return false
	}
	p.escape(open)
	i := p.pos
	for i < limit {
		t := p.toks[i]
		if t.kind == kComma {
			i++
			break
		}
		if i > first && t.lineBreak && t.kind.beginsArm() {
			break
		}
		i = p.behind(i)
	}
	p.seek(i)
	return true
}
