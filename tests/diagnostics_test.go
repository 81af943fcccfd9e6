package tests

import (
	"strings"
	"testing"
	"time"

	"mmm/compiler"
	"mmm/compiler/diag"
)

func TestEveryDiagnosticOfTheCatalogueIsShownByItsExample(t *testing.T) {
	for _, e := range diag.Catalogue {
		if e.Example == "" {
			continue
		}
		start := time.Now()
		r := compiler.Compile(compiler.Options{Name: "x.mmm", Text: e.Example})
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s: the example takes %v", e.Code, d)
		}
		shown := false
		for _, d := range r.Diags.All {
			if d.Code != e.Code || d.Span.IsZero() {
				continue
			}
			if line, _ := d.Span.File.Position(d.Span.Start); line == e.Line && d.Severity == e.Severity && e.Matches(d.Message) {
				shown = true
			}
		}
		switch {
		case shown && e.Later:
			t.Errorf("%s %s is reported now: remove Later from its entry", e.Code, e.Name)
		case !shown && !e.Later:
			t.Errorf("%s %s is not reported in line %d with the headline %q by its example:\n%.400s\nreported:\n%s",
				e.Code, e.Name, e.Line, e.Headline, e.Example, rendered(&r.Diags))
		}
	}
}

func TestMessagesOfExamplesFollowTheCatalogue(t *testing.T) {
	for _, e := range diag.Catalogue {
		if len(e.Example) > 10_000 {
			continue
		}
		r := compiler.Compile(compiler.Options{Name: "x.mmm", Text: e.Example})
		for _, d := range r.Diags.All {
			entry, ok := diag.EntryOf(d.Code)
			if !ok {
				t.Errorf("%s is in no entry", d.Code)
			} else if !entry.Matches(d.Message) || entry.Severity != d.Severity {
				t.Errorf("%s: the headline is %q (%s), the message %q (%s)", d.Code, entry.Headline, entry.Severity, d.Message, d.Severity)
			}
		}
	}
}

func TestBadInputIsAnsweredByADiagnosticWithinASecond(t *testing.T) {
	const n = 100_000
	for name, text := range map[string]string{
		"empty":               "",
		"not UTF-8":           "\xff\xfe\x00",
		"10 MB of letters":    strings.Repeat("a", 10<<20),
		"10 MB of statements": strings.Repeat("1 ", 5<<20),
		"10 MB of a comment":  "/*" + strings.Repeat("x\n", 5<<20),
		"10 MB of noise":      strings.Repeat("§\x01", 10<<20/3),
		"open brackets":       strings.Repeat("(", n),
		"balanced brackets":   "fn dsp(){ " + strings.Repeat("[(", n/2) + strings.Repeat(")]", n/2) + " }",
		"nested blocks":       "fn dsp()" + strings.Repeat("{", n) + strings.Repeat("}", n),
		"a chain of sums":     "fn dsp(){ 1" + strings.Repeat("+1", n) + " }",
		"unterminated":        "fn dsp(){ \"" + strings.Repeat("lead ", n),
	} {
		var r *compiler.Result
		var out string
		var took time.Duration
		for range 4 { // what else the machine does comes and goes
			start := time.Now()
			r = compiler.Compile(compiler.Options{Name: "x.mmm", Text: text})
			out = rendered(&r.Diags)
			if took = time.Since(start); took <= time.Second {
				break
			}
		}
		if !r.Diags.HasErrors() || r.Program != nil {
			t.Errorf("%s: no error", name)
		}
		for _, d := range r.Diags.All {
			if d.Span.IsZero() {
				t.Errorf("%s: %q has no position", name, d.Message)
			}
			if d.Code == diag.Internal {
				t.Errorf("%s: %s", name, d.Message)
			}
		}
		if took > time.Second {
			t.Errorf("%s: answered after %v", name, took)
		}
		if !strings.Contains(out, "x.mmm:") {
			t.Errorf("%s: rendered as %.300q", name, out)
		}
	}
}
