// What the checker hands to lowering: for every node of a well-typed program
// its type, for every name what it means, for every call how its arguments
// reach the parameters.

package types

import "mmm/compiler/syntax"

// Info is the result of Check. Types in it may mention quantified variables of
// the function around the node; lowering substitutes them per instance.
type Info struct {
	Types    map[syntax.Expr]Type           // every expression, parentheses included
	Uses     map[*syntax.Path]*Use          // every name in expression or assignment position
	Defs     map[*syntax.Ident]*Binding     // every name a pattern, parameter, fn, letrec or match arm binds
	Funcs    map[*syntax.Lambda]*Func       // every function literal, those of fn statements included
	Calls    map[syntax.Expr]*CallInfo      // *syntax.Call, and *syntax.Binary with OpPipe
	Hosts    map[*syntax.MacroCall]*Host    // builtin macros with their constant arguments
	Ctors    map[syntax.Node]*Ctor          // constructor uses: *syntax.Path, *syntax.NameMatch, *syntax.CtorMatch
	Globals  []*Binding                     // global non-function variables in order of definition
	Dsp      *Binding                       // the entry point, nil in a library
	MacroDsp *Binding                       // a dsp of the macro stage, which is no entry point
	Pats     map[syntax.Node]Type           // type matched by every let pattern, match pattern
	Binds    map[syntax.Node]bool           // *syntax.NameMatch nodes that bind instead of naming a constructor
	Rewrites map[*syntax.Binary]syntax.Expr // ||> as the call or expression that it stands for
	Partials map[syntax.Expr]*syntax.Lambda // calls with placeholders in the macro stage as the code function that they stand for
	Wants    map[syntax.Expr]Type           // for coercion sites: the type that the expression is converted to

	order []*Binding // all global bindings in order of definition
}

// BindingKind says where a name comes from.
type BindingKind uint8

// The kinds of bindings.
const (
	BindBuiltin BindingKind = iota // a builtin function; Builtin names it
	BindGlobal                     // top-level let, letrec or fn
	BindLocal                      // let, letrec or match pattern inside a function
	BindParam                      // parameter
)

// Stage is when code runs.
type Stage int8

// The stages (language.md 7).
const (
	StageMacro      Stage = iota // while compiling
	StageMain                    // while playing
	StagePersistent              // builtins that exist in both
)

// String returns the stage as messages show it.
func (s Stage) String() string { return [...]string{"0", "1", "persistent"}[s] }

// Binding is one name that an expression can mean.
type Binding struct {
	Name     string
	Kind     BindingKind
	Stage    Stage         // where it can be used
	Ident    *syntax.Ident // where it is bound; nil for builtins
	Scheme   Scheme
	Owner    *Func // function whose body binds it; nil at top level and for builtins
	Assigned bool  // some assignment names it, or a field path rooted in it
	// Static is the function that the name always denotes: bound by fn,
	// letrec, or let to a lambda without captured locals, or to another static
	// function, and never assigned. nil otherwise.
	Static *Func
	// Alias is the builtin that the name always denotes (let f = sin).
	Alias *Binding
}

// Scheme is a type quantified over Vars (nil when monomorphic).
type Scheme struct {
	Vars []*Var
	Type Type
}

// Use is one occurrence of a name. Inst holds, for each of the binding's
// Scheme.Vars, the type it stands for here.
type Use struct {
	Binding *Binding
	Inst    []Type
}

// Func is a function literal: a lambda, or the function of a fn statement.
type Func struct {
	Name     string // fn or let name as a text knows it (m::f), else lambda_N counted within the enclosing function
	Stage    Stage  // StageMacro or StageMain
	Lambda   *syntax.Lambda
	Params   []*Binding
	Type     *Function // parameters and result, in terms of quantified variables
	UsesSelf bool      // its own body mentions self
	SelfType Type      // type of self when UsesSelf
	// Captures are the locals of enclosing functions (or of blocks at top
	// level) that its body uses, nested literals included. Names with Static or
	// Alias set need no cell and are left out.
	Captures []*Binding
	Parent   *Func // enclosing function literal, nil at top level
}

// CallKind says how the arguments of a call reach the parameters.
type CallKind uint8

// The call kinds (types.md 9).
const (
	// CallPositional passes argument i to parameter i, each coerced.
	CallPositional CallKind = iota
	// CallPack has one record argument; Fields[i] names the field that feeds
	// parameter i, "" where its default does. A record literal is evaluated
	// field by field in key order.
	CallPack
	// CallUnpack has one tuple argument whose elements feed the parameters.
	CallUnpack
	// CallGather packs the arguments into the one tuple or record parameter,
	// position i to component i (canonical order for records).
	CallGather
	// CallSpread applies the one-parameter function to every leaf of its tuple
	// argument, each leaf a call site of its own.
	CallSpread
	// CallCtor builds a value of a sum type.
	CallCtor
)

// CallInfo describes one call.
type CallInfo struct {
	Kind   CallKind
	Fields []string  // CallPack
	Params *Function // the callee's type as instantiated here
}

// HostKind names a builtin macro.
type HostKind uint8

// The builtin macros of the core.
const (
	HostControl     HostKind = iota // Control!(name, init): one parameter for each number in Init
	HostSlider                      // Slider!(name, init, min, max)
	HostProbe                       // Probe!(label): an identity function
	HostProbeWith                   // ProbeValueWith!(label, schema): an identity function
	HostMidiNote                    // midi_note_mono!(ch, note, vel)
	HostParam                       // Param!(name, {init, …})
	HostController                  // midi_cc!(ch, cc, init)
	HostBend                        // midi_bend!(ch)
	HostPressure                    // midi_pressure!(ch)
	HostVoice                       // midi_voice!(i, n)
	HostVoiceLevel                  // midi_voice_level!(i, n): an identity function
	HostVoiceSlider                 // midi_voice_slider!(i, n, name, init, min, max)
	HostTransport                   // transport!()
	HostSamplerMono                 // Sampler_mono!(path): {length, player}
	HostSampler                     // Sampler!(path): {channels, length, player, rate}
)

// Host is a builtin macro call with its constant arguments.
type Host struct {
	Kind           HostKind
	Name           string   // control name, probe label or path of a sound
	Init           *Const   // where there is one: initial value
	Labels         []string // HostProbeWith: of each word of the value; HostParam: of each step, nil without
	Min, Max       float64  // HostSlider, HostParam, HostVoiceSlider
	Curve          string   // HostParam, and what follows: lin, log or exp
	Unit           string
	Smooth         float64 // seconds
	Steps          int     // 0 without
	Channel        int     // of the MIDI macros: 0..15
	Number         int     // HostController: 0..127
	Note, Velocity float64 // HostMidiNote: initial values
	Voice, Voices  int     // of the midi_voice macros: which of how many
}

// IsProbe reports whether the call gives an identity function that tells the
// host's side of what passes through it.
func (h *Host) IsProbe() bool {
	return h.Kind == HostProbe || h.Kind == HostProbeWith || h.Kind == HostVoiceLevel
}

// Const is a constant of the host macros: a number, or a tuple or record of
// constants (Names set for records, sorted).
type Const struct {
	Number float64
	Names  []string
	Elems  []*Const
	Leaf   bool // Number is the value
}

// Ctor is a use of a constructor.
type Ctor struct {
	Sum *Sum
	Tag int
}
