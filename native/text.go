// Text form of a module.

package native

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// print writes the module as WebAssembly text.
func (m *module) print(out io.Writer) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "(module\n")
	if m.prints {
		fmt.Fprintf(w, "  (import \"mmm\" \"print\" (func $print (param f64 i32)))\n")
	}
	fmt.Fprintf(w, "  (memory (export \"memory\") %d %d)\n", m.pages, m.pages)
	for i, f := range m.funcs {
		m.printFunc(w, i, f)
	}
	for i, f := range m.funcs {
		if f.export != "" {
			fmt.Fprintf(w, "  (export %q (func %s))\n", f.export, m.funcName(int64(i)))
		}
	}
	fmt.Fprintf(w, ")\n")
	return w.Flush()
}

// funcName returns the identifier of the function that a call's operand means.
// The index keeps it unique.
func (m *module) funcName(i int64) string {
	if i == importedPrint {
		return "$print"
	}
	return fmt.Sprintf("$%s.%d", identifier(m.funcs[i].name), i)
}

// identifier replaces what text identifiers cannot hold.
func identifier(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x7f && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("!#$%&'*+-./:<=>?@\\^_`|~", r)) {
			return r
		}
		return '_'
	}, name)
}

// localName returns the identifier of a local.
func (f *wasmFunc) localName(i int64) string {
	return fmt.Sprintf("$%s%d", f.locals[i].name, i)
}

// printFunc writes one function.
func (m *module) printFunc(w *bufio.Writer, i int, f *wasmFunc) {
	fmt.Fprintf(w, "\n  (func %s", m.funcName(int64(i)))
	for j, l := range f.locals[:f.params] {
		fmt.Fprintf(w, " (param %s %s)", f.localName(int64(j)), l.typ)
	}
	for j, t := range f.results {
		if j == 0 {
			fmt.Fprintf(w, " (result")
		}
		fmt.Fprintf(w, " %s", t)
		if j == len(f.results)-1 {
			fmt.Fprintf(w, ")")
		}
	}
	fmt.Fprintf(w, "\n")
	for j, l := range f.locals[f.params:] {
		if j%8 == 0 {
			fmt.Fprintf(w, "   ")
		}
		fmt.Fprintf(w, " (local %s %s)", f.localName(int64(j+f.params)), l.typ)
		if j%8 == 7 || j == len(f.locals)-f.params-1 {
			fmt.Fprintf(w, "\n")
		}
	}
	depth := 2
	for _, in := range f.code {
		if in.op == opEnd || in.op == opElse {
			depth--
		}
		fmt.Fprintf(w, "%s%s\n", strings.Repeat("  ", depth), m.text(f, in))
		if in.op == opElse || opcodes[in.op].imm == immBlock {
			depth++
		}
	}
	fmt.Fprintf(w, "  )\n")
}

// text returns one instruction as text.
func (m *module) text(f *wasmFunc, in instr) string {
	row := &opcodes[in.op]
	switch row.imm {
	case immBlock:
		if in.a == 0 {
			return row.name
		}
		return fmt.Sprintf("%s (result %s)", row.name, valType(in.a))
	case immLabel, immI64:
		return fmt.Sprintf("%s %d", row.name, in.a)
	case immI32:
		return fmt.Sprintf("%s %d", row.name, int32(in.a))
	case immLocal:
		return row.name + " " + f.localName(in.a)
	case immFunc:
		return row.name + " " + m.funcName(in.a)
	case immTable:
		var b strings.Builder
		b.WriteString(row.name)
		for _, depth := range in.table {
			fmt.Fprintf(&b, " %d", depth)
		}
		return b.String()
	case immMemory:
		if in.a == 0 {
			return row.name
		}
		return fmt.Sprintf("%s offset=%d", row.name, uint32(in.a))
	case immF64:
		return row.name + " " + number(uint64(in.a))
	}
	return row.name
}

// number returns the double with the given bits as text that reads back to
// exactly these bits.
func number(bits uint64) string {
	x := math.Float64frombits(bits)
	if math.IsNaN(x) {
		sign := ""
		if math.Signbit(x) {
			sign = "-"
		}
		return fmt.Sprintf("%snan:0x%x", sign, bits&(1<<52-1))
	}
	if math.IsInf(x, 0) {
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(x, 'g', -1, 64)), "+")
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
