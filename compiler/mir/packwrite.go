// Writing a block with its pairs.

package mir

import "container/heap"

// write replaces the instructions of b by pairs and what is left, and reports
// whether there are pairs.
func (k *packer) write(b *Block) bool {
	any := false
	for _, m := range k.mate {
		any = any || m >= 0
	}
	if !any {
		return false
	}
	k.body = make([]*Instr, 0, len(k.nodes))
	k.wides, k.built = map[int32][]Value{}, map[[2]Value]Value{}
	k.each(func(a, b int32) bool { return a < b }, func(i int32) {
		if k.mate[i] >= 0 {
			k.writePair(i)
		} else {
			k.body = append(k.body, k.nodes[i])
		}
	})
	b.Instrs = k.body
	return true
}

// each visits the nodes in an order in which they can be, a pair as its first
// node; of those that can be next the least.
func (k *packer) each(less func(a, b int32) bool, visit func(i int32)) {
	ready := &byOrder{less: less}
	waits := append([]int32(nil), k.preds...)
	free := func(i int32) {
		if m := k.mate[i]; m >= 0 {
			if waits[m] > 0 {
				return
			}
			if !k.first[i] {
				i = m
			}
		}
		heap.Push(ready, i)
	}
	for i := range k.nodes {
		n := int32(i)
		// a pair is entered once, by the half that comes later
		if waits[n] == 0 && (k.mate[n] < 0 || waits[k.mate[n]] == 0 && n > k.mate[n]) {
			free(n)
		}
	}
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int32)
		visit(i)
		done := []int32{i}
		if k.mate[i] >= 0 {
			done = append(done, k.mate[i])
		}
		for _, d := range done {
			for _, s := range k.succ[d] {
				if waits[s]--; waits[s] == 0 {
					free(s)
				}
			}
		}
	}
}

// byOrder is a heap of nodes.
type byOrder struct {
	nodes []int32
	less  func(a, b int32) bool
}

func (h *byOrder) Len() int           { return len(h.nodes) }
func (h *byOrder) Less(i, j int) bool { return h.less(h.nodes[i], h.nodes[j]) }
func (h *byOrder) Swap(i, j int)      { h.nodes[i], h.nodes[j] = h.nodes[j], h.nodes[i] }

// Push adds a node.
func (h *byOrder) Push(x any) { h.nodes = append(h.nodes, x.(int32)) }

// Pop removes the last node.
func (h *byOrder) Pop() any {
	last := len(h.nodes) - 1
	x := h.nodes[last]
	h.nodes = h.nodes[:last]
	return x
}

// emit appends an instruction with n results and returns them.
func (k *packer) emit(list *[]*Instr, in *Instr, n int) []Value {
	in.Res = make([]Value, n)
	for i := range in.Res {
		in.Res[i] = k.f.NewValue()
	}
	*list = append(*list, in)
	return in.Res
}

// twin returns what the second lane of a pair keeps of its instruction.
func twin(in *Instr) *Instr { return &Instr{Op: in.Op, Imm: in.Imm, Aux: in.Aux, Pos: in.Pos} }

// writePair writes the pair with first node i. The words that it gave get their
// names back as lanes.
func (k *packer) writePair(i int32) {
	a, b := k.nodes[i], k.nodes[k.mate[i]]
	var wide []Value
	if a.Op == If {
		wide = k.writeChoice(a, b)
	} else {
		args := make([]Value, len(a.Args))
		for n := range args {
			args[n] = k.pairOf(a.Args[n], b.Args[n])
		}
		wide = k.emit(&k.body, &Instr{Op: a.Op, Args: args, Imm: a.Imm, Aux: a.Aux, Pos: a.Pos, Twin: twin(b)}, len(a.Res))
	}
	k.wides[i] = wide
	isInt := int64(0)
	if a.Op.GivesInt() {
		isInt = 1
	}
	for n, w := range wide {
		for lane, r := range []Value{a.Res[n], b.Res[n]} {
			k.body = append(k.body, &Instr{Op: Lane, Imm: int64(lane), Aux: isInt, Args: []Value{w}, Res: []Value{r}, Pos: a.Pos})
		}
	}
}

// pairOf returns the pair of words x and y, and makes it if there is none.
func (k *packer) pairOf(x, y Value) Value {
	a, second := k.laneOf(x)
	b, other := k.laneOf(y)
	if a >= 0 && a == b && !second && other && k.def[x].index == k.def[y].index {
		return k.wides[a][k.def[x].index]
	}
	if v, ok := k.built[[2]Value{x, y}]; ok {
		return v
	}
	v := k.emit(&k.body, &Instr{Op: Pair, Args: []Value{x, y}}, 1)[0]
	k.built[[2]Value{x, y}] = v
	return v
}

// writeChoice writes a pair of choices and returns its results.
func (k *packer) writeChoice(a, b *Instr) []Value {
	cond := k.pairOf(a.Args[0], b.Args[0])
	x := &widener{k: k, names: map[[2]Value]Value{}}
	captured(a, b, func(v, w Value) {
		if _, ok := x.names[[2]Value{v, w}]; !ok {
			x.names[[2]Value{v, w}] = k.pairOf(v, w)
		}
	})
	s := k.sides(a)
	if s.flat {
		return x.flat(&k.body, a, b, cond)
	}
	lanes := &Block{}
	var results [2][]Value
	for lane, in := range []*Instr{a, b} {
		f, args := k.out.call(k, in)
		results[lane] = k.emit(&lanes.Instrs, &Instr{Op: Call, Callee: f, Args: append([]Value{in.Args[0]}, args...), Pos: in.Pos}, len(in.Res))
	}
	for n := range a.Res {
		lanes.Yield = append(lanes.Yield, k.emit(&lanes.Instrs, &Instr{Op: Pair, Args: []Value{results[0][n], results[1][n]}}, 1)[0])
	}
	otherwise := lanes
	for _, side := range []int{0, 1} {
		if !s.hot[side] {
			continue
		}
		body := &Block{}
		body.Yield = x.block(&body.Instrs, a.Blocks[side], b.Blocks[side])
		outer := &Block{}
		list := &outer.Instrs
		if side == 1 || !s.hot[1] { // the question that is asked first
			list = &k.body
		}
		agree := k.emit(list, &Instr{Op: InLanes, Imm: int64(1 - side), Args: []Value{cond}, Pos: a.Pos}, 1)
		res := k.emit(list, &Instr{Op: If, Args: agree, Blocks: []*Block{body, otherwise}, Pos: a.Pos}, len(a.Res))
		if list == &k.body {
			return res
		}
		outer.Yield = res
		otherwise = outer
	}
	return nil
}

// widener writes the side of a choice for pairs.
type widener struct {
	k     *packer
	names map[[2]Value]Value // by the words of both lanes
}

// flat writes both sides of a choice and selections between their results.
func (x *widener) flat(list *[]*Instr, a, b *Instr, cond Value) []Value {
	then := x.block(list, a.Blocks[0], b.Blocks[0])
	els := x.block(list, a.Blocks[1], b.Blocks[1])
	out := make([]Value, len(a.Res))
	for n := range out {
		sel := &Instr{Op: Select, Args: []Value{cond, then[n], els[n]}, Pos: a.Pos}
		sel.Twin = twin(sel)
		out[n] = x.k.emit(list, sel, 1)[0]
	}
	return out
}

// block writes the instructions of two like blocks and returns what they yield.
func (x *widener) block(list *[]*Instr, a, b *Block) []Value {
	for i, p := range a.Instrs {
		q := b.Instrs[i]
		var res []Value
		switch p.Op {
		case Const:
			var words []Value
			for _, c := range []*Instr{p, q} {
				words = append(words, x.k.emit(list, &Instr{Op: Const, Imm: c.Imm, Aux: c.Aux, Pos: c.Pos}, 1)[0])
			}
			res = x.k.emit(list, &Instr{Op: Pair, Args: words}, 1)
		case If:
			res = x.flat(list, p, q, x.value(p.Args[0], q.Args[0]))
		default:
			res = x.k.emit(list, &Instr{Op: p.Op, Args: x.values(p.Args, q.Args), Imm: p.Imm, Aux: p.Aux, Pos: p.Pos, Twin: twin(q)}, len(p.Res))
		}
		for n := range res {
			x.names[[2]Value{p.Res[n], q.Res[n]}] = res[n]
		}
	}
	return x.values(a.Yield, b.Yield)
}

func (x *widener) value(v, w Value) Value { return x.names[[2]Value{v, w}] }

func (x *widener) values(vs, ws []Value) []Value {
	out := make([]Value, len(vs))
	for i := range vs {
		out[i] = x.value(vs[i], ws[i])
	}
	return out
}
