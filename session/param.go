package session

import (
	"mmm/params"
)

// ParamInfo is one slot as the host shows it.
type ParamInfo struct {
	Used    bool
	Name    string  // "-" for a free slot
	Module  string  // segments of the path before the name, joined by "/"
	Default float64 // 0..1
}

// ParamInfo describes slot 0 to params.Slots-1; ok is false for another.
// [main-thread]
func (s *Session) ParamInfo(slot int) (info ParamInfo, ok bool) {
	if slot < 0 || slot >= params.Slots {
		return ParamInfo{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, used := s.table.At(slot)
	if !used {
		return ParamInfo{Name: "-"}, true
	}
	return ParamInfo{true, c.Name(), c.Module(), c.Normal(c.Init)}, true
}

// Voices returns how many voices the patch can sound at once: the largest of its
// pools, 0 without one. [main-thread]
func (s *Session) Voices() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.voices
}

// ParamValue returns the value 0..1 of a slot; ok is false for an unknown one.
// [main-thread]
func (s *Session) ParamValue(slot int) (value float64, ok bool) {
	if slot < 0 || slot >= params.Slots {
		return 0, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pull()
	return s.known[slot], true
}

// ParamText prints the plain value that value 0..1 of a slot means.
// [main-thread]
func (s *Session) ParamText(slot int, value float64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.shown(slot)
	return c.Text(c.Plain(value))
}

// ParamFromText returns the value 0..1 of a slot that a text names; ok is false
// when the text is no number. [main-thread]
func (s *Session) ParamFromText(slot int, text string) (value float64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.shown(slot)
	x, ok := c.Parse(text)
	if !ok {
		return 0, false
	}
	return c.Normal(x), true
}

// shown returns the control of a slot; a free one shows plain 0..1.
func (s *Session) shown(slot int) params.Control {
	if c, ok := s.table.At(slot); ok {
		return c
	}
	return params.Control{Min: 0, Max: 1}
}

// GestureKind is a step of a movement of a knob.
type GestureKind int

// The steps; the values are those of mmm.h.
const (
	GestureBegin GestureKind = iota
	GestureValue
	GestureEnd
)

// Gesture is what the host is told of a knob moved in the editor.
type Gesture struct {
	Kind  GestureKind
	Slot  int
	Value float64 // 0..1
}

// maxGestures bounds the gestures that a host has not fetched.
const maxGestures = 4096

// Gesture moves a knob of the editor: value is plain and used by GestureValue.
// It reports false for a path that the patch does not have. [any-thread]
func (s *Session) Gesture(kind GestureKind, path string, value float64) bool {
	s.mu.Lock()
	c, ok := s.table.Control(path)
	if !ok {
		s.mu.Unlock()
		return false
	}
	slot, bound := s.table.Slot(path)
	if kind == GestureValue {
		s.table.SetValue(path, value)
		if bound {
			s.known[slot] = c.Normal(value)
			s.player.SetSlot(slot, s.known[slot])
		}
	}
	if bound && len(s.gestures) < maxGestures {
		s.gestures = append(s.gestures, Gesture{kind, slot, s.known[slot]})
	}
	if !bound && kind == GestureValue {
		s.stale = true
	}
	s.notices |= NoticeDirty
	s.mu.Unlock()
	s.wake()
	return true
}

// TakeGesture returns the oldest gesture that the host was not told.
// [any-thread]
func (s *Session) TakeGesture() (g Gesture, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.gestures) == 0 {
		return Gesture{}, false
	}
	g = s.gestures[0]
	s.gestures = s.gestures[1:]
	return g, true
}

// pull copies what the audio side knows better, the values that the host moved,
// into the table and reports whether anything changed. The lock is held.
func (s *Session) pull() (changed bool) {
	for i := range s.known {
		c, ok := s.table.At(i)
		if !ok {
			continue
		}
		if v := s.player.Value(i); v != s.known[i] {
			s.known[i] = v
			s.table.SetValue(c.Path, c.Plain(v))
			changed = true
		}
	}
	return changed
}
