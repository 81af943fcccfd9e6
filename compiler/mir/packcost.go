// Which pairs are worth it. Costs are machine instructions, roughly.

package mir

// price is what an operation costs on a word and on a pair.
type price struct{ word, pair float32 }

// opCost returns the price of an operation.
func opCost(op Op) price {
	switch op {
	case Const, GetParam, GetCue, SampleRate, Now:
		return price{0, 0}
	case DivF:
		return price{5, 5}
	case SqrtF:
		return price{9, 9}
	case MinF, MaxF:
		return price{2, 2}
	case ModF:
		return price{4, 5}
	case CopySignF:
		return price{3, 2}
	case RoundF:
		return price{8, 8}
	case FloorF, CeilF, TruncF, NearestF:
		return price{2, 2}
	case Select:
		return price{2, 1}
	case FtoI, ItoF:
		return price{2, 6}
	case MulI:
		return price{1, 3}
	case BitsF, FBits:
		return price{1, 0}
	case GetState, SetState:
		return price{0.6, 0.7}
	case Delay:
		return price{10, 18}
	case Mem:
		return price{1.2, 1.4}
	}
	return price{1, 1}
}

// gain is what the pair of nodes i and mate saves, its arguments aside.
func (k *packer) gain(i int32) float32 {
	in := k.nodes[i]
	if in.Op != If {
		p := opCost(in.Op)
		if other := k.nodes[k.mate[i]]; other.Op != in.Op {
			p.pair += 1 // a change of sign
		}
		return 2*p.word - p.pair
	}
	s := k.sides(in)
	var costs [2]float32
	for n, b := range in.Blocks {
		c, _ := k.blockCost(b)
		costs[n] = float32(c)
	}
	if s.flat { // a word takes one side, a pair both
		return max(costs[0], costs[1])*2 + 4 - costs[0] - costs[1]
	}
	if s.hot[0] {
		return costs[0] - 2
	}
	return costs[1] - 2
}

// laneOf returns the pair that v is a lane of, as its first node, or -1.
func (k *packer) laneOf(v Value) (first int32, second bool) {
	d := k.def[v].node
	if d < 0 || k.mate[d] < 0 {
		return -1, false
	}
	if k.first[d] {
		return d, false
	}
	return k.mate[d], true
}

// joinCost is what it costs to have x and y as a pair.
func (k *packer) joinCost(x, y Value) float32 {
	if k.steady[x] && k.steady[y] {
		return 0
	}
	a, second := k.laneOf(x)
	b, other := k.laneOf(y)
	switch {
	case a >= 0 && a == b && !second && other && k.def[x].index == k.def[y].index:
		return 0
	case a >= 0 && b >= 0, x == y:
		return 1
	}
	return 2
}

// argsCost is what the arguments of the pair with first node i cost.
func (k *packer) argsCost(i int32) (sum float32) {
	a, b := k.nodes[i], k.nodes[k.mate[i]]
	for n := range a.Args {
		sum += k.joinCost(a.Args[n], b.Args[n])
	}
	if a.Op == If {
		captured(a, b, func(x, y Value) {
			if k.consts[x] == nil || k.consts[y] == nil {
				sum += k.joinCost(x, y)
			}
		})
	}
	return sum
}

// single reports whether something uses a result of node i as a word.
func (k *packer) single(i int32) bool {
	if k.inner[i] && k.nodes[k.mate[i]].Op != If {
		return true
	}
	for _, u := range k.use[i] {
		if k.mate[u] < 0 {
			return true
		}
	}
	return false
}

// extractCost is what it costs to get at the words of the pair with first node i
// where they are wanted as words: the second lane, for the first is there.
func (k *packer) extractCost(i int32) float32 {
	if k.single(k.mate[i]) {
		return 1
	}
	return 0
}

// prune drops pairs that cost more than they save: whole groups that hang
// together first, then single pairs at their edges.
func (k *packer) prune() {
	for range 4 {
		changed := k.pruneGroups()
		for i := range k.nodes {
			if n := int32(i); k.mate[n] >= 0 && k.first[n] && k.dropPays(n) {
				k.drop(n)
				changed = true
			}
		}
		if !changed {
			return
		}
	}
	k.pruneGroups()
}

// drop ends a pair.
func (k *packer) drop(i int32) {
	j := k.mate[i]
	k.mate[i], k.mate[j], k.first[i] = -1, -1, false
}

// neighbours calls visit for the first node of each pair that gives an argument
// to the pair i.
func (k *packer) neighbours(i int32, visit func(int32)) {
	a, b := k.nodes[i], k.nodes[k.mate[i]]
	see := func(x, _ Value) {
		if f, _ := k.laneOf(x); f >= 0 {
			visit(f)
		}
	}
	for n := range a.Args {
		see(a.Args[n], b.Args[n])
		see(b.Args[n], a.Args[n])
	}
	if a.Op == If {
		captured(a, b, see)
	}
}

// pruneGroups drops the groups of connected pairs that save nothing.
func (k *packer) pruneGroups() (changed bool) {
	group := make([]int32, len(k.nodes))
	for i := range group {
		group[i] = int32(i)
	}
	root := func(i int32) int32 {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	words := map[int64]int32{}
	for i := range k.nodes {
		n := int32(i)
		if k.mate[n] < 0 || !k.first[n] {
			continue
		}
		k.neighbours(n, func(m int32) { group[root(n)] = root(m) })
		switch k.nodes[n].Op {
		case GetState, SetState, Mem:
			if m, ok := words[k.nodes[n].Imm]; ok {
				group[root(n)] = root(m)
			}
			words[k.nodes[n].Imm] = n
		}
	}
	saved := map[int32]float32{}
	for i := range k.nodes {
		if n := int32(i); k.mate[n] >= 0 && k.first[n] {
			saved[root(n)] += k.gain(n) - k.argsCost(n) - k.extractCost(n)
		}
	}
	for i := range k.nodes {
		if n := int32(i); k.mate[n] >= 0 && k.first[n] && saved[root(n)] <= 1 {
			k.drop(n)
			changed = true
		}
	}
	return changed
}

// dropPays reports whether the code gets cheaper without the pair i.
func (k *packer) dropPays(i int32) bool {
	with := k.argsCost(i) + k.extractCost(i) - k.gain(i)
	without := float32(0)
	seen := map[int32]bool{}
	k.neighbours(i, func(m int32) { // they must give words then
		if !seen[m] && m != i {
			seen[m] = true
			if !k.single(k.mate[m]) {
				without++
			}
		}
	})
	users := false
	for _, u := range k.use[i] {
		users = users || k.mate[u] >= 0
	}
	if users {
		without += 2 // a pair must be made for them
	}
	return without < with
}
