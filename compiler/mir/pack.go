// Pairs: operations that do the same to different words become one operation on
// a pair of words, for engines that have such. Voices, the channels of a stereo
// signal, the combs of a reverberation are alike, and are found without a loop
// that would say so: by going from one pair of like operations to those that give
// their arguments and those that use their results (superword parallelism;
// S. Larsen and S. Amarasinghe, 2000).
//
// Every lane computes what the word computed before, bit for bit. Sums keep their
// order: the terms are computed in pairs and added one after the other.

package mir

import "math"

// Pack returns a copy of p with operations on pairs where they are fewer. It
// stays a program for an engine that knows them; p is not changed.
func Pack(p *Program) *Program {
	q := copyProgram(p)
	out := &outliner{p: q}
	double := twice(q)
	for _, f := range q.Funcs[:len(p.Funcs)] {
		pack(q, f, f == q.Dsp, out)
	}
	if double != nil {
		pack(q, double, true, out)
	}
	Prune(q)
	if double != nil {
		used := make([]bool, double.Values)
		pruneBlock(double.Body, used)
		if bodyCost(q, double) <= twiceGain*2*bodyCost(q, q.Dsp) {
			double.Index = len(q.Funcs)
			q.Twice, q.Funcs = double, append(q.Funcs, double)
		}
	}
	return q
}

// pack packs one function; frames: it runs for frames, in a loop.
func pack(p *Program, f *Func, frames bool, out *outliner) {
	speculate(f.Body)
	k := &packer{f: f, out: out}
	if frames {
		k.ahead = FindSteady(p, f)
	}
	k.block(f.Body)
}

// copyProgram copies p as far as Pack changes it.
func copyProgram(p *Program) *Program {
	q := *p
	q.Funcs = make([]*Func, len(p.Funcs))
	names := make(map[*Func]*Func, len(p.Funcs))
	for i, f := range p.Funcs {
		g := *f
		q.Funcs[i], names[f] = &g, &g
	}
	for _, f := range q.Funcs {
		f.Body = copyBlock(f.Body, names)
	}
	q.Init, q.Dsp = names[p.Init], names[p.Dsp]
	return &q
}

// copyBlock copies a block with its instructions; their lists of values are
// shared, since whoever changes one makes a new one.
func copyBlock(b *Block, names map[*Func]*Func) *Block {
	if b == nil {
		return nil
	}
	out := &Block{Instrs: make([]*Instr, len(b.Instrs)), Yield: b.Yield}
	body := make([]Instr, len(b.Instrs))
	for i, in := range b.Instrs {
		body[i] = *in
		c := &body[i]
		if g := names[c.Callee]; g != nil {
			c.Callee = g
		}
		if c.Blocks != nil {
			c.Blocks = make([]*Block, len(in.Blocks))
			for k, nested := range in.Blocks {
				c.Blocks[k] = copyBlock(nested, names)
			}
		}
		out.Instrs[i] = c
	}
	return out
}

// Bounds of the search: blocks with fewer instructions have nothing to gain, and
// a search ends after so many steps.
const (
	packLeast = 8
	packSteps = 4000000
)

// result says which result of which instruction a value is.
type result struct{ node, index int32 }

// packer finds the pairs of one block.
type packer struct {
	f   *Func
	out *outliner

	nodes  []*Instr
	def    []result         // by value; node -1: not defined in the block
	use    [][]int32        // by node: those that use its results
	inner  []bool           // by node: a result is used in a nested block or yielded
	succ   [][]int32        // by node: those that must come after it
	preds  []int32          // by node: how many must come before it
	ahead  []Steadiness     // by node, of a function that runs for each frame
	steady []bool           // by value: computed ahead of the frames
	consts map[Value]*Instr // constants of the block and around it

	choices map[*Instr]*choiceSides

	access map[int64][]int32 // by state word that is only touched alone: its operations in order
	words  map[int64]company // pairs of state words

	mate  []int32 // by node: the other half of its pair, or -1
	first []bool  // by node: is the first lane
	queue [][2]int32
	stamp []int32 // by node: the search that saw it last
	tick  int32
	steps int

	// of write
	body  []*Instr
	wides map[int32][]Value  // results of a pair, by its first node
	built map[[2]Value]Value // pairs made of words
}

// company is the other word of a pair of state words.
type company struct {
	with  int64
	first bool
}

// block packs a block of the function.
func (k *packer) block(b *Block) {
	if len(b.Instrs) < packLeast {
		return
	}
	k.survey(b)
	k.seed(b)
	k.prune()
	if k.write(b) {
		k.ahead = nil
		k.arrange(b)
	}
}

// survey reads a block.
func (k *packer) survey(b *Block) {
	n := len(b.Instrs)
	k.nodes = b.Instrs
	k.def = make([]result, k.f.Values)
	for v := range k.def {
		k.def[v].node = -1
	}
	k.use, k.succ, k.inner = make([][]int32, n), make([][]int32, n), make([]bool, n)
	k.preds, k.mate, k.stamp, k.first = make([]int32, n), make([]int32, n), make([]int32, n), make([]bool, n)
	k.steady = make([]bool, k.f.Values)
	k.consts = map[Value]*Instr{}
	k.words, k.choices = map[int64]company{}, map[*Instr]*choiceSides{}
	for i, in := range b.Instrs {
		k.mate[i] = -1
		same := in.Op == Const || k.ahead != nil && k.ahead[i] != Varying
		for _, a := range in.Args {
			k.reads(int32(i), a, false)
		}
		for _, nested := range in.Blocks {
			k.readsOf(int32(i), nested)
		}
		for j, r := range in.Res {
			k.def[r] = result{int32(i), int32(j)}
			k.steady[r] = same
		}
		if in.Op == Const {
			k.consts[in.Res[0]] = in
		}
	}
	for _, v := range b.Yield {
		if d := k.def[v].node; d >= 0 {
			k.inner[d] = true
		}
	}
	k.order(b)
}

// reads notes that node i uses v.
func (k *packer) reads(i int32, v Value, inner bool) {
	d := k.def[v].node
	if d < 0 {
		return
	}
	k.after(d, i)
	if inner {
		k.inner[d] = true
	}
	if n := len(k.use[d]); n == 0 || k.use[d][n-1] != i {
		k.use[d] = append(k.use[d], i)
	}
}

// readsOf notes what a nested block of node i uses.
func (k *packer) readsOf(i int32, b *Block) {
	for _, in := range b.Instrs {
		for _, a := range in.Args {
			k.reads(i, a, true)
		}
		for _, nested := range in.Blocks {
			k.readsOf(i, nested)
		}
	}
	for _, v := range b.Yield {
		k.reads(i, v, true)
	}
}

// after notes that node j must come after node i.
func (k *packer) after(i, j int32) {
	if i != j {
		k.succ[i] = append(k.succ[i], j)
	}
}

// order finds what else must keep its order: operations on the same state, and
// all other effects among each other.
func (k *packer) order(b *Block) {
	places := statePlaces(b)
	type log struct {
		writer  int32
		readers []int32
	}
	logs := map[int]*log{}
	touch := func(i int32, place int, writes bool) {
		l := logs[place]
		if l == nil {
			l = &log{writer: -1}
			logs[place] = l
		}
		if l.writer >= 0 {
			k.after(l.writer, i)
		}
		if !writes {
			l.readers = append(l.readers, i)
			return
		}
		for _, r := range l.readers {
			k.after(r, i)
		}
		l.writer, l.readers = i, nil
	}
	const world = -1 // the place of all other effects
	k.access = map[int64][]int32{}
	for i, in := range b.Instrs {
		e := effectsOf(in)
		for _, s := range e.state {
			touch(int32(i), places.of(s), s.writes)
		}
		if e.reads || e.writes {
			touch(int32(i), world, e.writes)
		}
		if len(in.Blocks) == 0 && len(e.state) == 1 && places.alone(e.state[0]) {
			k.access[in.Imm] = append(k.access[in.Imm], int32(i))
		}
	}
	for i := range k.succ {
		for _, j := range k.succ[i] {
			k.preds[j]++
		}
	}
}

// number returns the number that v is, if it is a constant.
func (k *packer) number(v Value) (float64, bool) {
	if in := k.consts[v]; in != nil {
		return math.Float64frombits(uint64(in.Imm)), true
	}
	return 0, false
}
