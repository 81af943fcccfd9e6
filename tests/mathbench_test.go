package tests

import (
	"math"
	"math/rand"
	"testing"

	"mmm/compiler/mathfn"
	"mmm/compiler/mir"
	"mmm/state"
)

// benchArgument draws an argument such as patches use.
func benchArgument(r *rand.Rand, name string, i int) float64 {
	switch name {
	case "tan":
		return 1.5 * r.Float64()
	case "asin", "acos":
		return 2*r.Float64() - 1
	case "log":
		return 0.001 + 4*r.Float64()
	case "pow":
		return []float64{0.5 + 4*r.Float64(), 8*r.Float64() - 4}[i]
	case "sin", "cos":
		return 12*r.Float64() - 6
	}
	return 8*r.Float64() - 4
}

// mathBench runs one function in machine code, 64 frames a call: on the inputs,
// or with each argument waiting for the last result.
func mathBench(b *testing.B, name string, chained bool) {
	var set mathfn.Set
	params := 1
	f := set.Get(name)
	if f != nil {
		params = len(f.Params)
	}
	dsp, w := mir.NewFunc("dsp", make([]state.WordKind, params), make([]state.WordKind, 1))
	dsp.State = &state.Node{Kind: state.Feed, Words: []state.WordKind{state.NumWord}}
	args := []mir.Value{0, 1}[:params]
	if chained {
		last := w.Emit(&mir.Instr{Op: mir.GetState}, 1)[0]
		args[0] = w.Op(mir.AddF, 0, w.Op(mir.MulF, last, w.Num(0x1p-1000)))
	}
	r := args[:1]
	if f != nil {
		r = w.Call(f, 0, args...)
	}
	w.Emit(&mir.Instr{Op: mir.SetState, Args: r}, 0)
	w.Return(r...)
	init, w := mir.NewFunc("init", nil, nil)
	w.Return()
	p := &mir.Program{Init: init, Dsp: dsp, Strings: []string{""}}
	p.Funcs = append(append(p.Funcs, set.Funcs()...), init, dsp)
	for i, f := range p.Funcs {
		f.Index = i
	}
	p.Layout()
	if err := mir.Optimize(p); err != nil {
		b.Fatal(err)
	}
	e := onNative(b, "native", p)
	rnd := rand.New(rand.NewSource(1))
	for ch := range p.Image.Ins {
		for i := range state.BlockFrames {
			e.words[p.Image.In+ch*state.BlockFrames+i] = math.Float64bits(benchArgument(rnd, name, ch))
		}
	}
	b.ResetTimer()
	for i := 0; i < b.N; i += state.BlockFrames {
		e.run(0, state.BlockFrames)
	}
}

// BenchmarkMath gives ns a frame of every function on 64 ordinary arguments in
// turn: side by side, then one after the other. What "nothing" takes is no work of
// theirs.
func BenchmarkMath(b *testing.B) {
	for _, name := range append([]string{"nothing"}, mathfn.Names()...) {
		b.Run(name+"/throughput", func(b *testing.B) { mathBench(b, name, false) })
		b.Run(name+"/latency", func(b *testing.B) { mathBench(b, name, true) })
	}
}
