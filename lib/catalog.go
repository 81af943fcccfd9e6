// The catalogue: what the modules offer and what the comments above it say.

package lib

import (
	_ "embed"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Module is one file of the library.
type Module struct {
	Name      string
	Heading   string // the comment at its top, one line for each of its lines
	Functions []Function
}

// Function is a public function of a module with what the comment above it
// says:
//
//	// What it does, in a sentence. Then arguments with units and ranges.
//	// Source: where the method is published
//	// Example: an expression for dsp
//	//   that may go on
//	//   where let what = stands before dsp
type Function struct {
	Module, Name string
	Params       string // as written between the parentheses
	Result       string // its type, if written
	Macro        bool   // of the macro stage: called with !, or by macros
	Doc          string // what stands before Source and Example, in one line
	Source       string
	Examples     []string
}

// Path is the full name, as in osc::saw.
func (f Function) Path() string { return f.Module + "::" + f.Name }

// Title is the name as patches write it: with ! if its examples do.
func (f Function) Title() string {
	if slices.ContainsFunc(f.Examples, func(e string) bool { return strings.Contains(e, f.Name+"!(") }) {
		return f.Name + "!"
	}
	return f.Name
}

// Call is the function with its parameters, as a reference shows it.
func (f Function) Call() string { return f.Title() + "(" + f.Params + ")" }

// Summary is the first sentence of Doc.
func (f Function) Summary() string {
	if m := sentence.FindString(f.Doc); m != "" {
		return strings.TrimSpace(m)
	}
	return f.Doc
}

var (
	sentence = regexp.MustCompile(`^.*?\.(\s|$)`)
	publicFn = regexp.MustCompile(`^\s*pub fn (\w+)\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)\s*(?:->(.*))?\{`)
	stageTag = regexp.MustCompile(`^\s*#stage\((\w+)\)`)
)

// Builtins describes what every patch has without a `use`: the compiler's own
// functions and macros. Its name is "builtins"; nothing can be imported from it.
func Builtins() Module { return module("builtins", builtins) }

// builtins is written like a module without bodies.
//
//go:embed builtins.txt
var builtins string

// Catalog reads all modules, in the order of their names; functions in the
// order of the text.
func Catalog() []Module {
	files, err := fs.Glob(Files, "*.mmm")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	slices.Sort(files)
	var list []Module
	for _, file := range files {
		text, err := fs.ReadFile(Files, file)
		if err != nil {
			panic(err) // the file is embedded
		}
		list = append(list, module(strings.TrimSuffix(file, ".mmm"), string(text)))
	}
	return list
}

// module reads one module.
func module(name, text string) Module {
	m := Module{Name: name}
	var comment []string
	macro, top := false, true
	for _, line := range strings.Split(text, "\n") {
		if tag := stageTag.FindStringSubmatch(line); tag != nil {
			macro = tag[1] == "macro"
		}
		if c, ok := strings.CutPrefix(strings.TrimSpace(line), "//"); ok {
			comment = append(comment, strings.TrimPrefix(c, " "))
			continue
		}
		if top {
			m.Heading, top = strings.Join(comment, "\n"), false
		}
		if fn := publicFn.FindStringSubmatch(line); fn != nil {
			f := Function{Module: name, Name: fn[1], Params: fn[2], Result: strings.TrimSpace(fn[3]), Macro: macro}
			f.read(comment)
			m.Functions = append(m.Functions, f)
		}
		comment = nil
	}
	return m
}

// read takes a comment apart.
func (f *Function) read(comment []string) {
	var doc []string
	example := false
	for _, line := range comment {
		switch {
		case strings.HasPrefix(line, "Source: "):
			f.Source, example = strings.TrimPrefix(line, "Source: "), false
		case strings.HasPrefix(line, "Example: "):
			f.Examples = append(f.Examples, strings.TrimPrefix(line, "Example: "))
			example = true
		case strings.HasPrefix(line, "  ") && example:
			f.Examples[len(f.Examples)-1] += "\n" + line
		case strings.HasPrefix(line, "  ") && f.Source != "":
			f.Source += " " + strings.TrimSpace(line)
		default:
			doc = append(doc, line)
		}
	}
	f.Doc = strings.Join(doc, " ")
}
