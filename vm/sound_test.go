package vm

import (
	"testing"

	"mmm/state"
)

func soundsAreRead(t *testing.T) {
	for how, want := range []float64{1, 1.125} {
		p := objectProgram(1, []uint64{f(0), f(1.5)}, []Instr{{LoadK, 2, 0, 0}, {LoadK, 3, 1, 0}, {ReadSound, 2, 0, int32(how)}, {Move, 0, 2, 0}})
		p.Sounds = []*state.Sound{state.NewSound("s", 48000, [][]float64{{0, 1, 1, 0}})}
		results(t, p, 0, f(want))
		p.Sounds = nil
		if err := Verify(p); err == nil {
			t.Error("a sound that the program does not have is read")
		}
	}
}
