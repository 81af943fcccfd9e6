// Classes: subtrees that are equal are one, so that matching compares two
// functions once, however often each is called.

package state

import (
	"encoding/binary"
	"slices"
)

// class is a set of equal subtrees. Matching works on classes: however often a
// function is called, two functions are compared once.
type class struct {
	node     *Node // one of them
	children []*class
	groups   []group // of the children, ascending in label
	target   *class
	size     int
	self     int // value of the class against itself
	id       uint32
}

// group is the children that may correspond to those of the same label: calls of
// one callee, sites of one literal, other leaves of one kind.
type group struct {
	label   int
	calls   bool
	members []int // indexes, ascending
}

// interner finds the class of a node and numbers the labels.
type interner struct {
	byNode map[*Node]*class
	byKey  map[string]*class
	labels map[string]int
}

func newInterner() *interner {
	return &interner{byNode: map[*Node]*class{}, byKey: map[string]*class{}, labels: map[string]int{}}
}

func (in *interner) class(n *Node) *class {
	if c, ok := in.byNode[n]; ok {
		return c
	}
	c := &class{node: n}
	key := n.ownKey(nil)
	for _, child := range n.Children {
		cc := in.class(child)
		c.children = append(c.children, cc)
		key = binary.LittleEndian.AppendUint32(key, cc.id)
		c.size = min(c.size+cc.size, sizeCap)
		c.self += cc.self
	}
	if n.Target != nil {
		c.target = in.class(n.Target)
		key = binary.LittleEndian.AppendUint32(key, c.target.id)
	}
	if known, ok := in.byKey[string(key)]; ok {
		in.byNode[n] = known
		return known
	}
	if n.Kind != FnCall {
		c.size, c.self = n.leafSize(), wholeLeaf
	} else if c.self > 0 {
		c.self++
	}
	c.groups = in.groups(c.children)
	c.id = uint32(len(in.byKey))
	in.byNode[n], in.byKey[string(key)] = c, c
	return c
}

// label numbers what corresponding children have in common.
func (in *interner) label(c *class) int {
	key := string([]byte{byte(c.node.Kind)})
	if c.node.Kind == FnCall || c.node.Kind == Site {
		key += c.node.Name
	}
	l, ok := in.labels[key]
	if !ok {
		l = len(in.labels)
		in.labels[key] = l
	}
	return l
}

func (in *interner) groups(children []*class) []group {
	var list []group
	at := map[int]int{}
	for i, c := range children {
		l := in.label(c)
		k, ok := at[l]
		if !ok {
			k = len(list)
			at[l] = k
			list = append(list, group{label: l, calls: c.node.Kind == FnCall})
		}
		list[k].members = append(list[k].members, i)
	}
	slices.SortFunc(list, func(a, b group) int { return a.label - b.label })
	return list
}
