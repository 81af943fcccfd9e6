// Forms: which opcode serves an operation on registers and constants.

package emit

import (
	"math"

	"mmm/compiler/mir"
	"mmm/vm"
)

// none marks a form that does not exist.
const none = vm.Halt

// form is how an operation of two operands is written.
type form struct {
	ok   bool
	flip bool  // rr takes the second operand first
	rr   vm.Op // two registers
	rk   vm.Op // register, constant
	kr   vm.Op // constant, register
}

// binary are the forms of the operations. Where kr has the shape of rk it takes
// the operands exchanged: the operation commutes or mirrors.
var binary = [mir.NumOps]form{
	mir.AddF:      {true, false, vm.AddF, vm.AddFK, vm.AddFK},
	mir.SubF:      {true, false, vm.SubF, none, vm.SubKF},
	mir.MulF:      {true, false, vm.MulF, vm.MulFK, vm.MulFK},
	mir.DivF:      {true, false, vm.DivF, vm.DivFK, vm.DivKF},
	mir.ModF:      {true, false, vm.ModF, vm.ModFK, none},
	mir.MinF:      {true, false, vm.MinF, vm.MinFK, vm.MinFK},
	mir.MaxF:      {true, false, vm.MaxF, vm.MaxFK, vm.MaxFK},
	mir.EqF:       {true, false, vm.EqF, vm.EqFK, vm.EqFK},
	mir.NeF:       {true, false, vm.NeF, vm.NeFK, vm.NeFK},
	mir.LtF:       {true, false, vm.LtF, vm.LtFK, vm.GtFK},
	mir.LeF:       {true, false, vm.LeF, vm.LeFK, vm.GeFK},
	mir.GtF:       {true, true, vm.LtF, vm.GtFK, vm.LtFK},
	mir.GeF:       {true, true, vm.LeF, vm.GeFK, vm.LeFK},
	mir.AndF:      {true, false, vm.AndF, none, none},
	mir.OrF:       {true, false, vm.OrF, none, none},
	mir.CopySignF: {true, false, vm.CopySignF, none, none},

	mir.AddI: {true, false, vm.AddI, vm.AddIK, vm.AddIK},
	mir.SubI: {true, false, vm.SubI, none, none},
	mir.MulI: {true, false, vm.MulI, vm.MulIK, vm.MulIK},
	mir.AndI: {true, false, vm.AndI, vm.AndIK, vm.AndIK},
	mir.OrI:  {true, false, vm.OrI, vm.OrIK, vm.OrIK},
	mir.XorI: {true, false, vm.XorI, vm.XorIK, vm.XorIK},
	mir.ShlI: {true, false, vm.ShlI, vm.ShlIK, none},
	mir.ShrI: {true, false, vm.ShrI, vm.ShrIK, none},
	mir.SarI: {true, false, vm.SarI, vm.SarIK, none},
	mir.EqI:  {true, false, vm.EqI, vm.EqIK, vm.EqIK},
	mir.LtI:  {true, false, vm.LtI, vm.LtIK, none},
}

// branches are the jumps that a comparison can be part of.
var branches = [mir.NumOps]form{
	mir.EqF: {true, false, vm.UnlessEqF, vm.UnlessEqFK, vm.UnlessEqFK},
	mir.NeF: {true, false, vm.UnlessNeF, vm.UnlessNeFK, vm.UnlessNeFK},
	mir.LtF: {true, false, vm.UnlessLtF, vm.UnlessLtFK, vm.UnlessGtFK},
	mir.LeF: {true, false, vm.UnlessLeF, vm.UnlessLeFK, vm.UnlessGeFK},
	mir.GtF: {true, true, vm.UnlessLtF, vm.UnlessGtFK, vm.UnlessLtFK},
	mir.GeF: {true, true, vm.UnlessLeF, vm.UnlessGeFK, vm.UnlessLeFK},
	mir.EqI: {true, false, vm.UnlessEqI, vm.UnlessEqIK, vm.UnlessEqIK},
	mir.LtI: {true, false, vm.UnlessLtI, vm.UnlessLtIK, none},
}

// unary are the operations of one operand.
var unary = [mir.NumOps]vm.Op{
	mir.NegF: vm.NegF, mir.AbsF: vm.AbsF, mir.SqrtF: vm.SqrtF, mir.FloorF: vm.FloorF, mir.CeilF: vm.CeilF,
	mir.TruncF: vm.TruncF, mir.NearestF: vm.NearestF, mir.RoundF: vm.RoundF, mir.NotF: vm.NotF,
	mir.FtoI: vm.FtoI, mir.ItoF: vm.ItoF,
}

// operands is a chosen opcode with its two sources, in the order in which the
// opcode takes them, and the temporary registers to drop.
type operands struct {
	op    vm.Op
	b, c  int
	temps [2]int
}

// choose picks the opcode for the operation d in the given forms.
func (e *emitter) choose(d *mir.Instr, f form) operands {
	o := operands{temps: [2]int{-1, -1}}
	a, b := d.Args[0], d.Args[1]
	ka, aConst := e.constant(a)
	kb, bConst := e.constant(b)
	if bConst {
		op, k := f.rk, kb
		switch d.Op {
		case mir.SubF: // a - k is a + (-k), bit for bit
			op, k = vm.AddFK, kb^1<<63
		case mir.SubI:
			op, k = vm.AddIK, -kb
		}
		if op != none {
			o.op = op
			o.b, o.temps[0] = e.operand(a)
			o.c = int(e.konst(k))
			return o
		}
	} else if aConst && f.kr != none && !firstMatters(d.Op, ka) {
		o.op = f.kr
		o.b, o.temps[0] = e.operand(b)
		o.c = int(e.konst(ka))
		if vm.Ops[o.op].Operands == [3]vm.Kind{vm.Dst, vm.Const, vm.Src} {
			o.b, o.c = o.c, o.b
		}
		return o
	}
	o.op = f.rr
	o.b, o.temps[0] = e.operand(a)
	o.c, o.temps[1] = e.operand(b)
	if f.flip {
		o.b, o.c = o.c, o.b
	}
	return o
}

// firstMatters reports whether min or max of the constant k and a register must
// keep that order: equal operands give the first, and of zeros there are two.
func firstMatters(op mir.Op, k uint64) bool {
	return (op == mir.MinF || op == mir.MaxF) && math.Float64frombits(k) == 0
}
