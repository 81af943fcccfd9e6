// The machine: a loaded program on its memory, run turn by turn.

package vm

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"mmm/state"
)

// Machine runs one program on one memory. Only one goroutine at a time may call
// its methods; another thread may write parameters, notes and FaultTime into
// the memory meanwhile.
type Machine struct {
	// Log receives what the program prints: a number, and whether a line break
	// follows it. nil drops it.
	Log func(x float64, newline bool)

	prog    *Program
	l       *linked
	words   []uint64
	stack   []uint64
	returns []uint32 // of each active call the instruction after it
}

// New verifies prog and makes a machine that runs it on words, the memory that
// prog.Image describes. It changes nothing in words: the caller has zeroed them
// and set rate, parameters and notes. The error says what is wrong with prog.
func New(prog *Program, words []uint64) (*Machine, error) {
	if err := Verify(prog); err != nil {
		return nil, fmt.Errorf("bytecode: %w", err)
	}
	if len(words) != prog.Image.Words {
		return nil, fmt.Errorf("bytecode: memory has %d words, the program needs %d", len(words), prog.Image.Words)
	}
	l, err := link(prog)
	if err != nil {
		return nil, fmt.Errorf("bytecode: %w", err)
	}
	return &Machine{
		prog:  prog,
		l:     l,
		words: words,
		// One word more keeps the base of an empty frame inside the array.
		stack:   make([]uint64, l.stack+1),
		returns: make([]uint32, l.depth+2),
	}, nil
}

// Program returns the program that the machine runs.
func (m *Machine) Program() *Program { return m.prog }

// Init runs the initialiser, once, before the first Run. A fault in it is
// reported by Fault and should reject the program.
func (m *Machine) Init() {
	m.clearFault()
	m.words[state.DepthWord] = 0
	m.exec(m.l.entry[m.prog.Init], m.prog.Image.Init)
	m.keepFault()
}

// Run makes one turn for each of the frames first to first+frames-1 of the
// input and output buffers, which hold state.BlockFrames frames each. Frames
// outside them are left out.
//
// A turn that faults gives 0 on every output and leaves the state as far as it
// came; the next turn runs as usual. After state.MaxFaultTurns faulting turns
// in a row, or FaultTime, only zeros follow and dsp does not run.
func (m *Machine) Run(first, frames int) {
	for i, end := max(first, 0), min(first+frames, state.BlockFrames); i < end; i++ {
		m.turn(i)
		*(*float64)(unsafe.Pointer(&m.words[state.NowWord]))++
	}
}

// turn runs dsp for frame i.
func (m *Machine) turn(i int) {
	img := &m.prog.Image
	m.clearFault()
	if m.fault() != state.FaultNone || m.words[state.FaultTurnsWord] >= state.MaxFaultTurns {
		m.silence(i)
		return
	}
	m.words[state.DepthWord] = 0
	for ch := range img.Ins {
		m.stack[ch] = m.words[img.In+ch*state.BlockFrames+i]
	}
	m.exec(m.l.entry[m.prog.Dsp], img.State)
	if m.fault() != state.FaultNone {
		m.keepFault()
		m.words[state.FaultTurnsWord]++
		m.silence(i)
		return
	}
	m.words[state.FaultTurnsWord] = 0
	for ch := range img.Outs {
		m.words[img.Out+ch*state.BlockFrames+i] = m.stack[ch]
	}
}

// silence puts 0 on every output of frame i.
func (m *Machine) silence(i int) {
	img := &m.prog.Image
	for ch := range img.Outs {
		m.words[img.Out+ch*state.BlockFrames+i] = 0
	}
}

// fault reads FaultWord, which the watchdog's thread may write.
func (m *Machine) fault() state.Fault {
	return state.Fault(atomic.LoadUint64(&m.words[state.FaultWord]))
}

// clearFault ends a fault that lasts for one turn. A FaultTime stays, also one
// that is written at this moment.
func (m *Machine) clearFault() {
	atomic.CompareAndSwapUint64(&m.words[state.FaultWord], uint64(state.FaultDepth), 0)
}

// keepFault copies the first fault of a program to the sticky words.
func (m *Machine) keepFault() {
	if f := m.fault(); f != state.FaultNone && m.words[state.StickyFaultWord] == 0 {
		m.words[state.StickyFaultWord] = uint64(f)
		m.words[state.StickyPlaceWord] = m.words[state.FaultPlaceWord]
	}
}

// Fault returns the first fault since the program was loaded, and the index in
// Program.Funcs of the function in which it happened (of no meaning for
// FaultTime).
func (m *Machine) Fault() (f state.Fault, place int) {
	if f = state.Fault(m.words[state.StickyFaultWord]); f != state.FaultNone {
		return f, int(m.words[state.StickyPlaceWord])
	}
	return m.fault(), int(m.words[state.FaultPlaceWord])
}

// enter counts a call of the recursive function fn and reports whether it may
// run.
func (m *Machine) enter(fn int32) bool {
	if m.fault() != state.FaultNone {
		return false
	}
	if int64(m.words[state.DepthWord]) >= state.MaxDepth {
		if atomic.CompareAndSwapUint64(&m.words[state.FaultWord], 0, uint64(state.FaultDepth)) {
			m.words[state.FaultPlaceWord] = uint64(fn)
		}
		return false
	}
	m.words[state.DepthWord]++
	return true
}

// print gives x to the log.
func (m *Machine) print(x float64, newline bool) {
	if m.Log != nil {
		m.Log(x, newline)
	}
}
