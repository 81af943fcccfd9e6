package state

import "math"

// Curve is how a control's range lies over the host's 0..1; libmmmrt has the same
// numbers and formulas.
type Curve int32

// The curves, v being the host's value. Those that are not straight need
// 0 < min < max.
const (
	CurveLin Curve = iota // min + v (max - min)
	CurveLog              // min (max/min)^v: equal ratios for equal ways, fine at the low end
	CurveExp              // min + max - min (max/min)^(1-v): its mirror, fine at the high end
)

// String returns the name of the curve in the language.
func (c Curve) String() string {
	switch c {
	case CurveLog:
		return "log"
	case CurveExp:
		return "exp"
	}
	return "lin"
}

// Plain maps v of 0..1 to min..max.
func (c Curve) Plain(v, min, max float64) float64 {
	switch c {
	case CurveLog:
		return min * math.Pow(max/min, v)
	case CurveExp:
		return min + max - min*math.Pow(max/min, 1-v)
	}
	return min + v*(max-min)
}

// Normal maps a plain value of min..max to 0..1; NaN for a range of no width.
func (c Curve) Normal(x, min, max float64) float64 {
	switch c {
	case CurveLog:
		return math.Log(x/min) / math.Log(max/min)
	case CurveExp:
		return 1 - math.Log((min+max-x)/min)/math.Log(max/min)
	}
	return (x - min) / (max - min)
}
