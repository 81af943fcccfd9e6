package types

import (
	"math"
	"strconv"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
)

// hostMacros are the builtin macros.
var (
	hostMacros = map[string]HostKind{
		"Control": HostControl, "Slider": HostSlider, "Probe": HostProbe, "midi_note_mono": HostMidiNote,
		"ProbeValueWith": HostProbeWith, "Param": HostParam, "midi_cc": HostController, "midi_bend": HostBend,
		"midi_pressure": HostPressure, "midi_voice": HostVoice, "midi_voice_level": HostVoiceLevel,
		"midi_voice_slider": HostVoiceSlider, "transport": HostTransport, "Sampler_mono": HostSamplerMono, "Sampler": HostSampler,
	}
)

// IsDirect reports whether a macro call needs no macro stage: it names a
// builtin macro and its arguments are constants, or wrong in a way that is
// reported better without.
func IsDirect(e *syntax.MacroCall) bool {
	if e.Path == nil {
		return true
	}
	if _, ok := hostMacros[pathText(e.Path)]; !ok {
		return false
	}
	for _, a := range e.Args {
		if !isText(a) && !isConstant(a) && !(pathText(e.Path) == "Param" && isDescription(a)) {
			return false
		}
	}
	if len(e.Args) == 2 && pathText(e.Path) == "Control" {
		return isConstant(e.Args[1])
	}
	return true
}

// isText reports whether e is a string literal.
func isText(e syntax.Expr) bool {
	_, text := strip(e).(*syntax.String)
	return text
}

// isDescription reports whether e describes a control by constants: a record of
// numbers, strings and arrays of strings.
func isDescription(e syntax.Expr) bool {
	r, ok := strip(e).(*syntax.Record)
	if !ok {
		return false
	}
	for _, f := range r.Fields {
		list, isArray := strip(f.Value).(*syntax.Array)
		if isArray {
			for _, x := range list.Elems {
				if !isText(x) {
					return false
				}
			}
		} else if !isText(f.Value) && !isConstant(f.Value) {
			return false
		}
	}
	return true
}

// IsConstantNumbers reports whether e is made of number literals and can be the
// initial value of a control.
func IsConstantNumbers(e syntax.Expr) bool { return isConstant(e) }

// isConstant reports whether evalConst is to evaluate e, which is then made of
// numbers.
func isConstant(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Tuple:
		for _, x := range e.Elems {
			if !isConstant(x) {
				return false
			}
		}
	case *syntax.Record:
		for _, f := range e.Fields {
			if !isConstant(f.Value) {
				return false
			}
		}
	case *syntax.Paren:
		return isConstant(e.X)
	case *syntax.Unary:
		return isConstant(e.X)
	case *syntax.Binary:
		chain := syntax.Chain(e)
		for _, b := range chain {
			if b.Op >= syntax.OpAt || !isConstant(b.R) {
				return false
			}
		}
		return isConstant(chain[len(chain)-1].L)
	case *syntax.Number, *syntax.Now, *syntax.SampleRate, *syntax.Self, *syntax.Hole, *syntax.Bad:
	default:
		return false
	}
	return true
}

// nameMacroCall resolves the names of a macro call: those of m!(a) are used one
// stage down, but the arguments of a direct call are constants.
func (c *checker) nameMacroCall(e *syntax.MacroCall) {
	n := c.names
	if e.Path == nil {
		n.failed[e] = true
		return
	}
	name := pathText(e.Path)
	user := n.latest[name] != nil && !e.Builtin
	if e.Builtin || IsDirect(e) && !user {
		n.direct[e] = true
		return
	}
	if c.spliceInMacro(e) {
		return
	}
	c.shift(-1, func() {
		c.nameExpr(e.Path)
		c.nameList(e.Args)
	})
}

// macroCall infers a macro call.
func (c *checker) macroCall(e *syntax.MacroCall) Type {
	if c.names.direct[e] {
		return c.direct(e)
	}
	c.stage--
	t := c.call(e, e.Path, e.Args)
	c.stage++
	return c.unquoted(e, e, t)
}

// direct infers a builtin macro call (builtins.md 8, 9, 21).
func (c *checker) direct(e *syntax.MacroCall) Type {
	name := pathText(e.Path)
	kind := hostMacros[name]
	h := &Host{Kind: kind}
	switch kind {
	case HostControl:
		if !c.hostCount(e, name, 2, "name, initial value") {
			return Failure
		}
		label, ok := c.hostString(e.Args[0], "the name of a control")
		init := c.hostConst(e.Args[1])
		if !ok || init == nil || !c.finite(e.Args[1], init) {
			return Failure
		}
		h.Name, h.Init = label, init
		c.info.Hosts[e] = h
		return c.measure(constType(init))
	case HostSlider:
		return c.slider(e, h)
	case HostProbe:
		if !c.hostCount(e, name, 1, "label") {
			return Failure
		}
		label, ok := c.hostString(e.Args[0], "the label of a probe")
		if !ok {
			return Failure
		}
		h.Name = label
		c.info.Hosts[e] = h
		a := c.fresh()
		return &Function{Params: []ParamType{{Type: a}}, Ret: a}
	case HostProbeWith:
		if !c.hostCount(e, name, 2, "label, schema") {
			return Failure
		}
		label, ok := c.hostString(e.Args[0], "the label of a probe")
		schema := c.hostConst(e.Args[1])
		if !ok || schema == nil {
			return Failure
		}
		h.Name = label
		h.Labels = leafNames(label, schema, nil)
		c.info.Hosts[e] = h
		t := c.measure(constType(schema))
		return &Function{Params: []ParamType{{Type: t}}, Ret: t}
	case HostParam:
		return c.param(e, h)
	case HostController, HostBend, HostPressure:
		return c.midiCue(e, h, name)
	case HostVoice, HostVoiceLevel:
		return c.midiVoice(e, h, name)
	case HostVoiceSlider:
		return c.voiceSlider(e, h)
	case HostTransport:
		return c.transport(e, h)
	case HostSamplerMono, HostSampler:
		return c.sampler(e, h, name)
	default:
		return c.midiNote(e, h)
	}
}

// leafNames appends the path of every number in v, name being that of v.
func leafNames(name string, v *Const, list []string) []string {
	if v.Leaf {
		return append(list, name)
	}
	for i, x := range v.Elems {
		part := strconv.Itoa(i)
		if v.Names != nil {
			part = v.Names[i]
		}
		list = leafNames(name+"."+part, x, list)
	}
	return list
}

// slider infers Slider!(name, init, min, max).
func (c *checker) slider(e *syntax.MacroCall, h *Host) Type {
	if !c.hostCount(e, "Slider", 4, "name, initial value, minimum, maximum") || !c.sliderOf(e.Args, h) {
		return Failure
	}
	c.info.Hosts[e] = h
	return Number
}

// sliderOf evaluates the four arguments that describe a slider.
func (c *checker) sliderOf(args []syntax.Expr, h *Host) bool {
	label, ok := c.hostString(args[0], "the name of a slider")
	init, ok1 := c.hostNumber(args[1])
	low, ok2 := c.hostNumber(args[2])
	high, ok3 := c.hostNumber(args[3])
	if !ok || !ok1 || !ok2 || !ok3 {
		return false
	}
	if low >= high {
		c.errorf(diag.HostArgument, args[2].Span().To(args[3].Span()), "The minimum of a slider must be below its maximum")
		return false
	}
	h.Name, h.Min, h.Max = label, low, high
	h.Init = &Const{Leaf: true, Number: init}
	return true
}

// hostCount checks the number of arguments of a host macro.
func (c *checker) hostCount(e *syntax.MacroCall, name string, n int, what string) bool {
	if len(e.Args) == n {
		return true
	}
	c.errorf(diag.HostArgument, e.Span(), "%s! takes %s: %d arguments instead of %d", name, what, n, len(e.Args))
	return false
}

// hostString evaluates an argument that must be a string.
func (c *checker) hostString(e syntax.Expr, what string) (string, bool) {
	v, ok := c.evalConst(e)
	if !ok {
		return "", false
	}
	if !v.isString {
		c.errorf(diag.HostArgument, e.Span(), "%s must be a string", capital(what)).
			Note(source.Span{}, "expected type: string").
			Note(source.Span{}, "found type: %s", v.typeName())
	}
	return v.text, v.isString
}

// hostNumber evaluates an argument that must be a finite number.
func (c *checker) hostNumber(e syntax.Expr) (float64, bool) {
	v, ok := c.evalConst(e)
	if !ok {
		return 0, false
	}
	if v.isString || !v.value.Leaf {
		c.errorf(diag.HostArgument, e.Span(), "This argument must be a number").
			Note(source.Span{}, "expected type: number").
			Note(source.Span{}, "found type: %s", v.typeName())
		return 0, false
	}
	return v.value.Number, c.finite(e, v.value)
}

// hostConst evaluates an argument made of numbers.
func (c *checker) hostConst(e syntax.Expr) *Const {
	v, ok := c.evalConst(e)
	if !ok {
		return nil
	}
	if v.isString {
		c.errorf(diag.HostArgument, e.Span(), "The initial value of a control must consist of numbers").
			Note(source.Span{}, "found type: string")
		return nil
	}
	return v.value
}

// finite reports constants that no control can start from.
func (c *checker) finite(e syntax.Expr, v *Const) bool {
	if v.Leaf {
		if math.IsNaN(v.Number) || math.IsInf(v.Number, 0) {
			c.errorf(diag.HostArgument, e.Span(), "The initial value of a control must be finite")
			return false
		}
		return true
	}
	for _, x := range v.Elems {
		if !c.finite(e, x) {
			return false
		}
	}
	return true
}

// constType gives the type of a constant.
func constType(v *Const) Type {
	switch {
	case v.Leaf:
		return Number
	case v.Names != nil:
		r := &Record{}
		for i, name := range v.Names {
			r.Fields = append(r.Fields, RecordField{name, constType(v.Elems[i])})
		}
		return r
	}
	t := &Tuple{}
	for _, x := range v.Elems {
		t.Elems = append(t.Elems, constType(x))
	}
	return t
}

// capital writes the first letter of an ASCII phrase large.
func capital(s string) string {
	return string(s[0]-'a'+'A') + s[1:]
}
