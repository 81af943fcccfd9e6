package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
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
	var marks []string
	cmd := &cobra.Command{
		Use:     "plot FILE|WAV -o OUT.png",
		Short:   "draw the waveform and spectrogram of a patch or sound file",
		Example: "  mmm plot song.mmm -o song.png --seconds 4\n  mmm plot take.wav -o take.png",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				return usageError{errors.New("-o OUT.png is wanted")}
			}
			lines, err := parseMarks(marks)
			if err != nil {
				return usageError{err}
			}
			if strings.EqualFold(filepath.Ext(args[0]), ".wav") {
				channels, rate, err := audiofile.Read(args[0])
				if err != nil {
					return err
				}
				return plot.Write(out, filepath.Base(args[0]), channels, rate, lines...)
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
			return plot.Write(out, filepath.Base(args[0]), channels, rate, lines...)
		},
	}
	flags.add(cmd, true)
	cmd.Flags().StringVarP(&out, "output", "o", "", "the picture")
	cmd.Flags().Float64Var(&seconds, "seconds", 2, "how much of a patch to draw")
	cmd.Flags().StringArrayVar(&marks, "mark", nil, "TEXT@SECONDS: a line with a label at that time")
	cmd.Flags().Float64Var(&rate, "rate", 48000, "sample rate of a patch in Hz")
	return cmd
}

// parseMarks reads TEXT@SECONDS.
func parseMarks(texts []string) ([]plot.Mark, error) {
	var marks []plot.Mark
	for _, s := range texts {
		at := strings.LastIndexByte(s, '@')
		second, err := strconv.ParseFloat(s[at+1:], 64)
		if at < 0 || err != nil {
			return nil, fmt.Errorf("--mark wants TEXT@SECONDS, not %q", s)
		}
		marks = append(marks, plot.Mark{Second: second, Label: s[:at]})
	}
	return marks, nil
}
