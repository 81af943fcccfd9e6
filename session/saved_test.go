package session

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"mmm/params"
	"mmm/realtime"
)

// moved sets a slot as a host does.
func moved(slot int, value float64) realtime.Event {
	return realtime.Event{Kind: realtime.ParamValue, Slot: slot, Value: value}
}

func saved(t *testing.T, s *Session) []byte {
	t.Helper()
	state, err := s.SaveState(Project)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

const knob = "fn dsp(l, r){ l * Slider!(\"gain\", 1, 0, 4) }"

func TestSaveLoadSaveGivesTheSameBytes(t *testing.T) {
	s := made(t, knob)
	play(t, s, 1, 0, moved(0, 1.0/3))
	swapped(t, s, "fn dsp(l, r){ l * Slider!(\"amp.left\", 0.3, 0, 1) + Slider!(\"amp.right\", 0.1, 0, 1) }")
	play(t, s, 1, 0, moved(1, 0.7))
	first := saved(t, s)
	fresh := New(Instrument, Host{})
	defer fresh.Close()
	for _, target := range []*Session{made(t, counter), fresh, s} {
		if err := target.LoadState(first, Project); err != nil {
			t.Fatal(err)
		}
		if second := saved(t, target); !bytes.Equal(first, second) {
			t.Errorf("saved\n%s\nthen\n%s", first, second)
		}
	}
}

func TestLoadRestoresValuesBeforeTheTopLevelRuns(t *testing.T) {
	const top = "let g = Slider!(\"gain\", 1, 0, 4)\nfn dsp(l, r){ g }"
	s := made(t, top)
	play(t, s, 1, 0, moved(0, 0.5))
	state := saved(t, s)
	other := made(t, counter)
	if err := other.LoadState(state, Project); err != nil {
		t.Fatal(err)
	}
	if got := play(t, other, 20, 0)[20*frames-1]; got != 2 {
		t.Errorf("the top level read %v, want the saved 2", got)
	}
	if v, _ := other.ParamValue(0); v != 0.5 {
		t.Errorf("the host sees %v", v)
	}
}

func TestWhatIsNoStateIsRefusedAndChangesNothing(t *testing.T) {
	s := made(t, knob)
	before := saved(t, s)
	good := string(before)
	for name, text := range map[string]string{
		"empty": "", "noise": "\x00\xff\x13", "no object": "[]", "empty object": "{}", "half": good[:len(good)/2],
		"two": good + good, "other magic": strings.Replace(good, stateMagic, "other", 1),
		"newer": strings.NewReplacer(`"version": 2`, `"version": 9`, `"reads": 2`, `"reads": 9`).Replace(good), "engine": strings.Replace(good, `"engine": ""`, `"engine": "x"`, 1),
		"slot": strings.Replace(good, `"slot": 0`, `"slot": 999`, 1), "no params": `{"magic":"mmm-state","version":1,"params":null}`,
		"context":   strings.Replace(good, `"context": "project"`, `"context": "pool"`, 1),
		"oversized": good + strings.Repeat(" ", MaxStateBytes),
	} {
		if text == good {
			t.Fatalf("%s: the test changes nothing", name)
		}
		if err := s.LoadState([]byte(text), Project); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if !bytes.Equal(before, saved(t, s)) {
			t.Errorf("%s: changed the session", name)
		}
	}
}

func TestStateWhosePatchIsBrokenIsRestoredAndTheOldOneSounds(t *testing.T) {
	s := made(t, knob)
	play(t, s, 1, 0, moved(0, 0.5))
	state := bytes.Replace(saved(t, s), []byte(`l * Slider`), []byte(`nothing * Slider`), 1)
	other := made(t, counter)
	last := play(t, other, 20, 0)[20*frames-1]
	if err := other.LoadState(state, Project); err != nil {
		t.Fatal(err)
	}
	if got := play(t, other, 1, 0)[0]; got != last+1 {
		t.Errorf("the sounding program made %v of %v", got, last)
	}
	if other.Status().OK || !strings.Contains(other.Patch(), "nothing * Slider") {
		t.Errorf("the patch is %q", other.Patch())
	}
	if again := saved(t, other); !bytes.Equal(state, again) {
		t.Errorf("saved\n%s\nthen\n%s", state, again)
	}
	swapped(t, other, knob) // mended
	if got := play(t, other, 20, 1)[20*frames-1]; got != 2 {
		t.Errorf("the mended patch makes %v, want its saved gain of 2", got)
	}
}

func TestValueOfAForgottenControlComesBack(t *testing.T) {
	s := made(t, knob)
	play(t, s, 1, 0, moved(0, 0.75))
	swapped(t, s, counter)
	state := saved(t, s)
	other := made(t, "")
	if err := other.LoadState(state, Project); err != nil {
		t.Fatal(err)
	}
	swapped(t, other, knob)
	if got := play(t, other, 20, 1)[20*frames-1]; got != 3 {
		t.Errorf("gain %v, want 3", got)
	}
}

func TestEngineIsSavedOnlyIfChosen(t *testing.T) {
	s := made(t, knob)
	if !strings.Contains(string(saved(t, s)), `"engine": ""`) {
		t.Error("the default engine was saved")
	}
	s.SetEngine(VM)
	other := made(t, "")
	if err := other.LoadState(saved(t, s), Project); err != nil || other.Engine() != VM {
		t.Errorf("engine %s after the load, %v", other.Engine(), err)
	}
}

func TestAutomationActsAtItsSample(t *testing.T) {
	s := made(t, knob)
	event := moved(0, 0.5)
	event.Time = 33
	out := play(t, s, 1, 1, event)
	if out[32] != 1 || out[33] != 2 {
		t.Errorf("samples 32 and 33 are %v and %v", out[32], out[33])
	}
	if text := s.ParamText(0, 0.5); text != "2" {
		t.Errorf("text %q", text)
	}
	if v, ok := s.ParamFromText(0, "2"); !ok || v != 0.5 {
		t.Errorf("value %v", v)
	}
	if s.ParamText(5, 0.25) != "0.25" {
		t.Error("a free slot shows 0..1")
	}
}

func TestEditThatWidensARangeKeepsThePlainValue(t *testing.T) {
	s := made(t, knob)
	play(t, s, 1, 0, moved(0, 0.5))
	swapped(t, s, "fn dsp(l, r){ l * Slider!(\"gain\", 1, 0, 8) }")
	if v, _ := s.ParamValue(0); v != 0.25 {
		t.Errorf("host value %v before the swap is heard, want 0.25", v)
	}
	if got := play(t, s, 20, 1)[20*frames-1]; got != 2 {
		t.Errorf("gain %v, want 2", got)
	}
	if v, _ := s.ParamValue(0); v != 0.25 {
		t.Errorf("host value %v after it, want 0.25", v)
	}
}

func TestKnobOfTheEditorIsHeardAndToldToTheHost(t *testing.T) {
	var j journal
	s := New(Effect, j.host())
	defer s.Close()
	s.Activate(testRate, frames)
	swapped(t, s, knob)
	s.TakeNotices()
	for _, step := range []GestureKind{GestureBegin, GestureValue, GestureEnd} {
		if !s.Gesture(step, "gain", 3) {
			t.Fatal("the knob is not there")
		}
	}
	if s.Gesture(GestureValue, "loud", 1) {
		t.Error("a knob that is not there was moved")
	}
	if got := play(t, s, 20, 1)[20*frames-1]; got != 3 {
		t.Errorf("gain %v, want 3", got)
	}
	var got []string
	for {
		g, ok := s.TakeGesture()
		if !ok {
			break
		}
		got = append(got, fmt.Sprint(g.Kind, g.Slot, g.Value))
	}
	if strings.Join(got, ", ") != "0 0 0.25, 1 0 0.75, 2 0 0.75" {
		t.Errorf("gestures %v", got)
	}
	if s.TakeNotices()&NoticeDirty == 0 {
		t.Error("the host does not know that its project has changed")
	}
}

func TestControlsBeyondTheSlotsWorkInTheEditor(t *testing.T) {
	var text strings.Builder
	text.WriteString("fn dsp(l, r){ 0")
	for i := range params.Slots + 1 {
		fmt.Fprintf(&text, "\n + Slider!(\"k%d\", 0, 0, 1)", i)
	}
	text.WriteString("\n}")
	s := made(t, text.String())
	if !strings.Contains(s.Status().Message, "no host parameter") {
		t.Errorf("message %q", s.Status().Message)
	}
	last := fmt.Sprintf("k%d", params.Slots)
	if v := s.View(-1); len(v.Knobs) != params.Slots+1 || v.Knobs[params.Slots].Slot != -1 {
		t.Fatalf("%d knobs", len(v.Knobs))
	}
	s.Gesture(GestureValue, last, 0.5)
	eventually(t, "the knob without a slot is heard", func() bool { return play(t, s, 1, 0)[frames-1] == 0.5 })
}

func TestHostIsNeverNeededForASwap(t *testing.T) {
	s := made(t, counter) // its host has no callbacks, and takes nothing
	last := play(t, s, 20, 0)[20*frames-1]
	s.Swap(strings.Replace(counter, "count(1)", "0 - count(1)", 1), "x.mmm", false)
	eventually(t, "the swap is heard", func() bool { last++; return play(t, s, 1, 0)[0] < 0 })
}
