// Package lower turns a checked program into its middle form: it makes one
// function for each instance of a generic function, takes aggregates apart into
// words, gives every stateful operation its place in the layout, and every
// control, cue and probe its index.
//
// Input: tree and types.Info of a program without errors. Output: a mir.Program
// with its image laid out. Invariants: evaluation order and state layout are
// those of the text (spec vm.md 4.1, 9.3), whatever passes follow.
package lower

import (
	"slices"

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
	// Sound loads the sound file that a patch names. One that is missing gives an
	// error that is fs.ErrNotExist, any other error is the reason in a sentence. nil
	// finds none.
	Sound func(name string) (*state.Sound, error)
}

// maxInstances bounds the instances of one generic function (types.md 14.2).
const maxInstances = 1000

// maxParamWords bounds the words that one call passes. Types that grow with
// every call reach it long before maxInstances.
const maxParamWords = 1 << 14

// lowerer is the state of lowering one program.
type lowerer struct {
	info    *types.Info
	opts    Options
	ds      *diag.List
	prog    *mir.Program
	math    mathfn.Set
	insts   map[string]*instance
	count   map[*types.Func]int
	globals map[*types.Binding][]int // global word of each word of the variable
	params  map[string]int
	cues    map[state.Cue]int // index by what it follows
	pools   map[int]int       // index by number of voices
	probes  map[string]int
	sounds  map[string]int       // index by the name in the patch
	ordered map[*mir.Func]bool   // already in prog.Funcs
	refused map[source.Span]bool // places already reported as not supported
	facts
	probeNames map[*types.Binding]*types.Host // global names for probes
	owns       map[*types.Func]*types.Binding // letrec name of a lambda
	shapes     map[string]int64               // index in prog.Shapes by what the shape says
	strings    map[string]int64
	expansions int         // bodies of local lambdas expanded so far
	macro      *macroStage // nil for the main stage
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
	l := newLowerer(file, info, opts, ds)
	if info.Dsp == nil {
		return nil
	}
	init, f := l.newFunction("_mimium_global", nil, nil, nil)
	for _, s := range file.Stmts {
		f.effects(s)
	}
	f.finish(nil)
	l.prog.Init = init
	if info.Dsp.Static != nil {
		l.prog.Dsp = l.instantiate(info.Dsp.Static, substitution{}, info.Dsp.Ident.Pos).fn
	} else {
		l.prog.Dsp = l.dspValue(info.Dsp)
	}
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

// newLowerer makes ready to lower the statements of file.
func newLowerer(file *syntax.File, info *types.Info, opts Options, ds *diag.List) *lowerer {
	l := &lowerer{
		info: info, opts: opts, ds: ds,
		prog:       &mir.Program{Strings: []string{""}, Shapes: []mir.Shape{{}}},
		insts:      map[string]*instance{},
		count:      map[*types.Func]int{},
		globals:    map[*types.Binding][]int{},
		params:     map[string]int{},
		cues:       map[state.Cue]int{},
		pools:      map[int]int{},
		probes:     map[string]int{},
		sounds:     map[string]int{},
		ordered:    map[*mir.Func]bool{},
		refused:    map[source.Span]bool{},
		facts:      analyse(file, info),
		probeNames: map[*types.Binding]*types.Host{},
		owns:       map[*types.Func]*types.Binding{},
		shapes:     map[string]int64{"": 0},
		strings:    map[string]int64{"": 0},
	}
	for _, s := range file.Stmts {
		syntax.Walk(s, l.findOwner, nil)
	}
	return l
}

// findOwner notes the names that letrec and fn give to lambdas.
func (l *lowerer) findOwner(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.LetRec:
		if fn := l.info.Funcs[asLambda(n.Value)]; fn != nil {
			l.owns[fn] = l.info.Defs[&n.Name]
		}
	case *syntax.Fn:
		l.owns[l.info.Funcs[n.Fun]] = l.info.Defs[&n.Name]
	}
	return true
}

// dspValue makes the entry function of a dsp that is a function value.
func (l *lowerer) dspValue(b *types.Binding) *mir.Func {
	t, ok := substitution{}.concrete(b.Scheme.Type).(*types.Function)
	words := l.globals[b]
	if !ok || len(words) != 1 {
		l.ds.Errorf(diag.DspType, b.Ident.Pos, "`dsp` must be a function")
		return nil
	}
	var params []state.WordKind
	for _, p := range t.Params {
		params = flatten(p.Type, params)
	}
	f, bd := mir.NewFunc("dsp", params, flatten(t.Ret, nil))
	f.State = &state.Node{Kind: state.FnCall, Name: "dsp"}
	f.Pos, bd.Pos = b.Ident.Pos, b.Ident.Pos
	args := []mir.Value{bd.Emit(&mir.Instr{Op: mir.GetGlobal, Imm: int64(words[0])}, 1)[0]}
	for i := range params {
		args = append(args, mir.Value(i))
	}
	bd.Return(bd.Emit(&mir.Instr{Op: mir.CallClosure, Args: args}, len(f.Results))...)
	return f
}

// order appends f to the program's functions, its callees first.
func (l *lowerer) order(f *mir.Func) {
	if l.ordered[f] {
		return
	}
	l.ordered[f] = true
	mir.Walk(f.Body, func(in *mir.Instr) {
		if in.Callee != nil {
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
		if f.Recursive && remembers(f.State, map[*state.Node]bool{}) {
			l.ds.Warnf(diag.SharedRecursiveState, fn.Lambda.Pos, "State in the recursive function %q is shared by all levels of the recursion", fn.Name)
		}
	}
	return in
}

// remembers reports whether a node has state besides that of the closures made
// there, of which every level of a recursion has its own.
func remembers(n *state.Node, seen map[*state.Node]bool) bool {
	if n.Kind != state.FnCall {
		return n.Kind != state.Site
	}
	if seen[n] {
		return false
	}
	seen[n] = true
	return slices.ContainsFunc(n.Children, func(c *state.Node) bool { return remembers(c, seen) })
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
	// running is the function literal whose closure the body runs as, nil when
	// it is called directly.
	running *types.Func
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
	cell    *cell       // when it is assigned and a closure captures it
	probe   *types.Host // a name for a probe
}

// cell is a variable on the heap.
type cell struct {
	handle mir.Value
	words  int
	shape  int64
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
		t := c.sub.concrete(fn.Type.Params[i].Type)
		vals := make([]mir.Value, size(t))
		for j := range vals {
			vals[j] = mir.Value(at + j)
		}
		at += len(vals)
		c.bindLocal(p, vals, t)
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
	if shape := c.shapeOf(c.sub.concrete(fn.SelfType)); shape != 0 {
		old := make([]mir.Value, len(vals))
		for i := range vals {
			old[i] = c.emit(mir.GetState, int64(off+i))
		}
		c.counted(shape, old, vals)
	}
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

// bindLocal makes b name the given words of concrete type t, or a copy of them
// if b is assigned anywhere.
func (c *function) bindLocal(b *types.Binding, vals []mir.Value, t types.Type) {
	switch {
	case b == nil:
	case c.celled[b]:
		shape := c.shapeOf(t)
		h := c.b.Emit(&mir.Instr{Op: mir.NewCell, Args: vals, Aux: shape}, 1)[0]
		c.locals[b] = &local{cell: &cell{handle: h, words: len(vals), shape: shape}}
	case !b.Assigned:
		c.locals[b] = &local{values: vals}
	default:
		lo := &local{vars: []int{}}
		for i, k := range flatten(t, nil) {
			c.f.Vars = append(c.f.Vars, k)
			lo.vars = append(lo.vars, len(c.f.Vars)-1)
			c.effect(mir.SetVar, int64(lo.vars[i]), vals[i])
		}
		c.locals[b] = lo
	}
}

// store assigns words to the part of a local variable that starts at word off.
func (c *function) store(lo *local, off int, vals []mir.Value, t types.Type) {
	if lo.cell == nil {
		for i, v := range vals {
			c.effect(mir.SetVar, int64(lo.vars[off+i]), v)
		}
		return
	}
	shape := c.shapeOf(t)
	if shape != 0 {
		old := make([]mir.Value, len(vals))
		for i := range vals {
			old[i] = c.emit(mir.CellGet, int64(off+i), lo.cell.handle)
		}
		c.counted(shape, old, vals)
	}
	for i, v := range vals {
		c.effect(mir.CellSet, int64(off+i), lo.cell.handle, v)
	}
}

// counted tells the heap that a root that held old now holds vals; old is nil
// for a root that held nothing. Shape 0 needs no telling.
func (c *function) counted(shape int64, old, vals []mir.Value) {
	if shape == 0 {
		return
	}
	c.b.Emit(&mir.Instr{Op: mir.Retain, Args: vals, Aux: shape}, 0)
	if old != nil {
		c.b.Emit(&mir.Instr{Op: mir.Release, Args: old, Aux: shape}, 0)
	}
}
