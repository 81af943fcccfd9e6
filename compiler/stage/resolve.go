// Resolution: which definition a name means (language.md 6.4 to 6.6).

package stage

import (
	"slices"
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// maxAliases bounds chains of imports of imports.
const maxAliases = 64

// maxFollowed bounds the imports followed to resolve one name.
const maxFollowed = 2000

// resolver is the state of resolving the names of a program.
type resolver struct {
	*flattener
	context string          // module of the statement
	index   int             // of the statement
	top     map[string]bool // names of the top level in scope
	locals  map[string]int  // names of locals in scope, with how often
	undo    []string

	targets map[string]string // of aliases, once known
	bases   []string          // of wildcards
	unique  map[string]string // types by their own name, "" when several modules declare one
	leaks   []func()          // checks that need the names of all types
	depth   int
}

// resolve rewrites every name of the program.
func (f *flattener) resolve() {
	r := &resolver{
		flattener: f,
		top:       map[string]bool{},
		locals:    map[string]int{},
		targets:   map[string]string{},
		unique:    map[string]string{},
	}
	for _, w := range f.wildcards {
		r.bases = append(r.bases, f.target(w, 0))
	}
	for name, d := range f.types {
		own := name[strings.LastIndex(name, sep)+1:]
		if _, twice := r.unique[own]; twice || d.module == "" {
			r.unique[own] = ""
			continue
		}
		r.unique[own] = name
	}
	for i, s := range f.p.File.Stmts {
		r.index, r.context = i, f.p.contexts[i]
		r.topStmt(s)
	}
	for _, check := range r.leaks {
		check()
	}
	f.p.Imported = r.imported()
}

// imported lists the names that imports bring in.
func (r *resolver) imported() []string {
	var list []string
	for name := range r.aliases {
		if t, ok := r.alias(name); ok && r.values[t] != nil {
			list = append(list, name)
		}
	}
	for name, d := range r.values {
		if d.public && d.module != "" && slices.Contains(r.bases, d.module) {
			list = append(list, name[strings.LastIndex(name, sep)+1:])
		}
	}
	return list
}

// defined reports whether name is a definition, a type or a module.
func (f *flattener) defined(name string) bool {
	return f.values[name] != nil || f.types[name] != nil || f.p.Modules[name]
}

// absolute follows segs from the top level through re-exports.
func (f *flattener) absolute(segs []string, depth int) string {
	name := ""
	for _, s := range segs {
		name = join(name, s)
		if f.defined(name) {
			continue
		}
		if a, ok := f.reexports[name]; ok && depth < maxAliases {
			name = f.target(a, depth+1)
		}
	}
	return name
}

// target returns what an import means: from the top level, else from the
// modules around it, else through the imported name of a module.
func (f *flattener) target(a imported, depth int) string {
	plain := strings.Join(a.segs, sep)
	if depth == 0 {
		f.followed = 0
	}
	// Imports that name each other in a ring branch at every turn.
	if f.followed++; depth >= maxAliases || f.followed > maxFollowed {
		return plain
	}
	if name := f.absolute(a.segs, depth); f.defined(name) {
		return name
	}
	if name, ok := f.relative(a.segs, a.from, depth); ok {
		return name
	}
	if name, ok := f.throughAlias(a.segs, depth); ok {
		return name
	}
	return plain
}

// relative looks segs up in the module m and those around it.
func (f *flattener) relative(segs []string, m string, depth int) (string, bool) {
	for ; m != ""; m = parent(m) {
		full := append(strings.Split(m, sep), segs...)
		if name := f.absolute(full, depth); f.defined(name) {
			return name, true
		}
	}
	return "", false
}

// throughAlias looks segs up when the first of them is the imported name of a
// module.
func (f *flattener) throughAlias(segs []string, depth int) (string, bool) {
	a, ok := f.aliases[segs[0]]
	if !ok || len(segs) < 2 || len(a.segs) < 2 || depth >= maxAliases {
		return "", false
	}
	base := f.target(a, depth+1)
	if !f.p.Modules[base] {
		return "", false
	}
	name := f.absolute(append(strings.Split(base, sep), segs[1:]...), depth+1)
	return name, f.defined(name)
}

// alias returns what the imported name means.
func (r *resolver) alias(name string) (string, bool) {
	if t, ok := r.targets[name]; ok {
		return t, t != ""
	}
	a, ok := r.aliases[name]
	if ok {
		r.targets[name] = r.target(a, 0)
	} else {
		r.targets[name] = ""
	}
	return r.targets[name], ok
}

// visible reports whether the definition may be used in the module from.
func visible(d *definition, from string) bool {
	return d.public || inside(from, d.module)
}

// inside reports whether module m is outer or lies in it.
func inside(m, outer string) bool {
	return outer == "" || m == outer || strings.HasPrefix(m, outer+sep)
}

// path gives a name or path in an expression its one meaning. macro says that
// it is the name of a macro call.
func (r *resolver) path(p *syntax.Path) {
	if p == nil || len(p.Segs) == 0 {
		return
	}
	name := p.Segs[0].Name
	var to string
	if len(p.Segs) == 1 {
		if r.ctors[name] || r.locals[name] > 0 {
			return
		}
		to = r.simple(name, p.Pos)
	} else {
		to = r.qualified(p)
	}
	p.Segs = []syntax.Ident{{At: p.At, Name: to}}
}

// simple resolves a name that is no local and no constructor.
func (r *resolver) simple(name string, at source.Span) string {
	for m := r.context; m != ""; m = parent(m) {
		if r.values[join(m, name)] != nil {
			return join(m, name)
		}
	}
	if r.top[name] {
		return name
	}
	if t, ok := r.alias(name); ok {
		t = r.valueOf(t)
		switch d := r.values[t]; {
		case d != nil:
			r.access(d, at)
			return t
		case r.types[t] == nil && !r.p.Modules[t]:
			return t // reported where it is used: here
		}
	}
	for _, base := range r.bases {
		full := join(base, name)
		if d := r.values[full]; d != nil && d.public {
			return full
		}
		if a, ok := r.reexports[full]; ok && r.values[full] == nil {
			if t := r.target(a, 0); r.values[t] != nil {
				return t
			}
		}
	}
	if types.IsBuiltin(name) {
		return name
	}
	return r.leaked(name, at)
}

// leaked finds the let of a module that a bare name outside of it must mean,
// as in programs written when those were plain global names.
func (r *resolver) leaked(name string, at source.Span) string {
	var found *definition
	for _, d := range r.lets[name] {
		if d.index < r.index {
			if found != nil {
				return name
			}
			found = d
		}
	}
	if found == nil || r.values[name] != nil {
		return name
	}
	r.ds.Warnf(diag.ModuleLet, at, "`%s` is a variable of the module %s", name, syntax.Shown(found.module)).
		Note(found.at, "it is defined here").
		Suggest("write `%s` and define it with `pub let`", syntax.Shown(found.name))
	return found.name
}

// access reports the use of a private definition.
func (r *resolver) access(d *definition, at source.Span) {
	if visible(d, r.context) {
		return
	}
	own := d.name[strings.LastIndex(d.name, sep)+1:]
	r.ds.Errorf(diag.PrivateMember, at, "Member %q in module %q is private", own, syntax.Shown(d.module)).
		Note(d.at, "it is defined here without `pub`")
}

// qualified resolves a path of several segments.
func (r *resolver) qualified(p *syntax.Path) string {
	segs := segments(p.Segs)
	name, ok := r.valueOf(r.absolute(segs, 0)), true
	if r.values[name] == nil {
		name, ok = r.valueIn(segs)
	}
	if !ok {
		return strings.Join(segs, sep)
	}
	r.access(r.values[name], p.Pos)
	return name
}

// valueIn looks a path up relative to the modules around the place, through
// the imported name of a module, and in what wildcards bring in.
func (r *resolver) valueIn(segs []string) (string, bool) {
	try := func(full []string) (string, bool) {
		name := r.valueOf(r.absolute(full, 0))
		return name, r.values[name] != nil
	}
	for m := r.context; m != ""; m = parent(m) {
		if name, ok := try(append(strings.Split(m, sep), segs...)); ok {
			return name, true
		}
	}
	if name, ok := r.throughAlias(segs, 0); ok && r.values[name] != nil {
		return name, true
	}
	for _, base := range r.bases {
		if name, ok := try(append(strings.Split(base, sep), segs...)); ok {
			return name, true
		}
	}
	return "", false
}

// valueOf returns the value called name. A module and a re-exported value may
// share a name; then absolute has found the module.
func (f *flattener) valueOf(name string) string {
	if a, ok := f.reexports[name]; ok && f.values[name] == nil {
		return f.target(a, 0)
	}
	return name
}

func segments(ids []syntax.Ident) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.Name
	}
	return list
}

// typeName gives a type name its one meaning (types.md 18).
func (r *resolver) typeName(t *syntax.NameType) {
	segs := segments(t.Segs)
	if len(segs) == 1 && isLetter(segs[0]) {
		return
	}
	name := r.findType(segs)
	d := r.types[name]
	if d == nil {
		return
	}
	t.Segs = []syntax.Ident{{At: t.At, Name: name}}
	if d.module != "" && !visible(d, r.context) {
		own := name[strings.LastIndex(name, sep)+1:]
		r.ds.Errorf(diag.PrivateType, t.Pos, "Type '%s' in module '%s' is private and cannot be accessed from outside", own, syntax.Shown(d.module)).
			Note(d.at, "it is declared here without `pub`")
	}
}

// isLetter reports whether name is an explicit type parameter.
func isLetter(name string) bool {
	return len(name) == 1 && name[0] >= 'a' && name[0] <= 'z'
}

// findType returns the name of the type that segs mean, "" for none.
func (r *resolver) findType(segs []string) string {
	for m := r.context; m != ""; m = parent(m) {
		if name := r.absolute(append(strings.Split(m, sep), segs...), 0); r.types[name] != nil {
			return name
		}
	}
	if len(segs) == 1 {
		if t, ok := r.alias(segs[0]); ok && r.types[t] != nil {
			return t
		}
	}
	if name := r.absolute(segs, 0); r.types[name] != nil {
		return name
	}
	if name, ok := r.throughAlias(segs, 0); ok && r.types[name] != nil {
		return name
	}
	for _, base := range r.bases {
		name := r.absolute(append(strings.Split(base, sep), segs...), 0)
		if d := r.types[name]; d != nil && d.public {
			return name
		}
	}
	if len(segs) == 1 {
		return r.unique[segs[0]]
	}
	return ""
}

// leak reports a public function whose signature shows a private type.
func (r *resolver) leak(s *syntax.Fn) {
	if !s.Pub {
		return
	}
	seen := map[string]bool{}
	var d *definition
	for _, p := range s.Fun.Params {
		if d == nil && p.Type != nil {
			d = r.private(p.Type, seen)
		}
	}
	if d == nil && s.Fun.Ret != nil {
		d = r.private(s.Fun.Ret, seen)
	}
	if d != nil {
		r.ds.Errorf(diag.PrivateTypeLeak, s.Pos, "Public function '%s' cannot expose private type '%s' in its signature", syntax.Shown(s.Name.Name), syntax.Shown(d.name)).
			Note(d.at, "it is declared here without `pub`")
	}
}

// private returns the first private type in t, whose names are resolved.
func (r *resolver) private(t syntax.Type, seen map[string]bool) *definition {
	var found *definition
	syntax.WalkTypes(t, func(t *syntax.NameType) {
		name := t.Segs[0].Name
		d := r.types[name]
		if found != nil || d == nil || len(t.Segs) > 1 || seen[name] {
			return
		}
		seen[name] = true
		if !d.public {
			found = d
			return
		}
		switch decl := d.decl.(type) {
		case *syntax.TypeAlias:
			found = r.private(decl.Type, seen)
		case *syntax.TypeDecl:
			for i := range decl.Variants {
				for _, p := range decl.Variants[i].Payload {
					if found == nil {
						found = r.private(p, seen)
					}
				}
			}
		}
	})
	return found
}
