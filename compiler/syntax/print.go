// The tree as text, for `mmm emit ast` and for tests: nested lists, each headed
// by the construct's name.

package syntax

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// printWidth is the longest line in columns, where a list can be broken.
const printWidth = 100

// maxIndent bounds the indentation, so that a deep tree does not print as a
// square of spaces.
const maxIndent = 60

// Print writes the statements of f as nested lists, one statement a line or
// more. The text depends on nothing but the tree.
func Print(w io.Writer, f *File) error {
	out := bufio.NewWriter(w)
	for _, s := range f.Stmts {
		stmtForm(s).write(out, 0)
		out.WriteByte('\n')
	}
	return out.Flush()
}

// form is a printed node: a word, or a list of forms.
type form struct {
	word string
	list []*form // nil for a word
	size int     // columns on one line
}

func word(s string) *form { return &form{word: s, size: len(s)} }

// list makes (head items...).
func list(head string, items ...*form) *form {
	f := &form{list: append([]*form{word(head)}, items...)}
	if head == "" {
		f.list = f.list[1:]
	}
	f.size = 1
	for _, i := range f.list {
		f.size += i.size + 1
	}
	f.size = max(f.size, len("()"))
	return f
}

// write prints f, whose first column is indent.
func (f *form) write(w *bufio.Writer, indent int) {
	if f.list == nil {
		w.WriteString(f.word)
		return
	}
	w.WriteByte('(')
	broken := min(indent, maxIndent)+f.size > printWidth
	for i, item := range f.list {
		switch {
		case i == 0:
		case broken && (item.list != nil || f.list[i-1].list != nil):
			w.WriteByte('\n')
			w.WriteString(strings.Repeat(" ", min(indent+2, maxIndent)))
		default:
			w.WriteByte(' ')
		}
		item.write(w, indent+2)
	}
	w.WriteByte(')')
}

// forms maps the elements of a slice.
func forms[T any](items []T, f func(T) *form) []*form {
	out := make([]*form, len(items))
	for i, item := range items {
		out[i] = f(item)
	}
	return out
}

func identForm(i Ident) *form {
	if i.Name == "" {
		return word("(bad)")
	}
	return word(Shown(i.Name))
}

func pathForm(segs []Ident) *form {
	names := make([]string, len(segs))
	for i, s := range segs {
		names[i] = identForm(s).word
	}
	return word(strings.Join(names, "::"))
}

func exprForm(e Expr) *form {
	switch e := e.(type) {
	case *Bad:
		return list("bad")
	case *Number:
		return word(e.Text)
	case *String:
		return word(strconv.Quote(e.Value))
	case *Self:
		return word("self")
	case *Now:
		return word("now")
	case *SampleRate:
		return word("samplerate")
	case *Hole:
		return word("_")
	case *Path:
		return pathForm(e.Segs)
	case *Tuple:
		return list("tuple", forms(e.Elems, exprForm)...)
	case *Paren:
		return list("paren", exprForm(e.X))
	case *Proj:
		return list("proj", exprForm(e.X), word(strconv.Itoa(e.Index)))
	case *Field:
		return list("field", exprForm(e.X), identForm(e.Name))
	case *Array:
		return list("array", forms(e.Elems, exprForm)...)
	case *Index:
		return list("index", exprForm(e.X), exprForm(e.I))
	case *Record:
		items := forms(e.Fields, fieldForm)
		if e.Partial {
			items = append(items, word(".."))
		}
		return list("record", items...)
	case *Update:
		return list("update", append([]*form{exprForm(e.Base)}, forms(e.Fields, fieldForm)...)...)
	case *Call:
		return list("call", append([]*form{exprForm(e.Fn)}, forms(e.Args, exprForm)...)...)
	case *MacroCall:
		return list("macro-call", append([]*form{exprForm(e.Path)}, forms(e.Args, exprForm)...)...)
	case *Binary:
		return list(e.Op.String(), exprForm(e.L), exprForm(e.R))
	case *Unary:
		return list("prefix"+e.Op.String(), exprForm(e.X))
	case *Assign:
		return list("=", exprForm(e.Target), exprForm(e.Value))
	case *Lambda:
		return list("lambda", lambdaForms(e)...)
	case *Block:
		return list("block", forms(e.Stmts, stmtForm)...)
	case *If:
		if e.Else == nil {
			return list("if", exprForm(e.Cond), exprForm(e.Then))
		}
		return list("if", exprForm(e.Cond), exprForm(e.Then), exprForm(e.Else))
	case *Match:
		return list("match", append([]*form{exprForm(e.X)}, forms(e.Arms, armForm)...)...)
	case *Quote:
		return list("quote", exprForm(e.X))
	case *Splice:
		return list("splice", exprForm(e.X))
	}
	return list("unknown")
}

func fieldForm(f RecordField) *form { return list(identForm(f.Name).word, exprForm(f.Value)) }

func armForm(a *Arm) *form { return list("=>", matchForm(a.Pat), exprForm(a.Body)) }

func lambdaForms(l *Lambda) []*form {
	items := []*form{list("", forms(l.Params, paramForm)...)}
	if l.Ret != nil {
		items = append(items, list("->", typeForm(l.Ret)))
	}
	return append(items, exprForm(l.Body))
}

func paramForm(p *Param) *form {
	if p.Type == nil && p.Default == nil {
		return identForm(p.Name)
	}
	items := []*form{identForm(p.Name)}
	if p.Type != nil {
		items = append(items, list(":", typeForm(p.Type)))
	}
	if p.Default != nil {
		items = append(items, list("=", exprForm(p.Default)))
	}
	return list("param", items...)
}

func patternForm(p Pattern) *form {
	switch p := p.(type) {
	case *NamePattern:
		return identForm(p.Name)
	case *WildPattern:
		return word("_")
	case *TuplePattern:
		return list("tuple", forms(p.Elems, patternForm)...)
	case *RecordPattern:
		return list("record", forms(p.Fields, func(f PatternField) *form {
			return list(identForm(f.Name).word, patternForm(f.Pat))
		})...)
	}
	return list("bad")
}

func matchForm(p MatchPattern) *form {
	switch p := p.(type) {
	case *NumberMatch:
		return word(p.Text)
	case *WildMatch:
		return word("_")
	case *NameMatch:
		return identForm(p.Name)
	case *CtorMatch:
		return list("ctor", append([]*form{identForm(p.Name)}, forms(p.Payload, matchForm)...)...)
	case *TupleMatch:
		return list("tuple", forms(p.Elems, matchForm)...)
	}
	return list("bad")
}

func typeForm(t Type) *form {
	switch t := t.(type) {
	case *PrimType:
		return word(t.Name)
	case *NameType:
		return pathForm(t.Segs)
	case *TupleType:
		return list("tuple", forms(t.Elems, typeForm)...)
	case *RecordType:
		return list("record", forms(t.Fields, func(f TypeField) *form {
			return list(identForm(f.Name).word, typeForm(f.Type))
		})...)
	case *ArrayType:
		return list("array", typeForm(t.Elem))
	case *FuncType:
		return list("fn", list("", forms(t.Params, typeForm)...), typeForm(t.Ret))
	case *CodeType:
		return list("code", typeForm(t.X))
	case *UnionType:
		return list("union", forms(t.Members, typeForm)...)
	}
	return list("bad")
}

// public marks a form of a statement written with pub.
func public(pub bool, f *form) *form {
	if pub {
		return list("pub", f)
	}
	return f
}

func stmtForm(s Stmt) *form {
	switch s := s.(type) {
	case *ExprStmt:
		return exprForm(s.X)
	case *Let:
		items := []*form{patternForm(s.Pat)}
		if s.Type != nil {
			items = append(items, list(":", typeForm(s.Type)))
		}
		return public(s.Pub, list("let", append(items, exprForm(s.Value))...))
	case *LetRec:
		return public(s.Pub, list("letrec", identForm(s.Name), exprForm(s.Value)))
	case *Fn:
		head := "fn"
		if s.Macro {
			head = "macro"
		}
		return public(s.Pub, list(head, append([]*form{identForm(s.Name)}, lambdaForms(s.Fun)...)...))
	case *Include:
		return list("include", exprForm(s.Path))
	case *StageDecl:
		if s.Macro {
			return list("stage", word("macro"))
		}
		return list("stage", word("main"))
	case *Mod:
		if !s.Inline {
			return public(s.Pub, list("mod-file", identForm(s.Name)))
		}
		return public(s.Pub, list("mod", append([]*form{identForm(s.Name)}, forms(s.Stmts, stmtForm)...)...))
	case *Use:
		items := []*form{pathForm(s.Path)}
		if s.All {
			items = append(items, word("*"))
		}
		if s.Group {
			items = append(items, list("", forms(s.Names, identForm)...))
		}
		return public(s.Pub, list("use", items...))
	case *TypeDecl:
		head := "type"
		if s.Rec {
			head = "type-rec"
		}
		return public(s.Pub, list(head, append([]*form{identForm(s.Name)}, forms(s.Variants, func(v Variant) *form {
			if len(v.Payload) == 0 {
				return identForm(v.Name)
			}
			return list(identForm(v.Name).word, forms(v.Payload, typeForm)...)
		})...)...))
	case *TypeAlias:
		return public(s.Pub, list("type-alias", identForm(s.Name), typeForm(s.Type)))
	}
	return list("bad")
}
