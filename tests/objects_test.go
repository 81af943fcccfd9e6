package tests

import (
	"math"
	"os"
	"strconv"
	"testing"

	"mmm/compiler/emit"
	"mmm/compiler/mir"
	"mmm/native"
	"mmm/realtime"
	"mmm/state"
	"mmm/vm"
)

// Objects on the native engine, compared with the machine that says what they
// mean: whole memories, word by word.

// bothEngines initialises p on both and compares them.
func bothEngines(t *testing.T, p *mir.Program) (vm, native *runner) {
	t.Helper()
	vm, native = onVM(t, "vm", p), onNative(t, "native", p)
	for _, e := range []*runner{vm, native} {
		e.words[state.RateWord] = math.Float64bits(48000)
		e.init()
	}
	agree(t, 0, "after init", p, []*runner{vm, native})
	return vm, native
}

// alike plays p on both engines in blocks of some lengths.
func alike(t *testing.T, text string, blocks ...int) (vm *runner, img state.Image) {
	t.Helper()
	p := compiled(t, "objects", text)
	vm, native := bothEngines(t, p)
	for i, frames := range blocks {
		vm.run(0, frames)
		native.run(0, frames)
		agree(t, int64(i), "after a block", p, []*runner{vm, native})
	}
	return vm, p.Image
}

func TestEnginesAgreeOnAPatchThatIsBusyWithObjects(t *testing.T) {
	e, _ := alike(t, busy, 1, 2, 7, 64, 250, 250, 250)
	if e.words[state.StickyFaultWord] != 0 {
		t.Errorf("fault %d", e.words[state.StickyFaultWord])
	}
}

// The elements of an array of arrays are counted by it.
func TestArraysKeepTheArraysInThem(t *testing.T) {
	e, img := alike(t, `let kept = [[0]]
let front = [[(0, 0)]]
fn dsp(){ kept = append(kept, [now, 2])
 front = prepend([(now, 3)], front)
 kept[4][0] * 100 + front[1][0].0 * 10 + front[0][0].1 }`, 20)
	if got := math.Float64frombits(e.words[img.Out+19]); e.words[state.StickyFaultWord] != 0 || got != 300+180+3 {
		t.Errorf("fault %d, output %v", e.words[state.StickyFaultWord], got)
	}
}

// TestNativeMemoryStaysFlat plays busy for MMM_MEMORY_SAMPLES samples (ten
// million).
func TestNativeMemoryStaysFlat(t *testing.T) {
	samples := 10_000_000
	if n, err := strconv.Atoi(os.Getenv("MMM_MEMORY_SAMPLES")); err == nil {
		samples = n
	}
	p := compiled(t, "busy", busy)
	in := onNativeInstance(t, p)
	used := func(n int) uint64 {
		peak := uint64(0)
		for done := 0; done < n; done += 200 {
			if f := in.Run(0, 200); f != state.FaultNone {
				t.Fatalf("fault %d after %d samples", f, done)
			}
			peak = max(peak, in.Words()[p.Image.Heap+3])
		}
		return peak
	}
	first := used(1000)
	if peak := used(samples); peak > first {
		t.Errorf("the heap held %d words at most in the first 1000 samples, %d in %d", first, peak, samples)
	}
}

// A fault on one engine is the same fault on the other, and so is all that comes
// after it. Budgets are counted in each engine's own instructions: there only the
// fault is compared.
func TestFaultsWithObjectsAreTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		fault state.Fault
		exact bool
	}{
		"a closure that calls itself for ever": {`fn ap(f, x){ f(x) }
fn deep(x:float)->float{ ap(deep, x + 1) + 1 }
fn dsp(){ if (now % 3 == 1) deep(0) else now }`, state.FaultDepth, true},
		"more objects than fit": {`fn grow(a:[float], n:float)->[float]{ if (n > 0) grow(append(a, n), n - 1) else a }
let kept = [[0]]
fn dsp(){ kept = append(kept, grow([], 300))
 len(kept) }`, state.FaultHeap, false},
		"a turn without end": {`fn ap(f, x){ f(x) }
fn twice(n:float)->float{ if (n > 0) ap(twice, n - 1) + ap(twice, n - 1) else 1 }
fn dsp(){ twice(40) }`, state.FaultBudget, false},
		"a task that faults": {`fn ap(f, x){ f(x) }
fn deep(x:float)->float{ ap(deep, x + 1) + 1 }
let last = 0
let _ = (| | { last = deep(1) })@3
fn dsp(){ now }`, state.FaultDepth, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := compiled(t, name, c.text)
			vm, native := bothEngines(t, p)
			for block := range 40 {
				vm.run(0, 8)
				native.run(0, 8)
				if c.exact {
					agree(t, int64(block), "after a block", p, []*runner{vm, native})
				}
			}
			for range 60 {
				vm.run(0, 200)
				native.run(0, 200)
				if !c.exact && vm.words[state.FaultTurnsWord] >= state.MaxFaultTurns && native.words[state.FaultTurnsWord] >= state.MaxFaultTurns {
					break
				}
			}
			for _, e := range []*runner{vm, native} {
				if f := state.Fault(e.words[state.StickyFaultWord]); f != c.fault {
					t.Errorf("%s: fault %d, want %d", e.name, f, c.fault)
				}
			}
			if vm.words[state.FaultTurnsWord] != native.words[state.FaultTurnsWord] {
				t.Errorf("%d and %d turns", vm.words[state.FaultTurnsWord], native.words[state.FaultTurnsWord])
			}
		})
	}
}

// Words that name nothing are faults, wherever they are used.
func TestWordsThatNameNothingAreFaults(t *testing.T) {
	const stale = 7<<32 | 100
	uses := map[string]func(b *mir.Builder){
		"length": func(b *mir.Builder) { b.Emit(&mir.Instr{Op: mir.ArrayLen, Args: []mir.Value{b.Int(3<<60 | stale)}}, 1) },
		"element": func(b *mir.Builder) {
			b.Emit(&mir.Instr{Op: mir.ArrayGet, Imm: 1, Args: []mir.Value{b.Int(1), b.Num(0)}}, 1)
		},
		"append": func(b *mir.Builder) { b.Emit(&mir.Instr{Op: mir.Append, Args: []mir.Value{b.Int(-1)}}, 1) },
		"split":  func(b *mir.Builder) { b.Emit(&mir.Instr{Op: mir.SplitTail, Imm: 1, Args: []mir.Value{b.Int(-1)}}, 2) },
		"box": func(b *mir.Builder) {
			b.Emit(&mir.Instr{Op: mir.BoxLoad, Imm: 3, Args: []mir.Value{b.Int(4<<60 | stale)}}, 3)
		},
		"cell":       func(b *mir.Builder) { b.Emit(&mir.Instr{Op: mir.CellGet, Imm: 2, Args: []mir.Value{b.Int(0)}}, 1) },
		"cell store": func(b *mir.Builder) { b.Emit(&mir.Instr{Op: mir.CellSet, Args: []mir.Value{b.Int(0), b.Num(1)}}, 0) },
		"call":       func(b *mir.Builder) { b.Emit(&mir.Instr{Op: mir.CallClosure, Args: []mir.Value{b.Int(0)}}, 1) },
		"call of one": func(b *mir.Builder) {
			b.Emit(&mir.Instr{Op: mir.CallClosure, Args: []mir.Value{b.Int(2<<60 | stale)}}, 0)
		},
		"schedule": func(b *mir.Builder) { b.Emit(&mir.Instr{Op: mir.Schedule, Args: []mir.Value{b.Num(1), b.Int(0)}}, 0) },
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			dsp, b := mir.NewFunc("dsp", nil, []state.WordKind{state.NumWord})
			b.Emit(&mir.Instr{Op: mir.NewBox, Args: []mir.Value{b.Num(1)}}, 1)
			use(b)
			b.Return(b.Num(3))
			init, ib := mir.NewFunc("init", nil, nil)
			ib.Return()
			p := &mir.Program{Funcs: []*mir.Func{init, dsp}, Init: init, Dsp: dsp, Strings: []string{""}}
			dsp.Index = 1
			p.Layout()
			vm, native := bothEngines(t, p)
			vm.run(0, 5)
			native.run(0, 5)
			agree(t, 0, "after the faults", p, []*runner{vm, native})
			if f := state.Fault(native.words[state.StickyFaultWord]); f != state.FaultHandle || native.words[state.StickyPlaceWord] != 1 {
				t.Errorf("fault %d in function %d", f, native.words[state.StickyPlaceWord])
			}
		})
	}
}

// onNativeInstance makes an initialised instance.
func onNativeInstance(t *testing.T, p *mir.Program) *realtime.Instance {
	t.Helper()
	code, err := native.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	module, err := realtime.Compile(code)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(module.Close)
	in, err := realtime.NewNative(module, p.Image, realtime.NewObjects(p.Objects()), native.Deep(p))
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Init(0, 48000); err != nil {
		t.Fatal(err)
	}
	return in
}

// onVMWords makes a machine and its memory.
func onVMWords(t *testing.T, p *mir.Program) (*vm.Machine, []uint64) {
	t.Helper()
	code, err := emit.Program(p)
	if err != nil {
		t.Fatal(err)
	}
	words := make([]uint64, p.Image.Words)
	words[state.RateWord] = math.Float64bits(48000)
	m, err := vm.New(code, words)
	if err != nil {
		t.Fatal(err)
	}
	return m, words
}

// sameObjects compares what programs remember: globals, state and heap.
func sameObjects(t *testing.T, when string, img state.Image, want, got []uint64) {
	t.Helper()
	for _, part := range [][2]int{{img.Globals, img.NumGlobals}, {img.State, img.StateSize}, {img.Heap, img.HeapWords}} {
		for i := part[0]; i < part[0]+part[1]; i++ {
			if !sameWord(want[i], got[i]) {
				t.Fatalf("%s: word %d is %x, want %x (image %+v)", when, i, got[i], want[i], img)
			}
		}
	}
}

// edited is text before and after an edit; the second stands for the new one.
var edited = map[string][2]string{
	"an unchanged patch": {busy, busy},
	"closures with state": {
		`fn ap(f){ f() }
fn mk(step){ | | { self + step } }
let osc = mk(1)
fn hist(){ let s = self
  append(s, now) }
fn dsp(){ (osc(), ap(mk(10)), ap(| | { delay(8, self + 1, 3) }), len(hist())) }`,
		`fn ap(f){ f() }
fn mk(step){ | | { self + step } }
let osc = mk(1)
fn hist(){ let s = self
  append(s, now) }
fn dsp(){ (osc() * 2, ap(mk(10)), ap(| | { delay(8, self + 1, 3) }), len(hist())) }`,
	},
}

// The library carries objects over as vm.Machine.Adopt does.
func TestASwapOfNativeProgramsCarriesTheSameObjects(t *testing.T) {
	for name, texts := range edited {
		t.Run(name, func(t *testing.T) {
			before, after := compiled(t, name, texts[0]), compiled(t, name, texts[1])
			player := realtime.NewPlayer(realtime.Options{Offline: true})
			defer player.Close()
			player.SetRate(48000, 512)
			out := make([][]float64, 4)
			for i := range out {
				out[i] = make([]float64, 512)
			}
			play := func(frames int) {
				if err := player.Process(frames, nil, nil, out); err != nil {
					t.Fatal(err)
				}
			}
			first, second := realtime.NewSwap(onNativeInstance(t, before)), realtime.NewSwap(onNativeInstance(t, after))
			first.Layout, second.Layout = before.Dsp.State, after.Dsp.State
			second.KeepTime = true
			second.Plan = state.MakePlan(before.Dsp.State, after.Dsp.State)
			if err := player.Publish(first); err != nil {
				t.Fatal(err)
			}
			play(100)
			if err := player.Publish(second); err != nil {
				t.Fatal(err)
			}
			play(1)

			old, oldWords := onVMWords(t, before)
			old.Init()
			old.Run(0, 100)
			m, words := onVMWords(t, after)
			m.Init()
			words[state.NowWord] = math.Float64bits(100)
			second.Plan.Apply(oldWords[before.Image.State:][:before.Image.StateSize], words[after.Image.State:][:after.Image.StateSize])
			m.Adopt(old, second.Plan)
			m.Run(0, 1)
			sameObjects(t, "after the swap", after.Image, words, second.Instance.Words())
			play(50)
			m.Run(0, 50)
			sameObjects(t, "later", after.Image, words, second.Instance.Words())
			for ch := range after.Image.Outs {
				want := math.Float64frombits(words[after.Image.Out+ch*state.BlockFrames+49])
				if got := out[ch][49]; got != want {
					t.Errorf("channel %d gives %v, want %v", ch, got, want)
				}
			}
		})
	}
}

// Tasks for the past run at the next sample, and each place that asks for one is
// told of once.
func TestLateTasksAreReportedOnce(t *testing.T) {
	p := compiled(t, "late", `let n = 0
fn tick(){ n = n + 1 }
fn dsp(){ let _ = tick@(now - 5)
 n }`)
	player := realtime.NewPlayer(realtime.Options{Offline: true})
	defer player.Close()
	player.SetRate(48000, 512)
	if err := player.Publish(realtime.NewSwap(onNativeInstance(t, p))); err != nil {
		t.Fatal(err)
	}
	out := [][]float64{make([]float64, 100)}
	if err := player.Process(100, nil, nil, out); err != nil {
		t.Fatal(err)
	}
	if out[0][99] != 99 {
		t.Errorf("the task ran %v times in 100 samples", out[0][99])
	}
	late := 0
	for _, r := range player.Reports() {
		switch r.Kind {
		case realtime.Late:
			late++
			if at := p.ScheduleAt(r.Place); at.IsZero() {
				t.Error("it has no position")
			}
		case realtime.Logged:
			t.Errorf("it was logged as %v", r.Line)
		}
	}
	if late != 1 {
		t.Errorf("%d reports", late)
	}
}

// A reset puts the objects back that the initialiser had made.
func TestAResetStartsObjectsAnew(t *testing.T) {
	p := compiled(t, "busy", busy)
	in := onNativeInstance(t, p)
	player := realtime.NewPlayer(realtime.Options{Offline: true})
	defer player.Close()
	player.SetRate(48000, 512)
	if err := player.Publish(realtime.NewSwap(in)); err != nil {
		t.Fatal(err)
	}
	play := func() [][]float64 {
		out := make([][]float64, p.Image.Outs)
		for i := range out {
			out[i] = make([]float64, 300)
		}
		if err := player.Process(300, nil, nil, out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := play()
	for range 20 {
		play()
	}
	player.Reset()
	got := play()
	for ch := range want {
		for i := range want[ch] {
			if want[ch][i] != got[ch][i] {
				t.Fatalf("channel %d, frame %d: %v, at first %v", ch, i, got[ch][i], want[ch][i])
			}
		}
	}
}
