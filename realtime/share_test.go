package realtime

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
)

// drawer is a Keeper in memory.
type drawer struct {
	mu           sync.Mutex
	held         map[Key][]byte
	loads, saves int
}

func (d *drawer) Load(k Key) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.loads++
	return d.held[k]
}

func (d *drawer) Save(k Key, code []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.saves++
	d.held[k] = code
}

// withDrawer sets a keeper for one test.
func withDrawer(t *testing.T) *drawer {
	t.Helper()
	d := &drawer{held: map[Key][]byte{}}
	SetKeeper(d)
	t.Cleanup(func() { SetKeeper(nil) })
	return d
}

// adds is a module whose output grows by the parameter and x each frame, so that
// each test has code of its own.
func adds(x float64) wasm {
	return testModule(cat(accumulate(), f64Const(x), []byte{0xa0}))
}

// sounds returns what a module plays.
func sounds(t *testing.T, m *Module) []float64 {
	t.Helper()
	in, err := NewNative(m, testImage(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := in.Init(0, 48000); err != nil {
		t.Fatal(err)
	}
	in.Words()[testImage().Params] = 0x3ff0000000000000
	in.Run(0, 8)
	return outputs(in, 8)
}

func TestEqualModulesShareTheirCodeWhileSomebodyHasIt(t *testing.T) {
	d := withDrawer(t)
	w := adds(101).bytes()
	a, err := Compile(w)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Compile(bytes.Clone(w))
	if err != nil {
		t.Fatal(err)
	}
	c := a.Share()
	if a.code != b.code || a.code != c.code || d.loads != 1 || d.saves != 1 {
		t.Errorf("three users have code of their own, or %d loads, %d saves", d.loads, d.saves)
	}
	a.Close()
	a.Close()
	b.Close()
	if got := sounds(t, c); got[0] != 102 || got[7] != 109 {
		t.Errorf("the last user plays %v", got)
	}
	c.Close()
	if shared.find(keyOf(w)) != nil {
		t.Error("code without users stays")
	}
}

func TestKeptCodeIsUsedInsteadOfCompiling(t *testing.T) {
	d := withDrawer(t)
	w := adds(102).bytes()
	m, err := Compile(w)
	if err != nil {
		t.Fatal(err)
	}
	want := sounds(t, m)
	m.Close()
	again, best, err := CompileSoon(w)
	if err != nil || !best || d.saves != 1 || d.loads != 2 {
		t.Fatalf("best %v, error %v, %d loads, %d saves", best, err, d.loads, d.saves)
	}
	defer again.Close()
	if got := sounds(t, again); got[7] != want[7] {
		t.Errorf("kept code plays %v, want %v", got, want)
	}
	other, err := Compile(adds(103).bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if d.saves != 2 {
		t.Error("another module was taken for this one")
	}
}

func TestCodeOfAnotherBuildIsCompiledAnew(t *testing.T) {
	d := withDrawer(t)
	w := adds(104).bytes()
	m, err := Compile(w)
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
	// its head says which build and processor it is for
	for key, code := range d.held {
		d.held[key] = bytes.Replace(code, []byte("x86_64"), []byte("x86_65"), 1)
		if bytes.Equal(code, d.held[key]) {
			d.held[key] = code[:len(code)/2]
		}
	}
	m, err = Compile(w)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got := sounds(t, m); got[0] != 105 || d.saves != 2 {
		t.Errorf("plays %v after %d saves", got, d.saves)
	}
}

func TestALargeModuleIsHadQuicklyAndThenWell(t *testing.T) {
	withDrawer(t)
	w := adds(105)
	w.padding = quickFrom
	m, best, err := CompileSoon(w.bytes())
	if err != nil || best {
		t.Fatalf("best %v, error %v", best, err)
	}
	defer m.Close()
	good, err := Compile(w.bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer good.Close()
	again, best, err := CompileSoon(w.bytes())
	if err != nil || !best || again.code != good.code {
		t.Errorf("what has been made well is not found: best %v, error %v", best, err)
	}
	again.Close()
	if x, y := sounds(t, m), sounds(t, good); x[7] != y[7] || x[7] == 0 {
		t.Errorf("quickly made code plays %v, the best %v", x, y)
	}
}

func TestManyWhoWantTheSameCodeCompileItOnce(t *testing.T) {
	d := withDrawer(t)
	w := adds(106).bytes()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			m, err := Compile(w)
			if err != nil {
				t.Error(err)
				return
			}
			m.Close()
		})
	}
	all.Wait()
	if d.saves == 0 || d.saves == 16 {
		t.Errorf("%d of 16 compiled", d.saves)
	}
}

func TestBetterCodeIsTakenUpAmidPlayingUnheard(t *testing.T) {
	w := adds(107)
	quick, err := CompileQuickly(w.bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer quick.Close()
	good := compile(t, w)
	for _, recursive := range []bool{false, true} {
		in, err := NewNative(quick, testImage(), nil, recursive)
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Init(0, 48000); err != nil {
			t.Fatal(err)
		}
		in.Words()[testImage().Params] = 0x3ff0000000000000
		p := NewPlayer(Options{})
		s := swapTo(in)
		s.Slots[5].Cell = -1
		publish(t, p, s)
		var done atomic.Bool
		var played sync.WaitGroup
		played.Go(func() {
			want := 107.0
			for !done.Load() {
				for _, x := range process(t, p, 50) {
					if want++; x != want {
						t.Errorf("got %v, want %v", x, want)
						return
					}
				}
			}
		})
		for range 50 {
			if err := in.Improve(good); err != nil {
				t.Fatal(err)
			}
		}
		done.Store(true)
		played.Wait()
		if err := in.Improve(compile(t, wasm{module: "mmm", name: "print", memory: "memory", pages: 2})); err == nil {
			t.Error("code with another memory was taken")
		}
		process(t, p, 50)
		p.Close()
	}
}

func TestATrialLeavesNothingBehind(t *testing.T) {
	w := testModule(accumulate())
	w.prints = true
	w.body = eachFrame(get(2), accumulate(), storeWord(testImage().Out), f64Const(5), i32Const(1), call(0), countNow())
	w.initBody = cat(f64Const(4), i32Const(1), call(0), i32Const(0), f64Const(3), storeWord(testImage().Globals))
	in, err := NewNative(compile(t, w), testImage(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := in.Init(77, 48000); err != nil {
		t.Fatal(err)
	}
	in.Words()[testImage().Params] = 0x3ff0000000000000
	before := bytes.Clone(wordBytes(in.Words()[:testImage().In]))
	if err := in.Trial(16); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, wordBytes(in.Words()[:testImage().In])) {
		t.Error("words have changed")
	}
	if lines, dropped := in.TakeLog(); len(lines) != 1 || lines[0].Value != 4 || dropped != 0 {
		t.Errorf("the log has %v, %d dropped", lines, dropped)
	}
	in.Run(0, 1)
	if got := outputs(in, 1)[0]; got != 1 {
		t.Errorf("plays %v afterwards", got)
	}
}

func wordBytes(words []uint64) []byte {
	var b []byte
	for _, w := range words {
		for k := range 8 {
			b = append(b, byte(w>>(8*k)))
		}
	}
	return b
}
