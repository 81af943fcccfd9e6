// The types themselves (types.md 1): a small closed set of structs. A Var is a
// hole that unification fills by its link; Resolve looks through links.

package types

// Type is a type of the language.
type Type interface{ isType() }

// Prim is a type without parts.
type Prim uint8

// The primitive types. Failure is the type of an expression that has already
// been reported; it fits everything.
const (
	Unit Prim = iota
	Number
	Int
	String
	Failure
)

type (
	// Array is [Elem].
	Array struct{ Elem Type }
	// Tuple is (Elems...). A tuple of one element is transparent.
	Tuple struct{ Elems []Type }
	// Record is {a: A}. Fields are sorted by name. Row is the open tail (a
	// *Var linked to another *Record once known), nil when closed.
	Record struct {
		Fields []RecordField
		Row    *Var
	}
	// Function is (Params) -> Ret.
	Function struct {
		Params []ParamType
		Ret    Type
	}
	// Code is `X.
	Code struct{ X Type }
	// Union is A | B, tags in written order.
	Union struct{ Members []Type }
	// Sum is a declared sum type, equal by Name.
	Sum struct {
		Name     string
		Variants []Variant
		Rec      bool
	}
	// Boxed is a heap cell that holds an X.
	Boxed struct{ X Type }
	// Var is a type variable. Link is set once it is known.
	Var struct {
		ID    int
		Level int
		Link  Type
		Row   bool   // stands for the tail of a record
		Name  string // the letter of an explicit type parameter
	}
)

// RecordField is one field of a record type.
type RecordField struct {
	Name string
	Type Type
}

// ParamType is one parameter of a function type; Name is "" where unknown.
type ParamType struct {
	Name       string
	Type       Type
	HasDefault bool
}

// Variant is one constructor of a sum; Payload is nil without payload, a Tuple
// for several.
type Variant struct {
	Name    string
	Payload Type
}

func (Prim) isType()      {}
func (*Array) isType()    {}
func (*Tuple) isType()    {}
func (*Record) isType()   {}
func (*Function) isType() {}
func (*Code) isType()     {}
func (*Union) isType()    {}
func (*Sum) isType()      {}
func (*Boxed) isType()    {}
func (*Var) isType()      {}

// Resolve follows links to the head constructor of t.
func Resolve(t Type) Type {
	for {
		v, ok := t.(*Var)
		if !ok || v.Link == nil {
			return t
		}
		t = v.Link
	}
}
