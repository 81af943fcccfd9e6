package tests

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mmm/audiofile"
	"mmm/compiler"
	"mmm/compiler/stage"
	"mmm/render"
)

// soundFile writes a WAV file with floats.
func soundFile(t *testing.T, path string, rate float64, channels ...[]float64) {
	t.Helper()
	w, err := audiofile.Create(path, rate, len(channels), 32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(channels); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// playedAlike renders a patch that lies in dir on both engines, which must agree, and
// returns its first channel.
func playedAlike(t *testing.T, dir, text string, frames int) []float64 {
	t.Helper()
	r := compiler.Compile(compiler.Options{Name: "p.mmm", Text: text, Files: stage.Files{Path: filepath.Join(dir, "p.mmm")}})
	if r.Program == nil {
		t.Fatal(rendered(&r.Diags))
	}
	var both [2][]float64
	for i, engine := range []string{"native", "vm"} {
		channels, err := (&render.Job{Program: r.Program, Engine: engine, Rate: 48000, Frames: frames, Block: 64}).Collect()
		if err != nil {
			t.Fatal(err)
		}
		both[i] = channels[0]
	}
	for k := range both[0] {
		if math.Float64bits(both[0][k]) != math.Float64bits(both[1][k]) {
			t.Fatalf("frame %d: native %v, vm %v", k, both[0][k], both[1][k])
		}
	}
	return both[0]
}

func TestSamplerReadsFramesOfTheFile(t *testing.T) {
	dir := t.TempDir()
	soundFile(t, filepath.Join(dir, "s.wav"), 44100, []float64{0, .5, 1, -1, .25})
	want := []float64{0, .25, .5, .75, 1, 0, -1, -.375, .25, .25, 0, 0}
	for _, text := range []string{
		"let s = Sampler_mono!(\"s.wav\")\nfn dsp(){ (s.player)(now * 0.5) }",
		"fn dsp(){ let s = Sampler_mono!(\"s.wav\")\n s.player(now * 0.5) }",
		"fn dsp(){ Sampler_mono!(\"s.wav\").player(now * 0.5) }",
		"#stage(macro)\nfn kick(name){ Sampler_mono(str_concat(name, \".wav\")) }\n#stage(main)\nlet s = kick!(\"s\")\nfn dsp(){ s.player(now / 2) }",
	} {
		got := playedAlike(t, dir, text, len(want))
		for k, x := range want {
			if got[k] != x {
				t.Errorf("%s\nframe %d is %v, want %v", text, k, got[k], x)
			}
		}
	}
	if got := playedAlike(t, dir, "fn dsp(){ Sampler_mono!(\"s.wav\").length }", 1); got[0] != 5 {
		t.Errorf("the length is %v, want 5 frames", got[0])
	}
}

func TestSamplerOfAnyChannelsFollowsTheRateOfTheFile(t *testing.T) {
	dir := t.TempDir()
	ramp, back := make([]float64, 2400), make([]float64, 2400)
	for k := range ramp {
		ramp[k], back[k] = float64(k)/4096, -float64(k)/4096
	}
	soundFile(t, filepath.Join(dir, "s.wav"), 24000, ramp, back)
	got := playedAlike(t, dir, "let s = Sampler!(\"s.wav\")\nfn dsp(){ s.player(0, now / samplerate) }", 1000)
	for k := 10; k < 1000; k++ {
		if want := float64(k) / 2 / 4096; math.Abs(got[k]-want) > 1e-12 {
			t.Fatalf("frame %d is %v, want %v", k, got[k], want)
		}
	}
	for expr, want := range map[string]float64{"s.player(1, 0.05)": -1200.0 / 4096, "s.player(2, 0.05)": 1200.0 / 4096, "s.length": 0.1, "s.rate": 24000, "s.channels": 2} {
		if got := playedAlike(t, dir, "let s = Sampler!(\"s.wav\")\nfn dsp(){ "+expr+" }", 1); math.Abs(got[0]-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", expr, got[0], want)
		}
	}
}

func TestSoundsThatCannotBeHadAreSilentOrErrors(t *testing.T) {
	dir := t.TempDir()
	soundFile(t, filepath.Join(dir, "two.wav"), 48000, []float64{1, 1}, []float64{1, 1})
	if err := os.WriteFile(filepath.Join(dir, "text.wav"), []byte("this is no sound at all"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"fn dsp(){ let s = Sampler_mono!(\"lost.wav\")\n s.player(now) + s.length }", "p.mmm:1:33: warning: Sound file lost.wav not found [P14]"},
		{"fn dsp(){ Sampler_mono!(\"two.wav\").length }", "p.mmm:1:25: error: Sound file two.wav cannot be used: it has 2 channels [P15]"},
		{"fn dsp(){ Sampler!(\"text.wav\").length }", "p.mmm:1:20: error: Sound file text.wav cannot be used: it is no WAV, AIFF, FLAC, Ogg Vorbis or MP3 file [P15]"},
		{"fn dsp(){ Sampler!(\".\").length }", "p.mmm:1:20: error: Sound file . cannot be used: it is not a regular file [P15]"},
		{"fn dsp(){ Sampler!(7).length }", "p.mmm:1:20: error: The path of a sound file must be a string [E44]"},
		{"fn dsp(){ Sampler!(\"two.wav\", 1).length }", "p.mmm:1:11: error: Sampler! takes path of a sound file: 1 arguments instead of 2 [E44]"},
	} {
		r := compiler.Compile(compiler.Options{Name: "p.mmm", Text: c.text, Files: stage.Files{Path: filepath.Join(dir, "p.mmm")}})
		if got := rendered(&r.Diags); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s\nsays %s\nwant %s", c.text, got, c.want)
		}
	}
	for _, x := range playedAlike(t, dir, "fn dsp(){ let s = Sampler_mono!(\"lost.wav\")\n s.player(now) + s.length }", 10) {
		if x != 0 {
			t.Errorf("a lost file plays %v", x)
		}
	}
}

func TestASoundIsDecodedOnceWhileItIsInUseAndAgainWhenItChanges(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s.wav")
	soundFile(t, path, 48000, []float64{1})
	files := stage.Files{Path: filepath.Join(dir, "p.mmm")}
	first, err := files.Sound("s.wav")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := files.Sound("s.wav"); err != nil || again != first {
		t.Errorf("decoded twice: %v", err)
	}
	soundFile(t, path, 48000, []float64{1, 2})
	if changed, err := files.Sound("s.wav"); err != nil || changed.Frames != 2 {
		t.Errorf("a changed file: %v, %v", changed, err)
	}
	if first.Frames != 1 {
		t.Error("what plays has changed")
	}
}
