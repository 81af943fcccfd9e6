package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"mmm/compiler"
	"mmm/compiler/diag"
)

func newCheck() *cobra.Command {
	var flags patchFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "check FILE…",
		Short:   "print the diagnostics of patches without running them",
		Example: "  mmm check song.mmm\n  mmm check --json *.mmm",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			var all diag.List
			var failed error
			for _, path := range files {
				if !asJSON {
					if _, err := flags.load(path, true); err != nil {
						failed = errors.Join(failed, err)
					}
					continue
				}
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				r := compiler.Compile(compiler.Options{Name: path, Text: string(text), Files: filesOf(path), SelfInit0: flags.selfInit0, Library: true})
				r.Diags.Sort()
				all.All = append(all.All, r.Diags.All...)
				if r.Diags.HasErrors() {
					failed = errFailed
				}
			}
			if asJSON {
				if err := diag.JSON(os.Stdout, &all); err != nil {
					return err
				}
			}
			return failed
		},
	}
	flags.add(cmd, false)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the diagnostics as one JSON array")
	return cmd
}
