package syntax

import (
	"reflect"
	"strings"
	"testing"

	"mmm/compiler/diag"
	"mmm/compiler/source"
)

// parse reads text as file x.mmm.
func parse(text string) (*File, *diag.List) {
	src, _, _ := source.NewFile("x.mmm", text)
	var ds diag.List
	return Parse(src, &ds), &ds
}

// tree returns the printed tree of text, and its diagnostics if there are any.
func tree(text string) string {
	f, ds := parse(text)
	var b strings.Builder
	Print(&b, f)
	diag.Render(&b, ds, diag.Options{})
	return strings.TrimSuffix(b.String(), "\n")
}

// errors returns the heads of the diagnostics of text, one a line, with notes
// and help.
func errors(text string) string {
	_, ds := parse(text)
	var b strings.Builder
	diag.Render(&b, ds, diag.Options{})
	var heads []string
	for _, line := range strings.Split(b.String(), "\n") {
		if line != "" && !strings.HasPrefix(line, " ") {
			heads = append(heads, strings.TrimPrefix(line, "x.mmm:"))
		}
	}
	return strings.Join(heads, "\n")
}

// row is a program and what is expected of it.
type row struct{ text, want string }

func checkTrees(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		if got := tree(r.text); got != r.want {
			t.Errorf("%.200s\n got %s\nwant %s", r.text, got, r.want)
		}
	}
}

func checkErrors(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		if got := errors(r.text); got != r.want {
			t.Errorf("%.200s\n got %s\nwant %s", r.text, got, r.want)
		}
	}
}

// visit calls f for every node under v, which is a node or holds some, with the
// span of the nearest node around it.
func visit(v reflect.Value, outer source.Span, f func(name string, span, outer source.Span)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem(), outer, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), outer, f)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeOf(source.Span{}) || v.Type() == reflect.TypeOf(source.File{}) {
			return
		}
		if at := v.FieldByName("At"); at.IsValid() {
			span := at.Interface().(At).Pos
			f(v.Type().Name(), span, outer)
			outer = span
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "At" && v.Type().Field(i).Name != "Source" {
				visit(v.Field(i), outer, f)
			}
		}
	}
}

// checkSpans reports the nodes whose span is no part of the text or of the node
// around them.
func checkSpans(t *testing.T, f *File) {
	t.Helper()
	whole := source.Span{File: f.Source, End: len(f.Source.Text)}
	visit(reflect.ValueOf(f.Stmts), whole, func(name string, s, outer source.Span) {
		switch {
		case s.File != f.Source || s.Start < 0 || s.Start > s.End || s.End > len(f.Source.Text):
			t.Errorf("%q: %s has the span %d to %d", f.Source.Text, name, s.Start, s.End)
		case s.Start < outer.Start || s.End > outer.End:
			t.Errorf("%q: %s at %d to %d leaves the node around it, %d to %d", f.Source.Text, name, s.Start, s.End, outer.Start, outer.End)
		}
	})
}
