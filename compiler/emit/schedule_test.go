package emit

import (
	"math"
	"testing"

	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/state"
	"mmm/vm"
)

func schedule(b *mir.Builder, time, task mir.Value) {
	emit0(b, mir.Instr{Op: mir.Schedule}, time, task)
}

// adder is a task that multiplies global 0 by 10 and adds d.
func adder(d float64) *mir.Func {
	return fn("adder", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value {
		x := b.Op(mir.AddF, b.Op(mir.MulF, getGlobal(b, 0), b.Num(10)), b.Num(d))
		emit0(b, mir.Instr{Op: mir.SetGlobal}, x)
		return nil
	})
}

func value(b *mir.Builder, f *mir.Func) mir.Value {
	return emit1(b, mir.Instr{Op: mir.FuncValue, Callee: f})
}

func TestTasksRunByTimeAndThenInTheOrderOfScheduling(t *testing.T) {
	one, two, three := adder(1), adder(2), adder(3)
	init := fn("_init", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value {
		for _, task := range []struct {
			at float64
			f  *mir.Func
		}{{2, one}, {1.9, three}, {2, two}, {3, three}, {math.NaN(), two}, {2.5, three}, {math.Inf(1), one}, {-4, one}, {1e300, one}} {
			schedule(b, b.Num(task.at), value(b, task.f))
		}
		return nil
	})
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value { return []mir.Value{getGlobal(b, 0)} })
	plays(t, objects(1, 1, init, dsp, one, two, three), frames(21, 213, 213123, 2131233, 2131233)...)
}

func TestATaskForNowRunsAtTheNextSampleAndWarnsOnce(t *testing.T) {
	task := adder(1)
	file, _, _ := source.NewFile("x.mmm", "a\nb\nc\n")
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		b.Pos = source.Span{File: file, Start: 2, End: 3}
		schedule(b, b.Op(mir.Now), value(b, task))
		b.Pos = source.Span{File: file, Start: 4, End: 5}
		schedule(b, b.Op(mir.SubF, b.Op(mir.Now), b.Num(9)), value(b, task))
		return []mir.Value{getGlobal(b, 0)}
	})
	m, words := load(t, objects(1, 1, emptyInit(), dsp, task))
	var late []vm.Late
	m.OnLate = func(l vm.Late) { late = append(late, l) }
	wantFrames(t, outputs(t, m, words, 3), 0, 11, 1111)
	if len(late) != 2 || late[0].When != 0 || late[0].Now != 0 || late[0].Pos.Start != 2 || late[1].Pos.Start != 4 {
		t.Errorf("warnings %+v", late)
	}
}

func TestATaskOwnsItsClosureUntilItHasRun(t *testing.T) {
	task := fn("task", 0, 1, 1, []*state.Node{feed(1)}, func(b *mir.Builder) []mir.Value {
		next := b.Op(mir.AddF, getState(b, 0), b.Num(1))
		setState(b, 0, next)
		emit0(b, mir.Instr{Op: mir.SetGlobal}, b.Op(mir.AddF, next, cellGet(b, capture(b, 0))))
		return []mir.Value{b.Num(7)} // is dropped
	})
	dsp := fn("dsp", 0, 1, 0, []*state.Node{siteOf(task)}, func(b *mir.Builder) []mir.Value {
		f := makeClosure(b, task, oneHandle, 0, cell(b, b.Op(mir.MulF, b.Op(mir.Now), b.Num(10))))
		schedule(b, b.Op(mir.AddF, b.Op(mir.Now), b.Num(3)), f)
		return []mir.Value{getGlobal(b, 0)}
	})
	p := objects(1, 1, emptyInit(), dsp, task)
	// Each has a state of its own, so each counts to 1.
	plays(t, p, frames(0, 0, 0, 1, 11, 21, 31)...)
	m, words := load(t, p)
	outputs(t, m, words, 10)
	before := m.Heap()
	outputs(t, m, words, 10000)
	if after := m.Heap(); after != before {
		t.Errorf("heap %+v, then %+v", before, after)
	}
}

func TestAFullQueueDropsTasksAndSaysSoOnce(t *testing.T) {
	task := adder(1)
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		for range 100 {
			schedule(b, b.Num(1e6), value(b, task))
		}
		return []mir.Value{b.Op(mir.Now)}
	})
	m, words := load(t, objects(1, 1, emptyInit(), dsp, task)) // a small heap has a small queue
	drops := 0
	m.OnDrop = func() { drops++ }
	out := outputs(t, m, words, 1000)
	if drops != 1 || out[999][0] != 999 || fault(m) != state.FaultNone {
		t.Errorf("%d reports, output %v, fault %d", drops, out[999], fault(m))
	}
}

func TestTheDefaultQueueHoldsTheTasksOfTheSpecification(t *testing.T) {
	task := adder(1)
	init := fn("_init", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value {
		return nil
	})
	fill, b := mir.NewFunc("fill", num(1), nil)
	fill.Recursive = true
	b.If(b.Op(mir.GtF, 0, b.Num(0)), 0, func() []mir.Value {
		schedule(b, b.Num(1e6), value(b, task))
		b.Call(fill, 0, b.Op(mir.SubF, 0, b.Num(1)))
		return nil
	}, func() []mir.Value { return nil })
	b.Return()
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		b.Call(fill, 0, b.Num(8192))
		return []mir.Value{b.Op(mir.Now)}
	})
	p := objects(1, 1, init, dsp, task, fill)
	p.HeapWords = 0
	m, words := load(t, p)
	drops := 0
	m.OnDrop = func() { drops++ }
	if outputs(t, m, words, state.QueueTasks/8192); drops != 0 {
		t.Error("tasks were dropped")
	}
	if outputs(t, m, words, 1); drops != 1 {
		t.Error("one task too many was not dropped")
	}
	if n := testing.AllocsPerRun(10, func() { m.Run(0, 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAFaultingTaskLeavesDspAlone(t *testing.T) {
	bad := fn("bad", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value {
		b.Emit(&mir.Instr{Op: mir.BoxLoad, Imm: 1, Args: []mir.Value{b.Int(0)}}, 1)
		return nil
	})
	good := adder(1)
	init := fn("_init", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value {
		schedule(b, b.Num(1), value(b, bad))
		schedule(b, b.Num(1), value(b, good))
		return nil
	})
	dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		return []mir.Value{b.Op(mir.AddF, getGlobal(b, 0), b.Num(5))}
	})
	m, words := load(t, objects(1, 1, init, dsp, bad, good))
	wantFrames(t, outputs(t, m, words, 3), 5, 6, 6)
	if f, place := m.Fault(); f != state.FaultHandle || place != 0 {
		t.Errorf("fault %d in %d", f, place)
	}
}

func TestAWordThatIsNoTaskIsNotScheduled(t *testing.T) {
	takesOne := fn("takesOne", 1, 0, 0, nil, func(b *mir.Builder) []mir.Value { return nil })
	for name, task := range map[string]func(b *mir.Builder) mir.Value{
		"a number":                  func(b *mir.Builder) mir.Value { return b.Num(3) },
		"a function of an argument": func(b *mir.Builder) mir.Value { return value(b, takesOne) },
		"the null handle":           func(b *mir.Builder) mir.Value { return b.Int(0) },
	} {
		dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
			schedule(b, b.Num(1), task(b))
			return []mir.Value{b.Num(1)}
		})
		m, words := load(t, objects(1, 1, emptyInit(), dsp, takesOne))
		outputs(t, m, words, 1)
		if f := fault(m); f != state.FaultHandle {
			t.Errorf("%s: fault %d", name, f)
		}
	}
}
