package tests

import (
	"bytes"
	"math"
	"math/rand"
	"os"
	"strconv"
	"testing"
	"unsafe"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"mmm/compiler/emit"
	"mmm/compiler/mir"
	"mmm/native"
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

var wasm = func() *wasmtime.Engine {
	c := wasmtime.NewConfig()
	c.SetMaxWasmStack(6 << 20)
	return wasmtime.NewEngineWithConfig(c)
}()

// onNative loads p into the machine code that wasmtime makes of it.
func onNative(t *testing.T, name string, p *mir.Program) *runner {
	t.Helper()
	code, err := native.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	module, err := wasmtime.NewModule(wasm, code)
	if err != nil {
		t.Fatal(err)
	}
	e := &runner{name: name}
	store, linker := wasmtime.NewStore(wasm), wasmtime.NewLinker(wasm)
	if err := linker.FuncWrap("mmm", "print", func(x float64, newline int32) { e.print(x, newline != 0) }); err != nil {
		t.Fatal(err)
	}
	instance, err := linker.Instantiate(store, module)
	if err != nil {
		t.Fatal(err)
	}
	memory := instance.GetExport(store, "memory").Memory()
	e.words = unsafe.Slice((*uint64)(memory.Data(store)), p.Image.Words)
	init, run := instance.GetFunc(store, "init"), instance.GetFunc(store, "run")
	e.init = func() {
		if _, err := init.Call(store); err != nil {
			t.Fatal(err)
		}
	}
	e.run = func(first, frames int) {
		if _, err := run.Call(store, int32(first), int32(frames)); err != nil {
			t.Fatal(err)
		}
	}
	return e
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

// MMM_ENGINE_SEEDS=n tries n programs instead of the usual number.
func TestEnginesAgreeBitForBitOnRandomPrograms(t *testing.T) {
	seeds := int64(200)
	if n, err := strconv.ParseInt(os.Getenv("MMM_ENGINE_SEEDS"), 10, 64); err == nil {
		seeds = n
	}
	for seed := range seeds {
		p, optimized := newRandomProgram(seed), newRandomProgram(seed)
		if err := mir.Verify(p); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := mir.Optimize(optimized); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		engines := []*runner{onVM(t, "vm", p), onNative(t, "native", p), onNative(t, "native, optimized", optimized), onVM(t, "vm, optimized", optimized)}
		for _, e := range engines {
			e.words[state.RateWord] = math.Float64bits(44100)
			for i, par := range p.Params {
				e.words[p.Image.Params+i] = math.Float64bits(par.Init)
			}
			for i, n := range p.Notes {
				e.words[p.Image.Notes+2*i], e.words[p.Image.Notes+2*i+1] = math.Float64bits(n.Pitch), math.Float64bits(n.Velocity)
			}
			e.init()
		}
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
			agree(t, seed, "after block "+strconv.Itoa(block), p, engines)
		}
	}
}
