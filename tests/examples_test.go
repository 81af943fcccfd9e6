package tests

import (
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mmm/compiler"
	"mmm/compiler/mir"
	"mmm/examples"
	"mmm/gallery"
	"mmm/realtime"
	"mmm/render"
	"mmm/session"
)

// everyExample runs a test for each example.
func everyExample(t *testing.T, run func(t *testing.T, e examples.Example, p *mir.Program)) {
	t.Helper()
	for _, e := range examples.All() {
		t.Run(e.Shelf+"/"+e.Name, func(t *testing.T) { run(t, e, compiled(t, e.Path(), e.Text)) })
	}
}

// sameBits fails if two sounds differ in any bit or are not numbers.
func sameBits(t *testing.T, a, b [][]float64) {
	t.Helper()
	for i, c := range a {
		for k, x := range c {
			if y := b[i][k]; math.Float64bits(x) != math.Float64bits(y) {
				t.Fatalf("channel %d frame %d: %v and %v", i, k, x, y)
			}
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("channel %d frame %d is %v", i, k, x)
			}
		}
	}
}

func TestThereAreThirtyExamplesWithHeadersAndKnobs(t *testing.T) {
	count := map[string]int{}
	titles := map[string]string{}
	everyExample(t, func(t *testing.T, e examples.Example, p *mir.Program) {
		count[e.Shelf]++
		if e.Title == "" || e.Author != "mmm" || len(e.Tags) < 3 || len(e.Description) < 40 {
			t.Errorf("header: %+v", e.Header)
		}
		if other := titles[e.Title]; other != "" {
			t.Errorf("%q is the title of %s as well", e.Title, other)
		}
		titles[e.Title] = e.Path()
		knobs := session.Controls(p)
		if len(knobs) < 2 {
			t.Errorf("%d knobs", len(knobs))
		}
		if p.Image.Outs != 2 {
			t.Errorf("%d outputs", p.Image.Outs)
		}
		if isEffect := slices.Contains(e.Tags, "effect"); isEffect != (p.Image.Ins > 0) {
			t.Errorf("tagged as an effect: %v, inputs: %d", isEffect, p.Image.Ins)
		}
	})
	for shelf, least := range map[string]int{"instruments": 10, "effects": 10, "generative": 5, "learning": 5} {
		if count[shelf] < least {
			t.Errorf("%s: %d patches", shelf, count[shelf])
		}
	}
}

func TestEveryExampleIsTheSameOnBothEnginesAndSurvivesASwapToItself(t *testing.T) {
	const seconds = 1.4 // four notes, a chord, the next chord's start
	everyExample(t, func(t *testing.T, e examples.Example, p *mir.Program) {
		job := gallery.Job(e, p, session.Native, seconds)
		native := played(t, job)
		job.Swaps = []render.Swap{{Frame: 50001, Program: compiled(t, e.Path(), e.Text)}}
		sameBits(t, native, played(t, job))
		job = gallery.Job(e, p, session.VM, seconds)
		job.Block = 97
		sameBits(t, native, played(t, job))
	})
	for _, name := range []string{"before", "after"} {
		t.Run("demo/"+name, func(t *testing.T) {
			p := compiled(t, name, string(read(t, "examples/demo/"+name+".mmm")))
			e := examples.Example{}
			vm := gallery.Job(e, p, session.VM, seconds)
			vm.Block = 97
			sameBits(t, played(t, gallery.Job(e, p, session.Native, seconds)), played(t, vm))
		})
	}
}

// playedOnce are the examples that were played by path, without their sound.
var playedOnce = map[string]*gallery.Entry{}

// measured is an example as it was played, once for all tests.
func measured(t *testing.T, e examples.Example) *gallery.Entry {
	t.Helper()
	if playedOnce[e.Path()] == nil {
		entry, err := gallery.Play(e)
		if err != nil {
			t.Fatal(err)
		}
		entry.Sound = nil
		playedOnce[e.Path()] = entry
	}
	return playedOnce[e.Path()]
}

// playsByItself tells whether an example sounds without notes and input.
func playsByItself(e examples.Example) bool {
	return e.Shelf == "generative" || e.Name == "tone"
}

// slowest is how many times real time an example must run at least, whatever the
// machine is doing; docs/examples.md has the figures of a quiet one.
const slowest = 5

func TestEveryExampleIsLoudEnoughNotTooLoudAndClean(t *testing.T) {
	everyExample(t, func(t *testing.T, e examples.Example, p *mir.Program) {
		entry := measured(t, e)
		f := entry.Figures
		t.Logf("%+v, %.0f times real time, ready after %v", f, entry.Realtime, entry.Ready)
		if f.Peak > -1 {
			t.Errorf("peak %.2f dBFS", f.Peak)
		}
		if f.RMS < -45 {
			t.Errorf("effective value %.1f dBFS", f.RMS)
		}
		if f.DC > -60 {
			t.Errorf("DC %.1f dBFS", f.DC)
		}
		if f.Edge > 1.2 {
			t.Errorf("a note starts with a step %.2f times as large as any of the sound", f.Edge)
		}
		if !playsByItself(e) && f.Quiet > -100 {
			t.Errorf("%.1f dBFS before the first note", f.Quiet)
		}
		if f.Treble > 0.5 || f.Bass > 0.95 {
			t.Errorf("%.0f %% of the power below 250 Hz, %.0f %% above 4 kHz", f.Bass*100, f.Treble*100)
		}
		if slices.Contains(e.Tags, "bass") && f.Bass < 0.35 {
			t.Errorf("a bass with %.0f %% of its power below 250 Hz", f.Bass*100)
		}
		if entry.Realtime < slowest {
			t.Errorf("%.1f times real time", entry.Realtime)
		}
	})
}

func TestEveryInstrumentAndEffectFallsSilent(t *testing.T) {
	everyExample(t, func(t *testing.T, e examples.Example, p *mir.Program) {
		if playsByItself(e) {
			return
		}
		sound := played(t, gallery.Job(e, p, session.Native, 20))
		if f := gallery.Measure(sound, nil); f.Tail > -60 {
			t.Errorf("%.1f dBFS, 15 s after the last note", f.Tail)
		}
		silent := gallery.Job(e, p, session.Native, 1)
		silent.Events, silent.Input = nil, nil
		if f := gallery.Measure(played(t, silent), nil); f.Peak > -100 {
			t.Errorf("%.1f dBFS without notes and input", f.Peak)
		}
	})
}

func TestNoKnobMakesAnExampleClip(t *testing.T) {
	everyExample(t, func(t *testing.T, e examples.Example, p *mir.Program) {
		for _, c := range session.Controls(p) {
			for _, v := range []float64{c.Min, c.Max} {
				job := gallery.Job(e, p, session.Native, 2)
				job.Set = map[string]float64{c.Path: v}
				f := gallery.Measure(played(t, job), job.Events)
				if f.Peak > 0 || math.IsNaN(f.Peak) {
					t.Errorf("%s at %v: peak %.1f dBFS", c.Path, v, f.Peak)
				}
			}
		}
	})
}

func TestGenerativeExamplesFollowTheSongAndTheirSeed(t *testing.T) {
	everyExample(t, func(t *testing.T, e examples.Example, p *mir.Program) {
		if e.Shelf != "generative" {
			return
		}
		job := gallery.Job(e, p, session.Native, 5)
		alone := played(t, job)
		sameBits(t, alone, played(t, job))
		job.Set = map[string]float64{"seed": 41}
		if reflect.DeepEqual(alone, played(t, job)) {
			t.Error("another seed, the same music")
		}
		job.Set = nil
		job.Events = append(job.Events, realtime.Event{Kind: realtime.Transport, Playing: true, Tempo: 150})
		if reflect.DeepEqual(alone, played(t, job)) {
			t.Error("a song of 150 beats a minute changes nothing")
		}
	})
}
func TestPatchesInTheDocumentsCompile(t *testing.T) {
	block := regexp.MustCompile("(?s)```mimium\n(.*?)```")
	n := 0
	for _, file := range tracked(t, `\.md$`) {
		// programs that are wrong on purpose; diagnostics_test.go and tour_test.go run them
		if file == "docs/errors.md" || strings.HasPrefix(file, "docs/language/") {
			continue
		}
		for _, m := range block.FindAllSubmatch(read(t, file), -1) {
			compiled(t, file, string(m[1]))
			n++
		}
	}
	if n == 0 {
		t.Error("no document shows a patch")
	}
}

func compiled(t *testing.T, name, text string) *mir.Program {
	t.Helper()
	r := compiler.Compile(compiler.Options{Name: name, Text: text})
	if r.Program == nil || r.Diags.HasErrors() {
		t.Fatalf("%s does not compile:\n%s", name, rendered(&r.Diags))
	}
	return r.Program
}
