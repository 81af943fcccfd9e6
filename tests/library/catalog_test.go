// Package library tests what the library's modules promise: every documented
// example plays, alike on both engines; filters have the response of their
// formula, oscillators their alias floor, envelopes their times. What the tests
// measure and what each example costs stands in docs/library.md, which
//
//	go test ./tests/library -update
//
// writes anew, with -cost REGEX also the times that are there already.
package library

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mmm/lib"
)

// function is a public function of a module with what its comment says:
//
//	// What it does, in a sentence. Then arguments with units and ranges.
//	// Source: where the method is published
//	// Example: an expression for dsp
//	//   that may go on
type function struct {
	module, name string
	params       string // as written between the parentheses
	result       string // its type, if written
	macro        bool   // of the macro stage: called with !
	doc          string // what stands before Source and Example
	source       string
	examples     []string
}

// path is the full name.
func (f function) path() string { return f.module + "::" + f.name }

// summary is the first sentence.
func (f function) summary() string {
	if m := sentence.FindString(f.doc); m != "" {
		return strings.TrimSpace(m)
	}
	return f.doc
}

var (
	sentence = regexp.MustCompile(`^.*?\.(\s|$)`)
	publicFn = regexp.MustCompile(`^\s*pub fn (\w+)\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)\s*(?:->(.*))?\{`)
	stageTag = regexp.MustCompile(`^\s*#stage\((\w+)\)`)
	firstRun = map[string]bool{} // modules of mimium 4.1
)

func init() {
	for _, m := range strings.Fields("math core osc env filter noise drive dynamics delay modulation reverb space sequencer reactive composition parser pattern mininotation") {
		firstRun[m] = true
	}
}

// catalog reads all modules, in the order of their names and of the text.
func catalog(t *testing.T) []function {
	t.Helper()
	files, err := fs.Glob(lib.Files, "*.mmm")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	var list []function
	for _, file := range files {
		text, err := fs.ReadFile(lib.Files, file)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, functions(strings.TrimSuffix(file, ".mmm"), string(text))...)
	}
	return list
}

// functions reads one module.
func functions(module, text string) []function {
	var list []function
	var comment []string
	macro := false
	for _, line := range strings.Split(text, "\n") {
		if m := stageTag.FindStringSubmatch(line); m != nil {
			macro = m[1] == "macro"
		}
		if c, ok := strings.CutPrefix(strings.TrimSpace(line), "//"); ok {
			comment = append(comment, strings.TrimPrefix(c, " "))
			continue
		}
		if m := publicFn.FindStringSubmatch(line); m != nil {
			f := function{module: module, name: m[1], params: m[2], result: strings.TrimSpace(m[3]), macro: macro}
			f.read(comment)
			list = append(list, f)
		}
		comment = nil
	}
	return list
}

// read takes a comment apart.
func (f *function) read(comment []string) {
	var doc []string
	example := false
	for _, line := range comment {
		switch {
		case strings.HasPrefix(line, "Source: "):
			f.source, example = strings.TrimPrefix(line, "Source: "), false
		case strings.HasPrefix(line, "Example: "):
			f.examples = append(f.examples, strings.TrimPrefix(line, "Example: "))
			example = true
		case strings.HasPrefix(line, "  ") && example:
			f.examples[len(f.examples)-1] += "\n" + line
		case strings.HasPrefix(line, "  ") && f.source != "":
			f.source += " " + strings.TrimSpace(line)
		default:
			doc = append(doc, line)
		}
	}
	f.doc = strings.Join(doc, " ")
}

// parameter names as they stand in a list, default values left out.
var parameter = regexp.MustCompile("(\\w+)\\s*(:\\s*`?(?:\\([^()]*\\)|\\[[^\\]]*\\]|\\w+)(?:->`?(?:\\([^()]*\\)(?:->\\w+)?|\\w+))?)?\\s*(=[^,]*)?(?:,|$)")

// parameters returns the names of f's parameters.
func (f function) parameters() []string {
	var names []string
	for _, m := range parameter.FindAllStringSubmatch(f.params, -1) {
		names = append(names, m[1])
	}
	return names
}

func TestEveryFunctionSaysWhatItsArgumentsAreAndShowsAnExample(t *testing.T) {
	for _, f := range catalog(t) {
		if len(f.examples) == 0 {
			t.Errorf("%s has no example", f.path())
		}
		for _, name := range f.parameters() {
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(f.doc) {
				t.Errorf("%s does not say what %s is", f.path(), name)
			}
		}
	}
}

func TestNoTwoModulesOfferTheSameName(t *testing.T) {
	seen := map[string]string{}
	for _, f := range catalog(t) {
		if other := seen[f.name]; other != "" && !(firstRun[f.module] && firstRun[other]) {
			t.Errorf("%s and %s: a patch that uses both modules gets one of them", f.path(), other+"::"+f.name)
		}
		seen[f.name] = f.module
	}
}
