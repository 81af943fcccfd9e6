// Pairs: what mir.Pack computes two at a time, in both lanes of a v128.
//
// A truth value is a mask here: all bits of its lane or none. A lane of a pair
// has no place of its own: it is extracted at each use, which for lane 0 costs no
// instruction.

package native

import (
	"math"

	"mmm/compiler/mir"
)

// one is the bits of 1.0.
const one = 0x3ff0000000000000

// signs are the bits that a negation of both lanes flips.
const signs = math.MinInt64

// pairForm lists the operations on pairs that are one instruction.
var pairForm = [mir.NumOps]struct {
	op  opcode
	arg valType
}{
	mir.AddF: {opF64x2Add, pair}, mir.SubF: {opF64x2Sub, pair}, mir.MulF: {opF64x2Mul, pair}, mir.DivF: {opF64x2Div, pair},
	mir.FmaF: {opF64x2RelaxedMadd, pair},
	mir.EqF:  {opF64x2Eq, pair}, mir.NeF: {opF64x2Ne, pair}, mir.LtF: {opF64x2Lt, pair},
	mir.LeF: {opF64x2Le, pair}, mir.GtF: {opF64x2Gt, pair}, mir.GeF: {opF64x2Ge, pair},
	mir.AndF: {opV128And, mask}, mir.OrF: {opV128Or, mask},
	mir.NegF: {opF64x2Neg, pair}, mir.AbsF: {opF64x2Abs, pair}, mir.SqrtF: {opF64x2Sqrt, pair},
	mir.FloorF: {opF64x2Floor, pair}, mir.CeilF: {opF64x2Ceil, pair}, mir.TruncF: {opF64x2Trunc, pair}, mir.NearestF: {opF64x2Nearest, pair},
	mir.AddI: {opI64x2Add, pair}, mir.SubI: {opI64x2Sub, pair}, mir.MulI: {opI64x2Mul, pair},
	mir.AndI: {opV128And, pair}, mir.OrI: {opV128Or, pair}, mir.XorI: {opV128Xor, pair},
	mir.EqI: {opI64x2Eq, pair}, mir.LtI: {opI64x2LtS, pair},
}

// pairType returns the type of the result of an instruction on pairs.
func (a *facts) pairType(in *mir.Instr) valType {
	if in.Op.GivesTruth() || in.Op == mir.Select && a.types[in.Args[1]] == mask && a.types[in.Args[2]] == mask {
		return mask
	}
	return pair
}

// laneType returns the type of a lane.
func (a *facts) laneType(in *mir.Instr) valType {
	switch {
	case a.types[in.Args[0]] == mask:
		return i32
	case in.Aux == 1:
		return i64
	}
	return f64
}

// literals pushes a constant pair.
func (w *writer) literals(first, second int64, t valType) {
	if t == mask {
		for _, x := range []*int64{&first, &second} {
			truth := int64(0)
			if math.Float64frombits(uint64(*x)) > 0 {
				truth = -1
			}
			*x = truth
		}
	}
	w.emit(opV128Const, first, second)
}

// constantPair makes the result of a Pair of constants one, and reports whether
// it did.
func (w *writer) constantPair(in *mir.Instr) bool {
	a, b := &w.vals[in.Args[0]], &w.vals[in.Args[1]]
	if a.at != inConst || b.at != inConst {
		return false
	}
	x := &w.vals[in.Res[0]]
	x.at, x.typ, x.bits, x.other = inConst, pair, a.bits, b.bits
	return true
}

// asLane gives the result of a Lane its place.
func (w *writer) asLane(in *mir.Instr) {
	x, of := &w.vals[in.Res[0]], in.Args[0]
	if x.uses == 0 {
		w.skip(of)
		return
	}
	from := &w.vals[of]
	if from.at == inConst {
		w.constant(in.Res[0], []int64{from.bits, from.other}[in.Imm])
		return
	}
	from.uses += x.uses - 1
	if from.at == inDeferred && from.uses > 1 {
		w.operation(from.def)
		w.set(of)
	}
	x.at, x.of, x.lane = inLane, of, in.Imm
}

// getLane pushes a lane of a pair in type t.
func (w *writer) getLane(x *value, t valType) {
	x.uses--
	if w.vals[x.of].typ == mask {
		w.get(x.of, mask)
		w.emit(opI64x2Extract, x.lane)
		w.asm(opI32WrapI64, opI32Const, 1, opI32And)
		w.convert(i32, t)
		return
	}
	w.get(x.of, pair)
	switch {
	case t == v128 && x.lane == 0:
	case t == v128:
		w.swapped()
	case t == i64:
		w.emit(opI64x2Extract, x.lane)
	default:
		w.emit(opF64x2Extract, x.lane)
		w.convert(f64, t)
	}
}

// swapped exchanges the lanes of the pair on the stack.
func (w *writer) swapped() {
	l := w.alloc(v128)
	w.asm(opLocalTee, l, opLocalGet, l)
	w.emit(opShuffle, 1, 0)
	w.release(l)
}

// pair pushes the pair of words a and b.
func (w *writer) pair(a, b mir.Value) {
	x, y := &w.vals[a], &w.vals[b]
	if x.at == inLane && y.at == inLane && w.vals[x.of].typ == pair && w.vals[y.of].typ == pair {
		first, second := x.lane, y.lane
		x.uses--
		w.get(x.of, pair)
		if x.of == y.of && first == 0 && second == 1 {
			y.uses--
			w.skip(y.of)
			return
		}
		y.uses--
		w.get(y.of, pair)
		w.emit(opShuffle, first, 2+second)
		return
	}
	if a == b {
		w.splat(a)
		return
	}
	w.get(a, v128)
	if y.typ == v128 {
		w.get(b, v128)
		w.emit(opShuffle, 0, 2)
		return
	}
	if y.typ == i64 {
		w.get(b, i64)
		w.emit(opI64x2Replace, 1)
		return
	}
	w.get(b, f64)
	w.emit(opF64x2Replace, 1)
}

// splat pushes the pair of v and v; it is two uses of v.
func (w *writer) splat(v mir.Value) {
	x := &w.vals[v]
	lane := int64(0)
	switch {
	case x.at == inLane && w.vals[x.of].typ == pair:
		lane = x.lane
		of := x.of
		w.skip(v)
		x.uses -= 2
		w.get(of, pair)
	case x.typ == v128:
		w.skip(v)
		w.get(v, v128)
	default:
		if x.typ != i64 {
			w.skip(v)
			w.get(v, f64)
			w.emit(opF64x2Splat)
			return
		}
		w.skip(v)
		w.get(v, i64)
		w.emit(opI64x2Splat)
		return
	}
	l := w.alloc(v128)
	w.asm(opLocalTee, l, opLocalGet, l)
	w.emit(opShuffle, lane, 2+lane)
	w.release(l)
}

// inLanes pushes whether a condition holds in both lanes or in none.
func (w *writer) inLanes(in *mir.Instr) {
	w.get(in.Args[0], mask)
	w.emit(opI64x2Bitmask)
	if in.Imm == 1 {
		w.asm(opI32Const, 3, opI32Eq)
		return
	}
	w.emit(opI32Eqz)
}

// pairs pushes the result of a pure operation on pairs, in the type of its
// result.
func (w *writer) pairs(in *mir.Instr) {
	args := in.Args
	switch in.Op {
	case mir.BitsF, mir.FBits:
		w.get(args[0], pair)
	case mir.Select:
		t := w.vals[in.Res[0]].typ
		w.get(args[1], t)
		w.get(args[2], t)
		w.get(args[0], mask)
		w.emit(opV128Bitselect)
	case mir.NotF:
		if w.vals[args[0]].typ == mask {
			w.get(args[0], mask)
			w.emit(opV128Not)
			return
		}
		w.get(args[0], pair)
		w.emit(opV128Const, 0, 0)
		w.emit(opF64x2Eq)
	case mir.CopySignF:
		w.get(args[0], pair)
		w.get(args[1], pair)
		w.emit(opV128Const, math.MaxInt64, math.MaxInt64)
		w.emit(opV128Bitselect)
	case mir.ShlI, mir.ShrI, mir.SarI:
		w.get(args[0], pair)
		w.emit(opI32Const, w.vals[args[1]].bits&63)
		w.emit(map[mir.Op]opcode{mir.ShlI: opI64x2Shl, mir.ShrI: opI64x2ShrU, mir.SarI: opI64x2ShrS}[in.Op])
	case mir.FtoI:
		w.eachLane(args[0], opF64x2Extract, opI64TruncSatF64S, opI64x2Splat, opI64x2Replace)
	case mir.ItoF:
		w.eachLane(args[0], opI64x2Extract, opF64ConvertI64S, opF64x2Splat, opF64x2Replace)
	case mir.ModF:
		w.pairMod(args[0], args[1])
	case mir.MinF:
		w.pairExtreme(args[0], args[1], opF64x2Pmin, opF64x2Lt, opF64x2Le)
	case mir.MaxF:
		w.pairExtreme(args[0], args[1], opF64x2Pmax, opF64x2Gt, opF64x2Ge)
	case mir.RoundF:
		w.pairRound(args[0])
	default:
		row := pairForm[in.Op]
		if commutes(in) && w.vals[args[0]].at == inConst {
			args = []mir.Value{args[1], args[0]} // a constant second is an operand in memory
		}
		if row.arg == 0 {
			w.fail("operation %s cannot be written for pairs", in.Op)
			return
		}
		for _, arg := range args {
			w.get(arg, row.arg)
		}
		if in.Twin.Op == in.Op {
			w.emit(row.op)
			return
		}
		// a - b is a + (-b)
		first, second := int64(0), int64(signs)
		if in.Op == mir.SubF {
			first, second = second, first
		}
		w.emit(opV128Const, first, second)
		w.emit(opV128Xor)
		w.emit(opF64x2Add)
	}
}

// eachLane applies an instruction that exists for words only to both lanes.
func (w *writer) eachLane(v mir.Value, extract, op, splat, replace opcode) {
	a := w.operand(v, pair)
	w.push(a)
	w.emit(extract, 0)
	w.emit(op)
	w.emit(splat)
	w.push(a)
	w.emit(extract, 1)
	w.emit(op)
	w.emit(replace, 1)
	w.done(a)
}

// pairMod pushes the C fmod of pairs; the divisors are powers of two from 1 up.
func (w *writer) pairMod(va, vb mir.Value) {
	d := w.vals[vb]
	p, q := math.Abs(math.Float64frombits(uint64(d.bits))), math.Abs(math.Float64frombits(uint64(d.other)))
	ones := p == 1 && q == 1
	a := w.operand(va, pair)
	w.push(a)
	w.push(a)
	if !ones {
		w.emit(opV128Const, int64(math.Float64bits(1/p)), int64(math.Float64bits(1/q)))
		w.emit(opF64x2Mul)
	}
	w.emit(opF64x2Trunc)
	if !ones {
		w.emit(opV128Const, int64(math.Float64bits(p)), int64(math.Float64bits(q)))
		w.emit(opF64x2Mul)
	}
	w.emit(opF64x2Sub)
	// The rest has the sign of the dividend or is 0, which is to have it too.
	w.push(a)
	w.emit(opV128Const, signs, signs)
	w.emit(opV128And)
	w.emit(opV128Or)
	w.done(a)
}

// pairExtreme is extreme for pairs.
func (w *writer) pairExtreme(va, vb mir.Value, pseudo, strict, loose opcode) {
	fixed := func(v mir.Value) (ok, zero bool) {
		x := &w.vals[v]
		p, q := math.Float64frombits(uint64(x.bits)), math.Float64frombits(uint64(x.other))
		return x.at == inConst && p == p && q == q, p == 0 || q == 0
	}
	fixedA, _ := fixed(va)
	fixedB, zeroB := fixed(vb)
	a, b := w.operand(va, pair), w.operand(vb, pair)
	switch {
	case fixedB && zeroB:
		w.push(a)
		w.push(b)
		w.push(a)
		w.push(b)
		w.emit(loose)
		w.emit(opV128Bitselect)
	case fixedB:
		w.push(b)
		w.push(a)
		w.emit(pseudo)
	case fixedA:
		w.push(a)
		w.push(b)
		w.emit(pseudo)
	default:
		w.push(b)
		w.push(a)
		w.push(b)
		w.push(a)
		w.emit(strict)
		w.push(a)
		w.push(a)
		w.emit(opF64x2Ne)
		w.emit(opV128Or)
		w.emit(opV128Bitselect)
	}
	w.done(a, b)
}

// pairRound is round for pairs.
func (w *writer) pairRound(v mir.Value) {
	a := w.operand(v, pair)
	whole := w.alloc(v128)
	w.push(a)
	w.asm(opF64x2Trunc, opLocalTee, whole)
	w.emit(opV128Const, one, one)
	w.push(a)
	w.emit(opV128Const, math.MaxInt64, math.MaxInt64)
	w.asm(opV128Bitselect, opF64x2Add, opLocalGet, whole)
	w.push(a)
	w.asm(opLocalGet, whole, opF64x2Sub, opF64x2Abs)
	half := int64(math.Float64bits(0.5))
	w.emit(opV128Const, half, half)
	w.asm(opF64x2Ge, opV128Bitselect)
	w.release(whole)
	w.done(a)
}

// pairMemory writes an operation on two state words.
func (w *writer) pairMemory(in *mir.Instr) {
	first, second := in.Imm, in.Twin.Imm
	if in.Op != mir.SetState && w.vals[in.Res[0]].uses > 0 {
		w.loadPair(first, second)
		w.set(in.Res[0])
	}
	if in.Op != mir.GetState {
		w.storePair(first, second, in.Args[0])
	}
}

// loadPair pushes two state words.
func (w *writer) loadPair(first, second int64) {
	if w.turn != nil {
		if h, ok := w.turn.pairs[[2]int64{first, second}]; ok {
			if h.local < 0 {
				w.load(opV128Load, h.word)
				return
			}
			w.emit(opLocalGet, int64(h.local))
			return
		}
		if w.turn.holds(first) || w.turn.holds(second) {
			w.getState(first, f64)
			w.emit(opF64x2Splat)
			w.getState(second, f64)
			w.emit(opF64x2Replace, 1)
			return
		}
	}
	w.pushBase()
	if second == first+1 {
		w.emit(opV128Load, w.stateOffset(first))
		return
	}
	w.emit(opF64Load, w.stateOffset(first))
	w.emit(opF64x2Splat)
	w.pushBase()
	w.emit(opF64Load, w.stateOffset(second))
	w.emit(opF64x2Replace, 1)
}

// storePair writes a pair into two state words.
func (w *writer) storePair(first, second int64, v mir.Value) {
	if w.turn != nil {
		if h, ok := w.turn.pairs[[2]int64{first, second}]; ok {
			if h.local < 0 {
				w.emit(opI32Const, 0)
				w.get(v, pair)
				w.emit(opV128Store, h.word*8)
				return
			}
			w.get(v, pair)
			w.emit(opLocalSet, int64(h.local))
			return
		}
		if w.turn.holds(first) || w.turn.holds(second) {
			a := w.operand(v, pair)
			for lane, offset := range []int64{first, second} {
				w.putState(offset, f64, func() {
					w.push(a)
					w.emit(opF64x2Extract, int64(lane))
				})
			}
			w.done(a)
			return
		}
	}
	if second == first+1 {
		w.pushBase()
		w.get(v, pair)
		w.emit(opV128Store, w.stateOffset(first))
		return
	}
	a := w.operand(v, pair)
	for lane, offset := range []int64{first, second} {
		w.pushBase()
		w.push(a)
		w.emit(opF64x2Extract, int64(lane))
		w.emit(opF64Store, w.stateOffset(offset))
	}
	w.done(a)
}

// stateWords returns the state words that a simple operation touches.
func stateWords(in *mir.Instr) []int64 {
	switch in.Op {
	case mir.GetState, mir.SetState, mir.Mem:
		if in.Twin != nil {
			return []int64{in.Imm, in.Twin.Imm}
		}
		return []int64{in.Imm}
	}
	return nil
}

// pairedWords finds the state words of f that are held as pairs: those that
// every operation on pairs takes in the same company.
func pairedWords(f *mir.Func, free func(word int64) bool) [][2]int64 {
	company := map[int64][2]int64{}
	var order [][2]int64
	broken := map[int64]bool{}
	mir.Walk(f.Body, func(in *mir.Instr) {
		words := stateWords(in)
		if len(words) != 2 {
			return
		}
		p := [2]int64{words[0], words[1]}
		for _, word := range words {
			if known, ok := company[word]; ok && known != p {
				broken[word] = true
			}
		}
		if _, ok := company[p[0]]; !ok {
			order = append(order, p)
		}
		company[p[0]], company[p[1]] = p, p
	})
	kept := order[:0]
	for _, p := range order {
		ok := true
		for _, word := range p {
			ok = ok && !broken[word] && company[word] == p && free(word)
		}
		if ok {
			kept = append(kept, p)
		}
	}
	return kept
}
