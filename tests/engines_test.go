package tests

import (
	"bytes"
	"math"
	"math/rand"
	"os"
	"strconv"
	"testing"
	"time"

	"mmm/compiler/emit"
	"mmm/compiler/mir"
	"mmm/native"
	"mmm/realtime"
	"mmm/state"
	"mmm/vm"
)

// runner is one engine with one program.
type runner struct {
	name  string
	words []uint64
	init  func()
	run   func(first, frames int)
	log   []float64
	lossy bool   // printed more in one go than a log holds
	close func() // may be nil
}

// onVM loads p into the bytecode machine.
func onVM(t *testing.T, name string, p *mir.Program) *runner {
	t.Helper()
	prog, err := emit.Program(p)
	if err != nil {
		t.Fatal(err)
	}
	e := &runner{name: name, words: make([]uint64, p.Image.Words)}
	m, err := vm.New(prog, e.words)
	if err != nil {
		t.Fatal(err)
	}
	m.Log = func(x float64, newline bool) { e.print(x, newline) }
	e.init, e.run = m.Init, m.Run
	return e
}

// print notes what is printed; a line break is a number of its own.
func (e *runner) print(x float64, newline bool) {
	e.log = append(e.log, x)
	if newline {
		e.log = append(e.log, math.Pi)
	}
}

// onNative loads p into machine code, through the library that plays it.
func onNative(t testing.TB, name string, p *mir.Program) *runner {
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
	e, _ := onModule(t, name, p, module)
	return e
}

// onModule loads p with its machine code.
func onModule(t testing.TB, name string, p *mir.Program, module *realtime.Module) (*runner, *realtime.Instance) {
	t.Helper()
	in, err := realtime.NewNative(module, p.Image, realtime.NewObjects(p.Objects()), native.Deep(p))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(in.Close)
	e := &runner{name: name, words: in.Words(), close: in.Close}
	log := func() {
		lines, dropped := in.TakeLog()
		e.lossy = e.lossy || dropped > 0
		for _, l := range lines {
			if l.Kind >= 0 {
				e.print(l.Value, l.Kind == 1)
			}
		}
	}
	e.init = func() {
		in.Init(math.Float64frombits(e.words[state.NowWord]), math.Float64frombits(e.words[state.RateWord])) // a fault is in the words
		log()
	}
	e.run = func(first, frames int) {
		for i := 0; i < frames; i += 8 { // the log holds so much
			in.Run(first+i, min(8, frames-i))
			log()
		}
	}
	return e, in
}

// sameWord reports whether two words are equal, all NaNs being one.
func sameWord(a, b uint64) bool {
	x, y := math.Float64frombits(a), math.Float64frombits(b)
	return a == b || x != x && y != y
}

// agree compares all engines with the first, word by word.
func agree(t *testing.T, seed int64, when string, p *mir.Program, engines []*runner) {
	t.Helper()
	want := engines[0]
	for _, e := range engines[1:] {
		for i, w := range want.words {
			if i == state.FaultPlaceWord || i == state.StickyPlaceWord {
				continue // functions that are gone shift the indexes
			}
			if !sameWord(w, e.words[i]) {
				var text bytes.Buffer
				mir.Fprint(&text, p)
				t.Fatalf("seed %d, %s, word %d: %s has %x (%g), %s has %x (%g)\nimage %+v\n%s", seed, when, i, want.name, w,
					math.Float64frombits(w), e.name, e.words[i], math.Float64frombits(e.words[i]), p.Image, text.String())
			}
		}
		if e.lossy {
			continue
		}
		if len(e.log) != len(want.log) {
			t.Fatalf("seed %d, %s: %s printed %d numbers, %s %d", seed, when, want.name, len(want.log), e.name, len(e.log))
		}
		for i, x := range want.log {
			if !sameWord(math.Float64bits(x), math.Float64bits(e.log[i])) {
				t.Fatalf("seed %d, %s: print %d is %g on %s, %g on %s", seed, when, i, x, want.name, e.log[i], e.name)
			}
		}
	}
}

// seeds yields the seeds of the programs to try, from 0: the usual number, or as
// many as fit into MMM_ENGINE_MINUTES.
func seeds(t *testing.T, usual int64) func(func(int64) bool) {
	minutes, err := strconv.ParseFloat(os.Getenv("MMM_ENGINE_MINUTES"), 64)
	return func(yield func(int64) bool) {
		begin, seed := time.Now(), int64(0)
		for ; seed < usual || time.Since(begin).Minutes() < minutes; seed++ {
			if !yield(seed) {
				return
			}
		}
		if err == nil {
			t.Logf("%d programs in %v", seed, time.Since(begin).Round(time.Second))
		}
	}
}

func TestEnginesAgreeBitForBitOnRandomPrograms(t *testing.T) {
	for seed := range seeds(t, 200) {
		p, optimized := newRandomProgram(seed), newRandomProgram(seed)
		optimize(t, seed, p, optimized)
		playAlike(t, seed, p, []*runner{
			onVM(t, "vm", p), onNative(t, "native", p), onNative(t, "native, optimized", optimized), onVM(t, "vm, optimized", optimized),
		})
	}
}

// Optimized programs have fewer functions, and so other function values: they
// are compared with each other.
func TestEnginesAgreeBitForBitOnRandomProgramsWithObjects(t *testing.T) {
	for seed := range seeds(t, 200) {
		p, optimized := newRandomHeapProgram(seed), newRandomHeapProgram(seed)
		optimize(t, seed, p, optimized)
		playAlike(t, seed, p, []*runner{onVM(t, "vm", p), onNative(t, "native", p)})
		playAlike(t, seed, optimized, []*runner{onVM(t, "vm, optimized", optimized), onNative(t, "native, optimized", optimized)})
	}
}

// optimize checks p and optimizes its copy.
func optimize(t *testing.T, seed int64, p, optimized *mir.Program) {
	t.Helper()
	if err := mir.Verify(p); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if err := mir.Optimize(optimized); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	optimized.Layout()
}

// cutShort reports whether a program was ended by the watchdog (on a busy machine
// it does that to one that fills its heap in each turn), because its budget was
// spent, which each engine counts in its own instructions, or because its heap was
// full amid a turn, when each has other references in flight (native/doc.go): it
// then stands at another place on each.
func cutShort(engines []*runner) bool {
	for _, e := range engines {
		first := state.Fault(e.words[state.StickyFaultWord])
		if e.words[state.FaultWord] == uint64(state.FaultTime) || first == state.FaultBudget || first == state.FaultHeap {
			return true
		}
	}
	return false
}

// begin gives all engines the same parameters and notes and runs the initialiser.
func begin(p *mir.Program, engines []*runner) {
	for _, e := range engines {
		e.words[state.RateWord] = math.Float64bits(44100)
		for i, par := range p.Params {
			e.words[p.Image.Params+i] = math.Float64bits(par.Init)
		}
		for i, q := range p.Cues {
			e.words[p.Image.Cues+i] = math.Float64bits(q.Init)
		}
		e.init()
	}
}

// playAlike plays some blocks of one program on all engines.
func playAlike(t *testing.T, seed int64, p *mir.Program, engines []*runner) {
	t.Helper()
	begin(p, engines)
	agree(t, seed, "after init", p, engines)
	g := &randomProgram{r: rand.New(rand.NewSource(seed + 1))}
	for block := range 4 {
		for ch := range p.Image.Ins {
			for i := range state.BlockFrames {
				w := math.Float64bits(g.num())
				for _, e := range engines {
					e.words[p.Image.In+ch*state.BlockFrames+i] = w
				}
			}
		}
		first := g.r.Intn(100)
		frames := []int{1, 2, 7, 64, 0}[g.r.Intn(5)]
		for _, e := range engines {
			e.words[p.Image.Params] = math.Float64bits(float64(block))
			e.run(first, frames)
		}
		if cutShort(engines) {
			break
		}
		agree(t, seed, "after block "+strconv.Itoa(block), p, engines)
	}
	for _, e := range engines {
		if e.close != nil {
			e.close()
		}
	}
}
