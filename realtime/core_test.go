package realtime

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The C core is tested by C programs that fill in for machine code, each built
// with the sanitizers that suit it. wasmtime is left out: native_test.go and the
// tests above this package have it.
func TestCoreHoldsUnderSanitizers(t *testing.T) {
	all, err := filepath.Glob("core/*.c")
	if err != nil {
		t.Fatal(err)
	}
	var core []string
	for _, f := range all {
		switch filepath.Base(f) {
		case "compile.c", "imports.c", "native.c", "linear.c", "stack.c", "measure.c":
		default:
			core = append(core, f)
		}
	}
	for _, test := range []string{"queue", "player", "swap", "heap", "warm", "voices"} {
		for _, sanitizers := range []string{"address,undefined", "thread"} {
			t.Run(test+" "+sanitizers, func(t *testing.T) {
				t.Parallel()
				program := filepath.Join(t.TempDir(), test)
				args := []string{"-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing",
					"-ffp-contract=off", "-fsanitize=" + sanitizers, "-fno-sanitize-recover=all", "-o", program,
					"core/test/" + test + "_test.c"}
				args = append(append(args, core...), "-lpthread", "-lm")
				if out, err := exec.Command("cc", args...).CombinedOutput(); err != nil {
					t.Fatalf("cc: %v\n%s", err, out)
				}
				run := exec.Command(program)
				run.Env = append(os.Environ(), "TSAN_OPTIONS=halt_on_error=1", "ASAN_OPTIONS=detect_leaks=1")
				out, err := run.CombinedOutput()
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				t.Logf("%s", out)
			})
		}
	}
}
