package types

import (
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// call infers the application of fn to args (types.md 9); e is the *Call or
// the pipe that CallInfo is filed under.
func (c *checker) call(e, fn syntax.Expr, args []syntax.Expr) Type {
	if p, ok := strip(fn).(*syntax.Path); ok && c.isDelay(p) {
		return c.delay(e, fn, p, args)
	}
	ft := c.expr(fn)
	pack := partialRecord(args)
	types := make([]Type, len(args))
	for i, a := range args {
		if pack != nil {
			types[i] = c.recordLiteral(pack)
			c.setParens(a, types[i])
			continue
		}
		types[i] = c.expr(a)
	}
	c.at = e.Span()
	if p, ok := strip(fn).(*syntax.Path); ok && c.info.Ctors[p] != nil {
		if t, ok := c.look(ft).(*Function); ok {
			return c.construct(e, t, args, types)
		}
	}
	if c.unliftable(e, fn, args, types) {
		return Failure
	}
	switch f := c.look(ft).(type) {
	case *Function:
		return c.apply(e, fn, f, args, types, pack != nil)
	case *Var:
		if pack != nil {
			c.noDefaults(args[0])
			return Failure
		}
		want := &Function{Ret: c.freshAt(f.Level)}
		for _, t := range types {
			want.Params = append(want.Params, ParamType{Type: t})
		}
		if err := c.bind(f, want); err != nil {
			c.mismatch(fn, want, ft, err)
			return Failure
		}
		c.note(e, CallPositional, want)
		for i, a := range args {
			c.info.Wants[a] = types[i]
		}
		return want.Ret
	default:
		if f != Failure {
			c.errorf(diag.NotAFunction, fn.Span(), "This is not applicable because it is not a function type.").
				Note(source.Span{}, "found type: %s", typeName(ft))
		}
	}
	return Failure
}

// note files what a call does.
func (c *checker) note(e syntax.Expr, kind CallKind, f *Function) *CallInfo {
	info := &CallInfo{Kind: kind, Params: f}
	c.info.Calls[e] = info
	return info
}

// setParens gives e and the parentheses in it the type t.
func (c *checker) setParens(e syntax.Expr, t Type) {
	c.info.Types[strip(e)] = t
	for p, ok := e.(*syntax.Paren); ok; p, ok = p.X.(*syntax.Paren) {
		c.info.Types[p] = t
	}
}

// partialRecord returns the record literal with .. that is the only argument.
func partialRecord(args []syntax.Expr) *syntax.Record {
	if len(args) != 1 {
		return nil
	}
	if r, ok := strip(args[0]).(*syntax.Record); ok && r.Partial {
		return r
	}
	return nil
}

// span returns the range of an argument list, the call's without arguments.
func span(e syntax.Expr, args []syntax.Expr) source.Span {
	if len(args) == 0 {
		return e.Span()
	}
	return args[0].Span().To(args[len(args)-1].Span())
}

// apply matches arguments with the parameters of a known function type.
func (c *checker) apply(e, fn syntax.Expr, f *Function, args []syntax.Expr, types []Type, partial bool) Type {
	n, m := len(args), len(f.Params)
	result := c.known(f.Ret)
	if n == 2 && m == 2 && (c.isTuple(types[0]) || c.isTuple(types[1])) && c.isArithmetic(fn) {
		t := c.tupleArithmetic(fn.Span(), args[0], args[1], types[0], types[1])
		c.note(e, CallPositional, &Function{[]ParamType{{Type: types[0]}, {Type: types[1]}}, t})
		return t
	}
	if n == 1 && m == 1 {
		if t, ok := c.spread(e, fn, f, args[0], types[0]); ok {
			return t
		}
		return c.single(e, fn, f, args[0], types[0], partial)
	}
	if n == 1 && m >= 2 {
		switch t := c.look(types[0]).(type) {
		case *Record:
			return c.pack(e, fn, f, args[0], t, partial)
		case *Tuple:
			return c.unpack(e, f, args[0], t)
		case *Var:
			list := make([]Type, m)
			for i, p := range f.Params {
				list[i] = p.Type
			}
			if err := c.bind(t, &Tuple{list}); err != nil {
				c.mismatch(args[0], &Tuple{list}, t, err)
				return result
			}
			c.info.Wants[args[0]] = &Tuple{list}
			c.note(e, CallUnpack, f)
			return c.measure(f.Ret)
		default:
			if t == Failure {
				return result
			}
			if partial { // {..} without a field is Unit
				return c.pack(e, fn, f, args[0], &Record{}, true)
			}
		}
	}
	if n >= 2 && m == 1 {
		return c.gather(e, f, args, types)
	}
	if n == 0 && m == 1 && c.look(f.Params[0].Type) == Unit {
		c.note(e, CallPositional, f)
		return c.measure(f.Ret)
	}
	if n != m {
		c.wrongCount(e, f, args, types)
		return c.settled(result)
	}
	c.note(e, CallPositional, f)
	fits := true
	for i, a := range args {
		c.info.Wants[a] = f.Params[i].Type
		if !c.position(a, types[i], f.Params[i].Type, true) {
			fits = false
		}
	}
	if !fits {
		return c.settled(result)
	}
	return c.measure(f.Ret)
}

// settled returns the result type of a failed call, if it is known.
func (c *checker) settled(t Type) Type {
	if _, open := c.resolve(t).(*Var); open {
		return Failure
	}
	return t
}

// wrongCount reports a call with too many or too few arguments.
func (c *checker) wrongCount(e syntax.Expr, f *Function, args []syntax.Expr, types []Type) {
	code, text := diag.LengthMismatch, "Length of the elements are different"
	if len(args) <= 1 {
		code, text = diag.TypeMismatch, "Type mismatch"
	}
	for _, t := range types {
		if c.resolve(t) == Failure {
			return
		}
	}
	found := &Function{Ret: f.Ret}
	for _, t := range types {
		found.Params = append(found.Params, ParamType{Type: t})
	}
	d := c.errorf(code, span(e, args), "%s", text)
	d.Note(source.Span{}, "expected type: %s", paramsName(f))
	d.Note(source.Span{}, "found type: %s", paramsName(found))
	for _, p := range f.Params {
		if p.HasDefault && len(args) < len(f.Params) {
			d.Suggest("defaults are filled for a record argument only, as in f({a = 1})")
			break
		}
	}
}

// isArithmetic reports whether fn names one of the builtins behind + - * /.
func (c *checker) isArithmetic(fn syntax.Expr) bool {
	p, ok := strip(fn).(*syntax.Path)
	if !ok {
		return false
	}
	b := c.names.binding[p]
	if b != nil && b.Alias != nil {
		b = b.Alias
	}
	if b == nil || b.Kind != BindBuiltin {
		return false
	}
	switch b.Name {
	case "add", "sub", "mult", "div":
		return true
	}
	return false
}

// spread applies a one-parameter function to every leaf of a tuple (types.md
// 10.2); ok is false when the call is an ordinary one.
func (c *checker) spread(e, fn syntax.Expr, f *Function, arg syntax.Expr, at Type) (result Type, ok bool) {
	tuple, isTuple := c.resolve(at).(*Tuple)
	if !isTuple || len(tuple.Elems) == 0 {
		return nil, false
	}
	if r := c.look(f.Ret); r != Number && r != Int {
		return nil, false
	}
	param := c.content(f.Params[0].Type)
	v, generic := param.(*Var)
	switch {
	case param == Number || param == Int:
	case generic && c.instantiated(fn, v) && c.numeric(tuple):
		c.link(v, Number)
	default:
		return nil, false
	}
	t, fits := c.spreadShape(fn, arg, tuple)
	if !fits {
		return Failure, true
	}
	c.note(e, CallSpread, f)
	return t, true
}

// content looks through a one-field record and a one-element tuple.
func (c *checker) content(t Type) Type {
	t = c.look(t)
	if r, ok := t.(*Record); ok {
		if fields, tail := Flatten(r); len(fields) == 1 && tail == nil {
			return c.content(fields[0].Type)
		}
	}
	return t
}

// instantiated reports whether v came from instantiating the scheme of fn.
func (c *checker) instantiated(fn syntax.Expr, v *Var) bool {
	p, ok := strip(fn).(*syntax.Path)
	if !ok {
		return false
	}
	u := c.info.Uses[p]
	if u == nil {
		return false
	}
	for _, t := range u.Inst {
		if c.resolve(t) == v {
			return true
		}
	}
	return false
}

// numeric reports whether all leaves of t are numbers.
func (c *checker) numeric(t Type) bool {
	c.tick()
	switch x := c.resolve(t).(type) {
	case *Tuple:
		for _, e := range x.Elems {
			if !c.numeric(e) {
				return false
			}
		}
		return true
	case Prim:
		return x == Number || x == Int
	}
	return false
}

// spreadShape checks the leaves of a spread tuple and gives the result's type.
func (c *checker) spreadShape(fn, arg syntax.Expr, t *Tuple) (Type, bool) {
	if c.tooWide(fn.Span(), len(t.Elems), t) {
		return Failure, false
	}
	out := make([]Type, len(t.Elems))
	fits := true
	for i, elem := range t.Elems {
		if inner, ok := c.resolve(elem).(*Tuple); ok && len(inner.Elems) > 0 {
			x, ok := c.spreadShape(fn, part(arg, i), inner)
			out[i] = x
			fits = fits && ok
			continue
		}
		out[i] = Number
		if !c.leaf(arg.Span(), part(arg, i), elem) {
			fits = false
		}
	}
	return &Tuple{out}, fits
}

// part returns the expression of element i of e, e itself when unknown.
func part(e syntax.Expr, i int) syntax.Expr {
	if x := element(e, i); x != nil {
		return x
	}
	return e
}

// single matches one argument with one parameter (types.md 9.4, 9.5).
func (c *checker) single(e, fn syntax.Expr, f *Function, arg syntax.Expr, t Type, partial bool) Type {
	p := f.Params[0]
	lit, isLit := strip(arg).(*syntax.Record)
	want := c.look(p.Type)
	_, wantRecord := want.(*Record)
	_, open := want.(*Var)
	if isLit && partial {
		switch {
		case len(lit.Fields) == 0:
			if !p.HasDefault || !c.canDefault(fn) {
				c.missing(fn, arg, []ParamType{p}, f, t)
				return c.settled(f.Ret)
			}
			c.note(e, CallPack, f).Fields = []string{""}
			return c.measure(f.Ret)
		case !wantRecord && len(lit.Fields) == 1:
			if name := lit.Fields[0].Name.Name; name == p.Name || !open {
				c.note(e, CallPack, f).Fields = []string{name}
				value := lit.Fields[0].Value
				if !c.coerce(value, c.expr(value), p.Type, true) {
					return c.settled(f.Ret)
				}
				return c.measure(f.Ret)
			}
		}
	}
	c.note(e, CallPositional, f)
	if !c.coerce(arg, t, p.Type, true) {
		return c.settled(f.Ret)
	}
	return c.measure(f.Ret)
}

// unpack feeds the parameters from the elements of a tuple.
func (c *checker) unpack(e syntax.Expr, f *Function, arg syntax.Expr, t *Tuple) Type {
	list := make([]Type, len(f.Params))
	for i, p := range f.Params {
		list[i] = p.Type
	}
	want := &Tuple{list}
	if len(t.Elems) != len(list) {
		c.mismatch(arg, want, t, &clash{diag.LengthMismatch, t, want})
		return c.settled(f.Ret)
	}
	c.note(e, CallUnpack, f)
	if !c.coerce(arg, t, want, true) {
		return c.settled(f.Ret)
	}
	return c.measure(f.Ret)
}

// gather packs several arguments into the one parameter.
func (c *checker) gather(e syntax.Expr, f *Function, args []syntax.Expr, types []Type) Type {
	var parts []Type
	switch p := c.look(f.Params[0].Type).(type) {
	case *Tuple:
		parts = p.Elems
	case *Record:
		fields, tail := Flatten(p)
		if tail == nil {
			for _, f := range fields {
				parts = append(parts, f.Type)
			}
		}
	case *Var:
		if err := c.bind(p, &Tuple{types}); err != nil {
			c.clashAt(span(e, args), p, &Tuple{types}, err)
			return c.settled(f.Ret)
		}
		parts = types
	}
	if len(parts) != len(args) {
		c.wrongCount(e, f, args, types)
		return c.settled(f.Ret)
	}
	c.note(e, CallGather, f)
	fits := true
	for i, a := range args {
		c.info.Wants[a] = parts[i]
		if !c.position(a, types[i], parts[i], true) {
			fits = false
		}
	}
	if !fits {
		return c.settled(f.Ret)
	}
	return c.measure(f.Ret)
}

// pack feeds the parameters from the fields of a record by name, or in
// canonical order when the parameters have no names (types.md 9.1 to 9.4).
func (c *checker) pack(e, fn syntax.Expr, f *Function, arg syntax.Expr, r *Record, partial bool) Type {
	fields, tail := Flatten(r)
	names := make([]string, len(f.Params))
	named := false
	for i, p := range f.Params {
		names[i] = p.Name
		named = named || p.Name != ""
	}
	if !named {
		if partial {
			c.noDefaults(arg)
			return c.settled(f.Ret)
		}
		if len(fields) != len(f.Params) || tail != nil {
			c.clashAt(arg.Span(), f, r, &clash{diag.IncompatibleKeys, f, r})
			return c.settled(f.Ret)
		}
		for i, field := range fields {
			names[i] = field.Name
		}
	}
	info := &CallInfo{Kind: CallPack, Params: f, Fields: make([]string, len(f.Params))}
	var absent []ParamType
	matched, filled, fits := partial, false, true
	for i, p := range f.Params {
		t, ok := findField(fields, names[i])
		if !ok && tail != nil && !p.HasDefault {
			t, tail = c.extend(tail, names[i])
			ok = true
		}
		if !ok {
			if !p.HasDefault {
				absent = append(absent, p)
			}
			filled = true
			continue
		}
		matched = true
		info.Fields[i] = names[i]
		if lit, ok := strip(arg).(*syntax.Record); ok {
			for _, lf := range lit.Fields {
				if lf.Name.Name == names[i] {
					fits = c.coerce(lf.Value, t, p.Type, true) && fits
					break
				}
			}
			continue
		}
		if err := c.convert(arg.Span(), t, p.Type, true); err != nil {
			c.mismatch(arg, p.Type, t, err)
			fits = false
		}
	}
	switch {
	case len(absent) > 0 || !matched:
		if !matched && len(absent) == 0 {
			absent = f.Params
		}
		c.missing(fn, arg, absent, f, r)
		return c.settled(f.Ret)
	case filled && !c.canDefault(fn):
		c.noDefaults(arg)
		return c.settled(f.Ret)
	case !fits:
		return c.settled(f.Ret)
	}
	c.info.Calls[e] = info
	return c.measure(f.Ret)
}

// missing reports a record argument that lacks parameters.
func (c *checker) missing(fn, arg syntax.Expr, list []ParamType, f *Function, t Type) {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = "`" + p.Name + "`"
	}
	c.errorf(diag.MissingArguments, arg.Span(), "Arguments for functions are less than required.").
		Note(source.Span{}, "missing: %s", strings.Join(names, ", ")).
		Note(source.Span{}, "expected type: %s", paramsName(f)).
		Note(source.Span{}, "found type: %s", typeName(t))
}

// canDefault reports whether the definition behind fn is known, so that its
// defaults can be evaluated.
func (c *checker) canDefault(fn syntax.Expr) bool {
	p, ok := strip(fn).(*syntax.Path)
	if !ok {
		_, literal := strip(fn).(*syntax.Lambda)
		return literal
	}
	b := c.names.binding[p]
	return b != nil && b.Static != nil
}

// noDefaults reports a call that would need the defaults of an unknown
// function.
func (c *checker) noDefaults(arg syntax.Expr) {
	c.errorf(diag.MissingArguments, arg.Span(), "Arguments for functions are less than required.").
		Note(source.Span{}, "cannot fill defaults through a function value")
}

// isDelay reports whether p means the builtin delay.
func (c *checker) isDelay(p *syntax.Path) bool {
	b := c.names.binding[p]
	return b != nil && b.Kind == BindBuiltin && b.Name == "delay"
}

// delay infers delay(n, x, t): n must be a literal (builtins.md 3.2).
func (c *checker) delay(e, fn syntax.Expr, p *syntax.Path, args []syntax.Expr) Type {
	b := c.names.binding[p]
	t := c.use(p, b)
	c.setParens(fn, t)
	types := make([]Type, len(args))
	for i, a := range args {
		types[i] = c.expr(a)
	}
	f := t.(*Function)
	if len(args) != 3 {
		if len(args) == 1 {
			c.errorf(diag.DelaySize, args[0].Span(), "the size of `delay` must be a number literal, write its three arguments one by one")
			return Number
		}
		c.wrongCount(e, f, args, types)
		return Number
	}
	literal := false
	switch strip(args[0]).(type) {
	case *syntax.Number, *syntax.Splice, *syntax.MacroCall: // the last two after expansion
		literal = true
	}
	if !literal && c.resolve(types[0]) != Failure {
		c.errorf(diag.DelaySize, args[0].Span(), "the size of `delay` must be a number literal")
	}
	c.note(e, CallPositional, f)
	for i, a := range args {
		if i == 0 && c.resolve(types[0]) != Number {
			continue
		}
		c.number(a, types[i])
		c.info.Wants[a] = Number
	}
	return Number
}
