// The catalogue of diagnostics: what each code means, with a program that shows
// it. docs/errors.md is made from it, and a test compiles the programs.

package diag

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Entry describes a code.
type Entry struct {
	Code     Code
	Name     string // in one word
	Severity Severity
	// Headline is the message; a word in braces stands for what varies, {problem}
	// for a message that is written where it is reported.
	Headline string
	Explain  string // one paragraph
	// Example is a program that shows the diagnostic in line Line of it. It is a
	// program of one file called x.mmm.
	Example string
	Line    int
	// Instead stands in docs/errors.md in place of a program that is missing or
	// too long.
	Instead string
	Later   bool // the compiler cannot raise it yet
}

// Catalogue is the entries of all codes, in the order of the codes' families: E
// names, types and limits; P syntax and files; R running programs; X the compiler
// itself.
var Catalogue = append(append([]Entry{}, typeEntries...), syntaxEntries...)

// EntryOf returns the entry of a code; ok is false for a code that is not in the
// catalogue.
func EntryOf(code Code) (e Entry, ok bool) {
	for _, e := range Catalogue {
		if e.Code == code {
			return e, true
		}
	}
	return Entry{}, false
}

var placeholder = regexp.MustCompile(`\\\{[a-zA-Z0-9]+\\\}`)

// Matches reports whether a message is an instance of the headline.
func (e Entry) Matches(message string) bool {
	pattern := placeholder.ReplaceAllString(regexp.QuoteMeta(e.Headline), `(?s:.*)`)
	return regexp.MustCompile(`^` + pattern + `$`).MatchString(message)
}

// families are the headings of docs/errors.md by the first letter of a code.
var families = []struct{ letter, title, about string }{
	{"E", "Names, types and limits", "The text can be read, but it does not mean a program."},
	{"P", "Syntax and files", "The text cannot be read."},
	{"R", "Running programs", "Reported while a patch plays; the audio goes on."},
	{"X", "The compiler itself", "Not the fault of the patch."},
}

// WriteCatalogue writes the catalogue as a page in Markdown.
func WriteCatalogue(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, `<!-- Code generated from compiler/diag by its tests (-update); DO NOT EDIT. -->
# Diagnostics

Every diagnostic has a position, a message and a code:

`+"```"+`
FILE:LINE:COL: error: MESSAGE [CODE]
`+"```"+`

Lines and columns count from 1, columns in characters. An error keeps the patch from
playing (what plays goes on), a warning does not. Notes point at other places that
matter, help says what to write instead. In the messages below words in braces stand
for what varies. The examples are compiled by a test; a line with the diagnostic is
marked with its code.
`)
	for _, f := range families {
		fmt.Fprintf(out, "\n## %s\n\n%s\n", f.title, f.about)
		for _, e := range Catalogue {
			if strings.HasPrefix(string(e.Code), f.letter) {
				e.write(out)
			}
		}
	}
	return out.Flush()
}

func (e Entry) write(w io.Writer) {
	fmt.Fprintf(w, "\n### %s %s\n\n", e.Code, e.Name)
	headline := ": " + e.Headline
	if strings.HasPrefix(headline, ": {problem}") {
		headline = ", and the message says what it is"
	}
	fmt.Fprintf(w, "%s%s\n\n%s\n", e.Severity, headline, e.Explain)
	if e.Later {
		fmt.Fprint(w, "\n*Not reported by this version yet.*\n")
	}
	if e.Instead != "" {
		fmt.Fprintf(w, "\nExample: %s\n", e.Instead)
		return
	}
	fmt.Fprint(w, "\n```mimium\n")
	for i, line := range strings.Split(strings.TrimSuffix(e.Example, "\n"), "\n") {
		if i+1 == e.Line {
			line = strings.TrimRight(fmt.Sprintf("%-40s // %s", strings.ToValidUTF8(line, "\uFFFD"), e.Code), " ")
		}
		fmt.Fprintln(w, line)
	}
	fmt.Fprint(w, "```\n")
}
