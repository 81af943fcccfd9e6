package syntax

import (
	"strings"
	"testing"

	"mmm/compiler/diag"
	"mmm/compiler/source"
)

// everything is a program with every construct that a copy can meet.
const everything = `
let (a, {b = _, c = d}) : (float, {b:float, c:float}) = (1, {b = 2, c = 3})
letrec r = |x:float, y| -> float { if (x > 0) r(x - 1, y) else -y }
fn f(x = 1 + 2, y:[float] = []){ let s = "text" x = y[0] self + now * samplerate }
fn g(t){ match (t, 2) { (0, A) => t.0, (_, B((p, q))) => p, z => ({ z <- k = 1, l = 2 }) } }
{k = 1, l = f({x = 3, ..})}.k |> m::n!(` + "`{ $v + $(w(1)) }" + `, _) ||> h(_, 2)
up@(now + 1)
`

func TestACopyIsEqualAndSharesNothing(t *testing.T) {
	src, _, _ := source.NewFile("copy.mmm", everything)
	var ds diag.List
	file := Parse(src, &ds)
	if ds.HasErrors() {
		t.Fatalf("the program has an error: %s", ds.All[0].Message)
	}
	copied := &File{Source: src}
	var c Copier
	for _, s := range file.Stmts {
		copied.Stmts = append(copied.Stmts, c.Stmt(s))
	}
	var want, got strings.Builder
	if err := Print(&want, file); err != nil {
		t.Fatal(err)
	}
	if err := Print(&got, copied); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want.String())
	}
	seen := map[Node]bool{}
	spans := 0
	for i, s := range file.Stmts {
		Walk(s, func(n Node) bool { seen[n] = true; return true }, nil)
		Walk(copied.Stmts[i], func(n Node) bool {
			if seen[n] {
				t.Errorf("%T is shared", n)
			}
			if n.Span().IsZero() {
				t.Errorf("%T has lost its place", n)
			}
			spans++
			return true
		}, nil)
	}
	if spans != len(seen) {
		t.Errorf("%d nodes are copies of %d", spans, len(seen))
	}
}

func TestACopyTakesWhatReplacesAnExpression(t *testing.T) {
	src, _, _ := source.NewFile("copy.mmm", "f(x, 1 + x, |y| x)")
	var ds diag.List
	file := Parse(src, &ds)
	c := Copier{Replace: func(e Expr) (Expr, bool) {
		if p, ok := e.(*Path); ok && p.Segs[0].Name == "x" {
			return &Number{At: p.At, Text: "7", Value: 7}, true
		}
		return nil, false
	}}
	var got strings.Builder
	if err := Print(&got, &File{Stmts: []Stmt{c.Stmt(file.Stmts[0])}}); err != nil {
		t.Fatal(err)
	}
	if want := "(call f 7 (+ 1 7) (lambda (y) 7))"; strings.Join(strings.Fields(got.String()), " ") != want {
		t.Errorf("got %s, want %s", got.String(), want)
	}
}
