// Host functions of the macro stage: making code, taking it, and the builtins
// (builtins.md 5, 6, 8, 9).

package stage

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"unicode/utf8"

	"mmm/compiler/lower"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
	"mmm/vm"
)

// host returns the function that h describes.
func (r *run) host(h lower.HostCall) vm.Host {
	switch h.Kind {
	case lower.HostAt:
		return func(*vm.HostContext) error {
			r.at = h.Pos
			return nil
		}
	case lower.HostQuote:
		form := newForm(h)
		return func(c *vm.HostContext) error {
			parts, err := r.codesOf(c.Args)
			if err != nil {
				return err
			}
			return r.give(c, &code{form: form, parts: parts}, form.nodes, form.depth, h.Pos)
		}
	case lower.HostSplice:
		return func(c *vm.HostContext) error { return r.put(h.Splices[0], c.Args[0]) }
	}
	b := builtins[h.Name]
	return func(c *vm.HostContext) error {
		if b == nil {
			r.place = h.Pos
			return fmt.Errorf("`%s` is not available in the macro stage", h.Name)
		}
		err := b(r, c, h)
		if err != nil && r.place.IsZero() {
			r.place = h.Pos
		}
		return err
	}
}

// codesOf returns the code that words name.
func (r *run) codesOf(words []uint64) ([]*code, error) {
	list := make([]*code, len(words))
	for i, w := range words {
		switch {
		case w == 0:
		case w>>60 == vm.KindCode && w<<4>>4 < uint64(len(r.codes)):
			list[i] = r.codes[w<<4>>4]
		default:
			return nil, errors.New("a value that is no code is spliced")
		}
	}
	return list, nil
}

// give returns new code as the result of a host function.
func (r *run) give(c *vm.HostContext, made *code, nodes, depth int, at source.Span) error {
	made, err := combine(made, nodes, depth)
	if err != nil {
		r.place = at
		return err
	}
	c.Results[0] = vm.KindCode<<60 | uint64(len(r.codes))
	r.codes = append(r.codes, made)
	return nil
}

// giveTree returns code of a tree without splices.
func (r *run) giveTree(c *vm.HostContext, e syntax.Expr, h lower.HostCall) error {
	nodes, depth := measure(e, nil)
	return r.give(c, &code{tree: e}, nodes, depth, h.Pos)
}

// put builds the code of word w for the splice e.
func (r *run) put(e syntax.Expr, w uint64) error {
	list, err := r.codesOf([]uint64{w})
	if err != nil {
		return err
	}
	if list[0] != nil {
		r.nodes += list[0].nodes
	}
	if r.nodes > maxCodeNodes {
		return errCodeSize
	}
	r.made[e] = list[0].build(r.at)
	return nil
}

// node returns where nodes without text stand: at the macro call.
func (r *run) node() syntax.At { return syntax.At{Pos: r.at} }

// number makes a literal.
func (r *run) number(x float64) syntax.Expr {
	return &syntax.Number{At: r.node(), Text: show(x), Value: x}
}

// literal makes an expression for the value of type t that starts at words, and
// returns the words behind it.
func (r *run) literal(c *vm.HostContext, words []uint64, t types.Type) (syntax.Expr, []uint64, error) {
	switch t := t.(type) {
	case types.Prim:
		switch t {
		case types.Unit:
			return &syntax.Block{At: r.node()}, words, nil
		case types.Int:
			return r.number(float64(int64(words[0]))), words[1:], nil
		case types.String:
			s, err := c.String(words[0])
			return &syntax.String{At: r.node(), Value: s}, words[1:], err
		}
		return r.number(math.Float64frombits(words[0])), words[1:], nil
	case *types.Tuple:
		e := &syntax.Tuple{At: r.node()}
		for _, p := range t.Elems {
			x, rest, err := r.literal(c, words, p)
			if err != nil {
				return nil, nil, err
			}
			words = rest
			e.Elems = append(e.Elems, x)
		}
		return e, words, nil
	case *types.Record:
		e := &syntax.Record{At: r.node()}
		for _, f := range t.Fields {
			x, rest, err := r.literal(c, words, f.Type)
			if err != nil {
				return nil, nil, err
			}
			words = rest
			e.Fields = append(e.Fields, syntax.RecordField{Name: syntax.Ident{At: r.node(), Name: f.Name}, Value: x})
		}
		return e, words, nil
	case *types.Array:
		e, err := r.array(c, words[0], t.Elem)
		return e, words[1:], err
	}
	return nil, nil, errors.New("a value that no literal can stand for is lifted")
}

// array makes an array literal of the array w.
func (r *run) array(c *vm.HostContext, w uint64, elem types.Type) (syntax.Expr, error) {
	e := &syntax.Array{At: r.node()}
	words, stride, err := c.Array(w)
	if err != nil || stride == 0 {
		return e, err
	}
	if len(words) > maxCodeNodes {
		return nil, errCodeSize
	}
	for ; len(words) > 0; words = words[stride:] {
		x, _, err := r.literal(c, words, elem)
		if err != nil {
			return nil, err
		}
		e.Elems = append(e.Elems, x)
	}
	return e, nil
}

// macro makes a call of a builtin macro.
func (r *run) macro(name string, args ...syntax.Expr) *syntax.MacroCall {
	path := &syntax.Path{At: r.node(), Segs: []syntax.Ident{{At: r.node(), Name: name}}}
	return &syntax.MacroCall{At: r.node(), Path: path, Args: args, Builtin: true}
}

// builtins are the functions of the macro stage.
var builtins map[string]func(*run, *vm.HostContext, lower.HostCall) error

func init() {
	builtins = map[string]func(*run, *vm.HostContext, lower.HostCall) error{
		"lift": lift, "lift_f": lift, "lift_arrayf": lift,
		"lift_array_code": liftCodes,
		"str_length": func(_ *run, c *vm.HostContext, _ lower.HostCall) error {
			s, err := c.String(c.Args[0])
			setNumber(c, float64(utf8.RuneCountInString(s)))
			return err
		},
		"str_take":      slice(func(n, i, _ uint64) (uint64, uint64) { return 0, i }),
		"str_drop":      slice(func(n, i, _ uint64) (uint64, uint64) { return i, n }),
		"str_slice":     slice(func(n, i, j uint64) (uint64, uint64) { return i, j }),
		"str_char_at":   charAt,
		"str_concat":    concat,
		"str_eq":        equal,
		"str_to_number": toNumber,
		"number_to_str": func(_ *run, c *vm.HostContext, _ lower.HostCall) error {
			c.Results[0] = c.Intern(show(num(c, 0)))
			return nil
		},
		"split_head": nonEmpty, "split_tail": nonEmpty,
		"Control": control, "ProbeValueWith": described, "Slider": described, "Probe": described, "midi_note_mono": described,
		"Param": described, "midi_cc": described, "midi_bend": described, "midi_pressure": described, "midi_voice": described,
		"midi_voice_level": described, "midi_voice_slider": described, "transport": described,
		"Sampler_mono": described, "Sampler": described,
	}
}

// num returns argument i as a number.
func num(c *vm.HostContext, i int) float64 { return math.Float64frombits(c.Args[i]) }

func setNumber(c *vm.HostContext, x float64) { c.Results[0] = math.Float64bits(x) }

// toIndex truncates toward zero; NaN and negatives give 0 (builtins.md 1.4).
func toIndex(x float64) uint64 {
	switch {
	case !(x > 0):
		return 0
	case x >= math.MaxUint64:
		return math.MaxUint64
	}
	return uint64(x)
}

// lift makes a literal of its argument.
func lift(r *run, c *vm.HostContext, h lower.HostCall) error {
	e, _, err := r.arguments(c, h)
	if err != nil {
		return err
	}
	if len(e) == 1 {
		return r.giveTree(c, e[0], h)
	}
	return r.giveTree(c, &syntax.Tuple{At: r.node(), Elems: e}, h)
}

// arguments makes a literal of each argument.
func (r *run) arguments(c *vm.HostContext, h lower.HostCall) (list []syntax.Expr, rest []uint64, err error) {
	words := c.Args
	for _, p := range h.Type.Params {
		var e syntax.Expr
		e, words, err = r.literal(c, words, p.Type)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, e)
	}
	return list, words, nil
}

// liftCodes makes code of an array literal of its argument's elements.
func liftCodes(r *run, c *vm.HostContext, h lower.HostCall) error {
	words, _, err := c.Array(c.Args[0])
	if err != nil {
		return err
	}
	parts, err := r.codesOf(words)
	if err != nil {
		return err
	}
	return r.give(c, &code{array: true, parts: parts}, 1, 1, h.Pos)
}

// slice makes a string function that cuts out the characters from, to of the n
// there are; bounds gets n and the index arguments.
func slice(bounds func(n, i, j uint64) (from, to uint64)) func(*run, *vm.HostContext, lower.HostCall) error {
	return func(_ *run, c *vm.HostContext, _ lower.HostCall) error {
		s, err := c.String(c.Args[0])
		if err != nil {
			return err
		}
		runes := []rune(s)
		n, j := uint64(len(runes)), uint64(0)
		if len(c.Args) > 2 {
			j = toIndex(num(c, 2))
		}
		from, to := bounds(n, toIndex(num(c, 1)), j)
		from, to = min(from, n), min(to, n)
		if from >= to {
			c.Results[0] = c.Intern("")
			return nil
		}
		c.Results[0] = c.Intern(string(runes[from:to]))
		return nil
	}
}

func charAt(_ *run, c *vm.HostContext, _ lower.HostCall) error {
	s, err := c.String(c.Args[0])
	if err != nil {
		return err
	}
	runes, i := []rune(s), toIndex(num(c, 1))
	if i >= uint64(len(runes)) {
		return fmt.Errorf("there is no character %s in %q", show(num(c, 1)), s)
	}
	c.Results[0] = c.Intern(string(runes[i]))
	return nil
}

// maxString bounds the length of strings in bytes.
const maxString = 1 << 20

func concat(_ *run, c *vm.HostContext, _ lower.HostCall) error {
	a, err := c.String(c.Args[0])
	b, err2 := c.String(c.Args[1])
	if err = errors.Join(err, err2); err != nil {
		return err
	}
	if len(a)+len(b) > maxString {
		return fmt.Errorf("a string is longer than %d bytes", maxString)
	}
	c.Results[0] = c.Intern(a + b)
	return nil
}

func equal(_ *run, c *vm.HostContext, _ lower.HostCall) error {
	a, err := c.String(c.Args[0])
	b, err2 := c.String(c.Args[1])
	if a == b {
		setNumber(c, 1)
	}
	return errors.Join(err, err2)
}

// numeral is what str_to_number reads (builtins.md 5).
var numeral = regexp.MustCompile(`(?i)^[+-]?(inf|infinity|nan|([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?)$`)

func toNumber(_ *run, c *vm.HostContext, _ lower.HostCall) error {
	s, err := c.String(c.Args[0])
	if err != nil {
		return err
	}
	if !numeral.MatchString(s) {
		return fmt.Errorf("%q is no number", s)
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // too large is infinite
		return fmt.Errorf("%q is no number", s)
	}
	setNumber(c, x)
	return nil
}

// nonEmpty checks the argument of split_head and split_tail.
func nonEmpty(_ *run, c *vm.HostContext, h lower.HostCall) error {
	if words, _, err := c.Array(c.Args[0]); err != nil || len(words) == 0 {
		return errors.Join(err, fmt.Errorf("`%s` of an empty array", h.Name))
	}
	return nil
}

// described makes code of the same builtin macro with constant arguments.
func described(r *run, c *vm.HostContext, h lower.HostCall) error {
	args, _, err := r.arguments(c, h)
	if err != nil {
		return err
	}
	return r.giveTree(c, r.macro(h.Name, args...), h)
}

// control makes code that reads controls. What is no number in the initial
// value is a constant (builtins.md 8.1).
func control(r *run, c *vm.HostContext, h lower.HostCall) error {
	args, _, err := r.arguments(c, h)
	if err != nil {
		return err
	}
	name, ok := args[0].(*syntax.String)
	if !ok {
		return errors.New("the name of a control must be a string")
	}
	return r.giveTree(c, r.controls(name.Value, args[1]), h)
}

// controls makes the expression of the control name with an initial value.
func (r *run) controls(name string, init syntax.Expr) syntax.Expr {
	if types.IsConstantNumbers(init) {
		return r.macro("Control", &syntax.String{At: r.node(), Value: name}, init)
	}
	switch x := init.(type) {
	case *syntax.Tuple:
		for i, e := range x.Elems {
			x.Elems[i] = r.controls(name+"."+strconv.Itoa(i), e)
		}
	case *syntax.Record:
		for i := range x.Fields {
			f := &x.Fields[i]
			f.Value = r.controls(name+"."+f.Name.Name, f.Value)
		}
	}
	return init
}
