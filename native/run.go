// The exported functions.

package native

import (
	"mmm/compiler/mir"
	"mmm/state"
)

// writeInit writes init(): the initialiser's body, its state at a fixed place.
func (b *builder) writeInit(w *writer) {
	base := stateBase{local: -1, addr: int64(b.p.Image.Init) * 8}
	if b.faults() {
		w.clearFault()
		if b.p.Image.HeapWords > 0 {
			w.callImport(importReset)
		}
		w.beginTurn(state.InitBudget)
	}
	if b.p.Init.Recursive {
		w.pushState(b.p.Init, base)
		w.emit(opCall, int64(b.funcs[b.p.Init].index))
	} else {
		w.enter(b.p.Init, base)
		w.block(b.p.Init.Body)
	}
	if b.faults() {
		w.endTurn()
		w.keepFault()
	}
}

// pushState pushes the address of the state block of a function that has one.
func (w *writer) pushState(f *mir.Func, base stateBase) {
	if w.b.size(f) > 0 {
		w.emit(opI32Const, base.addr)
	}
}

// frameLoop is the loop of run.
type frameLoop struct {
	at   int       // byte offset of the frame in a channel's buffer
	dsp  *mir.Func // what plays step frames
	step int
	outs []int // locals of the outputs; none if they are stored at once
}

// writeRun writes run(first, frames).
func (b *builder) writeRun(w *writer) {
	first, frames := int64(w.param(i32, "first")), int64(w.param(i32, "frames"))
	w.asm(opLocalGet, frames, opI32Const, 0, opI32LeS, opIf, 0, opReturn, opEnd)
	at, end := w.fresh(i32, "at"), w.fresh(i32, "end")
	w.asm(opLocalGet, first, opI32Const, 3, opI32Shl, opLocalTee, at, opLocalGet, frames, opI32Const, 3, opI32Shl, opI32Add, opLocalSet, end)
	if b.p.Twice == nil {
		w.loop(b.p.Dsp, 1, at, end)
		return
	}
	even := w.fresh(i32, "even")
	w.asm(opLocalGet, at, opLocalGet, frames, opI32Const, -2, opI32And, opI32Const, 3, opI32Shl, opI32Add, opLocalTee, even,
		opLocalGet, at, opI32GtS, opIf, 0)
	w.loop(b.p.Twice, 2, at, even)
	w.asm(opEnd, opLocalGet, at, opLocalGet, end, opI32LtS, opIf, 0)
	w.loop(b.p.Dsp, 1, at, end)
	w.emit(opEnd)
}

// loop writes the loop that plays frames from the byte offset at to end, step
// frames in each turn: those of dsp.
func (w *writer) loop(dsp *mir.Func, step, at, end int) {
	b := w.b
	loop := frameLoop{at: at, dsp: dsp, step: step}
	start := w.fresh(i32, "start")
	w.asm(opLocalGet, at, opLocalSet, start)
	base := stateBase{local: -1, addr: int64(b.p.Image.State) * 8}
	if dsp.Recursive {
		w.f, w.base = &mir.Func{Body: &mir.Block{}}, base
		w.hold()
	} else {
		w.enter(dsp, base)
		w.hold()
		w.lines()
		w.ahead()
	}
	w.turn.at = at
	until := end
	if len(w.turn.lines) > 0 {
		until = w.fresh(i32, "until")
		w.emit(opLoop)
		w.stretch(at, end, until)
	}
	if b.faults() || dsp.Recursive {
		for range dsp.Results {
			loop.outs = append(loop.outs, w.fresh(f64, "out"))
		}
	}
	w.emit(opLoop)
	if b.faults() {
		w.guarded(&loop)
	} else {
		w.play(&loop)
	}
	for i, l := range loop.outs {
		w.asm(opLocalGet, at, opLocalGet, l, opF64Store, b.outAt(i))
	}
	counts := b.readsNow || dsp.Recursive || readsNow(dsp.Body)
	if counts {
		w.emit(opLocalGet, int64(w.turn.now))
		w.num(float64(step))
		w.asm(opF64Add, opLocalSet, w.turn.now)
	}
	if b.readsNow || dsp.Recursive {
		w.storeNow()
	}
	w.asm(opLocalGet, at, opI32Const, 8*step, opI32Add, opLocalTee, at, opLocalGet, until, opI32LtS, opBrIf, 0, opEnd)
	if until != end {
		w.stretched(at)
		w.asm(opLocalGet, at, opLocalGet, end, opI32LtS, opBrIf, 0, opEnd)
	}
	if !counts {
		w.asm(opLocalGet, w.turn.now, opLocalGet, at, opLocalGet, start, opI32Sub, opI32Const, 3, opI32ShrU, opF64ConvertI32U, opF64Add, opLocalSet, w.turn.now)
	}
	w.writeBack()
}

// readsNow reports whether a block asks for the index of the current sample.
func readsNow(b *mir.Block) bool {
	found := false
	mir.Walk(b, func(in *mir.Instr) { found = found || in.Op == mir.Now })
	return found
}

// inAt and outAt are the addresses of the first frame of a channel.
func (b *builder) inAt(ch int) int64  { return int64(b.p.Image.In+ch*state.BlockFrames) * 8 }
func (b *builder) outAt(ch int) int64 { return int64(b.p.Image.Out+ch*state.BlockFrames) * 8 }

// play writes dsp for the frames of one turn.
func (w *writer) play(loop *frameLoop) {
	dsp := loop.dsp
	ins, outs := len(dsp.Params)/loop.step, len(dsp.Results)/loop.step
	if dsp.Recursive {
		for i, k := range dsp.Params {
			w.emit(opLocalGet, int64(loop.at))
			w.emit(loadOp(wordType(k)), w.b.inAt(i))
		}
		w.pushState(dsp, w.base)
		w.emit(opCall, int64(w.b.funcs[dsp].index))
		for i := len(loop.outs) - 1; i >= 0; i-- {
			w.convert(wordType(dsp.Results[i]), f64)
			w.emit(opLocalSet, int64(loop.outs[i]))
		}
		return
	}
	for i, l := range w.vars {
		w.literal(0, wordType(dsp.Vars[i]))
		w.emit(opLocalSet, int64(l))
	}
	for i, k := range dsp.Params {
		w.emit(opLocalGet, int64(loop.at))
		w.emit(loadOp(wordType(k)), w.b.inAt(i%ins)+8*int64(i/ins))
		w.set(mir.Value(i))
	}
	for i, in := range dsp.Body.Instrs {
		if w.steady[i] == mir.Varying {
			w.instr(in)
		}
	}
	for i, v := range dsp.Body.Yield {
		if loop.outs != nil {
			w.get(v, f64)
			w.emit(opLocalSet, int64(loop.outs[i]))
			continue
		}
		w.emit(opLocalGet, int64(loop.at))
		w.get(v, f64)
		w.emit(opF64Store, w.b.outAt(i%outs)+8*int64(i/outs))
	}
}

// guarded writes one turn of a program that can fault: it is silent once the
// program is suspended or its time is up (spec vm.md 13), and a turn that
// faults is silent and counted.
func (w *writer) guarded(loop *frameLoop) {
	silence := func() {
		for _, l := range loop.outs {
			w.num(0)
			w.emit(opLocalSet, int64(l))
		}
	}
	w.clearFault()
	if len(w.b.schedules) > 0 {
		w.suspended()
		w.emit(opI32Eqz)
		w.load(opI64Load, w.b.heapWord(heapTasks))
		w.asm(opI64Const, 0, opI64Ne, opI32And, opIf, 0, opCall, w.b.tasksFunc(), opEnd)
	}
	w.suspended()
	w.emit(opIf)
	silence()
	w.emit(opElse)
	w.beginTurn(state.TurnBudget)
	w.play(loop)
	w.load(opI64Load, state.FaultWord)
	w.emit(opI64Eqz)
	w.emit(opIf)
	w.storeInt(state.FaultTurnsWord, 0)
	w.emit(opElse)
	silence()
	w.emit(opI32Const, 0)
	w.load(opI64Load, state.FaultTurnsWord)
	w.emit(opI64Const, 1)
	w.emit(opI64Add)
	w.emit(opI64Store, state.FaultTurnsWord*8)
	w.keepFault()
	w.emit(opEnd)
	w.endTurn()
	w.emit(opEnd)
}

// suspended pushes whether the program runs no more.
func (w *writer) suspended() {
	w.load(opI64Load, state.FaultTurnsWord)
	w.asm(opI64Const, state.MaxFaultTurns, opI64GeU)
	w.load(opI64Load, state.FaultWord)
	w.asm(opI64Const, stateFault(state.FaultTime), opI64Eq, opI32Or)
}

// beginTurn makes ready for a turn that may take budget instructions.
func (w *writer) beginTurn(budget int64) {
	w.storeInt(state.DepthWord, 0)
	w.storeInt(w.b.own.word(ownBudget), budget)
	w.storeInt(w.b.own.word(ownEnv), 0)
	if w.b.p.Image.HeapWords > 0 {
		turn := w.b.heapWord(heapTurn)
		w.emit(opI32Const, 0)
		w.load(opI64Load, turn)
		w.asm(opI64Const, 1, opI64Add, opI64Store, turn*8)
	}
}

// endTurn frees what nothing refers to.
func (w *writer) endTurn() {
	if w.b.p.Image.HeapWords == 0 {
		return
	}
	w.load(opI64Load, w.b.heapWord(heapZero))
	w.asm(opI64Const, 0, opI64Ne)
	w.load(opI64Load, w.b.heapWord(heapUsed))
	w.load(opI64Load, w.b.heapWord(heapLimit))
	w.asm(opI64GtU, opI32Or, opIf, 0)
	w.callImport(importEndTurn)
	w.emit(opEnd)
}

// clearFault ends a fault that lasts for one turn. FaultTime stays: another
// thread writes it at any time, and again if it was overwritten at that moment.
func (w *writer) clearFault() {
	w.load(opI64Load, state.FaultWord)
	w.asm(opI64Const, 0, opI64Ne)
	w.load(opI64Load, state.FaultWord)
	w.asm(opI64Const, stateFault(state.FaultTime), opI64Ne, opI32And, opIf, 0)
	w.storeInt(state.FaultWord, 0)
	w.emit(opEnd)
}

// keepFault copies the first fault of the program to the sticky words. Faults
// that would only come again end the program.
func (w *writer) keepFault() {
	w.load(opI64Load, state.FaultWord)
	w.asm(opI64Const, 0, opI64Ne)
	w.load(opI64Load, state.StickyFaultWord)
	w.asm(opI64Eqz, opI32And, opIf, 0)
	for _, word := range [][2]int64{{state.FaultWord, state.StickyFaultWord}, {state.FaultPlaceWord, state.StickyPlaceWord}} {
		w.emit(opI32Const, 0)
		w.load(opI64Load, word[0])
		w.emit(opI64Store, word[1]*8)
	}
	w.emit(opEnd)
	w.load(opI64Load, state.FaultWord)
	w.asm(opI64Const, stateFault(state.FaultHeap), opI64Eq)
	w.load(opI64Load, state.FaultWord)
	w.asm(opI64Const, stateFault(state.FaultBudget), opI64Eq, opI32Or, opIf, 0)
	w.storeInt(state.FaultTurnsWord, state.MaxFaultTurns)
	w.emit(opEnd)
}
