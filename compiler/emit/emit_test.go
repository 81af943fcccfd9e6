package emit

import (
	"math"
	"strings"
	"testing"

	"mmm/compiler/mir"
	"mmm/state"
	"mmm/vm"
)

// num makes n num words.
func num(n int) []state.WordKind { return make([]state.WordKind, n) }

// program makes a program whose dsp is built by body, from ins inputs to outs
// outputs, with the given state nodes; more are further functions.
func program(ins, outs int, nodes []*state.Node, body func(b *mir.Builder) []mir.Value, more ...*mir.Func) *mir.Program {
	init, bi := mir.NewFunc("_init", nil, nil)
	bi.Return()
	dsp, b := mir.NewFunc("dsp", num(ins), num(outs))
	if nodes != nil {
		dsp.State = &state.Node{Name: "dsp", Children: nodes}
	}
	b.Return(body(b)...)
	p := &mir.Program{Funcs: append(more, init, dsp), Init: init, Dsp: dsp, Strings: []string{""}}
	for i, f := range p.Funcs {
		f.Index = i
	}
	return p
}

// load makes a machine for p and runs its initialiser.
func load(t testing.TB, p *mir.Program) (*vm.Machine, []uint64) {
	t.Helper()
	m, words := prepare(t, p)
	m.Init()
	return m, words
}

// prepare lays p out, emits it and makes a machine at 48 kHz.
func prepare(t testing.TB, p *mir.Program) (*vm.Machine, []uint64) {
	t.Helper()
	p.Layout()
	prog, err := Program(p)
	if err != nil {
		t.Fatal(err)
	}
	words := make([]uint64, p.Image.Words)
	words[state.RateWord] = math.Float64bits(48000)
	m, err := vm.New(prog, words)
	if err != nil {
		t.Fatal(err)
	}
	return m, words
}

// run plays n frames and returns channel 0.
func run(t testing.TB, p *mir.Program, n int) []float64 {
	t.Helper()
	m, words := load(t, p)
	out := make([]float64, 0, n)
	for len(out) < n {
		k := min(n-len(out), state.BlockFrames)
		m.Run(0, k)
		for i := range k {
			out = append(out, math.Float64frombits(words[p.Image.Out+i]))
		}
	}
	return out
}

func TestASelfCounterCounts(t *testing.T) {
	p := program(0, 1, []*state.Node{{Kind: state.Feed, Words: num(1)}}, func(b *mir.Builder) []mir.Value {
		self := b.Emit(&mir.Instr{Op: mir.GetState}, 1)[0]
		next := b.Op(mir.AddF, self, b.Num(1))
		b.Emit(&mir.Instr{Op: mir.SetState, Args: []mir.Value{next}}, 0)
		return []mir.Value{next}
	})
	for i, x := range run(t, p, 300) {
		if x != float64(i+1) {
			t.Fatalf("sample %d is %v", i, x)
		}
	}
}

// listing returns the bytecode of p as text.
func listing(p *mir.Program) string {
	prog, err := Program(p)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	if err := vm.Print(&b, prog); err != nil {
		return err.Error()
	}
	return b.String()
}
