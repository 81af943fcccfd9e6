package types

import (
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// declareStage enters the stage of the statements that follow.
func (c *checker) declareStage(s *syntax.StageDecl) {
	c.stage = StageMain
	if s.Macro {
		c.stage = StageMacro
	}
}

// shift resolves names by stages up or down.
func (c *checker) shift(by Stage, resolve func()) {
	n := c.names
	from, outer := c.stage, n.current
	saved := n.inner[from]
	n.inner[from] = outer
	c.stage += by
	n.current = n.inner[c.stage]
	resolve()
	c.stage = from
	n.inner[from] = saved
	n.current = outer
}

// nameQuote resolves the names of a quote. In main-stage code a quote does
// nothing (language.md 7.3).
func (c *checker) nameQuote(e *syntax.Quote) {
	if c.stage == StageMain {
		c.ds.Warnf(diag.NestedQuote, e.Span(), "A quote in main-stage code does nothing")
		c.nameExpr(e.X)
		return
	}
	c.shift(1, func() { c.nameExpr(e.X) })
}

// nameSplice resolves the names of a splice.
func (c *checker) nameSplice(e *syntax.Splice) {
	if !c.spliceInMacro(e) {
		c.shift(-1, func() { c.nameExpr(e.X) })
	}
}

// spliceInMacro reports a splice or macro call in macro-stage code, below which
// there is no stage.
func (c *checker) spliceInMacro(e syntax.Expr) bool {
	if c.stage == StageMain {
		return false
	}
	d := c.errorf(diag.EscapeNeedsCode, e.Span(), "Escape requires a code value, but found macro-stage code around it")
	if m, ok := e.(*syntax.MacroCall); ok {
		d.Suggest("a macro is an ordinary function here: %s(…)", syntax.Shown(pathText(m.Path)))
	}
	c.names.failed[e] = true
	return true
}

// nameSelf finds the function that a self belongs to, whatever quotes lie
// between (language.md 5.5).
func (c *checker) nameSelf(e *syntax.Self) {
	n := c.names
	switch f := n.nearest; {
	case f == nil:
		c.errorf(diag.SelfAtTop, e.Span(), "self cannot be used in global context.")
		n.failed[e] = true
	case f.Stage != c.stage:
		c.wrongStage(e, "self", f.Stage)
		n.failed[e] = true
	case c.mainOnly(e, "self"):
		f.UsesSelf = true
		n.selfOf[e] = f
	}
}

// mainOnly reports what exists in the main stage only, and returns whether it
// is allowed here.
func (c *checker) mainOnly(e syntax.Expr, name string) bool {
	if c.stage == StageMain {
		return true
	}
	c.wrongStage(e, name, StageMain)
	c.names.failed[e] = true
	return false
}

// wrongStage reports the use of a name of another stage.
func (c *checker) wrongStage(e syntax.Expr, name string, defined Stage) *diag.Diagnostic {
	return c.errorf(diag.StageMismatch, e.Span(), "Variable %s is defined in stage %s but accessed from stage %s",
		syntax.Shown(name), defined, c.stage)
}

// atStage reports whether b can be used here, and says why not.
func (c *checker) atStage(p *syntax.Path, b *Binding) bool {
	if b.Stage == c.stage || b.Stage == StagePersistent {
		return true
	}
	d := c.wrongStage(p, b.Name, b.Stage)
	switch {
	case b.Kind == BindBuiltin && b.Stage == StageMacro:
		d.Note(source.Span{}, "`%s` is only available in the macro stage", b.Name)
	case b.Kind == BindBuiltin:
		d.Note(source.Span{}, "`%s` is only available in the main stage", b.Name)
	default:
		d.Note(b.Ident.Span(), "it is defined here")
	}
	return false
}

// noteModule says why a path was not found.
func (c *checker) noteModule(d *diag.Diagnostic, name string) {
	i := strings.LastIndex(name, "$")
	if i < 0 {
		return
	}
	if module := name[:i]; c.opts.Modules[module] {
		d.Note(source.Span{}, "Member %q not found in module %q", name[i+1:], syntax.Shown(module))
	} else {
		d.Note(source.Span{}, "Module %q not found", syntax.Shown(module))
	}
}

// quote gives the type of a quote (types.md 17.1).
func (c *checker) quote(e *syntax.Quote) Type {
	if c.stage == StageMain {
		return c.expr(e.X)
	}
	c.stage++
	t := c.expr(e.X)
	c.stage--
	return c.measure(&Code{t})
}

// splice gives the type of a splice.
func (c *checker) splice(e *syntax.Splice) Type {
	c.stage--
	t := c.expr(e.X)
	c.stage++
	return c.unquoted(e, e.X, t)
}

// unquoted gives the type of what the splice e makes of its operand x of type t
// (types.md 17.2).
func (c *checker) unquoted(e, x syntax.Expr, t Type) Type {
	switch t := c.look(t).(type) {
	case *Code:
		return t.X
	case *Var:
		a := c.freshAt(t.Level)
		if err := c.bind(t, &Code{a}); err != nil {
			c.mismatch(x, &Code{a}, t, err)
			return Failure
		}
		return a
	case Prim:
		if t == Unit || t == Failure {
			return t
		}
	}
	if c.holdsCode(t) {
		d := c.errorf(diag.EscapeNeedsCode, e.Span(), "Escape requires a code value, but found %s", typeName(t))
		if _, ok := c.look(t).(*Array); ok {
			d.Suggest("make code of the array with lift_array_code")
		}
		return Failure
	}
	c.mismatch(valueOf(x), &Code{c.fresh()}, t, nil)
	return Failure
}

// unliftable reports a call of lift or Control whose argument can be seen to
// have no literal: a function, or code.
func (c *checker) unliftable(e, fn syntax.Expr, args []syntax.Expr, types []Type) bool {
	p, ok := strip(fn).(*syntax.Path)
	if !ok || len(args) == 0 {
		return false
	}
	b := c.names.binding[p]
	if b == nil || b.Kind != BindBuiltin || b.Name != "lift" && b.Name != "Control" {
		return false
	}
	last := len(args) - 1
	t := types[last]
	if !c.holds(t, func(t Type) bool {
		switch t.(type) {
		case *Code, *Function, *Sum, *Union:
			return true
		}
		return false
	}) {
		return false
	}
	d := c.errorf(diag.TypeMismatch, valueOf(args[last]).Span(), "Type mismatch")
	d.Note(source.Span{}, "expected type: numbers, strings, arrays, tuples or records of them, for `%s`", b.Name)
	d.Note(source.Span{}, "found type: %s", typeName(t))
	if a, ok := c.look(t).(*Array); ok && c.holdsCode(a) {
		d.Suggest("make code of an array of code with lift_array_code")
	}
	return true
}

// holdsCode reports whether a value of type t contains code.
func (c *checker) holdsCode(t Type) bool {
	return c.holds(t, func(t Type) bool { _, ok := t.(*Code); return ok })
}

// holds reports whether t, or a part of it in arrays, tuples and records, is
// what is looked for.
func (c *checker) holds(t Type, wanted func(Type) bool) bool {
	c.tick()
	c.typeDepth(1)
	defer c.typeDepth(-1)
	t = c.resolve(t)
	if wanted(t) {
		return true
	}
	switch t := t.(type) {
	case *Array:
		return c.holds(t.Elem, wanted)
	case *Tuple:
		for _, e := range t.Elems {
			if c.holds(e, wanted) {
				return true
			}
		}
	case *Record:
		fields, _ := Flatten(t)
		for _, f := range fields {
			if c.holds(f.Type, wanted) {
				return true
			}
		}
	}
	return false
}
