// Expressions: operators and what stands behind an operand (language.md 3).

package syntax

import (
	"math"
	"strconv"

	"mmm/compiler/diag"
)

// infix is the table of infix operators: a higher level binds tighter, all are
// left-associative.
var infix = [kindCount]struct {
	level int8
	op    Op
}{
	kPipe: {2, OpPipe}, kMacroPipe: {2, OpMacroPipe},
	kOr:  {3, OpOr},
	kAnd: {4, OpAnd},
	kEq:  {5, OpEq}, kNe: {5, OpNe},
	kLt: {6, OpLt}, kLe: {6, OpLe}, kGt: {6, OpGt}, kGe: {6, OpGe},
	kPlus: {7, OpAdd}, kMinus: {7, OpSub},
	kStar: {8, OpMul}, kSlash: {8, OpDiv}, kPercent: {8, OpMod},
	kCaret: {9, OpPow},
	kAt:    {10, OpAt},
}

// expr reads an expression, which may be an assignment.
func (p *parser) expr() Expr { return p.nested(true) }

// operand reads an expression that is no assignment.
func (p *parser) operand() Expr { return p.nested(false) }

// nested reads an expression as a level of nesting of its own.
func (p *parser) nested(assignment bool) Expr {
	defer p.leave()
	if !p.enter() {
		return p.bad()
	}
	outer := p.height
	p.height = 0
	start := p.start()
	e := p.binary(1)
	if assignment && p.kind == kAssign {
		p.advance()
		value := p.binary(1)
		p.grow()
		e = &Assign{p.from(start), e, value}
		if p.kind == kAssign {
			p.unexpected("end of the assignment").Suggest("an assignment has no value; write the second one as a statement of its own")
		}
	}
	p.height = max(outer, p.height+1)
	return e
}

// bad stands for an expression that could not be read.
func (p *parser) bad() Expr { return &Bad{p.here()} }

// binary reads a chain of infix operators of at least the given level.
func (p *parser) binary(level int8) Expr {
	start := p.start()
	left := p.prefix()
	for {
		in := infix[p.kind]
		if in.level == 0 || in.level < level {
			return left
		}
		pos := p.tokenSpan(p.pos)
		p.advance()
		right := p.binary(in.level + 1)
		p.grow()
		left = &Binary{p.from(start), in.op, pos, left, right}
	}
}

// prefix reads an operand with its prefix operators.
func (p *parser) prefix() Expr {
	start := p.start()
	k := p.kind
	switch k {
	case kMinus, kPlus, kDollar, kBackquote:
	default:
		return p.postfix()
	}
	defer p.leave()
	if !p.enter() {
		return p.bad()
	}
	if k == kMinus || k == kPlus {
		p.checkSign()
	}
	p.advance()
	var e Expr
	switch k {
	case kMinus:
		x := p.prefix()
		e = &Unary{p.from(start), OpSub, x}
	case kPlus:
		x := p.prefix()
		e = &Unary{p.from(start), OpAdd, x}
	case kDollar:
		x := p.prefix()
		e = &Splice{p.from(start), x}
	case kBackquote:
		x := p.blockOr(p.expr)
		e = &Quote{p.from(start), x}
	}
	p.grow()
	return e
}

// checkSign reports a sign written directly behind an arithmetic operator.
func (p *parser) checkSign() {
	if p.pos == 0 {
		return
	}
	before, sign := p.toks[p.pos-1], p.toks[p.pos]
	switch before.kind {
	case kPlus, kMinus, kStar, kSlash, kPercent, kCaret:
		if before.end == sign.start {
			p.softError(diag.AdjacentSigns, p.tokenSpan(p.pos), "Consecutive operators without whitespace are not allowed").
				Suggest("put a space between: %s %s", kindText[before.kind], kindText[sign.kind])
			p.quietUntil = max(p.quietUntil, p.pos+1)
		}
	}
}

// blockOr reads a block if a brace follows, else what other reads.
func (p *parser) blockOr(other func() Expr) Expr {
	if p.kind == kLBrace {
		return p.nestedBlock()
	}
	return other()
}

// postfix reads a primary and the calls, accesses and indices behind it. They
// continue it only on the same line.
func (p *parser) postfix() Expr {
	start := p.start()
	e := p.primary()
	for !p.lineBreak() {
		switch p.kind {
		case kLParen:
			args := p.args(p.operand)
			e = &Call{p.from(start), e, args}
		case kDot:
			e = p.access(start, e)
		case kLBracket:
			open := p.open()
			i := p.expr()
			p.close(open, "`]`")
			e = &Index{p.from(start), e, i}
		default:
			return e
		}
		p.grow()
	}
	return e
}

// args reads arguments in parentheses, each with read.
func (p *parser) args(read func() Expr) []Expr {
	open := p.open()
	var args []Expr
	p.list(open, true, func() {
		args = append(args, read())
		if p.kind == kAssign {
			p.unclosed(open, "`,` or `)`").Suggest("arguments are named by passing a record: f({a = 1})")
		}
	})
	return args
}

// access reads the field or projection of e behind a dot.
func (p *parser) access(start int, e Expr) Expr {
	p.advance()
	switch p.kind {
	case kIdent:
		name := p.name("field name")
		return &Field{p.from(start), e, name}
	case kInt:
		i := p.projection(p.tokenSpan(p.pos).Text())
		p.advance()
		return &Proj{p.from(start), e, i}
	}
	p.unexpected("field name or index")
	return &Bad{p.from(start)}
}

// projection returns the value of an index, at most the largest int32.
func (p *parser) projection(text string) int {
	i, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return math.MaxInt32
	}
	return int(i)
}

// number returns the float64 nearest to a literal; one that is too large is
// infinite.
func number(text string) float64 {
	if len(text) == 1 {
		return float64(text[0] - '0')
	}
	v, _ := strconv.ParseFloat(text, 64)
	return v
}
