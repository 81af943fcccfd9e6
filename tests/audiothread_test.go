package tests

import (
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"mmm/realtime"
)

// An audioThread plays a player in real time, 64 frames at 48 kHz at a time, on
// a thread of SCHED_FIFO where the system grants it. It goes through Go between
// blocks, so its blocks are timed by processor time; the realtime proof has the
// thread of a real host.
type audioThread struct {
	player *realtime.Player
	heard  func(out [][]float64) // gets each block; may be nil
	stop   chan struct{}
	ended  sync.WaitGroup

	fifo   bool
	blocks []time.Duration // processor time of each
}

const audioFrames = 64

func startAudio(t *testing.T, p *realtime.Player, channels int, heard func([][]float64)) *audioThread {
	t.Helper()
	a := &audioThread{player: p, heard: heard, stop: make(chan struct{})}
	a.ended.Go(func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its priority
		priority := int32(50)
		const fifo = 1
		_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETSCHEDULER, 0, fifo, uintptr(unsafe.Pointer(&priority)))
		a.fifo = errno == 0
		a.play(t, channels)
	})
	return a
}

func (a *audioThread) play(t *testing.T, channels int) {
	in, out := [][]float64{make([]float64, audioFrames), make([]float64, audioFrames)}, make([][]float64, channels)
	for c := range out {
		out[c] = make([]float64, audioFrames)
	}
	begun := time.Now()
	for n := 0; ; n++ {
		select {
		case <-a.stop:
			return
		default:
		}
		if wait := time.Until(begun.Add(time.Duration(n) * audioFrames * time.Second / 48000)); wait > 0 {
			time.Sleep(wait)
		}
		before := threadTime()
		if err := a.player.Process(audioFrames, nil, in, out); err != nil {
			t.Error(err)
			return
		}
		a.blocks = append(a.blocks, threadTime()-before)
		if a.heard != nil {
			a.heard(out)
		}
	}
}

// end stops the thread; its blocks are sorted then.
func (a *audioThread) end() {
	close(a.stop)
	a.ended.Wait()
	slices.Sort(a.blocks)
}

// late counts the blocks that took longer than their own duration.
func (a *audioThread) late() int {
	n := 0
	for _, d := range a.blocks {
		if d > audioFrames*time.Second/48000 {
			n++
		}
	}
	return n
}

// quantile returns a part of the sorted times.
func quantile(times []time.Duration, part float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[int(part*float64(len(times)-1)+0.5)]
}

// threadTime is the processor time of this thread.
func threadTime() time.Duration {
	const threadCPU = 3 // CLOCK_THREAD_CPUTIME_ID
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadCPU, uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano())
}
