package session

import (
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
	if !s.Watch(filepath.Join(dir, "patch.mmm")) || last(t, s) != 0.25 {
		t.Errorf("a sound beside the patch: %v %s", last(t, s), s.Status().Rendered)
	}
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
