// Expressions and statements.

package lower

import (
	"mmm/compiler/mir"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// typ returns the concrete type of an expression.
func (c *function) typ(e syntax.Expr) types.Type { return c.sub.concrete(c.info.Types[e]) }

// unparen returns e without parentheses around it.
func unparen(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// exprAs lowers e and converts it to type t.
func (c *function) exprAs(e syntax.Expr, t types.Type) []mir.Value {
	vals := c.expr(e)
	return c.convert(vals, c.info.Types[e], t, e.Span())
}

// num lowers e, which is a number.
func (c *function) num(e syntax.Expr) mir.Value { return c.exprAs(e, types.Number)[0] }

// failed reports e as not supported and stands in zeros of its type.
func (c *function) failed(e syntax.Expr, format string, args ...any) []mir.Value {
	c.unsupported(e.Span(), format, args...)
	return zeros(c.b, flatten(c.typ(e), nil))
}

// expr lowers e to the words of its type, in memory order.
func (c *function) expr(e syntax.Expr) []mir.Value {
	if c.macro != nil {
		if p := c.info.Partials[e]; p != nil {
			e = p
		}
	}
	outer := c.b.Pos
	c.b.Pos = e.Span()
	vals := c.exprAt(e)
	c.b.Pos = outer
	return vals
}

func (c *function) exprAt(e syntax.Expr) []mir.Value {
	switch e := e.(type) {
	case *syntax.Number:
		return []mir.Value{c.b.Num(e.Value)}
	case *syntax.Now:
		return []mir.Value{c.emit(mir.Now, 0)}
	case *syntax.SampleRate:
		return []mir.Value{c.emit(mir.SampleRate, 0)}
	case *syntax.Self:
		return c.frame.self
	case *syntax.Paren:
		return c.expr(e.X)
	case *syntax.Path:
		return c.name(e)
	case *syntax.Tuple:
		var vals []mir.Value
		for _, x := range e.Elems {
			vals = append(vals, c.exprWanted(x)...)
		}
		return vals
	case *syntax.Record:
		var vals []mir.Value
		for _, f := range e.Fields {
			vals = append(vals, c.exprWanted(f.Value)...)
		}
		return vals
	case *syntax.Update:
		return c.update(e)
	case *syntax.Proj:
		return c.projection(e, e.X, func(ps []part) (part, bool) {
			if e.Index < len(ps) {
				return ps[e.Index], true
			}
			return part{}, false
		})
	case *syntax.Field:
		return c.projection(e, e.X, func(ps []part) (part, bool) { return field(ps, e.Name.Name) })
	case *syntax.Unary:
		return c.unary(e)
	case *syntax.Binary:
		return c.binary(e)
	case *syntax.Call:
		return c.call(e, e.Fn, e.Args)
	case *syntax.MacroCall:
		return c.host(e)
	case *syntax.Assign:
		c.assign(e)
		return nil
	case *syntax.Block:
		return c.block(e)
	case *syntax.If:
		return c.choice(e)
	case *syntax.Match:
		return c.match(e)
	case *syntax.Lambda:
		fn := c.info.Funcs[e]
		if len(fn.Captures) == 0 {
			return c.staticValue(fn, c.typ(e), e.Pos)
		}
		return c.closure(fn, e.Pos)
	case *syntax.String:
		return []mir.Value{c.b.Int(c.stringIndex(e.Value))}
	case *syntax.Array:
		return c.array(e)
	case *syntax.Index:
		return c.index(e)
	case *syntax.Quote:
		return c.quote(e)
	default:
		return c.failed(e, "this construct")
	}
}

// exprWanted lowers e and converts it to what the checker says its place wants.
func (c *function) exprWanted(e syntax.Expr) []mir.Value {
	if t, ok := c.info.Wants[e]; ok {
		return c.exprAs(e, t)
	}
	return c.expr(e)
}

// name lowers a name in value position.
func (c *function) name(e *syntax.Path) []mir.Value {
	if ctor := c.info.Ctors[e]; ctor != nil {
		return c.constructor(ctor, e)
	}
	u := c.info.Uses[e]
	if u == nil {
		return c.failed(e, "this name")
	}
	if lo := c.locals[u.Binding]; lo != nil && lo.literal == nil && lo.probe == nil {
		return c.load(lo)
	}
	if words, ok := c.globals[u.Binding]; ok {
		vals := make([]mir.Value, len(words))
		for i, w := range words {
			vals[i] = c.emit(mir.GetGlobal, int64(w))
		}
		return vals
	}
	b := u.Binding
	if b.Alias != nil {
		b = b.Alias
	}
	t := c.typ(e)
	switch h := c.probeOf(b); {
	case h != nil:
		return c.probeValue(h, t, e.Pos)
	case b.Kind == types.BindBuiltin:
		return c.generated(b.Name, t, e.Pos, func(inner *function, args []mir.Value) []mir.Value { return inner.builtin(b.Name, args, t) })
	case b.Static != nil:
		return c.staticValue(b.Static, t, e.Pos)
	case c.locals[b] != nil && c.locals[b].literal != nil:
		return c.failed(e, "the function %q as a value", b.Name)
	default:
		return c.failed(e, "the use of %q here", b.Name)
	}
}

// probeOf returns the probe that b names, nil if it names none.
func (c *function) probeOf(b *types.Binding) *types.Host {
	if lo := c.locals[b]; lo != nil {
		return lo.probe
	}
	return c.probeNames[b]
}

// load reads a local variable.
func (c *function) load(lo *local) []mir.Value {
	if lo.cell != nil {
		vals := make([]mir.Value, lo.cell.words)
		for i := range vals {
			vals[i] = c.emit(mir.CellGet, int64(i), lo.cell.handle)
		}
		return vals
	}
	if lo.vars == nil {
		return lo.values
	}
	vals := make([]mir.Value, len(lo.vars))
	for i, v := range lo.vars {
		vals[i] = c.emit(mir.GetVar, int64(v))
	}
	return vals
}

// projection lowers x and cuts out the component that pick chooses.
func (c *function) projection(e, x syntax.Expr, pick func([]part) (part, bool)) []mir.Value {
	vals := c.expr(x)
	t := c.typ(x)
	ps := parts(t)
	if ps == nil { // a one-element tuple
		return vals
	}
	p, ok := pick(ps)
	if !ok {
		return c.failed(e, "this access")
	}
	return vals[p.off : p.off+size(p.typ)]
}

// update lowers {r <- a = 1}: a copy of r with the fields replaced.
func (c *function) update(e *syntax.Update) []mir.Value {
	vals := append([]mir.Value(nil), c.expr(e.Base)...)
	ps := parts(c.typ(e.Base))
	for _, f := range e.Fields {
		p, ok := field(ps, f.Name.Name)
		if !ok {
			return c.failed(e, "this update")
		}
		copy(vals[p.off:], c.exprAs(f.Value, p.typ))
	}
	return vals
}

// choice lowers an if.
func (c *function) choice(e *syntax.If) []mir.Value {
	cond := c.num(e.Cond)
	t := c.info.Types[e]
	return c.b.If(cond, size(c.typ(e)),
		func() []mir.Value { return c.exprAs(e.Then, t) },
		func() []mir.Value {
			if e.Else == nil {
				return nil
			}
			return c.exprAs(e.Else, t)
		})
}

// block lowers the statements of a block; its value is that of the last one.
func (c *function) block(e *syntax.Block) []mir.Value {
	last := len(e.Stmts) - 1
	for i, s := range e.Stmts {
		if i == last {
			return c.stmt(s)
		}
		c.effects(s)
	}
	return nil
}

// effects lowers a statement whose value nobody wants. A mere mention of a
// name does nothing.
func (c *function) effects(s syntax.Stmt) {
	if x, ok := s.(*syntax.ExprStmt); ok {
		switch unparen(x.X).(type) {
		case *syntax.Path, *syntax.Lambda, *syntax.String:
			return
		}
	}
	c.stmt(s)
}

// stmt lowers a statement and returns the words of its value.
func (c *function) stmt(s syntax.Stmt) []mir.Value {
	outer := c.b.Pos
	c.b.Pos = s.Span()
	defer func() { c.b.Pos = outer }()
	switch s := s.(type) {
	case *syntax.ExprStmt:
		return c.expr(s.X)
	case *syntax.Let:
		c.let(s)
	case *syntax.LetRec:
		if b := c.info.Defs[&s.Name]; b != nil && b.Static == nil {
			c.bindWords(b, c.expr(s.Value), c.typ(s.Value))
		}
	case *syntax.Fn, *syntax.TypeDecl, *syntax.TypeAlias, *syntax.BadStmt:
	default:
		c.unsupported(s.Span(), "this declaration")
	}
	return nil
}

// asLambda returns e as a lambda, nil if it is none.
func asLambda(e syntax.Expr) *syntax.Lambda {
	l, _ := unparen(e).(*syntax.Lambda)
	return l
}

// let lowers a let statement.
func (c *function) let(s *syntax.Let) {
	if p, ok := s.Pat.(*syntax.NamePattern); ok {
		b := c.info.Defs[&p.Name]
		if b != nil && (b.Static != nil || b.Alias != nil) {
			return // a name for a function, no value
		}
		if fn := c.info.Funcs[asLambda(s.Value)]; fn != nil && b != nil && !b.Assigned && c.facts.expand[fn] {
			c.locals[b] = &local{literal: c.literal(fn)}
			return
		}
		if m, ok := unparen(s.Value).(*syntax.MacroCall); ok && b != nil && !b.Assigned {
			if h := c.info.Hosts[m]; h != nil && h.IsProbe() {
				if b.Kind == types.BindGlobal {
					c.probeNames[b] = h
				} else {
					c.locals[b] = &local{probe: h}
				}
				return
			}
		}
	}
	t := c.info.Types[s.Value]
	vals := c.expr(s.Value)
	if want, ok := c.info.Wants[s.Value]; ok {
		vals = c.convert(vals, t, want, s.Value.Span())
		t = want
	}
	c.pattern(s.Pat, vals, c.sub.concrete(t))
}

// pattern binds the names of p to the parts of a value.
func (c *function) pattern(p syntax.Pattern, vals []mir.Value, t types.Type) {
	switch p := p.(type) {
	case *syntax.NamePattern:
		c.bindWords(c.info.Defs[&p.Name], vals, t)
	case *syntax.TuplePattern:
		ps := parts(t)
		if len(p.Elems) == 1 && ps == nil {
			c.pattern(p.Elems[0], vals, t)
			return
		}
		for i, q := range p.Elems {
			if i < len(ps) {
				c.pattern(q, vals[ps[i].off:ps[i].off+size(ps[i].typ)], ps[i].typ)
			}
		}
	case *syntax.RecordPattern:
		ps := parts(t)
		for _, f := range p.Fields {
			if part, ok := field(ps, f.Name.Name); ok {
				c.pattern(f.Pat, vals[part.off:part.off+size(part.typ)], part.typ)
			}
		}
	}
}

// bindWords makes b name the words: a global variable at top level, else a
// local one.
func (c *function) bindWords(b *types.Binding, vals []mir.Value, t types.Type) {
	if b == nil {
		return
	}
	if b.Kind != types.BindGlobal {
		c.bindLocal(b, vals, t)
		return
	}
	kinds := flatten(t, nil)
	c.counted(c.shapeOf(t), nil, vals)
	words := make([]int, len(vals))
	for i, v := range vals {
		words[i] = len(c.prog.Globals)
		c.prog.Globals = append(c.prog.Globals, kinds[i])
		c.effect(mir.SetGlobal, int64(words[i]), v)
	}
	c.globals[b] = words
}

// assign lowers target = value.
func (c *function) assign(e *syntax.Assign) {
	root, ps, ok := c.target(e.Target)
	if !ok {
		c.unsupported(e.Target.Span(), "this assignment")
		return
	}
	u := c.info.Uses[root]
	vals := c.exprAs(e.Value, c.info.Types[e.Target])
	if lo := c.locals[u.Binding]; lo != nil && (lo.vars != nil || lo.cell != nil) {
		c.store(lo, ps.off, vals, ps.typ)
		return
	}
	words, ok := c.globals[u.Binding]
	if !ok {
		c.unsupported(e.Target.Span(), "an assignment to the variable %q of an enclosing function", u.Binding.Name)
		return
	}
	if shape := c.shapeOf(ps.typ); shape != 0 {
		old := make([]mir.Value, len(vals))
		for i := range vals {
			old[i] = c.emit(mir.GetGlobal, int64(words[ps.off+i]))
		}
		c.counted(shape, old, vals)
	}
	for i, v := range vals {
		c.effect(mir.SetGlobal, int64(words[ps.off+i]), v)
	}
}

// target resolves an assignment target to its root variable and the part of it
// that is assigned.
func (c *function) target(e syntax.Expr) (*syntax.Path, part, bool) {
	switch e := e.(type) {
	case *syntax.Paren:
		return c.target(e.X)
	case *syntax.Path:
		return e, part{typ: c.typ(e)}, c.info.Uses[e] != nil
	case *syntax.Field:
		root, p, ok := c.target(e.X)
		if !ok {
			return nil, part{}, false
		}
		f, ok := field(parts(p.typ), e.Name.Name)
		return root, part{typ: f.typ, off: p.off + f.off}, ok
	}
	return nil, part{}, false
}
