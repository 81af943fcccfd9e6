package render

import (
	"bytes"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"mmm/compiler/mir"
	"mmm/params"
	"mmm/realtime"
	"mmm/session"
)

// Measurement is what to measure.
type Measurement struct {
	Program   *mir.Program
	Engine    string    // session.Native or session.VM
	Rate      float64   // Hz
	Seconds   float64   // of sound
	Block     int       // frames
	Instances int       // that play one after the other in each block
	Begin     time.Time // when the program's text was first touched
}

// Measured is how a program runs.
type Measured struct {
	Ready                   time.Duration // from Begin to an instance that can sound
	NsPerFrame              float64       // processor time of one instance
	BlockUs                 float64       // processor time of one block of all instances
	BlockMaxUs, BlockP999Us float64       // wall time of one block of all instances
	InstanceBytes           int64         // memory with pages of its own that one more instance takes; 0 if it is not known
}

// Run plays the program for some seconds of sound, subnormals flushed as in a
// host, and times each block.
func (m Measurement) Run() (*Measured, error) {
	code, err := session.Build(m.Program, m.Engine)
	if err != nil {
		return nil, err
	}
	defer code.Close()
	var players []*realtime.Player
	defer func() {
		for _, p := range players {
			p.Close()
		}
	}()
	result := &Measured{}
	var first int64
	for i := range max(1, m.Instances) {
		p, err := m.player(code)
		if err != nil {
			return nil, err
		}
		players = append(players, p)
		if i == 0 {
			result.Ready = time.Since(m.Begin)
			if _, _, err := m.play(players, 64); err != nil {
				return nil, err
			}
			first = resident()
		}
	}
	blocks := int(m.Seconds*m.Rate/float64(m.Block)) + 1
	ns, cpu, err := m.play(players, blocks)
	if err != nil {
		return nil, err
	}
	if n := int64(len(players) - 1); n > 0 && first > 0 {
		result.InstanceBytes = (resident() - first) / n
	}
	result.BlockUs = float64(cpu) / float64(blocks) / 1e3
	result.NsPerFrame = float64(cpu) / float64(blocks*m.Block*len(players))
	slices.Sort(ns)
	result.BlockMaxUs = float64(ns[len(ns)-1]) / 1e3
	result.BlockP999Us = float64(ns[min(len(ns)*999/1000, len(ns)-1)]) / 1e3
	return result, nil
}

// player makes a player with an instance of its own, as a plugin's has.
func (m Measurement) player(code *session.Code) (*realtime.Player, error) {
	table := params.New()
	table.Bind(session.Controls(m.Program))
	inst, err := code.Tried(nil, 0, m.Rate)
	if err != nil {
		return nil, err
	}
	p := realtime.NewPlayer(realtime.Options{})
	p.SetRate(m.Rate, m.Block)
	swap := realtime.Swap{Instance: inst, Slots: session.Slots(m.Program, table), Cues: m.Program.Cues, Pools: m.Program.Pools}
	if err := p.Publish(swap); err != nil {
		inst.Close()
		p.Close()
		return nil, err
	}
	return p, nil
}

func (m Measurement) play(players []*realtime.Player, blocks int) ([]uint64, uint64, error) {
	ns, cpu, err := realtime.Measure(players, blocks, m.Block, m.Program.Image.Ins, m.Program.Image.Outs)
	if err != nil {
		return nil, 0, fmt.Errorf("measure: %w", err)
	}
	return ns, cpu, nil
}

// resident is how many bytes of this process have pages, 0 where the system does
// not say.
func resident() int64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
