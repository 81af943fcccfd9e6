package session

import (
	"bytes"
	"encoding/json"
	"strings"

	"mmm/compiler/diag"
)

// Status tells of the last compile and swap.
type Status struct {
	OK          bool            `json:"ok"`
	Message     string          `json:"message"`
	Swaps       int             `json:"swaps"` // programs that became the patch so far
	Engine      string          `json:"engine"`
	Diagnostics json.RawMessage `json:"diagnostics"` // as diag writes them
	Rendered    string          `json:"rendered"`    // the same as text with source lines
	Fault       string          `json:"fault"`       // why the audio side muted the program, "" if it did not
}

// Status returns the present status. [any-thread]
func (s *Session) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.statusLocked()
}

// statusLocked is Status for holders of the lock.
func (s *Session) statusLocked() Status {
	st := s.status
	if st.Diagnostics == nil {
		st.Diagnostics = json.RawMessage("[]")
	}
	return st
}

// StatusJSON returns the present status as JSON. [any-thread]
func (s *Session) StatusJSON() string {
	text, err := json.Marshal(s.Status())
	if err != nil {
		return "{}"
	}
	return string(text)
}

// rendered returns sorted diagnostics as text and as JSON.
func rendered(diags *diag.List) (text string, list json.RawMessage) {
	diags.Sort()
	var t strings.Builder
	var j bytes.Buffer
	_ = diag.Render(&t, diags, diag.Options{}) // neither writer can fail
	_ = diag.JSON(&j, diags)
	return strings.TrimRight(t.String(), "\n"), bytes.TrimSpace(j.Bytes())
}

// fail records that an edit changed nothing and tells the host's log why.
func (s *Session) fail(diags *diag.List) {
	text, list := rendered(diags)
	s.mu.Lock()
	s.status.OK = false
	s.status.Message = "the patch is broken, the previous one goes on"
	s.status.Diagnostics = list
	s.status.Rendered = text
	s.status.Engine = s.engine()
	s.mu.Unlock()
	s.log.print(Error, text)
	s.wake()
}

// succeed records a swap.
func (s *Session) succeed(diags *diag.List, unbound []string) {
	text, list := rendered(diags)
	s.mu.Lock()
	s.status.OK = true
	s.status.Swaps++
	s.status.Message = "swapped in " + s.patch.name
	if len(unbound) > 0 {
		s.status.Message += "; some controls have no host parameter"
	}
	s.status.Diagnostics = list
	s.status.Rendered = text
	s.status.Fault = ""
	s.status.Engine = s.engine()
	message := s.status.Message
	s.mu.Unlock()
	s.log.print(Info, message)
	if text != "" {
		s.log.print(Warning, text)
	}
}
