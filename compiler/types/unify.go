package types

import (
	"mmm/compiler/diag"
)

// clash says why two types do not fit: the kind of the error and the parts
// that differ.
type clash struct {
	code diag.Code
	a, b Type
}

// fresh returns a variable of the current level.
func (c *checker) fresh() *Var { return c.freshAt(c.level) }

// freshAt returns a variable of the given level.
func (c *checker) freshAt(level int) *Var {
	v := &Var{ID: len(c.vars) + 1, Level: level}
	c.vars = append(c.vars, v)
	return v
}

// link sets what v stands for.
func (c *checker) link(v *Var, t Type) {
	v.Link = t
	if c.trial > 0 {
		c.trail = append(c.trail, v)
	}
}

// resolve is Resolve that shortens the chain it walked.
func (c *checker) resolve(t Type) Type {
	v, ok := t.(*Var)
	if !ok || v.Link == nil {
		return t
	}
	head := Resolve(v)
	if c.trial == 0 {
		for v != nil && v.Link != nil && v.Link != head {
			next, _ := v.Link.(*Var)
			v.Link = head
			v = next
		}
	}
	return head
}

// look resolves t and looks through one-element tuples and boxes, which are
// transparent.
func (c *checker) look(t Type) Type {
	for {
		t = c.resolve(t)
		switch x := t.(type) {
		case *Tuple:
			if len(x.Elems) != 1 {
				return normalUnit(t)
			}
			t = x.Elems[0]
		case *Boxed:
			t = x.X
		case *Record:
			return normalUnit(t)
		default:
			return t
		}
	}
}

// normalUnit turns the empty tuple and the empty closed record into Unit.
func normalUnit(t Type) Type {
	switch x := t.(type) {
	case *Tuple:
		if len(x.Elems) == 0 {
			return Unit
		}
	case *Record:
		if f, tail := Flatten(x); len(f) == 0 && tail == nil {
			return Unit
		}
	}
	return t
}

// try runs f and undoes the links it made when it fails.
func (c *checker) try(f func() *clash) *clash {
	mark := len(c.trail)
	c.trial++
	err := f()
	c.trial--
	if err != nil {
		for _, v := range c.trail[mark:] {
			v.Link = nil
		}
		c.trail = c.trail[:mark]
	} else if c.trial == 0 {
		c.trail = c.trail[:0]
	}
	return err
}

// unify makes a and b equal, or says why they cannot be.
func (c *checker) unify(a, b Type) *clash {
	c.tick()
	c.typeDepth(1)
	defer c.typeDepth(-1)
	a, b = c.resolve(a), c.resolve(b)
	if a == b {
		return nil
	}
	if a == Failure || b == Failure {
		return nil
	}
	va, aVar := a.(*Var)
	vb, bVar := b.(*Var)
	switch {
	case aVar && bVar:
		// The older of two variables stays, a named letter before others.
		if named := va.Name != ""; named && vb.Name == "" || named == (vb.Name != "") && va.ID < vb.ID {
			va, vb = vb, va
		}
		vb.Level = min(vb.Level, va.Level)
		c.link(va, vb)
		return nil
	case aVar:
		return c.bind(va, b)
	case bVar:
		return c.bind(vb, a)
	}
	a, b = normalUnit(a), normalUnit(b)
	no := &clash{diag.TypeMismatch, a, b}
	ta, aTuple := a.(*Tuple)
	tb, bTuple := b.(*Tuple)
	switch {
	case aTuple && bTuple && len(ta.Elems) == len(tb.Elems):
		for i := range ta.Elems {
			if err := c.unify(ta.Elems[i], tb.Elems[i]); err != nil {
				return err
			}
		}
		return nil
	case aTuple && len(ta.Elems) == 1:
		return c.unify(ta.Elems[0], b)
	case bTuple && len(tb.Elems) == 1:
		return c.unify(a, tb.Elems[0])
	case aTuple && bTuple:
		return &clash{diag.LengthMismatch, a, b}
	}
	if x, ok := a.(*Boxed); ok {
		return c.unify(x.X, b)
	}
	if x, ok := b.(*Boxed); ok {
		return c.unify(a, x.X)
	}
	switch x := a.(type) {
	case Prim:
		if y, ok := b.(*Record); ok && x == Unit {
			return c.unifyRecords(&Record{}, y)
		}
	case *Array:
		if y, ok := b.(*Array); ok {
			return c.unify(x.Elem, y.Elem)
		}
	case *Code:
		if y, ok := b.(*Code); ok {
			return c.unify(x.X, y.X)
		}
	case *Record:
		if y, ok := b.(*Record); ok {
			return c.unifyRecords(x, y)
		}
		if b == Unit {
			return c.unifyRecords(x, &Record{})
		}
	case *Function:
		if y, ok := b.(*Function); ok {
			if err := c.unifyParams(x, y); err != nil {
				return err
			}
			return c.unify(x.Ret, y.Ret)
		}
	case *Sum:
		if y, ok := b.(*Sum); ok && x.Name == y.Name {
			return nil
		}
	case *Union:
		if y, ok := b.(*Union); ok && len(x.Members) == len(y.Members) {
			for _, m := range x.Members {
				if c.memberOf(y, m) < 0 {
					return no
				}
			}
			return nil
		}
	}
	return no
}

// typeDepth guards the stack against deep types.
func (c *checker) typeDepth(d int) {
	c.nest += d
	if c.nest > maxTypeDepth {
		c.nest = 0
		c.tooLarge(c.at, "A type of the program is nested too deeply")
	}
}

// unifyRecords compares by key; an open side takes over what it lacks.
func (c *checker) unifyRecords(a, b *Record) *clash {
	fa, ra := Flatten(a)
	fb, rb := Flatten(b)
	var onlyA, onlyB []RecordField
	i, j := 0, 0
	for i < len(fa) || j < len(fb) {
		switch {
		case j == len(fb) || i < len(fa) && fa[i].Name < fb[j].Name:
			onlyA = append(onlyA, fa[i])
			i++
		case i == len(fa) || fb[j].Name < fa[i].Name:
			onlyB = append(onlyB, fb[j])
			j++
		default:
			if err := c.unify(fa[i].Type, fb[j].Type); err != nil {
				return err
			}
			i++
			j++
		}
	}
	if ra == nil && len(onlyB) > 0 || rb == nil && len(onlyA) > 0 {
		return &clash{diag.IncompatibleKeys, a, b}
	}
	if ra == rb {
		if ra != nil && (len(onlyA) > 0 || len(onlyB) > 0) {
			return &clash{diag.CircularType, a, b}
		}
		return nil
	}
	var tail *Var
	if ra != nil && rb != nil {
		tail = c.freshAt(min(ra.Level, rb.Level))
		tail.Row = true
	}
	if ra != nil {
		if err := c.bindRow(ra, &Record{Fields: onlyB, Row: tail}); err != nil {
			return err
		}
	}
	if rb != nil {
		return c.bindRow(rb, &Record{Fields: onlyA, Row: tail})
	}
	return nil
}

func (c *checker) bindRow(row *Var, rest *Record) *clash {
	if row.Link != nil {
		// A field's unification has filled it meanwhile.
		if known, ok := c.resolve(row).(*Record); ok {
			return c.unifyRecords(known, rest)
		}
	}
	if c.occurs(row, rest) {
		return &clash{diag.CircularType, row, rest}
	}
	c.link(row, rest)
	return nil
}

// unifyParams compares parameter lists by the equivalences of types.md 1.1.
func (c *checker) unifyParams(a, b *Function) *clash {
	pa, pb := a.Params, b.Params
	if len(pa) == len(pb) {
		for i := range pa {
			if err := c.unify(pa[i].Type, pb[i].Type); err != nil {
				return err
			}
		}
		return nil
	}
	if len(pa) > len(pb) {
		pa, pb = pb, pa
	}
	switch {
	case len(pa) == 0 && len(pb) == 1:
		return c.unify(Unit, pb[0].Type)
	case len(pa) == 1:
		one := c.resolve(pa[0].Type)
		if r, ok := one.(*Record); ok {
			return c.unifyNamed(r, pb)
		}
		list := make([]Type, len(pb))
		for i := range pb {
			list[i] = pb[i].Type
		}
		return c.unify(one, &Tuple{list})
	}
	return &clash{diag.LengthMismatch, a, b}
}

// unifyNamed compares one record parameter with a list: position by position
// in canonical order, where names are known they must agree.
func (c *checker) unifyNamed(r *Record, list []ParamType) *clash {
	fields, tail := Flatten(r)
	if tail != nil {
		for _, p := range list {
			if p.Name == "" {
				break
			}
			if _, ok := findField(fields, p.Name); !ok {
				c.extend(tail, p.Name)
				fields, tail = Flatten(r)
			}
		}
		c.link(tail, &Record{})
	}
	bad := &clash{diag.IncompatibleKeys, r, &Function{Params: list, Ret: Unit}}
	if len(fields) != len(list) {
		return bad
	}
	for i, p := range list {
		if p.Name != "" && p.Name != fields[i].Name {
			return bad
		}
		if err := c.unify(fields[i].Type, p.Type); err != nil {
			return err
		}
	}
	return nil
}

// bind links v to t after the occurs check.
func (c *checker) bind(v *Var, t Type) *clash {
	if v.Row {
		r, ok := t.(*Record)
		if !ok {
			if t != Unit {
				return &clash{diag.TypeMismatch, v, t}
			}
			r = &Record{}
		}
		t = r
	}
	if c.occurs(v, t) {
		return &clash{diag.CircularType, v, t}
	}
	c.link(v, t)
	return nil
}

// occurs reports whether v is part of t, and lowers the levels in t to v's.
func (c *checker) occurs(v *Var, t Type) bool {
	c.tick()
	switch x := c.resolve(t).(type) {
	case *Var:
		if x == v {
			return true
		}
		x.Level = min(x.Level, v.Level)
		return false
	case Prim, *Sum:
		return false
	default:
		c.typeDepth(1)
		defer c.typeDepth(-1)
		return c.anyPart(x, func(p Type) bool { return c.occurs(v, p) })
	}
}

// anyPart reports whether f holds for a direct part of t; a record's tail
// counts as a part.
func (c *checker) anyPart(t Type, f func(Type) bool) bool {
	switch x := t.(type) {
	case *Array:
		return f(x.Elem)
	case *Code:
		return f(x.X)
	case *Boxed:
		return f(x.X)
	case *Tuple:
		for _, e := range x.Elems {
			if f(e) {
				return true
			}
		}
	case *Union:
		for _, e := range x.Members {
			if f(e) {
				return true
			}
		}
	case *Record:
		for _, e := range x.Fields {
			if f(e.Type) {
				return true
			}
		}
		if x.Row != nil {
			return f(x.Row)
		}
	case *Function:
		for _, p := range x.Params {
			if f(p.Type) {
				return true
			}
		}
		return f(x.Ret)
	}
	return false
}

// measure checks that a type that grew stays within the limits; its result
// is t, or Failure after a report at e.
func (c *checker) measure(t Type) Type {
	n := 0
	var walk func(Type) bool
	walk = func(p Type) bool {
		c.tick()
		n++
		if n > maxTypeSize {
			return true
		}
		switch x := c.resolve(p).(type) {
		case Prim, *Var, *Sum:
			return false
		default:
			return c.anyPart(x, walk)
		}
	}
	if walk(t) {
		c.tooLarge(c.at, "A type of the program has too many parts")
	}
	return t
}

// memberOf returns the index of the member of u that equals t, or -1.
func (c *checker) memberOf(u *Union, t Type) int {
	for i, m := range u.Members {
		if sameType(m, t) {
			return i
		}
	}
	return -1
}

// sameType reports whether two types are equal as they stand, without
// binding anything.
func sameType(a, b Type) bool {
	a, b = normalUnit(Resolve(a)), normalUnit(Resolve(b))
	if a == b {
		return true
	}
	if a == Failure || b == Failure {
		return true
	}
	switch x := a.(type) {
	case *Array:
		y, ok := b.(*Array)
		return ok && sameType(x.Elem, y.Elem)
	case *Code:
		y, ok := b.(*Code)
		return ok && sameType(x.X, y.X)
	case *Boxed:
		y, ok := b.(*Boxed)
		return ok && sameType(x.X, y.X)
	case *Tuple:
		y, ok := b.(*Tuple)
		if !ok || len(x.Elems) != len(y.Elems) {
			return false
		}
		for i := range x.Elems {
			if !sameType(x.Elems[i], y.Elems[i]) {
				return false
			}
		}
		return true
	case *Record:
		y, ok := b.(*Record)
		if !ok {
			return false
		}
		fx, rx := Flatten(x)
		fy, ry := Flatten(y)
		if rx != ry || len(fx) != len(fy) {
			return false
		}
		for i := range fx {
			if fx[i].Name != fy[i].Name || !sameType(fx[i].Type, fy[i].Type) {
				return false
			}
		}
		return true
	case *Function:
		y, ok := b.(*Function)
		if !ok || len(x.Params) != len(y.Params) {
			return false
		}
		for i := range x.Params {
			if !sameType(x.Params[i].Type, y.Params[i].Type) {
				return false
			}
		}
		return sameType(x.Ret, y.Ret)
	case *Sum:
		y, ok := b.(*Sum)
		return ok && x.Name == y.Name
	case *Union:
		y, ok := b.(*Union)
		if !ok || len(x.Members) != len(y.Members) {
			return false
		}
		for _, m := range x.Members {
			found := false
			for _, n := range y.Members {
				found = found || sameType(m, n)
			}
			if !found {
				return false
			}
		}
		return true
	}
	return false
}
