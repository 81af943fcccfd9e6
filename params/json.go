package params

import (
	"encoding/json"
	"fmt"
	"math"
)

// savedSlot is the JSON form of a binding.
type savedSlot struct {
	Slot  int    `json:"slot"`
	Path  string `json:"path"`
	Freed uint64 `json:"freed,omitempty"`
}

// saved is the JSON form of a Table.
type saved struct {
	Clock  uint64             `json:"clock"`
	Slots  []savedSlot        `json:"slots"`
	Values map[string]float64 `json:"values"`
}

// MarshalJSON writes the slots in order, the values sorted by path and what a
// newer version had written; what the current patch declares is not part of it.
func (t *Table) MarshalJSON() ([]byte, error) {
	out := saved{Clock: t.clock, Slots: []savedSlot{}, Values: t.values}
	for i, b := range t.slots {
		if b.path != "" {
			out.Slots = append(out.Slots, savedSlot{i, b.path, b.freed})
		}
	}
	own, err := json.Marshal(out)
	return t.kept.Add(own), err
}

// UnmarshalJSON replaces the table by a saved one without current controls; a
// Bind must follow. On an error the table is unchanged.
func (t *Table) UnmarshalJSON(data []byte) error {
	var in saved
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	kept, err := Keep(data, "clock", "slots", "values")
	if err != nil {
		return err
	}
	n := New()
	n.clock, n.kept = in.Clock, kept
	for _, s := range in.Slots {
		if s.Slot < 0 || s.Slot >= Slots || s.Path == "" {
			return fmt.Errorf("slot %d of %q is not one of 0 to %d", s.Slot, s.Path, Slots-1)
		}
		if _, twice := n.slotOf[s.Path]; twice || n.slots[s.Slot].path != "" {
			return fmt.Errorf("slot %d or path %q occurs twice", s.Slot, s.Path)
		}
		if s.Freed > in.Clock {
			return fmt.Errorf("slot %d was freed after the last edit", s.Slot)
		}
		// An owner that was used when saved counts as used until the next Bind,
		// which dates it if the patch no longer has it.
		n.slots[s.Slot] = binding{path: s.Path, used: s.Freed == 0, freed: s.Freed}
		n.slotOf[s.Path] = s.Slot
	}
	for path, v := range in.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("value of %q is not finite", path)
		}
		n.values[path] = v
	}
	*t = *n
	return nil
}

// Preset returns a table of nothing but the values of the current controls.
func (t *Table) Preset() *Table {
	n := New()
	for _, c := range t.controls {
		n.values[c.Path] = t.Value(c.Path)
	}
	return n
}

// TakePreset gives the current controls the values that they have in another
// table, and their defaults where it has none; nil has none.
func (t *Table) TakePreset(from *Table) {
	for _, c := range t.controls {
		v := c.Init
		if from != nil {
			if saved, ok := from.values[c.Path]; ok {
				v = saved
			}
		}
		t.SetValue(c.Path, v)
	}
}
