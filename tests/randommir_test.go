package tests

import (
	"math"
	"math/rand"

	"mmm/compiler/mir"
	"mmm/state"
)

// randomProgram makes programs of the middle form that use every operation.
// The same seed gives the same program. What would expose the payload or sign
// of a NaN, which engines may choose, is guarded.
type randomProgram struct {
	r     *rand.Rand
	vary  *rand.Rand // of the numbers that tell siblings apart
	p     *mir.Program
	funcs []*mir.Func // that may be called

	heap      bool // use objects: randomheap_test.go
	closures  []*closureFunc
	roots     []int // globals that hold numArrays
	valueRoot int   // global that holds a unary function value
}

// scope is what can be used at a place in a function.
type scope struct {
	g      *randomProgram
	b      *mir.Builder
	nums   []mir.Value
	ints   []mir.Value
	offset int // state words so far
	budget int

	handles [handleKinds][]mir.Value
	self    *closureFunc // whose body this is
}

func newRandomProgram(seed int64) *mir.Program {
	g := randomSource(seed)
	g.outline()
	g.finish()
	return g.p
}

func randomSource(seed int64) *randomProgram {
	return &randomProgram{r: rand.New(rand.NewSource(seed)), p: &mir.Program{Strings: []string{""}}}
}

// outline makes what is known before any function.
func (g *randomProgram) outline() {
	for range 1 + g.r.Intn(4) {
		g.p.Globals = append(g.p.Globals, g.kind())
	}
	for range 1 + g.r.Intn(3) {
		g.p.Params = append(g.p.Params, mir.Param{Init: g.num(), Min: -1, Max: 1})
		g.p.Cues = append(g.p.Cues, state.Cue{Init: g.num()})
		g.p.Probes = append(g.p.Probes, mir.ProbeChannel{})
	}
}

// finish makes the functions and the layout.
func (g *randomProgram) finish() {
	for i := range g.r.Intn(4) {
		if g.r.Intn(4) == 0 {
			g.funcs = append(g.funcs, g.recursive())
		} else {
			g.funcs = append(g.funcs, g.function("f"+string(rune('0'+i)), g.kinds(g.r.Intn(4)), g.kinds(g.r.Intn(4)), 5+g.r.Intn(25)))
		}
	}
	g.p.Init = g.function("init", nil, nil, g.r.Intn(10))
	g.p.Dsp = g.function("dsp", make([]state.WordKind, g.r.Intn(3)), make([]state.WordKind, 1+g.r.Intn(3)), 10+g.r.Intn(60))
	for _, c := range g.closures {
		g.p.Funcs = append(g.p.Funcs, c.f)
	}
	g.p.Funcs = append(append(g.p.Funcs, g.funcs...), g.p.Init, g.p.Dsp)
	for i, f := range g.p.Funcs {
		f.Index = i
	}
	g.p.Layout()
}

func (g *randomProgram) kind() state.WordKind {
	return []state.WordKind{state.NumWord, state.NumWord, state.IntWord, state.TagWord}[g.r.Intn(4)]
}

func (g *randomProgram) kinds(n int) []state.WordKind {
	list := make([]state.WordKind, n)
	for i := range list {
		list[i] = g.kind()
	}
	return list
}

// num returns a number, often one at which operations go wrong.
func (g *randomProgram) num() float64 {
	if kind := g.r.Intn(5); kind == 3 && g.vary != nil {
		return g.vary.NormFloat64()
	} else if kind != 3 {
		return g.numOf(kind)
	}
	return g.r.NormFloat64()
}

// numOf returns a number of one of several kinds.
func (g *randomProgram) numOf(kind int) float64 {
	switch kind {
	case 0:
		return []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 2, 3, 1e300, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, 1e19}[g.r.Intn(14)]
	case 1:
		return float64(g.r.Intn(20) - 5)
	case 2:
		return math.Ldexp(g.r.NormFloat64(), g.r.Intn(200)-100)
	}
	return g.r.NormFloat64()
}

// scope opens a function whose parameters can be used.
func (g *randomProgram) scope(b *mir.Builder, budget int) *scope {
	s := &scope{g: g, b: b, budget: budget}
	b.F.State = &state.Node{Kind: state.FnCall, Name: b.F.Name}
	b.F.Vars = g.kinds(g.r.Intn(3))
	for i, k := range b.F.Params {
		s.know(mir.Value(i), k)
	}
	return s
}

func (g *randomProgram) function(name string, params, results []state.WordKind, budget int) *mir.Func {
	f, b := mir.NewFunc(name, params, results)
	s := g.scope(b, budget)
	if name == "init" || name == "dsp" {
		s.refuel()
	}
	s.body()
	b.Return(s.values(results)...)
	return f
}

// recursive makes a function that calls itself until its first parameter is
// used up, or for ever.
func (g *randomProgram) recursive() *mir.Func {
	f, b := mir.NewFunc("deep", []state.WordKind{state.NumWord, g.kind()}, g.kinds(1+g.r.Intn(2)))
	f.Recursive = true
	s := g.scope(b, 4)
	s.body()
	result := b.If(0, len(f.Results), func() []mir.Value {
		in := s.inner(3)
		in.body()
		in.take(f.Results, b.Call(f, 0, b.Op(mir.SubF, 0, b.Num(1)), in.value(f.Params[1])))
		in.body()
		return s.leave(in, in.values(f.Results))
	}, func() []mir.Value { return s.values(f.Results) })
	b.Return(result...)
	return f
}

// inner opens a nested block; leave closes it.
func (s *scope) inner(budget int) *scope {
	in := *s
	in.nums, in.ints = append([]mir.Value(nil), s.nums...), append([]mir.Value(nil), s.ints...)
	in.budget = budget
	for k, list := range s.handles {
		in.handles[k] = append([]mir.Value(nil), list...)
	}
	return &in
}

func (s *scope) leave(in *scope, yield []mir.Value) []mir.Value {
	s.offset = in.offset
	return yield
}

// know notes a value that can be used from here on.
func (s *scope) know(v mir.Value, k state.WordKind) {
	if k == state.NumWord {
		s.nums = append(s.nums, v)
	} else {
		s.ints = append(s.ints, v)
	}
}

func (s *scope) take(kinds []state.WordKind, vs []mir.Value) {
	for i, v := range vs {
		s.know(v, kinds[i])
	}
}

// value returns some value of a kind, recent ones more often.
func (s *scope) value(k state.WordKind) mir.Value {
	list := s.nums
	if k != state.NumWord {
		list = s.ints
	}
	r := s.g.r
	if len(list) == 0 || r.Intn(6) == 0 {
		if k == state.NumWord {
			return s.b.Num(s.g.num())
		}
		return s.b.Int([]int64{0, 1, 2, 3, -1, math.MaxInt64, int64(r.Uint64()), int64(r.Intn(70))}[r.Intn(8)])
	}
	if r.Intn(2) == 0 {
		return list[max(0, len(list)-1-r.Intn(3))]
	}
	return list[r.Intn(len(list))]
}

func (s *scope) values(kinds []state.WordKind) []mir.Value {
	vs := make([]mir.Value, len(kinds))
	for i, k := range kinds {
		vs[i] = s.value(k)
	}
	return vs
}

func (s *scope) num() mir.Value { return s.value(state.NumWord) }
func (s *scope) int() mir.Value { return s.value(state.IntWord) }

// noNaN returns a number that is none.
func (s *scope) noNaN() mir.Value {
	x := s.num()
	return s.b.Op(mir.Select, s.b.Op(mir.EqF, x, x), x, s.b.Num(0.25))
}

// node appends a node to the function's layout and returns its offset.
func (s *scope) node(n *state.Node) int {
	at := s.offset
	s.b.F.State.Children = append(s.b.F.State.Children, n)
	s.offset += n.Size()
	return at
}

// body writes as many instructions as the budget says.
func (s *scope) body() {
	for ; s.budget > 0; s.budget-- {
		s.step()
	}
}

// op appends an operation and notes its result.
func (s *scope) op(k state.WordKind, op mir.Op, args ...mir.Value) { s.know(s.b.Op(op, args...), k) }

// read and write append accesses of what imm names.
func (s *scope) read(op mir.Op, imm int, k state.WordKind) {
	s.know(s.b.Emit(&mir.Instr{Op: op, Imm: int64(imm)}, 1)[0], k)
}

func (s *scope) write(op mir.Op, imm int, v mir.Value) {
	s.b.Emit(&mir.Instr{Op: op, Imm: int64(imm), Args: []mir.Value{v}}, 0)
}

// step writes one random instruction.
func (s *scope) step() {
	r, b := s.g.r, s.b
	if s.g.heap && r.Intn(2) == 0 {
		s.heapStep()
		return
	}
	switch r.Intn(30) {
	default:
		op := mir.AddF + mir.Op(r.Intn(int(mir.FmaF-mir.AddF)+1))
		s.pure(op)
	case 0, 1:
		if r.Intn(2) == 0 {
			s.op(state.NumWord, mir.Select, s.num(), s.num(), s.num())
		} else {
			s.op(state.IntWord, mir.Select, s.num(), s.int(), s.int())
		}
	case 2, 3:
		if n := len(b.F.Vars); n > 0 {
			i := r.Intn(n)
			s.write(mir.SetVar, i, s.value(b.F.Vars[i]))
			i = r.Intn(n)
			s.read(mir.GetVar, i, b.F.Vars[i])
		}
	case 4, 5:
		plain := len(s.g.p.Globals)
		if s.g.heap {
			plain = s.g.roots[0] // handles are set with care only
		}
		i := r.Intn(plain)
		s.read(mir.GetGlobal, i, s.g.p.Globals[i])
		i = r.Intn(plain)
		s.write(mir.SetGlobal, i, s.value(s.g.p.Globals[i]))
	case 6, 7:
		k := s.g.kinds(1 + r.Intn(3))
		at := s.node(&state.Node{Kind: state.Feed, Words: k})
		for i := range k {
			s.read(mir.GetState, at+i, k[i])
			if r.Intn(3) > 0 {
				s.write(mir.SetState, at+i, s.value(k[i]))
			}
		}
	case 8, 9:
		at := s.node(&state.Node{Kind: state.Mem})
		s.know(b.Emit(&mir.Instr{Op: mir.Mem, Imm: int64(at), Args: []mir.Value{s.num()}}, 1)[0], state.NumWord)
	case 10, 11:
		n := []int{0, 1, 2, 3, 7, 64}[r.Intn(6)]
		at := s.node(&state.Node{Kind: state.Delay, Len: n})
		s.know(b.Emit(&mir.Instr{Op: mir.Delay, Imm: int64(at), Aux: int64(n), Args: []mir.Value{s.num(), s.num()}}, 1)[0], state.NumWord)
	case 12:
		s.read(mir.GetParam, r.Intn(len(s.g.p.Params)), state.NumWord)
		s.read(mir.GetCue, r.Intn(len(s.g.p.Cues)), state.NumWord)
	case 13:
		s.read([]mir.Op{mir.Now, mir.SampleRate}[r.Intn(2)], 0, state.NumWord)
	case 14:
		s.write(mir.Probe, r.Intn(len(s.g.p.Probes)), s.num())
	case 15:
		b.Emit(&mir.Instr{Op: mir.Print, Aux: int64(r.Intn(2)), Args: []mir.Value{s.num()}}, 0)
	case 16, 17, 18:
		s.call()
	case 19, 20, 21:
		s.choice(s.num(), 2)
	case 22:
		s.choice(s.int(), 1+r.Intn(5))
	case 23, 24:
		s.siblings()
	}
}

// pure writes one pure operation.
func (s *scope) pure(op mir.Op) {
	switch {
	case op == mir.CopySignF:
		s.op(state.NumWord, op, s.num(), s.noNaN())
	case op == mir.BitsF:
		s.op(state.IntWord, op, s.noNaN())
	case op == mir.FtoI:
		s.op(state.IntWord, op, s.num())
	case op == mir.ItoF || op == mir.FBits:
		s.op(state.NumWord, op, s.int())
	case op == mir.EqI || op == mir.LtI:
		s.op(state.NumWord, op, s.int(), s.int())
	case op.GivesInt():
		s.op(state.IntWord, op, s.int(), s.int())
	case op == mir.FmaF:
		s.op(state.NumWord, op, s.num(), s.num(), s.num())
	case mir.Ops[op].In == 1:
		s.op(state.NumWord, op, s.num())
	default:
		s.op(state.NumWord, op, s.num(), s.num())
	}
}

// call writes a call of an earlier function.
func (s *scope) call() {
	if len(s.g.funcs) == 0 {
		return
	}
	f := s.g.funcs[s.g.r.Intn(len(s.g.funcs))]
	if f.Recursive && s.g.vary != nil {
		return
	}
	args := s.values(f.Params)
	if f.Recursive && (s.g.heap || s.g.r.Intn(8) > 0) {
		args[0] = s.b.Num(float64(s.g.r.Intn(5)))
	}
	at := 0
	if f.State.Size() > 0 {
		at = s.node(f.State)
	}
	s.take(f.Results, s.b.Call(f, at, args...))
}

// choice writes an If or a Switch of n blocks.
func (s *scope) choice(on mir.Value, n int) {
	k := s.g.kinds(s.g.r.Intn(3))
	var blocks []func() []mir.Value
	for range n {
		blocks = append(blocks, func() []mir.Value {
			in := s.inner(s.g.r.Intn(4))
			in.body()
			return s.leave(in, in.values(k))
		})
	}
	if n == 2 && s.g.r.Intn(3) > 0 {
		s.take(k, s.b.If(on, len(k), blocks[0], blocks[1]))
		return
	}
	s.take(k, s.b.Switch(s.int(), len(k), blocks...))
}
