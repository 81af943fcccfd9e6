// Builtin functions as operations.

package lower

import (
	"math"

	"mmm/compiler/diag"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/state"
)

// scalarOps are the builtins that are one operation.
var scalarOps = map[string]mir.Op{
	"add": mir.AddF, "sub": mir.SubF, "mult": mir.MulF, "div": mir.DivF, "modulo": mir.ModF,
	"eq": mir.EqF, "ne": mir.NeF, "lt": mir.LtF, "le": mir.LeF, "gt": mir.GtF, "ge": mir.GeF,
	"and": mir.AndF, "or": mir.OrF, "min": mir.MinF, "max": mir.MaxF,
	"neg": mir.NegF, "abs": mir.AbsF, "sqrt": mir.SqrtF, "floor": mir.FloorF, "ceil": mir.CeilF,
	"round": mir.RoundF, "not": mir.NotF, "tofloat": mir.ItoF,
}

// builtin applies a builtin function of concrete type t to the words of its
// arguments.
func (c *function) builtin(name string, args []mir.Value, t types.Type) []mir.Value {
	if op, ok := scalarOps[name]; ok {
		return []mir.Value{c.b.Op(op, args...)}
	}
	switch name {
	case "mem":
		return []mir.Value{c.emit(mir.Mem, int64(c.place(&state.Node{Kind: state.Mem})), args[0])}
	case "__mix":
		return c.mix(args, t)
	case "probe", "probeln":
		in := &mir.Instr{Op: mir.Print, Args: args}
		if name == "probeln" {
			in.Aux = 1
		}
		c.b.Emit(in, 0)
		return args
	}
	if vals, ok := c.macroBuiltin(name, args, t); ok {
		return vals
	}
	if vals, ok := c.arrayBuiltin(name, args, t); ok {
		return vals
	}
	if fn := c.math.Get(name); fn != nil {
		return c.b.Call(fn, 0, args...)
	}
	c.unsupported(c.b.Pos, "the builtin %q", name)
	return []mir.Value{c.b.Num(0)}
}

// mix adds two values of one type, number by number. t is the function's type.
func (c *function) mix(args []mir.Value, t types.Type) []mir.Value {
	var vals []mir.Value
	of := t.(*types.Function).Params[0].Type
	kinds := flatten(of, nil)
	for i, kind := range kinds {
		if kind != state.NumWord {
			c.ds.Errorf(diag.TypeMismatch, c.b.Pos, "Type mismatch").
				Note(source.Span{}, "expected type: number, or a tuple or record of numbers, to be summed").
				Note(source.Span{}, "found type: %s", types.Scheme{Type: of})
			return args[:len(kinds)]
		}
		vals = append(vals, c.b.Op(mir.AddF, args[i], args[len(kinds)+i]))
	}
	return vals
}

// delay lowers delay(n, x, t), n a literal that the checker has seen.
func (c *function) delay(e syntax.Expr, args []syntax.Expr) []mir.Value {
	if len(args) != 3 {
		return c.failed(e, "a delay whose arguments come from a tuple or record")
	}
	n, ok := unparen(args[0]).(*syntax.Number)
	if !ok {
		return c.failed(args[0], "this delay size")
	}
	x, t := c.num(args[1]), c.num(args[2])
	size := int64(math.Min(n.Value, state.MaxStateWords+1))
	if size > state.MaxStateWords {
		c.ds.Errorf(diag.TooMuchState, args[0].Span(), "A delay of %s samples is longer than the limit of %d", n.Text, state.MaxStateWords)
		return []mir.Value{x}
	}
	off := c.place(&state.Node{Kind: state.Delay, Len: int(size)})
	return c.b.Emit(&mir.Instr{Op: mir.Delay, Imm: int64(off), Aux: size, Args: []mir.Value{x, t}}, 1)
}
