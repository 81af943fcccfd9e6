package tests

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"mmm/compiler"
	"mmm/compiler/mir"
	"mmm/compiler/stage"
	"mmm/native"
	"mmm/realtime"
)

// onQuick loads p into machine code that was made quickly; improve, if not nil,
// is set to what replaces it by the best code.
func onQuick(t *testing.T, name string, p *mir.Program, improve *func()) *runner {
	t.Helper()
	code, err := native.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	module, err := realtime.CompileQuickly(code)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(module.Close)
	r, in := onModule(t, name, p, module)
	if improve != nil {
		*improve = func() {
			best, err := realtime.Compile(code)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(best.Close)
			if err := in.Improve(best); err != nil {
				t.Fatal(err)
			}
		}
	}
	return r
}

// sameOnAllCode plays p as the best code, as quick code, and as quick code that is
// improved on the way, and compares every word of memory.
func sameOnAllCode(t *testing.T, seed int64, name string, p *mir.Program) {
	t.Helper()
	var improve func()
	all := []*runner{onNative(t, name+", best", p), onQuick(t, name+", quick", p, nil), onQuick(t, name+", improved", p, &improve)}
	begin(p, all)
	agree(t, seed, "after init", p, all)
	for block := range 12 {
		if block == 4 {
			improve()
		}
		for _, e := range all {
			e.run(0, 100)
		}
		if block%6 == 5 {
			agree(t, seed, "playing", p, all)
		}
	}
	for _, e := range all {
		e.close()
	}
}

func TestCodeMadeQuicklyComputesTheSameBitsAlsoWhenItIsReplaced(t *testing.T) {
	for _, p := range programs(t) {
		if r := compiler.Compile(compiler.Options{Name: p.file, Text: p.text}); r.Program != nil {
			sameOnAllCode(t, 0, p.name, r.Program)
		}
	}
	files, err := filepath.Glob("../examples/*.mmm")
	if corpus := os.Getenv("MMM_CONFORMANCE"); err == nil && corpus != "" {
		var more []string
		more, err = filepath.Glob(filepath.Join(corpus, "*", "*.mmm"))
		files = append(files, more...)
	}
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	slices.Sort(files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if r := compiler.Compile(compiler.Options{Name: file, Text: string(text), Files: stage.Files{Path: file}}); r.Program != nil {
			sameOnAllCode(t, 0, filepath.Base(file), r.Program)
		}
	}
	for seed := range seeds(100) {
		p := newRandomProgram(seed)
		sameOnAllCode(t, seed, "random", p)
	}
}
