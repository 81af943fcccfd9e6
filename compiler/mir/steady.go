// What does not change while frames are computed.

package mir

// Steadiness says how often a value has to be computed.
type Steadiness uint8

// From a value that is another in every turn to one that only the sample rate
// can change.
const (
	Varying Steadiness = iota
	Steady             // the same for all frames of a run: controls, notes, globals that nobody sets
	Fixed              // depends on nothing but constants and the sample rate
)

// steadySize bounds the instructions of a function that may be called ahead.
const steadySize = 4096

// steadier finds how steady the values of a function are.
type steadier struct {
	sets map[int64]bool // globals that something sets while the program plays
	of   []Steadiness   // by value
	pure map[*Func]bool
}

// FindSteady returns how steady each instruction of the body of f is, by its
// place, for an f that runs once for each frame. Instructions with effects are
// Varying.
func FindSteady(p *Program, f *Func) []Steadiness {
	s := &steadier{sets: map[int64]bool{}, of: make([]Steadiness, f.Values), pure: map[*Func]bool{}}
	playing := map[*Func]bool{}
	mark(p.Dsp, playing)
	for _, g := range p.Funcs {
		Walk(g.Body, func(in *Instr) {
			if in.Op == FuncValue || in.Op == MakeClosure {
				mark(in.Callee, playing)
			}
		})
	}
	for g := range playing {
		Walk(g.Body, func(in *Instr) {
			if in.Op == SetGlobal {
				s.sets[in.Imm] = true
			}
		})
	}
	found := make([]Steadiness, len(f.Body.Instrs))
	for i, in := range f.Body.Instrs {
		found[i] = s.instr(in)
		for _, r := range in.Res {
			s.of[r] = found[i]
		}
	}
	return found
}

// instr returns how steady the results of in are.
func (s *steadier) instr(in *Instr) Steadiness {
	least := Fixed
	for _, a := range in.Args {
		least = min(least, s.of[a])
	}
	switch in.Op {
	case Now, GetCapture, SelfClosure:
		return Varying
	case GetParam, GetCue:
		return Steady
	case GetGlobal:
		if s.sets[in.Imm] {
			return Varying
		}
		return Steady
	case Call:
		if !s.computes(in.Callee) {
			return Varying
		}
		return least
	case If, Switch:
		for _, b := range in.Blocks {
			least = min(least, s.block(b))
		}
		return least
	}
	if !Ops[in.Op].Pure {
		return Varying
	}
	return least
}

// block returns how steady all of b is. It notes the values of b too: a value has
// one name, so that does no harm outside b.
func (s *steadier) block(b *Block) Steadiness {
	least := Fixed
	for _, in := range b.Instrs {
		if least == Varying {
			return Varying
		}
		k := s.instr(in)
		for _, r := range in.Res {
			s.of[r] = k
		}
		least = min(least, k)
	}
	for _, v := range b.Yield {
		least = min(least, s.of[v])
	}
	return least
}

// computes reports whether a call of f only computes, and not for long.
func (s *steadier) computes(f *Func) bool {
	known, ok := s.pure[f]
	if !ok {
		known = f.StateSize() == 0 && len(f.Vars) == 0 && computes(f) && sizeOf(f) <= steadySize
		s.pure[f] = known
	}
	return known
}

// sizeOf counts the instructions of f and of what it calls; f is not recursive.
func sizeOf(f *Func) int {
	n := 0
	Walk(f.Body, func(in *Instr) {
		n++
		if in.Op == Call && n <= steadySize {
			n += sizeOf(in.Callee)
		}
	})
	return n
}
