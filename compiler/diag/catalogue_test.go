package diag

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/errors.md")

// page is the generated page.
const page = "../../docs/errors.md"

func TestThePageOfDiagnosticsIsGeneratedFromTheCatalogue(t *testing.T) {
	var want bytes.Buffer
	if err := WriteCatalogue(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/errors.md does not agree with the catalogue; run this test with -update")
	}
}

func TestEveryCodeHasOneEntry(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[Code]int{}
	ast.Inspect(file, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			codes[Code(strings.Trim(l.Value, `"`))] = 0
		}
		return true
	})
	if len(codes) < 60 {
		t.Fatalf("only %d codes found", len(codes))
	}
	names := map[string]bool{}
	for _, e := range Catalogue {
		n, known := codes[e.Code]
		if !known || n > 0 {
			t.Errorf("%s has two entries, or is no code", e.Code)
		}
		codes[e.Code]++
		switch {
		case names[e.Name]:
			t.Errorf("two entries have the name %s", e.Name)
		case e.Name == "" || e.Headline == "" || e.Explain == "":
			t.Errorf("the entry of %s is not complete", e.Code)
		case e.Example == "" && e.Instead == "":
			t.Errorf("%s has no example", e.Code)
		case e.Example != "" && (e.Line < 1 || e.Line > strings.Count(e.Example, "\n")+1):
			t.Errorf("line %d is not in the example of %s", e.Line, e.Code)
		case len(e.Example) > 500 && e.Instead == "":
			t.Errorf("the example of %s is too long for the page", e.Code)
		}
		names[e.Name] = true
	}
	for c, n := range codes {
		if n == 0 {
			t.Errorf("%s has no entry", c)
		}
	}
}

func TestAHeadlineMatchesItsMessages(t *testing.T) {
	e := Entry{Headline: "Length is {n} but index was {i} (`x`)."}
	for message, want := range map[string]bool{
		"Length is 2 but index was 3 (`x`).":   true,
		"Length is but index was 3 (`x`).":     false,
		"Length is 2 but index was 3 (`x`).\n": false,
		"Length is 2 but index was 3 (`x`)!":   false,
	} {
		if e.Matches(message) != want {
			t.Errorf("%q: %v", message, !want)
		}
	}
}
