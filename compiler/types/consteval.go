package types

import (
	"math"

	"mmm/compiler/diag"
	"mmm/compiler/syntax"
)

// constant is a value that the arguments of host macros can have.
type constant struct {
	isString bool
	text     string
	value    *Const
}

func (v constant) typeName() string {
	if v.isString {
		return "string"
	}
	return typeName(constType(v.value))
}

// evalConst evaluates an argument of a host macro: literals, arithmetic on
// constants, tuples and records of them. Anything else is reported.
func (c *checker) evalConst(e syntax.Expr) (constant, bool) {
	c.enter(e)
	defer c.leave()
	switch x := e.(type) {
	case *syntax.Number:
		return number(x.Value), true
	case *syntax.String:
		return constant{isString: true, text: x.Value}, true
	case *syntax.Paren:
		return c.evalConst(x.X)
	case *syntax.Unary:
		v, ok := c.evalNumber(x.X)
		if x.Op == syntax.OpSub {
			v = 0 - v
		}
		return number(v), ok
	case *syntax.Binary:
		return c.evalChain(x)
	case *syntax.Tuple:
		out := &Const{}
		for _, e := range x.Elems {
			v, ok := c.evalElement(e)
			if !ok {
				return constant{}, false
			}
			out.Elems = append(out.Elems, v)
		}
		return constant{value: out}, true
	case *syntax.Record:
		if x.Partial || len(x.Fields) == 0 {
			break
		}
		out := &Const{}
		for i, f := range x.Fields {
			if i > 0 && x.Fields[i-1].Name.Name == f.Name.Name {
				c.errorf(diag.DuplicateKey, x.Span(), "Duplicate keys found in record type")
				return constant{}, false
			}
			v, ok := c.evalElement(f.Value)
			if !ok {
				return constant{}, false
			}
			out.Names = append(out.Names, f.Name.Name)
			out.Elems = append(out.Elems, v)
		}
		return constant{value: out}, true
	case *syntax.Bad:
		return constant{}, false
	}
	c.errorf(diag.HostArgument, e.Span(), "An argument of a builtin macro must be a constant").
		Suggest("use literals, arithmetic on them, tuples or records of them")
	return constant{}, false
}

func number(v float64) constant { return constant{value: &Const{Leaf: true, Number: v}} }

// evalElement evaluates a part of a tuple or record, which must be made of
// numbers.
func (c *checker) evalElement(e syntax.Expr) (*Const, bool) {
	v, ok := c.evalConst(e)
	if ok && v.isString {
		c.unsupported(e.Span(), "A string in the initial value of a control is")
		return nil, false
	}
	return v.value, ok
}

// evalNumber evaluates an operand.
func (c *checker) evalNumber(e syntax.Expr) (float64, bool) {
	v, ok := c.evalConst(e)
	if !ok {
		return 0, false
	}
	if v.isString || !v.value.Leaf {
		c.mismatchConst(e, v)
		return 0, false
	}
	return v.value.Number, true
}

func (c *checker) mismatchConst(e syntax.Expr, v constant) {
	got := Type(String)
	if !v.isString {
		got = constType(v.value)
	}
	c.clashAt(e.Span(), Number, got, nil)
}

// evalChain evaluates a chain of operators without recursion on its left side.
func (c *checker) evalChain(top *syntax.Binary) (constant, bool) {
	chain := c.chain(top)
	acc, ok := c.evalNumber(chain[len(chain)-1].L)
	if !ok {
		return constant{}, false
	}
	for i := len(chain) - 1; i >= 0; i-- {
		b := chain[i]
		if b.Op >= syntax.OpAt {
			c.errorf(diag.HostArgument, b.Span(), "An argument of a builtin macro must be a constant")
			return constant{}, false
		}
		r, ok := c.evalNumber(b.R)
		if !ok {
			return constant{}, false
		}
		acc = operate(b.Op, acc, r)
	}
	return number(acc), true
}

// operate applies an operator to numbers as a running program does; a power
// may differ from it in the last place.
func operate(op syntax.Op, a, b float64) float64 {
	truth := func(v bool) float64 {
		if v {
			return 1
		}
		return 0
	}
	switch op {
	case syntax.OpAdd:
		return a + b
	case syntax.OpSub:
		return a - b
	case syntax.OpMul:
		return a * b
	case syntax.OpDiv:
		return a / b
	case syntax.OpMod:
		return math.Mod(a, b)
	case syntax.OpPow:
		return math.Pow(a, b)
	case syntax.OpEq:
		return truth(a == b)
	case syntax.OpNe:
		return truth(a != b)
	case syntax.OpLt:
		return truth(a < b)
	case syntax.OpLe:
		return truth(a <= b)
	case syntax.OpGt:
		return truth(a > b)
	case syntax.OpGe:
		return truth(a >= b)
	case syntax.OpAnd:
		return truth(a > 0 && b > 0)
	default:
		return truth(a > 0 || b > 0)
	}
}
