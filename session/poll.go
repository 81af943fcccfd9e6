package session

import (
	"fmt"
	"strings"

	"mmm/realtime"
	"mmm/state"
)

// poll takes what the audio side has left: instances to free, reports, values
// that the host moved. Control goroutine only.
func (s *Session) poll() {
	s.player.Collect()
	for _, r := range s.player.Reports() {
		s.heard(r)
	}
	s.mu.Lock()
	changed := s.pull()
	stale := s.stale && s.active
	s.stale = false
	s.mu.Unlock()
	if changed {
		s.notice(NoticeDirty)
	}
	if stale {
		s.reload()
	}
}

// heard acts on one report of the audio side.
func (s *Session) heard(r realtime.Report) {
	switch r.Kind {
	case realtime.Swapped:
		s.mu.Lock()
		if r.Instance == s.pending {
			s.settle()
		}
		s.mu.Unlock()
	case realtime.Faulted:
		place := ""
		if s.now.code != nil {
			place = funcName(s.now.code.Program, r.Place)
		}
		text := FaultText(state.Fault(r.Code), place)
		s.mu.Lock()
		s.status.Fault = text
		name := s.patch.name
		s.mu.Unlock()
		s.log.print(Error, fmt.Sprintf("%s is muted: %s", name, text))
		s.wake()
	case realtime.NonFinite:
		s.log.print(Warning, fmt.Sprintf("output %d was not a finite number at sample %.0f; 0 is played instead", r.Place, r.Value))
	}
}

// reload publishes the present program again, for the values of controls that
// have no slot: the audio side has no other way to them.
func (s *Session) reload() {
	s.mu.Lock()
	table := s.table.Clone()
	same := s.now.patch == s.patch.id
	s.mu.Unlock()
	if s.now.code == nil || !same {
		return
	}
	if err := s.publish(s.now.code, table, true); err != nil {
		s.log.print(Error, strings.TrimSpace(err.Error()))
	}
}
