package tests

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The realtime proof: the built plugin plays in tests/host on a SCHED_FIFO
// thread, 64 frames at a time and in real time, while the Go runtime of the same
// process compiles and collects garbage without pause, a patch is swapped in
// every 100 ms, notes play and knobs move. tests/realtime watches the thread.
// MMM_REALTIME_SECONDS sets how long; docs/realtime.md is written by
//
//	MMM_REALTIME_SECONDS=600 go test ./tests -run TestAudioThreadIsNeverLate -update

var update = flag.Bool("update", false, "rewrite what the tests have recorded: docs/realtime.md, the scripts of tests/script")

const (
	swapEvery      = 100 * time.Millisecond
	brokenEvery    = 10 // every so many swaps is of a broken patch
	proofRate      = 48000
	proofSeconds   = 10
	controlSeconds = 3 // of the vm and among others, when no document is wanted
	proofOthers    = 8
)

// proofPatches are swapped in by turns: a voice with an echo of a second; the
// same with another sound and feedback; and one with more state, whose delay
// lines stand elsewhere and have other lengths.
var proofPatches = [3]string{
	`fn phasor(freq){ (self + freq / samplerate) % 1 }
fn echo(x){ x + delay(48000, self, 47999) * 0.5 }
fn dsp(){
  let volume = Slider!("volume", 0.5, 0, 1)
  let tone = Slider!("tone", 0.5, 0, 1)
  let note = midi_note_mono!(0, 60, 0)
  let freq = 220 * 2 ^ ((note.pitch - 60) / 12)
  let x = echo(sin(phasor(freq) * 6.283185307179586) * note.velocity / 127 * volume * 0.3)
  (x, x * tone)
}
`,
	`fn phasor(freq){ (self + freq / samplerate) % 1 }
fn echo(x){ x + delay(48000, self, 36000) * 0.7 }
fn dsp(){
  let volume = Slider!("volume", 0.5, 0, 1)
  let tone = Slider!("tone", 0.5, 0, 1)
  let note = midi_note_mono!(0, 60, 0)
  let freq = 110 * 2 ^ ((note.pitch - 60) / 12)
  let x = echo((phasor(freq) * 2 - 1) * note.velocity / 127 * volume * 0.2)
  (x, x * tone)
}
`,
	`fn phasor(freq){ (self + freq / samplerate) % 1 }
fn onepole(x, a){ x * (1 - a) + self * a }
fn echo(x, time){ x + delay(30000, self, time) * 0.6 }
fn voice(freq, tone){
  onepole(phasor(freq) - 0.5, tone) + onepole(phasor(freq * 1.01) - 0.5, tone) + sin(phasor(freq * 0.5) * 6.283185307179586)
}
fn dsp(){
  let volume = Slider!("volume", 0.5, 0, 1)
  let tone = Slider!("tone", 0.5, 0, 1)
  let note = midi_note_mono!(0, 60, 0)
  let freq = 220 * 2 ^ ((note.pitch - 60) / 12)
  let x = voice(freq, tone * 0.9) * note.velocity / 127 * volume * 0.2
  (echo(x, 29000), echo(delay(4800, x, 4700), 17000))
}
`,
}

// loadPatch is long to compile; number makes each one another.
func loadPatch(number int) string {
	const functions = 150
	var b strings.Builder
	fmt.Fprintf(&b, "fn f0(x){ x * 1.%d + self * 0.5 }\n", number)
	for i := 1; i <= functions; i++ {
		fmt.Fprintf(&b, "fn f%d(x){ let y = f%d(x * 0.9)\n  if (y > 0.5) sin(y) + mem(y) * 0.1 else cos(x) + self * 0.%d }\n", i, i/4, i)
	}
	b.WriteString("fn dsp(){\n  let a = 0.1\n  (0")
	for i := functions / 2; i <= functions; i++ {
		fmt.Fprintf(&b, " + f%d(a)", i)
	}
	b.WriteString(", 0)\n}\n")
	return b.String()
}

// proofScript plays for some seconds, beside so many other plugins that play too,
// each on a thread of its own. The plugin that is swapped all the time for load's
// sake does not play.
func proofScript(seconds, others int) string {
	var b strings.Builder
	b.WriteString(`plugin instrument load
activate 48000 1 64
editor
`)
	for i := range others {
		fmt.Fprintf(&b, "plugin instrument other%d\nswap first.mmm\nactivate 48000 1 64\nblock 64\nrealtime on\nnote on %d 0.8 0 @100\n", i, 40+i)
	}
	b.WriteString(`plugin instrument played
swap first.mmm
activate 48000 1 64
block 64
realtime on
editor
`)
	for s := range seconds {
		from, to := float64(s%4)/4, float64(s%4+1)/4
		fmt.Fprintf(&b, "ramp volume %v %v %d 64 @%d\n", from, to, proofRate-64, s*proofRate+13)
		fmt.Fprintf(&b, "ramp tone %v %v %d 480 @%d\n", to, from, proofRate-480, s*proofRate+31)
		fmt.Fprintf(&b, "mod volume -0.1 @%d\n", s*proofRate+20001)
		for n := range 4 {
			at, key := s*proofRate+n*12000+137, 48+(s*5+n*7)%24
			fmt.Fprintf(&b, "note on %d 0.8 0 @%d\nnote off %d @%d\n", key, at, key, at+9001)
		}
	}
	fmt.Fprintf(&b, "start %d\nsleep 50\n", seconds*proofRate) // the watched one comes first
	for i := range others {
		fmt.Fprintf(&b, "use other%d\nstart %d\n", i, seconds*proofRate)
	}
	b.WriteString("print playing\n")
	for i := range others {
		fmt.Fprintf(&b, "use other%d\nwait\n", i)
	}
	b.WriteString("use played\nwait\nexpect finite\nexpect rms > 0.001\n")
	return b.String()
}

// A proofRun is what happened in one run.
type proofRun struct {
	*watchReport
	Engine      string
	Others      int // plugins that play beside
	Seconds     int
	Tried       int // swaps asked for; of them some are of a broken patch
	Broken      int
	Compiled    int // patches compiled for load
	Collections int // of garbage
}

// committed counts the swaps that the audio thread made.
func (r *proofRun) committed() int { return r.sum(func(b watchBlock) int { return b.Swaps }) }

// post sends a patch to the editor's server and reports whether it was taken.
func post(client *http.Client, page, patch string) (bool, error) {
	u, err := url.Parse(page)
	if err != nil {
		return false, err
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/api/swap"
	request, err := http.NewRequest(http.MethodPost, u.String(), strings.NewReader(patch))
	if err != nil {
		return false, err
	}
	request.Header.Set("Origin", "http://"+u.Host)
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	reply, err := client.Do(request)
	if err != nil {
		return false, err
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return false, err
	}
	compact := strings.Join(strings.Fields(string(body)), "")
	if !strings.Contains(compact, `"ok":`) {
		return false, fmt.Errorf("the editor's server answered %s: %s", reply.Status, body)
	}
	return reply.StatusCode == http.StatusOK && !strings.Contains(compact, `"ok":false`), nil
}

// prove plays with an engine beside other plugins.
func prove(t *testing.T, engine string, seconds, others int) *proofRun {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "first.mmm"), []byte(proofPatches[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	host, err := filepath.Abs(filepath.Join("host", "target", "release", "mmm-host"))
	if err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(folder, "watch")
	cmd := exec.Command(host, "-", "--quiet", "--plugin", built(t, "mmm.clap"))
	cmd.Dir = folder
	cmd.Stdin = strings.NewReader(proofScript(seconds, others))
	cmd.Env = append(os.Environ(), "LD_PRELOAD="+buildWatch(t), "MMM_WATCH_REPORT="+report, "MMM_ENGINE="+engine, "GODEBUG=gctrace=1", "MMM_CACHE=off")
	if others > 0 {
		cmd.Env = append(cmd.Env, "MMM_WATCH_ONE=1")
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Duration(seconds)*time.Second+2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()

	run := &proofRun{Engine: engine, Others: others, Seconds: seconds}
	var pages []string
	var said strings.Builder
	var mu sync.Mutex // guards run and said
	ended := make(chan struct{})
	playing := make(chan struct{})
	var readers, posters sync.WaitGroup
	readers.Go(func() {
		for lines := bufio.NewScanner(problems); lines.Scan(); {
			mu.Lock()
			if line := lines.Text(); strings.HasPrefix(line, "gc ") {
				select {
				case <-playing:
					run.Collections++
				default:
				}
			} else {
				said.WriteString(line + "\n")
			}
			mu.Unlock()
		}
	})
	readers.Go(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if page, ok := strings.CutPrefix(lines.Text(), "editor "); ok {
				pages = append(pages, page)
			}
			if lines.Text() == "playing" && len(pages) == 2 {
				close(playing)
			}
		}
		close(ended)
	})
	failed := func(err error) {
		select {
		case <-ended: // it was only that the host was gone
		case <-time.After(time.Second):
			t.Error(err)
		}
	}
	posters.Go(func() {
		select {
		case <-playing:
		case <-ended:
			return
		}
		var loads sync.WaitGroup
		defer loads.Wait()
		over := time.NewTimer(time.Duration(seconds)*time.Second - 200*time.Millisecond)
		stop := make(chan struct{})
		defer close(stop)
		for first := range 2 { // two, so that one always waits
			loads.Go(func() {
				client := &http.Client{}
				for n := first; ; n += 2 {
					select {
					case <-stop:
						return
					default:
					}
					taken, err := post(client, pages[0], loadPatch(n))
					if err != nil || !taken {
						failed(fmt.Errorf("the load's patch %d: taken %v, %v", n, taken, err))
						return
					}
					mu.Lock()
					run.Compiled++
					mu.Unlock()
				}
			})
		}
		client, begun := &http.Client{}, time.Now()
		for n := 0; ; n++ {
			select {
			case <-over.C:
				return
			case <-time.After(time.Until(begun.Add(time.Duration(n) * swapEvery))):
			}
			patch, broken := proofPatches[(n+1)%3], n%brokenEvery == brokenEvery-1
			if broken {
				patch += "fn lost(){ nothing_of_this_name }\n"
				run.Broken++
			}
			run.Tried++
			if taken, err := post(client, pages[1], patch); err != nil || taken == broken {
				failed(fmt.Errorf("swap %d: taken %v, %v", n, taken, err))
				return
			}
		}
	})
	posters.Wait()
	readers.Wait()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	run.watchReport = readWatchReport(t, report)
	return run
}

func (r *proofRun) check(t *testing.T) {
	if want := r.Seconds * proofRate / 64; len(r.Blocks) != want {
		t.Errorf("%d blocks, want %d", len(r.Blocks), want)
	}
	if r.Threads != 1 || r.Stack > 128<<10+4096 {
		t.Errorf("%d audio threads with %d bytes of stack", r.Threads, r.Stack)
	}
	if want := (r.Tried - r.Broken) * 8 / 10; r.committed() < want || r.Tried < r.Seconds*8 {
		t.Errorf("of %d swaps, %d broken, the audio thread made %d", r.Tried, r.Broken, r.committed())
	}
	if r.Compiled < r.Seconds || r.Collections < r.Seconds {
		t.Errorf("hardly a load: %d patches compiled and %d collections in %d s", r.Compiled, r.Collections, r.Seconds)
	}
	if r.Policy != "SCHED_FIFO" {
		t.Logf("the system grants no real-time scheduling to this user: the policy is %s", r.Policy)
	}
}

func TestAudioThreadIsNeverLate(t *testing.T) {
	seconds := proofSeconds
	if s := os.Getenv("MMM_REALTIME_SECONDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 2 {
			t.Fatalf("MMM_REALTIME_SECONDS is %q, not a number of seconds from 2 on", s)
		}
		seconds = n
	}
	var native, among, vm *proofRun
	innocent := func(t *testing.T, native *proofRun) {
		native.check(t)
		if n := native.Allocations + native.Locks + native.BlockingCalls + native.SystemCalls + native.GoEntries; n > 0 {
			t.Errorf("the audio thread must not do this:\n%s", strings.Join(native.Names, "\n"))
		}
		if native.Goroutine != "none" {
			t.Errorf("has the audio thread been in Go: its goroutine is %s, want none", native.Goroutine)
		}
		if runtime.GOARCH == "amd64" && native.Kernel == "none" {
			t.Log("the kernel cannot show system calls: only those made through the C library were counted")
		}
		for i, b := range native.Blocks {
			if b.ours() {
				t.Errorf("block %d of %d took %v, %v of the processor, and waited %d times (swaps %d, page faults %d)",
					i, len(native.Blocks), b.Wall, b.CPU, b.Voluntary, b.Swaps, b.Faults)
			}
		}
	}
	t.Run("native", func(t *testing.T) {
		native = prove(t, "native", seconds, 0)
		innocent(t, native)
	})
	t.Run("native among others", func(t *testing.T) {
		if !*update && os.Getenv("MMM_REALTIME_SECONDS") == "" {
			seconds = controlSeconds
		}
		among = prove(t, "native", seconds, proofOthers)
		innocent(t, among)
	})
	// The control: this engine is known to run in Go, so that must be seen.
	t.Run("vm", func(t *testing.T) {
		seconds = min(seconds, controlSeconds)
		if *update {
			seconds = proofSeconds
		}
		vm = prove(t, "vm", seconds, 0)
		vm.check(t)
		if vm.GoEntries < len(vm.Blocks) || vm.Goroutine != "held" {
			t.Errorf("%d blocks of the vm entered Go %d times, the goroutine was %s: the watch is blind",
				len(vm.Blocks), vm.GoEntries, vm.Goroutine)
		}
	})
	for _, r := range []*proofRun{native, among, vm} {
		if r == nil || r.watchReport == nil {
			return
		}
	}
	t.Log("\n" + proofTable(native, among, vm))
	if *update && !t.Failed() {
		if native.Policy != "SCHED_FIFO" || native.Kernel == "none" {
			t.Fatal("docs/realtime.md is for a machine with SCHED_FIFO and syscall user dispatch")
		}
		if err := os.WriteFile(filepath.Join(root, "docs", "realtime.md"), []byte(proofDocument(native, among, vm)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
