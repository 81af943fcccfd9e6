package mir

// inlineSize is the number of instructions up to which a function is always
// expanded at its calls.
const inlineSize = 120

// inlineTiny is the same for functions without state at first, when it is not yet
// known which of their arguments vary.
const inlineTiny = 24

// A function with state is worth more: expanded, its words can stay in registers
// and what its arguments decide is decided. So larger ones are expanded, into
// functions that stay below a size.
const (
	inlineVoice = 400
	inlineInto  = 8000
)

// inlineGrowth bounds the instructions of one function after expansion.
const inlineGrowth = 200000

// Inline replaces calls by bodies: of functions with state, of small ones, and of
// those that are there once. State offsets stay what they were: those of the body
// move by the offset of the call. Functions that nobody calls any more are
// dropped.
func Inline(p *Program) { inline(p, false) }

// Expand replaces calls of functions without state, whose arguments vary from
// frame to frame; what does not vary is better called: computed once, before the
// frames, and there once.
func Expand(p *Program) { inline(p, true) }

// inline does the work of both.
func inline(p *Program, stateless bool) {
	calls := instances(p)
	sizes := map[*Func]int{}
	stateful := map[*Func]bool{}
	for _, f := range p.Funcs {
		stateful[f] = f.StateSize() > 0
	}
	for _, f := range p.Funcs { // callees come first
		in := &inliner{f: f, calls: calls, sizes: sizes, stateful: stateful, stateless: stateless}
		if stateless {
			in.note(p)
		}
		Walk(f.Body, func(*Instr) { in.size++ })
		names := make([]Value, f.Values)
		for i := range names {
			names[i] = Value(i)
		}
		f.Body = in.block(f.Body, copyOf{names: names})
		n := 0
		Walk(f.Body, func(*Instr) { n++ })
		sizes[f] = n
	}
	live := map[*Func]bool{}
	mark(p.Init, live)
	mark(p.Dsp, live)
	kept := p.Funcs[:0]
	for _, f := range p.Funcs {
		if live[f] {
			f.Index = len(kept)
			kept = append(kept, f)
		}
	}
	p.Funcs = kept
}

// instances returns how often each function would be there if every call were
// expanded, at most a million times.
func instances(p *Program) map[*Func]int {
	n := map[*Func]int{p.Init: 1, p.Dsp: 1}
	for i := len(p.Funcs) - 1; i >= 0; i-- { // callers first
		f := p.Funcs[i]
		Walk(f.Body, func(in *Instr) {
			switch in.Op {
			case Call:
				n[in.Callee] = min(n[in.Callee]+max(n[f], 1), 1e6)
			case FuncValue, MakeClosure:
				n[in.Callee] = min(n[in.Callee]+1, 1e6)
			}
		})
	}
	return n
}

// inliner rewrites the body of one function.
type inliner struct {
	f     *Func
	calls map[*Func]int // instances
	sizes map[*Func]int
	// functions that have a block
	stateful map[*Func]bool
	size     int // instructions so far

	stateless bool
	steady    map[*Instr]bool // calls whose results do not vary
}

// note finds the calls that are better computed ahead.
func (in *inliner) note(p *Program) {
	in.steady = map[*Instr]bool{}
	if in.f != p.Dsp {
		return
	}
	for i, s := range FindSteady(p, in.f) {
		if c := in.f.Body.Instrs[i]; s != Varying && c.Op == Call {
			in.steady[c] = true
		}
	}
}

// copyOf says how the copy of a body differs from the original.
type copyOf struct {
	names       []Value // what each value is called in the copy
	fresh       bool    // give results new names
	vars, state int64   // mutable locals and state offsets move by these
}

// block returns the copy of b.
func (in *inliner) block(b *Block, how copyOf) *Block {
	out := &Block{Instrs: make([]*Instr, 0, len(b.Instrs))}
	in.into(out, b, how)
	out.Yield = rename(b.Yield, how.names)
	return out
}

// into appends a copy of the instructions of b to out.
func (in *inliner) into(out, b *Block, how copyOf) {
	for _, old := range b.Instrs {
		i := *old
		i.Args = rename(old.Args, how.names)
		switch i.Op {
		case GetVar, SetVar:
			i.Imm += how.vars
		case GetState, SetState, Mem, Delay:
			i.Imm += how.state
		case MakeClosure:
			if i.Imm >= 0 {
				i.Imm += how.state
			}
		case Call:
			if in.stateful[i.Callee] { // others have no block, their offset stays 0
				i.Imm += how.state
			}
		}
		if i.Op == Call && !in.steady[old] && in.wants(i.Callee) {
			for k, v := range in.expand(out, &i) {
				how.names[old.Res[k]] = v
			}
			continue
		}
		if how.fresh {
			i.Res = make([]Value, len(old.Res))
			for k, r := range old.Res {
				i.Res[k] = in.f.NewValue()
				how.names[r] = i.Res[k]
			}
		}
		if i.Blocks != nil {
			i.Blocks = make([]*Block, len(old.Blocks))
			for k, nested := range old.Blocks {
				i.Blocks[k] = in.block(nested, how)
			}
		}
		out.Instrs = append(out.Instrs, &i)
	}
}

// wants decides whether a call of g is expanded.
func (in *inliner) wants(g *Func) bool {
	if g.Recursive || g == in.f || in.size > inlineGrowth {
		return false
	}
	size := in.sizes[g]
	switch {
	case in.stateless && !in.stateful[g]:
		return size <= inlineSize || in.calls[g] == 1
	case in.stateless:
		return false
	case in.stateful[g]:
		return size <= inlineSize || in.calls[g] == 1 || size <= inlineVoice && in.size+size <= inlineInto
	}
	return size <= inlineTiny
}

// expand appends the body of the called function and returns its results.
func (in *inliner) expand(out *Block, call *Instr) []Value {
	g := call.Callee
	in.size += in.sizes[g]
	how := copyOf{names: make([]Value, g.Values), fresh: true, vars: int64(len(in.f.Vars)), state: call.Imm}
	copy(how.names, call.Args)
	in.f.Vars = append(in.f.Vars, g.Vars...)
	in.into(out, g.Body, how)
	return rename(g.Body.Yield, how.names)
}

// rename maps vals by names.
func rename(vals, names []Value) []Value {
	if vals == nil {
		return nil
	}
	out := make([]Value, len(vals))
	for i, v := range vals {
		out[i] = names[v]
	}
	return out
}
