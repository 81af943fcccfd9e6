// From a program to a module: which functions it has.

package native

import (
	"fmt"

	"mmm/compiler/mir"
)

// funcInfo is what the builder knows of a MIR function.
type funcInfo struct {
	facts *facts
	index int // in module.funcs, -1: only written into init, run or value
	value int // in module.funcs, as a function value calls it; -1: it is none
	task  int // in module.funcs, as the scheduler calls it; -1: it never does
}

// builder makes a module.
type builder struct {
	p         *mir.Program
	m         *module
	funcs     map[*mir.Func]*funcInfo // the functions that can run
	order     []*mir.Func             // those of funcs, as found
	layout    layout
	helpers   map[string]int // functions of the module's own, by name
	own       own
	charges   charges
	recursive bool                 // some function counts its depth
	charged   bool                 // some function pays when it starts
	objects   bool                 // has a heap, or calls function values
	schedules map[*mir.Instr]int64 // number of each Schedule instruction
	readsNow  bool                 // something other than dsp's own code reads NowWord
	err       error
}

// faults reports whether a turn can fault.
func (b *builder) faults() bool { return b.recursive || b.charged || b.objects }

// survey finds the functions that can run and what the module needs for them.
func (b *builder) survey() {
	if b.p.Init == nil || b.p.Dsp == nil {
		b.err = fmt.Errorf("the program has no initialiser or no dsp")
		return
	}
	for _, f := range b.p.Funcs {
		b.recursive = b.recursive || f.Recursive
		mir.Walk(f.Body, func(in *mir.Instr) {
			if in.Op == mir.Schedule { // numbered whether it can run or not
				b.schedules[in] = int64(len(b.schedules))
			}
		})
	}
	b.objects = b.p.Image.HeapWords > 0
	b.reach(b.p.Init, false)
	b.reach(b.p.Dsp, b.p.Dsp.Recursive)
	if b.p.Twice != nil {
		b.reach(b.p.Twice, false)
	}
	for i := 0; i < len(b.order) && b.err == nil; i++ {
		f := b.order[i]
		b.recursive = b.recursive || f.Recursive
		var err error
		if b.funcs[f].facts, err = b.analyse(f); err != nil {
			b.err = err
			return
		}
		mir.Walk(f.Body, func(in *mir.Instr) { b.meet(f, in) })
	}
	if b.err == nil && (len(b.p.Init.Params) > 0 || len(b.p.Init.Results) > 0) {
		b.err = fmt.Errorf("the initialiser has parameters or results")
	}
	b.readsNow = b.readsNow || len(b.schedules) > 0
	if b.err != nil {
		return
	}
	b.charges = price(b.order)
	for _, f := range b.order {
		b.charged = b.charged || b.charges.charged[f]
	}
	b.measure()
}

// meet notes what an instruction of f needs.
func (b *builder) meet(f *mir.Func, in *mir.Instr) {
	b.objects = b.objects || in.Op == mir.CallClosure
	b.own.take(in)
	switch in.Op {
	case mir.Call:
		b.reach(in.Callee, true)
	case mir.FuncValue, mir.MakeClosure:
		b.reach(in.Callee, false)
		b.callable(in.Callee)
	case mir.Now:
		b.readsNow = b.readsNow || f != b.p.Dsp && f != b.p.Init && f != b.p.Twice || b.funcs[f].value >= 0
	}
}

// reach notes that f can run, and whether it is called by another function.
func (b *builder) reach(f *mir.Func, called bool) {
	info := b.funcs[f]
	if info == nil {
		info = &funcInfo{index: -1, value: -1, task: -1}
		b.funcs[f] = info
		b.order = append(b.order, f)
	}
	if called && info.index < 0 {
		info.index = b.function(f.Name)
	}
}

// function makes room for a function of the module.
func (b *builder) function(name string) int {
	b.m.funcs = append(b.m.funcs, &wasmFunc{name: name})
	return len(b.m.funcs) - 1
}

// callable notes that f becomes a function value.
func (b *builder) callable(f *mir.Func) {
	info := b.funcs[f]
	if info.value >= 0 {
		return
	}
	info.value = b.function(f.Name + ".value")
	if f == b.p.Dsp || f == b.p.Init {
		b.readsNow = true
	}
	if len(f.Params) == 0 && len(b.schedules) > 0 {
		info.task = info.value
		if len(f.Results) > 0 {
			info.task = b.function(f.Name + ".task")
		}
	}
}

// functions writes the functions that are called.
func (b *builder) functions() {
	for _, f := range b.order {
		info := b.funcs[f]
		if b.err == nil && info.index >= 0 {
			b.writer(b.m.funcs[info.index]).write(f)
		}
		if b.err == nil && info.value >= 0 {
			b.writer(b.m.funcs[info.value]).writeValue(f)
		}
		if b.err == nil && info.task >= 0 && info.task != info.value {
			b.writer(b.m.funcs[info.task]).writeTask(f)
		}
	}
}

// helper returns the index of a function of the module's own, which is written
// when it is first asked for.
func (b *builder) helper(name string, results []valType, write func(*writer)) int {
	i, ok := b.helpers[name]
	if !ok {
		i = b.function(name)
		b.helpers[name] = i
		b.m.funcs[i].results = results
		write(b.writer(b.m.funcs[i]))
	}
	return i
}

// size returns the words of f's state block.
func (b *builder) size(f *mir.Func) int64 { return b.layout.size(f.State) }

// stateType returns the type of the word at offset of f's state block.
func (b *builder) stateType(f *mir.Func, offset int64) valType {
	return wordType(b.layout.kind(f.State, offset))
}

// writer returns a writer of out.
func (b *builder) writer(out *wasmFunc) *writer {
	return &writer{b: b, out: out, free: map[valType][]int{}}
}

// entry writes an exported function.
func (b *builder) entry(name string, write func(*writer)) {
	if b.err != nil {
		return
	}
	out := &wasmFunc{name: name, export: name}
	write(b.writer(out))
	b.m.funcs = append(b.m.funcs, out)
}
