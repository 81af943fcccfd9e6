// What an instruction does beside computing its results.

package mir

import (
	"sort"

	"mmm/state"
)

// stateUse is a range of state words that an instruction touches.
type stateUse struct {
	at, size int64
	writes   bool
}

// effects are what an instruction reads and writes.
type effects struct {
	state         []stateUse
	reads, writes bool // anything else that is not the same all the time
}

// effectsOf returns the effects of in with those of its blocks.
func effectsOf(in *Instr) effects {
	var e effects
	e.add(in)
	for _, b := range in.Blocks {
		Walk(b, e.add)
	}
	return e
}

// add adds the effects of in alone.
func (e *effects) add(in *Instr) {
	if in.Twin != nil {
		e.add(in.Twin)
	}
	switch in.Op {
	case GetState:
		e.state = append(e.state, stateUse{in.Imm, 1, false})
	case SetState, Mem:
		e.state = append(e.state, stateUse{in.Imm, 1, true})
	case Delay:
		e.state = append(e.state, stateUse{in.Imm, state.DelayHeader + in.Aux, true})
	case Call:
		if n := int64(in.Callee.StateSize()); n > 0 {
			e.state = append(e.state, stateUse{in.Imm, n, true})
		}
		if !computes(in.Callee) {
			e.writes = true
		}
	case GetVar, GetGlobal, ArrayLen, ArrayGet, BoxLoad, CellGet:
		e.reads = true
	case MakeClosure:
		e.writes = true
		if in.Imm >= 0 {
			e.state = append(e.state, stateUse{in.Imm, 1, true})
		}
	case If, Switch:
	default:
		e.writes = e.writes || !Ops[in.Op].Pure
	}
}

// computes reports whether f only computes its results.
func computes(f *Func) bool {
	if f.Recursive {
		return false
	}
	plain := true
	Walk(f.Body, func(in *Instr) {
		switch in.Op {
		case If, Switch:
		case Call:
			plain = plain && computes(in.Callee)
		default:
			plain = plain && Ops[in.Op].Pure && in.Op != GetCapture && in.Op != SelfClosure
		}
	})
	return plain
}

// places tells which ranges of state words overlap.
type places struct{ starts, ends, sizes []int64 }

// statePlaces returns the places that a block touches: ranges that overlap are
// one place.
func statePlaces(b *Block) *places {
	var uses []stateUse
	for _, in := range b.Instrs {
		uses = append(uses, effectsOf(in).state...)
	}
	sort.Slice(uses, func(i, j int) bool { return uses[i].at < uses[j].at })
	p := &places{}
	for _, u := range uses {
		last := len(p.starts) - 1
		if last >= 0 && u.at < p.ends[last] {
			p.ends[last] = max(p.ends[last], u.at+u.size)
			if u.at != p.starts[last] || u.size != p.sizes[last] {
				p.sizes[last] = 0
			}
			continue
		}
		p.starts, p.ends, p.sizes = append(p.starts, u.at), append(p.ends, u.at+u.size), append(p.sizes, u.size)
	}
	return p
}

// of returns the place of a range.
func (p *places) of(u stateUse) int {
	return sort.Search(len(p.starts), func(i int) bool { return p.starts[i] > u.at }) - 1
}

// alone reports whether everything that touches the range touches exactly it.
func (p *places) alone(u stateUse) bool { return p.sizes[p.of(u)] == u.size }
