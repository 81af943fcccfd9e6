// Builtin macros: controls, probes and note cells become indexes into the
// program's tables.

package lower

import (
	"math"
	"strconv"

	"mmm/compiler/mir"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// host lowers a builtin macro call in value position.
func (c *function) host(e *syntax.MacroCall) []mir.Value {
	h := c.info.Hosts[e]
	if h == nil {
		return c.failed(e, "this macro")
	}
	switch h.Kind {
	case types.HostControl:
		return c.control(h.Name, h.Init, e)
	case types.HostSlider:
		return []mir.Value{c.param(mir.Param{Path: h.Name, Init: h.Init.Number, Min: h.Min, Max: h.Max, Pos: e.Pos})}
	case types.HostMidiNote:
		cell := c.note(h)
		return []mir.Value{c.emit(mir.GetNote, int64(2*cell)), c.emit(mir.GetNote, int64(2*cell+1))}
	default:
		return c.failed(e, "a probe as a value")
	}
}

// control makes one parameter for each number in init (builtins.md 8.1).
func (c *function) control(path string, init *types.Const, e *syntax.MacroCall) []mir.Value {
	if init.Leaf {
		x := init.Number
		span := math.Max(math.Abs(x), 1)
		return []mir.Value{c.param(mir.Param{Path: path, Init: x, Min: x - span, Max: x + span, Pos: e.Pos})}
	}
	var vals []mir.Value
	for i, part := range init.Elems {
		name := strconv.Itoa(i)
		if init.Names != nil {
			name = init.Names[i]
		}
		vals = append(vals, c.control(path+"."+name, part, e)...)
	}
	return vals
}

// param returns the value of the parameter with p's path, registering it at
// its first mention. The first default and the latest range count.
func (c *function) param(p mir.Param) mir.Value {
	i, ok := c.params[p.Path]
	if !ok {
		i = len(c.prog.Params)
		c.params[p.Path] = i
		c.prog.Params = append(c.prog.Params, p)
	}
	c.prog.Params[i].Min, c.prog.Params[i].Max = p.Min, p.Max
	return c.emit(mir.GetParam, int64(i))
}

// note returns the note cell of a channel; the first mention sets its initial
// values.
func (c *function) note(h *types.Host) int {
	i, ok := c.notes[h.Channel]
	if !ok {
		i = len(c.prog.Notes)
		c.notes[h.Channel] = i
		c.prog.Notes = append(c.prog.Notes, mir.NoteCell{Channel: h.Channel, Pitch: h.Note, Velocity: h.Velocity})
	}
	return i
}

// probe pushes every word to its scope channel and passes them on.
func (c *function) probe(h *types.Host, vals []mir.Value) []mir.Value {
	for i, v := range vals {
		label := h.Name + "." + strconv.Itoa(i)
		k, ok := c.probes[label]
		if !ok {
			k = len(c.prog.Probes)
			c.probes[label] = k
			c.prog.Probes = append(c.prog.Probes, mir.ProbeChannel{Label: label})
		}
		c.effect(mir.Probe, int64(k), v)
	}
	return vals
}
