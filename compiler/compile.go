// Package compiler is the front door of the compiler: text in, a verified
// program in middle form or diagnostics out.
//
// A file walks through the folders in the order of their names in
// ARCHITECTURE.md: source gives positions, syntax the tree, types meaning,
// lower the middle form, mir the passes. Invariants: no input makes it panic
// or hang; a Result without Program has an error. Safe for concurrent use.
package compiler

import (
	"fmt"
	"runtime/debug"

	"mmm/compiler/diag"
	"mmm/compiler/lower"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// MaxSourceBytes is the largest patch that is compiled.
const MaxSourceBytes = 16 << 20

// Options is what to compile and how.
type Options struct {
	Name string // what diagnostics call the file
	Text string
	// SelfInit0 makes functions that use self return the value that self had
	// on entry (language.md 9.2).
	SelfInit0 bool
	// Library accepts a program without dsp; Program is then nil.
	Library bool
}

// Result is everything that is known of a program, as far as its phases went.
type Result struct {
	Source  *source.File
	Tree    *syntax.File
	Info    *types.Info
	Program *mir.Program // nil after an error, and for a library
	Diags   diag.List
}

// Compile compiles a program.
func Compile(o Options) (r *Result) {
	r = &Result{}
	defer func() {
		if p := recover(); p != nil {
			r.Program = nil
			r.Diags.Errorf(diag.Internal, source.Span{File: r.Source}, "internal error: %v", p).
				Note(source.Span{}, "%s", debug.Stack())
		}
	}()
	if len(o.Text) > MaxSourceBytes {
		r.Source, _, _ = source.NewFile(o.Name, "")
		r.Diags.Errorf(diag.TooLarge, source.Span{File: r.Source}, "The file has %d bytes, more than %d", len(o.Text), MaxSourceBytes)
		return r
	}
	file, bad, ok := source.NewFile(o.Name, o.Text)
	r.Source = file
	if !ok {
		r.Diags.Errorf(diag.Encoding, source.Span{File: file, Start: bad, End: bad}, "The file is not UTF-8: bad byte at offset %d", bad).
			Suggest("save it as UTF-8")
		return r
	}
	r.Tree = syntax.Parse(file, &r.Diags)
	r.Info = types.Check(r.Tree, &r.Diags)
	if r.Info.Dsp == nil && !o.Library && !r.Diags.HasErrors() {
		r.Diags.Errorf(diag.NoDsp, source.Span{File: file, Start: len(file.Text), End: len(file.Text)}, "The program has no function `dsp`").
			Suggest("define what to play: fn dsp(){ … }")
	}
	if r.Diags.HasErrors() || r.Info.Dsp == nil {
		return r
	}
	p := lower.Program(r.Tree, r.Info, lower.Options{SelfInit0: o.SelfInit0}, &r.Diags)
	if p == nil {
		return r
	}
	err := mir.Verify(p)
	if err == nil {
		err = mir.Optimize(p)
	}
	if err != nil {
		r.Diags.Errorf(diag.Internal, source.Span{File: file}, "internal error: %v", err)
		return r
	}
	r.Program = p
	return r
}

// Error returns the diagnostics as an error when there are errors.
func (r *Result) Error() error {
	if !r.Diags.HasErrors() {
		return nil
	}
	for _, d := range r.Diags.All {
		if d.Severity == diag.Error {
			return fmt.Errorf("%s", d.Message)
		}
	}
	return nil
}
