// Operators: arithmetic on numbers and, element by element, on tuples.

package lower

import (
	"mmm/compiler/mir"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// binaryOps are the operators that are one operation on numbers.
var binaryOps = map[syntax.Op]mir.Op{
	syntax.OpAdd: mir.AddF, syntax.OpSub: mir.SubF, syntax.OpMul: mir.MulF, syntax.OpDiv: mir.DivF, syntax.OpMod: mir.ModF,
	syntax.OpEq: mir.EqF, syntax.OpNe: mir.NeF, syntax.OpLt: mir.LtF, syntax.OpLe: mir.LeF, syntax.OpGt: mir.GtF, syntax.OpGe: mir.GeF,
	syntax.OpAnd: mir.AndF, syntax.OpOr: mir.OrF,
}

// binary lowers an infix operator or pipe. Chains lean to the left and may be
// very long, so the left spine is walked in a loop.
func (c *function) binary(e *syntax.Binary) []mir.Value {
	var spine []*syntax.Binary
	var left syntax.Expr = e
	for {
		b, ok := left.(*syntax.Binary)
		if !ok || !plainOperator(b.Op) {
			break
		}
		spine = append(spine, b)
		left = b.L
	}
	if len(spine) == 0 {
		return c.pipe(e)
	}
	vals, t := c.expr(left), c.typ(left)
	for i := len(spine) - 1; i >= 0; i-- {
		b := spine[i]
		right, rt := c.expr(b.R), c.typ(b.R)
		c.b.Pos = b.OpPos
		vals = c.arith(b.Op, vals, t, right, rt)
		t = c.typ(b)
	}
	return vals
}

// plainOperator reports whether op computes on numbers.
func plainOperator(op syntax.Op) bool {
	_, ok := binaryOps[op]
	return ok || op == syntax.OpPow
}

// pipe lowers |>, ||> and @.
func (c *function) pipe(e *syntax.Binary) []mir.Value {
	switch e.Op {
	case syntax.OpPipe:
		return c.call(e, e.R, []syntax.Expr{e.L})
	case syntax.OpAt:
		return c.schedule(e)
	case syntax.OpMacroPipe:
		if r, ok := c.info.Rewrites[e]; ok {
			return c.expr(r)
		}
	}
	return c.failed(e, "the operator %s", e.Op)
}

// arith applies op to two values, element by element where one is a tuple.
func (c *function) arith(op syntax.Op, l []mir.Value, lt types.Type, r []mir.Value, rt types.Type) []mir.Value {
	lp, rp := parts(lt), parts(rt)
	if lp == nil && rp == nil {
		return []mir.Value{c.scalar(op, c.convertConcrete(l, lt, types.Number, c.b.Pos)[0], c.convertConcrete(r, rt, types.Number, c.b.Pos)[0])}
	}
	var out []mir.Value
	for i := range max(len(lp), len(rp)) {
		a, at, b, bt := l, lt, r, rt
		if lp != nil {
			a, at = l[lp[i].off:lp[i].off+size(lp[i].typ)], lp[i].typ
		}
		if rp != nil {
			b, bt = r[rp[i].off:rp[i].off+size(rp[i].typ)], rp[i].typ
		}
		out = append(out, c.arith(op, a, at, b, bt)...)
	}
	return out
}

// scalar applies op to two numbers.
func (c *function) scalar(op syntax.Op, a, b mir.Value) mir.Value {
	if op == syntax.OpPow {
		return c.builtin("pow", []mir.Value{a, b}, nil)[0]
	}
	return c.b.Op(binaryOps[op], a, b)
}

// unary lowers a sign: -e is 0 - e, so that -0 is +0.
func (c *function) unary(e *syntax.Unary) []mir.Value {
	vals, t := c.expr(e.X), c.typ(e.X)
	if e.Op == syntax.OpAdd {
		return c.convertConcrete(vals, t, types.Number, e.X.Span())
	}
	return c.arith(syntax.OpSub, []mir.Value{c.b.Num(0)}, types.Number, vals, t)
}
