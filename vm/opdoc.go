// The reference page of the opcodes, made from their table.

package vm

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteOpcodes writes docs/opcodes.md: one row for each opcode.
func WriteOpcodes(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "<!-- Code generated from vm/op.go by go test ./vm -update; DO NOT EDIT. -->\n\n# Opcodes of the bytecode machine\n\n")
	fmt.Fprint(b, "An instruction is an opcode and three operands A, B and C of 32 bits. r[x] is register x of the running function, "+
		"k[x] its constant x, s[x] word x of its state block. Operations work on float64 numbers, those marked int on int64. "+
		"Operands in the ext column lie in an `ext` instruction that follows. "+
		"In and out count the register words read and written; * means as many as the operands say.\n\n")
	fmt.Fprint(b, "| opcode | A | B | C | ext | in | out | meaning |\n|---|---|---|---|---|---|---|---|\n")
	for _, row := range Ops {
		var ext []string
		for _, k := range row.Ext {
			if k != None {
				ext = append(ext, k.String())
			}
		}
		o := row.Operands
		fmt.Fprintf(b, "| `%s` | %v | %v | %v | %s | %s | %s | %s |\n",
			row.Name, o[0], o[1], o[2], strings.Join(ext, " "), countText(row.In), countText(row.Out), row.Doc)
	}
	return b.Flush()
}

func countText(n int) string {
	if n < 0 {
		return "*"
	}
	return fmt.Sprint(n)
}
