package tests

import (
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mmm/compiler"
	"mmm/compiler/mir"
	"mmm/realtime"
	"mmm/render"
	"mmm/session"
)

// melody plays four notes in the first second.
var melody = []realtime.Event{
	{Time: 1000, Kind: realtime.NoteOn, Key: 45, Value: 0.8}, {Time: 9000, Kind: realtime.NoteOff, Key: 45},
	{Time: 12001, Kind: realtime.NoteOn, Key: 57, Value: 0.6}, {Time: 20000, Kind: realtime.NoteOff, Key: 57},
	{Time: 24000, Kind: realtime.MIDI, MIDI: [3]byte{0x90, 64, 100}}, {Time: 33003, Kind: realtime.MIDI, MIDI: [3]byte{0x80, 64, 0}},
	{Time: 36000, Kind: realtime.NoteOn, Key: 69, Value: 1}, {Time: 44000, Kind: realtime.NoteOff, Key: 69},
}

func TestEveryExampleSoundsAndBothEnginesAgreeOnEveryBit(t *testing.T) {
	files, err := filepath.Glob("../examples/*.mmm")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	more, _ := filepath.Glob("../examples/demo/*r*.mmm")
	for _, file := range append(files, more...) {
		if filepath.Base(file) == "broken.mmm" {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			p := compiled(t, file, string(read(t, file[3:])))
			sound := map[string][][]float64{}
			for engine, block := range map[string]int{session.Native: 512, session.VM: 97} {
				job := render.Job{Program: p, Engine: engine, Rate: 48000, Frames: 96000, Block: block, Events: melody}
				got, err := job.Collect()
				if err != nil {
					t.Fatalf("%s: %v", engine, err)
				}
				sound[engine] = got
			}
			peak := 0.0
			for i, c := range sound[session.Native] {
				for k, x := range c {
					if y := sound[session.VM][i][k]; math.Float64bits(x) != math.Float64bits(y) {
						t.Fatalf("channel %d frame %d: native %v, vm %v", i, k, x, y)
					}
					if math.IsNaN(x) || math.IsInf(x, 0) {
						t.Fatalf("channel %d frame %d is %v", i, k, x)
					}
					peak = max(peak, math.Abs(x))
				}
			}
			if peak < 0.01 || peak > 1.2 {
				t.Errorf("peak %v: an example is heard and does not clip", peak)
			}
		})
	}
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
