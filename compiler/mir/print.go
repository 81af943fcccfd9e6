package mir

import (
	"fmt"
	"io"
	"math"
	"strings"

	"mmm/state"
)

// kindText names the word kinds in listings.
var kindText = [...]string{
	state.NumWord: "num", state.IntWord: "int", state.StringWord: "string", state.ArrayWord: "array",
	state.FnWord: "fn", state.BoxWord: "box", state.TagWord: "tag",
}

// Fprint writes the program as text: its tables, then each function with one
// instruction a line.
func Fprint(w io.Writer, p *Program) {
	for i, q := range p.Params {
		fmt.Fprintf(w, "param %d %q init %v range %v..%v\n", i, q.Path, q.Init, q.Min, q.Max)
	}
	for i, c := range p.Cues {
		fmt.Fprintf(w, "cue %d kind %d channel %d number %d pool %d voice %d init %v\n", i, c.Kind, c.Channel, c.Number, c.Pool, c.Voice, c.Init)
	}
	for i, q := range p.Probes {
		fmt.Fprintf(w, "probe %d %q\n", i, q.Label)
	}
	if len(p.Globals) > 0 {
		fmt.Fprintf(w, "globals %s\n", kindList(p.Globals))
	}
	for _, f := range p.Funcs {
		printFunc(w, p, f)
	}
}

// printFunc writes one function.
func printFunc(w io.Writer, p *Program, f *Func) {
	fmt.Fprintf(w, "\nfn %d %s(%s) -> (%s)", f.Index, f.Name, kindList(f.Params), kindList(f.Results))
	if f.Recursive {
		fmt.Fprint(w, " recursive")
	}
	switch f {
	case p.Init:
		fmt.Fprint(w, " init")
	case p.Dsp:
		fmt.Fprint(w, " dsp")
	}
	if n := f.StateSize(); n > 0 {
		fmt.Fprintf(w, " state %d", n)
	}
	fmt.Fprintln(w)
	if len(f.Vars) > 0 {
		fmt.Fprintf(w, "  vars %s\n", kindList(f.Vars))
	}
	printBlock(w, f.Body, "  ")
}

// printBlock writes the lines of a block and what it yields.
func printBlock(w io.Writer, b *Block, indent string) {
	for _, in := range b.Instrs {
		fmt.Fprint(w, indent)
		if len(in.Res) > 0 {
			fmt.Fprintf(w, "%s = ", valueList(in.Res))
		}
		fmt.Fprint(w, in.Op)
		if in.Twin != nil {
			fmt.Fprint(w, " x2")
			if in.Twin.Op != in.Op {
				fmt.Fprintf(w, " and %s", in.Twin.Op)
			}
		}
		switch in.Op {
		case Const:
			if in.Aux == 1 {
				fmt.Fprintf(w, " int %d", in.Imm)
			} else {
				fmt.Fprintf(w, " %v", math.Float64frombits(uint64(in.Imm)))
			}
		case GetVar, SetVar, GetGlobal, SetGlobal, GetState, SetState, Mem, GetParam, GetCue, Probe, Lane, InLanes:
			fmt.Fprintf(w, " [%d]", in.Imm)
			if in.Twin != nil {
				fmt.Fprintf(w, " [%d]", in.Twin.Imm)
			}
		case NewArray, ArrayGet, Append, Prepend, SplitHead, SplitTail, NewBox, BoxLoad, NewCell, CellGet, CellSet, GetCapture, Retain, Release, CallHost:
			fmt.Fprintf(w, " [%d] shape %d", in.Imm, in.Aux)
		case FuncValue, MakeClosure:
			fmt.Fprintf(w, " %s [%d] shape %d", in.Callee.Name, in.Imm, in.Aux)
		case Delay:
			fmt.Fprintf(w, " [%d] len %d", in.Imm, in.Aux)
			if in.Twin != nil {
				fmt.Fprintf(w, " [%d] len %d", in.Twin.Imm, in.Twin.Aux)
			}
		case Call:
			fmt.Fprintf(w, " %s [%d]", in.Callee.Name, in.Imm)
		}
		if len(in.Args) > 0 {
			fmt.Fprintf(w, " %s", valueList(in.Args))
		}
		fmt.Fprintln(w)
		for i, nested := range in.Blocks {
			switch {
			case in.Op == If && i == 0:
				fmt.Fprintf(w, "%sthen\n", indent)
			case in.Op == If:
				fmt.Fprintf(w, "%selse\n", indent)
			case i == len(in.Blocks)-1:
				fmt.Fprintf(w, "%sdefault\n", indent)
			default:
				fmt.Fprintf(w, "%scase %d\n", indent, i)
			}
			printBlock(w, nested, indent+"  ")
		}
	}
	if len(b.Yield) > 0 {
		fmt.Fprintf(w, "%syield %s\n", indent, valueList(b.Yield))
	}
}

// valueList writes values separated by commas.
func valueList(vals []Value) string {
	var s strings.Builder
	for i, v := range vals {
		if i > 0 {
			s.WriteString(", ")
		}
		fmt.Fprintf(&s, "v%d", v)
	}
	return s.String()
}

// kindList writes word kinds separated by blanks.
func kindList(kinds []state.WordKind) string {
	var s strings.Builder
	for i, k := range kinds {
		if i > 0 {
			s.WriteByte(' ')
		}
		s.WriteString(kindText[k])
	}
	return s.String()
}
