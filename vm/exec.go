// The interpreter loop.

package vm

import (
	"math"
	"unsafe"

	"mmm/state"
)

// The loop addresses registers, constants, state and instructions through raw
// pointers, without bounds checks: three checks an instruction cost about a
// quarter of its time. What makes it sound: Verify has shown that every operand
// lies inside its frame, pool, block or function, that pc leaves a function only
// through a return, and link has sized the stack for the deepest chain of calls.
// Pointers into Go memory are always made by unsafe.Add from a pointer to the
// same array and never point behind it.

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

// exec runs the function whose first instruction is entry on the state block at
// word block, until it returns. Arguments and results are the first words of the
// stack.
func (m *Machine) exec(entry, block int) {
	var (
		code = unsafe.Pointer(unsafe.SliceData(m.l.code))
		k    = unsafe.Pointer(unsafe.SliceData(m.l.consts))
		mem  = unsafe.Pointer(unsafe.SliceData(m.words))
		r    = unsafe.Pointer(unsafe.SliceData(m.stack)) // registers of the running function
		rets = unsafe.Pointer(&m.returns[1])             // the innermost return; [0] takes the pointer after the last
		s    = mem                                       // state block of the running function
		ip   = unsafe.Add(code, uintptr(entry)*instrSize)
	)
	if block < len(m.words) {
		s = unsafe.Add(mem, block*8)
	}
	*(*uint32)(rets) = uint32(m.l.halt)
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
			*x(r, in.A) = fmod(*x(r, in.B), *x(r, in.C))
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
			*u(r, in.A) = truth(*x(r, in.B) > 0 && *x(r, in.C) > 0)
		case OrF:
			*u(r, in.A) = truth(*x(r, in.B) > 0 || *x(r, in.C) > 0)
		case CopySignF:
			*u(r, in.A) = *u(r, in.B)&^signBit | *u(r, in.C)&signBit

		case AddFK:
			*x(r, in.A) = *x(r, in.B) + *x(k, in.C)
		case MulFK:
			*x(r, in.A) = float64(*x(r, in.B) * *x(k, in.C))
		case DivFK:
			*x(r, in.A) = *x(r, in.B) / *x(k, in.C)
		case ModFK:
			*x(r, in.A) = fmod(*x(r, in.B), *x(k, in.C))
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

		case NegF:
			*u(r, in.A) = *u(r, in.B) ^ signBit
		case AbsF:
			*u(r, in.A) = *u(r, in.B) &^ signBit
		case SqrtF:
			*x(r, in.A) = math.Sqrt(*x(r, in.B))
		case FloorF:
			*x(r, in.A) = math.Floor(*x(r, in.B))
		case CeilF:
			*x(r, in.A) = math.Ceil(*x(r, in.B))
		case TruncF:
			*x(r, in.A) = math.Trunc(*x(r, in.B))
		case NearestF:
			*x(r, in.A) = math.RoundToEven(*x(r, in.B))
		case RoundF:
			*x(r, in.A) = math.Round(*x(r, in.B))
		case NotF:
			*u(r, in.A) = truth(*x(r, in.B) == 0)

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
			if *x(r, in.B) > 0 {
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
			ring := unsafe.Pointer(u(s, ext.A))
			*u(r, in.A) = delay(ring, uint64(ext.B), *u(r, in.B), *x(r, in.C))
		case GetGlobal, GetParam, GetNote:
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
		case Print:
			m.print(*x(r, in.A), in.B != 0)

		case Jmp:
			ip = jump(in, in.A)
		case JmpUnless:
			if !(*x(r, in.A) > 0) {
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
			if m.enter(in.A) {
				break
			}
			clear(unsafe.Slice((*uint64)(r), int(in.B)))
			ip = unsafe.Add(code, uintptr(*(*uint32)(rets))*instrSize)
			rets = unsafe.Add(rets, -4)
			call := (*Instr)(unsafe.Add(ip, -int(instrSize)))
			r = unsafe.Add(r, -8*int(call.A))
			s = unsafe.Add(s, -8*int(call.C))
		case Leave:
			*n(mem, state.DepthWord)--

		case Halt:
			return
		}
	}
}
