// Control: structured choices become forward jumps.

package emit

import (
	"mmm/compiler/mir"
	"mmm/vm"
)

// results takes the registers that all branches of in leave its results in.
func (e *emitter) results(in *mir.Instr) []int32 {
	targets := make([]int32, len(in.Res))
	for i, v := range in.Res {
		targets[i] = -1
		if e.use.count[v] > 0 {
			targets[i] = int32(e.target(v))
		}
	}
	return targets
}

// branch translates If.
func (e *emitter) branch(in *mir.Instr) {
	jumps := e.unless(in.Args[0], nil)
	e.used(in.Args[0])
	targets := e.results(in)
	e.block(in.Blocks[0], targets)
	e.alternative(jumps, in.Blocks[1], targets)
}

// alternative translates the block that jumps lead to, after the block before
// it, which goes past it.
func (e *emitter) alternative(jumps []int, b *mir.Block, targets []int32) {
	past := e.emit(vm.Jmp, 0, 0, 0)
	for _, pc := range jumps {
		e.jumpHere(pc)
	}
	e.block(b, targets)
	if len(e.out.Code) > past+1 {
		e.jumpHere(past)
		return
	}
	// There is nothing to go past.
	e.out.Code = e.out.Code[:past]
	if n := len(e.out.Lines); e.out.Lines[n-1].PC == past {
		e.out.Lines = e.out.Lines[:n-1]
	}
	for _, pc := range jumps {
		e.jumpHere(pc)
	}
}

// unless emits jumps that are taken when condition v does not hold and appends
// them to jumps.
func (e *emitter) unless(v mir.Value, jumps []int) []int {
	if !e.use.deferred[v] {
		src, temp := e.operand(v)
		e.drop(temp)
		return append(jumps, e.emit(vm.JmpUnless, src, 0, 0))
	}
	d := e.use.def[v]
	switch d.Op {
	case mir.AndF:
		return e.unless(d.Args[1], e.unless(d.Args[0], jumps))
	case mir.NotF:
		src, temp := e.operand(d.Args[0])
		e.drop(temp)
		return append(jumps, e.emit(vm.UnlessEqFK, src, int(e.konst(0)), 0))
	}
	o := e.choose(d, branches[d.Op])
	e.drop(o.temps[0])
	e.drop(o.temps[1])
	return append(jumps, e.emit(o.op, o.b, o.c, 0))
}

// table translates Switch.
func (e *emitter) table(in *mir.Instr) {
	v, n := in.Args[0], len(in.Blocks)
	if n == 1 {
		e.used(v)
		e.block(in.Blocks[0], e.results(in))
		return
	}
	src, temp := e.operand(v)
	e.drop(temp)
	if n == 2 {
		jump := e.emit(vm.UnlessEqIK, src, int(e.konst(0)), 0)
		e.used(v)
		targets := e.results(in)
		e.block(in.Blocks[0], targets)
		e.alternative([]int{jump}, in.Blocks[1], targets)
		return
	}
	index := len(e.out.Tables)
	e.out.Tables = append(e.out.Tables, vm.JumpTable{Offsets: make([]int32, n)})
	pc := e.emit(vm.JmpTable, src, index, 0)
	e.used(v)
	targets := e.results(in)
	var past []int
	for i, b := range in.Blocks {
		e.out.Tables[index].Offsets[i] = int32(len(e.out.Code) - pc)
		e.block(b, targets)
		if i < n-1 {
			past = append(past, e.emit(vm.Jmp, 0, 0, 0))
		}
	}
	for _, jump := range past {
		e.jumpHere(jump)
	}
}
