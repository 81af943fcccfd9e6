package session

import (
	"fmt"

	"mmm/compiler/mir"
	"mmm/native"
	"mmm/params"
	"mmm/realtime"
)

// trialRate is the rate in Hz at which a program is tried that is to be packed.
const trialRate = 48000

// Pack makes a program ready for a plugin that contains it: bytes from which the
// realtime core alone plays it, every control at its default. Control i has slot
// i; unbound are those behind the last slot, which nothing moves. [any-thread]
func Pack(p *mir.Program) (bytes []byte, unbound []params.Control, err error) {
	code, err := Build(p, Native)
	if err != nil {
		return nil, nil, err
	}
	defer code.Close()
	tried, err := code.Tried(nil, 0, trialRate)
	if err != nil {
		return nil, nil, err
	}
	tried.Close()
	inst, err := code.fresh(nil)
	if err != nil {
		return nil, nil, err
	}
	defer inst.Close()
	controls := Controls(p)
	table := params.New()
	if left := table.Bind(controls); len(left) > 0 {
		unbound = controls[params.Slots:]
	}
	for i, c := range controls[:min(len(controls), params.Slots)] {
		if slot, ok := table.Slot(c.Path); !ok || slot != i {
			return nil, nil, fmt.Errorf("control %q has slot %d, not %d", c.Path, slot, i)
		}
	}
	swap := realtime.NewSwap(inst)
	swap.Slots, swap.Cues, swap.Pools, swap.Rest, swap.SetValues = Slots(p, table), p.Cues, p.Pools, code.rest, true
	for i := range swap.Values {
		swap.Values[i] = hostValue(table, i)
	}
	wasm, err := native.Compile(p)
	if err != nil {
		return nil, nil, err
	}
	bytes, err = realtime.Pack(code.module, wasm, &swap, p.Sounds)
	return bytes, unbound, err
}
