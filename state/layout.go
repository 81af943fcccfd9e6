// Layouts as text, for people and golden tests, and as hashes, for snapshots.

package state

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
)

var kindNames = [...]string{FnCall: "fn", Feed: "feed", Mem: "mem", Delay: "delay", Site: "site"}

// String returns the kind as listings show it.
func (k Kind) String() string { return kindNames[k] }

var wordKindNames = [...]string{
	NumWord: "num", IntWord: "int", StringWord: "string", ArrayWord: "array",
	FnWord: "fn", BoxWord: "box", TagWord: "tag",
}

// String returns the word kind as listings show it.
func (k WordKind) String() string { return wordKindNames[k] }

// Walk visits the node and everything below it in memory order, a function
// before its children. Offset counts words from the start of the block.
func (n *Node) Walk(visit func(depth, offset int, n *Node)) {
	if n != nil {
		n.walk(0, 0, visit)
	}
}

func (n *Node) walk(depth, offset int, visit func(depth, offset int, n *Node)) int {
	visit(depth, offset, n)
	if n.Kind != FnCall {
		return offset + n.leafSize()
	}
	for _, c := range n.Children {
		offset = c.walk(depth+1, offset, visit)
	}
	return offset
}

// Print writes the layout, one node a line: offset, size (words), then the
// kind and what the node is, indented by its depth in the tree.
func (n *Node) Print(w io.Writer) error {
	var err error
	sizes := sizer{}
	n.Walk(func(depth, offset int, n *Node) {
		if err == nil {
			_, err = fmt.Fprintf(w, "%6d %6d  %s%s\n", offset, sizes.size(n), strings.Repeat("  ", depth), n.describe())
		}
	})
	return err
}

// String returns what Print writes.
func (n *Node) String() string {
	var b strings.Builder
	n.Print(&b) // a Builder accepts every write
	return b.String()
}

func (n *Node) describe() string {
	switch n.Kind {
	case Delay:
		return fmt.Sprintf("delay %d", n.Len)
	case Feed:
		var b strings.Builder
		b.WriteString("feed")
		for _, k := range n.Words {
			b.WriteString(" " + k.String())
		}
		return b.String()
	case FnCall, Site:
		return n.Kind.String() + " " + n.Name
	}
	return n.Kind.String()
}

// Equal reports whether two layouts are the same tree: kinds, names, lengths
// and word kinds. Nil is a layout without words.
func Equal(a, b *Node) bool {
	in := newInterner()
	return in.class(orEmpty(a)) == in.class(orEmpty(b))
}

// Hash returns a number that equal layouts share, the same in every run and on
// every machine.
func (n *Node) Hash() uint64 { return hasher{}.hash(orEmpty(n)) }

type hasher map[*Node]uint64

func (m hasher) hash(n *Node) uint64 {
	if h, ok := m[n]; ok {
		return h
	}
	key := n.ownKey(nil)
	for _, c := range n.Children {
		key = binary.LittleEndian.AppendUint64(key, m.hash(c))
	}
	if n.Target != nil {
		key = binary.LittleEndian.AppendUint64(key, m.hash(n.Target))
	}
	f := fnv.New64a()
	f.Write(key)
	m[n] = f.Sum64()
	return m[n]
}

// ownKey appends what distinguishes the node apart from its children. Lengths
// precede the lists, so that two different nodes never have one key.
func (n *Node) ownKey(key []byte) []byte {
	key = append(key, byte(n.Kind))
	key = binary.AppendUvarint(key, uint64(len(n.Name)))
	key = append(key, n.Name...)
	key = binary.AppendUvarint(key, uint64(n.Len))
	key = binary.AppendUvarint(key, uint64(len(n.Words)))
	for _, k := range n.Words {
		key = append(key, byte(k))
	}
	if n.Target != nil {
		return append(key, 1)
	}
	return append(key, 0)
}

// orEmpty stands in for the missing layout of a function without state.
func orEmpty(n *Node) *Node {
	if n == nil {
		return &Node{Kind: FnCall}
	}
	return n
}
