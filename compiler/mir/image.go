package mir

import "mmm/state"

// Layout computes where the parts of p lie in memory and stores it in p.Image.
func (p *Program) Layout() {
	m := state.Image{
		NumParams: len(p.Params), NumNotes: len(p.Notes), NumProbes: len(p.Probes), NumGlobals: len(p.Globals),
		Ins: len(p.Dsp.Params), Outs: len(p.Dsp.Results),
		StateSize: p.Dsp.StateSize(), InitSize: p.Init.StateSize(),
	}
	m.Params = state.HeaderWords
	m.Notes = m.Params + m.NumParams
	m.Probes = m.Notes + 2*m.NumNotes
	m.Globals = m.Probes + state.ProbeWords*m.NumProbes
	m.State = m.Globals + m.NumGlobals
	m.Init = m.State + m.StateSize
	m.In = m.Init + m.InitSize
	m.Out = m.In + state.BlockFrames*m.Ins
	m.Words = m.Out + state.BlockFrames*m.Outs
	p.Image = m
}
