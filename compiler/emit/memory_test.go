package emit

import (
	"math"
	"testing"

	"mmm/compiler/mir"
	"mmm/state"
	"mmm/vm"
)

// busy is a dsp that makes, in each sample: an array and longer ones of it, a list
// of boxes, a closure with state and a variable, all of which die; and it keeps in
// globals and self an array, a closure and a list, which replace those of the
// sample before.
func busy() *mir.Program {
	count := fn("count", 0, 1, 1, []*state.Node{feed(1)}, func(b *mir.Builder) []mir.Value {
		next := b.Op(mir.AddF, getState(b, 0), cellGet(b, capture(b, 0)))
		setState(b, 0, next)
		cellSet(b, capture(b, 0), b.Num(2))
		return []mir.Value{next}
	})
	node := &state.Node{Kind: state.Feed, Words: []state.WordKind{state.ArrayWord}}
	dsp := fn("dsp", 0, 1, 0, []*state.Node{node, siteOf(count), siteOf(count)}, func(b *mir.Builder) []mir.Value {
		now := b.Op(mir.Now)
		// A history of four samples.
		self := getState(b, 0)
		n := emit1(b, mir.Instr{Op: mir.ArrayLen}, self)
		rest := b.If(b.Op(mir.LtF, n, b.Num(4)), 1, func() []mir.Value { return []mir.Value{self} }, func() []mir.Value {
			return b.Emit(&mir.Instr{Op: mir.SplitHead, Imm: 1, Args: []mir.Value{self}}, 2)[1:]
		})[0]
		a := emit1(b, mir.Instr{Op: mir.Append, Imm: 1}, rest, now)
		setStateHeld(b, 0, a)
		// A list of three.
		list := b.Int(0)
		for range 3 {
			list = emit1(b, mir.Instr{Op: mir.NewBox, Aux: oneHandle}, list, now)
		}
		setGlobal(b, 0, list)
		next := b.Emit(&mir.Instr{Op: mir.BoxLoad, Imm: 2, Args: []mir.Value{list}}, 2)
		// Two closures: one dies, one is kept until the next sample.
		x := callClosure(b, 1, makeClosure(b, count, oneHandle, 1, cell(b, b.Num(1))))[0]
		kept := makeClosure(b, count, oneHandle, 2, cell(b, b.Num(3)))
		setGlobal(b, 1, kept)
		y := callClosure(b, 1, kept)[0]
		z := element(b, a, b.Num(0))
		return []mir.Value{b.Op(mir.AddF, b.Op(mir.AddF, x, y), b.Op(mir.AddF, z, next[1]))}
	})
	return objects(2, 1, emptyInit(), dsp, count)
}

func TestMemoryStaysFlat(t *testing.T) {
	samples := 10_000_000
	if testing.Short() {
		samples = 300_000
	}
	m, words := load(t, busy())
	play := func(n int) {
		for ; n > 0; n -= state.BlockFrames {
			m.Run(0, min(n, state.BlockFrames))
		}
	}
	play(1000)
	before := m.Heap()
	play(samples - 1000)
	if after := m.Heap(); after.High != before.High || after.Used != before.Used {
		t.Errorf("%+v after 1000 samples, %+v after %d", before, after, samples)
	}
	// Sample s: the dying closure has counted s+1, the kept one starts at 3.
	s := float64(samples)
	if got, want := outputs(t, m, words, 1)[0][0], s+1+3+(s-3)+s; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if f := fault(m); f != state.FaultNone {
		t.Errorf("fault %d", f)
	}
}

func TestObjectsAreMadeWithoutTheGoHeap(t *testing.T) {
	m, _ := load(t, busy())
	if n := testing.AllocsPerRun(50, func() { m.Run(0, state.BlockFrames) }); n != 0 {
		t.Errorf("%v allocations a block", n)
	}
}

// cyclic makes in each sample a variable that holds a closure that holds the
// variable.
func cyclic() *mir.Program {
	loop := fn("loop", 0, 1, 1, []*state.Node{feed(1)}, func(b *mir.Builder) []mir.Value {
		next := b.Op(mir.AddF, getState(b, 0), b.Num(1))
		setState(b, 0, next)
		return []mir.Value{next}
	})
	dsp := fn("dsp", 0, 1, 0, []*state.Node{siteOf(loop)}, func(b *mir.Builder) []mir.Value {
		c := emit1(b, mir.Instr{Op: mir.NewCell, Aux: oneHandle}, b.Int(0))
		f := makeClosure(b, loop, oneHandle, 0, c)
		retain(b, oneHandle, f)
		cellSet(b, c, f)
		// One of the closures is kept for good, by a global and another cycle.
		b.If(b.Op(mir.EqF, b.Op(mir.Now), b.Num(5)), 0, func() []mir.Value { setGlobal(b, 0, f); return nil }, func() []mir.Value { return nil })
		x := b.If(b.Op(mir.GtF, b.Op(mir.Now), b.Num(5)), 1, func() []mir.Value { return callClosure(b, 1, getGlobal(b, 0)) },
			func() []mir.Value { return []mir.Value{b.Num(0)} })[0]
		return []mir.Value{x}
	})
	return objects(1, 1, emptyInit(), dsp, loop)
}

func TestCyclesAreFreed(t *testing.T) {
	m, words := load(t, cyclic())
	outputs(t, m, words, 20_000)
	high := m.Heap().High
	if high >= m.Heap().Size*3/4 {
		t.Errorf("the heap has grown to %d of %d words", high, m.Heap().Size)
	}
	got := outputs(t, m, words, 200_000)
	if m.Heap().High != high {
		t.Errorf("the heap has grown from %d to %d words", high, m.Heap().High)
	}
	// What is referred to has stayed.
	if x := got[len(got)-1][0]; x != 220_000-6 || fault(m) != state.FaultNone {
		t.Errorf("last output %v, fault %d", x, fault(m))
	}
}

func TestCyclesAreFreedWithoutTheGoHeap(t *testing.T) {
	m, _ := load(t, cyclic())
	if n := testing.AllocsPerRun(100, func() { m.Run(0, state.BlockFrames) }); n != 0 {
		t.Errorf("%v allocations a block", n)
	}
}

// builder appends the numbers 1 to n to an array, by recursion, in the
// initialiser.
func builder(n float64, heap int) *mir.Program {
	build, b := mir.NewFunc("build", num(1), num(1))
	build.Recursive = true
	b.Return(b.If(b.Op(mir.GtF, 0, b.Num(0)), 1, func() []mir.Value {
		rest := b.Call(build, 0, b.Op(mir.SubF, 0, b.Num(1)))[0]
		return []mir.Value{emit1(b, mir.Instr{Op: mir.Append, Imm: 1}, rest, 0)}
	}, func() []mir.Value { return []mir.Value{b.Int(0)} })...)
	init := fn("_init", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value {
		setGlobal(b, 0, b.Call(build, 0, b.Num(n))[0])
		return nil
	})
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		a := getGlobal(b, 0)
		return []mir.Value{b.Op(mir.AddF, emit1(b, mir.Instr{Op: mir.ArrayLen}, a), element(b, a, b.Num(4321)))}
	})
	p := objects(1, 1, init, dsp, build)
	p.HeapWords = heap
	return p
}

func TestATurnThatMakesMoreThanTheHeapReclaims(t *testing.T) {
	// All arrays together have 12.5 million words.
	plays(t, builder(5000, 1<<16), []float64{5000 + 4322})
}

func TestAFullHeapEndsTheProgram(t *testing.T) {
	m, words := load(t, builder(5000, 1<<12))
	if f, place := m.Fault(); f != state.FaultHeap || place != 0 {
		t.Fatalf("fault %d in %d", f, place)
	}
	if got := outputs(t, m, words, 3); got[0][0] != 0 || got[2][0] != 0 || words[state.FaultTurnsWord] < state.MaxFaultTurns {
		t.Errorf("it goes on: %v", got)
	}
}

func TestAnOldHandleDoesNotReachANewObject(t *testing.T) {
	// dsp leaves a handle in a global without a count, and makes a like object in
	// the next sample before it looks at the old one.
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		fresh := emit1(b, mir.Instr{Op: mir.NewBox}, b.Num(9))
		old := getGlobal(b, 0)
		emit0(b, mir.Instr{Op: mir.SetGlobal}, fresh)
		return b.Emit(&mir.Instr{Op: mir.BoxLoad, Imm: 1, Args: []mir.Value{old}}, 1)
	})
	m, words := load(t, objects(1, 1, emptyInit(), dsp))
	var handles []uint64
	for range 3 {
		if got := outputs(t, m, words, 1)[0][0]; got != 0 {
			t.Errorf("got %v", got)
		}
		handles = append(handles, words[m.Program().Image.Globals])
	}
	if f := fault(m); f != state.FaultHandle {
		t.Errorf("fault %d", f)
	}
	if uint32(handles[0]) != uint32(handles[1]) || handles[0] == handles[1] {
		t.Errorf("handles %x", handles)
	}
}

// twice is fn f(g, n){ g(g, n - 1) + g(g, n - 1) } by function values, to depth n.
func twice(n float64) *mir.Program {
	f, b := mir.NewFunc("f", num(2), num(1))
	b.Return(b.If(b.Op(mir.GtF, 1, b.Num(0)), 1, func() []mir.Value {
		m := b.Op(mir.SubF, 1, b.Num(1))
		x := callClosure(b, 1, 0, 0, m)[0]
		return []mir.Value{b.Op(mir.AddF, x, callClosure(b, 1, 0, 0, m)[0])}
	}, func() []mir.Value { return []mir.Value{b.Num(1)} })...)
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		g := emit1(b, mir.Instr{Op: mir.FuncValue, Callee: f})
		return callClosure(b, 1, g, g, b.Num(n))
	})
	return objects(0, 1, emptyInit(), dsp, f)
}

// word is the word of a number.
func word(x float64) uint64 { return math.Float64bits(x) }

func TestCallsOfFunctionValuesAreLimited(t *testing.T) {
	plays(t, twice(10), []float64{1024})
	for _, c := range []struct {
		depth float64
		want  state.Fault
	}{{60, state.FaultBudget}, {1e6, state.FaultDepth}} {
		m, words := load(t, twice(c.depth))
		if got := outputs(t, m, words, 1)[0][0]; got != 0 || fault(m) != c.want || words[state.DepthWord] != 0 {
			t.Errorf("depth %v: output %v, fault %d, %d calls left", c.depth, got, fault(m), words[state.DepthWord])
		}
		outputs(t, m, words, 1)
		if ended := words[state.FaultTurnsWord] >= state.MaxFaultTurns; ended != (c.want == state.FaultBudget) {
			t.Errorf("depth %v: ended %v", c.depth, ended)
		}
	}
}

func TestCallsThatDoubleAtEachLevelEnd(t *testing.T) {
	double := func(levels int) *mir.Program {
		funcs := []*mir.Func{fn("one", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value { return []mir.Value{b.Num(1)} })}
		for i := range levels {
			funcs = append(funcs, fn("two", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
				return []mir.Value{b.Op(mir.AddF, b.Call(funcs[i], 0)[0], b.Call(funcs[i], 0)[0])}
			}))
		}
		dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value { return b.Call(funcs[levels], 0) })
		return objects(0, 1, emptyInit(), dsp, funcs...)
	}
	plays(t, double(20), []float64{1 << 20})
	m, words := load(t, double(60))
	if got := outputs(t, m, words, 1)[0][0]; got != 0 || fault(m) != state.FaultBudget {
		t.Errorf("output %v, fault %d", got, fault(m))
	}
}

func TestCallFunctionRunsByIndexAndName(t *testing.T) {
	p := twice(3)
	m, _ := load(t, p)
	g := uint64(vm.KindFunc<<60 | p.Funcs[0].Index)
	three := word(3)
	r, err := m.CallFunction(0, []uint64{g, three})
	if err != nil || len(r) != 1 || r[0] != word(8) {
		t.Errorf("got %x, %v", r, err)
	}
	if r, err = m.CallNamed("f", []uint64{g, three}); err != nil || r[0] != word(8) {
		t.Errorf("got %x, %v", r, err)
	}
	for what, call := range map[string]func() ([]uint64, error){
		"an unknown name":    func() ([]uint64, error) { return m.CallNamed("none", nil) },
		"a wrong index":      func() ([]uint64, error) { return m.CallFunction(9, nil) },
		"too few words":      func() ([]uint64, error) { return m.CallFunction(0, nil) },
		"a small budget":     func() ([]uint64, error) { return m.CallFunctionWithin(0, []uint64{g, word(20)}, 1000) },
		"an invalid closure": func() ([]uint64, error) { return m.CallFunction(0, []uint64{1, three}) },
	} {
		if _, err := call(); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
