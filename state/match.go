// Matching: which node of a new tree goes on where a node of the old one was
// (spec vm.md 12.2).

package state

import "slices"

// Values of a pair of leaves.
const (
	wholeLeaf   = 8 // all words are kept
	resizedLeaf = 4 // a delay of another length: the newest samples are kept
)

// maxCells bounds the table of one alignment; longer lists are aligned in
// pieces, so that no program, however large, stops an edit.
const maxCells = 1 << 24

// pair couples child Old of an old node with child New of a new one.
type pair struct{ old, new int }

// matching is the result of comparing two function nodes; pairs ascend in new.
type matching struct {
	value int
	pairs []pair
}

// matcher compares classes and remembers each comparison.
type matcher struct {
	*interner
	memo map[[2]uint32]*matching
}

// value is V of the specification.
func (m *matcher) value(o, n *class) int {
	if o == n {
		return o.self
	}
	if o.node.Kind != n.node.Kind {
		return 0
	}
	switch o.node.Kind {
	case Delay:
		if o.node.Len == n.node.Len {
			return wholeLeaf
		}
		return resizedLeaf
	case FnCall:
		v := m.match(o, n).value
		if v > 0 && o.node.Name == n.node.Name {
			v++
		}
		return v
	case Site:
		if o.node.Name == n.node.Name && o.target == n.target {
			return wholeLeaf
		}
		return 0
	}
	if sameKinds(o.node.Words, n.node.Words) {
		return wholeLeaf
	}
	return 0
}

func sameKinds(a, b []WordKind) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// label groups the children that may correspond: calls by callee, sites by
// their literal, other leaves by kind.
type label struct {
	kind Kind
	name string
}

func (c *class) label() label {
	if c.node.Kind == FnCall || c.node.Kind == Site {
		return label{c.node.Kind, c.node.Name}
	}
	return label{c.node.Kind, ""}
}

// match pairs the children of two function nodes.
func (m *matcher) match(o, n *class) *matching {
	key := [2]uint32{o.id, n.id}
	if r, ok := m.memo[key]; ok {
		return r
	}
	r := &matching{}
	oldBy, _ := byLabel(o.children)
	newBy, order := byLabel(n.children)
	for _, l := range order { // phase A
		m.align(r, o.children, n.children, oldBy[l], newBy[l])
	}
	// Phase B: calls whose name has gone against calls whose name is new.
	m.align(r, o.children, n.children, unknownCalls(o.children, newBy), unknownCalls(n.children, oldBy))
	slices.SortFunc(r.pairs, func(p, q pair) int { return p.new - q.new })
	m.memo[key] = r
	return r
}

// byLabel lists the indexes of the children with each label, and the labels in
// order of appearance.
func byLabel(children []*class) (map[label][]int, []label) {
	groups := map[label][]int{}
	var order []label
	for i, c := range children {
		l := c.label()
		if groups[l] == nil {
			order = append(order, l)
		}
		groups[l] = append(groups[l], i)
	}
	return groups, order
}

func unknownCalls(children []*class, other map[label][]int) []int {
	var list []int
	for i, c := range children {
		if c.node.Kind == FnCall && other[c.label()] == nil {
			list = append(list, i)
		}
	}
	return list
}

// align adds to r the order-preserving pairing of the children a of the old
// node and b of the new one that has the greatest sum of values.
func (m *matcher) align(r *matching, old, new []*class, a, b []int) {
	// Equal heads always pair: no node is worth more to another than to its
	// equal. This makes an unchanged list linear.
	for len(a) > 0 && len(b) > 0 && old[a[0]] == new[b[0]] {
		r.add(pair{a[0], b[0]}, old[a[0]].self)
		a, b = a[1:], b[1:]
	}
	if len(a) == 0 || len(b) == 0 {
		return
	}
	if len(a) > maxCells/len(b) {
		m.alignPieces(r, old, new, a, b)
		return
	}
	width := len(b) + 1
	best := make([]int, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			v := max(best[(i+1)*width+j], best[i*width+j+1])
			if w := m.value(old[a[i]], new[b[j]]); w > 0 {
				v = max(v, w+best[(i+1)*width+j+1])
			}
			best[i*width+j] = v
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		v := m.value(old[a[i]], new[b[j]])
		switch here := best[i*width+j]; {
		case v > 0 && here == v+best[(i+1)*width+j+1]:
			r.add(pair{a[i], b[j]}, v)
			i, j = i+1, j+1
		case here == best[(i+1)*width+j]:
			i++
		default:
			j++
		}
	}
}

// alignPieces cuts both lists at the same fraction and aligns the halves.
func (m *matcher) alignPieces(r *matching, old, new []*class, a, b []int) {
	i, j := (len(a)+1)/2, (len(b)+1)/2
	m.align(r, old, new, a[:i], b[:j])
	m.align(r, old, new, a[i:], b[j:])
}

func (r *matching) add(p pair, value int) {
	if value > 0 {
		r.pairs = append(r.pairs, p)
		r.value += value
	}
}
