package vm

import (
	"strings"
	"testing"

	"mmm/state"
)

// small is a valid program: dsp calls a recursive function and uses everything
// that has an index.
func small() *Program {
	rec := &FuncProto{
		Name: "rec", NParam: 1, NRet: 1, FrameSize: 2, StateSize: 1, Recursive: true, Consts: []uint64{0},
		Code: []Instr{{Enter, 1, 1, 0}, {UnlessGtFK, 0, 0, 3}, {Mem, 1, 0, 0}, {Call, 1, 1, 0}, {Leave, 0, 0, 0}, {Ret1, 0, 0, 0}},
	}
	dsp := &FuncProto{
		Name: "dsp", NParam: 1, NRet: 1, FrameSize: 3, StateSize: 7, Consts: []uint64{f(1)}, Tables: []JumpTable{{0, []int32{1, 2}}},
		Code: []Instr{{AddFK, 1, 0, 0}, {Delay, 1, 1, 0}, {Ext, 1, 4, 0}, {JmpTable, 1, 0, 0}, {SetGlobal, 0, 1, 0},
			{GetParam, 2, 0, 0}, {GetCue, 2, 1, 0}, {Probe, 0, 2, 0}, {PrintF, 2, 1, 0}, {Call, 2, 1, 0}, {Ret1, 2, 0, 0}},
	}
	return build(shape{params: 1, cues: 2, probes: 1, globals: 1}, rec, dsp)
}

func TestVerifierAcceptsAValidProgram(t *testing.T) {
	if err := Verify(small()); err != nil {
		t.Fatal(err)
	}
}

func TestVerifierRejects(t *testing.T) {
	for _, c := range []struct {
		what string
		do   func(p *Program, rec, dsp *FuncProto)
		want string
	}{
		{"an unknown opcode", func(p *Program, rec, dsp *FuncProto) { dsp.Code[0].Op = NumOps }, "no such opcode"},
		{"halt", func(p *Program, rec, dsp *FuncProto) { dsp.Code[0].Op = Halt }, "no such opcode"},
		{"a register outside the frame", func(p *Program, rec, dsp *FuncProto) { dsp.Code[0].A = 3 }, "dst 3"},
		{"a negative register", func(p *Program, rec, dsp *FuncProto) { dsp.Code[0].B = -1 }, "src -1"},
		{"a register without a value", func(p *Program, rec, dsp *FuncProto) { dsp.Code[0].B = 2 }, "holds no value"},
		{"a register destroyed by a call", func(p *Program, rec, dsp *FuncProto) { dsp.Code[9].A, dsp.Code[10].A = 1, 2 }, "holds no value"},
		{"a constant out of range", func(p *Program, rec, dsp *FuncProto) { dsp.Code[0].C = 1 }, "const 1"},
		{"a jump out of the function", func(p *Program, rec, dsp *FuncProto) { rec.Code[1].C = 5 }, "jump by 5"},
		{"a jump to itself", func(p *Program, rec, dsp *FuncProto) { rec.Code[1].C = 0 }, "jump by 0"},
		{"a jump back", func(p *Program, rec, dsp *FuncProto) { rec.Code[1].C = -1 }, "jump by -1"},
		{"a jump past the depth count", func(p *Program, rec, dsp *FuncProto) { rec.Code[1].C = 4 }, "middle of a pair"},
		{"a table jump out of the function", func(p *Program, rec, dsp *FuncProto) { dsp.Tables[0].Offsets[1] = 8 }, "jump by 8"},
		{"an empty jump table", func(p *Program, rec, dsp *FuncProto) { dsp.Tables[0].Offsets = nil }, "empty jump table"},
		{"a jump table out of range", func(p *Program, rec, dsp *FuncProto) { dsp.Code[3].B = 1 }, "table 1"},
		{"a function out of range", func(p *Program, rec, dsp *FuncProto) { dsp.Code[9].B = 9 }, "fn 9"},
		{"a window that leaves the frame", func(p *Program, rec, dsp *FuncProto) { dsp.Code[9].A = 3 }, "leaves the frame"},
		{"state outside the block", func(p *Program, rec, dsp *FuncProto) { rec.Code[2].C = 1 }, "state 1"},
		{"a ring beyond the block", func(p *Program, rec, dsp *FuncProto) { dsp.Code[2].B = 5 }, "delay ring"},
		{"a callee's block outside the block", func(p *Program, rec, dsp *FuncProto) { dsp.Code[9].C = 7 }, "state of the callee"},
		{"a global out of range", func(p *Program, rec, dsp *FuncProto) { dsp.Code[4].A = 1 }, "global 1"},
		{"a parameter out of range", func(p *Program, rec, dsp *FuncProto) { dsp.Code[5].B = 1 }, "param 1"},
		{"a cue out of range", func(p *Program, rec, dsp *FuncProto) { dsp.Code[6].B = 2 }, "cue 2"},
		{"a probe out of range", func(p *Program, rec, dsp *FuncProto) { dsp.Code[7].A = 1 }, "probe 1"},
		{"a flag out of range", func(p *Program, rec, dsp *FuncProto) { dsp.Code[8].B = 2 }, "flag 2"},
		{"an operand that should be 0", func(p *Program, rec, dsp *FuncProto) { dsp.Code[8].C = 1 }, "operand C"},
		{"ext without its instruction", func(p *Program, rec, dsp *FuncProto) { dsp.Code[1] = Instr{Move, 1, 0, 0} }, "follows nothing"},
		{"an instruction without its ext", func(p *Program, rec, dsp *FuncProto) { dsp.Code[2] = Instr{Move, 1, 0, 0} }, "without ext"},
		{"a jump to an ext", func(p *Program, rec, dsp *FuncProto) { dsp.Code[0], dsp.Code[1].B = Instr{JmpUnless, 0, 2, 0}, 0 }, "middle of a pair"},
		{"code without a return", func(p *Program, rec, dsp *FuncProto) { dsp.Code = dsp.Code[:10] }, "end in a return"},
		{"empty code", func(p *Program, rec, dsp *FuncProto) { dsp.Code = nil }, "end in a return"},
		{"too few results", func(p *Program, rec, dsp *FuncProto) { dsp.Code[10] = Instr{Op: Ret} }, "0 results where 1"},
		{"a return without the depth count", func(p *Program, rec, dsp *FuncProto) { rec.Code[4] = Instr{Move, 0, 0, 0} }, "without leave"},
		{"a recursive function that does not count", func(p *Program, rec, dsp *FuncProto) { rec.Code[0] = Instr{Move, 0, 0, 0} }, "start with enter"},
		{"enter of another function", func(p *Program, rec, dsp *FuncProto) { rec.Code[0].A = 2 }, "names another"},
		{"enter in a plain function", func(p *Program, rec, dsp *FuncProto) { dsp.Code[0] = Instr{Enter, 2, 1, 0} }, "enter in the wrong place"},
		{"leave in a plain function", func(p *Program, rec, dsp *FuncProto) { dsp.Code[9] = Instr{Op: Leave} }, "leave in the wrong place"},
		{"recursion of a plain function", func(p *Program, rec, dsp *FuncProto) {
			*rec = FuncProto{Name: "rec", NParam: 1, NRet: 1, FrameSize: 1, Code: []Instr{{Call, 0, 1, 0}, {Ret1, 0, 0, 0}}}
		}, "calls itself but is not recursive"},
		{"recursion through others", func(p *Program, rec, dsp *FuncProto) {
			*rec = FuncProto{Name: "rec", NParam: 1, NRet: 1, FrameSize: 1, StateSize: 7, Code: []Instr{{Call, 0, 2, 0}, {Ret1, 0, 0, 0}}}
		}, "through others"},
		{"a missing function", func(p *Program, rec, dsp *FuncProto) { p.Funcs[1] = nil }, "is missing"},
		{"a negative size", func(p *Program, rec, dsp *FuncProto) { rec.StateSize = -1 }, "out of range"},
		{"an absurd frame", func(p *Program, rec, dsp *FuncProto) { rec.FrameSize = MaxFrame + 1 }, "frame of"},
		{"no dsp", func(p *Program, rec, dsp *FuncProto) { p.Dsp = 9 }, "no initialiser or no dsp"},
		{"an initialiser with parameters", func(p *Program, rec, dsp *FuncProto) { p.Init = p.Dsp }, "has parameters"},
		{"channels that differ from memory", func(p *Program, rec, dsp *FuncProto) { p.Image.Ins = 0 }, "inputs"},
		{"state that differs from memory", func(p *Program, rec, dsp *FuncProto) { p.Image.StateSize-- }, "state blocks"},
		{"a section outside memory", func(p *Program, rec, dsp *FuncProto) { p.Image.Out++ }, "outputs lies outside"},
		{"a section in the header", func(p *Program, rec, dsp *FuncProto) { p.Image.Params = state.FaultWord }, "parameters lies outside"},
	} {
		p := small()
		c.do(p, p.Funcs[1], p.Funcs[2])
		if err := Verify(p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.what, err, c.want)
		}
	}
}

func TestMemoryMustHaveTheImagesSize(t *testing.T) {
	p := small()
	if _, err := New(p, make([]uint64, p.Image.Words-1)); err == nil {
		t.Error("accepted")
	}
}

func TestAStackThatIsTooLargeIsRejected(t *testing.T) {
	p := small()
	p.Funcs[1].FrameSize = MaxFrame
	if _, err := New(p, make([]uint64, p.Image.Words)); err == nil {
		t.Error("accepted")
	}
}
