package session

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mmm/audiofile"
)

const sampled = "let s = Sampler_mono!(\"one.wav\")\nfn dsp(){ s.player(0.0) }\n"

// putSound writes a sound file of one frame.
func putSound(t *testing.T, path string, x float64) {
	t.Helper()
	w, err := audiofile.Create(path, 48000, 1, 32)
	if err != nil {
		t.Fatal(err)
	}
	w.Write([][]float64{{x, x}})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPatchReadsSoundsOfItsFolderAndTheUsersOnly(t *testing.T) {
	dir := alone(t)
	outside := t.TempDir()
	putSound(t, filepath.Join(outside, "one.wav"), 0.5)
	put(t, dir, map[string]string{"patch.mmm": strings.Replace(sampled, "one.wav", filepath.Join(outside, "one.wav"), 1)})
	s := made(t, "")
	if s.Watch(filepath.Join(dir, "patch.mmm")) || !strings.Contains(s.Status().Rendered, "is outside of the patch's folder") {
		t.Errorf("a sound elsewhere: %s", s.Status().Rendered)
	}
	putSound(t, filepath.Join(dir, "one.wav"), 0.25)
	put(t, dir, map[string]string{"patch.mmm": sampled})
	s.Watch(filepath.Join(dir, "patch.mmm")) // or the change is noticed first
	eventually(t, "a sound beside the patch", func() bool { return last(t, s) == 0.25 })
	if err := os.Remove(filepath.Join(dir, "one.wav")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "one.wav"), filepath.Join(dir, "one.wav")); err != nil {
		t.Fatal(err)
	}
	link := made(t, "")
	if link.Watch(filepath.Join(dir, "patch.mmm")) {
		t.Errorf("a link leads out: %v", last(t, link))
	}
}

func TestSoundThatChangedIsReadAtTheNextCompile(t *testing.T) {
	dir := alone(t)
	path := filepath.Join(dir, "patch.mmm")
	put(t, dir, map[string]string{"patch.mmm": sampled})
	lost := made(t, "")
	if !lost.Watch(path) || last(t, lost) != 0 || !strings.Contains(lost.Status().Rendered, "one.wav not found") {
		t.Errorf("a lost sound: %v %s", last(t, lost), lost.Status().Rendered)
	}
	for _, x := range []float64{0.25, 0.75} {
		putSound(t, filepath.Join(dir, "one.wav"), x)
		s := made(t, "")
		if !s.Watch(path) || last(t, s) != x {
			t.Errorf("%v, want %v: %s", last(t, s), x, s.Status().Rendered)
		}
	}
}

func TestStateHoldsSmallSoundsSoThatTheyPlayElsewhere(t *testing.T) {
	dir := alone(t)
	path := filepath.Join(dir, "patch.mmm")
	put(t, dir, map[string]string{"patch.mmm": sampled})
	putSound(t, filepath.Join(dir, "one.wav"), 0.25)
	first := made(t, "")
	if !first.Watch(path) || last(t, first) != 0.25 {
		t.Fatalf("%v %s", last(t, first), first.Status().Rendered)
	}
	state := saved(t, first)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s := made(t, "")
	if err := s.LoadState(state, Project); err != nil || last(t, s) != 0.25 {
		t.Fatalf("on another machine: %v, %v %s", err, last(t, s), s.Status().Rendered)
	}
	if !bytes.Equal(saved(t, s), state) {
		t.Error("the state changes by loading it")
	}
	if !s.Swap(strings.Replace(sampled, "0.0", "0.5", 1), "patch.mmm", true) || last(t, s) != 0.25 {
		t.Errorf("an edit loses the sound: %v %s", last(t, s), s.Status().Rendered)
	}
}

func TestLargeSoundIsSavedByNameAndAChangeIsTold(t *testing.T) {
	dir := alone(t)
	path := filepath.Join(dir, "patch.mmm")
	put(t, dir, map[string]string{"patch.mmm": sampled})
	long := func(x float64) {
		w, err := audiofile.Create(filepath.Join(dir, "one.wav"), 48000, 1, 32)
		if err != nil {
			t.Fatal(err)
		}
		frames := make([]float64, maxSoundsBytes/4)
		frames[0] = x
		w.Write([][]float64{frames})
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	long(0.25)
	var j journal
	first := New(Effect, j.host())
	defer first.Close()
	first.Activate(testRate, frames)
	if !first.Watch(path) || last(t, first) != 0.25 {
		t.Fatalf("%v %s", last(t, first), first.Status().Rendered)
	}
	state := saved(t, first)
	if len(state) > 1<<20 || !strings.Contains(j.text(), "too large to be saved") {
		t.Errorf("%d bytes; log %s", len(state), j.text())
	}
	long(0.5)
	var k journal
	s := New(Effect, k.host())
	defer s.Close()
	s.Activate(testRate, frames)
	if err := s.LoadState(state, Project); err != nil || last(t, s) != 0.5 {
		t.Fatalf("%v: %v %s", err, last(t, s), s.Status().Rendered)
	}
	if !strings.Contains(k.text(), "one.wav has changed") {
		t.Errorf("log %s", k.text())
	}
}
