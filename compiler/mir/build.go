// Builder: writes a function's body, one instruction at a time.

package mir

import (
	"math"

	"mmm/compiler/source"
	"mmm/state"
)

// Builder appends instructions to the block that is open in a function.
type Builder struct {
	F      *Func
	Pos    source.Span // position given to the instructions that follow
	cur    *Block
	consts map[Value]int64 // words of the values that are constants
}

// NewFunc starts a function of the given parameter and result words.
func NewFunc(name string, params, results []state.WordKind) (*Func, *Builder) {
	f := &Func{Name: name, Params: params, Results: results, Values: len(params), Body: &Block{}}
	return f, &Builder{F: f, cur: f.Body, consts: map[Value]int64{}}
}

// Emit appends an instruction with n results and returns them.
func (b *Builder) Emit(in *Instr, n int) []Value {
	in.Pos = b.Pos
	in.Res = make([]Value, n)
	for i := range in.Res {
		in.Res[i] = b.F.NewValue()
	}
	b.cur.Instrs = append(b.cur.Instrs, in)
	return in.Res
}

// Const reports whether v is a constant and its word.
func (b *Builder) Const(v Value) (word int64, ok bool) {
	word, ok = b.consts[v]
	return word, ok
}

// Op appends an operation that has one result. An exact operation on constants
// becomes a constant.
func (b *Builder) Op(op Op, args ...Value) Value {
	if word, ok := Fold(op, args, b.Const); ok {
		return b.word(word, op.GivesInt())
	}
	return b.Emit(&Instr{Op: op, Args: args}, 1)[0]
}

// Num appends the constant x.
func (b *Builder) Num(x float64) Value { return b.word(int64(math.Float64bits(x)), false) }

// Int appends the int constant n.
func (b *Builder) Int(n int64) Value { return b.word(n, true) }

// word appends a constant word.
func (b *Builder) word(w int64, isInt bool) Value {
	in := &Instr{Op: Const, Imm: w}
	if isInt {
		in.Aux = 1
	}
	v := b.Emit(in, 1)[0]
	b.consts[v] = w
	return v
}

// Call appends a call whose state block lies at offset off.
func (b *Builder) Call(callee *Func, off int, args ...Value) []Value {
	return b.Emit(&Instr{Op: Call, Callee: callee, Imm: int64(off), Args: args}, len(callee.Results))
}

// If appends a choice with n results; then and els build the branches and
// return what each yields.
func (b *Builder) If(cond Value, n int, then, els func() []Value) []Value {
	in := &Instr{Op: If, Args: []Value{cond}, Blocks: []*Block{b.Block(then), b.Block(els)}}
	return b.Emit(in, n)
}

// Switch appends a choice by the int index with n results; the last case is
// the default.
func (b *Builder) Switch(index Value, n int, cases ...func() []Value) []Value {
	in := &Instr{Op: Switch, Args: []Value{index}}
	for _, c := range cases {
		in.Blocks = append(in.Blocks, b.Block(c))
	}
	return b.Emit(in, n)
}

// Block builds a nested block by running body, which returns what it yields.
func (b *Builder) Block(body func() []Value) *Block {
	outer := b.cur
	blk := &Block{}
	b.cur = blk
	blk.Yield = body()
	b.cur = outer
	return blk
}

// Return ends the function with its results.
func (b *Builder) Return(results ...Value) { b.F.Body.Yield = results }
