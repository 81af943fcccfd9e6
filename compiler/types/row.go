package types

import "sort"

// Flatten returns the fields of r with those of its known tails, sorted by
// name, and the open tail, nil when r is closed.
func Flatten(r *Record) (fields []RecordField, tail *Var) {
	fields = r.Fields
	merged := false
	for r.Row != nil {
		if r.Row.Link == nil {
			tail = r.Row
			break
		}
		next, ok := Resolve(r.Row.Link).(*Record)
		if !ok {
			if v, isVar := Resolve(r.Row.Link).(*Var); isVar {
				tail = v
			}
			break
		}
		if len(next.Fields) > 0 {
			fields = append(fields[:len(fields):len(fields)], next.Fields...)
			merged = true
		}
		r = next
	}
	if merged {
		sort.SliceStable(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	}
	return fields, tail
}

// findField returns the type of the field name among fields.
func findField(fields []RecordField, name string) (Type, bool) {
	i := sort.Search(len(fields), func(i int) bool { return fields[i].Name >= name })
	if i < len(fields) && fields[i].Name == name {
		return fields[i].Type, true
	}
	return nil, false
}

// extend adds a field to the open tail and returns its type and the new tail.
// The new variables live where the tail lives.
func (c *checker) extend(tail *Var, name string) (Type, *Var) {
	t := c.freshAt(tail.Level)
	rest := c.freshAt(tail.Level)
	rest.Row = true
	c.link(tail, &Record{Fields: []RecordField{{name, t}}, Row: rest})
	return t, rest
}

// openRecord returns {fields | r} with a fresh tail of the given level.
func (c *checker) openRecord(level int, fields ...RecordField) *Record {
	row := c.freshAt(level)
	row.Row = true
	return &Record{Fields: fields, Row: row}
}

// sortFields sorts fields by name and drops repeated names, which it reports.
func sortFields(fields []RecordField) (sorted []RecordField, double bool) {
	sort.SliceStable(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	sorted = fields[:0]
	for i, f := range fields {
		if i > 0 && sorted[len(sorted)-1].Name == f.Name {
			double = true
			continue
		}
		sorted = append(sorted, f)
	}
	return sorted, double
}
