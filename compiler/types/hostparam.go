package types

import (
	"math"

	"mmm/compiler/diag"
	"mmm/compiler/syntax"
)

// maxSteps bounds the steps of a control: an editor shows them all.
const maxSteps = 1000

// paramFields are the fields that describe a control, and what each must be.
const paramFields = "init, min, max, curve, unit, smooth and steps"

// param infers Param!(name, {init, min, max, curve, unit, smooth, steps})
// (builtins.md 21).
func (c *checker) param(e *syntax.MacroCall, h *Host) Type {
	if !c.hostCount(e, "Param", 2, "name, description") {
		return Failure
	}
	label, ok := c.hostString(e.Args[0], "the name of a control")
	r, isRecord := strip(e.Args[1]).(*syntax.Record)
	if !isRecord || r.Partial {
		c.errorf(diag.HostArgument, e.Args[1].Span(), "The description of a control must be a record with the fields %s", paramFields)
		return Failure
	}
	p := description{checker: c, h: h}
	h.Name = label
	for i, f := range r.Fields {
		if i > 0 && r.Fields[i-1].Name.Name == f.Name.Name {
			c.errorf(diag.DuplicateKey, r.Span(), "Duplicate keys found in record type")
			return Failure
		}
		ok = p.field(f) && ok
	}
	if p.init == nil {
		c.errorf(diag.HostArgument, r.Span(), "The description of a control must have the field init")
		return Failure
	}
	if !ok || !p.complete(r) {
		return Failure
	}
	c.info.Hosts[e] = h
	return Number
}

// description reads the record of a Param!.
type description struct {
	*checker
	h              *Host
	init, min, max syntax.Expr // fields that are given
	curve          syntax.Expr
}

// field reads one field.
func (p *description) field(f syntax.RecordField) (ok bool) {
	var x float64
	h := p.h
	switch f.Name.Name {
	case "init":
		p.init = f.Value
		x, ok = p.hostNumber(f.Value)
		h.Init = &Const{Leaf: true, Number: x}
	case "min":
		p.min = f.Value
		h.Min, ok = p.hostNumber(f.Value)
	case "max":
		p.max = f.Value
		h.Max, ok = p.hostNumber(f.Value)
	case "curve":
		p.curve = f.Value
		if h.Curve, ok = p.hostString(f.Value, "a curve"); ok && h.Curve != "lin" && h.Curve != "log" && h.Curve != "exp" {
			p.errorf(diag.HostArgument, f.Value.Span(), "There is no curve %q: a curve is \"lin\", \"log\" or \"exp\"", h.Curve)
			return false
		}
	case "unit":
		h.Unit, ok = p.hostString(f.Value, "a unit")
	case "smooth":
		h.Smooth, ok = p.hostNumber(f.Value)
		if ok && h.Smooth < 0 {
			p.errorf(diag.HostArgument, f.Value.Span(), "The time of smoothing must not be negative: %v", h.Smooth)
			return false
		}
	case "steps":
		return p.steps(f.Value)
	default:
		p.errorf(diag.HostArgument, f.Name.Pos, "A control has no field %q, but %s", f.Name.Name, paramFields)
	}
	return ok
}

// steps reads a number of steps or the list of their labels.
func (p *description) steps(e syntax.Expr) (ok bool) {
	h := p.h
	list, isArray := strip(e).(*syntax.Array)
	if !isArray {
		x, ok := p.hostNumber(e)
		if ok {
			h.Steps, ok = p.hostIndex(e, x, 2, maxSteps, "The number of steps")
		}
		return ok
	}
	if len(list.Elems) < 2 || len(list.Elems) > maxSteps {
		p.errorf(diag.HostArgument, e.Span(), "A control has 2 to %d steps, not %d", maxSteps, len(list.Elems))
		return false
	}
	seen := map[string]bool{}
	for _, x := range list.Elems {
		label, ok := p.hostString(x, "the label of a step")
		if !ok {
			return false
		}
		if seen[label] {
			p.errorf(diag.HostArgument, x.Span(), "Two steps have the label %q", label)
			return false
		}
		seen[label] = true
		h.Labels = append(h.Labels, label)
	}
	h.Steps = len(h.Labels)
	return true
}

// complete gives the fields that are missing their defaults and checks what
// concerns several.
func (p *description) complete(r *syntax.Record) bool {
	h, x := p.h, p.h.Init.Number
	span := math.Max(math.Abs(x), 1)
	low, high := x-span, x+span
	if h.Labels != nil {
		low, high = 0, float64(h.Steps-1)
	}
	if p.min == nil {
		h.Min = low
	}
	if p.max == nil {
		h.Max = high
	}
	at := func(list ...syntax.Expr) syntax.Expr {
		for _, e := range list {
			if e != nil {
				return e
			}
		}
		return r
	}
	switch {
	case h.Min >= h.Max:
		p.errorf(diag.HostArgument, at(p.max, p.min).Span(), "The minimum of a control must be below its maximum: %v, %v", h.Min, h.Max)
	case h.Curve != "" && h.Curve != "lin" && h.Min <= 0:
		p.errorf(diag.HostArgument, at(p.min, p.curve).Span(), "The minimum of a control with a curve must be above 0, not %v", h.Min)
	case x < h.Min || x > h.Max:
		p.errorf(diag.HostArgument, p.init.Span(), "The initial value %v is outside of the range from %v to %v", x, h.Min, h.Max)
	default:
		return true
	}
	return false
}
