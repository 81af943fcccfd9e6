package mir

// Globals replaces reads of globals that the program sets to a constant once,
// when it starts, by that constant. Functions that run while it starts may read
// before, so they keep their reads.
func Globals(p *Program) {
	known := constantGlobals(p)
	if len(known) == 0 {
		return
	}
	early := map[*Func]bool{}
	mark(p.Init, early)
	for _, f := range p.Funcs {
		if early[f] {
			continue
		}
		Walk(f.Body, func(in *Instr) {
			if in.Op != GetGlobal {
				return
			}
			if c := known[in.Imm]; c != nil {
				in.Op, in.Imm, in.Aux = Const, c.Imm, c.Aux
			}
		})
	}
}

// constantGlobals returns the constant of each global that is set in one place
// only, unconditionally and when the program starts.
func constantGlobals(p *Program) map[int64]*Instr {
	sets := map[int64]int{}
	for _, f := range p.Funcs {
		Walk(f.Body, func(in *Instr) {
			if in.Op == SetGlobal {
				sets[in.Imm]++
			}
		})
	}
	known, consts := map[int64]*Instr{}, map[Value]*Instr{}
	for _, in := range p.Init.Body.Instrs {
		switch in.Op {
		case Const:
			consts[in.Res[0]] = in
		case SetGlobal:
			if c := consts[in.Args[0]]; c != nil && sets[in.Imm] == 1 {
				known[in.Imm] = c
			}
		}
	}
	return known
}

// mark adds f and what it can call, now or later, to live.
func mark(f *Func, live map[*Func]bool) {
	if live[f] {
		return
	}
	live[f] = true
	Walk(f.Body, func(in *Instr) {
		if in.Callee != nil {
			mark(in.Callee, live)
		}
	})
}
