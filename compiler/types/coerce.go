package types

import (
	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// coerce checks that the value of e, of type got, can become want, and notes
// the place as a coercion site (types.md 8.3). argument says that e is the
// argument of a call. It reports every position that does not fit.
func (c *checker) coerce(e syntax.Expr, got, want Type, argument bool) bool {
	c.info.Wants[e] = want
	return c.convertParts(e, got, want, argument)
}

// convertParts is convert with reports at the elements of a literal tuple.
func (c *checker) convertParts(e syntax.Expr, got, want Type, argument bool) bool {
	if lit, ok := valueOf(e).(*syntax.Tuple); ok && len(lit.Elems) > 1 {
		g, gOk := c.resolve(got).(*Tuple)
		w, wOk := c.resolve(want).(*Tuple)
		if gOk && wOk && len(g.Elems) == len(w.Elems) && len(g.Elems) == len(lit.Elems) {
			fits := true
			for i, x := range lit.Elems {
				if !c.position(x, g.Elems[i], w.Elems[i], argument) {
					fits = false
				}
			}
			return fits
		}
	}
	if err := c.convert(e.Span(), got, want, argument); err != nil {
		c.mismatch(e, want, got, err)
		return false
	}
	return true
}

// position checks one of several positions of a list of arguments or of a
// tuple, where a function may stand for a number (types.md 8.6).
func (c *checker) position(e syntax.Expr, got, want Type, argument bool) bool {
	if err := c.try(func() *clash { return c.convert(e.Span(), got, want, argument) }); err == nil || c.lenient(e.Span(), got, want) {
		return true
	}
	return c.convertParts(e, got, want, argument)
}

// lenient reports, as a warning, a position whose types agree once functions
// count as numbers.
func (c *checker) lenient(at source.Span, got, want Type) bool {
	if !sameType(erase(got), erase(want)) {
		return false
	}
	c.ds.Warnf(diag.LenientMismatch, at, "Type mismatch (tolerated)").
		Note(source.Span{}, "expected type: %s", typeName(want)).
		Note(source.Span{}, "found type: %s", typeName(got))
	return true
}

// erase replaces every function type in t by Number.
func erase(t Type) Type {
	switch x := Resolve(t).(type) {
	case *Function:
		return Number
	case *Array:
		return &Array{erase(x.Elem)}
	case *Tuple:
		list := make([]Type, len(x.Elems))
		for i, e := range x.Elems {
			list[i] = erase(e)
		}
		return &Tuple{list}
	case *Record:
		fields, tail := Flatten(x)
		list := make([]RecordField, len(fields))
		for i, f := range fields {
			list[i] = RecordField{f.Name, erase(f.Type)}
		}
		return &Record{list, tail}
	default:
		return x
	}
}

// convert checks that a value of type a can become one of type b (types.md
// 8.3); at is where tolerated positions are reported.
func (c *checker) convert(at source.Span, a, b Type, argument bool) *clash {
	c.tick()
	a, b = normalUnit(c.resolve(a)), normalUnit(c.resolve(b))
	if a == Failure || b == Failure {
		return nil
	}
	no := &clash{diag.TypeMismatch, a, b}
	ub, bUnion := b.(*Union)
	_, aUnion := a.(*Union)
	va, aVar := a.(*Var)
	_, bVar := b.(*Var)
	if bUnion {
		return c.inject(a, ub)
	}
	if aUnion && !bVar {
		return no
	}
	if a == Int && b == Number {
		return nil
	}
	if x, ok := a.(*Boxed); ok {
		return c.convert(at, x.X, b, argument)
	}
	if x, ok := b.(*Boxed); ok {
		return c.convert(at, a, x.X, argument)
	}
	ta, aTuple := a.(*Tuple)
	tb, bTuple := b.(*Tuple)
	if aTuple && len(ta.Elems) == 1 && !bVar {
		return c.convert(at, ta.Elems[0], b, argument)
	}
	if bTuple && len(tb.Elems) == 1 && !aVar {
		return c.convert(at, a, tb.Elems[0], argument)
	}
	ra, aRecord := a.(*Record)
	rb, bRecord := b.(*Record)
	var fa, fb []RecordField
	var tailA, tailB *Var
	if aRecord {
		fa, tailA = Flatten(ra)
	}
	if bRecord {
		fb, tailB = Flatten(rb)
	}
	closed := bRecord && tailB == nil
	switch {
	case aRecord && closed:
		return c.narrow(at, ra, fa, tailA, rb, fb, argument)
	case aTuple && closed && len(fb) == len(ta.Elems) && len(fb) > 1:
		for i, e := range ta.Elems {
			if err := c.convert(at, e, fb[i].Type, argument); err != nil {
				return err
			}
		}
		return nil
	case aRecord && tailA == nil && bTuple && len(fa) == len(tb.Elems) && len(fa) > 1:
		for i, e := range tb.Elems {
			if err := c.convert(at, fa[i].Type, e, argument); err != nil {
				return err
			}
		}
		return nil
	case aVar && closed:
		return c.unify(va, c.openRecord(va.Level, fb...))
	case closed && len(fb) == 1:
		return c.convert(at, a, fb[0].Type, argument)
	case aRecord && tailA == nil && len(fa) == 1 && !bRecord && !bVar:
		return c.convert(at, fa[0].Type, b, argument)
	case aTuple && bTuple && len(ta.Elems) == len(tb.Elems):
		for i, e := range ta.Elems {
			w := tb.Elems[i]
			if err := c.try(func() *clash { return c.convert(at, e, w, argument) }); err != nil && !c.lenient(at, e, w) {
				return err
			}
		}
		return nil
	}
	return c.unify(b, a)
}

// narrow converts a record to a closed one with fewer or equal fields.
func (c *checker) narrow(at source.Span, ra *Record, fa []RecordField, tail *Var, rb *Record, fb []RecordField, argument bool) *clash {
	for _, f := range fb {
		t, ok := findField(fa, f.Name)
		if !ok {
			if tail == nil {
				if argument {
					return &clash{diag.MissingArguments, ra, rb}
				}
				return &clash{diag.IncompatibleKeys, ra, rb}
			}
			t, tail = c.extend(tail, f.Name)
		}
		if err := c.convert(at, t, f.Type, argument); err != nil {
			return err
		}
	}
	return nil
}

// inject converts a to a member of the union u, or a union to a wider one.
func (c *checker) inject(a Type, u *Union) *clash {
	no := &clash{diag.TypeMismatch, a, u}
	switch x := a.(type) {
	case *Var:
		return c.bind(x, u)
	case *Union:
		for _, m := range x.Members {
			if c.memberOf(u, m) < 0 {
				return no
			}
		}
		return nil
	}
	if c.memberOf(u, a) >= 0 {
		return nil
	}
	for _, m := range u.Members {
		if c.try(func() *clash { return c.unify(m, a) }) == nil {
			return nil
		}
	}
	return no
}
