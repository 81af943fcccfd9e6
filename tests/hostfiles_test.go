package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A patch in two files, with memory in both.
const (
	roomPatch = `use voice::tone
fn loop(x){ x + delay(20000, self, 7001) }
fn dsp(){
  let x = loop(tone(311))
  (x, x)
}
`
	voicePatch = `fn phasor(freq){ (self + freq / samplerate) % 1 }
pub fn tone(freq){ mem(phasor(freq)) * 0.1 }
`
)

// stateOf saves a state and makes it one of a patch in a file with other files.
func (r *hostRun) stateOf(name, patch string, files map[string]string) {
	r.t.Helper()
	r.play("plugin instrument\nsave empty\n")
	data, err := os.ReadFile(filepath.Join(r.folder, "empty"))
	if err != nil {
		r.t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(data, &state); err != nil {
		r.t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(r.folder, patch))
	if err != nil {
		r.t.Fatal(err)
	}
	state["name"], state["path"], state["patch"], state["files"] = patch, filepath.Join(r.folder, patch), string(text), files
	if data, err = json.Marshal(state); err != nil {
		r.t.Fatal(err)
	}
	r.write(name, data)
}

func TestPatchInTwoFilesSoundsTheSameWhereTheFilesAreMissing(t *testing.T) {
	run := newHostRun(t)
	run.write("room.mmm", []byte(roomPatch))
	run.write("voice.mmm", []byte(voicePatch))
	run.stateOf("state", "room.mmm", map[string]string{"voice.mmm": voicePatch})
	play := "\nactivate 48000 1 512\nmark a\nprocess 50000\nexpect rms > 0.01\n"
	run.play("plugin instrument\nload state" + play + "wav here.wav\nsave saved\n")
	for _, file := range []string{"room.mmm", "voice.mmm"} {
		if err := os.Remove(filepath.Join(run.folder, file)); err != nil {
			t.Fatal(err)
		}
	}
	run.play("plugin instrument\nload saved" + play + "wav there.wav\nsave again\nexpect files saved again\nexpect files here.wav there.wav\n")
}

func TestSavedModuleIsSwappedInAndTheTailStays(t *testing.T) {
	run := newHostRun(t)
	run.write("room.mmm", []byte(roomPatch))
	run.write("voice.mmm", []byte(voicePatch))
	run.write("broken-voice.mmm", []byte("pub fn tone(freq){\n  nothing_of_this_name\n}\n"))
	run.write("silent-voice.mmm", []byte(strings.Replace(voicePatch, "* 0.1", "* 0", 1)))
	run.stateOf("state", "room.mmm", map[string]string{"voice.mmm": voicePatch})
	// After the swap the tone is silent: what sounds is the memory of the loop
	// of 7002 samples, which nothing changes any more.
	run.play(`
plugin instrument
load state
activate 48000 1 512
process 40000
copy broken-voice.mmm voice.mmm
sleep 500
expect log "voice.mmm:2:3"
mark plays
process 7002
mark on
process 7002
mark silenced
expect differ plays on
copy silent-voice.mmm voice.mmm
sleep 500
process 100
mark one
process 7002
mark two
process 7002
mark end
expect equal one two
expect rms > 0.01 over 7002
`)
}

func TestModuleOutsideOfThePatchsFolderIsRefused(t *testing.T) {
	run := newHostRun(t)
	if err := os.Mkdir(filepath.Join(run.folder, "p"), 0o755); err != nil {
		t.Fatal(err)
	}
	run.write("voice.mmm", []byte(voicePatch))
	run.write("p/stranger.mmm", []byte("include(\"../voice.mmm\")\nfn dsp(){ tone(311) }\n"))
	run.write("p/harmless.mmm", []byte(knobPatch))
	run.stateOf("state", "p/harmless.mmm", nil)
	run.play(`
plugin instrument
load state
activate 48000 1 512
process 4800
swap p/stranger.mmm fails
expect log "is outside of the patch's folder"
copy p/stranger.mmm p/harmless.mmm
sleep 500
process 4800
expect sample 9599 0 == 0.5
`)
}
