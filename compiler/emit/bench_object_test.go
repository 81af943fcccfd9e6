package emit

import (
	"testing"

	"mmm/compiler/mir"
	"mmm/state"
)

// BenchmarkObjects times one frame of programs that make objects.
func BenchmarkObjects(b *testing.B) {
	for _, c := range []struct {
		name string
		p    *mir.Program
	}{{"busy", busy()}, {"cyclic", cyclic()}, {"history", history()}, {"instances", instances(1, "dsp/0")}, {"recursion", twice(10)}} {
		b.Run(c.name, func(b *testing.B) {
			m, _ := load(b, c.p)
			b.ResetTimer()
			for n := b.N; n > 0; n -= state.BlockFrames {
				m.Run(0, min(n, state.BlockFrames))
			}
		})
	}
}
