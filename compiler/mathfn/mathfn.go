// Package mathfn holds the elementary functions of the language, each written
// once, in the middle form: every engine compiles the same operations, so every
// engine gives the same bits.
//
// Input: the name of a function. Output: a mir.Func of numbers (no state, no
// variables, no recursion) and the functions that it calls. Invariants: results
// are within 1 ulp of the true value (bounds stand at each function, measured
// ones in the tests), special values are those of C99 Annex F; fused operations
// are written as such, and no others fuse. Nothing here runs on the audio thread; what is built here does, and it
// has no loop.
//
// The method is that of the textbooks (Cody and Waite, Muller): reduce the
// argument, evaluate a minimax polynomial, put the parts together so that only
// the last addition rounds. Where a double is too short, a value is a pair hi+lo.
// A function is a straight line for ordinary arguments; the far functions, which
// stand behind one comparison, serve the others. Integers stay bits of numbers
// (sums with wholePart), so that one kind of register holds all of the line.
// The constants are made by build/mathfn/coefficients.py.
package mathfn

import "mmm/compiler/mir"

// builders makes the functions.
var builders map[string]func(*Set) *mir.Func

func init() {
	builders = map[string]func(*Set) *mir.Func{
		"sin": buildSin, "cos": buildCos, "tan": buildTan,
		"asin": buildAsin, "acos": buildAcos, "atan": buildAtan, "atan2": buildAtan2,
		"sinh": buildSinh, "cosh": buildCosh, "tanh": buildTanh,
		"exp": buildExp, "log": buildLog, "pow": buildPow,

		"farSin": buildFarSin, "farCos": buildFarCos, "farTan": buildFarTan,
		"farExp": buildFarExp, "farLog": buildFarLog,
		"reduce": buildReduce, "ratio": buildRatio, "ratioEdge": buildRatioEdge,
		"expm1": buildExpm1, "powEdge": buildPowEdge,
	}
}

// public are the names that Get knows.
var public = []string{"sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "log", "pow"}

// Names lists the functions in a fixed order; atan2 (y, x) and pow (x, y) take
// two numbers, the others one, and each gives one.
func Names() []string { return append([]string(nil), public...) }

// Set is the functions that one program uses. The zero Set is empty. It is not
// safe for concurrent use.
type Set struct {
	funcs map[string]*mir.Func
	order []*mir.Func
}

// Get returns the function of that name, always the same for one Set, or nil if
// there is none. What it calls joins the set too.
func (s *Set) Get(name string) *mir.Func {
	for _, n := range public {
		if n == name {
			return s.get(name)
		}
	}
	return nil
}

// Funcs lists all functions of the set, callees before callers.
func (s *Set) Funcs() []*mir.Func { return s.order }

func (s *Set) get(name string) *mir.Func {
	if f := s.funcs[name]; f != nil {
		return f
	}
	f := builders[name](s)
	if s.funcs == nil {
		s.funcs = map[string]*mir.Func{}
	}
	s.funcs[name] = f
	s.order = append(s.order, f)
	return f
}
