// Kernels in the middle form, to time the machine on; they compute what the
// patches of the same names do.

package emit

import (
	"math"
	"testing"

	"mmm/compiler/mathfn"
	"mmm/compiler/mir"
	"mmm/state"
)

// kernel builds a dsp from library functions and keeps its state nodes.
type kernel struct {
	set    mathfn.Set
	funcs  []*mir.Func
	nodes  []*state.Node
	offset int
	b      *mir.Builder
}

// fn makes a function whose first word of state is its self of n words.
func (k *kernel) fn(name string, ins, outs, self int, body func(b *mir.Builder) []mir.Value) *mir.Func {
	f, b := mir.NewFunc(name, num(ins), num(outs))
	if self > 0 {
		f.State = &state.Node{Name: name, Children: []*state.Node{{Kind: state.Feed, Words: num(self)}}}
	}
	b.Return(body(b)...)
	k.funcs = append(k.funcs, f)
	return f
}

// call calls f in dsp with a block of its own.
func (k *kernel) call(f *mir.Func, args ...mir.Value) []mir.Value {
	off := 0
	if f.StateSize() > 0 {
		off = k.offset
		k.offset += f.StateSize()
		k.nodes = append(k.nodes, f.State)
	}
	return k.b.Call(f, off, args...)
}

func getState(b *mir.Builder, off int) mir.Value {
	return b.Emit(&mir.Instr{Op: mir.GetState, Imm: int64(off)}, 1)[0]
}

func setState(b *mir.Builder, off int, v mir.Value) {
	b.Emit(&mir.Instr{Op: mir.SetState, Imm: int64(off), Args: []mir.Value{v}}, 0)
}

// phasor is fn phasor(freq){ (self + freq / samplerate) % 1.0 }.
func (k *kernel) phasor() *mir.Func {
	return k.fn("phasor", 1, 1, 1, func(b *mir.Builder) []mir.Value {
		self := getState(b, 0)
		step := b.Op(mir.DivF, 0, b.Op(mir.SampleRate))
		next := b.Op(mir.ModF, b.Op(mir.AddF, self, step), b.Num(1))
		setState(b, 0, next)
		return []mir.Value{next}
	})
}

// dsp finishes a program without inputs.
func (k *kernel) dsp(outs int, body func(b *mir.Builder) []mir.Value) *mir.Program {
	return program(0, outs, []*state.Node{}, func(b *mir.Builder) []mir.Value {
		k.b = b
		out := body(b)
		b.F.State = &state.Node{Name: "dsp", Children: k.nodes}
		return out
	}, append(k.set.Funcs(), k.funcs...)...)
}

// supersaw is b_supersaw.
func supersaw() *mir.Program {
	k := &kernel{}
	sin, tan := k.set.Get("sin"), k.set.Get("tan")
	phasor := k.phasor()
	saw := k.fn("saw", 1, 1, 0, func(b *mir.Builder) []mir.Value {
		return []mir.Value{b.Op(mir.SubF, b.Op(mir.MulF, b.Call(phasor, 0, 0)[0], b.Num(2)), b.Num(1))}
	})
	saw.State = phasor.State
	svf := k.fn("svf", 3, 3, 3, func(b *mir.Builder) []mir.Value {
		x, g, q := mir.Value(0), mir.Value(1), mir.Value(2)
		s1, s2 := getState(b, 0), getState(b, 1)
		mul := func(x, y mir.Value) mir.Value { return b.Op(mir.MulF, x, y) }
		add := func(x, y mir.Value) mir.Value { return b.Op(mir.AddF, x, y) }
		sub := func(x, y mir.Value) mir.Value { return b.Op(mir.SubF, x, y) }
		a1 := b.Op(mir.DivF, b.Num(1), add(b.Num(1), mul(g, add(g, q))))
		a2 := mul(g, a1)
		a3 := mul(g, a2)
		v3 := sub(x, s2)
		v1 := add(mul(a1, s1), mul(a2, v3))
		v2 := add(add(s2, mul(a2, s1)), mul(a3, v3))
		r := []mir.Value{sub(mul(b.Num(2), v1), s1), sub(mul(b.Num(2), v2), s2), v2}
		for i, v := range r {
			setState(b, i, v)
		}
		return r
	})
	return k.dsp(1, func(b *mir.Builder) []mir.Value {
		var mix mir.Value
		for i, d := range []float64{0.982, 0.988, 0.993, 0.998, 1.003, 1.007, 1.013, 1.019} {
			s := k.call(saw, b.Num(110*d))[0]
			if i == 0 {
				mix = s
			} else {
				mix = b.Op(mir.AddF, mix, s)
			}
		}
		lfo := b.Op(mir.MulF, b.Op(mir.MulF, k.call(phasor, b.Num(0.5))[0], b.Num(2)), b.Num(math.Pi))
		fc := b.Op(mir.AddF, b.Num(1200), b.Op(mir.MulF, b.Num(1000), k.call(sin, lfo)[0]))
		g := k.call(tan, b.Op(mir.DivF, b.Op(mir.MulF, b.Num(math.Pi), fc), b.Op(mir.SampleRate)))[0]
		y := k.call(svf, b.Op(mir.MulF, mix, b.Num(0.125)), g, b.Num(0.5))[2]
		return []mir.Value{b.Op(mir.MulF, y, b.Num(0.25))}
	})
}

// network is e_fdn8.
func network() *mir.Program {
	k := &kernel{}
	phasor := k.phasor()
	onepole := k.fn("onepole", 2, 1, 1, func(b *mir.Builder) []mir.Value {
		self := getState(b, 0)
		x := b.Op(mir.MulF, 0, b.Op(mir.SubF, b.Num(1), 1))
		y := b.Op(mir.AddF, x, b.Op(mir.MulF, self, 1))
		setState(b, 0, y)
		return []mir.Value{y}
	})
	return k.dsp(2, func(b *mir.Builder) []mir.Value {
		add := func(x, y mir.Value) mir.Value { return b.Op(mir.AddF, x, y) }
		mul := func(x, y mir.Value) mir.Value { return b.Op(mir.MulF, x, y) }
		level := b.If(b.Op(mir.LtF, k.call(phasor, b.Num(2))[0], b.Num(0.1)), 1,
			func() []mir.Value { return []mir.Value{b.Num(1)} }, func() []mir.Value { return []mir.Value{b.Num(0.1)} })[0]
		x := mul(b.Op(mir.SubF, mul(k.call(phasor, b.Num(110))[0], b.Num(2)), b.Num(1)), level)
		in := mul(x, b.Num(0.3))
		self := k.offset
		k.offset += 8
		k.nodes = append(k.nodes, &state.Node{Kind: state.Feed, Words: num(8)})
		var y, h [8]mir.Value
		for i := range y {
			y[i] = getState(b, self+i)
		}
		for i := range y {
			h[i] = k.call(onepole, y[i], b.Num(0.3))[0]
		}
		for half := 1; half < 8; half *= 2 {
			for i := range h {
				if i&half == 0 {
					h[i], h[i+half] = add(h[i], h[i+half]), b.Op(mir.SubF, h[i], h[i+half])
				}
			}
		}
		for i, d := range []float64{809, 877, 937, 1049, 1151, 1249, 1373, 1499} {
			node := &state.Node{Kind: state.Delay, Len: 2048}
			y[i] = b.Emit(&mir.Instr{
				Op: mir.Delay, Imm: int64(k.offset), Aux: 2048,
				Args: []mir.Value{add(in, mul(b.Num(0.34294678887547604), h[i])), b.Num(d)},
			}, 1)[0]
			k.offset += node.Size()
			k.nodes = append(k.nodes, node)
		}
		for i, v := range y {
			setState(b, self+i, v)
		}
		l := add(add(add(add(y[0], y[2]), y[4]), y[6]), in)
		r := add(add(add(add(y[1], y[3]), y[5]), y[7]), in)
		return []mir.Value{mul(l, b.Num(0.2)), mul(r, b.Num(0.2))}
	})
}

// kernels are the programs that are timed.
var kernels = []struct {
	name string
	make func() *mir.Program
}{
	{"supersaw", supersaw},
	{"network", network},
}

// BenchmarkFrame times one frame of each kernel, as it is and optimised.
func BenchmarkFrame(b *testing.B) {
	for _, k := range kernels {
		for _, optimise := range []bool{false, true} {
			name := k.name
			p := k.make()
			if optimise {
				name += "/optimised"
				if err := mir.Optimize(p); err != nil {
					b.Fatal(err)
				}
			}
			b.Run(name, func(b *testing.B) {
				m, _ := load(b, p)
				b.ResetTimer()
				for n := b.N; n > 0; n -= state.BlockFrames {
					m.Run(0, min(n, state.BlockFrames))
				}
			})
		}
	}
}

func TestTheAudioPathDoesNotAllocate(t *testing.T) {
	for _, k := range kernels {
		m, _ := load(t, k.make())
		m.Log = func(float64, bool) {}
		if n := testing.AllocsPerRun(100, func() { m.Run(0, state.BlockFrames) }); n != 0 {
			t.Errorf("%s: %v allocations a block", k.name, n)
		}
	}
}
