// Fused arithmetic, which WebAssembly has for pairs of numbers only.
//
// A fused multiplication and addition is f64x2.relaxed_madd, which the realtime
// library has wasmtime always fuse. It works on v128; so do the operations whose
// operands come from one and whose result goes to one, so that a polynomial stays
// in v128 from its first operation to its last. A number enters by a splat and
// leaves by the extraction of lane 0, which costs no instruction; lane 1 holds
// whatever the same operations make of the splats.

package native

import "mmm/compiler/mir"

// wideForm lists the operations that exist on v128.
var wideForm = [mir.NumOps]opcode{
	mir.FmaF: opF64x2RelaxedMadd,
	mir.AddF: opF64x2Add, mir.SubF: opF64x2Sub, mir.MulF: opF64x2Mul, mir.DivF: opF64x2Div,
	mir.NegF: opF64x2Neg, mir.AbsF: opF64x2Abs, mir.SqrtF: opF64x2Sqrt,
	mir.FloorF: opF64x2Floor, mir.CeilF: opF64x2Ceil, mir.TruncF: opF64x2Trunc, mir.NearestF: opF64x2Nearest,
	mir.AddI: opI64x2Add, mir.SubI: opI64x2Sub, mir.AndI: opV128And, mir.OrI: opV128Or, mir.XorI: opV128Xor,
	mir.ShlI: opI64x2Shl, mir.ShrI: opI64x2ShrU,
	mir.BitsF: opNone, mir.FBits: opNone,
}

// opNone marks an operation that changes no bit.
const opNone = numOpcodes

// widen gives the type v128 to the values of f that are better computed there.
func (a *facts) widen(f *mir.Func) {
	var order []*mir.Instr // those that may be wide, arguments first
	fed := make([]bool, f.Values)
	mir.Walk(f.Body, func(in *mir.Instr) {
		if wideForm[in.Op] == 0 || in.Twin != nil {
			return
		}
		// Bits that come from a number are made by no operation.
		ok := in.Op == mir.FmaF || in.Op == mir.BitsF
		for i, v := range in.Args {
			constant := a.types[v] == anyType
			switch {
			case i == 1 && (in.Op == mir.ShlI || in.Op == mir.ShrI):
				if !constant {
					return
				}
			case fed[v]:
				ok = true
			case in.Op.GivesInt() && a.types[v] == i64 && !constant:
				return
			}
		}
		if ok {
			fed[in.Res[0]] = true
			order = append(order, in)
		}
	})
	wanted := make([]bool, f.Values)
	for i := len(order) - 1; i >= 0; i-- {
		in := order[i]
		v := in.Res[0]
		if in.Op != mir.FmaF && !wanted[v] && !(in.Op == mir.FBits && fed[in.Args[0]]) {
			continue
		}
		a.types[v] = v128
		for _, arg := range in.Args {
			wanted[arg] = true
		}
	}
}

// wide pushes the result of an operation as v128.
func (w *writer) wide(in *mir.Instr) {
	for i, v := range in.Args {
		if i == 1 && (in.Op == mir.ShlI || in.Op == mir.ShrI) {
			w.emit(opI32Const, w.vals[v].bits&63)
			continue
		}
		w.get(v, v128)
	}
	if op := wideForm[in.Op]; op != opNone {
		w.emit(op)
	}
}
