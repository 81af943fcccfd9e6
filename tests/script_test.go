package tests

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestCommandLineKeepsItsContract runs tests/script/*.txtar against the built
// command line; each file is named after what it shows.
func TestCommandLineKeepsItsContract(t *testing.T) {
	out, err := filepath.Abs(filepath.Join(root, "out"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(out, "mmm")); err != nil {
		t.Fatalf("out/mmm is not built: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", out+string(os.PathListSeparator)+os.Getenv("PATH"))
			e.Setenv("LD_LIBRARY_PATH", out)
			examples, err := filepath.Abs(filepath.Join(root, "examples"))
			e.Setenv("EXAMPLES", examples)
			return err
		},
	})
}
