package syntax

import "testing"

func TestDeclarations(t *testing.T) {
	checkTrees(t, []row{
		{"fn f(x, y:float = 2, z = 1 + 2,) -> float { x }", "(fn f (x (param y (: float) (= 2)) (param z (= (+ 1 2)))) (-> float) (block x))"},
		{"fn f { 1 }", "(fn f () (block 1))"},
		{"fn f(){ }", "(fn f () (block))"},
		{"fn f(){ x = 1 }", "(fn f () (block (= x 1)))"},
		{"macro m(x){ `$x }", "(macro m (x) (block (quote (splice x))))"},
		{"pub fn f(){1} pub let x = 1 pub mod m", "(pub (fn f () (block 1)))\n(pub (let x 1))\n(pub (mod-file m))"},
		{"pub x + 1", "(+ x 1)"},
		{"let (a, {b = c, d = (e, _)}) : (float, T) = x", "(let (tuple a (record (b c) (d (tuple e _)))) (: (tuple float T)) x)"},
		{"let _ = f()", "(let _ (call f))"},
		{"letrec f = |x| f(x)", "(letrec f (lambda (x) (call f x)))"},
		{`include("a b.mmm")`, `(include "a b.mmm")`},
		{"#stage(macro) #stage(main)", "(stage macro)\n(stage main)"},
		{"# stage ( main )", "(stage main)"},
		{"mod m { fn f(){1} mod n { let x = 1 } }", "(mod m (fn f () (block 1)) (mod n (let x 1)))"},
		{"mod m\n{ 1 }", "(mod m 1)"},
		{"use a use a::b use a::b::* use a::{b, c} use a::{}", "(use a)\n(use a::b)\n(use a::b *)\n(use a (b c))\n(use a ())"},
		{"pub use a::{b}", "(pub (use a (b)))"},
		{"type T = A | B(float) | C(float, T,)", "(type T A (B float) (C float T))"},
		{"pub type rec L = Nil | Cons(a, L)", "(pub (type-rec L Nil (Cons a L)))"},
		{"type alias T = (float) -> {a: float, b: [m::T]}", "(type-alias T (fn (float) (record (a float) (b (array m::T)))))"},
		{"type alias F = ((a,b)) -> c", "(type-alias F (fn (a b) c))"},
		{"type alias F = () -> ()", "(type-alias F (fn () (tuple)))"},
		{"type alias F = (a) -> (b) -> c|d", "(type-alias F (fn (a) (fn (b) (union c d))))"},
		{"type alias U = float | (int, string,) | ((float)->float) | `[a]", "(type-alias U (union float (tuple int string) (fn (float) float) (code (array a))))"},
		{"type alias U = (float) | {}", "(type-alias U (union float (record)))"},
		{"type alias U = (float,)", "(type-alias U (tuple float))"},
		{"let x : float | string = 1", "(let x (: (union float string)) 1)"},
		{"let x : `(float)->float = f", "(let x (: (code (fn (float) float))) f)"},
	})
	checkErrors(t, []row{
		{"fn f(,a){a}", "1:6: error: Expected identifier, found `,` [P01]"},
		{"fn f((a,b)){a}", "1:6: error: Expected identifier, found `(` [P01]"},
		{"fn f(_){1}", "1:6: error: Expected identifier, found keyword `_` [P01]\nhelp: `_` is a reserved word; choose another name"},
		{"fn (x){ let = 1 }", "1:4: error: Expected identifier, found `(` [P01]\nhelp: a function without a name is written |x| e\n1:13: error: Expected pattern (identifier, tuple, or record), found `=` [P01]"},
		{"fn f() 3", "1:8: error: Expected `{`, found `3` [P01]\nhelp: the body of a function is a block: fn f(x) { … }"},
		{"fn f() = { let = 1 }", "1:8: error: Expected `{`, found `=` [P01]\nhelp: the body follows directly: fn f(x) { … }\n1:16: error: Expected pattern (identifier, tuple, or record), found `=` [P01]"},
		{"fn main(){ 1 }", "1:4: error: Expected identifier, found keyword `main` [P01]\nhelp: `main` is a reserved word; choose another name"},
		{"let stage = 1", "1:5: error: Expected pattern (identifier, tuple, or record), found keyword `stage` [P01]\nhelp: `stage` is a reserved word; choose another name"},
		{"letrec f : float = 1", "1:10: error: Expected `=`, found `:` [P01]\nhelp: letrec takes no annotation; annotate the parameters"},
		{"let {a: x} = r", "1:7: error: Expected `=`, found `:` [P01]\nhelp: a record pattern names the field and what it binds: {a = x}"},
		{"type T = float", "1:10: error: Expected constructor name, found keyword `float` [P01]\nhelp: to name a type write: type alias T = …"},
		{"type T = A()", "1:12: error: Expected type, found `)` [P01]\nhelp: a constructor without payload is written without parentheses"},
		{"use a::{b,}", "1:11: error: Expected identifier, found `}` [P01]\nhelp: no comma may stand behind the last name here"},
		{"use a::{b::c, d}", "1:10: error: Expected `,` or `}`, found `::` [P01]"},
		{"include(a)", "1:9: error: Expected string literal, found `a` [P01]\nhelp: include takes the file's path: include(\"voices.mmm\")"},
		{"#stage main", "1:8: error: Expected `(`, found keyword `main` [P01]"},
		{"#foo", "1:2: error: Expected `stage`, found `foo` [P01]"},
		{"struct S {}", "1:1: error: Expected expression, found keyword `struct` [P01]\nhelp: `struct` is reserved and not used; write {a = 1} for a record, type alias for its type"},
		{"let x : A -> B = 1", "1:11: error: Expected `=`, found `->` [P01]"},
		{"fn f(x:){ let = 2 }", "1:8: error: Expected type, found `)` [P01]\n1:15: error: Expected pattern (identifier, tuple, or record), found `=` [P01]"},
	})
}

func TestDeclarationsInBlocksAreRejectedAndRead(t *testing.T) {
	const want = "declaration not allowed inside a block; use `let f = |x| …` or `letrec` [P07]"
	for _, decl := range []string{
		"fn f(x){x}", "macro f(x){x}", "mod m {1}", "use a::b", "type T = A", "type alias T = float", `include("a")`, "#stage(main)",
	} {
		if got := errors("fn dsp(){ " + decl + " 1 }"); got != "1:11: error: "+want {
			t.Errorf("%s: %s", decl, got)
		}
	}
	if got := errors("fn dsp(){ pub fn f(){1} 1 }"); got != "1:15: error: "+want {
		t.Error(got)
	}
	checkTrees(t, []row{
		{"fn dsp(){ pub let x = 1 x }", "(fn dsp () (block (pub (let x 1)) x))"},
	})
	f, _ := parse("fn dsp(){ fn g(x){x} g(1) }")
	if s, ok := f.Stmts[0].(*Fn).Fun.Body.(*Block).Stmts[0].(*LetRec); !ok || s.Name.Name != "g" {
		t.Error("the name of a function in a block is not known behind it")
	}
}

func TestHintsOfOperators(t *testing.T) {
	checkErrors(t, []row{
		{"if (a<-1) 2 else 3", "1:6: error: Expected `,` or `)`, found `<-` [P01]\nhelp: `<-` begins a record update; to compare with a negative number put a space between: a < -1"},
		{"{ a<-1 }", "1:6: error: Expected identifier, found `1` [P01]\nhelp: `<-` begins a record update; to compare with a negative number put a space between: a < -1"},
		{"2--3", "1:3: error: Consecutive operators without whitespace are not allowed [P03]\nhelp: put a space between: - -"},
		{"2*-1", "1:3: error: Consecutive operators without whitespace are not allowed [P03]\nhelp: put a space between: * -"},
		{"2^-1", "1:3: error: Consecutive operators without whitespace are not allowed [P03]\nhelp: put a space between: ^ -"},
		{"-+3", "1:2: error: Consecutive operators without whitespace are not allowed [P03]\nhelp: put a space between: - +"},
		{"a += 1", "1:4: error: Expected expression, found `=` [P01]\nhelp: there is no `+=`; write x = x + y"},
		{"a++\nb++", "1:3: error: Consecutive operators without whitespace are not allowed [P03]\nhelp: put a space between: + +\n2:3: error: Consecutive operators without whitespace are not allowed [P03]\nhelp: put a space between: + +"},
		{"!a", "1:1: error: Expected expression, found `!` [P01]\nhelp: there is no logical not; write c <= 0"},
		{"f(1e3)", "1:4: error: Expected `,` or `)`, found `e3` [P01]\nhelp: numbers are written with decimal digits and at most one point: no exponent, hexadecimal or _"},
		{"[007]", "1:3: error: Expected `,` or `]`, found `0` [P01]\nhelp: a number does not begin with a superfluous 0"},
		{"1.", "1:3: error: Unexpected end of input, expected field name or index [P02]"},
		{"f(1; 2)", "1:6: error: Expected `,` or `)`, found `2` [P01]\nhelp: `;` is only a line break; separate with `,`"},
		{"a ? b", "1:3: error: Unexpected character `?` [P04]\nhelp: a conditional is written: if (c) a else b"},
		{"a & b", "1:3: error: Unexpected character `&` [P04]\nhelp: the logical and is written &&"},
		{"1\u00a0+ 2\x1b", "1:2: error: Unexpected character U+00A0 [P04]\nhelp: this is a no-break space; use an ordinary space\n1:6: error: Unexpected character U+001B [P04]"},
	})
}
