package tests

import (
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mmm/realtime"
	"mmm/session"
)

// A guard's patch plays 0.5 until it turns bad at the sample 5000.
const turnsBad = 5000

// guards are the ways in which a patch can turn bad, each with what the report
// says.
var guards = []struct {
	name, text string
	report     string
	place      string
}{
	{"endless loop", "fn f(n){ if (n > 0) f(n - 1) + f(n - 1) else 1 }\nfn dsp(l, r){ if (now > 5000) f(70) else 0.5 }", "does not come to an end", ""},
	{"deep recursion", "fn f(n){ f(n + 1) + 1 }\nfn dsp(l, r){ if (now > 5000) f(0) else 0.5 }", "nested calls in f", "bad.mmm:1:"},
	{"out of memory", "let kept = [0]\nfn more(list:[float], n:float)->float{ let longer = append(list, n)\n  if (n < 3000) more(longer, n + 1) + len(longer) else 0 }\n" +
		"fn dsp(l, r){\n  kept = if (now > 5000) append(append(kept, 1), 2) else kept\n  let copies = if (now > 5000) { more(kept, 0) } else { 0 }\n  0.5 + copies * 0 }", "no memory is left", "bad.mmm:"},
}

// muted checks that the sound ends by a short fade: from a sample of size 0.5 to
// 0 in at most 6 ms, in steps a hundredth of that.
func muted(t *testing.T, out []float64) {
	t.Helper()
	end := len(out)
	for end > 0 && out[end-1] == 0 {
		end--
	}
	if end == len(out) {
		t.Fatalf("it still sounds: %v", out[end-1])
	}
	begin := end
	for begin > 0 && out[begin-1] != 0.5 {
		begin--
	}
	if begin == 0 || end-begin > 288 || end-begin < 100 {
		t.Fatalf("the fade goes from sample %d to %d", begin, end)
	}
	for i := begin; i <= end; i++ {
		if step := math.Abs(out[i] - out[i-1]); step > 0.006 {
			t.Fatalf("a step of %v at sample %d of the fade", step, i-begin)
		}
	}
}

func TestEachGuardMutesByAFadeReportsThePlaceAndLetsTheNextEditPlay(t *testing.T) {
	for _, engine := range []string{session.Native, session.VM} {
		for _, g := range guards {
			t.Run(engine+"/"+g.name, func(t *testing.T) {
				s := session.New(session.Effect, session.Host{})
				defer s.Close()
				s.SetEngine(engine)
				s.Activate(48000, 64)
				if !s.Swap(g.text, "bad.mmm", true) {
					t.Fatal(s.Status().Rendered)
				}
				in, out := [][]float64{make([]float64, 64), make([]float64, 64)}, [][]float64{make([]float64, 64), make([]float64, 64)}
				var all []float64
				longest := time.Duration(0)
				play := func(blocks int) {
					for range blocks {
						begin := time.Now()
						if err := s.Player().Process(64, nil, in, out); err != nil {
							t.Fatal(err)
						}
						longest = max(longest, time.Since(begin))
						all = append(all, out[0]...)
					}
				}
				play(turnsBad/64 + 100)
				for end := time.Now().Add(5 * time.Second); s.Status().Fault == "" && time.Now().Before(end); {
					play(1)
					time.Sleep(5 * time.Millisecond)
				}
				if fault := s.Status().Fault; !strings.Contains(fault, g.report) || !strings.Contains(fault, g.place) {
					t.Errorf("the report is %q", fault)
				}
				play(10)
				muted(t, all[turnsBad-100:])
				t.Logf("longest block %v; %s", longest, strings.SplitN(s.Status().Fault, "\n", 2)[0])
				if longest > 600*time.Millisecond {
					t.Errorf("one block took %v", longest)
				}
				if !s.Swap("fn dsp(l, r){ 0.25 }", "good.mmm", true) {
					t.Fatal(s.Status().Rendered)
				}
				play(20)
				if out[0][63] != 0.25 {
					t.Errorf("the next edit plays %v", out[0][63])
				}
				if fault := s.Status().Fault; fault != "" {
					t.Errorf("the old fault is still shown: %s", fault)
				}
			})
		}
	}
}

// A trap of the machine code has no patch that makes it: one is put in its place.
func TestATrapMutesByAFadeAndLetsTheNextEditPlay(t *testing.T) {
	p := compiled(t, "good", "fn dsp(){ 0.5 }")
	bad, err := session.Build(p, session.VM)
	if err != nil {
		t.Fatal(err)
	}
	defer bad.Close()
	var inst *realtime.Instance
	frames := 0
	inst, err = realtime.NewVM(p.Image, nil, func(words []uint64) (realtime.Runner, error) {
		return &trapAt{words: words, at: turnsBad, out: p.Image.Out, played: &frames}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := inst.Init(0, 48000); err != nil {
		t.Fatal(err)
	}
	player := realtime.NewPlayer(realtime.Options{})
	defer player.Close()
	if err := player.Publish(realtime.NewSwap(inst)); err != nil {
		t.Fatal(err)
	}
	var all []float64
	out := [][]float64{make([]float64, 64)}
	for range turnsBad/64 + 20 {
		if err := player.Process(64, nil, nil, out); err != nil {
			t.Fatal(err)
		}
		all = append(all, out[0]...)
	}
	muted(t, all)
	reported := false
	for _, r := range player.Reports() {
		reported = reported || r.Kind == realtime.Faulted && r.Fault == realtime.FaultTrap && strings.Contains(session.FaultReport(r, p), "trapped here")
	}
	if !reported {
		t.Error("the trap is not reported")
	}
	code, err := session.Build(p, session.Native)
	if err != nil {
		t.Fatal(err)
	}
	defer code.Close()
	next, err := code.Instance(nil, 0, 48000)
	if err != nil {
		t.Fatal(err)
	}
	if err := player.Publish(realtime.NewSwap(next)); err != nil {
		t.Fatal(err)
	}
	if err := player.Process(64, nil, nil, out); err != nil || out[0][0] != 0.5 {
		t.Errorf("the next program plays %v, error %v", out[0][0], err)
	}
}

// trapAt plays 0.5 and panics in a later frame.
type trapAt struct {
	words   []uint64
	at, out int
	played  *int
}

func (r *trapAt) Init() {}

func (r *trapAt) Run(first, frames int) {
	for i := range frames {
		if *r.played++; *r.played > r.at {
			panic("trapped here")
		}
		r.words[r.out+first+i] = math.Float64bits(0.5)
	}
}

// A C program is the host: its signals must stay its own.
func TestGuardsTouchNoSignalHandlerOfTheHost(t *testing.T) {
	program := filepath.Join(t.TempDir(), "signals")
	out, err := exec.Command("cc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-I../cbridge", "-I../realtime",
		"-o", program, "cabi/signals.c", "-ldl", "-lpthread").CombinedOutput()
	if err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	args := []string{built(t, "libmmmrt.so"), built(t, "libmmm.so")}
	for _, g := range guards {
		args = append(args, g.text)
	}
	run := exec.Command(program, args...)
	run.Env = append(run.Environ(), "MMM_CACHE=off")
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
