// Calls: who is called, how the arguments reach the parameters, and where the
// callee's state lives.

package lower

import (
	"mmm/compiler/diag"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/state"
)

// maxExpansions bounds the bodies of local lambdas expanded in one program.
const maxExpansions = 20000

// literal is a lambda that captures locals and is only ever called: its body
// is expanded at each call, all calls share one block (spec vm.md 9.6, CS-2).
type literal struct {
	fn   *types.Func
	node *state.Node
	off  int
	open bool // being expanded
}

// callee is what a call reaches: exactly one field is set.
type callee struct {
	fn      *types.Func // a static function
	builtin string
	literal *literal
	probe   *types.Host
	ctor    *types.Ctor
	value   bool      // a function value
	word    mir.Value // the function value, once it is evaluated
}

// resolve finds out what the callee expression denotes.
func (c *function) resolve(e syntax.Expr) callee {
	switch e := unparen(e).(type) {
	case *syntax.Path:
		if ctor := c.info.Ctors[e]; ctor != nil {
			return callee{ctor: ctor}
		}
		u := c.info.Uses[e]
		if u == nil {
			return callee{value: true}
		}
		b := u.Binding
		if b.Alias != nil {
			b = b.Alias
		}
		if lo := c.locals[b]; lo != nil {
			switch {
			case lo.literal != nil:
				return callee{literal: lo.literal}
			case lo.probe != nil:
				return callee{probe: lo.probe}
			}
			return callee{value: true}
		}
		if h := c.probeNames[b]; h != nil {
			return callee{probe: h}
		}
		if b.Kind == types.BindBuiltin {
			return callee{builtin: b.Name}
		}
		if b.Static != nil {
			return callee{fn: b.Static}
		}
	case *syntax.Lambda:
		fn := c.info.Funcs[e]
		if len(fn.Captures) == 0 {
			return callee{fn: fn}
		}
		if c.facts.expand[fn] {
			return callee{literal: c.literal(fn)}
		}
	case *syntax.MacroCall:
		if h := c.info.Hosts[e]; h != nil && h.IsProbe() {
			return callee{probe: h}
		}
	}
	return callee{value: true}
}

// call lowers the call e of fn with args.
func (c *function) call(e, fn syntax.Expr, args []syntax.Expr) []mir.Value {
	info := c.info.Calls[e]
	if info == nil {
		return c.failed(e, "this call")
	}
	to := c.resolve(fn)
	if to.builtin == "delay" {
		return c.delay(e, args)
	}
	if to.value {
		to.word = c.expr(fn)[0]
	}
	if info.Kind == types.CallSpread {
		vals := c.expr(args[0])
		return c.spread(to, info, vals, c.typ(args[0]), e.Span())
	}
	return c.apply(to, info, c.arguments(to, info, args, e.Span()), e.Span())
}

// arguments evaluates args left to right and returns the words of the
// parameters in order.
func (c *function) arguments(to callee, info *types.CallInfo, args []syntax.Expr, at source.Span) []mir.Value {
	params := info.Params.Params
	var vals []mir.Value
	switch info.Kind {
	case types.CallPositional:
		for i, a := range args {
			v := c.expr(a)
			if i < len(params) {
				vals = append(vals, c.convert(v, c.info.Types[a], params[i].Type, a.Span())...)
			}
		}
	case types.CallUnpack:
		v := c.expr(args[0])
		for i, p := range parts(c.typ(args[0])) {
			vals = append(vals, c.convertConcrete(v[p.off:p.off+size(p.typ)], p.typ, c.sub.concrete(params[i].Type), at)...)
		}
	case types.CallGather:
		ps := parts(c.sub.concrete(params[0].Type))
		for i, a := range args {
			v := c.expr(a)
			if i < len(ps) {
				vals = append(vals, c.convertConcrete(v, c.typ(a), ps[i].typ, a.Span())...)
			}
		}
	case types.CallPack:
		vals = c.pack(to, info, args[0], at)
	case types.CallCtor:
		vals = c.payload(info, args, at)
	}
	return vals
}

// pack binds the fields of a record argument to parameters by name and fills
// the missing ones from defaults.
func (c *function) pack(to callee, info *types.CallInfo, arg syntax.Expr, at source.Span) []mir.Value {
	type given struct {
		vals []mir.Value
		typ  types.Type
	}
	fields := map[string]given{}
	if r, ok := unparen(arg).(*syntax.Record); ok {
		for _, f := range r.Fields {
			fields[f.Name.Name] = given{c.expr(f.Value), c.typ(f.Value)}
		}
	} else {
		v := c.expr(arg)
		for _, p := range parts(c.typ(arg)) {
			fields[p.name] = given{v[p.off : p.off+size(p.typ)], p.typ}
		}
	}
	var vals []mir.Value
	for i, p := range info.Params.Params {
		want := c.sub.concrete(p.Type)
		g, ok := fields[info.Fields[i]]
		if !ok {
			d := c.defaultOf(to, i)
			if d == nil {
				c.unsupported(at, "this use of a default")
				vals = append(vals, zeros(c.b, flatten(want, nil))...)
				continue
			}
			g = given{c.expr(d), c.typ(d)}
		}
		vals = append(vals, c.convertConcrete(g.vals, g.typ, want, at)...)
	}
	return vals
}

// defaultOf returns the default expression of parameter i, nil without one.
func (c *function) defaultOf(to callee, i int) syntax.Expr {
	if to.fn == nil || i >= len(to.fn.Lambda.Params) {
		return nil
	}
	return to.fn.Lambda.Params[i].Default
}

// spread applies a one-parameter function to every leaf of a tuple.
func (c *function) spread(to callee, info *types.CallInfo, vals []mir.Value, t types.Type, at source.Span) []mir.Value {
	ps := parts(t)
	if ps == nil {
		return c.apply(to, info, c.convertConcrete(vals, t, types.Number, at), at)
	}
	var out []mir.Value
	for _, p := range ps {
		out = append(out, c.spread(to, info, vals[p.off:p.off+size(p.typ)], p.typ, at)...)
	}
	return out
}

// apply calls to with the words of its arguments.
func (c *function) apply(to callee, info *types.CallInfo, args []mir.Value, at source.Span) []mir.Value {
	switch {
	case to.value:
		return c.callValue(to.word, info, args)
	case to.ctor != nil:
		return c.construct(to.ctor, args)
	case to.probe != nil:
		return c.probe(to.probe, args, c.sub.concrete(info.Params.Params[0].Type))
	case to.literal != nil:
		return c.expand(to.literal, args, at)
	case to.fn != nil:
		return c.direct(to.fn, info, args, at)
	default:
		if op, ok := tupleOps[to.builtin]; ok && len(info.Params.Params) == 2 {
			lt, rt := c.sub.concrete(info.Params.Params[0].Type), c.sub.concrete(info.Params.Params[1].Type)
			return c.arith(op, args[:size(lt)], lt, args[size(lt):], rt)
		}
		return c.builtin(to.builtin, args, c.sub.concrete(info.Params))
	}
}

// direct calls a static function.
func (c *function) direct(fn *types.Func, info *types.CallInfo, args []mir.Value, at source.Span) []mir.Value {
	sub := c.calleeSubstitution(fn)
	sub.match(fn.Type, c.sub.concrete(info.Params))
	in := c.instantiate(fn, sub, at)
	if fn == c.running && c.inst.open && instanceKey(fn, sub) == instanceKey(fn, c.sub) {
		in = c.inst // a recursion of the closure stays in the closure
	}
	off := 0
	switch {
	case in.open:
		in.fn.Recursive = true
		if in != c.inst {
			in.outer = append(in.outer, at)
		}
	case in.fn.StateSize() > 0:
		off = c.place(in.fn.State)
	}
	return c.b.Call(in.fn, off, args...)
}

// calleeSubstitution starts the substitution of a function: its types may
// mention those of the functions around it.
func (c *function) calleeSubstitution(fn *types.Func) substitution {
	sub := substitution{}
	if fn.Parent != nil {
		for v, t := range c.sub {
			sub[v] = t
		}
	}
	return sub
}

// match finds what the variables of the type p stand for in the concrete type t.
func (s substitution) match(p, t types.Type) {
	switch p := types.Resolve(p).(type) {
	case *types.Var:
		s[p] = t
	case *types.Tuple:
		if len(p.Elems) == 1 {
			s.match(p.Elems[0], t)
			return
		}
		if t, ok := t.(*types.Tuple); ok && len(t.Elems) == len(p.Elems) {
			for i := range p.Elems {
				s.match(p.Elems[i], t.Elems[i])
			}
		}
	case *types.Record:
		s.matchRecord(p, t)
	case *types.Function:
		if t, ok := t.(*types.Function); ok && len(t.Params) == len(p.Params) {
			for i := range p.Params {
				s.match(p.Params[i].Type, t.Params[i].Type)
			}
			s.match(p.Ret, t.Ret)
		}
	case *types.Array:
		if t, ok := t.(*types.Array); ok {
			s.match(p.Elem, t.Elem)
		}
	case *types.Boxed:
		if t, ok := t.(*types.Boxed); ok {
			s.match(p.X, t.X)
		}
	case *types.Code:
		if t, ok := t.(*types.Code); ok {
			s.match(p.X, t.X)
		}
	}
}

func (s substitution) matchRecord(p *types.Record, t types.Type) {
	r, ok := t.(*types.Record)
	if !ok {
		return
	}
	rest := &types.Record{}
	for _, f := range r.Fields {
		found := false
		for _, q := range p.Fields {
			if q.Name == f.Name {
				s.match(q.Type, f.Type)
				found = true
			}
		}
		if !found {
			rest.Fields = append(rest.Fields, f)
		}
	}
	if p.Row == nil {
		return
	}
	switch row := types.Resolve(p.Row).(type) {
	case *types.Var:
		s[row] = rest
	case *types.Record:
		s.matchRecord(row, rest)
	}
}

// literal gives a capturing lambda its block at this place: it lowers the body
// once into a block that is thrown away, to learn the layout.
func (c *function) literal(fn *types.Func) *literal {
	lit := &literal{fn: fn, node: &state.Node{Kind: state.FnCall, Name: fn.Name}}
	c.b.Block(func() []mir.Value {
		args := zeros(c.b, c.sub.kinds(paramTypes(fn)))
		return c.expandIn(lit, &frame{node: lit.node}, args, fn.Lambda.Pos)
	})
	if lit.node.Size() > 0 {
		lit.off = c.place(lit.node)
	}
	return lit
}

// expand puts the body of a local lambda here.
func (c *function) expand(lit *literal, args []mir.Value, at source.Span) []mir.Value {
	return c.expandIn(lit, &frame{node: lit.node, base: lit.off, done: true}, args, at)
}

func (c *function) expandIn(lit *literal, fr *frame, args []mir.Value, at source.Span) []mir.Value {
	fn := lit.fn
	c.expansions++
	if lit.open || c.expansions > maxExpansions {
		if lit.open {
			c.unsupported(at, "a recursive function that uses variables of the function around it")
		} else if c.expansions == maxExpansions+1 {
			c.ds.Errorf(diag.TooLarge, at, "The program expands to more than %d local functions", maxExpansions)
		}
		return zeros(c.b, c.sub.kinds(fn.Type.Ret))
	}
	lit.open = true
	outer := c.frame
	c.frame = fr
	i := 0
	for k, p := range fn.Params {
		t := c.sub.concrete(fn.Type.Params[k].Type)
		c.bindLocal(p, args[i:i+size(t)], t)
		i += size(t)
	}
	vals := c.result(fn)
	c.frame = outer
	lit.open = false
	return vals
}

// tupleOps are the builtins that work on tuples element by element.
var tupleOps = map[string]syntax.Op{"add": syntax.OpAdd, "sub": syntax.OpSub, "mult": syntax.OpMul, "div": syntax.OpDiv}
