package mir

// Walk calls visit for every instruction of the block and of the blocks nested
// in it, in program order, an instruction before its blocks.
func Walk(b *Block, visit func(*Instr)) {
	for _, in := range b.Instrs {
		visit(in)
		for _, nested := range in.Blocks {
			Walk(nested, visit)
		}
	}
}
