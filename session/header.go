package session

import (
	"strconv"
	"strings"
)

// NoteName is the name that a patch gives a key.
type NoteName struct {
	Key     int // 0..127
	Channel int // 0..15, -1 for all
	Name    string
}

// maxNoteNames bounds the names of one patch.
const maxNoteNames = 2048

// noteNames reads the names of keys out of a patch's header: lines such as
// "// note 36: Kick" or, for one channel of 1 to 16, "// note 36 channel 10:
// Kick". docs/presets.md describes headers.
func noteNames(text string) []NoteName {
	var list []NoteName
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(line, "//")
		if !ok || len(list) == maxNoteNames {
			return list
		}
		key, name, ok := strings.Cut(comment, ":")
		words := strings.Fields(key)
		if !ok || len(words) < 2 || words[0] != "note" {
			continue
		}
		if n, ok := noteName(words[1:], strings.TrimSpace(name)); ok {
			list = append(list, n)
		}
	}
	return list
}

// noteName reads the words between "note" and the colon.
func noteName(words []string, name string) (NoteName, bool) {
	n := NoteName{Channel: -1, Name: name}
	key, err := strconv.Atoi(words[0])
	n.Key = key
	if err != nil || key < 0 || key > 127 || name == "" {
		return n, false
	}
	switch {
	case len(words) == 1:
		return n, true
	case len(words) == 3 && words[1] == "channel":
		channel, err := strconv.Atoi(words[2])
		n.Channel = channel - 1
		return n, err == nil && channel >= 1 && channel <= 16
	}
	return n, false
}

// NoteName returns name i of the patch's header, counted from 0; ok is false
// past the last. [main-thread]
func (s *Session) NoteName(i int) (name NoteName, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := noteNames(s.patch.text)
	if i < 0 || i >= len(list) {
		return NoteName{}, false
	}
	return list[i], true
}
