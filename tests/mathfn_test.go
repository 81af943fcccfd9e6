package tests

import (
	"math"
	"math/rand"
	"testing"

	"mmm/compiler/mathfn"
	"mmm/compiler/mir"
	"mmm/state"
)

// mathProgram is a dsp that gives its inputs to one elementary function.
func mathProgram(t *testing.T, name string) *mir.Program {
	t.Helper()
	var set mathfn.Set
	f := set.Get(name)
	dsp, b := mir.NewFunc("dsp", make([]state.WordKind, len(f.Params)), make([]state.WordKind, 1))
	var args []mir.Value
	for i := range f.Params {
		args = append(args, mir.Value(i))
	}
	b.Return(b.Call(f, 0, args...)...)
	init, b := mir.NewFunc("init", nil, nil)
	b.Return()
	p := &mir.Program{Init: init, Dsp: dsp, Strings: []string{""}}
	p.Funcs = append(append(p.Funcs, set.Funcs()...), init, dsp)
	for i, f := range p.Funcs {
		f.Index = i
	}
	p.Layout()
	if err := mir.Verify(p); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

// mathArgument draws ordinary numbers, numbers of every size and raw bits.
func mathArgument(r *rand.Rand) float64 {
	switch r.Intn(4) {
	case 0:
		return 2*r.Float64() - 1
	case 1:
		return 200*r.Float64() - 100
	case 2:
		return math.Copysign(math.Exp2(40*r.Float64()-10), r.Float64()-0.5)
	}
	return math.Float64frombits(r.Uint64())
}

// About a million arguments in all; NaNs count as one.
func TestEnginesAgreeBitForBitOnTheElementaryFunctions(t *testing.T) {
	blocks := 1_000_000 / len(mathfn.Names()) / state.BlockFrames
	if testing.Short() {
		blocks /= 20
	}
	for _, name := range mathfn.Names() {
		p, optimized := mathProgram(t, name), mathProgram(t, name)
		if err := mir.Optimize(optimized); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		engines := []*runner{onVM(t, "vm", p), onNative(t, "native", p), onNative(t, "native, optimized", optimized), onVM(t, "vm, optimized", optimized)}
		images := []state.Image{p.Image, p.Image, optimized.Image, optimized.Image}
		r := rand.New(rand.NewSource(1))
		distinct := map[uint64]bool{}
		for range blocks {
			for ch := range p.Image.Ins {
				for i := range state.BlockFrames {
					w := math.Float64bits(mathArgument(r))
					for k, e := range engines {
						e.words[images[k].In+ch*state.BlockFrames+i] = w
					}
				}
			}
			for _, e := range engines {
				e.run(0, state.BlockFrames)
			}
			for i := range state.BlockFrames {
				want := engines[0].words[p.Image.Out+i]
				distinct[want] = true
				for k, e := range engines[1:] {
					if got := e.words[images[k+1].Out+i]; !sameWord(want, got) {
						t.Fatalf("%s(%v, …) is %x on the vm, %x on %s", name,
							math.Float64frombits(engines[0].words[p.Image.In+i]), want, got, e.name)
					}
				}
			}
		}
		if len(distinct) < blocks*state.BlockFrames/20 {
			t.Errorf("%s gives only %d different results", name, len(distinct))
		}
	}
}
