package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// These tests play the built plugin in the scripted host of tests/host, a CLAP
// host that is not ours underneath. README.md there lists its commands.

// Patches that the scripts play. Their knobs are none of the default patches':
// a value outlives the patch that had it.
const (
	// the knob's value, as it is
	knobPatch = `fn dsp(){
  let g = Slider!("amp.gain", 0.5, 0, 1)
  (g, g)
}
`
	// 10 Hz at any rate: it tells a wrong rate and lost frames apart
	sinePatch = `fn phasor(freq){ (self + freq / samplerate) % 1 }
fn dsp(){
  let volume = Slider!("volume", 0.5, 0, 1)
  let x = sin(phasor(10) * 6.283185307179586) * volume
  (x, x)
}
`
	// memory of every kind: a phase, a delay line, a one-sample memory
	echoPatch = `fn phasor(freq){ (self + freq / samplerate) % 1 }
fn echo(x){ x + delay(20000, self, 7001) * 0.6 }
fn dsp(){
  let volume = Slider!("volume", 0.5, 0, 1)
  let x = echo(mem(phasor(311)) * volume * 0.2)
  (x, now / 1000000)
}
`
	// what the first note cell holds
	notePatch = `fn dsp(){
  let note = midi_note_mono!(0, 60, 0)
  (note.velocity / 127, note.pitch)
}
`
	// passes its four inputs on: main plus the side chain
	passPatch = `fn dsp(left, right, side_left, side_right){ (left + side_left, right + side_right) }
`
	brokenPatch = `fn dsp(){ (nothing_of_this_name, 0 }
`
)

// hostRun is a folder in which scripts run against files of their own.
type hostRun struct {
	t      *testing.T
	folder string
}

func newHostRun(t *testing.T) *hostRun {
	t.Helper()
	run := &hostRun{t, t.TempDir()}
	for name, text := range map[string]string{
		"knob.mmm": knobPatch, "sine.mmm": sinePatch, "echo.mmm": echoPatch,
		"note.mmm": notePatch, "pass.mmm": passPatch, "broken.mmm": brokenPatch,
	} {
		run.write(name, []byte(text))
	}
	return run
}

func (r *hostRun) write(name string, data []byte) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.folder, name), data, 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// hostPlugin is the variable by which play is told of another plugin file, in
// the folder of the scripts.
func hostPlugin(file string) string { return "MMM_HOST_PLUGIN=" + file }

// play runs a script; every expectation in it must hold. It returns the report.
func (r *hostRun) play(script string, env ...string) hostReport {
	r.t.Helper()
	host, err := filepath.Abs(filepath.Join("host", "target", "release", "mmm-host"))
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := os.Stat(host); err != nil {
		r.t.Fatal("mmm-host is missing: run make build and cargo build --release in tests/host first")
	}
	plugin := built(r.t, "mmm.clap")
	for _, v := range env {
		if file, other := strings.CutPrefix(v, hostPlugin("")); other {
			plugin = filepath.Join(r.folder, file)
		}
	}
	cmd := exec.Command(host, "-", "--quiet", "--plugin", plugin, "--json", "report.json")
	cmd.Dir = r.folder
	cmd.Stdin = strings.NewReader(script)
	cmd.Env = append(append(os.Environ(), "MMM_CACHE="+filepath.Join(r.folder, "code")), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	timer := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	timer.Stop()
	if err != nil {
		r.t.Fatalf("%v\n%s\nthe script:\n%s", err, out.String(), numbered(script))
	}
	data, err := os.ReadFile(filepath.Join(r.folder, "report.json"))
	if err != nil {
		r.t.Fatal(err)
	}
	var report hostReport
	if err := json.Unmarshal(data, &report); err != nil {
		r.t.Fatal(err)
	}
	return report
}

// hostReport is what mmm-host writes with --json, as far as tests read it.
type hostReport struct {
	Blocks, Frames int
	Swaps          []struct {
		File, Status string
		MS           float64
	}
	Log []string
}

func numbered(script string) string {
	var b strings.Builder
	for i, line := range strings.Split(script, "\n") {
		fmt.Fprintf(&b, "%3d %s\n", i+1, line)
	}
	return b.String()
}

func TestScanningIsQuickAndDoesNotLoadGo(t *testing.T) {
	newHostRun(t).play(`
scan
expect scan < 100
expect plugins == 2
scan
plugin instrument
`)
}

func TestPortsAreThoseOfTheSpecification(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
expect ports 1 1 1
expect latency == 0
plugin effect
expect ports 2 1 1
expect latency == 0
`)
}

func TestAutomationAtAnOddOffsetActsOnExactlyThatFrame(t *testing.T) {
	run := newHostRun(t)
	for _, blocks := range []string{"512", "1", "7 64 3", "16384"} {
		for _, at := range []int{0, 1, 137, 777, 998} {
			run.play(fmt.Sprintf(`
plugin instrument
swap knob.mmm
activate 48000 1 16384
block %s
process 4800
mark before
process 999
mark moved
automate amp/gain 0.75 @%d
process 999
expect first-difference before moved %d
expect sample %d 0 == 0.75
expect params "amp/gain=0.75"
`, blocks, at, at, at))
		}
	}
}

func TestModulationIsAddedAtItsFrame(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
swap knob.mmm
activate 48000 1 512
process 4800
mark a
mod amp/gain 0.25 @33
process 100
expect sample 32 0 == 0.5
expect sample 33 0 == 0.75
expect params "gain=0.5"
`)
}

func TestSwapOfIdenticalTextLeavesTheOutputBitIdentical(t *testing.T) {
	run := newHostRun(t)
	same := ""
	for range 20 {
		same += "swap echo.mmm\nprocess 1111\n"
	}
	run.play(`
plugin instrument plain
swap echo.mmm
activate 48000 1 512
mark reference
process 10000
process 22220
plugin instrument swapped
swap echo.mmm
activate 48000 1 512
mark swaps
process 10000
` + same + `
expect rms > 0.01
expect equal reference swaps
`)
}

func TestBrokenPatchChangesNothingAndIsReported(t *testing.T) {
	newHostRun(t).play(`
plugin instrument plain
swap echo.mmm
activate 48000 1 512
mark plain
process 20000
plugin instrument disturbed
swap echo.mmm
activate 48000 1 512
mark disturbed
process 10000
swap broken.mmm fails
process 10000
expect equal plain disturbed
expect log "nothing_of_this_name"
`)
}

func TestPlaysAtAnyRate(t *testing.T) {
	run := newHostRun(t)
	for _, rate := range []string{"1000", "8000", "44100", "48000.5", "96000", "192000", "768000"} {
		run.play(fmt.Sprintf(`
plugin instrument
swap sine.mmm
activate %[1]s 1 4096
process %[2]d
expect finite
expect rms > 0.35
expect rms < 0.357
expect peak > 0.49
expect peak <= 0.5
`, rate, frames(rate)))
	}
}

// frames is a second at a rate.
func frames(rate string) int {
	var f float64
	fmt.Sscan(rate, &f)
	return int(f)
}

func TestBlockLengthDoesNotChangeTheOutput(t *testing.T) {
	run := newHostRun(t)
	play := func(name, blocks, max string) string {
		return fmt.Sprintf(`
plugin instrument %[1]s
swap echo.mmm
activate 48000 1 %[3]s
block %[2]s
mark %[1]s
ramp volume 0.1 0.9 30000 37
note on 60 0.5 0 @1234
process 50000
`, name, blocks, max)
	}
	script := play("reference", "512", "512")
	for i, blocks := range []string{"1", "7", "64", "16384", "1 7 64 16384 0 3"} {
		name := fmt.Sprintf("b%d", i)
		script += play(name, blocks, "16384") + "expect finite\nexpect equal reference " + name + "\n"
	}
	run.play(script)
}

func TestMoreEventsThanTheShimTakesAtOnceAllAct(t *testing.T) {
	newHostRun(t).play(`
plugin instrument small
swap knob.mmm
activate 48000 1 16384
block 64
mark small
ramp gain 0 1 16384 1
process 16384
plugin instrument large
swap knob.mmm
activate 48000 1 16384
block 16384
mark large
ramp gain 0 1 16384 1
process 16384
expect equal small large
expect sample 8192 0 == 0.5
`)
}

func TestTwoInstancesPlayAtOnceAndApart(t *testing.T) {
	newHostRun(t).play(`
plugin instrument one
swap echo.mmm
activate 48000 1 64
plugin instrument two
swap echo.mmm
activate 44100 1 512
use one
mark one
automate volume 0.25
use two
mark two
automate volume 1
together 30000
use one
expect params "volume=0.25"
use two
expect params "volume=1"
expect differ one two
plugin instrument alone
swap echo.mmm
activate 48000 1 64
automate volume 0.25
mark alone
process 30000
expect equal one alone
`)
}

func TestCreatedAndDestroyedTwoHundredTimes(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
destroy
repeat 200
  create
  activate 48000 1 64
  process 128
  deactivate
  destroy
end
create
swap sine.mmm
activate 48000 1 64
process 48000
expect rms > 0.1
`)
}

func TestDestroyedWhileActiveAndActivatedAgainAtOtherRates(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
swap sine.mmm
activate 1000 1 16384
process 2000
deactivate
activate 768000 1 1
process 1000
deactivate
activate 44100 32 333
block 333
process 44100
expect finite
destroy
`)
}

func TestUnloadedAndLoadedAgain(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
repeat 5
  reload
  create
  swap sine.mmm
  activate 48000 1 512
  process 48000
  expect rms > 0.3 over 48000
end
destroy
scan
`)
}

func TestStateSurvivesAndSavesToTheSameBytes(t *testing.T) {
	newHostRun(t).play(`
plugin instrument first
swap echo.mmm
activate 48000 1 512
automate volume 0.875
process 1000
save a
save a2 pieces 1
expect files a a2
plugin instrument second
load a
save b
expect files a b
expect params "volume=0.875"
expect text volume "0.875"
plugin instrument third
load a pieces 1
save c pieces 3
expect files a c
activate 48000 1 512
mark third
process 30000
use second
activate 48000 1 512
mark second
process 30000
expect rms > 0.01
expect equal second third
save d
expect files a d
`)
}

func TestStateLoadedWhilePlayingTakesOver(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
swap knob.mmm
automate gain 0.125
flush
save quiet
automate gain 1
flush
activate 48000 1 512
process 4800
expect sample 4799 0 == 1
load quiet
process 4800
mark after
process 100
expect sample 0 0 == 0.125
expect params "gain=0.125"
expect gestures == 0
`)
}

func TestBytesThatAreNoStateAreRefused(t *testing.T) {
	run := newHostRun(t)
	random := rand.New(rand.NewSource(1))
	run.write("empty", nil)
	script := `
plugin instrument plain
swap echo.mmm
activate 48000 1 512
mark plain
process 20000
plugin instrument loaded
swap echo.mmm
activate 48000 1 512
save good
mark loaded
process 10000
load empty fails
load empty fails pieces 1
`
	for i := range 20 {
		name := fmt.Sprintf("random%d", i)
		data := make([]byte, 1+random.Intn(5000))
		random.Read(data)
		run.write(name, data)
		script += "load " + name + " fails\n"
	}
	run.play(script + `
process 10000
expect equal plain loaded
save same
expect files good same
`)
	// A state that was cut off is none either.
	good, err := os.ReadFile(filepath.Join(run.folder, "good"))
	if err != nil {
		t.Fatal(err)
	}
	run.write("cut", good[:len(good)/2])
	run.play("plugin instrument\nload cut fails\n")
}

func TestNotesOfBothDialectsActOnTheirFrame(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
swap note.mmm
activate 48000 1 512
process 4800
mark a
note on 69 0.5 0 @33
note off 70 @50
note off 69 @77
process 100
expect sample 32 0 == 0
expect sample 33 0 == 0.5
expect sample 33 1 == 69
expect sample 50 0 == 0.5
expect sample 76 0 == 0.5
expect sample 77 0 == 0
expect sample 77 1 == 69
mark b
midi 0x90 72 127 @5
midi 0x90 72 0 @6
midi 0x91 20 127 @7
process 100
expect sample 4 0 == 0
expect sample 5 0 == 1
expect sample 5 1 == 72
expect sample 6 0 == 0
expect sample 7 0 == 0
`)
}

func TestEffectHearsItsInputAndItsSideChain(t *testing.T) {
	run := newHostRun(t)
	for _, setting := range []string{"", "inplace on", "width 64", "width 64\ninplace on"} {
		run.play(`
plugin effect
swap pass.mmm
activate 48000 1 512
` + setting + `
process 4800
mark a
input ramp 0.0009765625
side-input impulse
process 1000
expect sample 0 0 == 1
expect sample 1 0 == 0.0009765625
expect sample 999 1 == 0.9755859375
side off
input impulse
side-input impulse
mark b
process 100
expect sample 0 0 == 1
expect sample 0 1 == 1
expect sample 1 0 == 0
`)
	}
}

func TestInstrumentPlaysWithoutItsSideInput(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
swap pass.mmm
activate 48000 1 512
side off
input noise
process 10000
expect finite
expect peak == 0
side on
input impulse
mark a
process 10
expect sample 0 1 == 1
`)
}

func TestResetStartsAgainFromZero(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
swap echo.mmm
activate 48000 1 512
mark first
process 30000
mark between
process 1234
reset
mark again
process 30000
expect equal first again
`)
}

func TestKnobOfTheEditorIsToldToTheHostAsAGesture(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
swap knob.mmm
activate 48000 1 512
process 4800
expect gestures == 0
knob amp.gain 0.25
sleep 50
process 4800
mark a
process 10
expect gestures == 1
expect sample 0 0 == 0.25
expect params "gain=0.25"
deactivate
knob amp.gain 0.5
sleep 50
expect gestures == 2
`)
}

func TestNewPatchAnnouncesItsParameters(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
activate 48000 1 512
swap knob.mmm
sleep 50
expect rescans > 0
expect dirty > 0
expect visible == 1
swap sine.mmm
expect visible == 1
expect param volume == 0.5
`)
}

func TestWatchedFileIsSwappedInWhenItIsSaved(t *testing.T) {
	run := newHostRun(t)
	run.play("plugin instrument\nswap knob.mmm\nsave state\n")
	data, err := os.ReadFile(filepath.Join(run.folder, "state"))
	if err != nil {
		t.Fatal(err)
	}
	// A state whose patch came from a file that still holds it: the file is
	// followed.
	path := filepath.Join(run.folder, "followed.mmm")
	run.write("followed.mmm", []byte(knobPatch))
	run.write("louder.mmm", []byte(strings.Replace(knobPatch, "(g, g)", "(g + 1, g)", 1)))
	quoted, err := json.Marshal(path)
	if err != nil {
		t.Fatal(err)
	}
	with := bytes.Replace(data, []byte(`"path": ""`), []byte(`"path": `+string(quoted)), 1)
	if bytes.Equal(with, data) {
		t.Fatalf("the state names no path:\n%s", data)
	}
	run.write("state", with)
	run.play(`
plugin instrument
load state
activate 48000 1 512
process 4800
expect sample 4799 0 == 0.5
copy broken.mmm followed.mmm
sleep 500
process 4800
expect sample 9599 0 == 0.5
copy louder.mmm followed.mmm
sleep 500
process 4800
expect sample 14399 0 == 1.5
`)
}

func TestSwapsWhilePlayingInRealTime(t *testing.T) {
	newHostRun(t).play(`
plugin instrument
swap sine.mmm
activate 48000 1 64
block 64
realtime on
start 96000
repeat 8
  swap echo.mmm
  sleep 50
  swap broken.mmm fails
  swap sine.mmm
  sleep 50
  save state
end
wait
expect finite
expect frames == 96000
expect rms > 0.01
`)
}

func TestVirtualMachineCanBeChosen(t *testing.T) {
	run := newHostRun(t)
	script := func(name string) string {
		return `
plugin instrument
swap echo.mmm
activate 48000 1 512
automate volume 0.75 @1001
process 20000
wav ` + name + `
`
	}
	for _, engine := range []string{"native", "vm"} {
		report := run.play(script(engine+".wav"), "MMM_ENGINE="+engine)
		var status struct{ Engine string }
		if err := json.Unmarshal([]byte(report.Swaps[0].Status), &status); err != nil || status.Engine != engine {
			t.Fatalf("the engine is %q (%v), not %q", status.Engine, err, engine)
		}
	}
	native, err := os.ReadFile(filepath.Join(run.folder, "native.wav"))
	if err != nil {
		t.Fatal(err)
	}
	vm, err := os.ReadFile(filepath.Join(run.folder, "vm.wav"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(native, vm) {
		t.Fatal("the engines do not play the same bits")
	}
}
