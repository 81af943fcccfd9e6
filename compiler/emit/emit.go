package emit

import (
	"fmt"
	"math"

	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/vm"
)

// Program translates p, whose Layout has been made. Functions keep their index.
// The error names a function that exceeds a limit of the machine, or a mistake
// in p.
func Program(p *mir.Program) (*vm.Program, error) {
	out := &vm.Program{Image: p.Image, Strings: p.Strings, Init: -1, Dsp: -1}
	index := make(map[*mir.Func]int, len(p.Funcs))
	for i, f := range p.Funcs {
		index[f] = i
		if f == p.Init {
			out.Init = i
		}
		if f == p.Dsp {
			out.Dsp = i
		}
	}
	if out.Init < 0 || out.Dsp < 0 {
		return nil, fmt.Errorf("emit: the program's functions lack its initialiser or dsp")
	}
	charged := expensive(p)
	out.Sounds = p.Sounds
	out.Shapes, out.Hosts = shapes(p.Shapes), hosts(p.Hosts)
	for _, f := range p.Funcs {
		proto, err := function(f, index, charged[f], p.Shapes)
		if err != nil {
			return nil, fmt.Errorf("emit: function %q: %w", f.Name, err)
		}
		out.Funcs = append(out.Funcs, proto)
	}
	return out, nil
}

// expensive finds the functions that pay for their instructions when they start:
// those that can take more than chargeLimit with all they call. Calls of calls
// can double that at each level, so even a program without recursion can run for
// ever. Recursive functions pay anyway.
func expensive(p *mir.Program) map[*mir.Func]bool {
	charged, cost := map[*mir.Func]bool{}, map[*mir.Func]int{}
	for _, f := range p.Funcs { // callees come first
		n := 0
		mir.Walk(f.Body, func(in *mir.Instr) {
			n++
			if in.Op == mir.Call && in.Callee != nil && !in.Callee.Recursive && !charged[in.Callee] {
				n = min(n+cost[in.Callee], math.MaxInt32)
			}
		})
		cost[f] = n
		charged[f] = n > chargeLimit && !f.Recursive
	}
	return charged
}

// chargeLimit is how many instructions go uncounted: so few that paying for them
// is no work, and a small part of a turn's budget.
const chargeLimit = 1 << 16

// shapes returns the machine's table of shapes.
func shapes(list []mir.Shape) []vm.Shape {
	var out []vm.Shape
	for _, s := range list {
		c := vm.Shape{Words: s.Words, Handles: s.Handles}
		for _, sum := range s.Sums {
			c.Sums = append(c.Sums, vm.SumPart(sum))
		}
		out = append(out, c)
	}
	return out
}

// hosts returns the machine's table of host functions.
func hosts(list []mir.HostFunc) []vm.HostFunc {
	var out []vm.HostFunc
	for _, h := range list {
		out = append(out, vm.HostFunc(h))
	}
	return out
}

// emitter translates one function.
type emitter struct {
	f      *mir.Func
	shapes []mir.Shape
	index  map[*mir.Func]int
	use    *uses
	regs   registers
	out    *vm.FuncProto
	consts map[uint64]int32
	// windows is where calls, by place, are to start that have arguments already.
	windows map[int32]int
	pos     int         // place in the function, counted as analyse does
	span    source.Span // position of the instruction being translated
	err     error       // the first
}

// function translates f.
func function(f *mir.Func, index map[*mir.Func]int, charged bool, shapes []mir.Shape) (*vm.FuncProto, error) {
	use, err := analyse(f)
	if err != nil {
		return nil, err
	}
	e := &emitter{
		f: f, shapes: shapes, index: index, use: use, consts: map[uint64]int32{}, windows: map[int32]int{},
		out: &vm.FuncProto{
			Name: f.Name, NParam: len(f.Params), NRet: len(f.Results), StateSize: f.StateSize(),
			Captures: len(f.Captures), Recursive: f.Recursive, State: f.State, Pos: f.Pos,
		},
	}
	e.span = f.Pos
	if charged {
		e.emit(vm.Charge, index[f], len(f.Results), 0)
	}
	e.prologue()
	e.block(f.Body, nil)
	e.epilogue()
	if e.err == nil && e.regs.peak > vm.MaxFrame {
		e.err = fmt.Errorf("needs %d registers, more than %d", e.regs.peak, vm.MaxFrame)
	}
	e.out.FrameSize = max(e.regs.peak, e.out.NParam, e.out.NRet)
	return e.out, e.err
}

// fail notes the first error.
func (e *emitter) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
}

// prologue places parameters and mutable locals.
func (e *emitter) prologue() {
	if e.f.Recursive {
		e.emit(vm.Enter, e.index[e.f], len(e.f.Results), 0)
	}
	u := e.use
	for i := range e.f.Params {
		e.regs.take(i)
		u.reg[i], u.owned[i] = int32(i), true
		e.regs.owner[i] = int32(i)
	}
	for i := range e.f.Vars {
		u.varReg[i] = int32(len(e.f.Params) + i)
		e.regs.take(int(u.varReg[i]))
		if u.varRead[i] {
			e.emit(vm.LoadK, int(u.varReg[i]), int(e.konst(0)), 0)
		}
	}
	for i := range e.f.Params {
		if u.count[i] == 0 {
			e.release(mir.Value(i))
		}
	}
}

// epilogue returns what the body yields.
func (e *emitter) epilogue() {
	yield := e.f.Body.Yield
	if len(yield) != len(e.f.Results) {
		e.fail("yields %d words, has %d results", len(yield), len(e.f.Results))
		return
	}
	if len(yield) == 1 {
		src, temp := e.operand(yield[0])
		e.leave()
		e.emit(vm.Ret1, src, 0, 0)
		e.drop(temp)
		return
	}
	targets := make([]int32, len(yield))
	for i := range targets {
		targets[i] = int32(i)
		e.regs.reach(i + 1)
	}
	e.moves(targets, yield)
	e.leave()
	e.emit(vm.Ret, len(yield), 0, 0)
}

func (e *emitter) leave() {
	if e.f.Recursive {
		e.emit(vm.Leave, 0, 0, 0)
	}
}

// emit appends an instruction and returns its index.
func (e *emitter) emit(op vm.Op, a, b, c int) int {
	pc := len(e.out.Code)
	if lines := e.out.Lines; len(lines) == 0 || lines[len(lines)-1].Pos != e.span {
		e.out.Lines = append(lines, vm.Line{PC: pc, Pos: e.span})
	}
	e.out.Code = append(e.out.Code, vm.Instr{Op: op, A: e.narrow(a), B: e.narrow(b), C: e.narrow(c)})
	return pc
}

// narrow checks that an operand fits.
func (e *emitter) narrow(x int) int32 {
	if x < 0 || x > math.MaxInt32 {
		e.fail("operand %d does not fit an instruction", x)
		return 0
	}
	return int32(x)
}

// imm returns an immediate that names a place.
func (e *emitter) imm(x int64) int {
	if x < 0 || x > math.MaxInt32 {
		e.fail("immediate %d does not fit an instruction", x)
		return 0
	}
	return int(x)
}

// konst returns the index of the constant word w.
func (e *emitter) konst(w uint64) int32 {
	i, ok := e.consts[w]
	if !ok {
		i = int32(len(e.out.Consts))
		e.consts[w] = i
		e.out.Consts = append(e.out.Consts, w)
	}
	return i
}

// jumpHere makes the jump at pc go to the next instruction.
func (e *emitter) jumpHere(pc int) {
	in := &e.out.Code[pc]
	off := int32(len(e.out.Code) - pc)
	for i, k := range vm.Ops[in.Op].Operands {
		if k == vm.Off {
			*[...]*int32{&in.A, &in.B, &in.C}[i] = off
		}
	}
}
