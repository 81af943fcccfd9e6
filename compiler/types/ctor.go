package types

import (
	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// ctorType gives the type of a constructor as a value.
func ctorType(ctor *Ctor) Type {
	payload := ctor.Sum.Variants[ctor.Tag].Payload
	if payload == nil {
		return ctor.Sum
	}
	f := &Function{Ret: ctor.Sum}
	if t, ok := payload.(*Tuple); ok {
		for _, e := range t.Elems {
			f.Params = append(f.Params, ParamType{Type: e})
		}
	} else {
		f.Params = []ParamType{{Type: payload}}
	}
	return f
}

// construct infers the application of a constructor, which takes its payload
// as arguments or as one tuple.
func (c *checker) construct(e syntax.Expr, f *Function, args []syntax.Expr, types []Type) Type {
	c.note(e, CallCtor, f)
	if len(args) == 1 && len(f.Params) > 1 {
		list := make([]Type, len(f.Params))
		for i, p := range f.Params {
			list[i] = p.Type
		}
		c.coerce(args[0], types[0], &Tuple{list}, true)
		return f.Ret
	}
	if len(args) != len(f.Params) {
		if t, ok := c.look(f.Params[0].Type).(*Tuple); ok && len(f.Params) == 1 && len(t.Elems) == len(args) {
			for i, a := range args {
				c.info.Wants[a] = t.Elems[i]
				c.position(a, types[i], t.Elems[i], true)
			}
			return f.Ret
		}
		c.wrongCount(e, f, args, types)
		return f.Ret
	}
	for i, a := range args {
		c.info.Wants[a] = f.Params[i].Type
		if len(args) == 1 {
			c.convertParts(a, types[i], f.Params[i].Type, true)
		} else {
			c.position(a, types[i], f.Params[i].Type, true)
		}
	}
	return f.Ret
}

// ctorPattern checks a constructor pattern against the scrutinee's type and
// gives the payload's type, nil without one.
func (c *checker) ctorPattern(p syntax.Node, name string, t Type, subject syntax.Expr) (payload Type, ok bool) {
	switch x := c.look(t).(type) {
	case *Union:
		for _, m := range x.Members {
			if memberName(m) == name {
				return m, true
			}
		}
		c.errorf(diag.CtorNotInUnion, p.Span(), "Constructor %q is not a variant of the union type", name).
			Note(source.Span{}, "found type: %s", typeName(x))
	case *Sum:
		for i, v := range x.Variants {
			if v.Name == name {
				c.info.Ctors[p] = &Ctor{x, i}
				return v.Payload, true
			}
		}
		c.errorf(diag.CtorNotInUnion, p.Span(), "Constructor %q is not a variant of the union type", name).
			Note(source.Span{}, "found type: %s", typeName(x))
	case *Var:
		if ctor := c.decls.ctors[name]; ctor != nil {
			c.link(x, ctor.Sum)
			c.info.Ctors[p] = ctor
			return ctor.Sum.Variants[ctor.Tag].Payload, true
		}
		c.notUnion(subject, name, x)
	default:
		if x != Failure {
			c.notUnion(subject, name, x)
		}
	}
	return Failure, false
}

func (c *checker) notUnion(subject syntax.Expr, name string, t Type) {
	if c.decls.open && !c.isConstructor(name) {
		return
	}
	c.errorf(diag.ExpectedUnion, subject.Span(), "Expected a union type but found %s", typeName(t))
}

// memberName returns the name by which a pattern reaches a union's member, ""
// when none does.
func memberName(t Type) string {
	switch x := normalUnit(Resolve(t)).(type) {
	case Prim:
		switch x {
		case Number:
			return "float"
		case Int:
			return "int"
		case String:
			return "string"
		case Unit:
			return "unit"
		}
	case *Sum:
		return x.Name
	}
	return ""
}
