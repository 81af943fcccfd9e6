package tests

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// docs/realtime.md and its table.

func microseconds(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/1000) }

// proofTable is the result of both runs.
func proofTable(runs ...*proofRun) string {
	var b strings.Builder
	row := func(name string, cell func(r *proofRun) string) {
		b.WriteString("| " + name)
		for _, r := range runs {
			b.WriteString(" | " + cell(r))
		}
		b.WriteString(" |\n")
	}
	number := func(name string, of func(r *proofRun) int) {
		row(name, func(r *proofRun) string { return fmt.Sprint(of(r)) })
	}
	row("", func(r *proofRun) string {
		if r.Others > 0 {
			return fmt.Sprintf("%s, %d others beside", r.Engine, r.Others)
		}
		return r.Engine
	})
	b.WriteString("|---" + strings.Repeat("|---:", len(runs)) + "|\n")
	number("seconds played in real time", func(r *proofRun) int { return r.Seconds })
	number("blocks", func(r *proofRun) int { return len(r.Blocks) })
	row("audio thread", func(r *proofRun) string { return fmt.Sprintf("%s, stack %d kB", r.Policy, r.Stack>>10) })
	number("swaps made by the audio thread", (*proofRun).committed)
	number("swaps asked for", func(r *proofRun) int { return r.Tried })
	number("of these with a broken patch", func(r *proofRun) int { return r.Broken })
	number("big patches compiled meanwhile", func(r *proofRun) int { return r.Compiled })
	number("garbage collections meanwhile", func(r *proofRun) int { return r.Collections })
	for _, times := range []struct {
		name string
		of   func(watchBlock) time.Duration
	}{
		{"block by the clock, µs", func(b watchBlock) time.Duration { return b.Wall }},
		{"block in processor time, µs", func(b watchBlock) time.Duration { return b.CPU }},
	} {
		for i, q := range []string{"p50", "p99", "p99.9", "worst"} {
			row(times.name+", "+q, func(r *proofRun) string { return microseconds(r.quantiles(times.of)[i]) })
		}
	}
	row("longest block with a swap, processor time, µs", func(r *proofRun) string {
		var worst time.Duration
		for _, block := range r.Blocks {
			if block.Swaps > 0 {
				worst = max(worst, block.CPU)
			}
		}
		return microseconds(worst)
	})
	row("longest swap by the clock, µs", func(r *proofRun) string { return microseconds(r.WorstSwap) })
	number("**blocks above 1 ms because of us**", func(r *proofRun) int { return r.count(watchBlock.ours) })
	number("blocks above 1 ms because of the machine", func(r *proofRun) int { return r.count(watchBlock.machine) })
	number("**allocator calls**", func(r *proofRun) int { return r.Allocations })
	number("**locks, condition variables, semaphores**", func(r *proofRun) int { return r.Locks })
	number("**blocking calls of the C library**", func(r *proofRun) int { return r.BlockingCalls })
	number("**blocks with a system call** (seen by the kernel)", func(r *proofRun) int { return r.SystemCalls })
	number("**entries into Go**", func(r *proofRun) int { return r.GoEntries })
	row("**goroutine of the audio thread**", func(r *proofRun) string { return r.Goroutine })
	number("page faults", func(r *proofRun) int { return r.sum(func(b watchBlock) int { return b.Faults }) })
	number("times the thread waited", func(r *proofRun) int { return r.sum(func(b watchBlock) int { return b.Voluntary }) })
	number("times another thread took its processor", func(r *proofRun) int { return r.sum(func(b watchBlock) int { return b.Pushed }) })
	return b.String()
}

// thisMachine is its kind, without its name.
func thisMachine() string {
	model, kind := runtime.GOARCH, "machine"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := bytes.Cut(info, []byte("model name")); ok {
			line, _, _ := bytes.Cut(rest, []byte("\n"))
			model = strings.Trim(string(line), " \t:")
		}
		if bytes.Contains(info, []byte(" hypervisor ")) {
			kind = "virtual machine"
		}
	}
	var u syscall.Utsname
	release := ""
	if syscall.Uname(&u) == nil {
		for _, c := range u.Release {
			if c != '.' && (c < '0' || c > '9') {
				break
			}
			release += string(rune(c))
		}
	}
	return fmt.Sprintf("%s with %d processors (%s), Linux %s, %s, other work going on beside it", kind, runtime.NumCPU(), model, release, runtime.Version())
}

// proofDocument is docs/realtime.md.
func proofDocument(native, among, vm *proofRun) string {
	return fmt.Sprintf(`# The realtime proof

Written by tests/realtime_test.go; do not edit. To make it again, as root (for SCHED_FIFO), after `+"`make build`"+` and with tests/host built:

    MMM_REALTIME_SECONDS=600 LD_LIBRARY_PATH=$PWD/out go test ./tests -run TestAudioThreadIsNeverLate -update -v

`+"`make test`"+` runs the same for %d s and fails when one of the bold numbers is not 0 for the native engine.

## What runs

tests/host, a CLAP host that is not ours underneath, plays the built plugin on one thread: SCHED_FIFO, a stack of 128 kB, blocks of 64 frames at
48 kHz (1,333 µs) at the pace of real time. Notes start and stop, two knobs are automated, once in each block and more, and one is modulated.
Every 100 ms a patch is sent to the editor's server of the playing plugin: three patches by turns, with a delay line of a second, with changed
numbers and with a changed structure, so that state is carried over and programs are crossfaded; every tenth is broken and must be refused.
Meanwhile a second plugin of the same process, hence in the same Go runtime, is sent big patches from two connections without pause: its
goroutines compile, and leave garbage that is collected several times a second. In a second run eight more plugins play at the same time, each on a
SCHED_FIFO thread of its own with blocks of 64 frames; the one that is swapped is watched.

Machine: %s.

## Result

%s
The vm engine is the control: it is the one engine that documentedly runs in Go, so each of its blocks must be counted as an entry. It is also the
reason for the rule that the audio thread never enters Go: its figures are what that costs.

## How it is measured

A library for LD_PRELOAD (tests/realtime) is told by the host when it enters and leaves the plugin's process call. In between it counts on that
thread alone:

- **Allocator, locks, blocking calls**: it stands before the C library's functions (malloc to madvise, mutexes to semaphores, read to sched_yield,
  syscall). A lock taken by atomic instructions alone, without a function of the C library, is seen when it has to wait: that is a system call.
- **System calls**, whoever makes them and however: the kernel's syscall user dispatch turns them into a signal while a block goes on. The first of a
  block is counted, the rest of that block goes through. Reading the clock is none: it happens in the vdso.
- **Entries into Go**: dlsym hands the plugin counting doors to every function that libmmm (the Go library) exports, and the two function pointers of Go
  that C is ever given, those of a vm instance, are wrapped. Whatever the way in: Go keeps the goroutine of a thread in the one word of thread-local
  storage that libmmm has, from the thread's first entry to its end. The word is read after each block. While it is zero the thread has never been in Go.
- **Times**: wall clock (CLOCK_MONOTONIC) and the thread's processor time (CLOCK_THREAD_CPUTIME_ID, which does not count time stolen by a hypervisor
  that reports it), context switches and page faults (getrusage for the thread). A block is above 1 ms **because of us** when its processor time is above
  1 ms, kernel work included, or when it is above 1 ms by the clock and the thread waited of its own accord. A block above 1 ms by the clock alone was
  ready to run and was kept from the processor by another thread or the hypervisor: **because of the machine**.

TestWatchCountsWhatTheAudioThreadMustNotDo shows the library one forbidden thing after the other - allocations, locks, a bare system call instruction, a
sleep, 10 ms of computing, a memory mapping, a call into Go - and what each must have counted, and that the same outside of a block counts nothing.
`, proofSeconds, thisMachine(), proofTable(native, among, vm))
}
