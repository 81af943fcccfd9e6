package syntax

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mmm/compiler/diag"
)

func TestAllIndependentErrorsOfAFileAreReported(t *testing.T) {
	got := errors(`fn f(x:, y = ) { let = 3
  foo(1,, 2, [3 +, 4 *])
  let r = {a = , b = 2, c}
  match x { 0 = 1, => 2
    3 => }
  x
}
type T = A | B( | C
use m::
fn g() -> { 1 }
mod m {
  let
  fn h(){ ) }
}
let z = 1 +
`)
	const want = `1:8: error: Expected type, found ` + "`,`" + ` [P01]
1:14: error: Expected expression, found ` + "`)`" + ` [P01]
1:22: error: Expected pattern (identifier, tuple, or record), found ` + "`=`" + ` [P01]
2:9: error: Expected expression, found ` + "`,`" + ` [P01]
2:18: error: Expected expression, found ` + "`,`" + ` [P01]
2:23: error: Expected expression, found ` + "`]`" + ` [P01]
3:16: error: Expected expression, found ` + "`,`" + ` [P01]
3:26: error: Expected ` + "`=`, found `}`" + ` [P01]
4:15: error: Expected ` + "`=>`, found `=`" + ` [P01]
4:20: error: Expected match pattern (int, float, _, or constructor), found ` + "`=>`" + ` [P01]
5:10: error: Expected expression, found ` + "`}`" + ` [P01]
8:17: error: Expected type, found ` + "`|`" + ` [P01]
10:1: error: Expected identifier after ` + "`::`, found keyword `fn`" + ` [P01]
10:13: error: Expected identifier, found ` + "`1`" + ` [P01]
13:3: error: Expected pattern (identifier, tuple, or record), found keyword ` + "`fn`" + ` [P01]
13:11: error: Expected expression, found ` + "`)`" + ` (no bracket is open here) [P01]
15:12: error: Unexpected end of input, expected expression [P02]`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAnErrorHasNoConsequences(t *testing.T) {
	for _, text := range []string{
		"fn dsp(){ (now + 2 }",
		"fn dsp(){ [a, (b, {c = 1 }\nfn f(){ 1 }",
		"fn dsp(){ let a = foo(1, 2\n let b = 3\n a + b }\nfn f(){ 1 }",
		"fn dsp(){ foo({ let x = 1 ) }",
		"fn f(x) -> + { let a = 1 }\nfn g(){ 2 }",
		"fn f(x y) { x }",
		"fn f(a b, c, d) -> float { a }",
		"fn dsp(){ let s = \"lead)\n 1 }\nfn f(){ 2",
		"fn dsp(){ foo(1, /* 2)\n 1 }\nfn f(){ 2 }",
		"fn dsp(){ let x = § + 2 * foo(3)\n x }",
		"let x = \xff 1",
		"a = b = c = d",
		"x = 1 +* 2 -/ 3",
		"fn f(){ g(|x y, z| x, 3) }",
		"match x { 0 => 1, -1 => 2, 3 => 4 }",
		"if (c) (x) else y\nfn f(){ 1 }",
		"{ x = 1\n y = 2\n x + y }",
		"fn f() 3 + 4 * (1, 2)",
		"}",
		"fn f(){ 1 } } } ) ]",
		"fn f(){ foo(1] }",
		"#stage(audio) fn dsp(){ 1 }",
		"use a::b::{c, d,}",
		"type alias T = \nfn dsp(){ 1 }",
		"let a = 1 2) 3",
		"fn f() { match x { 0 => { 1 }\nfn g() { 2 }",
		"fn f() {\n  if (x) { 1\n}\nfn dsp() { 2 }\nfn h() { 3 }",
		"let f = |x:float|string,int x",
	} {
		_, ds := parse(text)
		if n := len(ds.All); n != 1 && text != "fn f(){ 1 } } } ) ]" {
			t.Errorf("%s\nhas %d errors:\n%s", text, n, errors(text))
		}
	}
}

func TestBracketsThatAreNotClosedAreNamed(t *testing.T) {
	checkErrors(t, []row{
		{"fn dsp(){ 1", "1:12: error: Unexpected end of input, expected `}` [P02]\n1:9: note: the `{` opened here is not closed"},
		{"fn dsp(){ f(1, [2\n\n", "1:18: error: Unexpected end of input, expected `,` or `]` [P02]\n1:16: note: the `[` opened here is not closed"},
		{"fn dsp(){ f(1, [2 }", "1:19: error: Expected `,` or `]`, found `}` [P01]\n1:16: note: the `[` opened here is not closed"},
		{"fn dsp(){ a[1 }", "1:15: error: Expected `]`, found `}` [P01]\n1:12: note: the `[` opened here is not closed"},
		{"fn dsp(){ foo({ 1 ) }", "1:19: error: Expected `}`, found `)` [P01]\n1:15: note: the `{` opened here is not closed"},
		{"match x { 0 => 1", "1:17: error: Unexpected end of input, expected `}` [P02]\n1:9: note: the `{` opened here is not closed"},
		{"let t: (float, int = 1", "1:20: error: Expected `,` or `)`, found `=` [P01]\n1:8: note: the `(` opened here is not closed"},
	})
	checkErrors(t, []row{
		{"fn f() {\n  if (x) { 1\n}\nfn dsp() { 2 }\nlet = 3", "5:5: error: Expected pattern (identifier, tuple, or record), found `=` [P01]\n" +
			"5:8: error: Unexpected end of input, expected `}` [P02]\n1:8: note: the `{` opened here is not closed\n4:1: note: perhaps it should be closed before this `fn`"},
	})
}

func TestErrorsAreCappedWithANote(t *testing.T) {
	for name, text := range map[string]string{
		"syntax":     strings.Repeat("let = 1\n", 1000),
		"characters": strings.Repeat("§ ", 1000),
		"both":       strings.Repeat("let = §\n", 1000),
		"closers":    strings.Repeat("let = )\n", 1000),
	} {
		_, ds := parse(text)
		if len(ds.All) != maxErrors {
			t.Errorf("%s: %d errors", name, len(ds.All))
		}
		noted := 0
		for _, d := range ds.All {
			noted += len(d.Notes)
		}
		if noted != 1 {
			t.Errorf("%s: %d notes", name, noted)
		}
	}
}

// within fails if f needs longer than the limit each time that it is tried: what
// else the machine does comes and goes.
func within(t *testing.T, limit time.Duration, name string, f func()) {
	t.Helper()
	var took time.Duration
	for range 4 {
		start := time.Now()
		f()
		if took = time.Since(start); took <= limit {
			return
		}
	}
	t.Errorf("%s took %v", name, took)
}

func TestDeepNestingIsAnErrorAtOnce(t *testing.T) {
	const n = 100_000
	rep := strings.Repeat
	for _, text := range []string{
		rep("(", n), rep("[", n), rep("{", n), rep("(", n) + "1" + rep(")", n), rep("{", n) + rep("}", n), rep("[", n) + rep("]", n),
		rep("([{", n), rep("([{", n) + rep("}])", n), rep("f(", n), rep("f(", n) + rep(")", n), rep("a[", n),
		rep("- ", n) + "1", rep("$", n) + "a", rep("`", n) + "a", rep("|x| ", n) + "x", rep("if ", n), rep("if (a) ", n),
		rep("if (a) b else ", n) + "c", rep("match a { 0 => ", n), rep("match ", n), rep("{a = ", n), rep("m!(", n), rep("let a = {", n),
		"let a : " + rep("(", n), "let a : " + rep("(", n) + rep(")", n), "let a : " + rep("[", n), "let a : " + rep("`", n),
		"let a : " + rep("() -> ", n), "let a : " + rep("{a:", n), "let " + rep("(", n), "let " + rep("{a=", n), "match a { " + rep("(", n),
		"match a { C" + rep("(", n), rep("mod m {", n), rep("fn f(){", n), rep("fn f(a=|x|{", n), rep("{ let f = |x| ", n),
		"x" + rep("+ 1", n), "f" + rep("()", n), "a" + rep("[1]", n), "a" + rep(".b", n), "a" + rep(" |> b", n),
		rep("(", n) + rep("]", n), rep("a = ", n), rep("|", n), rep("type T = A(", n), rep("use a::{", n),
	} {
		name := text[:min(len(text), 24)]
		within(t, time.Second, name, func() {
			f, ds := parse(text)
			if !ds.HasErrors() {
				t.Errorf("%s: no error", name)
			}
			checkSpans(t, f)
		})
	}
	checkErrors(t, []row{
		{rep("(", 2000) + "1" + rep(")", 2000) + "\nlet = 1", "1:1001: error: Nesting is deeper than 1000 levels [P08]\nhelp: name the parts with let\n2:5: error: Expected pattern (identifier, tuple, or record), found `=` [P01]"},
		{"1" + rep(" + 1", 20000) + "\nlet = 1", "1:40007: error: An expression is built of more than 10000 parts in a chain [P08]\nhelp: name the parts with let\n2:5: error: Expected pattern (identifier, tuple, or record), found `=` [P01]"},
	})
	for _, text := range []string{
		rep("(", 900) + "1" + rep(")", 900), "1" + rep(" + 1", 9000), rep("if (a) b else ", 9000) + "c", rep("1 + 2\n", 20000),
	} {
		if _, ds := parse(text); ds.HasErrors() {
			t.Errorf("%.20s: %s", text, errors(text))
		}
	}
}

func TestLargeInputsAreAnsweredWithinASecond(t *testing.T) {
	const size = 10 << 20
	for _, unit := range []string{
		"fn voice(freq, gain){ let p = self + freq / samplerate\n sin(p * 6.283) * gain }\n", "1 ", "a+", "// comment\n", "(a) ", "{", "(", ")", "\"",
		"§ ", "\x00", "abcdefgh", "123456789", "/*", "let = 1\n", "f(1,, 2)\n", "\n", ";", "|", "é",
	} {
		text := strings.Repeat(unit, size/len(unit))
		within(t, time.Second, fmt.Sprintf("10 MB of %q", unit), func() { parse(text) })
	}
}

func TestAFileWithTooManyTokensIsAnError(t *testing.T) {
	text := strings.Repeat("1\n", maxTokens+10)
	f, ds := parse(text)
	if len(ds.All) != 1 || ds.All[0].Code != diag.TooLarge {
		t.Errorf("got %s", errors(text))
	}
	if len(f.Stmts) != 0 {
		t.Errorf("%d statements were read", len(f.Stmts))
	}
	if _, ds := parse(text[:2*(maxTokens-1)]); ds.HasErrors() {
		t.Error("a file below the limit has an error")
	}
}
