// What a swap carries, and how it is made ready for C.

package realtime

// #include "mmmrt.h"
import "C"

import (
	"math"
	"runtime"
	"unsafe"

	"mmm/state"
)

// Slots is the number of parameter slots of a player.
const Slots = C.MMM_SLOTS

// Slot is the place of a parameter slot in a program: the parameter cell of that
// index, -1 when the program does not use the slot, and the plain values that
// 0 and 1 stand for. If Pinned, the plain value is Exact where the slot's value
// equals Home, so that a control that nobody moved keeps its value to the last
// bit.
type Slot struct {
	Cell        int32
	Min, Max    float64
	Curve       state.Curve
	Steps       int // values that the control can have, 0 for all of its range
	Pinned      bool
	Home, Exact float64
}

// Rest is how a program can be silent for good: Words and Rings as mir.Rest, but
// as offsets in the program's memory, and Words with those of its cues.
type Rest struct {
	Words []int
	Rings []Ring
	Tail  int // frames that it sounds after its inputs at most, -1 for unknown
}

// Ring is a delay ring: where its header is and how many samples follow.
type Ring struct{ Offset, Len int }

// Swap is a program to be played. Until it is made by NewSwap its Slots name
// cell 0.
type Swap struct {
	Instance *Instance

	// PlanFrom makes the plan from the program that will be running at commit,
	// nil when none is; Publish calls it once. It returns nil to start with zero
	// state. It must not use the player.
	PlanFrom func(running *Instance) *state.Plan
	// Plan is used where PlanFrom is nil: it was made against Running(). Where
	// another program will be running at commit, because the one that waited was
	// never taken, Publish makes the plan anew from the two Layouts.
	Plan *state.Plan
	// Layout is the state layout of the new dsp. With it also the bulk of long
	// delay rings is copied when the swap is published and not on the audio thread.
	Layout *state.Node

	Rest *Rest // nil: it may play by itself at any time

	Fade      int // frames of crossfade, 0 for a hard switch
	Slots     [Slots]Slot
	Cues      []state.Cue
	Pools     []state.Pool
	Values    [Slots]float64 // 0..1, NaN leaves the slot alone
	SetValues bool           // take Values
	KeepTime  bool           // the sample index goes on, else it starts at 0
	KeepPlain bool           // a slot whose range differs keeps its plain value, clamped
}

// NewSwap returns a swap to an instance without parameters, cues and plan.
func NewSwap(in *Instance) Swap {
	s := Swap{Instance: in}
	for i := range s.Slots {
		s.Slots[i].Cell = -1
	}
	return s
}

// bulkRing is the shortest delay ring, in samples, that is worth copying ahead.
const bulkRing = 512

// split divides the copies of a plan at the long delay rings of the new layout.
func split(plan *state.Plan, layout *state.Node) (ops []C.mmmrt_op, rings []C.mmmrt_ring) {
	var at []state.Op // rings of the new state: Dst and Size
	if layout != nil {
		layout.Walk(func(_, offset int, n *state.Node) {
			if n.Kind == state.Delay && n.Len >= bulkRing {
				at = append(at, state.Op{Dst: offset, Size: state.DelayHeader + n.Len})
			}
		})
	}
	copyWords := func(src, dst, size int) {
		if size > 0 {
			ops = append(ops, C.mmmrt_op{src: C.uint32_t(src), dst: C.uint32_t(dst), size: C.uint32_t(size)})
		}
	}
	for _, op := range plan.Ops {
		if op.Resize {
			ops = append(ops, C.mmmrt_op{src: C.uint32_t(op.Src), dst: C.uint32_t(op.Dst), size: C.uint32_t(op.Size),
				old_len: C.uint32_t(op.OldLen), new_len: C.uint32_t(op.NewLen)})
			continue
		}
		src, dst, end := op.Src, op.Dst, op.Dst+op.Size
		for len(at) > 0 && at[0].Dst < end {
			r := at[0]
			at = at[1:]
			if r.Dst < dst || r.Dst+r.Size > end {
				continue // a new ring, or one that is resized
			}
			copyWords(src, dst, r.Dst-dst)
			src += r.Dst - dst
			rings = append(rings, C.mmmrt_ring{src: C.uint32_t(src), dst: C.uint32_t(r.Dst),
				len: C.uint32_t(r.Size - state.DelayHeader)})
			src, dst = src+r.Size, r.Dst+r.Size
		}
		copyWords(src, dst, end-dst)
	}
	return ops, rings
}

// newProgram makes the C side of a swap against the running instance. Nil means
// a plan that does not fit, or no memory.
func newProgram(s *Swap, plan *state.Plan, running *Instance) *C.mmmrt_program {
	c := C.mmmrt_swap{
		instance:    s.Instance.c,
		fade_frames: C.uint32_t(max(0, min(s.Fade, math.MaxInt32))),
		keep_time:   C.bool(s.KeepTime),
		keep_plain:  C.bool(s.KeepPlain),
		set_values:  C.bool(s.SetValues),
	}
	oldState, oldInit := 0, 0
	var pin runtime.Pinner
	defer pin.Unpin()
	if plan != nil && running != nil {
		oldState = running.img.StateSize
		layout := s.Layout
		if running.recursive {
			layout = nil // a ring may turn more than one sample a frame
		}
		ops, rings := split(plan, layout)
		if len(ops) > 0 {
			pin.Pin(&ops[0])
			c.ops, c.op_count = &ops[0], C.size_t(len(ops))
		}
		if len(rings) > 0 {
			pin.Pin(&rings[0])
			c.rings, c.ring_count = &rings[0], C.size_t(len(rings))
		}
		if from, to := running.objects, s.Instance.objects; from != nil && to != nil {
			oldInit = running.img.InitSize
			to.adopt(from, &c, &pin)
		}
	}
	s.fill(&c, &pin)
	pin.Pin(&c)
	return C.mmmrt_program_new((*C.mmmrt_swap)(unsafe.Pointer(&c)), C.uint32_t(oldState), C.uint32_t(oldInit))
}

// fill puts slots, values, cues and pools into the C form of a swap; what that
// points to is pinned.
func (s *Swap) fill(c *C.mmmrt_swap, pin *runtime.Pinner) {
	s.Rest.fill(&c.rest, pin)
	for i, slot := range s.Slots {
		c.slots[i] = C.mmmrt_slot{cell: C.int32_t(slot.Cell), min: C.double(slot.Min), max: C.double(slot.Max),
			curve: C.int32_t(slot.Curve), steps: C.int32_t(slot.Steps),
			pinned: C.bool(slot.Pinned), home: C.double(slot.Home), exact: C.double(slot.Exact)}
		c.values[i] = C.double(s.Values[i])
	}
	cues := make([]C.mmmrt_cue, len(s.Cues))
	for i, q := range s.Cues {
		cues[i] = C.mmmrt_cue{kind: C.int32_t(q.Kind), channel: C.int32_t(q.Channel), number: C.int32_t(q.Number),
			pool: C.int32_t(q.Pool), voice: C.int32_t(q.Voice), init: C.double(q.Init)}
	}
	if len(cues) > 0 {
		pin.Pin(&cues[0])
		c.cues, c.cue_count = &cues[0], C.size_t(len(cues))
	}
	pools := make([]C.mmmrt_pool, len(s.Pools))
	for i, q := range s.Pools {
		levels := make([]C.int32_t, len(q.Levels)+1)
		for k, global := range q.Levels {
			levels[k] = C.int32_t(global)
		}
		pin.Pin(&levels[0])
		pools[i] = C.mmmrt_pool{voices: C.uint32_t(len(q.Levels)), levels: &levels[0]}
	}
	if len(pools) > 0 {
		pin.Pin(&pools[0])
		c.pools, c.pool_count = &pools[0], C.size_t(len(pools))
	}
}

// fill makes the C form of a rest.
func (r *Rest) fill(c *C.mmmrt_rest, pin *runtime.Pinner) {
	c.tail = math.MaxUint32
	if r == nil {
		return
	}
	c.possible = true
	if r.Tail >= 0 {
		c.tail = C.uint32_t(min(r.Tail, math.MaxInt32))
	}
	list := func(words []uint32) *C.uint32_t {
		if len(words) == 0 {
			return nil
		}
		pin.Pin(&words[0])
		return (*C.uint32_t)(&words[0])
	}
	words := make([]uint32, len(r.Words))
	for i, w := range r.Words {
		words[i] = uint32(w)
	}
	rings := make([]uint32, 0, 2*len(r.Rings))
	for _, ring := range r.Rings {
		rings = append(rings, uint32(ring.Offset), uint32(ring.Len))
	}
	c.words, c.word_count = list(words), C.size_t(len(words))
	c.rings, c.ring_count = list(rings), C.size_t(len(r.Rings))
}
