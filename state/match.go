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

// matcher compares classes and remembers the value of each comparison of calls.
// Most comparisons lose, so the pairs are found anew for those that count.
type matcher struct {
	*interner
	memo map[uint64]int
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
		v := m.match(o, n)
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

// match is the value of two function nodes: of phase A, equal labels, and phase
// B, calls whose name has gone against calls whose name is new.
func (m *matcher) match(o, n *class) int {
	key := uint64(o.id)<<32 | uint64(n.id)
	if v, ok := m.memo[key]; ok {
		return v
	}
	v := 0
	m.eachAlignment(o, n, func(a, b []int) { v += m.worth(o.children, n.children, a, b) })
	m.memo[key] = v
	return v
}

// pairs couples the children of two function nodes, ascending in new.
func (m *matcher) pairs(o, n *class) []pair {
	var list []pair
	m.eachAlignment(o, n, func(a, b []int) { list = m.align(list, o.children, n.children, a, b) })
	slices.SortFunc(list, func(p, q pair) int { return p.new - q.new })
	return list
}

// eachAlignment calls visit with the lists of children to be aligned.
func (m *matcher) eachAlignment(o, n *class, visit func(a, b []int)) {
	var gone, fresh []int
	i, j := 0, 0
	for i < len(o.groups) || j < len(n.groups) {
		switch {
		case j == len(n.groups) || i < len(o.groups) && o.groups[i].label < n.groups[j].label:
			if o.groups[i].calls {
				gone = merged(gone, o.groups[i].members)
			}
			i++
		case i == len(o.groups) || n.groups[j].label < o.groups[i].label:
			if n.groups[j].calls {
				fresh = merged(fresh, n.groups[j].members)
			}
			j++
		default:
			visit(o.groups[i].members, n.groups[j].members)
			i, j = i+1, j+1
		}
	}
	if len(gone) > 0 && len(fresh) > 0 {
		slices.Sort(gone)
		slices.Sort(fresh)
		visit(gone, fresh)
	}
}

// merged appends without writing into the list of a class.
func merged(list, more []int) []int {
	if list == nil {
		return slices.Clip(slices.Clone(more))
	}
	return append(list, more...)
}

// equalHeads is how many leading children of the two lists are equal. They
// always pair, for no node is worth more to another than to its equal; an
// unchanged list is linear for it.
func equalHeads(old, new []*class, a, b []int) int {
	k := 0
	for k < len(a) && k < len(b) && old[a[k]] == new[b[k]] {
		k++
	}
	return k
}

// worth is the greatest sum of values of an order-preserving pairing of the
// children a of the old node and b of the new one.
func (m *matcher) worth(old, new []*class, a, b []int) int {
	sum := 0
	k := equalHeads(old, new, a, b)
	for _, i := range a[:k] {
		sum += old[i].self
	}
	a, b = a[k:], b[k:]
	if len(a) == 0 || len(b) == 0 {
		return sum
	}
	if a, b, c, d, large := halves(a, b); large {
		return sum + m.worth(old, new, a, b) + m.worth(old, new, c, d)
	}
	var few [16]int
	best := few[:] // best[j] of the row below, then of this one
	if len(b) >= len(few) {
		best = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		diagonal := 0
		for j := len(b) - 1; j >= 0; j-- {
			v := max(best[j], best[j+1])
			if w := m.value(old[a[i]], new[b[j]]); w > 0 {
				v = max(v, w+diagonal)
			}
			best[j], diagonal = v, best[j]
		}
	}
	return sum + best[0]
}

// align appends the pairs of that pairing; of several, the one that pairs
// earlier siblings.
func (m *matcher) align(list []pair, old, new []*class, a, b []int) []pair {
	k := equalHeads(old, new, a, b)
	for i := range k {
		if old[a[i]].self > 0 {
			list = append(list, pair{a[i], b[i]})
		}
	}
	a, b = a[k:], b[k:]
	if len(a) == 0 || len(b) == 0 {
		return list
	}
	if a, b, c, d, large := halves(a, b); large {
		return m.align(m.align(list, old, new, a, b), old, new, c, d)
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
			list = append(list, pair{a[i], b[j]})
			i, j = i+1, j+1
		case here == best[(i+1)*width+j]:
			i++
		default:
			j++
		}
	}
	return list
}

// halves cuts both lists at the same fraction if their table would be too large.
func halves(a, b []int) (a1, b1, a2, b2 []int, large bool) {
	if len(a) <= maxCells/len(b) {
		return nil, nil, nil, nil, false
	}
	i, j := (len(a)+1)/2, (len(b)+1)/2
	return a[:i], b[:j], a[i:], b[j:], true
}
