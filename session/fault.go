package session

import (
	"fmt"
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/realtime"
	"mmm/state"
)

// FaultText says what a fault means; place is the name of the function in which
// it happened, "" when that is not known. [any-thread]
func FaultText(fault state.Fault, place string) string {
	text := "a fault of the engine"
	switch fault {
	case state.FaultDepth:
		text = fmt.Sprintf("more than %d nested calls", state.MaxDepth)
	case state.FaultTime, state.FaultBudget:
		text = "it does not come to an end"
	case state.FaultHeap:
		text = "no memory is left for arrays and function values"
	case state.FaultHandle:
		text = "a value that is no function, array or box was used as one"
	}
	if place != "" {
		text += " in " + place
	}
	return text
}

// FaultReport renders what stopped program p, with the place in its text.
// [any-thread]
func FaultReport(r realtime.Report, p *mir.Program) string {
	return faultText(r.Fault, p, r.Place, r.Detail, "The patch is muted")
}

// TaskReport renders what a Late or QueueFull report of program p says, with the
// place in its text. [any-thread]
func TaskReport(r realtime.Report, p *mir.Program) string {
	list := &diag.List{}
	text := "The scheduled time is not later than the present sample; the task runs at the next one"
	if r.Kind == realtime.QueueFull {
		text = "There is no room for more tasks; this one is dropped"
	}
	var at source.Span
	if p != nil {
		at = p.ScheduleAt(r.Place)
	}
	list.Warnf(diag.Fault, at, "%s", text)
	var s strings.Builder
	_ = diag.Render(&s, list, diag.Options{}) // a Builder cannot fail
	return strings.TrimRight(s.String(), "\n")
}

// faultText renders a fault in function place of p; detail is the engine's words
// about a trap.
func faultText(fault state.Fault, p *mir.Program, place int, detail, what string) string {
	list := faultDiags(fault, p, place, detail, what)
	var s strings.Builder
	_ = diag.Render(&s, list, diag.Options{}) // a Builder cannot fail
	return strings.TrimRight(s.String(), "\n")
}

// faultDiags makes the diagnostics of a fault.
func faultDiags(fault state.Fault, p *mir.Program, place int, detail, what string) *diag.List {
	var at source.Span
	name := ""
	if p != nil && place >= 0 && place < len(p.Funcs) {
		at, name = p.Funcs[place].Pos, p.Funcs[place].Name
	}
	text := FaultText(fault, name)
	if detail != "" {
		text += ": " + detail
	}
	list := &diag.List{}
	list.Errorf(diag.Fault, at, "%s: %s", what, text)
	return list
}

// InitError says that a program was stopped before it could sound, and where.
type InitError struct {
	fault   *realtime.FaultError
	program *mir.Program
	what    string // what was stopped
}

// Diags returns the error as diagnostics. [any-thread]
func (e *InitError) Diags() *diag.List {
	return faultDiags(e.fault.Fault, e.program, e.fault.Place, e.fault.Detail, e.what)
}

// Error renders the diagnostics. [any-thread]
func (e *InitError) Error() string {
	return faultText(e.fault.Fault, e.program, e.fault.Place, e.fault.Detail, e.what)
}
