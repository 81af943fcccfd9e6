// Choices without branches. A branch that is taken now and then costs more than
// a few operations that were not needed, and it ends the straight line in which
// Pack finds pairs.

package mir

// flattenLimit is the cost up to which both sides of a choice are computed.
const flattenLimit = 16

// Choose replaces choices whose sides are cheap and only compute, or read and
// write state, by selections. A word that one side writes gets its old value
// when the other side is chosen.
func Choose(p *Program) {
	for _, f := range p.Funcs {
		c := &chooser{f: f}
		f.Body = c.block(f.Body)
	}
}

// chooser rewrites one function.
type chooser struct{ f *Func }

// block returns b with its choices replaced, innermost first.
func (c *chooser) block(b *Block) *Block {
	out := &Block{Instrs: make([]*Instr, 0, len(b.Instrs)), Yield: b.Yield}
	for _, in := range b.Instrs {
		for k, nested := range in.Blocks {
			in.Blocks[k] = c.block(nested)
		}
		if in.Op != If || cost(in.Blocks[0])+cost(in.Blocks[1])+len(in.Res) > flattenLimit {
			out.Instrs = append(out.Instrs, in)
			continue
		}
		c.side(out, in, 0)
		c.side(out, in, 1)
		for k, r := range in.Res {
			out.Instrs = append(out.Instrs, &Instr{
				Op: Select, Args: []Value{in.Args[0], in.Blocks[0].Yield[k], in.Blocks[1].Yield[k]}, Res: []Value{r}, Pos: in.Pos,
			})
		}
	}
	return out
}

// side appends one side of a choice; what it writes it writes only if chosen.
func (c *chooser) side(out *Block, choice *Instr, k int) {
	for _, in := range choice.Blocks[k].Instrs {
		if in.Op != SetState && in.Op != Mem {
			out.Instrs = append(out.Instrs, in)
			continue
		}
		old := c.f.NewValue()
		if in.Op == Mem {
			old = in.Res[0]
		}
		chosen := []Value{choice.Args[0], in.Args[0], old}
		if k == 1 {
			chosen[1], chosen[2] = chosen[2], chosen[1]
		}
		next := c.f.NewValue()
		out.Instrs = append(out.Instrs,
			&Instr{Op: GetState, Imm: in.Imm, Res: []Value{old}, Pos: in.Pos},
			&Instr{Op: Select, Args: chosen, Res: []Value{next}, Pos: in.Pos},
			&Instr{Op: SetState, Imm: in.Imm, Args: []Value{next}, Pos: in.Pos})
	}
}

// cost estimates what a block costs when it is computed in any case: about one
// for each machine instruction; beyond the limit if it may not be.
func cost(b *Block) int {
	sum := 0
	for _, in := range b.Instrs {
		switch in.Op {
		case Const, GetParam, GetCue, Now, SampleRate, BitsF, FBits, FuncValue:
		case GetState:
			sum++
		case SetState, Mem, Select, MinF, MaxF, RoundF, CopySignF:
			sum += 3
		case DivF, SqrtF, ModF:
			return flattenLimit + 1
		default:
			if !Ops[in.Op].Pure {
				return flattenLimit + 1
			}
			sum++
		}
	}
	return sum
}
