package tests

import (
	"fmt"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mmm/compiler"
	"mmm/compiler/mir"
	"mmm/realtime"
	"mmm/render"
	"mmm/session"
)

// polyPatch plays eight voices in stereo with everything that a voice is told,
// and five more in mono.
const polyPatch = `use poly::*
fn phasor(freq){ (self + freq / samplerate) % 1 }
fn env(gate){ self + (gate - self) / (1 + 0.004 * samplerate) }
fn hertz(key){ 440 * 2 ^ ((key - 69) / 12) }
fn voice(v){
  let x = (phasor(hertz(v.pitch)) * 2 - 1) * env(v.gate) * (0.2 + v.velocity) * 0.2
  (x * (1 - v.pressure * 0.5), x * v.timbre + v.bend * 0.01)
}
fn ping(v){ sin(phasor(hertz(v.pitch)) * 6.283185307179586) * env(v.gate) * v.velocity }
fn dsp(){
  let t = transport!()
  let (l, r) = poly!(8, ` + "`voice" + `)
  let p = poly!(5, ` + "`ping" + `) * midi_cc!(0, 1, 64) / 127
  (l, r, p, t.beat, t.tempo + t.playing, midi_bend!(1), midi_pressure!(0))
}
`

// hands is a random stream of notes, pedals, wheels, expressions and transport
// that ends with everything let go well before the last of frames.
func hands(seed int64, frames int) []realtime.Event {
	r := rand.New(rand.NewSource(seed))
	var list []realtime.Event
	for at := 0; at < frames*2/3; at += r.Intn(frames / 100) {
		e := realtime.Event{Time: at, Channel: r.Intn(3), Key: 40 + r.Intn(30), NoteID: -1, Value: r.Float64()}
		midi := func(status, a, b int) {
			e.Kind, e.MIDI = realtime.MIDI, [3]byte{byte(status | e.Channel), byte(a), byte(b)}
		}
		switch r.Intn(12) {
		case 0, 1, 2, 3:
			e.Kind = realtime.NoteOn
			if r.Intn(2) == 0 {
				e.NoteID = at
			}
		case 4, 5:
			e.Kind = realtime.NoteOff
			if r.Intn(3) == 0 {
				e.Key = -1
			}
		case 6:
			midi(0x90, e.Key, r.Intn(128))
		case 7:
			midi(0xB0, []int{1, 64, 66, 74}[r.Intn(4)], r.Intn(128))
		case 8:
			midi([]int{0xE0, 0xD0, 0xA0}[r.Intn(3)], e.Key, r.Intn(128))
		case 9:
			e.Kind, e.Expression = realtime.Expression, []int{realtime.Tuning, realtime.Pressure, realtime.Brightness}[r.Intn(3)]
		case 10:
			e.Kind, e.Playing, e.Tempo, e.Value = realtime.Transport, r.Intn(3) > 0, 40+200*r.Float64(), 16*r.Float64()
		default:
			e.Kind = realtime.NoteChoke
		}
		list = append(list, e)
	}
	for ch := range 16 {
		for _, number := range []byte{64, 66, 123} {
			list = append(list, realtime.Event{Time: frames * 2 / 3, Kind: realtime.MIDI, MIDI: [3]byte{0xB0 | byte(ch), number, 0}})
		}
	}
	return list
}

func TestVoicesSoundAlikeOnBothEnginesAndInBlocksOfAnyLengthAndFallSilent(t *testing.T) {
	p := compiled(t, "poly", polyPatch)
	const frames = 24000
	for seed := range int64(6) {
		events := hands(seed, frames)
		var want [][]float64
		for i, how := range []struct {
			engine string
			block  int
		}{{session.VM, 64}, {session.Native, 512}, {session.Native, 37}} {
			got := played(t, render.Job{Program: p, Engine: how.engine, Rate: 48000, Frames: frames, Block: how.block, Events: events})
			if i == 0 {
				want = got
				continue
			}
			sameSound(t, fmt.Sprintf("seed %d, %s in blocks of %d", seed, how.engine, how.block), got, want)
		}
		peak := 0.0
		for _, x := range want[0][:frames/2] {
			peak = math.Max(peak, math.Abs(x))
		}
		if peak < 0.01 {
			t.Errorf("seed %d: peak %v while keys are held", seed, peak)
		}
		for i, ch := range want[:3] {
			if x := math.Abs(ch[frames-1]); i != 1 && x > 1e-6 {
				t.Errorf("seed %d: channel %d still sounds at the end: %v", seed, i, x)
			}
		}
	}
}

func played(t *testing.T, job render.Job) [][]float64 {
	t.Helper()
	got, err := job.Collect()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sameSound(t *testing.T, when string, got, want [][]float64) {
	t.Helper()
	for i, ch := range want {
		for k, x := range ch {
			if math.Float64bits(x) != math.Float64bits(got[i][k]) {
				t.Fatalf("%s: channel %d frame %d is %v, want %v", when, i, k, got[i][k], x)
			}
		}
	}
}

func TestHeldNotesAndControllersGoOnOverAnEdit(t *testing.T) {
	p, again := compiled(t, "poly", polyPatch), compiled(t, "poly", polyPatch)
	const frames = 12000
	for seed := range int64(4) {
		job := render.Job{Program: p, Engine: session.Native, Rate: 48000, Frames: frames, Events: hands(seed+100, frames)}
		want := played(t, job)
		for at := 501; at < frames; at += 1700 {
			job.Swaps = append(job.Swaps, render.Swap{Frame: at, Program: again})
		}
		sameSound(t, fmt.Sprintf("seed %d, with the same patch swapped in", seed), played(t, job), want)
	}
}

// heldChord holds four keys from frame 100 on.
func heldChord() (list []realtime.Event) {
	for i := range 4 {
		list = append(list, realtime.Event{Time: 100 + i, Kind: realtime.NoteOn, Key: 60 + i, NoteID: -1, Value: 1})
	}
	return list
}

func TestAnEditOfTheNumberOfVoicesKeepsHeldNotesByIndex(t *testing.T) {
	patch := func(n int) *mir.Program {
		return compiled(t, "held", fmt.Sprintf("use poly::*\nfn voice(v){ v.gate * v.pitch }\nfn dsp(){ poly!(%d, `voice) }\n", n))
	}
	job := render.Job{Program: patch(4), Engine: session.Native, Rate: 48000, Frames: 5000, Events: heldChord(),
		Swaps: []render.Swap{{Frame: 1000, Program: patch(6)}, {Frame: 2000, Program: patch(2)}, {Frame: 3000, Program: patch(16)}}}
	got := played(t, job)[0]
	for frame, want := range map[int]float64{99: 0, 100: 60, 500: 246, 1500: 246, 2500: 121, 4000: 121} {
		if got[frame] != want {
			t.Errorf("frame %d: sum of the pitches held is %v, want %v", frame, got[frame], want)
		}
	}
}

func TestKeysHeldBeforeAnEditBroughtVoicesSound(t *testing.T) {
	job := render.Job{Program: compiled(t, "none", "fn dsp(){ 0 }\n"), Engine: session.VM, Rate: 48000, Frames: 2000, Events: heldChord(),
		Swaps: []render.Swap{{Frame: 1000, Program: compiled(t, "held", "fn dsp(){ midi_voice!(0, 3).pitch * 100 + midi_voice!(1, 3).gate }\n")}}}
	if got := played(t, job)[0]; got[999] != 0 || got[1001] != 6301 { // four notes in three voices: the first was taken
		t.Errorf("before the edit %v, after it %v", got[999], got[1001])
	}
}

func TestCuesChangeAtTheSampleOfTheirEvent(t *testing.T) {
	p := compiled(t, "cues", `fn dsp(){
  let t = transport!()
  (midi_cc!(2, 7, 5), midi_bend!(2), midi_pressure!(2), t.beat, t.playing, t.tempo)
}
`)
	midi := func(at int, bytes ...byte) realtime.Event {
		return realtime.Event{Time: at, Kind: realtime.MIDI, MIDI: [3]byte(append(bytes, 0)[:3])}
	}
	events := []realtime.Event{
		midi(10, 0xB2, 7, 99), midi(20, 0xE2, 0, 0), midi(21, 0xE2, 0x7F, 0x7F), midi(22, 0xE2, 0, 64), midi(30, 0xD2, 44),
		midi(31, 0xB3, 7, 1), // another channel
		{Time: 40, Kind: realtime.Transport, Playing: true, Value: 4, Tempo: 60},
		{Time: 50, Kind: realtime.Transport, Playing: true, Value: 1, Tempo: 120}, // a loop
		{Time: 60, Kind: realtime.Transport, Value: 8},                            // stop
	}
	beat := func(from float64, samples int, tempo float64) float64 {
		return from + float64(samples)*(tempo/60/48000)
	}
	want := map[int][]float64{
		9: {5, 0, 0, 0, 0, 120}, 10: {99, 0, 0, 0, 0, 120}, 20: {99, -1, 0, 0, 0, 120}, 21: {99, 1, 0, 0, 0, 120}, 22: {99, 0, 0, 0, 0, 120},
		29: {99, 0, 0, 0, 0, 120}, 30: {99, 0, 44, 0, 0, 120}, 40: {99, 0, 44, 4, 1, 60}, 49: {99, 0, 44, beat(4, 9, 60), 1, 60},
		50: {99, 0, 44, 1, 1, 120}, 59: {99, 0, 44, beat(1, 9, 120), 1, 120}, 60: {99, 0, 44, 8, 0, 120}, 80: {99, 0, 44, 8, 0, 120},
	}
	for _, engine := range []string{session.VM, session.Native} {
		got := played(t, render.Job{Program: p, Engine: engine, Rate: 48000, Frames: 100, Block: 33, Events: events})
		for frame, row := range want {
			for i, x := range row {
				if got[i][frame] != x {
					t.Errorf("%s, frame %d, output %d: %v, want %v", engine, frame, i, got[i][frame], x)
				}
			}
		}
	}
}

func TestASmoothedParameterTakesTheSameTimeAtEveryRate(t *testing.T) {
	p := compiled(t, "smooth", `fn dsp(){ Param!("x", {init = 0, min = 0, max = 1, smooth = 0.1}) }`+"\n")
	for _, rate := range []float64{22050, 48000, 192000} {
		job := render.Job{Program: p, Engine: session.Native, Rate: rate, Frames: int(rate * 0.3), Set: map[string]float64{"x": 0},
			Events: []realtime.Event{{Time: int(rate * 0.1), Kind: realtime.ParamValue, Slot: 0, Value: 1}}}
		got := played(t, job)[0]
		if x := got[int(rate*0.2)]; math.Abs(x-(1-1/math.E)) > 0.001 { // one time constant
			t.Errorf("at %v Hz it stands at %v after its time, want %v", rate, x, 1-1/math.E)
		}
	}
}

func TestVoicesThatAreNoNumbersAreNotSummed(t *testing.T) {
	r := compiler.Compile(compiler.Options{Name: "arrays", Text: "use poly::*\nfn voice(v){ [v.pitch] }\nfn dsp(){\n  let sum = poly!(2, `voice)\n  sum[0]\n}\n"})
	if text := rendered(&r.Diags); r.Program != nil || !strings.Contains(text, "to be summed") {
		t.Errorf("compiles, or says nothing of sums:\n%s", text)
	}
}

func TestAMIDIFilePlaysAPatchWithVoicesAndControllers(t *testing.T) {
	track := []byte{
		0, 0x90, 60, 127, // 480 ticks are half a second at 120
		0, 0x90, 64, 64,
		0, 0xB0, 64, 127,
		0x83, 0x60, 0x80, 60, 0, // held by the pedal
		0x83, 0x60, 0xB0, 64, 0,
		0, 0xE0, 0x7F, 0x7F,
		0x83, 0x60, 0x80, 64, 0,
		0, 0xFF, 0x2F, 0,
	}
	file := []byte("MThd\x00\x00\x00\x06\x00\x00\x00\x01\x01\xE0MTrk\x00\x00\x00")
	file = append(append(file, byte(len(track))), track...)
	path := filepath.Join(t.TempDir(), "song.mid")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	const rate = 1000
	events, err := render.ReadMIDI(path, rate)
	if err != nil {
		t.Fatal(err)
	}
	p := compiled(t, "song", "use poly::*\nfn voice(v){ v.gate * v.pitch * v.velocity }\nfn dsp(){ (poly!(4, `voice), midi_cc!(0, 64, 1)) }\n")
	for _, engine := range []string{session.VM, session.Native} {
		got := played(t, render.Job{Program: p, Engine: engine, Rate: rate, Frames: 2000, Events: events})
		low, high := 60.0, 64*(64/127.0)
		for frame, want := range map[int]float64{0: low + high, 499: low + high, 700: low + high, 1001: 66 * (64 / 127.0), 1499: 66 * (64 / 127.0), 1501: 0} {
			if x := got[0][frame]; math.Abs(x-want) > 1e-9 {
				t.Errorf("%s, frame %d: %v, want %v", engine, frame, x, want)
			}
		}
		if got[1][0] != 127 || got[1][1001] != 0 {
			t.Errorf("%s: pedal %v, then %v", engine, got[1][0], got[1][1001])
		}
	}
}

func TestAKnobIsModulatedForOneNote(t *testing.T) {
	p := compiled(t, "knobs", "use poly::*\nfn voice(v, k){ v.gate * k.x }\n"+
		"fn dsp(){ poly_knobs!(3, |knob| `({x = $(knob(\"x\", 2, 0, 10))}), `voice) }\n")
	events := []realtime.Event{
		{Time: 10, Kind: realtime.NoteOn, Key: 60, NoteID: 1, Value: 1},
		{Time: 20, Kind: realtime.NoteOn, Key: 61, NoteID: 2, Value: 1},
		{Time: 30, Kind: realtime.ParamMod, Slot: 0, Port: -1, Channel: -1, Key: -1, NoteID: 2, Value: 0.3},
		{Time: 40, Kind: realtime.ParamMod, Slot: 0, Port: -1, Channel: -1, Key: -1, NoteID: -1, Value: 0.1},
		{Time: 50, Kind: realtime.NoteOff, Key: 60, NoteID: 1},
	}
	for _, engine := range []string{session.VM, session.Native} {
		got := played(t, render.Job{Program: p, Engine: engine, Rate: 48000, Frames: 60, Events: events})[0]
		for frame, want := range map[int]float64{9: 0, 10: 2, 20: 4, 30: 7, 40: 8, 50: 5} {
			if math.Abs(got[frame]-want) > 1e-12 {
				t.Errorf("%s, frame %d: %v, want %v", engine, frame, got[frame], want)
			}
		}
	}
}
