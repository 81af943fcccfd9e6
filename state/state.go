// Package state knows where the words that remember live: the tree of state
// nodes of a program, its layout in memory, and the plan that carries the words
// of one program over to the next.
//
// Input: trees made by lowering. Output: offsets (words) and migration plans,
// the same for every engine. Invariants: memory order is tree order; a function
// node's size is the sum of its children. Nothing here runs on the audio thread.
package state

// Kind is the kind of a state node.
type Kind uint8

// The node kinds (spec vm.md 9.2).
const (
	FnCall Kind = iota // one call of a function with state, or the root
	Feed               // the value of self
	Mem                // one sample of mem
	Delay              // read index, write index, Len samples
	Site               // creation site of closures, 1 word
)

// WordKind says what a word holds; two leaves correspond only if their kinds
// are equal.
type WordKind uint8

// The word kinds.
const (
	NumWord WordKind = iota
	IntWord
	StringWord
	ArrayWord
	FnWord
	BoxWord
	TagWord
)

// Node is one node of a state tree.
type Node struct {
	Kind     Kind
	Name     string     // FnCall: the callee's name; Site: its label
	Len      int        // Delay: samples in the ring
	Words    []WordKind // Feed: what each word holds
	Children []*Node    // FnCall
}

// DelayHeader is the number of words before the samples of a delay ring: read
// index, then write index.
const DelayHeader = 2

// Size returns the words of the node and everything below it.
func (n *Node) Size() int {
	switch n.Kind {
	case Feed:
		return len(n.Words)
	case Mem, Site:
		return 1
	case Delay:
		return DelayHeader + n.Len
	}
	size := 0
	for _, c := range n.Children {
		size += c.Size()
	}
	return size
}
