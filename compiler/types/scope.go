package types

import "mmm/compiler/syntax"

// names is what the pass over names finds out: for every use the binding, for
// every function what it captures, for every definition whether it is static.
type names struct {
	latest   map[string]*Binding // innermost visible binding of each name
	undo     []shadowed
	builtins map[string]*Binding
	current  *Func    // innermost function literal of the stage, nil at top level
	inner    [2]*Func // what current is at each stage, for the stages being left
	nearest  *Func    // innermost function literal of any stage

	binding  map[*syntax.Path]*Binding
	selfOf   map[*syntax.Self]*Func
	failed   map[syntax.Expr]bool       // holes and partial applications, reported
	direct   map[*syntax.MacroCall]bool // builtin macros with constant arguments
	defs     map[*Binding]*definition
	order    []*definition // enclosing ones first
	captured map[*Func]map[*Binding]bool
	lambdas  map[*Func]int   // function literals counted within each function
	open     bool            // a name may come from a part that could not be read
	sequence []*Binding      // global bindings in order
	params   map[string]bool // parameters of the fn whose default is read
	fixed    map[*Binding]bool
	hints    int
}

// shadowed remembers what a name meant before a binding.
type shadowed struct {
	name string
	old  *Binding
}

// definition is a name bound directly to a function literal or to another
// name: the candidates for static functions.
type definition struct {
	binding   *Binding
	lambda    *syntax.Lambda
	alias     *syntax.Path
	recursive bool // the literal mentions the name
}

// mark returns a point to which release takes the scope back.
func (n *names) mark() int { return len(n.undo) }

func (n *names) release(mark int) {
	for i := len(n.undo) - 1; i >= mark; i-- {
		if s := n.undo[i]; s.old == nil {
			delete(n.latest, s.name)
		} else {
			n.latest[s.name] = s.old
		}
	}
	n.undo = n.undo[:mark]
}

// show makes b visible until its scope is released.
func (n *names) show(b *Binding) {
	n.undo = append(n.undo, shadowed{b.Name, n.latest[b.Name]})
	n.latest[b.Name] = b
}

// capture notes that the current function uses b, for every function between
// the use and the place of b.
func (n *names) capture(b *Binding) {
	if b.Kind != BindLocal && b.Kind != BindParam {
		return
	}
	for f := n.current; f != nil && f != b.Owner; f = f.Parent {
		set := n.captured[f]
		if set == nil {
			set = map[*Binding]bool{}
			n.captured[f] = set
		}
		if set[b] {
			return
		}
		set[b] = true
		f.Captures = append(f.Captures, b)
	}
}

// settleStatics decides which names always denote one function or builtin
// (language.md 8.6) and removes those from the captures.
func (n *names) settleStatics(info *Info) {
	for _, d := range n.order {
		if d.binding.Assigned {
			continue
		}
		switch {
		case d.lambda != nil:
			f := info.Funcs[d.lambda]
			if n.closed(f, d.binding) {
				d.binding.Static = f
			}
		case d.alias != nil:
			target := n.binding[d.alias]
			switch {
			case target == nil:
			case target.Kind == BindBuiltin:
				d.binding.Alias = target
			default:
				d.binding.Static = target.Static
				d.binding.Alias = target.Alias
			}
		}
	}
	for _, f := range info.Funcs {
		kept := f.Captures[:0]
		for _, b := range f.Captures {
			if b.Static == nil && b.Alias == nil {
				kept = append(kept, b)
			}
		}
		f.Captures = kept
	}
}

// closed reports whether f uses no local variable other than static names and
// its own.
func (n *names) closed(f *Func, own *Binding) bool {
	for _, b := range f.Captures {
		if b != own && b.Static == nil && b.Alias == nil {
			return false
		}
	}
	return true
}
