package compiler_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mmm/compiler"
	"mmm/compiler/diag"
	"mmm/compiler/mir"
)

func restOf(t *testing.T, text string) *mir.Rest {
	t.Helper()
	out := compiler.Compile(compiler.Options{Name: "test.mmm", Text: text})
	if out.Program == nil {
		var why strings.Builder
		diag.Render(&why, &out.Diags, diag.Options{})
		t.Fatal(why.String())
	}
	return out.Program.Resting()
}

// Functions of the patches below.
const restLibrary = `
fn phasor(f){ (self + f / samplerate) % 1 }
fn follow(x, a){ x * a + self * (1 - a) }
fn edge(x){ if (x > mem(x)) 1 else 0 }
fn countdown(gate){ if (gate > 0) 100 else max(0, self - 1) }
fn hold(x, gate){ if (gate > 0) x else self }
fn echo(x){ x + delay(4800, self, 4800) * 0.5 }
use env::*
`

func TestPatchThatOnlyNotesOrInputsMoveCanRest(t *testing.T) {
	for _, body := range []string{
		"fn dsp(l, r){ (l, r) }",
		"fn dsp(l, r){ (l * 2 + r, tanh(r)) }",
		"fn dsp(l, r){ follow(l, 0.1) }",
		"fn dsp(l, r){ echo(l) * phasor(3) }",
		"fn dsp(l, r){ if (l > 0.1) 1 else follow(l, 0.1) }",
		"fn dsp(l, r){ sin(follow(l, 0.5)) * 100 }",
		"fn dsp(l, r){ min(1, max(-1, echo(l) * Slider!(\"drive\", 1, 1, 50))) }",
		"fn dsp(){ let n = midi_note_mono!(0, 60, 0)\n sin(phasor(440) * 6.28) * follow(n.velocity / 127, 0.01) }",
		"fn dsp(){ let n = midi_note_mono!(0, 60, 0)\n phasor(hold(n.pitch, n.velocity)) * adsr(0.01, 0.5, 0.7, 0.5, n.velocity) }",
		"fn dsp(){ let n = midi_note_mono!(0, 60, 0)\n phasor(100) * adsr(Slider!(\"a\", 0.1, 0.01, 1), 0.1, 0.5, Slider!(\"r\", 0.5, 0.01, 4), n.velocity) }",
		"fn dsp(){ let n = midi_note_mono!(0, 60, 0)\n countdown(edge(n.velocity)) * phasor(100) }",
		"fn dsp(){ 0 }",
	} {
		if restOf(t, restLibrary+body) == nil {
			t.Errorf("no rest was found for\n%s", body)
		}
	}
}

func TestPatchThatPlaysByItselfNeverRests(t *testing.T) {
	for _, body := range []string{
		"fn dsp(){ sin(phasor(440) * 6.28) }",
		"fn dsp(l, r){ (l, 0.000001) }",
		"fn dsp(l, r){ l + phasor(440) * Slider!(\"test\", 0, 0, 1) }",
		"fn dsp(){ if (now % 480000 == 479999) 1 else 0 }",
		"fn dsp(){ edge(phasor(0.1)) }",
		"fn dsp(l, r){ edge(if (follow(l, 0.001) < 0.001) 0 else 1) + edge(1 - follow(l, 0.1)) }",
		"fn count(g){ if (g > 0) 0 else self + 1 }\nfn dsp(){ let n = midi_note_mono!(0, 60, 0)\n if (count(n.velocity) == 144000) 1 else 0 }",
		"fn dsp(){ cos(follow(midi_note_mono!(0, 60, 0).velocity, 0.1)) }",
		"let x = 0.0\nfn t(){ x = 1.0 }\nlet _ = t@(100000)\nfn dsp(){ x }",
		"fn f(a){ let g = |y| y + now\n g(a) }\nfn dsp(l, r){ f(l) }",
		"fn dsp(){ midi_note_mono!(0, 60, 0).pitch }",
	} {
		if rest := restOf(t, restLibrary+body); rest != nil {
			t.Errorf("%v was found for\n%s", *rest, body)
		}
	}
}

func TestTailIsTheMemoryOfAPatchWithoutFeedback(t *testing.T) {
	for body, want := range map[string]int{
		"fn dsp(l, r){ l }": 0,
		"fn dsp(l, r){ delay(700, l, 500) + mem(mem(r)) }":        702,
		"fn dsp(l, r){ echo(l) }":                                 -1,
		"fn dsp(l, r){ if (r > 0) delay(30, l, 3) else 0 }":       30,
		"fn d(x){ delay(10, x, 1) }\nfn dsp(l, r){ d(l) + d(r) }": 20,
	} {
		if rest := restOf(t, restLibrary+body); rest == nil || rest.Tail != want {
			t.Errorf("%+v, want a tail of %d for\n%s", rest, want, body)
		}
	}
}

func TestLargePatchIsGivenUpInsteadOfSearchedForLong(t *testing.T) {
	text := restLibrary + "fn f0(x){ follow(x, 0.1) }\n"
	for i := range 11 { // each calls the one before three times
		text += fmt.Sprintf("fn f%d(x){ f%d(x) + f%d(x * 2) + f%d(x * 3) }\n", i+1, i, i, i)
	}
	out := compiler.Compile(compiler.Options{Name: "test.mmm", Text: text + "fn dsp(l, r){ f11(l) }"})
	begin := time.Now()
	out.Program.Resting()
	if took := time.Since(begin); took > time.Second {
		t.Errorf("the search took %v", took)
	} else {
		t.Log(took)
	}
}
