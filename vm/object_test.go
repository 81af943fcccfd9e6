package vm

import (
	"errors"
	"testing"

	"mmm/state"
)

// testShapes: 1 and 2 handles; 3 a sum whose tag 1 has a handle; 4 a sum in a sum.
var testShapes = []Shape{
	{}, {Words: 1, Handles: []int{0}}, {Words: 2, Handles: []int{0, 1}},
	{Words: 3, Sums: []SumPart{{Tag: 0, Variants: []int{0, 1}}}},
	{Words: 4, Sums: []SumPart{{Tag: 0, Variants: []int{0, 3}}}},
}

const testHeap = 1 << 14

// objectProgram makes a program of a dsp with the given code, and functions
// before it, which are functions 1, 2, ...
func objectProgram(nret int, consts []uint64, code []Instr, more ...*FuncProto) *Program {
	dsp := &FuncProto{Name: "dsp", NRet: nret, FrameSize: 12, Consts: consts, Code: append(code, Instr{Ret, int32(nret), 0, 0})}
	return build(shape{globals: 4, heap: testHeap}, append(more, dsp)...)
}

// results runs one turn of a program and wants the given words and fault.
func results(t *testing.T, p *Program, fault state.Fault, want ...uint64) *Machine {
	t.Helper()
	m, words := load(t, p)
	got := turn(m, words)
	if f, _ := m.Fault(); f != fault {
		t.Fatalf("fault %d, want %d", f, fault)
	}
	for i := range want {
		if !same(got[i], want[i]) {
			t.Fatalf("result %d is %x, want %x", i, got[i], want[i])
		}
	}
	return m
}

// numbers are constants 0, 1, 2, ...
func numbers(n int) []uint64 {
	var ws []uint64
	for i := range n {
		ws = append(ws, f(float64(i)))
	}
	return ws
}

func arraysHoldElements(t *testing.T) {
	// [(1, 2), (3, 4), (5, 6)], and the empty array.
	results(t, objectProgram(4, numbers(8), []Instr{
		{LoadK, 4, 1, 0}, {LoadK, 5, 2, 0}, {LoadK, 6, 3, 0}, {LoadK, 7, 4, 0}, {LoadK, 8, 5, 0}, {LoadK, 9, 6, 0},
		{AllocArray, 4, 3, 2}, {Ext, 0, 0, 0}, {ArrayLen, 0, 4, 0}, {LoadK, 5, 2, 0}, {GetArrayElem, 1, 4, 5}, {Ext, 2, 0, 0},
		{AllocArray, 4, 0, 2}, {Ext, 0, 0, 0}, {ArrayLen, 3, 4, 0},
	}), 0, f(3), f(5), f(6), f(0))
	// Elements without words are counted.
	results(t, objectProgram(1, nil, []Instr{{AllocArray, 1, 5, 0}, {Ext, 0, 0, 0}, {ArrayLen, 0, 1, 0}}), 0, f(5))
	// What is no array has no length.
	results(t, objectProgram(1, numbers(2), []Instr{{LoadK, 1, 1, 0}, {ArrayLen, 0, 1, 0}}), state.FaultHandle, 0)
}

// elementsAreClamped is P23 of the specification.
func elementsAreClamped(t *testing.T) {
	for _, c := range []struct{ at, want float64 }{
		{0, 10}, {1.9, 20}, {-0.5, 10}, {-7, 10}, {2.99, 30}, {3, 30}, {100, 30}, {nan, 10}, {inf, 10}, {-inf, 10}, {1e300, 30},
	} {
		results(t, objectProgram(1, []uint64{f(10), f(20), f(30), f(c.at)}, []Instr{
			{LoadK, 1, 0, 0}, {LoadK, 2, 1, 0}, {LoadK, 3, 2, 0}, {AllocArray, 1, 3, 1}, {Ext, 0, 0, 0}, {LoadK, 2, 3, 0},
			{GetArrayElem, 0, 1, 2}, {Ext, 1, 0, 0},
		}), 0, f(c.want))
	}
	results(t, objectProgram(2, numbers(2), []Instr{
		{AllocArray, 4, 0, 2}, {Ext, 0, 0, 0}, {LoadK, 5, 1, 0}, {GetArrayElem, 4, 4, 5}, {Ext, 2, 0, 0}, {Move, 0, 4, 0}, {Move, 1, 5, 0},
	}), 0, 0, 0)
}

func arraysGrow(t *testing.T) {
	// append([], 1), prepend(2, that), append(that, 3): 2 1 3
	results(t, objectProgram(4, numbers(4), []Instr{
		{LoadK, 4, 0, 0}, {LoadK, 5, 1, 0}, {ArrayAppend, 4, 1, 0}, {Move, 6, 4, 0}, {LoadK, 5, 2, 0}, {ArrayPrepend, 5, 1, 0},
		{LoadK, 6, 3, 0}, {ArrayAppend, 5, 1, 0}, {ArrayLen, 0, 5, 0},
		{LoadK, 6, 0, 0}, {GetArrayElem, 1, 5, 6}, {Ext, 1, 0, 0}, {LoadK, 6, 1, 0}, {GetArrayElem, 2, 5, 6}, {Ext, 1, 0, 0},
		{LoadK, 6, 2, 0}, {GetArrayElem, 3, 5, 6}, {Ext, 1, 0, 0},
	}), 0, f(3), f(2), f(1), f(3))
	// An array of other elements counts as empty.
	results(t, objectProgram(1, numbers(4), []Instr{
		{LoadK, 4, 0, 0}, {LoadK, 5, 1, 0}, {ArrayAppend, 4, 1, 0}, {LoadK, 5, 1, 0}, {LoadK, 6, 2, 0}, {ArrayAppend, 4, 2, 0}, {ArrayLen, 0, 4, 0},
	}), 0, f(1))
}

func arraysSplit(t *testing.T) {
	three := []Instr{{LoadK, 4, 1, 0}, {LoadK, 5, 2, 0}, {LoadK, 6, 3, 0}, {AllocArray, 4, 3, 1}, {Ext, 0, 0, 0}}
	results(t, objectProgram(3, numbers(4), append(three[:5:5],
		Instr{SplitHead, 4, 1, 0}, Instr{Move, 0, 4, 0}, Instr{ArrayLen, 1, 5, 0}, Instr{LoadK, 6, 0, 0}, Instr{GetArrayElem, 2, 5, 6}, Instr{Ext, 1, 0, 0},
	)), 0, f(1), f(2), f(2))
	results(t, objectProgram(3, numbers(4), append(three[:5:5],
		Instr{SplitTail, 4, 1, 0}, Instr{Move, 0, 5, 0}, Instr{ArrayLen, 1, 4, 0}, Instr{LoadK, 6, 3, 0}, Instr{GetArrayElem, 2, 4, 6}, Instr{Ext, 1, 0, 0},
	)), 0, f(3), f(2), f(2))
	for _, op := range []Op{SplitHead, SplitTail} {
		results(t, objectProgram(3, numbers(1), []Instr{{LoadK, 0, 0, 0}, {op, 0, 2, 0}}), 0, 0, 0, 0)
	}
}

func boxesHold(t *testing.T) {
	results(t, objectProgram(2, numbers(3), []Instr{{LoadK, 4, 1, 0}, {LoadK, 5, 2, 0}, {BoxAlloc, 4, 2, 0}, {BoxLoad, 0, 4, 2}}), 0, f(1), f(2))
	// More words than there are, another kind of object, no object.
	for _, code := range [][]Instr{
		{{LoadK, 4, 1, 0}, {BoxAlloc, 4, 1, 0}, {BoxLoad, 0, 4, 2}},
		{{LoadK, 4, 1, 0}, {AllocArray, 4, 1, 1}, {Ext, 0, 0, 0}, {BoxLoad, 0, 4, 1}},
		{{LoadK, 4, 1, 0}, {BoxLoad, 0, 4, 1}}, {{LoadK, 4, 0, 0}, {BoxLoad, 0, 4, 1}},
	} {
		results(t, objectProgram(1, numbers(3), append([]Instr{{LoadK, 0, 1, 0}, {LoadK, 1, 1, 0}}, code...)), state.FaultHandle, 0)
	}
}

func cellsChange(t *testing.T) {
	results(t, objectProgram(2, numbers(4), []Instr{
		{LoadK, 4, 1, 0}, {LoadK, 5, 2, 0}, {BoxAlloc, 4, 2, 0}, {LoadK, 5, 3, 0}, {CellSet, 4, 1, 5}, {CellGet, 0, 4, 0}, {CellGet, 1, 4, 1},
	}), 0, f(1), f(3))
	results(t, objectProgram(1, numbers(4), []Instr{{LoadK, 4, 1, 0}, {BoxAlloc, 4, 1, 0}, {CellGet, 0, 4, 1}}), state.FaultHandle, 0)
	results(t, objectProgram(0, numbers(4), []Instr{{LoadK, 4, 1, 0}, {BoxAlloc, 4, 1, 0}, {CellSet, 4, 1, 4}}), state.FaultHandle)
}

// addProto is fn add(a, b){ a + b }.
func addProto() *FuncProto {
	return &FuncProto{Name: "add", NParam: 2, NRet: 1, FrameSize: 2, Code: []Instr{{AddF, 0, 0, 1}, {Ret1, 0, 0, 0}}}
}

func functionsAreValues(t *testing.T) {
	call := func(nargs, nres int32) []Instr {
		return []Instr{{FuncValue, 3, 1, 0}, {LoadK, 4, 1, 0}, {LoadK, 5, 2, 0}, {LoadK, 6, 3, 0}, {CallIndirect, 4, 3, 0}, {EndIndirect, nargs, nres, 0}, {Move, 0, 4, 0}}
	}
	results(t, objectProgram(1, numbers(4), call(2, 1), addProto()), 0, f(3))
	// The number of words must be the function's.
	results(t, objectProgram(1, numbers(4), call(3, 1), addProto()), state.FaultHandle, 0)
	results(t, objectProgram(1, numbers(4), call(2, 2), addProto()), state.FaultHandle, 0)
	// Words that name no function.
	for _, w := range []uint64{0, f(1), KindFunc<<60 | 99, KindFunc<<60 | 1<<32 | 1, KindClosure<<60 | 1<<32 | 700, KindClosure<<60 | 0xffffffff, KindArray<<60 | 1} {
		m := results(t, objectProgram(1, []uint64{w, f(1)}, []Instr{
			{LoadK, 3, 0, 0}, {LoadK, 4, 1, 0}, {LoadK, 5, 1, 0}, {CallIndirect, 4, 3, 0}, {EndIndirect, 2, 1, 0}, {Move, 0, 4, 0}}, addProto()),
			state.FaultHandle, 0)
		if _, place := m.Fault(); place != 2 || m.words[state.DepthWord] != 0 {
			t.Errorf("word %x: fault in function %d, depth %d", w, place, m.words[state.DepthWord])
		}
	}
}

// feed is the layout of a function with one state word.
func feed() *state.Node {
	return &state.Node{Name: "f", Children: []*state.Node{{Kind: state.Feed, Words: []state.WordKind{state.NumWord}}}}
}

// upProto is |x| { self + x + captured }, and a second result: the closure.
func upProto() *FuncProto {
	return &FuncProto{Name: "up", NParam: 1, NRet: 2, FrameSize: 3, StateSize: 1, State: feed(), Captures: 1, Code: []Instr{
		{GetState, 2, 0, 0}, {AddF, 0, 0, 2}, {GetUpValue, 2, 0, 0}, {AddF, 0, 0, 2}, {SetState, 0, 0, 0}, {SelfClosure, 1, 0, 0}, {Ret, 2, 0, 0}}}
}

func closuresRun(t *testing.T) {
	dsp := &FuncProto{Name: "dsp", NRet: 2, FrameSize: 8, StateSize: 2, Consts: numbers(11), Code: []Instr{
		{LoadK, 3, 10, 0}, {MakeHeapClosure, 3, 1, 0}, {Ext, 2, 0, 0}, // site at offset 1
		{LoadK, 4, 1, 0}, {CallIndirect, 4, 3, 0}, {EndIndirect, 1, 2, 0}, {Move, 3, 5, 0}, // the closure gives itself
		{LoadK, 4, 2, 0}, {CallIndirect, 4, 3, 0}, {EndIndirect, 1, 2, 0}, {Move, 0, 4, 0},
		{GetState, 1, 0, 0}, {AddFK, 1, 1, 1}, {SetState, 0, 1, 0}, {Ret, 2, 0, 0}}}
	m, words := load(t, build(shape{heap: testHeap}, upProto(), dsp))
	// A closure that dies with its turn leaves its block to the next.
	expect(t, m, words, nil, f(23), f(1))
	expect(t, m, words, nil, f(46), f(2))
	expect(t, m, words, nil, f(69), f(3))
	if fault, _ := m.Fault(); fault != 0 {
		t.Errorf("fault %d", fault)
	}
}

func countsDecide(t *testing.T) {
	// dsp puts a new box into global 0 while now < 2, else it only reads it.
	keep := func(count Op) *Program {
		return objectProgram(1, numbers(3), []Instr{
			{Now, 1, 0, 0}, {UnlessLtFK, 1, 2, 5}, {Move, 2, 1, 0}, {BoxAlloc, 2, 1, 0}, {count, 2, 0, 0}, {SetGlobal, 0, 2, 0},
			{GetGlobal, 2, 0, 0}, {BoxLoad, 0, 2, 1}})
	}
	m, words := load(t, keep(CloneHeap))
	for _, want := range []float64{0, 1, 1, 1} {
		expect(t, m, words, nil, f(want))
	}
	if fault, _ := m.Fault(); fault != 0 {
		t.Errorf("fault %d", fault)
	}
	// Without a count the box is gone in the next turn, and so is its handle.
	m, words = load(t, keep(ReleaseHeap))
	for _, want := range []float64{0, 1, 0, 0} {
		expect(t, m, words, nil, f(want))
	}
	if fault, _ := m.Fault(); fault != state.FaultHandle {
		t.Errorf("fault %d", fault)
	}
	// Words that name nothing are left alone.
	for _, w := range []uint64{0, f(1), ^uint64(0), KindFunc<<60 | 1, KindCode<<60 | 3, KindBox<<60 | 1<<32 | 600} {
		results(t, objectProgram(0, []uint64{w}, []Instr{{LoadK, 0, 0, 0}, {CloneHeap, 0, 0, 0}, {ReleaseHeap, 0, 0, 0}}), 0)
	}
}

func sumsAreWalked(t *testing.T) {
	// A sum in a sum, both with tag 1, holds a box that has no other holder.
	for _, c := range []struct {
		outer, inner uint64
		lives        bool
	}{{1, 1, true}, {1, 0, false}, {0, 1, false}, {1, 2, false}, {7, 1, false}, {^uint64(0), 1, false}} {
		p := objectProgram(1, []uint64{c.outer, c.inner, f(42), f(1)}, []Instr{
			{Now, 1, 0, 0}, {UnlessLtFK, 1, 3, 8}, {LoadK, 4, 2, 0}, {BoxAlloc, 4, 1, 0}, {LoadK, 2, 0, 0}, {LoadK, 3, 1, 0}, {LoadK, 5, 0, 0},
			{CloneUserSum, 2, 4, 4}, {SetGlobal, 0, 4, 0}, {GetGlobal, 2, 0, 0}, {BoxLoad, 0, 2, 1}})
		m, words := load(t, p)
		expect(t, m, words, nil, f(42))
		want := f(0)
		if c.lives {
			want = f(42)
		}
		expect(t, m, words, nil, want)
		if used := m.Heap().Used; (used > 0) != c.lives {
			t.Errorf("%+v: %d words used", c, used)
		}
		if !c.lives {
			continue
		}
		// Release ends it.
		box := words[p.Image.Globals]
		m.releaseAll(4, []uint64{c.outer, c.inner, box, 0})
		m.endTurn()
		if m.Heap().Used != 0 {
			t.Errorf("%+v: %d words used after the release", c, m.Heap().Used)
		}
	}
}

// tasksRunInOrder is P24 of the specification: tasks a b c a b for sample 2.
func tasksRunInOrder(t *testing.T) {
	var more []*FuncProto
	for d := range 3 {
		more = append(more, &FuncProto{Name: string(rune('a' + d)), FrameSize: 1, Consts: []uint64{f(10), f(float64(d + 1))}, Code: []Instr{
			{GetGlobal, 0, 0, 0}, {MulFK, 0, 0, 0}, {AddFK, 0, 0, 1}, {SetGlobal, 0, 0, 0}, {Ret, 0, 0, 0}}})
	}
	code := []Instr{{Now, 1, 0, 0}, {UnlessEqFK, 1, 0, 12}, {LoadK, 1, 2, 0}}
	for _, fn := range []int32{1, 2, 3, 1, 2} {
		code = append(code, Instr{FuncValue, 2, fn, 0}, Instr{Schedule, 1, 2, 0})
	}
	code[1].C = int32(len(code) - 1)
	m, words := load(t, objectProgram(1, numbers(3), append(code, Instr{GetGlobal, 0, 0, 0}), more...))
	for _, want := range []float64{0, 0, 12312, 12312} {
		expect(t, m, words, nil, f(want))
	}
}

func hostsAreCalled(t *testing.T) {
	p := objectProgram(2, numbers(4), []Instr{{LoadK, 2, 2, 0}, {LoadK, 3, 3, 0}, {CallExtFun, 2, 0, 0}, {Move, 0, 2, 0}, {Move, 1, 3, 0}})
	p.Hosts = []HostFunc{{"swap", 2, 2}, {"none", 0, 0}}
	words := make([]uint64, p.Image.Words)
	_, err := New(p, words)
	if err == nil || err.Error() != "external function \"swap\" cannot be found\nexternal function \"none\" cannot be found" {
		t.Fatalf("got %v", err)
	}
	var fail error
	hosts := map[string]Host{"none": func(*HostContext) error { return nil }, "swap": func(c *HostContext) error {
		c.Results[0], c.Results[1] = c.Args[1], c.Args[0]
		return fail
	}}
	m, err := NewWithHosts(p, words, hosts)
	if err != nil {
		t.Fatal(err)
	}
	m.Init()
	expect(t, m, words, nil, f(3), f(2))
	fail = errors.New("it failed")
	expect(t, m, words, nil, 0, 0)
	if fault, _ := m.Fault(); fault != state.FaultHost {
		t.Errorf("fault %d", fault)
	}
	if _, err := m.CallFunction(p.Dsp, nil); err != fail {
		t.Errorf("got %v", err)
	}
	fail = nil
	if r, err := m.CallNamed("dsp", nil); err != nil || r[0] != f(3) || r[1] != f(2) {
		t.Errorf("got %x, %v", r, err)
	}
}
