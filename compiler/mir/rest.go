package mir

import (
	"slices"

	"mmm/state"
)

// Rest is a way in which a program can be silent for good, so that a host need
// not run it: no note is held, the inputs are silent, and some words of its
// state are 0. While that lasts every output is 0 and those words stay 0,
// whatever the controls, the transport and all else that is remembered are.
type Rest struct {
	Words []int  // offsets, in words from the start of dsp's state, of what is 0
	Rings []Ring // delay rings that hold nothing but 0
	// Tail is how many frames a program sounds after its inputs at most, -1 for
	// one that feeds back: there is no such number then.
	Tail int
}

// Ring is a delay ring of dsp's state.
type Ring struct{ Offset, Len int }

// restBudget bounds the instructions looked at; restRounds those of one attempt
// before what still grows is taken for anything.
const (
	restBudget = 1 << 19
	restRounds = 4
)

// Resting finds the program's rest by running dsp on what is known of each
// word, from no more than the above, until nothing new comes of it. Nil means
// that none was found: the program may play by itself, at any time. Layout must
// have been computed.
func (p *Program) Resting() *Rest {
	// What is written only while notes are held may have any value. If that is
	// too little to know, it must be 0.
	for _, frozen := range []reach{anything, number(0)} {
		r := &resting{p: p, cells: map[int]int{}, touch: map[*Block]bool{}, frozen: frozen, left: restBudget}
		if rest := r.find(); rest != nil {
			return rest
		}
	}
	return nil
}

// cell is a word of the state, or a whole ring.
type cell struct {
	offset  int
	len     int // of a ring, 0 for a word
	was     reach
	written bool
}

// resting is the search for a rest.
type resting struct {
	p      *Program
	cells  map[int]int // index in list by offset
	list   []cell
	touch  map[*Block]bool // whether a block has to do with the state
	frozen reach           // what a word is that rest does not write
	left   int             // instructions, below 0 when the search was given up
	feeds  bool
}

// turn is what one turn has made of the words so far.
type turn struct {
	now []reach // by index in list
	set []bool
}

func (t *turn) clone() *turn { return &turn{slices.Clone(t.now), slices.Clone(t.set)} }

// merge makes t what it is after either of two branches, both of which know
// every cell.
func (t *turn) merge(a, b *turn) {
	for i := range a.now {
		t.put(i, a.now[i].join(b.now[i]), a.set[i] || b.set[i])
	}
}

func (t *turn) put(i int, s reach, set bool) {
	if i == len(t.now) {
		t.now, t.set = append(t.now, s), append(t.set, set)
		return
	}
	t.now[i], t.set[i] = s, set
}

// at returns the index of the cell at an offset.
func (r *resting) at(t *turn, offset, length int) int {
	i, ok := r.cells[offset]
	if !ok {
		i = len(r.list)
		r.cells[offset] = i
		r.list = append(r.list, cell{offset: offset, len: length, was: number(0)})
	}
	r.fill(t)
	return i
}

// fill makes a turn know every cell.
func (r *resting) fill(t *turn) *turn {
	for i := len(t.now); i < len(r.list); i++ {
		t.put(i, r.list[i].was, false)
	}
	return t
}

// find runs turns until they change nothing.
func (r *resting) find() *Rest {
	ins := make([]reach, len(r.p.Dsp.Params))
	for i := range ins {
		ins[i] = number(0)
	}
	for round := 0; ; round++ {
		t := &turn{}
		outs := r.call(r.p.Dsp, ins, 0, t)
		if r.left < 0 {
			return nil
		}
		if r.learn(t, round) {
			continue
		}
		for _, out := range outs {
			if !out.zero() {
				return nil
			}
		}
		return r.rest()
	}
}

// learn adds what a turn has made and reports whether anything was new.
func (r *resting) learn(t *turn, round int) (changed bool) {
	for i := range r.list {
		c := &r.list[i]
		next := c.was
		if i < len(t.now) && t.set[i] {
			c.written = true
			next = c.was.join(t.now[i])
		}
		if next == c.was {
			continue
		}
		if round >= restRounds {
			next = anything
		}
		c.was, changed = next, true
	}
	if changed {
		return true
	}
	for i := range r.list {
		if c := &r.list[i]; !c.written && c.was != r.frozen {
			c.was, changed = r.frozen, true
		}
	}
	return changed
}

// rest lists what must be 0.
func (r *resting) rest() *Rest {
	rest := &Rest{}
	r.p.Dsp.State.Walk(func(_, _ int, n *state.Node) {
		switch n.Kind {
		case state.Mem, state.Delay:
			rest.Tail += max(1, n.Len)
		case state.Feed, state.Site:
			r.feeds = true
		}
	})
	for _, c := range r.list {
		switch {
		case !c.was.zero():
		case c.len > 0:
			rest.Rings = append(rest.Rings, Ring{c.offset, c.len})
		default:
			rest.Words = append(rest.Words, c.offset)
		}
	}
	if r.feeds {
		rest.Tail = -1
	}
	slices.Sort(rest.Words)
	slices.SortFunc(rest.Rings, func(a, b Ring) int { return a.Offset - b.Offset })
	return rest
}

// frame is one activation of a function.
type frame struct {
	values []reach
	vars   []reach
	base   int // of its state block, in words from dsp's
}

func (r *resting) call(f *Func, args []reach, base int, t *turn) []reach {
	unknown := func() []reach {
		list := make([]reach, len(f.Results))
		for i := range list {
			list[i] = anything
		}
		return list
	}
	if f.Recursive {
		if f.StateSize() > 0 {
			r.left = -1
		}
		return unknown()
	}
	fr := &frame{values: make([]reach, f.Values), vars: make([]reach, len(f.Vars)), base: base}
	copy(fr.values, args)
	for i := range fr.vars {
		fr.vars[i] = exactly(0)
	}
	if f.Body == nil {
		return unknown()
	}
	return r.block(f.Body, fr, t)
}

func (r *resting) block(b *Block, fr *frame, t *turn) []reach {
	for _, in := range b.Instrs {
		if r.left--; r.left < 0 {
			return make([]reach, len(b.Yield))
		}
		r.instr(in, fr, t)
	}
	return pick(b.Yield, fr)
}

func pick(list []Value, fr *frame) []reach {
	out := make([]reach, len(list))
	for i, v := range list {
		out[i] = fr.values[v]
	}
	return out
}

func (r *resting) instr(in *Instr, fr *frame, t *turn) {
	args := pick(in.Args, fr)
	results := make([]reach, len(in.Res))
	for i := range results {
		results[i] = anything
	}
	switch in.Op {
	case Const:
		results[0] = exactly(in.Imm)
	case GetVar:
		results[0] = fr.vars[in.Imm]
	case SetVar:
		fr.vars[in.Imm] = args[0]
	case GetState, Mem:
		i := r.at(t, fr.base+int(in.Imm), 0)
		results[0] = t.now[i]
		if in.Op == Mem {
			t.put(i, args[0], true)
		}
	case SetState:
		t.put(r.at(t, fr.base+int(in.Imm), 0), args[0], true)
	case Delay:
		i := r.at(t, fr.base+int(in.Imm), int(in.Aux))
		results[0] = t.now[i]
		t.put(i, t.now[i].join(args[0]), true)
	case GetParam:
		c := r.p.Params[in.Imm]
		results[0] = between(c.Min, c.Max)
	case GetCue:
		if quiet(r.p.Cues[in.Imm].Kind) {
			results[0] = number(0)
		}
	case SampleRate:
		results[0] = between(1, 1e9)
	case Call:
		results = r.call(in.Callee, args, fr.base+int(in.Imm), t)
	case If:
		results = r.branch(in, args[0], fr, t)
	case Switch:
		results = r.anyOf(in.Blocks, fr, t)
	default:
		if Ops[in.Op].Pure && len(results) == 1 {
			results[0] = reachOf(in.Op, args)
		}
	}
	for i, v := range in.Res {
		fr.values[v] = results[i]
	}
}

// branch runs the block that a condition selects, both if it is not known.
func (r *resting) branch(in *Instr, condition reach, fr *frame, t *turn) []reach {
	holds, known := condition.holds()
	switch {
	case known && holds:
		return r.block(in.Blocks[0], fr, t)
	case known:
		return r.block(in.Blocks[1], fr, t)
	}
	return r.anyOf(in.Blocks, fr, t)
}

// anyOf is what is known after one of some blocks has run.
func (r *resting) anyOf(blocks []*Block, fr *frame, t *turn) (results []reach) {
	stateful := slices.ContainsFunc(blocks, r.touches)
	before, vars := t, slices.Clone(fr.vars)
	if stateful {
		before = t.clone()
	}
	var joined []reach
	for i, b := range blocks {
		after := before // in large programs copies would be all the work
		if stateful {
			after = before.clone()
			r.left -= len(before.now) // they count, too
		}
		fr.vars = slices.Clone(vars)
		out := r.block(b, fr, after)
		if i == 0 {
			results, joined, *t = out, fr.vars, *after
			continue
		}
		results, joined = joinAll(results, out), joinAll(joined, fr.vars)
		if !stateful {
			continue
		}
		t.merge(r.fill(t.clone()), r.fill(after))
	}
	fr.vars = joined
	return results
}

// touches reports whether a block reads or writes the state.
func (r *resting) touches(b *Block) bool {
	touch, ok := r.touch[b]
	if ok {
		return touch
	}
	Walk(b, func(in *Instr) {
		switch in.Op {
		case GetState, SetState, Mem, Delay, Call:
			touch = true
		}
	})
	r.touch[b] = touch
	return touch
}

// joinAll joins two lists of one length.
func joinAll(a, b []reach) []reach {
	out := make([]reach, len(a))
	for i := range a {
		out[i] = a[i].join(b[i])
	}
	return out
}

// quiet reports whether a cue is 0 while no note is held.
func quiet(kind state.CueKind) bool { return kind == state.CueVelocity || kind == state.CueVoiceGate }

// RestWords lists the words of the image that are 0 while no note is held,
// beside those of Rest.
func (p *Program) RestWords() []int {
	var list []int
	for i, cue := range p.Cues {
		if quiet(cue.Kind) {
			list = append(list, p.Image.Cues+i)
		}
	}
	return list
}
