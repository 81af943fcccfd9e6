// Values on the heap: arrays, boxes, and the shapes by which the heap finds the
// handles in them.

package lower

import (
	"fmt"
	"slices"

	"mmm/compiler/mir"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// stringIndex returns the index of a string constant.
func (l *lowerer) stringIndex(s string) int64 {
	i, ok := l.strings[s]
	if !ok {
		i = int64(len(l.prog.Strings))
		l.strings[s] = i
		l.prog.Strings = append(l.prog.Strings, s)
	}
	return i
}

// shapeOf returns the index of the shape of a concrete type, 0 when it holds no
// handles.
func (l *lowerer) shapeOf(t types.Type) int64 {
	sh := mir.Shape{Words: size(t)}
	l.addShape(&sh, t, 0)
	if len(sh.Handles) == 0 && len(sh.Sums) == 0 {
		return 0
	}
	key := fmt.Sprint(sh)
	i, ok := l.shapes[key]
	if !ok {
		i = int64(len(l.prog.Shapes))
		l.shapes[key] = i
		l.prog.Shapes = append(l.prog.Shapes, sh)
	}
	return i
}

// addShape adds the handles of a value of type t at word off.
func (l *lowerer) addShape(sh *mir.Shape, t types.Type, off int) {
	switch t := t.(type) {
	case *types.Function, *types.Array, *types.Boxed:
		sh.Handles = append(sh.Handles, off)
	case *types.Tuple, *types.Record:
		for _, p := range parts(t) {
			l.addShape(sh, p.typ, off+p.off)
		}
	case *types.Sum, *types.Union:
		part := mir.SumPart{Tag: off}
		holds := false
		for _, v := range payloads(t) {
			s := l.shapeOf(v)
			holds = holds || s != 0
			part.Variants = append(part.Variants, int(s))
		}
		if holds {
			sh.Sums = append(sh.Sums, part)
		}
	}
}

// array lowers an array literal.
func (c *function) array(e *syntax.Array) []mir.Value {
	elem := types.Type(types.Number)
	if t, ok := c.typ(e).(*types.Array); ok {
		elem = t.Elem
	}
	var words []mir.Value
	for _, x := range e.Elems {
		words = append(words, c.convertConcrete(c.exprWanted(x), c.wanted(x), elem, x.Span())...)
	}
	in := &mir.Instr{Op: mir.NewArray, Args: words, Imm: int64(size(elem)), Aux: c.shapeOf(elem)}
	if in.Imm == 0 {
		in.Aux |= int64(len(e.Elems)) << 32
	}
	return c.b.Emit(in, 1)
}

// wanted returns the concrete type of what exprWanted gives.
func (c *function) wanted(e syntax.Expr) types.Type {
	if t, ok := c.info.Wants[e]; ok {
		return c.sub.concrete(t)
	}
	return c.typ(e)
}

// index lowers xs[i].
func (c *function) index(e *syntax.Index) []mir.Value {
	xs := c.expr(e.X)
	i := c.num(e.I)
	n := size(c.typ(e))
	return c.b.Emit(&mir.Instr{Op: mir.ArrayGet, Args: []mir.Value{xs[0], i}, Imm: int64(n)}, n)
}

// arrayBuiltin applies len, append, prepend, split_head or split_tail of
// concrete function type t.
func (c *function) arrayBuiltin(name string, args []mir.Value, t types.Type) ([]mir.Value, bool) {
	op, known := map[string]mir.Op{
		"len": mir.ArrayLen, "append": mir.Append, "prepend": mir.Prepend, "split_head": mir.SplitHead, "split_tail": mir.SplitTail,
	}[name]
	ft, ok := t.(*types.Function)
	if !known || !ok {
		return nil, false
	}
	var elem types.Type = types.Number
	of := 0 // the parameter that is the array; an element may be one, too
	if op == mir.Prepend {
		of = len(ft.Params) - 1
	}
	if of >= 0 && of < len(ft.Params) {
		if a, ok := ft.Params[of].Type.(*types.Array); ok {
			elem = a.Elem
		}
	}
	n := size(elem)
	in := &mir.Instr{Op: op, Args: args, Imm: int64(n), Aux: c.shapeOf(elem)}
	switch op {
	case mir.ArrayLen:
		in.Imm, in.Aux = 0, 0
		return c.b.Emit(in, 1), true
	case mir.SplitHead, mir.SplitTail:
		return c.b.Emit(in, n+1), true
	}
	return c.b.Emit(in, 1), true
}

// box puts the words of a value of type t on the heap.
func (c *function) box(vals []mir.Value, t types.Type) []mir.Value {
	return c.b.Emit(&mir.Instr{Op: mir.NewBox, Args: slices.Clone(vals), Aux: c.shapeOf(t)}, 1)
}

// unbox takes the words of a value of type t out of a box.
func (c *function) unbox(h mir.Value, t types.Type) []mir.Value {
	n := size(t)
	return c.b.Emit(&mir.Instr{Op: mir.BoxLoad, Args: []mir.Value{h}, Imm: int64(n)}, n)
}
