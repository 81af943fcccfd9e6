package session

import "mmm/params"

// Indication is what a host does with a parameter, for the editor to show.
// Colours are "#rrggbb", "" for none.
type Indication struct {
	Mapped      bool   `json:"mapped"` // to a knob of a controller
	Label       string `json:"label"`  // of that knob
	Description string `json:"description"`
	Color       string `json:"color"`

	Automation      string `json:"automation"` // a word of automationWords
	AutomationColor string `json:"automation_color"`
}

// automationWords are the states of automation, by the numbers of mmm.h.
var automationWords = [...]string{"", "present", "playing", "recording", "overridden"}

// Track is what is known of the track that the instance is on.
type Track struct {
	Name  string `json:"name"`
	Color string `json:"color"` // "#rrggbb", "" for none
}

// SetMapping says which knob of a controller drives a slot. [main-thread]
func (s *Session) SetMapping(slot int, mapped bool, color, label, description string) {
	s.indicate(slot, func(in *Indication) {
		in.Mapped, in.Color, in.Label, in.Description = mapped, color, label, description
		if !mapped {
			in.Color, in.Label, in.Description = "", "", ""
		}
	})
}

// SetAutomation says what the host's automation of a slot does: a number of
// mmm.h, others do nothing. [main-thread]
func (s *Session) SetAutomation(slot, state int, color string) {
	if state < 0 || state >= len(automationWords) {
		return
	}
	s.indicate(slot, func(in *Indication) { in.Automation, in.AutomationColor = automationWords[state], color })
}

func (s *Session) indicate(slot int, change func(*Indication)) {
	if slot < 0 || slot >= params.Slots {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.indications[slot]
	change(&in)
	if in == (Indication{}) {
		delete(s.indications, slot)
		return
	}
	if s.indications == nil {
		s.indications = map[int]Indication{}
	}
	s.indications[slot] = in
}

// SetTrack says which track the instance is on. [main-thread]
func (s *Session) SetTrack(t Track) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.track = t
}

// ResetParam sets the control of a slot back to the patch's default, as a
// gesture; false for a slot without one. [main-thread]
func (s *Session) ResetParam(slot int) bool {
	s.mu.Lock()
	c, ok := s.table.At(slot)
	s.mu.Unlock()
	return ok && s.Gesture(GestureBegin, c.Path, 0) && s.Gesture(GestureValue, c.Path, c.Init) && s.Gesture(GestureEnd, c.Path, 0)
}
