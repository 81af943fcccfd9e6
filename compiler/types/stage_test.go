package types

import (
	"strings"
	"testing"
)

func TestStagedProgramsAreTypedBeforeExpansion(t *testing.T) {
	for _, c := range []struct{ name, program, want string }{
		{"a quote is code", "#stage(macro)\nfn m(){ `3 }", "m : ()->`(number)"},
		{"a splice takes code", "#stage(macro)\nfn m(e){ `{ $e + 1 } }", "m : (`(number))->`(number)"},
		{"code of functions", "#stage(macro)\nfn m(f){ `|x| ($f)(x) }", "m : (`((a)->b))->`((a)->b)"},
		{"lift gives code of its argument's type", "#stage(macro)\nlet a = lift(1) let b = lift((1,\"s\")) let c = [1] |> lift", "a : `(number); b : `((number,string)); c : `([number, ...])"},
		{"an array of code becomes code of an array", "#stage(macro)\nlet a = lift_array_code([`1, `2])", "a : `([number, ...])"},
		{"a macro call has the type of the code", "#stage(macro)\nfn m(e){ `($e, 2) }\n#stage(main)\nlet a = m!(`1)", "m : (`(a))->`((a,number)); a : (number,number)"},
		{"a splice of unit is unit", "#stage(macro)\nfn m(){ {} }\n#stage(main)\nfn f(){ m!()\n 2 }", "m : ()->(); f : ()->number"},
		{"annotations may name code", "#stage(macro)\nfn m(e:`float)->`float{ e }", "m : (`(number))->`(number)"},
		{"builtin macros are functions of the macro stage", "#stage(macro)\nlet a = Control(\"a\", {x=1}) let b = Probe(\"p\") let c = midi_note_mono(0,0,0)", "a : `((x: number)); b : `((number)->number); c : `((pitch: number,velocity: number))"},
		{"strings are worked on in the macro stage", "#stage(macro)\nlet a = str_concat(str_take(\"ab\",1), number_to_str(3)) let b = str_length(a) + str_eq(a,a)", "a : string; b : number"},
		{"constructors and types exist in both stages", "type T = A | B(float)\n#stage(macro)\nlet a = B(1)\n#stage(main)\nlet b = A", "a : T; b : T"},
		{"a lambda in a quote that splices a macro variable captures nothing", "#stage(macro)\nfn m(n){ let k = lift(n)\n`{ let id = |v| { let w = $k\n v }\n (id(1), id(\"s\")) } }", "m : (a)->`((number,string))"},
		{"a placeholder in the macro stage makes a code function", "fn sub2(a,b){a-b}\n#stage(macro)\nlet f = sub2(10,_)", "sub2 : (number,number)->number; f : (`(number))->`(number)"},
		{"a delay may get its size from a macro", "#stage(macro)\nfn n(){ lift(10) }\n#stage(main)\nfn f(x){ delay(n!(),x,1) }", "n : ()->`(number); f : (number)->number"},
		{"self in an argument belongs to the function around the call", "#stage(macro)\nfn m(e){ e }\n#stage(main)\nfn f(x){ m!(`self) + x }", "m : (a)->a; f : (number)->number"},
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

func TestMistakesOfStagesAreReportedAtTheirPlace(t *testing.T) {
	const macro, main = "#stage(macro)\n", "\n#stage(main)\n"
	for _, c := range []struct{ name, program, want string }{
		{"a macro variable in the main stage", macro + "let n = 1" + main + "fn f(){ n }", "E20 4:9"},
		{"a main variable in the macro stage", "let n = 1\n" + macro + "fn m(){ n |> lift }", "E20 3:9"},
		{"a main parameter in a macro call", macro + "fn m(e){ e }" + main + "fn f(x){ m!(x) }", "E20 4:13"},
		{"a main function behind the macro", macro + "fn m(){ `g(1) }" + main + "fn g(x){ x }", "E16 2:10"},
		{"a macro local in a quote", macro + "fn m(x){ `(x + 1) }", "E20 2:12"},
		{"a builtin of the macro stage", "fn f(){ str_length(\"a\") }", "E20 1:9"},
		{"a builtin of the main stage", macro + "fn m(){ mem(1) }", "E20 2:9"},
		{"now in the macro stage", macro + "fn m(){ now }", "E20 2:9"},
		{"samplerate in the macro stage", macro + "fn m(){ samplerate }", "E20 2:9"},
		{"a task in the macro stage", macro + "fn g(){ {} }\nfn m(){ g@1 }", "E20 3:9"},
		{"self in the macro stage", macro + "fn m(){ self + 1 }", "E20 2:9"},
		{"self in a quote belongs to the macro", macro + "fn m(){ `{ self + 1 } }", "E20 2:12"},
		{"self in a quoted function", macro + "fn m(){ `|x| self + x }", ""},
		{"splicing a number", "fn f(){ $(3) }", "E01 1:11"},
		{"splicing an array of code", macro + "fn m(){ [`1] }" + main + "fn f(){ m!() }", "E02 4:9"},
		{"a splice in the macro stage", macro + "fn m(e){ $e }", "E02 2:10"},
		{"a macro call in the macro stage", macro + "fn m(e){ e }\nfn n(){ m!(`1) }", "E02 3:9"},
		{"code of the wrong type", macro + "fn m(e){ `($e + 1) }" + main + "fn f(){ m!(`\"s\") }", "E01 4:12"},
		{"branches with code of different types", macro + "fn m(n){ if (n) `1 else `\"s\" }", "E01 2:25"},
		{"lifting a function", macro + "fn m(){ lift(|x| x) }", "E01 2:14"},
		{"lifting code", macro + "fn m(){ [`1] |> lift }", "E01 2:9"},
		{"two holes of different types", "fn f(a:float,b:string){a}\n" + macro + "let g = f(_,_)(`1,`2)", "E01 3:19"},
		{"a hole in a tuple of the macro stage", macro + "let g = (_,1)", "E37 2:10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ds := checked(t, c.program)
			if got := found(ds); got != c.want {
				var messages []string
				for _, d := range ds.All {
					messages = append(messages, string(d.Code)+" "+d.Message)
				}
				t.Errorf("%s\ngot  %s\nwant %s\n%s", c.program, got, c.want, strings.Join(messages, "\n"))
			}
		})
	}
}
