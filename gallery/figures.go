package gallery

import (
	"math"
	"slices"

	"mmm/realtime"
)

// Figures are what is measured of a sound. Levels in dB below full scale.
type Figures struct {
	Peak     float64 // largest sample of all channels
	RMS      float64 // effective value from the first note to the end of the last, louder channel
	Loudness float64 // LUFS, gated, as ITU-R BS.1770-4 defines it
	DC       float64 // mean of the channel where it is largest
	Quiet    float64 // largest sample before the first note
	Tail     float64 // largest sample of the last half second
	Edge     float64 // largest step at a note's start over the largest step of the rest, a factor
	Bass     float64 // share of the power below 250 Hz, 0 to 1
	Treble   float64 // share of the power above 4 kHz, 0 to 1
}

// floorDB stands for silence.
const floorDB = -200

// dB is the level of an amplitude.
func dB(x float64) float64 {
	if x <= 1e-10 {
		return floorDB
	}
	return 20 * math.Log10(x)
}

// Measure takes the figures of a sound at Rate Hz that Job made with the events.
func Measure(channels [][]float64, events []realtime.Event) Figures {
	f := Figures{Peak: floorDB, RMS: floorDB, DC: floorDB, Quiet: floorDB, Tail: floorDB}
	starts := noteStarts(events)
	var total, bass, treble float64
	for _, c := range channels {
		f.Peak = max(f.Peak, dB(highest(c)))
		f.Quiet = max(f.Quiet, dB(highest(part(c, 0, Silence))))
		f.Tail = max(f.Tail, dB(highest(c[max(0, len(c)-int(Rate/2)):])))
		f.DC = max(f.DC, dB(math.Abs(mean(c))))
		f.RMS = max(f.RMS, dB(math.Sqrt(power(part(c, Silence, Played)))))
		f.Edge = max(f.Edge, edge(c, starts))
		low := onePole(onePole(c, 250), 250)
		high := slices.Clone(c)
		for i, x := range onePole(c, 4000) {
			high[i] -= x
		}
		total += power(c)
		bass += power(low)
		treble += power(high)
	}
	if total > 0 {
		f.Bass, f.Treble = bass/total, treble/total
	}
	f.Loudness = loudness(channels)
	return f
}

// part is what sounds between two times in seconds.
func part(c []float64, from, to float64) []float64 {
	return c[min(len(c), int(from*Rate)):min(len(c), int(to*Rate))]
}

func highest(c []float64) float64 {
	peak := 0.0
	for _, x := range c {
		peak = max(peak, math.Abs(x))
	}
	return peak
}

func mean(c []float64) float64 {
	sum := 0.0
	for _, x := range c {
		sum += x
	}
	return sum / float64(max(1, len(c)))
}

func power(c []float64) float64 {
	sum := 0.0
	for _, x := range c {
		sum += x * x
	}
	return sum / float64(max(1, len(c)))
}

// onePole is c through a low-pass of 6 dB an octave.
func onePole(c []float64, hz float64) []float64 {
	a := 1 - math.Exp(-2*math.Pi*hz/Rate)
	out := make([]float64, len(c))
	y := 0.0
	for i, x := range c {
		y += a * (x - y)
		out[i] = y
	}
	return out
}

func noteStarts(events []realtime.Event) []int {
	var list []int
	for _, e := range events {
		if e.Kind == realtime.NoteOn {
			list = append(list, e.Time)
		}
	}
	return list
}

// edge compares the steps from sample to sample within a millisecond of a note's
// start with those of the sound itself: a note that begins with a jump stands
// out, unless the sound is made of such jumps.
func edge(c []float64, starts []int) float64 {
	const near = 48
	at, rest := 0.0, 0.0
	for i := 1; i < len(c); i++ {
		step := math.Abs(c[i] - c[i-1])
		k, _ := slices.BinarySearch(starts, i+1)
		if k > 0 && i-starts[k-1] < near {
			at = max(at, step)
		} else {
			rest = max(rest, step)
		}
	}
	if rest == 0 {
		return 0
	}
	return at / rest
}

// biquad is one section of a filter: its coefficients and its memory.
type biquad struct{ b0, b1, b2, a1, a2, x1, x2, y1, y2 float64 }

func (q *biquad) next(x float64) float64 {
	y := q.b0*x + q.b1*q.x1 + q.b2*q.x2 - q.a1*q.y1 - q.a2*q.y2
	q.x2, q.x1, q.y2, q.y1 = q.x1, x, q.y1, y
	return y
}

// loudness is the integrated loudness of ITU-R BS.1770-4 in LUFS: two filters
// (its coefficients for 48 kHz), blocks of 400 ms every 100 ms, those below -70
// and then those more than 10 below the mean of the others left out.
func loudness(channels [][]float64) float64 {
	const hop = int(Rate / 10)
	var blocks []float64
	for _, c := range channels {
		shelf := biquad{b0: 1.53512485958697, b1: -2.69169618940638, b2: 1.19839281085285, a1: -1.69065929318241, a2: 0.73248077421585}
		pass := biquad{b0: 1, b1: -2, b2: 1, a1: -1.99004745483398, a2: 0.99007225036621}
		weighted := make([]float64, len(c))
		for i, x := range c {
			weighted[i] = pass.next(shelf.next(x))
		}
		for k := 0; k*hop+4*hop <= len(c); k++ {
			if k == len(blocks) {
				blocks = append(blocks, 0)
			}
			blocks[k] += power(weighted[k*hop : k*hop+4*hop])
		}
	}
	lufs := func(p float64) float64 {
		if p <= 1e-20 {
			return floorDB
		}
		return -0.691 + 10*math.Log10(p)
	}
	above := func(gate float64) float64 {
		sum, n := 0.0, 0
		for _, p := range blocks {
			if lufs(p) > gate {
				sum, n = sum+p, n+1
			}
		}
		return lufs(sum / float64(max(1, n)))
	}
	return above(above(-70) - 10)
}
