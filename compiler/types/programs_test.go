package types

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// checkPrograms are the programs of types.md 14.3 and 21 and of language.md 14
// that are not about modules and stages: all of them are well typed.
var checkPrograms = []string{
	`fn ident(v){ v }
fn dsp(){ let s = ident("abc"); ident(2.0) }`,
	`fn f(r:{b:float,a:float})->float{ r.b*10 + r.a } fn dsp(){ f({b=1,a=2}) }`,
	`fn f(r:{b:float})->float{ r.b } fn dsp(){ f({b=1,a=2}) }`,
	`fn f(x,y){ x - y } fn dsp(){ f((5,1)) + f({y=1,x=5,w=9}) }`,
	`fn f(x=1,y=10,z=100){ x+y*2+z*3 } fn dsp(){ f({y=5, ..}) }`,
	`fn f(t){ t.x } fn dsp(){ f({x=3,y=4}) }`,
	`fn f(t){ t.p.x*10 + t.p.y } fn dsp(){ f({p={x=1,y=2},q=3}) }`,
	`fn up(r){ {r <- b=9} } fn dsp(){ let s = up({a=1,b=2})
s.a*100 + s.b }`,
	`fn dsp(){ let r = {a=1,b=2}
let s = {r <- b=9}
s.a*100+s.b*10+r.b }`,
	`fn dsp(){ let g = |x,y| x - y
g(5,2) + g((9,1)) + g({y=1,x=3}) }`,
	`fn app(h){ h(7,3) } fn sub2(a,b){ a - b } fn dsp(){ app(|v,w| v-w) + app(sub2) }`,
	`fn f(v:float|string)->float{ match v { float(x) => x*2
string(s) => 100 } } fn dsp(){ f(3) + f("abc") }`,
	`fn f(v:float|string,k:float)->float{ match v { float(x) => x*k
string(s) => 100*k } } fn dsp(){ f(3,2) + f("abc",3) }`,
	`fn f(v:float|string)->float{ match v { float(x) => x*2
string(_) => 1 } } fn g(v:string|float)->float{ f(v) } fn dsp(){ g(4) + g("a") }`,
	`type Wave = Sine | Saw(float) | Pulse(float,float)
fn amt(w){ match w { Sine => 1, Saw(k) => k*10, Pulse(a,b) => a*100+b } }
fn dsp(){ amt(Sine) + amt(Saw(2)) + amt(Pulse(3,4)) }`,
	`type Wave = Sine | Saw(float) | Tri
fn amt(w:Wave)->float{ match w { Saw(k) => k, _ => 8 } } fn dsp(){ amt(Sine)*100+amt(Saw(2))*10+amt(Tri) }`,
	`type T = A | B(float) | C(float,float)
fn f(a,b){ match (a,b) { (A,A) => 1
(B(x),B(y)) => x*10+y
(A,B(x)) => x+50
(C((p,q)),_) => p*100+q*10
_ => 9 } }
fn dsp(){ (f(A,A), f(B(2),B(3)), f(A,B(4)), f(B(1),A), f(C(1,2),A)) }`,
	`fn f(x){ match x { 0 => 10
1 => 20
_ => 30 } } fn dsp(){ f(0.2) }`,
	`fn f(a,b){ match (a,b) { (0,y) => y+10
_ => 3 } } fn dsp(){ f(0,5) }`,
	`fn dsp(){ let t = (1,2)+(10,20)
let v = 100 - t*2
(v.0,v.1) }`,
	`fn acc(x){ self + x } fn dsp(){ (1,10) |> acc }`,
	`fn gcd(p){ let (a,b) = p; if (b > 0) { gcd((b,a%b)) } else { a } } fn dsp(){ gcd((48,18)) }`,
	`fn f(){ let {a=x,b=y} = self; {a=x+1,b=y+2} } fn dsp(){ let r = f()
r.a*100+r.b }`,
	`type rec N = Z | S(N) fn c(n){ match n { Z => 0, S(m) => 1 + c(m) } } fn dsp(){ c(S(S(S(Z)))) }`,
	`type rec L = Nil | Cons({hd:float, tl:L})
fn sum(l){ match l { Nil => 0, Cons(c) => c.hd + sum(c.tl) } } fn dsp(){ sum(Cons({hd=1, tl=Cons({hd=2, tl=Nil})})) }`,
	`type T = U(float|string) | N
fn f(t){ match t { U(u) => match u { float(x) => x, string(_) => 9 }
N => 0 } } fn dsp(){ f(U(3)) }`,
	`type alias V2 = {y:float,x:float}
fn mk(a)->V2{ {x=a,y=a*2} }
fn dsp(){ let {y=p,x=q} = mk(1)
p*10+q }`,
	`fn f(r:{a:float,b:float},k){ r.a*10+r.b+k } fn dsp(){ f({a=1,b=2},3) + f({k=3,r={b=2,a=1}}) }`,
	`fn f(x,y){ x*10+y } fn mk(){ (1,2) } fn dsp(){ f(mk()) }`,
	`fn dsp(){ let xs = [(1,2),(3,4)]; let (h,r) = split_head(xs); let (r2,t) = split_tail(xs)
h.0+h.1*10+t.0*100+t.1*1000+len(append(xs,(5,6)))*10000+len(r)*100000 }`,
	`fn mp(xs,f){ if (len(xs) > 0) { let (h,r) = split_head(xs); prepend(f(h), mp(r,f)) } else { [] } }
fn dsp(){ let a = mp([1,2,3],|v| v*2)
let b = mp([1,2],|v| { |w| v+w })
let c = mp(b,|g| g(10))
let d = mp([1,2],|v| {(v,v*2)})
a[2]*100 + c[1] + d[1].1 }`,
	`fn fst(x:a,y:b)->a{ x } fn dsp(){ let (p,q) = fst((1,2),3); fst(10,"s")+p+q }`,
	`fn pick(c:float,x:a,y:a)->a{ if (c) x else y }
fn sel2(c:float,x:a,y:a)->a{ pick(c,pick(c,x,y),y) }
fn dsp(){ let (p,q) = sel2(1,(1,2),(3,4)); sel2(0,5,6)*100+p*10+q }`,
	`fn firstof(xs:[a])->a{ xs[0] } fn dsp(){ let (p,q) = firstof([(1,2),(3,4)]); firstof([7,8])*100+p*10+q }`,
	`fn dup(x:a,n:float)->[a]{ if (n > 0) { prepend(x,dup(x,n-1)) } else { [] } }
fn dsp(){ let xs = dup((1,2),3)
let ys = dup(7,2)
len(xs)*1000+xs[2].1*100+ys[1]*10+len(ys) }`,
	`fn wrap(x:a)->{v:a,n:float}{ {v=x,n=1} }
fn dsp(){ let r = wrap((1,2))
let s = wrap(5)
r.v.0*100+r.v.1*10+s.v+s.n*1000 }`,
	`fn app2(f:(a,b)->c,x:a,y:b)->c{ f(x,y) }
fn dsp(){ let g = |v:float,w:float| { (w,v) }
let (p,q) = app2(g,3,4)
app2(|v,w| v*10+w,5,6)+p*1000+q*100 }`,
	`fn mk(x:a)->()->a{ | | x } fn dsp(){ let f = mk((1,2))
let (p,q) = f()
p*10+q }`,
	`fn dsp(){ 1 2 3 }`,
	`fn f(x){x+1} fn dsp(){ f
(2) }`,
	`fn dsp(){ (-1 || 0) + 10*(0.5 && 0.5) + 100*(2 || -1) }`,
	`fn dsp(){ let {a=(x,y),b=z} = {a=(1,2),b=3}
x*100+y*10+z }`,
	`fn dsp(){ let a = [1,2,3]
a[0]+a[1.9]*10+a[7]*100+a[-3]*1000 }`,
	`fn dsp(){ 3 |> |x| x*2 |> |y| y+1 }`,
	`fn f(a,b=2,c=3){a*100+b*10+c} fn dsp(){ f({a=1+2,..}) + f({a=1,zz=3}) }`,
	`fn dsp(){ {b=1,a=2} }`,
	`let k=0 fn nx(){k=k+1 k} fn dsp(){ k=0
let r={b=nx(),a=nx()}
r.a*10+r.b }`,
	`let g={a=1,b=2} fn dsp(){ g.a = g.a+1
g.a }`,
	`fn mk(){ let c=0
let i=| |{c=c+1
c}
let g=| |c
(i,g) } let (i,g)=mk() fn dsp(){ i()
i()
g() }`,
	`fn dsp(){ let c=0
let f=| |{ let g=| |{c=c+1
c}
g() }
f()+f()*10+c*100 }`,
	`fn f(x){ x=x+1
x } fn dsp(){ f(3) }`,
	`fn dsp(){ match (now%2,now%3) { (0,0)=>1, (0,_)=>2, (1,2)=>3, _=>4 } }`,
	`type S = C(float) | R(float,float) | U fn ar(s){ match s { C(r)=>r*r*3, R(w,h)=>w*h, U=>1 } } fn dsp(){ (ar(C(2)),ar(R(2,3)),ar(U)) }`,
	`type rec L = Nil | Cons(float,L) fn sum(l:L)->float{ match l { Nil=>0, Cons(h,t)=>h+sum(t) } } fn dsp(){ sum(Cons(1,Cons(2,Nil))) }`,
	`fn c(x){self+x} fn dsp(){ let a=[c,c]
a[0](1)+a[1](10) }`,
	`fn c(x){self+x} fn ch(n)->(float)->float{ if (n>0) { let f=ch(n-1)
|x| c(x)+f(x)*10 } else { |x| c(x) } } fn dsp(){ let g=ch(2)
g(now+1) }`,
	`let v=0 fn up(){ v = v + 1
up@(now+2) } up@1 fn dsp(){ v }`,
	`fn f(){ let a = self
if (len(a)>0) append(a,now) else [now,now] } fn dsp(){ len(f()) }`,
}

func TestCheckProgramsOfTheSpecAreWellTyped(t *testing.T) {
	for _, p := range checkPrograms {
		_, ds := checked(t, p)
		if ds.HasErrors() {
			t.Errorf("%s\n%s", p, found(ds))
			for _, d := range ds.All {
				t.Log(d.Message, d.Notes)
			}
		}
	}
}

// corpus returns the conformance programs of a folder; the corpus lies beside
// the repository.
func corpus(t *testing.T, folder string) []string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "shared", "conformance")
	list, err := filepath.Glob(filepath.Join(root, folder, "*.mmm"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no programs in %s: %v", folder, err)
	}
	return list
}

func TestConformanceErrorsAreOnTheExpectedLine(t *testing.T) {
	line := regexp.MustCompile(`^(\d+):`)
	for _, path := range corpus(t, "errors_type") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(strings.TrimSuffix(path, ".mmm") + ".err")
		if err != nil {
			t.Fatal(err)
		}
		m := line.FindStringSubmatch(string(want))
		if m == nil {
			t.Fatalf("%s: no line in %q", path, want)
		}
		at, _ := strconv.Atoi(m[1])
		_, ds := checked(t, string(text))
		hit := false
		for _, d := range ds.All {
			l, _ := d.Span.File.Position(d.Span.Start)
			hit = hit || d.Severity == diag.Error && l == at
		}
		if !hit {
			t.Errorf("%s: want an error on line %d, got %s", filepath.Base(path), at, found(ds))
		}
	}
}

func TestConformanceProgramsAreWellTyped(t *testing.T) {
	for _, folder := range []string{
		"literals_operators", "functions", "closures", "state", "control_flow", "tuples_records", "pipes_placeholders",
		"defaults_parameter_packs", "plugin_params", "generics", "arrays", "sum_types_match", "recursive_types", "scheduler",
	} {
		for _, path := range corpus(t, folder) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "#stage") || strings.Contains(string(text), "\nuse ") || strings.HasPrefix(string(text), "use ") {
				continue // modules and stages have their own phase
			}
			if _, ds := checked(t, string(text)); ds.HasErrors() {
				t.Errorf("%s/%s: %s", folder, filepath.Base(path), found(ds))
			}
		}
	}
}

func TestHugeProgramsAnswerSoon(t *testing.T) {
	long := func(head, unit, tail string, n int) string { return head + strings.Repeat(unit, n) + tail }
	for _, c := range []struct{ name, program, want string }{
		{"a chain of nine thousand operators", long("let a = 1 let b = a", "+a", "", 9_000), ""},
		{"a chain of two million operators", long("let a = 1 let b = a", "+a", "", 2_000_000), "E49"},
		{"a chain of pipes", long("fn f(x){ x + 1 } let b = 1", "|>f", "", 9_000), ""},
		{"a chain of macro pipes", long("fn f(x){ x + 1 } let b = 1", "||>f", "", 9_000), ""},
		{"many statements", long("", "let a = (1, {b = 2, c = |x| x})\n", "", 25_000), ""},
		{"ten megabytes of statements", long("let a = 1\n", "a * a + a\n", "", 1_000_000), "E49"},
		{"a chain of fields", long("fn f(x){ x", ".a", " }", 9_000), ""},
		{"a chain of calls", long("fn f(x){ x", "()", " }", 9_000), ""},
		{"doubling types", long("let a = 1\n", "let a = (a,a)\n", "", 200), "E49"},
		{"doubling types through functions", long("fn f(x){ (x,x) }\nlet a = 1", "|> f", "", 60), "E49"},
		{"doubling generic functions", doubling(30), "E49"},
		{"a deep type", long("let a = 1\n", "let a = {a = a}\n", "", 50_000), "E49"},
		{"a deep type of a parameter", long("fn f(a){\n", "let a = a.a\n", "}", 50_000), "E49"},
		{"a deep chain of functions", long("fn f(a){\n", "let a = a()\n", "}", 50_000), "E49"},
		{"doubling aliases", doublingAliases(60), "E49"},
		{"many unknown names", long("", "x y z\n", "", 150_000), "E49"},
		{"a wide match", long("fn f(x, y){ match (x, y) { ", "(1, 2) => 3\n", "_ => 4 } }", 20_000), ""},
		{"many functions that use each other", manyFunctions(20_000), ""},
		{"many nested lambdas with captures", "fn f(a){ " + strings.Repeat("(|x| a + x + ", 300) + "1" + strings.Repeat(")(1)", 300) + "}", ""},
		{"many aliases in a ring", ring(50_000), "E25"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			_, ds := checked(t, c.program)
			took := time.Since(start)
			if took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			t.Logf("%d bytes in %v", len(c.program), took)
			large := ""
			for _, d := range ds.All {
				if d.Severity == diag.Error && (d.Code == diag.TooLarge || large == "") {
					large = string(d.Code)
				}
			}
			if large != c.want {
				t.Errorf("got %.200s, want %q", found(ds), c.want)
			}
		})
	}
}

func doubling(n int) string {
	var b strings.Builder
	b.WriteString("fn f0(x){ (x,x) }\n")
	for i := range n {
		a, c := strconv.Itoa(i), strconv.Itoa(i+1)
		b.WriteString("fn f" + c + "(x){ f" + a + "(f" + a + "(x)) }\n")
	}
	return b.String()
}

func manyFunctions(n int) string {
	var b strings.Builder
	b.WriteString("fn f0(x, y){ (y, x) }\n")
	for i := range n {
		a, c := strconv.Itoa(i), strconv.Itoa(i+1)
		b.WriteString("fn f" + c + "(x, y){ f" + a + "(y, x) }\n")
	}
	return b.String()
}

func TestLimitsHoldForTreesThatNoFileHas(t *testing.T) {
	file, _, _ := source.NewFile("test.mmm", "x")
	at := syntax.At{Pos: source.Span{File: file, Start: 0, End: 1}}
	deep := syntax.Expr(&syntax.Number{At: at})
	for range maxDepth + 1 {
		deep = &syntax.Paren{At: at, X: deep}
	}
	wide := &syntax.Tuple{At: at}
	for range maxNodes + 1 {
		wide.Elems = append(wide.Elems, &syntax.Number{At: at})
	}
	for _, e := range []syntax.Expr{deep, wide} {
		ds := &diag.List{}
		Check(&syntax.File{Source: file, Stmts: []syntax.Stmt{&syntax.ExprStmt{At: at, X: e}}}, ds)
		if len(ds.All) != 1 || ds.All[0].Code != diag.TooLarge {
			t.Errorf("got %s, want one E49", found(ds))
		}
	}
}

func doublingAliases(n int) string {
	var b strings.Builder
	b.WriteString("type alias A0 = (a,a)\n")
	for i := range n {
		a, c := strconv.Itoa(i), strconv.Itoa(i+1)
		b.WriteString("type alias A" + c + " = (A" + a + ",A" + a + ")\n")
	}
	b.WriteString("fn f(x:A" + strconv.Itoa(n) + "){ x }\n")
	return b.String()
}

func ring(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("type alias A" + strconv.Itoa(i) + " = A" + strconv.Itoa((i+1)%n) + "\n")
	}
	return b.String()
}

// files finds what only the whole compiler resolves: without its modules a name
// may mean anything and is not reported.
var files = regexp.MustCompile(`\b(use|mod|include)\b|#`)

func FuzzCheck(f *testing.F) {
	for _, p := range checkPrograms {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		info, ds := checked(t, text)
		if ds.HasErrors() || files.MatchString(text) {
			return
		}
		for e, got := range info.Types {
			if Resolve(got) == Failure {
				t.Errorf("no error was reported but %q has no type", e.Span().Text())
			}
		}
		printed(info)
	})
}
