// The tree that the parser makes: one struct for each construct of the
// grammar, close to the text (operators and pipes are kept, nothing is
// desugared), each node with its span.

package syntax

import (
	"strings"

	"mmm/compiler/source"
)

// Node is a piece of the tree with its place in the source.
type Node interface {
	// Span returns the node's byte range.
	Span() source.Span
}

// At is embedded in every node and holds its span.
type At struct{ Pos source.Span }

// Span returns the node's byte range.
func (a At) Span() source.Span { return a.Pos }

// Ident is a name at a place.
type Ident struct {
	At
	Name string
}

// Expr is an expression.
type Expr interface {
	Node
	expr()
}

type (
	// Bad stands where an expression could not be read; it has been reported.
	Bad struct{ At }
	// Number is an INT or FLOAT literal: the float64 nearest to Text.
	Number struct {
		At
		Text  string
		Value float64
	}
	// String is a string literal; Value is the text between the quotes.
	String struct {
		At
		Value string
	}
	// Self is the keyword self.
	Self struct{ At }
	// Now is the keyword now.
	Now struct{ At }
	// SampleRate is the keyword samplerate.
	SampleRate struct{ At }
	// Hole is the placeholder _.
	Hole struct{ At }
	// Path is a name (one segment) or a qualified name a::b.
	Path struct {
		At
		Segs []Ident
	}
	// Tuple is (a, b) with at least one element.
	Tuple struct {
		At
		Elems []Expr
	}
	// Paren is (e), kept so that spans and printing stay exact.
	Paren struct {
		At
		X Expr
	}
	// Proj is X.Index, a tuple projection.
	Proj struct {
		At
		X     Expr
		Index int
	}
	// Field is X.Name, a record access.
	Field struct {
		At
		X    Expr
		Name Ident
	}
	// Array is [a, b].
	Array struct {
		At
		Elems []Expr
	}
	// Index is X[I].
	Index struct {
		At
		X, I Expr
	}
	// Record is {a = 1, b = 2}; Partial is true with a trailing "..".
	// Fields are sorted by name (byte order), which is also the order of
	// evaluation; duplicates stay, the later one behind.
	Record struct {
		At
		Fields  []RecordField
		Partial bool
	}
	// Update is {base <- a = 1}. Fields are sorted by name.
	Update struct {
		At
		Base   *Path
		Fields []RecordField
	}
	// Call is Fn(Args...).
	Call struct {
		At
		Fn   Expr
		Args []Expr
	}
	// MacroCall is Path!(Args...). Builtin says that the expansion of macros
	// made it: Path is a builtin macro, whatever the program calls so.
	MacroCall struct {
		At
		Path    *Path
		Args    []Expr
		Builtin bool
	}
	// Binary is L Op R, pipes and @ included.
	Binary struct {
		At
		Op    Op
		OpPos source.Span
		L, R  Expr
	}
	// Unary is a prefix + or -.
	Unary struct {
		At
		Op Op // OpAdd or OpSub
		X  Expr
	}
	// Assign is Target = Value.
	Assign struct {
		At
		Target, Value Expr
	}
	// Lambda is |params| -> ret body.
	Lambda struct {
		At
		Params []*Param
		Ret    Type // nil without annotation
		Body   Expr
	}
	// Block is { statements }. Its value is that of its last statement if that
	// is an expression, else unit.
	Block struct {
		At
		Stmts []Stmt
	}
	// If is if Cond Then else Else; Else is nil when absent.
	If struct {
		At
		Cond, Then, Else Expr
	}
	// Match is match X { arms }.
	Match struct {
		At
		X    Expr
		Arms []*Arm
	}
	// Quote is `X.
	Quote struct {
		At
		X Expr
	}
	// Splice is $X.
	Splice struct {
		At
		X Expr
	}
)

// RecordField is Name = Value in a record literal or update.
type RecordField struct {
	Name  Ident
	Value Expr
}

// Arm is one arm of a match.
type Arm struct {
	At
	Pat  MatchPattern
	Body Expr
}

// Param is a parameter of a function or lambda.
type Param struct {
	At
	Name    Ident
	Type    Type // nil without annotation
	Default Expr // nil without default
}

func (*Bad) expr()        {}
func (*Number) expr()     {}
func (*String) expr()     {}
func (*Self) expr()       {}
func (*Now) expr()        {}
func (*SampleRate) expr() {}
func (*Hole) expr()       {}
func (*Path) expr()       {}
func (*Tuple) expr()      {}
func (*Paren) expr()      {}
func (*Proj) expr()       {}
func (*Field) expr()      {}
func (*Array) expr()      {}
func (*Index) expr()      {}
func (*Record) expr()     {}
func (*Update) expr()     {}
func (*Call) expr()       {}
func (*MacroCall) expr()  {}
func (*Binary) expr()     {}
func (*Unary) expr()      {}
func (*Assign) expr()     {}
func (*Lambda) expr()     {}
func (*Block) expr()      {}
func (*If) expr()         {}
func (*Match) expr()      {}
func (*Quote) expr()      {}
func (*Splice) expr()     {}

// Op is an infix or prefix operator.
type Op uint8

// The operators, in the order of their text in opText.
const (
	OpAdd Op = iota
	OpSub
	OpMul
	OpDiv
	OpMod
	OpPow
	OpEq
	OpNe
	OpLt
	OpLe
	OpGt
	OpGe
	OpAnd
	OpOr
	OpAt        // @
	OpPipe      // |>
	OpMacroPipe // ||>
)

var opText = [...]string{"+", "-", "*", "/", "%", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "@", "|>", "||>"}

// String returns the operator as it is written.
func (op Op) String() string { return opText[op] }

// Pattern is what a let binds.
type Pattern interface {
	Node
	pattern()
}

type (
	// NamePattern binds a name.
	NamePattern struct {
		At
		Name Ident
	}
	// WildPattern is _.
	WildPattern struct{ At }
	// TuplePattern is (p, q).
	TuplePattern struct {
		At
		Elems []Pattern
	}
	// RecordPattern is {a = p}; it may omit fields. Fields stay as written.
	RecordPattern struct {
		At
		Fields []PatternField
	}
	// BadPattern stands where a pattern could not be read.
	BadPattern struct{ At }
)

// PatternField is Name = Pat inside a record pattern.
type PatternField struct {
	Name Ident
	Pat  Pattern
}

func (*NamePattern) pattern()   {}
func (*WildPattern) pattern()   {}
func (*TuplePattern) pattern()  {}
func (*RecordPattern) pattern() {}
func (*BadPattern) pattern()    {}

// MatchPattern is what an arm of match tests.
type MatchPattern interface {
	Node
	matchPattern()
}

type (
	// NumberMatch is a literal.
	NumberMatch struct {
		At
		Text  string
		Value float64
	}
	// WildMatch is _.
	WildMatch struct{ At }
	// NameMatch is a bare name, or float, int, string: a constructor without
	// payload, or a name to bind; the checker decides.
	NameMatch struct {
		At
		Name Ident
	}
	// CtorMatch is C(payload): one element for C(x); several for C(x, y),
	// which means the same as C((x, y)).
	CtorMatch struct {
		At
		Name    Ident
		Payload []MatchPattern // NameMatch, WildMatch and TupleMatch only
	}
	// TupleMatch is (p, q).
	TupleMatch struct {
		At
		Elems []MatchPattern
	}
	// BadMatch stands where a pattern could not be read.
	BadMatch struct{ At }
)

func (*NumberMatch) matchPattern() {}
func (*WildMatch) matchPattern()   {}
func (*NameMatch) matchPattern()   {}
func (*CtorMatch) matchPattern()   {}
func (*TupleMatch) matchPattern()  {}
func (*BadMatch) matchPattern()    {}

// Type is a type annotation.
type Type interface {
	Node
	typ()
}

type (
	// PrimType is float, int or string.
	PrimType struct {
		At
		Name string
	}
	// NameType is an identifier or path: an alias, a sum, or a type parameter.
	NameType struct {
		At
		Segs []Ident
	}
	// TupleType is (A, B); no elements is unit.
	TupleType struct {
		At
		Elems []Type
	}
	// RecordType is {a: A}; fields stay as written.
	RecordType struct {
		At
		Fields []TypeField
	}
	// ArrayType is [A].
	ArrayType struct {
		At
		Elem Type
	}
	// FuncType is (A, B) -> R.
	FuncType struct {
		At
		Params []Type
		Ret    Type
	}
	// CodeType is `A.
	CodeType struct {
		At
		X Type
	}
	// UnionType is A | B.
	UnionType struct {
		At
		Members []Type
	}
	// BadType stands where a type could not be read.
	BadType struct{ At }
)

// TypeField is Name: Type inside a record type.
type TypeField struct {
	Name Ident
	Type Type
}

func (*PrimType) typ()   {}
func (*NameType) typ()   {}
func (*TupleType) typ()  {}
func (*RecordType) typ() {}
func (*ArrayType) typ()  {}
func (*FuncType) typ()   {}
func (*CodeType) typ()   {}
func (*UnionType) typ()  {}
func (*BadType) typ()    {}

// Stmt is a statement, at top level, in a module or in a block.
type Stmt interface {
	Node
	stmt()
}

type (
	// ExprStmt is an expression as a statement.
	ExprStmt struct {
		At
		X Expr
	}
	// Let is let Pat: Type = Value.
	Let struct {
		At
		Pub   bool
		Pat   Pattern
		Type  Type // nil without annotation
		Value Expr
	}
	// LetRec is letrec Name = Value.
	LetRec struct {
		At
		Pub   bool
		Name  Ident
		Value Expr
	}
	// Fn is fn Name(Params) -> Ret Body; macro is a synonym. Fun is its
	// lambda: parameters, result annotation, body (a *Block).
	Fn struct {
		At
		Pub   bool
		Macro bool // written with the word macro
		Name  Ident
		Fun   *Lambda
	}
	// Include is include("path").
	Include struct {
		At
		Path *String
	}
	// StageDecl is #stage(main) or #stage(macro).
	StageDecl struct {
		At
		Macro bool
	}
	// Mod is mod Name { Stmts }, or mod Name (a file) when Inline is false.
	Mod struct {
		At
		Pub    bool
		Name   Ident
		Inline bool
		Stmts  []Stmt
	}
	// Use is use a::b, a::*, a::{b, c}.
	Use struct {
		At
		Pub   bool
		Path  []Ident
		All   bool    // ends in ::*
		Names []Ident // the braces
		Group bool    // has braces
	}
	// TypeDecl is type [rec] Name = A | B(T).
	TypeDecl struct {
		At
		Pub      bool
		Rec      bool
		Name     Ident
		Variants []Variant
	}
	// TypeAlias is type alias Name = T.
	TypeAlias struct {
		At
		Pub  bool
		Name Ident
		Type Type
	}
	// BadStmt stands where a statement could not be read.
	BadStmt struct{ At }
)

// Variant is one constructor of a sum type.
type Variant struct {
	At
	Name    Ident
	Payload []Type
}

func (*ExprStmt) stmt()  {}
func (*Let) stmt()       {}
func (*LetRec) stmt()    {}
func (*Fn) stmt()        {}
func (*Include) stmt()   {}
func (*StageDecl) stmt() {}
func (*Mod) stmt()       {}
func (*Use) stmt()       {}
func (*TypeDecl) stmt()  {}
func (*TypeAlias) stmt() {}
func (*BadStmt) stmt()   {}

// File is a parsed source file.
type File struct {
	Source *source.File
	Stmts  []Stmt
}

// Shown returns the name by which a text knows a definition: inside the
// compiler the member f of a module a::b is called a$b$f.
func Shown(name string) string { return strings.ReplaceAll(name, "$", "::") }
