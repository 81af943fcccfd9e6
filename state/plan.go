// The plan that carries the words of a running program into its successor.

package state

// Op is one step of a migration.
type Op struct {
	Resize         bool // a delay ring of another length: OldLen and NewLen samples
	Src, Dst, Size int  // words, from the start of the old and the new block
	OldLen, NewLen int
}

// Plan carries the words of an old block into a new one. What no op writes
// starts at 0.
type Plan struct {
	OldSize    int  // words of the old block
	Size       int  // words of the new block
	Ops        []Op // ascending and disjoint in Dst, neighbours merged
	Kept       int  // words of the new block that are copied unchanged
	Identical  bool // one plain copy of the whole block
	Structural bool // something starts anew, is gone or has another length: a listener could hear it
}

// MakePlan plans the migration from a program whose dsp has the layout old to
// one with the layout new (spec vm.md 12.2). Nil is a layout without words; both
// are of at most MaxStateWords.
// Cost: at most the product of the distinct calls of both, linear for equal
// trees.
func MakePlan(old, new *Node) *Plan {
	m := &matcher{interner: newInterner(), memo: map[uint64]int{}}
	o, n := m.class(orEmpty(old)), m.class(orEmpty(new))
	p := &Plan{OldSize: o.size, Size: n.size}
	p.cover(m, o, n, 0, 0)
	p.Structural = p.Kept != p.Size || p.Kept != p.OldSize
	p.Identical = !p.Structural && (len(p.Ops) == 0 || len(p.Ops) == 1 && p.Ops[0].Src == 0)
	return p
}

// cover adds the ops of two nodes that correspond, at word src and dst.
func (p *Plan) cover(m *matcher, o, n *class, src, dst int) {
	if o == n || o.node.Kind != FnCall || n.node.Kind != FnCall {
		p.leaf(m, o, n, src, dst)
		return
	}
	oldAt, newAt := offsets(o.children), offsets(n.children)
	for _, q := range m.pairs(o, n) {
		p.cover(m, o.children[q.old], n.children[q.new], src+oldAt[q.old], dst+newAt[q.new])
	}
}

func (p *Plan) leaf(m *matcher, o, n *class, src, dst int) {
	switch v := m.value(o, n); {
	case v == 0 || n.size == 0:
	case v == resizedLeaf && n.node.Kind == Delay:
		p.add(Op{Resize: true, Src: src, Dst: dst, Size: n.size, OldLen: o.node.Len, NewLen: n.node.Len})
	default:
		p.add(Op{Src: src, Dst: dst, Size: n.size})
		p.Kept += n.size
	}
}

func offsets(children []*class) []int {
	at := make([]int, len(children))
	sum := 0
	for i, c := range children {
		at[i] = sum
		sum += c.size
	}
	return at
}

// add appends an op; a copy that continues the last one lengthens it. Pairs come
// in the order of the new tree, so ops do too.
func (p *Plan) add(op Op) {
	if k := len(p.Ops) - 1; k >= 0 && !op.Resize && !p.Ops[k].Resize &&
		p.Ops[k].Src+p.Ops[k].Size == op.Src && p.Ops[k].Dst+p.Ops[k].Size == op.Dst {
		p.Ops[k].Size += op.Size
		return
	}
	p.Ops = append(p.Ops, op)
}

// Apply fills new, of Size words, from old, of OldSize words. The two must not
// overlap.
func (p *Plan) Apply(old, new []uint64) {
	clear(new[:p.Size])
	for _, op := range p.Ops {
		if op.Resize {
			resize(old[op.Src:op.Src+DelayHeader+op.OldLen], new[op.Dst:op.Dst+op.Size])
		} else {
			copy(new[op.Dst:op.Dst+op.Size], old[op.Src:op.Src+op.Size])
		}
	}
}

// resize carries the newest samples of a ring over to one of another length,
// oldest first. A write index outside the ring counts modulo its length, as it
// does when the delay runs.
func resize(old, new []uint64) {
	from, to := old[DelayHeader:], new[DelayHeader:]
	keep := min(len(from), len(to))
	if keep == 0 {
		return
	}
	w := int(old[1] % uint64(len(from)))
	for i := 1; i <= keep; i++ {
		to[keep-i] = from[(w-i+len(from))%len(from)]
	}
	new[0], new[1] = 0, uint64(keep%len(to))
}
