package mir

// speculateLimit is the cost up to which the usual side of a choice is computed
// in any case.
const speculateLimit = 64

// speculate moves the usual side of a choice before it, where the other side is a
// rare one that calls a function: the way of an elementary function for arguments
// far away. What was in the choice then stands in one line with what is around
// it, where it can be paired and put into a better order.
func speculate(b *Block) {
	out := make([]*Instr, 0, len(b.Instrs))
	for _, in := range b.Instrs {
		for _, nested := range in.Blocks {
			speculate(nested)
		}
		if in.Op == If {
			for usual, side := range in.Blocks {
				if calls(in.Blocks[1-usual]) && onlyComputes(side) <= speculateLimit {
					out = append(out, side.Instrs...)
					side.Instrs = nil
				}
			}
		}
		out = append(out, in)
	}
	b.Instrs = out
}

// calls reports whether a block is nothing but a call that computes, and what
// leads to it.
func calls(b *Block) bool {
	found := false
	for _, in := range b.Instrs {
		switch {
		case in.Op == Call && computes(in.Callee):
			found = true
		case !Ops[in.Op].Pure:
			return false
		}
	}
	return found
}

// onlyComputes returns what a block costs if it only computes; beyond the limit
// if it does not.
func onlyComputes(b *Block) (sum int) {
	for _, in := range b.Instrs {
		switch {
		case in.Op == If:
			for _, nested := range in.Blocks {
				sum += onlyComputes(nested)
			}
		case !Ops[in.Op].Pure:
			return speculateLimit + 1
		default:
			sum += int(opCost(in.Op).word)
		}
	}
	return sum
}
