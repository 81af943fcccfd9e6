// Code values: what quotes make, and the trees that they become.

package stage

import (
	"errors"
	"math"
	"strconv"

	"mmm/compiler/lower"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// Limits of the code that macros make.
const (
	maxCodeNodes = 1 << 20 // parts of all code put into one program
	maxCodeDepth = 15_000  // nesting of one piece of code
)

var (
	errCodeSize  = errors.New("the code that macros make is too large")
	errCodeDepth = errors.New("the code that macros make is nested too deeply")
)

// code is a code value. It is shared by everything that mentions it and becomes
// a tree only where it is put into the program, each time a new one.
type code struct {
	form  *quoteForm // of a quote, whose splices are parts in order
	array bool       // array literal of parts
	parts []*code
	tree  syntax.Expr // of anything else; copied
	nodes int
	depth int
}

// quoteForm is what all code of one quote has in common.
type quoteForm struct {
	body  syntax.Expr
	index map[syntax.Expr]int // of each splice
	nodes int
	depth int
}

// newForm measures a quote.
func newForm(h lower.HostCall) *quoteForm {
	f := &quoteForm{body: h.Quote.X, index: make(map[syntax.Expr]int, len(h.Splices))}
	for i, s := range h.Splices {
		f.index[s] = i
	}
	f.nodes, f.depth = measure(h.Quote.X, f.index)
	return f
}

// measure counts the nodes of a tree and their nesting, splices left out.
func measure(e syntax.Expr, splices map[syntax.Expr]int) (nodes, depth int) {
	level := 0
	syntax.Walk(e, func(n syntax.Node) bool {
		if x, ok := n.(syntax.Expr); ok {
			if _, splice := splices[x]; splice {
				return false
			}
		}
		nodes++
		level++
		depth = max(depth, level)
		return true
	}, func(syntax.Node) { level-- })
	return nodes, depth
}

// combine makes code of parts; nodes and depth are what it adds to them.
func combine(c *code, nodes, depth int) (*code, error) {
	deepest := 0
	for _, p := range c.parts {
		if p != nil {
			nodes += p.nodes
			deepest = max(deepest, p.depth)
		}
		if nodes > maxCodeNodes {
			return nil, errCodeSize
		}
	}
	c.nodes, c.depth = nodes+len(c.parts), depth+deepest+1
	if c.depth > maxCodeDepth {
		return nil, errCodeDepth
	}
	return c, nil
}

// build makes a new tree of c; nil is a block that does nothing. at is the
// place of what has none.
func (c *code) build(at source.Span) syntax.Expr {
	switch {
	case c == nil:
		return &syntax.Block{At: syntax.At{Pos: at}}
	case c.form != nil:
		return c.form.fill(c.form.body, func(i int) syntax.Expr { return c.parts[i].build(at) })
	case c.array:
		a := &syntax.Array{At: syntax.At{Pos: at}, Elems: make([]syntax.Expr, len(c.parts))}
		for i, p := range c.parts {
			a.Elems[i] = p.build(at)
		}
		return a
	}
	copier := syntax.Copier{}
	return copier.Expr(c.tree)
}

// fill copies a tree with the splices of f replaced.
func (f *quoteForm) fill(e syntax.Expr, part func(i int) syntax.Expr) syntax.Expr {
	copier := f.copier(part)
	return copier.Expr(e)
}

// copier copies main-stage code with the splices of f replaced. Quotes in it do
// nothing.
func (f *quoteForm) copier(part func(i int) syntax.Expr) *syntax.Copier {
	c := &syntax.Copier{}
	c.Replace = func(e syntax.Expr) (syntax.Expr, bool) {
		switch x := e.(type) {
		case *syntax.Splice, *syntax.MacroCall:
			if i, ok := f.index[e]; ok {
				return part(i), true
			}
		case *syntax.Quote:
			return &syntax.Paren{At: x.At, X: c.Expr(x.X)}, true
		}
		return nil, false
	}
	return c
}

// show writes a number as the language does (builtins.md 1.4).
func show(x float64) string {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
