package library

import (
	"fmt"
	"math"
	"testing"
)

func TestAToneLevelIsThatOfItsFrequency(t *testing.T) {
	for _, rate := range []float64{44100, 96000} {
		in := wave(1000, rate, int(rate))
		out := throughAt(t, rate, "spectral", "x", "(tone_level(x, 1000, 0.05), tone_level(x, 1500, 0.05))", in)
		near(t, "at its frequency", out[0][len(in)-1], 1, 0.01)
		below(t, "500 Hz beside it", out[1][len(in)-1], 0.01)
	}
	report(t, "spectral::tone_level", "1 for a sine at its frequency within 0.01, below 0.01 500 Hz beside it")
}

func TestAVocoderGivesTheCarrierTheModulatorsSpectrum(t *testing.T) {
	modulator := wave(1000, 48000, 48000)
	out := through(t, "spectral", "c, m", "vocoder!(16)(c, m, 0.002, 0.02)", hiss(48000), modulator)[0][24000:]
	near10 := 10 * math.Log10(bandPower(out, 48000, 850, 1150)/bandPower(out, 48000, 3000, 4000))
	if near10 < 25 {
		t.Errorf("the carrier around 1 kHz is only %g dB above 3 kHz", near10)
	}
	same := through(t, "spectral", "c, m", "vocoder!(16)(c, m, 0.002, 0.02)", hiss(48000), constant(0, 48000))[0]
	below(t, "without modulator", peak(same), 1e-9)
	report(t, "spectral::vocoder", "a modulator at 1 kHz passes noise around it 25 dB above 3 kHz; silence passes nothing")
}

func TestABandGateRemovesTheQuietBands(t *testing.T) {
	loud := wave(1000, 48000, 48000)
	in := make([]float64, len(loud))
	for i, x := range hiss(48000) {
		in[i] = 0.5*loud[i] + 0.01*x
	}
	out := through(t, "spectral", "x", "band_gate!(24)(x, 0 - 30, 0.02)", in)[0][24000:]
	lost := 10 * math.Log10(bandPower(out, 48000, 4000, 8000)/bandPower(in[24000:], 48000, 4000, 8000))
	below(t, "hiss around 6 kHz in dB", lost, -30)
	near(t, "the tone", dB(magnitudesOf(out, 1000, 48000, 1)/0.5), 0, 2)
	open := through(t, "spectral", "x", "band_gate!(24)(x, 0 - 120, 0.001)", hiss(96000))[0]
	near(t, "level of noise through an open gate in dB", dB(rms(open[48000:])/rms(hiss(96000))), 0, 3)
	report(t, "spectral::band_gate", "hiss 6 kHz away from a tone falls by 30 dB, the tone stays within 2 dB")
}

func TestAGraphicEqualiserHasItsGains(t *testing.T) {
	for _, rate := range []float64{44100, 48000, 96000} {
		ir := throughAt(t, rate, "spectral", "x", "graphic!(10)(x, [0, 0, 0, 0, 0, 9, 0, 0, 0, 0])", impulse(16384))[0]
		near(t, fmt.Sprintf("1 kHz at %g Hz in dB", rate), gainAt(ir, 1000, rate), 9, 0.1)
		near(t, "two octaves below in dB", gainAt(ir, 250, rate), 0, 1)
	}
	flat := through(t, "spectral", "x", "graphic!(10)(x, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0])", impulse(4096))[0]
	near(t, "flat", gainAt(flat, 1000, 48000), 0, 1e-9)
	report(t, "spectral::graphic", "9 dB at 1 kHz within 0.1, less than 1 dB two octaves below, at 44.1, 48 and 96 kHz")
}
