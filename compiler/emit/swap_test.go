// Hot swaps as far as they are the machine's: every rule of spec vm.md 12.4.

package emit

import (
	"testing"

	"mmm/compiler/mir"
	"mmm/state"
	"mmm/vm"
)

// swap makes a machine for p that goes on where old stands.
func swap(t *testing.T, old *vm.Machine, oldWords []uint64, before, p *mir.Program) (*vm.Machine, []uint64) {
	t.Helper()
	m, words := prepare(t, p)
	words[state.NowWord] = oldWords[state.NowWord]
	m.Init()
	plan := state.MakePlan(before.Dsp.State, p.Dsp.State)
	plan.Apply(oldWords[before.Image.State:][:before.Image.StateSize], words[p.Image.State:][:p.Image.StateSize])
	m.Adopt(old, plan)
	// Nothing may refer to the old machine any more.
	for i := range oldWords {
		oldWords[i] = ^uint64(0)
	}
	return m, words
}

// swapped plays a program for n frames, then another one, and returns what that
// gives.
func swapped(t *testing.T, before, after *mir.Program, n, more int) [][]float64 {
	t.Helper()
	old, oldWords := load(t, before)
	outputs(t, old, oldWords, n)
	m, words := swap(t, old, oldWords, before, after)
	out := outputs(t, m, words, more)
	if f := fault(m); f != state.FaultNone {
		t.Errorf("fault %d", f)
	}
	return out
}

func wantFrames(t *testing.T, got [][]float64, want ...float64) {
	t.Helper()
	for i, x := range want {
		if got[i][0] != x {
			t.Fatalf("frame %d is %v, want %v", i, got[i][0], x)
		}
	}
}

// history gives the sum of all samples so far by an array in self that grows.
// kinds are those of its self; more nodes may follow.
func history(more ...*state.Node) *mir.Program {
	nodes := append([]*state.Node{{Kind: state.Feed, Words: []state.WordKind{state.ArrayWord}}}, more...)
	dsp := fn("dsp", 0, 1, 0, nodes, func(b *mir.Builder) []mir.Value {
		a := emit1(b, mir.Instr{Op: mir.Append, Imm: 1}, getState(b, 0), b.Op(mir.AddF, b.Op(mir.Now), b.Num(1)))
		setStateHeld(b, 0, a)
		n := emit1(b, mir.Instr{Op: mir.ArrayLen}, a)
		first, last := element(b, a, b.Num(0)), element(b, a, n)
		return []mir.Value{b.Op(mir.AddF, b.Op(mir.MulF, n, b.Num(100)), b.Op(mir.AddF, b.Op(mir.MulF, first, b.Num(10)), last))}
	})
	return objects(0, 1, emptyInit(), dsp)
}

// setStateHeld stores the object v in the state word at off.
func setStateHeld(b *mir.Builder, off int, v mir.Value) {
	retain(b, oneHandle, v)
	release(b, oneHandle, getState(b, off))
	setState(b, off, v)
}

func TestASwapKeepsArraysInSelf(t *testing.T) {
	wantFrames(t, swapped(t, history(), history(feed(2)), 3, 2), 414, 515)
}

func TestASwapKeepsArraysOfArrays(t *testing.T) {
	nested := func() *mir.Program {
		node := &state.Node{Kind: state.Feed, Words: []state.WordKind{state.ArrayWord}}
		dsp := fn("dsp", 0, 1, 0, []*state.Node{node}, func(b *mir.Builder) []mir.Value {
			inner := array(b, 1, b.Op(mir.Now), b.Num(7))
			a := emit1(b, mir.Instr{Op: mir.Append, Imm: 1, Aux: oneHandle}, getState(b, 0), inner)
			setStateHeld(b, 0, a)
			second := element(b, a, b.Num(1))
			return []mir.Value{b.Op(mir.AddF, element(b, second, b.Num(0)), element(b, second, b.Num(1)))}
		})
		return objects(0, 1, emptyInit(), dsp)
	}
	wantFrames(t, swapped(t, nested(), nested(), 3, 3), 8, 8, 8)
}

func TestASwapFindsStringsByTheirText(t *testing.T) {
	text := func(strings ...string) *mir.Program {
		node := &state.Node{Kind: state.Feed, Words: []state.WordKind{state.StringWord}}
		dsp := fn("dsp", 0, 1, 0, []*state.Node{node}, func(b *mir.Builder) []mir.Value {
			s := getState(b, 0)
			b.If(b.Op(mir.EqF, b.Op(mir.Now), b.Num(0)), 0, func() []mir.Value {
				setState(b, 0, b.Int(2))
				return nil
			}, func() []mir.Value { return nil })
			return []mir.Value{b.Op(mir.ItoF, s)}
		})
		p := objects(0, 1, emptyInit(), dsp)
		p.Strings = strings
		return p
	}
	wantFrames(t, swapped(t, text("", "x", "found"), text("", "found", "x"), 1, 2), 1, 1)
	// A string that the new program does not have gets an index of its own.
	old, oldWords := load(t, text("", "x", "lost"))
	before := text("", "x", "lost")
	before.Layout()
	outputs(t, old, oldWords, 1)
	m, words := swap(t, old, oldWords, before, text("", "a", "b"))
	index := outputs(t, m, words, 1)[0][0]
	if s, ok := m.String(uint64(index)); index != 3 || s != "lost" || !ok {
		t.Errorf("index %v is %q", index, s)
	}
}

// instances is a program whose closures count by step: one made by the
// initialiser in a maker function, one made in dsp for each sample.
func instances(step float64, label string) *mir.Program {
	count := fn("count", 0, 1, 1, []*state.Node{feed(1)}, func(b *mir.Builder) []mir.Value {
		next := b.Op(mir.AddF, getState(b, 0), capture(b, 0))
		setState(b, 0, next)
		return []mir.Value{next}
	})
	site := func(name string) *state.Node { return &state.Node{Kind: state.Site, Name: name, Target: count.State} }
	mk := fn("mk", 1, 1, 0, []*state.Node{site("mk/0")}, func(b *mir.Builder) []mir.Value {
		return []mir.Value{makeClosure(b, count, noHandle, 0, 0)}
	})
	init := fn("_init", 0, 0, 0, []*state.Node{mk.State}, func(b *mir.Builder) []mir.Value {
		setGlobal(b, 0, b.Call(mk, 0, b.Num(step))[0])
		return nil
	})
	dsp := fn("dsp", 0, 2, 0, []*state.Node{site(label)}, func(b *mir.Builder) []mir.Value {
		x := callClosure(b, 1, getGlobal(b, 0))[0]
		return []mir.Value{x, callClosure(b, 1, makeClosure(b, count, noHandle, 0, b.Num(step)))[0]}
	})
	return objects(1, 2, init, dsp, count, mk)
}

func TestASwapKeepsTheStateOfClosures(t *testing.T) {
	got := swapped(t, instances(1, "dsp/0"), instances(10, "dsp/0"), 5, 2)
	// The state goes on, what was captured is new.
	if got[0][0] != 15 || got[1][0] != 25 || got[0][1] != 15 || got[1][1] != 25 {
		t.Errorf("got %v", got)
	}
}

func TestASwapStartsSitesOfAnotherLabelAnew(t *testing.T) {
	got := swapped(t, instances(1, "dsp/0"), instances(10, "dsp/1"), 5, 2)
	if got[0][0] != 15 || got[0][1] != 10 || got[1][1] != 20 {
		t.Errorf("got %v", got)
	}
}

func TestASwapStartsClosuresOfAnotherLayoutAnew(t *testing.T) {
	after := instances(10, "dsp/0")
	// The closures have one word of state more.
	for _, f := range after.Funcs {
		if f.Name == "count" {
			f.State.Children = append(f.State.Children, &state.Node{Kind: state.Mem})
		}
	}
	got := swapped(t, instances(1, "dsp/0"), after, 5, 2)
	if got[0][0] != 10 || got[0][1] != 10 {
		t.Errorf("got %v", got)
	}
}

func TestASwapKeepsClosuresInClosures(t *testing.T) {
	// A closure of the initialiser makes one itself whenever it is called, and
	// both count; its self is an array besides.
	nested := func() *mir.Program {
		inner := counter()
		outer := fn("outer", 0, 1, 0, []*state.Node{siteOf(inner), {Kind: state.Feed, Words: []state.WordKind{state.ArrayWord}}}, func(b *mir.Builder) []mir.Value {
			a := emit1(b, mir.Instr{Op: mir.Append, Imm: 1}, getState(b, 1), b.Num(1))
			setStateHeld(b, 1, a)
			x := callClosure(b, 1, makeClosure(b, inner, noHandle, 0))[0]
			return []mir.Value{b.Op(mir.AddF, x, b.Op(mir.MulF, emit1(b, mir.Instr{Op: mir.ArrayLen}, a), b.Num(100)))}
		})
		init := fn("_init", 0, 0, 0, []*state.Node{siteOf(outer)}, func(b *mir.Builder) []mir.Value {
			setGlobal(b, 0, makeClosure(b, outer, noHandle, 0))
			return nil
		})
		dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value { return callClosure(b, 1, getGlobal(b, 0)) })
		return objects(1, 1, init, dsp, inner, outer)
	}
	wantFrames(t, swapped(t, nested(), nested(), 4, 3), 505, 606, 707)
}

func TestASwapStartsGlobalsAndTasksAnew(t *testing.T) {
	// A task adds 1 to a global at sample 10, whoever scheduled it.
	tasks := func(at float64) *mir.Program {
		add := fn("add", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value {
			emit0(b, mir.Instr{Op: mir.SetGlobal}, b.Op(mir.AddF, getGlobal(b, 0), b.Num(1)))
			return nil
		})
		init := fn("_init", 0, 0, 0, nil, func(b *mir.Builder) []mir.Value {
			emit0(b, mir.Instr{Op: mir.SetGlobal}, b.Num(100))
			emit0(b, mir.Instr{Op: mir.Schedule}, b.Num(at), emit1(b, mir.Instr{Op: mir.FuncValue, Callee: add}))
			return nil
		})
		dsp := fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value { return []mir.Value{getGlobal(b, 0)} })
		return objects(1, 1, init, dsp, add)
	}
	// Before: due at 1 and at 6. After, from sample 5 on: one task, due at 7; then one that is past.
	before := tasks(6)
	wantFrames(t, swapped(t, before, tasks(7), 5, 4), 100, 100, 101, 101)
	late := 0
	old, oldWords := load(t, before)
	outputs(t, old, oldWords, 5)
	m, words := swap(t, old, oldWords, before, tasks(2))
	m.OnLate = func(vm.Late) { late++ }
	wantFrames(t, outputs(t, m, words, 2), 101, 101)
	if late != 0 {
		t.Error("a task of the initialiser warned")
	}
}

func TestASwapWithoutPlanKeepsOnlyTheInitialisersBlocks(t *testing.T) {
	before := instances(1, "dsp/0")
	old, oldWords := load(t, before)
	outputs(t, old, oldWords, 5)
	m, words := load(t, instances(1, "dsp/0"))
	m.Adopt(old, nil)
	if got := outputs(t, m, words, 1)[0]; got[0] != 6 || got[1] != 1 {
		t.Errorf("got %v", got)
	}
	_ = oldWords
}

func TestASwapIntoASmallHeapStartsAnewWhatHasNoRoom(t *testing.T) {
	before := history()
	old, oldWords := load(t, before)
	outputs(t, old, oldWords, 2000)
	after := history()
	after.HeapWords = 1 << 10
	m, words := swap(t, old, oldWords, before, after)
	wantFrames(t, outputs(t, m, words, 1), 100+20010+2001)
}

func TestManySwapsDoNotFillTheHeap(t *testing.T) {
	p := instances(1, "dsp/0")
	m, words := load(t, p)
	var used int
	for i := range 50 {
		outputs(t, m, words, 3)
		next := instances(1, "dsp/0")
		m, words = swap(t, m, words, p, next)
		p = next
		if i == 1 {
			used = m.Heap().Used
		}
	}
	if got := m.Heap().Used; got != used {
		t.Errorf("%d words in use, %d at first", got, used)
	}
	wantFrames(t, outputs(t, m, words, 1), 151)
}
