package tests

import (
	"strconv"

	"mmm/compiler/mir"
	"mmm/state"
)

// A handleKind is what a random program knows of a word that names an object.
type handleKind int

const (
	numArray    handleKind = iota // elements of one num
	pairArray                     // elements of two nums
	nestedArray                   // elements are numArrays
	valueArray                    // elements are unary function values
	pairBox                       // a num and a numArray
	sumBox                        // a tag and a num or a numArray
	numCell                       // a variable num
	valueCell                     // a variable unary function value
	unary                         // function value: num to num
	thunk                         // function value: nothing to num
	handleKinds
)

// The shapes of a random program.
const (
	shapeNone = iota
	shapeHandle
	shapePair
	shapeSum
)

// closureFunc is a function that closures are made of.
type closureFunc struct {
	f        *mir.Func
	kind     handleKind // unary or thunk
	captures []handleKind
}

// newRandomHeapProgram makes a program of functions on objects; the same seed
// gives the same program.
func newRandomHeapProgram(seed int64) *mir.Program {
	g := randomSource(seed)
	g.heap = true
	p := g.p
	p.HeapWords = 1 << 18
	p.Shapes = []mir.Shape{
		shapeNone:   {},
		shapeHandle: {Words: 1, Handles: []int{0}},
		shapePair:   {Words: 2, Handles: []int{1}},
		shapeSum:    {Words: 2, Sums: []mir.SumPart{{Tag: 0, Variants: []int{shapeNone, shapeHandle}}}},
	}
	g.outline()
	for range 2 {
		g.roots = append(g.roots, len(p.Globals))
		p.Globals = append(p.Globals, state.ArrayWord)
	}
	g.valueRoot = len(p.Globals)
	p.Globals = append(p.Globals, state.FnWord, state.NumWord)
	for i := range 2 + g.r.Intn(4) {
		g.closures = append(g.closures, g.closure(i))
	}
	g.finish()
	return p
}

// closure makes a function that closures are made of, with captures and state
// of its own more often than not.
func (g *randomProgram) closure(i int) *closureFunc {
	c := &closureFunc{kind: []handleKind{unary, unary, thunk}[g.r.Intn(3)]}
	var params []state.WordKind
	if c.kind == unary {
		params = []state.WordKind{state.NumWord}
	}
	f, b := mir.NewFunc("closure"+strconv.Itoa(i), params, []state.WordKind{state.NumWord})
	c.f = f
	for range g.r.Intn(4) {
		k := []handleKind{numArray, numCell, valueCell, pairBox}[g.r.Intn(4)]
		c.captures = append(c.captures, k)
		f.Captures = append(f.Captures, state.BoxWord)
	}
	if len(c.captures) > 0 && c.captures[0] == numCell { // a shape with a number in front
		c.captures[0], f.Captures[0] = -1, state.NumWord
	}
	s := g.scope(b, 3+g.r.Intn(6))
	s.self = c
	for i, k := range c.captures {
		v := b.Emit(&mir.Instr{Op: mir.GetCapture, Imm: int64(i)}, 1)[0]
		if k < 0 {
			s.nums = append(s.nums, v)
			continue
		}
		s.handles[k] = append(s.handles[k], v)
	}
	s.body()
	b.Return(s.num())
	return c
}

// captureShape returns the shape of what a closure holds.
func (g *randomProgram) captureShape(c *closureFunc) int64 {
	var handles []int
	for i, k := range c.captures {
		if k >= 0 {
			handles = append(handles, i)
		}
	}
	g.p.Shapes = append(g.p.Shapes, mir.Shape{Words: len(c.captures), Handles: handles})
	return int64(len(g.p.Shapes) - 1)
}

// handle returns a value of the kind, made if there is none.
func (s *scope) handle(k handleKind) mir.Value {
	list := s.handles[k]
	switch r := s.g.r; {
	case r.Intn(200) == 0:
		return s.b.Int([]int64{0, -1, int64(r.Uint64()), 3<<60 | 1<<32 | 5}[r.Intn(4)])
	case len(list) > 0 && r.Intn(5) > 0:
		return list[len(list)-1-r.Intn(min(3, len(list)))]
	}
	return s.make(k)
}

// object appends an instruction with one result, a handle of the kind.
func (s *scope) object(k handleKind, in *mir.Instr) mir.Value {
	v := s.b.Emit(in, 1)[0]
	s.handles[k] = append(s.handles[k], v)
	return v
}

// make appends what makes an object of the kind.
func (s *scope) make(k handleKind) mir.Value {
	r := s.g.r
	nums := func(n int) []mir.Value {
		return s.values(make([]state.WordKind, n))
	}
	several := func(of handleKind, n int) (vs []mir.Value) {
		for range n {
			vs = append(vs, s.handle(of))
		}
		return vs
	}
	switch k {
	case numArray:
		return s.object(k, &mir.Instr{Op: mir.NewArray, Imm: 1, Args: nums(r.Intn(5))})
	case pairArray:
		return s.object(k, &mir.Instr{Op: mir.NewArray, Imm: 2, Args: nums(2 * r.Intn(4))})
	case nestedArray:
		return s.object(k, &mir.Instr{Op: mir.NewArray, Imm: 1, Aux: shapeHandle, Args: several(numArray, r.Intn(4))})
	case valueArray:
		return s.object(k, &mir.Instr{Op: mir.NewArray, Imm: 1, Aux: shapeHandle, Args: several(unary, 1+r.Intn(2))})
	case pairBox:
		return s.object(k, &mir.Instr{Op: mir.NewBox, Aux: shapePair, Args: []mir.Value{s.num(), s.handle(numArray)}})
	case sumBox:
		args := []mir.Value{s.b.Int(0), s.num()}
		if r.Intn(2) == 0 {
			args = []mir.Value{s.b.Int(1), s.handle(numArray)}
		}
		return s.object(k, &mir.Instr{Op: mir.NewBox, Aux: shapeSum, Args: args})
	case numCell:
		return s.object(k, &mir.Instr{Op: mir.NewCell, Args: nums(1)})
	case valueCell:
		return s.object(k, &mir.Instr{Op: mir.NewCell, Aux: shapeHandle, Args: []mir.Value{s.b.Int(0)}})
	}
	return s.makeValue(k)
}

// makeValue appends what makes a function value.
func (s *scope) makeValue(k handleKind) mir.Value {
	r := s.g.r
	var fit []*closureFunc
	for _, c := range s.g.closures {
		if c.kind == k {
			fit = append(fit, c)
		}
	}
	if s.self != nil && s.self.kind == k && r.Intn(3) == 0 {
		return s.object(k, &mir.Instr{Op: mir.SelfClosure})
	}
	if len(fit) == 0 {
		return s.b.Int(0)
	}
	c := fit[r.Intn(len(fit))]
	size := c.f.State.Size()
	if len(c.captures) == 0 && size == 0 && !mir.NeedsClosure(c.f) {
		return s.object(k, &mir.Instr{Op: mir.FuncValue, Callee: c.f})
	}
	in := &mir.Instr{Op: mir.MakeClosure, Callee: c.f, Imm: -1, Aux: s.g.captureShape(c)}
	for _, kind := range c.captures {
		if kind < 0 {
			in.Args = append(in.Args, s.num())
		} else {
			in.Args = append(in.Args, s.handle(kind))
		}
	}
	if size > 0 {
		in.Imm = int64(s.node(&state.Node{Kind: state.Site, Name: c.f.Name, Target: c.f.State}))
	}
	return s.object(k, in)
}

// takeNums appends an instruction with n results that are nums.
func (s *scope) takeNums(in *mir.Instr, n int) {
	s.nums = append(s.nums, s.b.Emit(in, n)...)
}

// heapStep writes one random instruction on objects.
func (s *scope) heapStep() {
	r, b := s.g.r, s.b
	switch r.Intn(20) {
	case 0, 1:
		s.make(handleKind(r.Intn(int(handleKinds))))
	case 2:
		k := []handleKind{numArray, pairArray, nestedArray, valueArray}[r.Intn(4)]
		s.takeNums(&mir.Instr{Op: mir.ArrayLen, Args: []mir.Value{s.handle(k)}}, 1)
	case 3, 4:
		if r.Intn(2) == 0 {
			s.takeNums(&mir.Instr{Op: mir.ArrayGet, Imm: 1, Args: []mir.Value{s.handle(numArray), s.num()}}, 1)
		} else {
			s.takeNums(&mir.Instr{Op: mir.ArrayGet, Imm: 2, Args: []mir.Value{s.handle(pairArray), s.num()}}, 2)
		}
	case 5:
		s.object(numArray, &mir.Instr{Op: mir.ArrayGet, Imm: 1, Args: []mir.Value{s.handle(nestedArray), s.num()}})
		s.object(unary, &mir.Instr{Op: mir.ArrayGet, Imm: 1, Args: []mir.Value{s.handle(valueArray), s.num()}})
	case 6:
		s.object(numArray, &mir.Instr{Op: mir.Append, Imm: 1, Args: []mir.Value{s.handle(numArray), s.num()}})
		s.object(pairArray, &mir.Instr{Op: mir.Prepend, Imm: 2, Args: []mir.Value{s.num(), s.num(), s.handle(pairArray)}})
	case 7:
		s.object(nestedArray, &mir.Instr{Op: mir.Append, Imm: 1, Aux: shapeHandle, Args: []mir.Value{s.handle(nestedArray), s.handle(numArray)}})
	case 8:
		head := b.Emit(&mir.Instr{Op: mir.SplitHead, Imm: 2, Args: []mir.Value{s.handle(pairArray)}}, 3)
		s.nums = append(s.nums, head[:2]...)
		s.handles[pairArray] = append(s.handles[pairArray], head[2])
		tail := b.Emit(&mir.Instr{Op: mir.SplitTail, Imm: 1, Args: []mir.Value{s.handle(nestedArray)}}, 2)
		s.handles[nestedArray] = append(s.handles[nestedArray], tail[0])
		s.handles[numArray] = append(s.handles[numArray], tail[1])
	case 9:
		two := b.Emit(&mir.Instr{Op: mir.BoxLoad, Imm: 2, Args: []mir.Value{s.handle(pairBox)}}, 2)
		s.nums, s.handles[numArray] = append(s.nums, two[0]), append(s.handles[numArray], two[1])
		tag := b.Emit(&mir.Instr{Op: mir.BoxLoad, Imm: 1, Args: []mir.Value{s.handle(sumBox)}}, 1)
		s.ints = append(s.ints, tag[0])
	case 10:
		s.takeNums(&mir.Instr{Op: mir.CellGet, Args: []mir.Value{s.handle(numCell)}}, 1)
		b.Emit(&mir.Instr{Op: mir.CellSet, Args: []mir.Value{s.handle(numCell), s.num()}}, 0)
	case 11:
		cell, v := s.handle(valueCell), s.handle(unary)
		old := b.Emit(&mir.Instr{Op: mir.CellGet, Args: []mir.Value{cell}}, 1)[0]
		s.swapRoot(old, v, func() { b.Emit(&mir.Instr{Op: mir.CellSet, Args: []mir.Value{cell, v}}, 0) })
	case 12, 13, 14:
		s.callValue()
	case 15:
		at := b.Op(mir.AddF, b.Emit(&mir.Instr{Op: mir.Now}, 1)[0], b.Num(float64(r.Intn(40))))
		b.Emit(&mir.Instr{Op: mir.Schedule, Args: []mir.Value{at, s.handle(thunk)}}, 0)
	case 16, 17:
		i := s.g.roots[r.Intn(len(s.g.roots))]
		old := s.object(numArray, &mir.Instr{Op: mir.GetGlobal, Imm: int64(i)})
		v := s.handle(numArray)
		s.swapRoot(old, v, func() { s.write(mir.SetGlobal, i, v) })
	case 18:
		old := s.object(unary, &mir.Instr{Op: mir.GetGlobal, Imm: int64(s.g.valueRoot)})
		v := s.handle(unary)
		s.swapRoot(old, v, func() { s.write(mir.SetGlobal, s.g.valueRoot, v) })
	case 19:
		at := s.node(&state.Node{Kind: state.Feed, Words: []state.WordKind{state.ArrayWord}})
		old := s.object(numArray, &mir.Instr{Op: mir.GetState, Imm: int64(at)})
		v := s.handle(numArray)
		s.swapRoot(old, v, func() { s.write(mir.SetState, at, v) })
	}
}

// swapRoot counts that v takes the place of old in a root, sometimes as part of
// a sum.
func (s *scope) swapRoot(old, v mir.Value, store func()) {
	if s.g.r.Intn(3) == 0 {
		s.b.Emit(&mir.Instr{Op: mir.Retain, Aux: shapeSum, Args: []mir.Value{s.b.Int(1), v}}, 0)
		s.b.Emit(&mir.Instr{Op: mir.Release, Aux: shapeSum, Args: []mir.Value{s.b.Int(1), old}}, 0)
	} else {
		s.b.Emit(&mir.Instr{Op: mir.Retain, Aux: shapeHandle, Args: []mir.Value{v}}, 0)
		s.b.Emit(&mir.Instr{Op: mir.Release, Aux: shapeHandle, Args: []mir.Value{old}}, 0)
	}
	store()
}

// callValue appends a call of a function value, rarely with a wrong number of
// arguments. A turn has fuel for some such calls, so that it ends and the heap
// holds what it makes.
func (s *scope) callValue() {
	args, n := []mir.Value{s.handle(thunk)}, 1
	if s.g.r.Intn(3) > 0 {
		args = []mir.Value{s.handle(unary), s.num()}
	}
	if s.g.r.Intn(100) == 0 {
		n = 2
	}
	b, fuel := s.b, s.g.valueRoot+1
	left := b.Emit(&mir.Instr{Op: mir.GetGlobal, Imm: int64(fuel)}, 1)[0]
	s.nums = append(s.nums, b.If(left, n, func() []mir.Value {
		s.write(mir.SetGlobal, fuel, b.Op(mir.SubF, left, b.Num(1)))
		return b.Emit(&mir.Instr{Op: mir.CallClosure, Args: args}, n)
	}, func() []mir.Value { return s.values(make([]state.WordKind, n)) })...)
}

// refuel begins the body of the initialiser or of dsp.
func (s *scope) refuel() {
	if s.g.heap {
		s.write(mir.SetGlobal, s.g.valueRoot+1, s.b.Num(30))
	}
}
