// Package main is libmmm, the C face of mmm as a shared library (built with
// -buildmode=c-shared): the functions that mmm.h declares, and no logic.
//
// Sessions are known to C by number; a number that is not, or no longer, one of
// a session does nothing and gives 0. Panics end here, as 0. The C compiler
// holds each export against its prototype in mmm.h, a test the names.
//
// Threads: as mmm.h says of each function; none is for the audio thread, whose
// functions are in libmmmrt.
package main

// #include "mmm.h"
import "C"

import (
	"math"
	"runtime"
	"runtime/debug"
)

// init makes the runtime a good guest whatever the host's environment says:
// enough processors that callers never queue for one, and ordinary collection.
func init() {
	runtime.GOMAXPROCS(max(8, runtime.NumCPU()))
	debug.SetGCPercent(100)
	debug.SetMemoryLimit(math.MaxInt64)
}

func main() {} // c-shared asks for it; never called

//export mmm_abi_version
func mmm_abi_version() C.int { return C.MMM_ABI }
