// The one opcode table. A row says how an instruction is written, what its
// operands are and what it does; the names, the listing, the verifier's operand
// checks and docs/opcodes.md are all made from it.

package vm

// Op is an opcode.
type Op uint8

// The opcodes. K in a name marks a constant operand at its place: MulFK takes a
// register and a constant, SubKF a constant and a register.
const (
	Move Op = iota
	LoadK

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
	AndF
	OrF
	CopySignF

	AddFK
	MulFK
	DivFK
	ModFK
	MinFK
	MaxFK
	EqFK
	NeFK
	LtFK
	LeFK
	GtFK
	GeFK
	SubKF
	DivKF

	MulAdd
	MulAddK
	MulKAdd
	MulKAddK
	MulSub
	SubMul

	Fma
	FmaK
	FmKA
	FmKAK

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

	AddIK
	MulIK
	AndIK
	OrIK
	XorIK
	ShlIK
	ShrIK
	SarIK
	EqIK
	LtIK

	FtoI
	ItoF

	Select

	GetState
	SetState
	Mem
	Delay
	GetGlobal
	SetGlobal
	GetParam
	GetCue
	Now
	SampleRate
	Probe
	PrintF

	Jmp
	JmpUnless
	UnlessEqF
	UnlessNeF
	UnlessLtF
	UnlessLeF
	UnlessEqFK
	UnlessNeFK
	UnlessLtFK
	UnlessLeFK
	UnlessGtFK
	UnlessGeFK
	UnlessEqI
	UnlessLtI
	UnlessEqIK
	UnlessLtIK
	JmpTable

	Call
	Ret
	Ret1
	Enter
	Leave
	Charge

	AllocArray
	ArrayLen
	GetArrayElem
	ArrayAppend
	ArrayPrepend
	SplitHead
	SplitTail
	BoxAlloc
	BoxLoad
	CellGet
	CellSet
	FuncValue
	MakeHeapClosure
	GetUpValue
	SelfClosure
	CallIndirect
	EndIndirect
	CloneHeap
	ReleaseHeap
	CloneUserSum
	ReleaseUserSum
	Schedule
	CallExtFun
	ReadSound

	Ext
	Halt

	NumOps
)

// Kind is what an operand names; it decides the operand's range and how the
// listing shows it.
type Kind uint8

// The operand kinds.
const (
	None    Kind = iota // unused, must be 0
	Dst                 // register that is written
	Src                 // register that is read
	Const               // index into the function's constants
	Off                 // distance to the target from this instruction, forward
	Table               // index into the function's jump tables
	Fn                  // index into Program.Funcs
	Window              // first register of a call's window
	State               // offset of a state word in the function's block
	Block               // offset of a callee's state block in the function's block
	Ring                // offset of a delay ring; its length is the Samples operand
	Samples             // samples in a delay ring
	Global              // index of a global word
	Param               // index of a parameter
	Cue                 // index of a cue
	Chan                // index of a probe
	Flag                // 0 or 1
	Words               // number of result words, from register 0
	Count               // number of words or elements
	ShapeOf             // index into Program.Shapes
	Word                // index of a word in an object
	HostFn              // index into Program.Hosts
	SoundOf             // index into Program.Sounds
	SiteOf              // 1 + offset of a site's state word, 0 for none
	numKinds
)

// kindNames are the operand kinds as docs/opcodes.md shows them.
var kindNames = [numKinds]string{
	None: "", Dst: "dst", Src: "src", Const: "const", Off: "off", Table: "table", Fn: "fn", Window: "window",
	State: "state", Block: "block", Ring: "ring", Samples: "samples", Global: "global", Param: "param", Cue: "cue",
	Chan: "probe", Flag: "flag", Words: "words", Count: "count", ShapeOf: "shape", Word: "word", HostFn: "host", SoundOf: "sound", SiteOf: "site",
}

// String returns the kind's name in docs/opcodes.md.
func (k Kind) String() string { return kindNames[k] }

// Row describes one opcode.
type Row struct {
	Name     string
	Operands [3]Kind // of A, B and C
	Ext      [3]Kind // of the Ext instruction that follows; all None when there is none
	In, Out  int     // register words read and written, -1 if the operands say
	Doc      string
}

var (
	rrr  = [3]Kind{Dst, Src, Src}
	rrk  = [3]Kind{Dst, Src, Const}
	rkr  = [3]Kind{Dst, Const, Src}
	rr   = [3]Kind{Dst, Src}
	jrr  = [3]Kind{Src, Src, Off}
	jrk  = [3]Kind{Src, Const, Off}
	nil3 [3]Kind
)

// Ops is the table, indexed by Op. In the docs, A, B and C are operands, r[x]
// is register x, k[x] constant x, s[x] the state word at offset x.
var Ops = [NumOps]Row{
	Move:  {"mov", rr, nil3, 1, 1, "r[A] = r[B]"},
	LoadK: {"movk", [3]Kind{Dst, Const}, nil3, 0, 1, "r[A] = k[B]"},

	AddF:      {"addf", rrr, nil3, 2, 1, "r[A] = r[B] + r[C]"},
	SubF:      {"subf", rrr, nil3, 2, 1, "r[A] = r[B] - r[C]"},
	MulF:      {"mulf", rrr, nil3, 2, 1, "r[A] = r[B] * r[C], rounded before any further use"},
	DivF:      {"divf", rrr, nil3, 2, 1, "r[A] = r[B] / r[C]"},
	ModF:      {"modf", rrr, nil3, 2, 1, "r[A] = C fmod(r[B], r[C]): exact, sign of r[B], NaN for r[C] = 0"},
	MinF:      {"minf", rrr, nil3, 2, 1, "r[A] = the smaller; a NaN is ignored; r[B] when equal"},
	MaxF:      {"maxf", rrr, nil3, 2, 1, "r[A] = the larger; a NaN is ignored; r[B] when equal"},
	EqF:       {"eqf", rrr, nil3, 2, 1, "r[A] = 1.0 if r[B] == r[C] else 0.0"},
	NeF:       {"nef", rrr, nil3, 2, 1, "r[A] = 1.0 if r[B] != r[C] else 0.0"},
	LtF:       {"ltf", rrr, nil3, 2, 1, "r[A] = 1.0 if r[B] < r[C] else 0.0"},
	LeF:       {"lef", rrr, nil3, 2, 1, "r[A] = 1.0 if r[B] <= r[C] else 0.0"},
	AndF:      {"andf", rrr, nil3, 2, 1, "r[A] = 1.0 if r[B] > 0 and r[C] > 0 else 0.0"},
	OrF:       {"orf", rrr, nil3, 2, 1, "r[A] = 1.0 if r[B] > 0 or r[C] > 0 else 0.0"},
	CopySignF: {"copysignf", rrr, nil3, 2, 1, "r[A] = magnitude of r[B] with the sign of r[C]"},

	AddFK: {"addfk", rrk, nil3, 1, 1, "r[A] = r[B] + k[C]"},
	MulFK: {"mulfk", rrk, nil3, 1, 1, "r[A] = r[B] * k[C], rounded before any further use"},
	DivFK: {"divfk", rrk, nil3, 1, 1, "r[A] = r[B] / k[C]"},
	ModFK: {"modfk", rrk, nil3, 1, 1, "r[A] = C fmod(r[B], k[C])"},
	MinFK: {"minfk", rrk, nil3, 1, 1, "r[A] = the smaller, as minf"},
	MaxFK: {"maxfk", rrk, nil3, 1, 1, "r[A] = the larger, as maxf"},
	EqFK:  {"eqfk", rrk, nil3, 1, 1, "r[A] = 1.0 if r[B] == k[C] else 0.0"},
	NeFK:  {"nefk", rrk, nil3, 1, 1, "r[A] = 1.0 if r[B] != k[C] else 0.0"},
	LtFK:  {"ltfk", rrk, nil3, 1, 1, "r[A] = 1.0 if r[B] < k[C] else 0.0"},
	LeFK:  {"lefk", rrk, nil3, 1, 1, "r[A] = 1.0 if r[B] <= k[C] else 0.0"},
	GtFK:  {"gtfk", rrk, nil3, 1, 1, "r[A] = 1.0 if r[B] > k[C] else 0.0"},
	GeFK:  {"gefk", rrk, nil3, 1, 1, "r[A] = 1.0 if r[B] >= k[C] else 0.0"},
	SubKF: {"subkf", rkr, nil3, 1, 1, "r[A] = k[B] - r[C]"},
	DivKF: {"divkf", rkr, nil3, 1, 1, "r[A] = k[B] / r[C]"},

	MulAdd:   {"muladd", rrr, [3]Kind{Src}, 3, 1, "t = r[B] * r[C], rounded; r[A] = t + the register of the ext"},
	MulAddK:  {"muladdk", rrr, [3]Kind{Const}, 2, 1, "t = r[B] * r[C], rounded; r[A] = t + the constant of the ext"},
	MulKAdd:  {"mulkadd", rrk, [3]Kind{Src}, 2, 1, "t = r[B] * k[C], rounded; r[A] = t + the register of the ext"},
	MulKAddK: {"mulkaddk", rrk, [3]Kind{Const}, 1, 1, "t = r[B] * k[C], rounded; r[A] = t + the constant of the ext"},
	MulSub:   {"mulsub", rrr, [3]Kind{Src}, 3, 1, "t = r[B] * r[C], rounded; r[A] = t - the register of the ext"},
	SubMul:   {"submul", rrr, [3]Kind{Src}, 3, 1, "t = r[B] * r[C], rounded; r[A] = the register of the ext - t"},

	Fma:   {"fma", rrr, [3]Kind{Src}, 3, 1, "r[A] = r[B] * r[C] + the register of the ext, rounded once"},
	FmaK:  {"fmak", rrr, [3]Kind{Const}, 2, 1, "r[A] = r[B] * r[C] + the constant of the ext, rounded once"},
	FmKA:  {"fmka", rrk, [3]Kind{Src}, 2, 1, "r[A] = r[B] * k[C] + the register of the ext, rounded once"},
	FmKAK: {"fmkak", rrk, [3]Kind{Const}, 1, 1, "r[A] = r[B] * k[C] + the constant of the ext, rounded once"},

	NegF:     {"negf", rr, nil3, 1, 1, "r[A] = r[B] with the sign bit flipped"},
	AbsF:     {"absf", rr, nil3, 1, 1, "r[A] = r[B] with the sign bit cleared"},
	SqrtF:    {"sqrtf", rr, nil3, 1, 1, "r[A] = square root of r[B]"},
	FloorF:   {"floorf", rr, nil3, 1, 1, "r[A] = largest integer not above r[B]"},
	CeilF:    {"ceilf", rr, nil3, 1, 1, "r[A] = smallest integer not below r[B]"},
	TruncF:   {"truncf", rr, nil3, 1, 1, "r[A] = integer part of r[B]"},
	NearestF: {"nearestf", rr, nil3, 1, 1, "r[A] = nearest integer, halves to even"},
	RoundF:   {"roundf", rr, nil3, 1, 1, "r[A] = nearest integer, halves away from zero"},
	NotF:     {"notf", rr, nil3, 1, 1, "r[A] = 1.0 if r[B] == 0 else 0.0"},

	AddI: {"addi", rrr, nil3, 2, 1, "int r[A] = r[B] + r[C], wrapping"},
	SubI: {"subi", rrr, nil3, 2, 1, "int r[A] = r[B] - r[C], wrapping"},
	MulI: {"muli", rrr, nil3, 2, 1, "int r[A] = r[B] * r[C], wrapping"},
	AndI: {"andi", rrr, nil3, 2, 1, "r[A] = r[B] and r[C], bitwise"},
	OrI:  {"ori", rrr, nil3, 2, 1, "r[A] = r[B] or r[C], bitwise"},
	XorI: {"xori", rrr, nil3, 2, 1, "r[A] = r[B] exclusive or r[C], bitwise"},
	ShlI: {"shli", rrr, nil3, 2, 1, "r[A] = r[B] shifted left by r[C] mod 64"},
	ShrI: {"shri", rrr, nil3, 2, 1, "r[A] = r[B] shifted right by r[C] mod 64, zeros in"},
	SarI: {"sari", rrr, nil3, 2, 1, "r[A] = r[B] shifted right by r[C] mod 64, sign in"},
	EqI:  {"eqi", rrr, nil3, 2, 1, "r[A] = 1.0 if int r[B] == r[C] else 0.0"},
	LtI:  {"lti", rrr, nil3, 2, 1, "r[A] = 1.0 if int r[B] < r[C] else 0.0"},

	AddIK: {"addik", rrk, nil3, 1, 1, "int r[A] = r[B] + k[C], wrapping"},
	MulIK: {"mulik", rrk, nil3, 1, 1, "int r[A] = r[B] * k[C], wrapping"},
	AndIK: {"andik", rrk, nil3, 1, 1, "r[A] = r[B] and k[C], bitwise"},
	OrIK:  {"orik", rrk, nil3, 1, 1, "r[A] = r[B] or k[C], bitwise"},
	XorIK: {"xorik", rrk, nil3, 1, 1, "r[A] = r[B] exclusive or k[C], bitwise"},
	ShlIK: {"shlik", rrk, nil3, 1, 1, "r[A] = r[B] shifted left by k[C] mod 64"},
	ShrIK: {"shrik", rrk, nil3, 1, 1, "r[A] = r[B] shifted right by k[C] mod 64, zeros in"},
	SarIK: {"sarik", rrk, nil3, 1, 1, "r[A] = r[B] shifted right by k[C] mod 64, sign in"},
	EqIK:  {"eqik", rrk, nil3, 1, 1, "r[A] = 1.0 if int r[B] == k[C] else 0.0"},
	LtIK:  {"ltik", rrk, nil3, 1, 1, "r[A] = 1.0 if int r[B] < k[C] else 0.0"},

	FtoI: {"ftoi", rr, nil3, 1, 1, "r[A] = int of r[B]: toward zero, saturating, NaN gives 0"},
	ItoF: {"itof", rr, nil3, 1, 1, "r[A] = nearest float of int r[B]"},

	Select: {"select", rrr, [3]Kind{Src}, 3, 1, "r[A] = r[C] if r[B] > 0 else the register of the ext"},

	GetState:   {"getstate", [3]Kind{Dst, State}, nil3, 0, 1, "r[A] = s[B]"},
	SetState:   {"setstate", [3]Kind{State, Src}, nil3, 1, 0, "s[A] = r[B]"},
	Mem:        {"mem", [3]Kind{Dst, Src, State}, nil3, 1, 1, "x = r[B]; r[A] = s[C]; s[C] = x"},
	Delay:      {"delay", rrr, [3]Kind{Ring, Samples}, 2, 1, "r[A] = sample r[C] steps ago in the ring of the ext; then r[B] goes in"},
	GetGlobal:  {"getglobal", [3]Kind{Dst, Global}, nil3, 0, 1, "r[A] = global word B"},
	SetGlobal:  {"setglobal", [3]Kind{Global, Src}, nil3, 1, 0, "global word A = r[B]"},
	GetParam:   {"getparam", [3]Kind{Dst, Param}, nil3, 0, 1, "r[A] = value of parameter B"},
	GetCue:     {"getcue", [3]Kind{Dst, Cue}, nil3, 0, 1, "r[A] = cue B"},
	Now:        {"now", [3]Kind{Dst}, nil3, 0, 1, "r[A] = index of the current sample"},
	SampleRate: {"samplerate", [3]Kind{Dst}, nil3, 0, 1, "r[A] = sample rate in Hz"},
	Probe:      {"probe", [3]Kind{Chan, Src}, nil3, 1, 0, "pushes r[B] to probe A"},
	PrintF:     {"printf", [3]Kind{Src, Flag}, nil3, 1, 0, "gives r[A] to the log; B = 1 adds a line break"},

	Jmp:        {"jmp", [3]Kind{Off}, nil3, 0, 0, "pc += A"},
	JmpUnless:  {"unless", [3]Kind{Src, Off}, nil3, 1, 0, "pc += B unless r[A] > 0"},
	UnlessEqF:  {"unlesseqf", jrr, nil3, 2, 0, "pc += C unless r[A] == r[B]"},
	UnlessNeF:  {"unlessnef", jrr, nil3, 2, 0, "pc += C unless r[A] != r[B]"},
	UnlessLtF:  {"unlessltf", jrr, nil3, 2, 0, "pc += C unless r[A] < r[B]"},
	UnlessLeF:  {"unlesslef", jrr, nil3, 2, 0, "pc += C unless r[A] <= r[B]"},
	UnlessEqFK: {"unlesseqfk", jrk, nil3, 1, 0, "pc += C unless r[A] == k[B]"},
	UnlessNeFK: {"unlessnefk", jrk, nil3, 1, 0, "pc += C unless r[A] != k[B]"},
	UnlessLtFK: {"unlessltfk", jrk, nil3, 1, 0, "pc += C unless r[A] < k[B]"},
	UnlessLeFK: {"unlesslefk", jrk, nil3, 1, 0, "pc += C unless r[A] <= k[B]"},
	UnlessGtFK: {"unlessgtfk", jrk, nil3, 1, 0, "pc += C unless r[A] > k[B]"},
	UnlessGeFK: {"unlessgefk", jrk, nil3, 1, 0, "pc += C unless r[A] >= k[B]"},
	UnlessEqI:  {"unlesseqi", jrr, nil3, 2, 0, "pc += C unless int r[A] == r[B]"},
	UnlessLtI:  {"unlesslti", jrr, nil3, 2, 0, "pc += C unless int r[A] < r[B]"},
	UnlessEqIK: {"unlesseqik", jrk, nil3, 1, 0, "pc += C unless int r[A] == k[B]"},
	UnlessLtIK: {"unlessltik", jrk, nil3, 1, 0, "pc += C unless int r[A] < k[B]"},
	JmpTable:   {"jmptable", [3]Kind{Src, Table}, nil3, 1, 0, "pc += entry int r[A] - min of table B, or its last entry when there is none"},

	Call:  {"call", [3]Kind{Window, Fn, Block}, nil3, -1, -1, "calls function B: arguments and results from r[A] on, its state block at offset C"},
	Ret:   {"ret", [3]Kind{Words}, nil3, -1, 0, "returns the A words r[0], r[1], ..."},
	Ret1:  {"ret1", [3]Kind{Src}, nil3, 1, 0, "returns the word r[A]"},
	Enter: {"enter", [3]Kind{Fn, Words}, nil3, 0, 0, "first in a recursive function: returns B zeros after a fault or at the depth limit, else depth + 1; A is this function"},
	Leave: {"leave", nil3, nil3, 0, 0, "before each return of a recursive function: depth - 1"},

	Charge: {"charge", [3]Kind{Fn, Words}, nil3, 0, 0, "first in a function that may take many instructions: returns B zeros after a fault or when the turn's budget is spent; A is this function"},

	AllocArray:   {"array", [3]Kind{Window, Count, Count}, [3]Kind{ShapeOf}, -1, -1, "r[A] = array of B elements of C words each, from r[A] on, shape of an element in the ext; 0 for none"},
	ArrayLen:     {"arraylen", rr, nil3, 1, 1, "r[A] = number of elements of array r[B]"},
	GetArrayElem: {"getarray", [3]Kind{Window, Src, Src}, [3]Kind{Count}, -1, -1, "the words of an element of array r[B] go to r[A] and on, as many as the ext says: that at r[C], truncated and clamped, the first if not finite; zeros if it has none"},
	ArrayAppend:  {"append", [3]Kind{Window, Count, ShapeOf}, nil3, -1, -1, "r[A] = array r[A] and behind it the element of B words from r[A+1] on"},
	ArrayPrepend: {"prepend", [3]Kind{Window, Count, ShapeOf}, nil3, -1, -1, "r[A] = the element of B words from r[A] on and behind it array r[A+B]"},
	SplitHead:    {"splithead", [3]Kind{Window, Count}, nil3, -1, -1, "array r[A]: its first element, B words, goes to r[A] and on, an array of the others to r[A+B]; all 0 if it is empty"},
	SplitTail:    {"splittail", [3]Kind{Window, Count}, nil3, -1, -1, "array r[A]: an array without its last element goes to r[A], that element, B words, to r[A+1] and on; all 0 if it is empty"},
	BoxAlloc:     {"boxalloc", [3]Kind{Window, Count, ShapeOf}, nil3, -1, -1, "r[A] = box or cell that holds the B words from r[A] on, of shape C"},
	BoxLoad:      {"boxload", [3]Kind{Window, Src, Count}, nil3, -1, -1, "the first C words of box r[B] go to r[A] and on"},
	CellGet:      {"cellget", [3]Kind{Dst, Src, Word}, nil3, 1, 1, "r[A] = word C of cell r[B]"},
	CellSet:      {"cellset", [3]Kind{Src, Word, Src}, nil3, 2, 0, "word B of cell r[A] = r[C]"},

	FuncValue:       {"funcval", [3]Kind{Dst, Fn}, nil3, 0, 1, "r[A] = function B as a value; it captures nothing and has no state"},
	MakeHeapClosure: {"mkheapcls", [3]Kind{Window, Fn, ShapeOf}, [3]Kind{SiteOf}, -1, -1, "r[A] = closure of function B that holds the words from r[A] on, of shape C; its state block is the next of the site in the ext"},
	GetUpValue:      {"getupv", [3]Kind{Dst, Word}, nil3, 0, 1, "r[A] = word B that the running closure holds"},
	SelfClosure:     {"self", [3]Kind{Dst}, nil3, 0, 1, "r[A] = the running closure"},
	CallIndirect:    {"callind", [3]Kind{Window, Src}, nil3, -1, -1, "calls function value r[B] in its own state block: arguments and results from r[A] on, as many as the endind says that follows; zeros after a fault"},
	EndIndirect:     {"endind", [3]Kind{Count, Count}, nil3, 0, 0, "after a callind of A argument and B result words: the caller's closure and state block run again"},

	CloneHeap:      {"cloneheap", [3]Kind{Src}, nil3, 1, 0, "a root now holds the object r[A]; other words are left alone"},
	ReleaseHeap:    {"releaseheap", [3]Kind{Src}, nil3, 1, 0, "a root no longer holds the object r[A]; other words are left alone"},
	CloneUserSum:   {"clone_usersum", [3]Kind{Window, Count, ShapeOf}, nil3, -1, 0, "a root now holds the objects in the B words from r[A] on, of shape C"},
	ReleaseUserSum: {"release_usersum", [3]Kind{Window, Count, ShapeOf}, nil3, -1, 0, "a root no longer holds the objects in the B words from r[A] on, of shape C"},
	Schedule:       {"schedule", [3]Kind{Src, Src}, nil3, 2, 0, "function value r[B] runs at the start of sample r[A]; at the next one if that is not in the future"},
	ReadSound:      {"readsound", [3]Kind{Window, SoundOf, Flag}, nil3, -1, -1, "r[A] = channel r[A] of sound B at frame r[A+1], C 1: cubic, else linear interpolation"},
	CallExtFun:     {"callext", [3]Kind{Window, HostFn}, nil3, -1, -1, "calls function B of the host: arguments and results from r[A] on"},

	Ext:  {"ext", nil3, nil3, 0, 0, "more operands of the instruction before; never executed"},
	Halt: {"halt", nil3, nil3, 0, 0, "ends a turn; made when a program is loaded, never in a program"},
}

// String returns the opcode's mnemonic.
func (op Op) String() string {
	if op >= NumOps {
		return "invalid"
	}
	return Ops[op].Name
}

// hasExt reports whether an Ext instruction must follow op.
func (op Op) hasExt() bool { return Ops[op].Ext != nil3 }

// isReturn reports whether op leaves its function.
func (op Op) isReturn() bool { return op == Ret || op == Ret1 }
