// Package lower turns a checked program into its middle form: it makes one
// function for each instance of a generic function, takes aggregates apart into
// words, gives every stateful operation its place in the layout, and every
// control, note cell and probe its index.
//
// Input: tree and types.Info of a program without errors. Output: a mir.Program
// with its image laid out. Invariants: evaluation order and state layout are
// those of the text (spec vm.md 4.1, 9.3), whatever passes follow.
package lower

import (
	"mmm/compiler/diag"
	"mmm/compiler/mathfn"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/state"
)

// Options changes what a program means.
type Options struct {
	// SelfInit0 makes functions that use self return the value that self had
	// on entry (language.md 9.2, zero-at-init).
	SelfInit0 bool
}

// maxInstances bounds the instances of one generic function (types.md 14.2).
const maxInstances = 1000

// maxParamWords bounds the words that one call passes. Types that grow with
// every call reach it long before maxInstances.
const maxParamWords = 1 << 14

// lowerer is the state of lowering one program.
type lowerer struct {
	info       *types.Info
	opts       Options
	ds         *diag.List
	prog       *mir.Program
	math       mathfn.Set
	insts      map[string]*instance
	count      map[*types.Func]int
	globals    map[*types.Binding][]int // global word of each word of the variable
	params     map[string]int
	notes      map[int]int
	probes     map[string]int
	ordered    map[*mir.Func]bool   // already in prog.Funcs
	refused    map[source.Span]bool // places already reported as not supported
	expansions int                  // bodies of local lambdas expanded so far
}

// instance is a function for given types.
type instance struct {
	fn    *mir.Func
	open  bool          // its body is being lowered: a call of it now is a recursion
	outer []source.Span // calls from functions nested in it, which share no base with it
}

// Program lowers a checked program. Errors go to ds; the result is then nil. A
// program without dsp gives NoDsp unless it is a library.
func Program(file *syntax.File, info *types.Info, opts Options, ds *diag.List) *mir.Program {
	l := &lowerer{
		info: info, opts: opts, ds: ds,
		prog:    &mir.Program{Strings: []string{""}},
		insts:   map[string]*instance{},
		count:   map[*types.Func]int{},
		globals: map[*types.Binding][]int{},
		params:  map[string]int{},
		notes:   map[int]int{},
		probes:  map[string]int{},
		ordered: map[*mir.Func]bool{},
		refused: map[source.Span]bool{},
	}
	if info.Dsp == nil || info.Dsp.Static == nil {
		return nil
	}
	init, f := l.newFunction("_mimium_global", nil, nil, nil)
	for _, s := range file.Stmts {
		f.effects(s)
	}
	f.finish(nil)
	l.prog.Init = init
	l.prog.Dsp = l.instantiate(info.Dsp.Static, substitution{}, info.Dsp.Ident.Pos).fn
	if ds.HasErrors() {
		return nil
	}
	l.order(init)
	l.order(l.prog.Dsp)
	l.prog.Layout()
	if l.prog.Image.Words > state.MaxStateWords {
		ds.Errorf(diag.TooMuchState, info.Dsp.Ident.Pos, "The program needs %d words of memory, more than %d", l.prog.Image.Words, state.MaxStateWords).
			Suggest("make its delay lines shorter")
		return nil
	}
	return l.prog
}

// order appends f to the program's functions, its callees first.
func (l *lowerer) order(f *mir.Func) {
	if l.ordered[f] {
		return
	}
	l.ordered[f] = true
	mir.Walk(f.Body, func(in *mir.Instr) {
		if in.Op == mir.Call {
			l.order(in.Callee)
		}
	})
	f.Index = len(l.prog.Funcs)
	l.prog.Funcs = append(l.prog.Funcs, f)
}

// instantiate returns the instance of fn for the types that sub gives to the
// quantified variables, lowering its body if it is new.
func (l *lowerer) instantiate(fn *types.Func, sub substitution, use source.Span) *instance {
	key := instanceKey(fn, sub)
	if in := l.insts[key]; in != nil {
		return in
	}
	l.count[fn]++
	if l.count[fn] <= maxInstances && len(sub.kinds(paramTypes(fn))) > maxParamWords {
		l.count[fn] = maxInstances + 1
	}
	if l.count[fn] > maxInstances {
		if l.count[fn] == maxInstances+1 {
			l.ds.Errorf(diag.TooManyInstances, fn.Lambda.Pos, "Function %q needs infinitely many specialisations", fn.Name).
				Note(use, "the last one is asked for here")
		}
		f, b := mir.NewFunc(fn.Name, sub.kinds(paramTypes(fn)), sub.kinds(fn.Type.Ret))
		b.Return(zeros(b, sub.kinds(fn.Type.Ret))...)
		return &instance{fn: f}
	}
	f, c := l.newFunction(fn.Name, fn, sub, sub.kinds(fn.Type.Ret))
	in := &instance{fn: f, open: true}
	l.insts[key] = in
	c.inst = in
	c.body(fn)
	in.open = false
	if f.StateSize() > 0 {
		for _, pos := range in.outer {
			l.unsupported(pos, "a recursive call of the stateful function %q from a function nested in it", fn.Name)
		}
		if f.Recursive {
			l.ds.Warnf(diag.SharedRecursiveState, fn.Lambda.Pos, "State in the recursive function %q is shared by all levels of the recursion", fn.Name)
		}
	}
	return in
}

// newFunction starts the function name; fn is nil for the initialiser.
func (l *lowerer) newFunction(name string, fn *types.Func, sub substitution, results []state.WordKind) (*mir.Func, *function) {
	var params []state.WordKind
	if fn != nil {
		params = sub.kinds(paramTypes(fn))
	}
	f, b := mir.NewFunc(name, params, results)
	f.State = &state.Node{Kind: state.FnCall, Name: name}
	if fn != nil {
		f.Pos = fn.Lambda.Pos
	}
	return f, &function{
		lowerer: l, b: b, f: f, sub: sub,
		locals: map[*types.Binding]*local{},
		frame:  &frame{node: f.State},
	}
}

// unsupported reports a part of the language that lowering cannot do yet.
func (l *lowerer) unsupported(pos source.Span, format string, args ...any) {
	if l.refused[pos] {
		return
	}
	l.refused[pos] = true
	l.ds.Errorf(diag.NotSupported, pos, format+" is not supported yet", args...)
}

// function is the state of lowering one function body.
type function struct {
	*lowerer
	b      *mir.Builder
	f      *mir.Func
	inst   *instance
	sub    substitution
	locals map[*types.Binding]*local
	frame  *frame
}

// frame is the place of a body in the layout: that of the function itself, or
// of a local lambda expanded into it.
type frame struct {
	node *state.Node
	base int  // offset of the block in the function's block
	size int  // words given away so far
	done bool // the layout is complete: this is a repeated expansion
	self []mir.Value
}

// local is where a name bound inside a function lives.
type local struct {
	values  []mir.Value // when it is never assigned
	vars    []int       // else its mutable locals
	literal *literal    // a capturing lambda that is only ever called
}

// place gives the node n its offset in the function's block.
func (c *function) place(n *state.Node) int {
	fr := c.frame
	off := fr.base + fr.size
	fr.size += n.Size()
	if fr.done {
		return off
	}
	fr.node.Children = append(fr.node.Children, n)
	return off
}

// body lowers the parameters and the body of fn and ends the function.
func (c *function) body(fn *types.Func) {
	at := 0
	for i, p := range fn.Params {
		kinds := c.sub.kinds(fn.Type.Params[i].Type)
		vals := make([]mir.Value, len(kinds))
		for j := range vals {
			vals[j] = mir.Value(at + j)
		}
		at += len(kinds)
		c.bindLocal(p, vals, kinds)
	}
	c.finish(c.result(fn))
}

// result lowers the body of fn in the current frame: reads self, evaluates,
// stores self.
func (c *function) result(fn *types.Func) []mir.Value {
	off := 0
	if fn.UsesSelf {
		kinds := c.sub.kinds(fn.SelfType)
		off = c.place(&state.Node{Kind: state.Feed, Words: kinds})
		c.frame.self = make([]mir.Value, len(kinds))
		for i := range kinds {
			c.frame.self[i] = c.emit(mir.GetState, int64(off+i))
		}
	}
	vals := c.exprAs(fn.Lambda.Body, fn.Type.Ret)
	if !fn.UsesSelf {
		return vals
	}
	vals = c.convert(vals, fn.Type.Ret, fn.SelfType, fn.Lambda.Body.Span())
	for i, v := range vals {
		c.effect(mir.SetState, int64(off+i), v)
	}
	if c.opts.SelfInit0 {
		return c.frame.self
	}
	return vals
}

// finish ends the function with its result words.
func (c *function) finish(results []mir.Value) { c.b.Return(results...) }

// emit appends an operation with immediate imm and one result.
func (c *function) emit(op mir.Op, imm int64, args ...mir.Value) mir.Value {
	return c.b.Emit(&mir.Instr{Op: op, Imm: imm, Args: args}, 1)[0]
}

// effect appends an operation with immediate imm and no result.
func (c *function) effect(op mir.Op, imm int64, args ...mir.Value) {
	c.b.Emit(&mir.Instr{Op: op, Imm: imm, Args: args}, 0)
}

// bindLocal makes b name the given words, or a copy of them if b is assigned
// anywhere.
func (c *function) bindLocal(b *types.Binding, vals []mir.Value, kinds []state.WordKind) {
	if b == nil {
		return
	}
	if !b.Assigned {
		c.locals[b] = &local{values: vals}
		return
	}
	lo := &local{}
	for i, v := range vals {
		c.f.Vars = append(c.f.Vars, kinds[i])
		lo.vars = append(lo.vars, len(c.f.Vars)-1)
		c.effect(mir.SetVar, int64(lo.vars[i]), v)
	}
	c.locals[b] = lo
}
