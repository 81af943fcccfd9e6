package library

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// This file's tests run last, when all figures are there (files run in the order
// of their names).
func TestTheTableOfTheLibraryIsWhatItsFunctionsAre(t *testing.T) {
	old, err := os.ReadFile(table)
	if err != nil && !*update {
		t.Fatal(err)
	}
	list, have := catalog(t), rows(string(old))
	names, again := map[string]bool{}, regexp.MustCompile(*cost)
	for _, f := range list {
		names[f.Path()] = true
		r := have[f.Path()]
		if found := measured.by[f.Path()]; found != nil && *update || whole() {
			r.measured = strings.Join(found, "; ")
		}
		if *update && len(f.Examples) > 0 && (r.ns == "" || again.MatchString(f.Path())) {
			r.ns = nanoseconds(t, f)
		}
		have[f.Path()] = r
	}
	for path := range measured.by {
		if !names[path] {
			t.Errorf("a test reports about %s, which is no function", path)
		}
	}
	text := document(list, have)
	if *update {
		if err := os.WriteFile(table, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text != string(old) {
		t.Error("docs/library.md is stale: run go test ./tests/library -update")
	}
}
