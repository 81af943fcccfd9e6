package diag

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"mmm/compiler/source"
)

// at returns the span of the n-th occurrence (from 0) of part in text.
func at(f *source.File, part string, n int) source.Span {
	i := 0
	for ; n >= 0; n-- {
		next := strings.Index(f.Text[i:], part)
		if next < 0 {
			panic("no " + part)
		}
		i += next + 1
	}
	return source.Span{File: f, Start: i - 1, End: i - 1 + len(part)}
}

func file(name, text string) *source.File {
	f, _, _ := source.NewFile(name, text)
	return f
}

func render(l *List, o Options) string {
	var b strings.Builder
	if err := Render(&b, l, o); err != nil {
		panic(err)
	}
	return b.String()
}

func TestADiagnosticIsRenderedWithItsLineNotesAndHelp(t *testing.T) {
	f := file("a.mmm", "let x = 1\nfn dsp(){ y + x }\n")
	g := file("b.mmm", "pub fn z(){ 1 }")
	var l List
	l.Errorf(VariableNotFound, at(f, "y", 0), "Variable %q not found in this scope", "y").
		Note(at(f, "x", 1), "in the line that is shown").
		Note(at(f, "x = 1", 0), "elsewhere").
		Note(at(g, "z", 0), "in another file").
		Note(source.Span{}, "nowhere").
		Suggest("did you mean %q?", "x")
	l.Warnf(DuplicateDsp, source.Span{}, "without position")
	const want = `a.mmm:2:11: error: Variable "y" not found in this scope [E16]
  2 | fn dsp(){ y + x }
    |           ^
a.mmm:2:15: note: in the line that is shown
a.mmm:1:5: note: elsewhere
  1 | let x = 1
    |     ^~~~~
b.mmm:1:8: note: in another file
  1 | pub fn z(){ 1 }
    |        ^
note: nowhere
help: did you mean "x"?
warning: without position [E46]
`
	if got := render(&l, Options{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTheCaretStandsUnderTheSpan(t *testing.T) {
	for _, c := range []struct{ name, text, part, want string }{
		{"ASCII", "ab cde f", "cde", "  1 | ab cde f\n    |    ^~~\n"},
		{"one character", "a b", "b", "  1 | a b\n    |   ^\n"},
		{"nothing", "a b", "", "  1 | a b\n    | ^\n"},
		{"tab", "\ta\tb", "b", "  1 |     a   b\n    |         ^\n"},
		{"tab in the span", "x\ta", "x\ta", "  1 | x   a\n    | ^~~~~\n"},
		{"wide characters", "音量 = x", "x", "  1 | 音量 = x\n    |        ^\n"},
		{"wide span", "音量 = x", "音量", "  1 | 音量 = x\n    | ^~~~\n"},
		{"combining characters", "e\u0301e\u0301 x", "x", "  1 | e\u0301e\u0301 x\n    |    ^\n"},
		{"accents", "é ü x", "x", "  1 | é ü x\n    |     ^\n"},
		{"control characters", "a\x1b[2Jb x", "x", "  1 | a\uFFFD[2Jb x\n    |        ^\n"},
		{"several lines", "ab cd\nef", "cd\nef", "  1 | ab cd\n    |    ^~\n"},
		{"an empty line", "\nx", "\nx", "  1 |\n    | ^\n"},
		{"trailing spaces", "x   ", "x", "  1 | x\n    | ^\n"},
		{"Windows line ends", "a\r\nbb\r\n", "bb", "  2 | bb\n    | ^~\n"},
	} {
		f := file("x", c.text)
		var l List
		l.Errorf(UnexpectedToken, at(f, c.part, 0), "m")
		got := render(&l, Options{})
		if _, got, _ = strings.Cut(got, "\n"); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestAPositionAtTheEndOfTheTextIsRendered(t *testing.T) {
	for text, want := range map[string]string{
		"":    "x:1:1: error: m [P02]\n  1 |\n    | ^\n",
		"a":   "x:1:2: error: m [P02]\n  1 | a\n    |  ^\n",
		"a\n": "x:2:1: error: m [P02]\n  2 |\n    | ^\n",
	} {
		f := file("x", text)
		var l List
		l.Errorf(UnexpectedEnd, source.Span{File: f, Start: len(text), End: len(text)}, "m")
		if got := render(&l, Options{}); got != want {
			t.Errorf("%q: got\n%s", text, got)
		}
	}
}

func TestAWideLineIsShownAroundTheSpan(t *testing.T) {
	for _, c := range []struct{ before, after int }{{500, 500}, {0, 500}, {500, 0}, {55, 200}, {100, 100}} {
		text := strings.Repeat("é", c.before) + "HERE" + strings.Repeat("a", c.after)
		f := file("x", text)
		var l List
		l.Errorf(UnexpectedToken, at(f, "HERE", 0), "m")
		lines := strings.Split(render(&l, Options{}), "\n")
		line, mark := []rune(lines[1]), lines[2]
		if len(line) > maxLine+10 {
			t.Errorf("%v: %d columns", c, len(line))
		}
		i := strings.Index(mark, "^~~~")
		if i < 0 || string(line[i:i+4]) != "HERE" {
			t.Errorf("%v: the mark is not under the span:\n%s\n%s", c, lines[1], mark)
		}
		if got, want := strings.HasPrefix(string(line[6:]), "…"), c.before > before; got != want {
			t.Errorf("%v: cut in front: %v", c, got)
		}
		if got, want := strings.HasSuffix(string(line), "…"), len("HERE")+c.after > after; got != want {
			t.Errorf("%v: cut behind: %v", c, got)
		}
	}
	whole := strings.Repeat("a", maxLine-4) + "HERE"
	var l List
	l.Errorf(UnexpectedToken, at(file("x", whole), "HERE", 0), "m")
	if !strings.Contains(render(&l, Options{}), whole) {
		t.Error("a line that fits is not whole")
	}
}

func TestManyDiagnosticsInOneLongLineAreRenderedAtOnce(t *testing.T) {
	f := file("x", strings.Repeat("abcdefghij", 1<<20))
	var l List
	for i := range 50 {
		l.Errorf(UnexpectedToken, source.Span{File: f, Start: i * 200_000, End: i*200_000 + 1}, "m")
	}
	start := time.Now()
	out := render(&l, Options{})
	if d := time.Since(start); d > time.Second {
		t.Errorf("took %v", d)
	}
	if !strings.Contains(out, "x:1:9800001: error") {
		t.Error("the last column is wrong")
	}
}

func TestColourOnlyWhenAsked(t *testing.T) {
	f := file("x", "let a\x1b[31m = 1")
	var l List
	l.Errorf(UnexpectedToken, at(f, "a", 0), "found \x1b[31m\u202e").Suggest("write b").Note(at(f, "1", 1), "here")
	l.Warnf(DuplicateDsp, at(f, "1", 1), "m")
	plain := render(&l, Options{})
	if strings.ContainsAny(plain, "\x1b\u202e") {
		t.Errorf("a control character is shown:\n%q", plain)
	}
	if !strings.Contains(plain, `found \x1b[31m\u202e [P01]`) {
		t.Errorf("control characters are not escaped:\n%s", plain)
	}
	colored := render(&l, Options{Color: true})
	for _, code := range []string{red, magenta, cyan, green, blue, bold} {
		if !strings.Contains(colored, code) {
			t.Errorf("%q is not used", code)
		}
		colored = strings.ReplaceAll(colored, code, "")
	}
	if colored = strings.ReplaceAll(colored, reset, ""); colored != plain {
		t.Errorf("without colours it is\n%q\nnot\n%q", colored, plain)
	}
}

func TestJSONHoldsEverything(t *testing.T) {
	f := file("a b.mmm", "let é = 1\nfn dsp(){ <y> }\n")
	var l List
	l.Errorf(VariableNotFound, at(f, "<y>", 0), "no <y> & \"z\"").Note(at(f, "é", 0), "seen").Note(source.Span{}, "general").Suggest("x")
	l.Warnf(DuplicateDsp, source.Span{}, "w")
	var b strings.Builder
	if err := JSON(&b, &l); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "no <y> & ") {
		t.Error("the message is escaped for HTML")
	}
	var got []struct {
		File                             string
		Line, Column, EndLine, EndColumn int
		Severity, Code, Message, Help    string
		Notes                            []struct {
			File                             string
			Line, Column, EndLine, EndColumn int
			Message                          string
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || len(got[0].Notes) != 2 || got[1].Notes == nil {
		t.Fatalf("got %s", b.String())
	}
	d, n := got[0], got[0].Notes[0]
	if d.File != "a b.mmm" || d.Line != 2 || d.Column != 11 || d.EndLine != 2 || d.EndColumn != 14 ||
		d.Severity != "error" || d.Code != "E16" || d.Message != `no <y> & "z"` || d.Help != "x" {
		t.Errorf("got %+v", d)
	}
	if n.File != "a b.mmm" || n.Line != 1 || n.Column != 5 || n.EndLine != 1 || n.EndColumn != 6 || n.Message != "seen" {
		t.Errorf("got %+v", n)
	}
	if w := got[1]; w.File != "" || w.Line != 0 || w.Severity != "warning" {
		t.Errorf("got %+v", w)
	}
	b.Reset()
	if JSON(&b, &List{}); strings.TrimSpace(b.String()) != "[]" {
		t.Errorf("an empty list is %q", b.String())
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestAFailingWriterIsReported(t *testing.T) {
	var l List
	l.Errorf(NoDsp, source.Span{}, "m")
	if Render(brokenWriter{}, &l, Options{}) == nil || JSON(brokenWriter{}, &l) == nil {
		t.Error("no error")
	}
}

func TestTheListIsSortedByFileAndPosition(t *testing.T) {
	a, b := file("a", "123456"), file("b", "123456")
	var l, from List
	for _, s := range []source.Span{{File: b, Start: 1}, {File: a, Start: 4}, {File: a, Start: 2}, {File: b, Start: 0}} {
		from.Warnf(DuplicateDsp, s, "m")
	}
	from.Errorf(NoDsp, source.Span{File: a, Start: 2}, "last of its place")
	for _, d := range from.All {
		l.Add(d)
	}
	l.Sort()
	var got []string
	for _, d := range l.All {
		got = append(got, d.Span.File.Name+string(rune('0'+d.Span.Start))+d.Message[:1])
	}
	if s := strings.Join(got, " "); s != "a2m a2l a4m b0m b1m" {
		t.Errorf("got %s", s)
	}
	if !l.HasErrors() {
		t.Error("an added error does not count")
	}
}

func TestDidYouMean(t *testing.T) {
	names := []string{"sin", "sinwave", "saw", "lowpass", "LowShelf", "delay", "mem", "a", "größe", "dsp"}
	for name, want := range map[string]string{
		"sni":                       "sin",
		"sinn":                      "sin",
		"SIN":                       "sin",
		"sinwav":                    "sinwave",
		"lowshelf":                  "LowShelf",
		"lowpas":                    "lowpass",
		"lwopass":                   "lowpass",
		"highpass":                  "",
		"dealy":                     "delay",
		"grösse":                    "größe",
		"sin":                       "",
		"x":                         "",
		"":                          "",
		"sawtooths":                 "",
		"dps":                       "dsp",
		strings.Repeat("sin", 1000): "",
	} {
		if got := DidYouMean(name, names); got != want {
			t.Errorf("%.20s: %q, not %q", name, got, want)
		}
	}
	if got := DidYouMean("bx", []string{"by", "ax", "bz"}); got != "ax" {
		t.Errorf("of equally near names %q was taken", got)
	}
}
