// Package plot draws sound: its waveform above its spectrogram, as a PNG.
//
// Input: channels of samples and a rate in Hz. Output: an image. Control side
// only.
package plot

import (
	"image/color"
	"image/png"
	"math"
	"strconv"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/dsp/window"
	gplot "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"mmm/draft"
)

// The picture's measures.
const (
	width     = 10 * vg.Inch
	height    = 6 * vg.Inch
	fftSize   = 2048 // samples of one spectrum, Hann window
	columns   = 480  // spectra side by side, and waveform columns
	floorDB   = -96.0
	rows      = 160 // frequency bands, logarithmic from lowestHz
	lowestHz  = 20.0
	waveAlpha = 200
)

// Mark is a moment worth a line in the picture.
type Mark struct {
	Second float64
	Label  string
}

// Write draws channels (rate in Hz) with a title and marks, and stores the
// picture at path.
func Write(path, title string, channels [][]float64, rate float64, marks ...Mark) error {
	wave, err := waveform(title, channels, rate, marks)
	if err != nil {
		return err
	}
	spec := spectrogram(channels, rate)
	canvas := vgimg.New(width, height)
	dc := draw.New(canvas)
	plots := [][]*gplot.Plot{{wave}, {spec}}
	tiles := draw.Tiles{Rows: 2, Cols: 1, PadY: vg.Points(6), PadTop: vg.Points(4), PadRight: vg.Points(12), PadBottom: vg.Points(4)}
	for i, c := range gplot.Align(plots, tiles, dc) {
		plots[i][0].Draw(c[0])
	}
	file, err := draft.Create(path)
	if err != nil {
		return err
	}
	return file.Commit(png.Encode(file, canvas.Image()))
}

// channelColors tell the channels apart.
var channelColors = []color.NRGBA{
	{31, 119, 180, waveAlpha}, {230, 110, 20, waveAlpha}, {44, 140, 44, waveAlpha}, {150, 90, 190, waveAlpha},
}

// waveform draws the range of each channel per column.
func waveform(title string, channels [][]float64, rate float64, marks []Mark) (*gplot.Plot, error) {
	p := gplot.New()
	p.Title.Text = title
	p.Y.Label.Text = "amplitude"
	p.Y.Min, p.Y.Max = -1, 1
	for i, c := range channels {
		var outline plotter.XYs
		step := max(len(c)/(columns*2), 1)
		for at := 0; at+step <= len(c); at += step {
			lo, hi := math.Inf(1), math.Inf(-1)
			for _, x := range c[at : at+step] {
				if !math.IsNaN(x) && !math.IsInf(x, 0) {
					lo, hi = min(lo, x), max(hi, x)
				}
			}
			if lo > hi {
				continue
			}
			t := float64(at) / rate
			outline = append(outline, plotter.XY{X: t, Y: lo}, plotter.XY{X: t, Y: hi})
			p.Y.Min, p.Y.Max = min(p.Y.Min, lo), max(p.Y.Max, hi)
		}
		if len(outline) == 0 {
			continue
		}
		line, err := plotter.NewLine(outline)
		if err != nil {
			return nil, err
		}
		line.Color = channelColors[i%len(channelColors)]
		line.Width = vg.Points(0.6)
		p.Add(line)
	}
	for _, m := range marks {
		line, err := plotter.NewLine(plotter.XYs{{X: m.Second, Y: p.Y.Min}, {X: m.Second, Y: p.Y.Max}})
		if err != nil {
			return nil, err
		}
		line.Color = color.NRGBA{180, 0, 0, 255}
		line.Dashes = []vg.Length{vg.Points(3), vg.Points(2)}
		text, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: m.Second, Y: p.Y.Max * 0.86}}, Labels: []string{" " + m.Label}})
		if err != nil {
			return nil, err
		}
		p.Add(line, text)
	}
	return p, nil
}

// spectrogram draws level over time and frequency, channels mixed.
func spectrogram(channels [][]float64, rate float64) *gplot.Plot {
	p := gplot.New()
	p.X.Label.Text = "seconds"
	p.Y.Label.Text = "Hz"
	var ticks []gplot.Tick
	for _, hz := range []float64{20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000} {
		label := strconv.FormatFloat(hz, 'f', -1, 64)
		if hz >= 1000 {
			label = strconv.FormatFloat(hz/1000, 'f', -1, 64) + "k"
		}
		ticks = append(ticks, gplot.Tick{Value: math.Log10(hz), Label: label})
	}
	p.Y.Tick.Marker = gplot.ConstantTicks(ticks)
	if len(channels) == 0 || len(channels[0]) == 0 {
		p.Y.Min, p.Y.Max = math.Log10(lowestHz), math.Log10(rate/2)
		return p
	}
	g := newGrid(channels, rate)
	heat := plotter.NewHeatMap(g, shades{})
	heat.Rasterized = true // rows are even in the logarithm of the frequency
	heat.Min, heat.Max = floorDB, 0
	p.Add(heat)
	return p
}

// grid is level in dB by column (time) and row (frequency).
type grid struct {
	seconds, hertz []float64
	level          [][]float64
}

func (g *grid) Dims() (c, r int)   { return len(g.seconds), len(g.hertz) }
func (g *grid) Z(c, r int) float64 { return g.level[c][r] }
func (g *grid) X(c int) float64    { return g.seconds[c] }
func (g *grid) Y(r int) float64    { return math.Log10(g.hertz[r]) }

// newGrid computes Hann-windowed spectra; 0 dB is a full-scale sine.
func newGrid(channels [][]float64, rate float64) *grid {
	n := len(channels[0])
	g := &grid{}
	top := rate / 2
	for r := range rows {
		g.hertz = append(g.hertz, lowestHz*math.Pow(top/lowestHz, float64(r)/(rows-1)))
	}
	fft := fourier.NewFFT(fftSize)
	frame := make([]float64, fftSize)
	var bins []complex128
	for c := range columns {
		center := int(float64(c) / (columns - 1) * float64(n-1))
		for i := range frame {
			frame[i] = 0
			if at := center - fftSize/2 + i; at >= 0 && at < n {
				for _, ch := range channels {
					if x := ch[at]; !math.IsNaN(x) && !math.IsInf(x, 0) {
						frame[i] += x / float64(len(channels))
					}
				}
			}
		}
		bins = fft.Coefficients(bins, window.Hann(frame))
		col := make([]float64, rows)
		for r, hz := range g.hertz {
			half := hz * (math.Pow(top/lowestHz, 1.0/(rows-1)) - 1) / 2
			peak := band(bins, (hz-half)/rate*fftSize, (hz+half)/rate*fftSize)
			col[r] = max(20*math.Log10(peak/(fftSize/4)+1e-12), floorDB)
		}
		g.seconds = append(g.seconds, float64(center)/rate)
		g.level = append(g.level, col)
	}
	return g
}

// band returns the largest magnitude between two places on the axis of bins,
// ends interpolated.
func band(bins []complex128, from, to float64) float64 {
	size := func(k int) float64 {
		if k >= len(bins) {
			return 0
		}
		return math.Hypot(real(bins[k]), imag(bins[k]))
	}
	at := func(x float64) float64 {
		k := int(x)
		f := x - float64(k)
		return size(k)*(1-f) + size(k+1)*f
	}
	peak := max(at(from), at(to))
	for k := int(from) + 1; k <= int(to); k++ {
		peak = max(peak, size(k))
	}
	return peak
}

// shades is the palette from silence (dark) to full scale (bright).
type shades struct{}

// Colors returns the palette's colours.
func (shades) Colors() []color.Color {
	stops := []color.NRGBA{{8, 8, 20, 255}, {50, 20, 90, 255}, {150, 40, 110, 255}, {240, 110, 60, 255}, {255, 235, 150, 255}}
	var list []color.Color
	for i := range 256 {
		at := float64(i) / 255 * float64(len(stops)-1)
		k := min(int(at), len(stops)-2)
		f := at - float64(k)
		mix := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*f) }
		list = append(list, color.NRGBA{mix(stops[k].R, stops[k+1].R), mix(stops[k].G, stops[k+1].G), mix(stops[k].B, stops[k+1].B), 255})
	}
	return list
}
