// Cues: what the host's side says of notes, controllers, voices and transport.

package lower

import (
	"mmm/compiler/mir"
	"mmm/compiler/types"
	"mmm/state"
)

// cues reads the cues of a macro, in the order of the fields of its record.
func (c *function) cues(h *types.Host) []mir.Value {
	switch h.Kind {
	case types.HostMidiNote:
		return []mir.Value{
			c.cue(state.Cue{Kind: state.CuePitch, Channel: h.Channel}, h.Note),
			c.cue(state.Cue{Kind: state.CueVelocity, Channel: h.Channel}, h.Velocity),
		}
	case types.HostController:
		return []mir.Value{c.cue(state.Cue{Kind: state.CueController, Channel: h.Channel, Number: h.Number}, h.Init.Number)}
	case types.HostBend:
		return []mir.Value{c.cue(state.Cue{Kind: state.CueBend, Channel: h.Channel}, 0)}
	case types.HostPressure:
		return []mir.Value{c.cue(state.Cue{Kind: state.CuePressure, Channel: h.Channel}, 0)}
	case types.HostTransport:
		return c.transport()
	case types.HostVoiceSlider:
		param := c.paramIndex(mir.Param{Path: h.Name, Init: h.Init.Number, Min: h.Min, Max: h.Max, Pos: c.b.Pos})
		return []mir.Value{c.cue(state.Cue{Kind: state.CueVoiceParam, Pool: c.pool(h.Voices), Voice: h.Voice, Number: param}, 0)}
	}
	pool := c.pool(h.Voices)
	var vals []mir.Value
	for _, kind := range []state.CueKind{state.CueVoiceBend, state.CueVoiceGate, state.CueVoicePitch, state.CueVoicePressure,
		state.CueVoiceTimbre, state.CueVoiceVelocity} {
		vals = append(vals, c.cue(state.Cue{Kind: kind, Pool: pool, Voice: h.Voice}, state.VoiceInit(kind)))
	}
	return vals
}

// transport computes the beat of the sample and reads the rest.
func (c *function) transport() []mir.Value {
	read := func(kind state.CueKind, init float64) mir.Value { return c.cue(state.Cue{Kind: kind}, init) }
	beat, start, step := read(state.CueBeat, 0), read(state.CueBeatStart, 0), read(state.CueBeatStep, 0)
	since := c.b.Op(mir.SubF, c.b.Emit(&mir.Instr{Op: mir.Now}, 1)[0], start)
	return []mir.Value{
		c.b.Op(mir.AddF, beat, c.b.Op(mir.MulF, since, step)),
		read(state.CuePlaying, 0),
		read(state.CueTempo, state.DefaultTempo),
	}
}

// cue reads a cue, which has its Init from its first mention.
func (c *function) cue(q state.Cue, init float64) mir.Value {
	i, ok := c.lowerer.cues[q]
	if !ok {
		i = len(c.prog.Cues)
		c.lowerer.cues[q] = i
		q.Init = init
		c.prog.Cues = append(c.prog.Cues, q)
	}
	return c.emit(mir.GetCue, int64(i))
}

// pool returns the index of the pool of n voices.
func (c *function) pool(n int) int {
	i, ok := c.pools[n]
	if !ok {
		i = len(c.prog.Pools)
		c.pools[n] = i
		levels := make([]int, n)
		for k := range levels {
			levels[k] = -1
		}
		c.prog.Pools = append(c.prog.Pools, state.Pool{Levels: levels})
	}
	return i
}

// voiceLevel raises the peak of a voice to the largest number of a value and
// passes all words on.
func (c *function) voiceLevel(h *types.Host, vals []mir.Value, t types.Type) []mir.Value {
	level := &c.prog.Pools[c.pool(h.Voices)].Levels[h.Voice]
	if *level < 0 {
		*level = len(c.prog.Globals)
		c.prog.Globals = append(c.prog.Globals, state.NumWord)
	}
	peak := c.b.Emit(&mir.Instr{Op: mir.GetGlobal, Imm: int64(*level)}, 1)[0]
	kinds := flatten(t, nil)
	for i, v := range vals {
		if i < len(kinds) && kinds[i] == state.NumWord {
			peak = c.b.Op(mir.MaxF, peak, c.b.Op(mir.AbsF, v))
		}
	}
	c.effect(mir.SetGlobal, int64(*level), peak)
	return vals
}
