package vm

import (
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"mmm/state"
)

var update = flag.Bool("update", false, "rewrite generated files")

// shape is what a test program's memory holds beside its functions' state.
type shape struct{ params, cues, probes, globals, heap int }

// build makes a program of an empty initialiser, then funcs, of which the last
// is dsp.
func build(s shape, funcs ...*FuncProto) *Program {
	init := &FuncProto{Name: "_init", Code: []Instr{{Op: Ret}}}
	p := &Program{Funcs: append([]*FuncProto{init}, funcs...), Dsp: len(funcs), Strings: []string{""}}
	dsp := p.Funcs[p.Dsp]
	m := state.Image{
		NumParams: s.params, NumCues: s.cues, NumProbes: s.probes, NumGlobals: s.globals,
		StateSize: dsp.StateSize, Ins: dsp.NParam, Outs: dsp.NRet,
	}
	at := state.HeaderWords
	next := func(n int) int {
		at += n
		return at - n
	}
	m.Params, m.Cues, m.Probes = next(s.params), next(s.cues), next(s.probes*state.ProbeWords)
	m.Globals, m.State, m.Init = next(s.globals), next(m.StateSize), next(0)
	m.In, m.Out = next(m.Ins*state.BlockFrames), next(m.Outs*state.BlockFrames)
	m.Heap, m.HeapWords = next(s.heap), s.heap
	m.Words = at
	p.Image = m
	if s.heap > 0 {
		p.Shapes = testShapes
	}
	return p
}

// load makes a machine for p at 48 kHz.
func load(t *testing.T, p *Program) (*Machine, []uint64) {
	t.Helper()
	words := make([]uint64, p.Image.Words)
	words[state.RateWord] = math.Float64bits(48000)
	m, err := New(p, words)
	if err != nil {
		t.Fatal(err)
	}
	m.Init()
	return m, words
}

// turn plays one frame on the given input words and returns the outputs.
func turn(m *Machine, words []uint64, in ...uint64) []uint64 {
	img := &m.Program().Image
	for ch, w := range in {
		words[img.In+ch*state.BlockFrames] = w
	}
	m.Run(0, 1)
	out := make([]uint64, img.Outs)
	for ch := range out {
		out[ch] = words[img.Out+ch*state.BlockFrames]
	}
	return out
}

// f returns the word of a number.
func f(x float64) uint64 { return math.Float64bits(x) }

// i returns the word of an int.
func i(n int64) uint64 { return uint64(n) }

// same compares words; all NaN are one.
func same(a, b uint64) bool {
	x, y := math.Float64frombits(a), math.Float64frombits(b)
	return a == b || x != x && y != y
}

// example is a case of an opcode: its sources in the order of the operands, and
// its result (for jumps: whether the condition holds).
type example struct {
	in   []uint64
	want uint64
}

// program makes a dsp that executes op on the words of ex.
func (ex example) program(op Op) *Program {
	row := &Ops[op]
	fn := &FuncProto{Name: "dsp", NRet: 1, FrameSize: 8, Consts: []uint64{0, f(1)}}
	next := 0
	operand := func(k Kind) int32 {
		switch k {
		case Src:
			fn.Consts = append(fn.Consts, ex.in[next])
			fn.Code = append(fn.Code, Instr{LoadK, int32(next + 1), int32(len(fn.Consts) - 1), 0})
			next++
			return int32(next)
		case Const:
			fn.Consts = append(fn.Consts, ex.in[next])
			next++
			return int32(len(fn.Consts) - 1)
		case Off:
			return 3
		}
		return 0
	}
	in := Instr{Op: op, A: operand(row.Operands[0]), B: operand(row.Operands[1]), C: operand(row.Operands[2])}
	ext := Instr{Op: Ext, A: operand(row.Ext[0])}
	fn.Code = append(fn.Code, in)
	if op.hasExt() {
		fn.Code = append(fn.Code, ext)
	}
	if row.Out == 0 { // a jump
		fn.Code = append(fn.Code, Instr{LoadK, 0, 1, 0}, Instr{Jmp, 2, 0, 0}, Instr{LoadK, 0, 0, 0})
	}
	fn.Code = append(fn.Code, Instr{Op: Ret1})
	return build(shape{}, fn)
}

func TestEveryOpcodeDoesWhatItsRowSays(t *testing.T) {
	for op := range NumOps {
		t.Run(op.String(), func(t *testing.T) {
			if scenario := scenarios[op]; scenario != nil {
				scenario(t)
				return
			}
			if len(examples[op]) == 0 {
				t.Fatalf("opcode %v has no case", op)
			}
			for _, ex := range examples[op] {
				m, words := load(t, ex.program(op))
				if got := turn(m, words)[0]; !same(got, ex.want) {
					t.Errorf("%v of %x (%v): got %x (%v), want %x (%v)", op, ex.in, math.Float64frombits(ex.in[0]),
						got, math.Float64frombits(got), ex.want, math.Float64frombits(ex.want))
				}
			}
		})
	}
}

func TestOpcodePageIsUpToDate(t *testing.T) {
	var b strings.Builder
	if err := WriteOpcodes(&b); err != nil {
		t.Fatal(err)
	}
	const path = "../docs/opcodes.md"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(path)
	if err != nil || string(old) != b.String() {
		t.Errorf("docs/opcodes.md is not what vm/op.go says; run go test ./vm -update (%v)", err)
	}
}

func TestEveryRowIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for op, row := range Ops {
		if row.Name == "" || row.Doc == "" || seen[row.Name] {
			t.Errorf("opcode %d: name %q missing or used twice, or no doc", op, row.Name)
		}
		seen[row.Name] = true
		in, out := 0, 0
		for _, k := range append(row.Operands[:], row.Ext[:]...) {
			if k == Src {
				in++
			}
			if k == Dst {
				out++
			}
		}
		if row.In >= 0 && row.In != in || row.Out >= 0 && row.Out != out {
			t.Errorf("%v: reads %d and writes %d registers, the row says %d and %d", Op(op), in, out, row.In, row.Out)
		}
	}
	for k := None + 1; k < numKinds; k++ {
		if k.String() == "" {
			t.Errorf("operand kind %d has no name", k)
		}
	}
}

func TestFmodIsExact(t *testing.T) {
	xs := []float64{0, 1, 0.1, 0.7, 1.5, 2, 3, 7.25, 1e-300, 5e-324, 1e300, math.MaxFloat64, math.Pi, 1 << 53, 1<<53 + 2, 1e16, math.Inf(1), math.NaN()}
	for _, a := range xs {
		for _, b := range xs {
			for s := range 4 {
				x, y := math.Copysign(a, float64(1-s%2*2)), math.Copysign(b, float64(1-s/2*2))
				if got, want := fmod(x, y), math.Mod(x, y); !same(f(got), f(want)) {
					t.Errorf("fmod(%v, %v) is %v, should be %v", x, y, got, want)
				}
			}
		}
	}
	seed := uint64(1)
	random := func() float64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		x := math.Float64frombits(seed)
		if seed>>60&1 == 0 { // numbers of like size
			x = math.Ldexp(math.Float64frombits(seed&(1<<52-1)|1023<<52), int(seed>>53&31))
		}
		return x
	}
	for range 300000 {
		x, y := random(), random()
		if got, want := fmod(x, y), math.Mod(x, y); !same(f(got), f(want)) {
			t.Fatalf("fmod(%v, %v) is %v, should be %v", x, y, got, want)
		}
	}
}
