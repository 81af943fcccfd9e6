package stage

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mmm/compiler/diag"
	"mmm/compiler/types"
	"mmm/lib"
)

// FuzzFlatten feeds two files that can load each other, and the library,
// through modules, checking and the macro stage: no panic, no hang, and what
// comes out is checked without a trace of modules and stages.
func FuzzFlatten(f *testing.F) {
	f.Add("use a::f\nfn dsp(){ f(1) }", "pub fn f(x){ x }")
	f.Add("include(\"a.mmm\")\nmod m { mod a\npub use a::* }\nm::a::f(1)", "include(\"main.mmm\")\npub let f = 1")
	f.Add("use a::*\nuse core::*\nfn dsp(){ m!(`2) |> tostereo }", "#stage(macro)\npub fn m(e){ `{ $e + $(lift(1)) } }")
	f.Add("use mininotation::*\nfn dsp(){ run!(mini(\"1 [2 3] ~\"), 40) }", "")
	f.Add("mod m { type K = A | B(float)\npub fn f(k:K){ match k { A => 1, B(x) => x } }\nmod n { use a::f } }\nm::f(A)", "mod b { pub fn f(){ g() } fn g(){ 1 } }\npub use b::f")
	f.Add("fn s(a,b){a-b}\n#stage(macro)\nfn ap(f,x){ f(x) }\nlet k = Control(\"k\",{a=1,b=(2,3)})\n#stage(main)\nlet c = $k\nfn dsp(){ ap!(s(_,1),`c.a) }", "")
	f.Fuzz(func(t *testing.T, main, other string) {
		if len(main)+len(other) > 4000 {
			return
		}
		begin := time.Now()
		p, info, ds := flattened(map[string]string{"/p/main.mmm": main, "/p/a.mmm": other}, Files{})
		if !ds.HasErrors() {
			if file, ok := Expand(context.Background(), p, info, nil, ds); ok {
				types.CheckProgram(file, types.Options{Modules: p.Modules}, ds)
			} else if !ds.HasErrors() {
				t.Fatal("no program and no error")
			}
		}
		if took := time.Since(begin); took > 20*time.Second {
			t.Fatalf("took %v", took)
		}
		for _, d := range ds.All {
			if d.Code == diag.Internal {
				t.Fatalf("internal error: %s", d.Message)
			}
			if d.Span.IsZero() {
				t.Fatalf("no position: %s", d.Message)
			}
		}
	})
}

func TestEveryModuleOfTheLibraryIsFreeOfMistakes(t *testing.T) {
	list, err := lib.Files.ReadDir(".")
	if err != nil || len(list) < 10 {
		t.Fatalf("%d modules: %v", len(list), err)
	}
	for _, entry := range list {
		name := strings.TrimSuffix(entry.Name(), filepath.Ext(entry.Name()))
		p, info, ds := flattened(map[string]string{"/p/main.mmm": "use " + name + "::*"}, Files{})
		if len(ds.All) == 0 {
			Expand(context.Background(), p, info, nil, ds)
		}
		if len(ds.All) > 0 {
			t.Errorf("%s: %s", name, messages(ds))
		}
	}
}
