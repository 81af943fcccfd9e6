// The macro stage as a program: it evaluates the macro-stage statements and the
// splices of the main stage in the order of the text. What concerns code is left
// to host functions: making code of a quote, taking the code of a splice, and
// the builtins of the macro stage.

package lower

import (
	"fmt"

	"mmm/compiler/diag"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/state"
)

// HostKind says what a host function of the macro stage does.
type HostKind uint8

// The host functions.
const (
	// HostAt takes nothing: what follows belongs to the place Pos.
	HostAt HostKind = iota
	// HostQuote takes the code of each of Splices and gives code of Quote.
	HostQuote
	// HostSplice takes the code that stands for Splices[0] in the program.
	HostSplice
	// HostBuiltin applies the builtin Name of the function type Type.
	HostBuiltin
)

// HostCall describes the host function with the same index in Program.Hosts. A
// code value is one word; the word 0 is code that does nothing.
type HostCall struct {
	Kind    HostKind
	Quote   *syntax.Quote
	Splices []syntax.Expr // *syntax.Splice or *syntax.MacroCall
	Name    string
	Type    *types.Function
	Pos     source.Span
}

// MacroStage lowers the macro stage of a program that was checked before its
// expansion. Program.Init runs it. Errors go to ds; the result is then nil.
func MacroStage(file *syntax.File, info *types.Info, ds *diag.List) (*mir.Program, []HostCall) {
	l := newLowerer(file, info, Options{}, ds)
	l.macro = &macroStage{builtins: map[string]int64{}}
	init, f := l.newFunction("_mimium_macro", nil, nil, nil)
	macro := false
	for _, s := range file.Stmts {
		if d, ok := s.(*syntax.StageDecl); ok {
			macro = d.Macro
			continue
		}
		if macro {
			f.hostAt(s.Span())
			f.effects(s)
			continue
		}
		for _, e := range Splices(s, info) {
			f.hostAt(e.Span())
			code := f.spliced(e)
			i := l.hostCall(HostCall{Kind: HostSplice, Splices: []syntax.Expr{e}, Pos: e.Span()}, 1, 0)
			f.b.Emit(&mir.Instr{Op: mir.CallHost, Imm: i, Args: []mir.Value{code}}, 0)
		}
	}
	f.finish(nil)
	l.prog.Init = init
	dsp, b := mir.NewFunc("dsp", nil, nil)
	dsp.State = &state.Node{Kind: state.FnCall, Name: "dsp"}
	b.Return()
	l.prog.Dsp = dsp
	if ds.HasErrors() {
		return nil, nil
	}
	l.order(init)
	l.order(dsp)
	l.prog.Layout()
	return l.prog, l.macro.calls
}

// macroStage is what lowering the macro stage has besides.
type macroStage struct {
	calls    []HostCall
	builtins map[string]int64 // index of a builtin by name and type
	quotes   map[*syntax.Quote]int64
}

// Splices lists the splices and macro calls of main-stage code, in order of
// evaluation, without those inside of others. Builtin macros with constant
// arguments are none.
func Splices(n syntax.Node, info *types.Info) []syntax.Expr {
	var list []syntax.Expr
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Splice:
			list = append(list, n)
			return false
		case *syntax.MacroCall:
			if info.Hosts[n] == nil {
				list = append(list, n)
			}
			return false
		}
		return true
	}, nil)
	return list
}

// hostCall adds a host function and returns its index.
func (l *lowerer) hostCall(h HostCall, params, results int) int64 {
	i := len(l.macro.calls)
	l.macro.calls = append(l.macro.calls, h)
	l.prog.Hosts = append(l.prog.Hosts, mir.HostFunc{Name: fmt.Sprintf("host %d", i), Params: params, Results: results})
	return int64(i)
}

// hostAt says where the code that follows belongs.
func (c *function) hostAt(at source.Span) {
	c.b.Emit(&mir.Instr{Op: mir.CallHost, Imm: c.hostCall(HostCall{Kind: HostAt, Pos: at}, 0, 0)}, 0)
}

// spliced evaluates the operand of a splice or the call of a macro and gives
// its code.
func (c *function) spliced(e syntax.Expr) mir.Value {
	var vals []mir.Value
	switch e := e.(type) {
	case *syntax.Splice:
		vals = c.expr(e.X)
	case *syntax.MacroCall:
		outer := c.b.Pos
		c.b.Pos = e.Pos
		vals = c.call(e, e.Path, e.Args)
		c.b.Pos = outer
	}
	if len(vals) == 0 { // unit
		return c.b.Int(0)
	}
	return vals[0]
}

// quote makes code.
func (c *function) quote(e *syntax.Quote) []mir.Value {
	if c.macro == nil {
		return c.expr(e.X)
	}
	list := Splices(e.X, c.info)
	args := make([]mir.Value, len(list))
	for i, s := range list {
		args[i] = c.spliced(s)
	}
	if c.macro.quotes == nil {
		c.macro.quotes = map[*syntax.Quote]int64{}
	}
	i, ok := c.macro.quotes[e]
	if !ok {
		i = c.hostCall(HostCall{Kind: HostQuote, Quote: e, Splices: list, Pos: e.Pos}, len(args), 1)
		c.macro.quotes[e] = i
	}
	return c.b.Emit(&mir.Instr{Op: mir.CallHost, Imm: i, Args: args}, 1)
}

// macroBuiltin applies a builtin of the macro stage of concrete type t; ok is
// false for other builtins.
func (c *function) macroBuiltin(name string, args []mir.Value, t types.Type) (vals []mir.Value, ok bool) {
	ft, isFunction := t.(*types.Function)
	if c.macro == nil || !isFunction {
		return nil, false
	}
	if name == "split_head" || name == "split_tail" { // of an empty array is an error here
		i := c.hostCall(HostCall{Kind: HostBuiltin, Name: name, Type: ft, Pos: c.b.Pos}, 1, 0)
		c.b.Emit(&mir.Instr{Op: mir.CallHost, Imm: i, Args: args}, 0)
	}
	if !types.IsMacroOnly(name) {
		return nil, false
	}
	if name == "lift" || name == "Control" {
		arg := ft.Params[len(ft.Params)-1].Type
		if bad := unliftable(arg); bad != nil {
			c.unliftable(name, arg, bad)
		}
	}
	n := size(ft.Ret)
	key := name + " " + typeKey(t) + fmt.Sprint(c.b.Pos)
	i, known := c.macro.builtins[key]
	if !known {
		i = c.hostCall(HostCall{Kind: HostBuiltin, Name: name, Type: ft, Pos: c.b.Pos}, len(args), n)
		c.macro.builtins[key] = i
	}
	return c.b.Emit(&mir.Instr{Op: mir.CallHost, Imm: i, Args: args}, n), true
}

// unliftable returns the part of a value of type t that no literal can stand
// for, nil without one.
func unliftable(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.Array:
		return unliftable(t.Elem)
	case *types.Tuple:
		for _, e := range t.Elems {
			if bad := unliftable(e); bad != nil {
				return bad
			}
		}
		return nil
	case *types.Record:
		for _, f := range t.Fields {
			if bad := unliftable(f.Type); bad != nil {
				return bad
			}
		}
		return nil
	case types.Prim:
		return nil
	}
	return t
}

// unliftable reports a value that cannot become a literal.
func (c *function) unliftable(name string, t, bad types.Type) {
	if c.refused[c.b.Pos] {
		return
	}
	c.refused[c.b.Pos] = true
	d := c.ds.Errorf(diag.TypeMismatch, c.b.Pos, "Type mismatch")
	d.Note(source.Span{}, "expected type: numbers, strings, arrays, tuples or records of them, for `%s`", name)
	d.Note(source.Span{}, "found type: %s", types.Scheme{Type: t})
	a, array := t.(*types.Array)
	if _, code := bad.(*types.Code); code && array && a.Elem == bad {
		d.Suggest("make code of an array of code with lift_array_code")
	}
}
