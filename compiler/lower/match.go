// Match: an index is computed for the arm that is taken, then one switch runs
// it. Every arm is lowered once, in source order, so that its state has one
// place (spec vm.md 9.3).

package lower

import (
	"math"

	"mmm/compiler/mir"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// match lowers a match on a number or a tuple.
func (c *function) match(e *syntax.Match) []mir.Value {
	vals, t := c.expr(e.X), c.typ(e.X)
	if len(e.Arms) == 0 {
		return nil
	}
	if !matchable(t) {
		return c.failed(e, "a match on this type")
	}
	last := len(e.Arms) - 1 // the arm taken when no test holds
	for i, arm := range e.Arms {
		if catchAll(arm.Pat) {
			last = i
			break
		}
	}
	index := c.b.Int(int64(last))
	for i := len(e.Arms) - 1; i >= 0; i-- {
		if catchAll(e.Arms[i].Pat) {
			continue
		}
		if holds := c.test(e.Arms[i].Pat, vals, t); holds == mir.NoValue {
			index = c.b.Int(int64(i)) // a row of wildcards
		} else {
			index = c.b.Op(mir.Select, holds, c.b.Int(int64(i)), index)
		}
	}
	in := &mir.Instr{Op: mir.Switch, Args: []mir.Value{index}}
	for _, arm := range e.Arms {
		in.Blocks = append(in.Blocks, c.b.Block(func() []mir.Value {
			c.bindMatch(arm.Pat, vals, t)
			return c.exprAs(arm.Body, c.info.Types[e])
		}))
	}
	return c.b.Emit(in, size(c.typ(e)))
}

// matchable reports whether match works on values of type t.
func matchable(t types.Type) bool {
	switch t := t.(type) {
	case types.Prim:
		return t == types.Number || t == types.Int
	case *types.Tuple:
		for _, e := range t.Elems {
			if !matchable(e) {
				return false
			}
		}
		return true
	}
	return false
}

// catchAll reports whether p is a whole-arm _ or name, which is tried last.
func catchAll(p syntax.MatchPattern) bool {
	switch p.(type) {
	case *syntax.WildMatch, *syntax.NameMatch:
		return true
	}
	return false
}

// test returns a condition that holds when p matches, NoValue when it always
// does.
func (c *function) test(p syntax.MatchPattern, vals []mir.Value, t types.Type) mir.Value {
	switch p := p.(type) {
	case *syntax.NumberMatch:
		v := vals[0]
		if t == types.Number {
			v = c.b.Op(mir.FtoI, v)
		}
		return c.b.Op(mir.EqI, v, c.b.Int(truncated(p.Value)))
	case *syntax.TupleMatch:
		all := mir.NoValue
		c.eachPart(p, vals, t, func(q syntax.MatchPattern, v []mir.Value, t types.Type) {
			one := c.test(q, v, t)
			switch {
			case one == mir.NoValue:
			case all == mir.NoValue:
				all = one
			default:
				all = c.b.Op(mir.AndF, all, one)
			}
		})
		return all
	}
	return mir.NoValue
}

// bindMatch binds the names of p.
func (c *function) bindMatch(p syntax.MatchPattern, vals []mir.Value, t types.Type) {
	switch p := p.(type) {
	case *syntax.NameMatch:
		if b := c.info.Defs[&p.Name]; b != nil {
			c.bindLocal(b, vals, flatten(t, nil))
		}
	case *syntax.TupleMatch:
		c.eachPart(p, vals, t, c.bindMatch)
	}
}

// eachPart visits the elements of a tuple pattern with their values.
func (c *function) eachPart(p *syntax.TupleMatch, vals []mir.Value, t types.Type, visit func(syntax.MatchPattern, []mir.Value, types.Type)) {
	ps := parts(t)
	if ps == nil && len(p.Elems) == 1 {
		visit(p.Elems[0], vals, t)
		return
	}
	for i, q := range p.Elems {
		if i < len(ps) {
			visit(q, vals[ps[i].off:ps[i].off+size(ps[i].typ)], ps[i].typ)
		}
	}
}

// truncated converts a literal pattern as a scrutinee is converted: toward
// zero, saturating.
func truncated(x float64) int64 {
	if x >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(x)
}
