package types

import (
	"math"

	"mmm/compiler/diag"
	"mmm/compiler/syntax"
)

// Limits of the voices of a patch. libmmmrt has the same.
const (
	MaxVoices = 128 // of one pool
	MaxPools  = 8   // different numbers of voices
)

// midiNote infers midi_note_mono!(ch, note, vel).
func (c *checker) midiNote(e *syntax.MacroCall, h *Host) Type {
	v, ok := c.hostNumbers(e, "midi_note_mono", "channel, note, velocity", 3)
	if !ok {
		return Failure
	}
	h.Channel, h.Note, h.Velocity = midiChannel(v[0]), v[1], v[2]
	c.info.Hosts[e] = h
	return noteType
}

// midiCue infers midi_cc!(ch, cc, init), midi_bend!(ch) and midi_pressure!(ch).
func (c *checker) midiCue(e *syntax.MacroCall, h *Host, name string) Type {
	what := []string{"channel", "channel, controller, initial value"}[boolIndex(h.Kind == HostController)]
	v, ok := c.hostNumbers(e, name, what, 1+2*boolIndex(h.Kind == HostController))
	if !ok {
		return Failure
	}
	h.Channel = midiChannel(v[0])
	if h.Kind == HostController {
		if h.Number, ok = c.hostIndex(e.Args[1], v[1], 0, 127, "A controller"); !ok {
			return Failure
		}
		h.Init = &Const{Leaf: true, Number: v[2]}
	}
	c.info.Hosts[e] = h
	return Number
}

// midiVoice infers midi_voice!(i, n) and midi_voice_level!(i, n).
func (c *checker) midiVoice(e *syntax.MacroCall, h *Host, name string) Type {
	if !c.hostCount(e, name, 2, "voice, number of voices") || !c.voiceOf(e, h) {
		return Failure
	}
	c.info.Hosts[e] = h
	if h.Kind == HostVoice {
		return voiceType
	}
	a := c.fresh()
	return &Function{Params: []ParamType{{Type: a}}, Ret: a}
}

// voiceSlider infers midi_voice_slider!(i, n, name, init, min, max).
func (c *checker) voiceSlider(e *syntax.MacroCall, h *Host) Type {
	if !c.hostCount(e, "midi_voice_slider", 6, "voice, number of voices, name, initial value, minimum, maximum") ||
		!c.voiceOf(e, h) || !c.sliderOf(e.Args[2:], h) {
		return Failure
	}
	c.info.Hosts[e] = h
	return Number
}

// voiceOf evaluates the first two arguments of e: which voice of how many.
func (c *checker) voiceOf(e *syntax.MacroCall, h *Host) bool {
	i, ok := c.hostNumber(e.Args[0])
	n, also := c.hostNumber(e.Args[1])
	if !ok || !also {
		return false
	}
	if h.Voices, ok = c.hostIndex(e.Args[1], n, 1, MaxVoices, "The number of voices"); !ok {
		return false
	}
	if h.Voice, ok = c.hostIndex(e.Args[0], i, 0, h.Voices-1, "A voice"); !ok {
		return false
	}
	if !c.pools[h.Voices] && len(c.pools) == MaxPools {
		c.errorf(diag.HostArgument, e.Args[1].Span(), "A patch has voices in at most %d different numbers", MaxPools)
		return false
	}
	c.pools[h.Voices] = true
	return true
}

// transport infers transport!().
func (c *checker) transport(e *syntax.MacroCall, h *Host) Type {
	if len(e.Args) > 0 {
		c.errorf(diag.HostArgument, e.Span(), "transport! takes no arguments: %d instead of 0", len(e.Args))
		return Failure
	}
	c.info.Hosts[e] = h
	return transportType
}

// sampler infers Sampler_mono!(path) and Sampler!(path).
func (c *checker) sampler(e *syntax.MacroCall, h *Host, name string) Type {
	if !c.hostCount(e, name, 1, "path of a sound file") {
		return Failure
	}
	path, ok := c.hostString(e.Args[0], "the path of a sound file")
	if !ok {
		return Failure
	}
	h.Name = path
	c.info.Hosts[e] = h
	if h.Kind == HostSampler {
		return samplerType
	}
	return samplerMonoType
}

// The records of the samplers.
var (
	samplerMonoType = &Record{Fields: []RecordField{{"length", Number}, {"player", &Function{Params: []ParamType{{Type: Number}}, Ret: Number}}}}
	samplerType     = &Record{Fields: []RecordField{{"channels", Number}, {"length", Number},
		{"player", &Function{Params: []ParamType{{Type: Number}, {Type: Number}}, Ret: Number}}, {"rate", Number}}}
)

// The records of the host's cues; fields are sorted, as in every record.
var (
	noteType      = numbers("pitch", "velocity")
	voiceType     = numbers("bend", "gate", "pitch", "pressure", "timbre", "velocity")
	transportType = numbers("beat", "playing", "tempo")
)

func numbers(names ...string) *Record {
	r := &Record{}
	for _, name := range names {
		r.Fields = append(r.Fields, RecordField{name, Number})
	}
	return r
}

// midiChannel makes a channel 0..15 of a number (builtins.md 9).
func midiChannel(x float64) int { return int(min(15, max(0, math.Trunc(x)))) }

func boolIndex(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hostNumbers evaluates all arguments of a host macro that takes n numbers.
func (c *checker) hostNumbers(e *syntax.MacroCall, name, what string, n int) ([]float64, bool) {
	if !c.hostCount(e, name, n, what) {
		return nil, false
	}
	list, all := make([]float64, n), true
	for i, a := range e.Args {
		v, ok := c.hostNumber(a)
		list[i], all = v, all && ok
	}
	return list, all
}

// hostIndex returns x, the value of e, as a whole number from low to high.
func (c *checker) hostIndex(e syntax.Expr, x float64, low, high int, what string) (int, bool) {
	if x != math.Trunc(x) || x < float64(low) || x > float64(high) {
		c.errorf(diag.HostArgument, e.Span(), "%s must be a whole number from %d to %d, not %v", what, low, high, x)
		return 0, false
	}
	return int(x), true
}
