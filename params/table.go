package params

import "sort"

// Slots is the number of host parameters of every plugin instance.
const Slots = 128

// binding is the owner of one slot.
type binding struct {
	path  string // "" when no path has ever owned the slot
	used  bool   // the current patch has the path
	freed uint64 // when the path left the patch, in edits; 0 while used
}

// Table holds the slots and the values of one plugin instance.
type Table struct {
	slots    [Slots]binding
	clock    uint64 // edits that freed a slot
	values   map[string]float64
	controls []Control
	index    map[string]int // path -> index in controls
	slotOf   map[string]int // path -> slot, of every owner
	kept     Kept           // what a newer version saved; never changed
}

// New returns a table without controls.
func New() *Table {
	return &Table{values: map[string]float64{}, index: map[string]int{}, slotOf: map[string]int{}}
}

// Clone returns an independent copy.
func (t *Table) Clone() *Table {
	c := New()
	c.slots, c.clock, c.kept = t.slots, t.clock, t.kept
	for p, v := range t.values {
		c.values[p] = v
	}
	for p, s := range t.slotOf {
		c.slotOf[p] = s
	}
	c.controls = append([]Control(nil), t.controls...)
	for p, i := range t.index {
		c.index[p] = i
	}
	return c
}

// Bind makes controls the current ones: known paths take their slot again, new
// ones a slot that nobody has owned, then the one unused for longest. It
// returns the paths for which no slot is left. A path never seen before starts
// at its default.
func (t *Table) Bind(controls []Control) (unbound []string) {
	t.controls = append([]Control(nil), controls...)
	t.index = make(map[string]int, len(controls))
	for i, c := range controls {
		t.index[c.Path] = i
		if _, seen := t.values[c.Path]; !seen {
			t.values[c.Path] = c.Clamp(c.Init)
		}
	}
	t.release()
	next := t.free()
	for _, c := range controls {
		if _, owns := t.slotOf[c.Path]; owns {
			continue
		}
		if len(next) == 0 {
			unbound = append(unbound, c.Path)
			continue
		}
		slot := next[0]
		next = next[1:]
		delete(t.slotOf, t.slots[slot].path)
		t.slots[slot] = binding{path: c.Path, used: true}
		t.slotOf[c.Path] = slot
	}
	return unbound
}

// release marks which owners the current controls use and dates those that have
// just been freed.
func (t *Table) release() {
	dated := false
	for i := range t.slots {
		b := &t.slots[i]
		_, used := t.index[b.path]
		used = used && b.path != ""
		if b.used && !used {
			if !dated {
				t.clock++
				dated = true
			}
			b.freed = t.clock
		}
		if used {
			b.freed = 0
		}
		b.used = used
	}
}

// free lists the slots that may be given away, best first: never owned, then
// unused for longest, then the lowest.
func (t *Table) free() []int {
	var list []int
	for i := range t.slots {
		if !t.slots[i].used {
			list = append(list, i)
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		a, b := t.slots[list[i]], t.slots[list[j]]
		if (a.path == "") != (b.path == "") {
			return a.path == ""
		}
		return a.freed < b.freed
	})
	return list
}

// Controls returns the current controls in source order. Do not modify it.
func (t *Table) Controls() []Control { return t.controls }

// Control returns the current control of a path.
func (t *Table) Control(path string) (Control, bool) {
	i, ok := t.index[path]
	if !ok {
		return Control{}, false
	}
	return t.controls[i], true
}

// At returns the control that a slot drives; ok is false when the slot is free
// or out of range.
func (t *Table) At(slot int) (c Control, ok bool) {
	if slot < 0 || slot >= Slots || t.slots[slot].path == "" {
		return Control{}, false
	}
	return t.Control(t.slots[slot].path)
}

// Slot returns the slot of a current control; ok is false when it has none.
func (t *Table) Slot(path string) (slot int, ok bool) {
	if _, current := t.index[path]; !current {
		return 0, false
	}
	slot, ok = t.slotOf[path]
	return slot, ok
}

// Value returns the plain value of a path, clamped to its range if it is a
// current control; 0 for a path never seen.
func (t *Table) Value(path string) float64 {
	v := t.values[path]
	if c, ok := t.Control(path); ok {
		return c.Clamp(v)
	}
	return v
}

// SetValue stores a plain value, clamped to the range of a current control.
func (t *Table) SetValue(path string, v float64) {
	if c, ok := t.Control(path); ok {
		v = c.Clamp(v)
	}
	t.values[path] = v
}
