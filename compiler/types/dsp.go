package types

import (
	"mmm/compiler/diag"
	"mmm/compiler/source"
)

// collectGlobals lists the global variables in order of definition: the global
// names that are no static function and no builtin.
func (c *checker) collectGlobals() {
	c.info.order = c.names.sequence
	for _, b := range c.names.sequence {
		if b.Static == nil && b.Alias == nil {
			c.info.Globals = append(c.info.Globals, b)
		}
	}
}

// checkDsp finds the entry point and checks its type (language.md 10).
func (c *checker) checkDsp() {
	for _, b := range c.names.sequence {
		if b.Name != "dsp" {
			continue
		}
		if b.Stage == StageMacro {
			c.info.MacroDsp = b
			continue
		}
		if old := c.info.Dsp; old != nil {
			c.ds.Warnf(diag.DuplicateDsp, old.Ident.Span(), "`dsp` is defined again, the last definition counts").
				Note(b.Ident.Span(), "the last definition")
		}
		c.info.Dsp = b
	}
	b := c.info.Dsp
	if b == nil || b.Scheme.Type == nil {
		return
	}
	at := c.definedAt(b)
	t := c.look(b.Scheme.Type)
	f, ok := t.(*Function)
	if !ok {
		if t != Failure {
			c.errorf(diag.DspType, at, "`dsp` must be a function").Note(source.Span{}, "found type: %s", typeName(t))
		}
		return
	}
	for i, p := range f.Params {
		if channels(p.Type) >= 0 {
			continue
		}
		where := at
		if b.Static != nil && b.Static.Lambda != nil && i < len(b.Static.Lambda.Params) {
			where = b.Static.Lambda.Params[i].Span()
		}
		c.errorf(diag.DspType, where, "`dsp` must take numbers or flat tuples or records of numbers").
			Note(source.Span{}, "found type: %s", typeName(p.Type))
	}
	if channels(f.Ret) < 0 {
		c.errorf(diag.DspType, at, "`dsp` must return a number or a flat tuple or record of numbers").
			Note(source.Span{}, "found type: %s", typeName(f.Ret))
	}
}

// definedAt returns the span of the statement that defines the global b.
func (c *checker) definedAt(b *Binding) source.Span {
	for _, s := range c.file.Stmts {
		if at := s.Span(); at.File == b.Ident.Span().File && at.Start <= b.Ident.Span().Start && b.Ident.Span().End <= at.End {
			return at
		}
	}
	return b.Ident.Span()
}

// channels returns the number of channels that a parameter or result of dsp
// stands for, -1 when its type has none.
func channels(t Type) int {
	switch x := normalUnit(Resolve(t)).(type) {
	case Prim:
		switch x {
		case Unit:
			return 0
		case Number, Failure:
			return 1
		}
	case *Var:
		return 1
	case *Tuple:
		for _, e := range x.Elems {
			if !single(e) {
				return -1
			}
		}
		return len(x.Elems)
	case *Record:
		fields, _ := Flatten(x)
		for _, f := range fields {
			if !single(f.Type) {
				return -1
			}
		}
		return len(fields)
	}
	return -1
}

// single reports whether t is one number.
func single(t Type) bool {
	switch x := Resolve(t).(type) {
	case Prim:
		return x == Number || x == Failure
	case *Var:
		return true
	}
	return false
}
