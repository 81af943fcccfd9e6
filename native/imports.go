// What the module may import: printing and what works on objects (realtime).

package native

// imported is a function of the host.
type imported int64

const (
	importPrint imported = iota
	importReset
	importEndTurn
	importDue
	importArray
	importAppend
	importPrepend
	importSplit
	importBox
	importClosure
	importRetainAll
	importReleaseAll
	importSchedule
	importSound

	numImports
)

// imports is the one table of them: name in the module "mmm", parameters and
// result. An address is in bytes, a place the index of the calling function.
var imports = [numImports]struct {
	name, signature string
}{
	importPrint:      {"print", signature("fi", "")},       // number, whether a line break follows
	importReset:      {"reset", signature("", "")},         // empties the heap
	importEndTurn:    {"end_turn", signature("", "")},      // frees what nothing refers to
	importDue:        {"due", signature("", "l")},          // next task that is due, 0 for none
	importArray:      {"array", signature("iiiii", "l")},   // address of words, elements, words of one, shape, place
	importAppend:     {"append", signature("iiii", "l")},   // address, words of an element, shape, place
	importPrepend:    {"prepend", signature("iiii", "l")},  // likewise
	importSplit:      {"split", signature("iiii", "")},     // address, words of an element, 1 for the last one, place
	importBox:        {"box", signature("iiii", "l")},      // address, words, shape, place
	importClosure:    {"closure", signature("iiiii", "l")}, // address, function, shape, address of the site or 0, place
	importRetainAll:  {"retain_all", signature("ii", "")},  // address, shape
	importReleaseAll: {"release_all", signature("ii", "")}, // likewise
	importSchedule:   {"schedule", signature("flii", "")},  // sample, function value, place, number of the instruction
	importSound:      {"sound", signature("iiff", "f")},    // number of the sound, how, channel, frame
}

// signature makes the key of a function type from letters: i 32 bits, l 64 bits,
// f number.
func signature(params, results string) string {
	types := map[rune]byte{'i': byte(i32), 'l': byte(i64), 'f': byte(f64)}
	var key []byte
	for _, c := range params {
		key = append(key, types[c])
	}
	key = append(key, 0)
	for _, c := range results {
		key = append(key, types[c])
	}
	return string(key)
}

// call writes a call of an import.
func (w *writer) callImport(f imported) {
	w.b.m.imports[f] = true
	w.emit(opCall, -1-int64(f))
}
