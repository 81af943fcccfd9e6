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
	"regexp"
	"strings"
	"testing"

	"mmm/lib"
)

// function is a public function of the library.
type function struct{ lib.Function }

// firstRun are the modules of mimium 4.1.
var firstRun = map[string]bool{}

func init() {
	for _, m := range strings.Fields("math core osc env filter noise drive dynamics delay modulation reverb space sequencer reactive composition parser pattern mininotation") {
		firstRun[m] = true
	}
}

// catalog lists the functions of all modules.
func catalog(t *testing.T) []function {
	t.Helper()
	var list []function
	for _, m := range lib.Catalog() {
		for _, f := range m.Functions {
			list = append(list, function{f})
		}
	}
	return list
}

// parameter names as they stand in a list, default values left out.
var parameter = regexp.MustCompile("(\\w+)\\s*(:\\s*`?(?:\\([^()]*\\)|\\[[^\\]]*\\]|\\w+)(?:->`?(?:\\([^()]*\\)(?:->\\w+)?|\\w+))?)?\\s*(=[^,]*)?(?:,|$)")

// parameters returns the names of f's parameters.
func (f function) parameters() []string {
	var names []string
	for _, m := range parameter.FindAllStringSubmatch(f.Params, -1) {
		names = append(names, m[1])
	}
	return names
}

func TestEveryFunctionSaysWhatItsArgumentsAreAndShowsAnExample(t *testing.T) {
	for _, f := range catalog(t) {
		if len(f.Examples) == 0 {
			t.Errorf("%s has no example", f.Path())
		}
		for _, name := range f.parameters() {
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(f.Doc) {
				t.Errorf("%s does not say what %s is", f.Path(), name)
			}
		}
	}
}

func TestNoTwoModulesOfferTheSameName(t *testing.T) {
	seen := map[string]string{}
	for _, f := range catalog(t) {
		if other := seen[f.Name]; other != "" && !(firstRun[f.Module] && firstRun[other]) {
			t.Errorf("%s and %s: a patch that uses both modules gets one of them", f.Path(), other+"::"+f.Name)
		}
		seen[f.Name] = f.Module
	}
}
