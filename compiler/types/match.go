package types

import (
	"math"
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// match infers a match expression (types.md 12).
func (c *checker) match(e *syntax.Match) Type {
	t := c.expr(e.X)
	var result Type = Unit
	fits := true
	for i, a := range e.Arms {
		if !c.matchPattern(a.Pat, t, e.X, false) {
			t = c.scrutinee(t)
			fits = false
		}
		body := c.expr(a.Body)
		switch {
		case i == 0:
			result = body
		case c.resolve(result) == Failure:
			result = body
		default:
			c.equal(a.Body, body, result)
		}
	}
	if len(e.Arms) > 0 && fits {
		c.after = append(c.after, func() { c.checkArms(e, t) })
	}
	return result
}

// scrutinee returns the type that further arms are checked against after one
// did not fit: sums, unions and tuples stay, others are reported once.
func (c *checker) scrutinee(t Type) Type {
	switch c.look(t).(type) {
	case *Sum, *Union, *Tuple:
		return t
	}
	return Failure
}

// matchPattern checks a pattern of an arm against type t; it reports whether
// the pattern fits. Names bind in any case.
func (c *checker) matchPattern(p syntax.MatchPattern, t Type, subject syntax.Expr, payload bool) bool {
	c.info.Pats[p] = t
	switch p := p.(type) {
	case *syntax.NumberMatch:
		return c.numberPattern(p, t)
	case *syntax.NameMatch:
		return c.barePattern(p, t, subject, payload)
	case *syntax.CtorMatch:
		inner, ok := c.ctorPattern(p, p.Name.Name, t, subject)
		if !ok {
			c.failMatch(p)
			return false
		}
		return c.payload(p, inner, subject)
	case *syntax.TupleMatch:
		return c.tupleMatch(p, p.Elems, t, subject, payload)
	}
	return true
}

func (c *checker) numberPattern(p *syntax.NumberMatch, t Type) bool {
	switch x := c.look(t).(type) {
	case *Var:
		c.link(x, Number)
	case Prim:
		if x != Number && x != Int && x != Failure {
			c.clashAt(p.Span(), x, Number, nil)
			return false
		}
	default:
		c.clashAt(p.Span(), x, Number, nil)
		return false
	}
	if p.Value != math.Trunc(p.Value) {
		c.ds.Warnf(diag.FractionalPattern, p.Span(), "Pattern %s is compared as %d: numbers are truncated before a match", p.Text, truncated(p.Value))
	}
	return true
}

// barePattern checks a bare name: a constructor without payload or a binding.
func (c *checker) barePattern(p *syntax.NameMatch, t Type, subject syntax.Expr, payload bool) bool {
	if !c.info.Binds[p] {
		_, ok := c.ctorPattern(p, p.Name.Name, t, subject)
		return ok
	}
	b := c.info.Defs[&p.Name]
	x := c.look(t)
	if !payload {
		switch x.(type) {
		case *Sum, *Union:
			b.Scheme.Type = Failure
			delete(c.info.Binds, p)
			d := c.errorf(diag.CtorNotInUnion, p.Span(), "Constructor %q is not a variant of the union type", p.Name.Name).
				Note(source.Span{}, "found type: %s", typeName(x))
			if s := diag.DidYouMean(p.Name.Name, variantNames(x)); s != "" {
				d.Suggest("did you mean `%s`?", s)
			}
			return false
		}
	}
	if boxed, ok := c.resolve(t).(*Boxed); ok {
		t = boxed.X
	}
	b.Scheme.Type = t
	return true
}

// payload checks the patterns inside a constructor pattern.
func (c *checker) payload(p *syntax.CtorMatch, t Type, subject syntax.Expr) bool {
	switch {
	case len(p.Payload) == 0:
		return true
	case t == nil:
		c.errorf(diag.PatternMismatch, p.Span(), "Pattern mismatch").
			Note(source.Span{}, "the constructor `%s` has no payload", p.Name.Name)
		c.failMatch(p)
		return false
	case len(p.Payload) == 1:
		return c.matchPattern(p.Payload[0], t, subject, true)
	}
	return c.tupleMatch(p, p.Payload, t, subject, true)
}

// tupleMatch checks the patterns of a tuple's elements.
func (c *checker) tupleMatch(at syntax.MatchPattern, elems []syntax.MatchPattern, t Type, subject syntax.Expr, payload bool) bool {
	x := c.resolve(t)
	if b, ok := x.(*Boxed); ok {
		x = c.resolve(b.X)
	}
	if v, ok := x.(*Var); ok {
		list := make([]Type, len(elems))
		for i := range list {
			list[i] = c.freshAt(v.Level)
		}
		x = &Tuple{list}
		c.link(v, x)
	}
	tuple, ok := x.(*Tuple)
	switch {
	case ok && len(tuple.Elems) == len(elems):
		fits := true
		for i, e := range elems {
			fits = c.matchPattern(e, tuple.Elems[i], subject, payload) && fits
		}
		return fits
	case len(elems) == 1:
		return c.matchPattern(elems[0], t, subject, payload)
	case ok:
		c.errorf(diag.LengthMismatch, at.Span(), "Length of the elements are different").
			Note(at.Span(), "The length is %d", len(elems)).
			Note(subject.Span(), "but the length for here is %d", len(tuple.Elems))
	case x != Failure:
		list := make([]Type, len(elems))
		for i := range list {
			list[i] = c.fresh()
		}
		c.clashAt(at.Span(), x, &Tuple{list}, nil)
	}
	c.failMatch(at)
	return false
}

// failMatch binds the names of a pattern that does not fit.
func (c *checker) failMatch(p syntax.MatchPattern) {
	c.info.Pats[p] = Failure
	switch p := p.(type) {
	case *syntax.NameMatch:
		if b := c.info.Defs[&p.Name]; b != nil {
			b.Scheme.Type = Failure
		}
	case *syntax.CtorMatch:
		for _, e := range p.Payload {
			c.failMatch(e)
		}
	case *syntax.TupleMatch:
		for _, e := range p.Elems {
			c.failMatch(e)
		}
	}
}

// truncated is the integer that a number is matched as (types.md 12.3).
func truncated(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x >= math.MaxInt64:
		return math.MaxInt64
	case x <= math.MinInt64:
		return math.MinInt64
	}
	return int64(x)
}

// variantNames lists the constructors of a sum or the members of a union that
// a match on it needs, in declaration order.
func variantNames(t Type) []string {
	var list []string
	switch x := t.(type) {
	case *Sum:
		for _, v := range x.Variants {
			list = append(list, v.Name)
		}
	case *Union:
		other := false
		for _, m := range x.Members {
			switch name := memberName(m); name {
			case "float", "int", "string", "unit":
				list = append(list, name)
			default:
				other = true
			}
		}
		if other {
			list = append(list, "_")
		}
	}
	return list
}

// cell is one column of an arm's pattern: anything, or one literal or
// constructor.
type cell struct {
	any bool
	key any // int64 of a literal, string of a constructor
}

// column is what a column's type can be told apart by: the names of a sum or
// union, nil for numbers, which no list of literals covers.
type column struct{ names []string }

// checkArms warns of arms that are out of order, never reached or do not
// cover the scrutinee (types.md 12.3, 12.4), on final types.
func (c *checker) checkArms(e *syntax.Match, t Type) {
	if c.resolve(t) == Failure {
		return
	}
	var columns []column
	c.columns(t, &columns)
	steps := 0
	var rows [][]cell
	caught := false
	seen := map[any]bool{}
	for i, a := range e.Arms {
		if c.catchAll(a.Pat) {
			switch {
			case caught:
				c.ds.Warnf(diag.UnreachableArm, a.Pat.Span(), "Unreachable match arm")
			case i < len(e.Arms)-1:
				c.ds.Warnf(diag.EarlyCatchAll, a.Pat.Span(), "Catch-all arm is tried last")
			}
			caught = true
			continue
		}
		row := c.row(a.Pat, t, nil)
		if len(row) == 1 && !row[0].any {
			if seen[row[0].key] {
				c.ds.Warnf(diag.UnreachableArm, a.Pat.Span(), "Unreachable match arm")
			}
			seen[row[0].key] = true
		} else if covered(rows, row, &steps) {
			c.ds.Warnf(diag.UnreachableArm, a.Pat.Span(), "Unreachable match arm")
		}
		rows = append(rows, row)
	}
	if caught {
		return
	}
	x := c.look(t)
	switch x.(type) {
	case *Sum, *Union:
		var missing []string
		for _, name := range variantNames(x) {
			if !seen[name] {
				missing = append(missing, name)
			}
		}
		if len(missing) > 0 {
			c.errorf(diag.NonExhaustive, e.Span(), "Match expression is not exhaustive. Missing patterns: %s", strings.Join(missing, ", "))
		}
		return
	}
	if !exhaustive(rows, columns, &steps) {
		c.ds.Warnf(diag.NonExhaustiveDefault, e.Span(), "Match expression is not exhaustive, otherwise the last arm is taken")
	}
}

// catchAll reports whether an arm matches everything as a whole.
func (c *checker) catchAll(p syntax.MatchPattern) bool {
	switch p := p.(type) {
	case *syntax.WildMatch, *syntax.BadMatch:
		return true
	case *syntax.NameMatch:
		return c.info.Binds[p]
	}
	return false
}

// columns lists the columns of t, tuples taken apart.
func (c *checker) columns(t Type, out *[]column) {
	c.tick()
	x := c.resolve(t)
	if b, ok := x.(*Boxed); ok {
		x = c.resolve(b.X)
	}
	if tuple, ok := x.(*Tuple); ok {
		for _, e := range tuple.Elems {
			c.columns(e, out)
		}
		return
	}
	*out = append(*out, column{variantNames(x)})
}

// row spreads a pattern over the columns of t.
func (c *checker) row(p syntax.MatchPattern, t Type, out []cell) []cell {
	x := c.resolve(t)
	if b, ok := x.(*Boxed); ok {
		x = c.resolve(b.X)
	}
	tuple, isTuple := x.(*Tuple)
	switch p := p.(type) {
	case *syntax.NumberMatch:
		return append(out, cell{key: truncated(p.Value)})
	case *syntax.CtorMatch:
		return append(out, cell{key: p.Name.Name})
	case *syntax.NameMatch:
		if !c.info.Binds[p] {
			return append(out, cell{key: p.Name.Name})
		}
	case *syntax.TupleMatch:
		if isTuple && len(tuple.Elems) == len(p.Elems) {
			for i, e := range p.Elems {
				out = c.row(e, tuple.Elems[i], out)
			}
			return out
		}
		if len(p.Elems) == 1 {
			return c.row(p.Elems[0], t, out)
		}
	}
	var list []column
	c.columns(t, &list)
	for range list {
		out = append(out, cell{any: true})
	}
	return out
}

// maxMatchSteps bounds the work on one match; beyond it nothing is warned of.
const maxMatchSteps = 200_000

// covered reports whether one of the earlier rows takes everything that row
// would match.
func covered(rows [][]cell, row []cell, steps *int) bool {
	for _, r := range rows {
		*steps += len(row)
		if *steps > maxMatchSteps {
			return false
		}
		all := len(r) == len(row)
		for i := 0; all && i < len(r); i++ {
			all = r[i].any || !row[i].any && r[i].key == row[i].key
		}
		if all {
			return true
		}
	}
	return false
}

// exhaustive reports whether every value of the columns matches a row.
func exhaustive(rows [][]cell, columns []column, steps *int) bool {
	*steps += len(rows) + 1
	if len(columns) == 0 || *steps > maxMatchSteps {
		return len(rows) > 0 || *steps > maxMatchSteps
	}
	if len(rows) == 0 {
		return false
	}
	used := false
	for _, r := range rows {
		if len(r) != len(columns) {
			return true // an error was reported
		}
		used = used || !r[0].any
	}
	take := func(key any, wild bool) [][]cell {
		var out [][]cell
		for _, r := range rows {
			if r[0].any || !wild && r[0].key == key {
				out = append(out, r[1:])
			}
		}
		return out
	}
	if !used || columns[0].names == nil {
		return exhaustive(take(nil, true), columns[1:], steps)
	}
	for _, name := range columns[0].names {
		if !exhaustive(take(name, name == "_"), columns[1:], steps) {
			return false
		}
	}
	return true
}
