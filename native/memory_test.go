package native

import (
	"math"
	"testing"

	"mmm/compiler/mir"
	"mmm/state"
)

// block makes the layout of a function.
func block(children ...*state.Node) *state.Node {
	return &state.Node{Kind: state.FnCall, Children: children}
}

func ringOf(n int) *state.Node { return &state.Node{Kind: state.Delay, Len: n} }

func feed(k ...state.WordKind) *state.Node { return &state.Node{Kind: state.Feed, Words: k} }

// delay appends a delay of n samples at offset off.
func delay(b *mir.Builder, off, n int, x, time mir.Value) mir.Value {
	return b.Emit(&mir.Instr{Op: mir.Delay, Imm: int64(off), Aux: int64(n), Args: []mir.Value{x, time}}, 1)[0]
}

// get and set append accesses of what Imm names.
func get(b *mir.Builder, op mir.Op, imm int) mir.Value {
	return b.Emit(&mir.Instr{Op: op, Imm: int64(imm)}, 1)[0]
}

func set(b *mir.Builder, op mir.Op, imm int, v mir.Value) {
	b.Emit(&mir.Instr{Op: op, Imm: int64(imm), Args: []mir.Value{v}}, 0)
}

// delayTable is that of spec vm.md 9.4: delay(4.0, now, t) at samples 0 to 6.
var delayTable = []struct {
	time float64
	want []float64
}{
	{0, []float64{0, 0, 0, 0, 0, 1, 2}},
	{1, []float64{0, 0, 1, 2, 3, 4, 5}},
	{1.9, []float64{0, 0, 1, 2, 3, 4, 5}},
	{3, []float64{0, 0, 0, 0, 1, 2, 3}},
	{99, []float64{0, 0, 0, 0, 1, 2, 3}},
	{1e300, []float64{0, 0, 0, 0, 1, 2, 3}},
	{math.Inf(1), []float64{0, 0, 0, 0, 1, 2, 3}},
	{-5, []float64{0, 0, 0, 0, 0, 1, 2}},
	{-1e300, []float64{0, 0, 0, 0, 0, 1, 2}},
	{math.NaN(), []float64{0, 0, 0, 0, 0, 1, 2}},
}

func TestDelayReadsWhatTheSpecificationTabulates(t *testing.T) {
	for _, row := range delayTable {
		now := func(b *mir.Builder) mir.Value { return b.Emit(&mir.Instr{Op: mir.Now}, 1)[0] }
		constant := program(0, 1, block(ringOf(4)), func(b *mir.Builder) []mir.Value {
			return []mir.Value{delay(b, 0, 4, now(b), b.Num(row.time))}
		})
		equal(t, load(t, constant).nums(7), row.want...)

		variable := program(1, 1, block(ringOf(4)), func(b *mir.Builder) []mir.Value {
			return []mir.Value{delay(b, 0, 4, now(b), 0)}
		})
		m := load(t, variable)
		for i := range 7 {
			m.in(0, i, math.Float64bits(row.time))
		}
		equal(t, m.nums(7), row.want...)

		f, fb := mir.NewFunc("line", kinds(2), kinds(1)) // its block at an address not known when it is compiled
		f.State = block(ringOf(4))
		fb.Return(delay(fb, 0, 4, 0, 1))
		called := program(1, 1, block(feed(state.NumWord), f.State), func(b *mir.Builder) []mir.Value {
			return []mir.Value{b.Call(f, 1, now(b), 0)[0]}
		}, f)
		m = load(t, called)
		for i := range 7 {
			m.in(0, i, math.Float64bits(row.time))
		}
		equal(t, m.nums(7), row.want...)
	}
}

func TestDelayIndexesAndSamplesAreInMemoryAfterEveryRun(t *testing.T) {
	m := load(t, program(1, 1, block(feed(state.NumWord), ringOf(3)), func(b *mir.Builder) []mir.Value {
		return []mir.Value{delay(b, 1, 3, 0, b.Num(2))}
	}))
	for i := range 5 {
		m.in(0, i, math.Float64bits(float64(10+i)))
		m.play(i, 1)
		at := m.image.State + 1
		if read, write := m.words[at], m.words[at+1]; read != uint64((i+1)%3) || write != uint64((i+1)%3) {
			t.Fatalf("after %d samples: read index %d, write index %d", i+1, read, write)
		}
		if got := math.Float64frombits(m.words[at+2+i%3]); got != float64(10+i) {
			t.Fatalf("sample %d is stored as %g", i, got)
		}
	}
}

func TestDelaysOfNoneAndOfOneSample(t *testing.T) {
	m := load(t, program(1, 2, block(ringOf(0), ringOf(1)), func(b *mir.Builder) []mir.Value {
		return []mir.Value{delay(b, 0, 0, 0, 0), delay(b, 2, 1, 0, b.Num(7))}
	}))
	for i := range 4 {
		m.in(0, i, math.Float64bits(float64(i+1)))
	}
	equal(t, m.nums(4), 0, 0, 0, 0)
	for i := range 4 {
		if got := math.Float64frombits(m.out(1, i)); got != float64(i) {
			t.Fatalf("a ring of one gives %g at sample %d", got, i)
		}
	}
}

func TestStateIsInMemoryAtEveryBlockBoundaryAndLivesOn(t *testing.T) {
	p := program(1, 3, block(feed(state.NumWord, state.IntWord), &state.Node{Kind: state.Mem}), func(b *mir.Builder) []mir.Value {
		sum := b.Op(mir.AddF, get(b, mir.GetState, 0), 0)
		set(b, mir.SetState, 0, sum)
		count := b.Op(mir.AddI, get(b, mir.GetState, 1), b.Int(1))
		set(b, mir.SetState, 1, count)
		before := b.Emit(&mir.Instr{Op: mir.Mem, Imm: 2, Args: []mir.Value{sum}}, 1)[0]
		return []mir.Value{sum, b.Op(mir.ItoF, count), before}
	})
	m := load(t, p)
	sum := 0.0
	for i := range 20 {
		m.in(0, i, math.Float64bits(float64(i)))
	}
	for _, run := range [][2]int{{0, 1}, {1, 0}, {1, 12}, {13, 7}} {
		m.play(run[0], run[1])
		for i := run[0]; i < run[0]+run[1]; i++ {
			before := sum
			sum += float64(i)
			got := [3]float64{}
			for ch := range got {
				got[ch] = math.Float64frombits(m.out(ch, i))
			}
			if got != [3]float64{sum, float64(i + 1), before} {
				t.Fatalf("frame %d: %v", i, got)
			}
		}
		end := run[0] + run[1]
		words := m.words[m.image.State:]
		if math.Float64frombits(words[0]) != sum || words[1] != uint64(end) || math.Float64frombits(words[2]) != sum ||
			math.Float64frombits(m.words[state.NowWord]) != float64(end) {
			t.Fatalf("after %d frames memory holds %x, now %x", end, words[:3], m.words[state.NowWord])
		}
	}
	m.words[m.image.State] = math.Float64bits(1000) // as a migration does between two blocks
	m.in(0, 0, 0)
	equal(t, m.nums(1), 1000)
}

func TestCallsOfOneFunctionKeepTheirStateApart(t *testing.T) {
	step, sb := mir.NewFunc("step", kinds(1), kinds(1))
	step.State = block(feed(state.NumWord))
	sum := sb.Op(mir.AddF, get(sb, mir.GetState, 0), 0)
	set(sb, mir.SetState, 0, sum)
	sb.Return(sum)
	pair, pb := mir.NewFunc("pair", kinds(1), kinds(2))
	pair.State = block(ringOf(2), step.State, step.State)
	pb.Return(pb.Call(step, 4, 0)[0], pb.Call(step, 5, pb.Num(10))[0])
	m := load(t, program(0, 4, block(pair.State, pair.State), func(b *mir.Builder) []mir.Value {
		return append(b.Call(pair, 0, b.Num(1)), b.Call(pair, 6, b.Num(2))...)
	}, step, pair))
	m.play(0, 3)
	for ch, want := range []float64{3, 30, 6, 30} {
		if got := math.Float64frombits(m.out(ch, 2)); got != want {
			t.Fatalf("output %d is %g, want %g", ch, got, want)
		}
	}
}

// A word that both dsp and a function it calls reach must not be held in a
// local of run.
func TestStateThatACalledFunctionSharesStaysInMemory(t *testing.T) {
	step, sb := mir.NewFunc("step", nil, kinds(1))
	step.State = block(feed(state.NumWord), ringOf(3))
	set(sb, mir.SetState, 0, sb.Op(mir.MulF, get(sb, mir.GetState, 0), sb.Num(3)))
	sb.Return(delay(sb, 1, 3, get(sb, mir.GetState, 0), sb.Num(1)))
	m := load(t, program(0, 2, block(step.State), func(b *mir.Builder) []mir.Value {
		set(b, mir.SetState, 0, b.Op(mir.AddF, get(b, mir.GetState, 0), b.Num(1)))
		first := b.Call(step, 0)[0]
		second := delay(b, 1, 3, b.Num(5), b.Num(1))
		return []mir.Value{first, b.Op(mir.AddF, second, get(b, mir.GetState, 0))}
	}, step))
	m.play(0, 3)
	for ch, want := range [][]float64{{0, 5, 5}, {6, 24, 78}} {
		for i, w := range want {
			if got := math.Float64frombits(m.out(ch, i)); got != w {
				t.Fatalf("output %d frame %d is %g, want %g", ch, i, got, w)
			}
		}
	}
}

func TestCellsGlobalsNowAndRateAreRead(t *testing.T) {
	peek, pb := mir.NewFunc("peek", nil, kinds(2))
	pb.Return(pb.Op(mir.AddF, get(pb, mir.Now, 0), get(pb, mir.GetParam, 0)), get(pb, mir.GetGlobal, 1))
	p := program(0, 7, nil, func(b *mir.Builder) []mir.Value {
		set(b, mir.SetGlobal, 1, b.Op(mir.AddF, get(b, mir.GetGlobal, 1), b.Num(1)))
		set(b, mir.SetGlobal, 0, b.Op(mir.AddI, get(b, mir.GetGlobal, 0), b.Int(2)))
		seen := b.Call(peek, 0)
		return []mir.Value{get(b, mir.GetParam, 1), get(b, mir.GetCue, 3), get(b, mir.SampleRate, 0), get(b, mir.Now, 0),
			seen[0], seen[1], b.Op(mir.ItoF, get(b, mir.GetGlobal, 0))}
	}, peek)
	p.Params = []mir.Param{{Init: 0.5}, {Init: 7}}
	p.Cues = []state.Cue{{Init: 1}, {Init: 2}, {Init: 3}, {Init: 4}}
	p.Globals = []state.WordKind{state.IntWord, state.NumWord}
	m := load(t, p)
	check := func(first int, param float64) {
		t.Helper()
		m.play(first, 2)
		for i := first; i < first+2; i++ {
			now := float64(i)
			for ch, want := range []float64{param, 4, 48000, now, now + 0.5, now + 1, 2 * (now + 1)} {
				if got := math.Float64frombits(m.out(ch, i)); got != want {
					t.Fatalf("frame %d output %d is %g, want %g", i, ch, got, want)
				}
			}
		}
	}
	check(0, 7)
	m.words[m.image.Params+1] = math.Float64bits(8) // a knob moves between two runs
	check(2, 8)
}

func TestInitialiserRunsOnceOnItsOwnState(t *testing.T) {
	p := program(0, 1, block(feed(state.NumWord)), func(b *mir.Builder) []mir.Value {
		return []mir.Value{b.Op(mir.AddF, get(b, mir.GetGlobal, 0), get(b, mir.GetState, 0))}
	})
	init, b := mir.NewFunc("init", nil, nil)
	init.State = block(ringOf(2), &state.Node{Kind: state.Mem})
	init.Vars = kinds(1)
	set(b, mir.SetVar, 0, b.Num(3))
	delay(b, 0, 2, b.Num(9), b.Num(1))
	b.Emit(&mir.Instr{Op: mir.Mem, Imm: 4, Args: []mir.Value{b.Num(8)}}, 1)
	set(b, mir.SetGlobal, 0, b.Op(mir.AddF, get(b, mir.GetVar, 0), get(b, mir.GetParam, 0)))
	b.Return()
	p.Funcs[0], p.Init = init, init
	p.Globals = kinds(1)
	p.Params = []mir.Param{{Init: 39}}
	m := load(t, p)
	equal(t, m.nums(2), 42, 42)
	if got := m.words[m.image.Init+2]; math.Float64frombits(got) != 9 {
		t.Fatalf("the initialiser's ring holds %x", got)
	}
	if got := m.words[m.image.Init+4]; math.Float64frombits(got) != 8 {
		t.Fatalf("the initialiser's mem holds %x", got)
	}
}

func TestProbesCountAndWrapAround(t *testing.T) {
	p := program(1, 0, nil, func(b *mir.Builder) []mir.Value {
		set(b, mir.Probe, 1, 0)
		return nil
	})
	p.Probes = make([]mir.ProbeChannel, 2)
	m := load(t, p)
	at := m.image.Probes + state.ProbeWords
	total := 0
	for range 20 {
		for i := range state.BlockFrames {
			m.in(0, i, math.Float64bits(float64(total+i)))
		}
		m.play(0, state.BlockFrames)
		total += state.BlockFrames
	}
	if m.words[at] != uint64(total) || m.words[m.image.Probes] != 0 {
		t.Fatalf("counts are %d and %d, want 0 and %d", m.words[m.image.Probes], m.words[at], total)
	}
	for i := total - state.ProbeFrames; i < total; i++ {
		if got := math.Float64frombits(m.words[at+1+i%state.ProbeFrames]); got != float64(i) {
			t.Fatalf("sample %d is %g", i, got)
		}
	}
}

func TestPrintsReachTheImport(t *testing.T) {
	m := load(t, program(1, 0, nil, func(b *mir.Builder) []mir.Value {
		b.Emit(&mir.Instr{Op: mir.Print, Args: []mir.Value{0}}, 0)
		b.Emit(&mir.Instr{Op: mir.Print, Aux: 1, Args: []mir.Value{b.Op(mir.NegF, 0)}}, 0)
		return nil
	}))
	m.in(0, 0, math.Float64bits(2))
	m.in(0, 1, math.Float64bits(3))
	m.play(0, 2)
	equal(t, m.printed, 2, -2, 3, -3)
	if m.breaks != 2 || len(m.printed) != 4 {
		t.Fatalf("printed %v with %d line breaks", m.printed, m.breaks)
	}
}
