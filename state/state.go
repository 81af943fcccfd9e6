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
	Children []*Node    // FnCall; one node may be the child of many
	Target   *Node      // Site: layout of the closures made there, nil without state
}

// DelayHeader is the number of words before the samples of a delay ring: read
// index, then write index.
const DelayHeader = 2

// Size returns the words of the node and everything below it; a size beyond
// every limit saturates. Cost: the distinct nodes below, however often each is
// used.
func (n *Node) Size() int { return sizer{}.size(n) }

// sizeCap is where sizes saturate: far above MaxStateWords, far below overflow.
const sizeCap = 1 << 40

// sizer remembers the sizes of nodes that are children more than once.
type sizer map[*Node]int

func (m sizer) size(n *Node) int {
	if n.Kind != FnCall {
		return n.leafSize()
	}
	if s, ok := m[n]; ok {
		return s
	}
	size := 0
	for _, c := range n.Children {
		size = min(size+m.size(c), sizeCap)
	}
	m[n] = size
	return size
}

func (n *Node) leafSize() int {
	switch n.Kind {
	case Feed:
		return len(n.Words)
	case Delay:
		return min(DelayHeader+n.Len, sizeCap)
	}
	return 1
}
