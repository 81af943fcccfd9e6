// Binary form of a module.

package native

import (
	"encoding/binary"
	"fmt"
)

// encode returns the module's bytes.
func (m *module) encode() ([]byte, error) {
	var types, functions, bodies, imported []byte
	list, index := m.types()
	for _, sig := range list {
		types = appendSignature(types, sig)
	}
	for i, used := range m.imports {
		if used {
			imported = appendName(appendName(imported, "mmm"), imports[i].name)
			imported = appendU32(append(imported, 0), index[imports[i].signature])
		}
	}
	for _, f := range m.funcs {
		functions = appendU32(functions, index[f.signature()])
		body := m.appendBody(nil, f, index)
		if len(body) > maxBodySize {
			return nil, fmt.Errorf("function %s is too large for machine code: %d bytes, the limit is %d", f.name, len(body), maxBodySize)
		}
		bodies = append(appendU32(bodies, uint32(len(body))), body...)
	}
	exports := append(appendName(nil, "memory"), 2, 0)
	count := uint32(1)
	for i, f := range m.funcs {
		if f.export != "" {
			exports = appendU32(append(appendName(exports, f.export), 0), m.index(int64(i)))
			count++
		}
	}
	out := []byte("\x00asm\x01\x00\x00\x00")
	section := func(id byte, head uint32, content []byte) {
		body := append(appendU32(nil, head), content...)
		out = append(appendU32(append(out, id), uint32(len(body))), body...)
	}
	section(1, uint32(len(list)), types)
	if n := m.importCount(numImports); n > 0 {
		section(2, n, imported)
	}
	section(3, uint32(len(m.funcs)), functions)
	if n := uint32(len(m.table)); n > 0 {
		section(4, 1, appendU32(appendU32([]byte{funcref, 1}, n), n))
	}
	section(5, 1, appendU32(appendU32([]byte{1}, m.pages), m.pages))
	section(7, count, exports)
	if n, elements := m.appendElements(nil); n > 0 {
		section(9, n, elements)
	}
	section(10, uint32(len(m.funcs)), bodies)
	if len(m.data) > 0 {
		var data []byte
		for _, d := range m.data {
			data = append(m.appendOffset(data, d.at), appendU32(nil, uint32(len(d.bytes)))...)
			data = append(data, d.bytes...)
		}
		section(11, uint32(len(m.data)), data)
	}
	return out, nil
}

// funcref is the type of a table's entries.
const funcref = 0x70

// appendOffset begins a segment of a table or of memory.
func (m *module) appendOffset(b []byte, at int64) []byte {
	b = m.appendInstr(append(b, 0), instr{op: opI32Const, a: at}, nil)
	return append(b, opcodes[opEnd].code...)
}

// appendElements appends the entries of the table and returns in how many
// segments.
func (m *module) appendElements(b []byte) (n uint32, out []byte) {
	m.elements(func(start int, funcs []int) {
		n++
		b = appendU32(m.appendOffset(b, int64(start)), uint32(len(funcs)))
		for _, f := range funcs {
			b = appendU32(b, m.index(int64(f)))
		}
	})
	return n, b
}

// appendSignature appends a function type.
func appendSignature(b []byte, sig string) []byte {
	arrow := 0
	for sig[arrow] != 0 {
		arrow++
	}
	b = appendU32(append(b, 0x60), uint32(arrow))
	b = append(b, sig[:arrow]...)
	b = appendU32(b, uint32(len(sig)-arrow-1))
	return append(b, sig[arrow+1:]...)
}

// appendBody appends the locals and the instructions of f.
func (m *module) appendBody(b []byte, f *wasmFunc, types map[string]uint32) []byte {
	own := f.locals[f.params:]
	var runs []byte
	count := uint32(0)
	for i := 0; i < len(own); {
		j := i
		for j < len(own) && own[j].typ == own[i].typ {
			j++
		}
		runs = append(appendU32(runs, uint32(j-i)), byte(own[i].typ))
		count++
		i = j
	}
	b = append(appendU32(b, count), runs...)
	for _, in := range f.code {
		b = m.appendInstr(b, in, types)
	}
	return append(b, opcodes[opEnd].code...)
}

// appendInstr appends one instruction.
func (m *module) appendInstr(b []byte, in instr, types map[string]uint32) []byte {
	row := &opcodes[in.op]
	b = append(b, row.code...)
	switch row.imm {
	case immBlock:
		if in.a == 0 {
			return append(b, 0x40)
		}
		return append(b, byte(in.a))
	case immLabel, immLocal:
		return appendU32(b, uint32(in.a))
	case immFunc:
		return appendU32(b, m.index(in.a))
	case immType:
		return append(appendU32(b, types[in.sig]), 0)
	case immTable:
		b = appendU32(b, uint32(len(in.table)-1))
		for _, depth := range in.table {
			b = appendU32(b, depth)
		}
	case immMemory:
		return appendU32(appendU32(b, row.align), uint32(in.a))
	case immI32:
		return appendS64(b, int64(int32(in.a)))
	case immI64:
		return appendS64(b, in.a)
	case immV128:
		return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, uint64(in.a)), uint64(in.b))
	case immShuffle:
		for _, lane := range []int64{in.a, in.b} {
			for i := range int64(8) {
				b = append(b, byte(8*lane+i))
			}
		}
	case immLane:
		return append(b, byte(in.a))
	case immF64:
		return binary.LittleEndian.AppendUint64(b, uint64(in.a))
	}
	return b
}

// appendName appends a string with its length.
func appendName(b []byte, s string) []byte {
	return append(appendU32(b, uint32(len(s))), s...)
}

// appendU32 appends n as unsigned LEB128.
func appendU32(b []byte, n uint32) []byte { return binary.AppendUvarint(b, uint64(n)) }

// appendS64 appends n as signed LEB128.
func appendS64(b []byte, n int64) []byte {
	for {
		low := byte(n & 0x7f)
		n >>= 7
		if (n == 0 && low&0x40 == 0) || (n == -1 && low&0x40 != 0) {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}
