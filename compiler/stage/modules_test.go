package stage

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// memory serves files from a map of slash-separated paths.
func memory(files map[string]string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if text, ok := files[filepath.ToSlash(path)]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
}

// flattened parses, flattens and checks /p/main.mmm.
func flattened(files map[string]string, options Files) (*Program, *types.Info, *diag.List) {
	options.Path = "/p/main.mmm"
	options.Read = memory(files)
	src, _, _ := source.NewFile(options.Path, files[options.Path])
	ds := &diag.List{}
	p := Flatten(syntax.Parse(src, ds), options, ds)
	info := types.CheckProgram(p.File, types.Options{Modules: p.Modules, Imported: p.Imported}, ds)
	ds.Sort()
	return p, info, ds
}

// found lists diagnostics as "FILE CODE LINE:COL", warnings with a leading "w";
// the file is left out for main.mmm.
func found(ds *diag.List) string {
	var list []string
	for _, d := range ds.All {
		line, col := d.Span.File.Position(d.Span.Start)
		text := fmt.Sprintf("%s %d:%d", d.Code, line, col)
		if d.Severity == diag.Warning {
			text = "w" + text
		}
		if name := filepath.Base(d.Span.File.Name); name != "main.mmm" {
			text = name + " " + text
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

// messages lists what the diagnostics say.
func messages(ds *diag.List) string {
	var list []string
	for _, d := range ds.All {
		list = append(list, d.Message)
		if d.Help != "" {
			list = append(list, "  help: "+d.Help)
		}
		for _, n := range d.Notes {
			list = append(list, "  note: "+n.Text)
		}
	}
	return strings.Join(list, "\n")
}

// meaning returns what the last statement of the program prints as: names
// stand in it as they were resolved.
func meaning(p *Program) string {
	var b strings.Builder
	last := &syntax.File{Stmts: p.File.Stmts[len(p.File.Stmts)-1:]}
	if err := syntax.Print(&b, last); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestNamesMeanWhatTheRulesSay(t *testing.T) {
	for _, c := range []struct{ name, program, want string }{
		{"a path", "mod m { pub fn f(x){x} }\nm::f(1)", "(call m::f 1)"},
		{"a nested path", "mod m { pub mod n { pub fn f(x){x} } }\nm::n::f(1)", "(call m::n::f 1)"},
		{"a private module is reached by path", "mod m { mod n { pub fn f(x){x} } }\nm::n::f(1)", "(call m::n::f 1)"},
		{"an import", "mod m { pub fn f(x){x} }\nuse m::f\nf(1)", "(call m::f 1)"},
		{"an import of several", "mod m { pub fn f(x){x} pub fn g(x){x} }\nuse m::{f, g}\n(f, g)", "(tuple m::f m::g)"},
		{"a wildcard", "mod m { pub fn f(x){x} }\nuse m::*\nf(1)", "(call m::f 1)"},
		{"a wildcard of a nested module", "mod m { pub mod n { pub fn f(x){x} } }\nuse m::n::*\nf(1)", "(call m::n::f 1)"},
		{"an explicit import wins over a wildcard", "mod a{pub fn f(){1}} mod b{pub fn f(){2}} use b::f use a::*\nf()", "(call b::f)"},
		{"the first wildcard wins", "mod a{pub fn f(){1}} mod b{pub fn f(){2}} use a::* use b::*\nf()", "(call a::f)"},
		{"the last import of a name wins", "mod a{pub fn f(){1}} mod b{pub fn f(){2}} use a::f use b::f\nf()", "(call b::f)"},
		{"a private member is skipped by a wildcard", "mod a{fn f(){1}} mod b{pub fn f(){2}} use a::* use b::*\nf()", "(call b::f)"},
		{"a definition of the program wins over an import", "mod m { pub fn f(x){x} }\nuse m::f\nfn f(){ 1 }\nf()", "(call f)"},
		{"an import wins over a builtin", "mod m { pub fn sin(x){x} }\nuse m::sin\nsin(1)", "(call m::sin 1)"},
		{"before its definition a name of the top level is none", "mod m { pub fn f(x){x} }\nuse m::f\nlet a = f(1)\nfn f(){ 1 }\na", "a"},
		{"a local wins over everything", "mod m { pub fn f(x){x} }\nuse m::f\n|f| f(1)", "(lambda (f) (call f 1))"},
		{"a let of a block wins behind it", "mod m { let pub_ = 1\npub fn f(x){x} }\nuse m::f\n{ let a = f\nlet f = 2\n f }", "(block (let a m::f) (let f 2) f)"},
		{"a name bound by an arm is local", "mod m { pub fn y(x){x} }\nuse m::y\nmatch (1,2) { (0, y) => y, _ => y(1) }", "(match (tuple 1 2) (=> (tuple 0 y) y) (=> _ (call m::y 1)))"},
		{"a constructor stays bare", "mod m { pub type K = A | B(float) }\nB(1)", "(call B 1)"},
		{"a re-export", "mod m { mod n { pub fn f(x){x} } pub use n::f }\nm::f(1)", "(call m::n::f 1)"},
		{"an import of a re-export", "mod m { mod n { pub fn f(x){x} } pub use n::f }\nuse m::f\nf(1)", "(call m::n::f 1)"},
		{"a re-export by a wildcard", "mod m { mod n { pub fn f(x){x} } pub use n::f }\nuse m::*\nf(1)", "(call m::n::f 1)"},
		{"an imported module", "mod m { pub mod n { pub fn f(x){x} } }\nuse m::n\nn::f(1)", "(call m::n::f 1)"},
		{"an import through an imported module", "mod m { pub mod n { pub fn f(x){x} } }\nuse m::n\nuse n::f\nf(1)", "(call m::n::f 1)"},
		{"a variable of a module", "mod m { pub let k = 3 }\nm::k", "m::k"},
		{"a module that is opened again", "mod m { pub fn f(x){x} }\nmod m { pub fn g(x){x} }\n(m::f, m::g)", "(tuple m::f m::g)"},
		{"a macro call", "mod m {\n#stage(macro)\npub fn f(){ `1 } }\nm::f!()", "(macro-call m::f)"},
		{"a default belongs to the scope around the function", "mod m { pub fn k(){1} }\nuse m::k\nfn f(k = k()){ k }", "(fn f ((param k (= (call m::k)))) (block k))"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _, ds := flattened(map[string]string{"/p/main.mmm": c.program}, Files{})
			if got := found(ds); got != "" {
				t.Errorf("unexpected diagnostics %s\n%s", got, messages(ds))
			}
			if got := meaning(p); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestNamesInsideModulesLookOutward(t *testing.T) {
	for _, c := range []struct{ name, program, body, want string }{
		{"its own sibling before a global", "fn g(x){x}\nmod m{ fn g(x){x}\npub fn f(){ %s } }", "g(1)", "(call m::g 1)"},
		{"the module around it", "mod m{ fn g(x){x}\nmod n{ pub fn f(){ %s } } }", "g(1)", "(call m::g 1)"},
		{"a sibling module by path", "mod m{ mod b { pub fn x(v){v} }\nmod c{ pub fn f(){ %s } } }", "b::x(1)", "(call m::b::x 1)"},
		{"a global", "fn g(x){x}\nmod m{ pub fn f(){ %s } }", "g(1)", "(call g 1)"},
		{"its own variable", "let k=5\nmod m{ let k=3\npub fn f(){ %s } }", "k", "m::k"},
		{"itself", "mod m{ pub fn f(){ %s } }", "f()", "(call m::f)"},
		{"imports of other modules are global", "mod a{ pub fn h(){1} }\nmod b{ use a::h }\nmod m{ pub fn f(){ %s } }", "h()", "(call a::h)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _, ds := flattened(map[string]string{"/p/main.mmm": fmt.Sprintf(c.program, c.body)}, Files{})
			if got := found(ds); got != "" {
				t.Errorf("unexpected diagnostics %s\n%s", got, messages(ds))
			}
			if got := meaning(p); !strings.Contains(got, "(block "+c.want+")") {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestMistakesWithModulesAreReportedAtTheirPlace(t *testing.T) {
	for _, c := range []struct{ name, program, want, says string }{
		{"a private function by path", "mod m { fn f(x){x} }\nm::f(1)", "E19 2:1", `Member "f" in module "m" is private`},
		{"a private function by import", "mod m { fn f(x){x} }\nuse m::f\nf(1)", "E19 3:1", ""},
		{"a private function of a nested module", "mod m { mod n { fn f(x){x} }\npub fn g(){ n::f(1) } }", "E19 2:13", `Member "f" in module "m::n" is private`},
		{"a private variable", "mod m { let k = 1 }\nm::k", "E19 2:1", ""},
		{"a private re-exported function", "mod m { mod n { fn f(x){x} } pub use n::f }\nm::f(1)", "E19 2:1", `Member "f" in module "m::n" is private`},
		{"an unknown member", "mod m { pub fn f(x){x} }\nm::g(1)", "E16 2:1", `note: Member "g" not found in module "m"`},
		{"a member that is nearly known", "mod m { pub fn gain(x){x} }\nm::gian(1)", "E16 2:1", "help: did you mean `m::gain`?"},
		{"an imported name that is misspelled", "mod m { pub fn gain(x){x} }\nuse m::gain\ngian(1)", "E16 3:1", "help: did you mean `gain`?"},
		{"a name of a wildcard that is misspelled", "mod m { pub fn gain(x){x} }\nuse m::*\ngian(1)", "E16 3:1", "help: did you mean `gain`?"},
		{"an unknown module", "m::g(1)", "E16 1:1", `note: Module "m" not found`},
		{"an imported name that is not there", "mod m { pub fn f(x){x} }\nuse m::g\ng(1)", "E16 3:1", `Variable "m::g" not found in this scope`},
		{"a qualified constructor", "mod m { pub type K = A | B }\nm::B", "E16 2:1", ""},
		{"a member defined later", "mod m { pub fn f(x){ g(x) }\nfn g(x){x} }", "E16 1:22", ""},
		{"a private type", "mod m { type alias T = float }\nfn f(x:m::T){ x }", "E26 2:8", "Type 'T' in module 'm' is private"},
		{"a private type by import", "mod m { type alias T = float }\nuse m::T\nfn f(x:T){ x }", "E26 3:8", ""},
		{"a private type by its bare name", "mod m { type T = A | B }\nfn f(x:T){ 1 }", "E26 2:8", ""},
		{"a private type inside its module", "mod m { type alias T = float\nfn g(x:T)->T{ x }\nmod n { fn h(x:T){ x } } }", "", ""},
		{"a leak of a private type", "mod m { type K = A | B\npub fn f()->K{ A } }", "E27 2:1", "Public function 'm::f' cannot expose private type 'm::K'"},
		{"a leak through the payload of a public type", "type K = A\npub type L = B([K])\npub fn f(x:{a:L}){ 1 }", "E27 3:1", "private type 'K'"},
		{"a public type does not leak", "mod m { pub type K = A | B\npub fn f()->K{ A } }", "", ""},
		{"a letter does not leak", "pub fn f(x:a)->a{ x }", "", ""},
		{"an unknown type of a module", "mod m { }\nfn f(x:m::T){ 1 }", "E28 2:8", `Unknown type "m::T"`},
		{"a letter as the name of a type of a module", "mod m { type alias t = float }", "E35 1:9", ""},
		{"the constructors of two modules", "mod m { pub type K = A | B }\nmod n { pub type L = A | C }", "E34 2:22", ""},
		{"a variable of a module by its bare name", "mod m { let k = 1 }\nk", "wE50 2:1", ""},
		{"a variable of two modules by its bare name", "mod m { let k = 1 }\nmod n { let k = 2 }\nk", "E16 3:1", ""},
		{"a file that is not there", "use nosuch::f\nf(1)", "P09 1:1", "File nosuch.mmm not found"},
		{"a use before the module", "use m::f\nmod m { pub fn f(x){x} }", "P09 1:1", ""},
		{"the same type twice in different modules", "mod m { pub type alias T = float }\nmod n { pub type alias T = string }\nfn f(x:m::T, y:n::T){ x + 1 }", "", ""},
		{"an ambiguous bare type", "mod m { pub type alias T = float }\nmod n { pub type alias T = string }\nfn f(x:T){ x }", "E28 3:8", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, ds := flattened(map[string]string{"/p/main.mmm": c.program}, Files{})
			if got := found(ds); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s\n%s", c.program, got, c.want, messages(ds))
			}
			if got := messages(ds); !strings.Contains(got, c.says) {
				t.Errorf("%s\ngot  %s\nwant %s", c.program, got, c.says)
			}
			if got := messages(ds); strings.Contains(got, sep) {
				t.Errorf("%s\nan inner name is shown: %s", c.program, got)
			}
		})
	}
}
