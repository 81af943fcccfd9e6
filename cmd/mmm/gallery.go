package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"mmm/examples"
	"mmm/gallery"
)

func newGallery() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "gallery [FILE...]",
		Short: "play the examples, or other patches, and measure or show them",
		Long: `Play patches as a musician would: notes for instruments, drums and a chord for
effects. Prints a table of figures; with -o it writes a folder with a page
(index.html), sound and pictures.

Without files the examples that come with mmm are played.`,
		Example: "  mmm gallery -o gallery\n  mmm gallery song.mmm",
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			list := examples.All()
			if len(args) > 0 {
				var err error
				if list, err = patchesOf(args); err != nil {
					return err
				}
			}
			progress := func(int) {}
			if terminal(os.Stderr) {
				bar := progressbar.NewOptions(len(list), progressbar.OptionSetWriter(os.Stderr),
					progressbar.OptionSetDescription("playing"), progressbar.OptionClearOnFinish())
				progress = func(n int) { bar.Set(n) }
				defer bar.Finish()
			}
			var entries []*gallery.Entry
			for i, e := range list {
				entry, err := gallery.Play(e)
				if err != nil {
					return err
				}
				if out != "" {
					if err := gallery.WriteSound(out, entry); err != nil {
						return err
					}
				}
				entry.Sound = nil
				entries = append(entries, entry)
				progress(i + 1)
			}
			if out != "" {
				return gallery.WritePage(out, entries)
			}
			fmt.Print(gallery.Table(entries))
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the folder to write")
	return cmd
}

// patchesOf reads patches of one's own; the folder that they lie in is their
// shelf.
func patchesOf(paths []string) ([]examples.Example, error) {
	var list []examples.Example
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		whole, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		list = append(list, examples.Example{
			Shelf: filepath.Base(filepath.Dir(whole)), Name: strings.TrimSuffix(filepath.Base(path), ".mmm"),
			Text: string(text), Header: examples.ReadHeader(string(text)),
		})
	}
	return list, nil
}
