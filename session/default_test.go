package session

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestASessionOpenedOnAFilePlaysIt(t *testing.T) {
	dir := alone(t)
	put(t, dir, map[string]string{"p.mmm": "fn dsp(){ Slider!(\"cutoff\", 3, 0, 9) }\n"})
	path := filepath.Join(dir, "p.mmm")
	s := Open(Effect, Host{}, path)
	t.Cleanup(s.Close)
	if !s.Activate(testRate, frames) {
		t.Fatal(s.StatusJSON())
	}
	if got := last(t, s); got != 3 { // the default patch has a cutoff, too, with another value
		t.Fatalf("it plays %v, not 3", got)
	}
	put(t, dir, map[string]string{"p.mmm": "fn dsp(){ 4 }\n"})
	eventually(t, "the saved file sounds", func() bool { return last(t, s) == 4 })
}

func TestABrokenStartFileGivesWayUntilItIsMended(t *testing.T) {
	dir := alone(t)
	put(t, dir, map[string]string{"p.mmm": "fn dsp(){ nothing }\n"})
	path := filepath.Join(dir, "p.mmm")
	var log strings.Builder
	s := Open(Effect, Host{Log: func(_ Level, text string) { log.WriteString(text) }}, path)
	t.Cleanup(s.Close)
	if want, _ := DefaultPatch(Effect); s.Patch() != want {
		t.Errorf("the patch is %q", s.Patch())
	}
	if !strings.Contains(log.String(), `"nothing" not found`) {
		t.Errorf("the log says %q", log.String())
	}
	put(t, dir, map[string]string{"p.mmm": "fn dsp(){ 4 }\n"})
	eventually(t, "the mended file is the patch", func() bool { return s.Patch() == "fn dsp(){ 4 }\n" })
}

func TestAMissingStartFileGivesWayToTheDefault(t *testing.T) {
	s := Open(Instrument, Host{}, filepath.Join(alone(t), "none.mmm"))
	t.Cleanup(s.Close)
	if want, _ := DefaultPatch(Instrument); s.Patch() != want {
		t.Errorf("the patch is %q", s.Patch())
	}
}
