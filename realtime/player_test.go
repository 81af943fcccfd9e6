package realtime

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"mmm/state"
)

// counter adds its parameter to its state word: accumulate in Go.
type counter struct {
	words []uint64
	img   state.Image
	fail  bool
}

func (c *counter) Init() {}

func (c *counter) Run(first, frames int) {
	if c.fail {
		panic("it is broken")
	}
	number := func(w int) float64 { return math.Float64frombits(c.words[w]) }
	for i := first; i < first+frames; i++ {
		c.words[c.img.State] = math.Float64bits(number(c.img.State) + number(c.img.Params))
		c.words[c.img.Out+i] = c.words[c.img.State]
		c.words[state.NowWord] = math.Float64bits(number(state.NowWord) + 1)
	}
}

// engines makes one and the same program on both.
var engines = map[string]func(t *testing.T) *Instance{
	"native": func(t *testing.T) *Instance { return instantiate(t, testModule(accumulate()), false) },
	"deep":   func(t *testing.T) *Instance { return instantiate(t, testModule(accumulate()), true) },
	"vm": func(t *testing.T) *Instance {
		in, err := NewVM(testImage(), nil, func(words []uint64) (Runner, error) {
			return &counter{words: words, img: testImage()}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Init(0, 48000); err != nil {
			t.Fatal(err)
		}
		return in
	},
}

// swapTo binds slot 5 to the parameter, 0 to 2.
func swapTo(in *Instance) Swap {
	s := NewSwap(in)
	s.Slots[5] = Slot{Cell: 0, Min: 0, Max: 2}
	s.Layout = &state.Node{Kind: state.FnCall, Name: "dsp", Children: []*state.Node{{Kind: state.Mem}}}
	s.KeepTime = true
	return s
}

func keep(s Swap) Swap {
	s.Plan = state.MakePlan(s.Layout, s.Layout)
	return s
}

func process(t *testing.T, p *Player, frames int, events ...Event) []float64 {
	t.Helper()
	out := [][]float64{make([]float64, frames)}
	if err := p.Process(frames, events, nil, out); err != nil {
		t.Fatal(err)
	}
	return out[0]
}

func publish(t *testing.T, p *Player, s Swap) {
	t.Helper()
	if err := p.Publish(s); err != nil {
		t.Fatal(err)
	}
}

func TestAPlayerPlaysEveryEngineAndSwapsBetweenThem(t *testing.T) {
	p := NewPlayer(Options{})
	defer p.Close()
	p.SetRate(48000, 512)
	want, first := 0.0, true
	for range 2 {
		for name, make := range engines {
			s := swapTo(make(t))
			if !first {
				s = keep(s)
			}
			publish(t, p, s)
			if p.Running() != s.Instance {
				t.Error("it is not the one that runs")
			}
			out := process(t, p, 300, Event{Time: 0, Kind: ParamValue, Slot: 5, Value: 0.5}, Event{Time: 100, Kind: ParamValue, Slot: 5, Value: 1})
			for i, x := range out {
				if i < 100 {
					want++
				} else {
					want += 2
				}
				if x != want {
					t.Fatalf("%s: frame %d is %v, want %v", name, i, x, want)
				}
			}
			first = false
		}
	}
	if p.Now() != 6*300 {
		t.Errorf("now %v", p.Now())
	}
	if got := p.Changes(); len(got) != 1 || got[0] != (Change{5, 1}) {
		t.Errorf("changes %v", got)
	}
	swapped := 0
	for _, r := range p.Reports() {
		if r.Kind == Swapped {
			swapped++
		}
	}
	if st := p.Stats(); swapped != 6 || st.Swaps != 6 || st.Blocks != 6 || st.Frames != 1800 || st.Worst <= 0 {
		t.Errorf("%d swaps reported, stats %+v", swapped, st)
	}
}

func TestOldInstancesAreClosedWhenCollected(t *testing.T) {
	p := NewPlayer(Options{})
	defer p.Close()
	a, b := engines["native"](t), engines["native"](t)
	publish(t, p, swapTo(a))
	process(t, p, 1)
	publish(t, p, swapTo(b))
	if got := p.Collect(); len(got) != 0 || a.Words() == nil {
		t.Error("it was collected while it ran")
	}
	process(t, p, 1)
	if got := p.Collect(); len(got) != 1 || got[0] != a || a.Words() != nil {
		t.Errorf("collected %v", got)
	}
}

func TestWhatWasNeverPlayedIsReplaced(t *testing.T) {
	p := NewPlayer(Options{})
	defer p.Close()
	p.SetSlot(5, 0.5)
	publish(t, p, swapTo(engines["native"](t)))
	process(t, p, 10) // counts to 10
	unplayed := engines["native"](t)
	s := keep(swapTo(unplayed))
	s.SetValues = true
	s.Values[5] = 1
	publish(t, p, s)
	if p.Value(5) != 1 {
		t.Errorf("value %v", p.Value(5))
	}
	var asked *Instance
	last := engines["native"](t)
	s = swapTo(last)
	s.PlanFrom = func(running *Instance) *state.Plan {
		asked = running
		return state.MakePlan(s.Layout, s.Layout)
	}
	publish(t, p, s)
	if asked == nil || asked == unplayed || unplayed.Words() != nil {
		t.Error("the plan was not asked for against what runs")
	}
	if got := process(t, p, 1)[0]; got != 12 {
		t.Errorf("got %v: state of what ran and values of what never did", got)
	}
}

func TestAPlanIsMadeAnewWhenItIsStale(t *testing.T) {
	p := NewPlayer(Options{})
	defer p.Close()
	p.SetSlot(5, 0.5)
	publish(t, p, swapTo(engines["native"](t)))
	process(t, p, 10)
	publish(t, p, keep(swapTo(engines["native"](t))))
	s := keep(swapTo(engines["native"](t))) // against the one before, which nobody plays
	publish(t, p, s)
	if got := process(t, p, 1)[0]; got != 11 {
		t.Errorf("got %v", got)
	}
	publish(t, p, keep(swapTo(engines["native"](t))))
	s = keep(swapTo(engines["native"](t)))
	s.Layout = nil
	if err := p.Publish(s); !errors.Is(err, ErrStale) {
		t.Errorf("error %v", err)
	}
	s.Instance.Close()
	if got := process(t, p, 1)[0]; got != 12 {
		t.Errorf("got %v: the one that waited was lost", got)
	}
}

func TestAPlanThatDoesNotFitChangesNothing(t *testing.T) {
	p := NewPlayer(Options{})
	defer p.Close()
	p.SetSlot(5, 0.5)
	publish(t, p, swapTo(engines["native"](t)))
	process(t, p, 1)
	s := swapTo(engines["native"](t))
	defer s.Instance.Close()
	s.Plan = &state.Plan{Ops: []state.Op{{Src: 0, Dst: 0, Size: 100}}}
	if err := p.Publish(s); !errors.Is(err, ErrStale) {
		t.Errorf("error %v", err)
	}
	if got := process(t, p, 1)[0]; got != 2 {
		t.Errorf("got %v", got)
	}
}

func TestAPanicOfTheVMMutesAndIsReported(t *testing.T) {
	p := NewPlayer(Options{})
	defer p.Close()
	c := &counter{img: testImage(), fail: true}
	in, err := NewVM(testImage(), nil, func(words []uint64) (Runner, error) { c.words = words; return c, nil })
	if err != nil {
		t.Fatal(err)
	}
	publish(t, p, swapTo(in))
	if got := process(t, p, 10)[9]; got != 0 {
		t.Errorf("got %v", got)
	}
	for _, r := range p.Reports() {
		if r.Kind == Faulted && r.Fault == FaultTrap && r.Instance == in && r.Detail == "it is broken" {
			return
		}
	}
	t.Error("it was not reported")
}

func TestPrintedLinesOfARunningProgramAreReported(t *testing.T) {
	w := testModule(cat(f64Const(2.5), i32Const(1), call(0), accumulate()))
	w.prints = true
	p := NewPlayer(Options{})
	defer p.Close()
	in := instantiate(t, w, false)
	publish(t, p, swapTo(in))
	process(t, p, 2)
	in.Print(4, 2)
	var lines []LogLine
	for _, r := range p.Reports() {
		if r.Kind == Logged && r.Instance == in {
			lines = append(lines, r.Line)
		}
	}
	if len(lines) != 3 || lines[0] != (LogLine{1, 2.5}) || lines[2] != (LogLine{2, 4}) {
		t.Errorf("lines %v", lines)
	}
}

func TestAResetIsARepeatFromTheStart(t *testing.T) {
	for name, make := range engines {
		p := NewPlayer(Options{})
		p.SetSlot(5, 0.5)
		publish(t, p, swapTo(make(t)))
		process(t, p, 100)
		p.Reset()
		if got := process(t, p, 1)[0]; got != 1 || p.Now() != 1 {
			t.Errorf("%s: %v at %v", name, got, p.Now())
		}
		p.Close()
	}
}

func TestProcessRefusesShortChannels(t *testing.T) {
	p := NewPlayer(Options{Offline: true})
	defer p.Close()
	if err := p.Process(10, nil, nil, [][]float64{make([]float64, 9)}); err == nil {
		t.Error("9 samples were enough for 10 frames")
	}
	if err := p.Process(-1, nil, nil, nil); err == nil {
		t.Error("-1 frames were played")
	}
	p.Close()
	if err := p.Process(1, nil, nil, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	if err := p.Publish(Swap{}); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	p.SetSlot(0, 1)
	p.Flush(nil)
	p.Reset()
	if p.Value(0) != 0 || p.Now() != 0 || p.Changes() != nil || p.Reports() != nil || p.Running() != nil {
		t.Error("a closed player is not empty")
	}
}

func TestPlayersAndInstancesComeAndGo(t *testing.T) {
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 50 {
				p := NewPlayer(Options{BlockLimit: time.Second})
				p.SetSlot(5, 0.5)
				for range 3 {
					publish(t, p, swapTo(engines["native"](t)))
					process(t, p, 64)
				}
				p.Close()
				p.Close()
			}
		}()
	}
	group.Wait()
}

func TestSwapsUnderLoadAreGapless(t *testing.T) {
	p := NewPlayer(Options{})
	defer p.Close()
	p.SetSlot(5, 0.5)
	publish(t, p, swapTo(engines["native"](t)))
	done := make(chan struct{})
	var played sync.WaitGroup
	played.Add(1)
	go func() {
		defer played.Done()
		want := 0.0
		for {
			select {
			case <-done:
				return
			default:
			}
			for _, x := range process(t, p, 50) {
				if want++; x != want {
					t.Errorf("got %v, want %v", x, want)
					return
				}
			}
		}
	}()
	for i := range 200 {
		publish(t, p, keep(swapTo(engines[[]string{"native", "deep"}[i%2]](t))))
	}
	close(done)
	played.Wait()
}
