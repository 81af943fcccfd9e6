// Statements and their lists: files, modules, blocks.

package syntax

import "mmm/compiler/diag"

// nestedBlock reads a block; the current token is its brace.
func (p *parser) nestedBlock() Expr {
	defer p.leave()
	if !p.enter() {
		return p.bad()
	}
	outer := p.height
	p.height = 0
	b := p.block()
	p.height = max(outer, p.height+1)
	return b
}

// block reads { statements }; the current token is the brace.
func (p *parser) block() *Block {
	start := p.start()
	open := p.open()
	stmts := p.statements(open, true)
	if p.kind == kRBrace {
		p.closeBlock(open)
	}
	return &Block{p.from(start), stmts}
}

// closeBlock reads the brace that closes the one at index open.
func (p *parser) closeBlock(open int) {
	p.dropOpens(open)
	p.opens = p.opens[:len(p.opens)-1]
	p.advance()
}

// statements reads statements up to the closing brace of the bracket at index
// open, or up to the end of the text if open is -1. Errors in a statement do not
// reach beyond it. The parser is stopped afterwards if the brace is missing.
func (p *parser) statements(open int, inBlock bool) []Stmt {
	var stmts []Stmt
	for {
		k := p.kind
		if p.lineBreak() {
			p.quietUntil = -1 // a new line is a new matter
		}
		switch {
		case k == kEOF:
			if open >= 0 {
				p.unexpectedEnd("`}`", open)
			}
			return stmts
		case k == kRBrace && open >= 0:
			return stmts
		case k.closer():
			if m := int(p.match[p.pos]); m >= 0 && m < open {
				p.unclosed(open, "`}`")
				return stmts
			}
			if p.match[p.pos] == -1 {
				p.softError(diag.UnexpectedToken, p.tokenSpan(p.pos), "Expected expression, found `%s` (no bracket is open here)", kindText[k])
			}
			p.advance()
			continue
		case inBlock && p.match[open] < 0 && p.toks[p.pos].lineBreak && p.atDeclaration():
			p.unclosedBefore(open)
			return stmts
		}
		first := p.pos
		stmts = append(stmts, p.statement(inBlock))
		if p.kind == kStop && !p.recover(open, first) {
			return stmts
		}
	}
}

// atDeclaration reports whether a statement that cannot stand in a block
// follows.
func (p *parser) atDeclaration() bool {
	return p.kind.declaration() || p.kind == kPub && p.peek(1).declaration()
}

// statement reads one statement.
func (p *parser) statement(inBlock bool) Stmt {
	start := p.start()
	misplaced := inBlock && p.atDeclaration()
	pub := p.accept(kPub)
	if misplaced {
		p.softError(diag.DeclInBlock, p.tokenSpan(p.pos), "declaration not allowed inside a block; use `let f = |x| …` or `letrec`")
	}
	var s Stmt
	switch p.kind {
	case kLet:
		s = p.let(start, pub)
	case kLetrec:
		s = p.letrec(start, pub)
	case kFn, kMacro:
		s = p.function(start, pub)
	case kInclude:
		s = p.include(start)
	case kHash:
		s = p.stage(start)
	case kMod:
		s = p.module(start, pub)
	case kUse:
		s = p.use(start, pub)
	case kType:
		s = p.typeStatement(start, pub)
	default:
		x := p.expr()
		return &ExprStmt{At{x.Span()}, x}
	}
	if misplaced {
		if f, ok := s.(*Fn); ok {
			// The name is known in the rest of the block, as was meant.
			return &LetRec{f.At, false, f.Name, f.Fun}
		}
		return &BadStmt{p.from(start)}
	}
	return s
}

// let reads let pattern: type = value.
func (p *parser) let(start int, pub bool) Stmt {
	p.advance()
	pat := p.pattern()
	var typ Type
	if p.accept(kColon) {
		typ = p.typ(false)
	}
	p.expect(kAssign)
	value := p.expr()
	return &Let{p.from(start), pub, pat, typ, value}
}

// letrec reads letrec name = value.
func (p *parser) letrec(start int, pub bool) Stmt {
	p.advance()
	name := p.name("identifier", kAssign)
	if p.kind == kColon {
		p.unexpected("`=`").Suggest("letrec takes no annotation; annotate the parameters")
	}
	p.expect(kAssign)
	value := p.expr()
	return &LetRec{p.from(start), pub, name, value}
}
