// The image: where everything that a running program remembers or exchanges
// with its host lies in its memory. Offsets and sizes are in words of 64 bits
// from the start of memory; the same for every engine.

package state

// Fixed words at the start of every image.
const (
	NowWord        = 0 // index of the current sample, float64
	RateWord       = 1 // sample rate in Hz, float64
	FaultWord      = 2 // 0, or a Fault; recursive functions return zeros while it is not 0
	DepthWord      = 3 // active calls of recursive functions, int64
	FaultPlaceWord = 4 // index of the function that faulted, int64
	// FaultWord is cleared when the next turn starts; the first fault since the
	// program was loaded stays here, with its place.
	StickyFaultWord = 5
	StickyPlaceWord = 6
	FaultTurnsWord  = 7 // faulting turns in a row, int64; at MaxFaultTurns dsp is skipped and outputs are 0
	HeaderWords     = 8
)

// Fault is why a turn was cut short.
type Fault int64

// The faults.
const (
	FaultNone  Fault = 0
	FaultDepth Fault = 1 // more than MaxDepth active calls
	FaultTime  Fault = 2 // the watchdog ended a block that would not end
	// A word that should name an object or a function names none, or one of
	// another kind.
	FaultHandle Fault = 3
	FaultHeap   Fault = 4 // the heap has no room left; ends the program
	FaultBudget Fault = 5 // more instructions than one turn may take; ends the program
	FaultHost   Fault = 6 // a function of the host reported an error; macro stage only
)

// Limits of every engine (spec vm.md 13).
const (
	MaxDepth      = 10000   // active calls of recursive functions
	MaxStateWords = 1 << 27 // words of state of one program
	MaxFaultTurns = 64      // faulting turns in a row after which a program is silent
	MaxHeapWords  = 1 << 26 // words of the heap of one program
	// InitBudget and TurnBudget are the instructions that the initialiser and
	// any other turn may take.
	InitBudget = 2_000_000_000
	TurnBudget = 50_000_000
	// QueueTasks is the number of tasks that can wait at once.
	QueueTasks = 1 << 16
	// TaskWords is the size of a waiting task: time, order, function value.
	TaskWords = 3
	// BlockFrames is the largest number of frames one run of the machine code
	// makes; longer host blocks are cut.
	BlockFrames = 256
	// ProbeFrames is the length of a probe ring in samples; a power of two.
	ProbeFrames = 4096
)

// Image is the layout of a program's memory. The initialiser's block is used
// once and is not state.
type Image struct {
	Params, NumParams   int // one word each: plain value
	Cues, NumCues       int // one word each
	Probes, NumProbes   int // ProbeWords each: samples ever written (int64), then the ring
	Globals, NumGlobals int
	State, StateSize    int // block of dsp
	Init, InitSize      int // block of the initialiser
	In, Ins             int // BlockFrames words for each input channel
	Out, Outs           int // BlockFrames words for each output channel
	// The objects of the program; HeapWords 0 for a program that makes none.
	Heap, HeapWords int
	Words           int // size of the whole memory
}

// ProbeWords is the size of one probe: the count and the ring.
const ProbeWords = 1 + ProbeFrames
