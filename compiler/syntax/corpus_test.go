package syntax

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mmm/compiler/diag"
	"mmm/compiler/source"
)

// corpus is the conformance programs, beside the repository.
const corpus = "../../../shared/conformance"

// programs calls f for every program of the corpus.
func programs(t testing.TB, f func(path, text string)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".mmm") {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil {
			n++
			f(path, string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 400 {
		t.Fatalf("only %d programs in %s", n, corpus)
	}
}

func TestProgramsOfTheCorpusAreReadWithoutErrors(t *testing.T) {
	programs(t, func(path, text string) {
		if strings.Contains(path, "errors_syntax") || strings.Contains(path, "syntax_error_in_imported_file") {
			return
		}
		src, _, _ := source.NewFile(path, text)
		var ds diag.List
		f := Parse(src, &ds)
		if len(ds.All) > 0 {
			var b strings.Builder
			diag.Render(&b, &ds, diag.Options{})
			t.Error(b.String())
		}
		checkSpans(t, f)
	})
}

func TestSyntaxErrorsOfTheCorpusAreReportedOnceAtTheirPlace(t *testing.T) {
	expected := regexp.MustCompile(`^(\d+):(\d+) `)
	programs(t, func(path, text string) {
		if !strings.Contains(path, "errors_syntax") {
			return
		}
		want, err := os.ReadFile(strings.TrimSuffix(path, ".mmm") + ".err")
		if err != nil {
			t.Fatal(err)
		}
		m := expected.FindSubmatch(want)
		if m == nil {
			t.Fatalf("%s: expectation %q", path, want)
		}
		f, ds := parse(text)
		checkSpans(t, f)
		if len(ds.All) != 1 {
			t.Errorf("%s: %d errors\n%s", path, len(ds.All), errors(text))
			return
		}
		line, col := f.Source.Position(ds.All[0].Span.Start)
		if strconv.Itoa(line) != string(m[1]) || strconv.Itoa(col) != string(m[2]) {
			t.Errorf("%s: reported at %d:%d, expected at %s:%s", path, line, col, m[1], m[2])
		}
	})
}

func TestSpansAreTheTextOfTheNodes(t *testing.T) {
	const text = "fn f(x : float = 1) { let (a, b) = g(x)  \n a.0 + {k = b}.k |> |y| y*2 }"
	f, _ := parse(text)
	fn := f.Stmts[0].(*Fn)
	body := fn.Fun.Body.(*Block)
	let := body.Stmts[0].(*Let)
	pipe := body.Stmts[1].(*ExprStmt).X.(*Binary)
	sum := pipe.L.(*Binary)
	for _, c := range []struct {
		node Node
		want string
	}{
		{fn, text},
		{fn.Name, "f"},
		{fn.Fun, text[4:]},
		{fn.Fun.Params[0], "x : float = 1"},
		{fn.Fun.Params[0].Type, "float"},
		{fn.Fun.Params[0].Default, "1"},
		{body, text[20:]},
		{let, "let (a, b) = g(x)"},
		{let.Pat, "(a, b)"},
		{let.Value, "g(x)"},
		{pipe, "a.0 + {k = b}.k |> |y| y*2"},
		{sum, "a.0 + {k = b}.k"},
		{sum.L, "a.0"},
		{sum.R, "{k = b}.k"},
		{pipe.R, "|y| y*2"},
	} {
		if got := c.node.Span().Text(); got != c.want {
			t.Errorf("%T has the text %q, not %q", c.node, got, c.want)
		}
	}
	if pipe.OpPos.Text() != "|>" || sum.OpPos.Text() != "+" {
		t.Errorf("operators at %q and %q", pipe.OpPos.Text(), sum.OpPos.Text())
	}
}

func TestLongFormsAreBrokenIntoLines(t *testing.T) {
	const text = `fn dsp(freq:float, gain = 0.5) -> (float, float) {
  let osc = if (freq > 20) sin(self * 6.283185307179586) * gain else noise!(gain)
  (osc, delay(48000, osc, 24000))
}`
	const want = `(fn dsp
  ((param freq (: float)) (param gain (= 0.5)))
  (-> (tuple float float))
  (block
    (let osc
      (if
        (> freq 20)
        (* (call sin (* self 6.283185307179586)) gain)
        (macro-call noise gain)))
    (tuple osc (call delay 48000 osc 24000))))`
	if got := tree(text); !strings.Contains(got, "(paren") {
		t.Error("parentheses are not printed")
	} else if got = strings.ReplaceAll(got, "(paren (> freq 20))", "(> freq 20)"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// FuzzParse holds what every input must satisfy: an answer, spans inside the
// text and inside each other, errors with positions in the text, and a printed
// tree that depends on nothing but the text.
func FuzzParse(f *testing.F) {
	programs(f, func(_, text string) {
		if len(text) < 400 {
			f.Add(text)
		}
	})
	f.Fuzz(func(t *testing.T, text string) {
		tree, ds := parse(text)
		checkSpans(t, tree)
		if len(ds.All) > maxErrors {
			t.Errorf("%d errors", len(ds.All))
		}
		for _, d := range ds.All {
			if d.Span.File != tree.Source || d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(tree.Source.Text) {
				t.Errorf("%q: %s at %d to %d", text, d.Message, d.Span.Start, d.Span.End)
			}
		}
		var first, second, rendered bytes.Buffer
		again, _ := parse(text)
		Print(&first, tree)
		Print(&second, again)
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%q is printed in two ways", text)
		}
		if !ds.HasErrors() && bytes.Contains(first.Bytes(), []byte("(bad)")) && !strings.Contains(text, "bad") {
			t.Errorf("%q has a bad node and no error", text)
		}
		diag.Render(&rendered, ds, diag.Options{})
		diag.JSON(&rendered, ds)
	})
}
