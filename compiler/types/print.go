package types

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"mmm/compiler/syntax"
)

// maxPrinted bounds the length in bytes of a printed type.
const maxPrinted = 2_000

// printer writes types; names gives quantified variables their letters.
type printer struct {
	b     strings.Builder
	names map[*Var]string
	taken map[string]bool
	depth int
	short bool // sum types by name only
}

// Print writes every global with its type, one a line, in order of
// definition: the form of `mmm emit types`.
func Print(w io.Writer, info *Info) error {
	for _, b := range info.order {
		if _, err := fmt.Fprintf(w, "%s : %s\n", syntax.Shown(b.Name), b.Scheme); err != nil {
			return err
		}
	}
	return nil
}

// String prints the scheme with the letters a, b, ... for its variables.
func (s Scheme) String() string {
	if s.Type == nil {
		return "!"
	}
	p := &printer{names: map[*Var]string{}, taken: map[string]bool{}, short: true}
	for _, v := range s.Vars {
		if v.Name != "" && !p.taken[v.Name] {
			p.names[v] = v.Name
			p.taken[v.Name] = true
		}
	}
	for _, v := range s.Vars {
		if p.names[v] == "" {
			p.names[v] = p.letter()
		}
	}
	p.typ(s.Type)
	return p.b.String()
}

// letter returns the first free name of a, b, ..., z, a1, ...
func (p *printer) letter() string {
	for i := 0; ; i++ {
		name := string(rune('a' + i%26))
		if i >= 26 {
			name += strconv.Itoa(i / 26)
		}
		if !p.taken[name] {
			p.taken[name] = true
			return name
		}
	}
}

// typeName prints t as messages show it.
func typeName(t Type) string {
	p := &printer{}
	p.typ(t)
	return p.b.String()
}

// paramsName prints the parameter list of f with names where they are known.
func paramsName(f *Function) string {
	p := &printer{}
	p.params(f, true)
	return p.b.String()
}

func (p *printer) typ(t Type) {
	if p.b.Len() > maxPrinted || p.depth > 200 {
		if !strings.HasSuffix(p.b.String(), "…") {
			p.b.WriteString("…")
		}
		return
	}
	p.depth++
	defer func() { p.depth-- }()
	switch x := Resolve(t).(type) {
	case Prim:
		p.b.WriteString([...]string{"()", "number", "int", "string", "!"}[x])
	case *Var:
		p.variable(x)
	case *Array:
		p.b.WriteByte('[')
		p.typ(x.Elem)
		p.b.WriteString(", ...]")
	case *Tuple:
		p.b.WriteByte('(')
		for i, e := range x.Elems {
			if i > 0 {
				p.b.WriteByte(',')
			}
			p.typ(e)
		}
		p.b.WriteByte(')')
	case *Record:
		fields, tail := Flatten(x)
		p.b.WriteByte('(')
		for i, f := range fields {
			if i > 0 {
				p.b.WriteByte(',')
			}
			p.b.WriteString(f.Name)
			p.b.WriteString(": ")
			p.typ(f.Type)
		}
		if tail != nil {
			if len(fields) > 0 {
				p.b.WriteByte(',')
			}
			p.b.WriteString("..")
		}
		p.b.WriteByte(')')
	case *Function:
		p.params(x, false)
		p.b.WriteString("->")
		p.typ(x.Ret)
	case *Code:
		p.b.WriteString("`(")
		p.typ(x.X)
		p.b.WriteByte(')')
	case *Boxed:
		p.b.WriteString("boxed(")
		p.typ(x.X)
		p.b.WriteByte(')')
	case *Union:
		for i, m := range x.Members {
			if i > 0 {
				p.b.WriteString(" | ")
			}
			_, function := Resolve(m).(*Function)
			if function {
				p.b.WriteByte('(')
			}
			p.typ(m)
			if function {
				p.b.WriteByte(')')
			}
		}
	case *Sum:
		p.b.WriteString(syntax.Shown(x.Name))
		if p.short {
			return
		}
		p.b.WriteString(" = ")
		for i, v := range x.Variants {
			if i > 0 {
				p.b.WriteString(" | ")
			}
			p.b.WriteString(v.Name)
		}
	}
}

func (p *printer) params(f *Function, named bool) {
	p.b.WriteByte('(')
	for i, q := range f.Params {
		if i > 0 {
			p.b.WriteByte(',')
		}
		if named && q.Name != "" {
			p.b.WriteString(q.Name)
			p.b.WriteString(": ")
		}
		p.typ(q.Type)
	}
	p.b.WriteByte(')')
}

func (p *printer) variable(v *Var) {
	switch {
	case p.names[v] != "":
		p.b.WriteString(p.names[v])
	case v.Name != "":
		p.b.WriteString(v.Name)
	default:
		fmt.Fprintf(&p.b, "unresolved type variable ?%d", v.ID)
	}
}
