package state

// Op is one step of a migration.
type Op struct {
	Resize         bool // a delay ring of another length: OldLen and NewLen samples
	Src, Dst, Size int  // words, from the start of the old and the new block
	OldLen, NewLen int
}

// Plan carries the words of an old block into a new one.
type Plan struct {
	Size      int  // words of the new block
	Ops       []Op // disjoint in Dst, neighbours merged
	Identical bool // the layouts are equal: one plain copy
}
