package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// clapRow is one claim about an extension of CLAP, with the script for the host
// of tests/host that shows it.
type clapRow struct {
	extension, claim string
	script           string
	files            map[string]string
	env              []string
}

// A patch with groups of controls, for pages.
const groupsPatch = `// note 36: Kick
// note 42 channel 10: Closed hat
// note x: none
fn dsp(){
  let a = Slider!("osc.pitch", 0.1, 0, 1) + Slider!("osc.shape", 0.1, 0, 1)
  let b = Slider!("osc.env.rise", 0.1, 0, 1) + Slider!("level", 0.1, 0, 1)
  let c = Slider!("row.c1", 0, 0, 1) + Slider!("row.c2", 0, 0, 1) + Slider!("row.c3", 0, 0, 1) + Slider!("row.c4", 0, 0, 1)
  let d = Slider!("row.c5", 0, 0, 1) + Slider!("row.c6", 0, 0, 1) + Slider!("row.c7", 0, 0, 1) + Slider!("row.c8", 0, 0, 1)
  let e = Slider!("row.c9", 0, 0, 1)
  (a + b + c + d + e, 0)
}
// note 99: too late
`

// Sums of what the voices of a pool hold: gates scaled by a knob of each note,
// and pitches.
const voicesPatch = `use poly::*
fn voice(v, k){ (v.gate * k.amount * 2, v.gate * v.pitch) }
fn dsp(){ poly_knobs!(4, |knob| ` + "`" + `({amount = $(knob("amount", 0.5, 0, 1))}), ` + "`" + `voice) }
`

// Patches for ports, sleep and bounces.
const (
	sumPatch    = "fn dsp(a, b, c, d){ (a + 10 * b + 100 * c + 1000 * d, a) }\n"
	widePatch   = "fn dsp(a, b, c, d, e, f){ (a, b, c, d, e, f) }\n"
	echoesPatch = "fn echo(x){ x + delay(9000, self, 9000) * 0.5 }\nfn dsp(l, r){ echo(l) }\n"
	bellPatch   = "fn dsp(){ if (now % 200000 == 199999) 1 else 0 }\n" // silent for four seconds, then not
	lfoPatch    = "fn phasor(f){ (self + f / samplerate) % 1 }\nfn dsp(l, r){ (l * phasor(3), r * phasor(2)) }\n"
)

var clapRows = []clapRow{
	{"audio-ports", "32 and 64 bit, in place and not, give the same", `
plugin effect a
swap lfo.mmm
activate 48000 1 512
input noise 0.5
mark a
process 5000
plugin effect b
swap lfo.mmm
activate 48000 1 512
input noise 0.5
inplace on
mark b
process 5000
expect equal a b
expect channels "2,2" 2
expect rms > 0.01
`, nil, nil},
	{"audio-ports-config", "every layout can be selected, is described alike everywhere, and plays", `
plugin effect
swap sum.mmm
expect layouts == 7
expect layout Stereo
layout Mono
expect channels "1,1" 1
activate 48000 1 64
input ramp 1
side-input silence
process 3
expect last 0 == 22
deactivate
layout "Mono to stereo"
expect channels "1,1" 2
activate 48000 1 64
process 2
deactivate
layout "6 channels"
expect channels "6,2" 6
swap wide.mmm
activate 48000 1 64
input ramp 1
process 11
expect last 0 == 10
expect last 5 == 10
deactivate
layout "16 channels"
activate 48000 1 64
process 3
expect last 15 == 0
plugin instrument
expect layouts == 6
layout "8 channels"
expect channels 2 8
activate 48000 1 64
process 100
`, nil, nil},
	{"configurable-audio-ports", "any number of channels of any port, all requests or none; nothing else is accepted", `
plugin effect
swap sum.mmm
ports in0=1 out0=1
expect channels "1,2" 1
expect layout none
ports in0=3 out0=5 in1=1
expect channels "3,1" 5
ports in0=17 fails
ports in0=1 out1=1 fails
ports in2=1 fails
ports in0=0 fails
expect channels "3,1" 5
activate 48000 1 64
process 100
deactivate
ports in0=2 in1=2 out0=2
expect layout Stereo
`, nil, nil},
	{"audio-ports-activation", "a port that is off is silent and marked constant, while playing too", `
plugin effect
swap pass.mmm
activate 48000 1 512
input ramp 0.5
side-input ramp 0.25
process 3
expect last 0 == 1.5
port in 1 off
process 1
expect last 0 == 1.5
expect constant == 0
port in 0 off
process 1
expect last 0 == 0
port in 0 on
port out 0 off
process 1
expect last 0 == 0
expect constant == 3
port out 0 on
deactivate
port in 1 on
activate 48000 1 512
process 1
expect last 0 > 1
`, nil, nil},
	{"note-ports", "one port takes CLAP notes, MIDI and MPE", `
plugin instrument
expect ports 1 1 1
plugin effect
expect ports 2 1 1
`, nil, nil},
	{"params", "values act on their frame, in process as in flush; texts are read back; modulation adds", `
plugin instrument a
swap knob.mmm
automate gain 0.375
flush
expect params "gain=0.375"
expect text gain "0.375"
save flushed
plugin instrument b
swap knob.mmm
activate 48000 1 512
automate gain 0.375 @100
process 512
expect params "gain=0.375"
save processed
expect files flushed processed
mod gain 0.25 @7
process 100
expect last 0 == 0.625
expect params "gain=0.375"
`, nil, nil},
	{"state", "whole, in pieces, again and again the same bytes; nothing loads from nothing", `
plugin instrument
swap echo.mmm
automate volume 0.875
flush
save a
save b pieces 1
expect files a b
plugin effect
load a pieces 3
save c
expect files a c
load empty fails
`, map[string]string{"empty": ""}, nil},
	{"state-context", "a preset is the patch and its values; the three ways of taking it are one; a duplicate is all", `
plugin instrument a
swap sine.mmm
swap knob.mmm
automate gain 0.25
flush
save preset for preset
save project for project
save plain
save duplicate for duplicate
expect files project plain
expect files project duplicate
plugin instrument b
load preset
save again for preset
expect files preset again
save b1
plugin instrument c
load project for preset
save c1
expect files b1 c1
plugin instrument d
load preset for preset
save d1
expect files b1 d1
expect params "gain=0.25"
`, nil, nil},
	{"latency", "is 0", "plugin instrument\nexpect latency == 0\nplugin effect\nactivate 48000 1 64\nexpect latency == 0\n", nil, nil},
	{"tail", "0 without memory, the memory's length without feedback, infinite with it; a change is told", `
plugin effect
swap pass.mmm
activate 48000 1 512
process 1000
expect tail == 0
swap fir.mmm
process 1000
expect tail == 701
expect told tail > 0
swap echoes.mmm
process 1000
expect tail > 1e9
`, map[string]string{"fir.mmm": "fn dsp(l, r){ (delay(700, l, 500), mem(r)) }\n"}, nil},
	{"render", "both modes; a bounce waits for an edit that is on its way (tests/cabi/session.c), live playing does not", `
plugin instrument
swap knob.mmm
activate 48000 1 512
process 4800
render offline
process 100
expect last 0 == 0.5
render realtime
process 100
expect last 0 == 0.5
`, nil, nil},
	{"voice-info", "one voice for a patch without a pool", "plugin instrument\nswap note.mmm\nactivate 48000 1 64\nexpect voices == 1\n", nil, nil},
	{"notes", "voices of a pool: overlapping notes, expressions, modulation of one note, ends, choke; on their frame", `
plugin instrument
swap voices.mmm
activate 48000 1 512
expect voices == 4
expect told voices > 0
process 4800
mark a
note on 60 1 0 7 @10
note on 62 0.5 0 8 @20
process 100
expect sample 9 0 == 0
expect sample 10 0 == 1
expect sample 20 0 == 2
expect sample 20 1 == 122
expression tuning 62 0.5 @5
mod amount -0.25 key 60 @6
process 10
expect last 0 == 1.5
expect last 1 == 122.5
note off 62 @3
process 20
expect last 0 == 0.5
process 4800
expect ended == 1
note choke 60 @3
process 512
expect last 0 == 0
expect ended == 2
midi 0x90 64 100
process 512
expect last 0 == 1
midi 0x80 64 0
process 9600
expect ended == 3
expect status sleep
`, map[string]string{"voices.mmm": voicesPatch}, nil},
	{"transport", "beats and tempo of the host's song, interpolated frame by frame; stopped, they stand", `
plugin instrument
swap song.mmm
activate 48000 1 500
block 500
song 8 120
process 24000
expect last 0 > 8.99
expect last 0 < 9
expect last 1 == 120
song 2 90 stopped
process 1000
expect last 0 == 2
expect last 1 == 90
`, map[string]string{"song.mmm": "fn dsp(){ let t = transport!()\n (t.beat, t.tempo) }\n"}, nil},
	{"remote-controls", "pages of eight by the patch's groups, told when they change", `
plugin instrument
swap groups.mmm
expect told pages > 0
expect pages == 5
expect page 0 osc osc "pitch shape"
expect page 1 osc env "rise"
expect page 2 Patch Patch "level"
expect page 3 row "row 1" "c1 c2 c3 c4 c5 c6 c7 c8"
expect page 4 row "row 2" "c9"
`, nil, nil},
	{"param-indication", "reaches the editor's page", `
plugin instrument
swap knob.mmm
map gain "Knob 3"
indicate gain on
expect view "\"mapped\":true,\"label\":\"Knob 3\""
expect view "\"automation\":\"playing\""
indicate gain off
expect view "\"automation\":\"\""
`, nil, nil},
	{"note-name", "the names of the patch's header, told when they change", `
plugin instrument
expect note-names ""
swap groups.mmm
expect told note-names > 0
expect note-names "36 Kick, 42/9 Closed hat"
`, nil, nil},
	{"track-info", "reaches the editor's page", `
plugin instrument
track "Lead guitar"
expect view "\"track\":{\"name\":\"Lead guitar\""
`, nil, nil},
	{"context-menu", "a parameter goes back to the patch's default as a gesture; the file is read again", `
plugin instrument
swap knob.mmm
automate gain 0.9
flush
expect menu "Back to the patch's default" gain
choose "Back to the patch's default" gain
expect params "gain=0.5"
sleep 50
expect gestures == 1
expect menu "Open the editor, [Read the patch's file again]"
preset sine.mmm
expect menu "Open the editor, Read the patch's file again"
choose "Read the patch's file again"
`, nil, nil},
	{"preset-load", "a patch from the host's browser starts at its own values and is followed; a broken one changes nothing", `
plugin instrument
swap knob.mmm
automate gain 0.9
flush
activate 48000 1 512
process 4800
preset knob.mmm
expect told presets == 1
expect params "gain=0.5"
process 4800
expect last 0 == 0.5
copy louder.mmm knob.mmm
sleep 500
process 4800
expect last 0 == 1.5
preset broken.mmm fails
preset nowhere.mmm fails
expect log "preset: "
expect log "nothing_of_this_name"
process 100
expect last 0 == 1.5
expect told presets == 1
`, map[string]string{"louder.mmm": strings.Replace(knobPatch, "(g, g)", "(g + 1, g)", 1)}, nil},
	{"preset-discovery", "examples and the user's folder, with what their headers say, without loading libmmm", `
discover
expect crawl < 100
expect preset "FM bell" plugins "org.mmm.instrument"
expect preset "FM bell" factory true
expect preset "FM bell" author mmm
expect preset "Tremolo, step by step" plugins "org.mmm.effect"
expect preset "Tremolo, step by step" features "audio-effect, learning, effect, tremolo, modulation"
expect preset Vocoder plugins "org.mmm.instrument, org.mmm.effect"
expect preset "Ours ü" factory false
expect preset "Ours ü" author "Ada ?"
expect preset "Ours ü" description "One line and its second: with a colon"
expect preset "Ours ü" features "instrument, audio-effect, a, b c"
expect preset "Ours ü" plugins "org.mmm.instrument, org.mmm.effect"
expect preset plain file plain.mmm
expect presets >= 35
scan
expect scan < 20
`, map[string]string{
		"patches/ours.mmm":       "// title: Ours ü\n// author: Ada \xff\n// tags: a, b c,,\n// plugin: both\n// description: One line\n// and its second: with a colon\n//\n// not of it\nfn dsp(){ 0 }\n",
		"patches/deep/plain.mmm": "fn dsp(l, r){ l }\n",
		"patches/module.mmm":     "// title: A module\npub fn dspx(){ 0 }\n",
		"patches/notes.txt":      "// title: Not a patch\nfn dsp(){ 0 }\n",
	}, []string{"MMM_PATCHES=patches"}},
	{"gui", "floats and opens the editor's page; asked for another window it says no", "plugin instrument\neditor\nswap knob.mmm\nexpect visible == 1\n", nil, nil},
	{"process status", "sleep when only a note or its input could make the patch sound, never when it plays by itself", `
plugin effect
swap lfo.mmm
activate 48000 1 512
input sine 440 0.5
process 4800
expect status continue
input silence
process 2048
expect status sleep
expect constant == 3
swap echoes.mmm
expect told process > 0
process 4800
expect status continue
input impulse
process 512
input silence
process 8704
expect status continue
process 250000
expect status sleep
swap bell.mmm
process 48000
expect status continue
expect peak == 0 over 40000
process 190000
expect peak == 1 over 190000
plugin instrument
activate 48000 1 512
process 10240
expect status sleep
note on 60
process 48000
expect status continue
expect rms > 0.01 over 48000
note off 60
process 240000
expect status sleep
`, nil, nil},
}

func TestClapExtensionsDoWhatTheyShould(t *testing.T) {
	var table strings.Builder
	table.WriteString("| extension | what holds | result |\n|---|---|---|\n")
	for _, row := range clapRows {
		passed := t.Run(row.extension, func(t *testing.T) {
			run := newHostRun(t)
			for name, text := range map[string]string{
				"groups.mmm": groupsPatch, "sum.mmm": sumPatch, "wide.mmm": widePatch, "echoes.mmm": echoesPatch,
				"bell.mmm": bellPatch, "lfo.mmm": lfoPatch,
			} {
				run.write(name, []byte(text))
			}
			for name, text := range row.files {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(run.folder, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				run.write(name, []byte(text))
			}
			env := []string{"MMM_PATCHES="}
			for _, e := range row.env {
				name, value, _ := strings.Cut(e, "=")
				env = append(env, name+"="+filepath.Join(run.folder, value))
			}
			run.play(row.script, env...)
		})
		fmt.Fprintf(&table, "| %s | %s | %s |\n", row.extension, row.claim, map[bool]string{true: "holds", false: "FAILS"}[passed])
	}
	writtenTable(t, "docs/clap.md", "extensions", table.String())
}
