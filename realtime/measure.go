package realtime

// #include "mmmrt.h"
import "C"

import (
	"errors"
	"runtime"
	"unsafe"
)

// Measure plays blocks of silence into 32-bit buffers after a short warm-up and
// returns the wall time of each block in ns and the processor time of all.
// [main-thread]
func (p *Player) Measure(blocks, frames, ins, outs int) (wallNs []uint64, cpuNs uint64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.c == nil {
		return nil, 0, ErrClosed
	}
	if blocks < 1 || frames < 1 {
		return nil, 0, errors.New("nothing to measure")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	wallNs = make([]uint64, blocks)
	var cpu C.uint64_t
	if !C.mmmrt_measure(p.c, C.uint32_t(blocks), C.uint32_t(frames), C.uint32_t(ins), C.uint32_t(outs),
		(*C.uint64_t)(unsafe.Pointer(&wallNs[0])), &cpu) {
		return nil, 0, errors.New("no memory for the buffers")
	}
	return wallNs, uint64(cpu), nil
}
