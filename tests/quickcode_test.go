package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
	for _, file := range patchFiles(t, "*") {
		if p := compiledFile(t, file); p != nil {
			sameOnAllCode(t, 0, filepath.Base(file), p)
		}
	}
	for seed := range seeds(t, 100) {
		p := newRandomProgram(seed)
		sameOnAllCode(t, seed, "random", p)
	}
}

// patchFiles lists the examples and, where MMM_CONFORMANCE says where it is, the
// programs in these folders of the corpus.
func patchFiles(t *testing.T, folders string) []string {
	t.Helper()
	files, err := filepath.Glob("../examples/*/*.mmm")
	if corpus := os.Getenv("MMM_CONFORMANCE"); err == nil && corpus != "" {
		var more []string
		more, err = filepath.Glob(filepath.Join(corpus, folders, "*.mmm"))
		files = append(files, more...)
	}
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	slices.Sort(files)
	return files
}

// compiledFile compiles a file, nil if it is one of those that must not compile.
func compiledFile(t *testing.T, file string) *mir.Program {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return compiler.Compile(compiler.Options{Name: file, Text: string(text), Files: stage.Files{Path: file}}).Program
}

// manyVoices is a patch of n different voices.
func manyVoices(n int) string {
	var b strings.Builder
	b.WriteString("fn ph(f){ (self + f / samplerate) % 1 }\nfn lp(x, c){ let y = self\n y + c * (x - y) }\n")
	for i := range n {
		fmt.Fprintf(&b, "fn voice%[1]d(f, g){\n let m = sin(ph(f * %[2]v) * 6.28318) * 0.5\n let c = sin((ph(f) + m * 0.2) * 6.28318 + m)\n"+
			" let s = if (c > 0.3) tanh(c * 2) else c * 0.7\n let d = delay(%[3]d, lp(s, 0.1 + g * 0.05), %[4]d)\n lp(s + d * 0.3, 0.3)\n}\n",
			i, 1+float64(i)*0.37, 100+i, 50+i)
	}
	b.WriteString("fn dsp(){ (0")
	for i := range n {
		fmt.Fprintf(&b, " + voice%d(%d, %v)", i, 100+7*i, 0.1+0.001*float64(i))
	}
	b.WriteString(") * 0.02 }\n")
	return b.String()
}

// fastest returns the shortest of three runs.
func fastest(f func()) time.Duration {
	best := time.Hour
	for range 3 {
		begin := time.Now()
		f()
		best = min(best, time.Since(begin))
	}
	return best
}

// The log is the table of docs/performance.md.
func TestQuickCodeIsHadSoonerThanTheBest(t *testing.T) {
	var table strings.Builder
	fmt.Fprintf(&table, "%-44s %9s %9s %9s %9s\n", "ms", "front", "wasm", "quick", "best")
	row := func(name string, compile func() *mir.Program) (quick, best time.Duration) {
		var p *mir.Program
		var wasm []byte
		front := fastest(func() { p = compile() })
		if p == nil {
			return 0, 0
		}
		emit := fastest(func() { wasm, _ = native.Compile(p) })
		made := func(f func([]byte) (*realtime.Module, error)) func() {
			return func() {
				m, err := f(wasm)
				if err != nil {
					t.Fatal(err)
				}
				m.Close()
			}
		}
		quick, best = fastest(made(realtime.CompileQuickly)), fastest(made(realtime.Compile))
		ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
		fmt.Fprintf(&table, "%-44s %9.1f %9.1f %9.1f %9.1f\n", name, ms(front), ms(emit), ms(quick), ms(best))
		return quick, best
	}
	for _, file := range patchFiles(t, "larger") {
		row(filepath.Base(file), func() *mir.Program { return compiledFile(t, file) })
	}
	for _, n := range []int{25, 100, 200} {
		text := manyVoices(n)
		quick, best := row(fmt.Sprintf("%d voices", n), func() *mir.Program {
			return compiler.Compile(compiler.Options{Name: "voices", Text: text}).Program
		})
		if n == 200 && quick > best*2/3 {
			t.Errorf("%d voices: quick code takes %v, the best %v", n, quick, best)
		}
	}
	t.Log("\n" + table.String())
}
