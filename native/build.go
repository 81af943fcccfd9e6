// From a program to a module: which functions it has.

package native

import (
	"fmt"

	"mmm/compiler/mir"
)

// funcInfo is what the builder knows of a MIR function.
type funcInfo struct {
	facts *facts
	index int // in module.funcs, -1: only written into init or run
}

// builder makes a module.
type builder struct {
	p         *mir.Program
	m         *module
	funcs     map[*mir.Func]*funcInfo // the functions that can run
	order     []*mir.Func             // those of funcs, as found
	layout    layout
	fmod      int  // index of the function for %, -1: not needed yet
	recursive bool // some function counts its depth
	readsNow  bool // a function other than dsp reads NowWord
	err       error
}

// survey finds the functions that can run and what the module needs for them.
func (b *builder) survey() {
	if b.p.Init == nil || b.p.Dsp == nil {
		b.err = fmt.Errorf("the program has no initialiser or no dsp")
		return
	}
	for _, f := range b.p.Funcs {
		b.recursive = b.recursive || f.Recursive
	}
	b.reach(b.p.Init, false)
	b.reach(b.p.Dsp, b.p.Dsp.Recursive)
	for i := 0; i < len(b.order) && b.err == nil; i++ {
		f := b.order[i]
		b.recursive = b.recursive || f.Recursive
		var err error
		if b.funcs[f].facts, err = b.analyse(f); err != nil {
			b.err = err
			return
		}
		mir.Walk(f.Body, func(in *mir.Instr) {
			switch in.Op {
			case mir.Call:
				b.reach(in.Callee, true)
			case mir.Print:
				b.m.prints = true
			case mir.Now:
				b.readsNow = b.readsNow || f != b.p.Dsp && f != b.p.Init
			}
		})
	}
	if b.err == nil && (len(b.p.Init.Params) > 0 || len(b.p.Init.Results) > 0) {
		b.err = fmt.Errorf("the initialiser has parameters or results")
	}
}

// reach notes that f can run, and whether it is called by another function.
func (b *builder) reach(f *mir.Func, called bool) {
	info := b.funcs[f]
	if info == nil {
		info = &funcInfo{index: -1}
		b.funcs[f] = info
		b.order = append(b.order, f)
	}
	if called && info.index < 0 {
		info.index = len(b.m.funcs)
		b.m.funcs = append(b.m.funcs, &wasmFunc{name: f.Name})
	}
}

// functions writes the functions that are called.
func (b *builder) functions() {
	for _, f := range b.order {
		if i := b.funcs[f].index; i >= 0 && b.err == nil {
			b.writer(b.m.funcs[i]).write(f)
		}
	}
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
