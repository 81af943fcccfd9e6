// Function values: closures, and functions and builtins used as values.

package lower

import (
	"fmt"

	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/state"
)

// closure makes the value of a lambda that is not expanded.
func (c *function) closure(fn *types.Func, at source.Span) []mir.Value {
	var held []mir.Value
	var kinds []state.WordKind
	shape := &types.Tuple{}
	for _, b := range c.captured(fn) {
		lo := c.locals[b]
		switch {
		case lo == nil:
			c.unsupported(at, "the capture of %q", b.Name)
			return []mir.Value{c.b.Int(0)}
		case lo.cell != nil:
			held = append(held, lo.cell.handle)
			kinds = append(kinds, state.BoxWord)
			shape.Elems = append(shape.Elems, cellType)
		default:
			t := c.bindingType(b)
			held = append(held, c.load(lo)...)
			kinds = flatten(t, kinds)
			shape.Elems = append(shape.Elems, t)
		}
	}
	in := c.closureInstance(fn, c.sub, kinds)
	return []mir.Value{c.makeClosure(in.fn, fn, held, c.shapeOf(shape))}
}

// cellType stands for a cell handle in the shape of a closure.
var cellType = &types.Boxed{X: types.Unit}

// captured returns the variables that a closure of fn holds: its captures
// without its own name, which is the running closure.
func (c *function) captured(fn *types.Func) []*types.Binding {
	var list []*types.Binding
	for _, b := range fn.Captures {
		if b != c.ownName(fn) {
			list = append(list, b)
		}
	}
	return list
}

// ownName returns the letrec name of fn, nil if it has none.
func (l *lowerer) ownName(fn *types.Func) *types.Binding { return l.owns[fn] }

// bindingType returns the concrete type of a captured variable.
func (c *function) bindingType(b *types.Binding) types.Type { return c.sub.concrete(b.Scheme.Type) }

// closureInstance returns the function that runs as a closure of fn: it reads
// what it captures from the running closure, and its own name is that closure.
func (c *function) closureInstance(fn *types.Func, sub substitution, held []state.WordKind) *instance {
	key := instanceKey(fn, sub) + "/closure"
	if in := c.insts[key]; in != nil {
		return in
	}
	f, inner := c.newFunction(fn.Name, fn, sub, sub.kinds(fn.Type.Ret))
	f.Captures = held
	in := &instance{fn: f, open: true}
	c.insts[key] = in
	inner.inst, inner.running = in, fn
	if own := c.ownName(fn); own != nil {
		inner.locals[own] = &local{values: []mir.Value{inner.b.Op(mir.SelfClosure)}}
	}
	at := 0
	for _, b := range inner.captured(fn) {
		if c.celled[b] {
			inner.locals[b] = &local{cell: &cell{handle: inner.emit(mir.GetCapture, int64(at)), words: size(inner.bindingType(b))}}
			at++
			continue
		}
		lo := &local{values: []mir.Value{}}
		for range flatten(inner.bindingType(b), nil) {
			lo.values = append(lo.values, inner.emit(mir.GetCapture, int64(at)))
			at++
		}
		inner.locals[b] = lo
	}
	inner.body(fn)
	in.open = false
	return in
}

// makeClosure makes the value of function f, which holds some words.
func (c *function) makeClosure(f *mir.Func, fn *types.Func, held []mir.Value, shape int64) mir.Value {
	if len(held) == 0 && f.StateSize() == 0 && !mentionsItself(f) {
		return c.b.Emit(&mir.Instr{Op: mir.FuncValue, Callee: f}, 1)[0]
	}
	site := int64(-1)
	if f.StateSize() > 0 {
		site = int64(c.place(&state.Node{Kind: state.Site, Name: siteLabel(fn, f), Target: f.State}))
	}
	return c.b.Emit(&mir.Instr{Op: mir.MakeClosure, Callee: f, Args: held, Imm: site, Aux: shape}, 1)[0]
}

// mentionsItself reports whether f uses its own closure as a value.
func mentionsItself(f *mir.Func) bool {
	found := false
	mir.Walk(f.Body, func(in *mir.Instr) { found = found || in.Op == mir.SelfClosure })
	return found
}

// siteLabel names a creation site: the function around the literal and the
// literal's own name (spec README, open points).
func siteLabel(fn *types.Func, f *mir.Func) string {
	if fn == nil {
		return f.Name
	}
	if fn.Parent != nil {
		return fn.Parent.Name + "/" + fn.Name
	}
	return fn.Name
}

// staticValue makes the value of a static function: e is the place where it is
// mentioned, of concrete function type t.
func (c *function) staticValue(fn *types.Func, t types.Type, at source.Span) []mir.Value {
	if fn == c.running && len(c.captured(fn)) == 0 {
		return []mir.Value{c.b.Op(mir.SelfClosure)} // spec vm.md 9.6, CS-4
	}
	sub := c.calleeSubstitution(fn)
	sub.match(fn.Type, t)
	in := c.closureInstance(fn, sub, nil)
	if in.open {
		c.unsupported(at, "the recursive function %q as a value inside a function of its own", fn.Name)
		return []mir.Value{c.b.Int(0)}
	}
	return []mir.Value{c.makeClosure(in.fn, fn, nil, 0)}
}

// generated makes the value of a function that apply builds: a builtin, a
// constructor or a probe in value position. t is its concrete function type.
func (c *function) generated(name string, t types.Type, at source.Span, apply func(inner *function, args []mir.Value) []mir.Value) []mir.Value {
	ft, ok := t.(*types.Function)
	if !ok {
		c.unsupported(at, "%s as a value", name)
		return zeros(c.b, flatten(t, nil))
	}
	key := fmt.Sprintf("generated %s %s", name, typeKey(t))
	in := c.insts[key]
	if in == nil {
		var params []state.WordKind
		for _, p := range ft.Params {
			params = flatten(p.Type, params)
		}
		f, b := mir.NewFunc(name, params, flatten(ft.Ret, nil))
		f.State = &state.Node{Kind: state.FnCall, Name: name}
		f.Pos = at
		b.Pos = at
		inner := &function{lowerer: c.lowerer, b: b, f: f, sub: substitution{}, locals: map[*types.Binding]*local{}, frame: &frame{node: f.State}}
		args := make([]mir.Value, len(params))
		for i := range args {
			args[i] = mir.Value(i)
		}
		inner.finish(apply(inner, args))
		in = &instance{fn: f}
		c.insts[key] = in
	}
	return []mir.Value{c.makeClosure(in.fn, nil, nil, 0)}
}

// callValue calls a function value with the words of its arguments.
func (c *function) callValue(f mir.Value, info *types.CallInfo, args []mir.Value) []mir.Value {
	n := size(c.sub.concrete(info.Params.Ret))
	return c.b.Emit(&mir.Instr{Op: mir.CallClosure, Args: append([]mir.Value{f}, args...)}, n)
}

// schedule lowers a @ t: the time first, then the function.
func (c *function) schedule(e *syntax.Binary) []mir.Value {
	t := c.num(e.R)
	f := c.expr(e.L)
	c.effect(mir.Schedule, 0, t, f[0])
	return nil
}
