package session

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"mmm/compiler/emit"
	"mmm/compiler/mir"
	"mmm/native"
	"mmm/params"
	"mmm/realtime"
	"mmm/state"
	"mmm/vm"
)

// The engines.
const (
	Native = "native" // machine code made from WebAssembly
	VM     = "vm"     // the bytecode interpreter; runs in Go, also on the audio thread
)

// KnownEngine reports whether name is an engine. [any-thread]
func KnownEngine(name string) bool { return name == Native || name == VM }

// DefaultEngine returns the engine named by the environment variable
// MMM_ENGINE, native if it names none. [any-thread]
func DefaultEngine() string {
	if e := os.Getenv("MMM_ENGINE"); KnownEngine(e) {
		return e
	}
	return Native
}

// Code is a program made ready for one engine; instances are cheap from here
// on. It belongs to one goroutine.
type Code struct {
	Program *mir.Program
	Engine  string

	module    *realtime.Module // native
	wasm      []byte           // what module was made of, if it was made quickly and better code can be had; else nil
	bytecode  *vm.Program      // vm
	objects   *realtime.Objects
	recursive bool
	rest      *realtime.Rest // nil: it may play by itself
}

// Build makes a program ready for an engine. An error is a fault of ours or a
// limit of the engine: the patch itself is right. [any-thread]
func Build(p *mir.Program, engine string) (*Code, error) {
	return buildBy(p, engine, func(wasm []byte) (*realtime.Module, bool, error) {
		m, err := realtime.Compile(wasm)
		return m, true, err
	})
}

// buildSoon is Build for somebody who waits to hear it: code that takes long to
// be made well is made quickly, and Improve is worth calling. [any-thread]
func buildSoon(p *mir.Program, engine string) (*Code, error) {
	return buildBy(p, engine, realtime.CompileSoon)
}

// buildBy is Build with a way to machine code, which also tells whether it is the
// best.
func buildBy(p *mir.Program, engine string, translate func([]byte) (*realtime.Module, bool, error)) (*Code, error) {
	c := &Code{Program: p, Engine: engine, objects: realtime.NewObjects(p.Objects()), recursive: native.Deep(p), rest: rest(p)}
	switch engine {
	case VM:
		bytecode, err := emit.Program(p)
		if err != nil {
			return nil, fmt.Errorf("vm: %w", err)
		}
		c.bytecode = bytecode
	case Native:
		wasm, err := native.Compile(p)
		if err != nil {
			return nil, fmt.Errorf("native: %w", err)
		}
		best := false
		if c.module, best, err = translate(wasm); err != nil {
			return nil, fmt.Errorf("native: %w", err)
		}
		if !best {
			c.wasm = wasm
		}
	default:
		return nil, fmt.Errorf("there is no engine %q", engine)
	}
	return c, nil
}

// share returns a Code of the same program for another goroutine, nil of nil.
func (c *Code) share() *Code {
	if c == nil {
		return nil
	}
	other := *c
	if c.module != nil {
		other.module = c.module.Share()
	}
	return &other
}

// rest returns how a program can be silent for good, in words of its memory.
func rest(p *mir.Program) *realtime.Rest {
	found := p.Resting()
	if found == nil {
		return nil
	}
	r := &realtime.Rest{Words: p.RestWords(), Tail: found.Tail}
	for _, w := range found.Words {
		r.Words = append(r.Words, p.Image.State+w)
	}
	for _, ring := range found.Rings {
		r.Rings = append(r.Rings, realtime.Ring{Offset: p.Image.State + ring.Offset, Len: ring.Len})
	}
	return r
}

// tail is how many frames the program sounds after its inputs at most, -1 for
// unknown.
func (c *Code) tail() int {
	if c.rest == nil {
		return -1
	}
	return c.rest.Tail
}

// Close frees the code. Instances made from it go on. [any-thread]
func (c *Code) Close() {
	if c != nil && c.module != nil {
		c.module.Close()
		c.module = nil
	}
}

// Tried is Instance for a program that has played a few frames on trial: the
// error says if it would only be silent. [any-thread]
func (c *Code) Tried(value func(params.Control) float64, now, rate float64) (*realtime.Instance, error) {
	inst, err := c.Instance(value, now, rate)
	if err != nil {
		return nil, err
	}
	if err := c.trial(inst, value, now, rate); err != nil {
		inst.Close()
		return nil, err
	}
	return inst, nil
}

// Instance makes an instance whose parameter cells hold value(control), plain,
// and whose top level has run with now (samples) and rate (Hz). value nil means
// the defaults. The caller closes the instance or publishes it. [any-thread]
func (c *Code) Instance(value func(params.Control) float64, now, rate float64) (*realtime.Instance, error) {
	inst, err := c.fresh(value)
	if err != nil {
		return nil, err
	}
	if err := inst.Init(now, rate); err != nil {
		inst.Close()
		var fault *realtime.FaultError
		if errors.As(err, &fault) {
			err = &InitError{fault, c.Program, "The top level was stopped"}
		}
		return nil, err
	}
	return inst, nil
}

// fresh makes an instance as Instance does, but its top level has not run.
func (c *Code) fresh(value func(params.Control) float64) (*realtime.Instance, error) {
	p := c.Program
	var inst *realtime.Instance
	var err error
	if c.Engine == VM {
		inst, err = realtime.NewVM(p.Image, c.objects, func(words []uint64) (realtime.Runner, error) {
			m, err := vm.New(c.bytecode, words)
			if err == nil {
				m.Log = func(x float64, newline bool) {
					kind := 0
					if newline {
						kind = 1
					}
					inst.Print(x, kind)
				}
				m.OnLate = func(l vm.Late) { inst.Print(float64(p.ScheduleIndex(l.Pos)), realtime.LogLate) }
				m.OnDrop = func() { inst.Print(0, realtime.LogFull) }
			}
			return m, err
		})
	} else {
		inst, err = realtime.NewNative(c.module, p.Image, c.objects, c.recursive)
	}
	if err != nil {
		return nil, err
	}
	if err := inst.SetSounds(p.Sounds); err != nil {
		inst.Close()
		return nil, err
	}
	words := inst.Words()
	for i, control := range Controls(p) {
		v := control.Init
		if value != nil {
			v = value(control)
		}
		words[p.Image.Params+i] = math.Float64bits(v)
	}
	for i, q := range p.Cues {
		words[p.Image.Cues+i] = math.Float64bits(q.Init)
		if q.Kind == state.CueVoiceParam {
			words[p.Image.Cues+i] = words[p.Image.Params+q.Number]
		}
	}
	return inst, nil
}

// trialFrames is how many frames a program that could run away plays on trial.
const trialFrames = 16

// trial plays a few frames and returns an error if every one of them faults:
// such a patch would only be silent. Programs that cannot fault are not tried.
// Nothing is left of the trial on inst, which value, now and rate made.
func (c *Code) trial(inst *realtime.Instance, value func(params.Control) float64, now, rate float64) error {
	if !c.recursive && c.Program.HeapOp() == nil {
		return nil
	}
	var err error
	if c.Engine == VM { // its machine remembers what it has warned of
		var other *realtime.Instance
		if other, err = c.Instance(value, now, rate); err != nil {
			return err
		}
		defer other.Close()
		inst = other
	}
	var fault *realtime.FaultError
	if err = inst.Trial(trialFrames); !errors.As(err, &fault) {
		return nil
	}
	place := fault.Place
	if fault.Fault == state.FaultTime { // the watchdog does not know where
		place = slices.IndexFunc(c.Program.Funcs, func(f *mir.Func) bool { return f.Recursive })
	}
	return &InitError{&realtime.FaultError{Fault: fault.Fault, Place: place}, c.Program, "The patch would be silent"}
}

// Controls returns the controls of a program in the order of its parameter
// cells. [any-thread]
func Controls(p *mir.Program) []params.Control {
	list := make([]params.Control, len(p.Params))
	for i, c := range p.Params {
		list[i] = params.Control{Path: c.Path, Init: c.Init, Min: c.Min, Max: c.Max, Curve: c.Curve, Unit: c.Unit, Steps: c.Steps, Labels: c.Labels}
	}
	return list
}

// Slots returns what each host slot drives in a program: the index of its cell
// and its plain range; cell -1 for a free slot. [any-thread]
func Slots(p *mir.Program, table *params.Table) [params.Slots]realtime.Slot {
	cell := map[string]int32{}
	for i, c := range p.Params {
		cell[c.Path] = int32(i)
	}
	var slots [params.Slots]realtime.Slot
	for i := range slots {
		slots[i] = realtime.Slot{Cell: -1, Min: 0, Max: 1}
		if c, ok := table.At(i); ok {
			if index, ok := cell[c.Path]; ok {
				exact := c.Clamp(table.Value(c.Path))
				slots[i] = realtime.Slot{Cell: index, Min: c.Min, Max: c.Max, Curve: c.Curve, Steps: c.Steps, Pinned: true, Home: c.Normal(exact), Exact: exact}
			}
		}
	}
	return slots
}
