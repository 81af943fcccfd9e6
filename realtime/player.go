// The player: the control side of one plugin instance's audio.

package realtime

// #include "mmmrt.h"
import "C"

import (
	"errors"
	"math"
	"sync"
	"time"
	"unsafe"

	"mmm/state"
)

// Options of a player.
type Options struct {
	// Offline plays exactly: subnormal numbers stay, NaN and infinity leave as
	// they are, every swap is a hard switch.
	Offline bool
	// BlockLimit is how long a block may overrun its own duration before the
	// watchdog stops the program; 0 means 250 ms, offline 10 s.
	BlockLimit time.Duration
}

// Player plays programs. Its audio side is Pointer; everything else is the
// control side, for any goroutines at once.
type Player struct {
	mu      sync.Mutex
	c       *C.mmm_player
	live    map[*C.mmmrt_program]*published // what the audio side holds
	running *published                      // the last one that it has taken, as far as we know
	pending *published                      // published, perhaps not yet taken
	reports []Report
	lost    uint64
	buffers buffers
}

// published is a program on the audio side.
type published struct {
	instance *Instance
	c        *C.mmmrt_program
	swap     Swap
}

// The errors of Publish.
var (
	ErrClosed = errors.New("the player is closed")
	// ErrStale: Plan was made against a program that will not be the one running
	// at commit and there are no Layouts to make another, or it does not fit.
	ErrStale = errors.New("the plan does not fit the running program")
)

// NewPlayer makes a player that is silent until a program is published. It
// panics when not even a kilobyte or a thread is to be had. [any-thread]
func NewPlayer(o Options) *Player {
	c := C.mmmrt_player_new(&C.mmmrt_options{offline: C.bool(o.Offline), block_limit_ns: C.uint64_t(max(0, o.BlockLimit))})
	if c == nil {
		panic("realtime: no memory or no thread for a player")
	}
	return &Player{c: c, live: map[*C.mmmrt_program]*published{}}
}

// Pointer is the mmm_player that the audio thread calls; valid until Close.
// [any-thread]
func (p *Player) Pointer() unsafe.Pointer { return unsafe.Pointer(p.c) }

// SetRate sets the rate in Hz, for the length of fade-outs and time limits.
// Blocks may be of any length, whatever maxFrames says. Call while nobody
// processes. [main-thread]
func (p *Player) SetRate(rate float64, maxFrames int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c != nil {
		C.mmmrt_player_set_rate(p.c, C.double(rate))
	}
}

// Publish hands a program to the audio thread, which takes it at the start of
// its next block; after that the player owns the instance and closes it when it
// has been replaced. A program that was published and not yet taken is taken
// back: the latest wins, and takes over the state of the one that runs. Values
// and the restart of time that the one taken back was to bring come with the new
// one. After an error nothing has changed, and the instance is still the
// caller's. May wait for the ends of two blocks, at most 50 ms each. [any-thread]
func (p *Player) Publish(s Swap) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return ErrClosed
	}
	p.collect()
	plannedFor := p.last()
	back := p.settle()
	if back != nil {
		s.inherit(&back.swap)
	}
	plan, err := p.plan(&s, plannedFor)
	var program *C.mmmrt_program
	if err == nil {
		if program = newProgram(&s, plan, p.instance()); program == nil {
			err = ErrStale
		}
	}
	if err != nil {
		if back != nil { // nothing has changed: what ran still runs
			p.put(back)
		}
		return err
	}
	if back != nil {
		p.discard(back)
	}
	p.put(&published{instance: s.Instance, c: program, swap: s})
	return nil
}

// plan returns the plan of a swap against the program that runs.
func (p *Player) plan(s *Swap, plannedFor *Instance) (*state.Plan, error) {
	switch running := p.instance(); {
	case s.PlanFrom != nil:
		return s.PlanFrom(running), nil
	case running == nil || s.Plan == nil:
		return nil, nil // nothing has played, or its state is not wanted
	case plannedFor == running:
		return s.Plan, nil
	case s.Layout != nil && p.running.swap.Layout != nil:
		return state.MakePlan(p.running.swap.Layout, s.Layout), nil
	}
	return nil, ErrStale
}

// inherit takes over what a swap that never happened was to bring.
func (s *Swap) inherit(back *Swap) {
	s.KeepTime = s.KeepTime && back.KeepTime
	if !back.SetValues {
		return
	}
	for i := range s.Values {
		if !s.SetValues || math.IsNaN(s.Values[i]) {
			s.Values[i] = back.Values[i]
		}
	}
	s.SetValues = true
}

// settle takes back the program that waits, if the audio thread has not taken
// it; either way running is what runs until the next put.
func (p *Player) settle() *published {
	pending := p.pending
	p.pending = nil
	if pending == nil {
		return nil
	}
	if C.mmmrt_player_withdraw(p.c) == nil {
		p.running = pending
		return nil
	}
	return pending
}

// put publishes; the mailbox is empty.
func (p *Player) put(pub *published) {
	p.pending = pub
	p.live[pub.c] = pub
	var old *C.mmmrt_instance
	if p.running != nil {
		old = p.running.instance.c
	}
	C.mmmrt_player_publish(p.c, pub.c, old)
}

// instance is what runs, nil for nothing.
func (p *Player) instance() *Instance {
	if p.running == nil {
		return nil
	}
	return p.running.instance
}

// last is what was published last, nil for nothing.
func (p *Player) last() *Instance {
	if p.pending != nil {
		return p.pending.instance
	}
	return p.instance()
}

// Running is the instance that plays, or that will play from the next block on;
// nil when nothing was published. [any-thread]
func (p *Player) Running() *Instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last()
}

// Collect frees the instances that the audio thread is done with, and returns
// them, closed, for their identity. [any-thread]
func (p *Player) Collect() []*Instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return nil
	}
	return p.collect()
}

func (p *Player) collect() []*Instance {
	var done []*Instance
	for {
		c := C.mmmrt_player_collect(p.c)
		if c == nil {
			return done
		}
		pub := p.live[c]
		if pub == p.running { // then the one that waited has been taken
			p.running, p.pending = p.pending, nil
		}
		done = append(done, pub.instance)
		p.discard(pub)
	}
}

// discard frees a program that the audio side no longer holds. What it reported
// is taken before its address can be used again.
func (p *Player) discard(pub *published) {
	p.takeReports()
	delete(p.live, pub.c)
	C.mmmrt_program_free(pub.c)
	pub.instance.Close()
}

// SetSlot sets a slot's value, clamped to 0..1, as the editor does; it counts at
// once for Value and sounds from the next block on. NaN and unknown slots do
// nothing. [any-thread]
func (p *Player) SetSlot(slot int, v float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c != nil && slot >= 0 && slot < Slots {
		C.mmmrt_player_set_slot(p.c, C.int(slot), C.double(v))
	}
}

// Expect says that edits are on their way to the player, +1, or have arrived,
// -1: a bounce waits for them. [any-thread]
func (p *Player) Expect(edits int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c != nil {
		C.mmmrt_player_expect(p.c, C.int(edits))
	}
}

// Calls counts the audio side's calls: while it is the same nothing is new there.
// [any-thread]
func (p *Player) Calls() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return 0
	}
	return uint64(C.mmmrt_player_calls(p.c))
}

// Value is a slot's current value 0..1. [any-thread]
func (p *Player) Value(slot int) float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil || slot < 0 || slot >= Slots {
		return 0
	}
	return float64(C.mmmrt_player_value(p.c, C.int(slot)))
}

// Now is the index of the next sample of the program that plays. [any-thread]
func (p *Player) Now() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return 0
	}
	return float64(C.mmmrt_player_now(p.c))
}

// Close frees the player and every instance it holds. Nobody may process any
// more. A second call does nothing. [main-thread]
func (p *Player) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return
	}
	for {
		c := C.mmmrt_player_drain(p.c)
		if c == nil {
			break
		}
		p.discard(p.live[c])
	}
	C.mmmrt_player_free(p.c)
	p.c, p.running, p.pending = nil, nil, nil
	p.buffers.free()
}
