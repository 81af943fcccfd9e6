package session

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mmm/realtime"
)

const (
	testRate = 48000
	frames   = 64
)

// journal collects what a session tells its host.
type journal struct {
	mu    sync.Mutex
	lines []string
	wakes int
}

func (j *journal) host() Host {
	return Host{
		Log: func(level Level, text string) {
			j.mu.Lock()
			defer j.mu.Unlock()
			j.lines = append(j.lines, fmt.Sprintf("%d %s", level, text))
		},
		Notify: func() { j.mu.Lock(); j.wakes++; j.mu.Unlock() },
	}
}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n")
}

// made returns a session that plays text.
func made(t *testing.T, text string) *Session {
	t.Helper()
	s := New(Effect, Host{})
	t.Cleanup(s.Close)
	if !s.Activate(testRate, frames) {
		t.Fatal(s.StatusJSON())
	}
	if text != "" {
		swapped(t, s, text)
	}
	return s
}

func swapped(t *testing.T, s *Session, text string) {
	t.Helper()
	if !s.Swap(text, "test.mmm", true) {
		t.Fatal(s.Status().Rendered)
	}
}

// play plays n blocks of inputs at in and returns the left output.
func play(t *testing.T, s *Session, n int, in float64, events ...realtime.Event) []float64 {
	t.Helper()
	ins := [][]float64{make([]float64, frames), make([]float64, frames)}
	outs := [][]float64{make([]float64, frames), make([]float64, frames)}
	for i := range frames {
		ins[0][i], ins[1][i] = in, in
	}
	var left []float64
	for range n {
		if err := s.Player().Process(frames, events, ins, outs); err != nil {
			t.Fatal(err)
		}
		events = nil
		left = append(left, outs[0]...)
	}
	return left
}

// eventually waits for what another goroutine does.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 1500 { // the machine may have much else to do
		if f() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("did not happen: %s", what)
}

const counter = "fn count(x){ self + x }\nfn dsp(l, r){ count(1) }\n"

func TestDefaultPatchesSound(t *testing.T) {
	for _, engine := range []string{Native, VM} {
		t.Run(engine, func(t *testing.T) {
			t.Setenv("MMM_ENGINE", engine)
			s := New(Instrument, Host{})
			defer s.Close()
			if !s.Activate(testRate, frames) || s.Engine() != engine {
				t.Fatal(s.StatusJSON())
			}
			if out := play(t, s, 4, 0); out[4*frames-1] != 0 {
				t.Errorf("the instrument sounds before any note: %v", out[4*frames-1])
			}
			note := realtime.Event{Kind: realtime.NoteOn, Key: 60, Value: 1, NoteID: -1}
			loudest := 0.0
			for _, x := range play(t, s, 100, 0, note) {
				loudest = max(loudest, x)
			}
			if loudest < 0.05 || loudest > 1 {
				t.Errorf("a note's loudest sample is %v", loudest)
			}
			e := made(t, "")
			if out := play(t, e, 1, 0.25); out[0] != 0.25 || out[frames-1] != 0.25 {
				t.Errorf("the effect makes %v of 0.25", out[0])
			}
		})
	}
}

func TestBrokenPatchChangesNothingAndIsReported(t *testing.T) {
	var j journal
	s := New(Effect, j.host())
	defer s.Close()
	s.Activate(testRate, frames)
	swapped(t, s, counter)
	last := play(t, s, 20, 0)[20*frames-1]
	if s.Swap("fn dsp(l, r){\n  l + nothing\n}\n", "mine.mmm", true) {
		t.Fatal("a broken patch was taken")
	}
	if s.Patch() != counter {
		t.Errorf("the patch is now %q", s.Patch())
	}
	if got := play(t, s, 1, 0)[0]; got != last+1 {
		t.Errorf("the sounding program made %v of %v", got, last)
	}
	st := s.Status()
	if st.OK || !strings.Contains(st.Rendered, "mine.mmm:2:7: error") || !strings.Contains(string(st.Diagnostics), `"line": 2`) {
		t.Errorf("status %+v", st)
	}
	if !strings.Contains(j.text(), "mine.mmm:2:7: error") {
		t.Errorf("the host's log is\n%s", j.text())
	}
}

func TestBadTextsAreRefusedWithinASecond(t *testing.T) {
	s := made(t, counter)
	for name, text := range map[string]string{
		"empty": "", "not UTF-8": "fn dsp(){ 0 }\xff", "10 MB": strings.Repeat("fn f(){ 0 }\n", 900000),
		"no dsp": "fn f(x){ x }", "unterminated": "fn dsp(){ (1, \"", "nested": "fn dsp(){" + strings.Repeat("(", 100000),
		"runaway top level": "fn f(n){ f(n + 1) + f(n + 2) }\nlet x = f(0)\nfn dsp(){ x }",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			if s.Swap(text, "bad.mmm", true) {
				t.Fatal("it was taken")
			}
			if d := time.Since(start); d > 2*time.Second {
				t.Errorf("took %v", d)
			}
			if st := s.Status(); st.OK || !strings.Contains(st.Rendered, "bad.mmm:") {
				t.Errorf("status %.300v", st.Rendered)
			}
			if s.Patch() != counter {
				t.Error("the patch changed")
			}
		})
	}
	if out := play(t, s, 1, 0); out[1] != out[0]+1 {
		t.Error("the patch does not play any more")
	}
}

func TestRunawayPatchIsReportedAndTheNextOnePlays(t *testing.T) {
	for _, engine := range []string{Native, VM} {
		t.Run(engine, func(t *testing.T) {
			var j journal
			s := New(Effect, j.host())
			defer s.Close()
			s.SetEngine(engine)
			s.Activate(testRate, frames)
			swapped(t, s, "fn f(n){ f(n + 1) + 1 }\nfn dsp(l, r){ if (now > 500) f(0) else now }")
			eventually(t, "the fault is reported", func() bool { play(t, s, 1, 0); return s.Status().Fault != "" })
			if fault := s.Status().Fault; !strings.Contains(fault, "nested calls in f") || !strings.Contains(fault, "test.mmm:1:") {
				t.Errorf("fault %q", fault)
			}
			swapped(t, s, counter)
			if out := play(t, s, 30, 0); out[30*frames-1] < 1000 {
				t.Errorf("the next patch made %v", out[30*frames-1])
			}
			if s.Status().Fault != "" {
				t.Error("the fault is still shown")
			}
		})
	}
}

func TestPatchThatOnlyRunsAwayIsRefusedAndThePreviousOneGoesOn(t *testing.T) {
	for _, engine := range []string{Native, VM} {
		for name, text := range map[string]string{
			"endless":     "fn f(n){ f(n + 1) + 1 }\nfn dsp(l, r){ f(0) }",
			"exponential": "fn f(n){ if (n > 0) f(n - 1) + f(n - 1) else 1 }\nfn dsp(l, r){ f(60) }",
		} {
			t.Run(engine+"/"+name, func(t *testing.T) {
				var j journal
				s := New(Effect, j.host())
				defer s.Close()
				s.SetEngine(engine)
				s.Activate(testRate, frames)
				swapped(t, s, counter)
				before := play(t, s, 1, 0)
				begin := time.Now()
				if s.Swap(text, "test.mmm", true) {
					t.Error("the patch was taken")
				}
				if took := time.Since(begin); took > 3*time.Second {
					t.Errorf("the answer took %v", took)
				}
				if status := s.StatusJSON(); !strings.Contains(status, "R01") || !strings.Contains(status, "\"line\":1") {
					t.Errorf("status %s", status)
				}
				if after := play(t, s, 1, 0); after[0] != before[len(before)/2-1]+1 && after[0] <= before[0] {
					t.Errorf("the previous patch stopped: %v after %v", after[0], before[0])
				}
			})
		}
	}
}

func TestSameTextLeavesTheOutputBitIdentical(t *testing.T) {
	const text = "fn noise(){ (self * 16807 + 1) % 2147483647 }\nfn echo(x){ delay(3000, x + self * 0.7, 1234) }\n" +
		"fn dsp(l, r){ echo(noise() / 2147483647) * Slider!(\"gain\", 0.3, 0, 1) }"
	a, b := made(t, text), made(t, text)
	for block := range 200 {
		if block%7 == 3 {
			swapped(t, b, text)
		}
		x, y := play(t, a, 1, 0), play(t, b, 1, 0)
		for i := range x {
			if x[i] != y[i] {
				t.Fatalf("block %d, sample %d: %v without swaps, %v with", block, i, x[i], y[i])
			}
		}
	}
}

func TestEditKeepsTimeAndAnotherPatchRestartsIt(t *testing.T) {
	s := made(t, "fn dsp(){ now }")
	play(t, s, 19, 0)
	at := play(t, s, 1, 0)[frames-1]
	swapped(t, s, "fn dsp(){ now + 0 }")
	if got := play(t, s, 1, 0)[0]; got != at+1 {
		t.Errorf("now is %v after an edit, want %v", got, at+1)
	}
	saved, err := s.SaveState(Project)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LoadState(saved, Project); err != nil {
		t.Fatal(err)
	}
	if got := play(t, s, 10, 0)[10*frames-1]; got != 10*frames-1 {
		t.Errorf("now is %v after a load, want %v", got, 10*frames-1)
	}
	s.Deactivate()
	if !s.Activate(44100, frames) {
		t.Fatal("activation")
	}
	if got := play(t, s, 1, 0)[1]; got != 1 {
		t.Errorf("now is %v after activation, want 1", got)
	}
}

func TestEditMadeWhileNobodyPlaysCarriesTheStateOver(t *testing.T) {
	s := made(t, counter)
	last := play(t, s, 20, 0)[20*frames-1]
	for i := range 5 {
		swapped(t, s, fmt.Sprintf("fn count(x){ self + x }\nfn dsp(l, r){ count(1) + %d }\n", i*1000))
	}
	if got := play(t, s, 1, 0)[0]; got != last+1+4000 {
		t.Errorf("after five unheard edits %v, want %v", got, last+1+4000)
	}
}

func TestUnheardEditsMayAddAndDropState(t *testing.T) {
	s := made(t, counter)
	play(t, s, 20, 0)
	const plain = "fn dsp(l, r){ l * 3 }"
	for _, text := range []string{plain, counter, plain, plain} {
		swapped(t, s, text)
	}
	if got := play(t, s, 20, 1)[20*frames-1]; got != 3 {
		t.Errorf("the last edit makes %v, want 3", got)
	}
	swapped(t, s, counter)
	swapped(t, s, counter)
	if out := play(t, s, 20, 0); out[20*frames-1] != out[20*frames-2]+1 {
		t.Error("the counter does not count")
	}
}

func TestEnginesTakeOverFromEachOther(t *testing.T) {
	t.Setenv("MMM_ENGINE", VM)
	s := made(t, counter)
	if s.Engine() != VM {
		t.Fatalf("engine %s in spite of the environment", s.Engine())
	}
	last := play(t, s, 20, 0)[20*frames-1]
	if !s.SetEngine(Native) || s.Engine() != Native || s.SetEngine("steam") {
		t.Fatal("choosing the engine")
	}
	if got := play(t, s, 1, 0)[0]; got != last+1 {
		t.Errorf("the other engine made %v of %v", got, last)
	}
}

func TestSavedFileIsSwappedIn(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "patch.mmm")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := made(t, "")
	if s.Watch(file) {
		t.Fatal("a file that is not there was read")
	}
	write(counter)
	if !s.Watch(file) || s.Patch() != counter {
		t.Fatal(s.Status().Rendered)
	}
	last := play(t, s, 20, 0)[20*frames-1]

	second := strings.Replace(counter, "count(1)", "count(1) + 0", 1)
	write(second) // in place
	eventually(t, "a save in place is swapped in", func() bool { return s.Patch() == second })
	if got := play(t, s, 1, 0)[0]; got != last+1 {
		t.Errorf("after the save %v, want %v", got, last+1)
	}

	third := strings.Replace(counter, "count(1)", "count(1) * 1", 1)
	other := filepath.Join(dir, "patch.mmm~")
	if err := os.WriteFile(other, []byte(third), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, file); err != nil { // as most editors save
		t.Fatal(err)
	}
	eventually(t, "a save by renaming is swapped in", func() bool { return s.Patch() == third })

	write("fn dsp(l, r){ nothing }")
	eventually(t, "a broken save is reported", func() bool { return !s.Status().OK })
	if s.Patch() != third {
		t.Error("a broken save changed the patch")
	}
	write(second)
	eventually(t, "the mended file is swapped in", func() bool { return s.Status().OK && s.Patch() == second })

	swaps := s.Status().Swaps
	if !s.Watch("") {
		t.Fatal("cannot stop following")
	}
	write(third)
	time.Sleep(150 * time.Millisecond)
	if s.Status().Swaps != swaps {
		t.Error("a file that is no longer followed was swapped in")
	}
}

func TestAnythingAtOnceEndsInOrder(t *testing.T) {
	s := made(t, counter)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			select {
			case <-stop:
				return
			default:
				play(t, s, 1, 0)
			}
		}
	}()
	texts := []string{counter, "fn dsp(l, r){ nothing }", "fn dsp(l, r){ l * Slider!(\"g\", 1, 0, 2) }", ""}
	var work sync.WaitGroup
	for g := range 4 {
		work.Add(1)
		go func() {
			defer work.Done()
			for i := range 15 {
				switch (g + i) % 4 {
				case 0, 1:
					s.Swap(texts[i%len(texts)], "x.mmm", i%2 == 0)
				case 2:
					if state, err := s.SaveState(Project); err != nil || s.LoadState(state, Project) != nil {
						t.Error("a state of ours cannot be loaded")
					}
				case 3:
					s.Gesture(GestureValue, "g", float64(i)/15)
					s.View(-1)
					s.ParamValue(0)
				}
			}
		}()
	}
	work.Wait()
	close(stop)
	wg.Wait()
	swapped(t, s, counter)
}

func TestClosedSessionDoesNothing(t *testing.T) {
	s := New(Effect, Host{})
	s.Close()
	s.Close()
	if s.Swap(counter, "x", true) || s.Swap(counter, "x", false) || s.Activate(testRate, frames) || s.Watch("x") {
		t.Error("a closed session works on")
	}
}
