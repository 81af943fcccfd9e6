// Declarations: functions, modules, imports, stages, types.

package syntax

import "mmm/compiler/diag"

// function reads fn or macro.
func (p *parser) function(start int, pub bool) Stmt {
	macro := p.kind == kMacro
	p.advance()
	var name Ident
	if p.kind == kLParen || p.kind == kLBrace {
		p.softError(diag.UnexpectedToken, p.tokenSpan(p.pos), "Expected identifier, found %s", p.found(p.pos)).
			Suggest("a function without a name is written |x| e")
		name = Ident{At: p.here()}
	} else {
		name = p.name("identifier", kLParen, kLBrace)
	}
	first := p.start()
	var params []*Param
	if p.kind == kLParen {
		open := p.open()
		p.list(open, true, func() { params = append(params, p.param()) })
	}
	var ret Type
	if p.accept(kArrow) {
		ret = p.typ(false)
	}
	if (p.kind == kAssign || p.kind == kFatArrow) && p.peek(1) == kLBrace {
		p.softError(diag.UnexpectedToken, p.tokenSpan(p.pos), "Expected `{`, found %s", p.found(p.pos)).
			Suggest("the body follows directly: fn f(x) { … }")
		p.advance()
	}
	var body Expr
	if p.kind == kLBrace {
		body = p.nestedBlock()
	} else {
		if p.kind != kStop {
			p.unexpected("`{`").Suggest("the body of a function is a block: fn f(x) { … }")
		}
		body = &Block{p.here(), []Stmt{&ExprStmt{p.here(), p.bad()}}}
	}
	fun := &Lambda{p.from(first), params, ret, body}
	return &Fn{p.from(start), pub, macro, name, fun}
}

// param reads a parameter of a function.
func (p *parser) param() *Param {
	start := p.start()
	name := p.name("identifier", kComma, kColon, kAssign, kRParen)
	var typ Type
	if p.accept(kColon) {
		typ = p.typ(false)
	}
	var def Expr
	if p.accept(kAssign) {
		def = p.operand()
	}
	return &Param{p.from(start), name, typ, def}
}

// include reads include("path").
func (p *parser) include(start int) Stmt {
	p.advance()
	if p.kind != kLParen {
		p.expect(kLParen)
		return &BadStmt{p.from(start)}
	}
	open := p.open()
	var path *String
	if p.kind == kString {
		path = p.stringLiteral()
	} else {
		p.unexpected("string literal").Suggest("include takes the file's path: include(\"voices.mmm\")")
	}
	p.close(open, "`)`")
	if path == nil {
		return &BadStmt{p.from(start)}
	}
	return &Include{p.from(start), path}
}

// stage reads #stage(main) or #stage(macro).
func (p *parser) stage(start int) Stmt {
	p.advance()
	if !p.expect(kStage) || p.kind != kLParen {
		p.expect(kLParen)
		return &BadStmt{p.from(start)}
	}
	open := p.open()
	macro := p.kind == kMacro
	ok := macro || p.kind == kMain
	if ok {
		p.advance()
	} else {
		p.unexpected("`main` or `macro`")
	}
	p.close(open, "`)`")
	if !ok {
		return &BadStmt{p.from(start)}
	}
	return &StageDecl{p.from(start), macro}
}

// module reads mod name or mod name { statements }.
func (p *parser) module(start int, pub bool) Stmt {
	defer p.leave()
	if !p.enter() {
		return &BadStmt{p.here()}
	}
	p.advance()
	name := p.name("identifier", kLBrace)
	if p.kind != kLBrace {
		return &Mod{p.from(start), pub, name, false, nil}
	}
	open := p.open()
	stmts := p.statements(open, false)
	if p.kind == kRBrace {
		p.closeBlock(open)
	}
	return &Mod{p.from(start), pub, name, true, stmts}
}

// use reads use a::b, use a::* and use a::{b, c}.
func (p *parser) use(start int, pub bool) Stmt {
	p.advance()
	u := &Use{Pub: pub, Path: []Ident{p.name("identifier")}}
	for !u.All && !u.Group && p.accept(kPathSep) {
		switch p.kind {
		case kStar:
			p.advance()
			u.All = true
		case kLBrace:
			open := p.open()
			u.Group = true
			p.list(open, false, func() { u.Names = append(u.Names, p.name("identifier", kComma, kRBrace)) })
		default:
			u.Path = append(u.Path, p.name("identifier after `::`"))
		}
	}
	u.At = p.from(start)
	return u
}

// typeStatement reads type and type alias.
func (p *parser) typeStatement(start int, pub bool) Stmt {
	p.advance()
	if p.accept(kAlias) {
		name := p.name("identifier", kAssign)
		p.expect(kAssign)
		typ := p.typ(false)
		return &TypeAlias{p.from(start), pub, name, typ}
	}
	rec := p.accept(kRec)
	name := p.name("identifier", kAssign)
	p.expect(kAssign)
	var variants []Variant
	for {
		switch p.kind {
		case kFloatType, kIntType, kStringType, kLParen, kLBrace, kLBracket, kBackquote:
			p.unexpected("constructor name").Suggest("to name a type write: type alias %s = …", name.Name)
		}
		variants = append(variants, p.variant())
		if !p.accept(kBar) {
			return &TypeDecl{p.from(start), pub, rec, name, variants}
		}
	}
}

// variant reads a constructor with its payload.
func (p *parser) variant() Variant {
	start := p.start()
	name := p.name("constructor name", kBar, kLParen)
	var payload []Type
	if p.kind == kLParen {
		open := p.pos
		payload, _ = p.typeList()
		if len(payload) == 0 {
			p.softError(diag.UnexpectedToken, p.tokenSpan(open+1), "Expected type, found `)`").
				Suggest("a constructor without payload is written without parentheses")
		}
	}
	return Variant{p.from(start), name, payload}
}
