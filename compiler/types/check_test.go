package types

import (
	"fmt"
	"strings"
	"testing"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// checked parses and checks a program.
func checked(t testing.TB, text string) (*Info, *diag.List) {
	t.Helper()
	file, _, _ := source.NewFile("test.mmm", text)
	ds := &diag.List{}
	tree := syntax.Parse(file, ds)
	info := Check(tree, ds)
	ds.Sort()
	return info, ds
}

// found lists diagnostics as "CODE LINE:COL", warnings with a leading "w".
func found(ds *diag.List) string {
	var list []string
	for _, d := range ds.All {
		line, col := d.Span.File.Position(d.Span.Start)
		kind := ""
		if d.Severity == diag.Warning {
			kind = "w"
		}
		list = append(list, fmt.Sprintf("%s%s %d:%d", kind, d.Code, line, col))
	}
	return strings.Join(list, ", ")
}

// printed is the type of every global, "name : type; ...".
func printed(info *Info) string {
	var b strings.Builder
	if err := Print(&b, info); err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(strings.TrimSpace(b.String()), "\n", "; ")
}

func TestGlobalsHaveTheirTypes(t *testing.T) {
	for _, c := range []struct{ name, program, want string }{
		{"a number is a number", "let a = 3", "a : number"},
		{"a function on numbers", "fn f(x, y){ x + y }", "f : (number,number)->number"},
		{"an unannotated identity is generic", "fn id(v){ v }", "id : (a)->a"},
		{"an alias of a generic function is generic", "fn id(v){ v } let g = id let x = (g(1), g(\"s\"))", "id : (a)->a; g : (a)->a; x : (number,string)"},
		{"a lambda is generalised", "let k = |x, y| x", "k : (a,b)->a"},
		{"letters keep their names", "fn f(x:t, y:a)->(a, t){ (y, x) }", "f : (t,a)->(a,t)"},
		{"one letter scope for a function and its lambdas", "fn mk(x:a)->()->a{ | | x }", "mk : (a)->()->a"},
		{"self takes the type of the result", "fn p(){ let (a, b) = self\n(a + 1, b + 2) }", "p : ()->(number,number)"},
		{"fields of self are found", "fn q(){ {a = self.a + 1, b = 2} }", "q : ()->(a: number,b: number)"},
		{"self alone is a number", "fn s(){ self }", "s : ()->a"},
		{"a record pattern on self closes the record", "fn f(){ let {a=x,b=y} = self {a=x+1,b=y+2} }", "f : ()->(a: number,b: number)"},
		{"a field makes an open record", "fn f(t){ t.p.x*10 + t.p.y }", "f : ((p: (x: number,y: number,..),..))->number"},
		{"an update keeps the rest of the record", "fn up(r){ {r <- b = 9} }", "up : ((b: number,..))->(b: number,..)"},
		{"records are in canonical order", "let r = {b = 1, a = \"s\"}", "r : (a: string,b: number)"},
		{"tuple arithmetic keeps the shape", "let t = ((1,2),3) + (10,30) let u = 100 - t * 2 let v = -(1,2)", "t : ((number,number),number); u : ((number,number),number); v : (number,number)"},
		{"a recursive function is monomorphic in its body", "fn gcd(p){ let (a,b) = p if (b > 0) { gcd((b,a%b)) } else { a } }", "gcd : ((number,number))->number"},
		{"a recursive function is generic outside", "fn rep(x, n){ if (n > 0) { rep(x, n - 1) } else { x } }", "rep : (a,number)->a"},
		{"a fully annotated recursive function is polymorphic in its body", "fn f(x:a, n:float)->float{ if (n > 0) { f((x, x), n - 1) } else { n } }", "f : (a,number)->number"},
		{"spread maps the leaves", "fn dbl(x){ x*2 } let t = dbl((3,(4,5)))", "dbl : (number)->number; t : (number,(number,number))"},
		{"builtins spread", "let t = sin((0,1)) let u = (1, 2) |> abs", "t : (number,number); u : (number,number)"},
		{"a generic parameter with a number result spreads", "fn st(x:a)->float{ 1 } let t = st((1,2)) let u = st((1,\"s\"))", "st : (a)->number; t : (number,number); u : number"},
		{"an identity takes the whole tuple", "fn id(v){ v } let t = id((1,2))", "id : (a)->a; t : (number,number)"},
		{"several arguments for one unknown parameter are a tuple", "fn f(x){ x } let t = f(5,1)", "f : (a)->a; t : (number,number)"},
		{"a tuple is unpacked", "fn f(x,y){ x - y } let a = f((5,1)) let b = (5,1) |> f let c = min((1,2))", "f : (number,number)->number; a : number; b : number; c : number"},
		{"arguments are gathered", "fn g(p:(float,float)){ p.0 } fn h(r:{a:float,b:string}){ r.b } let x = g(3,4) let y = h(1,\"s\")", "g : ((number,number))->number; h : ((a: number,b: string))->string; x : number; y : string"},
		{"records are matched by name", "fn f(x,y){ x - y } let a = f({y=1,x=5,w=9})", "f : (number,number)->number; a : number"},
		{"defaults are filled", "fn f(x=1,y=10,z=100){ x+y*2+z*3 } let a = f({y=5, ..}) let b = f({..}) let c = f({z=1})", "f : (number,number,number)->number; a : number; b : number; c : number"},
		{"a default takes part in inference", "fn f(x=(1,2), y){ x }", "f : ((number,number),a)->(number,number)"},
		{"one parameter takes its default", "fn f(x=7){ x + 1 } let a = f({..}) let b = f({x=3, ..}) let c = f({x=3})", "f : (number)->number; a : number; b : number; c : number"},
		{"a record parameter takes the record", "fn e(s:{l:float,c:float}){ s.l } let a = e({c=3,l=1,z=2})", "e : ((c: number,l: number))->number; a : number"},
		{"builtins take records in canonical order", "let a = min({a=1,b=2})", "a : number"},
		{"a function parameter learns its arguments", "fn app(h){ h(7,3) } fn s(a,b){ a-b } let x = app(s) let y = app(|v,w| v-w)", "app : ((number,number)->a)->a; s : (number,number)->number; x : number; y : number"},
		{"a list of parameters is one tuple", "fn f(h:(float,float)->float){ h(1,2) } fn g(p){ let (a,b) = p a+b } let x = f(g)", "f : ((number,number)->number)->number; g : ((number,number))->number; x : number"},
		{"names of parameters do not matter for a value", "fn f(a,b){ a-b } fn g(x,y){ x+y } let h = if (1) {f} else {g}", "f : (number,number)->number; g : (number,number)->number; h : (number,number)->number"},
		{"controls have the shape of their initial value", "let a = Control!(\"a\", 1/4) let b = Control!(\"b\", {y=(1,2),x=-1}) let c = Slider!(\"c\",0.5,0,1)", "a : number; b : (x: number,y: (number,number)); c : number"},
		{"a probe is an identity", "let a = (1,2) |> Probe!(\"t\")", "a : (number,number)"},
		{"notes are records", "let n = midi_note_mono!(0, 69, 0) let p = n.pitch", "n : (pitch: number,velocity: number); p : number"},
		{"a macro pipe fills the hole", "fn sub2(a,b){a-b} let x = 3 ||> sub2(10,_) let y = 3 ||> _ * 2 let z = 3 ||> -_ let w = 3 ||> abs ||> _ + 1", "sub2 : (number,number)->number; x : number; y : number; z : number; w : number"},
		{"a pipe into a lambda", "let x = (1,2) |> |x,y| x*10+y", "x : number"},
		{"a match on numbers", "fn f(x){ match x { 0 => 1, _ => 2 } }", "f : (number)->number"},
		{"a name in a tuple pattern binds", "fn f(a,b){ match (a,b) { (0,y) => y, _ => 3 } }", "f : (number,number)->number"},
		{"one-element tuples are transparent", "let t = (1,) let a = t.0 + 1 let b:float = t", "t : (number); a : number; b : number"},
		{"an if without else is unit", "let x = 0 let u = if (1) { x = 2 }", "x : number; u : ()"},
		{"aliases are expanded", "type alias V2 = {y:float,x:float} fn mk(a)->V2{ {x=a,y=a*2} }", "mk : (number)->(x: number,y: number)"},
		{"an alias may hold letters", "type alias Pr = (a,a) fn sw(p:Pr)->Pr{ (p.1,p.0) }", "sw : ((a,a))->(a,a)"},
		{"arrays are generic", "fn fst(xs){ xs[0] } let a = fst([1,2]) let b = fst([(1,2)])", "fst : ([a, ...])->a; a : number; b : (number,number)"},
		{"an unannotated recursive map is generic", "fn mp(xs,f){ if (len(xs) > 0) { let (h,r) = split_head(xs) prepend(f(h), mp(r,f)) } else { [] } }", "mp : ([a, ...],(a)->b)->[b, ...]"},
		{"constructors have sum types", "type Wave = Sine | Saw(float) | Pulse(float,float) let a = Sine let b = Saw(2) let c = Pulse(1,2) let d = Pulse((1,2)) let e = Saw", "a : Wave; b : Wave; c : Wave; d : Wave; e : (number)->Wave"},
		{"a match gives the sum of its constructors", "type W = A | B(float) fn f(w){ match w { A => 1, B(x) => x } }", "f : (W)->number"},
		{"unions take their members", "fn f(v:float|string)->float{ match v { float(x) => x*2  string(s) => 100 } } let a = f(3) + f(\"abc\")", "f : (number | string)->number; a : number"},
		{"later globals shadow earlier ones", "let x = 1 fn g(){ x } let x = \"s\" fn h(){ x }", "x : number; g : ()->number; x : string; h : ()->string"},
		{"operators ignore user functions of their names", "fn add(a,b){ \"s\" } let x = 1 + 2", "add : (a,b)->string; x : number"},
		{"user functions shadow builtins", "fn sin(x){ (x, x) } let y = sin(1)", "sin : (a)->(a,a); y : (number,number)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			info, ds := checked(t, c.program)
			if got := found(ds); got != "" {
				t.Errorf("%s\nunexpected diagnostics %s", c.program, got)
			}
			if got := printed(info); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", c.program, got, c.want)
			}
		})
	}
}

func TestMistakesAreReportedOnceAtTheirPlace(t *testing.T) {
	for _, c := range []struct{ name, program, want string }{
		{"an unknown name is reported where it stands", "fn dsp(){ 1 + wobble }", "E16 1:15"},
		{"nothing follows from an unknown name", "let x = nope let y = x + 1 let z = x.a.b + x.0 let (p,q) = x", "E16 1:9"},
		{"several mistakes are all reported", "let a = nope let b = 1 + \"s\" let c = (1,2).5", "E16 1:9, E01 1:26, E09 1:38"},
		{"a string is no number", "let a = \"a\" + 1", "E01 1:9"},
		{"a tuple is no number for a comparison", "let a = (1,2) % 2", "E01 1:9"},
		{"tuples of different lengths do not add", "let a = (1,2)+(1,2,3)", "E01 1:14"},
		{"each leaf of tuple arithmetic is reported", "let a = (1,\"a\") + (2,\"b\")", "E01 1:12, E01 1:22"},
		{"more than sixteen elements do not add", "let a = 1 + (1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17)", "E01 1:11"},
		{"a branch of another type", "let a = if (1) { 1 } else { \"a\" }", "E01 1:29"},
		{"a value without else", "let a = if (1) { 2.0 }", "E01 1:18"},
		{"a call of a number", "let x = 3 let y = x(1)", "E06 1:19"},
		{"too few arguments", "fn f(a,b=2){a+b} let x = f(1)", "E01 1:28"},
		{"too many arguments", "fn f(a,b){a+b} let x = f(1,2,3)", "E03 1:26"},
		{"defaults are not for positional calls", "fn f(x=1,y=10,z=2){ x } let a = f(2,3)", "E03 1:35"},
		{"no arguments for one parameter", "fn f(x){ x } let a = f()", "E01 1:22"},
		{"a record that lacks a parameter", "fn f(x,y){ x } let a = f({x=1})", "E07 1:26"},
		{"a record that matches no parameter", "fn f(x=1,y=2){ x } let a = f({z=1})", "E07 1:30"},
		{"a record that lacks a field of the parameter", "fn f(r:{b:float,a:float}){ r.b } let a = f({b=1})", "E07 1:44"},
		{"defaults through a value", "fn f(x,y=1){ x+y } let g = if (1) {f} else {f} let a = g({x=1})", "E07 1:58"},
		{"every wrong argument is reported", "fn f(x:float,y:string){ x } let a = f(\"a\",1)", "E01 1:39, E01 1:43"},
		{"every wrong element is reported", "fn f(x:(float,string)){ x.0 } let a = f((\"a\",1))", "E01 1:42, E01 1:46"},
		{"a letter that the body binds", "fn bad(x:a)->a{ x + 1 }", "E01 1:10"},
		{"two letters that the body joins", "fn bad(x:a)->b{ x }", "E01 1:14"},
		{"self application", "fn f(x){ x(x) }", "E08 1:10"},
		{"a function in an array with itself", "fn f(x){ [x,f] }", "E08 1:13"},
		{"projection of an unknown type", "fn f(t){ t.0 }", "E10 1:10"},
		{"projection beyond the end", "let t = (1,2) let a = t.2", "E09 1:23"},
		{"a field of a number", "let r = 5 let a = r.gain", "E11 1:19"},
		{"a field that a record lacks", "let r = {gain=1} let a = r.pan", "E12 1:26"},
		{"a field that an update would add", "let r = {a=1} let s = {r <- b=2}", "E12 1:29"},
		{"a field that a pattern asks for in vain", "let {b=x} = {a=1}", "E12 1:6"},
		{"a field twice", "let r = {a=1,a=2}", "E13 1:9"},
		{"a parameter twice", "fn f(a,a){a}", "E14 1:8"},
		{"records of different keys in branches", "let r = if (1) {{a=1}} else {{b=1}}", "E15 1:30"},
		{"a pattern of another length", "let (a,b,c) = (1,2)", "E03 1:5"},
		{"a tuple pattern on a number", "let (a,b) = 3", "E04 1:5"},
		{"an annotation that does not fit", "let x:string = 3 let y = x", "E01 1:16"},
		{"an unknown type", "fn f(x:Foo){ x }", "E28 1:8"},
		{"assignment of another type", "let z = 3 fn f(){ z = \"a\" }", "E01 1:23"},
		{"assignment to a function", "fn f(){ 1 } fn g(){ f = 2 }", "E38 1:21"},
		{"assignment to a tuple element", "let t = (1,2) fn g(){ t.0 = 2 }", "E38 1:23"},
		{"assignment to an array element", "let t = [1] fn g(){ t[0] = 2 }", "E38 1:21"},
		{"assignment to nothing", "fn g(){ lvl = 2 }", "E16 1:9"},
		{"letrec of itself", "letrec x = x + 1", "E05 1:12"},
		{"self at top level", "let a = self", "E36 1:9"},
		{"self in a default is at top level", "fn f(a = self){ a }", "E36 1:10"},
		{"self cannot be a function", "fn mk(){ let o = self |x| x }", "E21 1:8"},
		{"a default cannot use a parameter", "fn f(a, b=a){ b }", "E42 1:11"},
		{"a default of another type", "fn f(x:float=\"a\"){ x }", "E01 1:14"},
		{"a hole in a tuple", "let a = (1,_)", "E37 1:12"},
		{"a partial application without a macro pipe", "fn f(a,b){a} let g = f(_,3)", "E37 1:22"},
		{"two holes in a macro pipe", "fn f(a,b){a} let g = 1 ||> f(_,_)", "E37 1:28"},
		{"a hole in an inner operator", "let a = 3 ||> _*2 + 1", "E37 1:15"},
		{"a partial record outside a call", "let a = {a=1,..}", "E01 1:9"},
		{"a delay of unknown size", "let n = 10 let a = delay(n, 1, 3)", "E39 1:26"},
		{"delay as a value", "let d = delay", "E39 1:9"},
		{"a macro function without its stage", "let a = str_length(\"a\")", "E20 1:9"},
		{"a control whose name is a number", "let a = Control!(1.0,2.0)", "E44 1:18"},
		{"a slider without its range", "let a = Slider!(\"v\",0.5)", "E44 1:9"},
		{"a control of a variable", "let n = 1 let a = Control!(\"a\", n)", "E20 1:33"},
		{"a control that starts at infinity", "let a = Control!(\"a\", 1/0)", "E44 1:23"},
		{"a probe of a number", "let a = Probe!(1)", "E44 1:16"},
		{"a nested dsp result", "fn dsp(){ ((1,2),3) }", "E41 1:1"},
		{"a string as dsp result", "\nfn dsp(){ \"a\" }", "E41 2:1"},
		{"a dsp that takes a string", "fn dsp(x:string){ 1 }", "E41 1:8"},
		{"a dsp that is no function", "let dsp = 3", "E41 1:1"},
		{"two dsp", "fn dsp(){ 1 } fn dsp(){ 2 }", "wE46 1:4"},
		{"a match that lacks a constructor", "type S=A|B|C fn f(s){ match s { A=>1, B=>2 } }", "E24 1:23"},
		{"a match on numbers without catch-all", "fn f(x){ match x { 0 => 1, 1 => 2 } }", "wE32 1:10"},
		{"a match on tuples that is not exhaustive", "fn f(x,y){ match (x,y) { (0,_) => 1, (_,1) => 2 } }", "wE32 1:12"},
		{"a match on tuples that is", "type T = A | B fn f(x:T,y){ match (x,y) { (A,_) => 1, (_,0) => 2, (B,_) => 3 } }", ""},
		{"an early catch-all", "fn f(x){ match x { _ => 9, 7 => 2 } }", "wE33 1:20"},
		{"a literal twice", "fn f(x){ match x { 1 => 9, 1.5 => 2, _ => 0 } }", "wE47 1:28, wE30 1:28"},
		{"a row that an earlier one covers", "fn f(x,y){ match (x,y) { (0,_) => 1, (0,1) => 2, _ => 3 } }", "wE30 1:38"},
		{"an unknown constructor", "type S=A|B fn f(s:S){ match s { A=>1, C=>2, _=>3 } }", "E22 1:39"},
		{"a constructor on a number", "type S=A|B(float) let x = match 3 { B(y) => y, _ => 0 }", "E23 1:33"},
		{"arms of different types", "let x = match 1 { 0 => 1, _ => \"a\" }", "E01 1:32"},
		{"a pattern of another shape", "let x = match (1,2) { (0,1,2) => 1, _ => 2 }", "E03 1:23"},
		{"an alias that contains itself", "type alias A = (B, float) type alias B = A", "E25 1:16, E25 1:42"},
		{"a sum that contains itself without rec", "type L = N | C(float,L)", "E25 1:22"},
		{"a one-letter type name", "type alias t = float", "E35 1:1"},
		{"a constructor of two types", "type S = A | B type T = B", "E34 1:25"},
		{"a function where a number is declared is tolerated among several", "fn f(x:float,y:float){ x } let a = f(|x| x, 1)", "wE29 1:38"},
		{"but not as the single argument", "fn f(x:float)->string{ \"\" } let a = f(|x| x)", "E01 1:39"},
		{"a function that takes an argument cannot be scheduled", "fn g(v){ v } let a = g@2", "E01 1:22"},
		{"a number cannot be scheduled", "fn g(v){ v } let a = g(5)@2", "E01 1:22"},
		{"a part that was not loaded hides unknown names", "include(\"a.mmm\") let a = b", ""},
		{"a quote in the main stage", "let a = `{ 1 } let b = a + 1", "wE51 1:9"},
		{"a member of a module that does not exist", "fn dsp(){ synth::voice(now) }", "E16 1:11"},
		{"forward references are not found", "fn dsp(){ g(2) } fn g(x){x}", "E16 1:11"},
		{"a block hides its names", "fn f(){ { let x = 1 x } x }", "E16 1:25"},
		{"index of a number", "let x = 3 let y = x[0]", "E01 1:19"},
		{"an index that is a string", "let y = [1][\"a\"]", "E01 1:13"},
		{"a function of other parameters", "fn app(h:(float)->float)->float{ h(7) } fn s(a,b){ a-b } let x = app(s)", "E01 1:70"},
		{"a function where a function of another result is declared", "fn k(){ | | 1 } fn idf(f:()->float)->()->float{ f } let x = idf(k)", "E01 1:65"},
		{"a record parameter whose keys are not the names", "fn app(h){ h({x=7,y=8}) } fn f(a,b){ a-b } let x = app(f)", "E15 1:56"},
		{"a member that a union lacks", "let v:float|(float,float) = \"s\"", "E01 1:29"},
		{"a union for one of its members", "fn f(v:float|string)->float{ v }", "E01 1:30"},
		{"a union for another union", "fn f(v:float|string){ 1 } fn g(v:float|(float,float)){ f(v) }", "E01 1:58"},
		{"a union member without pattern", "fn f(v:float|(float,float)){ match v { float(x) => x } }", "E24 1:30"},
		{"a pattern for a member that is not there", "fn f(v:float|string){ match v { int(x) => 1, _ => 2 } }", "E22 1:33"},
		{"a payload pattern for a constructor without payload", "type T = A | B fn f(t){ match t { A(x) => x, B => 1 } }", "E04 1:35"},
		{"a payload pattern of another length", "type T = A(float,float) fn f(t){ match t { A(x,y,z) => x } }", "E03 1:44"},
		{"a constructor with too few arguments", "type T = A(float,string) let a = A(1)", "E01 1:36"},
		{"a constructor without payload is no function", "type T = A let a = A(1)", "E06 1:20"},
		{"a letter in a sum type", "type T = A(a)", "E28 1:12"},
		{"a recursive type cannot be kept in self", "type rec N = Z | S(N) fn f(){ let o:N = self S(Z) }", "E21 1:29"},
		{"a letter that a recursive body binds is a warning", "fn f(x:a, n)->float{ if (n > 0) { f(x, n - 1) } else { x } }", "wE29 1:8"},
		{"an index through a fraction is fine but a tuple is not", "let a = [1,2] let b = a[0.5] let c = a[(1,2)]", "E01 1:40"},
		{"an element twice in a type", "fn f(r:{a:float,a:float}){ 1 }", "E13 1:8"},
		{"a sum of a constant and a string in a control", "let a = Control!(\"a\", 1 + \"b\")", "E01 1:27"},
		{"a tuple where a slider needs a number", "let a = Slider!(\"a\", (1,2), 0, 1)", "E44 1:22"},
		{"a slider whose range is empty", "let a = Slider!(\"a\", 1, 2, 2)", "E44 1:25"},
		{"an unknown macro", "let a = nothing!(1)", "E16 1:9"},
		{"a function of the main stage called as a macro", "fn m(x){ x } let a = m!(1)", "E20 1:22"},
		{"a controller that MIDI has not", "let a = midi_cc!(0, 128, 0)", "E44 1:21"},
		{"a voice beyond its pool", "let a = midi_voice!(4, 4)", "E44 1:21"},
		{"too many voices", "let a = midi_voice!(0, 129)", "E44 1:24"},
		{"half a voice", "let a = midi_voice!(0.5, 4)", "E44 1:21"},
		{"a transport with an argument", "let a = transport!(1)", "E44 1:9"},
		{"a parameter without an initial value", "let a = Param!(\"a\", {min = 0})", "E44 1:21"},
		{"a parameter with a field of its own", "let a = Param!(\"a\", {init = 0, colour = 3})", "E44 1:32"},
		{"a parameter without a range", "let a = Param!(\"a\", {init = 0, min = 1, max = 1})", "E44 1:47"},
		{"a logarithmic parameter from 0", "let a = Param!(\"a\", {init = 1, min = 0, max = 2, curve = \"log\"})", "E44 1:38"},
		{"a logarithmic parameter with the usual range", "let a = Param!(\"a\", {init = 1, curve = \"log\"})", "E44 1:40"},
		{"a curve that there is not", "let a = Param!(\"a\", {init = 1, curve = \"cubic\"})", "E44 1:40"},
		{"a parameter that starts outside of its range", "let a = Param!(\"a\", {init = 3, min = 0, max = 2})", "E44 1:29"},
		{"one step", "let a = Param!(\"a\", {init = 0, steps = 1})", "E44 1:40"},
		{"two steps of one name", "let a = Param!(\"a\", {init = 0, steps = [\"x\", \"x\"]})", "E44 1:46"},
		{"a parameter smoothed backwards", "let a = Param!(\"a\", {init = 0, smooth = 0 - 1})", "E44 1:41"},
		{"a parameter that is described by a number", "let a = Param!(\"a\", 3)", "E44 1:21"},
		{"the macro stage is checked", "#stage(macro)\nfn m(x){ nope }\n#stage(main)\nfn dsp(){ 1 }", "E16 2:10"},
		{"assignment to a literal", "fn f(){ 1 = 2 }", "E38 1:9"},
		{"assignment to a constructor", "type T = A fn f(){ A = 2 }", "E38 1:20"},
		{"an update of a number", "let r = 1 let s = {r <- a=1}", "E11 1:20"},
		{"a spread over something that is no number", "fn f(x){ x * 2 } let a = f((1,\"s\"))", "E01 1:31"},
		{"a spread over too many elements", "fn f(x){ x * 2 } let a = f((1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17))", "E01 1:26"},
		{"a hint for a misspelled name", "fn freq(x){ x } let a = frq(1)", "E16 1:25"},
		{"elements of different types", "let a = [1, \"two\"]", "E01 1:13"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ds := checked(t, c.program)
			if got := found(ds); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", c.program, got, c.want)
				for _, d := range ds.All {
					t.Logf("%s %s %v", d.Code, d.Message, d.Notes)
				}
			}
		})
	}
}

func TestMisspelledNamesGetASuggestion(t *testing.T) {
	for program, want := range map[string]string{
		"fn freq(x){ x } let a = frq(1)":                                "freq",
		"let a = flor(1.5)":                                             "floor",
		"let r = {gain = 1} let a = r.gian":                             "gain",
		"type Wave = Sine | Saw fn f(w:Wve){ 1 }":                       "Wave",
		"type W = Sine | Saw fn f(w:W){ match w { Sin => 1, _ => 2 } }": "Sine",
	} {
		_, ds := checked(t, program)
		if len(ds.All) == 0 || !strings.Contains(ds.All[0].Help, "`"+want+"`") {
			t.Errorf("%s: no suggestion of %s", program, want)
		}
	}
}

func TestMismatchesSayBothTypes(t *testing.T) {
	_, ds := checked(t, "fn f(x:{a:float,b:(string,float)}){ 1 } let y = f([1])")
	if len(ds.All) != 1 || len(ds.All[0].Notes) != 2 {
		t.Fatalf("got %s", found(ds))
	}
	notes := ds.All[0].Notes
	if notes[0].Text != "expected type: (a: number,b: (string,number))" || notes[1].Text != "found type: [number, ...]" {
		t.Errorf("got %v", notes)
	}
}
