// Package types checks a program: it resolves every name, infers every type
// and says for each node what lowering has to know.
//
// Input: the tree of one file. Output: an Info, and diagnostics in a
// diag.List. Passes, in order: declarations (types and constructors), names
// (scopes, captures, holes), inference (unification with levels and row
// variables, functions generalised), and the checks that need final types
// (self, match, dsp).
//
// Invariants: every expression of the tree has a type in Info.Types when no
// error was reported; an expression that was reported has type Failure, from
// which no further error follows. Work is bounded: a program beyond the limits
// below ends in one TooLarge diagnostic. Thread: one Check belongs to one
// goroutine; several may run at once.
package types

import (
	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// Limits that keep the time and the stack of a compile bounded. The parser has
// tighter ones for what stands in a file; expanded macros meet these.
const (
	maxNodes     = 1 << 20 // expressions of a program
	maxDepth     = 20_000  // nesting of expressions, postfix chains included
	maxTypeSize  = 10_000  // parts of one type
	maxTypeDepth = 10_000  // nesting of one type
	maxWork      = 1 << 27 // steps over types in one program
	maxErrors    = 1_000   // diagnostics of one program
	genericLevel = 1 << 30 // level of a quantified variable
	maxSpread    = 16      // elements of a tuple in arithmetic and spread
)

// bailout unwinds a check that exceeded a limit; the diagnostic is already
// reported.
type bailout struct{}

// checker is the state of one Check.
type checker struct {
	ds          *diag.List
	info        *Info
	file        *syntax.File
	errors      int
	work        int
	depth       int // of the expression walk
	nest        int // of the walk over a type
	nodes       int
	parts       int // of the annotation being converted
	lettersUsed int
	at          source.Span // the node being checked, for limits
	opts        Options
	stage       Stage // of the code being visited

	pools map[int]bool // numbers of voices that have been seen

	decls *decls
	names *names

	level    int
	vars     []*Var // all variables made, for defaulting
	trail    []*Var // variables linked since a trial began
	trial    int
	letters  *letterScope
	building map[*Binding][]*Use // uses of a function inside its own definition
	after    []func()            // checks that need final types
}

// Options say what is known of a program beside its text.
type Options struct {
	// Modules are the modules that were flattened into the program, by their
	// names inside the compiler (a$b).
	Modules map[string]bool
	// Imported are the names that stand for members of modules, for suggestions.
	Imported []string
}

// Check is CheckProgram without options.
func Check(file *syntax.File, ds *diag.List) *Info { return CheckProgram(file, Options{}, ds) }

// CheckProgram types file and returns what lowering needs. Problems go to ds;
// with errors there, the Info is incomplete. A program with modules has been
// flattened before; parts that were not are skipped.
func CheckProgram(file *syntax.File, opts Options, ds *diag.List) *Info {
	c := &checker{ds: ds, file: file, opts: opts, pools: map[int]bool{}, info: &Info{
		Uses:     map[*syntax.Path]*Use{},
		Defs:     map[*syntax.Ident]*Binding{},
		Funcs:    map[*syntax.Lambda]*Func{},
		Calls:    map[syntax.Expr]*CallInfo{},
		Hosts:    map[*syntax.MacroCall]*Host{},
		Ctors:    map[syntax.Node]*Ctor{},
		Pats:     map[syntax.Node]Type{},
		Binds:    map[syntax.Node]bool{},
		Wants:    map[syntax.Expr]Type{},
		Rewrites: map[*syntax.Binary]syntax.Expr{},
		Partials: map[syntax.Expr]*syntax.Lambda{},
	}, building: map[*Binding][]*Use{}}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(bailout); !ok {
				panic(r)
			}
		}
	}()
	c.declare(file)
	c.stage = StageMain
	c.resolveNames(file)
	c.info.Types = make(map[syntax.Expr]Type, c.nodes)
	c.depth = 0
	c.stage = StageMain
	c.program(file)
	c.finish()
	return c.info
}

// finish gives every variable that nothing determined its default and runs
// the checks that need final types.
func (c *checker) finish() {
	for _, v := range c.vars {
		if v.Link == nil && v.Level != genericLevel {
			if v.Row {
				v.Link = &Record{}
			} else {
				v.Link = Number
			}
		}
	}
	for _, check := range c.after {
		check()
	}
	c.checkDsp()
	c.collectGlobals()
}

// errorf reports an error, up to maxErrors of them.
func (c *checker) errorf(code diag.Code, at source.Span, format string, args ...any) *diag.Diagnostic {
	if c.errors >= maxErrors {
		return &diag.Diagnostic{}
	}
	c.errors++
	d := c.ds.Errorf(code, at, format, args...)
	if c.errors == maxErrors {
		c.ds.Errorf(diag.TooLarge, at, "Too many errors, the rest is not shown")
	}
	return d
}

// tooLarge reports that a limit was exceeded and ends the check.
func (c *checker) tooLarge(at source.Span, format string, args ...any) {
	c.ds.Errorf(diag.TooLarge, at, format, args...)
	panic(bailout{})
}

// enter counts one level of nesting of expressions; leave undoes it.
func (c *checker) enter(e syntax.Node) {
	c.depth++
	if c.depth > maxDepth {
		c.tooLarge(e.Span(), "Expression is nested too deeply")
	}
}

func (c *checker) leave() { c.depth-- }

// tick counts a step over a type.
func (c *checker) tick() {
	c.work++
	if c.work > maxWork {
		c.tooLarge(c.at, "Types of the program are too large")
	}
}

// unsupported reports a part of the language that is not built yet.
func (c *checker) unsupported(at source.Span, what string) {
	c.errorf(diag.NotSupported, at, "%s not supported yet", what)
}

// strip removes parentheses.
func strip(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// valueOf returns the expression that gives e its value: the last statement of
// a block, the content of parentheses. Diagnostics point at it.
func valueOf(e syntax.Expr) syntax.Expr {
	for {
		switch x := e.(type) {
		case *syntax.Paren:
			e = x.X
		case *syntax.Block:
			if len(x.Stmts) == 0 {
				return e
			}
			last, ok := x.Stmts[len(x.Stmts)-1].(*syntax.ExprStmt)
			if !ok {
				return e
			}
			e = last.X
		default:
			return e
		}
	}
}
