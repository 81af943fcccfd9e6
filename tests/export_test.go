package tests

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mmm/audiofile"
	"mmm/examples"
	"mmm/realtime"
	"mmm/render"
	"mmm/session"
)

// exported runs mmm export on a patch in run's folder and returns the id that it
// printed.
func (r *hostRun) exported(patch, plugin string, flags ...string) string {
	r.t.Helper()
	args := append([]string{"export", patch, "-o", plugin}, flags...)
	cmd := exec.Command(built(r.t, "mmm"), args...)
	cmd.Dir = r.folder
	said, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("mmm %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	m := regexp.MustCompile(`, id (\S+),`).FindSubmatch(said)
	if m == nil {
		r.t.Fatalf("no id in %q", said)
	}
	return string(m[1])
}

// exportMoves are what both sides of the comparison do to a patch: where each
// control goes, as fractions of its range, and when.
var exportMoves = []struct {
	frame    int
	fraction float64
}{{0, 0.3}, {4999, 0.8125}, {20000, 0.1}, {20001, 0.6}}

// smallestNormal is the smallest 32-bit number that is not subnormal.
const smallestNormal = 0x1p-126

func TestEveryExampleSoundsTheSameAsAPluginOfItsOwn(t *testing.T) {
	const frames = 48000
	for _, e := range examples.All() {
		t.Run(e.Shelf+"/"+e.Name, func(t *testing.T) {
			text := []byte(e.Text)
			p := compiled(t, e.Path(), e.Text)
			job := render.Job{Program: p, Engine: session.Native, Rate: 48000, Frames: frames, Events: append([]realtime.Event(nil), melody...)}
			job.Input = [][]float64{make([]float64, frames), make([]float64, frames)}
			job.Input[0][0], job.Input[1][0] = 1, 1
			script := "plugin only\nactivate 48000 1 512\nblock 512 1 333\ninput impulse\n"
			for slot, c := range session.Controls(p) {
				script += fmt.Sprintf("expect range %q %v %v %v\n", strings.ReplaceAll(c.Path, ".", "/"), c.Min, c.Max, c.Init)
				for _, m := range exportMoves {
					plain := c.Min + m.fraction*(c.Max-c.Min)
					job.Events = append(job.Events, realtime.Event{Time: m.frame, Kind: realtime.ParamValue, Slot: slot, Value: c.Normal(plain),
						Port: -1, Channel: -1, Key: -1, NoteID: -1})
					script += fmt.Sprintf("automate %q %v @%d\n", strings.ReplaceAll(c.Path, ".", "/"), plain, m.frame)
				}
			}
			for _, e := range melody {
				switch e.Kind {
				case realtime.NoteOn:
					script += fmt.Sprintf("note on %d %v @%d\n", e.Key, e.Value, e.Time)
				case realtime.NoteOff:
					script += fmt.Sprintf("note off %d @%d\n", e.Key, e.Time)
				default:
					script += fmt.Sprintf("midi %d %d %d @%d\n", e.MIDI[0], e.MIDI[1], e.MIDI[2], e.Time)
				}
			}
			run := newHostRun(t)
			run.write("patch.mmm", text)
			run.exported("patch.mmm", "patch.clap")
			run.play(script+fmt.Sprintf("process %d\nwav plugin.wav\nexpect absent libmmm.so\nexpect absent libmmmrt.so\n", frames), hostPlugin("patch.clap"))
			want, err := job.Collect()
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := audiofile.Read(filepath.Join(run.folder, "plugin.wav"))
			if err != nil {
				t.Fatal(err)
			}
			peak := 0.0
			for i := range min(len(want), len(got)) {
				if len(got[i]) != frames {
					t.Fatalf("%d frames", len(got[i]))
				}
				for k, x := range got[i] {
					w := float64(float32(want[i][k])) // the plugin puts out 0 for -0
					if math.Abs(w) < smallestNormal {
						w = 0 // it flushes those
					}
					if x != w {
						t.Fatalf("channel %d frame %d: the plugin plays %v, mmm render %v", i, k, x, w)
					}
					peak = max(peak, math.Abs(x))
				}
			}
			if peak < 0.001 {
				t.Errorf("peak %v: nothing was compared", peak)
			}
		})
	}
}

func TestAnExportedPluginIsScannedQuickly(t *testing.T) {
	run := newHostRun(t)
	run.exported("sine.mmm", "sine.clap")
	run.play("scan\nexpect scan < 20\nexpect plugins == 1\nscan\nexpect scan < 20\n", hostPlugin("sine.clap"))
}

// Two plugins of the same make in one process, beside mmm itself.
func TestExportedPluginsLiveSideBySide(t *testing.T) {
	run := newHostRun(t)
	a, b := run.exported("sine.mmm", "a.clap"), run.exported("knob.mmm", "b.clap")
	if a == b {
		t.Errorf("both have the id %s", a)
	}
	if again := run.exported("sine.mmm", "c.clap"); again != a {
		t.Errorf("exported again the id is %s, not %s", again, a)
	}
	run.write("sine.mmm", []byte(strings.ReplaceAll(sinePatch, "phasor(10)", "phasor(20)")))
	if again := run.exported("sine.mmm", "c.clap"); again != a {
		t.Errorf("after an edit the id is %s, not %s", again, a)
	}
	run.play(`
plugin only a
activate 48000 1 512
file ./b.clap
plugin only b
activate 48000 1 512
automate gain 0.25 @7
use a
together 4800
expect peak ~ 0.5
use b
mark b
process 1
expect sample 0 0 == 0.25
use a
destroy
use b
process 512
expect finite
`, hostPlugin("a.clap"))
}

func TestAnExportedPluginKeepsItsValuesInProjects(t *testing.T) {
	const patch = `// title: Two knobs
// author: A. Musician
fn dsp(){
  (Slider!("a.level", 3, -5, 20), Slider!("other", 440, 20, 20000))
}
`
	run := newHostRun(t)
	run.write("two.mmm", []byte(patch))
	id := run.exported("two.mmm", "two.clap")
	if !strings.HasPrefix(id, "org.mmm.patch.two-knobs.") {
		t.Errorf("the id is %s", id)
	}
	// a later version of the patch, of the same name: a control is gone, one is new
	run.write("later.mmm", []byte(strings.Replace(patch, `Slider!("a.level", 3, -5, 20)`, `Slider!("new", 1, 0, 2)`, 1)))
	if other := run.exported("later.mmm", "later.clap"); other != id {
		t.Errorf("a later version has the id %s, not %s", other, id)
	}
	run.write("wrong.state", []byte("mmmvalue\x01\x00\x00\x00\xff"))
	run.play(`
plugin only first
expect visible == 2
expect text other "440"
automate a/level -4.75 @0
automate other 99.5 @0
flush
expect param other == 99.5
save two.state pieces 3
load wrong.state fails
expect param a/level == -4.75
expect param other == 99.5
plugin only second
load two.state pieces 1
expect param a/level == -4.75
expect param other == 99.5
save again.state
expect files two.state again.state
activate 48000 1 512
process 512
mark x
process 1
expect sample 0 0 == -4.75
expect sample 0 1 == 99.5
file ./later.clap
plugin only later
load two.state
expect param other == 99.5
expect param new == 1
save kept.state
file ./two.clap
plugin only third
load kept.state
expect param a/level == -4.75
expect param other == 99.5
`, hostPlugin("two.clap"))
}

func TestSamplesOfBothWidthsAndEveryRateArePlayed(t *testing.T) {
	run := newHostRun(t)
	run.exported("pass.mmm", "pass.clap")
	run.play(`
plugin only
expect ports 2 1 1
expect latency == 0
width 64
inplace on
activate 44100 1 64
input sine 100 0.25
side-input sine 100 0.25
process 4410
expect peak > 0.49
deactivate
width 32
activate 192000 1 4096
process 4096
expect finite
`, hostPlugin("pass.clap"))
}

// A damaged file has no plugin; it never plays something else, or crashes.
func TestADamagedExportIsRefused(t *testing.T) {
	run := newHostRun(t)
	run.exported("sine.mmm", "sine.clap")
	whole, err := os.ReadFile(filepath.Join(run.folder, "sine.clap"))
	if err != nil {
		t.Fatal(err)
	}
	length := int(binary.LittleEndian.Uint64(whole[len(whole)-24:]))
	begin := len(whole) - 32 - length
	template := read(t, "out/mmm-patch.so")
	if !bytes.Equal(whole[:begin], template) {
		t.Error("what precedes the patch is not the template")
	}
	damaged := map[string][]byte{
		"no patch":        template,
		"cut short":       whole[:len(whole)-1],
		"without its end": whole[:len(whole)-32],
		"longer":          append(bytes.Clone(whole), 0),
	}
	for i := range 40 { // somewhere in the patch or its end
		at := begin + i*(length+31)/39
		bad := bytes.Clone(whole)
		bad[at] ^= 0x10
		damaged[fmt.Sprintf("byte %d of the patch", at-begin)] = bad
	}
	// a whole checksum over nonsense: what is read is checked all the same
	for i := range 60 {
		bad := bytes.Clone(whole)
		at := begin + i*16
		bad[at], bad[at+1] = 0xff, 0xff
		damaged[fmt.Sprintf("header byte %d, sum made right", at-begin)] = resealed(bad, begin, length)
	}
	for name, file := range damaged {
		run.write("bad.clap", file)
		host := built(t, filepath.Join("..", "tests", "host", "target", "release", "mmm-host"))
		cmd := exec.Command(host, "-", "--quiet", "--plugin", "bad.clap")
		cmd.Dir = run.folder
		cmd.Stdin = strings.NewReader("plugin only\nactivate 48000 1 64\nprocess 64\n")
		said, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 0 && code != 1 {
			t.Errorf("%s: the host ended with %v\n%s", name, err, said)
		} else if !strings.Contains(name, "made right") && code != 1 {
			t.Errorf("%s: it is played", name)
		}
	}
}

// resealed makes the checksum of a changed patch right.
func resealed(file []byte, begin, length int) []byte {
	h := uint64(14695981039346656037)
	for words := file[begin : begin+length]; len(words) >= 8; words = words[8:] {
		h = (h ^ binary.LittleEndian.Uint64(words)) * 1099511628211
		h ^= h >> 32
	}
	binary.LittleEndian.PutUint64(file[len(file)-16:], h)
	return file
}

// The machine code in the file is for the processor and the build that made it;
// elsewhere the patch is compiled from the WebAssembly beside it.
func TestMachineCodeThatDoesNotFitIsMadeAnew(t *testing.T) {
	run := newHostRun(t)
	run.exported("sine.mmm", "sine.clap")
	whole, err := os.ReadFile(filepath.Join(run.folder, "sine.clap"))
	if err != nil {
		t.Fatal(err)
	}
	length := int(binary.LittleEndian.Uint64(whole[len(whole)-24:]))
	begin := len(whole) - 32 - length
	at := bytes.LastIndex(whole[begin:], []byte("\x7fELF"))
	if at < 0 {
		t.Fatal("the patch holds no machine code")
	}
	version := bytes.Index(whole[begin+at:], []byte("\x0239")) // wasmtime writes its version into what it makes
	if version < 0 {
		t.Fatal("the machine code names no version of wasmtime")
	}
	const script = "plugin only\nactivate 48000 1 512\nprocess 4800\nwav %s\n"
	run.play(fmt.Sprintf(script, "right.wav")+"expect nolog \"compiled anew\"\n", hostPlugin("sine.clap"))
	copy(whole[begin+at+version:], "\x0238")
	run.write("other.clap", resealed(whole, begin, length))
	run.play(fmt.Sprintf(script, "anew.wav")+"expect log \"compiled anew\"\nexpect files right.wav anew.wav\n", hostPlugin("other.clap"))
}

func TestAnExportedVST3PlaysInAHostThatIsNotOurs(t *testing.T) {
	run := newHostRun(t)
	run.write("two.mmm", []byte("// title: Two\nfn dsp(l, r){ (l * Slider!(\"gain\", 0.5, 0, 4), Slider!(\"other\", 440, 40, 840) / 840) }\n"))
	run.exported("two.mmm", "two.vst3")
	t.Log("\n" + said(t, built(t, filepath.Join("venv", "bin", "python")), filepath.Join("vst3", "exported_host.py"), filepath.Join(run.folder, "two.vst3")))
}

// Voices, knobs of single notes, curves, steps and labels are the same in a plugin
// of its own: it plays what mmm render plays.
func TestVoicesAndParametersOfEveryKindAreExported(t *testing.T) {
	const patch = "use poly::*\nuse core::midi_to_hz\nuse osc::saw\nuse env::adsr\n" + `
fn voice(v){ saw(midi_to_hz(v.pitch), 0) * adsr(0.005, 0.3, 0.5, 0.05, v.gate) * v.velocity * 0.2 }
fn dsp(){
  let cutoff = Param!("filter.cutoff", {init = 1000, min = 20, max = 20000, curve = "log", unit = "Hz"})
  let shape = Param!("shape", {init = 0, steps = ["sine", "saw", "square"]})
  let count = Param!("count", {init = 3, min = 1, max = 8, steps = 8})
  (poly!(8, ` + "`voice" + `), cutoff / 20000 + shape * 10 + count * 100)
}
`
	run := newHostRun(t)
	run.write("voices.mmm", []byte(patch))
	run.exported("voices.mmm", "voices.clap")
	p := compiled(t, "voices", patch)
	controls := session.Controls(p)
	job := render.Job{Program: p, Engine: session.Native, Rate: 48000, Frames: 48000, Events: append([]realtime.Event(nil), melody...)}
	script := "plugin only\nactivate 48000 1 512\nblock 512 64 1\n"
	for _, e := range melody {
		switch e.Kind {
		case realtime.NoteOn:
			script += fmt.Sprintf("note on %d %v @%d\n", e.Key, e.Value, e.Time)
		case realtime.NoteOff:
			script += fmt.Sprintf("note off %d @%d\n", e.Key, e.Time)
		default:
			script += fmt.Sprintf("midi %d %d %d @%d\n", e.MIDI[0], e.MIDI[1], e.MIDI[2], e.Time)
		}
	}
	for _, m := range []struct {
		frame, control int
		plain          float64
	}{{0, 0, 440}, {7001, 0, 15000.5}, {9000, 1, 1}, {9500, 2, 8}, {20000, 1, 2}} {
		c := controls[m.control]
		job.Events = append(job.Events, realtime.Event{Time: m.frame, Kind: realtime.ParamValue, Slot: m.control, Value: c.Normal(m.plain),
			Port: -1, Channel: -1, Key: -1, NoteID: -1})
		script += fmt.Sprintf("automate %q %v @%d\n", strings.ReplaceAll(c.Path, ".", "/"), m.plain, m.frame)
	}
	run.play(script+`
expect range filter/cutoff 20 20000 1000
expect range count 1 8 3
expect text filter/cutoff "1000 Hz"
expect text shape "sine"
process 48000
expect text filter/cutoff "15000.5 Hz"
expect text shape "square"
expect param count == 8
wav plugin.wav
`, hostPlugin("voices.clap"))
	want, err := job.Collect()
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := audiofile.Read(filepath.Join(run.folder, "plugin.wav"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		for k, x := range got[i] {
			if w := float64(float32(want[i][k])); x != w {
				t.Fatalf("channel %d frame %d: the plugin plays %v, mmm render %v", i, k, x, w)
			}
		}
	}
}

// What a patch reads of sound files is in the plugin.
func TestSoundFilesAreExportedWithThePatch(t *testing.T) {
	run := newHostRun(t)
	for name, bits := range map[string]int{"single.wav": 32, "wide.wav": 24} {
		out, err := audiofile.Create(filepath.Join(run.folder, name), 48000, 1, bits)
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Write([][]float64{{0.5, 0.25, -0.5, 0.125, 0.75}}); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
	}
	run.write("sampler.mmm", []byte("fn dsp(){ (Sampler_mono!(\"single.wav\").player(now % 5), Sampler_mono!(\"wide.wav\").player((now + 1) % 5)) }\n"))
	run.exported("sampler.mmm", "sampler.clap")
	for _, name := range []string{"single.wav", "wide.wav", "sampler.mmm"} {
		if err := os.Remove(filepath.Join(run.folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	run.play(`
plugin only
activate 48000 1 512
process 50
expect sample 0 0 == 0.5
expect sample 2 0 == -0.5
expect sample 4 0 == 0.75
expect sample 0 1 == 0.25
expect sample 3 1 == 0.75
`, hostPlugin("sampler.clap"))
}
