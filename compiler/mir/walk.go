package mir

// Walk calls visit for every instruction of the block and of the blocks nested
// in it, in program order, an instruction before its blocks.
func Walk(b *Block, visit func(*Instr)) {
	if b == nil {
		return
	}
	for _, in := range b.Instrs {
		visit(in)
		for _, nested := range in.Blocks {
			Walk(nested, visit)
		}
	}
}

// NeedsClosure reports whether f asks for the running closure, so that it can
// run in one only.
func NeedsClosure(f *Func) bool {
	needs := false
	Walk(f.Body, func(in *Instr) { needs = needs || in.Op == GetCapture || in.Op == SelfClosure })
	return needs
}
