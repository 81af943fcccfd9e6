package compiler_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mmm/compiler"
	"mmm/compiler/diag"
	"mmm/compiler/emit"
	"mmm/vm"
)

// staged are seeds for the macro stage.
var staged = []string{
	"#stage(macro)\nfn pw(n,x){ if (n>1) `{ $x * $(pw(n-1,x)) } else x }\n#stage(main)\nfn dsp(){ let y=2\npw!(5,`y) }",
	"#stage(macro)\nlet c=0 fn nx(){ c=c+1\nc |> lift_f }\n#stage(main)\nfn dsp(){ nx!()+nx!()*10 }",
	"#stage(macro)\nfn m(f){ `{ |x| ($f)(x)+1 } }\n#stage(main)\nfn dsp(){ 3 |> m!(`|x| x*2) }",
	"#stage(macro)\nfn t(){ [0.0, 0.5, 1.0] |> lift }\nfn o(){ [`|x| x + 1.0, `|x| x * 3.0] |> lift_array_code }\n#stage(main)\nfn dsp(){ let a = t!()\nlet b = o!()\n(a[1], (b[1])(now)) }",
	"#stage(macro)\nfn p(s){ str_to_number(str_take(s,1.0)) |> lift }\n#stage(main)\nfn dsp(){ p!(\"4,2\") + Control!(\"x\", 0.5) }",
	"#stage(macro)\nfn loop(n){ loop(n + 1) }\n#stage(main)\nfn dsp(){ loop!(0) }",
	"mod a { pub mod b { pub fn f(x){ x + 1 } } pub use b::f }\nuse a::*\nfn dsp(){ f(1) + a::b::f(2) }",
	// imports that name each other in a ring, found by the fuzzer
	"mod a { pu a::*\nfn dsp(){ f(1) + a:+${*\nf} pub use b} pub\nuse a:: a {*\nfn dsp(){ f(1) + a::",
	"use osc::*\nfn dsp(){ sinwave(440.0, 0.0) }",
	"type rec L = Nil | Cons(float, L)\nfn s(l:L)->float{ match l { Nil => 0, Cons(h,t) => h + s(t) } }\nfn dsp(){ s(Cons(1, Cons(now, Nil))) }",
	"let v = 0 fn t(){ v = v + 1\nlet _ = t@(now + 2) }\nlet _ = t@1\nfn dsp(){ let k = v\nlet f = |x| { k = k + x\nk + self }\n[f, f][0](1) }",
}

// FuzzCompile feeds whole programs through every phase and plays some frames of
// what compiles: no panic, no internal error, no hang.
func FuzzCompile(f *testing.F) {
	for _, text := range staged {
		f.Add(text)
	}
	corpus, _ := filepath.Glob("../../shared/conformance/*/*.mmm")
	for _, file := range corpus {
		if text, err := os.ReadFile(file); err == nil && len(text) < 2000 {
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 || strings.Contains(text, "include") || strings.Contains(text, "delay") && strings.Contains(text, "000000") {
			return // files and very long delay lines are tested elsewhere
		}
		begin := time.Now()
		r := compiler.Compile(compiler.Options{Name: "fuzz.mmm", Text: text})
		if took := time.Since(begin); took > 20*time.Second {
			t.Fatalf("the compile took %v", took)
		}
		for _, d := range r.Diags.All {
			if d.Code == diag.Internal {
				t.Fatalf("internal error: %s", d.Message)
			}
		}
		if r.Program == nil {
			if !r.Diags.HasErrors() {
				t.Fatal("neither a program nor an error")
			}
			return
		}
		if r.Program.Image.Words > 1<<22 {
			return
		}
		code, err := emit.Program(r.Program)
		if err != nil {
			t.Fatalf("emit: %v", err)
		}
		m, err := vm.New(code, make([]uint64, r.Program.Image.Words))
		if err != nil {
			t.Fatalf("vm: %v", err)
		}
		m.Init()
		m.Run(0, 8)
	})
}
