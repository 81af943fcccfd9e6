// The one table of WebAssembly instructions that this package emits: the binary
// encoder and the text printer both read it.

package native

// opcode is a WebAssembly instruction.
type opcode uint8

const (
	opBlock opcode = iota
	opLoop
	opIf
	opElse
	opEnd
	opBr
	opBrIf
	opBrTable
	opReturn
	opCall
	opCallIndirect
	opDrop
	opSelect
	opLocalGet
	opLocalSet
	opLocalTee

	opI32Load
	opI64Load
	opF64Load
	opI64Store
	opF64Store

	opI32Const
	opI64Const
	opF64Const

	opI32Eqz
	opI32Eq
	opI32LtU
	opI32LtS
	opI32GeS
	opI32GtS
	opI32LeS
	opI32Add
	opI32Sub
	opI32Mul
	opI32And
	opI32Or
	opI32Shl
	opI32ShrU

	opI64Eqz
	opI64Eq
	opI64Ne
	opI64LtS
	opI64LtU
	opI64GtS
	opI64GtU
	opI64GeS
	opI64GeU
	opI64Clz
	opI64Add
	opI64Sub
	opI64Mul
	opI64RemU
	opI64And
	opI64Or
	opI64Xor
	opI64Shl
	opI64ShrS
	opI64ShrU

	opF64Eq
	opF64Ne
	opF64Lt
	opF64Gt
	opF64Le
	opF64Ge
	opF64Abs
	opF64Neg
	opF64Ceil
	opF64Floor
	opF64Trunc
	opF64Nearest
	opF64Sqrt
	opF64Add
	opF64Sub
	opF64Mul
	opF64Div
	opF64Copysign

	opI32WrapI64
	opI64ExtendI32U
	opF64ConvertI32U
	opF64ConvertI64S
	opI64ReinterpretF64
	opF64ReinterpretI64
	opI32TruncSatF64S
	opI64TruncSatF64S

	opV128Const
	opF64x2Splat
	opF64x2Extract
	opI64x2Splat
	opI64x2Extract
	opF64x2Eq
	opF64x2Ne
	opF64x2Lt
	opF64x2Gt
	opF64x2Le
	opF64x2Ge
	opI64x2Eq
	opV128And
	opV128Or
	opV128Xor
	opV128Bitselect
	opF64x2Abs
	opF64x2Neg
	opF64x2Sqrt
	opF64x2Ceil
	opF64x2Floor
	opF64x2Trunc
	opF64x2Nearest
	opF64x2Add
	opF64x2Sub
	opF64x2Mul
	opF64x2Div
	opI64x2Shl
	opI64x2ShrU
	opI64x2Add
	opI64x2Sub
	opI64x2Replace
	opF64x2Replace
	opShuffle
	opV128Not
	opI64x2LtS
	opI64x2Bitmask
	opI64x2Mul
	opI64x2ShrS
	opF64x2Pmin
	opF64x2Pmax
	opV128Load
	opV128Store
	opF64x2RelaxedMadd

	numOpcodes
)

// immediate says what follows an opcode.
type immediate uint8

const (
	immNone    immediate = iota
	immBlock             // a: result type, or 0
	immLabel             // a: relative depth
	immTable             // table: relative depths, the last one is the default
	immLocal             // a: local index
	immType              // sig: function type; table 0
	immFunc              // a: function, see module.index
	immMemory            // a: byte offset; natural alignment
	immI32               // a
	immI64               // a
	immF64               // a: bits
	immV128              // a, b: bits of the lanes
	immShuffle           // a, b: lanes of the two operands, 0 to 3
	immLane              // a: lane
)

// opRow describes one instruction: its name in text, its bytes, what follows,
// and for memory accesses the alignment as a power of two.
type opRow struct {
	name  string
	code  string
	imm   immediate
	align uint32
}

var opcodes = [numOpcodes]opRow{
	opBlock:        {"block", "\x02", immBlock, 0},
	opLoop:         {"loop", "\x03", immBlock, 0},
	opIf:           {"if", "\x04", immBlock, 0},
	opElse:         {"else", "\x05", immNone, 0},
	opEnd:          {"end", "\x0b", immNone, 0},
	opBr:           {"br", "\x0c", immLabel, 0},
	opBrIf:         {"br_if", "\x0d", immLabel, 0},
	opBrTable:      {"br_table", "\x0e", immTable, 0},
	opReturn:       {"return", "\x0f", immNone, 0},
	opCall:         {"call", "\x10", immFunc, 0},
	opCallIndirect: {"call_indirect", "\x11", immType, 0},
	opDrop:         {"drop", "\x1a", immNone, 0},
	opSelect:       {"select", "\x1b", immNone, 0},
	opLocalGet:     {"local.get", "\x20", immLocal, 0},
	opLocalSet:     {"local.set", "\x21", immLocal, 0},
	opLocalTee:     {"local.tee", "\x22", immLocal, 0},

	opI32Load:  {"i32.load", "\x28", immMemory, 2},
	opI64Load:  {"i64.load", "\x29", immMemory, 3},
	opF64Load:  {"f64.load", "\x2b", immMemory, 3},
	opI64Store: {"i64.store", "\x37", immMemory, 3},
	opF64Store: {"f64.store", "\x39", immMemory, 3},

	opI32Const: {"i32.const", "\x41", immI32, 0},
	opI64Const: {"i64.const", "\x42", immI64, 0},
	opF64Const: {"f64.const", "\x44", immF64, 0},

	opI32Eqz:  {"i32.eqz", "\x45", immNone, 0},
	opI32Eq:   {"i32.eq", "\x46", immNone, 0},
	opI32LtU:  {"i32.lt_u", "\x49", immNone, 0},
	opI32LtS:  {"i32.lt_s", "\x48", immNone, 0},
	opI32GtS:  {"i32.gt_s", "\x4a", immNone, 0},
	opI32LeS:  {"i32.le_s", "\x4c", immNone, 0},
	opI32GeS:  {"i32.ge_s", "\x4e", immNone, 0},
	opI32Add:  {"i32.add", "\x6a", immNone, 0},
	opI32Sub:  {"i32.sub", "\x6b", immNone, 0},
	opI32Mul:  {"i32.mul", "\x6c", immNone, 0},
	opI32And:  {"i32.and", "\x71", immNone, 0},
	opI32Or:   {"i32.or", "\x72", immNone, 0},
	opI32Shl:  {"i32.shl", "\x74", immNone, 0},
	opI32ShrU: {"i32.shr_u", "\x76", immNone, 0},

	opI64Eqz:  {"i64.eqz", "\x50", immNone, 0},
	opI64Eq:   {"i64.eq", "\x51", immNone, 0},
	opI64Ne:   {"i64.ne", "\x52", immNone, 0},
	opI64LtS:  {"i64.lt_s", "\x53", immNone, 0},
	opI64LtU:  {"i64.lt_u", "\x54", immNone, 0},
	opI64GtS:  {"i64.gt_s", "\x55", immNone, 0},
	opI64GtU:  {"i64.gt_u", "\x56", immNone, 0},
	opI64GeS:  {"i64.ge_s", "\x59", immNone, 0},
	opI64GeU:  {"i64.ge_u", "\x5a", immNone, 0},
	opI64Clz:  {"i64.clz", "\x79", immNone, 0},
	opI64Add:  {"i64.add", "\x7c", immNone, 0},
	opI64Sub:  {"i64.sub", "\x7d", immNone, 0},
	opI64Mul:  {"i64.mul", "\x7e", immNone, 0},
	opI64RemU: {"i64.rem_u", "\x82", immNone, 0},
	opI64And:  {"i64.and", "\x83", immNone, 0},
	opI64Or:   {"i64.or", "\x84", immNone, 0},
	opI64Xor:  {"i64.xor", "\x85", immNone, 0},
	opI64Shl:  {"i64.shl", "\x86", immNone, 0},
	opI64ShrS: {"i64.shr_s", "\x87", immNone, 0},
	opI64ShrU: {"i64.shr_u", "\x88", immNone, 0},

	opF64Eq:       {"f64.eq", "\x61", immNone, 0},
	opF64Ne:       {"f64.ne", "\x62", immNone, 0},
	opF64Lt:       {"f64.lt", "\x63", immNone, 0},
	opF64Gt:       {"f64.gt", "\x64", immNone, 0},
	opF64Le:       {"f64.le", "\x65", immNone, 0},
	opF64Ge:       {"f64.ge", "\x66", immNone, 0},
	opF64Abs:      {"f64.abs", "\x99", immNone, 0},
	opF64Neg:      {"f64.neg", "\x9a", immNone, 0},
	opF64Ceil:     {"f64.ceil", "\x9b", immNone, 0},
	opF64Floor:    {"f64.floor", "\x9c", immNone, 0},
	opF64Trunc:    {"f64.trunc", "\x9d", immNone, 0},
	opF64Nearest:  {"f64.nearest", "\x9e", immNone, 0},
	opF64Sqrt:     {"f64.sqrt", "\x9f", immNone, 0},
	opF64Add:      {"f64.add", "\xa0", immNone, 0},
	opF64Sub:      {"f64.sub", "\xa1", immNone, 0},
	opF64Mul:      {"f64.mul", "\xa2", immNone, 0},
	opF64Div:      {"f64.div", "\xa3", immNone, 0},
	opF64Copysign: {"f64.copysign", "\xa6", immNone, 0},

	opI32WrapI64:        {"i32.wrap_i64", "\xa7", immNone, 0},
	opI64ExtendI32U:     {"i64.extend_i32_u", "\xad", immNone, 0},
	opF64ConvertI32U:    {"f64.convert_i32_u", "\xb8", immNone, 0},
	opF64ConvertI64S:    {"f64.convert_i64_s", "\xb9", immNone, 0},
	opI64ReinterpretF64: {"i64.reinterpret_f64", "\xbd", immNone, 0},
	opF64ReinterpretI64: {"f64.reinterpret_i64", "\xbf", immNone, 0},
	opI32TruncSatF64S:   {"i32.trunc_sat_f64_s", "\xfc\x02", immNone, 0},
	opI64TruncSatF64S:   {"i64.trunc_sat_f64_s", "\xfc\x06", immNone, 0},

	opV128Const:        {"v128.const i64x2", "\xfd\x0c", immV128, 0},
	opF64x2Splat:       {"f64x2.splat", "\xfd\x14", immNone, 0},
	opF64x2Extract:     {"f64x2.extract_lane", "\xfd\x21", immLane, 0},
	opI64x2Splat:       {"i64x2.splat", "\xfd\x12", immNone, 0},
	opI64x2Extract:     {"i64x2.extract_lane", "\xfd\x1d", immLane, 0},
	opF64x2Eq:          {"f64x2.eq", "\xfd\x47", immNone, 0},
	opF64x2Ne:          {"f64x2.ne", "\xfd\x48", immNone, 0},
	opF64x2Lt:          {"f64x2.lt", "\xfd\x49", immNone, 0},
	opF64x2Gt:          {"f64x2.gt", "\xfd\x4a", immNone, 0},
	opF64x2Le:          {"f64x2.le", "\xfd\x4b", immNone, 0},
	opF64x2Ge:          {"f64x2.ge", "\xfd\x4c", immNone, 0},
	opI64x2Eq:          {"i64x2.eq", "\xfd\xd6\x01", immNone, 0},
	opV128And:          {"v128.and", "\xfd\x4e", immNone, 0},
	opV128Or:           {"v128.or", "\xfd\x50", immNone, 0},
	opV128Xor:          {"v128.xor", "\xfd\x51", immNone, 0},
	opV128Bitselect:    {"v128.bitselect", "\xfd\x52", immNone, 0},
	opF64x2Abs:         {"f64x2.abs", "\xfd\xec\x01", immNone, 0},
	opF64x2Neg:         {"f64x2.neg", "\xfd\xed\x01", immNone, 0},
	opF64x2Sqrt:        {"f64x2.sqrt", "\xfd\xef\x01", immNone, 0},
	opF64x2Ceil:        {"f64x2.ceil", "\xfd\x74", immNone, 0},
	opF64x2Floor:       {"f64x2.floor", "\xfd\x75", immNone, 0},
	opF64x2Trunc:       {"f64x2.trunc", "\xfd\x7a", immNone, 0},
	opF64x2Nearest:     {"f64x2.nearest", "\xfd\x94\x01", immNone, 0},
	opF64x2Add:         {"f64x2.add", "\xfd\xf0\x01", immNone, 0},
	opF64x2Sub:         {"f64x2.sub", "\xfd\xf1\x01", immNone, 0},
	opF64x2Mul:         {"f64x2.mul", "\xfd\xf2\x01", immNone, 0},
	opF64x2Div:         {"f64x2.div", "\xfd\xf3\x01", immNone, 0},
	opI64x2Shl:         {"i64x2.shl", "\xfd\xcb\x01", immNone, 0},
	opI64x2ShrU:        {"i64x2.shr_u", "\xfd\xcd\x01", immNone, 0},
	opI64x2Add:         {"i64x2.add", "\xfd\xce\x01", immNone, 0},
	opI64x2Sub:         {"i64x2.sub", "\xfd\xd1\x01", immNone, 0},
	opI64x2Replace:     {"i64x2.replace_lane", "\xfd\x1e", immLane, 0},
	opF64x2Replace:     {"f64x2.replace_lane", "\xfd\x22", immLane, 0},
	opShuffle:          {"i8x16.shuffle", "\xfd\x0d", immShuffle, 0},
	opV128Not:          {"v128.not", "\xfd\x4d", immNone, 0},
	opI64x2LtS:         {"i64x2.lt_s", "\xfd\xd8\x01", immNone, 0},
	opI64x2Bitmask:     {"i64x2.bitmask", "\xfd\xc4\x01", immNone, 0},
	opI64x2Mul:         {"i64x2.mul", "\xfd\xd5\x01", immNone, 0},
	opI64x2ShrS:        {"i64x2.shr_s", "\xfd\xcc\x01", immNone, 0},
	opF64x2Pmin:        {"f64x2.pmin", "\xfd\xf6\x01", immNone, 0},
	opF64x2Pmax:        {"f64x2.pmax", "\xfd\xf7\x01", immNone, 0},
	opV128Load:         {"v128.load", "\xfd\x00", immMemory, 3},
	opV128Store:        {"v128.store", "\xfd\x0b", immMemory, 3},
	opF64x2RelaxedMadd: {"f64x2.relaxed_madd", "\xfd\x87\x02", immNone, 0},
}
