package syntax

import "testing"

func TestTokensAreReadInTheOrderOfTheTable(t *testing.T) {
	checkTrees(t, []row{
		{"1 // a /* b\n2 /// c\r3", "1\n2\n3"},
		{"1 /* a\n /* b */ (2)", "(call 1 2)"}, // a newline in a comment is no line break
		{"f /* */ (2)", "(call f 2)"},
		{"1\u00852\u20283\u20294\v5\f6\r\n7", "1\n2\n3\n4\n5\n6\n7"},
		{"f\u2028(2)", "f\n(paren 2)"},
		{`"a\n"`, `"a\\n"`},
		{"\"a\nb\"", `"a\nb"`},
		{`""`, `""`},
		{"007", "0\n0\n7"},
		{"00.1", "0\n0.1"},
		{"1.5", "1.5"},
		{"0.50", "0.50"},
		{"1e3", "1\ne3"},
		{"0x10", "0\nx10"},
		{"1_000", "1\n_000"},
		{"_x __ _1", "_x\n__\n_1"},
		{"größe 音量 ñ1 αβ", "größe\n音量\nñ1\nαβ"},
		{"a>-1", "(> a (prefix- 1))"},
		{"a < -1", "(< a (prefix- 1))"},
		{"a<=b>=c", "(>= (<= a b) c)"},
		{"a==b!=c", "(!= (== a b) c)"},
		{"a|>b||>c||d", "(||> (|> a b) (|| c d))"},
		{"dsp as true false return for", "dsp\nas\ntrue\nfalse\nreturn\nfor"},
		{"\ufeff1", "1"},
		{"", ""},
		{" \t\r\n;;\n", ""},
	})
}

func TestProjectionsAreSplitFromFloats(t *testing.T) {
	checkTrees(t, []row{
		{"t.0", "(proj t 0)"},
		{"t.0.1", "(proj (proj t 0) 1)"},
		{"t.0.1.2", "(proj (proj (proj t 0) 1) 2)"},
		{"t.0.1.2.3", "(proj (proj (proj (proj t 0) 1) 2) 3)"},
		{"t.a.0.1", "(proj (proj (field t a) 0) 1)"},
		{"t.99999999999", "(proj t 2147483647)"},
		{"t.0(4)", "(call (proj t 0) 4)"},
	})
}

func TestPrecedenceAndAssociativity(t *testing.T) {
	checkTrees(t, []row{
		{"-2^2", "(^ (prefix- 2) 2)"},
		{"2^3^2", "(^ (^ 2 3) 2)"},
		{"a^b@c", "(^ a (@ b c))"},
		{"1 < 2 == 1", "(== (< 1 2) 1)"},
		{"1 && 0 || 1", "(|| (&& 1 0) 1)"},
		{"1 || 0 && 1", "(|| 1 (&& 0 1))"},
		{"a + b * c - d / e % f", "(- (+ a (* b c)) (% (/ d e) f))"},
		{"a - b - c", "(- (- a b) c)"},
		{"a == b && c <= d", "(&& (== a b) (<= c d))"},
		{"x |> f ||> g |> h", "(|> (||> (|> x f) g) h)"},
		{"x |> a || b", "(|> x (|| a b))"},
		{"- + - x", "(prefix- (prefix+ (prefix- x)))"},
		{"-f(x)", "(prefix- (call f x))"},
		{"$f(x)", "(splice (call f x))"},
		{"($f)(x)", "(call (paren (splice f)) x)"},
		{"$r.a", "(splice (field r a))"},
		{"`x + 1 |> f", "(quote (|> (+ x 1) f))"},
		{"`a = b", "(quote (= a b))"},
		{"a + `b * c", "(+ a (quote (* b c)))"},
		{"`{f}(x)", "(quote (block f))\n(paren x)"},
		{"(`{f})(x)", "(call (paren (quote (block f))) x)"},
		{"`{f} + 1", "(+ (quote (block f)) 1)"},
		{"`{a = 1}", "(quote (block (= a 1)))"},
		{"a = b |> c", "(= a (|> b c))"},
		{"r.a.b = e", "(= (field (field r a) b) e)"},
		{"let a = b = c", "(let a (= b c))"},
		{"up@(now+10)", "(@ up (paren (+ now 10)))"},
		{"f@-1", "(@ f (prefix- 1))"},
		{"2 - -3", "(- 2 (prefix- 3))"},
		{"2 * -1", "(* 2 (prefix- 1))"},
		{"2*(-1)", "(* 2 (paren (prefix- 1)))"},
		{"f()(3)[0].a.1", "(proj (field (index (call (call f) 3) 0) a) 1)"},
	})
}

func TestLineBreaksEndPostfixChainsAndNothingElse(t *testing.T) {
	checkTrees(t, []row{
		{"f (2)", "(call f 2)"},
		{"f\n(2)", "f\n(paren 2)"},
		{"f;(2)", "f\n(paren 2)"},
		{"f // c\n[2]", "f\n(array 2)"},
		{"let a = 5\n-a", "(let a (- 5 a))"},
		{"let b = 1;\n+ 2", "(let b (+ 1 2))"},
		{"x\n|> f\n||> g(_, 1)", "(||> (|> x f) (call g _ 1))"},
		{"a\n= 1", "(= a 1)"},
		{"r.\na", "(field r a)"},
		{"let a = 1 let b = 2 a*b", "(let a 1)\n(let b 2)\n(* a b)"},
		{"{ 1 2 3 }", "(block 1 2 3)"},
		{"{ x; }", "(block x)"},
		{"m\n!\n(1)", "(macro-call m 1)"},
		{"a\n::\nb", "a::b"},
		{"(f\n,(2))", "(tuple f (paren 2))"},
		{"fn dsp(){ 1\n+ 2\n* 3 }", "(fn dsp () (block (+ 1 (* 2 3))))"},
		{"fn dsp(){ let t = ((1,2),3)\nt.0.1 }", "(fn dsp () (block (let t (tuple (tuple 1 2) 3)) (proj (proj t 0) 1)))"},
	})
	checkErrors(t, []row{
		{"g(f\n(2))", "2:1: error: Expected `,` or `)`, found `(` [P01]"},
		{"x\n.a", "2:1: error: Expected expression, found `.` [P01]\nhelp: a line break ends an expression before `.`; write the access on the same line"},
	})
}

func TestParenthesesAndBraces(t *testing.T) {
	checkTrees(t, []row{
		{"(a)", "(paren a)"},
		{"(a,)", "(tuple a)"},
		{"(a,b,)", "(tuple a b)"},
		{"([1,2])", "(paren (array 1 2))"},
		{"({a=1,b=2})", "(paren (record (a 1) (b 2)))"},
		{"(|x,y| x)", "(paren (lambda (x y) x))"},
		{"(f(a,b))", "(paren (call f a b))"},
		{"(a = 1, b)", "(tuple (= a 1) b)"},
		{"[]", "(array)"},
		{"[a, b,]", "(array a b)"},
		{"f(a, b,)", "(call f a b)"},
		{"a[b = c]", "(index a (= b c))"},
		{"{}", "(block)"},
		{"{a}", "(block a)"},
		{"{{a=1}}", "(block (record (a 1)))"},
		{"{b = 2, a = 1, b = 3}", "(record (a 1) (b 2) (b 3))"},
		{"{a = 1,}", "(record (a 1))"},
		{"{a = 1, ..}", "(record (a 1) ..)"},
		{"{a=1,..}", "(record (a 1) ..)"},
		{"{..}", "(record ..)"},
		{"{r <- b = 1, a = 2,}", "(update r (a 2) (b 1))"},
		{"{a == 1}", "(block (== a 1))"},
		{"{a.b = 1}", "(block (= (field a b) 1))"},
		{"{a = b = c}", "(record (a (= b c)))"},
		{"let y = {\n x = 5 }", "(let y (record (x 5)))"},
		{"m!()", "(macro-call m)"},
		{"p::m!(`x, y = 1,)", "(macro-call p::m (quote x) (= y 1))"},
		{"m!(a)(b)", "(call (macro-call m a) b)"},
		{"a::b::c(1)", "(call a::b::c 1)"},
	})
	checkErrors(t, []row{
		{"()", "1:2: error: Expected expression, found `)` [P01]\nhelp: the unit value is written {}"},
		{"f(a = 1)", "1:5: error: Expected `,` or `)`, found `=` [P01]\nhelp: arguments are named by passing a record: f({a = 1})"},
		{"{.., a = 1}", "1:4: error: Expected `}`, found `,` [P01]\nhelp: `..` stands last in a record"},
		{"{a = 1 ..}", "1:8: error: Expected `,` or `}`, found `..` [P01]"},
		{"{r <- }", "1:7: error: Expected identifier, found `}` [P01]\nhelp: name the fields that change: {r <- a = 1}"},
		{"{r.a <- b = 1}", "1:6: error: Expected expression, found `<-` [P01]\nhelp: `<-` begins a record update; to compare with a negative number put a space between: a < -1"},
		{"{type=1}", "1:2: error: Expected identifier, found keyword `type` [P01]\nhelp: `type` is a reserved word; choose another name"},
		{"{ x = 5\n x }", "2:2: error: Expected `,` or `}`, found `x` [P01]\nhelp: `{ x =` begins a record; a block that begins with an assignment can stand only behind a function header, if, else, => or `"},
		{"a = b = c", "1:7: error: Expected end of the assignment, found `=` [P01]\nhelp: an assignment has no value; write the second one as a statement of its own"},
	})
}

func TestConditionals(t *testing.T) {
	checkTrees(t, []row{
		{"if c {1} else {2}", "(if c (block 1) (block 2))"},
		{"if (c) 1 else 2", "(if (paren c) 1 2)"},
		{"if x > 2 1 else 2", "(if (> x 2) 1 2)"},
		{"if (c) 1\nelse 2", "(if (paren c) 1 2)"},
		{"if (c) 1; else 2", "(if (paren c) 1 2)"},
		{"if (c) 1", "(if (paren c) 1)"},
		{"if (a) 1 else 2 + 3", "(if (paren a) 1 (+ 2 3))"},
		{"if (a) {1} else {2} + 3", "(+ (if (paren a) (block 1) (block 2)) 3)"},
		{"if (a) {1} + 3", "(+ (if (paren a) (block 1)) 3)"},
		{"if a {1} else if b {2} else {3} + 4", "(+ (if a (block 1) (if b (block 2) (block 3))) 4)"},
		{"if (a) if (b) 1 else 2 else 3", "(if (paren a) (if (paren b) 1 2) 3)"},
		{"if (c) x = 1 else x = 2", "(if (paren c) (= x 1) (= x 2))"},
		{"if c { x = 1 } else { x = 2 }", "(if c (block (= x 1)) (block (= x 2)))"},
		{"if c {{a=1}} else {{a=2}}", "(if c (block (record (a 1))) (block (record (a 2))))"},
		{"if (c) (x)\n2", "(if (call (paren c) x) 2)"},
		{"if (now % 2) c(1) else c(10)", "(if (paren (% now 2)) (call c 1) (call c 10))"},
	})
	checkErrors(t, []row{
		{"if (c) (x) else y", "1:12: error: Expected expression, found keyword `else` [P01]\n1:4: note: all of this was read as the condition\nhelp: write braces around the branches: if (c) {x} else {y}"},
		{"if (c) -2 else y", "1:11: error: Expected expression, found keyword `else` [P01]\n1:4: note: all of this was read as the condition\nhelp: write braces around the branches: if (c) {x} else {y}"},
		{"if (c) else y", "1:8: error: Expected expression, found keyword `else` [P01]"},
		{"else 1\nlet = 2", "1:1: error: Expected expression, found keyword `else` [P01]\nhelp: `else` belongs to an `if` right before it\n2:5: error: Expected pattern (identifier, tuple, or record), found `=` [P01]"},
	})
}

func TestLambdas(t *testing.T) {
	checkTrees(t, []row{
		{"| | e", "(lambda () e)"},
		{"|x| |y| e", "(lambda (x) (lambda (y) e))"},
		{"|x, y,| x*y", "(lambda (x y) (* x y))"},
		{"3 |> |x| x*2 |> |y| y+1", "(|> 3 (lambda (x) (|> (* x 2) (lambda (y) (+ y 1)))))"},
		{"3 |> |x| {x*2} |> |y| {y+1}", "(|> (|> 3 (lambda (x) (block (* x 2)))) (lambda (y) (block (+ y 1))))"},
		{"|x| {x*2}(3)", "(call (lambda (x) (block (* x 2))) 3)"},
		{"|x| {a = x}", "(lambda (x) (block (= a x)))"},
		{"|x| y = x", "(lambda (x) (= y x))"},
		{"f(|x| y = x, 2)", "(call f (lambda (x) (= y x)) 2)"},
		{"|x:float| x", "(lambda ((param x (: float))) x)"},
		{"|x:float| (x+1)", "(lambda ((param x (: float))) (paren (+ x 1)))"},
		{"|x:float| [x]", "(lambda ((param x (: float))) (array x))"},
		{"[|x:float| x, 1]", "(array (lambda ((param x (: float))) x) 1)"},
		{"|x:float|string| x", "(lambda ((param x (: (union float string)))) x)"},
		{"|x:Foo|int|float, y| x", "(lambda ((param x (: (union Foo int float))) y) x)"},
		{"|x:(float|Foo)| x", "(lambda ((param x (: (union float Foo)))) x)"},
		{"|f:(float)->float| f(1)", "(lambda ((param f (: (fn (float) float)))) (call f 1))"},
		{"|f:`float| f", "(lambda ((param f (: (code float)))) f)"},
		{"|x| -> float x", "(lambda (x) (-> float) x)"},
		{"|x:float|->float|string {x}", "(lambda ((param x (: float))) (-> (union float string)) (block x))"},
		{"|a|-1", "(lambda (a) (prefix- 1))"},
		{"|x| `{f}(x)", "(call (lambda (x) (quote (block f))) x)"},
	})
	checkErrors(t, []row{
		{"let f = || 3", "1:9: error: Expected expression, found `||` [P01]\nhelp: `||` is always the logical or; a function without parameters is written | | e, and one that returns a function |x| |y| e"},
		{"let f = |x||y| 3", "1:11: error: Expected `,` or `|`, found `||` [P01]\nhelp: `||` is always the logical or; a function without parameters is written | | e, and one that returns a function |x| |y| e"},
		{"let f = |x = 1| x", "1:12: error: Expected `,` or `|`, found `=` [P01]\nhelp: parameters of a lambda have no default values"},
		{"let f = |_| 1", "1:10: error: Expected parameter name or `|`, found keyword `_` [P01]\nhelp: `_` is a reserved word; choose another name"},
		{"let f = |(a,b)| 1", "1:10: error: Expected parameter name or `|`, found `(` [P01]"},
		{"f(g(|x y, z| x), 1)\nlet = 1", "1:8: error: Expected `,` or `|`, found `y` [P01]\n2:5: error: Expected pattern (identifier, tuple, or record), found `=` [P01]"},
		{".5", "1:1: error: Expected expression, found `.` [P01]\nhelp: a number needs a digit before its point: 0.5"},
	})
}

func TestMatches(t *testing.T) {
	checkTrees(t, []row{
		{"match x { 0 => 1, 3 => 2, _ => 5 }", "(match x (=> 0 1) (=> 3 2) (=> _ 5))"},
		{"match x { 0 => 1 3.5 => 2\n_ => 5; y => 6 }", "(match x (=> 0 1) (=> 3.5 2) (=> _ 5) (=> y 6))"},
		{"match x {}", "(match x)"},
		{"match x { A => {a = 1} B(x) => {{a=1}} }", "(match x (=> A (block (= a 1))) (=> (ctor B x) (block (record (a 1)))))"},
		{"match s { C(r)=>1, R(w,h)=>2, P((a,b),_) => 3, U()=>4 }", "(match s (=> (ctor C r) 1) (=> (ctor R w h) 2) (=> (ctor P (tuple a b) _) 3) (=> (ctor U) 4))"},
		{"match s { float(v)=>v, string(s)=>9, int => 1 }", "(match s (=> (ctor float v) v) (=> (ctor string s) 9) (=> int 1))"},
		{"match (a,b) { (0,_)=>1, (A(x),(1,y)) => 2 }", "(match (tuple a b) (=> (tuple 0 _) 1) (=> (tuple (ctor A x) (tuple 1 y)) 2))"},
		{"match x { 0 => f\n(1) => 2 }", "(match x (=> 0 f) (=> (tuple 1) 2))"},
		{"match x { 0 => a = 1 _ => 2 }", "(match x (=> 0 (= a 1)) (=> _ 2))"},
		{"match x { 0 => 1 } + 2", "(+ (match x (=> 0 1)) 2)"},
	})
	checkErrors(t, []row{
		{"match x { -1 => 2, _ => 3 }", "1:11: error: Expected match pattern (int, float, _, or constructor), found `-` [P01]\nhelp: patterns have no negative numbers; compare with if"},
		{"match x {\n \"a\" => 1,\n 0 = 1,\n B(1) => 2\n C(( )) => 2\n _ => *\n}", "2:2: error: Expected match pattern (int, float, _, or constructor), found a string literal [P01]\nhelp: patterns have no strings\n3:4: error: Expected `=>`, found `=` [P01]\n4:4: error: Expected identifier, `_` or `(`, found `1` [P01]\n5:6: error: Expected identifier, found `)` [P01]\n6:7: error: Expected expression, found `*` [P01]"},
		{"match x 1", "1:9: error: Expected `{`, found `1` [P01]"},
	})
}
