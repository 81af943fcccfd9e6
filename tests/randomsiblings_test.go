package tests

import (
	"math/rand"

	"mmm/compiler/mir"
)

// siblings writes the same random instructions a few times, each time on other
// words, state and constants, as voices and channels do: what the compiler pairs.
// Their results are summed in order.
func (s *scope) siblings() {
	g := s.g
	if g.vary != nil || s.b.F.Recursive {
		return // these are siblings already, or would use up a turn's budget
	}
	outer, seed, budget, copies := g.r, g.r.Int63(), 2+g.r.Intn(14), 2+g.r.Intn(4)
	if g.heap {
		budget, copies = min(budget, 5), 2 // a heap that is full amid a turn may free other garbage on each engine
	}
	var sum mir.Value
	var results []mir.Value
	for n := range copies {
		from := s.num()
		g.r, g.vary = rand.New(rand.NewSource(seed)), rand.New(rand.NewSource(seed+int64(n)))
		in := *s
		in.nums, in.ints = []mir.Value{from}, nil
		for k := range in.handles {
			in.handles[k] = nil
		}
		in.budget = budget
		in.body()
		s.offset = in.offset
		last := in.num()
		g.r, g.vary = outer, nil
		if n == 0 {
			sum = last
		} else {
			sum = s.b.Op(mir.AddF, sum, last)
		}
		results = append(results, last)
	}
	s.nums = append(append(s.nums, results...), sum)
}
