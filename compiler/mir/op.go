// The one table of MIR operations: a row says what an operation takes, gives
// and means. The printer, the verifier and the documentation read it.

package mir

// Op is an operation.
type Op uint8

// The operations. "num" is a float64, "int" an int64, both in one word. A
// condition is a num and holds when it is > 0.
const (
	Const Op = iota

	AddF
	SubF
	MulF
	DivF
	ModF
	MinF
	MaxF
	EqF
	NeF
	LtF
	LeF
	GtF
	GeF
	AndF
	OrF
	CopySignF

	NegF
	AbsF
	SqrtF
	FloorF
	CeilF
	TruncF
	NearestF
	RoundF
	NotF

	AddI
	SubI
	MulI
	AndI
	OrI
	XorI
	ShlI
	ShrI
	SarI
	EqI
	LtI
	FtoI
	ItoF
	BitsF
	FBits

	FmaF
	Select
	GetVar
	SetVar
	GetGlobal
	SetGlobal
	GetState
	SetState
	Mem
	Delay
	GetParam
	GetCue
	Now
	SampleRate
	ReadSound
	Probe
	Print
	Call
	If
	Switch

	Pair
	Lane
	InLanes

	NewArray
	ArrayLen
	ArrayGet
	Append
	Prepend
	SplitHead
	SplitTail
	NewBox
	BoxLoad
	NewCell
	CellGet
	CellSet
	FuncValue
	MakeClosure
	GetCapture
	SelfClosure
	CallClosure
	Retain
	Release
	Schedule
	CallHost

	NumOps
)

// Row describes one operation.
type Row struct {
	Name string
	In   int  // number of arguments, -1 if it varies
	Out  int  // number of results, -1 if it varies
	Pure bool // no effect; within one turn the same arguments give the same result
	Doc  string
}

// Ops is the table, indexed by Op.
var Ops = [NumOps]Row{
	Const: {"const", 0, 1, true, "the word Imm: an int if Aux is 1, else the bits of a num"},

	AddF:      {"addf", 2, 1, true, "a + b"},
	SubF:      {"subf", 2, 1, true, "a - b"},
	MulF:      {"mulf", 2, 1, true, "a * b, never fused with an addition"},
	DivF:      {"divf", 2, 1, true, "a / b"},
	ModF:      {"modf", 2, 1, true, "C fmod: exact, sign of a; x % 0 is NaN"},
	MinF:      {"minf", 2, 1, true, "smaller; a NaN operand is ignored; equal operands give the first"},
	MaxF:      {"maxf", 2, 1, true, "larger; a NaN operand is ignored; equal operands give the first"},
	EqF:       {"eqf", 2, 1, true, "1.0 if a == b else 0.0"},
	NeF:       {"nef", 2, 1, true, "1.0 if a != b else 0.0"},
	LtF:       {"ltf", 2, 1, true, "1.0 if a < b else 0.0"},
	LeF:       {"lef", 2, 1, true, "1.0 if a <= b else 0.0"},
	GtF:       {"gtf", 2, 1, true, "1.0 if a > b else 0.0"},
	GeF:       {"gef", 2, 1, true, "1.0 if a >= b else 0.0"},
	AndF:      {"andf", 2, 1, true, "1.0 if a > 0 and b > 0 else 0.0"},
	OrF:       {"orf", 2, 1, true, "1.0 if a > 0 or b > 0 else 0.0"},
	CopySignF: {"copysignf", 2, 1, true, "magnitude of a, sign of b"},

	NegF:     {"negf", 1, 1, true, "flips the sign bit"},
	AbsF:     {"absf", 1, 1, true, "clears the sign bit"},
	SqrtF:    {"sqrtf", 1, 1, true, "square root"},
	FloorF:   {"floorf", 1, 1, true, "largest integer not above a"},
	CeilF:    {"ceilf", 1, 1, true, "smallest integer not below a"},
	TruncF:   {"truncf", 1, 1, true, "integer part, toward zero"},
	NearestF: {"nearestf", 1, 1, true, "nearest integer, halves to even"},
	RoundF:   {"roundf", 1, 1, true, "nearest integer, halves away from zero, sign kept"},
	NotF:     {"notf", 1, 1, true, "1.0 if a == 0 else 0.0"},

	AddI:  {"addi", 2, 1, true, "int a + b, wrapping"},
	SubI:  {"subi", 2, 1, true, "int a - b, wrapping"},
	MulI:  {"muli", 2, 1, true, "int a * b, wrapping"},
	AndI:  {"andi", 2, 1, true, "bitwise and"},
	OrI:   {"ori", 2, 1, true, "bitwise or"},
	XorI:  {"xori", 2, 1, true, "bitwise exclusive or"},
	ShlI:  {"shli", 2, 1, true, "a shifted left by b mod 64"},
	ShrI:  {"shri", 2, 1, true, "a shifted right by b mod 64, zeros in"},
	SarI:  {"sari", 2, 1, true, "a shifted right by b mod 64, sign in"},
	EqI:   {"eqi", 2, 1, true, "num 1.0 if int a == b else 0.0"},
	LtI:   {"lti", 2, 1, true, "num 1.0 if signed int a < b else 0.0"},
	FtoI:  {"ftoi", 1, 1, true, "int of num: toward zero, saturating, NaN gives 0"},
	ItoF:  {"itof", 1, 1, true, "num of signed int, nearest"},
	BitsF: {"bitsf", 1, 1, true, "int with the bits of num a"},
	FBits: {"fbits", 1, 1, true, "num with the bits of int a; Aux 1 says that it is NaN or from -1 to 1"},

	FmaF:       {"fmaf", 3, 1, true, "a * b + c, rounded once; package mathfn makes it, arithmetic of a patch never"},
	Select:     {"select", 3, 1, true, "b if condition a holds, else c; both are already evaluated"},
	GetVar:     {"getvar", 0, 1, false, "mutable local Imm"},
	SetVar:     {"setvar", 1, 0, false, "mutable local Imm becomes a"},
	GetGlobal:  {"getglobal", 0, 1, false, "global word Imm"},
	SetGlobal:  {"setglobal", 1, 0, false, "global word Imm becomes a"},
	GetState:   {"getstate", 0, 1, false, "state word at offset Imm"},
	SetState:   {"setstate", 1, 0, false, "state word at offset Imm becomes a"},
	Mem:        {"mem", 1, 1, false, "state word at offset Imm; then it becomes a"},
	Delay:      {"delay", 2, 1, false, "ring at offset Imm of Aux samples: reads a's history at time b, then stores a (spec vm.md 9.4)"},
	GetParam:   {"getparam", 0, 1, true, "plain value of parameter Imm"},
	GetCue:     {"getcue", 0, 1, true, "cue Imm: what the host says of notes, controllers and transport"},
	Now:        {"now", 0, 1, true, "index of the current sample"},
	SampleRate: {"samplerate", 0, 1, true, "sample rate in Hz"},
	ReadSound:  {"readsound", 2, 1, true, "channel a of sound Imm at frame b, interpolated as Aux says (state.Interpolation)"},
	Probe:      {"probe", 1, 0, false, "pushes a to probe Imm"},
	Print:      {"print", 1, 0, false, "writes a to the log; Aux 1 adds a line break"},
	Call:       {"call", -1, -1, false, "calls Callee with its state block at offset Imm"},
	If:         {"if", 1, -1, false, "runs Blocks[0] if condition a holds, else Blocks[1]; results are what it yields"},
	Switch:     {"switch", 1, -1, false, "int a selects Blocks[a], or the last block when a is not in 0..len-2; results are what it yields"},

	Pair:    {"pair", 2, 1, true, "the pair of words a, b"},
	Lane:    {"lane", 1, 1, true, "word Imm (0 or 1) of pair a; Aux 1: an int"},
	InLanes: {"inlanes", 1, 1, true, "1.0 if condition a, a pair, holds in both lanes (Imm 1) or in none (Imm 0), else 0.0"},
}

// The rows of the heap. Handles are the words of spec vm.md 1.1. Shape is an
// index into Program.Shapes and says where in a run of words handles lie; shape
// 0 has none. Objects are counted when a root or another object holds them
// (Retain, Release, and the object operations for what they hold); an object
// that nothing holds lives until the end of the turn.
func init() {
	for op, row := range map[Op]Row{
		NewArray:  {"newarray", -1, 1, false, "array of len(Args)/Imm elements of Imm words (Imm 0: Aux>>32 elements), element shape Aux&0xffffffff"},
		ArrayLen:  {"arraylen", 1, 1, false, "number of elements, a num; 0 for handle 0"},
		ArrayGet:  {"arrayget", 2, -1, false, "Imm words of the element of array a at num b: not finite is 0, else truncated and clamped; zeros when empty"},
		Append:    {"append", -1, 1, false, "new array: array a, then the Imm words that follow as last element; element shape Aux"},
		Prepend:   {"prepend", -1, 1, false, "new array: the first Imm words as first element, then the array in the last argument; element shape Aux"},
		SplitHead: {"splithead", 1, -1, false, "Imm words of the first element, then a new array of the rest; zeros and 0 when empty"},
		SplitTail: {"splittail", 1, -1, false, "a new array without the last element, then the Imm words of that; 0 and zeros when empty"},

		NewBox:  {"newbox", -1, 1, false, "box that holds the arguments; shape Aux"},
		BoxLoad: {"boxload", 1, -1, false, "the first Imm words of box a"},

		NewCell: {"newcell", -1, 1, false, "mutable box of a captured variable, holding the arguments; shape Aux"},
		CellGet: {"cellget", 1, 1, false, "word Imm of cell a"},
		CellSet: {"cellset", 2, 0, false, "word Imm of cell a becomes b; counting is done by Retain and Release beside it"},

		FuncValue:   {"funcvalue", 0, 1, true, "function value of Callee, which captures nothing and has no state"},
		MakeClosure: {"makeclosure", -1, 1, false, "closure of Callee that holds the arguments (shape Aux); Imm is the offset of the Site node that owns its state block, -1 when Callee has no state"},
		GetCapture:  {"getcapture", 0, 1, true, "word Imm that the running closure holds"},
		SelfClosure: {"selfclosure", 0, 1, true, "the running closure"},
		CallClosure: {"callclosure", -1, -1, false, "calls the function value a with the arguments that follow, in its own state block"},

		Retain:   {"retain", -1, 0, false, "a root now holds the arguments, words of shape Aux"},
		Release:  {"release", -1, 0, false, "a root no longer holds the arguments, words of shape Aux"},
		Schedule: {"schedule", 2, 0, false, "function value b runs at the start of sample a: truncated, NaN and negatives 0; a time not in the future means the next sample"},
		CallHost: {"callhost", -1, -1, false, "calls host function Program.Hosts[Imm]; macro stage only"},
	} {
		Ops[op] = row
	}
}

// String returns the operation's name.
func (op Op) String() string { return Ops[op].Name }

// GivesInt reports whether the result of op is an int whatever its arguments
// are. Const, Select, variables and calls have the kind of what they name.
func (op Op) GivesInt() bool {
	switch op {
	case AddI, SubI, MulI, AndI, OrI, XorI, ShlI, ShrI, SarI, FtoI, BitsF:
		return true
	}
	return false
}

// GivesTruth reports whether the result of op is the number 1.0 or 0.0.
func (op Op) GivesTruth() bool {
	switch op {
	case EqF, NeF, LtF, LeF, GtF, GeF, AndF, OrF, NotF, EqI, LtI, InLanes:
		return true
	}
	return false
}
