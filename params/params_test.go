package params

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand"
	"os"
	"testing"

	"mmm/state"
)

var update = flag.Bool("update", false, "rewrite golden files")

func controls(paths ...string) []Control {
	var list []Control
	for _, p := range paths {
		list = append(list, Control{Path: p, Init: 0.5, Min: 0, Max: 1})
	}
	return list
}

func slotOf(t *testing.T, table *Table, path string) int {
	t.Helper()
	slot, ok := table.Slot(path)
	if !ok {
		t.Fatalf("%s has no slot", path)
	}
	return slot
}

func many(prefix string, n int) []Control {
	var list []Control
	for i := range n {
		list = append(list, controls(fmt.Sprintf("%s%d", prefix, i))...)
	}
	return list
}

func TestPathKeepsItsSlotWhateverTheOrderOfTheSource(t *testing.T) {
	table := New()
	table.Bind(controls("a", "b", "c"))
	b := slotOf(t, table, "b")
	table.Bind(controls("c", "x", "b", "a"))
	if got := slotOf(t, table, "b"); got != b {
		t.Errorf("b moved from slot %d to %d", b, got)
	}
	if got := slotOf(t, table, "x"); got != 3 {
		t.Errorf("x is in slot %d, want the first never owned, 3", got)
	}
}

func TestFreedSlotIsReservedWhileOthersAreFree(t *testing.T) {
	table := New()
	table.Bind(controls("a", "b"))
	table.Bind(controls("b"))
	if _, ok := table.At(0); ok {
		t.Error("slot 0 still drives a control that is gone")
	}
	table.Bind(append(controls("b"), many("n", 126)...))
	for i := range 126 {
		if slotOf(t, table, fmt.Sprintf("n%d", i)) == 0 {
			t.Fatalf("n%d took the reserved slot although others were free", i)
		}
	}
	table.Bind(controls("b", "a"))
	if got := slotOf(t, table, "a"); got != 0 {
		t.Errorf("a came back to slot %d, want 0", got)
	}
}

func TestLongestUnusedSlotIsGivenAwayFirst(t *testing.T) {
	table := New()
	table.Bind(many("n", Slots))
	table.Bind(many("n", Slots)[1:]) // n0 goes first
	table.Bind(many("n", Slots)[2:]) // then n1
	table.Bind(append(many("n", Slots)[2:], controls("x")...))
	if got := slotOf(t, table, "x"); got != 0 {
		t.Errorf("x took slot %d, want that of n0", got)
	}
	unbound := table.Bind(many("n", Slots))
	if len(unbound) != 0 {
		t.Errorf("unbound %v although x is gone", unbound)
	}
}

func TestControlsBeyondThePoolAreNamed(t *testing.T) {
	table := New()
	unbound := table.Bind(many("n", Slots+2))
	if fmt.Sprint(unbound) != "[n128 n129]" {
		t.Errorf("unbound = %v", unbound)
	}
	if v := table.Value("n129"); v != 0.5 {
		t.Errorf("value of an unbound control is %v, want its default", v)
	}
}

func TestValueIsKeptByPathAndClampedIntoANewRange(t *testing.T) {
	table := New()
	table.Bind(controls("a", "b"))
	table.SetValue("a", 0.75)
	table.Bind(controls("b"))
	table.Bind([]Control{{Path: "a", Init: 0, Min: 0, Max: 0.6}, {Path: "b", Init: 0.1, Min: 0, Max: 1}})
	if v := table.Value("a"); v != 0.6 {
		t.Errorf("a = %v, want 0.75 clamped to 0.6", v)
	}
	if v := table.Value("b"); v != 0.5 {
		t.Errorf("b = %v, want the kept 0.5", v)
	}
}

func TestTextIsAFixedPoint(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	list := []Control{
		{Min: 0, Max: 1}, {Min: -0.7, Max: 1.3}, {Min: 0, Max: 880, Unit: "Hz"}, {Min: -1e6, Max: 1e6},
		{Min: -1e15, Max: 3e15, Unit: "%"}, {Min: 0, Max: 1e-6}, {Min: 1, Max: 1}, {Min: 5, Max: -5}, {Min: -1e300, Max: 1e300},
		{Min: 20, Max: 20000, Curve: state.CurveLog, Unit: "Hz"}, {Min: 20, Max: 20000, Curve: state.CurveExp, Unit: "Hz"},
		{Min: 0, Max: 1, Steps: 5}, {Min: 1, Max: 16, Curve: state.CurveLog, Steps: 5}, {Max: 2, Steps: 3, Labels: []string{"sine", "12", "a b "}},
	}
	for _, c := range list {
		for range 2000 {
			text := c.Text(c.Plain(r.Float64()))
			x, ok := c.Parse(text)
			if !ok {
				t.Fatalf("%+v: cannot read its own text %q", c, text)
			}
			n := c.Normal(x)
			again := c.Text(c.Plain(n))
			y, _ := c.Parse(again)
			if again != text && c.Clamp(x) == x || c.Normal(y) != n && again != text {
				t.Fatalf("%+v: %q became %q", c, text, again)
			}
		}
	}
}

func TestCurvesAreWhatTheirFormulasSay(t *testing.T) {
	log := Control{Min: 20, Max: 20000, Curve: state.CurveLog}
	mirror := Control{Min: 20, Max: 20000, Curve: state.CurveExp}
	for v, want := range map[float64]float64{0: 20, 0.5: math.Sqrt(20 * 20000), 1: 20000, 1.0 / 3: 200} {
		if x := log.Plain(v); math.Abs(x-want) > 1e-9*want {
			t.Errorf("log: %v is %v, want %v", v, x, want)
		}
		if x := mirror.Plain(1 - v); math.Abs(x-(20020-want)) > 1e-9*20000 {
			t.Errorf("exp: %v is %v, want %v", 1-v, x, 20020-want)
		}
		for _, c := range []Control{log, mirror} {
			if n := c.Normal(c.Plain(v)); math.Abs(n-v) > 1e-12 {
				t.Errorf("%v: %v comes back as %v", c.Curve, v, n)
			}
		}
	}
}

func TestStepsAreEvenlySpacedAndGoByTheirLabels(t *testing.T) {
	c := Control{Min: 0, Max: 2, Steps: 3, Labels: []string{"sine", "saw", "Saw"}}
	for v, want := range map[float64]string{0: "sine", 0.24: "sine", 0.26: "saw", 0.5: "saw", 0.76: "Saw", 1: "Saw"} {
		if text := c.Text(c.Plain(v)); text != want {
			t.Errorf("%v reads %q, want %q", v, text, want)
		}
	}
	for text, want := range map[string]float64{"sine": 0, "saw": 1, "Saw": 2, " SINE ": 0, "1.4": 1.4} {
		if x, ok := c.Parse(text); !ok || x != want {
			t.Errorf("Parse(%q) = %v, %v", text, x, ok)
		}
	}
	if n := c.Normal(1.4); n != 0.5 {
		t.Errorf("1.4 stands at %v, want the nearest step, 0.5", n)
	}
}

func TestTextReadsNumbersAndNothingElse(t *testing.T) {
	c := Control{Min: 0, Max: 1000, Unit: "Hz"}
	for text, want := range map[string]float64{"440": 440, " 440.5 Hz ": 440.5, "1e2Hz": 100, "-3": -3} {
		if x, ok := c.Parse(text); !ok || x != want {
			t.Errorf("Parse(%q) = %v, %v", text, x, ok)
		}
	}
	for _, text := range []string{"", "Hz", "inf", "NaN", "0x10", "4 4", "1_000", "loud"} {
		if x, ok := c.Parse(text); ok {
			t.Errorf("Parse(%q) = %v, want a refusal", text, x)
		}
	}
}

func TestMappingStaysInsideItsRange(t *testing.T) {
	list := []Control{{Min: 0, Max: 1}, {Min: 3, Max: 3, Init: 3}, {Min: 1, Max: -1}, {Min: -math.MaxFloat64, Max: math.MaxFloat64}}
	for _, c := range list {
		for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -2, 0, 0.3, 1, 7} {
			if n := c.Normal(v); !(n >= 0 && n <= 1) {
				t.Errorf("%+v: Normal(%v) = %v", c, v, n)
			}
			if p := c.Plain(v); !(p >= math.Min(c.Min, c.Max) && p <= math.Max(c.Min, c.Max)) {
				t.Errorf("%+v: Plain(%v) = %v", c, v, p)
			}
		}
	}
}

func TestNameAndModuleComeFromThePath(t *testing.T) {
	for path, want := range map[string][2]string{"p.amp.0": {"0", "p/amp"}, "gain": {"gain", ""}} {
		c := Control{Path: path}
		if c.Name() != want[0] || c.Module() != want[1] {
			t.Errorf("%s: name %q module %q", path, c.Name(), c.Module())
		}
	}
}

func TestBindingsAreFrozen(t *testing.T) {
	table := New()
	table.Bind(controls("freq", "amp", "env.attack", "env.release"))
	table.SetValue("freq", 0.1)
	table.Bind(controls("amp", "pan.0", "pan.1"))
	table.Bind(controls("env.release", "amp"))
	got, err := json.MarshalIndent(table, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const golden = "testdata/binding.golden"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("bindings changed; saved projects would lose their automation:\n%s", got)
	}
}

func TestSavedTableIsRestoredByteForByte(t *testing.T) {
	table := New()
	table.Bind(controls("a", "b", "c"))
	table.SetValue("b", 1.0/3)
	table.Bind(controls("c", "d"))
	first, _ := json.Marshal(table)
	restored := New()
	if err := json.Unmarshal(first, restored); err != nil {
		t.Fatal(err)
	}
	restored.Bind(controls("d", "c"))
	second, _ := json.Marshal(restored)
	if !bytes.Equal(first, second) {
		t.Errorf("saved\n%s\nrestored\n%s", first, second)
	}
	if v := restored.Value("b"); v != 1.0/3 {
		t.Errorf("value of an unknown path = %v", v)
	}
}

func TestBadTablesAreRefusedAndChangeNothing(t *testing.T) {
	for _, text := range []string{
		`{"slots":[{"slot":128,"path":"a"}]}`, `{"slots":[{"slot":-1,"path":"a"}]}`, `{"slots":[{"slot":0,"path":""}]}`,
		`{"slots":[{"slot":0,"path":"a"},{"slot":0,"path":"b"}]}`, `{"slots":[{"slot":0,"path":"a"},{"slot":1,"path":"a"}]}`,
		`{"slots":[{"slot":0,"path":"a","freed":9}]}`, `{"values":{"a":1e999}}`, `[]`,
	} {
		table := New()
		table.Bind(controls("kept"))
		if err := json.Unmarshal([]byte(text), table); err == nil {
			t.Errorf("%s was accepted", text)
		}
		if slotOf(t, table, "kept") != 0 {
			t.Errorf("%s changed the table", text)
		}
	}
}

func TestUnknownPathIsAnsweredWithWhatThereIs(t *testing.T) {
	list := controls("Cutoff", "env.attack")
	for path, want := range map[string]string{
		"cutoff": `; did you mean "Cutoff"?`, "attack": `; did you mean "env.attack"?`, "pan": "; it has Cutoff, env.attack",
	} {
		if got := Suggest(path, list); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := Suggest("pan", nil); got != "; it has none" {
		t.Error(got)
	}
}
