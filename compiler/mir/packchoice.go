// Pairs of choices. If both sides are cheap, both are computed for both lanes.
// Otherwise the code asks whether the two conditions agree on a side that can be
// computed in pairs, and if they do not, computes each lane for itself, out of
// line: for the rare side of an elementary function, say.

package mir

import "mmm/state"

// packFlat is the cost up to which both sides of a choice are computed for pairs.
const packFlat = 56

// choiceSides says how a pair of choices is computed.
type choiceSides struct {
	flat bool    // both sides, always
	hot  [2]bool // which sides can be computed in pairs
}

// sides returns how the choice in would be computed in pairs; nil: it cannot be.
func (k *packer) sides(in *Instr) *choiceSides {
	if s, ok := k.choices[in]; ok {
		return s
	}
	var s *choiceSides
	if e := effectsOf(in); len(e.state) == 0 && !e.reads && !e.writes && len(in.Res) > 0 {
		s = &choiceSides{}
		total := 0
		for i, b := range in.Blocks {
			c, ok := k.blockCost(b)
			s.hot[i] = ok
			total += c
		}
		s.flat = s.hot[0] && s.hot[1] && total <= packFlat
		if !s.hot[0] && !s.hot[1] {
			s = nil
		}
	}
	k.choices[in] = s
	return s
}

// blockCost returns what a block costs in pairs, and whether it can be computed
// so.
func (k *packer) blockCost(b *Block) (sum int, ok bool) {
	for _, in := range b.Instrs {
		switch in.Op {
		case Const:
			k.consts[in.Res[0]] = in
		case GetState, SetState, Mem, Delay:
			return 0, false
		case If:
			s := k.sides(in)
			if s == nil || !s.flat {
				return 0, false
			}
			for _, nested := range in.Blocks {
				c, _ := k.blockCost(nested)
				sum += c
			}
		default:
			if !k.packable(in) {
				return 0, false
			}
			sum += int(opCost(in.Op).pair)
		}
	}
	return sum, true
}

// zip walks two choices side by side. It reports whether they are alike: the same
// operations in the same order, on values of their own at the same places. For
// each pair of arguments from outside it calls visit. Constants may differ if
// told so.
type zip struct {
	inner  map[Value]Value
	visit  func(v, w Value)
	differ bool
}

func (z *zip) choice(a, b *Instr) bool {
	for i := range a.Blocks {
		if !z.block(a.Blocks[i], b.Blocks[i]) {
			return false
		}
	}
	return true
}

func (z *zip) block(a, b *Block) bool {
	if len(a.Instrs) != len(b.Instrs) || len(a.Yield) != len(b.Yield) {
		return false
	}
	for i, p := range a.Instrs {
		q := b.Instrs[i]
		if p.Op != q.Op || len(p.Args) != len(q.Args) || len(p.Res) != len(q.Res) || len(p.Blocks) != len(q.Blocks) || p.Callee != q.Callee || p.Aux != q.Aux {
			return false
		}
		if p.Imm != q.Imm && !(p.Op == Const && z.differ) {
			return false
		}
		if !z.values(p.Args, q.Args) || !z.choice(p, q) {
			return false
		}
		for j, r := range p.Res {
			z.inner[r] = q.Res[j]
		}
	}
	return z.values(a.Yield, b.Yield)
}

func (z *zip) values(p, q []Value) bool {
	for i, v := range p {
		if w, ok := z.inner[v]; ok {
			if w != q[i] {
				return false
			}
			continue
		}
		if z.visit != nil {
			z.visit(v, q[i])
		}
	}
	return true
}

// sameChoice reports whether two choices can be a pair.
func (k *packer) sameChoice(a, b *Instr) bool {
	s := k.sides(a)
	if s == nil || len(a.Res) != len(b.Res) || k.sides(b) == nil {
		return false
	}
	// A value from outside that is defined inside the other would be taken for one
	// of its own: then the walk from the other side fails.
	there := zip{inner: map[Value]Value{}, differ: s.flat}
	back := zip{inner: map[Value]Value{}, differ: s.flat}
	return there.choice(a, b) && back.choice(b, a)
}

// captured calls visit for each pair of values from outside that two like
// choices use, the condition aside.
func captured(a, b *Instr, visit func(v, w Value)) {
	z := zip{inner: map[Value]Value{}, visit: visit, differ: true}
	z.choice(a, b)
}

// outliner makes functions of choices, so that the rare lane by lane way is there
// once.
type outliner struct {
	p    *Program
	made []outlined
}

// outlined is a function made of a choice.
type outlined struct {
	from   *Instr
	consts map[Value]*Instr // around from
	f      *Func
}

// call returns the function of a choice like in, and the values from outside that
// are its arguments after the condition.
func (o *outliner) call(k *packer, in *Instr) (f *Func, args []Value) {
	var outside []Value
	seen := map[Value]bool{}
	captured(in, in, func(v, _ Value) {
		if !seen[v] && k.consts[v] == nil {
			seen[v] = true
			outside = append(outside, v)
		}
	})
	for _, m := range o.made {
		if args, ok := o.fits(k, m, in); ok {
			return m.f, args
		}
	}
	f = &Func{Name: "lane", Body: &Block{}, Values: 1 + len(outside), Index: len(o.p.Funcs), Pos: in.Pos}
	f.Params, f.Results = make([]state.WordKind, f.Values), make([]state.WordKind, len(in.Res))
	names := map[Value]Value{in.Args[0]: 0}
	for i, v := range outside {
		if v != in.Args[0] {
			names[v] = Value(1 + i)
		}
	}
	c := &cloner{f: f, names: names, outer: k.consts}
	body := c.instrs([]*Instr{in})
	f.Body.Yield = c.values(in.Res)
	f.Body.Instrs = append(c.consts, body...)
	o.p.Funcs = append(o.p.Funcs, f)
	o.made = append(o.made, outlined{in, k.consts, f})
	return f, outside
}

// fits reports whether the function m does what in does, and its arguments for
// it.
func (o *outliner) fits(k *packer, m outlined, in *Instr) (args []Value, ok bool) {
	if m.from.Op != in.Op || len(m.from.Res) != len(in.Res) || len(m.from.Blocks) != len(in.Blocks) {
		return nil, false
	}
	seen := map[Value]Value{}
	ok = true
	z := zip{inner: map[Value]Value{}, visit: func(v, w Value) {
		c, d := m.consts[v], k.consts[w]
		if (c == nil) != (d == nil) || c != nil && c.Imm != d.Imm {
			ok = false
			return
		}
		if c != nil {
			return
		}
		if have, known := seen[v]; known {
			ok = ok && have == w
			return
		}
		seen[v] = w
		args = append(args, w)
	}}
	return args, z.choice(m.from, in) && ok
}

// cloner copies instructions into a function under new names. Constants from
// outside are copied too.
type cloner struct {
	f      *Func
	names  map[Value]Value
	outer  map[Value]*Instr
	consts []*Instr
}

func (c *cloner) instrs(list []*Instr) []*Instr {
	out := make([]*Instr, len(list))
	for i, in := range list {
		n := *in
		n.Args = c.values(in.Args)
		n.Blocks = make([]*Block, len(in.Blocks))
		for j, b := range in.Blocks {
			n.Blocks[j] = &Block{Instrs: c.instrs(b.Instrs)}
			n.Blocks[j].Yield = c.values(b.Yield)
		}
		n.Res = make([]Value, len(in.Res))
		for j, r := range in.Res {
			n.Res[j] = c.f.NewValue()
			c.names[r] = n.Res[j]
		}
		out[i] = &n
	}
	return out
}

func (c *cloner) values(list []Value) []Value {
	out := make([]Value, len(list))
	for i, v := range list {
		w, ok := c.names[v]
		if !ok {
			k := *c.outer[v]
			w = c.f.NewValue()
			k.Res = []Value{w}
			c.consts = append(c.consts, &k)
			c.names[v] = w
		}
		out[i] = w
	}
	return out
}
