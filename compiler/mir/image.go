package mir

import "mmm/state"

// Layout computes where the parts of p lie in memory and stores it in p.Image.
func (p *Program) Layout() {
	m := state.Image{
		NumParams: len(p.Params), NumCues: len(p.Cues), NumProbes: len(p.Probes), NumGlobals: len(p.Globals),
		Ins: len(p.Dsp.Params), Outs: len(p.Dsp.Results),
		StateSize: p.Dsp.StateSize(), InitSize: p.Init.StateSize(),
	}
	m.Params = state.HeaderWords
	m.Cues = m.Params + m.NumParams
	m.Probes = m.Cues + m.NumCues
	m.Globals = m.Probes + state.ProbeWords*m.NumProbes
	m.State = m.Globals + m.NumGlobals
	m.Init = m.State + m.StateSize
	m.In = m.Init + m.InitSize
	m.Out = m.In + state.BlockFrames*m.Ins
	m.Heap = m.Out + state.BlockFrames*m.Outs
	m.HeapWords = p.heapWords()
	m.Words = m.Heap + m.HeapWords
	p.Image = m
}

// DefaultHeapWords is the heap of a program that uses one and names no size.
const DefaultHeapWords = 1 << 20

// heapWords returns the size of p's heap: 0 if no operation needs one.
func (p *Program) heapWords() int {
	uses, tasks := false, false
	for _, f := range p.Funcs {
		Walk(f.Body, func(in *Instr) {
			uses = uses || in.Op >= NewArray && in.Op != FuncValue && in.Op != CallHost
			tasks = tasks || in.Op == Schedule
		})
	}
	switch {
	case !uses:
		return 0
	case p.HeapWords > 0:
		return p.HeapWords
	case tasks:
		return DefaultHeapWords + state.QueueTasks*state.TaskWords
	}
	return DefaultHeapWords
}
