package tests

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// built returns the path of a file that make build leaves in out/.
func built(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "out", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is missing: run make build first", name)
	}
	return path
}

// prototypes returns the functions that a C header of ours declares.
func prototypes(t *testing.T, header string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", header))
	if err != nil {
		t.Fatal(err)
	}
	bare := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(text), "")
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^[a-z][\w *]*?\b(mmm_\w+)\(`).FindAllStringSubmatch(bare, -1) {
		names = append(names, m[1])
	}
	sort.Strings(names)
	return names
}

// exports returns the functions that a library defines for others.
func exports(t *testing.T, library string) []string {
	t.Helper()
	f, err := elf.Open(built(t, library))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range symbols {
		if s.Section != elf.SHN_UNDEF && elf.ST_TYPE(s.Info) == elf.STT_FUNC && elf.ST_BIND(s.Info) != elf.STB_LOCAL {
			names = append(names, s.Name)
		}
	}
	sort.Strings(names)
	return names
}

func TestHeaderAndLibraryNameTheSameFunctions(t *testing.T) {
	declared := prototypes(t, "cbridge/mmm.h")
	if len(declared) < 15 {
		t.Fatalf("only %d prototypes found in mmm.h", len(declared))
	}
	if got := exports(t, "libmmm.so"); strings.Join(got, " ") != strings.Join(declared, " ") {
		t.Errorf("libmmm.so exports\n%v\nmmm.h declares\n%v", got, declared)
	}
}

func TestAudioLibraryDefinesItsHeaders(t *testing.T) {
	have := map[string]bool{}
	for _, name := range exports(t, "libmmmrt.so") {
		have[name] = true
		if !strings.HasPrefix(name, "mmm_") && !strings.HasPrefix(name, "mmmrt_") {
			t.Errorf("libmmmrt.so exports %s", name)
		}
	}
	audio := prototypes(t, "realtime/mmm_audio.h")
	if len(audio) < 3 {
		t.Fatalf("prototypes in mmm_audio.h: %v", audio)
	}
	for _, name := range audio {
		if !have[name] {
			t.Errorf("libmmmrt.so lacks %s", name)
		}
	}
}

// Hosts load libmmm late, when glibc has little static thread-local storage
// left. Go's own 8 bytes must be there; wasmtime's kilobyte must be dynamic.
func TestGoLibraryNeedsHardlyAnyStaticTLS(t *testing.T) {
	static := func(f *elf.File) bool {
		flags, err := f.DynValue(elf.DT_FLAGS)
		if err != nil {
			t.Fatal(err)
		}
		return len(flags) > 0 && elf.DynFlag(flags[0])&elf.DF_STATIC_TLS != 0
	}
	for _, library := range []string{"libmmm.so", "libmmmrt.so"} {
		f, err := elf.Open(built(t, library))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if !static(f) {
			continue
		}
		for _, p := range f.Progs {
			if p.Type == elf.PT_TLS && p.Memsz > 8 {
				t.Errorf("%s has %d bytes of static thread-local storage, want at most 8", library, p.Memsz)
			}
		}
		if library == "libmmmrt.so" {
			t.Errorf("%s is marked DF_STATIC_TLS", library)
		}
	}
}

func TestGoLibraryFindsTheAudioLibraryBesideIt(t *testing.T) {
	f, err := elf.Open(built(t, "libmmm.so"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	needed, _ := f.ImportedLibraries()
	if !strings.Contains(strings.Join(needed, " "), "libmmmrt.so") {
		t.Errorf("libmmm.so needs %v, not libmmmrt.so", needed)
	}
	var paths []string
	for _, tag := range []elf.DynTag{elf.DT_RUNPATH, elf.DT_RPATH} {
		list, _ := f.DynString(tag)
		paths = append(paths, list...)
	}
	for _, p := range strings.Split(strings.Join(paths, ":"), ":") {
		if p != "$ORIGIN" {
			t.Errorf("libmmm.so looks for libraries in %q", p)
		}
	}
	if len(paths) == 0 {
		t.Error("libmmm.so has no path to libmmmrt.so")
	}
}

func TestSessionIsDrivenFromC(t *testing.T) {
	out := filepath.Dir(built(t, "libmmm.so"))
	program := filepath.Join(t.TempDir(), "session")
	cc := exec.Command("cc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-I../cbridge", "cabi/session.c",
		"-o", program, "-L"+out, "-lmmm", "-lmmmrt", "-Wl,-rpath,"+out)
	if text, err := cc.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, engine := range []string{"native", "vm"} {
		t.Run(engine, func(t *testing.T) {
			cmd := exec.Command(program, engine)
			cmd.Env = append(cmd.Environ(), "MMM_CACHE=off")
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
		})
	}
}
