// The walk that visits every name of a program with what is in scope there.

package stage

import (
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// maxDepth bounds the nesting of expressions; the checker reports deeper ones.
const maxDepth = 20_000

// mark returns a point to which release takes the locals back.
func (r *resolver) mark() int { return len(r.undo) }

func (r *resolver) release(mark int) {
	for _, name := range r.undo[mark:] {
		r.locals[name]--
	}
	r.undo = r.undo[:mark]
}

// show makes a local visible.
func (r *resolver) show(name string) {
	r.locals[name]++
	r.undo = append(r.undo, name)
}

// topStmt resolves a statement of the flattened list.
func (r *resolver) topStmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		r.expr(s.X)
	case *syntax.Let:
		r.typ(s.Type)
		r.expr(s.Value)
		r.topPattern(s.Pat)
	case *syntax.LetRec:
		r.topName(s.Name.Name)
		r.expr(s.Value)
	case *syntax.Fn:
		r.topName(s.Name.Name)
		r.lambda(s.Fun)
		r.leaks = append(r.leaks, func() { r.leak(s) })
	case *syntax.TypeAlias:
		r.typ(s.Type)
	case *syntax.TypeDecl:
		for i := range s.Variants {
			for _, t := range s.Variants[i].Payload {
				r.typ(t)
			}
		}
	}
}

// topName makes a definition of the top level visible.
func (r *resolver) topName(name string) { r.top[name] = true }

func (r *resolver) topPattern(p syntax.Pattern) {
	switch p := p.(type) {
	case *syntax.NamePattern:
		r.topName(p.Name.Name)
	case *syntax.TuplePattern:
		for _, e := range p.Elems {
			r.topPattern(e)
		}
	case *syntax.RecordPattern:
		for _, f := range p.Fields {
			r.topPattern(f.Pat)
		}
	}
}

// stmt resolves a statement of a block.
func (r *resolver) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		r.expr(s.X)
	case *syntax.Let:
		r.typ(s.Type)
		r.expr(s.Value)
		r.pattern(s.Pat)
	case *syntax.LetRec:
		r.show(s.Name.Name)
		r.expr(s.Value)
	}
}

// pattern makes the names of a let pattern visible.
func (r *resolver) pattern(p syntax.Pattern) {
	switch p := p.(type) {
	case *syntax.NamePattern:
		r.show(p.Name.Name)
	case *syntax.TuplePattern:
		for _, e := range p.Elems {
			r.pattern(e)
		}
	case *syntax.RecordPattern:
		for _, f := range p.Fields {
			r.pattern(f.Pat)
		}
	}
}

// matchPattern makes the names that a match pattern binds visible.
func (r *resolver) matchPattern(p syntax.MatchPattern, payload bool) {
	switch p := p.(type) {
	case *syntax.NameMatch:
		if payload || !r.ctors[p.Name.Name] {
			r.show(p.Name.Name)
		}
	case *syntax.CtorMatch:
		for _, e := range p.Payload {
			r.matchPattern(e, true)
		}
	case *syntax.TupleMatch:
		for _, e := range p.Elems {
			r.matchPattern(e, payload)
		}
	}
}

// typ resolves the names of an annotation.
func (r *resolver) typ(t syntax.Type) {
	if t != nil {
		syntax.WalkTypes(t, r.typeName)
	}
}

// lambda resolves a function literal; defaults belong to the scope around it.
func (r *resolver) lambda(l *syntax.Lambda) {
	for _, p := range l.Params {
		r.typ(p.Type)
		r.expr(p.Default)
	}
	r.typ(l.Ret)
	mark := r.mark()
	for _, p := range l.Params {
		r.show(p.Name.Name)
	}
	r.expr(l.Body)
	r.release(mark)
}

// expr resolves the names of an expression.
func (r *resolver) expr(e syntax.Expr) {
	if e == nil || r.depth > maxDepth {
		return
	}
	r.depth++
	defer func() { r.depth-- }()
	switch e := e.(type) {
	case *syntax.Path:
		r.path(e)
	case *syntax.Tuple:
		r.list(e.Elems)
	case *syntax.Paren:
		r.expr(e.X)
	case *syntax.Proj:
		r.expr(e.X)
	case *syntax.Field:
		r.expr(e.X)
	case *syntax.Array:
		r.list(e.Elems)
	case *syntax.Index:
		r.expr(e.X)
		r.expr(e.I)
	case *syntax.Record:
		r.fields(e.Fields)
	case *syntax.Update:
		r.path(e.Base)
		r.fields(e.Fields)
	case *syntax.Call:
		r.expr(e.Fn)
		r.list(e.Args)
	case *syntax.MacroCall:
		r.macroCall(e)
	case *syntax.Binary:
		chain := syntax.Chain(e)
		r.expr(chain[len(chain)-1].L)
		for i := len(chain) - 1; i >= 0; i-- {
			r.expr(chain[i].R)
		}
	case *syntax.Unary:
		r.expr(e.X)
	case *syntax.Assign:
		r.expr(e.Value)
		r.expr(e.Target)
	case *syntax.Lambda:
		r.lambda(e)
	case *syntax.Block:
		mark := r.mark()
		for _, s := range e.Stmts {
			r.stmt(s)
		}
		r.release(mark)
	case *syntax.If:
		r.expr(e.Cond)
		r.expr(e.Then)
		r.expr(e.Else)
	case *syntax.Match:
		r.expr(e.X)
		for _, a := range e.Arms {
			mark := r.mark()
			r.matchPattern(a.Pat, false)
			r.expr(a.Body)
			r.release(mark)
		}
	case *syntax.Quote:
		r.p.Staged = true
		r.expr(e.X)
	case *syntax.Splice:
		r.p.Staged = true
		r.expr(e.X)
	}
}

func (r *resolver) list(list []syntax.Expr) {
	for _, e := range list {
		r.expr(e)
	}
}

func (r *resolver) fields(list []syntax.RecordField) {
	for _, f := range list {
		r.expr(f.Value)
	}
}

// macroCall resolves a macro call. A builtin macro with constant arguments
// needs no macro stage.
func (r *resolver) macroCall(e *syntax.MacroCall) {
	r.path(e.Path)
	r.list(e.Args)
	if e.Path == nil {
		return
	}
	name := e.Path.Segs[0].Name
	if !types.IsDirect(e) || r.locals[name] > 0 || r.top[name] {
		r.p.Staged = true
	}
}
