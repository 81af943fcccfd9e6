package session

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"strings"
	"testing"
)

func TestStateOfEveryOlderVersionIsUpgraded(t *testing.T) {
	for version := 1; version < stateVersion; version++ {
		old, err := os.ReadFile(fmt.Sprintf("testdata/state-%d.json", version))
		if err != nil {
			t.Fatalf("a state of version %d must be kept: %v", version, err)
		}
		s := made(t, counter)
		if err := s.LoadState(old, Project); err != nil {
			t.Fatal(err)
		}
		if got := play(t, s, 20, 1)[20*frames-1]; got != 1.5 {
			t.Errorf("version %d plays %v, want half of 1 times the saved gain of 3", version, got)
		}
		if info, _ := s.ParamInfo(1); info.Name != "gain" || s.Engine() != VM {
			t.Errorf("slot 1 is %q on %s", info.Name, s.Engine())
		}
		now := saved(t, s)
		if !bytes.Contains(now, []byte(fmt.Sprintf(`"version": %d`, stateVersion))) {
			t.Errorf("saved as\n%s", now)
		}
		again := made(t, counter)
		if err := again.LoadState(now, Project); err != nil || !bytes.Equal(saved(t, again), now) {
			t.Errorf("%v: saved\n%s\nthen\n%s", err, now, saved(t, again))
		}
	}
}

func TestWhatANewerVersionAddedIsKept(t *testing.T) {
	s := made(t, knob)
	text := string(saved(t, s))
	text = strings.Replace(text, `"version": 2`, `"version": 7`, 1)
	text = strings.Replace(text, ` "params": {`, ` "scene": {"b": [1, 2.50, "<ü>"], "a": null},
 "params": {
  "colours": {"gain": "red"},`, 1)
	other := made(t, counter)
	if err := other.LoadState([]byte(text), Project); err != nil {
		t.Fatal(err)
	}
	first := saved(t, other)
	for _, want := range []string{`"version": 7`, `"reads": 2`, `2.50`, `"<ü>"`, `"colours"`} {
		if !bytes.Contains(first, []byte(want)) {
			t.Errorf("%s is lost:\n%s", want, first)
		}
	}
	play(t, other, 1, 1, moved(0, 0.5)) // it is in use, not only passed on
	if err := s.LoadState(first, Project); err != nil || !bytes.Equal(saved(t, s), first) {
		t.Errorf("%v: saved\n%s\nthen\n%s", err, first, saved(t, s))
	}
	if later := saved(t, other); !bytes.Contains(later, []byte(`"scene"`)) || bytes.Equal(later, first) {
		t.Errorf("after a movement\n%s", later)
	}
	other.LoadState([]byte(strings.Replace(string(saved(t, made(t, knob))), "7", "7", 1)), Project)
	if bytes.Contains(saved(t, other), []byte("scene")) {
		t.Error("another project got it")
	}
}

func TestPresetIsThePatchWithItsValuesAndNothingElse(t *testing.T) {
	s := made(t, knob)
	swapped(t, s, "fn dsp(l, r){ l * Slider!(\"amp\", 0.5, 0, 2) }")
	play(t, s, 1, 0, moved(1, 0.75))
	s.SetEngine(VM)
	preset, err := s.SaveState(Preset)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(preset, []byte("gain")) || bytes.Contains(preset, []byte("vm")) || bytes.Contains(preset, []byte(`"slot"`)) {
		t.Errorf("the preset says\n%s", preset)
	}
	project := saved(t, s)
	// CLAP: the three ways of taking a preset give one result.
	var results [][]byte
	for name, load := range map[string]func(*Session) error{
		"a project loaded as a preset": func(o *Session) error { return o.LoadState(project, Preset) },
		"a preset loaded as a project": func(o *Session) error { return o.LoadState(preset, Project) },
		"a preset loaded as a preset":  func(o *Session) error { return o.LoadState(preset, Preset) },
	} {
		o := made(t, "fn dsp(l, r){ l * Slider!(\"own\", 0.5, 0, 2) }")
		play(t, o, 1, 0, moved(0, 0.25))
		if err := load(o); err != nil {
			t.Fatal(name, err)
		}
		if got := play(t, o, 20, 1)[20*frames-1]; got != 1.5 || o.Engine() != DefaultEngine() {
			t.Errorf("%s: plays %v on %s", name, got, o.Engine())
		}
		if again, err := o.SaveState(Preset); err != nil || !bytes.Equal(again, preset) {
			t.Errorf("%s: the preset is now\n%s", name, again)
		}
		swapped(t, o, "fn dsp(l, r){ l * Slider!(\"own\", 0.5, 0, 2) }")
		if got := play(t, o, 20, 1)[20*frames-1]; got != 0.5 {
			t.Errorf("%s: the instance's own value has become %v", name, got)
		}
		results = append(results, saved(t, o))
	}
	for _, r := range results {
		if !bytes.Contains(r, []byte(`"own": 0.5`)) || !bytes.Equal(r, results[0]) {
			t.Errorf("slots or values are gone or differ:\n%s\n%s", r, results[0])
		}
	}
}

func TestThousandSpoiltStatesLoseNothing(t *testing.T) {
	random := rand.New(rand.NewSource(8))
	source := made(t, knob)
	play(t, source, 1, 0, moved(0, 0.5))
	good := saved(t, source)
	s := made(t, counter)
	play(t, s, 20, 0)
	refused, taken, broken := 0, 0, 0
	for i := range 1000 {
		spoilt := spoil(random, good, i)
		unspoilt := saved(t, s)
		if err := s.LoadState(spoilt, Context(i%3)); err != nil {
			refused++
			if !bytes.Equal(saved(t, s), unspoilt) {
				t.Fatalf("%d: a refused state changed the session:\n%q", i, spoilt)
			}
		} else if first := saved(t, s); s.Status().OK {
			taken++
			if err := s.LoadState(first, Project); err != nil || !bytes.Equal(saved(t, s), first) {
				t.Fatalf("%d: %v: saved\n%s\nthen\n%s", i, err, first, saved(t, s))
			}
		} else {
			broken++
		}
		// Whatever came, a program sounds: the counter, or the knob's patch.
		play(t, s, 2, 1)
		if now := s.Player().Now(); now < 2*frames {
			t.Fatalf("%d: nothing sounds: sample %v", i, now)
		}
		if i%50 == 49 {
			if err := s.LoadState(good, Project); err != nil || play(t, s, 20, 1)[20*frames-1] != 2 {
				t.Fatalf("%d: a good state does not play any more: %v", i, err)
			}
		}
	}
	t.Logf("%d refused, %d played, %d kept while the sounding patch went on", refused, taken, broken)
	if refused == 0 || taken == 0 || broken == 0 {
		t.Error("the spoilt states are all of one kind")
	}
}

// spoil makes random bytes, or a state that is wrong somewhere.
func spoil(random *rand.Rand, good []byte, i int) []byte {
	out := bytes.Clone(good)
	switch i % 8 {
	case 0:
		out = make([]byte, random.Intn(4096))
		random.Read(out)
	case 1:
		out = out[:random.Intn(len(out))]
	case 2:
		at := random.Intn(len(out))
		out = append(out[:at], append(bytes.Clone(good[random.Intn(len(good)):]), out[at:]...)...)
	case 3: // of the patch alone
		from := bytes.Index(out, []byte(`"patch"`)) + 10
		at := from + random.Intn(40)
		out[at] = byte(' ' + random.Intn(95))
	case 4: // digits
		for at := range out {
			if out[at] >= '0' && out[at] <= '9' && random.Intn(4) == 0 {
				out[at] = byte('0' + random.Intn(10))
			}
		}
	default:
		for range 1 + random.Intn(4) {
			out[random.Intn(len(out))] ^= 1 << random.Intn(8)
		}
	}
	return out
}
