// The interpreter loop.

package vm

import (
	"math"
	"unsafe"

	"mmm/state"
)

// The loop addresses registers, constants, state and instructions through raw
// pointers, without bounds checks: an instruction would make up to four of
// them, each a compare and a branch. What makes it sound: Verify has shown that
// every operand lies inside its frame, pool, block or function and that code is
// left through a return only; link has sized the stack for the deepest chain of
// calls. Pointers are made by unsafe.Add from a pointer into the same array and
// never leave it.

// u returns the word at index i from p.
func u(p unsafe.Pointer, i int32) *uint64 {
	return (*uint64)(unsafe.Add(p, uintptr(uint32(i))*8))
}

// n returns the word at index i from p as int.
func n(p unsafe.Pointer, i int32) *int64 {
	return (*int64)(unsafe.Add(p, uintptr(uint32(i))*8))
}

// x returns the word at index i from p as num.
func x(p unsafe.Pointer, i int32) *float64 {
	return (*float64)(unsafe.Add(p, uintptr(uint32(i))*8))
}

// instrSize is the size of an instruction in bytes.
const instrSize = unsafe.Sizeof(Instr{})

// jump returns the instruction off after in.
func jump(in *Instr, off int32) unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(in), uintptr(uint32(off))*instrSize)
}

// context is where exec stands. It lives in locals while the loop runs and here
// across a call of another Go function: a local that is needed after a call
// would be saved for every instruction. So a called function stores its result
// itself, and the loop starts again with what is here.
type context struct {
	ip unsafe.Pointer // next instruction
	r  unsafe.Pointer // registers of the running function
	s  unsafe.Pointer // state block of the running function
	// rets is the innermost return: the index of the instruction to go on with.
	// Word 0 of Machine.returns takes the pointer after the last return.
	rets unsafe.Pointer
}

// exec runs the function whose first instruction is entry on the state block at
// word block, until it returns. Arguments and results are the first words of the
// stack.
func (m *Machine) exec(entry, block int) {
	m.returns[1] = uint32(m.l.halt)
	ctx := context{
		ip:   unsafe.Pointer(&m.l.code[entry]),
		r:    unsafe.Pointer(&m.stack[0]),
		s:    unsafe.Pointer(&m.words[0]),
		rets: unsafe.Pointer(&m.returns[1]),
	}
	if block < len(m.words) { // an empty block may lie at the end
		ctx.s = unsafe.Pointer(&m.words[block])
	}
	m.loop(&ctx)
}

// loop runs from where at stands to the end of the turn. It is apart from exec so
// that little code precedes the head of the loop: where that lies decides whether
// fetching it takes one cache line or two, which is a fifth of the time.
func (m *Machine) loop(at *context) {
	ctx := *at
resume:
	var (
		code = unsafe.Pointer(unsafe.SliceData(m.l.code))
		k    = unsafe.Pointer(unsafe.SliceData(m.l.consts))
		mem  = unsafe.Pointer(unsafe.SliceData(m.words))
		ip   = ctx.ip
		r    = ctx.r
		s    = ctx.s
		rets = ctx.rets
	)
	for {
		in := (*Instr)(ip)
		ip = unsafe.Add(ip, instrSize)
		switch in.Op {
		case Move:
			*u(r, in.A) = *u(r, in.B)
		case LoadK:
			*u(r, in.A) = *u(k, in.B)

		case AddF:
			*x(r, in.A) = *x(r, in.B) + *x(r, in.C)
		case SubF:
			*x(r, in.A) = *x(r, in.B) - *x(r, in.C)
		case MulF:
			*x(r, in.A) = float64(*x(r, in.B) * *x(r, in.C))
		case DivF:
			*x(r, in.A) = *x(r, in.B) / *x(r, in.C)
		case ModF:
			a, b := *x(r, in.B), *x(r, in.C)
			if *n(r, in.B) >= 0 && a < b+b { // the step of a phase; both results are exact
				if a >= b {
					a -= b
				}
				*x(r, in.A) = a
				break
			}
			ctx = context{ip, r, s, rets}
			modTo(x(r, in.A), a, b)
			goto resume
		case MinF:
			*x(r, in.A) = minf(*x(r, in.B), *x(r, in.C))
		case MaxF:
			*x(r, in.A) = maxf(*x(r, in.B), *x(r, in.C))
		case EqF:
			*u(r, in.A) = truth(*x(r, in.B) == *x(r, in.C))
		case NeF:
			*u(r, in.A) = truth(*x(r, in.B) != *x(r, in.C))
		case LtF:
			*u(r, in.A) = truth(*x(r, in.B) < *x(r, in.C))
		case LeF:
			*u(r, in.A) = truth(*x(r, in.B) <= *x(r, in.C))
		case AndF:
			*u(r, in.A) = truth(positive(*u(r, in.B)) && positive(*u(r, in.C)))
		case OrF:
			*u(r, in.A) = truth(positive(*u(r, in.B)) || positive(*u(r, in.C)))
		case CopySignF:
			*u(r, in.A) = *u(r, in.B)&^signBit | *u(r, in.C)&signBit

		case AddFK:
			*x(r, in.A) = *x(r, in.B) + *x(k, in.C)
		case MulFK:
			*x(r, in.A) = float64(*x(r, in.B) * *x(k, in.C))
		case DivFK:
			*x(r, in.A) = *x(r, in.B) / *x(k, in.C)
		case ModFK:
			a, b := *x(r, in.B), *x(k, in.C)
			if *n(r, in.B) >= 0 && a < b+b { // the step of a phase; both results are exact
				if a >= b {
					a -= b
				}
				*x(r, in.A) = a
				break
			}
			ctx = context{ip, r, s, rets}
			modTo(x(r, in.A), a, b)
			goto resume
		case MinFK:
			*x(r, in.A) = minf(*x(r, in.B), *x(k, in.C))
		case MaxFK:
			*x(r, in.A) = maxf(*x(r, in.B), *x(k, in.C))
		case EqFK:
			*u(r, in.A) = truth(*x(r, in.B) == *x(k, in.C))
		case NeFK:
			*u(r, in.A) = truth(*x(r, in.B) != *x(k, in.C))
		case LtFK:
			*u(r, in.A) = truth(*x(r, in.B) < *x(k, in.C))
		case LeFK:
			*u(r, in.A) = truth(*x(r, in.B) <= *x(k, in.C))
		case GtFK:
			*u(r, in.A) = truth(*x(r, in.B) > *x(k, in.C))
		case GeFK:
			*u(r, in.A) = truth(*x(r, in.B) >= *x(k, in.C))
		case SubKF:
			*x(r, in.A) = *x(k, in.B) - *x(r, in.C)
		case DivKF:
			*x(r, in.A) = *x(k, in.B) / *x(r, in.C)

		case MulAdd:
			*x(r, in.A) = float64(*x(r, in.B)**x(r, in.C)) + *x(r, (*Instr)(ip).A)
			ip = unsafe.Add(ip, instrSize)
		case MulAddK:
			*x(r, in.A) = float64(*x(r, in.B)**x(r, in.C)) + *x(k, (*Instr)(ip).A)
			ip = unsafe.Add(ip, instrSize)
		case MulKAdd:
			*x(r, in.A) = float64(*x(r, in.B)**x(k, in.C)) + *x(r, (*Instr)(ip).A)
			ip = unsafe.Add(ip, instrSize)
		case MulKAddK:
			*x(r, in.A) = float64(*x(r, in.B)**x(k, in.C)) + *x(k, (*Instr)(ip).A)
			ip = unsafe.Add(ip, instrSize)
		case MulSub:
			*x(r, in.A) = float64(*x(r, in.B)**x(r, in.C)) - *x(r, (*Instr)(ip).A)
			ip = unsafe.Add(ip, instrSize)
		case SubMul:
			*x(r, in.A) = *x(r, (*Instr)(ip).A) - float64(*x(r, in.B)**x(r, in.C))
			ip = unsafe.Add(ip, instrSize)

		case Fma, FmaK, FmKA, FmKAK:
			ctx = context{ip, r, s, rets}
			ctx.ip = fusedRun(unsafe.Pointer(in), r, k)
			goto resume

		case NegF:
			*u(r, in.A) = *u(r, in.B) ^ signBit
		case AbsF:
			*u(r, in.A) = *u(r, in.B) &^ signBit
		case SqrtF:
			*x(r, in.A) = math.Sqrt(*x(r, in.B))
		case FloorF:
			*x(r, in.A) = floor(*x(r, in.B))
		case CeilF:
			*x(r, in.A) = ceil(*x(r, in.B))
		case TruncF:
			*x(r, in.A) = trunc(*x(r, in.B))
		case NearestF:
			*x(r, in.A) = nearest(*x(r, in.B))
		case RoundF:
			*x(r, in.A) = round(*x(r, in.B))
		case NotF:
			*u(r, in.A) = truth(*u(r, in.B)<<1 == 0)

		case AddI:
			*u(r, in.A) = *u(r, in.B) + *u(r, in.C)
		case SubI:
			*u(r, in.A) = *u(r, in.B) - *u(r, in.C)
		case MulI:
			*u(r, in.A) = *u(r, in.B) * *u(r, in.C)
		case AndI:
			*u(r, in.A) = *u(r, in.B) & *u(r, in.C)
		case OrI:
			*u(r, in.A) = *u(r, in.B) | *u(r, in.C)
		case XorI:
			*u(r, in.A) = *u(r, in.B) ^ *u(r, in.C)
		case ShlI:
			*u(r, in.A) = *u(r, in.B) << (*u(r, in.C) & 63)
		case ShrI:
			*u(r, in.A) = *u(r, in.B) >> (*u(r, in.C) & 63)
		case SarI:
			*n(r, in.A) = *n(r, in.B) >> (*u(r, in.C) & 63)
		case EqI:
			*u(r, in.A) = truth(*u(r, in.B) == *u(r, in.C))
		case LtI:
			*u(r, in.A) = truth(*n(r, in.B) < *n(r, in.C))

		case AddIK:
			*u(r, in.A) = *u(r, in.B) + *u(k, in.C)
		case MulIK:
			*u(r, in.A) = *u(r, in.B) * *u(k, in.C)
		case AndIK:
			*u(r, in.A) = *u(r, in.B) & *u(k, in.C)
		case OrIK:
			*u(r, in.A) = *u(r, in.B) | *u(k, in.C)
		case XorIK:
			*u(r, in.A) = *u(r, in.B) ^ *u(k, in.C)
		case ShlIK:
			*u(r, in.A) = *u(r, in.B) << (*u(k, in.C) & 63)
		case ShrIK:
			*u(r, in.A) = *u(r, in.B) >> (*u(k, in.C) & 63)
		case SarIK:
			*n(r, in.A) = *n(r, in.B) >> (*u(k, in.C) & 63)
		case EqIK:
			*u(r, in.A) = truth(*u(r, in.B) == *u(k, in.C))
		case LtIK:
			*u(r, in.A) = truth(*n(r, in.B) < *n(k, in.C))

		case FtoI:
			*n(r, in.A) = ftoi(*x(r, in.B))
		case ItoF:
			*x(r, in.A) = float64(*n(r, in.B))

		case Select:
			v := *u(r, (*Instr)(ip).A)
			if positive(*u(r, in.B)) {
				v = *u(r, in.C)
			}
			*u(r, in.A) = v
			ip = unsafe.Add(ip, instrSize)

		case GetState:
			*u(r, in.A) = *u(s, in.B)
		case SetState:
			*u(s, in.A) = *u(r, in.B)
		case Mem:
			v := *u(r, in.B)
			*u(r, in.A) = *u(s, in.C)
			*u(s, in.C) = v
		case Delay:
			ext := (*Instr)(ip)
			ip = unsafe.Add(ip, instrSize)
			if ext.B == 0 {
				*u(r, in.A) = 0
				break
			}
			ctx = context{ip, r, s, rets}
			delay(u(r, in.A), unsafe.Pointer(u(s, ext.A)), uint64(ext.B), *u(r, in.B), *x(r, in.C))
			goto resume
		case GetGlobal, GetParam, GetCue:
			*u(r, in.A) = *u(mem, in.B)
		case SetGlobal:
			*u(mem, in.A) = *u(r, in.B)
		case Now:
			*u(r, in.A) = *u(mem, state.NowWord)
		case SampleRate:
			*u(r, in.A) = *u(mem, state.RateWord)
		case Probe:
			count := u(mem, in.A)
			*u(mem, in.A+1+int32(*count&(state.ProbeFrames-1))) = *u(r, in.B)
			*count++
		case PrintF:
			ctx = context{ip, r, s, rets}
			m.print(*x(r, in.A), in.B != 0)
			goto resume

		case Jmp:
			ip = jump(in, in.A)
		case JmpUnless:
			if !positive(*u(r, in.A)) {
				ip = jump(in, in.B)
			}
		case UnlessEqF:
			if !(*x(r, in.A) == *x(r, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessNeF:
			if !(*x(r, in.A) != *x(r, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessLtF:
			if !(*x(r, in.A) < *x(r, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessLeF:
			if !(*x(r, in.A) <= *x(r, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessEqFK:
			if !(*x(r, in.A) == *x(k, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessNeFK:
			if !(*x(r, in.A) != *x(k, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessLtFK:
			if !(*x(r, in.A) < *x(k, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessLeFK:
			if !(*x(r, in.A) <= *x(k, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessGtFK:
			if !(*x(r, in.A) > *x(k, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessGeFK:
			if !(*x(r, in.A) >= *x(k, in.B)) {
				ip = jump(in, in.C)
			}
		case UnlessEqI:
			if *u(r, in.A) != *u(r, in.B) {
				ip = jump(in, in.C)
			}
		case UnlessLtI:
			if *n(r, in.A) >= *n(r, in.B) {
				ip = jump(in, in.C)
			}
		case UnlessEqIK:
			if *u(r, in.A) != *u(k, in.B) {
				ip = jump(in, in.C)
			}
		case UnlessLtIK:
			if *n(r, in.A) >= *n(k, in.B) {
				ip = jump(in, in.C)
			}
		case JmpTable:
			ip = jump(in, m.l.tables[in.B].target(*n(r, in.A)))

		case Call:
			rets = unsafe.Add(rets, 4)
			*(*uint32)(rets) = uint32((uintptr(ip) - uintptr(code)) / instrSize)
			r = unsafe.Add(r, uintptr(uint32(in.A))*8)
			s = unsafe.Add(s, uintptr(uint32(in.C))*8)
			ip = unsafe.Add(code, uintptr(uint32(in.B))*instrSize)
		case Ret1:
			*u(r, 0) = *u(r, in.A)
			ip = unsafe.Add(code, uintptr(*(*uint32)(rets))*instrSize)
			rets = unsafe.Add(rets, -4)
			call := (*Instr)(unsafe.Add(ip, -int(instrSize)))
			r = unsafe.Add(r, -8*int(call.A))
			s = unsafe.Add(s, -8*int(call.C))
		case Ret:
			ip = unsafe.Add(code, uintptr(*(*uint32)(rets))*instrSize)
			rets = unsafe.Add(rets, -4)
			call := (*Instr)(unsafe.Add(ip, -int(instrSize)))
			r = unsafe.Add(r, -8*int(call.A))
			s = unsafe.Add(s, -8*int(call.C))
		case Enter:
			ctx = context{ip, r, s, rets}
			m.enter(&ctx, in)
			goto resume
		case Charge:
			ctx = context{ip, r, s, rets}
			m.charge(&ctx, in)
			goto resume
		case Leave:
			*n(mem, state.DepthWord)--

		case GetUpValue:
			*u(r, in.A) = *u(m.upvalues(), in.B)
		case SelfClosure:
			*u(r, in.A) = m.env
		case FuncValue:
			*u(r, in.A) = KindFunc<<60 | uint64(uint32(in.B))
		case CallIndirect:
			ctx = context{ip, r, s, rets}
			m.callIndirect(&ctx, in)
			goto resume
		case EndIndirect:
			ctx = context{ip, r, s, rets}
			m.endIndirect(&ctx)
			goto resume
		case ReadSound:
			*x(r, in.A) = m.prog.Sounds[in.B].Read(*x(r, in.A), *x(r, in.A+1), state.Interpolation(in.C))
		case AllocArray, ArrayLen, GetArrayElem, ArrayAppend, ArrayPrepend, SplitHead, SplitTail, BoxAlloc, BoxLoad, CellGet, CellSet,
			MakeHeapClosure, CloneHeap, ReleaseHeap, CloneUserSum, ReleaseUserSum, Schedule, CallExtFun:
			ctx = context{ip, r, s, rets}
			m.object(&ctx, in)
			goto resume

		case Halt:
			return
		}
	}
}

// charge is Charge.
func (m *Machine) charge(ctx *context, in *Instr) {
	if m.fault() != state.FaultNone || !m.pay(ctx, &m.l.funcs[in.A]) {
		m.zeros(ctx, in.B)
	}
}

// object executes an instruction on the heap, on the queue or of the host. On
// return ctx.ip is behind its Ext, if it has one.
func (m *Machine) object(ctx *context, in *Instr) {
	ext := (*Instr)(ctx.ip)
	switch in.Op {
	case AllocArray:
		m.allocArray(ctx, in, ext)
	case ArrayLen:
		_, n, _, _ := m.array(ctx, *u(ctx.r, in.B))
		*x(ctx.r, in.A) = float64(n)
	case GetArrayElem:
		m.getArrayElem(ctx, in, ext)
	case ArrayAppend:
		m.arrayAppend(ctx, in)
	case ArrayPrepend:
		m.arrayPrepend(ctx, in)
	case SplitHead:
		m.splitArray(ctx, in, false)
	case SplitTail:
		m.splitArray(ctx, in, true)
	case BoxAlloc:
		m.boxAlloc(ctx, in)
	case BoxLoad:
		m.boxLoad(ctx, in)
	case CellGet:
		w := uint64(0)
		if words := m.box(ctx, *u(ctx.r, in.B), int(in.C)+1); words != nil {
			w = words[in.C]
		}
		*u(ctx.r, in.A) = w
	case CellSet:
		if words := m.box(ctx, *u(ctx.r, in.A), int(in.B)+1); words != nil {
			words[in.B] = *u(ctx.r, in.C)
		}
	case MakeHeapClosure:
		m.makeClosure(ctx, in, ext)
	case CloneHeap:
		m.heap.retain(*u(ctx.r, in.A))
	case ReleaseHeap:
		m.heap.release(*u(ctx.r, in.A))
	case CloneUserSum:
		m.retainAll(in.C, regs(ctx, in.A, int(in.B)))
	case ReleaseUserSum:
		m.releaseAll(in.C, regs(ctx, in.A, int(in.B)))
	case Schedule:
		m.schedule(ctx, in)
	case CallExtFun:
		m.callHost(ctx, in)
	}
	if in.Op.hasExt() {
		ctx.ip = unsafe.Add(ctx.ip, instrSize)
	}
}

// upvalues returns the words that the running closure holds. A function that asks
// for them runs in one: Verify and resolve have seen to that.
func (m *Machine) upvalues() unsafe.Pointer {
	return unsafe.Pointer(&m.heap[uint32(m.env)+closureCaptures])
}

// enter is Enter: it counts the call, or returns zeros from it.
func (m *Machine) enter(ctx *context, in *Instr) {
	if !m.mayCall(ctx, ctx.r, &m.l.funcs[in.A]) {
		m.zeros(ctx, in.B)
	}
}

// zeros returns n zeros from the running function.
func (m *Machine) zeros(ctx *context, n int32) {
	for i := range n {
		*u(ctx.r, i) = 0
	}
	code := unsafe.Pointer(unsafe.SliceData(m.l.code))
	ctx.ip = unsafe.Add(code, uintptr(*(*uint32)(ctx.rets))*instrSize)
	ctx.rets = unsafe.Add(ctx.rets, -4)
	call := (*Instr)(unsafe.Add(ctx.ip, -int(instrSize)))
	ctx.r = unsafe.Add(ctx.r, -8*int(call.A))
	ctx.s = unsafe.Add(ctx.s, -8*int(call.C))
}
