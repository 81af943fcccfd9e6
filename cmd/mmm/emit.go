package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"mmm/compiler"
	"mmm/compiler/emit"
	"mmm/compiler/mir"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/native"
	"mmm/vm"
)

// forms are the intermediate forms in the order in which they are made.
var forms = []string{"ast", "types", "state", "mir", "pairs", "bytecode", "wat", "asm"}

func newEmit() *cobra.Command {
	var flags patchFlags
	cmd := &cobra.Command{
		Use:       "emit ast|types|state|mir|pairs|bytecode|wat|asm FILE",
		Short:     "print an intermediate form of a patch as text",
		Example:   "  mmm emit mir song.mmm",
		ValidArgs: forms,
		Args:      cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			known := false
			for _, f := range forms {
				known = known || f == args[0]
			}
			if !known {
				return usageError{fmt.Errorf("there is no form %q", args[0])}
			}
			r, err := flags.load(args[1], args[0] == "ast" || args[0] == "types")
			if err != nil && !(args[0] == "ast" && r != nil && r.Tree != nil) {
				return err
			}
			out := bufio.NewWriter(os.Stdout)
			defer out.Flush()
			return writeForm(out, args[0], r)
		},
	}
	flags.add(cmd, false)
	return cmd
}

// writeForm prints one form of a compiled program.
func writeForm(out *bufio.Writer, form string, r *compiler.Result) error {
	switch form {
	case "ast":
		syntax.Print(out, r.Tree)
	case "types":
		types.Print(out, r.Info)
	case "state":
		r.Program.Dsp.State.Print(out)
	case "mir":
		mir.Fprint(out, r.Program)
	case "pairs":
		mir.Fprint(out, mir.Pack(r.Program))
	case "bytecode":
		p, err := emit.Program(r.Program)
		if err != nil {
			return err
		}
		vm.Print(out, p)
	case "wat":
		return native.Print(out, r.Program)
	case "asm":
		return disassemble(out, r.Program)
	}
	return nil
}
