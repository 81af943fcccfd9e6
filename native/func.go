// Writing the code of one function: values, locals, blocks.
//
// A value is a constant, written anew at each use; a pure operation with one
// use, written where it is used; or a local. Locals are used again once the
// last use of their value has been written: code has no loop but the one of
// run, which carries no value over.

package native

import (
	"fmt"
	"math"

	"mmm/compiler/mir"
	"mmm/state"
)

// maxHeight bounds how deep operations are nested in one expression.
const maxHeight = 100

// place says where a value is.
type place uint8

const (
	nowhere    place = iota // not yet defined
	inConst                 // a constant
	inLocal                 // a local
	inDeferred              // a pure operation that has not been written yet
	inLane                  // a lane of a pair
)

// value is the state of one MIR value while code is written.
type value struct {
	at     place
	typ    valType
	local  int
	keep   bool // the local outlives the value
	uses   int  // uses not yet written
	bits   int64
	other  int64 // second word, of a constant pair
	of     mir.Value
	lane   int64
	def    *mir.Instr
	height int
}

// stateBase is where the state block of the body being written lies: at a byte
// address known now, or in a local.
type stateBase struct {
	local int // -1: constant
	addr  int64
}

// writer writes one WebAssembly function.
type writer struct {
	b    *builder
	out  *wasmFunc
	free map[valType][]int // locals to use again

	// The MIR function being written; run writes dsp in itself.
	f    *mir.Func
	a    *facts
	vals []value
	vars []int // locals of f.Vars
	base stateBase
	turn *turn // not nil inside run's loop

	pinned map[*mir.Instr]bool // sums of dsp that are stored
	nail   int64               // where
	steady []mir.Steadiness    // of dsp's instructions: those that vary are in run's loop
}

// fail records the first error; writing goes on, the result is dropped.
func (w *writer) fail(format string, args ...any) {
	if w.b.err == nil {
		w.b.err = fmt.Errorf("function %s: %s", w.out.name, fmt.Sprintf(format, args...))
	}
}

// emit appends an instruction without or with one operand.
func (w *writer) emit(op opcode, a ...int64) {
	in := instr{op: op}
	if len(a) > 0 {
		in.a = a[0]
	}
	if len(a) > 1 {
		in.b = a[1]
	}
	w.out.code = append(w.out.code, in)
}

// param appends a parameter; all come before the first alloc.
func (w *writer) param(t valType, name string) int {
	w.out.locals = append(w.out.locals, local{t, name})
	w.out.params++
	return len(w.out.locals) - 1
}

// fresh returns a local that is never used for anything else.
func (w *writer) fresh(t valType, name string) int {
	w.out.locals = append(w.out.locals, local{t.plain(), name})
	if len(w.out.locals) == maxLocals+1 {
		w.fail("too many values are alive at once for machine code, the limit is %d", maxLocals)
	}
	return len(w.out.locals) - 1
}

// alloc returns a local for a while; release gives it back.
func (w *writer) alloc(t valType) int {
	t = t.plain()
	if list := w.free[t]; len(list) > 0 {
		l := list[len(list)-1]
		w.free[t] = list[:len(list)-1]
		return l
	}
	return w.fresh(t, map[valType]string{i32: "b", i64: "i", f64: "x", v128: "v"}[t])
}

// release gives back a local.
func (w *writer) release(l int) {
	t := w.out.locals[l].typ
	w.free[t] = append(w.free[t], l)
}

// enter begins writing the body of f with its state block at base. Parameters
// are defined by the caller through define.
func (w *writer) enter(f *mir.Func, base stateBase) {
	w.f, w.a, w.base = f, w.b.funcs[f].facts, base
	w.vals = make([]value, f.Values)
	for i := range w.vals {
		w.vals[i] = value{typ: w.a.types[i], uses: w.a.uses[i]}
	}
	w.vars = make([]int, len(f.Vars))
	for i, k := range f.Vars {
		w.vars[i] = w.fresh(wordType(k), "var")
	}
}

// define puts v into a local of its own, which the caller has set.
func (w *writer) define(v mir.Value, l int, keep bool) {
	x := &w.vals[v]
	x.at, x.local, x.keep = inLocal, l, keep
	if x.uses == 0 && !keep {
		w.release(l)
	}
}

// set pops the stack into v: the result of an operation that was just written.
func (w *writer) set(v mir.Value) {
	x := &w.vals[v]
	if x.uses == 0 {
		w.emit(opDrop)
		return
	}
	l := w.alloc(x.typ)
	w.emit(opLocalSet, int64(l))
	w.define(v, l, false)
}

// constant makes v a constant.
func (w *writer) constant(v mir.Value, bits int64) {
	w.vals[v].at, w.vals[v].bits, w.vals[v].typ = inConst, bits, anyType
}

// numOf returns v as a number if it is a constant.
func (w *writer) numOf(v mir.Value) (x float64, ok bool) {
	return math.Float64frombits(uint64(w.vals[v].bits)), w.vals[v].at == inConst
}

// literal pushes a constant word in type t.
func (w *writer) literal(bits int64, t valType) {
	switch t {
	case f64:
		w.emit(opF64Const, bits)
	case i64:
		w.emit(opI64Const, bits)
	case v128:
		w.emit(opV128Const, bits, bits)
	default:
		truth := int64(0)
		if math.Float64frombits(uint64(bits)) > 0 {
			truth = 1
		}
		w.emit(opI32Const, truth)
	}
}

// num pushes the number x.
func (w *writer) num(x float64) { w.emit(opF64Const, int64(math.Float64bits(x))) }

// convert changes the word on the stack from one type to another, keeping its
// bits; a truth value is the number 1.0 or 0.0. From a word to a truth value
// means whether it holds as a condition.
func (w *writer) convert(from, to valType) {
	if from == to {
		return
	}
	switch {
	case from == mask && to == pair:
		w.emit(opV128Const, one, one)
		w.emit(opV128And)
		return
	case from == pair && to == mask:
		w.emit(opV128Const, 0, 0)
		w.emit(opF64x2Gt)
		return
	}
	if from == i32 {
		w.emit(opF64ConvertI32U)
		from = f64
	}
	switch {
	case from == v128 && to == i64:
		w.emit(opI64x2Extract, 0)
	case from == v128:
		w.emit(opF64x2Extract, 0)
	case from == f64 && to == v128:
		w.emit(opF64x2Splat)
	case to == v128:
		w.emit(opI64x2Splat)
	case from == f64 && to == i64:
		w.emit(opI64ReinterpretF64)
	case from == i64 && to != i64:
		w.emit(opF64ReinterpretI64)
	}
	if to == i32 {
		w.num(0)
		w.emit(opF64Gt)
	}
}

// get pushes v in type t; i32 asks whether v holds as a condition. It is one of
// the uses that were counted.
func (w *writer) get(v mir.Value, t valType) {
	x := &w.vals[v]
	switch x.at {
	case inConst:
		if x.typ == pair {
			w.literals(x.bits, x.other, t)
			return
		}
		w.literal(x.bits, t)
		return
	case inLane:
		w.getLane(x, t)
		return
	case inLocal:
		w.emit(opLocalGet, int64(x.local))
	case inDeferred:
		x.at = nowhere
		w.operation(x.def)
	default:
		w.fail("value %d has no place", v)
	}
	w.convert(x.typ, t)
	w.used(v)
}

// used counts one use of v as written.
func (w *writer) used(v mir.Value) {
	x := &w.vals[v]
	if x.uses--; x.uses == 0 && x.at == inLocal && !x.keep {
		x.at = nowhere
		w.release(x.local)
	}
}

// skip counts a use of v that turned out not to be needed.
func (w *writer) skip(v mir.Value) {
	if w.vals[v].at == inLane {
		w.skip(w.vals[v].of)
		return
	}
	if w.vals[v].at == inDeferred {
		def := w.vals[v].def
		w.vals[v].at = nowhere
		for _, arg := range def.Args {
			w.skip(arg)
		}
		return
	}
	if w.vals[v].at != inConst {
		w.used(v)
	}
}

// operand is a value that can be pushed any number of times until it is done.
type operand struct {
	v     mir.Value
	typ   valType
	temp  int // local made for it, or -1
	bits  int64
	other int64 // of a constant pair
	fixed bool  // constant
}

// operand makes v available in type t. It is one use of v.
func (w *writer) operand(v mir.Value, t valType) operand {
	x := &w.vals[v]
	switch {
	case x.at == inConst:
		return operand{v: v, typ: t, temp: -1, bits: x.bits, other: x.other, fixed: true}
	case x.at == inLocal && x.typ == t:
		return operand{v: v, typ: t, temp: -1}
	}
	w.get(v, t)
	l := w.alloc(t)
	w.emit(opLocalSet, int64(l))
	return operand{v: v, typ: t, temp: l}
}

// push pushes the operand.
func (w *writer) push(o operand) {
	switch {
	case o.fixed && (o.typ == pair || o.typ == mask):
		w.literals(o.bits, o.other, o.typ)
	case o.fixed:
		w.literal(o.bits, o.typ)
	case o.temp >= 0:
		w.emit(opLocalGet, int64(o.temp))
	default:
		w.emit(opLocalGet, int64(w.vals[o.v].local))
	}
}

// done ends the operand's life.
func (w *writer) done(os ...operand) {
	for _, o := range os {
		switch {
		case o.fixed:
		case o.temp >= 0:
			w.release(o.temp)
		default:
			w.used(o.v)
		}
	}
}

// block writes the instructions of b; what it yields is left to the caller.
func (w *writer) block(b *mir.Block) {
	for _, in := range b.Instrs {
		w.instr(in)
	}
}

// instr writes one instruction, or notes a pure one for later.
func (w *writer) instr(in *mir.Instr) {
	switch {
	case in.Op == mir.Const:
		w.constant(in.Res[0], in.Imm)
	case in.Op == mir.Lane:
		w.asLane(in)
	case in.Op == mir.Pair && w.constantPair(in):
	case mir.Ops[in.Op].Pure || w.unchanging(in.Op):
		w.pure(in)
	default:
		w.effect(in)
	}
}

// unchanging reports whether op reads a word that nothing writes while the
// function runs.
func (w *writer) unchanging(op mir.Op) bool {
	return op == mir.GetParam || op == mir.GetCue || op == mir.SampleRate || op == mir.Now
}

// pure defers an operation that is used once, drops one that is not used and
// writes any other.
func (w *writer) pure(in *mir.Instr) {
	v := in.Res[0]
	x := &w.vals[v]
	if x.uses == 0 {
		for _, arg := range in.Args {
			w.skip(arg)
		}
		return
	}
	height := 0
	for _, arg := range in.Args {
		if w.vals[arg].at == inDeferred {
			height = max(height, w.vals[arg].height+1)
		}
	}
	if x.uses == 1 && height < maxHeight && !w.pinned[in] {
		x.at, x.def, x.height = inDeferred, in, height
		return
	}
	w.operation(in)
	w.set(v)
	if w.pinned[in] {
		w.pin(in)
	}
}

// results allocates locals for the results of a choice; unused ones get -1.
func (w *writer) results(in *mir.Instr) []int {
	locals := make([]int, len(in.Res))
	for i, v := range in.Res {
		locals[i] = -1
		if w.vals[v].uses > 0 {
			locals[i] = w.alloc(w.vals[v].typ)
		}
	}
	return locals
}

// branch writes a block of a choice and sets the results to what it yields.
func (w *writer) branch(in *mir.Instr, b *mir.Block, locals []int) {
	w.block(b)
	for i, v := range b.Yield {
		if locals[i] < 0 {
			w.skip(v)
			continue
		}
		w.get(v, w.vals[in.Res[i]].typ)
		w.emit(opLocalSet, int64(locals[i]))
	}
}

// choiceDone defines the results of a choice.
func (w *writer) choiceDone(in *mir.Instr, locals []int) {
	for i, v := range in.Res {
		if locals[i] >= 0 {
			w.define(v, locals[i], false)
		}
	}
}

// choose writes an If.
func (w *writer) choose(in *mir.Instr) {
	if w.chooseWithout(in) {
		return
	}
	for usual, b := range in.Blocks {
		if len(b.Instrs) == 0 && len(in.Res) > 0 && len(in.Blocks[1-usual].Instrs) > 0 {
			w.unless(in, usual)
			return
		}
	}
	w.get(in.Args[0], i32)
	locals := w.results(in)
	w.emit(opIf)
	w.branch(in, in.Blocks[0], locals)
	mark := len(w.out.code)
	w.emit(opElse)
	w.branch(in, in.Blocks[1], locals)
	if len(w.out.code) == mark+1 {
		w.out.code = w.out.code[:mark]
	}
	w.emit(opEnd)
	w.choiceDone(in, locals)
}

// unless writes an If of which one side computes nothing: its results are set
// first, so that what leads to them stands before the branch.
func (w *writer) unless(in *mir.Instr, usual int) {
	cond := w.operand(in.Args[0], i32)
	locals := w.results(in)
	w.branch(in, in.Blocks[usual], locals)
	w.push(cond)
	w.done(cond)
	if usual == 0 {
		w.emit(opI32Eqz)
	}
	w.emit(opIf)
	w.branch(in, in.Blocks[1-usual], locals)
	w.emit(opEnd)
	w.choiceDone(in, locals)
}

// chooseWithout writes an If of one result whose branches compute nothing as a
// selection, without a branch.
func (w *writer) chooseWithout(in *mir.Instr) bool {
	if len(in.Res) != 1 || w.vals[in.Res[0]].uses == 0 || len(in.Blocks[0].Instrs)+len(in.Blocks[1].Instrs) > 2 {
		return false
	}
	for _, b := range in.Blocks {
		for _, nested := range b.Instrs {
			if nested.Op != mir.Const {
				return false
			}
		}
	}
	for _, b := range in.Blocks {
		w.block(b)
	}
	for _, b := range in.Blocks {
		if w.vals[b.Yield[0]].at == inDeferred {
			return false
		}
	}
	t := w.vals[in.Res[0]].typ
	w.get(in.Blocks[0].Yield[0], t)
	w.get(in.Blocks[1].Yield[0], t)
	w.get(in.Args[0], i32)
	w.emit(opSelect)
	w.set(in.Res[0])
	return true
}

// choice writes a Switch.
func (w *writer) choice(in *mir.Instr) {
	n := len(in.Blocks)
	switch n {
	case 1:
		w.skip(in.Args[0])
		locals := w.results(in)
		w.branch(in, in.Blocks[0], locals)
		w.choiceDone(in, locals)
		return
	case 2:
		w.get(in.Args[0], i64)
		w.emit(opI64Eqz)
		locals := w.results(in)
		w.emit(opIf)
		w.branch(in, in.Blocks[0], locals)
		w.emit(opElse)
		w.branch(in, in.Blocks[1], locals)
		w.emit(opEnd)
		w.choiceDone(in, locals)
		return
	}
	index := w.operand(in.Args[0], i64)
	for range n + 1 {
		w.emit(opBlock)
	}
	w.push(index)
	w.emit(opI32WrapI64)
	w.emit(opI32Const, int64(n-1))
	w.push(index)
	w.emit(opI64Const, int64(n-1))
	w.emit(opI64LtU)
	w.emit(opSelect)
	w.done(index)
	table := make([]uint32, n)
	for i := range table {
		table[i] = uint32(i)
	}
	w.out.code = append(w.out.code, instr{op: opBrTable, table: table})
	locals := w.results(in)
	for i, b := range in.Blocks {
		w.emit(opEnd)
		w.branch(in, b, locals)
		if i < n-1 {
			w.emit(opBr, int64(n-1-i))
		}
	}
	w.emit(opEnd)
	w.choiceDone(in, locals)
}

// call writes a Call.
func (w *writer) call(in *mir.Instr) {
	callee := in.Callee
	for i, arg := range in.Args {
		w.get(arg, wordType(callee.Params[i]))
	}
	if w.b.size(callee) > 0 {
		if w.base.local >= 0 {
			w.emit(opLocalGet, int64(w.base.local))
			if in.Imm != 0 {
				w.emit(opI32Const, in.Imm*8)
				w.emit(opI32Add)
			}
		} else {
			w.emit(opI32Const, w.base.addr+in.Imm*8)
		}
	}
	w.emit(opCall, int64(w.b.funcs[callee].index))
	for i := len(in.Res) - 1; i >= 0; i-- {
		w.set(in.Res[i])
	}
}

// write writes f as a function of its own.
func (w *writer) write(f *mir.Func) {
	var params []int
	for _, k := range f.Params {
		params = append(params, w.param(wordType(k), "p"))
	}
	base := stateBase{local: -1}
	if w.b.size(f) > 0 {
		base.local = w.param(i32, "state")
	}
	for _, k := range f.Results {
		w.out.results = append(w.out.results, wordType(k))
	}
	if w.out.params > maxWords || len(f.Results) > maxWords {
		w.fail("more than %d parameter or result words", maxWords)
		return
	}
	w.enter(f, base)
	for i, l := range params {
		w.define(mir.Value(i), l, true)
	}
	if f.Recursive {
		w.deeper()
	}
	w.charge()
	w.block(f.Body)
	for i, v := range f.Body.Yield {
		w.get(v, w.out.results[i])
	}
	if f.Recursive {
		w.shallower()
	}
}

// returnZeros leaves the function with zeros as its results.
func (w *writer) returnZeros() {
	for _, t := range w.out.results {
		w.literal(0, t)
	}
	w.emit(opReturn)
}

// deeper begins a recursive function: it returns at once in a turn that has
// faulted, and faults when too many calls are active.
func (w *writer) deeper() {
	w.unlessFaulted()
	w.count(w.f, w.pushIndex, w.returnZeros)
}

// unlessFaulted returns zeros in a turn that has faulted.
func (w *writer) unlessFaulted() {
	w.load(opI64Load, state.FaultWord)
	w.asm(opI64Const, 0, opI64Ne, opIf, 0)
	w.returnZeros()
	w.emit(opEnd)
}

// pushIndex pushes the index of the function that is written.
func (w *writer) pushIndex() { w.emit(opI64Const, int64(w.f.Index)) }

// charge begins a function that pays for its instructions when it starts.
func (w *writer) charge() {
	if !w.b.charges.charged[w.f] {
		return
	}
	w.unlessFaulted()
	w.pay(func() { w.emit(opI64Const, int64(w.b.charges.cost[w.f])) }, w.fault(w.pushIndex, w.returnZeros))
}

// shallower ends a recursive function; its results stay on the stack.
func (w *writer) shallower() {
	w.emit(opI32Const, 0)
	w.load(opI64Load, state.DepthWord)
	w.emit(opI64Const, 1)
	w.emit(opI64Sub)
	w.emit(opI64Store, state.DepthWord*8)
}
