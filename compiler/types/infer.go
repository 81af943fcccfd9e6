package types

import (
	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// program infers the statements of a file.
func (c *checker) program(file *syntax.File) {
	for _, s := range file.Stmts {
		c.stmt(s)
	}
}

// stmt infers a statement and returns the type of its value.
func (c *checker) stmt(s syntax.Stmt) Type {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		return c.expr(s.X)
	case *syntax.Let:
		c.let(s)
	case *syntax.StageDecl:
		c.declareStage(s)
	case *syntax.LetRec:
		c.letRec(s)
	case *syntax.Fn:
		b := c.info.Defs[&s.Name]
		c.define(b, s.Fun, c.names.defs[b].recursive)
	}
	return Unit
}

// let infers a let statement (types.md 11).
func (c *checker) let(s *syntax.Let) {
	if p, ok := s.Pat.(*syntax.NamePattern); ok {
		b := c.info.Defs[&p.Name]
		if c.static(b, s) {
			c.info.Pats[p] = b.Scheme.Type
			return
		}
	}
	outer := c.letters
	c.letters = &letterScope{outer: outer}
	var want Type
	if s.Type != nil {
		want = c.annotation(s.Type)
	}
	got := c.expr(s.Value)
	if want != nil {
		c.coerce(s.Value, got, want, false)
		got = want
	}
	c.letters = outer
	c.pattern(s.Pat, got, s.Value)
}

// static infers a let whose name is a static function or builtin; false when
// it is an ordinary value.
func (c *checker) static(b *Binding, s *syntax.Let) bool {
	d := c.names.defs[b]
	if d == nil {
		return false
	}
	switch {
	case b.Static != nil && d.lambda != nil:
		c.level++
		outer := c.letters
		c.letters = &letterScope{outer: outer}
		var want Type
		if s.Type != nil {
			want = c.annotation(s.Type)
		}
		ft := c.lambdaValue(s.Value, nil, false)
		if want != nil {
			c.coerce(s.Value, ft, want, false)
			c.checkLetters(c.letters, false)
		}
		c.letters = outer
		c.level--
		b.Scheme = c.generalize(ft)
		return true
	case b.Static != nil || b.Alias != nil:
		target := c.names.binding[d.alias]
		if target.Scheme.Type == nil {
			return false // an error inside its own definition
		}
		if target.Name == "delay" && target.Kind == BindBuiltin || target.Alias != nil && target.Alias.Name == "delay" {
			c.expr(s.Value)
			b.Scheme = Scheme{nil, Failure}
			return true
		}
		c.expr(s.Value)
		b.Scheme = target.Scheme
		return true
	}
	return false
}

// letRec infers letrec name = value.
func (c *checker) letRec(s *syntax.LetRec) {
	b := c.info.Defs[&s.Name]
	d := c.names.defs[b]
	switch {
	case d.lambda != nil && b.Static != nil:
		c.define(b, d.lambda, d.recursive)
		c.spreadParens(s.Value)
	case d.lambda != nil:
		ft := c.lambdaValue(s.Value, b, false)
		b.Scheme = Scheme{nil, ft}
	default:
		b.Scheme = Scheme{nil, c.fresh()}
		c.building[b] = []*Use{}
		t := c.expr(s.Value)
		uses := c.building[b]
		delete(c.building, b)
		if len(uses) > 0 {
			c.errorf(diag.LetRecNotFunction, s.Value.Span(), "`letrec` can take only function type.")
			t = Failure
		}
		b.Scheme.Type = t
	}
}

// lambdaValue infers a function literal that may stand in parentheses.
func (c *checker) lambdaValue(e syntax.Expr, self *Binding, poly bool) Type {
	l := strip(e).(*syntax.Lambda)
	ft := c.lambda(l, self, poly)
	c.spreadParens(e)
	return ft
}

// spreadParens gives the parentheses around an inferred expression its type.
func (c *checker) spreadParens(e syntax.Expr) {
	c.setParens(e, c.info.Types[strip(e)])
}

// lambda infers a function literal. self, when not nil, is the binding by
// which its body can call it: it gets the function's own variables, or, when
// poly is set, the scheme that the annotations give.
func (c *checker) lambda(l *syntax.Lambda, self *Binding, poly bool) *Function {
	f := c.info.Funcs[l]
	outer := c.letters
	c.letters = &letterScope{outer: outer}
	ft := &Function{}
	f.Type = ft
	for i, p := range l.Params {
		var t Type
		if p.Type != nil {
			t = c.annotation(p.Type)
		} else {
			t = c.fresh()
		}
		ft.Params = append(ft.Params, ParamType{p.Name.Name, t, p.Default != nil})
		f.Params[i].Scheme.Type = t
	}
	if l.Ret != nil {
		ft.Ret = c.annotation(l.Ret)
	} else {
		ft.Ret = c.fresh()
	}
	for i, p := range l.Params {
		if p.Default != nil {
			c.coerce(p.Default, c.expr(p.Default), ft.Params[i].Type, false)
		}
	}
	f.SelfType = ft.Ret
	if !f.UsesSelf {
		f.SelfType = nil
	}
	if self != nil {
		self.Scheme = Scheme{nil, ft}
		if poly {
			for _, own := range c.letters.own {
				self.Scheme.Vars = append(self.Scheme.Vars, own.v)
			}
		}
	}
	body := c.expr(l.Body)
	if l.Ret != nil {
		c.coerce(l.Body, body, ft.Ret, false)
	} else if ret, open := c.resolve(ft.Ret).(*Var); open && c.resolve(body) == Failure {
		c.link(ret, Failure)
	} else {
		c.equal(l.Body, body, ft.Ret)
	}
	if f.UsesSelf {
		c.after = append(c.after, func() { c.checkSelf(f) })
	}
	c.checkLetters(c.letters, self != nil)
	c.letters = outer
	c.info.Types[l] = ft
	return ft
}

// checkSelf reports a function that would have to remember a function.
func (c *checker) checkSelf(f *Func) {
	var kind string
	seen := map[*Sum]bool{}
	var walk func(Type) bool
	walk = func(t Type) bool {
		switch x := Resolve(t).(type) {
		case *Function:
			kind = "function"
			return true
		case *Array:
			return false
		case *Sum:
			if x.Rec {
				kind = "recursive"
				return true
			}
			if seen[x] {
				return false
			}
			seen[x] = true
			for _, v := range x.Variants {
				if v.Payload != nil && walk(v.Payload) {
					return true
				}
			}
			return false
		case Prim, *Var:
			return false
		default:
			return c.anyPart(x, walk)
		}
	}
	if !walk(f.SelfType) {
		return
	}
	d := c.errorf(diag.SelfReturnsFunction, f.Lambda.Body.Span(), "Function that uses `self` cannot return function type.")
	if kind == "recursive" {
		d.Note(source.Span{}, "recursive types cannot be kept in self")
	}
}

// expr infers an expression once and remembers its type.
func (c *checker) expr(e syntax.Expr) Type {
	if t, ok := c.info.Types[e]; ok {
		return t
	}
	if p := c.info.Partials[e]; p != nil {
		t := c.expr(p)
		c.info.Types[e] = t
		return t
	}
	if b, ok := e.(*syntax.Binary); ok {
		return c.inferChain(b)
	}
	c.enter(e)
	c.at = e.Span()
	t := c.infer(e)
	c.info.Types[e] = t
	c.leave()
	return t
}

// infer gives the type of an expression (types.md 6.3).
func (c *checker) infer(e syntax.Expr) Type {
	if c.names.failed[e] {
		c.rest(e)
		return Failure
	}
	switch e := e.(type) {
	case *syntax.Number, *syntax.Now, *syntax.SampleRate:
		return Number
	case *syntax.String:
		return String
	case *syntax.Self:
		if f := c.names.selfOf[e]; f != nil && f.SelfType != nil {
			return f.SelfType
		}
	case *syntax.Path:
		return c.path(e)
	case *syntax.Paren:
		return c.expr(e.X)
	case *syntax.Tuple:
		list := make([]Type, len(e.Elems))
		for i, x := range e.Elems {
			list[i] = c.expr(x)
		}
		return c.measure(&Tuple{list})
	case *syntax.Array:
		return c.array(e)
	case *syntax.Index:
		return c.index(e)
	case *syntax.Proj:
		return c.projection(e)
	case *syntax.Field:
		return c.field(e)
	case *syntax.Record:
		t := c.recordLiteral(e)
		if e.Partial {
			c.errorf(diag.TypeMismatch, e.Span(), "Type mismatch").
				Note(source.Span{}, "a record with `..` can only be the single argument of a call")
			return Failure
		}
		return t
	case *syntax.Update:
		return c.update(e)
	case *syntax.Call:
		return c.call(e, e.Fn, e.Args)
	case *syntax.MacroCall:
		return c.macroCall(e)
	case *syntax.Unary:
		return c.unary(e)
	case *syntax.Assign:
		return c.assign(e)
	case *syntax.Lambda:
		return c.lambda(e, nil, false)
	case *syntax.Block:
		var t Type = Unit
		for _, s := range e.Stmts {
			t = c.stmt(s)
		}
		return t
	case *syntax.If:
		return c.ifExpr(e)
	case *syntax.Match:
		return c.match(e)
	case *syntax.Quote:
		return c.quote(e)
	case *syntax.Splice:
		return c.splice(e)
	}
	return Failure
}

// rest infers the parts of a failed expression, for the errors in them.
func (c *checker) rest(e syntax.Expr) {
	switch x := e.(type) {
	case *syntax.Call:
		for _, a := range x.Args {
			if !isHole(a) {
				c.expr(a)
			}
		}
	case *syntax.Field:
		c.expr(x.X)
	case *syntax.Proj:
		c.expr(x.X)
	}
}

// path gives the type of a name.
func (c *checker) path(e *syntax.Path) Type {
	if ctor := c.info.Ctors[e]; ctor != nil {
		return ctorType(ctor)
	}
	b := c.names.binding[e]
	if b == nil || b.Scheme.Type == nil {
		return Failure
	}
	if b.Kind == BindBuiltin && b.Name == "delay" || b.Alias != nil && b.Alias.Name == "delay" {
		c.errorf(diag.DelaySize, e.Span(), "`delay` cannot be used as a value: its size must be a number literal")
		return Failure
	}
	return c.use(e, b)
}

// use notes that e means b and gives its type there.
func (c *checker) use(e *syntax.Path, b *Binding) Type {
	t, inst := c.instantiate(b.Scheme)
	u := &Use{b, inst}
	c.info.Uses[e] = u
	if list, ok := c.building[b]; ok {
		c.building[b] = append(list, u)
	}
	return t
}

func (c *checker) array(e *syntax.Array) Type {
	if len(e.Elems) == 0 {
		return &Array{c.fresh()}
	}
	elem := c.expr(e.Elems[0])
	for _, x := range e.Elems[1:] {
		t := c.expr(x)
		if elem == Failure {
			elem = t
			continue
		}
		c.equal(x, t, elem)
	}
	return c.measure(&Array{elem})
}

func (c *checker) index(e *syntax.Index) Type {
	xt := c.look(c.expr(e.X))
	c.coerce(e.I, c.expr(e.I), Number, false)
	xt = c.look(xt)
	switch x := xt.(type) {
	case *Array:
		return x.Elem
	case *Var:
		elem := c.freshAt(x.Level)
		c.link(x, &Array{elem})
		return elem
	}
	if xt != Failure {
		c.mismatch(e.X, &Array{c.fresh()}, xt, nil)
	}
	return Failure
}

// projection gives the type of e.N (types.md 6.4).
func (c *checker) projection(e *syntax.Proj) Type {
	t := c.resolve(c.expr(e.X))
	for {
		b, ok := t.(*Boxed)
		if !ok {
			break
		}
		t = c.resolve(b.X)
	}
	tuple, ok := t.(*Tuple)
	switch {
	case t == Failure:
	case !ok:
		c.errorf(diag.IndexForNonTuple, e.Span(), "Index access for non-tuple variable.").
			Note(e.X.Span(), "found type: %s", typeName(t))
	case e.Index >= 0 && e.Index < len(tuple.Elems):
		return tuple.Elems[e.Index]
	default:
		c.errorf(diag.IndexOutOfRange, e.Span(), "Length of tuple elements is %d but index was %d", len(tuple.Elems), e.Index)
	}
	return Failure
}

// field gives the type of e.f (types.md 6.5).
func (c *checker) field(e *syntax.Field) Type {
	switch t := c.look(c.expr(e.X)).(type) {
	case *Var:
		f := c.freshAt(t.Level)
		c.link(t, c.openRecord(t.Level, RecordField{e.Name.Name, f}))
		return f
	case *Record:
		fields, tail := Flatten(t)
		if ft, ok := findField(fields, e.Name.Name); ok {
			return ft
		}
		if tail != nil {
			ft, _ := c.extend(tail, e.Name.Name)
			return ft
		}
		c.noField(e.Span(), e.Name.Name, fields)
	default:
		if t != Failure {
			c.errorf(diag.FieldForNonRecord, e.Span(), "Field access for non-record variable.").
				Note(e.X.Span(), "found type: %s", typeName(t))
		}
	}
	return Failure
}

// noField reports a field that a closed record lacks.
func (c *checker) noField(at source.Span, name string, fields []RecordField) {
	d := c.errorf(diag.FieldNotExist, at, "Field %q does not exist in the record type", name)
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.Name
	}
	if s := diag.DidYouMean(name, list); s != "" {
		d.Suggest("did you mean `%s`?", s)
	}
}

// recordLiteral gives the closed record type of the fields written.
func (c *checker) recordLiteral(e *syntax.Record) Type {
	fields := make([]RecordField, 0, len(e.Fields))
	double := false
	for i, f := range e.Fields {
		t := c.expr(f.Value)
		if i > 0 && e.Fields[i-1].Name.Name == f.Name.Name {
			double = true
			continue
		}
		fields = append(fields, RecordField{f.Name.Name, t})
	}
	if double {
		c.errorf(diag.DuplicateKey, e.Span(), "Duplicate keys found in record type")
	}
	return c.measure(&Record{Fields: fields})
}

// update gives the type of {base <- k = e}, which is that of base.
func (c *checker) update(e *syntax.Update) Type {
	if e.Base == nil {
		return Failure
	}
	base := c.expr(e.Base)
	for i, f := range e.Fields {
		if i > 0 && e.Fields[i-1].Name.Name == f.Name.Name {
			c.errorf(diag.DuplicateKey, e.Span(), "Duplicate keys found in record type")
		}
		value := c.expr(f.Value)
		var want Type = Failure
		switch t := c.look(base).(type) {
		case *Var:
			ft := c.freshAt(t.Level)
			c.link(t, c.openRecord(t.Level, RecordField{f.Name.Name, ft}))
			want = ft
		case *Record:
			fields, tail := Flatten(t)
			if ft, ok := findField(fields, f.Name.Name); ok {
				want = ft
			} else if tail != nil {
				want, _ = c.extend(tail, f.Name.Name)
			} else {
				c.noField(f.Name.Span(), f.Name.Name, fields)
			}
		default:
			if t != Failure {
				c.errorf(diag.FieldForNonRecord, e.Base.Span(), "Field access for non-record variable.").
					Note(e.Base.Span(), "found type: %s", typeName(t))
				return Failure
			}
		}
		c.coerce(f.Value, value, want, false)
	}
	return base
}

// assign infers target = value, whose type is Unit.
func (c *checker) assign(e *syntax.Assign) Type {
	value := c.expr(e.Value)
	want := c.expr(e.Target)
	c.coerce(e.Value, value, want, false)
	return Unit
}

func (c *checker) ifExpr(e *syntax.If) Type {
	c.coerce(e.Cond, c.expr(e.Cond), Number, false)
	then := c.expr(e.Then)
	if e.Else == nil {
		if !c.equal(e.Then, then, Unit) {
			return Failure // the missing else is reported once, not at every use of the value
		}
		return Unit
	}
	other := c.expr(e.Else)
	if !c.equal(e.Else, other, then) || c.resolve(then) == Failure {
		return c.known(then, other)
	}
	return then
}

// known returns the first of the types that is not Failure.
func (c *checker) known(list ...Type) Type {
	for _, t := range list {
		if c.resolve(t) != Failure {
			return t
		}
	}
	return Failure
}
