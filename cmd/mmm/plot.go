package main

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"mmm/audiofile"
	"mmm/plot"
	"mmm/render"
)

func newPlot() *cobra.Command {
	var flags patchFlags
	var out string
	var seconds, rate float64
	cmd := &cobra.Command{
		Use:     "plot FILE|WAV -o OUT.png",
		Short:   "draw the waveform and spectrogram of a patch or sound file",
		Example: "  mmm plot song.mmm -o song.png --seconds 4\n  mmm plot take.wav -o take.png",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				return usageError{errors.New("-o OUT.png is wanted")}
			}
			if strings.EqualFold(filepath.Ext(args[0]), ".wav") {
				channels, rate, err := audiofile.Read(args[0])
				if err != nil {
					return err
				}
				return plot.Write(out, filepath.Base(args[0]), channels, rate)
			}
			engine, err := flags.engineName()
			if err != nil {
				return err
			}
			r, err := flags.load(args[0], false)
			if err != nil {
				return err
			}
			job := render.Job{Program: r.Program, Engine: engine, Rate: rate, Frames: int(seconds * rate)}
			channels, err := job.Collect()
			if err != nil {
				return err
			}
			return plot.Write(out, filepath.Base(args[0]), channels, rate)
		},
	}
	flags.add(cmd, true)
	cmd.Flags().StringVarP(&out, "output", "o", "", "the picture")
	cmd.Flags().Float64Var(&seconds, "seconds", 2, "how much of a patch to draw")
	cmd.Flags().Float64Var(&rate, "rate", 48000, "sample rate of a patch in Hz")
	return cmd
}
