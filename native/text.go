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
	list, index := m.types()
	for i, sig := range list {
		fmt.Fprintf(w, "  (type $t%d (func%s))\n", i, signatureText(sig))
	}
	for i, used := range m.imports {
		if used {
			fmt.Fprintf(w, "  (import \"mmm\" %q (func $%s%s))\n", imports[i].name, imports[i].name, signatureText(imports[i].signature))
		}
	}
	fmt.Fprintf(w, "  (memory (export \"memory\") %d %d)\n", m.pages, m.pages)
	if n := len(m.table); n > 0 {
		fmt.Fprintf(w, "  (table %d %d funcref)\n", n, n)
	}
	m.elements(func(start int, funcs []int) {
		fmt.Fprintf(w, "  (elem (i32.const %d) func", start)
		for _, f := range funcs {
			fmt.Fprintf(w, " %s", m.funcName(int64(f)))
		}
		fmt.Fprintf(w, ")\n")
	})
	for _, d := range m.data {
		fmt.Fprintf(w, "  (data (i32.const %d) \"", d.at)
		for _, c := range d.bytes {
			fmt.Fprintf(w, "\\%02x", c)
		}
		fmt.Fprintf(w, "\")\n")
	}
	for i, f := range m.funcs {
		m.printFunc(w, i, f, index)
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
	if i < 0 {
		return "$" + imports[-1-i].name
	}
	return fmt.Sprintf("$%s.%d", identifier(m.funcs[i].name), i)
}

// signatureText returns the parameters and results of a function type.
func signatureText(sig string) string {
	var b strings.Builder
	arrow := strings.IndexByte(sig, 0)
	for _, part := range []struct{ what, types string }{{"param", sig[:arrow]}, {"result", sig[arrow+1:]}} {
		if part.types == "" {
			continue
		}
		b.WriteString(" (" + part.what)
		for i := range len(part.types) {
			b.WriteString(" " + valType(part.types[i]).String())
		}
		b.WriteString(")")
	}
	return b.String()
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
func (m *module) printFunc(w *bufio.Writer, i int, f *wasmFunc, types map[string]uint32) {
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
		fmt.Fprintf(w, "%s%s\n", strings.Repeat("  ", depth), m.text(f, in, types))
		if in.op == opElse || opcodes[in.op].imm == immBlock {
			depth++
		}
	}
	fmt.Fprintf(w, "  )\n")
}

// text returns one instruction as text.
func (m *module) text(f *wasmFunc, in instr, types map[string]uint32) string {
	row := &opcodes[in.op]
	switch row.imm {
	case immBlock:
		if in.a == 0 {
			return row.name
		}
		return fmt.Sprintf("%s (result %s)", row.name, valType(in.a))
	case immV128:
		return fmt.Sprintf("%s %d %d", row.name, in.a, in.b)
	case immShuffle:
		text := row.name
		for _, lane := range []int64{in.a, in.b} {
			for i := range int64(8) {
				text += fmt.Sprintf(" %d", 8*lane+i)
			}
		}
		return text
	case immLabel, immI64, immLane:
		return fmt.Sprintf("%s %d", row.name, in.a)
	case immI32:
		return fmt.Sprintf("%s %d", row.name, int32(in.a))
	case immLocal:
		return row.name + " " + f.localName(in.a)
	case immType:
		return fmt.Sprintf("%s (type $t%d)", row.name, types[in.sig])
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
