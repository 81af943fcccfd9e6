// Command mmm renders, checks, measures and shows patches from the command
// line. What it prints is a contract: scripts depend on it.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// errFailed says that the patch or the run failed and that the reason has been
// printed: exit status 1.
var errFailed = errors.New("failed")

// usageError is a wrong use of the command line: exit status 2.
type usageError struct{ error }

func main() {
	err := newRoot().Execute()
	var wrong usageError
	switch {
	case err == nil:
	case errors.As(err, &wrong):
		fmt.Fprintf(os.Stderr, "mmm: %v\n", err)
		os.Exit(2)
	case errors.Is(err, errFailed):
		os.Exit(1)
	default:
		fmt.Fprintf(os.Stderr, "mmm: %v\n", err)
		os.Exit(1)
	}
}

// newRoot builds the tree of commands.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "mmm",
		Short:         "plays, checks and measures patches in the mimium language",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(os.Stderr)
			cmd.Help()
			return usageError{errors.New("a command is wanted")}
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newRender(), newCheck(), newBench(), newEmit(), newPlot(), newDoc(), newExport(), newGallery())
	for _, c := range append(root.Commands(), root) {
		positional := c.Args
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := positional(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	return root
}
