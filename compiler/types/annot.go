package types

import (
	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// isLetter reports whether name is an explicit type parameter.
func isLetter(name string) bool {
	return len(name) == 1 && name[0] >= 'a' && name[0] <= 'z'
}

// annotation converts a written type.
func (c *checker) annotation(t syntax.Type) Type {
	c.parts = 0
	c.at = t.Span()
	return c.written(t)
}

// written converts a written type as a part of an annotation; it counts the
// parts that aliases expand to.
func (c *checker) written(t syntax.Type) Type {
	c.parts++
	if c.parts > maxTypeSize {
		c.tooLarge(c.at, "A type of the program has too many parts")
	}
	switch t := t.(type) {
	case *syntax.PrimType:
		switch t.Name {
		case "float":
			return Number
		case "int":
			return Int
		case "string":
			return String
		}
	case *syntax.NameType:
		return c.namedType(t)
	case *syntax.TupleType:
		if len(t.Elems) == 0 {
			return Unit
		}
		return &Tuple{c.writtenList(t.Elems)}
	case *syntax.RecordType:
		return c.recordType(t)
	case *syntax.ArrayType:
		defer c.unboxed()()
		return &Array{c.written(t.Elem)}
	case *syntax.FuncType:
		defer c.unboxed()()
		f := &Function{}
		params := t.Params
		if len(params) == 1 {
			// ((A, B)) -> R is (A, B) -> R.
			if list, ok := params[0].(*syntax.TupleType); ok {
				params = list.Elems
			}
		}
		for _, p := range c.writtenList(params) {
			f.Params = append(f.Params, ParamType{Type: p})
		}
		f.Ret = c.written(t.Ret)
		return f
	case *syntax.CodeType:
		defer c.unboxed()()
		return &Code{c.written(t.X)}
	case *syntax.UnionType:
		return &Union{c.writtenList(t.Members)}
	}
	return Failure
}

// unboxed enters a part of a payload that is a handle already: references to
// recursive types in it need no box. The result leaves the part.
func (c *checker) unboxed() func() {
	d := c.decls
	old := d.inHandle
	d.inHandle = true
	return func() { d.inHandle = old }
}

func (c *checker) writtenList(list []syntax.Type) []Type {
	out := make([]Type, len(list))
	for i, t := range list {
		out[i] = c.written(t)
	}
	return out
}

func (c *checker) recordType(t *syntax.RecordType) Type {
	if len(t.Fields) == 0 {
		return Unit
	}
	fields := make([]RecordField, 0, len(t.Fields))
	double := false
	for _, f := range t.Fields {
		fields = append(fields, RecordField{f.Name.Name, c.written(f.Type)})
	}
	fields, double = sortFields(fields)
	if double {
		c.errorf(diag.DuplicateKey, t.Span(), "Duplicate keys found in record type")
	}
	return &Record{Fields: fields}
}

// namedType converts a type name: a letter, an alias or a sum.
func (c *checker) namedType(t *syntax.NameType) Type {
	name := t.Segs[0].Name
	for _, s := range t.Segs[1:] {
		name += "::" + s.Name
	}
	d := c.decls
	if len(t.Segs) == 1 {
		if isLetter(name) {
			if d.boxing != nil {
				c.errorf(diag.UnknownType, t.Span(), "Unknown type %q", name).
					Note(source.Span{}, "type declarations take no type parameters")
				return Failure
			}
			c.lettersUsed++
			return c.letter(name, t.Span())
		}
		if a := d.aliases[name]; a != nil {
			return c.expand(a)
		}
		if s := d.sums[name]; s != nil {
			return c.sumReference(s)
		}
	}
	if d.open {
		return Failure
	}
	e := c.errorf(diag.UnknownType, t.Span(), "Unknown type %q", syntax.Shown(name))
	list := make([]string, 0, len(d.aliases)+len(d.sums))
	for n := range d.aliases {
		list = append(list, n)
	}
	for n := range d.sums {
		list = append(list, n)
	}
	if s := diag.DidYouMean(name, list); s != "" {
		e.Suggest("did you mean `%s`?", syntax.Shown(s))
	}
	return Failure
}
