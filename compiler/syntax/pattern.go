// Patterns of let and of match.

package syntax

import "mmm/compiler/diag"

// pattern reads what a let binds.
func (p *parser) pattern() Pattern {
	defer p.leave()
	if !p.enter() {
		return &BadPattern{p.here()}
	}
	start := p.start()
	switch k := p.kind; {
	case k == kIdent:
		name := p.name("identifier")
		return &NamePattern{p.from(start), name}
	case k == kHole:
		p.advance()
		return &WildPattern{p.from(start)}
	case k == kLParen:
		open := p.open()
		var elems []Pattern
		p.list(open, true, func() { elems = append(elems, p.pattern()) })
		return &TuplePattern{p.from(start), elems}
	case k == kLBrace:
		open := p.open()
		var fields []PatternField
		p.list(open, true, func() {
			name := p.name("identifier", kAssign)
			if p.kind == kColon {
				p.unclosed(open, "`=`").Suggest("a record pattern names the field and what it binds: {a = x}")
				return
			}
			if p.expect(kAssign) {
				fields = append(fields, PatternField{name, p.pattern()})
			}
		})
		return &RecordPattern{p.from(start), fields}
	case (k == kAssign || k == kColon) && p.prev > 0:
		// The name is missing: the value can be read all the same.
		p.softError(diag.UnexpectedToken, p.tokenSpan(p.pos), "Expected %s, found %s", wantPattern, p.found(p.pos))
		return &BadPattern{p.here()}
	case k.keyword() && oneOf(p.peek(1), []kind{kAssign, kColon, kComma, kRParen, kRBrace}):
		p.name(wantPattern, p.peek(1))
		return &BadPattern{p.from(start)}
	}
	p.unexpected(wantPattern)
	return &BadPattern{p.here()}
}

const wantPattern = "pattern (identifier, tuple, or record)"

// matchPattern reads what an arm tests.
func (p *parser) matchPattern() MatchPattern {
	defer p.leave()
	if !p.enter() {
		return &BadMatch{p.here()}
	}
	start := p.start()
	switch p.kind {
	case kInt, kFloat:
		text := p.tokenSpan(p.pos).Text()
		p.advance()
		return &NumberMatch{p.from(start), text, number(text)}
	case kHole:
		p.advance()
		return &WildMatch{p.from(start)}
	case kIdent, kFloatType, kIntType, kStringType:
		p.advance()
		at := p.from(start)
		name := Ident{At: at, Name: at.Pos.Text()}
		if p.kind != kLParen {
			return &NameMatch{at, name}
		}
		elems := p.matchList(p.binding)
		return &CtorMatch{p.from(start), name, elems}
	case kLParen:
		elems := p.matchList(p.matchPattern)
		return &TupleMatch{p.from(start), elems}
	}
	d := p.unexpected("match pattern (int, float, _, or constructor)")
	switch p.toks[p.pos].kind {
	case kMinus:
		d.Suggest("patterns have no negative numbers; compare with if")
	case kString:
		d.Suggest("patterns have no strings")
	}
	return &BadMatch{p.here()}
}

// matchList reads patterns in parentheses.
func (p *parser) matchList(read func() MatchPattern) []MatchPattern {
	open := p.open()
	var elems []MatchPattern
	p.list(open, true, func() { elems = append(elems, read()) })
	return elems
}

// binding reads what a constructor's payload is bound to.
func (p *parser) binding() MatchPattern {
	defer p.leave()
	if !p.enter() {
		return &BadMatch{p.here()}
	}
	start := p.start()
	switch p.kind {
	case kIdent:
		name := p.name("identifier")
		return &NameMatch{p.from(start), name}
	case kHole:
		p.advance()
		return &WildMatch{p.from(start)}
	case kLParen:
		open := p.pos
		elems := p.matchList(p.binding)
		if len(elems) == 0 {
			p.softError(diag.UnexpectedToken, p.tokenSpan(open+1), "Expected identifier, found `)`")
			return &BadMatch{p.from(start)}
		}
		return &TupleMatch{p.from(start), elems}
	}
	p.unexpected("identifier, `_` or `(`")
	return &BadMatch{p.here()}
}
