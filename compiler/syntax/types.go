// Type annotations.

package syntax

// typ reads a type. In the annotation of a lambda's parameter (lambda) a bar
// continues a union only before float, int and string; else it closes the
// header.
func (p *parser) typ(lambda bool) Type {
	defer p.leave()
	if !p.enter() {
		return &BadType{p.here()}
	}
	start := p.start()
	var first Type
	if p.kind == kLParen {
		elems, comma := p.typeList()
		if p.accept(kArrow) {
			if len(elems) == 1 && !comma {
				if t, ok := elems[0].(*TupleType); ok && len(t.Elems) > 1 {
					elems = t.Elems // ((a, b)) -> c is (a, b) -> c
				}
			}
			ret := p.typ(lambda)
			return &FuncType{p.from(start), elems, ret}
		}
		first = p.tupleType(start, elems, comma)
	} else {
		first = p.member(lambda)
	}
	if !p.continuesUnion(lambda) {
		return first
	}
	members := []Type{first}
	for p.continuesUnion(lambda) {
		p.advance()
		members = append(members, p.member(lambda))
	}
	return &UnionType{p.from(start), members}
}

// continuesUnion reports whether a bar that belongs to the type follows.
func (p *parser) continuesUnion(lambda bool) bool {
	if p.kind != kBar {
		return false
	}
	if !lambda {
		return true
	}
	k := p.peek(1)
	return k == kFloatType || k == kIntType || k == kStringType
}

// typeList reads types in parentheses.
func (p *parser) typeList() (elems []Type, comma bool) {
	open := p.open()
	comma = p.list(open, true, func() { elems = append(elems, p.typ(false)) })
	return elems, comma
}

// tupleType returns the type in parentheses that began at start.
func (p *parser) tupleType(start int, elems []Type, comma bool) Type {
	if len(elems) == 1 && !comma {
		return elems[0]
	}
	return &TupleType{p.from(start), elems}
}

// member reads a type that is neither a function nor a union.
func (p *parser) member(lambda bool) Type {
	start := p.start()
	switch p.kind {
	case kFloatType, kIntType, kStringType:
		name := kindText[p.kind]
		p.advance()
		return &PrimType{p.from(start), name}
	case kIdent:
		segs := p.segments()
		return &NameType{p.from(start), segs}
	case kLParen:
		elems, comma := p.typeList()
		return p.tupleType(start, elems, comma)
	case kLBrace:
		open := p.open()
		var fields []TypeField
		p.list(open, true, func() {
			name := p.name("identifier", kColon)
			if p.expect(kColon) {
				fields = append(fields, TypeField{name, p.typ(false)})
			}
		})
		return &RecordType{p.from(start), fields}
	case kLBracket:
		open := p.open()
		elem := p.typ(false)
		p.close(open, "`]`")
		return &ArrayType{p.from(start), elem}
	case kBackquote:
		p.advance()
		x := p.typ(lambda)
		return &CodeType{p.from(start), x}
	case kStop:
	default:
		p.unexpected("type")
	}
	return &BadType{p.here()}
}
