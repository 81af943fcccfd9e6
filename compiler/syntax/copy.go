// Copies of trees: expansion puts one piece of text into several places, and
// every place needs nodes of its own.

package syntax

// Copier copies trees. Types are shared, they belong to no place. Replace, when
// not nil, is asked for each expression first; what it returns with true stands
// in the copy instead.
type Copier struct {
	Replace func(Expr) (Expr, bool)
}

// Expr copies an expression; nil stays nil.
func (c *Copier) Expr(e Expr) Expr {
	if e == nil {
		return nil
	}
	if c.Replace != nil {
		if r, ok := c.Replace(e); ok {
			return r
		}
	}
	switch e := e.(type) {
	case *Bad:
		n := *e
		return &n
	case *Number:
		n := *e
		return &n
	case *String:
		n := *e
		return &n
	case *Self:
		n := *e
		return &n
	case *Now:
		n := *e
		return &n
	case *SampleRate:
		n := *e
		return &n
	case *Hole:
		n := *e
		return &n
	case *Path:
		return c.path(e)
	case *Tuple:
		return &Tuple{e.At, c.list(e.Elems)}
	case *Paren:
		return &Paren{e.At, c.Expr(e.X)}
	case *Proj:
		return &Proj{e.At, c.Expr(e.X), e.Index}
	case *Field:
		return &Field{e.At, c.Expr(e.X), e.Name}
	case *Array:
		return &Array{e.At, c.list(e.Elems)}
	case *Index:
		x := c.Expr(e.X)
		return &Index{e.At, x, c.Expr(e.I)}
	case *Record:
		return &Record{e.At, c.fields(e.Fields), e.Partial}
	case *Update:
		return &Update{e.At, c.path(e.Base), c.fields(e.Fields)}
	case *Call:
		fn := c.Expr(e.Fn)
		return &Call{e.At, fn, c.list(e.Args)}
	case *MacroCall:
		return &MacroCall{e.At, c.path(e.Path), c.list(e.Args), e.Builtin}
	case *Binary:
		return c.chain(e)
	case *Unary:
		return &Unary{e.At, e.Op, c.Expr(e.X)}
	case *Assign:
		target := c.Expr(e.Target)
		return &Assign{e.At, target, c.Expr(e.Value)}
	case *Lambda:
		return c.lambda(e)
	case *Block:
		n := &Block{e.At, make([]Stmt, len(e.Stmts))}
		for i, s := range e.Stmts {
			n.Stmts[i] = c.Stmt(s)
		}
		return n
	case *If:
		cond := c.Expr(e.Cond)
		then := c.Expr(e.Then)
		return &If{e.At, cond, then, c.Expr(e.Else)}
	case *Match:
		n := &Match{e.At, c.Expr(e.X), make([]*Arm, len(e.Arms))}
		for i, a := range e.Arms {
			n.Arms[i] = &Arm{a.At, copyMatch(a.Pat), c.Expr(a.Body)}
		}
		return n
	case *Quote:
		return &Quote{e.At, c.Expr(e.X)}
	case *Splice:
		return &Splice{e.At, c.Expr(e.X)}
	}
	return e
}

func (c *Copier) list(list []Expr) []Expr {
	if list == nil {
		return nil
	}
	out := make([]Expr, len(list))
	for i, e := range list {
		out[i] = c.Expr(e)
	}
	return out
}

func (c *Copier) fields(list []RecordField) []RecordField {
	if list == nil {
		return nil
	}
	out := make([]RecordField, len(list))
	for i, f := range list {
		out[i] = RecordField{f.Name, c.Expr(f.Value)}
	}
	return out
}

func (c *Copier) path(p *Path) *Path {
	if p == nil {
		return nil
	}
	return &Path{p.At, append([]Ident(nil), p.Segs...)}
}

// chain copies a chain of operators without recursion on its left side.
func (c *Copier) chain(top *Binary) Expr {
	chain := Chain(top)
	left := c.Expr(chain[len(chain)-1].L)
	for i := len(chain) - 1; i >= 0; i-- {
		b := chain[i]
		left = &Binary{b.At, b.Op, b.OpPos, left, c.Expr(b.R)}
	}
	return left
}

func (c *Copier) lambda(l *Lambda) *Lambda {
	n := &Lambda{l.At, make([]*Param, len(l.Params)), l.Ret, nil}
	for i, p := range l.Params {
		n.Params[i] = &Param{p.At, p.Name, p.Type, c.Expr(p.Default)}
	}
	n.Body = c.Expr(l.Body)
	return n
}

// Stmt copies a statement. Declarations that hold no expressions are shared.
func (c *Copier) Stmt(s Stmt) Stmt {
	switch s := s.(type) {
	case *ExprStmt:
		return &ExprStmt{s.At, c.Expr(s.X)}
	case *Let:
		value := c.Expr(s.Value)
		return &Let{s.At, s.Pub, copyPattern(s.Pat), s.Type, value}
	case *LetRec:
		return &LetRec{s.At, s.Pub, s.Name, c.Expr(s.Value)}
	case *Fn:
		return &Fn{s.At, s.Pub, s.Macro, s.Name, c.lambda(s.Fun)}
	}
	return s
}

func copyPattern(p Pattern) Pattern {
	switch p := p.(type) {
	case *NamePattern:
		n := *p
		return &n
	case *WildPattern:
		n := *p
		return &n
	case *TuplePattern:
		n := &TuplePattern{p.At, make([]Pattern, len(p.Elems))}
		for i, e := range p.Elems {
			n.Elems[i] = copyPattern(e)
		}
		return n
	case *RecordPattern:
		n := &RecordPattern{p.At, make([]PatternField, len(p.Fields))}
		for i, f := range p.Fields {
			n.Fields[i] = PatternField{f.Name, copyPattern(f.Pat)}
		}
		return n
	}
	return p
}

func copyMatch(p MatchPattern) MatchPattern {
	switch p := p.(type) {
	case *NumberMatch:
		n := *p
		return &n
	case *WildMatch:
		n := *p
		return &n
	case *NameMatch:
		n := *p
		return &n
	case *CtorMatch:
		return &CtorMatch{p.At, p.Name, copyMatches(p.Payload)}
	case *TupleMatch:
		return &TupleMatch{p.At, copyMatches(p.Elems)}
	}
	return p
}

func copyMatches(list []MatchPattern) []MatchPattern {
	out := make([]MatchPattern, len(list))
	for i, p := range list {
		out[i] = copyMatch(p)
	}
	return out
}
