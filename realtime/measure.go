package realtime

// #include "mmmrt.h"
import "C"

import (
	"errors"
	"runtime"
	"unsafe"
)

// Measure plays blocks of silence into 32-bit buffers after a short warm-up,
// each block with all players one after the other, and returns the wall time of
// each block in ns and the processor time of all. Nobody else may use the
// players meanwhile. [main-thread]
func Measure(players []*Player, blocks, frames, ins, outs int) (wallNs []uint64, cpuNs uint64, err error) {
	if blocks < 1 || frames < 1 || len(players) < 1 {
		return nil, 0, errors.New("nothing to measure")
	}
	list := make([]*C.mmm_player, len(players)) // memory of C's, so that it may be handed over
	for i, p := range players {
		if p.c == nil {
			return nil, 0, ErrClosed
		}
		list[i] = p.c
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	wallNs = make([]uint64, blocks)
	var cpu C.uint64_t
	if !C.mmmrt_measure(&list[0], C.uint32_t(len(list)), C.uint32_t(blocks), C.uint32_t(frames), C.uint32_t(ins),
		C.uint32_t(outs), (*C.uint64_t)(unsafe.Pointer(&wallNs[0])), &cpu) {
		return nil, 0, errors.New("no memory for the buffers")
	}
	return wallNs, uint64(cpu), nil
}
