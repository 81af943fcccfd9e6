package mir

import (
	"mmm/compiler/source"
	"mmm/state"
)

// Objects describes the objects of p, whose Layout has been computed. Layouts
// are numbered as the vm numbers them: as closures are met in program order.
func (p *Program) Objects() *state.Objects {
	o := &state.Objects{
		Layouts: []*state.Node{nil}, Dsp: p.Dsp.State, Init: p.Init.State, Strings: p.Strings,
		Shapes: make([]state.ObjectShape, max(1, len(p.Shapes))), Funcs: make([]state.ObjectFunc, len(p.Funcs)),
	}
	for i, s := range p.Shapes {
		shape := state.ObjectShape{Words: s.Words, Handles: s.Handles}
		for _, sum := range s.Sums {
			shape.Sums = append(shape.Sums, state.ObjectSum(sum))
		}
		o.Shapes[i] = shape
	}
	known, layout := map[uint64]int{}, map[*Func]int{}
	for _, f := range p.Funcs {
		Walk(f.Body, func(in *Instr) {
			switch in.Op {
			case Schedule:
				o.Schedules++
			case MakeClosure:
				layout[in.Callee] = layoutOf(o, in.Callee, known)
			}
		})
	}
	for i, f := range p.Funcs {
		o.Funcs[i] = state.ObjectFunc{
			Params: len(f.Params), Results: len(f.Results), Captures: len(f.Captures), Layout: layout[f],
			Stateless: f.StateSize() == 0, NeedsClosure: NeedsClosure(f),
		}
	}
	if o.Schedules > 0 {
		o.Tasks = min(state.QueueTasks, p.Image.HeapWords/4/state.TaskWords)
	}
	return o
}

// layoutOf returns the index of the layout of f's state block.
func layoutOf(o *state.Objects, f *Func, known map[uint64]int) int {
	if f.StateSize() == 0 {
		return 0
	}
	key := f.State.Hash()
	i, ok := known[key]
	if !ok {
		i = len(o.Layouts)
		known[key] = i
		o.Layouts = append(o.Layouts, f.State)
	}
	return i
}

// ScheduleAt returns the position of Schedule instruction n of p, as engines
// number them: in program order; the zero span if there is none.
func (p *Program) ScheduleAt(n int) (at source.Span) {
	for _, f := range p.Funcs {
		Walk(f.Body, func(in *Instr) {
			if in.Op == Schedule {
				if n == 0 {
					at = in.Pos
				}
				n--
			}
		})
	}
	return at
}

// ScheduleIndex returns the number of the Schedule instruction at a position, 0
// if there is none: the inverse of ScheduleAt.
func (p *Program) ScheduleIndex(at source.Span) int {
	n, found := 0, 0
	for _, f := range p.Funcs {
		Walk(f.Body, func(in *Instr) {
			if in.Op == Schedule {
				if in.Pos == at {
					found = n
				}
				n++
			}
		})
	}
	return found
}
