package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"mmm/params"
)

// MaxStateBytes is the size of the largest state that is read.
const MaxStateBytes = 64 << 20

const (
	stateMagic   = "mmm-state"
	stateVersion = 1
)

// savedState is the JSON form of a session.
type savedState struct {
	Magic   string            `json:"magic"`
	Version int               `json:"version"`
	Engine  string            `json:"engine"` // "" for the default
	Name    string            `json:"name"`
	Path    string            `json:"path"`
	Patch   string            `json:"patch"`
	Files   map[string]string `json:"files"` // what the patch includes: "NAME" by the way from it, "libraryN:NAME", "user:NAME"
	Params  *params.Table     `json:"params"`
}

// SaveState returns the whole state: the same history gives the same bytes.
// [main-thread]
func (s *Session) SaveState() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pull()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(savedState{
		Magic: stateMagic, Version: stateVersion,
		Engine: s.chosen, Name: s.patch.name, Path: s.patch.path, Patch: s.patch.text,
		Files: s.patch.held(), Params: s.table,
	})
	return out.Bytes(), err
}

// parseState reads a saved state.
func parseState(data []byte) (*savedState, error) {
	if len(data) > MaxStateBytes {
		return nil, fmt.Errorf("%d bytes are more than the %d of the largest state", len(data), MaxStateBytes)
	}
	var st savedState
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, err
	}
	switch {
	case st.Magic != stateMagic:
		return nil, errors.New("the magic word is missing")
	case st.Version < 1 || st.Version > stateVersion:
		return nil, fmt.Errorf("version %d is not known", st.Version)
	case st.Engine != "" && !KnownEngine(st.Engine):
		return nil, fmt.Errorf("there is no engine %q", st.Engine)
	case st.Params == nil:
		return nil, errors.New("the parameters are missing")
	}
	if st.Files == nil {
		st.Files = map[string]string{}
	}
	return &st, nil
}

// LoadState restores a saved state: its patch plays from sample 0 with its
// values. Its files are those of the state, until one that this machine has and
// that is followed is saved. An error means that the bytes are no state, and
// nothing has changed. A patch that does not compile any more is restored with its values, and the
// program that sounds goes on. [main-thread]
func (s *Session) LoadState(data []byte) error {
	st, err := parseState(data)
	if err != nil {
		s.log.print(Error, "this is not a saved state: "+err.Error())
		return err
	}
	s.ask()
	s.do(func() {
		s.begin()
		s.poll()
		s.mu.Lock()
		s.chosen = st.Engine
		s.mu.Unlock()
		e := edit{text: st.Patch, name: st.Name, path: st.Path, other: true, table: st.Params, held: st.Files, keep: true}
		if !s.install(e) {
			s.keepBroken(e)
		}
		s.follow(st)
		s.mu.Lock()
		s.gestures = nil // of knobs that may be gone
		s.mu.Unlock()
	})
	return nil
}

// keepBroken makes a patch that cannot play the truth, beside the program that
// still sounds.
func (s *Session) keepBroken(e edit) {
	s.mu.Lock()
	s.patches++
	s.patch = patch{text: e.text, name: e.name, path: e.path, id: s.patches, files: e.held}
	s.revision++
	s.table = e.table
	s.mu.Unlock()
	s.notice(NoticeInfo | NoticeValues | NoticeDirty)
}
