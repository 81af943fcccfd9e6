// The machine: a loaded program on its memory, run turn by turn.

package vm

import (
	"fmt"
	"sync/atomic"
	"unsafe"

	"mmm/compiler/source"
	"mmm/state"
)

// Machine runs one program on one memory. Only one goroutine at a time may call
// its methods; another thread may write parameters, cues and FaultTime into
// the memory meanwhile.
type Machine struct {
	// Log receives what the program prints: a number, and whether a line break
	// follows it. nil drops it.
	Log func(x float64, newline bool)
	// OnLate receives, once for each instruction, that a task was scheduled for
	// a sample that is not in the future; it runs at the next. nil drops it.
	OnLate func(Late)
	// OnDrop is called once when a task finds the queue full. nil drops it.
	OnDrop func()

	prog    *Program
	l       *linked
	words   []uint64
	stack   []uint64
	returns []uint32 // of each active call the instruction after it

	heap    heap    // part of words; empty without a heap
	env     uint64  // running closure, or plain function value, or 0
	saved   []saved // of each active call of a function value
	depth   int     // how many there are
	budget  int64   // instructions that the turn may still take
	inInit  bool
	faultPC int    // instruction of the first fault of the turn, in its function
	keptPC  int    // the same of the fault in the sticky words
	warned  []bool // by linked instruction: OnLate was called for it
	dropped bool   // OnDrop was called

	strings  []string // of the program, and those interned since
	stringAt map[string]uint64
	hosts    []Host
	host     HostContext
	hostErr  error // first error of a host function
}

// New verifies prog and makes a machine that runs it on words, the memory that
// prog.Image describes. It changes nothing in words: the caller has zeroed them
// and set rate, parameters and cues. The error says what is wrong with prog.
func New(prog *Program, words []uint64) (*Machine, error) { return NewWithHosts(prog, words, nil) }

// NewWithHosts is New for a program that calls functions of its owner, by name.
func NewWithHosts(prog *Program, words []uint64, hosts map[string]Host) (*Machine, error) {
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
	m := &Machine{
		prog:  prog,
		l:     l,
		words: words,
		// One word more keeps the base of an empty frame inside the array.
		stack:   make([]uint64, l.stack+1),
		returns: make([]uint32, l.depth+2),
		heap:    words[prog.Image.Heap:][:prog.Image.HeapWords:prog.Image.HeapWords],
		strings: prog.Strings[:len(prog.Strings):len(prog.Strings)],
	}
	if m.hosts, err = linkHosts(prog, hosts); err != nil {
		return nil, err
	}
	if l.indirect {
		m.saved = make([]saved, state.MaxDepth+1)
	}
	if l.tasks {
		m.warned = make([]bool, len(l.code))
	}
	return m, nil
}

// Program returns the program that the machine runs.
func (m *Machine) Program() *Program { return m.prog }

// Init runs the initialiser, once, before the first Run, and empties the heap
// before it. A fault in it is reported by Fault and should reject the program.
func (m *Machine) Init() {
	m.clearFault()
	m.heap.reset(m.l.queue)
	m.beginTurn(state.InitBudget)
	m.inInit = true
	m.exec(m.l.funcs[m.prog.Init].entry, m.prog.Image.Init)
	m.inInit = false
	m.endTurn()
	m.keepFault()
}

// beginTurn makes ready for a turn that may take budget instructions.
func (m *Machine) beginTurn(budget int64) {
	m.words[state.DepthWord] = 0
	m.budget, m.depth, m.env = budget, 0, 0
	if len(m.heap) > 0 {
		m.heap[heapTurn]++
	}
}

// CallFunction runs the function with the given index in Program.Funcs, as a turn
// of its own with the initialiser's budget, and returns its result words. Objects
// that they name live until the next turn. The error says what does not fit, or
// what fault there was; the fault is over then.
func (m *Machine) CallFunction(index int, args []uint64) ([]uint64, error) {
	return m.callFunction(index, args, state.InitBudget)
}

// CallFunctionWithin is CallFunction with a budget of instructions.
func (m *Machine) CallFunctionWithin(index int, args []uint64, budget int64) ([]uint64, error) {
	return m.callFunction(index, args, budget)
}

func (m *Machine) callFunction(index int, args []uint64, budget int64) ([]uint64, error) {
	if index < 0 || index >= len(m.l.funcs) {
		return nil, fmt.Errorf("there is no function %d", index)
	}
	fn, f := &m.l.funcs[index], m.prog.Funcs[index]
	block := 0
	switch {
	case len(args) != fn.params:
		return nil, fmt.Errorf("function %q takes %d words, not %d", f.Name, fn.params, len(args))
	case fn.needsEnv:
		return nil, fmt.Errorf("function %q runs in a closure only", f.Name)
	case index == m.prog.Dsp:
		block = m.prog.Image.State
	case index == m.prog.Init:
		block = m.prog.Image.Init
	case f.StateSize > 0:
		return nil, fmt.Errorf("function %q has state and no place for it", f.Name)
	}
	if len(m.heap) > 0 && m.heap[heapTop] == 0 {
		m.heap.reset(m.l.queue)
	}
	m.clearFault()
	m.endTurn() // frees what the last call left
	m.beginTurn(budget)
	m.hostErr = nil
	copy(m.stack, args)
	m.exec(fn.entry, block)
	results := append([]uint64(nil), m.stack[:fn.results]...)
	fault := m.fault()
	m.keepFault()
	m.clearFault()
	if fault == state.FaultHost {
		return nil, m.hostErr
	}
	if fault != state.FaultNone {
		return nil, &FaultError{Fault: fault, Func: int(m.words[state.FaultPlaceWord]), PC: m.faultPC, prog: m.prog}
	}
	return results, nil
}

// CallNamed is CallFunction for the first function with the given name.
func (m *Machine) CallNamed(name string, args []uint64) ([]uint64, error) {
	for i, f := range m.prog.Funcs {
		if f.Name == name {
			return m.CallFunction(i, args)
		}
	}
	return nil, fmt.Errorf("there is no function %q", name)
}

// FaultError is a fault of a function that was called.
type FaultError struct {
	Fault    state.Fault
	Func, PC int // index in Program.Funcs, and of the instruction in it
	prog     *Program
}

// Error says what fault it was and in which function.
func (e *FaultError) Error() string {
	return fmt.Sprintf("%s in function %q", faultText[e.Fault], e.prog.Funcs[e.Func].Name)
}

// Pos returns the position of the faulting instruction.
func (e *FaultError) Pos() source.Span { return e.prog.Funcs[e.Func].PosAt(e.PC) }

var faultText = map[state.Fault]string{
	state.FaultDepth:  "too many nested calls",
	state.FaultTime:   "out of time",
	state.FaultHandle: "use of an invalid function, array or box",
	state.FaultHeap:   "out of heap memory",
	state.FaultBudget: "too many instructions",
	state.FaultHost:   "error of a host function",
}

// Run makes one turn for each of the frames first to first+frames-1 of the
// input and output buffers, which hold state.BlockFrames frames each. Frames
// outside them are left out. Tasks that are due run before dsp, each as a turn of
// its own.
//
// A turn that faults gives 0 on every output and leaves the state as far as it
// came; the next turn runs as usual. After state.MaxFaultTurns faulting turns of
// dsp in a row, or FaultTime, FaultHeap or FaultBudget, only zeros follow and
// nothing runs.
func (m *Machine) Run(first, frames int) {
	for i, end := max(first, 0), min(first+frames, state.BlockFrames); i < end; i++ {
		m.turn(i)
		*(*float64)(unsafe.Pointer(&m.words[state.NowWord]))++
	}
}

// suspended reports whether the program runs no more.
func (m *Machine) suspended() bool {
	return m.fault() == state.FaultTime || m.words[state.FaultTurnsWord] >= state.MaxFaultTurns
}

// turn runs the tasks that are due, then dsp for frame i.
func (m *Machine) turn(i int) {
	img := &m.prog.Image
	if m.clearFault(); m.suspended() {
		m.silence(i)
		return
	}
	if m.l.tasks && m.heap[heapTasks] > 0 {
		if m.runTasks(); m.suspended() {
			m.silence(i)
			return
		}
	}
	m.beginTurn(state.TurnBudget)
	for ch := range img.Ins {
		m.stack[ch] = m.words[img.In+ch*state.BlockFrames+i]
	}
	m.exec(m.l.dsp, img.State)
	if m.fault() != state.FaultNone {
		m.words[state.FaultTurnsWord]++
		m.keepFault()
		m.endTurn()
		m.silence(i)
		return
	}
	m.words[state.FaultTurnsWord] = 0
	for ch := range img.Outs {
		m.words[img.Out+ch*state.BlockFrames+i] = m.stack[ch]
	}
	m.endTurn()
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
	if f := m.fault(); f != state.FaultNone && f != state.FaultTime {
		atomic.CompareAndSwapUint64(&m.words[state.FaultWord], uint64(f), 0)
	}
}

// keepFault copies the first fault of a program to the sticky words. Faults that
// would only come again end the program.
func (m *Machine) keepFault() {
	f := m.fault()
	if f != state.FaultNone && m.words[state.StickyFaultWord] == 0 {
		m.words[state.StickyFaultWord] = uint64(f)
		m.words[state.StickyPlaceWord] = m.words[state.FaultPlaceWord]
		m.keptPC = m.faultPC
	}
	if f == state.FaultHeap || f == state.FaultBudget {
		m.words[state.FaultTurnsWord] = state.MaxFaultTurns
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

// FaultPos returns the position of the instruction that made the fault which
// Fault returns; the zero span if there was none or it has no position.
func (m *Machine) FaultPos() source.Span {
	f, place := m.Fault()
	if f == state.FaultNone || f == state.FaultTime || place >= len(m.prog.Funcs) {
		return source.Span{}
	}
	return m.prog.Funcs[place].PosAt(m.keptPC)
}

// print gives x to the log.
func (m *Machine) print(x float64, newline bool) {
	if m.Log != nil {
		m.Log(x, newline)
	}
}
