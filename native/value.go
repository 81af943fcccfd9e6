// Function values: how they are called, and how tasks are.
//
// The module has one table. Entry f is the function with that index in the
// program as a value calls it: the address of its state block, then its
// arguments, all words as i64, and so its results. Entry n+f, of n functions, is
// the same as a task: it takes the state block only and gives nothing. So the
// type that an indirect call names is always that of the entry, once the numbers
// of words have been compared.

package native

import (
	"strings"

	"mmm/compiler/mir"
	"mmm/state"
)

// valueSignature is the type of a function as a value.
func valueSignature(params, results int) string {
	return signature("i"+strings.Repeat("l", params), strings.Repeat("l", results))
}

// writeValue writes f as a function value calls it.
func (w *writer) writeValue(f *mir.Func) {
	w.f = f
	base := stateBase{local: w.param(i32, "state")}
	params := make([]int, len(f.Params))
	for i := range params {
		params[i] = w.param(i64, "p")
	}
	for range f.Results {
		w.out.results = append(w.out.results, i64)
	}
	if w.out.params > maxWords || len(f.Results) > maxWords {
		w.fail("more than %d parameter or result words", maxWords)
		return
	}
	if w.b.funcs[f].index >= 0 {
		w.forward(f, base, params)
		return
	}
	w.enter(f, base)
	for i, k := range f.Params {
		l := params[i]
		if t := wordType(k); t != i64 {
			l = w.fresh(t, "p")
			w.emit(opLocalGet, int64(params[i]))
			w.convert(i64, t)
			w.emit(opLocalSet, int64(l))
		}
		w.define(mir.Value(i), l, true)
	}
	w.charge()
	w.block(f.Body)
	for _, v := range f.Body.Yield {
		w.get(v, i64)
	}
}

// forward calls f, which is written as a function of its own.
func (w *writer) forward(f *mir.Func, base stateBase, params []int) {
	for i, k := range f.Params {
		w.emit(opLocalGet, int64(params[i]))
		w.convert(i64, wordType(k))
	}
	if w.b.size(f) > 0 {
		w.emit(opLocalGet, int64(base.local))
	}
	w.emit(opCall, int64(w.b.funcs[f].index))
	locals := make([]int, len(f.Results))
	for i := len(locals) - 1; i >= 0; i-- {
		locals[i] = w.fresh(i64, "r")
		w.convert(wordType(f.Results[i]), i64)
		w.emit(opLocalSet, int64(locals[i]))
	}
	for _, l := range locals {
		w.emit(opLocalGet, int64(l))
	}
}

// writeTask writes f as the scheduler calls it.
func (w *writer) writeTask(f *mir.Func) {
	w.asm(opLocalGet, w.param(i32, "state"), opCall, w.b.funcs[f].value)
	for range f.Results {
		w.emit(opDrop)
	}
}

// callClosure writes a CallClosure: zeros when the call may not be made. The
// arguments are pushed before the running closure changes, for they may be what
// it holds.
func (w *writer) callClosure(in *mir.Instr) {
	args := in.Args[1:]
	w.get(in.Args[0], i64)
	callee, target, env := w.alloc(i64), w.alloc(i64), w.alloc(i64)
	w.asm(opLocalTee, callee, opI64Const, arity(len(args), len(in.Res)), opI64Const, w.f.Index, opCall, w.b.enterFunc(), opLocalSet, target)
	results := w.results(in)
	w.asm(opLocalGet, target, opI64Const, 0, opI64GeS, opIf, 0)
	w.load(opI64Load, w.b.own.word(ownEnv))
	w.asm(opLocalSet, env, opLocalGet, target, opI64Const, stateShift, opI64ShrU, opI32WrapI64)
	for _, v := range args {
		w.get(v, i64)
	}
	w.asm(opI32Const, 0, opLocalGet, callee, opI64Store, w.b.own.word(ownEnv)*8, opLocalGet, target, opI32WrapI64)
	w.out.code = append(w.out.code, instr{op: opCallIndirect, sig: valueSignature(len(args), len(in.Res))})
	for i := len(results) - 1; i >= 0; i-- {
		if results[i] < 0 {
			w.emit(opDrop)
			continue
		}
		w.emit(opLocalSet, int64(results[i]))
	}
	w.asm(opI32Const, 0, opLocalGet, env, opI64Store, w.b.own.word(ownEnv)*8)
	w.shallower()
	w.emit(opElse)
	for _, l := range results {
		if l >= 0 {
			w.asm(opI64Const, 0, opLocalSet, l)
		}
	}
	w.emit(opEnd)
	for _, l := range []int{callee, target, env} {
		w.release(l)
	}
	w.choiceDone(in, results)
}

// stateShift is where a target has the address of the state block: a multiple of
// 8, it leaves the low 32 bits to the index of the function and the sign to what
// is no target.
const stateShift = 29

// resolveFunc is resolve(word): the target that a function value names, negative
// for a word that names none.
func (b *builder) resolveFunc() int {
	return b.helper("resolve", []valType{i64}, func(w *writer) {
		word := w.param(i64, "word")
		at, code := w.fresh(i32, "at"), w.fresh(i64, "code")
		funcs := b.own.funcs * 8
		// a plain function
		w.asm(opLocalGet, word, opI64Const, 32, opI64ShrU, opI64Const, kindFunc<<28, opI64Eq, opIf, 0,
			opLocalGet, word, opI32WrapI64, opI32Const, len(b.p.Funcs), opI32LtU, opIf, 0,
			opLocalGet, word, opI32WrapI64, opI32Const, 3, opI32Shl, opI64Load, funcs, opI64Const, int64(plainFlag), opI64And, opI64Const, 0, opI64Ne, opIf, 0,
			opLocalGet, word, opI64Const, 0xffffffff, opI64And, opReturn, opEnd, opEnd, opI64Const, -1, opReturn, opEnd)
		if b.p.Image.HeapWords == 0 {
			w.emit(opI64Const, -1)
			return
		}
		// a closure
		w.asm(opLocalGet, word, opI64Const, kindClosure, opCall, b.findFunc(), opLocalTee, at, opI32Eqz, opIf, 0, opI64Const, -1, opReturn, opEnd,
			opLocalGet, at, opI64Load, closureFunc*8, opLocalTee, code, opI64Const, 32, opI64ShrU, opI64Eqz, opIf, 0,
			opLocalGet, code, opReturn, opEnd,
			// with a state block that is its own
			opLocalGet, code, opI64Const, 32, opI64ShrU, opI32WrapI64, opI32Const, 3, opI32Shl, opI32Const, b.heapWord(0)*8, opI32Add, opLocalTee, at,
			opI64Load, 0, opI64Const, 60, opI64ShrU, opI64Const, kindBlock, opI64Ne,
			opLocalGet, at, opI64Load, ownerOfBlock*8, opLocalGet, word, opI64Ne, opI32Or, opIf, 0, opI64Const, -1, opReturn, opEnd,
			opLocalGet, at, opI32Const, stateOfBlock*8, opI32Add, opI64ExtendI32U, opI64Const, stateShift, opI64Shl,
			opLocalGet, code, opI64Const, 0xffffffff, opI64And, opI64Or)
	})
}

// enterFunc is enter(word, arity, place): what resolve gives, and the call is
// counted; negative, after a fault, when it may not be made.
func (b *builder) enterFunc() int {
	return b.helper("enter", []valType{i64}, func(w *writer) {
		word, shape, place := w.param(i64, "word"), w.param(i64, "arity"), w.param(i64, "place")
		target, info := w.fresh(i64, "target"), w.fresh(i64, "info")
		no := func() { w.asm(opI64Const, -1, opReturn) }
		w.asm(opLocalGet, word, opCall, b.resolveFunc(), opLocalTee, target, opI64Const, 0, opI64GeS, opIf, i32,
			opLocalGet, target, opI32WrapI64, opI32Const, 3, opI32Shl, opI64Load, b.own.funcs*8, opLocalTee, info,
			opI64Const, 32, opI64ShrU, opI64Const, noArity, opI64And, opLocalGet, shape, opI64Eq,
			opElse, opI32Const, 0, opEnd, opI32Eqz, opIf, 0,
			opI64Const, stateFault(state.FaultHandle), opLocalGet, place, opCall, b.failFunc())
		no()
		w.emit(opEnd)
		w.load(opI64Load, state.FaultWord)
		w.asm(opI64Const, 0, opI64Ne, opIf, 0)
		no()
		w.emit(opEnd)
		w.countCost(func() { w.asm(opLocalGet, info, opI64Const, 0xffffffff, opI64And) }, func() { w.emit(opLocalGet, int64(place)) }, no)
		w.emit(opLocalGet, int64(target))
	})
}

// count counts a call of f: see countCost.
func (w *writer) count(f *mir.Func, place, leave func()) {
	w.countCost(func() { w.emit(opI64Const, int64(w.b.charges.cost[f])) }, place, leave)
}

// fault returns what pops a condition and, if it holds, faults and leaves.
func (w *writer) fault(place, leave func()) func(state.Fault) {
	return func(f state.Fault) {
		w.asm(opIf, 0, opI64Const, stateFault(f))
		place()
		w.emit(opCall, int64(w.b.failFunc()))
		leave()
		w.emit(opEnd)
	}
}

// countCost counts a call: it faults and leaves when too many are active or the
// turn takes too long. cost and place push what their names say.
func (w *writer) countCost(cost, place, leave func()) {
	fault := w.fault(place, leave)
	depth := w.alloc(i64)
	w.load(opI64Load, state.DepthWord)
	w.asm(opLocalTee, depth, opI64Const, state.MaxDepth, opI64GeS)
	fault(state.FaultDepth)
	w.pay(cost, fault)
	w.asm(opI32Const, 0, opLocalGet, depth, opI64Const, 1, opI64Add, opI64Store, state.DepthWord*8)
	w.release(depth)
}

// pay takes what cost pushes from the turn's budget.
func (w *writer) pay(cost func(), fault func(state.Fault)) {
	budget := w.alloc(i64)
	w.emit(opI32Const, 0)
	w.load(opI64Load, w.b.own.word(ownBudget))
	cost()
	w.asm(opI64Sub, opLocalTee, budget, opI64Store, w.b.own.word(ownBudget)*8, opLocalGet, budget, opI64Const, 0, opI64LtS)
	fault(state.FaultBudget)
	w.release(budget)
}

// tasksFunc is tasks(): runs what is due at the current sample, each task a turn
// of its own.
func (b *builder) tasksFunc() int {
	return b.helper("tasks", nil, func(w *writer) {
		task, target := w.fresh(i64, "task"), w.fresh(i64, "target")
		w.asm(opLoop, 0)
		w.callImport(importDue)
		w.asm(opLocalTee, task, opI64Eqz, opIf, 0, opReturn, opEnd)
		w.beginTurn(state.TurnBudget)
		w.asm(opLocalGet, task, opCall, b.resolveFunc(), opLocalTee, target, opI64Const, 0, opI64GeS, opIf, 0,
			opI32Const, 0, opLocalGet, task, opI64Store, b.own.word(ownEnv)*8,
			opLocalGet, target, opI64Const, stateShift, opI64ShrU, opI32WrapI64,
			opLocalGet, target, opI32WrapI64, opI32Const, len(b.p.Funcs), opI32Add)
		w.out.code = append(w.out.code, instr{op: opCallIndirect, sig: signature("i", "")})
		w.storeInt(b.own.word(ownEnv), 0)
		w.asm(opEnd, opLocalGet, task, opCall, b.releaseFunc())
		w.endTurn()
		w.keepFault()
		w.suspended()
		w.asm(opIf, 0, opReturn, opEnd)
		w.clearFault()
		w.asm(opBr, 0, opEnd)
	})
}
