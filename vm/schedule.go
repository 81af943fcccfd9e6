// The scheduler: a queue of function values that wait for their sample
// (spec builtins.md 7, vm.md 10.2).

package vm

import (
	"math"

	"mmm/compiler/source"
	"mmm/state"
)

// The queue is a binary heap in memory, ordered by time and then by the order in
// which tasks were queued. A task is three words: sample, order, function value.

// schedule is Schedule: the function value r[B] is to run at sample r[A].
func (m *Machine) schedule(ctx *context, in *Instr) {
	h := m.heap
	task := *u(ctx.r, in.B)
	if _, _, ok := m.resolveTask(task); !ok {
		m.fail(ctx, state.FaultHandle)
		return
	}
	when := sample(*x(ctx.r, in.A))
	if now := sample(math.Float64frombits(m.words[state.NowWord])); !m.inInit && when <= now {
		m.warnLate(ctx, when, now)
		when = now + 1
	}
	n := h[heapTasks]
	if n >= h[heapRoom] {
		m.dropTask()
		return
	}
	h.retain(task)
	h[heapTasks] = n + 1
	h[heapOrder]++
	h.siftUp(n, [state.TaskWords]uint64{when, h[heapOrder], task})
}

// resolveTask is resolve for a function without parameters; its results are
// dropped.
func (m *Machine) resolveTask(w uint64) (fn *linkedFunc, block int, ok bool) {
	switch w >> 60 {
	case KindFunc:
		if uint32(w) < uint32(len(m.l.funcs)) {
			return m.resolve(w, 0, m.l.funcs[uint32(w)].results)
		}
	case KindClosure:
		if i := m.heap.find(w, KindClosure); i != 0 {
			return m.resolve(w, 0, m.l.funcs[uint32(m.heap[i+closureFunc])].results)
		}
	}
	return nil, 0, false
}

// sample turns a number into a sample index: truncated, NaN and negatives 0,
// saturating.
func sample(x float64) uint64 {
	switch {
	case !(x > 0):
		return 0
	case x >= 1<<64:
		return math.MaxUint64
	}
	return uint64(x)
}

// task is the place of task k of the queue.
func (h heap) task(k uint64) *[state.TaskWords]uint64 {
	at := h[heapQueue] + k*state.TaskWords
	return (*[state.TaskWords]uint64)(h[at : at+state.TaskWords])
}

func sooner(a, b *[state.TaskWords]uint64) bool {
	return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
}

// siftUp puts t into the queue, whose place k is free, from there upwards.
func (h heap) siftUp(k uint64, t [state.TaskWords]uint64) {
	for k > 0 {
		up := (k - 1) / 2
		if !sooner(&t, h.task(up)) {
			break
		}
		*h.task(k) = *h.task(up)
		k = up
	}
	*h.task(k) = t
}

// dueTask takes the next task out of the queue if its time is not after now.
func (h heap) dueTask(now uint64) (task uint64, ok bool) {
	n := h[heapTasks]
	if n == 0 || h.task(0)[0] > now {
		return 0, false
	}
	task = h.task(0)[2]
	n--
	h[heapTasks] = n
	last := *h.task(n)
	k := uint64(0)
	for {
		child := 2*k + 1
		if child >= n {
			break
		}
		if child+1 < n && sooner(h.task(child+1), h.task(child)) {
			child++
		}
		if !sooner(h.task(child), &last) {
			break
		}
		*h.task(k) = *h.task(child)
		k = child
	}
	if n > 0 {
		*h.task(k) = last
	}
	return task, true
}

// runTasks runs what is due at the current sample, each task a turn of its own.
func (m *Machine) runTasks() {
	now := sample(math.Float64frombits(m.words[state.NowWord]))
	for {
		task, ok := m.heap.dueTask(now)
		if !ok {
			return
		}
		m.beginTurn(state.TurnBudget)
		if fn, block, ok := m.resolveTask(task); ok {
			m.env = task
			if block < 0 {
				block = 0
			}
			m.exec(fn.entry, block)
			m.env = 0
		}
		m.heap.release(task)
		m.endTurn()
		m.keepFault()
		if m.suspended() {
			return
		}
		m.clearFault()
	}
}

// Late is a task whose time was not in the future when it was scheduled.
type Late struct {
	Pos       source.Span // of the instruction
	When, Now uint64      // sample index asked for, and current
}

// warnLate reports a late task, once for each instruction.
func (m *Machine) warnLate(ctx *context, when, now uint64) {
	pc := m.pcAt(ctx)
	if m.warned[pc] {
		return
	}
	m.warned[pc] = true
	if m.OnLate != nil {
		fn := m.l.funcOf(pc)
		m.OnLate(Late{m.prog.Funcs[fn].PosAt(pc - m.l.funcs[fn].entry), when, now})
	}
}

// dropTask reports, once, that the queue is full.
func (m *Machine) dropTask() {
	if !m.dropped && m.OnDrop != nil {
		m.OnDrop()
	}
	m.dropped = true
}
