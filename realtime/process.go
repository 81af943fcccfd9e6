// Playing from the control side: offline rendering and tests.

package realtime

// #include "mmmrt.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// EventKind is the kind of an event.
type EventKind uint16

// The kinds of event: mmm_audio.h says which fields each one uses.
const (
	ParamValue EventKind = C.MMM_EVENT_PARAM_VALUE
	ParamMod   EventKind = C.MMM_EVENT_PARAM_MOD
	NoteOn     EventKind = C.MMM_EVENT_NOTE_ON
	NoteOff    EventKind = C.MMM_EVENT_NOTE_OFF
	NoteChoke  EventKind = C.MMM_EVENT_NOTE_CHOKE
	MIDI       EventKind = C.MMM_EVENT_MIDI
	Expression EventKind = C.MMM_EVENT_EXPRESSION
	Transport  EventKind = C.MMM_EVENT_TRANSPORT
)

// What an Expression moves.
const (
	Tuning     = C.MMM_EXPRESSION_TUNING     // semitones
	Brightness = C.MMM_EXPRESSION_BRIGHTNESS // 0..1
	Pressure   = C.MMM_EXPRESSION_PRESSURE   // 0..1
)

// Event is one event of a block; a list of them ascends in Time. mmm_audio.h
// says which fields a kind uses and what they mean.
type Event struct {
	Time       int // frame within the block
	Kind       EventKind
	Slot       int
	Port       int // -1 for all
	Channel    int // 0..15, -1 for all
	Key        int // 0..127, -1 for all
	NoteID     int // -1 for none
	Expression int
	MIDI       [3]byte
	Playing    bool
	Value      float64
	Tempo      float64 // quarter notes a minute
}

// NoteEnd is the end of a note, named as its note-on was.
type NoteEnd struct {
	Time                       int // frame within the block that was played last
	Port, Channel, Key, NoteID int
}

// NoteEnds takes the notes that have ended since the last call. [any-thread]
func (p *Player) NoteEnds() (list []NoteEnd) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return nil
	}
	var ends [64]C.mmm_note_end
	for {
		n := int(C.mmm_take_note_ends(p.c, &ends[0], C.uint32_t(len(ends))))
		for _, e := range ends[:n] {
			list = append(list, NoteEnd{int(e.time), int(e.port), int(e.channel), int(e.key), int(e.note_id)})
		}
		if n < len(ends) {
			return list
		}
	}
}

// buffers is C memory for Process, kept from call to call.
type buffers struct {
	samples       unsafe.Pointer // of all channels, one after the other
	channels      unsafe.Pointer // pointers to them
	events        unsafe.Pointer
	sampleBytes   int
	channelsBytes int
	eventBytes    int
}

func (b *buffers) free() {
	C.free(b.samples)
	C.free(b.channels)
	C.free(b.events)
	*b = buffers{}
}

func grow(memory *unsafe.Pointer, have *int, need int) {
	if need > *have {
		C.free(*memory)
		*memory, *have = C.malloc(C.size_t(need)), need
	}
}

const sampleBytes = int(unsafe.Sizeof(C.double(0)))

// Process plays frames: channel c reads in[c] and writes out[c], each frames
// samples long at least. For rendering and tests; no host may process at the
// same time. [any-thread]
func (p *Player) Process(frames int, events []Event, in, out [][]float64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return ErrClosed
	}
	if frames < 0 {
		return errors.New("a block of fewer than 0 frames")
	}
	for _, ch := range [][][]float64{in, out} {
		for i, samples := range ch {
			if len(samples) < frames {
				return fmt.Errorf("channel %d has %d samples for %d frames", i, len(samples), frames)
			}
		}
	}
	channels := len(in) + len(out)
	b := &p.buffers
	grow(&b.samples, &b.sampleBytes, channels*frames*sampleBytes)
	grow(&b.channels, &b.channelsBytes, channels*int(unsafe.Sizeof(uintptr(0))))
	grow(&b.events, &b.eventBytes, len(events)*int(unsafe.Sizeof(C.mmm_event{})))

	samples := unsafe.Slice((*float64)(b.samples), channels*frames)
	pointers := unsafe.Slice((**C.double)(b.channels), channels)
	channel := func(i int) []float64 { return samples[i*frames : (i+1)*frames] }
	for i := range pointers {
		pointers[i] = (*C.double)(unsafe.Add(b.samples, i*frames*sampleBytes))
	}
	for i := range in {
		copy(channel(i), in[i])
	}
	fill(unsafe.Slice((*C.mmm_event)(b.events), len(events)), events)
	block := C.mmm_block{
		frames: C.uint32_t(frames), event_count: C.uint32_t(len(events)), events: (*C.mmm_event)(b.events),
		in_channels: C.uint32_t(len(in)), out_channels: C.uint32_t(len(out)),
	}
	if len(in) > 0 {
		block.in64 = (**C.double)(b.channels)
	}
	if len(out) > 0 {
		block.out64 = (**C.double)(unsafe.Add(b.channels, len(in)*int(unsafe.Sizeof(uintptr(0)))))
	}
	C.mmm_process(p.c, &block)
	for i := range out {
		copy(out[i], channel(len(in)+i))
	}
	return nil
}

func fill(to []C.mmm_event, events []Event) {
	for i, e := range events {
		to[i] = C.mmm_event{
			time: C.uint32_t(max(0, e.Time)), kind: C.uint16_t(e.Kind), slot: C.int16_t(e.Slot), port: C.int16_t(e.Port),
			channel: C.int16_t(e.Channel), key: C.int16_t(e.Key), expression: C.int16_t(e.Expression),
			note_id: C.int32_t(e.NoteID), value: C.double(e.Value), tempo: C.double(e.Tempo),
		}
		if e.Playing {
			to[i].playing = 1
		}
		for k, v := range e.MIDI {
			to[i].midi[k] = C.uint8_t(v)
		}
	}
}

// Flush applies events without playing. [any-thread]
func (p *Player) Flush(events []Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return
	}
	grow(&p.buffers.events, &p.buffers.eventBytes, len(events)*int(unsafe.Sizeof(C.mmm_event{})))
	fill(unsafe.Slice((*C.mmm_event)(p.buffers.events), len(events)), events)
	C.mmm_flush(p.c, (*C.mmm_event)(p.buffers.events), C.uint32_t(len(events)))
}

// Reset starts the program anew from the next block on: zero state, sample index
// 0, no notes. [any-thread]
func (p *Player) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c != nil {
		C.mmm_reset(p.c)
	}
}
