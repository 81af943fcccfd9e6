// Package render plays programs without a host: a job in, samples out, as fast
// as the machine can. It drives the same realtime core as the plugin, so that
// what is rendered is what is heard.
//
// Input: compiled programs, an engine, sound, notes and automation. Output:
// channels of float64 samples, block by block. Invariants: swaps fall exactly
// between two frames, no fade, no flushing of denormals, no replacing of
// non-finite samples. Control side only.
package render

import (
	"fmt"
	"math"
	"sort"
	"strconv"

	"mmm/compiler/mir"
	"mmm/params"
	"mmm/realtime"
	"mmm/session"
	"mmm/state"
)

// DefaultBlock is the host block of a job that names none, in frames.
const DefaultBlock = 512

// automationStep is the distance in frames of the points that stand for an
// automation line.
const automationStep = 16

// Job is one offline render.
type Job struct {
	Program *mir.Program
	Engine  string  // session.Native or session.VM
	Rate    float64 // Hz
	Frames  int
	Block   int // frames of a host block, 0 for DefaultBlock

	Input  [][]float64        // channels; silence behind their end
	Set    map[string]float64 // control path -> plain value from the start
	Curves []Curve
	Events []realtime.Event // Time is the frame from the start; any order
	Swaps  []Swap           // ascending by Frame

	Progress func(frames int)  // called after each block, may be nil
	Log      func(text string) // run-time reports, a line each, may be nil
	Print    func(text string) // what probe and probeln write, may be nil
}

// Swap replaces the program: row Frame is the first of Program.
type Swap struct {
	Frame   int
	Program *mir.Program
}

// Curve is the automation of one control: straight lines between points, held
// before the first and behind the last.
type Curve struct {
	Path   string
	Points []Point // ascending by Second
}

// Point is a plain value at a time.
type Point struct{ Second, Value float64 }

// ErrSuspended says that the program was stopped while it ran.
type ErrSuspended struct{ Reason string }

// Error returns the reason.
func (e *ErrSuspended) Error() string { return "the patch was stopped: " + e.Reason }

// Collect runs the job and returns its channels.
func (j *Job) Collect() ([][]float64, error) {
	channels := make([][]float64, j.Channels())
	err := j.Run(func(block [][]float64) error {
		for i := range channels {
			channels[i] = append(channels[i], block[i]...)
		}
		return nil
	})
	return channels, err
}

// Channels returns the number of output channels: the most that any of the
// programs has.
func (j *Job) Channels() int {
	n := j.Program.Image.Outs
	for _, s := range j.Swaps {
		n = max(n, s.Program.Image.Outs)
	}
	return n
}

// Run plays the job and hands each block to sink, which must not keep it. An
// *ErrSuspended comes after all frames were delivered.
func (j *Job) Run(sink func([][]float64) error) error {
	r := &run{Job: j, table: params.New(), player: realtime.NewPlayer(realtime.Options{Offline: true})}
	defer r.close()
	if r.Block <= 0 {
		r.Block = DefaultBlock
	}
	r.player.SetRate(j.Rate, r.Block)
	if err := r.start(); err != nil {
		return err
	}
	return r.play(sink)
}

// run is a job under way.
type run struct {
	*Job
	table     *params.Table
	player    *realtime.Player
	code      *session.Code
	program   *mir.Program
	events    []realtime.Event
	suspended string
}

func (r *run) close() {
	r.player.Close()
	r.code.Close()
}

// start makes the first program ready and the events sorted.
func (r *run) start() error {
	if err := r.install(r.Program, 0, nil); err != nil {
		return err
	}
	r.events = append(r.events, r.Events...)
	for _, c := range r.Curves {
		if err := r.automate(c); err != nil {
			return err
		}
	}
	sort.SliceStable(r.events, func(a, b int) bool { return r.events[a].Time < r.events[b].Time })
	return nil
}

// install puts a program in place at frame now; old is the one it follows.
func (r *run) install(p *mir.Program, now int, old *mir.Program) error {
	code, err := session.Build(p, r.Engine)
	if err != nil {
		return err
	}
	controls := session.Controls(p)
	r.table.Bind(controls)
	if err := r.set(controls); err != nil && old == nil {
		code.Close()
		return err
	}
	inst, err := code.Instance(r.value, float64(now), r.Rate)
	if err != nil {
		code.Close()
		return err
	}
	swap := realtime.Swap{Instance: inst, Slots: session.Slots(p, r.table), Cues: p.Cues, Pools: p.Pools, KeepTime: old != nil, SetValues: true}
	for i := range swap.Values {
		swap.Values[i] = math.NaN()
		if c, ok := r.table.At(i); ok {
			swap.Values[i] = c.Normal(r.table.Value(c.Path))
		}
	}
	if old != nil {
		swap.Plan = state.MakePlan(old.Dsp.State, p.Dsp.State)
	}
	if err := r.player.Publish(swap); err != nil {
		inst.Close()
		code.Close()
		return err
	}
	r.code.Close()
	r.code, r.program = code, p
	return nil
}

// value returns the plain value of a control.
func (r *run) value(c params.Control) float64 { return r.table.Value(c.Path) }

// set gives the controls the values that the job wants.
func (r *run) set(controls []params.Control) error {
	for path, v := range r.Set {
		found := false
		for _, c := range controls {
			if c.Path == path {
				r.table.SetValue(path, v)
				found = true
			}
		}
		if !found {
			return fmt.Errorf("the patch has no control %q%s", path, params.Suggest(path, controls))
		}
	}
	return nil
}

// automate turns a curve into events.
func (r *run) automate(c Curve) error {
	slot, ok := r.table.Slot(c.Path)
	control, found := r.table.Control(c.Path)
	if !ok || !found {
		return fmt.Errorf("the patch has no control %q%s", c.Path, params.Suggest(c.Path, session.Controls(r.Program)))
	}
	if len(c.Points) == 0 {
		return nil
	}
	at := func(frame int, v float64) {
		r.events = append(r.events, realtime.Event{Time: frame, Kind: realtime.ParamValue, Slot: slot, Value: control.Normal(v)})
	}
	at(0, c.Points[0].Value)
	for i, p := range c.Points {
		from := int(math.Round(p.Second * r.Rate))
		at(from, p.Value)
		if i+1 == len(c.Points) || c.Points[i+1].Value == p.Value {
			continue
		}
		next := c.Points[i+1]
		to := int(math.Round(next.Second * r.Rate))
		for f := from + automationStep; f < to; f += automationStep {
			at(f, p.Value+(next.Value-p.Value)*float64(f-from)/float64(to-from))
		}
	}
	return nil
}

// play runs block after block.
func (r *run) play(sink func([][]float64) error) error {
	outs := r.Channels()
	out := channels(outs, r.Block)
	in := channels(max(len(r.Input), r.ins()), r.Block)
	swaps := r.Swaps
	for at := 0; at < r.Frames; {
		for len(swaps) > 0 && swaps[0].Frame <= at {
			if err := r.install(swaps[0].Program, at, r.program); err != nil {
				return err
			}
			swaps = swaps[1:]
		}
		n := min(r.Block, r.Frames-at)
		if len(swaps) > 0 {
			n = min(n, swaps[0].Frame-at)
		}
		for i := range in {
			clear(in[i])
			if i < len(r.Input) && at < len(r.Input[i]) {
				copy(in[i], r.Input[i][at:min(at+n, len(r.Input[i]))])
			}
		}
		if err := r.player.Process(n, r.due(at, n), cut(in, n), cut(out, n)); err != nil {
			return err
		}
		if err := sink(cut(out, n)); err != nil {
			return err
		}
		r.player.Collect()
		r.report()
		at += n
		if r.Progress != nil {
			r.Progress(at)
		}
	}
	if r.suspended != "" {
		return &ErrSuspended{r.suspended}
	}
	return nil
}

// ins returns the most inputs that any of the programs has.
func (r *run) ins() int {
	n := r.Program.Image.Ins
	for _, s := range r.Swaps {
		n = max(n, s.Program.Image.Ins)
	}
	return n
}

// due takes the events of the n frames from frame at, their times made relative.
func (r *run) due(at, n int) []realtime.Event {
	k := 0
	for k < len(r.events) && r.events[k].Time < at+n {
		r.events[k].Time = max(r.events[k].Time-at, 0)
		k++
	}
	list := r.events[:k]
	r.events = r.events[k:]
	return list
}

// report passes on what the program said.
func (r *run) report() {
	for _, rep := range r.player.Reports() {
		switch rep.Kind {
		case realtime.Faulted:
			text := session.FaultReport(rep, r.program)
			r.suspended = text
			if r.Log != nil {
				r.Log(text)
			}
		case realtime.Late, realtime.QueueFull:
			if r.Log != nil {
				r.Log(session.TaskReport(rep, r.program))
			}
		case realtime.Logged:
			if r.Print != nil {
				r.Print(printed(rep.Line))
			}
		}
	}
}

// printed returns what probe or probeln writes for a value (builtins.md 1.4,
// show).
func printed(line realtime.LogLine) string {
	text := strconv.FormatFloat(line.Value, 'f', -1, 64)
	switch {
	case math.IsInf(line.Value, 1):
		text = "inf"
	case math.IsInf(line.Value, -1):
		text = "-inf"
	}
	if line.Kind == 1 {
		text += "\n"
	}
	return text
}

// channels makes n buffers of a length.
func channels(n, frames int) [][]float64 {
	c := make([][]float64, n)
	for i := range c {
		c[i] = make([]float64, frames)
	}
	return c
}

// cut returns the first n frames of each channel.
func cut(c [][]float64, n int) [][]float64 {
	short := make([][]float64, len(c))
	for i := range c {
		short[i] = c[i][:n]
	}
	return short
}
