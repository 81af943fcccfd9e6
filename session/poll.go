package session

import (
	"fmt"
	"strconv"
	"strings"

	"mmm/realtime"
)

// poll takes what the audio side has left: instances to free, reports, values
// that the host moved. Control goroutine only.
func (s *Session) poll() {
	s.hear()
	s.collect()
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

// hear acts on the reports of the audio side.
func (s *Session) hear() {
	for _, r := range s.player.Reports() {
		s.heard(r)
	}
}

// heard acts on one report.
func (s *Session) heard(r realtime.Report) {
	switch r.Kind {
	case realtime.Swapped:
		s.log.print(Debug, fmt.Sprintf("the audio thread took over the program in %.1f µs", float64(r.Duration.Nanoseconds())/1e3))
		if s.handed[r.Instance].patch == s.codeOf {
			s.fresh = false
		}
	case realtime.Faulted:
		text := FaultReport(r, s.handed[r.Instance].program)
		s.mu.Lock()
		s.status.Fault = text
		s.mu.Unlock()
		s.log.print(Error, text)
		s.wake()
	case realtime.Suspended:
		s.log.print(Error, "the patch is silent until the next swap")
	case realtime.NonFinite:
		s.log.print(Warning, fmt.Sprintf("output %d was not a finite number at sample %.0f; 0 is played instead", r.Place+1, r.Now))
	case realtime.Logged:
		s.log.print(Info, strconv.FormatFloat(r.Line.Value, 'g', -1, 64))
	case realtime.Late, realtime.QueueFull:
		s.log.print(Warning, TaskReport(r, s.handed[r.Instance].program))
	case realtime.LogDropped:
		s.log.print(Warning, fmt.Sprintf("%d printed lines were lost", r.Place))
	}
}

// reload publishes the present program again, for the values of controls that
// have no slot: the audio side has no other way to them.
func (s *Session) reload() {
	s.mu.Lock()
	table := s.table.Clone()
	same := s.codeOf == s.patch.id
	s.mu.Unlock()
	if s.code == nil || !same {
		return
	}
	if err := s.publish(s.code, s.codeOf, table, true); err != nil {
		s.log.print(Error, strings.TrimSpace(err.Error()))
	}
}
