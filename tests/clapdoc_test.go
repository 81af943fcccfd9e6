package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writtenTable holds a document's part between the comments "<!-- NAME -->" and
// "<!-- end NAME -->" against what a test has found; -update writes it.
func writtenTable(t *testing.T, file, name, found string) {
	t.Helper()
	text := string(read(t, file))
	before, rest, ok := strings.Cut(text, "<!-- "+name+" -->\n")
	written, after, ended := strings.Cut(rest, "<!-- end "+name+" -->")
	if !ok || !ended {
		t.Fatalf("%s has no part called %s", file, name)
	}
	if written == found {
		return
	}
	if !*update {
		t.Errorf("%s, %s: run with -update; it should be\n%s", file, name, found)
		return
	}
	whole := before + "<!-- " + name + " -->\n" + found + "<!-- end " + name + " -->" + after
	if err := os.WriteFile(filepath.Join(root, file), []byte(whole), 0o644); err != nil {
		t.Fatal(err)
	}
}
