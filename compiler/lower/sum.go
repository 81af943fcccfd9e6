// Sum types and unions: a tag word, then the payload (types.md 4.2).

package lower

import (
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/state"
)

// payloads returns the concrete payload type for each tag of a sum or union,
// Unit where there is none; nil for other types.
func payloads(t types.Type) []types.Type {
	var list []types.Type
	switch t := t.(type) {
	case *types.Sum:
		for _, v := range t.Variants {
			if v.Payload == nil {
				list = append(list, types.Unit)
			} else {
				list = append(list, substitution{}.concrete(v.Payload))
			}
		}
	case *types.Union:
		for _, m := range t.Members {
			list = append(list, substitution{}.concrete(m))
		}
	}
	return list
}

// sumKinds appends the words of a sum or union: the tag, then for each payload
// word the kind that all variants agree on, else that of a raw word.
func sumKinds(t types.Type, to []state.WordKind) []state.WordKind {
	to = append(to, state.TagWord)
	var words []state.WordKind
	for _, p := range payloads(t) {
		for i, k := range flatten(p, nil) {
			switch {
			case i == len(words):
				words = append(words, k)
			case words[i] != k:
				words[i] = state.IntWord
			}
		}
	}
	return append(to, words...)
}

// tagged makes a value of the sum or union t of a tag and its payload.
func (c *function) tagged(t types.Type, tag int, payload []mir.Value) []mir.Value {
	vals := append([]mir.Value{c.b.Int(int64(tag))}, payload...)
	for len(vals) < size(t) {
		vals = append(vals, c.b.Int(0))
	}
	return vals
}

// constructor lowers a constructor in value position.
func (c *function) constructor(ctor *types.Ctor, e *syntax.Path) []mir.Value {
	if ctor.Sum.Variants[ctor.Tag].Payload == nil {
		return c.tagged(ctor.Sum, ctor.Tag, nil)
	}
	return c.generated("constructor "+ctor.Sum.Variants[ctor.Tag].Name, c.typ(e), e.Pos, func(inner *function, args []mir.Value) []mir.Value {
		return inner.construct(ctor, args)
	})
}

// payload evaluates the arguments of a constructor as the words of its payload.
func (c *function) payload(info *types.CallInfo, args []syntax.Expr, at source.Span) []mir.Value {
	params := info.Params.Params
	list := &types.Tuple{}
	for _, p := range params {
		list.Elems = append(list.Elems, c.sub.concrete(p.Type))
	}
	var target types.Type = list
	if len(list.Elems) == 1 {
		target = list.Elems[0]
	}
	if len(args) == 1 {
		return c.convertConcrete(c.expr(args[0]), c.typ(args[0]), target, at)
	}
	var vals []mir.Value
	for i, p := range parts(target) {
		if i < len(args) {
			vals = append(vals, c.convertConcrete(c.expr(args[i]), c.typ(args[i]), p.typ, args[i].Span())...)
		}
	}
	return vals
}

// construct makes the value of a constructor applied to the words of its
// payload.
func (c *function) construct(ctor *types.Ctor, payload []mir.Value) []mir.Value {
	return c.tagged(ctor.Sum, ctor.Tag, payload)
}

// inject turns a value of type from into the union to: another union is tagged
// anew, anything else becomes the first member that it fits (types.md 8.3).
func (c *function) inject(vals []mir.Value, from types.Type, to *types.Union, at source.Span) []mir.Value {
	members := payloads(to)
	if u, ok := from.(*types.Union); ok {
		tag := c.b.Int(0)
		for i, m := range payloads(u) {
			if k := member(members, m); k >= 0 {
				tag = c.b.Op(mir.Select, c.b.Op(mir.EqI, vals[0], c.b.Int(int64(i))), c.b.Int(int64(k)), tag)
			}
		}
		out := append([]mir.Value{tag}, vals[1:min(len(vals), size(to))]...)
		for len(out) < size(to) {
			out = append(out, c.b.Int(0))
		}
		return out
	}
	k := member(members, from)
	if k < 0 { // no equal member: the first of the same words
		for i, m := range members {
			if size(m) == len(vals) {
				k = i
				break
			}
		}
	}
	if k < 0 {
		c.unsupported(at, "this conversion to a union")
		k = 0
	}
	return c.tagged(to, k, c.convertConcrete(vals, from, members[k], at))
}

// member returns the index of the type t among members, -1 if it is not there.
func member(members []types.Type, t types.Type) int {
	for i, m := range members {
		if typeKey(m) == typeKey(t) {
			return i
		}
	}
	return -1
}

// memberTag returns the tag that a pattern named name selects in a union.
func memberTag(u *types.Union, name string) int {
	for i, m := range payloads(u) {
		switch m := m.(type) {
		case types.Prim:
			if name == map[types.Prim]string{types.Number: "float", types.Int: "int", types.String: "string", types.Unit: "unit"}[m] {
				return i
			}
		case *types.Sum:
			if m.Name == name {
				return i
			}
		}
	}
	return -1
}
