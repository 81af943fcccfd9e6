package compiler

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"mmm/compiler/diag"
	"mmm/compiler/emit"
	"mmm/compiler/lower"
	"mmm/compiler/mir"
	"mmm/compiler/source"
	"mmm/compiler/stage"
	"mmm/compiler/syntax"
	"mmm/compiler/types"
)

// largePatch is a patch of some 240 lines that uses six modules of the library.
func largePatch() string {
	var b strings.Builder
	b.WriteString("use osc::*\nuse filter::*\nuse env::adsr\nuse delay::*\nuse noise::*\nuse reverb::*\n\n")
	for i := range 16 {
		fmt.Fprintf(&b, `// voice %[1]d
fn shape%[1]d(freq, gate){
  let wobble = sinwave(%[1]d + 0.5, 0) * 0.01
  let a = saw(freq * (1 + wobble), 0)
  let b = rect(freq * 0.5, 0, 0.4)
  let hiss = noise() * 0.02
  (a + b) * 0.3 + hiss
}
fn voice%[1]d(freq, gate){
  let cutoff = Slider!("voice%[1]d.cutoff", 1000, 50, 8000)
  let level = adsr(0.01, 0.2, 0.6, 0.4, gate)
  lowpass(shape%[1]d(freq, gate), cutoff, 2) * level
}
`, i)
	}
	b.WriteString("fn dsp(){\n  let note = midi_note_mono!(0, 60, 0)\n  let freq = 440 * pow(2, (note.pitch - 69) / 12)\n  let gate = note.velocity\n  let dry = 0\n")
	for i := range 16 {
		fmt.Fprintf(&b, "    + voice%d(freq * %d, gate)\n", i, i+1)
	}
	b.WriteString("  let echo = fbdelay(dry, 0.3, 0.4)\n  freeverb::freeverb_stereo((dry + echo, dry - echo), 0.5, 0.8, 1.0, 0.3)\n}\n")
	return b.String()
}

// BenchmarkEdit is what one edit of a large patch costs up to the program in
// middle form, all modules parsed and checked anew.
func BenchmarkEdit(b *testing.B) {
	text := largePatch()
	for b.Loop() {
		if r := Compile(Options{Name: "patch.mmm", Text: text}); r.Program == nil {
			b.Fatalf("%d diagnostics", len(r.Diags.All))
		}
	}
}

// BenchmarkEditPhases tells where that time goes.
func BenchmarkEditPhases(b *testing.B) {
	text := largePatch()
	ds := &diag.List{}
	parsed := func(text string) *syntax.File {
		f, _, _ := source.NewFile("patch.mmm", text)
		return syntax.Parse(f, ds)
	}
	defer func() {
		if ds.HasErrors() {
			b.Errorf("%d errors: %s", len(ds.All), ds.All[0].Message)
		}
	}()
	flatten := func() *stage.Program { return stage.Flatten(parsed(text), stage.Files{}, ds) }
	b.Run("parse the modules", func(b *testing.B) {
		files := flatten().Files
		size := 0
		for b.Loop() {
			for _, f := range files {
				parsed(f.Text)
				size += len(f.Text)
			}
		}
		b.ReportMetric(float64(len(files)), "files")
		b.ReportMetric(float64(size)/float64(b.N), "bytes/op")
	})
	b.Run("parse the patch", func(b *testing.B) {
		for b.Loop() {
			parsed(text)
		}
	})
	b.Run("parse all, flatten, resolve", func(b *testing.B) {
		for b.Loop() {
			flatten()
		}
	})
	for _, c := range []struct{ name, text string }{
		{"check all", text}, {"check the modules alone", text[:strings.Index(text, "\n\n")+1]},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				flat := stage.Flatten(parsed(c.text), stage.Files{}, ds)
				b.StartTimer()
				types.CheckProgram(flat.File, types.Options{Modules: flat.Modules}, ds)
			}
		})
	}
	b.Run("expand the macros", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			flat := flatten()
			info := types.CheckProgram(flat.File, types.Options{Modules: flat.Modules}, ds)
			b.StartTimer()
			stage.Expand(context.Background(), flat, info, nil, ds)
		}
	})
	r := Compile(Options{Name: "patch.mmm", Text: text})
	if r.Program == nil {
		b.Fatalf("%d diagnostics", len(r.Diags.All))
	}
	whole := func() *mir.Program { return lower.Program(r.Whole, r.Info, lower.Options{}, ds) }
	b.Run("lower", func(b *testing.B) {
		for b.Loop() {
			whole()
		}
	})
	b.Run("optimise", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			p := whole()
			b.StartTimer()
			if err := mir.Optimize(p); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bytecode", func(b *testing.B) {
		for b.Loop() {
			if _, err := emit.Program(r.Program); err != nil {
				b.Fatal(err)
			}
		}
	})
}
