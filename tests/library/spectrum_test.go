package library

import (
	"math"
	"math/cmplx"
)

// fft is the discrete Fourier transform of s, whose length is a power of two.
func fft(s []float64) []complex128 {
	n := len(s)
	out := make([]complex128, n)
	for i := range s {
		j := 0
		for bit, k := 1, i; bit < n; bit <<= 1 {
			j = j<<1 | k&1
			k >>= 1
		}
		out[j] = complex(s[i], 0)
	}
	for half := 1; half < n; half *= 2 {
		for k := range half {
			w := cmplx.Rect(1, -math.Pi*float64(k)/float64(half))
			for i := k; i < n; i += 2 * half {
				a, b := out[i], out[i+half]*w
				out[i], out[i+half] = a+b, a-b
			}
		}
	}
	return out
}

// magnitudes are the levels of the bins 0 to n/2; a sine of amplitude 1 whose
// period divides the length has 1 in its bin.
func magnitudes(s []float64) []float64 {
	f := fft(s)
	m := make([]float64, len(f)/2+1)
	for i := range m {
		m[i] = cmplx.Abs(f[i]) * 2 / float64(len(s))
	}
	return m
}

// dB is a level in decibels.
func dB(x float64) float64 { return 20 * math.Log10(math.Max(x, 1e-300)) }

// aliasFloor is the strongest bin below the limit (Hz, at 48 kHz) that is no
// partial of the bin k, in dB against the bin k. The signal repeats in len(s)
// samples, and k is odd, so that what is mirrored at half the rate falls beside
// the partials.
func aliasFloor(s []float64, k int, limit float64) float64 {
	m := magnitudes(s)
	worst := 0.0
	for i := 1; i < int(limit/48000*float64(len(s))); i++ {
		if i%k != 0 {
			worst = math.Max(worst, m[i])
		}
	}
	return dB(worst) - dB(m[k])
}

// response is the gain of a linear system at a frequency, from its impulse
// response.
func response(ir []float64, freq, rate float64) complex128 {
	step := -2 * math.Pi * freq / rate
	turn := cmplx.Rect(1, step)
	var sum, at complex128
	for i, x := range ir {
		if i%256 == 0 {
			at = cmplx.Rect(1, step*float64(i)) // exact again
		}
		sum += complex(x, 0) * at
		at *= turn
	}
	return sum
}

// gainAt is the level of a response in dB.
func gainAt(ir []float64, freq, rate float64) float64 { return dB(cmplx.Abs(response(ir, freq, rate))) }

// bandPower is the mean power of the bins between two frequencies.
func bandPower(s []float64, rate, from, to float64) float64 {
	n := 1
	for n*2 <= len(s) {
		n *= 2
	}
	size := min(n, 8192)
	sum, count := 0.0, 0.0
	for at := 0; at+size <= len(s); at += size {
		w := make([]float64, size)
		for i := range w {
			w[i] = s[at+i] * (0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(size)))
		}
		m := magnitudes(w)
		for i := int(from / rate * float64(size)); i <= int(to/rate*float64(size)); i++ {
			sum += m[i] * m[i]
			count++
		}
	}
	return sum / count
}

// slope is how much a spectrum rises in dB an octave between two octaves around
// 500 and 4000 Hz.
func slope(s []float64, rate float64) float64 {
	return (10*math.Log10(bandPower(s, rate, 2828, 5656)) - 10*math.Log10(bandPower(s, rate, 354, 707))) / 3
}
