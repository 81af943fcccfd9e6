// Flattening: files and modules become one list of statements, definitions get
// the names by which the whole program knows them (language.md 6.3).

package stage

import (
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// sep joins the parts of a definition's name. No identifier contains it.
const sep = "$"

// Program is a program in one list of statements.
type Program struct {
	File    *syntax.File // no Mod, Use or Include in it
	Modules map[string]bool
	Files   []LoadedFile // all files that were read, the patch itself not counted
	// Imported are the names that imports bring in.
	Imported []string
	// Staged says that parts of the program run while compiling.
	Staged bool

	contexts []string // module of each statement
}

// definition is a value or type that the program defines somewhere.
type definition struct {
	name   string // with its modules
	module string // where, "" at top level
	public bool
	at     source.Span // where it is named
	index  int         // place of its statement in the list
	decl   syntax.Stmt // of a type
}

// imported is a name that use brings in.
type imported struct {
	segs []string
	from string // module that holds the use
}

// flattener is the state of Flatten.
type flattener struct {
	ds    *diag.List
	files Files
	p     *Program
	// followed counts the imports followed for the name being resolved.
	followed int

	stack []loading
	count int
	bytes int
	full  bool

	macro   bool // stage at this point of the text
	emitted bool // stage of the last statement in the list

	values    map[string]*definition
	types     map[string]*definition
	ctors     map[string]bool
	reexports map[string]imported
	aliases   map[string]imported
	wildcards []imported
	lets      map[string][]*definition // lets of modules by their own name
}

// Flatten loads what the patch root includes, imports and declares as modules
// and returns it as one program whose names are resolved. Problems go to ds.
func Flatten(root *syntax.File, files Files, ds *diag.List) *Program {
	f := &flattener{
		ds: ds, files: files,
		p:         &Program{File: &syntax.File{Source: root.Source}, Modules: map[string]bool{}},
		values:    map[string]*definition{},
		types:     map[string]*definition{},
		ctors:     map[string]bool{},
		reexports: map[string]imported{},
		aliases:   map[string]imported{},
		lets:      map[string][]*definition{},
	}
	first := loading{path: files.Path, shown: root.Source.Name}
	if files.Path != "" {
		first.canonical = f.files.canonical(files.Path)
	}
	f.stack = []loading{first}
	f.statements(root.Stmts, "")
	f.resolve()
	return f.p
}

// join puts a name into a module.
func join(module, name string) string {
	if module == "" {
		return name
	}
	return module + sep + name
}

// append adds a statement of the module to the list, with a stage declaration
// where the stage changes.
func (f *flattener) append(s syntax.Stmt, module string) {
	if f.macro != f.emitted {
		f.emitted = f.macro
		f.p.Staged = true
		f.p.File.Stmts = append(f.p.File.Stmts, &syntax.StageDecl{At: syntax.At{Pos: source.Span{File: s.Span().File, Start: s.Span().Start, End: s.Span().Start}}, Macro: f.macro})
		f.p.contexts = append(f.p.contexts, module)
	}
	f.p.File.Stmts = append(f.p.File.Stmts, s)
	f.p.contexts = append(f.p.contexts, module)
}

// statements flattens a list of statements of the module.
func (f *flattener) statements(list []syntax.Stmt, module string) {
	for _, s := range list {
		f.statement(s, module)
	}
}

func (f *flattener) statement(s syntax.Stmt, module string) {
	switch s := s.(type) {
	case *syntax.StageDecl:
		f.macro = s.Macro
		f.p.Staged = true
	case *syntax.Fn:
		f.define(&s.Name, module, s.Pub, false)
		f.append(s, module)
	case *syntax.Let:
		f.definePattern(s.Pat, module, s.Pub)
		f.append(s, module)
	case *syntax.LetRec:
		f.define(&s.Name, module, s.Pub, true)
		f.append(s, module)
	case *syntax.TypeDecl:
		for i := range s.Variants {
			f.ctors[s.Variants[i].Name.Name] = true
		}
		f.defineType(&s.Name, module, s.Pub, s)
		f.append(s, module)
	case *syntax.TypeAlias:
		f.defineType(&s.Name, module, s.Pub, s)
		f.append(s, module)
	case *syntax.Include:
		f.include(s)
	case *syntax.Mod:
		f.module(s, module)
	case *syntax.Use:
		f.use(s, module)
	default:
		f.append(s, module)
	}
}

// define renames a definition of the module.
func (f *flattener) define(id *syntax.Ident, module string, public, let bool) {
	if id.Name == "" {
		return
	}
	own := id.Name
	d := &definition{name: join(module, own), module: module, public: public || module == "", at: id.Pos, index: len(f.p.File.Stmts)}
	id.Name = d.name
	if let && module != "" && f.values[d.name] == nil {
		f.lets[own] = append(f.lets[own], d)
	}
	f.values[d.name] = d
}

// definePattern renames what a let of the module binds.
func (f *flattener) definePattern(p syntax.Pattern, module string, public bool) {
	switch p := p.(type) {
	case *syntax.NamePattern:
		f.define(&p.Name, module, public, true)
	case *syntax.TuplePattern:
		for _, e := range p.Elems {
			f.definePattern(e, module, public)
		}
	case *syntax.RecordPattern:
		for _, field := range p.Fields {
			f.definePattern(field.Pat, module, public)
		}
	}
}

// defineType renames a type of the module.
func (f *flattener) defineType(id *syntax.Ident, module string, public bool, decl syntax.Stmt) {
	if id.Name == "" {
		return
	}
	d := &definition{name: join(module, id.Name), module: module, public: public, decl: decl, at: id.Pos}
	id.Name = d.name
	f.types[d.name] = d
}

// failed puts a mark into the list that something is missing: unknown names
// are then no news.
func (f *flattener) failed(s syntax.Stmt) {
	f.p.File.Stmts = append(f.p.File.Stmts, &syntax.BadStmt{At: syntax.At{Pos: s.Span()}})
	f.p.contexts = append(f.p.contexts, "")
}

// include splices the statements of a file into the top level.
func (f *flattener) include(s *syntax.Include) {
	file, tree, ok := f.open(s.Path.Value, s, false)
	if !ok {
		f.failed(s)
		return
	}
	stage := f.macro
	f.inside(file, tree, "")
	f.macro = stage
}

// inside flattens a loaded file.
func (f *flattener) inside(file loading, tree *syntax.File, module string) {
	f.stack = append(f.stack, file)
	f.statements(tree.Stmts, module)
	f.stack = f.stack[:len(f.stack)-1]
}

// framed flattens the body of a module, which starts in the main stage.
func (f *flattener) framed(body func()) {
	stage := f.macro
	f.macro = false
	body()
	f.macro = stage
}

// module flattens mod m { … } and mod m.
func (f *flattener) module(s *syntax.Mod, outer string) {
	name := join(outer, s.Name.Name)
	f.p.Modules[name] = true
	if s.Inline {
		f.framed(func() { f.statements(s.Stmts, name) })
		return
	}
	if s.Name.Name == "" {
		f.failed(s)
		return
	}
	file, tree, ok := f.open(s.Name.Name+".mmm", s, false)
	if !ok {
		f.failed(s)
		return
	}
	f.framed(func() { f.inside(file, tree, name) })
}

// use loads the module that an import starts with, unless it is known, and
// registers the import (language.md 6.5).
func (f *flattener) use(s *syntax.Use, module string) {
	segs := make([]string, len(s.Path))
	for i, id := range s.Path {
		if id.Name == "" {
			f.failed(s)
			return
		}
		segs[i] = id.Name
	}
	if first := segs[0]; !f.known(first, module) {
		f.p.Modules[first] = true
		file, tree, ok := f.open(first+".mmm", s, true)
		if !ok {
			delete(f.p.Modules, first)
			f.failed(s)
			return
		}
		f.framed(func() { f.inside(file, tree, first) })
	}
	switch {
	case s.All:
		f.wildcards = append(f.wildcards, imported{segs, module})
	case s.Group:
		for _, id := range s.Names {
			f.imports(append(segs[:len(segs):len(segs)], id.Name), module, s.Pub)
		}
	case len(segs) > 1:
		f.imports(segs, module, s.Pub)
	}
}

// imports registers the import of one name.
func (f *flattener) imports(segs []string, module string, public bool) {
	name := segs[len(segs)-1]
	if name == "" {
		return
	}
	f.aliases[name] = imported{segs, module}
	if public {
		f.reexports[join(module, name)] = imported{segs, module}
	}
}

// known reports whether first names a module in the module from, or is the
// imported name of one.
func (f *flattener) known(first, from string) bool {
	for m := from; ; m = parent(m) {
		if f.p.Modules[join(m, first)] {
			return true
		}
		if m == "" {
			break
		}
	}
	if a, ok := f.aliases[first]; ok && len(a.segs) > 1 {
		return f.p.Modules[f.target(a, 0)]
	}
	return false
}

// parent returns the module around m, "" for the top level.
func parent(m string) string {
	if i := strings.LastIndex(m, sep); i >= 0 {
		return m[:i]
	}
	return ""
}
