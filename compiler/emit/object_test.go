package emit

import (
	"math"
	"testing"

	"mmm/compiler/mir"
	"mmm/state"
	"mmm/vm"
)

// emit1 appends an instruction with one result.
func emit1(b *mir.Builder, in mir.Instr, args ...mir.Value) mir.Value {
	in.Args = args
	return b.Emit(&in, 1)[0]
}

// emit0 appends an instruction without results.
func emit0(b *mir.Builder, in mir.Instr, args ...mir.Value) {
	in.Args = args
	b.Emit(&in, 0)
}

func array(b *mir.Builder, stride int, words ...mir.Value) mir.Value {
	return emit1(b, mir.Instr{Op: mir.NewArray, Imm: int64(stride)}, words...)
}

func element(b *mir.Builder, a, i mir.Value) mir.Value {
	return emit1(b, mir.Instr{Op: mir.ArrayGet, Imm: 1}, a, i)
}

func callClosure(b *mir.Builder, n int, args ...mir.Value) []mir.Value {
	return b.Emit(&mir.Instr{Op: mir.CallClosure, Args: args}, n)
}

func makeClosure(b *mir.Builder, f *mir.Func, shape, site int, captured ...mir.Value) mir.Value {
	return emit1(b, mir.Instr{Op: mir.MakeClosure, Callee: f, Aux: int64(shape), Imm: int64(site)}, captured...)
}

func capture(b *mir.Builder, i int) mir.Value {
	return emit1(b, mir.Instr{Op: mir.GetCapture, Imm: int64(i)})
}

func retain(b *mir.Builder, shape int, words ...mir.Value) {
	emit0(b, mir.Instr{Op: mir.Retain, Aux: int64(shape)}, words...)
}

func release(b *mir.Builder, shape int, words ...mir.Value) {
	emit0(b, mir.Instr{Op: mir.Release, Aux: int64(shape)}, words...)
}

func getGlobal(b *mir.Builder, i int) mir.Value {
	return emit1(b, mir.Instr{Op: mir.GetGlobal, Imm: int64(i)})
}

// setGlobal stores the object v in global i as lowering does: the new one is
// held before the old one is let go.
func setGlobal(b *mir.Builder, i int, v mir.Value) {
	retain(b, oneHandle, v)
	release(b, oneHandle, getGlobal(b, i))
	emit0(b, mir.Instr{Op: mir.SetGlobal, Imm: int64(i)}, v)
}

// cell is a variable of one number that closures share.
func cell(b *mir.Builder, v mir.Value) mir.Value { return emit1(b, mir.Instr{Op: mir.NewCell}, v) }

func cellGet(b *mir.Builder, c mir.Value) mir.Value { return emit1(b, mir.Instr{Op: mir.CellGet}, c) }

func cellSet(b *mir.Builder, c, v mir.Value) { emit0(b, mir.Instr{Op: mir.CellSet}, c, v) }

// The shapes of the test programs.
const (
	noHandle  = 0
	oneHandle = 1
	twoHandle = 2
)

var testShapes = []mir.Shape{{}, {Words: 1, Handles: []int{0}}, {Words: 2, Handles: []int{0, 1}}}

// fn makes a function with the given kinds of state words in a Feed, and sites.
func fn(name string, ins, outs, captures int, nodes []*state.Node, body func(b *mir.Builder) []mir.Value) *mir.Func {
	f, b := mir.NewFunc(name, num(ins), num(outs))
	f.Captures = num(captures)
	if nodes != nil {
		f.State = &state.Node{Name: name, Children: nodes}
	}
	b.Return(body(b)...)
	return f
}

// objects makes a program of globals, an initialiser and a dsp.
func objects(globals, outs int, init, dsp *mir.Func, more ...*mir.Func) *mir.Program {
	p := &mir.Program{
		Funcs: append(more, init, dsp), Init: init, Dsp: dsp, Globals: num(globals), Strings: []string{""}, Shapes: testShapes,
		HeapWords: 1 << 16,
	}
	for i, f := range p.Funcs {
		f.Index = i
	}
	return p
}

func emptyInit() *mir.Func {
	return fn("_init", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value { return nil })
}

// feed is the node of a self of n words.
func feed(n int) *state.Node { return &state.Node{Kind: state.Feed, Words: num(n)} }

// siteOf is the node of a site of closures of f.
func siteOf(f *mir.Func) *state.Node {
	return &state.Node{Kind: state.Site, Name: f.Name, Target: f.State}
}

// counter is self + 1 on state word 0; accumulator self + argument.
func counter() *mir.Func {
	return fn("counter", 0, 1, 0, []*state.Node{feed(1)}, func(b *mir.Builder) []mir.Value {
		next := b.Op(mir.AddF, getState(b, 0), b.Num(1))
		setState(b, 0, next)
		return []mir.Value{next}
	})
}

func accumulator() *mir.Func {
	return fn("acc", 1, 1, 0, []*state.Node{feed(1)}, func(b *mir.Builder) []mir.Value {
		next := b.Op(mir.AddF, getState(b, 0), 0)
		setState(b, 0, next)
		return []mir.Value{next}
	})
}

// outputs plays n frames and returns all channels of each.
func outputs(t *testing.T, m *vm.Machine, words []uint64, n int) [][]float64 {
	t.Helper()
	img := &m.Program().Image
	var list [][]float64
	for range n {
		m.Run(0, 1)
		frame := make([]float64, img.Outs)
		for ch := range frame {
			frame[ch] = math.Float64frombits(words[img.Out+ch*state.BlockFrames])
		}
		list = append(list, frame)
	}
	return list
}

// plays checks the outputs of a program, frame by frame, and that it does not
// fault.
func plays(t *testing.T, p *mir.Program, want ...[]float64) {
	t.Helper()
	m, words := load(t, p)
	for i, frame := range outputs(t, m, words, len(want)) {
		for ch := range frame {
			if frame[ch] != want[i][ch] {
				t.Fatalf("frame %d is %v, want %v (fault %v)\n%s", i, frame, want[i], fault(m), listing(p))
			}
		}
	}
	if f := fault(m); f != state.FaultNone {
		t.Errorf("fault %d", f)
	}
}

func fault(m *vm.Machine) state.Fault {
	f, _ := m.Fault()
	return f
}

func frames(xs ...float64) [][]float64 {
	var list [][]float64
	for _, x := range xs {
		list = append(list, []float64{x})
	}
	return list
}

func TestArraysAreReadSplitAndJoined(t *testing.T) {
	dsp := fn("dsp", 0, 6, 0, nil, func(b *mir.Builder) []mir.Value {
		a := array(b, 1, b.Num(10), b.Num(20), b.Num(30))
		head := b.Emit(&mir.Instr{Op: mir.SplitHead, Imm: 1, Args: []mir.Value{a}}, 2)
		longer := emit1(b, mir.Instr{Op: mir.Append, Imm: 1}, head[1], b.Num(40))
		both := emit1(b, mir.Instr{Op: mir.Prepend, Imm: 1}, head[0], longer)
		tail := b.Emit(&mir.Instr{Op: mir.SplitTail, Imm: 1, Args: []mir.Value{both}}, 2)
		length := func(a mir.Value) mir.Value { return emit1(b, mir.Instr{Op: mir.ArrayLen}, a) }
		return []mir.Value{head[0], length(head[1]), length(tail[0]), tail[1], element(b, both, b.Num(2.9)), element(b, a, b.Num(-7))}
	})
	plays(t, objects(0, 6, emptyInit(), dsp), []float64{10, 2, 3, 40, 30, 10}, []float64{10, 2, 3, 40, 30, 10})
}

func TestElementsOfSeveralWordsStayTogether(t *testing.T) {
	dsp := fn("dsp", 0, 3, 0, nil, func(b *mir.Builder) []mir.Value {
		a := array(b, 2, b.Num(1), b.Num(2), b.Num(3), b.Num(4))
		e := b.Emit(&mir.Instr{Op: mir.ArrayGet, Imm: 2, Args: []mir.Value{a, b.Num(1)}}, 2)
		return []mir.Value{e[1], e[0], emit1(b, mir.Instr{Op: mir.ArrayLen}, a)}
	})
	plays(t, objects(0, 3, emptyInit(), dsp), []float64{4, 3, 2})
}

// TestClosuresShareTheirVariables is P3 of spec vm.md 15.
func TestClosuresShareTheirVariables(t *testing.T) {
	inc := fn("inc", 0, 1, 1, nil, func(b *mir.Builder) []mir.Value {
		c := capture(b, 0)
		v := b.Op(mir.AddF, cellGet(b, c), b.Num(1))
		cellSet(b, c, v)
		return []mir.Value{v}
	})
	get := fn("get", 0, 1, 1, nil, func(b *mir.Builder) []mir.Value {
		return []mir.Value{b.Op(mir.MulF, cellGet(b, capture(b, 0)), b.Num(100))}
	})
	init := fn("_init", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value {
		c := cell(b, b.Num(0))
		setGlobal(b, 0, makeClosure(b, inc, oneHandle, -1, c))
		setGlobal(b, 1, makeClosure(b, get, oneHandle, -1, c))
		return nil
	})
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		x := callClosure(b, 1, getGlobal(b, 0))[0]
		return []mir.Value{b.Op(mir.AddF, x, callClosure(b, 1, getGlobal(b, 1))[0])}
	})
	plays(t, objects(2, 1, init, dsp, inc, get), frames(101, 202, 303)...)
}

// TestFunctionValuesKeepStateByPlaceOfEvaluation is P16 of spec vm.md 15:
// apply(acc, 1.0) + 100.0 * apply(acc, 2.0).
func TestFunctionValuesKeepStateByPlaceOfEvaluation(t *testing.T) {
	acc := accumulator()
	apply := fn("apply", 2, 1, 0, nil, func(b *mir.Builder) []mir.Value { return callClosure(b, 1, 0, 1) })
	dsp := fn("dsp", 0, 1, 0, []*state.Node{siteOf(acc), siteOf(acc)}, func(b *mir.Builder) []mir.Value {
		x := b.Call(apply, 0, makeClosure(b, acc, noHandle, 0), b.Num(1))[0]
		y := b.Call(apply, 0, makeClosure(b, acc, noHandle, 1), b.Num(2))[0]
		return []mir.Value{b.Op(mir.AddF, x, b.Op(mir.MulF, y, b.Num(100)))}
	})
	plays(t, objects(0, 1, emptyInit(), dsp, acc, apply), frames(201, 402, 603)...)
}

// TestPromotedFunctionValuesAreInstances is P17 of spec vm.md 15: a global and
// two elements of an array.
func TestPromotedFunctionValuesAreInstances(t *testing.T) {
	acc := accumulator()
	init := fn("_init", 0, 0, 0, []*state.Node{siteOf(acc), siteOf(acc), siteOf(acc)}, func(b *mir.Builder) []mir.Value {
		setGlobal(b, 0, makeClosure(b, acc, noHandle, 0))
		fs := emit1(b, mir.Instr{Op: mir.NewArray, Imm: 1, Aux: oneHandle}, makeClosure(b, acc, noHandle, 1), makeClosure(b, acc, noHandle, 2))
		setGlobal(b, 1, fs)
		return nil
	})
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		x := callClosure(b, 1, getGlobal(b, 0), b.Num(1))[0]
		y := callClosure(b, 1, element(b, getGlobal(b, 1), b.Num(0)), b.Num(10))[0]
		z := callClosure(b, 1, element(b, getGlobal(b, 1), b.Num(1)), b.Num(100))[0]
		return []mir.Value{b.Op(mir.AddF, b.Op(mir.AddF, x, y), z)}
	})
	plays(t, objects(2, 1, init, dsp, acc), frames(111, 222, 333)...)
}

// TestAClosureKeepsOneBlockForItsCalls is P18 of spec vm.md 15, with a closure
// made anew each sample.
func TestAClosureKeepsOneBlockForItsCalls(t *testing.T) {
	count := counter()
	f := fn("f", 1, 1, 1, []*state.Node{count.State}, func(b *mir.Builder) []mir.Value {
		return []mir.Value{b.Op(mir.AddF, b.Call(count, 0)[0], b.Op(mir.MulF, 0, capture(b, 0)))}
	})
	dsp := fn("dsp", 0, 1, 0, []*state.Node{siteOf(f)}, func(b *mir.Builder) []mir.Value {
		v := makeClosure(b, f, noHandle, 0, b.Num(10))
		x := callClosure(b, 1, v, b.Num(1))[0]
		return []mir.Value{b.Op(mir.AddF, x, callClosure(b, 1, v, b.Num(2))[0])}
	})
	plays(t, objects(0, 1, emptyInit(), dsp, count, f), frames(33, 37, 41)...)
}

// TestAMakerThatCallsItselfGivesOneInstanceToALevel is P19 of spec vm.md 15.
func TestAMakerThatCallsItselfGivesOneInstanceToALevel(t *testing.T) {
	voice := fn("voice", 1, 1, 1, []*state.Node{feed(1)}, func(b *mir.Builder) []mir.Value {
		rest := callClosure(b, 1, capture(b, 0), b.Op(mir.MulF, 0, b.Num(10)))[0]
		next := b.Op(mir.AddF, b.Op(mir.AddF, getState(b, 0), 0), rest)
		setState(b, 0, next)
		return []mir.Value{next}
	})
	silent := fn("silent", 1, 1, 0, nil, func(b *mir.Builder) []mir.Value { return []mir.Value{b.Num(0)} })
	bank, b := mir.NewFunc("bank", num(1), num(1))
	bank.Recursive = true
	bank.State = &state.Node{Name: "bank", Children: []*state.Node{siteOf(voice)}}
	b.Return(b.If(b.Op(mir.GtF, 0, b.Num(0)), 1, func() []mir.Value {
		rest := b.Call(bank, 0, b.Op(mir.SubF, 0, b.Num(1)))[0]
		return []mir.Value{makeClosure(b, voice, oneHandle, 0, rest)}
	}, func() []mir.Value {
		return []mir.Value{emit1(b, mir.Instr{Op: mir.FuncValue, Callee: silent})}
	})...)
	init := fn("_init", 0, 0, 0, []*state.Node{bank.State}, func(b *mir.Builder) []mir.Value {
		setGlobal(b, 0, b.Call(bank, 0, b.Num(3))[0])
		return nil
	})
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value { return callClosure(b, 1, getGlobal(b, 0), b.Num(1)) })
	plays(t, objects(1, 1, init, dsp, voice, silent, bank), frames(111, 432, 1063, 2104)...)
}

// TestATaskThatSchedulesItselfKeepsItsState is P20 of spec vm.md 15.
func TestATaskThatSchedulesItselfKeepsItsState(t *testing.T) {
	count := counter()
	at := func(b *mir.Builder, time, task mir.Value) { emit0(b, mir.Instr{Op: mir.Schedule}, time, task) }
	upd := fn("upd", 0, 0, 1, []*state.Node{count.State}, func(b *mir.Builder) []mir.Value {
		cellSet(b, capture(b, 0), b.Call(count, 0)[0])
		at(b, b.Op(mir.AddF, b.Op(mir.Now), b.Num(1)), emit1(b, mir.Instr{Op: mir.SelfClosure}))
		return nil
	})
	get := fn("get", 0, 1, 1, nil, func(b *mir.Builder) []mir.Value { return []mir.Value{cellGet(b, capture(b, 0))} })
	init := fn("_init", 0, 0, 0, []*state.Node{siteOf(upd)}, func(b *mir.Builder) []mir.Value {
		last := cell(b, b.Num(0))
		at(b, b.Num(1), makeClosure(b, upd, oneHandle, 0, last))
		setGlobal(b, 0, makeClosure(b, get, oneHandle, -1, last))
		return nil
	})
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value { return callClosure(b, 1, getGlobal(b, 0)) })
	p := objects(1, 1, init, dsp, count, upd, get)
	plays(t, p, frames(0, 1, 2, 3)...)
}

// TestAnArrayInSelfLivesOn is P21 of spec vm.md 15: a history of three samples.
func TestAnArrayInSelfLivesOn(t *testing.T) {
	node := &state.Node{Kind: state.Feed, Words: []state.WordKind{state.ArrayWord}}
	dsp := fn("dsp", 0, 1, 0, []*state.Node{node}, func(b *mir.Builder) []mir.Value {
		now := b.Op(mir.Now)
		self := getState(b, 0)
		length := emit1(b, mir.Instr{Op: mir.ArrayLen}, self)
		a := b.If(b.Op(mir.LtF, length, b.Num(1)), 1, func() []mir.Value {
			return []mir.Value{array(b, 1, now, now, now)}
		}, func() []mir.Value {
			rest := b.Emit(&mir.Instr{Op: mir.SplitHead, Imm: 1, Args: []mir.Value{self}}, 2)
			return []mir.Value{emit1(b, mir.Instr{Op: mir.Append, Imm: 1}, rest[1], now)}
		})[0]
		retain(b, oneHandle, a)
		release(b, oneHandle, getState(b, 0))
		setState(b, 0, a)
		sum := b.Op(mir.AddF, element(b, a, b.Num(0)), b.Op(mir.MulF, element(b, a, b.Num(1)), b.Num(100)))
		return []mir.Value{b.Op(mir.AddF, sum, b.Op(mir.MulF, element(b, a, b.Num(2)), b.Num(10000)))}
	})
	plays(t, objects(0, 1, emptyInit(), dsp), frames(0, 10000, 20100, 30201)...)
}
