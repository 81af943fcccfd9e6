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

// match lowers a match on a number, tuple, sum or union.
func (c *function) match(e *syntax.Match) []mir.Value {
	vals, t := c.expr(e.X), c.typ(e.X)
	vals, t = c.opened(vals, t)
	if len(e.Arms) == 0 {
		return nil
	}
	last := len(e.Arms) - 1 // the arm taken when no test holds
	for i, arm := range e.Arms {
		if c.catchAll(arm.Pat) {
			last = i
			break
		}
	}
	index := c.b.Int(int64(last))
	for i := len(e.Arms) - 1; i >= 0; i-- {
		if c.catchAll(e.Arms[i].Pat) {
			continue
		}
		if holds := c.test(e.Arms[i].Pat, vals, t); holds == mir.NoValue {
			index = c.b.Int(int64(i)) // a row of wildcards
		} else {
			index = c.b.Op(mir.Select, holds, c.b.Int(int64(i)), index)
		}
	}
	in := &mir.Instr{Op: mir.Switch, Args: []mir.Value{index}}
	for i, arm := range e.Arms {
		in.Blocks = append(in.Blocks, c.b.Block(func() []mir.Value {
			c.bindMatch(arm.Pat, vals, t, i == last)
			return c.exprAs(arm.Body, c.info.Types[e])
		}))
	}
	return c.b.Emit(in, size(c.typ(e)))
}

// opened takes a boxed value out of its box.
func (c *function) opened(vals []mir.Value, t types.Type) ([]mir.Value, types.Type) {
	if b, ok := t.(*types.Boxed); ok {
		inner := c.sub.concrete(b.X)
		return c.unbox(vals[0], inner), inner
	}
	return vals, t
}

// catchAll reports whether p is a whole-arm _ or name, which is tried last.
func (c *function) catchAll(p syntax.MatchPattern) bool {
	switch p := p.(type) {
	case *syntax.WildMatch:
		return true
	case *syntax.NameMatch:
		return c.info.Binds[p]
	}
	return false
}

// variant returns the tag that a constructor pattern of that name wants in a
// value of type t, and the type of its payload.
func (c *function) variant(p syntax.MatchPattern, name string, t types.Type) (tag int, payload types.Type, ok bool) {
	tag = -1
	switch x := t.(type) {
	case *types.Sum:
		for i, v := range x.Variants {
			if v.Name == name {
				tag = i
			}
		}
	case *types.Union:
		tag = memberTag(x, name)
	}
	list := payloads(t)
	if tag < 0 || tag >= len(list) {
		return 0, nil, false
	}
	return tag, list[tag], true
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
	case *syntax.NameMatch:
		if !c.info.Binds[p] {
			return c.testTag(p, p.Name.Name, vals, t)
		}
	case *syntax.CtorMatch:
		return c.testTag(p, p.Name.Name, vals, t)
	case *syntax.TupleMatch:
		all := mir.NoValue
		c.eachPart(p.Elems, vals, t, func(q syntax.MatchPattern, v []mir.Value, t types.Type) {
			v, t = c.opened(v, t)
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

// testTag tests the tag of a sum or union.
func (c *function) testTag(p syntax.MatchPattern, name string, vals []mir.Value, t types.Type) mir.Value {
	tag, _, ok := c.variant(p, name, t)
	if !ok {
		c.unsupported(p.Span(), "this pattern")
		return mir.NoValue
	}
	return c.b.Op(mir.EqI, vals[0], c.b.Int(int64(tag)))
}

// bindMatch binds the names of p. In the arm that runs when no test holds
// (fallback), names under a constructor that does not match are zero.
func (c *function) bindMatch(p syntax.MatchPattern, vals []mir.Value, t types.Type, fallback bool) {
	switch p := p.(type) {
	case *syntax.NameMatch:
		if c.info.Binds[p] {
			c.bindLocal(c.info.Defs[&p.Name], vals, t)
		}
	case *syntax.TupleMatch:
		c.eachPart(p.Elems, vals, t, func(q syntax.MatchPattern, v []mir.Value, t types.Type) {
			v, t = c.opened(v, t)
			c.bindMatch(q, v, t, fallback)
		})
	case *syntax.CtorMatch:
		tag, payload, ok := c.variant(p, p.Name.Name, t)
		if !ok || len(p.Payload) == 0 {
			return
		}
		words := vals[1 : 1+size(payload)]
		take := func() []mir.Value { return c.unboxParts(words, payload) }
		open := openedType(c.sub, payload)
		if fallback {
			holds := c.b.Op(mir.EqI, vals[0], c.b.Int(int64(tag)))
			words = c.b.If(holds, size(open), take, func() []mir.Value { return zeros(c.b, flatten(open, nil)) })
		} else {
			words = take()
		}
		c.bindPayload(p.Payload, words, open)
	}
}

// openedType returns a payload type as its names see it: boxes taken off.
func openedType(sub substitution, t types.Type) types.Type {
	switch t := t.(type) {
	case *types.Boxed:
		return sub.concrete(t.X)
	case *types.Tuple:
		open := &types.Tuple{}
		for _, e := range t.Elems {
			open.Elems = append(open.Elems, openedType(sub, e))
		}
		return open
	}
	return t
}

// unboxParts loads the boxed elements of a payload.
func (c *function) unboxParts(vals []mir.Value, t types.Type) []mir.Value {
	switch t := t.(type) {
	case *types.Boxed:
		return c.unbox(vals[0], c.sub.concrete(t.X))
	case *types.Tuple:
		var out []mir.Value
		for _, p := range parts(t) {
			out = append(out, c.unboxParts(vals[p.off:p.off+size(p.typ)], p.typ)...)
		}
		return out
	}
	return vals
}

// bindPayload binds the patterns of a constructor to its payload: C(x, y) and
// C((x, y)) mean the same, C(t) binds the whole.
func (c *function) bindPayload(list []syntax.MatchPattern, vals []mir.Value, t types.Type) {
	if len(list) > 1 {
		c.eachPart(list, vals, t, func(q syntax.MatchPattern, v []mir.Value, t types.Type) {
			c.bindPayload([]syntax.MatchPattern{q}, v, t)
		})
		return
	}
	switch p := list[0].(type) {
	case *syntax.NameMatch:
		if b := c.info.Defs[&p.Name]; b != nil {
			c.bindLocal(b, vals, t)
		}
	case *syntax.TupleMatch:
		c.eachPart(p.Elems, vals, t, func(q syntax.MatchPattern, v []mir.Value, t types.Type) {
			c.bindPayload([]syntax.MatchPattern{q}, v, t)
		})
	}
}

// eachPart visits the elements of a tuple pattern with their values.
func (c *function) eachPart(list []syntax.MatchPattern, vals []mir.Value, t types.Type, visit func(syntax.MatchPattern, []mir.Value, types.Type)) {
	ps := parts(t)
	if ps == nil && len(list) == 1 {
		visit(list[0], vals, t)
		return
	}
	for i, q := range list {
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
