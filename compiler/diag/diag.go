// Package diag is the one place where a diagnostic is made and rendered: every
// phase reports through a List, and only this package turns positions into
// text.
//
// Input: codes, spans, messages. Output: text with source lines and carets,
// JSON. Invariant: a Diagnostic has a code of the catalogue. Thread: a List
// belongs to one goroutine.
package diag

import (
	"fmt"
	"sort"

	"mmm/compiler/source"
)

// Severity says whether a diagnostic stops the program from running.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Note is a secondary remark; its span may be zero.
type Note struct {
	Span source.Span
	Text string
}

// Diagnostic is one finding.
type Diagnostic struct {
	Severity Severity
	Code     Code
	Span     source.Span
	Message  string
	Notes    []Note
	Help     string // what to write instead, "" without a suggestion
}

// Note adds a secondary remark and returns d.
func (d *Diagnostic) Note(span source.Span, format string, args ...any) *Diagnostic {
	d.Notes = append(d.Notes, Note{span, fmt.Sprintf(format, args...)})
	return d
}

// Suggest sets the suggestion and returns d.
func (d *Diagnostic) Suggest(format string, args ...any) *Diagnostic {
	d.Help = fmt.Sprintf(format, args...)
	return d
}

// List collects the diagnostics of a compile.
type List struct {
	All    []*Diagnostic
	errors int
}

// Errorf reports an error.
func (l *List) Errorf(code Code, span source.Span, format string, args ...any) *Diagnostic {
	d := &Diagnostic{Error, code, span, fmt.Sprintf(format, args...), nil, ""}
	l.All = append(l.All, d)
	l.errors++
	return d
}

// Warnf reports a warning.
func (l *List) Warnf(code Code, span source.Span, format string, args ...any) *Diagnostic {
	d := &Diagnostic{Warning, code, span, fmt.Sprintf(format, args...), nil, ""}
	l.All = append(l.All, d)
	return d
}

// Add adds a diagnostic made elsewhere.
func (l *List) Add(d *Diagnostic) {
	l.All = append(l.All, d)
	if d.Severity == Error {
		l.errors++
	}
}

// HasErrors reports whether an error was reported.
func (l *List) HasErrors() bool { return l.errors > 0 }

// Sort orders the diagnostics by file and position, stably.
func (l *List) Sort() {
	sort.SliceStable(l.All, func(i, j int) bool {
		a, b := l.All[i].Span, l.All[j].Span
		if a.File != b.File {
			return a.File != nil && b.File != nil && a.File.Name < b.File.Name
		}
		return a.Start < b.Start
	})
}

// Unique drops diagnostics that say again what an earlier one says of the same
// place.
func (l *List) Unique() {
	type key struct {
		code    Code
		span    source.Span
		message string
	}
	seen := make(map[key]bool, len(l.All))
	kept := l.All[:0]
	l.errors = 0
	for _, d := range l.All {
		k := key{d.Code, d.Span, d.Message}
		if seen[k] {
			continue
		}
		seen[k] = true
		kept = append(kept, d)
		if d.Severity == Error {
			l.errors++
		}
	}
	l.All = kept
}
