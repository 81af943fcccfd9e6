package types

import (
	"slices"
	"strings"
	"testing"

	"mmm/compiler/syntax"
)

// well checks a program that must be free of errors.
func well(t *testing.T, text string) *Info {
	t.Helper()
	info, ds := checked(t, text)
	if ds.HasErrors() {
		t.Fatalf("%s\n%s", text, found(ds))
	}
	return info
}

// function returns the function literal of the given name.
func function(t *testing.T, info *Info, name string) *Func {
	t.Helper()
	for _, f := range info.Funcs {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no function %s", name)
	return nil
}

// named returns the binding of the given name.
func named(t *testing.T, info *Info, name string) *Binding {
	t.Helper()
	for ident, b := range info.Defs {
		if ident.Name == name {
			return b
		}
	}
	t.Fatalf("no binding %s", name)
	return nil
}

// written returns the expression of the given text.
func written[E syntax.Expr](t *testing.T, info *Info, text string) E {
	t.Helper()
	for e := range info.Types {
		if x, ok := e.(E); ok && e.Span().Text() == text {
			return x
		}
	}
	t.Fatalf("no expression %s", text)
	panic("unreachable")
}

func TestCapturesAreTheLocalsOfEnclosingFunctions(t *testing.T) {
	for _, c := range []struct{ program, function, want string }{
		{"fn f(x){ let g = |y| x + y\ng(1) }", "g", "x"},
		{"let k = 1 fn f(x){ let g = |y| k + y\ng(1) }", "g", ""},
		{"fn f(x){ let g = |y| { let h = |z| x + y + z\nh(1) }\ng(1) }", "g", "x"},
		{"fn f(x){ let g = |y| { let h = |z| x + y + z\nh(1) }\ng(1) }", "h", "x y"},
		{"fn f(x){ let g = |y| y\nlet h = |y| g(y)\nh(1) }", "h", ""},
		{"fn f(x){ let g = |y| y\nlet h = |y| g(y)\ng = h\nh(1) }", "h", "g"},
		{"fn f(x){ letrec r = |n| if (n > 0) { r(n - 1) } else { 0 }\nr(x) }", "r", ""},
		{"fn f(x){ letrec r = |n| if (n > 0) { r(n - x) } else { 0 }\nr(x) }", "r", "r x"},
		{"fn f(x){ let s = sin\nlet h = |y| s(y)\nh(1) }", "h", ""},
		{"fn f(p){ match p { y => { let g = | | y\ng() } } }", "g", "y"},
		{"let f = { let k = 1\nlet g = | | k\ng() }", "g", "k"},
	} {
		f := function(t, well(t, c.program), c.function)
		var names []string
		for _, b := range f.Captures {
			names = append(names, b.Name)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s\n%s captures %q, want %q", c.program, c.function, got, c.want)
		}
	}
}

func TestStaticNamesDenoteOneFunction(t *testing.T) {
	for _, c := range []struct{ program, name, static, alias string }{
		{"fn f(x){ x }", "f", "f", ""},
		{"let f = (|x| x)", "f", "f", ""},
		{"fn f(x){ x } let g = f let h = g", "h", "f", ""},
		{"let s = sin let r = s", "r", "", "sin"},
		{"let f = |x| x fn g(){ f = |x| x + 1 }", "f", "", ""},
		{"fn f(x){ let g = |y| x\ng(1) }", "g", "", ""},
		{"let a = 3", "a", "", ""},
		{"let f = if (1) { |x| x } else { |x| x }", "f", "", ""},
		{"letrec f = |x| if (x > 0) { f(x - 1) } else { x }", "f", "f", ""},
		{"let f:(float)->float = |x| x", "f", "f", ""},
	} {
		b := named(t, well(t, c.program), c.name)
		static, alias := "", ""
		if b.Static != nil {
			static = b.Static.Name
		}
		if b.Alias != nil {
			alias = b.Alias.Name
		}
		if static != c.static || alias != c.alias {
			t.Errorf("%s\n%s is static %q, alias %q; want %q, %q", c.program, c.name, static, alias, c.static, c.alias)
		}
	}
}

func TestCallsSayHowArgumentsReachParameters(t *testing.T) {
	for _, c := range []struct {
		program, call string
		kind          CallKind
		fields        string
	}{
		{"fn f(x,y){ x } let a = f(1,2)", "f(1,2)", CallPositional, ""},
		{"fn f(x,y){ x } let a = f((1,2))", "f((1,2))", CallUnpack, ""},
		{"fn f(x,y=1,z=2){ x } let a = f({z=3,x=1})", "f({z=3,x=1})", CallPack, "x  z"},
		{"fn f(x=1,y=1){ x } let a = f({..})", "f({..})", CallPack, " "},
		{"fn f(x=1){ x + 1 } let a = f({..})", "f({..})", CallPack, ""},
		{"let a = min({u=1,b=2})", "min({u=1,b=2})", CallPack, "b u"},
		{"fn f(p:(float,float)){ p.0 } let a = f(1,2)", "f(1,2)", CallGather, ""},
		{"fn f(p){ p } let a = f(1,2)", "f(1,2)", CallGather, ""},
		{"fn f(x){ x + 1 } let a = f((1,2))", "f((1,2))", CallSpread, ""},
		{"type T = A(float) let a = A(1)", "A(1)", CallCtor, ""},
	} {
		info := well(t, c.program)
		call := info.Calls[written[*syntax.Call](t, info, c.call)]
		if call == nil || call.Params == nil || call.Kind != c.kind || strings.Join(call.Fields, " ") != c.fields {
			t.Errorf("%s\ngot %+v", c.program, call)
		}
	}
	info := well(t, "fn f(x,y){ x } let a = (1,2) |> f")
	if call := info.Calls[written[*syntax.Binary](t, info, "(1,2) |> f")]; call == nil || call.Kind != CallUnpack {
		t.Errorf("pipe: got %+v", call)
	}
}

func TestUsesHoldTheInstanceOfTheirScheme(t *testing.T) {
	info := well(t, "fn pair(x,y){ (y,x) } let a = pair(1,\"s\")")
	for path, u := range info.Uses {
		if path.Segs[0].Name != "pair" {
			continue
		}
		if len(u.Inst) != 2 || typeName(u.Inst[0]) != "number" || typeName(u.Inst[1]) != "string" {
			t.Errorf("pair is used at %v", u.Inst)
		}
	}
	// Inside its own body a function is used at its own variables.
	info = well(t, "fn rep(x,n){ if (n > 0) { rep(x,n-1) } else { x } } let a = rep((1,2),3)")
	scheme := named(t, info, "rep").Scheme
	seen := 0
	for path, u := range info.Uses {
		if path.Segs[0].Name != "rep" {
			continue
		}
		seen++
		own := len(u.Inst) == 1 && Resolve(u.Inst[0]) == Type(scheme.Vars[0])
		outside := len(u.Inst) == 1 && typeName(u.Inst[0]) == "(number,number)"
		if !own && !outside {
			t.Errorf("rep is used at %v", u.Inst)
		}
	}
	if seen != 2 {
		t.Errorf("%d uses of rep", seen)
	}
}

func TestMacroPipesAreRewritten(t *testing.T) {
	info := well(t, "fn g(a,b){ a - b } let x = 3 ||> g(10,_)")
	pipe := written[*syntax.Binary](t, info, "3 ||> g(10,_)")
	call, ok := info.Rewrites[pipe].(*syntax.Call)
	if !ok || len(call.Args) != 2 || call.Args[1] != pipe.L {
		t.Fatalf("got %#v", info.Rewrites[pipe])
	}
	if info.Calls[call] == nil || typeName(info.Types[call]) != "number" || typeName(info.Types[pipe]) != "number" {
		t.Error("the call of the rewritten tree is not described")
	}
}

func TestCoercionSitesSayWhatTheyWant(t *testing.T) {
	info := well(t, "fn f(r:{b:float}){ r.b } let s = {a=1,b=2} let x = f(s) let y:float|string = 3")
	for e, want := range map[string]string{"s": "(b: number)", "3": "number | string"} {
		found := false
		for x, w := range info.Wants {
			found = found || x.Span().Text() == e && typeName(w) == want
		}
		if !found {
			t.Errorf("%s is not said to become %s", e, want)
		}
	}
}

func TestHostMacrosKeepTheirConstants(t *testing.T) {
	info := well(t, "let a = Control!(\"c\", {y = (1/4, -2^2), x = 2 > 1}) let b = Slider!(\"s\", 7 % 4, 0 - 1, 10) let n = midi_note_mono!(99, 60, 1) let p = Probe!(\"t\")")
	for _, h := range info.Hosts {
		switch h.Kind {
		case HostControl:
			y := h.Init.Elems[1]
			if h.Name != "c" || !slices.Equal(h.Init.Names, []string{"x", "y"}) || h.Init.Elems[0].Number != 1 || y.Elems[0].Number != 0.25 || y.Elems[1].Number != 4 {
				t.Errorf("control %+v", h)
			}
		case HostSlider:
			if h.Name != "s" || h.Init.Number != 3 || h.Min != -1 || h.Max != 10 {
				t.Errorf("slider %+v", h)
			}
		case HostMidiNote:
			if h.Channel != 15 || h.Note != 60 || h.Velocity != 1 {
				t.Errorf("note %+v", h)
			}
		case HostProbe:
			if h.Name != "t" {
				t.Errorf("probe %+v", h)
			}
		}
	}
	if len(info.Hosts) != 4 {
		t.Errorf("%d host macros", len(info.Hosts))
	}
}

func TestGlobalsAreTheVariablesInOrder(t *testing.T) {
	info := well(t, "let a = 1 fn f(){ a } let (b,c) = (2,3) let g = f let h = |x| x let m = mem let a = a + 1 fn dsp(){ h = |x| 2\na }")
	var names []string
	for _, b := range info.Globals {
		names = append(names, b.Name)
	}
	if got := strings.Join(names, " "); got != "a b c h a" {
		t.Errorf("globals %s", got)
	}
	if info.Dsp == nil || info.Dsp.Static == nil || info.Dsp.Static.Name != "dsp" {
		t.Errorf("dsp %+v", info.Dsp)
	}
}
