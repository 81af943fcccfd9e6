// Walks over parts of the tree.

package syntax

// WalkTypes calls visit for every type name in t.
func WalkTypes(t Type, visit func(*NameType)) {
	switch t := t.(type) {
	case *NameType:
		visit(t)
	case *TupleType:
		for _, e := range t.Elems {
			WalkTypes(e, visit)
		}
	case *RecordType:
		for _, f := range t.Fields {
			WalkTypes(f.Type, visit)
		}
	case *ArrayType:
		WalkTypes(t.Elem, visit)
	case *FuncType:
		for _, p := range t.Params {
			WalkTypes(p, visit)
		}
		WalkTypes(t.Ret, visit)
	case *CodeType:
		WalkTypes(t.X, visit)
	case *UnionType:
		for _, m := range t.Members {
			WalkTypes(m, visit)
		}
	}
}

// Chain returns the operators on the left spine of top, outermost first.
func Chain(top *Binary) []*Binary {
	var chain []*Binary
	for b, ok := top, true; ok; b, ok = b.L.(*Binary) {
		chain = append(chain, b)
	}
	return chain
}
