// Builtin macros: controls, probes and cues become indexes into the program's
// tables.

package lower

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/state"
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
	case types.HostParam:
		return []mir.Value{c.smoothed(h, c.param(mir.Param{Path: h.Name, Init: h.Init.Number, Min: h.Min, Max: h.Max,
			Curve: curves[h.Curve], Unit: h.Unit, Steps: h.Steps, Labels: h.Labels, Pos: e.Pos}))}
	case types.HostMidiNote, types.HostController, types.HostBend, types.HostPressure, types.HostVoice,
		types.HostVoiceSlider, types.HostTransport:
		return c.cues(h)
	case types.HostSamplerMono, types.HostSampler:
		return c.sampler(h, c.typ(e), e)
	default:
		return c.probeValue(h, c.typ(e), e.Pos)
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

// param returns the value of the parameter p.
func (c *function) param(p mir.Param) mir.Value {
	return c.emit(mir.GetParam, int64(c.paramIndex(p)))
}

// paramIndex returns the index of the parameter with p's path, registering it at
// its first mention. The first default and the latest range count.
func (c *function) paramIndex(p mir.Param) int {
	i, ok := c.params[p.Path]
	if !ok {
		i = len(c.prog.Params)
		c.params[p.Path] = i
		c.prog.Params = append(c.prog.Params, p)
	}
	p.Init, p.Pos = c.prog.Params[i].Init, c.prog.Params[i].Pos
	c.prog.Params[i] = p
	return i
}

// probeValue makes the function value of a probe, of concrete type t.
func (c *function) probeValue(h *types.Host, t types.Type, at source.Span) []mir.Value {
	name := "probe " + h.Name
	if h.Kind == types.HostVoiceLevel {
		name = fmt.Sprintf("level of voice %d of %d", h.Voice, h.Voices)
	}
	if h.Labels != nil {
		name = "probe " + strings.Join(h.Labels, " ")
	}
	return c.generated(name, t, at, func(inner *function, args []mir.Value) []mir.Value {
		if f, ok := t.(*types.Function); ok && len(f.Params) == 1 {
			return inner.probe(h, args, f.Params[0].Type)
		}
		return args
	})
}

// maxProbed is how many numbers of one value a probe shows.
const maxProbed = 16

// probe pushes every number of a value of concrete type t to its scope channel
// and passes all words on (builtins.md 8.2, 8.3).
func (c *function) probe(h *types.Host, vals []mir.Value, t types.Type) []mir.Value {
	if h.Kind == types.HostVoiceLevel {
		return c.voiceLevel(h, vals, t)
	}
	n := 0
	kinds := flatten(t, nil)
	for i, v := range vals {
		if i >= len(kinds) || kinds[i] != state.NumWord {
			continue
		}
		if n++; n > maxProbed {
			c.ds.Errorf(diag.HostArgument, c.b.Pos, "A probe shows at most %d numbers of a value", maxProbed).
				Note(source.Span{}, "found type: %s", types.Scheme{Type: t})
			return vals
		}
		label := h.Name + "." + strconv.Itoa(i)
		if i < len(h.Labels) {
			label = h.Labels[i]
		}
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

// curves are the curves by their names; none is the straight one.
var curves = map[string]state.Curve{"log": state.CurveLog, "exp": state.CurveExp}

// smoothed runs the value x of a control through its one-pole filter, which
// starts at the first value: y = y + (x - y) / (1 + smooth * samplerate).
func (c *function) smoothed(h *types.Host, x mir.Value) mir.Value {
	if h.Smooth == 0 {
		return x
	}
	last, begun := c.place(&state.Node{Kind: state.Mem}), c.place(&state.Node{Kind: state.Mem})
	rate := c.b.Emit(&mir.Instr{Op: mir.SampleRate}, 1)[0]
	part := c.b.Op(mir.AddF, c.b.Num(1), c.b.Op(mir.MulF, c.b.Num(h.Smooth), rate))
	y := c.emit(mir.GetState, int64(last))
	moved := c.b.Op(mir.AddF, y, c.b.Op(mir.DivF, c.b.Op(mir.SubF, x, y), part))
	y = c.b.Op(mir.Select, c.emit(mir.Mem, int64(begun), c.b.Num(1)), moved, x)
	c.effect(mir.SetState, int64(last), y)
	return y
}
