package types

import (
	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// pattern destructures a value of type t by a let pattern (types.md 11);
// value is the right side, for notes.
func (c *checker) pattern(p syntax.Pattern, t Type, value syntax.Expr) {
	c.info.Pats[p] = t
	switch p := p.(type) {
	case *syntax.NamePattern:
		c.info.Defs[&p.Name].Scheme = Scheme{nil, t}
	case *syntax.TuplePattern:
		c.tuplePattern(p, t, value)
	case *syntax.RecordPattern:
		c.recordPattern(p, t, value)
	}
}

// failPattern binds the names of a pattern that does not fit.
func (c *checker) failPattern(p syntax.Pattern) {
	c.info.Pats[p] = Failure
	switch p := p.(type) {
	case *syntax.NamePattern:
		c.info.Defs[&p.Name].Scheme = Scheme{nil, Failure}
	case *syntax.TuplePattern:
		for _, e := range p.Elems {
			c.failPattern(e)
		}
	case *syntax.RecordPattern:
		for _, f := range p.Fields {
			c.failPattern(f.Pat)
		}
	}
}

func (c *checker) tuplePattern(p *syntax.TuplePattern, t Type, value syntax.Expr) {
	x := c.resolve(t)
	for {
		b, ok := x.(*Boxed)
		if !ok {
			break
		}
		x = c.resolve(b.X)
	}
	switch x := x.(type) {
	case *Tuple:
		if len(x.Elems) == len(p.Elems) {
			for i, e := range p.Elems {
				c.pattern(e, x.Elems[i], value)
			}
			return
		}
		if len(x.Elems) == 1 {
			c.tuplePattern(p, x.Elems[0], value)
			return
		}
		c.errorf(diag.LengthMismatch, p.Span(), "Length of the elements are different").
			Note(p.Span(), "The length is %d", len(p.Elems)).
			Note(value.Span(), "but the length for here is %d", len(x.Elems))
		c.failPattern(p)
		return
	case *Var:
		list := make([]Type, len(p.Elems))
		for i := range list {
			list[i] = c.freshAt(x.Level)
		}
		c.link(x, &Tuple{list})
		for i, e := range p.Elems {
			c.pattern(e, list[i], value)
		}
		return
	}
	if len(p.Elems) == 1 {
		c.pattern(p.Elems[0], t, value)
		return
	}
	c.badPattern(p, x, value)
}

func (c *checker) recordPattern(p *syntax.RecordPattern, t Type, value syntax.Expr) {
	x := c.look(t)
	if v, ok := x.(*Var); ok {
		r := c.openRecord(v.Level)
		c.link(v, r)
		x = r
	}
	r, ok := x.(*Record)
	if !ok {
		if len(p.Fields) == 0 && x == Unit {
			return
		}
		c.badPattern(p, x, value)
		return
	}
	for _, f := range p.Fields {
		fields, tail := Flatten(r)
		ft, ok := findField(fields, f.Name.Name)
		switch {
		case ok:
		case tail != nil:
			ft, _ = c.extend(tail, f.Name.Name)
		default:
			c.noField(f.Name.Span(), f.Name.Name, fields)
			c.failPattern(f.Pat)
			continue
		}
		c.pattern(f.Pat, ft, value)
	}
}

// badPattern reports a pattern against a value of another shape.
func (c *checker) badPattern(p syntax.Pattern, t Type, value syntax.Expr) {
	if t != Failure {
		c.errorf(diag.PatternMismatch, p.Span(), "Pattern mismatch").
			Note(value.Span(), "found type: %s", typeName(t)).
			Note(source.Span{}, "expected type: %s", patternName(p))
	}
	c.failPattern(p)
}

// patternName says what a pattern destructures.
func patternName(p syntax.Pattern) string {
	if _, ok := p.(*syntax.TuplePattern); ok {
		return "a tuple"
	}
	return "a record"
}
