package types

import (
	"slices"
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// decls are the type declarations of a program (types.md 3).
type decls struct {
	aliases  map[string]*alias
	sums     map[string]*sumDecl
	ctors    map[string]*Ctor
	boxing   *sumDecl // type rec whose payload is converted, where references are boxed
	cycles   int      // declarations on a cycle seen so far
	inHandle bool     // inside an array or function type
	open     bool     // a type may come from a part that could not be read
}

// alias is type alias Name = T.
type alias struct {
	name   string
	decl   *syntax.TypeAlias
	typ    Type // once expanded, when the target mentions no letter
	cyclic bool
	refs   []string
}

// sumDecl is type Name = A | B(T).
type sumDecl struct {
	name      string
	decl      *syntax.TypeDecl
	sum       *Sum
	refs      []string
	component int // strongly connected part of all declarations
}

// declare reads the type declarations of a file.
func (c *checker) declare(file *syntax.File) {
	d := &decls{aliases: map[string]*alias{}, sums: map[string]*sumDecl{}, ctors: map[string]*Ctor{}}
	c.decls = d
	var sums []*sumDecl
	var order []*alias
	for _, s := range file.Stmts {
		switch s := s.(type) {
		case *syntax.TypeAlias:
			if c.reserved(s.Name.Name, s) {
				continue
			}
			a := &alias{name: s.Name.Name, decl: s}
			collectRefs(s.Type, &a.refs)
			d.aliases[a.name] = a
			order = append(order, a)
			delete(d.sums, a.name)
		case *syntax.TypeDecl:
			if c.reserved(s.Name.Name, s) {
				continue
			}
			n := &sumDecl{name: s.Name.Name, decl: s, sum: &Sum{Name: s.Name.Name, Rec: s.Rec}}
			for _, v := range s.Variants {
				for _, t := range v.Payload {
					collectRefs(t, &n.refs)
				}
			}
			d.sums[n.name] = n
			delete(d.aliases, n.name)
			sums = append(sums, n)
		case *syntax.Mod, *syntax.Use, *syntax.Include, *syntax.BadStmt:
			d.open = true
		}
	}
	c.checkCycles(order, sums)
	for _, n := range sums {
		if d.sums[n.name] == n {
			c.variants(n)
		}
	}
	for _, a := range order {
		if d.aliases[a.name] == a {
			c.parts = 0
			c.at = a.decl.Span()
			c.expand(a)
		}
	}
}

// reserved reports a declaration named like a type parameter.
func (c *checker) reserved(name string, at syntax.Node) bool {
	if name = name[strings.LastIndex(name, "$")+1:]; !isLetter(name) {
		return false
	}
	c.errorf(diag.ReservedTypeName, at.Span(), "type name '%s' is reserved for explicit type parameters (single lowercase letter)", name)
	return true
}

// variants converts the payloads of a sum and enters its constructors.
func (c *checker) variants(n *sumDecl) {
	d := c.decls
	for i := range n.decl.Variants {
		v := &n.decl.Variants[i]
		name := v.Name.Name
		if old, ok := d.ctors[name]; ok && old.Sum.Name != n.name {
			c.errorf(diag.DuplicateCtor, v.Name.Span(), "Constructor %q is already declared", name).
				Note(d.sums[old.Sum.Name].variant(name), "it belongs to the type %s", syntax.Shown(old.Sum.Name))
			continue
		}
		out := Variant{Name: name}
		if len(v.Payload) > 0 {
			list := make([]Type, len(v.Payload))
			for k, t := range v.Payload {
				d.boxing = n
				c.parts = 0
				c.at = t.Span()
				list[k] = c.written(t)
				d.boxing = nil
			}
			out.Payload = list[0]
			if len(list) > 1 {
				out.Payload = &Tuple{list}
			}
		}
		d.ctors[name] = &Ctor{n.sum, len(n.sum.Variants)}
		n.sum.Variants = append(n.sum.Variants, out)
	}
}

// variant returns where a constructor is declared.
func (n *sumDecl) variant(name string) source.Span {
	for i := range n.decl.Variants {
		if n.decl.Variants[i].Name.Name == name {
			return n.decl.Variants[i].Name.Span()
		}
	}
	return n.decl.Span()
}

// collectRefs appends the type names that t mentions.
func collectRefs(t syntax.Type, out *[]string) {
	switch t := t.(type) {
	case *syntax.NameType:
		if len(t.Segs) == 1 {
			*out = append(*out, t.Segs[0].Name)
		}
	case *syntax.TupleType:
		for _, e := range t.Elems {
			collectRefs(e, out)
		}
	case *syntax.RecordType:
		for _, f := range t.Fields {
			collectRefs(f.Type, out)
		}
	case *syntax.ArrayType:
		collectRefs(t.Elem, out)
	case *syntax.FuncType:
		for _, p := range t.Params {
			collectRefs(p, out)
		}
		collectRefs(t.Ret, out)
	case *syntax.CodeType:
		collectRefs(t.X, out)
	case *syntax.UnionType:
		for _, m := range t.Members {
			collectRefs(m, out)
		}
	}
}

// expand gives the type that an alias stands for.
func (c *checker) expand(a *alias) Type {
	if a.cyclic {
		return Failure
	}
	if a.typ != nil {
		return a.typ
	}
	boxing := c.decls.boxing
	before := c.lettersUsed
	t := c.written(a.decl.Type)
	if boxing == nil && c.lettersUsed == before {
		a.typ = t
	}
	return t
}

// sumReference gives the type of a mention of a sum. In the payload of a
// recursive type, mentions of the types it is recursive with are boxed.
func (c *checker) sumReference(s *sumDecl) Type {
	if b := c.decls.boxing; b != nil && !c.decls.inHandle && b.decl.Rec && s.decl.Rec && b.component == s.component {
		return &Boxed{s.sum}
	}
	return s.sum
}

// checkCycles reports aliases and sums that contain themselves and finds
// which recursive types belong together.
func (c *checker) checkCycles(aliases []*alias, sums []*sumDecl) {
	d := c.decls
	refs := func(name string, withRec bool) []string {
		if a := d.aliases[name]; a != nil {
			return a.refs
		}
		if s := d.sums[name]; s != nil && (withRec || !s.decl.Rec) {
			return s.refs
		}
		return nil
	}
	names := make([]string, 0, len(aliases)+len(sums))
	for _, a := range aliases {
		names = append(names, a.name)
	}
	for _, s := range sums {
		names = append(names, s.name)
	}
	aliasRefs := func(name string) []string {
		if a := d.aliases[name]; a != nil {
			return a.refs
		}
		return nil
	}
	parts := components(names, aliasRefs)
	for _, a := range aliases {
		if d.aliases[a.name] != a {
			continue
		}
		if !onCycle(a.name, parts, aliasRefs) {
			continue
		}
		a.cyclic = true
		if d.cycles++; d.cycles <= maxCycles {
			c.recursive(a.decl.Type, cycle(a.name, parts, aliasRefs))
		}
	}
	valueRefs := func(name string) []string { return refs(name, false) }
	parts = components(names, valueRefs)
	for _, s := range sums {
		if s.decl.Rec || d.sums[s.name] != s || !onCycle(s.name, parts, valueRefs) {
			continue
		}
		if d.cycles++; d.cycles > maxCycles {
			continue
		}
		path := cycle(s.name, parts, valueRefs)
		var at syntax.Node = s.decl
		for i := range s.decl.Variants {
			for _, p := range s.decl.Variants[i].Payload {
				var list []string
				collectRefs(p, &list)
				for _, r := range list {
					if r == path[1] && at == syntax.Node(s.decl) {
						at = p
					}
				}
			}
		}
		c.recursive(at, path)
	}
	all := components(names, func(name string) []string { return refs(name, true) })
	for _, s := range sums {
		s.component = all[s.name]
	}
}

// maxCycles bounds how many declarations that contain themselves are reported.
const maxCycles = 20

// recursive reports a declaration that contains itself along path.
func (c *checker) recursive(at syntax.Node, path []string) {
	c.errorf(diag.RecursiveAlias, at.Span(), "Recursive type alias '%s' detected. Cycle: %s. Use 'type rec' to declare recursive types.",
		syntax.Shown(path[0]), syntax.Shown(strings.Join(shortened(path), " -> ")))
}

// shortened leaves out the middle of a long cycle.
func shortened(path []string) []string {
	const shown = 8
	if len(path) <= shown {
		return path
	}
	return append(append(path[:shown-2:shown-2], "…"), path[len(path)-1])
}

// onCycle reports whether name reaches itself: it refers to a name of its own
// strongly connected part.
func onCycle(name string, part map[string]int, refs func(string) []string) bool {
	for _, r := range refs(name) {
		if part[r] == part[name] && part[r] != 0 {
			return true
		}
	}
	return false
}

// cycle returns a shortest cycle through name, nil without one.
func cycle(name string, part map[string]int, refs func(string) []string) []string {
	from := map[string]string{}
	queue := []string{name}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, r := range refs(n) {
			if r == name {
				path := []string{name}
				for ; n != name; n = from[n] {
					path = append(path, n)
				}
				path = append(path, name)
				slices.Reverse(path)
				return path
			}
			if _, seen := from[r]; !seen && part[r] == part[name] && part[r] != 0 {
				from[r] = n
				queue = append(queue, r)
			}
		}
	}
	return nil
}

// components numbers the strongly connected parts of the graph of names from
// 1 (Tarjan's algorithm, with its own stack).
func components(names []string, refs func(string) []string) map[string]int {
	type frame struct {
		name string
		next int
	}
	index, low, part := map[string]int{}, map[string]int{}, map[string]int{}
	var open []string
	count := 0
	known := make(map[string]bool, len(names))
	for _, n := range names {
		known[n] = true
	}
	for _, root := range names {
		if index[root] != 0 {
			continue
		}
		stack := []frame{{root, 0}}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if index[f.name] == 0 {
				index[f.name] = len(index) + 1
				low[f.name] = index[f.name]
				open = append(open, f.name)
			}
			list := refs(f.name)
			if f.next < len(list) {
				r := list[f.next]
				f.next++
				switch {
				case !known[r]:
				case index[r] == 0:
					stack = append(stack, frame{r, 0})
				case part[r] == 0:
					low[f.name] = min(low[f.name], index[r])
				}
				continue
			}
			if low[f.name] == index[f.name] {
				count++
				for {
					n := open[len(open)-1]
					open = open[:len(open)-1]
					part[n] = count
					if n == f.name {
						break
					}
				}
			}
			done := *f
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				up := stack[len(stack)-1].name
				low[up] = min(low[up], low[done.name])
			}
		}
	}
	return part
}
