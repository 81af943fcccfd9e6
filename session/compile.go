package session

import (
	"fmt"
	"strings"
	"time"

	"mmm/compiler"
	"mmm/compiler/diag"
	"mmm/compiler/source"
)

// Limits of one patch.
const (
	MaxPatchBytes = 4 << 20          // longer texts are refused unread
	compileLimit  = 10 * time.Second // then the compile is abandoned
)

// runtimeCode is the code of an error that a compiled patch makes while its
// top level runs, or of a limit of its engine.
const runtimeCode = diag.Fault

// outcome is what a compile ends with.
type outcome struct {
	code  *Code // nil if the patch is broken; diags tell why
	diags *diag.List
	files map[string]string // texts of the files that are part of the program, by name
	seen  map[string]found  // what was looked for, by path; nil if the compile was abandoned
}

// compile compiles what an edit wants to play. Warnings come with the code.
// Control goroutine only.
func (s *Session) compile(e edit, engine string) outcome {
	if len(e.text) > MaxPatchBytes {
		return outcome{diags: report(diag.TooLarge, e.name, e.text, "the patch has %d bytes; at most %d are allowed", len(e.text), MaxPatchBytes)}
	}
	if s.busy {
		return outcome{diags: report(diag.TooLarge, e.name, e.text, "an earlier patch is still being compiled")}
	}
	done := make(chan outcome, 1)
	s.busy = true
	go func() {
		var out outcome
		defer func() {
			if r := recover(); r != nil {
				s.log.panicked(r)
				out = outcome{diags: internal("%v", r)}
			}
			done <- out
		}()
		out = compileAndBuild(e, engine)
	}()
	limit := time.NewTimer(compileLimit)
	defer limit.Stop()
	var diags *diag.List
	select {
	case out := <-done:
		s.busy = false
		return out
	case <-limit.C:
		diags = report(diag.TooLarge, e.name, e.text, "compiling took more than %v", compileLimit)
	case <-s.closing:
		diags = internal("the session ends")
	}
	go func() { // a compile cannot be stopped; no other begins before it ends
		out := <-done
		out.code.Close()
		s.post(func() { s.busy = false })
	}()
	return outcome{diags: diags}
}

// compileAndBuild is compile without limits.
func compileAndBuild(e edit, engine string) outcome {
	r := newReader(e.path, len(e.text), e.held)
	result := compiler.Compile(compiler.Options{Name: e.name, Text: e.text, Files: r.files()})
	out := outcome{diags: &result.Diags, files: r.texts(result.Files), seen: r.seen}
	if result.Program == nil {
		return out
	}
	code, err := Build(result.Program, engine)
	if err != nil {
		out.diags = report(runtimeCode, e.name, e.text, "%v", err)
		return out
	}
	out.code = code
	return out
}

// report makes the diagnostics of one error that concerns a whole text.
func report(code diag.Code, name, text, format string, args ...any) *diag.List {
	list := &diag.List{}
	var at source.Span
	if name != "" {
		first, _, _ := strings.Cut(text[:min(len(text), 200)], "\n")
		file, _, _ := source.NewFile(name, first)
		at = source.Span{File: file}
	}
	list.Errorf(code, at, "%s", fmt.Sprintf(format, args...))
	return list
}
