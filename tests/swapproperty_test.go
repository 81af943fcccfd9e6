package tests

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"mmm/render"
	"mmm/session"
)

// voice is one stateful function of a random patch; its text never changes, so
// what it plays depends only on when it started.
type voice struct {
	name, text string
}

// newVoice makes a function with a random mix of self, mem, delay and callees.
func newVoice(r *rand.Rand, n int) voice {
	name := fmt.Sprintf("v%d", n)
	k := 1 + r.IntN(9)
	forms := []string{
		"fn %[1]s(){ self + %[2]d }",
		"fn %[1]s(){ let (a, b) = self\n(a + %[2]d, b + a) }\n",
		"fn %[1]s(){ delay(%[3]d, self + %[2]d, %[2]d) + mem(self) }",
		"fn %[1]s_in(x){ mem(x) + self * 0.5 }\nfn %[1]s(){ %[1]s_in(self + %[2]d) + delay(%[3]d, now - now + %[2]d, 2) }",
		"fn %[1]s(){ let k = self + 1\nif (k %% 3) mem(k) + %[2]d else delay(%[3]d, k, 1) }",
	}
	text := fmt.Sprintf(forms[r.IntN(len(forms))], name, k, 2+r.IntN(12))
	if strings.Contains(text, "(a, b) = self") {
		text = fmt.Sprintf("%s\nfn %[2]s_last(p:(float,float)){ p.0 + p.1 * 0.125 }", text, name)
		return voice{name, strings.Replace(text, "fn "+name+"()", "fn "+name+"_pair()", 1) + fmt.Sprintf("\nfn %[1]s(){ %[1]s_last(%[1]s_pair()) }", name)}
	}
	return voice{name, text}
}

// patch is a program that plays each voice on a channel of its own.
func patch(voices []voice) string {
	var s strings.Builder
	var calls []string
	for _, v := range voices {
		s.WriteString(v.text + "\n")
		calls = append(calls, v.name+"()")
	}
	fmt.Fprintf(&s, "fn dsp(){ (%s,) }\n", strings.Join(calls, ", "))
	return s.String()
}

// TestRandomEditsKeepWhatTheyDoNotTouch makes random patches and random edits:
// voices removed, inserted, moved. A voice that stays goes on as if nothing had
// happened, a new one starts at zero.
func TestRandomEditsKeepWhatTheyDoNotTouch(t *testing.T) {
	const at, frames = 37, 80
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 40 {
		serial := 0
		fresh := func() voice { serial++; return newVoice(r, serial) }
		var before []voice
		for range 2 + r.IntN(5) {
			before = append(before, fresh())
		}
		after := append([]voice(nil), before...)
		for range r.IntN(4) {
			switch k := r.IntN(len(after)); r.IntN(3) {
			case 0:
				if len(after) > 1 {
					after = append(after[:k:k], after[k+1:]...)
				}
			case 1:
				after = append(after[:k:k], append([]voice{fresh()}, after[k:]...)...)
			case 2:
				m := r.IntN(len(after))
				after[k], after[m] = after[m], after[k]
			}
		}
		removed := false
		for _, v := range before {
			removed = removed || !named(after, v.name)
		}
		old, edited := compiled(t, "before", patch(before)), compiled(t, "after", patch(after))
		for _, engine := range []string{session.VM, session.Native} {
			play := func(j render.Job) [][]float64 {
				t.Helper()
				j.Engine, j.Rate, j.Block = engine, 48000, 16
				got, err := j.Collect()
				if err != nil {
					t.Fatal(err)
				}
				return got
			}
			alone := play(render.Job{Program: old, Frames: frames})
			got := play(render.Job{Program: old, Frames: frames, Swaps: []render.Swap{{Frame: at, Program: edited}}})
			begun := play(render.Job{Program: edited, Frames: frames - at})
			for i, v := range after {
				was := -1
				if removed && !named(before, v.name) {
					continue // may take over from the one that went: a rename
				}
				for k, b := range before {
					if b.name == v.name {
						was = k
					}
				}
				for f := at; f < frames; f++ {
					want := 0.0
					if was >= 0 {
						want = alone[was][f]
					} else {
						want = begun[i][f-at]
					}
					if math.Float64bits(got[i][f]) != math.Float64bits(want) {
						t.Fatalf("round %d, %s: %s at frame %d is %v, want %v (kept: %v)\nbefore:\n%s\nafter:\n%s",
							round, engine, v.name, f, got[i][f], want, was >= 0, patch(before), patch(after))
					}
				}
			}
		}
	}
}

// named reports whether a voice of that name is in the list.
func named(list []voice, name string) bool {
	for _, v := range list {
		if v.name == name {
			return true
		}
	}
	return false
}
