// What a program says of its objects and remembered words to whoever carries
// them: the library that plays it, and a hot swap.

package state

// Objects describes the objects of a program. Index 0 of Shapes and Layouts is
// the empty one.
type Objects struct {
	Funcs     []ObjectFunc  // by index of the function
	Shapes    []ObjectShape // of the values that objects hold
	Layouts   []*Node       // of the state blocks of closures; nil is empty
	Dsp, Init *Node         // layouts of dsp's state and of the initialiser's block
	Strings   []string
	Tasks     int // that can wait at once
	Schedules int // instructions that schedule tasks
}

// ObjectFunc is what must be known of a function to make a value of it.
type ObjectFunc struct {
	Params, Results, Captures int  // words
	Layout                    int  // of the state block of its closures
	Stateless, NeedsClosure   bool // NeedsClosure: it can run in a closure only
}

// ObjectShape says which words of a value hold handles.
type ObjectShape struct {
	Words   int
	Handles []int // offsets
	Sums    []ObjectSum
}

// ObjectSum is a part of a value whose tag, at offset Tag, says what shape the
// words behind it have.
type ObjectSum struct {
	Tag      int
	Variants []int // indexes of shapes
}
