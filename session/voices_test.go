package session

import (
	"math"
	"testing"

	"mmm/realtime"
)

const heldPatch = "use poly::*\nfn voice(v){ v.gate * v.pitch }\nfn dsp(){ (poly!(4, `voice), midi_note_mono!(0, 60, 0).velocity) }\n"

// block plays one block and returns the last frame of both outputs.
func block(t *testing.T, s *Session, events ...realtime.Event) (left, right float64) {
	t.Helper()
	out := [][]float64{make([]float64, frames), make([]float64, frames)}
	if err := s.Player().Process(frames, events, nil, out); err != nil {
		t.Fatal(err)
	}
	return out[0][frames-1], out[1][frames-1]
}

func TestTheHostIsToldHowManyVoicesThereAre(t *testing.T) {
	s := made(t, heldPatch)
	if n := s.Voices(); n != 4 || s.TakeNotices()&NoticeVoices == 0 {
		t.Errorf("%d voices, and the notice of it", n)
	}
	swapped(t, s, heldPatch+"// the same\n")
	if s.TakeNotices()&NoticeVoices != 0 {
		t.Error("a notice of voices without a change")
	}
	swapped(t, s, "fn dsp(){ 0 }\n")
	if n := s.Voices(); n != 0 || s.TakeNotices()&NoticeVoices == 0 {
		t.Errorf("%d voices, and the notice of it", n)
	}
}

func TestHeldKeysGoOnOverSwapsAndEnginesAndEndWithDeactivation(t *testing.T) {
	s := made(t, heldPatch)
	if x, v := block(t, s, realtime.Event{Kind: realtime.NoteOn, Key: 60, NoteID: 7, Value: 1}); x != 60 || v != 127 {
		t.Fatalf("a held key gives %v, %v", x, v)
	}
	swapped(t, s, heldPatch+"// an edit\n")
	for range 20 { // until the crossfade is over
		block(t, s)
	}
	if x, v := block(t, s); x != 60 || v != 127 {
		t.Errorf("after an edit %v, %v", x, v)
	}
	if !s.SetEngine(VM) {
		t.Fatal(s.StatusJSON())
	}
	for range 20 {
		block(t, s)
	}
	if x, v := block(t, s); x != 60 || v != 127 {
		t.Errorf("after a change of engine %v, %v", x, v)
	}
	if ends := s.Player().NoteEnds(); len(ends) != 0 {
		t.Errorf("ended while held: %v", ends)
	}
	s.Deactivate()
	if !s.Activate(testRate, frames) {
		t.Fatal(s.StatusJSON())
	}
	if x, v := block(t, s); x != 0 || v != 0 {
		t.Errorf("after deactivation %v, %v", x, v)
	}
}

func TestParametersShowTheirUnitCurveAndSteps(t *testing.T) {
	s := made(t, `fn dsp(){
  (Param!("cutoff", {init = 200, min = 20, max = 20000, curve = "log", unit = "Hz"}),
   Param!("wave", {init = 1, steps = ["sine", "saw", "square"]}))
}
`)
	cutoff, wave := s.View(-1).Knobs[0].Slot, s.View(-1).Knobs[1].Slot
	for _, c := range []struct {
		slot  int
		value float64
		text  string
	}{{cutoff, 0, "20 Hz"}, {cutoff, 1.0 / 3, "200 Hz"}, {cutoff, 1, "20000 Hz"}, {wave, 0, "sine"}, {wave, 0.5, "saw"}, {wave, 1, "square"}} {
		if text := s.ParamText(c.slot, c.value); text != c.text {
			t.Errorf("slot %d at %v reads %q, want %q", c.slot, c.value, text, c.text)
		}
		if v, ok := s.ParamFromText(c.slot, c.text); !ok || math.Abs(v-c.value) > 1e-12 {
			t.Errorf("%q is %v, %v; want %v", c.text, v, ok, c.value)
		}
	}
	if x, w := block(t, s); x != 200 || w != 1 {
		t.Errorf("before anybody moved them they are %v, %v", x, w)
	}
	x, w := block(t, s, realtime.Event{Kind: realtime.ParamValue, Slot: cutoff, Value: 2.0 / 3},
		realtime.Event{Kind: realtime.ParamValue, Slot: wave, Value: 0.8})
	if math.Abs(x-2000) > 1e-9 || w != 2 {
		t.Errorf("moved by the host they are %v, %v", x, w)
	}
	if k := s.View(-1).Knobs; len(k) != 2 || k[0].Curve != "log" || k[1].Steps != 3 || k[1].Labels[2] != "square" || k[1].Text != "square" {
		t.Errorf("the editor sees %+v", k)
	}
}
