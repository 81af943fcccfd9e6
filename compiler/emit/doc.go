// Package emit translates the middle form into bytecode for package vm.
//
// Input: a mir.Program whose Layout has been made. Output: a vm.Program that
// vm.Verify accepts, with functions, state offsets and the image unchanged, so
// that both engines see one layout.
//
// How: every function is walked twice. The first walk (uses.go) finds how often
// and where values are used; places count in the order of translation, and as
// code only goes forward a value's life is one interval of places. The second
// walk writes instructions and gives each value a register: the one in which it
// will be needed (a result, a mutable local, an argument), else the lowest free
// one; its last use frees it. Constants become operands where an opcode takes
// them (forms.go). A comparison that only decides a branch becomes part of the
// jump. Mutable locals keep one register for the whole function. The window of a
// call lies above everything that outlives the call (vm/doc.go), and what has to
// move at once (arguments, results of branches) moves safely in any order.
//
// Nothing is reordered or fused that could round differently: an instruction
// does one IEEE operation.
//
// Cost: near linear in the size of a function. Safe for concurrent use.
package emit
