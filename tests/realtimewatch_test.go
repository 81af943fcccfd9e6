package tests

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What tests/realtime, the library that watches the audio thread, is and says.

// A watchReport is what the watch wrote at the end of a process.
type watchReport struct {
	Threads       int
	Policy        string // of the audio thread
	Stack         int    // bytes
	Kernel        string // how system calls were seen
	Goroutine     string // "none": the thread never had one, so it never entered Go
	WorstSwap     time.Duration
	Allocations   int
	Locks         int
	BlockingCalls int
	SystemCalls   int // blocks that made one
	GoEntries     int
	Names         []string // of everything counted, with its number
	Blocks        []watchBlock
}

// A watchBlock is one call of the plugin's process.
type watchBlock struct {
	Wall, CPU time.Duration
	Voluntary int // times the thread waited
	Pushed    int // times another thread took its processor
	Faults    int // pages that the kernel had to bring
	Swaps     int // programs taken over
	InGo      int // 1: the thread is or has been in Go

	Allocations, Locks, BlockingCalls, SystemCalls, GoEntries int
}

// blockLimit is what a block may take of the 1.333 ms that 64 frames at 48 kHz
// last.
const blockLimit = time.Millisecond

// ours reports whether a block was too long because of us: the thread computed,
// or entered the kernel, for longer than the limit, or it waited for something.
// A block that was long by the clock alone was kept from the processor, by
// another thread or by the hypervisor.
func (b watchBlock) ours() bool {
	return b.CPU > blockLimit || b.Wall > blockLimit && b.Voluntary > 0
}

// machine reports whether a block was too long, but not because of us.
func (b watchBlock) machine() bool { return b.Wall > blockLimit && !b.ours() }

func (r *watchReport) count(holds func(watchBlock) bool) int {
	n := 0
	for _, b := range r.Blocks {
		if holds(b) {
			n++
		}
	}
	return n
}

func (r *watchReport) sum(of func(watchBlock) int) int {
	n := 0
	for _, b := range r.Blocks {
		n += of(b)
	}
	return n
}

// quantiles are p50, p99, p99.9 and the longest.
func (r *watchReport) quantiles(of func(watchBlock) time.Duration) [4]time.Duration {
	all := make([]time.Duration, len(r.Blocks))
	for i, b := range r.Blocks {
		all[i] = of(b)
	}
	slices.Sort(all)
	var q [4]time.Duration
	if len(all) > 0 {
		for i, part := range []float64{0.5, 0.99, 0.999, 1} {
			q[i] = all[int(part*float64(len(all)-1)+0.5)]
		}
	}
	return q
}

func readWatchReport(t *testing.T, path string) *watchReport {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal("the watch has left no report: ", err)
	}
	r := &watchReport{}
	totals := map[string]*int{
		"allocation": &r.Allocations, "lock": &r.Locks, "blocking": &r.BlockingCalls,
		"system-call": &r.SystemCalls, "go-entry": &r.GoEntries,
	}
	scan := func(line, format string, to ...any) {
		if _, err := fmt.Sscanf(line, format, to...); err != nil {
			t.Fatalf("the watch's report has the line %q: %v", line, err)
		}
	}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		line := lines.Text()
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "threads":
			scan(rest, "%d", &r.Threads)
		case "policy":
			r.Policy = rest
		case "stack":
			scan(rest, "%d", &r.Stack)
		case "kernel":
			r.Kernel = rest
		case "goroutine":
			r.Goroutine = rest
		case "worst-swap":
			scan(rest, "%d", &r.WorstSwap)
		case "total":
			kind, n, _ := strings.Cut(rest, " ")
			scan(n, "%d", totals[kind])
		case "name":
			r.Names = append(r.Names, rest)
		case "syscall":
			r.Names = append(r.Names, "system call number "+strings.Replace(rest, " ", ": ", 1))
		case "block":
			var b watchBlock
			scan(rest, "%d %d %d %d %d %d %d %d %d %d %d %d", &b.Wall, &b.CPU, &b.Voluntary, &b.Pushed, &b.Faults, &b.Swaps, &b.InGo,
				&b.Allocations, &b.Locks, &b.BlockingCalls, &b.SystemCalls, &b.GoEntries)
			r.Blocks = append(r.Blocks, b)
		}
	}
	return r
}

// buildWatch builds the watch and returns the path of the library.
func buildWatch(t *testing.T) string {
	t.Helper()
	return compileC(t, "libmmmwatch.so", "-fPIC", "-shared",
		"realtime/watch.c", "realtime/kernel.c", "realtime/goentry.c", "realtime/interpose.c")
}

// compileC compiles C sources, named from this folder, to a file in out/.
func compileC(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "out", name))
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-I", filepath.Join(root, "realtime"), "-o", path}, args...)
	if out, err := exec.Command("cc", append(args, "-ldl", "-pthread")...).CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	return path
}

// The watch is shown each thing that it must see, and nothing else.
func TestWatchCountsWhatTheAudioThreadMustNotDo(t *testing.T) {
	watch, report := buildWatch(t), filepath.Join(t.TempDir(), "report")
	cmd := exec.Command(compileC(t, "watch-selftest", "realtime/selftest.c"), built(t, "libmmm.so"))
	cmd.Env = append(os.Environ(), "LD_PRELOAD="+watch, "MMM_WATCH_REPORT="+report, "MMM_CACHE=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r := readWatchReport(t, report)
	if r.Threads != 1 || r.Stack != 128<<10 || r.Goroutine != "held" {
		t.Errorf("%d threads, stack %d, goroutine %s; want 1, %d, held", r.Threads, r.Stack, r.Goroutine, 128<<10)
	}
	kernel := 1
	if r.Kernel != "syscall-user-dispatch" {
		t.Logf("this machine's kernel shows no system calls (%s)", r.Kernel)
		kernel = 0
	}
	steps := []struct {
		name string
		want watchBlock
		ours bool
	}{
		{"nothing", watchBlock{}, false},
		{"allocate", watchBlock{Allocations: 7}, false},
		{"lock", watchBlock{Locks: 2}, false},
		{"enter the kernel", watchBlock{SystemCalls: kernel}, false},
		{"wait", watchBlock{BlockingCalls: 1, SystemCalls: kernel}, true},
		{"compute", watchBlock{}, true},
		{"map memory", watchBlock{Allocations: 2, SystemCalls: kernel}, false},
		{"nothing", watchBlock{}, false},
		{"enter Go", watchBlock{GoEntries: 1, InGo: 1, SystemCalls: kernel}, false},
		{"nothing", watchBlock{InGo: 1}, false},
	}
	if len(r.Blocks) != len(steps) {
		t.Fatalf("%d blocks, want %d", len(r.Blocks), len(steps))
	}
	for i, step := range steps {
		got := r.Blocks[i]
		enters := step.want.GoEntries > 0 // and there Go does what it likes
		if step.ours != got.ours() && !enters {
			t.Errorf("block %d (%s) took %v, %v of the processor, waited %d times; is that ours: %v, want %v",
				i, step.name, got.Wall, got.CPU, got.Voluntary, got.ours(), step.ours)
		}
		got.Wall, got.CPU, got.Voluntary, got.Pushed, got.Faults, got.Swaps = 0, 0, 0, 0, 0, 0
		if enters {
			got.Allocations, got.Locks, got.BlockingCalls = 0, 0, 0
		}
		if got != step.want {
			t.Errorf("block %d (%s) counted %+v, want %+v", i, step.name, got, step.want)
		}
	}
}
