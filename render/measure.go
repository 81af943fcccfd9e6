package render

import (
	"fmt"
	"slices"
	"time"

	"mmm/compiler/mir"
	"mmm/params"
	"mmm/realtime"
	"mmm/session"
)

// Measured is how a program runs.
type Measured struct {
	Ready                   time.Duration // from begin to an instance that can sound
	NsPerFrame              float64       // processor time
	BlockMaxUs, BlockP999Us float64       // wall time of one block
}

// Measure plays a program for some seconds of sound (at rate Hz, in blocks of
// the given frames, subnormals flushed as in a host) and times each block; begin
// is when its text was first touched.
func Measure(p *mir.Program, engine string, rate, seconds float64, block int, begin time.Time) (*Measured, error) {
	code, err := session.Build(p, engine)
	if err != nil {
		return nil, err
	}
	defer code.Close()
	table := params.New()
	table.Bind(session.Controls(p))
	inst, err := code.Instance(func(c params.Control) float64 { return c.Init }, 0, rate)
	if err != nil {
		return nil, err
	}
	m := &Measured{Ready: time.Since(begin)}
	player := realtime.NewPlayer(realtime.Options{})
	defer player.Close()
	player.SetRate(rate, block)
	swap := realtime.Swap{Instance: inst, Slots: session.Slots(p, table), Cues: p.Cues, Pools: p.Pools}
	if err := player.Publish(swap); err != nil {
		inst.Close()
		return nil, err
	}
	blocks := int(seconds*rate/float64(block)) + 1
	ns, cpu, err := player.Measure(blocks, block, p.Image.Ins, p.Image.Outs)
	if err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	m.NsPerFrame = float64(cpu) / float64(blocks*block)
	slices.Sort(ns)
	m.BlockMaxUs = float64(ns[len(ns)-1]) / 1e3
	m.BlockP999Us = float64(ns[min(len(ns)*999/1000, len(ns)-1)]) / 1e3
	return m, nil
}
