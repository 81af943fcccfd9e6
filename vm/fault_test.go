package vm

import (
	"sync/atomic"
	"testing"
	"time"

	"mmm/state"
)

// sumTo is fn sum(n) = if (n > 0) n + sum(n - 1) else 0, and a dsp that counts
// its turns in its state and returns sum of its input.
func sumTo() *Program {
	sum := &FuncProto{
		Name: "sum", NParam: 1, NRet: 1, FrameSize: 2, Recursive: true, Consts: []uint64{0, f(-1), f(1)},
		Code: []Instr{{Enter, 1, 1, 0}, {UnlessGtFK, 0, 0, 6}, {AddFK, 1, 0, 1}, {Call, 1, 1, 0}, {AddF, 0, 0, 1},
			{Leave, 0, 0, 0}, {Ret1, 0, 0, 0}, {LoadK, 0, 0, 0}, {Leave, 0, 0, 0}, {Ret1, 0, 0, 0}},
	}
	dsp := &FuncProto{
		Name: "dsp", NParam: 1, NRet: 1, FrameSize: 2, StateSize: 1, Consts: []uint64{f(1)},
		Code: []Instr{{GetState, 1, 0, 0}, {AddFK, 1, 1, 0}, {SetState, 0, 1, 0}, {Call, 0, 1, 0}, {Ret1, 0, 0, 0}},
	}
	return build(shape{}, sum, dsp)
}

func depthIsLimited(t *testing.T) {
	m, words := load(t, sumTo())
	st := m.Program().Image.State
	expect(t, m, words, []uint64{f(100)}, f(5050))
	expect(t, m, words, []uint64{f(state.MaxDepth - 1)}, f(state.MaxDepth*(state.MaxDepth-1)/2))
	if fault, _ := m.Fault(); fault != state.FaultNone || words[state.DepthWord] != 0 {
		t.Fatalf("fault %d, depth %d at the limit", fault, words[state.DepthWord])
	}
	expect(t, m, words, []uint64{f(state.MaxDepth)}, f(0))
	if fault, place := m.Fault(); fault != state.FaultDepth || place != 1 || words[state.FaultWord] != uint64(state.FaultDepth) {
		t.Fatalf("fault %d in function %d beyond the limit", fault, place)
	}
	if words[st] != f(3) || words[state.NowWord] != f(3) || words[state.FaultTurnsWord] != 1 {
		t.Errorf("state %x, now %x, faulting turns %d after the fault", words[st], words[state.NowWord], words[state.FaultTurnsWord])
	}
	expect(t, m, words, []uint64{f(4)}, f(10))
	if fault, _ := m.Fault(); fault != state.FaultDepth || words[state.FaultWord] != 0 || words[state.FaultTurnsWord] != 0 {
		t.Errorf("sticky fault %d, fault %d, turns %d after a good turn", fault, words[state.FaultWord], words[state.FaultTurnsWord])
	}
}

func TestAProgramThatAlwaysFaultsFallsSilent(t *testing.T) {
	m, words := load(t, sumTo())
	st := m.Program().Image.State
	for range state.MaxFaultTurns {
		expect(t, m, words, []uint64{f(1e9)}, f(0))
	}
	expect(t, m, words, []uint64{f(1)}, f(0))
	if words[st] != f(state.MaxFaultTurns) || words[state.NowWord] != f(state.MaxFaultTurns+1) {
		t.Errorf("state %x, now %x", words[st], words[state.NowWord])
	}
}

func TestFaultTimeEndsEverythingUntilItIsCleared(t *testing.T) {
	m, words := load(t, sumTo())
	st := m.Program().Image.State
	words[state.FaultWord] = uint64(state.FaultTime)
	expect(t, m, words, []uint64{f(1)}, f(0))
	if fault, _ := m.Fault(); fault != state.FaultTime || words[st] != 0 {
		t.Errorf("fault %d, state %x", fault, words[st])
	}
	words[state.FaultWord] = 0
	expect(t, m, words, []uint64{f(3)}, f(6))
}

// endless is fn f(n) = f(n) + f(n) below the depth limit: 2^60 calls.
func endless() *Program {
	fn := &FuncProto{
		Name: "f", NParam: 1, NRet: 1, FrameSize: 3, Recursive: true, Consts: []uint64{0, f(-1)},
		Code: []Instr{{Enter, 1, 1, 0}, {UnlessGtFK, 0, 0, 6}, {AddFK, 1, 0, 1}, {Call, 1, 1, 0}, {AddFK, 2, 0, 1}, {Call, 2, 1, 0},
			{Leave, 0, 0, 0}, {Ret1, 0, 0, 0}},
	}
	dsp := &FuncProto{Name: "dsp", NRet: 1, FrameSize: 1, Consts: []uint64{f(60)}, Code: []Instr{{LoadK, 0, 0, 0}, {Call, 0, 1, 0}, {Ret1, 0, 0, 0}}}
	fn.Code[1].C = 5
	return build(shape{}, fn, dsp)
}

func TestTheWatchdogEndsAnEndlessTurn(t *testing.T) {
	m, words := load(t, endless())
	time.AfterFunc(20*time.Millisecond, func() { atomic.StoreUint64(&words[state.FaultWord], uint64(state.FaultTime)) })
	start := time.Now()
	expect(t, m, words, nil, f(0))
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
	if fault, _ := m.Fault(); fault != state.FaultTime {
		t.Errorf("fault %d", fault)
	}
}

func TestFramesOutsideTheBuffersAreLeftOut(t *testing.T) {
	m, words := load(t, sumTo())
	m.Run(state.BlockFrames-1, 10)
	m.Run(-5, 3)
	m.Run(1000, 1)
	if words[state.NowWord] != f(1) {
		t.Errorf("now is %v", words[state.NowWord])
	}
}
