// Which instructions become pairs.

package mir

import (
	"math"
	"sort"
)

// seedLook is among how many later instructions a seed looks for a partner, and
// seedDepth how far the two are compared.
const (
	seedLook  = 24
	seedDepth = 4
)

// packable reports whether in can be half of a pair.
func (k *packer) packable(in *Instr) bool {
	switch in.Op {
	case AddF, SubF, MulF, DivF, FmaF, MinF, MaxF, EqF, NeF, LtF, LeF, GtF, GeF, AndF, OrF, CopySignF,
		NegF, AbsF, SqrtF, FloorF, CeilF, TruncF, NearestF, RoundF, NotF,
		AddI, SubI, MulI, AndI, OrI, XorI, EqI, LtI, FtoI, ItoF, BitsF, FBits, Select:
		return !k.steady[in.Res[0]]
	case ModF:
		if k.steady[in.Res[0]] {
			return false
		}
		x, ok := k.number(in.Args[1])
		fraction, exponent := math.Frexp(math.Abs(x))
		return ok && fraction == 0.5 && exponent >= 1 && exponent <= 1000
	case ShlI, ShrI, SarI:
		return k.consts[in.Args[1]] != nil && !k.steady[in.Res[0]]
	case GetState, SetState, Mem:
		return len(k.access[in.Imm]) > 0
	case Delay:
		return in.Aux > 0 && len(k.access[in.Imm]) > 0
	case If:
		return len(in.Res) > 0 && !k.steady[in.Res[0]] && k.sides(in) != nil
	}
	return false
}

// alike reports whether two instructions can be a pair, their arguments aside.
func (k *packer) alike(a, b *Instr) bool {
	if a.Op != b.Op {
		return (a.Op == AddF && b.Op == SubF || a.Op == SubF && b.Op == AddF) && k.packable(a) && k.packable(b)
	}
	if !k.packable(a) || !k.packable(b) {
		return false
	}
	switch a.Op {
	case ShlI, ShrI, SarI:
		return k.consts[a.Args[1]].Imm&63 == k.consts[b.Args[1]].Imm&63
	case GetState, SetState, Mem:
		if a.Imm == b.Imm {
			return false
		}
		x, known := k.words[a.Imm]
		_, other := k.words[b.Imm]
		return !known && !other || known && x == company{b.Imm, true}
	case Delay:
		return a.Imm != b.Imm && (k.consts[a.Args[1]] != nil) == (k.consts[b.Args[1]] != nil)
	case If:
		return k.sameChoice(a, b)
	}
	return true
}

// commutes reports whether the first two arguments may change places.
func commutes(op Op) bool {
	switch op {
	case AddF, MulF, FmaF, EqF, NeF, AndF, OrF, AddI, MulI, AndI, OrI, XorI, EqI:
		return true
	}
	return false
}

// likeness estimates how much there is to pair above two values.
func (k *packer) likeness(x, y Value, depth int) int {
	if x == y {
		return depth + 2
	}
	if k.steady[x] && k.steady[y] {
		return 2
	}
	a, b := k.def[x], k.def[y]
	if a.node < 0 || b.node < 0 || a.index != b.index || k.steady[x] || k.steady[y] {
		return -1
	}
	if k.mate[a.node] == b.node && k.first[a.node] {
		return 8
	}
	if k.mate[a.node] >= 0 || k.mate[b.node] >= 0 {
		return 0
	}
	p, q := k.nodes[a.node], k.nodes[b.node]
	if p.Op != q.Op || !k.alike(p, q) {
		return -1
	}
	if depth == 0 {
		return 1
	}
	return 1 + k.argsLikeness(p, q, depth-1)
}

// argsLikeness is the likeness of the arguments of two instructions.
func (k *packer) argsLikeness(p, q *Instr, depth int) int {
	sum := 0
	for i := range p.Args {
		sum += k.likeness(p.Args[i], q.Args[i], depth)
	}
	if commutes(p.Op) && p.Op == q.Op {
		crossed := k.likeness(p.Args[0], q.Args[1], depth) + k.likeness(p.Args[1], q.Args[0], depth)
		for i := 2; i < len(p.Args); i++ {
			crossed += k.likeness(p.Args[i], q.Args[i], depth)
		}
		sum = max(sum, crossed)
	}
	return sum
}

// seed starts from the results that go out together, then from what is dear or
// remembers, and follows each pair as far as it goes.
func (k *packer) seed(b *Block) {
	for i := 0; i+1 < len(b.Yield); i += 2 {
		x, y := k.def[b.Yield[i]], k.def[b.Yield[i+1]]
		if x.node >= 0 && y.node >= 0 && k.likeness(b.Yield[i], b.Yield[i+1], seedDepth) >= seedDepth {
			k.grow(x.node, y.node)
		}
	}
	groups := map[Op][]int32{}
	for i, in := range k.nodes {
		switch in.Op {
		case If, DivF, SqrtF, ModF, SetState, Mem, Delay:
			if k.packable(in) {
				groups[in.Op] = append(groups[in.Op], int32(i))
			}
		}
	}
	for _, op := range []Op{If, DivF, SqrtF, Delay, Mem, SetState, ModF} {
		k.seedAmong(groups[op])
	}
}

// seedAmong pairs instructions of one operation, each with the most similar of
// those that follow, the nearest if several are.
func (k *packer) seedAmong(list []int32) {
	for n, i := range list {
		if k.mate[i] >= 0 {
			continue
		}
		type candidate struct{ node, score int32 }
		var found []candidate
		for _, j := range list[n+1:] {
			if len(found) >= seedLook {
				break
			}
			if k.mate[j] >= 0 || !k.alike(k.nodes[i], k.nodes[j]) {
				continue
			}
			score := k.argsLikeness(k.nodes[i], k.nodes[j], seedDepth)
			if score > 0 {
				found = append(found, candidate{j, int32(score)})
			}
		}
		sort.SliceStable(found, func(a, b int) bool { return found[a].score > found[b].score })
		for _, c := range found {
			if k.grow(i, c.node) {
				break
			}
		}
	}
}

// grow makes a pair of two nodes and then of all that follows from it.
func (k *packer) grow(i, j int32) bool {
	if !k.join(i, j) {
		return false
	}
	for len(k.queue) > 0 {
		p := k.queue[0]
		k.queue = k.queue[1:]
		k.follow(p[0], p[1])
	}
	return true
}

// join makes a pair of two nodes if that is possible.
func (k *packer) join(i, j int32) bool {
	if i == j || k.mate[i] >= 0 || k.mate[j] >= 0 {
		return false
	}
	a, b := k.nodes[i], k.nodes[j]
	if !k.alike(a, b) || k.circular(i, j) {
		return false
	}
	k.mate[i], k.mate[j], k.first[i] = j, i, true
	if a.Op == GetState || a.Op == SetState || a.Op == Mem {
		k.words[a.Imm], k.words[b.Imm] = company{b.Imm, true}, company{a.Imm, false}
	}
	if commutes(a.Op) && a.Op == b.Op {
		straight := k.likeness(a.Args[0], b.Args[0], seedDepth) + k.likeness(a.Args[1], b.Args[1], seedDepth)
		crossed := k.likeness(a.Args[0], b.Args[1], seedDepth) + k.likeness(a.Args[1], b.Args[0], seedDepth)
		if crossed > straight {
			b.Args = append([]Value{b.Args[1], b.Args[0]}, b.Args[2:]...)
		}
	}
	k.queue = append(k.queue, [2]int32{i, j})
	return true
}

// follow tries the pairs that a new one suggests: its arguments, its uses, and
// the other operations on its state words.
func (k *packer) follow(i, j int32) {
	a, b := k.nodes[i], k.nodes[j]
	for n := range a.Args {
		x, y := k.def[a.Args[n]], k.def[b.Args[n]]
		if x.node >= 0 && y.node >= 0 && x.index == y.index {
			k.join(x.node, y.node)
		}
	}
	if a.Op == If {
		captured(a, b, func(v, w Value) {
			x, y := k.def[v], k.def[w]
			if x.node >= 0 && y.node >= 0 && x.index == y.index {
				k.join(x.node, y.node)
			}
		})
	}
	for _, u := range k.use[i] {
		if k.mate[u] >= 0 {
			continue
		}
		for _, w := range k.use[j] {
			if u != w && k.mate[w] < 0 && k.samePlace(u, w, a, b) && k.join(u, w) {
				break
			}
		}
	}
	if a.Op == GetState || a.Op == SetState || a.Op == Mem {
		p, q := k.access[a.Imm], k.access[b.Imm]
		for n := 0; n < len(p) && n < len(q); n++ {
			if k.nodes[p[n]].Op != k.nodes[q[n]].Op {
				break
			}
			k.join(p[n], q[n])
		}
	}
}

// samePlace reports whether u uses a as w uses b.
func (k *packer) samePlace(u, w int32, a, b *Instr) bool {
	p, q := k.nodes[u], k.nodes[w]
	if p.Op != q.Op || len(p.Args) != len(q.Args) {
		return false
	}
	for r := range a.Res {
		for n := range p.Args {
			if p.Args[n] != a.Res[r] {
				continue
			}
			if q.Args[n] == b.Res[r] || commutes(p.Op) && n < 2 && q.Args[1-n] == b.Res[r] {
				return true
			}
		}
	}
	return false
}

// circular reports whether the pair of i and j would have to come before itself.
func (k *packer) circular(i, j int32) bool {
	k.tick++
	work := append(append([]int32(nil), k.succ[i]...), k.succ[j]...)
	for len(work) > 0 {
		n := work[len(work)-1]
		work = work[:len(work)-1]
		if k.stamp[n] == k.tick {
			continue
		}
		k.stamp[n] = k.tick
		if n == i || n == j {
			return true
		}
		if k.steps++; k.steps > packSteps {
			return true
		}
		work = append(work, k.succ[n]...)
		if m := k.mate[n]; m >= 0 && k.stamp[m] != k.tick {
			work = append(work, m)
		}
	}
	return false
}
