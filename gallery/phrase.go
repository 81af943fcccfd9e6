package gallery

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"mmm/compiler/mir"
	"mmm/examples"
	"mmm/realtime"
	"mmm/render"
)

// How long a patch is played, in seconds at Rate Hz.
const (
	Rate     = 48000.0
	Silence  = 0.25 // before the first note or the first input
	Played   = 4.25 // where the notes and the input end
	Listened = 6.0  // with what rings on
)

// phrase is a melody over chords: key, beginning and end in seconds, velocity.
var phrase = []struct{ key, from, to, velocity float64 }{
	{45, 0.25, 1.2, 0.9}, {60, 0.5, 1.2, 0.5}, {64, 0.75, 1.2, 0.6}, {69, 1.0, 1.2, 0.7},
	{41, 1.25, 2.2, 0.8}, {60, 1.25, 2.2, 0.6}, {65, 1.25, 2.2, 0.7}, {72, 1.25, 2.2, 1},
	{48, 2.25, 2.4, 1}, {55, 2.5, 2.65, 0.4}, {76, 2.75, 2.9, 0.7}, {79, 3.0, 3.15, 0.9},
	{43, 3.25, 4.25, 0.7}, {59, 3.25, 4.25, 0.6}, {62, 3.25, 4.25, 0.6}, {67, 3.25, 4.25, 0.8},
}

// beatOf is a bar of drums in sixteenths of 0.125 s: General MIDI keys.
var beatOf = []struct {
	key   int
	steps string
}{
	{36, "x..x..x.x...x..."}, {38, "....x.......x..."}, {42, "x.x.x.x.x.x.x..."}, {46, "..............x."},
	{39, "............x..."}, {49, "x..............."}, {45, ".........x......"}, {48, "..........x....."}, {56, ".......x........"},
	{37, ".x.............."},
}

// Notes is what an example is played: a beat if its header names keys, else a
// melody over chords, an octave lower for a bass. Frames count from 0.
func Notes(e examples.Example) []realtime.Event {
	var list []realtime.Event
	note := func(key int, from, to, velocity float64) {
		list = append(list,
			realtime.Event{Time: int(from * Rate), Kind: realtime.NoteOn, Port: 0, Channel: 0, Key: key, NoteID: -1, Value: velocity},
			realtime.Event{Time: int(to * Rate), Kind: realtime.NoteOff, Port: 0, Channel: 0, Key: key, NoteID: -1})
	}
	if named := keys(e.Text); len(named) > 0 {
		for _, drum := range beatOf {
			for i := range 2 * len(drum.steps) {
				if named[drum.key] && drum.steps[i%len(drum.steps)] == 'x' {
					from := Silence + 0.125*float64(i)
					note(drum.key, from, from+0.1, 0.6+0.4*float64((i+1)%2))
				}
			}
		}
		return list
	}
	down := 0
	if slices.Contains(e.Tags, "bass") {
		down = 12
	}
	for _, n := range phrase {
		note(int(n.key)-down, n.from, n.to, n.velocity)
	}
	return list
}

// keys are those that a header names with lines such as "// note 36: Kick".
func keys(text string) map[int]bool {
	named := map[int]bool{}
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, "// note ")
		if !strings.HasPrefix(line, "//") {
			break
		}
		word, _, _ := strings.Cut(rest, ":")
		if key, err := strconv.Atoi(word); ok && err == nil {
			named[key] = true
		}
	}
	return named
}

// Input is what an effect hears, in stereo, with a side chain behind it if the
// patch has more than two inputs: drums and a chord of saws, the left channel
// brighter than the right; the side chain hears the drums alone.
func Input(channels int) [][]float64 {
	frames := int((Played - Silence) * Rate)
	start := int(Silence * Rate)
	list := make([][]float64, channels)
	for c := range list {
		list[c] = make([]float64, start+frames)
	}
	noise := uint64(1)
	low := 0.0
	for i := range frames {
		t := float64(i) / Rate
		kick, snare := math.Mod(t, 0.5), math.Mod(t+0.5, 1)
		noise = noise * 48271 % 2147483647
		hiss := float64(noise)/1073741823.5 - 1
		drums := 0.35*math.Sin(kickPhase(kick))*math.Exp(-kick*9)*min(1, kick*500) + 0.2*hiss*math.Exp(-snare*18)*min(1, snare*2000)
		chord := 0.0
		for k, hz := range []float64{110, 165.2, 220.4, 277.9} {
			chord += saw(hz*t+0.2*float64(k), hz/Rate)
		}
		// a phrase with rests, so that an effect is heard by itself as well
		gate := smoothed(math.Mod(t, 1), 0.72)
		chord *= 0.07 * gate
		low += (chord - low) * 0.2
		for c := range list {
			x := drums
			switch c {
			case 0:
				x += chord
			case 1:
				x += low
			}
			list[c][start+i] = x
		}
	}
	return list
}

// kickPhase is the phase in radians of a bass drum after t seconds: 50 Hz with a
// fall of pitch at the start.
func kickPhase(t float64) float64 { return 2*math.Pi*50*t + 25*(1-math.Exp(-t*30)) }

// smoothed is 1 from 0 to end seconds, with edges of 5 ms.
func smoothed(t, end float64) float64 {
	return max(0, min(1, t/0.005, (end-t)/0.005))
}

// saw is a saw with its jump rounded over two samples.
func saw(phase, step float64) float64 {
	p := phase - math.Floor(phase)
	y := 2*p - 1
	switch {
	case p < step:
		x := p / step
		y -= x + x - x*x - 1
	case p > 1-step:
		x := (p - 1) / step
		y -= x*x + x + x + 1
	}
	return y
}

// Job is an offline render of an example as a host without a running song plays
// it.
func Job(e examples.Example, p *mir.Program, engine string, seconds float64) render.Job {
	return render.Job{Program: p, Engine: engine, Rate: Rate, Frames: int(seconds * Rate), Input: Input(p.Image.Ins), Events: Notes(e)}
}
