package types

import (
	"maps"
	"slices"
)

// macroOnly names the functions that exist in the macro stage only
// (builtins.md 1.2, 5, 6, 8, 9, 10, 21).
var macroOnly = map[string]bool{
	"lift": true, "lift_f": true, "lift_arrayf": true, "lift_array_code": true,
	"str_length": true, "str_take": true, "str_drop": true, "str_concat": true, "str_eq": true,
	"str_slice": true, "str_char_at": true, "str_to_number": true, "number_to_str": true,
	"Control": true, "Probe": true, "ProbeValueWith": true, "Sampler_mono": true, "midi_note_mono": true,
	"Slider": true, "Param": true, "midi_cc": true, "midi_bend": true, "midi_pressure": true,
	"midi_voice": true, "midi_voice_level": true, "midi_voice_slider": true, "transport": true, "Sampler": true,
}

// unary and binary are the builtins on numbers.
var (
	unaryBuiltins = []string{
		"neg", "abs", "sqrt", "round", "floor", "ceil", "not", "sin", "cos", "tan", "sinh", "cosh", "tanh",
		"asin", "acos", "atan", "log", "mem", "probe", "probeln",
	}
	binaryBuiltins = []string{
		"add", "sub", "mult", "div", "modulo", "pow", "eq", "ne", "lt", "le", "gt", "ge", "and", "or",
		"atan2", "min", "max",
	}
)

// mainOnly names the functions that exist in the main stage only.
var mainOnly = []string{"mem", "delay", "set_midi_port", "_mimium_schedule_at", "__mix"}

// builtinBindings returns a binding for every builtin.
func builtinBindings() map[string]*Binding {
	all := map[string]*Binding{}
	add := func(name string, vars []*Var, ret Type, params ...Type) {
		f := &Function{Ret: ret}
		for _, p := range params {
			f.Params = append(f.Params, ParamType{Type: p})
		}
		b := &Binding{Name: name, Kind: BindBuiltin, Stage: StagePersistent, Scheme: Scheme{vars, f}}
		if macroOnly[name] {
			b.Stage = StageMacro
		}
		all[name] = b
	}
	for _, name := range unaryBuiltins {
		add(name, nil, Number, Number)
	}
	for _, name := range binaryBuiltins {
		add(name, nil, Number, Number, Number)
	}
	add("delay", nil, Number, Number, Number, Number)
	add("tofloat", nil, Number, Int)
	add("set_midi_port", nil, Unit, String)
	add("_mimium_schedule_at", nil, Unit, Number, &Function{Ret: Unit})
	generic := func(make func(a *Var, xs *Array)) {
		a := &Var{Level: genericLevel}
		make(a, &Array{a})
	}
	generic(func(a *Var, xs *Array) { add("len", []*Var{a}, Number, xs) })
	generic(func(a *Var, xs *Array) { add("append", []*Var{a}, xs, xs, a) })
	generic(func(a *Var, xs *Array) { add("prepend", []*Var{a}, xs, a, xs) })
	generic(func(a *Var, xs *Array) { add("split_head", []*Var{a}, &Tuple{[]Type{a, xs}}, xs) })
	generic(func(a *Var, xs *Array) { add("split_tail", []*Var{a}, &Tuple{[]Type{xs, a}}, xs) })
	generic(func(a *Var, _ *Array) { add("__mix", []*Var{a}, a, a, a) }) // the sum of two values of any type of numbers
	code := func(t Type) Type { return &Code{t} }
	add("lift_f", nil, code(Number), Number)
	add("lift_arrayf", nil, code(&Array{Number}), &Array{Number})
	add("str_length", nil, Number, String)
	add("str_to_number", nil, Number, String)
	add("number_to_str", nil, String, Number)
	add("str_take", nil, String, String, Number)
	add("str_drop", nil, String, String, Number)
	add("str_char_at", nil, String, String, Number)
	add("str_slice", nil, String, String, Number, Number)
	add("str_concat", nil, String, String, String)
	add("str_eq", nil, Number, String, String)
	add("Slider", nil, code(Number), String, Number, Number, Number)
	add("midi_note_mono", nil, code(noteType), Number, Number, Number)
	add("midi_cc", nil, code(Number), Number, Number, Number)
	add("midi_bend", nil, code(Number), Number)
	add("midi_pressure", nil, code(Number), Number)
	add("midi_voice", nil, code(voiceType), Number, Number)
	add("midi_voice_slider", nil, code(Number), Number, Number, String, Number, Number, Number)
	add("transport", nil, code(transportType))
	add("Sampler_mono", nil, code(samplerMonoType), String)
	add("Sampler", nil, code(samplerType), String)
	generic(func(a *Var, _ *Array) { add("lift", []*Var{a}, code(a), a) })
	generic(func(a *Var, xs *Array) { add("lift_array_code", []*Var{a}, code(xs), &Array{code(a)}) })
	generic(func(a *Var, _ *Array) { add("Control", []*Var{a}, code(a), String, a) })
	identity := func(a *Var) Type { return code(&Function{Params: []ParamType{{Type: a}}, Ret: a}) }
	generic(func(a *Var, _ *Array) { add("Probe", []*Var{a}, identity(a), String) })
	generic(func(a *Var, _ *Array) { add("midi_voice_level", []*Var{a}, identity(a), Number, Number) })
	generic(func(a *Var, _ *Array) { add("Param", []*Var{a}, code(Number), String, a) })
	generic(func(a *Var, _ *Array) { add("ProbeValueWith", []*Var{a}, identity(a), String, a) })
	for _, name := range mainOnly {
		all[name].Stage = StageMain
	}
	return all
}

// builtinNames are the names that builtinBindings gives.
var builtinNames = builtinBindings()

// Builtins are the names of all builtin functions and macros, sorted. Names that
// begin with _ are for the compiler.
func Builtins() []string {
	all := maps.Clone(macroOnly)
	for name := range builtinNames {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// IsBuiltin reports whether name is a builtin function or macro.
func IsBuiltin(name string) bool { return builtinNames[name] != nil || macroOnly[name] }

// IsMacroOnly reports whether name is a builtin of the macro stage.
func IsMacroOnly(name string) bool { return macroOnly[name] }
