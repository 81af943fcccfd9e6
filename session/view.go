package session

import (
	"maps"
	"slices"
	"time"
)

// Knob is a control as the editor shows it; all values are plain.
type Knob struct {
	Path  string  `json:"path"`
	Value float64 `json:"value"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	Text  string  `json:"text"` // the value with its unit
	Slot  int     `json:"slot"` // -1 without a host parameter
	// Where Value stands on the host's 0..1, and the name of the curve that leads
	// there: lin, log or exp.
	Position float64  `json:"position"`
	Curve    string   `json:"curve"`
	Steps    int      `json:"steps"`            // values that it can have, 0 for all of its range
	Labels   []string `json:"labels,omitempty"` // of each step

	Indication *Indication `json:"indication,omitempty"` // what the host does with it
}

// Load is how the audio side is doing.
type Load struct {
	Active    bool    `json:"active"`
	Blocks    uint64  `json:"blocks"`
	Load      float64 `json:"load"` // percent of the time of the sound
	WorstNS   uint64  `json:"worst_ns"`
	SwapNS    uint64  `json:"swap_ns"` // the last swap, on the audio thread
	NonFinite uint64  `json:"nonfinite"`
}

// View is all that the editor shows.
type View struct {
	Name     string   `json:"name"`
	Path     string   `json:"path"`
	Revision int      `json:"revision"` // of the text
	Text     string   `json:"text"`     // "" when the asker has this revision
	Files    []string `json:"files"`    // what the text includes, but for the standard library, by name
	Status   Status   `json:"status"`
	Knobs    []Knob   `json:"knobs"`
	Stats    Load     `json:"stats"`
	Track    Track    `json:"track"`
}

// View returns what the editor shows, without the text when its revision is
// have. [any-thread]
func (s *Session) View(have int) View {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pull()
	v := View{Name: s.patch.name, Path: s.patch.path, Revision: s.revision, Files: []string{}, Status: s.statusLocked(), Knobs: []Knob{}, Track: s.track}
	v.Files = slices.AppendSeq(v.Files, maps.Keys(s.patch.files))
	slices.Sort(v.Files)
	if have != v.Revision {
		v.Text = s.patch.text
	}
	for _, c := range s.table.Controls() {
		x := s.table.Value(c.Path)
		k := Knob{Path: c.Path, Value: x, Min: c.Min, Max: c.Max, Text: c.Text(x), Slot: -1,
			Position: c.Normal(x), Curve: c.Curve.String(), Steps: c.Steps, Labels: c.Labels}
		if slot, ok := s.table.Slot(c.Path); ok {
			k.Slot = slot
			if in, ok := s.indications[slot]; ok {
				k.Indication = &in
			}
		}
		v.Knobs = append(v.Knobs, k)
	}
	st := s.player.Stats()
	v.Stats = Load{s.active, st.Blocks, 0, uint64(st.Worst), uint64(st.LastSwap), st.NonFinite}
	if sound := float64(st.Frames) / s.rate * float64(time.Second); sound > 0 {
		v.Stats.Load = 100 * float64(st.Total) / sound
	}
	return v
}

// Name returns what diagnostics call the patch. [any-thread]
func (s *Session) Name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.patch.name
}
