// The cases of the opcode table.

package vm

import (
	"math"
	"testing"

	"mmm/state"
)

var (
	inf  = math.Inf(1)
	nan  = math.NaN()
	neg0 = math.Copysign(0, -1)
)

// ff, ft and so on make examples from numbers (f), ints (i) and truths (t).
func ff(want float64, in ...float64) example { return example{words(in), f(want)} }
func ft(want bool, in ...float64) example    { return example{words(in), truth(want)} }
func fi(want int64, in float64) example      { return example{words([]float64{in}), i(want)} }
func ii(want int64, a, b int64) example      { return example{[]uint64{i(a), i(b)}, i(want)} }
func it(want bool, a, b int64) example       { return example{[]uint64{i(a), i(b)}, truth(want)} }

func words(xs []float64) []uint64 {
	ws := make([]uint64, len(xs))
	for n, x := range xs {
		ws[n] = f(x)
	}
	return ws
}

// Cases that several opcodes share.
var (
	add  = []example{ff(3, 1, 2), ff(0.30000000000000004, 0.1, 0.2), ff(nan, inf, -inf), ff(0, neg0, 0), ff(neg0, neg0, neg0)}
	mul  = []example{ff(6, 2, 3), ff(nan, 0, inf), ff(neg0, -1, 0), ff(0, 1e-200, 1e-200)}
	div  = []example{ff(0.5, 1, 2), ff(inf, 1, 0), ff(-inf, 1, neg0), ff(nan, 0, 0)}
	mod  = []example{ff(1.5, 5.5, 2), ff(-1.5, -5.5, 2), ff(1.5, 5.5, -2), ff(nan, 1, 0), ff(nan, inf, 1), ff(1, 1, inf), ff(neg0, -2, 1), ff(0, 1, 1), ff(0.25, 1.25, 1), ff(neg0, neg0, 1), ff(0.09999999999999995, 1, 0.1), ff(nan, nan, 1)}
	low  = []example{ff(1, 1, 2), ff(1, 2, 1), ff(1, nan, 1), ff(1, 1, nan), ff(nan, nan, nan), ff(0, 0, neg0), ff(neg0, neg0, 0), ff(-inf, -inf, 1)}
	high = []example{ff(2, 1, 2), ff(2, 2, 1), ff(1, nan, 1), ff(1, 1, nan), ff(nan, nan, nan), ff(0, 0, neg0), ff(neg0, neg0, 0), ff(inf, inf, 1)}

	eq = []example{ft(true, 1, 1), ft(false, 1, 2), ft(true, 0, neg0), ft(false, nan, nan), ft(true, inf, inf)}
	ne = []example{ft(false, 1, 1), ft(true, 1, 2), ft(false, 0, neg0), ft(true, nan, nan)}
	lt = []example{ft(true, 1, 2), ft(false, 2, 2), ft(false, 3, 2), ft(false, nan, 1), ft(false, 1, nan), ft(true, -inf, inf)}
	le = []example{ft(true, 1, 2), ft(true, 2, 2), ft(false, 3, 2), ft(false, nan, 1), ft(false, 1, nan)}
	gt = []example{ft(false, 1, 2), ft(false, 2, 2), ft(true, 3, 2), ft(false, nan, 1), ft(false, 1, nan)}
	ge = []example{ft(false, 1, 2), ft(true, 2, 2), ft(true, 3, 2), ft(false, nan, 1), ft(false, 1, nan)}

	addI = []example{ii(5, 2, 3), ii(math.MinInt64, math.MaxInt64, 1)}
	mulI = []example{ii(-6, 2, -3), ii(math.MinInt64, math.MinInt64, -1), ii(0, 1<<32, 1<<32)}
	shl  = []example{ii(8, 1, 3), ii(2, 1, 65), ii(math.MinInt64, 1, -1), ii(5, 5, 64)}
	shr  = []example{ii(1, 8, 3), ii(4, 8, 65), ii(1, -1, 63)}
	sar  = []example{ii(1, 8, 3), ii(-1, -1, 63), ii(-4, -8, 65)}
	and  = []example{ii(2, 6, 3), ii(6, -1, 6)}
	or   = []example{ii(7, 6, 3), ii(-1, -1, 6)}
	xor  = []example{ii(5, 6, 3), ii(-7, -1, 6)}
	eqI  = []example{it(true, 3, 3), it(false, 3, 4), it(false, 0, math.MinInt64)}
	ltI  = []example{it(true, -1, 0), it(false, 0, 0), it(false, 1, -1), it(true, math.MinInt64, math.MaxInt64)}

	// The product is not rounded before the sum.
	once = []example{ff(7, 2, 3, 1), ff(-0x1p-54, 1+0x1p-27, 1-0x1p-27, -1), ff(nan, inf, 1, -inf), ff(0, neg0, 1, 0), ff(neg0, neg0, 1, neg0), ff(nan, 0, inf, nan), ff(5e-324, 0x1p-1000, 0x1p-1000, 5e-324)}
	// The product is rounded before the sum: fused, the second would give -2^-54.
	fused = []example{ff(7, 2, 3, 1), ff(0, 1+0x1p-27, 1-0x1p-27, -1), ff(nan, inf, 1, -inf), ff(0, neg0, 1, 0)}
)

// examples are the cases of the opcodes that compute.
var examples = [NumOps][]example{
	Move: {ff(3, 3), ff(neg0, neg0)}, LoadK: {ff(3, 3)},
	AddF: add, AddFK: add, MulF: mul, MulFK: mul, DivF: div, DivFK: div, DivKF: div, ModF: mod, ModFK: mod,
	SubF:  {ff(-1, 1, 2), ff(neg0, neg0, 0), ff(0, 0, 0), ff(nan, inf, inf)},
	SubKF: {ff(-1, 1, 2), ff(neg0, neg0, 0), ff(0, 0, 0), ff(nan, inf, inf)},
	MinF:  low, MinFK: low, MaxF: high, MaxFK: high,
	EqF: eq, EqFK: eq, NeF: ne, NeFK: ne, LtF: lt, LtFK: lt, LeF: le, LeFK: le, GtFK: gt, GeFK: ge,
	AndF:      {ft(true, 1, 0.5), ft(false, 1, 0), ft(false, -1, 1), ft(false, nan, 1), ft(false, 1, nan)},
	OrF:       {ft(true, 1, 0), ft(true, -1, 0.5), ft(false, -1, 0), ft(false, nan, nan), ft(true, nan, 1)},
	CopySignF: {ff(-3, 3, -1), ff(3, -3, 1), ff(neg0, 0, neg0), ff(-inf, inf, -2)},

	Fma: once, FmaK: once, FmKA: once, FmKAK: once,
	MulAdd: fused, MulAddK: fused, MulKAdd: fused, MulKAddK: fused,
	MulSub: {ff(5, 2, 3, 1), ff(0, 1+0x1p-27, 1-0x1p-27, 1), ff(nan, inf, 1, inf)},
	SubMul: {ff(-5, 2, 3, 1), ff(0, 1+0x1p-27, 1-0x1p-27, 1), ff(nan, inf, 1, inf)},

	NegF:   {ff(-1, 1), ff(neg0, 0), ff(0, neg0), ff(-inf, inf)},
	AbsF:   {ff(1, -1), ff(0, neg0), ff(inf, -inf), ff(nan, nan)},
	SqrtF:  {ff(3, 9), ff(nan, -1), ff(neg0, neg0), ff(inf, inf), ff(1.4142135623730951, 2)},
	FloorF: {ff(1, 1.5), ff(-2, -1.5), ff(neg0, neg0), ff(-1, -0.1), ff(0, 0.9), ff(1e300, 1e300), ff(-inf, -inf), ff(nan, nan), ff(4503599627370495, 4503599627370495.5), ff(-4503599627370496, -4503599627370495.5)},
	CeilF:  {ff(2, 1.5), ff(-1, -1.5), ff(neg0, neg0), ff(neg0, -0.1), ff(1, 0.1), ff(-1e300, -1e300), ff(inf, inf), ff(nan, nan), ff(4503599627370496, 4503599627370495.5)},
	TruncF: {ff(1, 1.5), ff(-1, -1.5), ff(neg0, -0.5), ff(0, 0.5), ff(1e300, 1e300), ff(inf, inf), ff(nan, nan), ff(4503599627370495, 4503599627370495.5)},
	NearestF: {ff(2, 1.5), ff(2, 2.5), ff(-2, -2.5), ff(0, 0.5), ff(neg0, -0.5), ff(neg0, neg0), ff(0, 0.49999999999999994),
		ff(1, 0.5000000000000001), ff(4503599627370496, 4503599627370495.5), ff(1e300, 1e300), ff(-inf, -inf), ff(nan, nan)},
	RoundF: {ff(2, 1.5), ff(3, 2.5), ff(-3, -2.5), ff(1, 0.5), ff(-1, -0.5), ff(neg0, -0.4), ff(neg0, neg0), ff(0, 0.49999999999999994),
		ff(4503599627370496, 4503599627370495.5), ff(1e300, 1e300), ff(-inf, -inf), ff(nan, nan)},
	NotF: {ft(true, 0), ft(true, neg0), ft(false, 1), ft(false, -1), ft(false, nan)},

	AddI: addI, AddIK: addI, MulI: mulI, MulIK: mulI, AndI: and, AndIK: and, OrI: or, OrIK: or, XorI: xor, XorIK: xor,
	SubI: {ii(-1, 2, 3), ii(math.MaxInt64, math.MinInt64, 1)},
	ShlI: shl, ShlIK: shl, ShrI: shr, ShrIK: shr, SarI: sar, SarIK: sar, EqI: eqI, EqIK: eqI, LtI: ltI, LtIK: ltI,
	FtoI: {fi(1, 1.9), fi(-1, -1.9), fi(0, nan), fi(math.MaxInt64, inf), fi(math.MinInt64, -inf), fi(math.MaxInt64, 1e19),
		fi(math.MinInt64, -1e19), fi(math.MaxInt64, 9223372036854775808), fi(math.MinInt64, -9223372036854775808), fi(0, neg0)},
	ItoF:   {{[]uint64{i(-3)}, f(-3)}, {[]uint64{i(math.MaxInt64)}, f(9223372036854775808)}, {[]uint64{i(1<<53 + 1)}, f(1 << 53)}},
	Select: {ff(2, 1, 2, 3), ff(3, 0, 2, 3), ff(3, -1, 2, 3), ff(3, nan, 2, 3), ff(2, 0.1, 2, 3)},

	JmpUnless: {ft(true, 0.5), ft(false, 0), ft(false, -1), ft(false, nan), ft(true, inf)},
	UnlessEqF: eq, UnlessEqFK: eq, UnlessNeF: ne, UnlessNeFK: ne, UnlessLtF: lt, UnlessLtFK: lt, UnlessLeF: le, UnlessLeFK: le,
	UnlessGtFK: gt, UnlessGeFK: ge, UnlessEqI: eqI, UnlessEqIK: eqI, UnlessLtI: ltI, UnlessLtIK: ltI,
}

// expect plays one frame and compares its outputs.
func expect(t *testing.T, m *Machine, words []uint64, in []uint64, want ...uint64) {
	t.Helper()
	for ch, got := range turn(m, words, in...) {
		if !same(got, want[ch]) {
			t.Fatalf("output %d is %x (%v), want %x (%v)", ch, got, math.Float64frombits(got), want[ch], math.Float64frombits(want[ch]))
		}
	}
}

// scenarios are the cases of the other opcodes.
var scenarios = [NumOps]func(*testing.T){
	GetState: stateIsKept, SetState: stateIsKept, Mem: memDelaysByOne, Delay: delayFollowsItsTable,
	GetGlobal: outsideWords, SetGlobal: outsideWords, GetParam: outsideWords, GetCue: outsideWords, Now: outsideWords,
	SampleRate: outsideWords, Probe: probeFillsItsRing, PrintF: printGoesToTheLog,
	Jmp: jumpsSkip, JmpTable: tableSelects, Call: callsShareTheStack, Ret: callsShareTheStack, Ret1: callsShareTheStack,
	Enter: depthIsLimited, Leave: depthIsLimited, Ext: memDelaysByOne, Halt: jumpsSkip,

	Charge: chargesEndTheTurn,

	AllocArray: arraysHoldElements, ArrayLen: arraysHoldElements, GetArrayElem: elementsAreClamped, ArrayAppend: arraysGrow,
	ArrayPrepend: arraysGrow, SplitHead: arraysSplit, SplitTail: arraysSplit, BoxAlloc: boxesHold, BoxLoad: boxesHold,
	CellGet: cellsChange, CellSet: cellsChange, FuncValue: functionsAreValues, MakeHeapClosure: closuresRun, GetUpValue: closuresRun,
	SelfClosure: closuresRun, CallIndirect: functionsAreValues, EndIndirect: closuresRun, CloneHeap: countsDecide, ReleaseHeap: countsDecide,
	CloneUserSum: sumsAreWalked, ReleaseUserSum: sumsAreWalked, Schedule: tasksRunInOrder, CallExtFun: hostsAreCalled,
	ReadSound: soundsAreRead,
}

// chargesEndTheTurn runs 2^40 calls, of which a turn's budget allows a part.
func chargesEndTheTurn(t *testing.T) {
	const levels = 40
	funcs := []*FuncProto{{Name: "f0", NRet: 1, FrameSize: 1, Consts: []uint64{f(1)}, Code: []Instr{{LoadK, 0, 0, 0}, {Ret1, 0, 0, 0}}}}
	for n := int32(1); n <= levels; n++ {
		funcs = append(funcs, &FuncProto{Name: "f", NRet: 1, FrameSize: 2,
			Code: []Instr{{Charge, n + 1, 1, 0}, {Call, 0, n, 0}, {Call, 1, n, 0}, {AddF, 0, 0, 1}, {Ret1, 0, 0, 0}}})
	}
	m, words := load(t, build(shape{}, funcs...))
	expect(t, m, words, nil, f(0))
	if fault, _ := m.Fault(); fault != state.FaultBudget || words[state.FaultTurnsWord] < state.MaxFaultTurns {
		t.Errorf("fault %d", fault)
	}
	m, words = load(t, build(shape{}, funcs[:11]...))
	expect(t, m, words, nil, f(1024))
}

func stateIsKept(t *testing.T) {
	m, words := load(t, build(shape{}, &FuncProto{
		NRet: 2, FrameSize: 2, StateSize: 3, Consts: []uint64{f(1), i(7)},
		Code: []Instr{{GetState, 0, 2, 0}, {AddFK, 0, 0, 0}, {SetState, 2, 0, 0}, {GetState, 1, 1, 0}, {AddIK, 1, 1, 1}, {SetState, 1, 1, 0}, {Ret, 2, 0, 0}},
	}))
	for n := range 5 {
		expect(t, m, words, nil, f(float64(n+1)), i(int64(7*n+7)))
	}
	if at := m.Program().Image.State; words[at] != 0 || words[at+1] != 35 || words[at+2] != f(5) {
		t.Errorf("state is %x", words[at:at+3])
	}
}

func memDelaysByOne(t *testing.T) {
	m, words := load(t, build(shape{}, &FuncProto{
		NParam: 1, NRet: 1, FrameSize: 1, StateSize: 2, Code: []Instr{{Mem, 0, 0, 0}, {Mem, 0, 0, 1}, {Ret1, 0, 0, 0}},
	}))
	for n, want := range []float64{0, 0, 1, 2, 3} {
		expect(t, m, words, []uint64{f(float64(n + 1))}, f(want))
	}
}

// delayFollowsItsTable is the table of spec vm.md 9.4.
func delayFollowsItsTable(t *testing.T) {
	for _, c := range []struct {
		size int
		time float64
		want []float64
	}{
		{4, 0, []float64{0, 0, 0, 0, 0, 1, 2}}, {4, 1, []float64{0, 0, 1, 2, 3, 4, 5}}, {4, 1.9, []float64{0, 0, 1, 2, 3, 4, 5}},
		{4, 3, []float64{0, 0, 0, 0, 1, 2, 3}}, {4, 99, []float64{0, 0, 0, 0, 1, 2, 3}}, {4, inf, []float64{0, 0, 0, 0, 1, 2, 3}},
		{4, -5, []float64{0, 0, 0, 0, 0, 1, 2}}, {4, nan, []float64{0, 0, 0, 0, 0, 1, 2}}, {4, -inf, []float64{0, 0, 0, 0, 0, 1, 2}},
		{4, 0.9, []float64{0, 0, 0, 0, 0, 1, 2}},
		{1, 0, []float64{0, 0, 1, 2, 3}}, {1, 5, []float64{0, 0, 1, 2, 3}}, {0, 1, []float64{0, 0, 0, 0}},
	} {
		m, words := load(t, build(shape{}, &FuncProto{
			NParam: 1, NRet: 1, FrameSize: 3, StateSize: 3 + c.size, Consts: []uint64{f(c.time)},
			Code: []Instr{{Now, 2, 0, 0}, {Delay, 2, 2, 0}, {Ext, 1, int32(c.size), 0}, {Ret1, 2, 0, 0}},
		}))
		for _, want := range c.want {
			expect(t, m, words, []uint64{f(c.time)}, f(want))
		}
		at := m.Program().Image.State
		if n := len(c.want); words[at] != 0 || c.size > 0 && words[at+2] != uint64(n%c.size) {
			t.Errorf("delay(%d, now, %v): state %x after %d samples", c.size, c.time, words[at:at+3+c.size], n)
		}
	}
}

func outsideWords(t *testing.T) {
	p := build(shape{params: 2, cues: 4, globals: 2}, &FuncProto{
		NRet: 6, FrameSize: 6, Consts: []uint64{f(1)},
		Code: []Instr{{GetParam, 0, 1, 0}, {GetCue, 1, 3, 0}, {Now, 2, 0, 0}, {SampleRate, 3, 0, 0},
			{GetGlobal, 4, 1, 0}, {AddFK, 5, 4, 0}, {SetGlobal, 1, 5, 0}, {Ret, 6, 0, 0}},
	})
	m, words := load(t, p)
	words[p.Image.Params+1], words[p.Image.Cues+3] = f(0.5), f(100)
	expect(t, m, words, nil, f(0.5), f(100), f(0), f(48000), f(0), f(1))
	words[p.Image.Params+1] = f(0.25)
	expect(t, m, words, nil, f(0.25), f(100), f(1), f(48000), f(1), f(2))
}

func probeFillsItsRing(t *testing.T) {
	p := build(shape{probes: 2}, &FuncProto{FrameSize: 1, Code: []Instr{{Now, 0, 0, 0}, {Probe, 1, 0, 0}, {Ret, 0, 0, 0}}})
	m, words := load(t, p)
	const turns = state.ProbeFrames + 100
	for range turns {
		m.Run(0, 1)
	}
	at := p.Image.Probes + state.ProbeWords
	if words[at] != turns || words[at+1] != f(state.ProbeFrames) || words[at+1+99] != f(turns-1) || words[at+1+100] != f(100) {
		t.Errorf("count %d, ring %x", words[at], words[at+1:at+4])
	}
	if words[p.Image.Probes] != 0 {
		t.Error("the other probe was written")
	}
}

func printGoesToTheLog(t *testing.T) {
	m, words := load(t, build(shape{}, &FuncProto{FrameSize: 1, Code: []Instr{{Now, 0, 0, 0}, {PrintF, 0, 0, 0}, {PrintF, 0, 1, 0}, {Ret, 0, 0, 0}}}))
	turn(m, words) // without a log nothing happens
	var got []any
	m.Log = func(x float64, newline bool) { got = append(got, x, newline) }
	turn(m, words)
	if len(got) != 4 || got[0] != 1.0 || got[1] != false || got[2] != 1.0 || got[3] != true {
		t.Errorf("log has %v", got)
	}
}

func jumpsSkip(t *testing.T) {
	m, words := load(t, build(shape{}, &FuncProto{
		NRet: 1, FrameSize: 1, Consts: []uint64{f(1), f(2)},
		Code: []Instr{{LoadK, 0, 0, 0}, {Jmp, 2, 0, 0}, {LoadK, 0, 1, 0}, {Jmp, 1, 0, 0}, {Ret1, 0, 0, 0}},
	}))
	expect(t, m, words, nil, f(1))
}

func tableSelects(t *testing.T) {
	m, words := load(t, build(shape{}, &FuncProto{
		NParam: 1, NRet: 1, FrameSize: 1, Consts: []uint64{f(1), f(2), f(3)}, Tables: []JumpTable{{Min: -1, Offsets: []int32{1, 3, 5}}},
		Code: []Instr{{JmpTable, 0, 0, 0}, {LoadK, 0, 0, 0}, {Ret1, 0, 0, 0}, {LoadK, 0, 1, 0}, {Ret1, 0, 0, 0}, {LoadK, 0, 2, 0}, {Ret1, 0, 0, 0}},
	}))
	for _, c := range []struct {
		v    int64
		want float64
	}{{-1, 1}, {0, 2}, {1, 3}, {-2, 3}, {100, 3}, {math.MaxInt64, 3}, {math.MinInt64, 3}} {
		expect(t, m, words, []uint64{i(c.v)}, f(c.want))
	}
}

func callsShareTheStack(t *testing.T) {
	// pair(a, b) = (b, a) with a counter of its own; dsp calls it twice.
	pair := &FuncProto{
		Name: "pair", NParam: 2, NRet: 2, FrameSize: 3, StateSize: 1, Consts: []uint64{f(1)},
		Code: []Instr{{GetState, 2, 0, 0}, {AddFK, 2, 2, 0}, {SetState, 0, 2, 0}, {Move, 2, 0, 0}, {Move, 0, 1, 0}, {Move, 1, 2, 0}, {Ret, 2, 0, 0}},
	}
	first := &FuncProto{
		Name: "first", NParam: 2, NRet: 1, FrameSize: 4, StateSize: 2,
		Code: []Instr{{Move, 2, 0, 0}, {Move, 3, 1, 0}, {Call, 2, 1, 1}, {SubF, 2, 2, 3}, {Ret1, 2, 0, 0}},
	}
	dsp := &FuncProto{
		Name: "dsp", NParam: 2, NRet: 3, FrameSize: 5, StateSize: 5,
		Code: []Instr{{Move, 2, 0, 0}, {Move, 3, 1, 0}, {Call, 2, 1, 4}, {Move, 4, 1, 0}, {Move, 1, 0, 0}, {Move, 0, 2, 0},
			{Move, 2, 3, 0}, {Move, 3, 4, 0}, {Call, 2, 2, 1}, {Ret, 3, 0, 0}},
	}
	p := build(shape{}, pair, first, dsp)
	m, words := load(t, p)
	// After pair: r2 = b, r3 = a; then r0 = b, r1 = a; first(a, b) = b - a.
	expect(t, m, words, []uint64{f(1), f(10)}, f(10), f(1), f(9))
	expect(t, m, words, []uint64{f(5), f(6)}, f(6), f(5), f(1))
	if at := p.Image.State; words[at+4] != f(2) || words[at+2] != f(2) || words[at] != 0 || words[at+1] != 0 || words[at+3] != 0 {
		t.Errorf("state is %x", words[at:at+5])
	}
}
