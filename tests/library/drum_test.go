package library

import (
	"fmt"
	"math"
	"testing"
)

// drums are calls with usual arguments, with the time to -60 dB of what rings
// longest and the band (Hz) that most of the sound lies in.
var drums = []struct {
	name, call    string
	decay         float64
	low, high     float64
	most, stepped float64 // peak; largest step of a stroke into the ringing last one, as a multiple of that of the first
}{
	{"kick808", "kick808(g, 50, 1, 0.5)", 1, 30, 200, 1.2, 1.2},
	{"kick909", "kick909(g, 52, 0.5, 0.6)", 0.5, 30, 300, 1.5, 1.2},
	{"snare", "snare(g, 180, 0.25, 0.6)", 0.25, 100, 12000, 1.2, 1.2},
	{"tom", "tom(g, 120, 0.5)", 0.5, 80, 250, 1.2, 1.2},
	{"hat", "hat(g, 0.1, 0.5)", 0.1, 3500, 20000, 1.2, 1.3},
	{"cymbal", "cymbal(g, 2, 0.6)", 2, 1500, 20000, 1.2, 1.5},
	{"clap", "clap(g, 0.25)", 0.28, 300, 4000, 1.2, 1.5},
	{"rimshot", "rimshot(g, 480)", 0.05, 300, 3000, 1.3, 1.2},
	{"cowbell", "cowbell(g, 540, 0.4)", 0.4, 400, 6000, 1.2, 1.3},
}

func TestDrumsRingForTheirTimeInTheirBandAtEveryRate(t *testing.T) {
	for _, d := range drums {
		for _, rate := range []float64{44100, 48000, 96000} {
			gate := gates(rate, 3, 0, 0.02)
			s := throughAt(t, rate, "drum", "g", d.call, gate)[0]
			near(t, d.name+": peak", peak(s), d.most*0.75, d.most*0.4)
			at := int(0.9 * d.decay * rate)
			after := int((d.decay + 0.05) * rate)
			if now := peak(s[at : at+int(0.03*rate)]); now < 1e-5 {
				t.Errorf("%s at %g Hz: over before its time: %g", d.name, rate, now)
			}
			below(t, d.name+" after its time, dB against its peak", dB(peak(s[after:]))-dB(peak(s)), -52)
			n := 1
			for n*2 < len(s) {
				n *= 2
			}
			m := magnitudes(s[:n])
			inside, all := 0.0, 0.0
			for i, x := range m {
				f := float64(i) / float64(n) * rate
				all += x * x
				if f >= d.low && f <= d.high {
					inside += x * x
				}
			}
			if inside < 0.8*all {
				t.Errorf("%s: only %.0f %% of the power between %g and %g Hz", d.name, 100*inside/all, d.low, d.high)
			}
			below(t, d.name+": constant part", math.Abs(mean(s)), 0.003)
		}
		report(t, "drum::"+d.name, "52 dB down after its decay, 80 %% of the power from %g to %g Hz, 44.1 to 96 kHz", d.low, d.high)
	}
}

func TestDrumsObeyAccentsAndDoNotClick(t *testing.T) {
	for _, d := range drums {
		loud := through(t, "drum", "g", d.call, gates(48000, 0.5, 0, 0.02))[0]
		soft := through(t, "drum", "g", fmt.Sprintf("{ let a = g * 0.25\n %s }", accented(d.call)), gates(48000, 0.5, 0, 0.02))[0]
		for i := range loud {
			if math.Abs(loud[i]*0.25-soft[i]) > 1e-9 {
				t.Errorf("%s: an accent of 0.25 is not a quarter at frame %d", d.name, i)
				break
			}
		}
		again := through(t, "drum", "g", d.call, gates(48000, 1, 0, 0.02, d.decay*0.2, d.decay*0.2+0.02))[0]
		below(t, d.name+": largest step when struck again", jump(again), jump(loud)*d.stepped+0.02)
	}
}

// accented is a call with g replaced by a.
func accented(call string) string {
	for i := range call {
		if call[i] == 'g' && call[i-1] == '(' {
			return call[:i] + "a" + call[i+1:]
		}
	}
	return call
}
