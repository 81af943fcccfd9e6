package params

import (
	"math"
	"strconv"
	"strings"
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
	Unit           string // printed after the value, "" for none
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

// Normal maps a plain value to 0..1 of the range, clamped. A range of no width
// maps to 0.
func (c Control) Normal(x float64) float64 {
	n := (c.Clamp(x) - c.Min) / (c.Max - c.Min)
	if math.IsNaN(n) {
		return 0
	}
	return math.Max(0, math.Min(1, n))
}

// Plain maps 0..1 (clamped, NaN as 0) to the plain value Min + n*(Max-Min). The
// audio side computes the same.
func (c Control) Plain(n float64) float64 {
	if math.IsNaN(n) {
		n = 0
	}
	return c.Clamp(c.Min + math.Max(0, math.Min(1, n))*(c.Max-c.Min))
}

// Text prints a plain value with up to Decimals decimals and its unit.
func (c Control) Text(x float64) string {
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

// Parse reads a plain value: what Text printed, or any decimal number with or
// without the unit. ok is false for anything else.
func (c Control) Parse(text string) (x float64, ok bool) {
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
