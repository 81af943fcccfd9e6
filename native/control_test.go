package native

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"mmm/compiler/mir"
	"mmm/state"
)

func TestSwitchTakesTheLastBlockOutsideItsRange(t *testing.T) {
	for cases := 1; cases <= 5; cases++ {
		t.Run(fmt.Sprint(cases), func(t *testing.T) {
			m := load(t, program(1, 2, nil, func(b *mir.Builder) []mir.Value {
				var blocks []func() []mir.Value
				for i := range cases {
					blocks = append(blocks, func() []mir.Value {
						return []mir.Value{b.Num(float64(i)), pure(b, mir.AddF, 0, b.Num(float64(i)))}
					})
				}
				return b.Switch(pure(b, mir.BitsF, 0), 2, blocks...)
			}))
			indexes := append([]int64{4, 5, 6, 1<<32 + 1, -(1 << 32)}, intEdges...)
			for i, n := range indexes {
				m.in(0, i, uint64(n))
			}
			m.play(0, len(indexes))
			for i, n := range indexes {
				want := float64(cases - 1)
				if n >= 0 && n < int64(cases-1) {
					want = float64(n)
				}
				if got := math.Float64frombits(m.out(0, i)); got != want {
					t.Fatalf("index %d takes block %g, want %g", n, got, want)
				}
				if got := m.out(1, i); !same(got, math.Float64bits(math.Float64frombits(uint64(n))+want)) {
					t.Fatalf("index %d: second result %x", n, got)
				}
			}
		})
	}
}

func TestNestedChoicesRunOnlyTheChosenBranch(t *testing.T) {
	p := program(2, 1, nil, func(b *mir.Builder) []mir.Value {
		b.F.Vars = kinds(1)
		mark := func(x float64) {
			set(b, mir.SetVar, 0, b.Op(mir.AddF, get(b, mir.GetVar, 0), b.Num(x)))
		}
		outside := pure(b, mir.MulF, 0, 1) // used in both branches, at different depths
		r := b.If(0, 1, func() []mir.Value {
			mark(1)
			return b.If(1, 1, func() []mir.Value { mark(10); return []mir.Value{outside} },
				func() []mir.Value {
					mark(20)
					return b.Switch(pure(b, mir.FtoI, 0), 1,
						func() []mir.Value { mark(100); return []mir.Value{b.Num(1)} },
						func() []mir.Value { mark(200); return []mir.Value{b.Num(2)} },
						func() []mir.Value { mark(300); return []mir.Value{pure(b, mir.AddF, outside, outside)} })
				})
		}, func() []mir.Value {
			b.If(1, 0, func() []mir.Value { mark(2); return nil }, func() []mir.Value { return nil })
			b.If(1, 0, func() []mir.Value { return nil }, func() []mir.Value { mark(3); return nil })
			return []mir.Value{pure(b, mir.SubF, outside, b.Num(1))}
		})[0]
		return []mir.Value{pure(b, mir.AddF, pure(b, mir.MulF, get(b, mir.GetVar, 0), b.Num(1000)), r)}
	})
	m := load(t, p)
	rows := [][3]float64{{1, 1, 11001}, {1, -1, 221002}, {2, -1, 321000 - 4}, {-1, 1, 2000 - 2}, {-1, -2, 3000 + 1}, {0.5, 0, 121001}, {math.NaN(), 1, math.NaN()}}
	for i, r := range rows {
		m.in(0, i, math.Float64bits(r[0]))
		m.in(1, i, math.Float64bits(r[1]))
	}
	var want []float64
	for _, r := range rows {
		want = append(want, r[2])
	}
	equal(t, m.nums(len(rows)), want...)
}

func TestManyWordsGoInAndOutOfFunctions(t *testing.T) {
	mixed := []state.WordKind{state.NumWord, state.IntWord, state.NumWord, state.StringWord, state.TagWord, state.NumWord}
	f, fb := mir.NewFunc("turn around", mixed, append([]state.WordKind(nil), mixed[3], mixed[1], mixed[0], mixed[2], mixed[4], mixed[5]))
	fb.Return(3, 1, 0, 2, 4, 5)
	m := load(t, program(1, 6, nil, func(b *mir.Builder) []mir.Value {
		r := b.Call(f, 0, 0, b.Int(11), b.Num(2.5), b.Int(13), b.Int(14), b.Num(5.5))
		return []mir.Value{b.Op(mir.ItoF, r[0]), b.Op(mir.ItoF, r[1]), r[2], r[3], b.Op(mir.ItoF, r[4]), r[5]}
	}, f))
	m.in(0, 0, math.Float64bits(42))
	m.play(0, 1)
	for ch, want := range []float64{13, 11, 42, 2.5, 14, 5.5} {
		if got := math.Float64frombits(m.out(ch, 0)); got != want {
			t.Fatalf("result %d is %g, want %g", ch, got, want)
		}
	}
}

func TestLongChainsOfOperationsCompile(t *testing.T) {
	m := load(t, program(1, 2, nil, func(b *mir.Builder) []mir.Value {
		v := mir.Value(0)
		var all []mir.Value
		for range 60000 { // more values than a function may have locals
			v = pure(b, mir.AddF, v, b.Num(1))
			all = append(all, v)
		}
		sum := all[0]
		for _, x := range all[1:100] {
			sum = pure(b, mir.AddF, sum, x)
		}
		return []mir.Value{v, sum}
	}))
	m.in(0, 0, math.Float64bits(1))
	m.play(0, 1)
	if a, b := math.Float64frombits(m.out(0, 0)), math.Float64frombits(m.out(1, 0)); a != 60001 || b != 5150 {
		t.Fatalf("got %g and %g", a, b)
	}
}

// countdown is a recursive function: x <= 0 ? 100 : 1 + countdown(x - 1).
func countdown() *mir.Func {
	f, b := mir.NewFunc("countdown", kinds(1), kinds(1))
	f.Recursive = true
	b.Return(b.If(0, 1, func() []mir.Value {
		return []mir.Value{b.Op(mir.AddF, b.Num(1), b.Call(f, 0, b.Op(mir.SubF, 0, b.Num(1)))[0])}
	}, func() []mir.Value { return []mir.Value{b.Num(100)} })[0])
	return f
}

func TestRecursionUpToTheLimitAnswersAndBeyondItSilencesTheTurn(t *testing.T) {
	f := countdown()
	p := program(1, 1, block(feed(state.NumWord)), func(b *mir.Builder) []mir.Value {
		set(b, mir.SetState, 0, b.Op(mir.AddF, get(b, mir.GetState, 0), b.Num(1)))
		return b.Call(f, 0, 0)
	}, f)
	p.Funcs[0], p.Funcs[1] = p.Funcs[1], p.Funcs[0]
	p.Funcs[0].Index, f.Index = 0, 1
	m := load(t, p)
	for i, x := range []float64{0, 3, state.MaxDepth - 1, state.MaxDepth, 1e9, 5} {
		m.in(0, i, math.Float64bits(x))
	}
	equal(t, m.nums(6), 100, 103, 100+state.MaxDepth-1, 0, 0, 105)
	for word, want := range map[int]uint64{state.FaultWord: 0, state.DepthWord: 0, state.StickyFaultWord: uint64(state.FaultDepth),
		state.StickyPlaceWord: 1, state.FaultTurnsWord: 0, m.image.State: math.Float64bits(6), state.NowWord: math.Float64bits(6)} {
		if m.words[word] != want {
			t.Errorf("word %d is %x, want %x", word, m.words[word], want)
		}
	}
}

func TestAProgramThatFaultsTooOftenIsSuspended(t *testing.T) {
	f := countdown()
	m := load(t, program(1, 1, block(feed(state.NumWord)), func(b *mir.Builder) []mir.Value {
		set(b, mir.SetState, 0, b.Op(mir.AddF, get(b, mir.GetState, 0), b.Num(1)))
		return b.Call(f, 0, 0)
	}, f))
	for i := range state.BlockFrames {
		m.in(0, i, math.Float64bits(math.Inf(1)))
	}
	m.play(0, state.MaxFaultTurns-1)
	m.in(0, 0, math.Float64bits(1))
	equal(t, m.nums(1), 101)
	m.in(0, 0, math.Float64bits(math.Inf(1)))
	m.play(0, state.MaxFaultTurns)
	m.in(0, 0, math.Float64bits(1))
	equal(t, m.nums(2), 0, 0)
	if ran := math.Float64frombits(m.words[m.image.State]); ran != 2*state.MaxFaultTurns {
		t.Errorf("dsp ran %g times", ran)
	}
	if m.words[state.FaultTurnsWord] != state.MaxFaultTurns {
		t.Errorf("%d faulting turns are counted", m.words[state.FaultTurnsWord])
	}
	if now := math.Float64frombits(m.words[state.NowWord]); now != 2*state.MaxFaultTurns+2 {
		t.Errorf("now is %g", now)
	}
}

func TestTheWatchdogsFaultStaysAndSilences(t *testing.T) {
	f := countdown()
	m := load(t, program(1, 1, nil, func(b *mir.Builder) []mir.Value { return b.Call(f, 0, 0) }, f))
	equal(t, m.nums(1), 100)
	m.words[state.FaultWord] = uint64(state.FaultTime)
	equal(t, m.nums(3), 0, 0, 0)
	if m.words[state.FaultWord] != uint64(state.FaultTime) {
		t.Fatal("FaultTime is gone")
	}
}

func TestARecursiveDspCountsItsDepth(t *testing.T) {
	dsp, b := mir.NewFunc("dsp", kinds(1), kinds(1))
	dsp.Recursive, dsp.State = true, block(feed(state.NumWord))
	set(b, mir.SetState, 0, b.Op(mir.AddF, get(b, mir.GetState, 0), b.Num(1)))
	b.Return(b.If(0, 1, func() []mir.Value { return b.Call(dsp, 0, b.Op(mir.SubF, 0, b.Num(1))) },
		func() []mir.Value { return []mir.Value{get(b, mir.GetState, 0)} })[0])
	init, ib := mir.NewFunc("init", nil, nil)
	ib.Return()
	m := load(t, &mir.Program{Init: init, Dsp: dsp, Funcs: []*mir.Func{init, dsp}})
	for i, x := range []float64{0, 2, 1e9, 0} {
		m.in(0, i, math.Float64bits(x))
	}
	equal(t, m.nums(4), 1, 4, 0, 4+state.MaxDepth+1)
}

func TestMalformedProgramsAreRefused(t *testing.T) {
	f, fb := mir.NewFunc("stateful", nil, nil)
	f.State = block(feed(state.NumWord))
	fb.Return()
	for want, p := range map[string]*mir.Program{
		"value 3 is used where": program(0, 1, nil, func(b *mir.Builder) []mir.Value { b.F.Values = 9; return []mir.Value{3} }),
		"not below 1":           program(0, 0, block(feed(state.NumWord)), func(b *mir.Builder) []mir.Value { get(b, mir.GetState, 1); return nil }),
		"not below 0":           program(0, 0, nil, func(b *mir.Builder) []mir.Value { get(b, mir.GetParam, 0); return nil }),
		"ring":                  program(1, 0, block(ringOf(4)), func(b *mir.Builder) []mir.Value { delay(b, 0, -1, 0, 0); return nil }),
		"index 0 is not below":  program(0, 0, nil, func(b *mir.Builder) []mir.Value { b.Call(f, 0); return nil }, f),
		"arguments": program(1, 1, nil, func(b *mir.Builder) []mir.Value {
			return b.Emit(&mir.Instr{Op: mir.AddF, Args: []mir.Value{0}}, 1)
		}),
		"branches": program(1, 0, nil, func(b *mir.Builder) []mir.Value {
			b.Emit(&mir.Instr{Op: mir.Switch, Args: []mir.Value{0}}, 0)
			return nil
		}),
		"value 1 is used where": outsideItsBlock(),
		"yield its results":     program(0, 1, nil, func(*mir.Builder) []mir.Value { return nil }),
		"no dsp":                {},
		"bytes of memory":       program(0, 0, block(ringOf(1<<30)), func(*mir.Builder) []mir.Value { return nil }),
		"does not exist":        program(0, 0, nil, func(b *mir.Builder) []mir.Value { b.Emit(&mir.Instr{Op: mir.NumOps}, 0); return nil }),
		"more than 1000":        manyWords(),
		"too large":             hugeFunction(),
		"too many values":       manyLive(),
	} {
		if p.Dsp != nil {
			p.Layout()
		}
		_, err := Compile(p)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// outsideItsBlock uses in one branch what the other defined.
func outsideItsBlock() *mir.Program {
	return program(1, 1, nil, func(b *mir.Builder) []mir.Value {
		var leaked mir.Value
		b.If(0, 0, func() []mir.Value { leaked = get(b, mir.Now, 0); return nil }, func() []mir.Value { return nil })
		return []mir.Value{leaked}
	})
}

func manyWords() *mir.Program {
	f, fb := mir.NewFunc("wide", kinds(1001), nil)
	fb.Return()
	return program(1, 0, nil, func(b *mir.Builder) []mir.Value {
		b.Call(f, 0, make([]mir.Value, 1001)...)
		return nil
	}, f)
}

func hugeFunction() *mir.Program {
	return program(1, 1, nil, func(b *mir.Builder) []mir.Value {
		v := mir.Value(0)
		for range 800000 {
			v = pure(b, mir.AddF, v, b.Num(1.1))
		}
		return []mir.Value{v}
	})
}

func manyLive() *mir.Program {
	return program(1, 1, nil, func(b *mir.Builder) []mir.Value {
		var all []mir.Value
		for range maxLocals + 10 {
			v := pure(b, mir.AddF, 0, b.Num(1))
			all = append(all, v)
		}
		sum := mir.Value(0)
		for _, v := range all {
			sum = pure(b, mir.AddF, sum, v)
		}
		for _, v := range all {
			sum = pure(b, mir.AddF, sum, v)
		}
		return []mir.Value{sum}
	})
}
