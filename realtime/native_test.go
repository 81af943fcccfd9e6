package realtime

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"mmm/state"
)

func compile(t *testing.T, w wasm) *Module {
	t.Helper()
	m, err := Compile(w.bytes())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// instantiate makes an initialised instance that the test or a player closes.
func instantiate(t *testing.T, w wasm, recursive bool) *Instance {
	t.Helper()
	in, err := NewNative(compile(t, w), testImage(), nil, recursive)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Init(0, 48000); err != nil {
		t.Fatal(err)
	}
	return in
}

func number(in *Instance, word int) float64 { return math.Float64frombits(in.Words()[word]) }

func outputs(in *Instance, frames int) []float64 {
	out := make([]float64, frames)
	for i := range out {
		out[i] = number(in, in.Image().Out+i)
	}
	return out
}

func TestMachineCodeRunsOnTheImage(t *testing.T) {
	in := instantiate(t, testModule(accumulate()), false)
	defer in.Close()
	in.Words()[in.Image().Params] = math.Float64bits(0.5)
	if f := in.Run(2, 3); f != state.FaultNone {
		t.Fatal(f)
	}
	if got := outputs(in, 5); got[1] != 0 || got[2] != 0.5 || got[4] != 1.5 {
		t.Errorf("outputs %v", got)
	}
	if now := number(in, state.NowWord); now != 3 {
		t.Errorf("now %v", now)
	}
	if f := in.Run(200, 57); f == state.FaultNone {
		t.Error("a run beyond the buffers was allowed")
	}
}

func TestInstancesOutliveTheirModuleAndShareNothing(t *testing.T) {
	m, err := Compile(testModule(accumulate()).bytes())
	if err != nil {
		t.Fatal(err)
	}
	var in [2]*Instance
	for i := range in {
		if in[i], err = NewNative(m, testImage(), nil, i == 1); err != nil {
			t.Fatal(err)
		}
		defer in[i].Close()
		in[i].Words()[8] = math.Float64bits(float64(i + 1))
	}
	m.Close()
	for i := range in {
		in[i].Run(0, 10)
		if got := outputs(in[i], 10)[9]; got != 10*float64(i+1) {
			t.Errorf("instance %d: %v", i, got)
		}
	}
}

func TestRecursiveProgramsHaveRoomForMaxDepthCalls(t *testing.T) {
	in := instantiate(t, testModule(recurse(state.MaxDepth, 2)), true)
	defer in.Close()
	if f := in.Run(0, 1); f != state.FaultNone {
		t.Fatal(f)
	}
	if got := outputs(in, 1)[0]; got != state.MaxDepth {
		t.Errorf("depth %v", got)
	}
}

func TestAStackThatOverflowsIsAFaultOfDepth(t *testing.T) {
	for _, recursive := range []bool{false, true} {
		in := instantiate(t, testModule(recurse(1<<30, 2)), recursive)
		if f := in.Run(0, 1); f != state.FaultDepth {
			t.Errorf("recursive %v: fault %v", recursive, f)
		}
		in.Close()
	}
}

func TestALargeProgramHasMoreStackThanItsCallers(t *testing.T) {
	w := testModule(recurse(6000, 2)) // 100 kB and more
	small, large := instantiate(t, w, false), w
	defer small.Close()
	if f := small.Run(0, 1); f != state.FaultDepth {
		t.Errorf("a small module: fault %v", f)
	}
	large.padding = smallCode
	in := instantiate(t, large, false)
	defer in.Close()
	if f := in.Run(0, 1); f != state.FaultNone || outputs(in, 1)[0] != 6000 {
		t.Errorf("a large module: fault %v, %v", f, outputs(in, 1)[0])
	}
}

func TestATrapIsReportedWithItsCause(t *testing.T) {
	w := testModule(accumulate())
	w.initBody = []byte{0x00} // unreachable
	in, err := NewNative(compile(t, w), testImage(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var fault *FaultError
	if err := in.Init(0, 48000); !errors.As(err, &fault) || fault.Fault != FaultTrap || !strings.Contains(fault.Detail, "unreachable") {
		t.Errorf("error %v", err)
	}
}

func TestInitSetsTimeAndRateAndRunsTheInitialiser(t *testing.T) {
	w := testModule(accumulate())
	img := testImage()
	w.initBody = cat(i32Const(0), i32Const(0), loadWord(state.RateWord), i32Const(0), loadWord(state.NowWord), []byte{0xa0}, storeWord(img.Globals))
	in, err := NewNative(compile(t, w), img, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := in.Init(7, 44100); err != nil {
		t.Fatal(err)
	}
	if got := number(in, img.Globals); got != 44107 {
		t.Errorf("the initialiser computed %v", got)
	}
}

func TestAnEndlessInitialiserIsStopped(t *testing.T) {
	w := testModule(accumulate())
	// loop until the fault word is not 0, as recursive functions do
	w.initBody = cat([]byte{0x03, 0x40}, i32Const(0), []byte{0x29, 3}, uleb(8*state.FaultWord), []byte{0x50, 0x0d, 0, 0x0b})
	in, err := NewNative(compile(t, w), testImage(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	begin := time.Now()
	var fault *FaultError
	if err := in.Init(0, 48000); !errors.As(err, &fault) || fault.Fault != state.FaultTime {
		t.Errorf("error %v", err)
	}
	if d := time.Since(begin); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
}

func TestPrintedLinesAreKeptAndCounted(t *testing.T) {
	w := testModule(cat(f64Const(2.5), i32Const(1), call(0), accumulate()))
	w.prints = true
	in := instantiate(t, w, false)
	defer in.Close()
	in.Run(0, 3)
	lines, dropped := in.TakeLog()
	if len(lines) != 3 || lines[2] != (LogLine{1, 2.5}) || dropped != 0 {
		t.Errorf("lines %v, dropped %d", lines, dropped)
	}
	for range 10 {
		in.Run(0, 256)
	}
	if lines, dropped = in.TakeLog(); len(lines)+dropped != 2560 || dropped == 0 {
		t.Errorf("%d lines, %d dropped", len(lines), dropped)
	}
}

func TestModulesThatDoNotFitAreRefused(t *testing.T) {
	if _, err := Compile([]byte("nonsense")); err == nil {
		t.Error("nonsense was compiled")
	}
	if _, err := Compile(nil); err == nil {
		t.Error("nothing was compiled")
	}
	good := testModule(accumulate())
	for what, change := range map[string]func(*wasm, *state.Image){
		"mmm.print":     func(w *wasm, _ *state.Image) { w.prints, w.name = true, "open" },
		"no memory":     func(w *wasm, _ *state.Image) { w.memory = "m" },
		"of 8193 words": func(_ *wasm, img *state.Image) { img.Words = 8193 },
		"image":         func(_ *wasm, img *state.Image) { img.State = img.Words },
		"out of range":  func(_ *wasm, img *state.Image) { img.Words = -1 },
	} {
		w, img := good, testImage()
		change(&w, &img)
		_, err := NewNative(compile(t, w), img, nil, false)
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: error %v", what, err)
		}
	}
}
