package session

import _ "embed" // the default patches

// Kind is which plugin of the bundle a session belongs to.
type Kind int

// The kinds; either plays any patch.
const (
	Instrument Kind = 0
	Effect     Kind = 1
)

//go:embed default_instrument.mmm
var defaultInstrument string

//go:embed default_effect.mmm
var defaultEffect string

// DefaultPatch returns the text and the name of the patch that a new session of
// the kind plays. [any-thread]
func DefaultPatch(k Kind) (text, name string) {
	if k == Effect {
		return defaultEffect, "default_effect.mmm"
	}
	return defaultInstrument, "default_instrument.mmm"
}

// start installs the first patch, that of the file at path if it can sound.
// Control goroutine only.
func (s *Session) start(path string) {
	if path != "" && s.watch(path) {
		return
	}
	text, name := DefaultPatch(s.kind)
	s.install(edit{text: text, name: name, other: true})
	if path != "" {
		s.watch(path)
	}
}
