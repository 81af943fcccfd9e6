package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"mmm/compiler"
	"mmm/compiler/diag"
	"mmm/compiler/stage"
	"mmm/session"
)

// patchFlags are the flags of every command that compiles.
type patchFlags struct {
	engine    string
	selfInit0 bool
}

// add registers the flags; engine says whether the command runs the patch.
func (f *patchFlags) add(cmd *cobra.Command, engine bool) {
	cmd.Flags().BoolVar(&f.selfInit0, "self-init-0", false, "functions that use self return the value it had on entry")
	if engine {
		cmd.Flags().StringVar(&f.engine, "engine", "", "native or vm (default: the environment variable MMM_ENGINE, else native)")
	}
}

// engineName returns the chosen engine.
func (f *patchFlags) engineName() (string, error) {
	if f.engine == "" {
		return session.DefaultEngine(), nil
	}
	if !session.KnownEngine(f.engine) {
		return "", usageError{fmt.Errorf("--engine is native or vm, not %q", f.engine)}
	}
	return f.engine, nil
}

// load reads and compiles a patch and prints what there is to say about it. A
// library (no dsp) is accepted when wanted.
func (f *patchFlags) load(path string, library bool) (*compiler.Result, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	r := compiler.Compile(compiler.Options{Name: path, Text: string(text), Files: filesOf(path), Print: func(s string) { fmt.Print(s) }, SelfInit0: f.selfInit0, Library: library})
	r.Diags.Sort()
	diag.Render(os.Stderr, &r.Diags, diag.Options{Color: terminal(os.Stderr)})
	if r.Diags.HasErrors() {
		return r, errFailed
	}
	return r, nil
}

// terminal reports whether f is a terminal that shows colours.
func terminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// filesOf says where the modules of the patch at path are.
func filesOf(path string) stage.Files {
	return stage.Files{Path: path, LibPath: stage.EnvironmentLibPath(), Home: stage.UserLibrary()}
}
