package types

import (
	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// generalize quantifies the variables of t that belong to the definition just
// left, in order of appearance.
func (c *checker) generalize(t Type) Scheme {
	var vars []*Var
	var walk func(Type) bool
	walk = func(p Type) bool {
		c.tick()
		switch x := c.resolve(p).(type) {
		case *Var:
			if x.Level > c.level && x.Level != genericLevel {
				x.Level = genericLevel
				vars = append(vars, x)
			}
		case Prim, *Sum:
		default:
			c.typeDepth(1)
			c.anyPart(x, walk)
			c.typeDepth(-1)
		}
		return false
	}
	walk(t)
	return Scheme{vars, t}
}

// instantiate returns the scheme's type with fresh variables for the
// quantified ones, and those variables in order.
func (c *checker) instantiate(s Scheme) (Type, []Type) {
	if len(s.Vars) == 0 {
		return s.Type, nil
	}
	inst := make([]Type, len(s.Vars))
	sub := make(map[*Var]*Var, len(s.Vars))
	for i, v := range s.Vars {
		f := c.fresh()
		f.Row = v.Row
		sub[v] = f
		inst[i] = f
	}
	return c.substitute(s.Type, sub), inst
}

// substitute copies t with the variables of sub replaced; parts without them
// are shared.
func (c *checker) substitute(t Type, sub map[*Var]*Var) Type {
	c.tick()
	t = c.resolve(t)
	switch x := t.(type) {
	case *Var:
		if f, ok := sub[x]; ok {
			return f
		}
		return t
	case Prim, *Sum:
		return t
	}
	c.typeDepth(1)
	defer c.typeDepth(-1)
	switch x := t.(type) {
	case *Array:
		if e := c.substitute(x.Elem, sub); e != x.Elem {
			return &Array{e}
		}
	case *Code:
		if e := c.substitute(x.X, sub); e != x.X {
			return &Code{e}
		}
	case *Boxed:
		if e := c.substitute(x.X, sub); e != x.X {
			return &Boxed{e}
		}
	case *Tuple:
		if l, changed := c.substituteList(x.Elems, sub); changed {
			return &Tuple{l}
		}
	case *Union:
		if l, changed := c.substituteList(x.Members, sub); changed {
			return &Union{l}
		}
	case *Record:
		fields, tail := Flatten(x)
		out := make([]RecordField, len(fields))
		for i, f := range fields {
			out[i] = RecordField{f.Name, c.substitute(f.Type, sub)}
		}
		if f, ok := sub[tail]; ok && tail != nil {
			tail = f
		}
		return &Record{out, tail}
	case *Function:
		out := make([]ParamType, len(x.Params))
		for i, p := range x.Params {
			out[i] = ParamType{p.Name, c.substitute(p.Type, sub), p.HasDefault}
		}
		return &Function{out, c.substitute(x.Ret, sub)}
	}
	return t
}

func (c *checker) substituteList(list []Type, sub map[*Var]*Var) ([]Type, bool) {
	out := make([]Type, len(list))
	changed := false
	for i, t := range list {
		out[i] = c.substitute(t, sub)
		changed = changed || out[i] != t
	}
	return out, changed
}

// letterScope holds the explicit type parameters of a function or let
// (types.md 14.1).
type letterScope struct {
	outer *letterScope
	own   []letter
}

type letter struct {
	v  *Var
	at source.Span
}

// letter returns the variable that the letter name means here.
func (c *checker) letter(name string, at source.Span) *Var {
	for s := c.letters; s != nil; s = s.outer {
		for _, l := range s.own {
			if l.v.Name == name {
				return l.v
			}
		}
	}
	v := c.fresh()
	v.Name = name
	if c.letters != nil {
		c.letters.own = append(c.letters.own, letter{v, at})
	}
	return v
}

// checkLetters reports letters that the body bound or made equal.
func (c *checker) checkLetters(s *letterScope, recursive bool) {
	seen := map[*Var]string{}
	for _, l := range s.own {
		t := c.resolve(l.v)
		v, free := t.(*Var)
		if t == Failure {
			continue
		}
		found := typeName(t)
		if free {
			other, taken := seen[v]
			if !taken {
				seen[v] = l.v.Name
				continue
			}
			found = other
		}
		var d *diag.Diagnostic
		if recursive {
			d = c.ds.Warnf(diag.LenientMismatch, l.at, "Type mismatch (tolerated)")
		} else {
			d = c.errorf(diag.TypeMismatch, l.at, "Type mismatch")
		}
		d.Note(source.Span{}, "expected type: %s", l.v.Name)
		d.Note(source.Span{}, "found type: %s", found)
	}
}

// define infers the function l, which the names pass found to capture nothing,
// and gives its binding a quantified scheme. self is non-nil when the function
// mentions its own name.
func (c *checker) define(b *Binding, l *syntax.Lambda, recursive bool) {
	c.level++
	if !recursive {
		ft := c.lambda(l, nil, false)
		c.level--
		b.Scheme = c.generalize(ft)
		return
	}
	c.building[b] = []*Use{}
	poly := fullyAnnotated(l)
	ft := c.lambda(l, b, poly)
	provisional := b.Scheme
	c.level--
	uses := c.building[b]
	delete(c.building, b)
	b.Scheme = c.generalize(ft)
	for _, u := range uses {
		c.settleUse(u, provisional, b.Scheme)
	}
}

// settleUse gives a recursive use of a function the instance that the finished
// scheme needs.
func (c *checker) settleUse(u *Use, provisional, final Scheme) {
	given := map[*Var]Type{}
	for i, v := range provisional.Vars {
		if head, ok := c.resolve(v).(*Var); ok {
			if _, twice := given[head]; !twice {
				given[head] = u.Inst[i]
				continue
			}
			v = head
			c.unify(given[head], u.Inst[i])
			continue
		}
		// The body bound this letter; every instance follows it.
		c.unify(u.Inst[i], v)
	}
	u.Inst = make([]Type, len(final.Vars))
	for i, v := range final.Vars {
		u.Inst[i] = v
		if t, ok := given[v]; ok {
			u.Inst[i] = t
		}
	}
}

// fullyAnnotated reports whether all parameters and the result of l are
// annotated.
func fullyAnnotated(l *syntax.Lambda) bool {
	for _, p := range l.Params {
		if p.Type == nil {
			return false
		}
	}
	return l.Ret != nil
}
