// What an instance must know of its program's objects, as tables for C.

package realtime

// #include "mmmrt.h"
import "C"

import (
	"fmt"
	"runtime"
	"strings"

	"mmm/state"
)

// Objects says what lies in the objects and the remembered words of a program:
// the shapes of values, the layouts of state blocks, the functions that closures
// are made of, the strings. It does not change and may serve several instances.
type Objects struct {
	words     []uint32
	strings   []string
	shapes    []string // equal for equal shapes
	dsp, init *state.Node
}

// NewObjects makes the tables. [any-thread]
func NewObjects(d *state.Objects) *Objects {
	o := &Objects{strings: d.Strings, dsp: d.Dsp, init: d.Init}
	t := tables{extents: map[*state.Node]extent{}}
	t.words = make([]uint32, headWords)
	var starts []uint32
	for _, n := range d.Layouts {
		starts = append(starts, t.layout(n))
	}
	dsp, init := t.layout(o.dsp), t.layout(o.init)
	t.set(4, uint32(len(starts)), t.list(starts))
	t.set(6, dsp, init, uint32(d.Tasks), uint32(d.Schedules))
	t.set(0, uint32(len(d.Funcs)), uint32(len(t.words)))
	for _, f := range d.Funcs {
		flags := uint32(0)
		if f.Stateless {
			flags |= 1
		}
		if f.NeedsClosure {
			flags |= 2
		}
		t.words = append(t.words, uint32(f.Params), uint32(f.Results), uint32(f.Captures), uint32(f.Layout), flags)
	}
	starts = nil
	for i := range d.Shapes {
		starts = append(starts, t.shape(&d.Shapes[i]))
		o.shapes = append(o.shapes, shapeKey(d.Shapes, i))
	}
	t.set(2, uint32(len(starts)), t.list(starts))
	o.words = t.words
	return o
}

// headWords is the length of the tables' head; mmmrt.h describes them.
const headWords = 10

// tables writes them.
type tables struct {
	words   []uint32
	extents map[*state.Node]extent
}

func (t *tables) set(at int, words ...uint32) { copy(t.words[at:], words) }

// list appends words and returns where they start.
func (t *tables) list(words []uint32) uint32 {
	at := uint32(len(t.words))
	t.words = append(t.words, words...)
	return at
}

// counted appends the length of a list and the list.
func (t *tables) counted(words []uint32, each int) {
	t.words = append(append(t.words, uint32(len(words)/each)), words...)
}

// extent is the words of a node, and whether sites or words of another kind than
// numbers are among them.
type extent struct {
	size    int
	special bool
}

func (t *tables) extent(n *state.Node) extent {
	if e, ok := t.extents[n]; ok {
		return e
	}
	e := extent{special: n.Kind == state.Site}
	for _, k := range n.Words {
		e.special = e.special || k == state.ArrayWord || k == state.FnWord || k == state.BoxWord || k == state.StringWord
	}
	if n.Kind != state.FnCall {
		e.size = n.Size()
	}
	for _, c := range n.Children {
		child := t.extent(c)
		e.size, e.special = e.size+child.size, e.special || child.special
	}
	t.extents[n] = e
	return e
}

// special visits the sites and feeds of a layout in memory order. What holds
// none, however often it occurs, costs nothing.
func (t *tables) special(n *state.Node, offset int, visit func(offset int, n *state.Node)) {
	if n == nil || !t.extent(n).special {
		return
	}
	if n.Kind != state.FnCall {
		visit(offset, n)
		return
	}
	for _, c := range n.Children {
		t.special(c, offset, visit)
		offset += t.extent(c).size
	}
}

// layout appends the layout of a state block, nil for an empty one.
func (t *tables) layout(n *state.Node) uint32 {
	at, key, size := uint32(len(t.words)), n.Hash(), 0
	if n != nil {
		size = n.Size()
	}
	t.words = append(t.words, uint32(size), uint32(key), uint32(key>>32))
	var handles, texts, sites []uint32
	t.special(n, 0, func(offset int, n *state.Node) {
		if n.Kind == state.Site {
			target := n.Target.Hash()
			sites = append(sites, uint32(offset), uint32(target), uint32(target>>32))
			return
		}
		for i, k := range n.Words {
			switch k {
			case state.ArrayWord, state.FnWord, state.BoxWord:
				handles = append(handles, uint32(offset+i))
			case state.StringWord:
				texts = append(texts, uint32(offset+i))
			}
		}
	})
	t.counted(handles, 1)
	t.counted(texts, 1)
	t.counted(sites, 3)
	return at
}

func (t *tables) shape(s *state.ObjectShape) uint32 {
	at := uint32(len(t.words))
	var handles []uint32
	for _, h := range s.Handles {
		handles = append(handles, uint32(h))
	}
	t.counted(handles, 1)
	t.words = append(t.words, uint32(len(s.Sums)))
	for _, sum := range s.Sums {
		t.words = append(t.words, uint32(sum.Tag), uint32(len(sum.Variants)))
		for _, v := range sum.Variants {
			t.words = append(t.words, uint32(v))
		}
	}
	return at
}

// shapeKey returns a text that equal shapes have in common. A shape's variants
// are smaller than it, so this ends.
func shapeKey(shapes []state.ObjectShape, i int) string {
	var b strings.Builder
	s := &shapes[i]
	fmt.Fprintf(&b, "%d %v", s.Words, s.Handles)
	for _, sum := range s.Sums {
		fmt.Fprintf(&b, " %d{", sum.Tag)
		for _, v := range sum.Variants {
			b.WriteString(shapeKey(shapes, v) + ";")
		}
		b.WriteString("}")
	}
	return b.String()
}

// c returns the tables for a call into C.
func (o *Objects) c() (*C.uint32_t, C.uint32_t) {
	if o == nil || len(o.words) == 0 {
		return nil, 0
	}
	return (*C.uint32_t)(&o.words[0]), C.uint32_t(len(o.words))
}

// adopt puts into a swap to o's program what is needed to carry over the objects
// of the program that has from.
func (o *Objects) adopt(from *Objects, c *C.mmmrt_swap, pin *runtime.Pinner) {
	ops, _ := split(state.MakePlan(from.init, o.init), nil)
	if len(ops) > 0 {
		pin.Pin(&ops[0])
		c.init_ops, c.init_op_count = &ops[0], C.size_t(len(ops))
	}
	if texts := numbers(from.strings, o.strings); len(texts) > 0 {
		pin.Pin(&texts[0])
		c.strings, c.string_count = &texts[0], C.uint32_t(len(texts))
	}
	if shapes := numbers(from.shapes, o.shapes); len(shapes) > 0 {
		pin.Pin(&shapes[0])
		c.shapes, c.shape_count = &shapes[0], C.uint32_t(len(shapes))
	}
}

// numbers returns for each text of from its index in to, 0 where it has none.
func numbers(from, to []string) []C.uint32_t {
	index := make(map[string]int, len(to))
	for i := len(to) - 1; i >= 0; i-- {
		index[to[i]] = i
	}
	list := make([]C.uint32_t, len(from))
	for i, text := range from {
		list[i] = C.uint32_t(index[text])
	}
	return list
}
