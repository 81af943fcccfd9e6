// Runs of arithmetic that begin with a fused operation.

package vm

import (
	"math"
	"unsafe"
)

// fusedRun executes the instruction at ip and those that follow, up to the first
// that it does not know, and returns that one's place: the elementary functions
// are such runs. It is apart from the main loop because math.FMA is a call on a
// machine without that instruction, and a loop with a call in it saves what it
// holds at every instruction.
func fusedRun(ip, r, k unsafe.Pointer) unsafe.Pointer {
	for {
		in := (*Instr)(ip)
		ext := (*Instr)(unsafe.Add(ip, instrSize)) // a function ends with a return: there is one
		switch in.Op {
		case Fma:
			*x(r, in.A) = math.FMA(*x(r, in.B), *x(r, in.C), *x(r, ext.A))
			ip = unsafe.Add(ip, 2*instrSize)
			continue
		case FmaK:
			*x(r, in.A) = math.FMA(*x(r, in.B), *x(r, in.C), *x(k, ext.A))
			ip = unsafe.Add(ip, 2*instrSize)
			continue
		case FmKA:
			*x(r, in.A) = math.FMA(*x(r, in.B), *x(k, in.C), *x(r, ext.A))
			ip = unsafe.Add(ip, 2*instrSize)
			continue
		case FmKAK:
			*x(r, in.A) = math.FMA(*x(r, in.B), *x(k, in.C), *x(k, ext.A))
			ip = unsafe.Add(ip, 2*instrSize)
			continue
		case AddF:
			*x(r, in.A) = *x(r, in.B) + *x(r, in.C)
		case SubF:
			*x(r, in.A) = *x(r, in.B) - *x(r, in.C)
		case MulF:
			*x(r, in.A) = float64(*x(r, in.B) * *x(r, in.C))
		case DivF:
			*x(r, in.A) = *x(r, in.B) / *x(r, in.C)
		case AddFK:
			*x(r, in.A) = *x(r, in.B) + *x(k, in.C)
		case MulFK:
			*x(r, in.A) = float64(*x(r, in.B) * *x(k, in.C))
		case SubKF:
			*x(r, in.A) = *x(k, in.B) - *x(r, in.C)
		case DivKF:
			*x(r, in.A) = *x(k, in.B) / *x(r, in.C)
		case NegF:
			*u(r, in.A) = *u(r, in.B) ^ signBit
		case AbsF:
			*u(r, in.A) = *u(r, in.B) &^ signBit
		case AddI:
			*n(r, in.A) = *n(r, in.B) + *n(r, in.C)
		case SubI:
			*n(r, in.A) = *n(r, in.B) - *n(r, in.C)
		case AndI:
			*u(r, in.A) = *u(r, in.B) & *u(r, in.C)
		case OrI:
			*u(r, in.A) = *u(r, in.B) | *u(r, in.C)
		case XorI:
			*u(r, in.A) = *u(r, in.B) ^ *u(r, in.C)
		case AddIK:
			*n(r, in.A) = *n(r, in.B) + *n(k, in.C)
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
		default:
			return ip
		}
		ip = unsafe.Add(ip, instrSize)
	}
}
