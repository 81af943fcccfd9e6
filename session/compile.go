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

// compile makes code of a text; code is nil when that is impossible, and diags
// tell why. Warnings come with the code. Control goroutine only.
func (s *Session) compile(name, text, engine string) (code *Code, diags *diag.List) {
	if len(text) > MaxPatchBytes {
		return nil, report(diag.TooLarge, name, text, "the patch has %d bytes; at most %d are allowed", len(text), MaxPatchBytes)
	}
	if s.busy {
		return nil, report(diag.TooLarge, name, text, "an earlier patch is still being compiled")
	}
	type outcome struct {
		code  *Code
		diags *diag.List
	}
	done := make(chan outcome, 1)
	s.busy = true
	go func() {
		var out outcome
		defer func() {
			if r := recover(); r != nil {
				s.log.panicked(r)
				out = outcome{nil, internal("%v", r)}
			}
			done <- out
		}()
		out.code, out.diags = compileAndBuild(name, text, engine)
	}()
	limit := time.NewTimer(compileLimit)
	defer limit.Stop()
	select {
	case out := <-done:
		s.busy = false
		return out.code, out.diags
	case <-limit.C:
		diags = report(diag.TooLarge, name, text, "compiling took more than %v", compileLimit)
	case <-s.closing:
		diags = internal("the session ends")
	}
	go func() { // a compile cannot be stopped; no other begins before it ends
		out := <-done
		out.code.Close()
		s.post(func() { s.busy = false })
	}()
	return nil, diags
}

// compileAndBuild is compile without limits.
func compileAndBuild(name, text, engine string) (*Code, *diag.List) {
	result := compiler.Compile(compiler.Options{Name: name, Text: text})
	if result.Program == nil {
		return nil, &result.Diags
	}
	code, err := Build(result.Program, engine)
	if err != nil {
		return nil, report(runtimeCode, name, text, "%v", err)
	}
	return code, &result.Diags
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
