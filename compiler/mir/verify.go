package mir

import (
	"fmt"

	"mmm/state"
)

// Verify checks the invariants of the middle form. An error is a defect of the
// compiler, never of the patch.
func Verify(p *Program) error {
	sizes := map[*Func]int{}
	for _, f := range p.Funcs {
		v := &verifier{p: p, f: f, sizes: sizes, defined: make([]bool, f.Values), once: make([]bool, f.Values), pair: make([]bool, f.Values)}
		for i := range f.Params {
			v.defined[i], v.once[i] = true, true
		}
		if err := v.block(f.Body, len(f.Results)); err != nil {
			return fmt.Errorf("function %s: %w", f.Name, err)
		}
	}
	return nil
}

// verifier checks one function.
type verifier struct {
	p       *Program
	f       *Func
	sizes   map[*Func]int // words of state blocks met so far: a size is a walk of a whole layout
	defined []bool        // visible here
	once    []bool        // defined anywhere
	pair    []bool        // a pair of words
}

// stateSize returns the words of f's state block.
func (v *verifier) stateSize(f *Func) int {
	size, ok := v.sizes[f]
	if !ok {
		size = f.StateSize()
		v.sizes[f] = size
	}
	return size
}

// block checks b, which must yield n values; what it defines ends with it.
func (v *verifier) block(b *Block, n int) error {
	outer := b == v.f.Body
	var mine []Value
	for _, in := range b.Instrs {
		if err := v.instr(in); err != nil {
			return fmt.Errorf("%s: %w", in.Op, err)
		}
		for _, r := range in.Res {
			if r < 0 || int(r) >= len(v.once) || v.once[r] {
				return fmt.Errorf("%s defines v%d twice or out of range", in.Op, r)
			}
			v.once[r], v.defined[r] = true, true
			mine = append(mine, r)
		}
	}
	if len(b.Yield) != n {
		return fmt.Errorf("block yields %d values, %d are wanted", len(b.Yield), n)
	}
	if err := v.visible(b.Yield); err != nil {
		return err
	}
	for _, y := range b.Yield {
		if outer && v.pair[y] {
			return fmt.Errorf("yields the pair v%d", y)
		}
	}
	for _, r := range mine {
		v.defined[r] = false
	}
	return nil
}

// visible checks that vals may be used here.
func (v *verifier) visible(vals []Value) error {
	for _, a := range vals {
		if a < 0 || int(a) >= len(v.defined) || !v.defined[a] {
			return fmt.Errorf("v%d is not defined here", a)
		}
	}
	return nil
}

// instr checks one instruction and the blocks in it.
func (v *verifier) instr(in *Instr) error {
	if in.Op >= NumOps {
		return fmt.Errorf("unknown operation %d", in.Op)
	}
	row := Ops[in.Op]
	if row.In >= 0 && len(in.Args) != row.In {
		return fmt.Errorf("%d arguments, %d are wanted", len(in.Args), row.In)
	}
	if row.Out >= 0 && len(in.Res) != row.Out {
		return fmt.Errorf("%d results, %d are wanted", len(in.Res), row.Out)
	}
	if err := v.visible(in.Args); err != nil {
		return err
	}
	if err := v.pairs(in); err != nil {
		return err
	}
	within := func(n, limit int) error {
		if in.Imm < 0 || in.Imm+int64(n) > int64(limit) {
			return fmt.Errorf("index %d of %d", in.Imm, limit)
		}
		return nil
	}
	switch in.Op {
	case GetVar, SetVar:
		return within(1, len(v.f.Vars))
	case GetGlobal, SetGlobal:
		return within(1, len(v.p.Globals))
	case GetParam:
		return within(1, len(v.p.Params))
	case GetCue:
		return within(1, len(v.p.Cues))
	case Probe:
		return within(1, len(v.p.Probes))
	case GetState, SetState, Mem, Delay:
		for _, one := range []*Instr{in, in.Twin} {
			if one == nil {
				break
			}
			words := int64(1)
			if in.Op == Delay {
				words = state.DelayHeader + one.Aux
			}
			if one.Imm < 0 || one.Imm+words > int64(v.stateSize(v.f)) {
				return fmt.Errorf("words %d to %d of %d", one.Imm, one.Imm+words, v.stateSize(v.f))
			}
		}
		return nil
	case Call:
		if len(in.Args) != len(in.Callee.Params) || len(in.Res) != len(in.Callee.Results) {
			return fmt.Errorf("call of %s with %d arguments and %d results", in.Callee.Name, len(in.Args), len(in.Res))
		}
		return within(v.stateSize(in.Callee), max(v.stateSize(v.f), int(in.Imm)))
	case If:
		if len(in.Blocks) != 2 {
			return fmt.Errorf("%d blocks", len(in.Blocks))
		}
	case Switch:
		if len(in.Blocks) == 0 {
			return fmt.Errorf("no blocks")
		}
	}
	for k, b := range in.Blocks {
		if err := v.block(b, len(in.Res)); err != nil {
			return err
		}
		for i, y := range b.Yield {
			if k > 0 && v.pair[y] != v.pair[in.Res[i]] {
				return fmt.Errorf("v%d is a pair in one block and a word in another", in.Res[i])
			}
			v.pair[in.Res[i]] = v.pair[y]
		}
	}
	return nil
}

// pairs checks which arguments of in are pairs, and notes which results are.
func (v *verifier) pairs(in *Instr) error {
	wants, gives := in.Twin != nil, in.Twin != nil
	switch {
	case in.Twin != nil && in.Twin.Op != in.Op && !(in.Op == AddF && in.Twin.Op == SubF || in.Op == SubF && in.Twin.Op == AddF):
		return fmt.Errorf("pairs with %s", in.Twin.Op)
	case in.Op == Pair:
		gives = true
	case in.Op == Lane || in.Op == InLanes:
		wants = true
	}
	for _, a := range in.Args {
		if v.pair[a] != wants {
			return fmt.Errorf("v%d is a pair: %t", a, v.pair[a])
		}
	}
	for _, r := range in.Res {
		if r >= 0 && int(r) < len(v.pair) {
			v.pair[r] = gives
		}
	}
	return nil
}
