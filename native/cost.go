// The instructions that a turn may take (spec vm.md 13).

package native

import "mmm/compiler/mir"

// maxCost is where the cost of a function saturates: beyond every budget for a
// turn.
const maxCost = 1 << 28

// chargeLimit is how many instructions go uncounted: so few that paying for them
// is no work, and a small part of a turn's budget.
const chargeLimit = 1 << 16

// charges says what the calls of a program cost.
type charges struct {
	cost    map[*mir.Func]int32 // instructions that a call pays for
	charged map[*mir.Func]bool  // pays when it starts, whoever calls it
}

// price returns the charges of functions. The cost of one is the instructions
// of the middle form that it and what it calls without counting can take. Calls
// of recursive functions and of function values are counted, and charged, when
// they happen; functions that take more than chargeLimit pay when they start,
// since calls of calls can double that at each level. The vm counts instructions
// of its own: a program that comes near the budget may fault on one engine only.
func price(funcs []*mir.Func) charges {
	c := charges{map[*mir.Func]int32{}, map[*mir.Func]bool{}}
	for _, root := range funcs {
		work := []*mir.Func{root}
		for len(work) > 0 {
			f := work[len(work)-1]
			if _, done := c.cost[f]; done {
				work = work[:len(work)-1]
				continue
			}
			if c.add(f, &work) {
				work = work[:len(work)-1]
			}
		}
	}
	return c
}

// add finds the cost of f; when it lacks that of callees it puts them on work
// and returns false.
func (c *charges) add(f *mir.Func, work *[]*mir.Func) bool {
	sum, ready := int32(1), true
	mir.Walk(f.Body, func(in *mir.Instr) {
		sum = min(sum+1, maxCost)
		if in.Op != mir.Call || in.Callee == nil || in.Callee.Recursive || in.Callee == f {
			return
		}
		cost, done := c.cost[in.Callee]
		if !done {
			ready = false
			*work = append(*work, in.Callee)
		} else if !c.charged[in.Callee] {
			sum = min(sum+cost, maxCost)
		}
	})
	if ready {
		c.cost[f] = sum
		c.charged[f] = sum > chargeLimit && !f.Recursive
	}
	return ready
}

// Deep reports whether the machine code of p needs a stack of its own: its calls
// can nest as deep as state.MaxDepth allows.
func Deep(p *mir.Program) bool {
	deep := false
	for _, f := range p.Funcs {
		deep = deep || f.Recursive
		mir.Walk(f.Body, func(in *mir.Instr) { deep = deep || in.Op == mir.CallClosure })
	}
	return deep
}
