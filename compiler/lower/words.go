// Types as words: what a value of a type is made of, and how the words of one
// type become those of another.

package lower

import (
	"fmt"
	"sort"
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/types"
	"mmm/state"
)

// substitution gives the quantified variables of an instance their types, all
// of them concrete.
type substitution map[*types.Var]types.Type

// concrete returns t without variables: quantified ones replaced, undetermined
// ones numbers, open records closed, one-element tuples opened.
func (s substitution) concrete(t types.Type) types.Type {
	switch t := types.Resolve(t).(type) {
	case *types.Var:
		if c, ok := s[t]; ok {
			return c
		}
		return types.Number
	case *types.Tuple:
		if len(t.Elems) == 1 {
			return s.concrete(t.Elems[0])
		}
		if len(t.Elems) == 0 {
			return types.Unit
		}
		c := &types.Tuple{Elems: make([]types.Type, len(t.Elems))}
		for i, e := range t.Elems {
			c.Elems[i] = s.concrete(e)
		}
		return c
	case *types.Record:
		c := &types.Record{}
		s.fields(t, c)
		sort.SliceStable(c.Fields, func(i, j int) bool { return c.Fields[i].Name < c.Fields[j].Name })
		if len(c.Fields) == 0 {
			return types.Unit
		}
		return c
	case *types.Function:
		c := &types.Function{Params: make([]types.ParamType, len(t.Params)), Ret: s.concrete(t.Ret)}
		for i, p := range t.Params {
			c.Params[i] = types.ParamType{Name: p.Name, Type: s.concrete(p.Type), HasDefault: p.HasDefault}
		}
		return c
	case *types.Array:
		return &types.Array{Elem: s.concrete(t.Elem)}
	case *types.Boxed:
		return &types.Boxed{X: s.concrete(t.X)}
	case *types.Union:
		c := &types.Union{}
		for _, m := range t.Members {
			c.Members = append(c.Members, s.concrete(m))
		}
		return c
	case *types.Code:
		return &types.Code{X: s.concrete(t.X)}
	case types.Prim:
		if t == types.Failure {
			return types.Number
		}
		return t
	default:
		return t
	}
}

// fields appends the concrete fields of t and of its row to c.
func (s substitution) fields(t *types.Record, c *types.Record) {
	for _, f := range t.Fields {
		c.Fields = append(c.Fields, types.RecordField{Name: f.Name, Type: s.concrete(f.Type)})
	}
	if t.Row == nil {
		return
	}
	row := types.Resolve(t.Row)
	if v, ok := row.(*types.Var); ok {
		row = s[v]
	}
	if r, ok := row.(*types.Record); ok {
		s.fields(r, c)
	}
}

// kinds returns the words of a value of type t.
func (s substitution) kinds(t types.Type) []state.WordKind { return flatten(s.concrete(t), nil) }

// flatten appends the words of the concrete type t.
func flatten(t types.Type, to []state.WordKind) []state.WordKind {
	switch t := t.(type) {
	case types.Prim:
		switch t {
		case types.Unit:
			return to
		case types.Int:
			return append(to, state.IntWord)
		case types.String:
			return append(to, state.StringWord)
		}
		return append(to, state.NumWord)
	case *types.Tuple:
		for _, e := range t.Elems {
			to = flatten(e, to)
		}
		return to
	case *types.Record:
		for _, f := range t.Fields {
			to = flatten(f.Type, to)
		}
		return to
	case *types.Function:
		return append(to, state.FnWord)
	case *types.Array:
		return append(to, state.ArrayWord)
	case *types.Boxed, *types.Code:
		return append(to, state.BoxWord)
	case *types.Sum, *types.Union:
		return sumKinds(t, to)
	}
	return append(to, state.NumWord)
}

// size returns the number of words of the concrete type t.
func size(t types.Type) int { return len(flatten(t, nil)) }

// paramTypes returns the parameters of fn as one tuple.
func paramTypes(fn *types.Func) types.Type {
	t := &types.Tuple{}
	for _, p := range fn.Type.Params {
		t.Elems = append(t.Elems, p.Type)
	}
	return t
}

// part is a component of an aggregate: its type and the words before it.
type part struct {
	name string
	typ  types.Type
	off  int
}

// parts returns the components of the concrete type t in memory order, nil
// when it is no tuple or record.
func parts(t types.Type) []part {
	var ps []part
	off := 0
	add := func(name string, t types.Type) {
		ps = append(ps, part{name, t, off})
		off += size(t)
	}
	switch t := t.(type) {
	case *types.Tuple:
		for _, e := range t.Elems {
			add("", e)
		}
	case *types.Record:
		for _, f := range t.Fields {
			add(f.Name, f.Type)
		}
	}
	return ps
}

// field finds the component of that name.
func field(ps []part, name string) (part, bool) {
	for _, p := range ps {
		if p.name == name {
			return p, true
		}
	}
	return part{}, false
}

// convert turns words of type from into words of type to (types.md 8.3).
func (c *function) convert(vals []mir.Value, from, to types.Type, pos source.Span) []mir.Value {
	return c.convertConcrete(vals, c.sub.concrete(from), c.sub.concrete(to), pos)
}

func (c *function) convertConcrete(vals []mir.Value, from, to types.Type, pos source.Span) []mir.Value {
	if from == to {
		return vals // also keeps a deep type from being taken apart level by level
	}
	if from == types.Int && to == types.Number {
		return []mir.Value{c.b.Op(mir.ItoF, vals[0])}
	}
	if u, ok := to.(*types.Union); ok && typeKey(from) != typeKey(to) {
		return c.inject(vals, from, u, pos)
	}
	fromBox, boxed := from.(*types.Boxed)
	toBox, wantsBox := to.(*types.Boxed)
	switch {
	case boxed && !wantsBox:
		inner := c.sub.concrete(fromBox.X)
		return c.convertConcrete(c.unbox(vals[0], inner), inner, to, pos)
	case wantsBox && !boxed:
		inner := c.sub.concrete(toBox.X)
		return c.box(c.convertConcrete(vals, from, inner, pos), inner)
	}
	fp, tp := parts(from), parts(to)
	cut := func(p part) []mir.Value { return vals[p.off : p.off+size(p.typ)] }
	_, fromRecord := from.(*types.Record)
	_, toRecord := to.(*types.Record)
	switch {
	case fp == nil && tp == nil:
	case fromRecord && toRecord:
		var out []mir.Value
		for _, t := range tp {
			if f, ok := field(fp, t.name); ok {
				out = append(out, c.convertConcrete(cut(f), f.typ, t.typ, pos)...)
			}
		}
		vals = out
	case len(fp) == len(tp):
		var out []mir.Value
		for i, t := range tp {
			out = append(out, c.convertConcrete(cut(fp[i]), fp[i].typ, t.typ, pos)...)
		}
		vals = out
	case fromRecord && len(fp) == 1:
		vals = c.convertConcrete(vals, fp[0].typ, to, pos)
	case toRecord && len(tp) == 1:
		vals = c.convertConcrete(vals, from, tp[0].typ, pos)
	}
	if len(vals) != size(to) {
		c.ds.Errorf(diag.Internal, pos, "internal error: a value of %d words where %d are needed", len(vals), size(to))
		return zeros(c.b, flatten(to, nil))
	}
	return vals
}

// zeros returns one zero word for each kind.
func zeros(b *mir.Builder, kinds []state.WordKind) []mir.Value {
	vals := make([]mir.Value, len(kinds))
	for i, k := range kinds {
		if k == state.NumWord {
			vals[i] = b.Num(0)
		} else {
			vals[i] = b.Int(0)
		}
	}
	return vals
}

// instanceKey names the instance of fn under sub: one text for equal types.
func instanceKey(fn *types.Func, sub substitution) string {
	vars := make([]*types.Var, 0, len(sub))
	for v := range sub {
		vars = append(vars, v)
	}
	sort.Slice(vars, func(i, j int) bool { return vars[i].ID < vars[j].ID })
	var s strings.Builder
	fmt.Fprintf(&s, "%p", fn)
	for _, v := range vars {
		fmt.Fprintf(&s, " %d:", v.ID)
		shape(&s, sub[v])
	}
	return s.String()
}

// typeKey returns a text that is equal for equal concrete types.
func typeKey(t types.Type) string {
	var s strings.Builder
	shape(&s, t)
	return s.String()
}

// shape writes a concrete type as text that is equal for equal types.
func shape(s *strings.Builder, t types.Type) {
	switch t := t.(type) {
	case types.Prim:
		fmt.Fprintf(s, "%d", t)
	case *types.Tuple:
		s.WriteByte('(')
		for _, e := range t.Elems {
			shape(s, e)
			s.WriteByte(',')
		}
		s.WriteByte(')')
	case *types.Record:
		s.WriteByte('{')
		for _, f := range t.Fields {
			s.WriteString(f.Name)
			s.WriteByte(':')
			shape(s, f.Type)
			s.WriteByte(',')
		}
		s.WriteByte('}')
	case *types.Function:
		s.WriteString("fn")
		for _, p := range t.Params {
			shape(s, p.Type)
			s.WriteByte(',')
		}
		s.WriteString("->")
		shape(s, t.Ret)
	case *types.Array:
		s.WriteByte('[')
		shape(s, t.Elem)
		s.WriteByte(']')
	case *types.Sum:
		s.WriteString(t.Name)
	case *types.Boxed:
		s.WriteByte('*')
		shape(s, t.X)
	case *types.Union:
		for _, m := range t.Members {
			s.WriteByte('|')
			shape(s, substitution{}.concrete(m))
		}
	case *types.Code:
		s.WriteByte('`')
		shape(s, t.X)
	default:
		fmt.Fprintf(s, "%T", t)
	}
}
