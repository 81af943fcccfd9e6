package types

import (
	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// inferChain infers a chain of operators without recursion on its left side.
func (c *checker) inferChain(top *syntax.Binary) Type {
	chain := c.chain(top)
	first := len(chain) - 1
	if !isHole(chain[first].L) {
		c.expr(chain[first].L)
	}
	var t Type
	for i := first; i >= 0; i-- {
		b := chain[i]
		if known, ok := c.info.Types[b]; ok {
			t = known
			continue
		}
		c.at = b.Span()
		t = c.binary(b)
		c.info.Types[b] = t
	}
	return t
}

// binary infers an operator whose left side is known.
func (c *checker) binary(b *syntax.Binary) Type {
	if c.names.failed[b] {
		if !isHole(b.R) && b.Op != syntax.OpMacroPipe {
			c.expr(b.R)
		}
		return Failure
	}
	switch b.Op {
	case syntax.OpPipe:
		return c.call(b, b.R, []syntax.Expr{b.L})
	case syntax.OpMacroPipe:
		r, ok := c.info.Rewrites[b]
		if !ok {
			return Failure
		}
		return c.expr(r)
	case syntax.OpAt:
		return c.schedule(b)
	}
	lt, rt := c.expr(b.L), c.expr(b.R)
	if b.Op <= syntax.OpDiv {
		if c.isTuple(lt) || c.isTuple(rt) {
			return c.tupleArithmetic(b.OpPos, b.L, b.R, lt, rt)
		}
	}
	c.number(b.L, lt)
	c.number(b.R, rt)
	return Number
}

// number checks that e is a number.
func (c *checker) number(e syntax.Expr, t Type) {
	if c.resolve(t) != Number {
		c.coerce(e, t, Number, false)
	}
}

// unary infers a sign.
func (c *checker) unary(e *syntax.Unary) Type {
	t := c.expr(e.X)
	if e.Op == syntax.OpSub && c.isTuple(t) {
		return c.tupleArithmetic(e.Span(), nil, e.X, Number, t)
	}
	c.number(e.X, t)
	return Number
}

// schedule infers f @ t.
func (c *checker) schedule(b *syntax.Binary) Type {
	f := c.expr(b.L)
	c.number(b.R, c.expr(b.R))
	want := &Function{Ret: c.fresh()}
	if got, ok := c.look(f).(*Function); ok && len(got.Params) > 0 && (len(got.Params) > 1 || c.look(got.Params[0].Type) != Unit) {
		c.mismatch(b.L, want, f, nil)
		return Unit
	}
	c.equal(b.L, f, want)
	return Unit
}

// isTuple reports whether t is known to be a tuple.
func (c *checker) isTuple(t Type) bool {
	x, ok := c.resolve(t).(*Tuple)
	return ok && len(x.Elems) > 0
}

// tupleArithmetic gives the type of an operator of which at least one operand
// is a tuple (types.md 10.1). l and r are the operands' expressions as far as
// known, at is the operator.
func (c *checker) tupleArithmetic(at source.Span, l, r syntax.Expr, lt, rt Type) Type {
	c.tick()
	tl, lTuple := c.resolve(lt).(*Tuple)
	tr, rTuple := c.resolve(rt).(*Tuple)
	lTuple = lTuple && len(tl.Elems) > 0
	rTuple = rTuple && len(tr.Elems) > 0
	if !lTuple && !rTuple {
		c.leaf(at, l, lt)
		c.leaf(at, r, rt)
		return Number
	}
	if c.resolve(lt) == Failure || c.resolve(rt) == Failure {
		return Failure
	}
	n := 0
	switch {
	case lTuple && rTuple:
		n = len(tl.Elems)
		if n != len(tr.Elems) {
			c.clashAt(at, lt, rt, nil)
			return Failure
		}
	case lTuple:
		n = len(tl.Elems)
		if !c.leaf(at, r, rt) {
			return Failure
		}
	default:
		n = len(tr.Elems)
		if !c.leaf(at, l, lt) {
			return Failure
		}
	}
	if c.tooWide(at, n, lt, rt) {
		return Failure
	}
	out := make([]Type, n)
	for i := range out {
		le, re, le2, re2 := lt, rt, l, r
		if lTuple {
			le, le2 = tl.Elems[i], element(l, i)
		}
		if rTuple {
			re, re2 = tr.Elems[i], element(r, i)
		}
		out[i] = c.tupleArithmetic(at, le2, re2, le, re)
	}
	return &Tuple{out}
}

// tooWide reports a tuple of more elements than arithmetic and spread take.
func (c *checker) tooWide(at source.Span, n int, types ...Type) bool {
	if n <= maxSpread {
		return false
	}
	want := make([]Type, maxSpread)
	for i := range want {
		want[i] = Number
	}
	for _, t := range types {
		if x, ok := c.resolve(t).(*Tuple); ok && len(x.Elems) == n {
			c.clashAt(at, &Tuple{want}, t, nil)
			break
		}
	}
	return true
}

// leaf checks one number of tuple arithmetic.
func (c *checker) leaf(at source.Span, e syntax.Expr, t Type) bool {
	switch x := c.look(t).(type) {
	case *Var:
		c.link(x, Number)
		return true
	case Prim:
		if x == Number || x == Int || x == Failure {
			return true
		}
	}
	if e != nil {
		at = valueOf(e).Span()
	}
	c.clashAt(at, Number, t, nil)
	return false
}

// element returns the expression of element i when e is a tuple literal.
func element(e syntax.Expr, i int) syntax.Expr {
	if e == nil {
		return nil
	}
	if t, ok := valueOf(e).(*syntax.Tuple); ok && i < len(t.Elems) {
		return t.Elems[i]
	}
	return nil
}

// equal unifies the type of e with another, reporting at e.
func (c *checker) equal(e syntax.Expr, got, want Type) bool {
	if err := c.unify(want, got); err != nil {
		c.mismatch(e, want, got, err)
		return false
	}
	return true
}

// mismatch reports that e has another type than wanted.
func (c *checker) mismatch(e syntax.Expr, want, got Type, why *clash) {
	c.clashAt(valueOf(e).Span(), want, got, why)
}

// clashAt reports two types that do not fit, with the headline of why.
func (c *checker) clashAt(at source.Span, want, got Type, why *clash) {
	code := diag.TypeMismatch
	if why != nil {
		code = why.code
	}
	text := "Type mismatch"
	switch code {
	case diag.LengthMismatch:
		text = "Length of the elements are different"
	case diag.CircularType:
		text = "Circular loop of type definition detected."
	case diag.IncompatibleKeys:
		text = "Record type has incompatible keys."
	case diag.MissingArguments:
		text = "Arguments for functions are less than required."
	}
	d := c.errorf(code, at, "%s", text)
	if code == diag.CircularType {
		return
	}
	d.Note(source.Span{}, "expected type: %s", typeName(want))
	d.Note(source.Span{}, "found type: %s", typeName(got))
}
