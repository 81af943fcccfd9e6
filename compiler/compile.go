// Package compiler is the front door of the compiler: text in, a verified
// program in middle form or diagnostics out.
//
// A file walks through the folders in the order of their names in
// ARCHITECTURE.md: source gives positions, syntax the tree, types meaning,
// lower the middle form, mir the passes. Invariants: no input makes it panic
// or hang; a Result without Program has an error, was cancelled or is a library.
// Safe for concurrent use.
package compiler

import (
	"context"
	"runtime/debug"

	"mmm/compiler/diag"
	"mmm/compiler/lower"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/stage"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// MaxSourceBytes is the largest patch that is compiled.
const MaxSourceBytes = 16 << 20

// Options is what to compile and how.
type Options struct {
	Name string // what diagnostics call the file
	Text string
	// Files says where the modules of the program are. Its Path is the patch's
	// own file; with no Path and no Dir only the library is searched.
	Files stage.Files
	// Print receives what the program prints while it compiles; nil drops it.
	Print func(text string)
	// SelfInit0 makes functions that use self return the value that self had
	// on entry (language.md 9.2).
	SelfInit0 bool
	// Library accepts a program without dsp; Program is then nil.
	Library bool
	// Context, if not nil, ends when nobody wants the program any more: Compile
	// then returns soon, with what it has so far.
	Context context.Context
}

// Result is everything that is known of a program, as far as its phases went.
type Result struct {
	Source  *source.File
	Tree    *syntax.File       // the patch as written, but for names, which are resolved
	Files   []stage.LoadedFile // every other file that was read
	Whole   *syntax.File       // the program in one list, macros expanded
	Info    *types.Info        // of Whole
	Program *mir.Program       // nil after an error, when cancelled, and for a library
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
	ctx := o.Context
	if ctx == nil {
		ctx = context.Background()
	}
	cancelled := func() bool { return ctx.Err() != nil }
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
	if cancelled() {
		return r
	}
	flat := stage.Flatten(r.Tree, o.Files, &r.Diags)
	r.Files, r.Whole = flat.Files, flat.File
	r.Info = types.CheckProgram(r.Whole, types.Options{Modules: flat.Modules, Imported: flat.Imported}, &r.Diags)
	if cancelled() {
		return r
	}
	if flat.Staged && !r.Diags.HasErrors() {
		whole, ok := stage.Expand(ctx, flat, r.Info, o.Print, &r.Diags)
		if !ok || cancelled() {
			return r
		}
		r.Whole = whole
		macroDsp := r.Info.MacroDsp
		r.Info = types.CheckProgram(r.Whole, types.Options{Modules: flat.Modules, Imported: flat.Imported}, &r.Diags)
		r.Info.MacroDsp = macroDsp
		r.Diags.Unique() // main-stage code was checked twice
	}
	if r.Info.Dsp == nil && !o.Library && !r.Diags.HasErrors() {
		d := r.Diags.Errorf(diag.NoDsp, source.Span{File: file, Start: len(file.Text), End: len(file.Text)}, "The program has no function `dsp`")
		if b := r.Info.MacroDsp; b != nil {
			d.Note(b.Ident.Pos, "`dsp` is defined in the macro stage")
		} else {
			d.Suggest("define what to play: fn dsp(){ … }")
		}
	}
	if r.Diags.HasErrors() || r.Info.Dsp == nil || cancelled() {
		return r
	}
	p := lower.Program(r.Whole, r.Info, lower.Options{SelfInit0: o.SelfInit0, Sound: o.Files.Sound}, &r.Diags)
	if p == nil || cancelled() {
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
