package realtime

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const library = "../out/libmmmrt.so"

// DF_STATIC_TLS; debug/elf has no name for its value in DT_FLAGS.
const staticTLS = 0x10

func TestTheLibraryIsFitToBeLoadedLateIntoAnyProcess(t *testing.T) {
	f, err := elf.Open(library)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	flags, err := f.DynValue(elf.DT_FLAGS)
	if err != nil {
		t.Fatal(err)
	}
	for _, fl := range flags {
		if fl&staticTLS != 0 {
			t.Error("it asks for static thread-local storage, of which a process has little left")
		}
	}
	if names, _ := f.DynString(elf.DT_SONAME); len(names) != 1 || names[0] != "libmmmrt.so" {
		t.Errorf("soname %v", names)
	}
	if names, _ := f.DynString(elf.DT_RUNPATH); len(names) != 0 {
		t.Errorf("it names a folder of this machine: %v", names)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_TLS && p.Memsz > 2048 {
			t.Errorf("%d bytes of thread-local data", p.Memsz)
		}
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	faces := readFaces(t)
	for _, s := range symbols {
		if s.Section == elf.SHN_UNDEF {
			continue
		}
		if !faces[s.Name] {
			t.Errorf("it exports %s, which no header declares", s.Name)
		}
		delete(faces, s.Name)
	}
	for name := range faces {
		t.Errorf("it does not export %s", name)
	}
}

// readFaces returns the functions that the two headers declare.
func readFaces(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, header := range []string{"mmm_audio.h", "mmmrt.h"} {
		// the preprocessor takes comments and line breaks away
		text, err := exec.Command("cc", "-E", "-P", "-x", "c", header).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range strings.Split(string(text), ";") {
			open := strings.IndexByte(statement, '(')
			if open < 0 || strings.ContainsAny(statement[:open], "{}=") {
				continue
			}
			words := strings.FieldsFunc(statement[:open], func(r rune) bool { return r == ' ' || r == '*' || r == '\n' })
			if name := words[len(words)-1]; strings.HasPrefix(name, "mmm") && words[0] != "typedef" {
				names[name] = true
			}
		}
	}
	return names
}

// A host's audio thread: 128 kB of stack, and every allocation on it counted.
func TestAnAudioThreadWithASmallStackAllocatesNothing(t *testing.T) {
	dir := t.TempDir()
	program, module := filepath.Join(dir, "thread"), filepath.Join(dir, "module.wasm")
	deep := filepath.Join(dir, "deep.wasm")
	for file, w := range map[string]wasm{module: testModule(accumulate()), deep: testModule(recurse(10000, 2))} {
		if err := os.WriteFile(file, w.bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("cc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-o", program,
		"core/test/thread_test.c", "-ldl", "-lpthread").CombinedOutput()
	if err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	out, err = exec.Command(program, library, module, deep).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
