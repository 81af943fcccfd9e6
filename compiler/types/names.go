package types

import (
	"fmt"
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// maxHints bounds how many unknown names get a suggestion.
const maxHints = 20

// resolveNames walks the program once in source order and fills c.names and
// the parts of Info that say what names mean.
func (c *checker) resolveNames(file *syntax.File) {
	c.names = &names{
		latest:   map[string]*Binding{},
		builtins: builtinBindings(),
		binding:  map[*syntax.Path]*Binding{},
		selfOf:   map[*syntax.Self]*Func{},
		failed:   map[syntax.Expr]bool{},
		direct:   map[*syntax.MacroCall]bool{},
		defs:     map[*Binding]*definition{},
		captured: map[*Func]map[*Binding]bool{},
		lambdas:  map[*Func]int{},
		fixed:    map[*Binding]bool{},
	}
	for _, s := range file.Stmts {
		c.nameStmt(s, true)
	}
	c.names.settleStatics(c.info)
}

// nameStmt resolves the names of a statement; top says whether what it binds
// is global.
func (c *checker) nameStmt(s syntax.Stmt, top bool) {
	n := c.names
	switch s := s.(type) {
	case *syntax.ExprStmt:
		c.nameExpr(s.X)
	case *syntax.Let:
		if p, ok := s.Pat.(*syntax.NamePattern); ok {
			b := c.newBinding(&p.Name, top)
			c.nameDefinition(b, s.Value, s.Type, false)
			c.showBinding(b, top)
			return
		}
		c.nameExpr(s.Value)
		c.namePattern(s.Pat, top)
	case *syntax.LetRec:
		b := c.newBinding(&s.Name, top)
		n.fixed[b] = true
		mark := n.mark()
		n.show(b)
		c.nameDefinition(b, s.Value, nil, true)
		n.release(mark)
		c.showBinding(b, top)
	case *syntax.Fn:
		b := c.newBinding(&s.Name, top)
		n.fixed[b] = true
		d := &definition{binding: b, lambda: s.Fun}
		n.defs[b] = d
		n.order = append(n.order, d)
		c.nameLambda(s.Fun, s.Name.Name, b)
		c.showBinding(b, top)
	case *syntax.StageDecl:
		c.declareStage(s)
	case *syntax.BadStmt, *syntax.Include, *syntax.Use, *syntax.Mod:
		n.open = true
	}
}

// newBinding makes the binding that ident introduces.
func (c *checker) newBinding(ident *syntax.Ident, top bool) *Binding {
	b := &Binding{Name: ident.Name, Kind: BindLocal, Stage: c.stage, Ident: ident, Owner: c.names.current}
	if top {
		b.Kind = BindGlobal
	}
	c.info.Defs[ident] = b
	return b
}

// showBinding makes b visible to what follows.
func (c *checker) showBinding(b *Binding, top bool) {
	c.names.show(b)
	if top {
		c.names.sequence = append(c.names.sequence, b)
	}
}

// nameDefinition resolves the value of a definition of one name. rec says
// that the name is already visible in the value. An annotation other than a
// function type may convert the value, so the name is then no definition.
func (c *checker) nameDefinition(b *Binding, value syntax.Expr, annotation syntax.Type, rec bool) {
	n := c.names
	d := &definition{binding: b}
	lambda, isLambda := strip(value).(*syntax.Lambda)
	path, isPath := strip(value).(*syntax.Path)
	_, function := annotation.(*syntax.FuncType)
	switch {
	case isLambda && (annotation == nil || function):
		d.lambda = lambda
	case isPath && annotation == nil:
		d.alias = path
	}
	n.defs[b] = d
	n.order = append(n.order, d)
	if !isLambda {
		c.nameExpr(value)
		return
	}
	c.countParens(value)
	if rec {
		c.nameLambda(lambda, b.Name, b)
	} else {
		c.nameLambda(lambda, b.Name, nil)
	}
}

func (c *checker) countParens(e syntax.Expr) {
	for e != strip(e) {
		c.countNode(e)
		e = e.(*syntax.Paren).X
	}
}

// countNode counts a node against the limit of the program.
func (c *checker) countNode(e syntax.Node) {
	c.nodes++
	if c.nodes > maxNodes {
		c.tooLarge(e.Span(), "Program is too large: more than %d expressions", maxNodes)
	}
}

// nameLambda resolves a function literal. self, when not nil, is the name by
// which the literal can call itself.
func (c *checker) nameLambda(l *syntax.Lambda, name string, self *Binding) {
	n := c.names
	c.enter(l)
	defer c.leave()
	c.countNode(l)
	if name == "" {
		n.lambdas[n.current]++
		name = fmt.Sprintf("lambda_%d", n.lambdas[n.current])
	}
	f := &Func{Name: syntax.Shown(name), Stage: c.stage, Lambda: l, Parent: n.current}
	c.info.Funcs[l] = f
	// Defaults belong to the scope around the function.
	for _, p := range l.Params {
		if p.Default != nil {
			n.params = map[string]bool{}
			for _, q := range l.Params {
				n.params[q.Name.Name] = true
			}
			c.nameExpr(p.Default)
			n.params = nil
		}
	}
	mark := n.mark()
	if self != nil {
		n.show(self)
	}
	nearest := n.nearest
	n.current, n.nearest = f, f
	seen := make(map[string]bool, len(l.Params))
	for _, p := range l.Params {
		if seen[p.Name.Name] {
			c.errorf(diag.DuplicateParam, p.Name.Span(), "Duplicate keys found in parameter list")
		}
		seen[p.Name.Name] = true
		b := &Binding{Name: p.Name.Name, Kind: BindParam, Stage: c.stage, Ident: &p.Name, Owner: f}
		c.info.Defs[&p.Name] = b
		f.Params = append(f.Params, b)
		n.show(b)
	}
	c.nameExpr(l.Body)
	n.current, n.nearest = f.Parent, nearest
	n.release(mark)
}

// namePattern binds the names of a let pattern.
func (c *checker) namePattern(p syntax.Pattern, top bool) {
	switch p := p.(type) {
	case *syntax.NamePattern:
		c.showBinding(c.newBinding(&p.Name, top), top)
	case *syntax.TuplePattern:
		for _, e := range p.Elems {
			c.namePattern(e, top)
		}
	case *syntax.RecordPattern:
		for _, f := range p.Fields {
			c.namePattern(f.Pat, top)
		}
	case *syntax.BadPattern:
		c.names.open = true
	}
}

// nameMatchPattern binds the names of a match pattern. Inside a payload every
// name binds.
func (c *checker) nameMatchPattern(p syntax.MatchPattern, payload bool) {
	switch p := p.(type) {
	case *syntax.NameMatch:
		if !payload && c.isConstructor(p.Name.Name) {
			return
		}
		c.info.Binds[p] = true
		c.names.show(c.newBinding(&p.Name, false))
	case *syntax.CtorMatch:
		for _, e := range p.Payload {
			c.nameMatchPattern(e, true)
		}
	case *syntax.TupleMatch:
		for _, e := range p.Elems {
			c.nameMatchPattern(e, payload)
		}
	}
}

// isConstructor reports whether a bare name in a pattern names a constructor.
func (c *checker) isConstructor(name string) bool {
	if name == "float" || name == "int" || name == "string" {
		return true
	}
	_, ok := c.decls.ctors[name]
	return ok
}

// nameExpr resolves the names of an expression.
func (c *checker) nameExpr(e syntax.Expr) {
	if e == nil {
		return
	}
	if c.codePartial(e) {
		return
	}
	if b, ok := e.(*syntax.Binary); ok {
		c.nameChain(b)
		return
	}
	c.enter(e)
	defer c.leave()
	c.countNode(e)
	n := c.names
	switch e := e.(type) {
	case *syntax.Path:
		c.namePath(e)
	case *syntax.Self:
		c.nameSelf(e)
	case *syntax.Now:
		c.mainOnly(e, "now")
	case *syntax.SampleRate:
		c.mainOnly(e, "samplerate")
	case *syntax.Hole:
		c.errorf(diag.MisplacedHole, e.Span(), "`_` is only allowed as a direct argument of a call or operator")
	case *syntax.Tuple:
		c.nameList(e.Elems)
	case *syntax.Array:
		c.nameList(e.Elems)
	case *syntax.Paren:
		c.nameExpr(e.X)
	case *syntax.Proj:
		c.nameExpr(e.X)
	case *syntax.Field:
		c.nameExpr(e.X)
	case *syntax.Index:
		c.nameExpr(e.X)
		c.nameExpr(e.I)
	case *syntax.Record:
		c.nameFields(e.Fields)
	case *syntax.Update:
		if e.Base != nil {
			c.nameExpr(e.Base)
		}
		c.nameFields(e.Fields)
	case *syntax.Call:
		if c.partial(e) {
			return
		}
		c.nameExpr(e.Fn)
		c.nameList(e.Args)
	case *syntax.MacroCall:
		c.nameMacroCall(e)
	case *syntax.Unary:
		if c.partial(e) {
			return
		}
		c.nameExpr(e.X)
	case *syntax.Assign:
		c.nameExpr(e.Value)
		c.nameTarget(e)
	case *syntax.Lambda:
		c.nodes--
		c.nameLambda(e, "", nil)
	case *syntax.Block:
		mark := n.mark()
		for _, s := range e.Stmts {
			c.nameStmt(s, false)
		}
		n.release(mark)
	case *syntax.If:
		c.nameExpr(e.Cond)
		c.nameExpr(e.Then)
		c.nameExpr(e.Else)
	case *syntax.Match:
		c.nameExpr(e.X)
		for _, a := range e.Arms {
			mark := n.mark()
			c.nameMatchPattern(a.Pat, false)
			c.nameExpr(a.Body)
			n.release(mark)
		}
	case *syntax.Bad:
		n.open = true
	case *syntax.Quote:
		c.nameQuote(e)
	case *syntax.Splice:
		c.nameSplice(e)
	}
}

func (c *checker) nameList(list []syntax.Expr) {
	for _, e := range list {
		c.nameExpr(e)
	}
}

func (c *checker) nameFields(fields []syntax.RecordField) {
	for _, f := range fields {
		c.nameExpr(f.Value)
	}
}

// nameChain resolves a chain of operators without recursion on its left side.
func (c *checker) nameChain(top *syntax.Binary) {
	chain := c.chain(top)
	if first := chain[len(chain)-1]; !isHole(first.L) || first.Op == syntax.OpMacroPipe {
		c.nameExpr(first.L)
	}
	for i := len(chain) - 1; i >= 0; i-- {
		b := chain[i]
		c.countNode(b)
		if b.Op == syntax.OpAt {
			c.mainOnly(b, "@")
		}
		if b.Op == syntax.OpMacroPipe {
			c.rewritePipe(b)
			continue
		}
		if c.partial(b) {
			continue
		}
		c.nameExpr(b.R)
	}
}

// chain returns the operators on the left spine of top, outermost first.
func (c *checker) chain(top *syntax.Binary) []*syntax.Binary {
	var chain []*syntax.Binary
	for b, ok := top, true; ok; b, ok = b.L.(*syntax.Binary) {
		chain = append(chain, b)
	}
	return chain
}

// namePath finds what a name means.
func (c *checker) namePath(p *syntax.Path) {
	n := c.names
	name := pathText(p)
	if len(p.Segs) == 1 {
		if ctor, ok := c.decls.ctors[name]; ok {
			c.info.Ctors[p] = ctor
			return
		}
		if b := n.latest[name]; b != nil {
			if !c.atStage(p, b) {
				return
			}
			n.binding[p] = b
			n.capture(b)
			if d := n.defs[b]; d != nil && d.lambda != nil && c.inside(d.lambda) {
				d.recursive = true
			}
			return
		}
		if b := n.builtins[name]; b != nil {
			if c.atStage(p, b) {
				n.binding[p] = b
			}
			return
		}
	}
	if n.open {
		return
	}
	if n.params[name] {
		c.errorf(diag.DefaultScope, p.Span(), "Variable %q not found in this scope", name).
			Note(source.Span{}, "a default value is evaluated outside of the function and cannot use its parameters")
		return
	}
	d := c.errorf(diag.VariableNotFound, p.Span(), "Variable %q not found in this scope", syntax.Shown(name))
	c.noteModule(d, name)
	if n.hints < maxHints {
		n.hints++
		if s := diag.DidYouMean(name, c.visibleNames()); s != "" {
			d.Suggest("did you mean `%s`?", syntax.Shown(s))
		}
	}
}

// inside reports whether the literal l encloses the place being resolved.
func (c *checker) inside(l *syntax.Lambda) bool {
	for f := c.names.current; f != nil; f = f.Parent {
		if f.Lambda == l {
			return true
		}
	}
	return false
}

// visibleNames lists what a misspelled name could have meant.
func (c *checker) visibleNames() []string {
	n := c.names
	list := make([]string, 0, len(n.latest)+len(n.builtins))
	for name, b := range n.latest {
		if b.Stage == c.stage {
			list = append(list, name)
		}
	}
	for name, b := range n.builtins {
		if b.Stage == c.stage || b.Stage == StagePersistent {
			list = append(list, name)
		}
	}
	for name := range c.decls.ctors {
		list = append(list, name)
	}
	return append(list, c.opts.Imported...)
}

// pathText returns a path as it is written.
func pathText(p *syntax.Path) string {
	if len(p.Segs) == 1 {
		return p.Segs[0].Name
	}
	list := make([]string, len(p.Segs))
	for i, s := range p.Segs {
		list[i] = s.Name
	}
	return strings.Join(list, "::")
}

// nameTarget resolves the left side of an assignment and marks the variable at
// its root as assigned.
func (c *checker) nameTarget(a *syntax.Assign) {
	n := c.names
	c.nameExpr(a.Target)
	target := strip(a.Target)
	for {
		f, ok := target.(*syntax.Field)
		if !ok {
			break
		}
		target = strip(f.X)
	}
	var what string
	switch t := target.(type) {
	case *syntax.Path:
		b := n.binding[t]
		switch {
		case b != nil && b.Kind != BindBuiltin && !n.fixed[b]:
			b.Assigned = true
			return
		case b != nil:
			what = "the function `" + syntax.Shown(b.Name) + "`"
		case c.info.Ctors[t] != nil:
			what = "the constructor `" + pathText(t) + "`"
		default:
			return
		}
	case *syntax.Bad:
		return
	case *syntax.Proj:
		what = "a tuple element"
	case *syntax.Index:
		what = "an array element"
	case *syntax.Call, *syntax.MacroCall:
		what = "the result of a call"
	case *syntax.Number, *syntax.String:
		what = "a literal"
	default:
		what = "this expression"
	}
	c.errorf(diag.CannotAssign, a.Target.Span(), "cannot assign to %s", what)
	n.failed[a.Target] = true
}
