// Package tests holds what no single package can test: the house rules, the
// engines against each other, the C face, hosts, the realtime proof, a browser.
package tests

import (
	"bufio"
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository's root, seen from this folder.
const root = ".."

// importOrder lists the Go folders in the order in which data flows. A package
// imports only from folders above its own; the reason stands behind each.
const importOrder = `
compiler/source   positions: everything reports through them
compiler/diag     the one place that makes diagnostics
compiler/syntax   text to tree
compiler/types    tree to meaning
state             words, layout, migration: shared by both engines, knows none
compiler/mir      the middle form, on top of the layout
compiler/mathfn   functions written in the middle form
compiler/lower    meaning to middle form
vm                the machine knows positions and layout, not the compiler
compiler/emit     middle form to bytecode
draft             files that appear when they are complete
audiofile         sound files
lib               the standard library's files
examples          the patches that come with mmm
compiler/stage    modules and macros; runs the macro stage on the vm
compiler          the front door
native            middle form to WebAssembly; never sees vm
params            controls and slots
realtime          drives libmmmrt from the control side
codecache         machine code on disk, from one process to the next
session           one plugin instance
editor            serves the page of a session
plot              pictures of sound
render            programs without a host
export            plugins that contain one patch
gallery           the examples played, measured, shown
cbridge           the C face, no logic
cmd/mmm           the command line
tests             may use everything
build             pins modules
`

// allowed lists, for packages that must not use all that is above them, what
// they may use.
var allowed = map[string][]string{
	"vm":             {"compiler/source", "state"},
	"native":         {"compiler/source", "state", "compiler/mir"},
	"lib":            {},
	"examples":       {},
	"params":         {"state"},
	"state":          {},
	"realtime":       {"state"},
	"compiler/mir":   {"compiler/source", "state"},
	"compiler/types": {"compiler/source", "compiler/diag", "compiler/syntax"},
	"draft":          {},
	"codecache":      {"draft"},
	"audiofile":      {"draft"},
	"plot":           {"draft"},
}

func folders(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, line := range strings.Split(strings.TrimSpace(importOrder), "\n") {
		list = append(list, strings.Fields(line)[0])
	}
	return list
}

func TestImportsPointOneWay(t *testing.T) {
	order := folders(t)
	for _, file := range tracked(t, `\.go$`) {
		dir := filepath.ToSlash(filepath.Dir(file))
		at := slices.IndexFunc(order, func(f string) bool { return f == dir })
		if at < 0 && strings.HasPrefix(dir, "tests/") {
			continue
		}
		if at < 0 {
			t.Errorf("%s: folder %s is not in the import order", file, dir)
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, im := range tree.Imports {
			path := strings.Trim(im.Path.Value, `"`)
			other, ours := strings.CutPrefix(path, "mmm/")
			if !ours && path != "mmm" {
				continue
			}
			if k := slices.Index(order, other); (k < 0 || k >= at) && !strings.HasSuffix(tree.Name.Name, "_test") {
				t.Errorf("%s imports %s, which comes after it", file, path)
			}
			if list, limited := allowed[dir]; limited && !slices.Contains(list, other) && !strings.HasSuffix(file, "_test.go") {
				t.Errorf("%s imports %s, which %s must not use", file, path, dir)
			}
		}
	}
}

func TestFilesAreShortAndAboutOneThing(t *testing.T) {
	for _, file := range tracked(t, `\.(go|c|h|cpp|hpp|rs|js|mjs|ts|py|mmm|S)$`) {
		text := read(t, file)
		if n := bytes.Count(text, []byte("\n")); n > 800 && !generated(text) {
			t.Errorf("%s has %d lines; which two things is it about?", file, n)
		}
	}
}

func TestNamesSaySomething(t *testing.T) {
	banned := regexp.MustCompile(`(^|/)(util|utils|common|helper|helpers|misc)(/|\.\w+$)`)
	for _, file := range tracked(t, `.`) {
		if banned.MatchString(file) {
			t.Errorf("%s: a name that says nothing", file)
		}
	}
}

func TestNothingIsLeftForLaterInTheText(t *testing.T) {
	// The words are put together so that this file does not contain them.
	words := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)
	for _, file := range tracked(t, `\.(go|c|h|cpp|hpp|rs|js|mjs|py|mmm|sh|md|S)$|Makefile$|CMakeLists\.txt$`) {
		for i, line := range strings.Split(string(read(t, file)), "\n") {
			if words.MatchString(line) && !strings.Contains(line, "issue ") {
				t.Errorf("%s:%d: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	}
}

func TestNoTestIsSkipped(t *testing.T) {
	skip := regexp.MustCompile(`\bt\.Skip|#\[ignore\]|x` + `fail|test\.skip`)
	for _, file := range tracked(t, `_test\.go$|\.rs$|\.mjs$|\.py$`) {
		if file == "tests/house_test.go" {
			continue
		}
		if m := skip.Find(read(t, file)); m != nil {
			t.Errorf("%s: %s", file, m)
		}
	}
}

func TestNoFileNamesAPlaceOnOneMachine(t *testing.T) {
	place := regexp.MustCompile(`(/work/|/root/|/home/\w+/|/tmp/\w)`)
	for _, file := range tracked(t, `\.(go|c|h|cpp|hpp|rs|js|mjs|py|mmm|sh|md|txt|json|toml|mod)$|Makefile$`) {
		if file == "tests/house_test.go" {
			continue
		}
		if m := place.Find(read(t, file)); m != nil {
			t.Errorf("%s: %s", file, m)
		}
	}
}

func TestArchitectureListsTheFoldersInOrder(t *testing.T) {
	var listed []string
	inTree := false
	for _, line := range strings.Split(string(read(t, "ARCHITECTURE.md")), "\n") {
		if strings.HasPrefix(line, "```") {
			inTree = !inTree && len(listed) == 0
			continue
		}
		if m := regexp.MustCompile(`^(\s*)([a-z/]+)/(\s|$)`).FindStringSubmatch(line); inTree && m != nil {
			name := m[2]
			if m[1] != "" {
				name = "compiler/" + name
			}
			listed = append(listed, name)
		}
	}
	if len(listed) == 0 {
		t.Fatal("ARCHITECTURE.md has no map of folders")
	}
	exist := map[string]bool{}
	for _, file := range tracked(t, `.`) {
		if parts := strings.Split(file, "/"); len(parts) > 1 && !strings.HasPrefix(parts[0], ".") {
			exist[parts[0]] = true
			if parts[0] == "compiler" && len(parts) > 2 {
				exist["compiler/"+parts[1]] = true
			}
		}
	}
	for _, name := range listed {
		top := strings.Split(name, "/")[0]
		if !exist[name] && !exist[top] {
			t.Errorf("ARCHITECTURE.md lists %s/, which does not exist", name)
		}
	}
	for name := range exist {
		if !slices.ContainsFunc(listed, func(l string) bool { return l == name || strings.HasPrefix(l, name+"/") }) {
			t.Errorf("ARCHITECTURE.md does not list %s/", name)
		}
	}
	order := folders(t)
	last := -1
	for _, name := range listed {
		if k := slices.Index(order, name); k >= 0 && name != "compiler" && name != "build" && name != "tests" {
			if k < last {
				t.Errorf("ARCHITECTURE.md lists %s/ after %s/; the import order has it before", name, order[last])
			}
			last = max(last, k)
		}
	}
}

func TestGoIsFormattedAndVetted(t *testing.T) {
	if out := output(t, "gofmt", "-l", "."); len(out) > 0 {
		t.Errorf("not formatted:\n%s", out)
	}
}

// tracked returns the repository's files, those not yet committed included,
// whose name matches pattern.
func tracked(t *testing.T, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	var list []string
	lines := bufio.NewScanner(bytes.NewReader(output(t, "git", "ls-files", "--cached", "--others", "--exclude-standard")))
	for lines.Scan() {
		if _, err := os.Stat(filepath.Join(root, lines.Text())); err == nil && re.MatchString(lines.Text()) {
			list = append(list, lines.Text())
		}
	}
	return list
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func generated(text []byte) bool {
	head, _, _ := bytes.Cut(text, []byte("\n\n"))
	return bytes.Contains(head, []byte("DO NOT EDIT"))
}

func output(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}
