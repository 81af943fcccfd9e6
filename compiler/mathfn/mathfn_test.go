package mathfn

import (
	"math"
	"math/rand"
	"testing"

	"mmm/compiler/mir"
)

// spread draws doubles of every size between 2^low and 2^high, of both signs.
func spread(r *rand.Rand, low, high float64) float64 {
	x := math.Exp2(low + (high-low)*r.Float64())
	x = math.Float64frombits(math.Float64bits(x) ^ uint64(r.Int63()&0xffff))
	if r.Intn(2) == 0 {
		return -x
	}
	return x
}

func between(r *rand.Rand, low, high float64) float64 { return low + (high-low)*r.Float64() }

// region is a set of arguments and the error that is allowed there, in ulp.
type region struct {
	name  string
	limit float64
	draw  func(r *rand.Rand) (x, y float64)
}

func one(draw func(r *rand.Rand) float64) func(r *rand.Rand) (x, y float64) {
	return func(r *rand.Rand) (float64, float64) { return draw(r), 0 }
}

func span(low, high float64) func(r *rand.Rand) (x, y float64) {
	return one(func(r *rand.Rand) float64 { return between(r, low, high) })
}

func sizes(low, high float64) func(r *rand.Rand) (x, y float64) {
	return one(func(r *rand.Rand) float64 { return spread(r, low, high) })
}

// nearQuarters draws the doubles next to multiples of pi/2 below 2^bits, where
// the reduction loses most.
func nearQuarters(bits int) func(r *rand.Rand) (x, y float64) {
	return one(func(r *rand.Rand) float64 {
		n := math.Floor(math.Exp2(float64(bits) * r.Float64()))
		p := fl(n)
		x, _ := p.Mul(p, shift(bigPi, -1)).Float64()
		for range r.Intn(3) {
			x = math.Nextafter(x, math.Inf(2*r.Intn(2)-1))
		}
		return x
	})
}

func trigRegions(limit float64) []region {
	return []region{
		{"|x| < 1", limit, span(-1, 1)},
		{"|x| < 100", limit, span(-100, 100)},
		{"below 2e5", limit, sizes(-1, 17.6)},
		{"2e5 to 4e8", limit, sizes(17.6, 28.57)},
		{"above 4e8", limit, sizes(28.57, 1024)},
		{"tiny", limit, sizes(-1074, -1)},
		{"near multiples of pi/2", limit, nearQuarters(27)},
		{"near huge multiples of pi/2", limit, nearQuarters(60)},
	}
}

var regions = map[string][]region{
	"sin": trigRegions(0.8), "cos": trigRegions(0.8), "tan": trigRegions(1),
	"asin": {{"all", 1, span(-1, 1)}, {"tiny", 1, sizes(-1074, -1)}, {"near 1", 1, one(func(r *rand.Rand) float64 {
		return math.Copysign(1-math.Exp2(-1-52*r.Float64()), float64(r.Intn(2))-0.5)
	})}},
	"acos": {{"all", 1, span(-1, 1)}, {"tiny", 1, sizes(-1074, -1)}, {"near 1", 1, one(func(r *rand.Rand) float64 {
		return math.Copysign(1-math.Exp2(-1-52*r.Float64()), float64(r.Intn(2))-0.5)
	})}},
	"atan": {{"|x| < 4", 0.6, span(-4, 4)}, {"every size", 0.6, sizes(-1074, 1023)}},
	"atan2": {
		{"ordinary", 0.7, func(r *rand.Rand) (x, y float64) { return between(r, -1, 1), between(r, -1, 1) }},
		{"every size", 1, func(r *rand.Rand) (x, y float64) { return spread(r, -1074, 1023), spread(r, -1074, 1023) }},
		{"like sizes", 0.7, func(r *rand.Rand) (x, y float64) {
			e := between(r, -1060, 1010)
			return spread(r, e-10, e+10), spread(r, e-10, e+10)
		}},
	},
	"sinh": {{"|x| < 1", 0.7, span(-1, 1)}, {"|x| < 30", 0.7, span(-30, 30)}, {"large", 0.7, span(-712, 712)}, {"tiny", 0.7, sizes(-1074, 0)}},
	"cosh": {{"|x| < 1", 0.7, span(-1, 1)}, {"|x| < 30", 0.7, span(-30, 30)}, {"large", 0.7, span(-712, 712)}, {"tiny", 0.7, sizes(-1074, 0)}},
	"tanh": {{"|x| < 1", 0.7, span(-1, 1)}, {"|x| < 30", 0.7, span(-30, 30)}, {"tiny", 0.7, sizes(-1074, 0)}},
	"exp":  {{"|x| < 1", 0.6, span(-1, 1)}, {"normal", 0.6, span(-708, 711)}, {"subnormal", 1.1, span(-746, -708)}},
	"log": {
		{"near 1", 1, span(0.5, 2)},
		{"at 1", 1, one(func(r *rand.Rand) float64 { return 1 + spread(r, -52, -1) })},
		{"every size", 1, one(func(r *rand.Rand) float64 { return math.Abs(spread(r, -1074, 1023)) })},
	},
	"pow": {
		{"ordinary", 0.75, func(r *rand.Rand) (x, y float64) { return between(r, 0, 10), between(r, -8, 8) }},
		{"semitones", 0.75, func(r *rand.Rand) (x, y float64) { return 2, float64(r.Intn(256)-128) / 12 }},
		{"every result", 0.75, func(r *rand.Rand) (x, y float64) {
			x = math.Abs(spread(r, -1074, 1023))
			return x, between(r, -1021, 1023) / math.Log2(x)
		}},
		{"subnormal", 1.1, func(r *rand.Rand) (x, y float64) {
			x = math.Abs(spread(r, -20, 20))
			return x, between(r, -1076, -1021) / math.Log2(x)
		}},
		{"x at 1, large y", 0.75, func(r *rand.Rand) (x, y float64) {
			x = 1 + spread(r, -52, -3)
			return x, between(r, -1021, 1023) / math.Log2(x)
		}},
		{"whole y, x < 0", 0.75, func(r *rand.Rand) (x, y float64) { return between(r, -3, 0), float64(r.Intn(200) - 100) }},
		{"tiny y", 0.75, func(r *rand.Rand) (x, y float64) { return math.Abs(spread(r, -100, 100)), spread(r, -1074, -10) }},
	},
}

// TestErrorsStayBelowTheirBounds compares with the oracle on random arguments.
func TestErrorsStayBelowTheirBounds(t *testing.T) {
	rounds := 1500
	if testing.Short() {
		rounds = 300
	}
	var m machine
	for _, name := range Names() {
		f := new(Set).Get(name)
		r := rand.New(rand.NewSource(1))
		for _, reg := range regions[name] {
			worst, atX, atY, ops := 0.0, 0.0, 0.0, 0
			for range rounds {
				x, y := reg.draw(r)
				var got float64
				if len(f.Params) == 2 {
					got = m.call1(f, x, y)
				} else {
					got = m.call1(f, x)
				}
				ops = max(ops, m.ops)
				if e := ulps(got, oracle(name, x, y)); e >= worst {
					worst, atX, atY = e, x, y
				}
			}
			t.Logf("%-6s %-28s %.3f ulp, at most %d operations", name, reg.name, worst, ops)
			if worst > reg.limit || worst != worst {
				t.Errorf("%s, %s: %.3f ulp at %v %v, allowed %.2f", name, reg.name, worst, atX, atY, reg.limit)
			}
		}
	}
}

// TestSpecialValues holds the tables of C99 Annex F.
func TestSpecialValues(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	var m machine
	check := func(name string, want float64, args ...float64) {
		t.Helper()
		got := m.call1(new(Set).Get(name), args...)
		if got != want && !(got != got && want != want) || math.Signbit(got) != math.Signbit(want) && want == want {
			t.Errorf("%s%v = %v, want %v", name, args, got, want)
		}
	}
	for _, name := range []string{"sin", "tan", "asin", "atan", "sinh", "tanh"} {
		for _, x := range []float64{0, zero, 5e-324, -5e-324, 2.2250738585072014e-308, -1e-200} {
			check(name, x, x)
		}
		check(name, nan, nan)
	}
	for _, name := range []string{"sin", "cos", "tan", "asin", "acos"} {
		check(name, nan, inf)
		check(name, nan, -inf)
	}
	check("cos", 1, zero)
	check("cos", nan, nan)
	check("asin", math.Pi/2, 1)
	check("asin", -math.Pi/2, -1)
	check("acos", 0, 1)
	check("acos", math.Pi, -1)
	for _, x := range []float64{nan, 1.0000000000000002, -2} {
		check("asin", nan, x)
		check("acos", nan, x)
	}
	check("atan", math.Pi/2, inf)
	check("atan", -math.Pi/2, -inf)
	check("sinh", inf, inf)
	check("sinh", -inf, -inf)
	check("sinh", inf, 711)
	check("sinh", -inf, -1e300)
	check("cosh", 1, zero)
	check("cosh", inf, -inf)
	check("cosh", nan, nan)
	check("tanh", 1, inf)
	check("tanh", -1, -inf)
	check("tanh", 1, 1e300)
	check("exp", 0, -inf)
	check("exp", inf, inf)
	check("exp", 1, zero)
	check("exp", nan, nan)
	check("exp", inf, 709.8)
	check("exp", 0, -746)
	check("exp", 5e-324, -745)
	check("log", -inf, 0)
	check("log", -inf, zero)
	check("log", nan, -1)
	check("log", nan, -inf)
	check("log", nan, nan)
	check("log", inf, inf)
	check("log", 0, 1)

	for _, y := range []float64{0, zero} {
		check("atan2", y, y, 1)
		check("atan2", y, y, 0)
		check("atan2", math.Copysign(math.Pi, y), y, zero)
		check("atan2", math.Copysign(math.Pi, y), y, -1)
		check("atan2", math.Copysign(0, y), y, inf)
		check("atan2", math.Copysign(math.Pi, y), y, -inf)
		for _, s := range []float64{1, -1} {
			check("atan2", s*math.Pi/2, s, y)
			check("atan2", s*math.Pi/2, s*inf, y)
			check("atan2", s*math.Pi, s, -inf)
			check("atan2", math.Copysign(0, s), s, inf)
			check("atan2", s*math.Pi/4, s*inf, inf)
			check("atan2", s*3*math.Pi/4, s*inf, -inf)
			check("atan2", s*math.Pi/2, s*inf, 3)
		}
		check("atan2", nan, nan, y)
		check("atan2", nan, y, nan)
	}
	check("atan2", 5e-324, 5e-324, 1)
	check("atan2", math.Pi/4, 5e-324, 5e-324)
	check("atan2", math.Pi/4, math.MaxFloat64, math.MaxFloat64)
	check("atan2", 0, 5e-324, math.MaxFloat64)

	// A wide grid of pow's corners: Go's math.Pow has the same special cases.
	grid := []float64{0, 5e-324, 1e-310, 0x1p-1022, 1e-30, 0.5, 0x1.fffffffffffffp-1, 1, 0x1.0000000000001p+0, 1.5, 2, 3, 4,
		1e15 + 1, 0x1p52 + 1, 0x1p53, 0x1p53 - 1, 1e80, 1e300, math.MaxFloat64, inf, nan}
	for _, ax := range grid {
		for _, ay := range grid {
			for _, x := range []float64{ax, -ax} {
				for _, y := range []float64{ay, -ay} {
					if want := math.Pow(x, y); math.IsInf(want, 0) || want == 0 || want == 1 && x == 1 || want != want || y == 0 || x == -1 {
						check("pow", want, x, y)
					}
				}
			}
		}
	}
}

// TestKnownDigits compares with values printed elsewhere, so that the oracle and
// the functions cannot err together.
func TestKnownDigits(t *testing.T) {
	var m machine
	for _, c := range []struct {
		name string
		args []float64
		want float64
	}{
		{"sin", []float64{1e11}, 0.928693660496592},
		{"sin", []float64{1e22}, -0.8522008497671888},
		{"cos", []float64{1e22}, 0.523214785395138945497594},
		{"sin", []float64{1e300}, -0.8178819121159085},
		{"sin", []float64{1}, 0.8414709848078965},
		{"tan", []float64{1}, 1.5574077246549023},
		{"pow", []float64{2, 10}, 1024},
		{"pow", []float64{3, 20}, 3486784401},
		{"pow", []float64{-2, 3}, -8},
		{"pow", []float64{10, -2}, 0.01},
		{"pow", []float64{4, 0.5}, 2},
		{"pow", []float64{2, -1074}, 5e-324},
		{"log", []float64{2}, math.Ln2},
		{"log", []float64{10}, math.Ln10},
		{"exp", []float64{1}, math.E},
		{"tanh", []float64{1}, 0.7615941559557649},
		{"atan2", []float64{1, -1}, 3 * math.Pi / 4},
	} {
		if got := m.call1(new(Set).Get(c.name), c.args...); got != c.want {
			t.Errorf("%s%v = %.17g, want %.17g", c.name, c.args, got, c.want)
		}
	}
}

// TestMonotonicFunctionsStayMonotonic walks neighbouring doubles at the seams
// between the ways a function is computed.
func TestMonotonicFunctionsStayMonotonic(t *testing.T) {
	var m machine
	for name, seams := range map[string][]float64{
		"exp":  {0, 0.34657359027997264, 1.0397207708399179, -0.34657359027997264, 1},
		"log":  {math.Sqrt2, math.Sqrt2 / 2, 1, 2 * math.Sqrt2, 0x1p-1022},
		"atan": {0.25, 0.71875, 1, 1.391304347826087, 4, 0x1p70},
		"sinh": {0.34657359027997264, 22, 1},
		"tanh": {0.17328679513998632, 18.5, 1},
		"asin": {0.5, 1, 0.25},
	} {
		f := new(Set).Get(name)
		for _, seam := range seams {
			x := seam
			for range 200 {
				x = math.Nextafter(x, -1e9)
			}
			last := math.Inf(-1)
			for range 400 {
				y := m.call1(f, x)
				if y < last {
					t.Errorf("%s falls at %v", name, x)
				}
				last, x = y, math.Nextafter(x, 1e9)
			}
		}
	}
}

func TestASetHoldsEachFunctionOnceAndCalleesFirst(t *testing.T) {
	var s Set
	for _, name := range Names() {
		if f := s.Get(name); f == nil || f != s.Get(name) {
			t.Errorf("%s is not one function", name)
		}
	}
	if s.Get("reduce") != nil || s.Get("") != nil {
		t.Error("a name that is not public gives a function")
	}
	seen := map[*mir.Func]bool{}
	for _, f := range s.Funcs() {
		if seen[f] {
			t.Errorf("%s is listed twice", f.Name)
		}
		defined := make([]bool, f.Values)
		for i := range f.Params {
			defined[i] = true
		}
		wellFormed(t, f, f.Body, defined, seen)
		if len(f.Body.Yield) != len(f.Results) || f.StateSize() != 0 || f.Recursive {
			t.Errorf("%s has a wrong shape", f.Name)
		}
		seen[f] = true
	}
}

// wellFormed checks that values are defined before use, in the same block or an
// enclosing one, and that calls go to functions that come before.
func wellFormed(t *testing.T, f *mir.Func, b *mir.Block, outer []bool, before map[*mir.Func]bool) {
	defined := append([]bool{}, outer...)
	use := func(v mir.Value) {
		if !defined[v] {
			t.Errorf("%s uses value %d before it is defined", f.Name, v)
		}
	}
	for _, in := range b.Instrs {
		for _, a := range in.Args {
			use(a)
		}
		if in.Op == mir.Call && !before[in.Callee] {
			t.Errorf("%s calls %s, which comes later", f.Name, in.Callee.Name)
		}
		for _, inner := range in.Blocks {
			wellFormed(t, f, inner, defined, before)
			if len(inner.Yield) != len(in.Res) {
				t.Errorf("%s: a block yields %d values for %d", f.Name, len(inner.Yield), len(in.Res))
			}
		}
		for _, r := range in.Res {
			if defined[r] {
				t.Errorf("%s defines value %d twice", f.Name, r)
			}
			defined[r] = true
		}
	}
	for _, y := range b.Yield {
		use(y)
	}
}
