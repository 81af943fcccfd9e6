// Objects: operations on arrays, boxes, cells, function values and tasks, and
// calls of the host.

package emit

import (
	"mmm/compiler/mir"
	"mmm/vm"
)

// inWindow reports whether the results of in lie in a window that in chooses,
// not in registers that the emitter chooses.
func inWindow(in *mir.Instr) bool {
	switch in.Op {
	case mir.Call, mir.NewArray, mir.Append, mir.Prepend, mir.SplitHead, mir.SplitTail, mir.NewBox, mir.NewCell,
		mir.MakeClosure, mir.CallClosure, mir.CallHost:
		return true
	case mir.ArrayGet, mir.BoxLoad:
		return len(in.Res) != 1
	}
	return false
}

// open opens a window above every register that outlives in, puts args into
// it and makes room for n words. Then take gives the results their places.
func (e *emitter) open(args []mir.Value, n int) int {
	e.usedAll(args)
	w := max(e.regs.top, e.windows[int32(e.pos)])
	e.regs.reach(w + max(len(args), n))
	targets := make([]int32, len(args))
	for i := range targets {
		targets[i] = int32(w + i)
	}
	e.moves(targets, args)
	return w
}

// take makes the registers from w on those of the results res.
func (e *emitter) take(res []mir.Value, w int) {
	for i, v := range res {
		if e.use.count[v] == 0 {
			continue
		}
		r := w + i
		e.regs.take(r)
		e.use.reg[v], e.use.owned[v] = int32(r), true
		e.regs.owner[r] = int32(v)
	}
}

// object translates an operation on objects; it reports whether in is one.
func (e *emitter) object(in *mir.Instr) bool {
	switch in.Op {
	case mir.NewArray:
		n := in.Aux >> 32
		if in.Imm > 0 {
			n = int64(len(in.Args)) / in.Imm
		}
		w := e.open(in.Args, 1)
		e.emit(vm.AllocArray, w, e.imm(n), e.imm(in.Imm))
		e.emit(vm.Ext, e.imm(in.Aux&0xffffffff), 0, 0)
		e.take(in.Res, w)
	case mir.ArrayLen:
		e.direct(in, vm.ArrayLen, 0)
	case mir.ArrayGet:
		e.read(in, vm.GetArrayElem)
	case mir.Append, mir.Prepend:
		op := vm.ArrayAppend
		if in.Op == mir.Prepend {
			op = vm.ArrayPrepend
		}
		w := e.open(in.Args, 1)
		e.emit(op, w, e.imm(in.Imm), e.imm(in.Aux))
		e.take(in.Res, w)
	case mir.SplitHead, mir.SplitTail:
		op := vm.SplitHead
		if in.Op == mir.SplitTail {
			op = vm.SplitTail
		}
		w := e.open(in.Args, len(in.Res))
		e.emit(op, w, e.imm(in.Imm), 0)
		e.take(in.Res, w)
	case mir.NewBox, mir.NewCell:
		w := e.open(in.Args, 1)
		e.emit(vm.BoxAlloc, w, len(in.Args), e.imm(in.Aux))
		e.take(in.Res, w)
	case mir.BoxLoad:
		e.read(in, vm.BoxLoad)
	case mir.CellGet:
		e.direct(in, vm.CellGet, e.imm(in.Imm))
	case mir.CellSet:
		cell, temp1 := e.operand(in.Args[0])
		src, temp2 := e.operand(in.Args[1])
		e.emit(vm.CellSet, cell, e.imm(in.Imm), src)
		e.drop(temp1)
		e.drop(temp2)
		e.usedAll(in.Args)
	case mir.FuncValue:
		e.emit(vm.FuncValue, e.target(in.Res[0]), e.callee(in), 0)
	case mir.MakeClosure:
		w := e.open(in.Args, 1)
		e.emit(vm.MakeHeapClosure, w, e.callee(in), e.imm(in.Aux))
		e.emit(vm.Ext, e.imm(in.Imm+1), 0, 0)
		e.take(in.Res, w)
	case mir.GetCapture:
		e.load(in, vm.GetUpValue, true)
	case mir.SelfClosure:
		e.load(in, vm.SelfClosure, false)
	case mir.CallClosure:
		// The function value lies before the window, as the specification has it.
		w := e.open(in.Args, 1+len(in.Res)) + 1
		e.emit(vm.CallIndirect, w, w-1, 0)
		e.emit(vm.EndIndirect, len(in.Args)-1, len(in.Res), 0)
		e.take(in.Res, w)
	case mir.Retain:
		e.count(in, vm.CloneHeap, vm.CloneUserSum)
	case mir.Release:
		e.count(in, vm.ReleaseHeap, vm.ReleaseUserSum)
	case mir.Schedule:
		time, temp1 := e.operand(in.Args[0])
		task, temp2 := e.operand(in.Args[1])
		e.emit(vm.Schedule, time, task, 0)
		e.drop(temp1)
		e.drop(temp2)
		e.usedAll(in.Args)
	case mir.ReadSound:
		w := e.open(in.Args, 1)
		e.emit(vm.ReadSound, w, e.imm(in.Imm), e.imm(in.Aux))
		e.take(in.Res, w)
	case mir.CallHost:
		w := e.open(in.Args, len(in.Res))
		e.emit(vm.CallExtFun, w, e.imm(in.Imm), 0)
		e.take(in.Res, w)
	default:
		return false
	}
	return true
}

// callee returns the index of the function that in names.
func (e *emitter) callee(in *mir.Instr) int {
	i, ok := e.index[in.Callee]
	if !ok {
		e.fail("names %q, which is not in the program", in.Callee.Name)
	}
	return i
}

// direct translates an operation from one register to another.
func (e *emitter) direct(in *mir.Instr, op vm.Op, c int) {
	src, temp := e.operand(in.Args[0])
	e.drop(temp)
	e.usedAll(in.Args)
	e.emit(op, e.target(in.Res[0]), src, c)
}

// read translates ArrayGet and BoxLoad, whose results are one register or a
// window.
func (e *emitter) read(in *mir.Instr, op vm.Op) {
	var src, temp [2]int
	for i, v := range in.Args {
		src[i], temp[i] = e.operand(v)
	}
	for i := range in.Args {
		e.drop(temp[i])
	}
	e.usedAll(in.Args)
	var dst int
	if len(in.Res) == 1 {
		dst = e.target(in.Res[0])
	} else {
		dst = e.open(nil, len(in.Res))
		e.take(in.Res, dst)
	}
	if op == vm.BoxLoad {
		e.emit(op, dst, src[0], len(in.Res))
		return
	}
	e.emit(op, dst, src[0], src[1])
	e.emit(vm.Ext, len(in.Res), 0, 0)
}

// count translates Retain and Release: one is for a word that may be a handle,
// many for words of a shape.
func (e *emitter) count(in *mir.Instr, one, many vm.Op) {
	if in.Aux < 0 || in.Aux >= int64(len(e.shapes)) {
		e.fail("there is no shape %d", in.Aux)
		return
	}
	s := &e.shapes[in.Aux]
	if len(s.Handles)+len(s.Sums) == 0 {
		e.usedAll(in.Args)
		return
	}
	if len(s.Sums) > 0 || len(s.Handles) > 2 {
		w := e.open(in.Args, 0)
		e.emit(many, w, len(in.Args), int(in.Aux))
		return
	}
	for _, o := range s.Handles {
		if o >= len(in.Args) {
			e.fail("%v of %d words has no word %d", in.Op, len(in.Args), o)
			return
		}
		src, temp := e.operand(in.Args[o])
		e.emit(one, src, 0, 0)
		e.drop(temp)
	}
	e.usedAll(in.Args)
}
