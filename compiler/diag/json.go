// Diagnostics as JSON, for editors and scripts.

package diag

import (
	"encoding/json"
	"io"

	"mmm/compiler/source"
)

// place is a span in JSON: lines and columns count from 1, columns in code
// points; the end is exclusive. Without position the file is "" and the numbers
// are 0.
type place struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
}

type jsonNote struct {
	place
	Message string `json:"message"`
}

type jsonDiagnostic struct {
	place
	Severity string     `json:"severity"`
	Code     Code       `json:"code"`
	Message  string     `json:"message"`
	Notes    []jsonNote `json:"notes"`
	Help     string     `json:"help"`
}

// JSON writes the diagnostics, in the order of the list, as one array of objects
// with the keys file, line, column, endLine, endColumn, severity ("error" or
// "warning"), code, message, notes (objects with position and message) and help.
func JSON(w io.Writer, l *List) error {
	var at locator
	out := make([]jsonDiagnostic, 0, len(l.All))
	for _, d := range l.All {
		j := jsonDiagnostic{
			place:    at.place(d.Span),
			Severity: d.Severity.String(),
			Code:     d.Code,
			Message:  d.Message,
			Notes:    make([]jsonNote, 0, len(d.Notes)),
			Help:     d.Help,
		}
		for _, n := range d.Notes {
			j.Notes = append(j.Notes, jsonNote{at.place(n.Span), n.Text})
		}
		out = append(out, j)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func (l *locator) place(s source.Span) (p place) {
	if s.IsZero() {
		return p
	}
	p.File = s.File.Name
	p.Line, p.Column = l.position(s.File, s.Start)
	p.EndLine, p.EndColumn = l.position(s.File, max(s.Start, s.End))
	return p
}
