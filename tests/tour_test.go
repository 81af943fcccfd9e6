package tests

import (
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mmm/compiler"
	"mmm/compiler/diag"
	"mmm/compiler/mir"
	"mmm/compiler/stage"
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

// A patch of the tour says what it does in the comments of newProgram and these:
//
//	// SOUNDS        a second of it is heard, does not clip, and both engines agree
//	// SWAP 4        what follows replaces, at frame 4, what stands above
//	// FILE m.mmm    what follows is the file m.mmm next to the patch
var (
	tourFile = regexp.MustCompile(`(?m)^// FILE (\S+)\n`)
	tourSwap = regexp.MustCompile(`(?m)^// SWAP (\d+)\n`)
)

// tourPatch is one block of the tour.
type tourPatch struct {
	program
	files  map[string]string
	sounds bool
}

func TestEveryPatchOfTheTourDoesWhatItSays(t *testing.T) {
	block := regexp.MustCompile("(?s)```mimium\n(.*?)```")
	for _, file := range tourChapters(t) {
		text := string(read(t, file))
		for _, m := range block.FindAllStringSubmatchIndex(text, -1) {
			line := 2 + strings.Count(text[:m[0]], "\n")
			t.Run(fmt.Sprintf("%s:%d", filepath.Base(file), line), func(t *testing.T) {
				newTourPatch(t, file, text[m[2]:m[3]]).run(t)
			})
		}
	}
}

func TestTheTourLeadsFromChapterToChapter(t *testing.T) {
	chapters := tourChapters(t)
	index := string(read(t, "docs/language/README.md"))
	at := 0
	for i, file := range chapters {
		link := "(" + filepath.Base(file) + ")"
		n := strings.Index(index[at:], link)
		if n < 0 {
			t.Fatalf("the index does not show %s in its order", link)
		}
		at += n
		if i+1 < len(chapters) && !strings.Contains(string(read(t, file)), "Next: [") {
			t.Errorf("%s does not say what comes next", file)
		}
	}
}

// tourChapters returns the chapters in reading order, seen from the root.
func tourChapters(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(root, "docs/language/[0-9][0-9]-*.md"))
	if err != nil || len(list) < 10 {
		t.Fatalf("%d chapters: %v", len(list), err)
	}
	for i := range list {
		list[i], _ = filepath.Rel(root, list[i])
	}
	return list
}

func newTourPatch(t *testing.T, file, body string) *tourPatch {
	t.Helper()
	p := &tourPatch{program: newProgram(t, file, file, body), files: map[string]string{}}
	p.sounds = strings.Contains("\n"+body, "\n// SOUNDS\n")
	if p.frames() == 0 && p.reports == nil && !p.sounds {
		t.Fatal("the patch expects nothing")
	}
	parts := tourFile.FindAllStringSubmatchIndex(body, -1)
	for i, m := range parts {
		end := len(body)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		p.files[filepath.FromSlash(body[m[2]:m[3]])] = body[m[1]:end]
	}
	if len(parts) > 0 {
		p.text = body[:parts[0][0]]
	}
	return p
}

func (p *tourPatch) run(t *testing.T) {
	first, rest := p.text, [][]int(nil)
	if rest = tourSwap.FindAllStringSubmatchIndex(p.text, -1); rest != nil {
		first = p.text[:rest[0][0]]
	}
	compiled := p.compile(t, first)
	if p.frames() == 0 && !p.sounds {
		return
	}
	if compiled == nil {
		t.Fatal("does not compile")
	}
	job := render.Job{Program: compiled, Rate: 48000, Frames: p.frames()}
	for i, m := range rest {
		end := len(p.text)
		if i+1 < len(rest) {
			end = rest[i+1][0]
		}
		var frame int
		fmt.Sscan(p.text[m[2]:m[3]], &frame)
		next := p.compile(t, p.text[m[1]:end])
		if next == nil {
			t.Fatal("the patch that is swapped in does not compile")
		}
		job.Swaps = append(job.Swaps, render.Swap{Frame: frame, Program: next})
	}
	if p.sounds {
		job.Frames, job.Events = max(job.Frames, 48000), melody
		job.Input = sawInput(compiled.Image.Ins, job.Frames)
	}
	sound := map[string][][]float64{}
	for engine, block := range map[string]int{session.Native: 512, session.VM: 97} {
		job.Engine, job.Block = engine, block
		got, err := job.Collect()
		if err != nil {
			t.Fatalf("%s: %v", engine, err)
		}
		sound[engine] = got
		if msg := compareRows(got, p.rows); msg != "" {
			t.Errorf("%s: %s", engine, msg)
		}
		for frame, row := range p.at {
			if msg := compareRow(got, frame, row); msg != "" {
				t.Errorf("%s: %s", engine, msg)
			}
		}
	}
	if p.sounds {
		checkSound(t, sound)
	}
}

// compile compiles one version of the patch and checks what is reported. The
// tour shows no warning that it does not talk about.
func (p *tourPatch) compile(t *testing.T, text string) *mir.Program {
	t.Helper()
	r := compiler.Compile(compiler.Options{Name: "patch.mmm", Text: text, Files: stage.Files{
		Path: filepath.FromSlash("/tour/patch.mmm"),
		Read: func(path string) ([]byte, error) {
			name, err := filepath.Rel(filepath.FromSlash("/tour"), path)
			if text, ok := p.files[name]; ok && err == nil {
				return []byte(text), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
	}})
	checkReports(t, p.program, &r.Diags)
	for _, d := range r.Diags.All {
		if d.Severity == diag.Warning && !hasWarnings(p.program) {
			t.Errorf("unexpected warning: %s [%s]", d.Message, d.Code)
		}
	}
	return r.Program
}

// sawInput is what effects listen to: 110 Hz on the first channel, a fifth on the next.
func sawInput(channels, frames int) [][]float64 {
	list := make([][]float64, channels)
	for i := range list {
		for k := range frames {
			list[i] = append(list[i], 0.3*math.Mod(float64(k)*110*(1+0.5*float64(i))/48000, 1)-0.15)
		}
	}
	return list
}

// checkSound wants finite samples, the same bits from both engines, and a peak
// that is heard and does not clip.
func checkSound(t *testing.T, sound map[string][][]float64) {
	t.Helper()
	peak := 0.0
	for i, channel := range sound[session.Native] {
		for k, x := range channel {
			if y := sound[session.VM][i][k]; math.Float64bits(x) != math.Float64bits(y) {
				t.Fatalf("channel %d frame %d: native %v, vm %v", i, k, x, y)
			}
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("channel %d frame %d is %v", i, k, x)
			}
			peak = max(peak, math.Abs(x))
		}
	}
	if peak < 0.01 || peak > 1 {
		t.Errorf("peak %v: a patch is heard and does not clip", peak)
	}
}
