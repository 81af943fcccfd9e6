package lib_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"mmm/compiler"
	"mmm/compiler/types"
	"mmm/lib"
)

// modules are the modules of mimium 4.1 with their public names.
var modules = map[string]string{
	"math":         "PI E exp log2 log10",
	"core":         "mix switch scale midi_to_hz hz_to_midi dbtolinear linear2db tostereo zipwith stereo_synth stereo_fx stereo_fx_var join map foldl",
	"osc":          "phasor lfsaw saw tri lftri rect lfrect sinwave lfsinwave",
	"env":          "hold hold_sec adsr",
	"filter":       "onepole smooth freq2tau tau2pole lop_tau biquad lowpass highpass bandpass allpass peakeq",
	"noise":        "noise nrand rrand unoise white perlin",
	"drive":        "saturate clamp bitcrush fold_dist sah sah_auto degrade",
	"dynamics":     "rms avg compressor",
	"delay":        "fbdelay stereo_delay pingpong_delay fdelay",
	"modulation":   "vibrato vibrato_st chorus chorus_st comb comb_st flanger flanger_st",
	"reverb":       "jcrev jcrev_stereo freeverb_mono freeverb_stereo fdn_rev jcrev_wet jcrev_stereo_wet freeverb_mono_wet",
	"space":        "pan2 autopan2",
	"sequencer":    "changed step_seq",
	"reactive":     "metro",
	"composition":  "major dorian phrygian lydian mixolydian minor aeorian locrian expand take",
	"parser":       "ParseResult Parser is_ok is_fail get_matched get_rest get_message satisfy char_p string_p any_char pure_p fail_p map_p bind_p seq2 seq3 seq_left seq_right alt choice many many1 optional take_while take_while1 skip_while between peek not_p sep_by1 sep_by label is_digit is_alpha_lower is_alpha_upper is_alpha is_alphanumeric is_whitespace digits nat spaces number alpha ident lexeme symbol",
	"pattern":      "Time Arc Event Pattern Note silence pure cat slowcat alternate seq reverse legato run run_note",
	"mininotation": "mini",
}

var (
	definition = regexp.MustCompile(`^\s*(pub )?(?:fn|let|type alias|type rec|type) (\w+)`)
	public     = regexp.MustCompile(`(?m)^\s*pub (?:fn|let|type alias|type rec|type) (\w+)`)
)

func text(t *testing.T, module string) string {
	t.Helper()
	b, err := fs.ReadFile(lib.Files, module+".mmm")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestModulesOfferTheNamesOfMimium(t *testing.T) {
	for module, names := range modules {
		have := map[string]bool{}
		for _, m := range public.FindAllStringSubmatch(text(t, module), -1) {
			have[m[1]] = true
		}
		for _, name := range strings.Fields(names) {
			if !have[name] {
				t.Errorf("%s has no public %s", module, name)
			}
		}
	}
}

func TestEveryDefinitionIsExplainedAboveIt(t *testing.T) {
	files, err := fs.Glob(lib.Files, "*.mmm")
	if err != nil || len(files) < len(modules) {
		t.Fatalf("%d modules: %v", len(files), err)
	}
	for _, file := range files {
		lines := strings.Split(text(t, strings.TrimSuffix(file, ".mmm")), "\n")
		if !strings.HasPrefix(lines[0], "// ") {
			t.Errorf("%s does not say what it is for", file)
		}
		for i, line := range lines {
			m := definition.FindStringSubmatch(line)
			local := strings.HasPrefix(strings.TrimLeft(line, " "), "let ") && strings.HasPrefix(line, " ")
			if m == nil || local {
				continue
			}
			if i == 0 || !strings.HasPrefix(strings.TrimSpace(lines[i-1]), "// ") {
				t.Errorf("%s:%d: %s has no comment above it", file, i+1, m[2])
			}
		}
	}
}

func TestEveryModuleLoadsWithoutAWarning(t *testing.T) {
	files, err := fs.Glob(lib.Files, "*.mmm")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		r := compiler.Compile(compiler.Options{Name: "patch.mmm", Text: "use " + strings.TrimSuffix(file, ".mmm") + "::*\nfn dsp(){ 0 }\n"})
		for _, d := range r.Diags.All {
			at, _ := d.Span.File.Position(d.Span.Start)
			t.Errorf("%s: line %d: %s", file, at, d.Message)
		}
		if r.Program == nil {
			t.Errorf("%s: no program", file)
		}
	}
}

func TestEveryBuiltinIsDescribed(t *testing.T) {
	have := map[string]bool{}
	for _, f := range lib.Builtins().Functions {
		if have[f.Name] = true; !types.IsBuiltin(f.Name) {
			t.Errorf("builtins.txt describes %s, which is no builtin", f.Name)
		}
		if f.Macro != types.IsMacroOnly(f.Name) {
			t.Errorf("builtins.txt puts %s into the wrong stage", f.Name)
		}
		for _, p := range strings.Split(f.Params, ", ") {
			if !strings.Contains(f.Doc, p) {
				t.Errorf("builtins.txt does not say what %s of %s is", p, f.Name)
			}
		}
	}
	for _, name := range types.Builtins() {
		if !have[name] && !strings.HasPrefix(name, "_") {
			t.Errorf("builtins.txt does not describe %s", name)
		}
	}
}
