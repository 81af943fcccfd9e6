package native

import (
	"bytes"
	"math"
	"testing"
	"unsafe"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"mmm/compiler/mir"
	"mmm/state"
)

// machine is a module that wasmtime has made runnable.
type machine struct {
	t         *testing.T
	image     state.Image
	words     []uint64 // its memory
	store     *wasmtime.Store
	init, run *wasmtime.Func
	printed   []float64
	breaks    int
}

// engine is shared: what depends on its configuration is the stack, which must
// hold state.MaxDepth calls.
var engine = func() *wasmtime.Engine {
	c := wasmtime.NewConfig()
	c.SetMaxWasmStack(6 << 20)
	c.SetCraneliftDebugVerifier(true)
	c.SetWasmRelaxedSIMD(true)
	c.SetWasmRelaxedSIMDDeterministic(true)
	return wasmtime.NewEngineWithConfig(c)
}()

// withoutNames drops the custom sections of a module.
func withoutNames(wasm []byte) []byte {
	out := append([]byte(nil), wasm[:8]...)
	for at := 8; at < len(wasm); {
		size, n, shift := 0, at+1, 0
		for ; ; n++ {
			size |= int(wasm[n]&0x7f) << shift
			shift += 7
			if wasm[n] < 0x80 {
				break
			}
		}
		end := n + 1 + size
		if wasm[at] != 0 {
			out = append(out, wasm[at:end]...)
		}
		at = end
	}
	return out
}

// load lays p out, compiles it and checks that its text says the same.
func load(t *testing.T, p *mir.Program) *machine {
	t.Helper()
	p.Layout()
	wasm, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := Print(&text, p); err != nil {
		t.Fatal(err)
	}
	read, err := wasmtime.Wat2Wasm(text.String())
	if err != nil {
		t.Fatalf("the text cannot be read: %v\n%s", err, text.String())
	}
	if !bytes.Equal(withoutNames(read), wasm) {
		t.Fatalf("text and bytes differ\n%s", text.String())
	}
	m := &machine{t: t, image: p.Image, store: wasmtime.NewStore(engine)}
	module, err := wasmtime.NewModule(engine, wasm)
	if err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	linker := wasmtime.NewLinker(engine)
	if err := linker.FuncWrap("mmm", "print", func(x float64, newline int32) {
		m.printed = append(m.printed, x)
		m.breaks += int(newline)
	}); err != nil {
		t.Fatal(err)
	}
	instance, err := linker.Instantiate(m.store, module)
	if err != nil {
		t.Fatal(err)
	}
	memory := instance.GetExport(m.store, "memory").Memory()
	if have, need := int(memory.DataSize(m.store)), p.Image.Words*8; have < need || have >= need+2*pageSize {
		t.Fatalf("memory has %d bytes, the image %d", have, need)
	}
	m.words = unsafe.Slice((*uint64)(memory.Data(m.store)), p.Image.Words)
	m.init, m.run = instance.GetFunc(m.store, "init"), instance.GetFunc(m.store, "run")
	m.words[state.RateWord] = math.Float64bits(48000)
	for i, par := range p.Params {
		m.words[p.Image.Params+i] = math.Float64bits(par.Init)
	}
	for i, q := range p.Cues {
		m.words[p.Image.Cues+i] = math.Float64bits(q.Init)
	}
	if _, err := m.init.Call(m.store); err != nil {
		t.Fatal(err)
	}
	return m
}

// play runs frames.
func (m *machine) play(first, frames int) {
	m.t.Helper()
	if _, err := m.run.Call(m.store, int32(first), int32(frames)); err != nil {
		m.t.Fatal(err)
	}
}

// in sets and out reads a word of a channel.
func (m *machine) in(ch, frame int, word uint64) {
	m.words[m.image.In+ch*state.BlockFrames+frame] = word
}

func (m *machine) out(ch, frame int) uint64 {
	return m.words[m.image.Out+ch*state.BlockFrames+frame]
}

// nums plays frames 0.. and returns channel 0 as numbers.
func (m *machine) nums(frames int) []float64 {
	m.t.Helper()
	m.play(0, frames)
	list := make([]float64, frames)
	for i := range list {
		list[i] = math.Float64frombits(m.out(0, i))
	}
	return list
}

// kinds returns n num words.
func kinds(n int) []state.WordKind { return make([]state.WordKind, n) }

// program makes a program of dsp with the given inputs and outputs and other
// functions; build writes dsp and returns its results.
func program(ins, outs int, node *state.Node, build func(b *mir.Builder) []mir.Value, others ...*mir.Func) *mir.Program {
	dsp, b := mir.NewFunc("dsp", kinds(ins), kinds(outs))
	dsp.State = node
	b.Return(build(b)...)
	init, ib := mir.NewFunc("init", nil, nil)
	ib.Return()
	p := &mir.Program{Init: init, Dsp: dsp, Funcs: append(others, init, dsp)}
	for i, f := range p.Funcs {
		f.Index = i
	}
	return p
}

// same reports whether two words are equal, all NaNs being one.
func same(a, b uint64) bool {
	x, y := math.Float64frombits(a), math.Float64frombits(b)
	return a == b || math.IsNaN(x) && math.IsNaN(y)
}

// equal fails unless got is want, number by number.
func equal(t *testing.T, got []float64, want ...float64) {
	t.Helper()
	for i, w := range want {
		if !same(math.Float64bits(got[i]), math.Float64bits(w)) {
			t.Fatalf("frame %d: got %v, want %v", i, got, want)
		}
	}
}
