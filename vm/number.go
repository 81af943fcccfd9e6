// Number semantics that Go's operators do not have (spec vm.md 1.4).

package vm

import (
	"math"
	"unsafe"

	"mmm/state"
)

const (
	signBit = 1 << 63
	one     = 0x3FF0000000000000 // the bits of 1.0
	infBits = 0x7FF0000000000000
	two53   = 1 << 53
	two63   = 1 << 63
)

// modTo stores C fmod(a, b) in dst. It is a call of its own so that the loop keeps
// nothing over it.
//
//go:noinline
func modTo(dst *float64, a, b float64) { *dst = fmod(a, b) }

// fmod is C's fmod: exact, with the sign of a. While the quotient is below 2^53
// one division finds it: rounded it is the true integer part q or one more, so
// the remainder a - q*b lies in (-b, b) on b's grid and a fused multiply-add
// gives it without rounding.
func fmod(a, b float64) float64 {
	x, y := math.Abs(a), math.Abs(b)
	if x < y {
		return a
	}
	q := x / y
	if !(q < two53) {
		return math.Mod(a, b)
	}
	r := math.FMA(-math.Trunc(q), y, x)
	if r < 0 {
		r += y
	}
	return math.Copysign(r, a)
}

// ftoi truncates toward zero, saturates to the range of int64 and gives 0 for
// NaN. Go leaves the conversion undefined outside that range.
func ftoi(x float64) int64 {
	if x > -two63 && x < two63 {
		return int64(x)
	}
	switch {
	case x >= two63:
		return math.MaxInt64
	case x <= -two63:
		return math.MinInt64
	}
	return 0
}

// minf returns the smaller of a and b, ignoring a NaN; a when they are equal.
func minf(a, b float64) float64 {
	if b < a || a != a {
		return b
	}
	return a
}

// maxf returns the larger of a and b, ignoring a NaN; a when they are equal.
func maxf(a, b float64) float64 {
	if b > a || a != a {
		return b
	}
	return a
}

// truth returns the bits of 1.0 if c holds, else of 0.0.
func truth(c bool) uint64 {
	if c {
		return one
	}
	return 0
}

// positive reports whether the number with the bits w is > 0.
func positive(w uint64) bool { return w-1 < infBits }

// target returns the offset for the int v.
func (t *JumpTable) target(v int64) int32 {
	last := len(t.Offsets) - 1
	if v < t.Min || uint64(v)-uint64(t.Min) >= uint64(last) {
		return t.Offsets[last]
	}
	return t.Offsets[v-t.Min]
}

// The roundings below 2^52 go through int64 or through the last bit of a sum:
// faster than package math in the loop, which calls functions on machines
// without SSE 4.1. From 2^52 on every number is an integer.
const two52 = 1 << 52

// trunc returns the integer part of x.
func trunc(x float64) float64 {
	if x < two52 && x > -two52 {
		return math.Copysign(float64(int64(x)), x)
	}
	return x
}

// floor returns the largest integer not above x.
func floor(x float64) float64 {
	if x < two52 && x > -two52 {
		t := float64(int64(x))
		if t > x {
			t--
		}
		return math.Copysign(t, x)
	}
	return x
}

// ceil returns the smallest integer not below x.
func ceil(x float64) float64 {
	if x < two52 && x > -two52 {
		t := float64(int64(x))
		if t < x {
			t++
		}
		return math.Copysign(t, x)
	}
	return x
}

// nearest returns the nearest integer, halves to even: the sum has no room for a
// fraction.
func nearest(x float64) float64 {
	if a := math.Abs(x); a < two52 {
		return math.Copysign(float64(a+two52)-two52, x)
	}
	return x
}

// round returns the nearest integer, halves away from zero.
func round(x float64) float64 {
	if a := math.Abs(x); a < two52 {
		t := float64(int64(a))
		if a-t >= 0.5 {
			t++
		}
		return math.Copysign(t, x)
	}
	return x
}

// delay reads into dst the sample time steps ago from the ring of size samples,
// at least 1, then stores in. The ring is a read index, a write index and the samples
// (spec vm.md 9.4). Time 0 gives the oldest sample: reading comes before writing.
func delay(dst *uint64, ring unsafe.Pointer, size, in uint64, time float64) {
	d := uint64(0)
	if time >= float64(int64(size-1)) {
		d = size - 1
	} else if time > 0 {
		d = uint64(int64(time))
	}
	w := *u(ring, 1)
	if w >= size {
		w %= size
	}
	at := w + size - d
	if at >= size {
		at -= size
	}
	samples := unsafe.Add(ring, state.DelayHeader*8)
	*dst = *u(samples, int32(at))
	*u(samples, int32(w)) = in
	if w++; w == size {
		w = 0
	}
	*u(ring, 0), *u(ring, 1) = at, w
}
