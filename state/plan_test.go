package state

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"
)

func fn(name string, children ...*Node) *Node {
	return &Node{Kind: FnCall, Name: name, Children: children}
}
func feed(words int) *Node     { return &Node{Kind: Feed, Words: make([]WordKind, words)} }
func mem() *Node               { return &Node{Kind: Mem} }
func delay(n int) *Node        { return &Node{Kind: Delay, Len: n} }
func site(name string) *Node   { return &Node{Kind: Site, Name: name} }
func counter() *Node           { return fn("counter", feed(1)) }
func lp() *Node                { return fn("lp", feed(1)) }
func echo(body ...*Node) *Node { return fn("echo", body...) }

// ops writes a plan in the notation of the table in the specification.
func ops(p *Plan) string {
	var list []string
	for _, op := range p.Ops {
		if op.Resize {
			list = append(list, fmt.Sprintf("resize %d→%d %d→%d", op.OldLen, op.NewLen, op.Src, op.Dst))
		} else {
			list = append(list, fmt.Sprintf("%d→%d×%d", op.Src, op.Dst, op.Size))
		}
	}
	return strings.Join(list, ", ")
}

func TestPlansOfTheSpecifiedEdits(t *testing.T) {
	plainEcho := func() *Node { return echo(delay(8), mem()) }
	base := fn("dsp", counter(), lp(), plainEcho())
	for _, c := range []struct {
		edit  string
		old   *Node
		new   *Node
		words int
		ops   string
		same  bool // identical
		heard bool // structural
	}{
		{"only constants changed", base, fn("dsp", counter(), lp(), plainEcho()), 13, "0→0×13", true, false},
		{"echo renamed", base, fn("dsp", counter(), lp(), fn("tape", delay(8), mem())), 13, "0→0×13", true, false},
		{"lp renamed", base, fn("dsp", counter(), fn("smooth", feed(1)), plainEcho()), 13, "0→0×13", true, false},
		{"dsp's own name differs", base, fn("main", counter(), lp(), plainEcho()), 13, "0→0×13", true, false},
		{"delay inserted before the delay in echo", base, fn("dsp", counter(), lp(), echo(delay(4), delay(8), mem())), 19, "0→0×2, 2→8×11", false, true},
		{"delay appended in dsp", base, fn("dsp", counter(), lp(), plainEcho(), delay(4)), 19, "0→0×13", false, true},
		{"call of lp removed", base, fn("dsp", counter(), plainEcho()), 12, "0→0×1, 2→1×11", false, true},
		{"call of counter removed", base, fn("dsp", lp(), plainEcho()), 12, "1→0×12", false, true},
		{"noise inserted first", base, fn("dsp", fn("noise", feed(1)), counter(), lp(), plainEcho()), 14, "0→1×13", false, true},
		{"second counter appended", base, fn("dsp", counter(), lp(), plainEcho(), counter()), 14, "0→0×13", false, true},
		{"order changed", base, fn("dsp", plainEcho(), counter(), lp()), 13, "2→0×11, 0→11×2", false, false},
		{"counter and lp swapped", base, fn("dsp", lp(), counter(), plainEcho()), 13, "1→0×1, 0→1×1, 2→2×11", false, false},
		{"delay in echo longer", base, fn("dsp", counter(), lp(), echo(delay(16), mem())), 21, "0→0×2, resize 8→16 2→2, 12→20×1", false, true},
		{"mem added to lp", base, fn("dsp", counter(), fn("lp", feed(1), mem()), plainEcho()), 14, "0→0×2, 2→3×11", false, true},
		{"lp returns a pair", base, fn("dsp", counter(), fn("lp", feed(2)), plainEcho()), 14, "0→0×1, 2→3×11", false, true},
		{"all calls moved into voice", base, fn("dsp", fn("voice", counter(), lp(), plainEcho())), 13, "", false, true},
		{"greedy case", fn("dsp", fn("a", delay(3), delay(5), mem())),
			fn("dsp", fn("a", delay(3), delay(5), mem()), fn("b", mem(), delay(7))), 23, "0→0×13", false, true},
		{"first program", nil, base, 13, "", false, true},
		{"last state removed", base, nil, 0, "", false, true},
		{"no state before or after", nil, fn("dsp"), 0, "", true, false},
		{"word kind of self changed", fn("dsp", feed(1)), fn("dsp", &Node{Kind: Feed, Words: []WordKind{StringWord}}), 1, "", false, true},
		{"site of another literal", fn("dsp", site("a/0"), site("b/0")), fn("dsp", site("b/0")), 1, "1→0×1", false, true},
		{"site whose closures changed layout", fn("dsp", &Node{Kind: Site, Name: "a/0", Target: counter()}),
			fn("dsp", &Node{Kind: Site, Name: "a/0", Target: fn("counter", feed(2))}), 1, "", false, true},
		{"ring of length 0 grows", fn("dsp", delay(0)), fn("dsp", delay(2)), 4, "resize 0→2 0→0", false, true},
	} {
		p := MakePlan(c.old, c.new)
		if p.Size != c.words || ops(p) != c.ops || p.Identical != c.same || p.Structural != c.heard {
			t.Errorf("%s: %d words, plan %q, identical %v, structural %v\nwant %d words, plan %q, identical %v, structural %v",
				c.edit, p.Size, ops(p), p.Identical, p.Structural, c.words, c.ops, c.same, c.heard)
		}
	}
}

func TestWorkedLayoutHasTheSpecifiedOffsets(t *testing.T) {
	dsp := fn("dsp", counter(), lp(), echo(delay(8), mem()), fn("comb", feed(1), delay(3), counter()))
	want := `
     0     20  fn dsp
     0      1    fn counter
     0      1      feed num
     1      1    fn lp
     1      1      feed num
     2     11    fn echo
     2     10      delay 8
    12      1      mem
    13      7    fn comb
    13      1      feed num
    14      5      delay 3
    19      1      fn counter
    19      1        feed num
`
	if got := "\n" + dsp.String(); got != want {
		t.Errorf("listing:%swant:%s", got, want)
	}
}

func TestEqualLayoutsShareTheirHash(t *testing.T) {
	a := fn("dsp", counter(), delay(3), site("a/0"))
	shared := counter()
	same := []*Node{a, fn("dsp", counter(), delay(3), site("a/0")), fn("dsp", shared, delay(3), site("a/0"))}
	for _, b := range same {
		if !Equal(a, b) || a.Hash() != b.Hash() {
			t.Errorf("layouts differ:\n%s%s", a, b)
		}
	}
	for _, b := range []*Node{
		nil, fn("dsp"), fn("dsp", counter(), delay(4), site("a/0")), fn("dsp", lp(), delay(3), site("a/0")),
		fn("dsp", counter(), delay(3), site("a/1")), fn("dsp", delay(3), counter(), site("a/0")),
		fn("dsp", counter(), delay(3), &Node{Kind: Site, Name: "a/0", Target: counter()}),
		fn("dsp", fn("counter", &Node{Kind: Feed, Words: []WordKind{TagWord}}), delay(3), site("a/0")),
		fn("dsp", fn("counter", feed(1), delay(3)), site("a/0")),
	} {
		if Equal(a, b) || a.Hash() == b.Hash() {
			t.Errorf("layouts count as equal:\n%s%s", a, b)
		}
	}
}

// ring plays a delay as the specification says (vm.md 9.4).
func ring(words []uint64, x uint64, time int) uint64 {
	n := len(words) - DelayHeader
	w := int(words[1]) % n
	r := (w + n - time) % n
	out := words[DelayHeader+r]
	words[DelayHeader+w] = x
	words[0], words[1] = uint64(r), uint64((w+1)%n)
	return out
}

func TestAResizedDelayGoesOnWithItsNewestSamples(t *testing.T) {
	for _, c := range []struct{ from, to int }{{8, 16}, {16, 8}, {5, 1}, {1, 5}, {7, 8}, {8, 7}} {
		for played := range 40 {
			p := MakePlan(fn("dsp", delay(c.from)), fn("dsp", delay(c.to)))
			old, new := make([]uint64, p.OldSize), make([]uint64, p.Size)
			for i := range played {
				ring(old, uint64(100+i), 0)
			}
			p.Apply(old, new)
			// The sample k steps ago must still be there for every k both rings hold.
			for k := 1; k <= min(c.from, c.to); k++ {
				want := uint64(0)
				if k <= played {
					want = uint64(100 + played - k)
				}
				probe := append([]uint64{}, new...)
				if got := ring(probe, 1, k%c.to); got != want {
					t.Fatalf("%d→%d after %d samples: %d ago is %d, want %d", c.from, c.to, played, k, got, want)
				}
			}
		}
	}
}

func TestApplySurvivesAnyWriteIndexAndEmptyRings(t *testing.T) {
	for _, lens := range [][2]int{{0, 4}, {4, 0}, {3, 5}} {
		p := MakePlan(fn("dsp", delay(lens[0])), fn("dsp", delay(lens[1])))
		old, new := make([]uint64, p.OldSize), make([]uint64, p.Size)
		for i := range old {
			old[i] = ^uint64(0)
		}
		for i := range new {
			new[i] = 99
		}
		p.Apply(old, new)
		if lens[1] > 0 && new[1] >= uint64(lens[1]) || new[0] != 0 {
			t.Errorf("%v: header %v", lens, new[:DelayHeader])
		}
	}
}

// randomTree makes a tree of at most depth levels.
func randomTree(r *rand.Rand, depth int) *Node {
	switch k := r.Intn(8); {
	case depth > 0 && k < 4:
		n := fn(string(rune('a' + r.Intn(6))))
		for range r.Intn(5) {
			n.Children = append(n.Children, randomTree(r, depth-1))
		}
		return n
	case k == 4:
		return feed(r.Intn(3))
	case k == 5:
		return mem()
	case k == 6:
		return site(string(rune('a' + r.Intn(3))))
	}
	return delay(r.Intn(6))
}

// edited copies a tree with random insertions, removals, renames and resizes.
func edited(r *rand.Rand, n *Node) *Node {
	c := &Node{Kind: n.Kind, Name: n.Name, Len: n.Len, Words: n.Words}
	switch r.Intn(12) {
	case 0:
		c.Name += "x"
	case 1:
		if c.Kind == Delay {
			c.Len = r.Intn(9)
		}
	}
	for _, child := range n.Children {
		switch r.Intn(10) {
		case 0: // removed
		case 1:
			c.Children = append(c.Children, randomTree(r, 2), edited(r, child))
		default:
			c.Children = append(c.Children, edited(r, child))
		}
	}
	return c
}

// TestRandomEditsKeepEveryPlanSound checks on random trees that ops are
// ascending and disjoint, lie inside leaves of both trees whose kinds agree, and
// carry exactly the words they name.
func TestRandomEditsKeepEveryPlanSound(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for round := range 3000 {
		old := fn("dsp", randomTree(r, 4), randomTree(r, 4))
		new := edited(r, old)
		p := MakePlan(old, new)
		if p.OldSize != old.Size() || p.Size != new.Size() {
			t.Fatalf("round %d: sizes %d %d", round, p.OldSize, p.Size)
		}
		oldKind, newKind := wordOwners(old), wordOwners(new)
		dst, kept := 0, 0
		srcUsed := make([]bool, p.OldSize)
		for _, op := range p.Ops {
			if op.Dst < dst || op.Src < 0 || op.Dst+op.Size > p.Size {
				t.Fatalf("round %d: ops %s", round, ops(p))
			}
			dst = op.Dst + op.Size
			if op.Resize {
				if oldKind[op.Src] != fmt.Sprint("delay ", op.OldLen, " 0") || newKind[op.Dst] != fmt.Sprint("delay ", op.NewLen, " 0") {
					t.Fatalf("round %d: resize of %s to %s", round, oldKind[op.Src], newKind[op.Dst])
				}
				continue
			}
			kept += op.Size
			for i := range op.Size {
				if oldKind[op.Src+i] != newKind[op.Dst+i] {
					t.Fatalf("round %d: %s becomes %s", round, oldKind[op.Src+i], newKind[op.Dst+i])
				}
				if srcUsed[op.Src+i] {
					t.Fatalf("round %d: word %d is used twice", round, op.Src+i)
				}
				srcUsed[op.Src+i] = true
			}
		}
		if kept != p.Kept {
			t.Fatalf("round %d: kept %d, says %d", round, kept, p.Kept)
		}
		same := MakePlan(new, copyTree(new))
		if !same.Identical || same.Structural || same.Kept != same.Size {
			t.Fatalf("round %d: an equal tree gives %s", round, ops(same))
		}
	}
}

// wordOwners says for each word what leaf it belongs to and its place there.
func wordOwners(n *Node) []string {
	list := make([]string, n.Size())
	n.Walk(func(_, offset int, n *Node) {
		if n.Kind == FnCall {
			return
		}
		for i := range n.leafSize() {
			list[offset+i] = fmt.Sprint(n.describe(), " ", i)
		}
	})
	return list
}

func copyTree(n *Node) *Node {
	c := *n
	c.Children = nil
	for _, child := range n.Children {
		c.Children = append(c.Children, copyTree(child))
	}
	return &c
}

func TestInsertedCallsLeaveAllOthersAlone(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for range 500 {
		old := fn("dsp")
		for range 1 + r.Intn(20) {
			old.Children = append(old.Children, randomTree(r, 3))
		}
		new := copyTree(old)
		at := r.Intn(len(new.Children) + 1)
		fresh := fn("fresh", feed(1), delay(2))
		new.Children = append(new.Children[:at:at], append([]*Node{fresh}, new.Children[at:]...)...)
		p := MakePlan(old, new)
		if p.Kept != p.OldSize {
			t.Fatalf("%d of %d words kept\n%s%s", p.Kept, p.OldSize, old, new)
		}
	}
}

func TestLargeTreesArePlannedQuickly(t *testing.T) {
	wide := func(n, variant int) *Node {
		dsp := fn("dsp")
		for i := range n {
			dsp.Children = append(dsp.Children, fn("osc", feed(1), delay(i%7+variant)), fn(fmt.Sprint("f", i, variant), mem(), delay(i)))
		}
		return dsp
	}
	deep := func(n, leaf int) *Node {
		x := fn("f", mem(), delay(leaf))
		for i := range n {
			x = fn("f", mem(), x, fn(fmt.Sprint("g", i%3, leaf), feed(1)), x) // 2^n calls by sharing
			if i > 15 {
				x = fn("f", x.Children[1], mem())
			}
		}
		return x
	}
	leaves := fn("dsp")
	fewer := fn("dsp", mem())
	for i := range 20000 {
		leaves.Children = append(leaves.Children, delay(i%5))
		fewer.Children = append(fewer.Children, delay(i%3))
	}
	for _, c := range []struct {
		name     string
		old, new *Node
	}{
		{"1000 changed calls", wide(1000, 0), wide(1000, 1)},
		{"200 levels", deep(200, 3), deep(201, 4)},
		{"20000 delays", leaves, fewer},
		{"nothing like it", wide(1000, 0), deep(200, 3)},
	} {
		start := time.Now()
		p := MakePlan(c.old, c.new)
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%s took %v", c.name, d)
		} else {
			t.Logf("%s: %d ops, %v", c.name, len(p.Ops), d)
		}
	}
}

func TestSizeOfSharedSubtreesIsQuickAndSaturates(t *testing.T) {
	x := fn("f", mem())
	for range 200 {
		x = fn("f", x, x)
	}
	if got := x.Size(); got <= MaxStateWords {
		t.Errorf("size %d", got)
	}
	if !Equal(x, x) || x.Hash() == 0 {
		t.Error("hash or equality fails")
	}
}
