package stage

import (
	"fmt"
	"strings"
	"testing"

	"mmm/compiler/diag"
)

func TestFilesAreFoundInTheOrderOfTheSearchPath(t *testing.T) {
	all := map[string]string{
		"/first/m.mmm":         "pub fn from(){ 1 }",
		"/p/lib/m.mmm":         "pub fn from(){ 2 }",
		"/lib/m.mmm":           "pub fn from(){ 3 }",
		"/home/m.mmm":          "pub fn from(){ 5 }",
		"/p/m.mmm":             "pub fn from(){ 6 }",
		"/p/lib/osc.mmm":       "pub fn from(){ 2 }",
		"/p/sub/deep/x.mmm":    "use near::n",
		"/p/sub/deep/near.mmm": "pub fn n(){ 1 }",
	}
	options := Files{LibPath: []string{"/first"}, Home: "/home"}
	order := []string{"/first/m.mmm", "/p/lib/m.mmm", "/lib/m.mmm", "/home/m.mmm", "/p/m.mmm"}
	for i, want := range order {
		files := map[string]string{"/p/main.mmm": "use m::from"}
		for _, path := range order[i:] {
			files[path] = all[path]
		}
		p, _, ds := flattened(files, options)
		if ds.HasErrors() || len(p.Files) != 1 || p.Files[0].Path != want {
			t.Errorf("loaded %v, want %s: %s", p.Files, want, messages(ds))
		}
	}
	for _, c := range []struct{ name, program, want string }{
		{"the library is embedded", "use math::log10", "lib:math.mmm"},
		{"a library file beside the patch wins over the embedded one", "use osc::from", "/p/lib/osc.mmm"},
		{"a dot skips the search path", "include(\"./m.mmm\")", "/p/m.mmm"},
		{"an absolute path skips the search path", "include(\"/p/m.mmm\")", "/p/m.mmm"},
		{"a path with folders", "include(\"sub/deep/near.mmm\")", "/p/sub/deep/near.mmm"},
		{"the folder is that of the loading file", "include(\"sub/deep/x.mmm\")", "/p/sub/deep/x.mmm /p/sub/deep/near.mmm"},
	} {
		files := map[string]string{"/p/main.mmm": c.program}
		for path, text := range all {
			files[path] = text
		}
		p, _, ds := flattened(files, Files{})
		var got []string
		for _, f := range p.Files {
			got = append(got, f.Path)
		}
		if ds.HasErrors() || strings.Join(got, " ") != c.want {
			t.Errorf("%s: loaded %v, want %s: %s", c.name, got, c.want, messages(ds))
		}
	}
}

func TestATextWithoutAFileSeesTheLibraryOnly(t *testing.T) {
	for program, want := range map[string]string{
		"use math::log10\nlet a = log10(1)": "",
		"include(\"./m.mmm\")":              "P09 1:1",
		"use nosuch::f":                     "P09 1:1",
	} {
		src := parse(program)
		ds := &diag.List{}
		Flatten(src, Files{Read: func(path string) ([]byte, error) { return nil, fmt.Errorf("%s is read", path) }}, ds)
		if got := found(ds); got != want {
			t.Errorf("%s: got %s, want %s: %s", program, got, want, messages(ds))
		}
	}
}

func TestLoadedFilesMakeOneProgram(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // diagnostics
		says  string
	}{
		{"files that use each other", map[string]string{
			"main": "use a::p\nuse b::q\nlet x = p(1) + q(1)", "a": "use b::q\npub fn p(x){ x }", "b": "use a::p\npub fn q(x){ x }",
		}, "", ""},
		{"a file that uses itself", map[string]string{"main": "use a::f\nlet x = f(1)", "a": "use a::f\npub fn f(x){ x }"}, "", ""},
		{"wildcards inside a loaded file are global", map[string]string{
			"main": "use a::*\nlet x = g(1)", "a": "use b::*\npub fn f(x){ g(x) }", "b": "pub fn g(x){ x }",
		}, "", ""},
		{"an include puts names to the top level", map[string]string{
			"main": "mod m { include(\"a.mmm\")\npub fn g(){ f(k) } }\nlet x = f(k)", "a": "let k = 1\nfn f(x){ x }",
		}, "", ""},
		{"a module from a file", map[string]string{"main": "mod m { pub mod a }\nlet x = m::a::f(1)", "a": "fn g(x){ x }\npub fn f(x){ g(x) }"}, "", ""},
		{"a use in a module loads at the top level", map[string]string{"main": "mod m { use a::f }\nlet x = a::f(1)", "a": "pub fn f(x){ x }"}, "", ""},
		{"an include twice defines again", map[string]string{"main": "include(\"a.mmm\")\nlet k = f(1)\ninclude(\"a.mmm\")\nlet x = f(k)", "a": "fn f(x){ x }"}, "", ""},
		{"a file that includes itself", map[string]string{"main": "include(\"a.mmm\")", "a": "\ninclude(\"a.mmm\")"},
			"a.mmm P10 2:1", "note: the chain: /p/a.mmm -> /p/a.mmm"},
		{"files that include each other", map[string]string{"main": "include(\"a.mmm\")", "a": "mod b", "b": "\n\ninclude(\"a.mmm\")"},
			"b.mmm P10 3:1", "note: the chain: /p/a.mmm -> /p/b.mmm -> /p/a.mmm"},
		{"the patch included by its file", map[string]string{"main": "include(\"a.mmm\")", "a": "include(\"main.mmm\")"}, "a.mmm P10 1:1", ""},
		{"a syntax error in a loaded file", map[string]string{"main": "use a::f\nlet x = f(1) + nope", "a": "pub fn f(x){\n  x + )\n}"}, "a.mmm P01 2:7", ""},
		{"an error of types in a loaded file", map[string]string{"main": "use a::f\nlet x = f(1)", "a": "pub fn f(x){ x + \"s\" }"}, "a.mmm E01 1:18", ""},
		{"a missing file in a loaded file", map[string]string{"main": "use a::f\nlet x = f(1)", "a": "use b::g\npub fn f(x){ g(x) }"}, "a.mmm P09 1:1", ""},
		{"bytes that are no text", map[string]string{"main": "use a::f\nlet x = f(1)", "a": "pub fn f(x){ \"\xff\" }"}, "a.mmm P11 1:15", ""},
		{"names that only a missing module could bring", map[string]string{"main": "use a::*\nlet x = f(1)"}, "P09 1:1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{}
			for name, text := range c.files {
				files["/p/"+name+".mmm"] = text
			}
			_, _, ds := flattened(files, Files{})
			if got := found(ds); got != c.want {
				t.Errorf("got  %s\nwant %s\n%s", got, c.want, messages(ds))
			}
			if got := messages(ds); !strings.Contains(got, c.says) {
				t.Errorf("got  %s\nwant %s", got, c.says)
			}
		})
	}
}

func TestIncludesThatMultiplyEndInADiagnostic(t *testing.T) {
	files := map[string]string{"/p/main.mmm": "include(\"f0.mmm\")", "/p/f30.mmm": "let x = 1"}
	for i := range 30 {
		files[fmt.Sprintf("/p/f%d.mmm", i)] = strings.Repeat(fmt.Sprintf("include(\"f%d.mmm\")\n", i+1), 2)
	}
	_, _, ds := flattened(files, Files{})
	if len(ds.All) != 1 || ds.All[0].Code != diag.TooLarge {
		t.Errorf("got %s", messages(ds))
	}
}

func TestAModuleStartsInTheMainStageAndLeavesTheStageAlone(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"a module in macro code is main code", map[string]string{"main": "#stage(macro)\nmod m { pub fn f(x){ mem(x) } }\nfn g(){ lift(1) }"}, ""},
		{"macro code of a module ends with it", map[string]string{"main": "mod m {\n#stage(macro)\npub fn f(){ `1 } }\nfn g(x){ mem(x) }"}, ""},
		{"a loaded module ends in its own stage", map[string]string{"main": "use a::f\nfn g(x){ mem(f!()) }", "a": "#stage(macro)\npub fn f(){ `1 }"}, ""},
		{"a module is loaded from macro code", map[string]string{"main": "#stage(macro)\nuse a::f\nfn g(){ lift(1) }", "a": "pub fn f(x){ mem(x) }"}, ""},
		{"an include starts in the stage around it", map[string]string{"main": "#stage(macro)\ninclude(\"a.mmm\")", "a": "fn f(){ lift(1) }"}, ""},
		{"an include leaves the stage as it was", map[string]string{"main": "include(\"a.mmm\")\nfn g(x){ mem(x) }", "a": "#stage(macro)\nfn f(){ lift(1) }"}, ""},
		{"macro code of a module is not main code", map[string]string{"main": "mod m {\n#stage(macro)\npub fn f(){ 1 } }\nlet x = m::f()"}, "E20 4:9"},
	} {
		files := map[string]string{}
		for name, text := range c.files {
			files["/p/"+name+".mmm"] = text
		}
		_, _, ds := flattened(files, Files{})
		if got := found(ds); got != c.want {
			t.Errorf("%s: got %s, want %s\n%s", c.name, got, c.want, messages(ds))
		}
	}
}
