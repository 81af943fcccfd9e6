package types

import (
	"fmt"

	"mmm/compiler/diag"
	"mmm/compiler/syntax"
)

// isHole reports whether e is the placeholder, perhaps in parentheses.
func isHole(e syntax.Expr) bool {
	_, ok := strip(e).(*syntax.Hole)
	return ok
}

// holes counts the direct arguments of e that are the placeholder.
func holes(e syntax.Expr) int {
	n := 0
	count := func(list ...syntax.Expr) {
		for _, a := range list {
			if isHole(a) {
				n++
			}
		}
	}
	switch x := e.(type) {
	case *syntax.Call:
		count(x.Args...)
	case *syntax.Binary:
		switch x.Op {
		case syntax.OpMacroPipe:
		case syntax.OpPipe:
			count(x.L)
		default:
			count(x.L, x.R)
		}
	case *syntax.Unary:
		count(x.X)
	}
	return n
}

// partial reports a call with placeholders that no ||> fills, and marks it as
// failed. Its other parts are still resolved.
func (c *checker) partial(e syntax.Expr) bool {
	if holes(e) == 0 {
		return false
	}
	c.errorf(diag.MisplacedHole, e.Span(), "partial application needs `||>` here or the macro stage")
	c.names.failed[e] = true
	switch x := e.(type) {
	case *syntax.Call:
		c.nameExpr(x.Fn)
		for _, a := range x.Args {
			if !isHole(a) {
				c.nameExpr(a)
			}
		}
	case *syntax.Binary:
		// The left side of a chain has been resolved by the caller.
		if !isHole(x.R) {
			c.nameExpr(x.R)
		}
	}
	return true
}

// codePartial gives a call with placeholders in the macro stage its meaning
// (language.md 5.2): f(a, _) is |p| `f(a, $p). It reports whether e is one.
func (c *checker) codePartial(e syntax.Expr) bool {
	if c.stage != StageMacro || holes(e) == 0 {
		return false
	}
	l := &syntax.Lambda{}
	fill := func(x syntax.Expr) syntax.Expr {
		if !isHole(x) {
			return x
		}
		at := syntax.At{Pos: x.Span()}
		id := syntax.Ident{At: at, Name: fmt.Sprintf("_$%d", len(l.Params)+1)}
		l.Params = append(l.Params, &syntax.Param{At: at, Name: id})
		return &syntax.Splice{At: at, X: &syntax.Path{At: at, Segs: []syntax.Ident{id}}}
	}
	at := syntax.At{Pos: e.Span()}
	var body syntax.Expr
	switch x := e.(type) {
	case *syntax.Call:
		call := &syntax.Call{At: at, Fn: x.Fn, Args: make([]syntax.Expr, len(x.Args))}
		for i, a := range x.Args {
			call.Args[i] = fill(a)
		}
		body = call
	case *syntax.Binary:
		left := fill(x.L)
		body = &syntax.Binary{At: at, Op: x.Op, OpPos: x.OpPos, L: left, R: fill(x.R)}
	case *syntax.Unary:
		body = &syntax.Unary{At: at, Op: x.Op, X: fill(x.X)}
	default:
		return false
	}
	l.At = at
	l.Body = &syntax.Quote{At: at, X: body}
	c.info.Partials[e] = l
	c.nameExpr(l)
	return true
}

// rewritePipe gives x ||> f its meaning (language.md 5.3) and resolves the
// names of f. x itself has been resolved by the caller.
func (c *checker) rewritePipe(b *syntax.Binary) {
	f := strip(b.R)
	if isHole(b.R) {
		c.nameExpr(b.R)
		c.names.failed[b] = true
		return
	}
	switch n := holes(f); {
	case n > 1:
		c.errorf(diag.MisplacedHole, f.Span(), "`||>` needs exactly one `_` on its right side, but found %d", n)
		c.names.failed[b] = true
		return
	case n == 0:
		before := c.errors
		c.nameExpr(b.R)
		if _, chain := f.(*syntax.Binary); chain && c.errors > before {
			c.names.failed[b] = true // a hole in an inner operator
			return
		}
		c.info.Rewrites[b] = &syntax.Call{At: b.At, Fn: b.R, Args: []syntax.Expr{b.L}}
		return
	}
	fill := func(e syntax.Expr) syntax.Expr {
		if isHole(e) {
			return b.L
		}
		c.nameExpr(e)
		return e
	}
	c.countNode(f)
	switch x := f.(type) {
	case *syntax.Call:
		call := &syntax.Call{At: b.At, Fn: x.Fn, Args: make([]syntax.Expr, len(x.Args))}
		c.nameExpr(x.Fn)
		for i, a := range x.Args {
			call.Args[i] = fill(a)
		}
		c.info.Rewrites[b] = call
	case *syntax.Binary:
		l := fill(x.L)
		c.info.Rewrites[b] = &syntax.Binary{At: b.At, Op: x.Op, OpPos: x.OpPos, L: l, R: fill(x.R)}
	case *syntax.Unary:
		c.info.Rewrites[b] = &syntax.Unary{At: b.At, Op: x.Op, X: fill(x.X)}
	}
}
