package emit

import (
	"math"
	"strings"
	"testing"

	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/state"
	"mmm/vm"
)

// code returns the instructions of the function named fn, one a line.
func code(t *testing.T, p *mir.Program, fn string) string {
	t.Helper()
	p.Layout()
	prog, err := Program(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := vm.Verify(prog); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := vm.Print(&b, prog); err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(b.String(), " "+fn+"\n")
	_, text, _ = strings.Cut(text, "instructions:\n")
	text, _, _ = strings.Cut(text, "\n\n")
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "\n", " / ")), " ")
}

func TestCodeIsTight(t *testing.T) {
	add := func(b *mir.Builder, x, y mir.Value) mir.Value { return b.Op(mir.AddF, x, y) }
	two := func() (*mir.Func, *mir.Builder) { return mir.NewFunc("two", num(2), num(2)) }
	swap, b := two()
	b.Return(1, 0)
	for _, c := range []struct {
		what string
		ins  int
		outs int
		body func(b *mir.Builder) []mir.Value
		want string
	}{
		{"constants are operands", 1, 1, func(b *mir.Builder) []mir.Value {
			return []mir.Value{b.Op(mir.DivF, b.Num(1), b.Op(mir.SubF, add(b, 0, b.Num(2)), b.Num(3)))}
		}, "addfk r0 r0 2 / addfk r0 r0 -3 / divkf r0 1 r0 / ret1 r0"},
		{"a product joins the sum", 2, 1, func(b *mir.Builder) []mir.Value {
			return []mir.Value{add(b, b.Op(mir.MulF, 0, b.Num(2)), 1)}
		}, "mulkadd r0 r0 2 / ext r1 / ret1 r0"},
		{"a product used twice stays", 1, 1, func(b *mir.Builder) []mir.Value {
			p := b.Op(mir.MulF, 0, 0)
			return []mir.Value{add(b, p, p)}
		}, "mulf r0 r0 r0 / addf r0 r0 r0 / ret1 r0"},
		{"a comparison joins the jump and branches share a register", 2, 1, func(b *mir.Builder) []mir.Value {
			return b.If(b.Op(mir.GtF, 0, b.Num(0.5)), 1,
				func() []mir.Value { return []mir.Value{b.Op(mir.NegF, 1)} }, func() []mir.Value { return []mir.Value{b.Op(mir.AbsF, 1)} })
		}, "unlessgtfk r0 0.5 +3 / negf r0 r1 / jmp +2 / absf r0 r1 / ret1 r0"},
		{"and becomes two jumps", 2, 1, func(b *mir.Builder) []mir.Value {
			return b.If(b.Op(mir.AndF, b.Op(mir.LtF, 0, 1), 1), 1,
				func() []mir.Value { return []mir.Value{b.Num(1)} }, func() []mir.Value { return []mir.Value{b.Num(2)} })
		}, "unlessltf r0 r1 +4 / unless r1 +3 / movk r0 1 / jmp +2 / movk r0 2 / ret1 r0"},
		{"arguments are made where the callee wants them", 2, 2, func(b *mir.Builder) []mir.Value {
			x := add(b, 0, b.Num(1))
			y := add(b, 1, b.Num(2))
			r := b.Call(swap, 0, x, y)
			return []mir.Value{r[0], add(b, r[1], 0)}
		}, "addfk r2 r0 1 / addfk r3 r1 2 / call r2 @0:two s0 / addf r1 r3 r0 / mov r0 r2 / ret 2"},
		{"values exchange through a free register", 2, 2, func(b *mir.Builder) []mir.Value { return []mir.Value{1, 0} },
			"mov r2 r0 / mov r0 r1 / mov r1 r2 / ret 2"},
	} {
		if got := code(t, program(c.ins, c.outs, nil, c.body, swap), "dsp"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.what, got, c.want)
		}
	}
}

func TestAMutableLocalKeepsOneRegister(t *testing.T) {
	p := program(1, 1, nil, func(b *mir.Builder) []mir.Value {
		b.F.Vars = num(1)
		get := func() mir.Value { return b.Emit(&mir.Instr{Op: mir.GetVar}, 1)[0] }
		set := func(v mir.Value) { b.Emit(&mir.Instr{Op: mir.SetVar, Args: []mir.Value{v}}, 0) }
		set(b.Op(mir.MulF, 0, b.Num(2)))
		old := get()
		b.If(0, 0, func() []mir.Value { set(b.Op(mir.AddF, get(), b.Num(1))); return nil }, func() []mir.Value { return nil })
		return []mir.Value{b.Op(mir.SubF, get(), old)}
	})
	const want = "mulfk r1 r0 2 / mov r2 r1 / unless r0 +2 / addfk r1 r1 1 / subf r0 r1 r2 / ret1 r0"
	if got := code(t, p, "dsp"); got != want {
		t.Errorf("got %s", got)
	}
}

func TestRecursionRunsAndFaultsAtTheLimit(t *testing.T) {
	p := recursiveProgram()
	m, words := load(t, p)
	play := func(x float64) float64 {
		words[p.Image.In] = math.Float64bits(x)
		m.Run(0, 1)
		return math.Float64frombits(words[p.Image.Out])
	}
	if got := play(100); got != 5050 {
		t.Errorf("sum is %v", got)
	}
	if got := play(state.MaxDepth - 1); got != state.MaxDepth*(state.MaxDepth-1)/2 {
		t.Errorf("sum at the limit is %v", got)
	}
	if f, _ := m.Fault(); f != state.FaultNone {
		t.Errorf("fault %d at the limit", f)
	}
	if got := play(state.MaxDepth); got != 0 {
		t.Errorf("beyond the limit: %v", got)
	}
	if f, place := m.Fault(); f != state.FaultDepth || place != 0 {
		t.Errorf("fault %d in %d", f, place)
	}
	if got := play(3); got != 6 {
		t.Errorf("after the fault: %v", got)
	}
}

func TestFrameByFrameIsTheSameAsBlocks(t *testing.T) {
	for _, k := range kernels {
		a, aw := load(t, k.make())
		b, bw := load(t, k.make())
		a.Run(0, state.BlockFrames)
		for i := 0; i < state.BlockFrames; {
			n := min(1+i%7, state.BlockFrames-i)
			b.Run(i, n)
			i += n
		}
		for i := range aw {
			if aw[i] != bw[i] {
				t.Fatalf("%s: word %d differs", k.name, i)
			}
		}
	}
}

func TestKernelsSound(t *testing.T) {
	for _, k := range kernels {
		peak := 0.0
		for _, x := range run(t, k.make(), 48000) {
			if x != x || math.Abs(x) > 4 {
				t.Fatalf("%s: sample %v", k.name, x)
			}
			peak = max(peak, math.Abs(x))
		}
		if peak < 0.01 {
			t.Errorf("%s is silent: %v", k.name, peak)
		}
	}
}

func TestInstructionsKnowTheirSource(t *testing.T) {
	file, _, _ := source.NewFile("a.mmm", "x + 1\n- 2\n")
	p := program(1, 1, nil, func(b *mir.Builder) []mir.Value {
		b.Pos = source.Span{File: file, Start: 0, End: 5}
		x := b.Op(mir.AddF, 0, b.Num(1))
		b.Pos = source.Span{File: file, Start: 6, End: 9}
		return []mir.Value{b.Op(mir.DivF, x, b.Num(2))}
	})
	p.Layout()
	prog, err := Program(p)
	if err != nil {
		t.Fatal(err)
	}
	for pc, want := range []int{1, 2, 2} {
		pos := prog.Funcs[prog.Dsp].PosAt(pc)
		if line, _ := pos.File.Position(pos.Start); line != want {
			t.Errorf("instruction %d is on line %d", pc, line)
		}
	}
	if !strings.Contains(listing(p), "; line 2") {
		t.Error("the listing names no lines")
	}
}

func TestMalformedFunctionsAreErrors(t *testing.T) {
	other, b := mir.NewFunc("other", nil, nil)
	b.Return()
	one := func(in *mir.Instr, results int) func(b *mir.Builder) []mir.Value {
		return func(b *mir.Builder) []mir.Value {
			b.Emit(in, results)
			return []mir.Value{0}
		}
	}
	for what, body := range map[string]func(b *mir.Builder) []mir.Value{
		"a value that does not exist":  func(b *mir.Builder) []mir.Value { return []mir.Value{9} },
		"a value of another branch":    func(b *mir.Builder) []mir.Value { b.F.Values++; return []mir.Value{1} },
		"too many results":             func(b *mir.Builder) []mir.Value { return []mir.Value{0, 0} },
		"an unknown operation":         one(&mir.Instr{Op: mir.NumOps}, 0),
		"an operation short of args":   one(&mir.Instr{Op: mir.AddF, Args: []mir.Value{0}}, 1),
		"a call outside the program":   one(&mir.Instr{Op: mir.Call, Callee: other}, 0),
		"a call of nothing":            one(&mir.Instr{Op: mir.Call}, 0),
		"an if without branches":       one(&mir.Instr{Op: mir.If, Args: []mir.Value{0}}, 0),
		"a switch without cases":       one(&mir.Instr{Op: mir.Switch, Args: []mir.Value{0}}, 0),
		"a branch that yields nothing": one(&mir.Instr{Op: mir.If, Args: []mir.Value{0}, Blocks: []*mir.Block{{}, {}}}, 1),
		"a missing block":              one(&mir.Instr{Op: mir.If, Args: []mir.Value{0}, Blocks: []*mir.Block{nil, nil}}, 0),
		"a local that does not exist":  one(&mir.Instr{Op: mir.GetVar, Imm: 1}, 1),
		"an offset that does not fit":  one(&mir.Instr{Op: mir.SetState, Imm: 1 << 40, Args: []mir.Value{0}}, 0),
		"a negative offset":            one(&mir.Instr{Op: mir.SetState, Imm: -1, Args: []mir.Value{0}}, 0),
	} {
		p := program(1, 1, nil, body)
		p.Layout()
		if _, err := Program(p); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, err := Program(&mir.Program{}); err == nil {
		t.Error("a program without dsp: no error")
	}
}

func TestALargeFunctionIsTranslatedQuickly(t *testing.T) {
	p := program(1, 1, nil, func(b *mir.Builder) []mir.Value {
		vals := []mir.Value{0}
		for i := range 60000 {
			vals = append(vals, b.Op(mir.AddF, vals[len(vals)-1], vals[len(vals)*(i%7)/7]))
		}
		sum := vals[0]
		for _, v := range vals {
			sum = b.Op(mir.AddF, sum, v)
		}
		return []mir.Value{sum}
	})
	if got := run(t, p, 1)[0]; got != 0 {
		t.Errorf("got %v", got)
	}
}
