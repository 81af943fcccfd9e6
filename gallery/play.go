package gallery

import (
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"mmm/compiler"
	"mmm/compiler/mir"
	"mmm/examples"
	"mmm/render"
	"mmm/session"
)

// Entry is one patch as it was played.
type Entry struct {
	examples.Example
	Program  *mir.Program
	Sound    [][]float64 // at Rate Hz
	Figures  Figures
	Ready    time.Duration // from text to the first block of sound
	Realtime float64       // seconds of sound in a second of one core while it is played
}

// Compile makes an example's program, or says what is wrong with it.
func Compile(e examples.Example) (*mir.Program, error) {
	r := compiler.Compile(compiler.Options{Name: e.Path(), Text: e.Text})
	if r.Program == nil || r.Diags.HasErrors() {
		return nil, fmt.Errorf("%s does not compile: mmm check says why", e.Path())
	}
	return r.Program, nil
}

// passes is how often a patch is played to find out how fast it is.
const passes = 4

// Play compiles an example, plays it on the native engine and measures it.
func Play(e examples.Example) (*Entry, error) {
	p, err := Compile(e)
	if err != nil {
		return nil, err
	}
	entry := &Entry{Example: e, Program: p}
	var took []time.Duration // of each block, the least of all passes
	for pass := range passes {
		job := Job(e, p, session.Native, Listened)
		sound, times, err := timed(job)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Path(), err)
		}
		if pass == 0 {
			entry.Sound, took = sound, times
			entry.Figures = Measure(sound, job.Events)
			continue
		}
		for i := range took {
			took[i] = min(took[i], times[i])
		}
	}
	const from, to = int(Silence*Rate) / render.DefaultBlock, int(Played*Rate) / render.DefaultBlock
	var sum time.Duration
	for _, d := range took[from:to] {
		sum += d
	}
	entry.Realtime = float64((to-from)*render.DefaultBlock) / Rate / sum.Seconds()
	entry.Ready, err = ready(e)
	return entry, err
}

// timed runs a job and takes the processor's time for each of its blocks (for the
// first one with the job's beginnings).
func timed(job render.Job) ([][]float64, []time.Duration, error) {
	sound := make([][]float64, job.Channels())
	times := make([]time.Duration, 0, job.Frames/render.DefaultBlock+1)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	last := processor()
	job.Progress = func(int) { last = processor() }
	err := job.Run(func(block [][]float64) error {
		times = append(times, processor()-last)
		for i := range sound {
			sound[i] = append(sound[i], block[i]...)
		}
		return nil
	})
	return sound, times, err
}

// processor is the time that this thread has had a processor.
func processor() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// ready is the least time from the text to an instance that can sound.
func ready(e examples.Example) (time.Duration, error) {
	least := time.Duration(0)
	for range passes {
		begin := time.Now()
		p, err := Compile(e)
		if err != nil {
			return 0, err
		}
		code, err := session.Build(p, session.Native)
		if err != nil {
			return 0, err
		}
		code.Close()
		if d := time.Since(begin); least == 0 || d < least {
			least = d
		}
	}
	return least, nil
}
