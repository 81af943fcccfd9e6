package emit

import (
	"math"
	"math/rand"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"mmm/compiler/mir"
	"mmm/state"
	"mmm/vm"
)

// recursiveProgram is a dsp that calls fn sum(n) = if (n > 0) n + sum(n - 1) else mem(n)
// with its input.
func recursiveProgram() *mir.Program {
	sum, b := mir.NewFunc("sum", num(1), num(1))
	sum.Recursive = true
	sum.State = &state.Node{Name: "sum", Children: []*state.Node{{Kind: state.Mem}}}
	r := b.If(b.Op(mir.GtF, 0, b.Num(0)), 1, func() []mir.Value {
		rest := b.Call(sum, 0, b.Op(mir.SubF, 0, b.Num(1)))[0]
		return []mir.Value{b.Op(mir.AddF, 0, rest)}
	}, func() []mir.Value {
		return b.Emit(&mir.Instr{Op: mir.Mem, Args: []mir.Value{0}}, 1)
	})
	b.Return(r...)
	return program(1, 1, []*state.Node{sum.State}, func(b *mir.Builder) []mir.Value {
		return b.Call(sum, 0, 0)
	}, sum)
}

// mutate changes something in p.
func mutate(r *rand.Rand, p *vm.Program) {
	f := p.Funcs[r.Intn(len(p.Funcs))]
	near := func(x int32) int32 {
		switch r.Intn(6) {
		case 0:
			return x + 1
		case 1:
			return x - 1
		case 2:
			return int32(r.Intn(8))
		case 3:
			return -x
		case 4:
			return int32(r.Uint32())
		}
		return x + int32(r.Intn(9)) - 4
	}
	in := &f.Code[r.Intn(len(f.Code))]
	switch r.Intn(18) {
	case 16:
		f.Captures = int(near(int32(f.Captures)))
	case 17:
		if len(p.Shapes) > 0 {
			p.Shapes = slices.Clone(p.Shapes)
			s := &p.Shapes[r.Intn(len(p.Shapes))]
			switch r.Intn(3) {
			case 0:
				s.Words = int(near(int32(s.Words)))
			case 1:
				s.Handles = append(slices.Clone(s.Handles), int(near(0)))
			case 2:
				s.Sums = append(slices.Clone(s.Sums), vm.SumPart{Tag: r.Intn(3), Variants: []int{r.Intn(len(p.Shapes)), r.Intn(len(p.Shapes))}})
			}
		}
	case 0, 1, 2:
		in.Op = vm.Op(r.Intn(int(vm.NumOps) + 2))
	case 3, 4:
		in.A = near(in.A)
	case 5, 6:
		in.B = near(in.B)
	case 7, 8:
		in.C = near(in.C)
	case 9:
		*in = f.Code[r.Intn(len(f.Code))]
	case 10:
		n := r.Intn(len(f.Code))
		f.Code = append(f.Code[:n:n], f.Code[min(n+1, len(f.Code)):]...)
		if len(f.Code) == 0 {
			f.Code = []vm.Instr{{Op: vm.Ret}}
		}
	case 11:
		f.FrameSize = int(near(int32(f.FrameSize)))
	case 12:
		f.StateSize = int(near(int32(f.StateSize)))
	case 13:
		f.Recursive = !f.Recursive
	case 14:
		if len(f.Tables) > 0 {
			offs := f.Tables[r.Intn(len(f.Tables))].Offsets
			n := r.Intn(len(offs))
			offs[n] = near(offs[n])
		}
	case 15:
		m := &p.Image
		for _, x := range []*int{&f.NParam, &f.NRet, &m.State, &m.Globals, &m.Out, &m.In, &m.NumParams, &m.Probes, &m.Words, &p.Dsp, &p.Init,
			&m.Heap, &m.HeapWords}[r.Intn(13):] {
			*x = int(near(int32(*x)))
			break
		}
	}
}

// tryMutant makes a program from the seed, mutates it, and runs it if the
// machine accepts it. It reports whether it did.
func tryMutant(t *testing.T, seed int64) bool {
	r := rand.New(rand.NewSource(seed))
	p := recursiveProgram()
	switch k := r.Intn(16); {
	case k < 7:
		p = random(r.Int63n(1000))
	case k < 14:
		p = objectPrograms()[r.Intn(len(objectPrograms()))]
	}
	p.Layout()
	prog, err := Program(p)
	if err != nil {
		t.Fatal(err)
	}
	for range 1 + r.Intn(3) {
		mutate(r, prog)
	}
	if prog.Image.Words < 0 || prog.Image.Words > 1<<22 {
		prog.Image.Words = p.Image.Words
	}
	words := make([]uint64, prog.Image.Words)
	for i := range words[min(len(words), state.HeaderWords):] {
		words[state.HeaderWords+i] = garbage(r, prog)
	}
	m, err := vm.New(prog, words)
	if err != nil {
		return false
	}
	watchdog := time.AfterFunc(100*time.Millisecond, func() {
		atomic.StoreUint64(&words[state.FaultWord], uint64(state.FaultTime))
	})
	defer watchdog.Stop()
	m.Init()
	m.Run(0, 3)
	if f := r.Intn(len(prog.Funcs)); prog.Funcs[f].NParam < 4 {
		args := []uint64{garbage(r, prog), garbage(r, prog), garbage(r, prog)}[:prog.Funcs[f].NParam]
		m.CallFunction(f, args) // an error is as good as a result
		m.Run(0, 2)
	}
	return true
}

// garbage makes a word, often one that looks like a handle.
func garbage(r *rand.Rand, p *vm.Program) uint64 {
	switch r.Intn(4) {
	case 0:
		index := r.Intn(min(max(p.Image.HeapWords, 0), 1<<24) + 16)
		return uint64(r.Intn(11))<<60 | uint64(r.Intn(3))<<32 | uint64(index)
	case 1:
		return vm.KindFunc<<60 | uint64(r.Intn(len(p.Funcs)+1))
	case 2:
		return math.Float64bits(float64(r.Intn(20) - 5))
	}
	return r.Uint64()
}

// objectPrograms are programs that make objects, with small heaps.
func objectPrograms() []*mir.Program {
	task := adder(1)
	tasks := objects(1, 1, emptyInit(), fn("dsp", 0, 1, 0, nil, func(b *mir.Builder) []mir.Value {
		schedule(b, b.Op(mir.Now), value(b, task))
		return []mir.Value{getGlobal(b, 0)}
	}), task)
	list := []*mir.Program{busy(), cyclic(), instances(1, "dsp/0"), twice(5), builder(60, 0), history(), tasks}
	for _, p := range list {
		p.HeapWords = 1 << 11
	}
	return list
}

func TestMutantsAreRejectedOrRun(t *testing.T) {
	const mutants = 5000
	accepted := 0
	for seed := range int64(mutants) {
		if tryMutant(t, seed) {
			accepted++
		}
	}
	if accepted < mutants/20 || accepted > mutants*19/20 {
		t.Errorf("%d of %d mutants were accepted: the test shows little", accepted, mutants)
	}
}

func FuzzMutantsAreRejectedOrRun(f *testing.F) {
	for seed := range int64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) { tryMutant(t, seed) })
}
