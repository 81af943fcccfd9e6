package mir

// twiceSize bounds the instructions of a body that is written for two frames.
const twiceSize = 500

// twiceGain is the part of the cost of two single frames that a double frame may
// cost, to be worth its code.
const twiceGain = 0.9

// twice returns a function that computes two frames of dsp: parameters and
// results are those of the first frame, then those of the second. What a frame
// leaves in its state, the next has at once, and what does not depend on the
// frame before can be paired with itself one frame later. It returns nil where
// that is not possible.
func twice(p *Program) *Func {
	dsp := p.Dsp
	if dsp.Recursive || len(dsp.Body.Instrs) > twiceSize || p.HeapOp() != nil {
		return nil
	}
	for _, f := range p.Funcs {
		if f.Recursive {
			return nil
		}
		plain := true
		Walk(f.Body, func(in *Instr) { plain = plain && in.Op != Delay && (in.Op != Now || f == dsp) })
		if !plain {
			return nil
		}
	}
	n := len(dsp.Params)
	f := &Func{Name: dsp.Name + " twice", State: dsp.State, Body: &Block{}, Pos: dsp.Pos, Index: len(p.Funcs), Values: 2 * n}
	for range 2 {
		f.Params = append(f.Params, dsp.Params...)
		f.Results = append(f.Results, dsp.Results...)
		f.Vars = append(f.Vars, dsp.Vars...)
	}
	for frame := range 2 {
		c := &cloner{f: f, names: map[Value]Value{}}
		for i := range n {
			c.names[Value(i)] = Value(frame*n + i)
		}
		list := c.instrs(dsp.Body.Instrs)
		if frame == 1 {
			list = later(f, list, int64(len(dsp.Vars)))
		}
		f.Body.Instrs = append(f.Body.Instrs, list...)
		f.Body.Yield = append(f.Body.Yield, c.values(dsp.Body.Yield)...)
	}
	forward(f)
	return f
}

// later makes the instructions of a frame those of the next one: the current
// sample is one later, mutable locals are others.
func later(f *Func, list []*Instr, vars int64) []*Instr {
	out := make([]*Instr, 0, len(list))
	for _, in := range list {
		for _, b := range in.Blocks {
			b.Instrs = later(f, b.Instrs, vars)
		}
		switch in.Op {
		case GetVar, SetVar:
			in.Imm += vars
		case Now:
			now, one := f.NewValue(), f.NewValue()
			out = append(out, &Instr{Op: Now, Res: []Value{now}, Pos: in.Pos}, &Instr{Op: Const, Imm: oneBits, Res: []Value{one}, Pos: in.Pos})
			in.Op, in.Args = AddF, []Value{now, one}
		}
		out = append(out, in)
	}
	return out
}

// oneBits is the number 1.
const oneBits = 0x3ff0000000000000

// forward gives reads of state words the value that was written before, and drops
// writes that are written over.
func forward(f *Func) {
	same := make([]Value, f.Values)
	for i := range same {
		same[i] = Value(i)
	}
	places := statePlaces(f.Body)
	known := map[int64]Value{}
	last := map[int64]*Instr{} // the write that nothing has read
	dead := map[*Instr]bool{}
	out := make([]*Instr, 0, len(f.Body.Instrs))
	renameIn(f.Body, same, func(in *Instr) {
		e := effectsOf(in)
		if len(in.Blocks) > 0 || len(e.state) != 1 || !places.alone(e.state[0]) || in.Op != GetState && in.Op != SetState && in.Op != Mem {
			for _, u := range e.state {
				for w := range known {
					if w >= u.at && w < u.at+u.size {
						delete(known, w)
					}
				}
				for w := range last {
					if w >= u.at && w < u.at+u.size {
						delete(last, w)
					}
				}
			}
			out = append(out, in)
			return
		}
		if in.Op != SetState {
			if v, ok := known[in.Imm]; ok {
				same[in.Res[0]] = v
			} else {
				out = append(out, &Instr{Op: GetState, Imm: in.Imm, Res: in.Res, Pos: in.Pos})
				known[in.Imm] = in.Res[0]
			}
		}
		if in.Op != GetState {
			if w := last[in.Imm]; w != nil {
				dead[w] = true
			}
			set := &Instr{Op: SetState, Imm: in.Imm, Args: in.Args, Pos: in.Pos}
			known[in.Imm], last[in.Imm] = in.Args[0], set
			out = append(out, set)
		}
	})
	kept := out[:0]
	for _, in := range out {
		if !dead[in] {
			kept = append(kept, in)
		}
	}
	f.Body.Instrs = kept
	f.Body.Yield = rename(f.Body.Yield, same)
}

// renameIn calls visit for each instruction of a block, with its arguments and
// those in its blocks renamed by what visit has changed in names so far.
func renameIn(b *Block, names []Value, visit func(*Instr)) {
	for _, in := range b.Instrs {
		in.Args = rename(in.Args, names)
		for _, nested := range in.Blocks {
			renameIn(nested, names, func(*Instr) {})
			nested.Yield = rename(nested.Yield, names)
		}
		visit(in)
	}
}

// bodyCost estimates what a body costs: what is computed ahead is free, of a
// choice the cheaper side is taken for the usual one.
func bodyCost(p *Program, f *Func) (sum float32) {
	ahead := FindSteady(p, f)
	for i, in := range f.Body.Instrs {
		if ahead[i] == Varying {
			sum += instrCost(in)
		}
	}
	return sum
}

// instrCost is the cost of one instruction with its blocks.
func instrCost(in *Instr) float32 {
	p := opCost(in.Op)
	switch {
	case in.Op == If || in.Op == Switch:
		least := float32(-1)
		for _, b := range in.Blocks {
			sum := float32(0)
			for _, nested := range b.Instrs {
				sum += instrCost(nested)
			}
			if least < 0 || sum < least {
				least = sum
			}
		}
		return least + 2
	case in.Op == Call:
		return 100
	case in.Op == Pair, in.Op == Lane && in.Imm == 1:
		return 1
	case in.Op == Lane:
		return 0
	case in.Twin != nil:
		return p.pair
	}
	return p.word
}
