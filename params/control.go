package params

import (
	"math"
	"strconv"
	"strings"

	"mmm/state"
)

// Decimals is the number of decimals of a value's text.
const Decimals = 4

// digits is how many significant digits a text has at most, so that the text of
// a large value is a fixed point too: one unit in the last place of a float64
// has about 16.
const digits = 14

// Control is one control of a patch: its identity, default and range in plain
// units.
type Control struct {
	Path           string // "amp.0"
	Init, Min, Max float64
	Curve          state.Curve
	Unit           string   // printed after the value, "" for none
	Steps          int      // values that it can have, evenly over 0..1; 0 for all of its range
	Labels         []string // of each step, printed instead of a value; nil without
}

// Name returns the last segment of the path.
func (c Control) Name() string {
	return c.Path[strings.LastIndexByte(c.Path, '.')+1:]
}

// Module returns the segments before the name, joined by "/".
func (c Control) Module() string {
	i := strings.LastIndexByte(c.Path, '.')
	if i < 0 {
		return ""
	}
	return strings.ReplaceAll(c.Path[:i], ".", "/")
}

// Clamp returns the plain value x limited to the range; the default for NaN.
func (c Control) Clamp(x float64) float64 {
	if math.IsNaN(x) {
		x = c.Init
	}
	return math.Max(math.Min(c.Min, c.Max), math.Min(math.Max(c.Min, c.Max), x))
}

// Normal maps a plain value to 0..1 of the range, clamped and at the nearest
// step. A range of no width maps to 0.
func (c Control) Normal(x float64) float64 {
	n := c.Curve.Normal(c.Clamp(x), c.Min, c.Max)
	if math.IsNaN(n) {
		return 0
	}
	return c.step(math.Max(0, math.Min(1, n)))
}

// step moves n of 0..1 to the nearest step.
func (c Control) step(n float64) float64 {
	if c.Steps < 2 {
		return n
	}
	return math.Round(n*float64(c.Steps-1)) / float64(c.Steps-1)
}

// Plain maps 0..1 (clamped, NaN as 0) to the plain value that the curve gives,
// at the nearest step. The audio side computes the same.
func (c Control) Plain(n float64) float64 {
	if math.IsNaN(n) {
		n = 0
	}
	return c.Clamp(c.Curve.Plain(c.step(math.Max(0, math.Min(1, n))), c.Min, c.Max))
}

// Text prints a plain value with up to Decimals decimals and its unit, or the
// label of its step.
func (c Control) Text(x float64) string {
	if c.Steps > 1 && len(c.Labels) == c.Steps {
		return c.Labels[int(math.Round(c.Normal(x)*float64(c.Steps-1)))]
	}
	text := strconv.FormatFloat(x, 'f', Decimals, 64)
	if math.Abs(x) >= math.Pow(10, digits-Decimals) {
		text = strconv.FormatFloat(x, 'g', digits, 64)
	} else {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		text = "0"
	}
	if c.Unit != "" {
		text += " " + c.Unit
	}
	return text
}

// Parse reads a plain value: what Text printed, the label of a step in any case,
// or any decimal number with or without the unit. ok is false for anything else.
func (c Control) Parse(text string) (x float64, ok bool) {
	if x, ok := c.labelled(text); ok {
		return x, true
	}
	text = strings.TrimSpace(text)
	if c.Unit != "" {
		text = strings.TrimSpace(strings.TrimSuffix(text, c.Unit))
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) || strings.ContainsAny(text, "xX_pP") {
		return 0, false
	}
	return x, true
}

// labelled returns the plain value of the step that a text names, the same
// letters before the same word.
func (c Control) labelled(text string) (x float64, ok bool) {
	for _, same := range []func(a, b string) bool{
		func(a, b string) bool { return a == b },
		func(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) },
	} {
		for i, label := range c.Labels {
			if c.Steps == len(c.Labels) && same(label, text) {
				return c.Plain(float64(i) / float64(c.Steps-1)), true
			}
		}
	}
	return 0, false
}
