// Listing: a program as text (mmm emit bytecode).

package vm

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Print writes p to w: for each function its sizes, constants and jump tables,
// then its instructions, one a line, with their source lines. An operand is
// written by its kind: r register, k constant, s state word, +n jump, @ function.
func Print(w io.Writer, p *Program) error {
	b := bufio.NewWriter(w)
	for i, f := range p.Funcs {
		printFunc(b, p, i, f)
	}
	m := &p.Image
	fmt.Fprintf(b, "entry:  init @%d dsp @%d\n", p.Init, p.Dsp)
	fmt.Fprintf(b, "memory: %d words, params %d+%d cues %d+%d probes %d+%d globals %d+%d state %d+%d init %d+%d in %d+%d out %d+%d heap %d+%d\n",
		m.Words, m.Params, m.NumParams, m.Cues, m.NumCues, m.Probes, m.NumProbes, m.Globals, m.NumGlobals,
		m.State, m.StateSize, m.Init, m.InitSize, m.In, m.Ins, m.Out, m.Outs, m.Heap, m.HeapWords)
	for i, s := range p.Shapes {
		if i > 0 {
			fmt.Fprintf(b, "shape%d:  %d words, handles %v, sums %v\n", i, s.Words, s.Handles, s.Sums)
		}
	}
	for _, h := range p.Hosts {
		fmt.Fprintf(b, "ext_fun: %s %d -> %d\n", h.Name, h.Params, h.Results)
	}
	fmt.Fprintf(b, "strings:\n")
	for i, s := range p.Strings {
		fmt.Fprintf(b, "  %d %q\n", i, s)
	}
	return b.Flush()
}

func printFunc(b *bufio.Writer, p *Program, i int, f *FuncProto) {
	fmt.Fprintf(b, "@%d %s\n", i, f.Name)
	fmt.Fprintf(b, "nparams: %d nret: %d frame: %d state: %d", f.NParam, f.NRet, f.FrameSize, f.StateSize)
	if f.Captures > 0 {
		fmt.Fprintf(b, " captures: %d", f.Captures)
	}
	if f.Recursive {
		fmt.Fprint(b, " recursive")
	}
	fmt.Fprint(b, "\nconstants: [")
	for i, k := range f.Consts {
		if i > 0 {
			fmt.Fprint(b, ", ")
		}
		fmt.Fprint(b, wordText(k))
	}
	fmt.Fprint(b, "]\njump_tables: [")
	for i, t := range f.Tables {
		if i > 0 {
			fmt.Fprint(b, ", ")
		}
		fmt.Fprintf(b, "%d:%v", t.Min, t.Offsets)
	}
	fmt.Fprint(b, "]\ninstructions:\n")
	line := -1
	for pc, in := range f.Code {
		text := "  " + Text(p, f, in)
		if in.Op == Ext && pc > 0 {
			text = "  " + extText(p, f, f.Code[pc-1].Op, in)
		}
		if pos := f.PosAt(pc); !pos.IsZero() {
			if l, _ := pos.File.Position(pos.Start); l != line {
				line = l
				text = fmt.Sprintf("%-40s; line %d", text, l)
			}
		}
		fmt.Fprintln(b, text)
	}
	fmt.Fprintln(b)
}

// Text returns the instruction in of f in p as the listing shows it.
func Text(p *Program, f *FuncProto, in Instr) string {
	if in.Op >= NumOps {
		return fmt.Sprintf("invalid %d", in.Op)
	}
	return text(p, f, in.Op.String(), Ops[in.Op].Operands, in)
}

// extText returns the Ext instruction in that follows op.
func extText(p *Program, f *FuncProto, op Op, in Instr) string {
	if op >= NumOps {
		return Text(p, f, in)
	}
	return text(p, f, in.Op.String(), Ops[op].Ext, in)
}

func text(p *Program, f *FuncProto, name string, kinds [3]Kind, in Instr) string {
	parts := []string{fmt.Sprintf("%-10s", name)}
	for i, x := range [...]int32{in.A, in.B, in.C} {
		if kinds[i] != None {
			parts = append(parts, operandText(p, f, kinds[i], x))
		}
	}
	return strings.TrimRight(strings.Join(parts, " "), " ")
}

func operandText(p *Program, f *FuncProto, k Kind, x int32) string {
	switch k {
	case Dst, Src, Window:
		return fmt.Sprintf("r%d", x)
	case Const:
		if x >= 0 && int(x) < len(f.Consts) {
			return wordText(f.Consts[x])
		}
		return fmt.Sprintf("k%d", x)
	case Off:
		return fmt.Sprintf("+%d", x)
	case Fn:
		if x >= 0 && int(x) < len(p.Funcs) && p.Funcs[x] != nil {
			return fmt.Sprintf("@%d:%s", x, p.Funcs[x].Name)
		}
		return fmt.Sprintf("@%d", x)
	case State, Block, Ring:
		return fmt.Sprintf("s%d", x)
	case ShapeOf:
		return fmt.Sprintf("shape%d", x)
	case HostFn:
		if x >= 0 && int(x) < len(p.Hosts) {
			return p.Hosts[x].Name
		}
	case SoundOf:
		return fmt.Sprintf("sound%d", x)
	case SiteOf:
		if x == 0 {
			return "-"
		}
		return fmt.Sprintf("s%d", x-1)
	}
	return strconv.Itoa(int(x))
}

// wordText writes a constant word. It carries no type: what looks like a small
// or negative int is written as int, with i behind it.
func wordText(w uint64) string {
	if n := int64(w); n != 0 && n > -1<<51 && n < 1<<51 {
		return strconv.FormatInt(n, 10) + "i"
	}
	x := math.Float64frombits(w)
	if x != x || math.Abs(x) < 1e-300 && x != 0 || math.Abs(x) > 1e300 && !math.IsInf(x, 0) {
		return fmt.Sprintf("0x%016x", w)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
