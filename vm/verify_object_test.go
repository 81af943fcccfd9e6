package vm

import (
	"strings"
	"testing"

	"mmm/state"
)

// rich is a valid program that uses every opcode on objects.
func rich() *Program {
	up := upProto() // function 1
	add := addProto()
	dsp := &FuncProto{Name: "dsp", NRet: 1, FrameSize: 8, StateSize: 1, Consts: numbers(4), Code: []Instr{
		0: {LoadK, 2, 1, 0}, 1: {LoadK, 3, 2, 0},
		2: {AllocArray, 2, 2, 1}, 3: {Ext, 0, 0, 0},
		4: {LoadK, 3, 1, 0}, 5: {ArrayAppend, 2, 1, 0},
		6: {SplitHead, 2, 1, 0}, 7: {ArrayPrepend, 2, 1, 0},
		8: {LoadK, 3, 0, 0}, 9: {GetArrayElem, 4, 2, 3}, 10: {Ext, 1, 0, 0},
		11: {BoxAlloc, 2, 2, 1}, 12: {BoxLoad, 3, 2, 1}, 13: {CellGet, 3, 2, 1}, 14: {CellSet, 2, 0, 3},
		15: {CloneUserSum, 2, 2, 2}, 16: {ReleaseHeap, 2, 0, 0},
		17: {FuncValue, 3, 2, 0}, 18: {Schedule, 2, 3, 0},
		19: {MakeHeapClosure, 2, 1, 1}, 20: {Ext, 1, 0, 0},
		21: {LoadK, 3, 1, 0}, 22: {CallIndirect, 3, 2, 0}, 23: {EndIndirect, 1, 2, 0},
		24: {CallExtFun, 3, 0, 0}, 25: {Ret1, 3, 0, 0}}}
	dsp.State = &state.Node{Name: "dsp", Children: []*state.Node{{Kind: state.Site, Name: "a", Target: up.State}}}
	p := build(shape{globals: 1, heap: testHeap}, up, add, dsp)
	p.Hosts = []HostFunc{{"h", 2, 1}}
	return p
}

func TestVerifierAcceptsAProgramWithObjects(t *testing.T) {
	if err := Verify(rich()); err != nil {
		t.Fatal(err)
	}
}

func TestVerifierRejectsWrongUseOfObjects(t *testing.T) {
	for _, c := range []struct {
		what string
		do   func(p *Program, up, add, dsp *FuncProto)
		want string
	}{
		{"an array of too many registers", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[2].B = 7 }, "leaves the frame"},
		{"an array of absurd size", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[2].B, dsp.Code[2].C = 1<<20, 1<<20 }, "too large"},
		{"an array of words without a value", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[2].B = 3 }, "holds no value"},
		{"a shape that does not exist", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[3].A = 9 }, "shape 9"},
		{"a shape of more words than an element", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[3].A = 2 }, "more than 1 words"},
		{"a shape of more words than a box", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[11].C = 4 }, "more than 2 words"},
		{"a shape of more words than are counted", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[15].C = 4 }, "more than 2 words"},
		{"a negative number of words", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[12].C = -1 }, "count -1"},
		{"results outside the frame", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[12].C = 6 }, "leaves the frame"},
		{"an element outside the frame", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[10].A = 5 }, "leaves the frame"},
		{"a split outside the frame", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[6].B = 6 }, "leaves the frame"},
		{"a function with captures as a plain value", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[17].B = 1 }, "needs a closure"},
		{"a closure without a site for its state", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[20].A = 0 }, "no site"},
		{"a closure of a function without a layout", func(p *Program, up, add, dsp *FuncProto) { up.State = nil }, "no site or layout"},
		{"a site without state", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[19].B, dsp.Code[19].C = 2, 0 }, "no state"},
		{"a site outside the block", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[20].A = 2 }, "site 2"},
		{"a layout of another size", func(p *Program, up, add, dsp *FuncProto) { up.StateSize = 2 }, "wrong size"},
		{"a captured word that does not exist", func(p *Program, up, add, dsp *FuncProto) { up.Code[2].B = 1 }, "word 1"},
		{"a captured word of a plain function", func(p *Program, up, add, dsp *FuncProto) { add.Code[0] = Instr{GetUpValue, 0, 0, 0} }, "word 0"},
		{"a direct call of a function that needs its closure", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[22] = Instr{Call, 3, 1, 0} }, "asks for a closure"},
		{"dsp as a closure", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[24] = Instr{SelfClosure, 3, 0, 0} }, "asks for a closure"},
		{"a call without its end", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[23] = Instr{LoadK, 3, 1, 0} }, "without endind"},
		{"an end without its call", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[22] = Instr{LoadK, 3, 1, 0} }, "follows nothing"},
		{"a jump to the end of a call", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[21] = Instr{JmpUnless, 2, 2, 0} }, "middle of a pair"},
		{"results of a call outside the frame", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[23].B = 6 }, "leaves the frame"},
		{"registers kept over a call", func(p *Program, up, add, dsp *FuncProto) { dsp.Code[23].B, dsp.Code[24] = 0, Instr{Move, 3, 4, 0} }, "holds no value"},
		{"a host function that does not exist", func(p *Program, up, add, dsp *FuncProto) { p.Hosts = nil }, "host 0"},
		{"arguments of a host function without a value", func(p *Program, up, add, dsp *FuncProto) { p.Hosts[0].Params = 3 }, "holds no value"},
		{"objects without a heap", func(p *Program, up, add, dsp *FuncProto) { p.Image.HeapWords = 0 }, "without a heap"},
		{"a heap without room", func(p *Program, up, add, dsp *FuncProto) { p.Image.HeapWords = 100 }, "too small"},
		{"a heap outside memory", func(p *Program, up, add, dsp *FuncProto) { p.Image.Heap += 1 }, "heap lies outside"},
		{"handles outside a shape", func(p *Program, up, add, dsp *FuncProto) {
			p.Shapes = append([]Shape{}, p.Shapes...)
			p.Shapes[1] = Shape{Words: 1, Handles: []int{1}}
		}, "handle at word 1"},
		{"a payload larger than its sum", func(p *Program, up, add, dsp *FuncProto) {
			p.Shapes = append([]Shape{}, p.Shapes...)
			p.Shapes[1] = Shape{Words: 1, Sums: []SumPart{{Tag: 0, Variants: []int{1}}}}
		}, "does not fit"},
		{"a first shape with words", func(p *Program, up, add, dsp *FuncProto) { p.Shapes = []Shape{{Words: 1}, {}, {}} }, "shape 0"},
	} {
		p := rich()
		c.do(p, p.Funcs[1], p.Funcs[2], p.Funcs[3])
		if err := Verify(p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.what, err, c.want)
		}
	}
}

func TestEveryOpcodeOnObjectsIsListedReadably(t *testing.T) {
	var b strings.Builder
	if err := Print(&b, rich()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"array      r2 2 1", "ext        shape0", "getarray   r4 r2 r3", "mkheapcls  r2 @1:up shape1", "ext        s0", "callind    r3 r2",
		"endind     1 2", "callext    r3 h", "funcval    r3 @2:add", "clone_usersum r2 2 shape2", "captures: 1", "shape3:  3 words", "ext_fun: h 2 -> 1",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
}
