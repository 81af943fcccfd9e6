package library

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mmm/lib"
	"mmm/render"
	"mmm/session"
)

var (
	update = flag.Bool("update", false, "write docs/library.md anew")
	cost   = flag.String("cost", "$^", "with -update: measure the times of functions whose name matches (module::name) again")
)

// table is the document with one row for each public function.
var table = filepath.Join("..", "..", "docs", "library.md")

// measured collects, by full name of a function, what tests found out about it.
var measured = struct {
	sync.Mutex
	by map[string][]string
}{by: map[string][]string{}}

// report notes a measured figure of a function ("bandlimited::blsaw") for its
// row. A test calls it behind its checks, so that the row says what is checked.
func report(t *testing.T, path, format string, args ...any) {
	t.Helper()
	if t.Failed() {
		return
	}
	measured.Lock()
	defer measured.Unlock()
	if text := fmt.Sprintf(format, args...); !slices.Contains(measured.by[path], text) {
		measured.by[path] = append(measured.by[path], text)
	}
}

// row is what a line of the document says beyond the comment of its function.
type row struct{ measured, ns string }

var rowLine = regexp.MustCompile("(?m)^\\| `(\\w+)!?\\(.*\\)` \\|.*\\| ([^|]*) \\| ([^|]*) \\|$")

// rows reads the document.
func rows(text string) map[string]row {
	found := map[string]row{}
	for _, section := range strings.Split(text, "\n## ")[1:] {
		module, _, _ := strings.Cut(section, "\n")
		for _, m := range rowLine.FindAllStringSubmatch(section, -1) {
			found[module+"::"+m[1]] = row{strings.TrimSpace(m[2]), strings.TrimSpace(m[3])}
		}
	}
	return found
}

const preface = `<!-- Written by: go test ./tests/library -update. DO NOT EDIT. -->

# The library, function by function

What is measured is measured by the tests in tests/library on every run. The last column is what one frame of the
function's first example costs on the native engine, the example's own source included, in nanoseconds: the least of
several runs on one core of the build machine. At 48 kHz a frame lasts 20833 ns. The full text of each function, with
units, ranges and examples, stands above it in lib/.
`

// document writes the table.
func document(list []function, have map[string]row) string {
	var b bytes.Buffer
	b.WriteString(preface)
	headings := map[string]string{}
	for _, m := range lib.Catalog() {
		headings[m.Name] = m.Heading
	}
	module := ""
	for _, f := range list {
		if f.Module != module {
			module = f.Module
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| function | does | source | measured | ns |\n|---|---|---|---|---|\n", module, headings[module])
		}
		r := have[f.Path()]
		bang := ""
		if f.Macro {
			bang = "!"
		}
		fmt.Fprintf(&b, "| `%s%s(%s)` | %s | %s | %s | %s |\n", f.Name, bang, cell(f.Params), cell(f.Summary()), cell(f.Source), cell(r.measured), r.ns)
	}
	return b.String()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

// nanoseconds is what a frame of an example costs on native.
func nanoseconds(t *testing.T, f function) string {
	t.Helper()
	p := program(t, patch(f.Module, "", f.Examples[0]))
	least := math.Inf(1)
	for range 8 {
		m, err := render.Measurement{Program: p, Engine: session.Native, Rate: 48000, Seconds: 0.1, Block: 64, Instances: 1, Begin: time.Now()}.Run()
		if err != nil {
			t.Fatal(err)
		}
		least = math.Min(least, m.NsPerFrame)
	}
	return fmt.Sprintf("%.0f", least)
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if code == 0 && !*update && whole() {
		code = stale()
	}
	os.Exit(code)
}

// whole reports whether all tests run, so that what no test measured is not
// measured any more.
func whole() bool { return flag.Lookup("test.run").Value.String() == "" }

// stale reports figures that tests found and the document does not have.
func stale() int {
	text, err := os.ReadFile(table)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	have := rows(string(text))
	for path, found := range measured.by {
		if got := have[path].measured; got != strings.Join(found, "; ") {
			fmt.Printf("docs/library.md says of %s %q, the tests %q: run go test ./tests/library -update\n", path, got, strings.Join(found, "; "))
			return 1
		}
	}
	return 0
}
