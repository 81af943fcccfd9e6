// What lowering must know about the whole program before it starts: which local
// lambdas can be expanded where they are called, and which variables outlive
// their function because a closure holds them.

package lower

import (
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// facts is what the analysis finds.
type facts struct {
	// expand holds the lambdas that use variables of the functions around them
	// and are only ever called: their bodies go where the calls are.
	expand map[*types.Func]bool
	// celled holds the assigned variables that a closure captures: they live in
	// cells on the heap, shared by reference.
	celled map[*types.Binding]bool
}

// use is one mention of a name.
type use struct {
	in     *types.Func // function literal around it, nil at top level
	called bool
}

// analysis walks the tree once.
type analysis struct {
	info    *types.Info
	current *types.Func
	outer   []*types.Func        // functions around current
	called  map[syntax.Expr]bool // names and lambdas in callee position
	uses    map[*types.Binding][]use
	named   map[*types.Binding]*types.Func // let-bound lambdas that capture
	expand  map[*types.Func]bool
}

// analyse finds the facts of a program.
func analyse(file *syntax.File, info *types.Info) facts {
	a := &analysis{
		info: info, called: map[syntax.Expr]bool{}, uses: map[*types.Binding][]use{},
		named: map[*types.Binding]*types.Func{}, expand: map[*types.Func]bool{},
	}
	for _, s := range file.Stmts {
		syntax.Walk(s, a.enter, a.leave)
	}
	for a.narrow() {
	}
	f := facts{expand: a.expand, celled: map[*types.Binding]bool{}}
	for _, fn := range info.Funcs {
		if a.expand[fn] {
			continue
		}
		for _, b := range fn.Captures {
			if b.Assigned {
				f.celled[b] = true
			}
		}
	}
	return f
}

// enter notes what n says about names.
func (a *analysis) enter(n syntax.Node) bool {
	if e, ok := n.(syntax.Expr); ok && len(a.info.Partials) > 0 {
		if p := a.info.Partials[e]; p != nil {
			syntax.Walk(p, a.enter, a.leave)
			return false
		}
	}
	switch n := n.(type) {
	case *syntax.Binary:
		switch n.Op {
		case syntax.OpPipe:
			a.callee(n.R)
		case syntax.OpMacroPipe:
			if r, ok := a.info.Rewrites[n]; ok {
				syntax.Walk(r, a.enter, a.leave)
				return false
			}
		}
	case *syntax.Call:
		a.callee(n.Fn)
	case *syntax.MacroCall:
		a.callee(n.Path)
	case *syntax.Path:
		if u := a.info.Uses[n]; u != nil {
			a.uses[u.Binding] = append(a.uses[u.Binding], use{a.current, a.called[n]})
		}
	case *syntax.Let:
		p, ok := n.Pat.(*syntax.NamePattern)
		fn := a.info.Funcs[asLambda(n.Value)]
		if !ok || fn == nil || len(fn.Captures) == 0 {
			break
		}
		if b := a.info.Defs[&p.Name]; b != nil && !b.Assigned && b.Kind != types.BindGlobal {
			a.named[b] = fn
			a.expand[fn] = true
		}
	case *syntax.Lambda:
		if fn := a.info.Funcs[n]; fn != nil {
			if a.called[n] && len(fn.Captures) > 0 {
				a.expand[fn] = true
			}
			a.outer = append(a.outer, a.current)
			a.current = fn
		}
	}
	return true
}

// leave undoes what enter did to the current function.
func (a *analysis) leave(n syntax.Node) {
	if l, ok := n.(*syntax.Lambda); ok {
		if fn := a.info.Funcs[l]; fn != nil {
			last := len(a.outer) - 1
			a.current = a.outer[last]
			a.outer = a.outer[:last]
		}
	}
}

// callee marks the expression that a call calls.
func (a *analysis) callee(e syntax.Expr) { a.called[unparen(e)] = true }

// narrow drops the lambdas that turn out not to be expandable and reports
// whether there were any.
func (a *analysis) narrow() bool {
	changed := false
	for b, fn := range a.named {
		if a.expand[fn] && !a.expandable(b, fn) {
			delete(a.expand, fn)
			changed = true
		}
	}
	return changed
}

// expandable reports whether every use of b, which names fn, is a call in the
// function that binds b or in lambdas expanded into it, and none is in fn
// itself.
func (a *analysis) expandable(b *types.Binding, fn *types.Func) bool {
	for _, u := range a.uses[b] {
		if !u.called {
			return false
		}
		for f := u.in; f != nil && f != b.Owner; f = f.Parent {
			if f == fn || !a.expand[f] {
				return false
			}
		}
	}
	return true
}
