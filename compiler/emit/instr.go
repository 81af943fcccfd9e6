// Instructions: the translation of blocks and what stands in them.

package emit

import (
	"mmm/compiler/mir"
	"mmm/vm"
)

// block translates b and moves what it yields into targets (-1: not needed). A
// function's body has none: its yield is returned.
func (e *emitter) block(b *mir.Block, targets []int32) {
	u := e.use
	for i, v := range b.Yield {
		d := u.def[v]
		if d == nil || u.home[v] != b || d.Op == mir.Const || inWindow(d) || u.deferred[v] {
			continue
		}
		// A value computed here may go where it is yielded at once: nothing
		// reads a target before the end of the block.
		if targets == nil {
			if len(b.Yield) > 1 && u.want[v] < 0 {
				u.want[v] = int32(i)
			}
		} else if targets[i] >= 0 && u.fixed[v] < 0 {
			u.fixed[v] = targets[i]
		}
	}
	for i, in := range b.Instrs {
		e.pos++
		if !in.Pos.IsZero() {
			e.span = in.Pos
		}
		if len(in.Res) == 1 && i+1 < len(b.Instrs) {
			e.fixToVar(in, b.Instrs[i+1])
		}
		e.instr(in)
	}
	e.pos++
	if targets != nil {
		e.moves(targets, b.Yield)
		for _, v := range b.Yield {
			e.used(v)
		}
	}
}

// fixToVar lets in compute into a mutable local when all that next does is to
// set the local to its result.
func (e *emitter) fixToVar(in, next *mir.Instr) {
	v := in.Res[0]
	if next.Op != mir.SetVar || next.Args[0] != v || e.use.count[v] != 1 || e.use.deferred[v] {
		return
	}
	if in.Op == mir.Const || in.Op == mir.If || in.Op == mir.Switch || inWindow(in) {
		return
	}
	e.use.fixed[v] = e.use.varReg[next.Imm]
}

// instr translates one instruction.
func (e *emitter) instr(in *mir.Instr) {
	u := e.use
	if len(in.Res) == 1 {
		v := in.Res[0]
		if in.Op == mir.Const || u.deferred[v] {
			return
		}
		if u.count[v] == 0 && (mir.Ops[in.Op].Pure || onlyReads(in.Op)) {
			e.usedAll(in.Args)
			return
		}
	}
	switch in.Op {
	case mir.BitsF, mir.FBits:
		e.bits(in)
	case mir.Select:
		e.choice(in)
	case mir.FmaF:
		e.fma(in)
	case mir.GetVar:
		e.getVar(in)
	case mir.SetVar:
		e.setVar(in)
	case mir.GetState:
		e.load(in, vm.GetState, true)
	case mir.GetGlobal:
		e.load(in, vm.GetGlobal, true)
	case mir.GetParam:
		e.load(in, vm.GetParam, true)
	case mir.GetCue:
		e.load(in, vm.GetCue, true)
	case mir.Now:
		e.load(in, vm.Now, false)
	case mir.SampleRate:
		e.load(in, vm.SampleRate, false)
	case mir.SetState:
		e.store(in, vm.SetState)
	case mir.SetGlobal:
		e.store(in, vm.SetGlobal)
	case mir.Probe:
		e.store(in, vm.Probe)
	case mir.Print:
		src, temp := e.operand(in.Args[0])
		e.emit(vm.PrintF, src, e.imm(in.Aux), 0)
		e.drop(temp)
		e.usedAll(in.Args)
	case mir.Mem:
		src, temp := e.operand(in.Args[0])
		e.drop(temp)
		e.usedAll(in.Args)
		e.emit(vm.Mem, e.target(in.Res[0]), src, e.imm(in.Imm))
	case mir.Delay:
		x, temp1 := e.operand(in.Args[0])
		time, temp2 := e.operand(in.Args[1])
		e.drop(temp1)
		e.drop(temp2)
		e.usedAll(in.Args)
		e.emit(vm.Delay, e.target(in.Res[0]), x, time)
		e.emit(vm.Ext, e.imm(in.Imm), e.imm(in.Aux), 0)
	case mir.Call:
		e.call(in)
	case mir.If:
		e.branch(in)
	case mir.Switch:
		e.table(in)
	default:
		if !e.object(in) {
			e.arithmetic(in)
		}
	}
}

// onlyReads reports whether op does nothing but read.
func onlyReads(op mir.Op) bool {
	switch op {
	case mir.GetVar, mir.GetGlobal, mir.GetState, mir.GetParam, mir.GetCue, mir.Now, mir.SampleRate:
		return true
	}
	return false
}

// usedAll ends the uses of args at the present place.
func (e *emitter) usedAll(args []mir.Value) {
	for _, v := range args {
		e.used(v)
	}
}

// arithmetic translates an operation of one or two operands.
func (e *emitter) arithmetic(in *mir.Instr) {
	if in.Op == mir.AddF || in.Op == mir.SubF {
		for i, v := range in.Args {
			if e.use.deferred[v] {
				e.multiplyAdd(in, i)
				return
			}
		}
	}
	if f := binary[in.Op]; f.ok {
		o := e.choose(in, f)
		e.drop(o.temps[0])
		e.drop(o.temps[1])
		e.usedAll(in.Args)
		e.emit(o.op, e.target(in.Res[0]), o.b, o.c)
		return
	}
	src, temp := e.operand(in.Args[0])
	e.drop(temp)
	e.usedAll(in.Args)
	e.emit(unary[in.Op], e.target(in.Res[0]), src, 0)
}

// multiplyAdd translates an addition or subtraction together with its operand i,
// a product. Both are rounded.
func (e *emitter) multiplyAdd(in *mir.Instr, i int) {
	product, other := e.use.def[in.Args[i]], in.Args[1-i]
	a, b := product.Args[0], product.Args[1]
	if _, ok := e.constant(a); ok {
		a, b = b, a
	}
	kb, byConst := e.constant(b)
	kc, addConst := e.constant(other)
	if in.Op == mir.SubF {
		// Subtracting is adding the negative, bit for bit.
		if i == 0 {
			kc ^= 1 << 63
		} else {
			kb ^= 1 << 63
		}
	}
	var temp [3]int
	var src [3]int
	src[0], temp[0] = e.operand(a)
	temp[1], temp[2] = -1, -1
	if byConst {
		src[1] = int(e.konst(kb))
	} else {
		src[1], temp[1] = e.operand(b)
	}
	if addConst {
		src[2] = int(e.konst(kc))
	} else {
		src[2], temp[2] = e.operand(other)
	}
	op := vm.MulAdd
	switch {
	case byConst && addConst:
		op = vm.MulKAddK
	case byConst:
		op = vm.MulKAdd
	case addConst:
		op = vm.MulAddK
	case in.Op == mir.SubF && i == 0:
		op = vm.MulSub
	case in.Op == mir.SubF:
		op = vm.SubMul
	}
	for _, t := range temp {
		e.drop(t)
	}
	e.usedAll(in.Args)
	e.emit(op, e.target(in.Res[0]), src[0], src[1])
	e.emit(vm.Ext, src[2], 0, 0)
}

// fma translates a fused multiplication and addition.
func (e *emitter) fma(in *mir.Instr) {
	a, b, c := in.Args[0], in.Args[1], in.Args[2]
	if _, ok := e.constant(a); ok {
		a, b = b, a
	}
	op := vm.Fma
	src, temp := [3]int{}, [3]int{-1, -1, -1}
	src[0], temp[0] = e.operand(a)
	if k, ok := e.constant(b); ok {
		op, src[1] = vm.FmKA, int(e.konst(k))
	} else {
		src[1], temp[1] = e.operand(b)
	}
	if k, ok := e.constant(c); ok {
		op, src[2] = op+vm.FmaK-vm.Fma, int(e.konst(k))
	} else {
		src[2], temp[2] = e.operand(c)
	}
	for _, t := range temp {
		e.drop(t)
	}
	e.usedAll(in.Args)
	e.emit(op, e.target(in.Res[0]), src[0], src[1])
	e.emit(vm.Ext, src[2], 0, 0)
}

// bits translates a change of type that keeps the word: the result takes over
// the register if the operand ends here.
func (e *emitter) bits(in *mir.Instr) {
	u, v, res := e.use, in.Args[0], in.Res[0]
	src, temp := e.operand(v)
	if temp < 0 && u.owned[v] && int(u.last[v]) == e.pos && u.fixed[res] < 0 {
		u.owned[v] = false
		u.reg[res], u.owned[res] = int32(src), true
		e.regs.owner[src] = int32(res)
		return
	}
	e.drop(temp)
	e.used(v)
	e.emit(vm.Move, e.target(res), src, 0)
}

// choice translates Select.
func (e *emitter) choice(in *mir.Instr) {
	var src, temp [3]int
	for i, v := range in.Args {
		src[i], temp[i] = e.operand(v)
	}
	for _, t := range temp {
		e.drop(t)
	}
	e.usedAll(in.Args)
	e.emit(vm.Select, e.target(in.Res[0]), src[0], src[1])
	e.emit(vm.Ext, src[2], 0, 0)
}

// getVar reads a mutable local: the value is the local's register while the
// local keeps its word, else a copy.
func (e *emitter) getVar(in *mir.Instr) {
	u, v := e.use, in.Res[0]
	src := u.varReg[in.Imm]
	if u.fixed[v] < 0 && !u.setBetween(in.Imm, e.pos, int(u.last[v])) {
		u.reg[v] = src
		return
	}
	if t := e.target(v); t != int(src) {
		e.emit(vm.Move, t, int(src), 0)
	}
}

// setVar sets a mutable local, unless its value was computed there.
func (e *emitter) setVar(in *mir.Instr) {
	dst, v := e.use.varReg[in.Imm], in.Args[0]
	if w, ok := e.constant(v); ok {
		e.emit(vm.LoadK, int(dst), int(e.konst(w)), 0)
	} else if src, _ := e.operand(v); src != int(dst) {
		e.emit(vm.Move, int(dst), src, 0)
	}
	e.used(v)
}

// load translates a read of a word outside the frame, named by Imm if indexed.
func (e *emitter) load(in *mir.Instr, op vm.Op, indexed bool) {
	index := 0
	if indexed {
		index = e.imm(in.Imm)
	}
	e.emit(op, e.target(in.Res[0]), index, 0)
}

// store translates a write to the word Imm outside the frame.
func (e *emitter) store(in *mir.Instr, op vm.Op) {
	src, temp := e.operand(in.Args[0])
	e.emit(op, e.imm(in.Imm), src, 0)
	e.drop(temp)
	e.used(in.Args[0])
}

// call translates a direct call. The window starts above every register that
// outlives the call, so arguments that end here may already lie in it.
func (e *emitter) call(in *mir.Instr) {
	callee, ok := e.index[in.Callee]
	if !ok {
		e.fail("calls %q, which is not in the program", in.Callee.Name)
		return
	}
	window := e.open(in.Args, len(in.Res))
	e.emit(vm.Call, window, callee, e.imm(in.Imm))
	e.take(in.Res, window)
}
