package vm

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheChecklistNamesTestsThatExist keeps docs/machine.md honest.
func TestTheChecklistNamesTestsThatExist(t *testing.T) {
	page, err := os.ReadFile("../docs/machine.md")
	if err != nil {
		t.Fatal(err)
	}
	var sources strings.Builder
	for _, dir := range []string{".", "../compiler/emit", "../state"} {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			sources.Write(text)
		}
	}
	named := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, name := range regexp.MustCompile(`\b(Test[A-Z]\w+|[a-z]+[A-Z]\w+)\b`).FindAllString(cells[len(cells)-2], -1) {
			named++
			if !strings.Contains(sources.String(), "func "+name+"(t *testing.T)") {
				t.Errorf("there is no test %s", name)
			}
		}
	}
	if named < 100 {
		t.Errorf("only %d tests are named", named)
	}
}
