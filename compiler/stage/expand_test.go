package stage

import (
	"context"
	"strings"
	"testing"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// parse reads a program that has no syntax errors.
func parse(text string) *syntax.File {
	src, _, _ := source.NewFile("main.mmm", text)
	ds := &diag.List{}
	return syntax.Parse(src, ds)
}

// expanded runs a program's macro stage and checks what comes out.
func expanded(text string) (file *syntax.File, printed string, ds *diag.List) {
	ds = &diag.List{}
	p := Flatten(parse(text), Files{}, ds)
	info := types.CheckProgram(p.File, types.Options{Modules: p.Modules}, ds)
	if ds.HasErrors() {
		return nil, "", ds
	}
	file, ok := Expand(context.Background(), p, info, func(s string) { printed += s }, ds)
	if ok {
		types.CheckProgram(file, types.Options{Modules: p.Modules}, ds)
		ds.Unique()
	}
	return file, printed, ds
}

const macro, main = "#stage(macro)\n", "\n#stage(main)\n"

func TestCodeTakesThePlaceOfSplices(t *testing.T) {
	for _, c := range []struct{ name, program, want string }{
		{"a quote", macro + "fn m(){ `(1 + 2) }" + main + "m!()", "(paren (+ 1 2))"},
		{"a splice", "$(`3)", "3"},
		{"an argument", macro + "fn m(e){ `{ $e * $e } }" + main + "m!(`(4))", "(block (* (paren 4) (paren 4)))"},
		{"a number", "$(lift(0 - 1.5))", "-1.5"},
		{"infinity", "$(lift(1/0))", "inf"},
		{"a string", "$(lift(\"a\\b\"))", `"a\\b"`},
		{"an array", "$([[1],[2,3],[]] |> lift)", "(array (array 1) (array 2 3) (array))"},
		{"an array of tuples", "$([(1,\"s\"),(2,\"t\")] |> lift)", `(array (tuple 1 "s") (tuple 2 "t"))`},
		{"a record in canonical order", "$(lift({b=1,a=(2,3)}))", "(record (a (tuple 2 3)) (b 1))"},
		{"unit", "$(lift({}))", "(block)"},
		{"nothing", macro + "fn m(){ {} }" + main + "m!()", "(block)"},
		{"an array of codes", "$([`1, `(2+3)] |> lift_array_code)", "(array 1 (paren (+ 2 3)))"},
		{"a pattern, an annotation and a default survive", macro + "fn m(){ `{ let {a=x, b=(y,_)} : {a:float,b:(float,float)} = {a=1,b=(2,3)}\nx } }" + main + "m!()",
			"(block (let (record (a x) (b (tuple y _))) (: (record (a float) (b (tuple float float)))) (record (a 1) (b (tuple 2 3)))) x)"},
		{"a match survives", macro + "fn m(e){ `{ match ($e,1) { (0,_) => 1, (x,y) => x } } }" + main + "m!(`2)", "(block (match (tuple 2 1) (=> (tuple 0 _) 1) (=> (tuple x y) x)))"},
		{"an update and a partial record survive", "fn f(a=1,b=2){a}\n" + macro + "fn m(e){ `{ let r = {a=1}\nlet s = {r <- a = $e}\nf({a=s.a,..}) } }" + main + "m!(`2)",
			"(block (let r (record (a 1))) (let s (update r (a 2))) (call f (record (a (field s a)) ..)))"},
		{"a function with splices", macro + "fn m(n){ let k = lift(n)\n`|x| x * $k }" + main + "m!(3)", "(lambda (x) (* x 3))"},
		{"a recursion", macro + "fn pw(n,x){ if (n>1) `{ $x * $(pw(n-1,x)) } else x }" + main + "pw!(3,`2)", "(block (* 2 (block (* 2 2))))"},
		{"code of code in its order", macro + "let c = 0\nfn nx(){ c = c+1\nc |> lift }\nfn m(){ `($(nx()) + $(nx()) * $(nx())) }" + main + "(m!(), nx!())",
			"(tuple (paren (+ 1 (* 2 3))) 4)"},
		{"a statement before a macro and one behind it", macro + "let c = 1\nfn f(){ c |> lift }" + main + "f!()" + "\n" + macro + "c = 5" + main + "f!()", "5"},
		{"a closure that makes code", macro + "fn m(f){ f(`2) }" + main + "{ let y = 1\nm!(|e| `($e + y)) }", "(block (let y 1) (paren (+ 2 y)))"},
		{"a placeholder", "fn s(a,b){a-b}\n" + macro + "fn ap(f,x){ f(x) }" + main + "ap!(s(10,_),`3)", "(call s 10 3)"},
		{"two placeholders", "fn s(a,b){a-b}\n" + macro + "fn ap(f){ f(`1,`2) }" + main + "ap!(s(_,_))", "(call s 1 2)"},
		{"a placeholder of an operator", macro + "fn ap(f){ f(`1) }" + main + "(ap!(_ * 2), ap!(-_))", "(tuple (* 1 2) (prefix- 1))"},
		{"a macro pipe in the macro stage", macro + "fn half(x){ x / 2 }\nfn m(){ 8 ||> half(_) ||> _ + 1 |> lift }" + main + "m!()", "5"},
		{"a quote in the main stage does nothing", "1 + `(2)", "(+ 1 (paren (paren 2)))"},
		{"a control of a computed name", macro + "fn m(n){ Control(str_concat(\"c\",number_to_str(n)), n*2) }" + main + "m!(3)", `(macro-call Control "c3" 6)`},
		{"what is no number in a control is constant", "Control!(\"c\", {a=(1,2),s=\"x\",t=[1]})", `(record (a (macro-call Control "c.a" (tuple 1 2))) (s "x") (t (array 1)))`},
		{"a control with constants needs no macro stage", "Control!(\"c\", 1/4)", `(macro-call Control "c" (/ 1 4))`},
		{"probes, sliders and notes", macro + "fn p(){ Probe(\"a\") } fn s(){ Slider(\"s\",1,0,2) } fn n(){ midi_note_mono(0,60,1) } fn w(){ ProbeValueWith(\"w\",(0,0)) }" + main + "(p!(), s!(), n!(), w!())",
			`(tuple (macro-call Probe "a") (macro-call Slider "s" 1 0 2) (macro-call midi_note_mono 0 60 1) (macro-call ProbeValueWith "w" (tuple 0 0)))`},
		{"sums and records at the macro stage", "type T = A | B(float)\n" + macro + "fn m(t){ match t { A => `1, B(x) => lift(x) } }" + main + "(m!(A), m!(B(7)))", "(tuple 1 7)"},
		{"names of modules", "mod m { fn g(x){x}\n#stage(macro)\npub fn f(){ `g(1) } }\nm::f!()", "(call m::g 1)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, _, ds := expanded(c.program)
			if ds.HasErrors() || file == nil {
				t.Fatalf("%s\n%s: %s", c.program, found(ds), messages(ds))
			}
			if got := meaning(&Program{File: file}); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", c.program, got, c.want)
			}
		})
	}
}

func TestStringsOfTheMacroStage(t *testing.T) {
	for expr, want := range map[string]string{
		`str_length("héllo")`:                       "5",
		`str_take("héllo", 2.9)`:                    `"hé"`,
		`str_take("ab", 0-1)`:                       `""`,
		`str_drop("héllo", 2)`:                      `"llo"`,
		`str_drop("ab", 1/0)`:                       `""`,
		`str_slice("héllo", 1, 3)`:                  `"él"`,
		`str_slice("héllo", 3, 1)`:                  `""`,
		`str_slice("héllo", 3, 99)`:                 `"lo"`,
		`str_char_at("héllo", 1)`:                   `"é"`,
		`str_concat("a", str_concat("", "b"))`:      `"ab"`,
		`str_eq("a", "a") + str_eq("a", "b") * 10`:  "1",
		`str_to_number("-12.5e1")`:                  "-125",
		`str_to_number(".5") + str_to_number("5.")`: "5.5",
		`str_to_number("-InFinity")`:                "-inf",
		`str_to_number("1e999")`:                    "inf",
		`number_to_str(0.1)`:                        `"0.1"`,
		`number_to_str(10000000000000000000000)`:    `"10000000000000000000000"`,
		`number_to_str(0/0)`:                        `"NaN"`,
		`number_to_str(str_to_number("-0"))`:        `"-0"`,
	} {
		file, _, ds := expanded("$(" + expr + " |> lift)")
		if ds.HasErrors() {
			t.Errorf("%s: %s", expr, messages(ds))
			continue
		}
		if got := meaning(&Program{File: file}); got != want {
			t.Errorf("%s = %s, want %s", expr, got, want)
		}
	}
}

func TestMacrosThatFailAreReportedAtTheirOutermostCall(t *testing.T) {
	for _, c := range []struct{ name, program, want, says string }{
		{"a recursion without end", macro + "fn f(n){ f(n+1) }\nfn g(){ f(1) }" + main + "let a = g!()", "E52 5:9", "10000 calls inside each other"},
		{"more steps than allowed", macro + "fn f(n){ if (n>0) {f(n-1)+f(n-1)} else {1} }" + main + "let a = $(f(60) |> lift)", "E52 4:9", "50000000 steps"},
		{"code that doubles", macro + "fn f(n){ if (n>0) { let r = f(n-1)\n`($r+$r) } else `1 }" + main + "let a = f!(40)", "E52 5:9", "too large"},
		{"code that is nested too deeply", macro + "fn f(n,e){ if (n>0) { f(n-1,`(-$e)) } else e }" + main + "let a = f!(9000,`1)", "E52 4:9", "nested too deeply"},
		{"a macro-stage statement", macro + "fn f(n){ f(n) }\nlet x = f(1)", "E52 3:1", ""},
		{"a string that is no number", macro + "fn f(s){ str_to_number(s) |> lift }" + main + "let a = f!(\"1 2\")", "E52 4:9", "note: it happened here"},
		{"a hexadecimal string", "$(str_to_number(\"0x10\") |> lift)", "E52 1:1", ""},
		{"a character that is not there", "$(str_char_at(\"abc\",3) |> lift)", "E52 1:1", `there is no character 3 in "abc"`},
		{"the head of an empty array", "$({ let (h,r) = split_head([])\nh |> lift })", "E52 1:1", "`split_head` of an empty array"},
		{"the tail of an empty array", macro + "fn f(xs){ let (r,l) = split_tail(xs)\nl |> lift }" + main + "f!([])", "E52 5:1", ""},
		{"a control that starts at infinity", macro + "fn f(x){ Control(\"c\", 1/x) }" + main + "f!(0)", "E44 4:1", ""},
		{"a slider the wrong way round", macro + "fn f(x){ Slider(\"c\", 0, x, 0) }" + main + "f!(1)", "E44 4:1", ""},
		{"lifting a function behind a parameter", macro + "fn f(x){ x |> lift }" + main + "f!(|x| x)", "E01 2:10", ""},
		{"code of another type in its place", macro + "fn f(c){ if (c) `1 else `2 }" + main + "let a = f!(1) + \"s\"", "E01 4:17", ""},
		{"code that leaves the scope of its variable", macro + "let k = `1\nfn keep(e){ k = e\n`0 }" + main + "fn f(x){ keep!(`x) }\nlet a = $k", "E16 6:17", ""},
		{"a delay of no literal size", macro + "fn f(e){ `{ |x| delay($e, x, 1) } }" + main + "let a = f!(`(1+1))", "E39 4:13", ""},
		{"a piece of code with a mistake, spliced twice, is reported once", macro + "fn f(){ `(zz + 1) }\nfn zz(){ 1 }" + main + "(f!(), f!())", "E16 2:11", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, ds := expanded(c.program)
			ds.Sort()
			if got := found(ds); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s\n%s", c.program, got, c.want, messages(ds))
			}
			if got := messages(ds); !strings.Contains(got, c.says) {
				t.Errorf("%s\ngot  %s\nwant %s", c.program, got, c.says)
			}
		})
	}
}

func TestTheMacroStagePrintsWhileCompiling(t *testing.T) {
	_, printed, ds := expanded(macro + "let a = probeln(1/4)\nfn m(x){ probe(x) |> lift }" + main + "fn dsp(){ m!(1) + m!(0-2) + probeln(3) }")
	if printed != "0.25\n1-2" || ds.HasErrors() {
		t.Errorf("printed %q: %s", printed, messages(ds))
	}
}

func TestLargeTablesAreMade(t *testing.T) {
	file, _, ds := expanded(macro + "fn t(n){ if (n>0) append(t(n-1),n) else [] }" + main + "let a = $(t(3000) |> lift)")
	if ds.HasErrors() {
		t.Fatal(messages(ds))
	}
	array, ok := file.Stmts[len(file.Stmts)-1].(*syntax.Let).Value.(*syntax.Array)
	if !ok || len(array.Elems) != 3000 || array.Elems[2999].(*syntax.Number).Value != 3000 {
		t.Errorf("the table has not the elements 1 to 3000")
	}
}

func TestEveryPieceOfTheProgramHasItsOwnNodes(t *testing.T) {
	file, _, ds := expanded("fn m_(x){x}\n" + macro + "fn m(e){ `{ let a = $e\nlet f = |x| match x { 0 => $e, y => y }\nf(a) } }" + main + "(m!(`(1+2)), m!(`(3+4)), m!(`m_(1)))")
	if ds.HasErrors() {
		t.Fatal(messages(ds))
	}
	seen := map[syntax.Node]bool{}
	for _, s := range file.Stmts {
		syntax.Walk(s, func(n syntax.Node) bool {
			if seen[n] {
				t.Errorf("%T at %d stands in two places", n, n.Span().Start)
			}
			seen[n] = true
			return true
		}, nil)
	}
}

func TestExpansionKeepsThePositionsOfTheText(t *testing.T) {
	text := macro + "fn m(e){ `($e + 1) }" + main + "m!(`now)"
	file, _, _ := expanded(text)
	last := file.Stmts[len(file.Stmts)-1]
	var got []string
	syntax.Walk(last.(*syntax.ExprStmt).X, func(n syntax.Node) bool {
		got = append(got, n.Span().Text())
		return true
	}, nil)
	if want := "($e + 1)|$e + 1|now|1"; strings.Join(got, "|") != want {
		t.Errorf("got %s, want %s", strings.Join(got, "|"), want)
	}
}
