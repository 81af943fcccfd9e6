// Samplers: sound files that a patch reads.

package lower

import (
	"errors"
	"fmt"
	"io/fs"

	"mmm/compiler/diag"
	"mmm/compiler/mir"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/state"
)

// sampler makes the record of Sampler_mono! and Sampler!, of type t. Positions of
// the one are frames of the file (builtins.md 10), of the other seconds.
func (c *function) sampler(h *types.Host, t types.Type, e *syntax.MacroCall) []mir.Value {
	mono := h.Kind == types.HostSamplerMono
	k := c.sound(h.Name, mono, e)
	s := c.prog.Sounds[k]
	player := t.(*types.Record).Fields[fieldIndex(t, "player")].Type
	if mono {
		read := c.generated(fmt.Sprintf("player of sound %d", k), player, e.Pos, func(inner *function, args []mir.Value) []mir.Value {
			return []mir.Value{inner.readSound(k, state.Linear, inner.b.Num(0), args[0])}
		})
		return append([]mir.Value{c.b.Num(float64(s.Frames))}, read...)
	}
	read := c.generated(fmt.Sprintf("player of sound %d in seconds", k), player, e.Pos, func(inner *function, args []mir.Value) []mir.Value {
		frame := inner.b.Op(mir.MulF, args[1], inner.b.Num(s.Rate))
		return []mir.Value{inner.readSound(k, state.Cubic, args[0], frame)}
	})
	length := 0.0
	if s.Rate > 0 {
		length = float64(s.Frames) / s.Rate
	}
	vals := []mir.Value{c.b.Num(float64(s.Channels)), c.b.Num(length)}
	return append(append(vals, read...), c.b.Num(s.Rate))
}

// fieldIndex returns the place of a field of the record t.
func fieldIndex(t types.Type, name string) int {
	for i, f := range t.(*types.Record).Fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// readSound reads sound k.
func (c *function) readSound(k int, how state.Interpolation, channel, frame mir.Value) mir.Value {
	return c.b.Emit(&mir.Instr{Op: mir.ReadSound, Imm: int64(k), Aux: int64(how), Args: []mir.Value{channel, frame}}, 1)[0]
}

// sound returns the index of the sound file called name, silence if it is missing.
func (c *function) sound(name string, mono bool, e *syntax.MacroCall) int {
	k, ok := c.sounds[name]
	if !ok {
		k = len(c.prog.Sounds)
		c.sounds[name] = k
		c.prog.Sounds = append(c.prog.Sounds, c.loadSound(name, e))
	}
	if s := c.prog.Sounds[k]; mono && s.Channels > 1 && !c.refused[e.Args[0].Span()] {
		c.refused[e.Args[0].Span()] = true
		c.ds.Errorf(diag.SoundUnreadable, e.Args[0].Span(), "Sound file %s cannot be used: it has %d channels", name, s.Channels).
			Suggest("Sampler! takes any number of channels")
	}
	return k
}

func (c *function) loadSound(name string, e *syntax.MacroCall) *state.Sound {
	err := error(fs.ErrNotExist)
	if c.opts.Sound != nil {
		var s *state.Sound
		if s, err = c.opts.Sound(name); err == nil {
			return s
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		c.ds.Warnf(diag.SoundNotFound, e.Args[0].Span(), "Sound file %s not found", name)
	} else {
		c.ds.Errorf(diag.SoundUnreadable, e.Args[0].Span(), "Sound file %s cannot be used: %v", name, err)
	}
	return state.NewSound(name, 0, nil)
}
