package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"mmm/audiofile"
	"mmm/realtime"
	"mmm/render"
)

// renderFlags are the flags of mmm render as they are written.
type renderFlags struct {
	patchFlags
	out            string
	samples        int
	seconds, rate  float64
	tempo          float64
	block, bits    int
	input, midi    string
	set, automates []string
	swaps          []string
}

func newRender() *cobra.Command {
	var f renderFlags
	cmd := &cobra.Command{
		Use:   "render FILE -o OUT.wav|.csv",
		Short: "render a patch to a sound file or to text",
		Long: `Render a patch offline, as fast as the machine can.

--automate takes plain values at seconds, joined by straight lines.
--swap FILE2@SAMPLE makes row SAMPLE the first of FILE2, state kept.`,
		Example: "  mmm render song.mmm -o song.wav --seconds 10\n" +
			"  mmm render voice.mmm -o voice.wav --seconds 4 --midi melody.mid --automate filter.cutoff=200@0,4000@4\n" +
			"  mmm render a.mmm --swap b.mmm@24000 -o ab.csv --samples 48000",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args[0]) },
	}
	f.add(cmd, true)
	fl := cmd.Flags()
	fl.StringVarP(&f.out, "output", "o", "", "the file to write: .wav or .csv")
	fl.IntVar(&f.samples, "samples", 0, "length in frames")
	fl.Float64Var(&f.seconds, "seconds", 0, "length in seconds")
	fl.Float64Var(&f.rate, "rate", 48000, "sample rate in Hz")
	fl.IntVar(&f.block, "block", render.DefaultBlock, "frames of a host block")
	fl.IntVar(&f.bits, "bits", 32, "WAV samples: 32 (float), 24 or 16")
	fl.StringVar(&f.input, "input", "", "WAV file that feeds the inputs")
	fl.StringVar(&f.midi, "midi", "", "MIDI file to play")
	fl.Float64Var(&f.tempo, "tempo", 0, "quarter notes a minute: the song plays from beat 0, as transport! sees it")
	fl.StringArrayVar(&f.set, "set", nil, "NAME=VALUE: a control from the start, plain value")
	fl.StringArrayVar(&f.automates, "automate", nil, "NAME=V0@T0,V1@T1…: a control over time")
	fl.StringArrayVar(&f.swaps, "swap", nil, "FILE2@SAMPLE: another patch from that frame on")
	return cmd
}

// run renders the patch at path.
func (f *renderFlags) run(path string) error {
	job, err := f.job()
	if err != nil {
		return err
	}
	kind := strings.ToLower(filepath.Ext(f.out))
	if kind != ".wav" && kind != ".csv" {
		return usageError{errors.New("-o OUT.wav or -o OUT.csv is wanted")}
	}
	if err := f.programs(job, path); err != nil {
		return err
	}
	if err := f.sources(job); err != nil {
		return err
	}
	job.Log = func(text string) { fmt.Fprintln(os.Stderr, text) }
	job.Print = func(text string) { fmt.Print(text) }
	if terminal(os.Stderr) && job.Frames > int(20*job.Rate) {
		bar := progressbar.NewOptions(job.Frames, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("rendering"),
			progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(50e6))
		job.Progress = func(frames int) { bar.Set(frames) }
		defer bar.Finish()
	}
	return f.write(job, kind)
}

// sink is a sound file being written.
type sink interface {
	Write(channels [][]float64) error
	Close() error
	Discard()
}

// write runs the job into the output file.
func (f *renderFlags) write(job *render.Job, kind string) error {
	var out sink
	var err error
	if kind == ".csv" {
		out, err = audiofile.CreateCSV(f.out, job.Channels())
	} else {
		out, err = audiofile.Create(f.out, job.Rate, max(job.Channels(), 1), f.bits)
	}
	if err != nil {
		return err
	}
	err = job.Run(out.Write)
	var suspended *render.ErrSuspended
	if err != nil && !errors.As(err, &suspended) {
		out.Discard()
		return err
	}
	if e := out.Close(); e != nil {
		return e
	}
	if suspended != nil {
		return errFailed
	}
	return nil
}

// job takes what needs no file from the flags.
func (f *renderFlags) job() (*render.Job, error) {
	engine, err := f.engineName()
	if err != nil {
		return nil, err
	}
	if f.rate < 1 || f.rate > 768000 {
		return nil, usageError{fmt.Errorf("--rate %v is not in 1 to 768000 Hz", f.rate)}
	}
	if f.block < 1 || f.block > 1<<20 {
		return nil, usageError{fmt.Errorf("--block %d is not in 1 to %d", f.block, 1<<20)}
	}
	frames := f.samples
	switch {
	case f.samples != 0 && f.seconds != 0:
		return nil, usageError{errors.New("--samples and --seconds exclude each other")}
	case f.seconds != 0:
		frames = int(f.seconds * f.rate)
	}
	if frames < 0 {
		return nil, usageError{errors.New("a length is not negative")}
	}
	if f.samples == 0 && f.seconds == 0 {
		frames = int(10 * f.rate)
	}
	job := &render.Job{Engine: engine, Rate: f.rate, Frames: frames, Block: f.block, Set: map[string]float64{}}
	for _, s := range f.set {
		name, text, ok := strings.Cut(s, "=")
		v, err := strconv.ParseFloat(text, 64)
		if !ok || err != nil {
			return nil, usageError{fmt.Errorf("--set wants NAME=VALUE, not %q", s)}
		}
		job.Set[name] = v
	}
	for _, s := range f.automates {
		c, err := parseCurve(s)
		if err != nil {
			return nil, usageError{err}
		}
		job.Curves = append(job.Curves, c)
	}
	return job, nil
}

// parseCurve reads NAME=V0@T0,V1@T1….
func parseCurve(s string) (render.Curve, error) {
	name, points, ok := strings.Cut(s, "=")
	c := render.Curve{Path: name}
	if !ok {
		return c, fmt.Errorf("--automate wants NAME=V0@T0,V1@T1…, not %q", s)
	}
	for _, p := range strings.Split(points, ",") {
		value, second, ok := strings.Cut(p, "@")
		v, err1 := strconv.ParseFloat(value, 64)
		t, err2 := strconv.ParseFloat(second, 64)
		if !ok || err1 != nil || err2 != nil || t < 0 {
			return c, fmt.Errorf("--automate: %q is not VALUE@SECONDS", p)
		}
		if n := len(c.Points); n > 0 && t < c.Points[n-1].Second {
			return c, fmt.Errorf("--automate: %q comes after a later point", p)
		}
		c.Points = append(c.Points, render.Point{Second: t, Value: v})
	}
	return c, nil
}

// programs compiles the patch and those it is swapped for.
func (f *renderFlags) programs(job *render.Job, path string) error {
	r, err := f.load(path, false)
	if err != nil {
		return err
	}
	job.Program = r.Program
	for _, s := range f.swaps {
		at := strings.LastIndexByte(s, '@')
		if at < 0 {
			return usageError{fmt.Errorf("--swap wants FILE2@SAMPLE, not %q", s)}
		}
		frame, err := strconv.Atoi(s[at+1:])
		if err != nil || frame < 0 {
			return usageError{fmt.Errorf("--swap: %q is not a frame", s[at+1:])}
		}
		if n := len(job.Swaps); n > 0 && frame < job.Swaps[n-1].Frame {
			return usageError{fmt.Errorf("--swap: %q comes after a later swap", s)}
		}
		r, err := f.load(s[:at], false)
		if err != nil {
			return err
		}
		job.Swaps = append(job.Swaps, render.Swap{Frame: frame, Program: r.Program})
	}
	return nil
}

// sources reads the input sound and the notes.
func (f *renderFlags) sources(job *render.Job) error {
	if f.input != "" {
		channels, rate, err := audiofile.Read(f.input)
		if err != nil {
			return err
		}
		if rate != job.Rate {
			fmt.Fprintf(os.Stderr, "%s: warning: recorded at %v Hz, read as if at %v Hz\n", f.input, rate, job.Rate)
		}
		job.Input = channels
	}
	if f.midi != "" {
		events, err := render.ReadMIDI(f.midi, job.Rate)
		if err != nil {
			return err
		}
		job.Events = events
	}
	if f.tempo < 0 || math.IsNaN(f.tempo) || math.IsInf(f.tempo, 0) {
		return usageError{fmt.Errorf("--tempo: %v is no tempo", f.tempo)}
	}
	if f.tempo > 0 {
		job.Events = append(job.Events, realtime.Event{Kind: realtime.Transport, Playing: true, Tempo: f.tempo})
	}
	return nil
}
