// The load-time verifier: what it accepts runs without a check of an operand,
// without touching foreign memory, and ends (spec vm.md 13).

package vm

import (
	"fmt"
	"math"

	"mmm/state"
)

// Limits of a program. maxWords bounds every count of words, so that sums of
// two fit an int32.
const (
	maxWords = math.MaxInt32 / 2
	// MaxFrame is the largest frame of a function, in registers.
	MaxFrame = 1 << 20
)

// Verify reports the first thing that is wrong with p, or nil.
//
// It checks that operands are in range, that jumps go forward and stay inside,
// that the last instruction of a function returns (so every path does), that a
// register is written before it is read and not across a call that may destroy
// it, that state accesses and callees' blocks lie inside the function's block,
// that only functions marked Recursive call themselves, and that these count
// their depth at every entry and exit.
func Verify(p *Program) error {
	if err := verifyImage(p); err != nil {
		return err
	}
	for i, f := range p.Funcs {
		if f == nil {
			return fmt.Errorf("function %d is missing", i)
		}
		if err := within(f.NParam, f.NRet, f.FrameSize, f.StateSize); err != nil {
			return fmt.Errorf("function %q: %w", f.Name, err)
		}
		if within(f.Captures) != nil || f.State != nil && f.State.Size() != f.StateSize {
			return fmt.Errorf("function %q: captures or state of a wrong size", f.Name)
		}
		if f.NParam > f.FrameSize || f.NRet > f.FrameSize || f.FrameSize > MaxFrame {
			return fmt.Errorf("function %q: a frame of %d registers is too small or too large", f.Name, f.FrameSize)
		}
	}
	if err := verifyShapes(p); err != nil {
		return err
	}
	if err := verifyEntries(p); err != nil {
		return err
	}
	needsEnv := make([]bool, len(p.Funcs))
	for i, f := range p.Funcs {
		needsEnv[i], _, _ = traits(f)
	}
	if needsEnv[p.Init] || needsEnv[p.Dsp] {
		return fmt.Errorf("the initialiser or dsp asks for a closure to run in")
	}
	for i, f := range p.Funcs {
		v := verifier{p: p, f: f, index: i, needsEnv: needsEnv}
		if pc, err := v.function(); err != nil {
			return fmt.Errorf("function %q, instruction %d: %w", f.Name, pc, err)
		}
	}
	return verifyCycles(p)
}

// within reports an error when a count is negative or absurdly large.
func within(counts ...int) error {
	for _, n := range counts {
		if n < 0 || n > maxWords {
			return fmt.Errorf("%d words are out of range", n)
		}
	}
	return nil
}

// verifyImage checks that every section lies inside the memory, behind the
// header.
func verifyImage(p *Program) error {
	m := &p.Image
	sections := []struct {
		name             string
		start, n, stride int
	}{
		{"parameters", m.Params, m.NumParams, 1},
		{"cues", m.Cues, m.NumCues, 1},
		{"probes", m.Probes, m.NumProbes, state.ProbeWords},
		{"globals", m.Globals, m.NumGlobals, 1},
		{"state", m.State, m.StateSize, 1},
		{"initialiser state", m.Init, m.InitSize, 1},
		{"inputs", m.In, m.Ins, state.BlockFrames},
		{"outputs", m.Out, m.Outs, state.BlockFrames},
		{"heap", m.Heap, m.HeapWords, 1},
	}
	if err := within(m.Words); err != nil || m.Words < state.HeaderWords {
		return fmt.Errorf("memory of %d words", m.Words)
	}
	for _, s := range sections {
		if within(s.start, s.n) != nil || s.n > 0 && s.start < state.HeaderWords ||
			int64(s.start)+int64(s.n)*int64(s.stride) > int64(m.Words) {
			return fmt.Errorf("section %s lies outside memory", s.name)
		}
	}
	if m.HeapWords > 0 && (m.HeapWords < minHeap || m.HeapWords > state.MaxHeapWords) {
		return fmt.Errorf("a heap of %d words is too small or too large", m.HeapWords)
	}
	return nil
}

// minHeap is the smallest heap: its own words and some room.
const minHeap = 1 << 10

// verifyShapes checks the table of shapes and that of host functions. A part of
// a shape has fewer words than the shape, so shapes cannot contain each other.
func verifyShapes(p *Program) error {
	if len(p.Shapes) > maxShapes {
		return fmt.Errorf("%d shapes are too many", len(p.Shapes))
	}
	for i := range p.Shapes {
		s := &p.Shapes[i]
		if within(s.Words) != nil || i == 0 && (s.Words != 0 || len(s.Handles)+len(s.Sums) > 0) {
			return fmt.Errorf("shape %d has a wrong number of words", i)
		}
		for _, o := range s.Handles {
			if o < 0 || o >= s.Words {
				return fmt.Errorf("shape %d: handle at word %d of %d", i, o, s.Words)
			}
		}
		for _, sum := range s.Sums {
			if sum.Tag < 0 || sum.Tag >= s.Words {
				return fmt.Errorf("shape %d: tag at word %d of %d", i, sum.Tag, s.Words)
			}
			for _, k := range sum.Variants {
				if k < 0 || k >= len(p.Shapes) || sum.Tag+1+p.Shapes[k].Words > s.Words {
					return fmt.Errorf("shape %d: payload of shape %d does not fit", i, k)
				}
			}
		}
	}
	for _, h := range p.Hosts {
		if within(h.Params, h.Results) != nil {
			return fmt.Errorf("host function %q: words out of range", h.Name)
		}
	}
	return nil
}

// verifyEntries checks Init and Dsp against the image.
func verifyEntries(p *Program) error {
	n := len(p.Funcs)
	if p.Init < 0 || p.Init >= n || p.Dsp < 0 || p.Dsp >= n {
		return fmt.Errorf("the program has no initialiser or no dsp")
	}
	m, init, dsp := &p.Image, p.Funcs[p.Init], p.Funcs[p.Dsp]
	switch {
	case init.NParam != 0 || init.NRet != 0:
		return fmt.Errorf("the initialiser %q has parameters or results", init.Name)
	case dsp.NParam != m.Ins || dsp.NRet != m.Outs:
		return fmt.Errorf("dsp has %d inputs and %d outputs, memory %d and %d", dsp.NParam, dsp.NRet, m.Ins, m.Outs)
	case dsp.StateSize != m.StateSize || init.StateSize != m.InitSize:
		return fmt.Errorf("state blocks do not have the size of their functions' state")
	}
	return nil
}

// verifier is the check of one function.
type verifier struct {
	p     *Program
	f     *FuncProto
	index int
	// functions that ask for the running closure
	needsEnv []bool

	live bitset         // registers that hold a value here; nil where no path leads
	at   map[int]bitset // the same at targets of jumps seen so far
}

// function returns the first bad instruction and what is wrong with it.
func (v *verifier) function() (int, error) {
	code := v.f.Code
	if len(code) == 0 || len(code) > maxWords || !code[len(code)-1].Op.isReturn() {
		return len(code), fmt.Errorf("the code does not end in a return")
	}
	if v.f.Recursive && code[0].Op != Enter {
		return 0, fmt.Errorf("a recursive function does not start with %v", Enter)
	}
	v.at = map[int]bitset{}
	v.live = newBitset(v.f.FrameSize)
	v.live.fill(0, v.f.NParam)
	for pc := range code {
		if err := v.instr(pc); err != nil {
			return pc, err
		}
	}
	return 0, nil
}

// instr checks instruction pc and follows it.
func (v *verifier) instr(pc int) error {
	if in, ok := v.at[pc]; ok {
		if code := v.f.Code; code[pc].Op == Ext || code[pc].Op == EndIndirect || v.f.Recursive && code[pc].Op.isReturn() {
			return fmt.Errorf("jump to the middle of a pair")
		}
		v.live = v.live.meet(in)
		delete(v.at, pc)
	}
	in := &v.f.Code[pc]
	if in.Op >= NumOps || in.Op == Halt {
		return fmt.Errorf("no such opcode: %d", in.Op)
	}
	if in.Op == Ext {
		if pc == 0 || !v.f.Code[pc-1].Op.hasExt() {
			return fmt.Errorf("%v follows nothing that takes it", Ext)
		}
		return nil
	}
	if err := v.pairs(pc); err != nil {
		return err
	}
	row := &Ops[in.Op]
	if err := v.operands(pc, row.Operands, in); err != nil {
		return err
	}
	if in.Op.hasExt() {
		next := &v.f.Code[pc+1] // there is one: the last instruction is a return
		if err := v.operands(pc, row.Ext, next); err != nil {
			return err
		}
		if in.Op == Delay {
			if int64(next.A)+state.DelayHeader+int64(next.B) > int64(v.f.StateSize) {
				return fmt.Errorf("delay ring reaches beyond the state of %d words", v.f.StateSize)
			}
		}
	}
	// Written after the operands are read: an instruction may write a source.
	for i, k := range row.Operands {
		if k == Dst && v.live != nil {
			v.live.set(int([...]int32{in.A, in.B, in.C}[i]))
		}
	}
	if err := v.values(in); err != nil {
		return err
	}
	switch {
	case in.Op == Call:
		return v.call(in)
	case row.Operands[0] == Window:
		return v.window(pc, in)
	case in.Op == Jmp || in.Op.isReturn():
		v.live = nil
	case in.Op == JmpTable:
		v.live = nil
	}
	return nil
}

// values checks what the operands of in do not say: a function that is a value
// without an object, and tasks, which wait in the heap.
func (v *verifier) values(in *Instr) error {
	switch in.Op {
	case FuncValue:
		if f := v.p.Funcs[in.B]; f.Captures > 0 || f.StateSize > 0 || v.needsEnv[in.B] {
			return fmt.Errorf("function %q needs a closure", f.Name)
		}
	case Schedule:
		if v.p.Image.HeapWords == 0 {
			return fmt.Errorf("%v in a program without a heap", in.Op)
		}
	}
	return nil
}

// pairs checks the neighbours that instruction pc demands.
func (v *verifier) pairs(pc int) error {
	code := v.f.Code
	switch op := code[pc].Op; {
	case op.hasExt():
		if code[pc+1].Op != Ext {
			return fmt.Errorf("%v without %v", op, Ext)
		}
	case op == CallIndirect:
		if code[pc+1].Op != EndIndirect {
			return fmt.Errorf("%v without %v", op, EndIndirect)
		}
	case op == EndIndirect:
		if pc == 0 || code[pc-1].Op != CallIndirect {
			return fmt.Errorf("%v follows nothing that takes it", op)
		}
	case op == Enter:
		if pc != 0 || !v.f.Recursive {
			return fmt.Errorf("%v in the wrong place", op)
		}
		if int(code[pc].A) != v.index || int(code[pc].B) != v.f.NRet {
			return fmt.Errorf("%v names another function", op)
		}
	case op == Charge:
		if pc != 0 || v.f.Recursive {
			return fmt.Errorf("%v in the wrong place", op)
		}
		if int(code[pc].A) != v.index || int(code[pc].B) != v.f.NRet {
			return fmt.Errorf("%v names another function", op)
		}
	case op == Leave:
		if !v.f.Recursive || !code[pc+1].Op.isReturn() {
			return fmt.Errorf("%v in the wrong place", op)
		}
	case op.isReturn():
		if v.f.Recursive && (pc == 0 || code[pc-1].Op != Leave) {
			return fmt.Errorf("return of a recursive function without %v", Leave)
		}
		if op == Ret1 && v.f.NRet != 1 {
			return fmt.Errorf("one result where %d are due", v.f.NRet)
		}
	}
	return nil
}

// operands checks the operands of an instruction at pc, or of its Ext, against
// their kinds.
func (v *verifier) operands(pc int, kinds [3]Kind, in *Instr) error {
	for i, x := range [...]int32{in.A, in.B, in.C} {
		if err := v.operand(pc, kinds[i], x); err != nil {
			return fmt.Errorf("%v: operand %c: %w", in.Op, "ABC"[i], err)
		}
	}
	return nil
}

// operand checks one operand of the instruction at pc.
func (v *verifier) operand(pc int, k Kind, x int32) error {
	f, m := v.f, &v.p.Image
	limit := 0
	switch k {
	case None:
		limit = 1
	case Dst, Src:
		limit = f.FrameSize
	case Const:
		limit = len(f.Consts)
	case Off:
		return v.jump(pc, x)
	case Table:
		limit = len(f.Tables)
	case Fn:
		limit = len(v.p.Funcs)
	case Window:
		limit = f.FrameSize + 1
	case State:
		limit = f.StateSize
	case Block, Ring:
		limit = f.StateSize + 1
	case Samples:
		limit = state.MaxStateWords + 1
	case Global:
		limit = m.NumGlobals
	case Param:
		limit = m.NumParams
	case Cue:
		limit = m.NumCues
	case Chan:
		limit = m.NumProbes
	case Flag:
		limit = 2
	case Count:
		limit = MaxFrame + 1
	case ShapeOf:
		limit = max(len(v.p.Shapes), 1)
	case Word:
		limit = maxWords
		if f.Code[pc].Op == GetUpValue {
			limit = f.Captures
		}
	case HostFn:
		limit = len(v.p.Hosts)
	case SoundOf:
		limit = len(v.p.Sounds)
	case SiteOf:
		limit = f.StateSize + 1
	case Words:
		if int(x) != f.NRet {
			return fmt.Errorf("%d results where %d are due", x, f.NRet)
		}
		if f.Code[pc].Op == Ret {
			return v.reads(0, f.NRet)
		}
		return nil
	}
	if x < 0 || int(x) >= limit {
		return fmt.Errorf("%v %d is not in 0..%d", k, x, limit-1)
	}
	switch k {
	case Src:
		return v.reads(int(x), 1)
	case Table:
		t := &f.Tables[x]
		if len(t.Offsets) == 0 {
			return fmt.Errorf("empty jump table")
		}
		for _, off := range t.Offsets {
			if err := v.jump(pc, off); err != nil {
				return err
			}
		}
	}
	return nil
}

// jump checks a jump from pc by off and notes what its target may read.
func (v *verifier) jump(pc int, off int32) error {
	if off <= 0 || int64(pc)+int64(off) >= int64(len(v.f.Code)) {
		return fmt.Errorf("jump by %d leaves the function or goes back", off)
	}
	target := pc + int(off)
	if v.live == nil {
		if _, ok := v.at[target]; !ok {
			v.at[target] = nil
		}
		return nil
	}
	v.at[target] = v.at[target].meet(v.live)
	return nil
}

// reads checks that the n registers from r on hold values.
func (v *verifier) reads(r, n int) error {
	if v.live == nil {
		return nil
	}
	for i := r; i < r+n; i++ {
		if !v.live.has(i) {
			return fmt.Errorf("register %d holds no value here", i)
		}
	}
	return nil
}

// call checks a call's window and block.
func (v *verifier) call(in *Instr) error {
	callee := v.p.Funcs[in.B]
	f := int(in.A)
	if f+max(callee.NParam, callee.NRet) > v.f.FrameSize {
		return fmt.Errorf("window of the call of %q leaves the frame", callee.Name)
	}
	if callee.StateSize == 0 && in.C != 0 || int(in.C)+callee.StateSize > v.f.StateSize {
		return fmt.Errorf("state of the callee %q lies outside the function's", callee.Name)
	}
	if v.needsEnv[in.B] && int(in.B) != v.index {
		return fmt.Errorf("call of %q, which asks for a closure to run in", callee.Name)
	}
	if err := v.reads(f, callee.NParam); err != nil {
		return err
	}
	if v.live != nil {
		v.live.clear(f, v.f.FrameSize)
		v.live.fill(f, f+callee.NRet)
	}
	return nil
}

// window checks an instruction other than a direct call that takes words from
// r[A] on or puts its results there.
func (v *verifier) window(pc int, in *Instr) error {
	reads, writes := 0, 1
	next := v.f.Code[pc+1] // there is one: the last instruction is a return
	elem, shape := -1, int32(0)
	switch in.Op {
	case AllocArray:
		if int64(in.B)*int64(in.C) > MaxFrame {
			return fmt.Errorf("an array of %d words is too large", int64(in.B)*int64(in.C))
		}
		reads, elem, shape = int(in.B)*int(in.C), int(in.C), next.A
	case ArrayAppend, ArrayPrepend:
		reads, elem, shape = int(in.B)+1, int(in.B), in.C
	case SplitHead, SplitTail:
		reads, writes = 1, int(in.B)+1
	case GetArrayElem:
		writes = int(next.A)
	case BoxAlloc:
		reads, elem, shape = int(in.B), int(in.B), in.C
	case BoxLoad:
		writes = int(in.C)
	case CloneUserSum, ReleaseUserSum:
		reads, writes, elem, shape = int(in.B), 0, int(in.B), in.C
	case MakeHeapClosure:
		callee := v.p.Funcs[in.B]
		reads, elem, shape = callee.Captures, callee.Captures, in.C
		switch {
		case callee.StateSize > 0 && (next.A == 0 || callee.State == nil):
			return fmt.Errorf("closure of %q has no site or layout for its state", callee.Name)
		case callee.StateSize == 0 && next.A != 0:
			return fmt.Errorf("closure of %q has a site but no state", callee.Name)
		}
	case CallIndirect:
		reads, writes = int(next.A), int(next.B)
	case CallExtFun:
		h := v.p.Hosts[in.B]
		reads, writes = h.Params, h.Results
	case ReadSound:
		reads, writes = 2, 1
	}
	if v.p.Image.HeapWords == 0 && in.Op != CallIndirect && in.Op != CallExtFun && in.Op != ReadSound {
		return fmt.Errorf("%v in a program without a heap", in.Op)
	}
	if elem >= 0 && len(v.p.Shapes) > 0 && v.p.Shapes[shape].Words > elem {
		return fmt.Errorf("shape %d has more than %d words", shape, elem)
	}
	at := int(in.A)
	if at+max(reads, writes) > v.f.FrameSize {
		return fmt.Errorf("window of %v leaves the frame", in.Op)
	}
	if err := v.reads(at, reads); err != nil {
		return err
	}
	if v.live != nil {
		if in.Op == CallIndirect {
			v.live.clear(at, v.f.FrameSize)
		}
		v.live.fill(at, at+writes)
	}
	return nil
}

// verifyCycles checks that every function on a cycle of calls is recursive:
// with MaxDepth that bounds the stack. It finds the strongly connected
// components by Tarjan's method, without recursion of its own.
func verifyCycles(p *Program) error {
	n := len(p.Funcs)
	callees := make([][]int, n)
	for i, f := range p.Funcs {
		for _, in := range f.Code {
			if in.Op == Call {
				if int(in.B) == i && !f.Recursive {
					return fmt.Errorf("function %q calls itself but is not recursive", f.Name)
				}
				callees[i] = append(callees[i], int(in.B))
			}
		}
	}
	type visit struct{ fn, next int }
	order, low, onPath := make([]int, n), make([]int, n), make([]bool, n)
	var path []int
	count := 0
	for root := range p.Funcs {
		if order[root] != 0 {
			continue
		}
		work := []visit{{root, 0}}
		for len(work) > 0 {
			w := &work[len(work)-1]
			if w.next == 0 {
				count++
				order[w.fn], low[w.fn], onPath[w.fn] = count, count, true
				path = append(path, w.fn)
			}
			if w.next < len(callees[w.fn]) {
				c := callees[w.fn][w.next]
				w.next++
				if order[c] == 0 {
					work = append(work, visit{c, 0})
				} else if onPath[c] {
					low[w.fn] = min(low[w.fn], order[c])
				}
				continue
			}
			fn := w.fn
			work = work[:len(work)-1]
			if len(work) > 0 {
				up := work[len(work)-1].fn
				low[up] = min(low[up], low[fn])
			}
			if low[fn] != order[fn] {
				continue
			}
			start := len(path) - 1
			for path[start] != fn {
				start--
			}
			for _, member := range path[start:] {
				onPath[member] = false
				if len(path)-start > 1 && !p.Funcs[member].Recursive {
					return fmt.Errorf("function %q calls itself through others but is not recursive", p.Funcs[member].Name)
				}
			}
			path = path[:start]
		}
	}
	return nil
}

// bitset is a set of registers; nil stands for all of them.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64+1) }

func (b bitset) has(i int) bool { return b[i/64]>>(i%64)&1 != 0 }

func (b bitset) set(i int) { b[i/64] |= 1 << (i % 64) }

func (b bitset) fill(from, to int) {
	for i := from; i < to; i++ {
		b.set(i)
	}
}

func (b bitset) clear(from, to int) {
	for ; from < to && from%64 != 0; from++ {
		b[from/64] &^= 1 << (from % 64)
	}
	for ; from+64 <= to; from += 64 {
		b[from/64] = 0
	}
	for ; from < to; from++ {
		b[from/64] &^= 1 << (from % 64)
	}
}

// meet returns a new set of what is in both b and c.
func (b bitset) meet(c bitset) bitset {
	if b == nil {
		b, c = c, b
	}
	if b == nil {
		return nil
	}
	r := make(bitset, len(b))
	copy(r, b)
	for i := range c {
		r[i] &= c[i]
	}
	return r
}
