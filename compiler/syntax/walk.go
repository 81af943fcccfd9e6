package syntax

// Walk calls enter for n and, where that returns true, walks the parts of n in
// source order; leave (may be nil) is called after the parts. Statements,
// expressions, patterns and match patterns are visited; types are not.
func Walk(n Node, enter func(Node) bool, leave func(Node)) {
	if n == nil || !enter(n) {
		return
	}
	walk := func(c Node) { Walk(c, enter, leave) }
	expr := func(e Expr) {
		if e != nil {
			walk(e)
		}
	}
	switch n := n.(type) {
	case *ExprStmt:
		walk(n.X)
	case *Let:
		walk(n.Pat)
		walk(n.Value)
	case *LetRec:
		walk(n.Value)
	case *Fn:
		walk(n.Fun)
	case *Mod:
		for _, s := range n.Stmts {
			walk(s)
		}
	case *Paren:
		walk(n.X)
	case *Tuple:
		walkAll(n.Elems, walk)
	case *Array:
		walkAll(n.Elems, walk)
	case *Proj:
		walk(n.X)
	case *Field:
		walk(n.X)
	case *Index:
		walk(n.X)
		walk(n.I)
	case *Record:
		for _, f := range n.Fields {
			walk(f.Value)
		}
	case *Update:
		walk(n.Base)
		for _, f := range n.Fields {
			walk(f.Value)
		}
	case *Call:
		walk(n.Fn)
		walkAll(n.Args, walk)
	case *MacroCall:
		walk(n.Path)
		walkAll(n.Args, walk)
	case *Binary:
		walk(n.L)
		walk(n.R)
	case *Unary:
		walk(n.X)
	case *Assign:
		walk(n.Target)
		walk(n.Value)
	case *Lambda:
		for _, p := range n.Params {
			expr(p.Default)
		}
		walk(n.Body)
	case *Block:
		for _, s := range n.Stmts {
			walk(s)
		}
	case *If:
		walk(n.Cond)
		walk(n.Then)
		expr(n.Else)
	case *Match:
		walk(n.X)
		for _, a := range n.Arms {
			walk(a.Pat)
			walk(a.Body)
		}
	case *Quote:
		walk(n.X)
	case *Splice:
		walk(n.X)
	case *TuplePattern:
		walkAll(n.Elems, walk)
	case *RecordPattern:
		for _, f := range n.Fields {
			walk(f.Pat)
		}
	case *CtorMatch:
		walkAll(n.Payload, walk)
	case *TupleMatch:
		walkAll(n.Elems, walk)
	}
	if leave != nil {
		leave(n)
	}
}

// walkAll walks every node of a list.
func walkAll[N Node](list []N, walk func(Node)) {
	for _, n := range list {
		walk(n)
	}
}
