package mir

// arrange puts the instructions of a block into the order in which they are due.
func (k *packer) arrange(b *Block) {
	k.survey(b)
	due := k.due(b)
	out := make([]*Instr, 0, len(b.Instrs))
	k.each(func(a, b int32) bool {
		if x, y := due[a]/stage, due[b]/stage; x != y {
			return x < y
		}
		return a < b
	}, func(i int32) { out = append(out, k.nodes[i]) })
	b.Instrs = out
}

// stage is how finely a block is put into the order in which things are due.
const stage = 16

// due returns for each node when, in steps of the processor, it should be done so
// that the results are there as early as they can be. So what does not depend on
// each other stands together, and the processor can do it at the same time; and
// the terms of a sum stand by their additions. What no result needs is due as
// soon as it can be done.
func (k *packer) due(b *Block) []int {
	var order []int32
	k.each(func(a, b int32) bool { return a < b }, func(i int32) { order = append(order, i) })
	before := make([]int, len(k.nodes)) // time from the start of the node to the end
	for _, v := range b.Yield {
		if d := k.def[v].node; d >= 0 {
			before[d] = latency(k.nodes[d]) + 1
		}
	}
	longest := 0
	for n := len(order) - 1; n >= 0; n-- {
		nodes := k.both(order[n])
		most := 0
		for _, i := range nodes {
			most = max(most, before[i])
			for _, s := range k.succ[i] {
				if before[s] > 0 {
					most = max(most, before[s]+latency(k.nodes[i]))
				}
			}
		}
		for _, i := range nodes {
			before[i] = most
		}
		longest = max(longest, most)
	}
	due := make([]int, len(k.nodes))
	for _, i := range order {
		nodes := k.both(i)
		when := 0
		for _, n := range nodes {
			if before[n] > 0 {
				when = longest - before[n]
			} else {
				when = max(when, due[n])
			}
		}
		for _, n := range nodes {
			due[n] = when
			for _, s := range k.succ[n] {
				due[s] = max(due[s], when)
			}
		}
	}
	return due
}

// both returns a node and its mate.
func (k *packer) both(i int32) []int32 {
	if m := k.mate[i]; m >= 0 {
		return []int32{i, m}
	}
	return []int32{i}
}

// latency is how long an instruction takes.
func latency(in *Instr) int {
	switch in.Op {
	case Const, SetState, GetParam, GetCue, SampleRate, Now, BitsF, FBits, Pair, Lane:
		return 0
	case GetState, Mem:
		return 1
	case DivF, SqrtF:
		return 14
	case ModF, Delay:
		return 12
	case Select, AbsF, NegF, CopySignF, AndF, OrF, AndI, OrI, XorI, ShlI, ShrI, SarI, AddI, SubI:
		return 1
	case Call:
		return 40
	case If, Switch:
		longest := 0
		for _, b := range in.Blocks {
			sum := 0
			for _, nested := range b.Instrs {
				sum += latency(nested)
			}
			longest = max(longest, sum/2)
		}
		return longest
	}
	return 4
}
