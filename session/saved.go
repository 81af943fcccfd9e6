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

// A state is one JSON object. version is that of its writer, reads the oldest
// version whose reader understands it: a newer writer that only adds members
// leaves reads alone, and what it adds is kept for it. Each upgrade of
// stateUpgrades leads from one version to the next.
const (
	stateMagic   = "mmm-state"
	stateVersion = 2
	stateReads   = 2
)

// Context says what a state is for; the values are those of mmm.h.
type Context int

// The contexts.
const (
	Project   Context = iota
	Preset            // a patch with its values, for any instance
	Duplicate         // as a project
)

// The words for contexts in a state.
const (
	projectWord = "project"
	presetWord  = "preset"
)

// savedState is the JSON form of a session.
type savedState struct {
	Magic   string               `json:"magic"`
	Version int                  `json:"version"`
	Reads   int                  `json:"reads"`
	Context string               `json:"context"`
	Engine  string               `json:"engine"` // "" for the default
	Name    string               `json:"name"`
	Path    string               `json:"path"`
	Patch   string               `json:"patch"`
	Files   map[string]string    `json:"files"`            // what the patch includes: "NAME" by the way from it, "libraryN:NAME", "user:NAME"
	Sounds  map[string]heldSound `json:"sounds,omitempty"` // the sound files that it reads
	Params  *params.Table        `json:"params"`

	kept params.Kept
}

// stateMembers are the members above, in any case, as encoding/json takes them.
var stateMembers = []string{"magic", "version", "reads", "context", "engine", "name", "path", "patch", "files", "sounds", "params"}

// stateUpgrades lead from version i+1 to i+2.
var stateUpgrades = []func(*savedState){
	func(st *savedState) { st.Reads, st.Context = 2, projectWord },
}

// SaveState returns the state for a context: the same history gives the same
// bytes. [main-thread]
func (s *Session) SaveState(context Context) ([]byte, error) {
	s.mu.Lock()
	s.pull()
	st := savedState{
		Magic: stateMagic, Version: stateVersion, Reads: stateReads, Context: projectWord,
		Engine: s.chosen, Name: s.patch.name, Path: s.patch.path, Patch: s.patch.text,
		Files: s.patch.held(), Sounds: s.patch.sounds, Params: s.table.Clone(), kept: s.kept,
	}
	if s.newer.Version > st.Version { // what is kept is understood by whoever reads that
		st.Version, st.Reads = s.newer.Version, s.newer.Reads
	}
	s.mu.Unlock()
	if context == Preset {
		st.Version, st.Reads, st.Context = stateVersion, stateReads, presetWord
		st.Engine, st.Path, st.Params, st.kept = "", "", st.Params.Preset(), nil
	}
	return st.encode()
}

// encode writes a state.
func (st *savedState) encode() ([]byte, error) {
	var object bytes.Buffer
	enc := json.NewEncoder(&object)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(st); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, st.kept.Add(bytes.TrimSpace(object.Bytes())), "", " "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// parseState reads a saved state of any version.
func parseState(data []byte) (*savedState, error) {
	if len(data) > MaxStateBytes {
		return nil, fmt.Errorf("%d bytes are more than the %d of the largest state", len(data), MaxStateBytes)
	}
	var st savedState
	if err := json.Unmarshal(data, &st); err != nil {
		return nil, err
	}
	kept, err := params.Keep(data, stateMembers...)
	if err != nil {
		return nil, err
	}
	st.kept = kept
	switch {
	case st.Magic != stateMagic:
		return nil, errors.New("the magic word is missing")
	case st.Version < 1 || st.Version > stateVersion && (st.Reads < 1 || st.Reads > stateVersion):
		return nil, fmt.Errorf("version %d is not known", st.Version)
	}
	for v := st.Version; v < stateVersion; v++ {
		stateUpgrades[v-1](&st)
	}
	switch {
	case st.Context != projectWord && st.Context != presetWord:
		return nil, fmt.Errorf("there is no context %q", st.Context)
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
// that is followed is saved. A preset leaves the engine, the slots and the
// values of other patches alone. An error means that the bytes are no state, and
// nothing has changed. A patch that does not compile any more is restored with its values, and the
// program that sounds goes on. [main-thread]
func (s *Session) LoadState(data []byte, context Context) error {
	st, err := parseState(data)
	if err != nil {
		s.log.print(Error, "this is not a saved state: "+err.Error())
		return err
	}
	s.ask()
	preset := context == Preset || st.Context == presetWord
	s.do(func() {
		s.begin()
		s.poll()
		e := edit{text: st.Patch, name: st.Name, path: st.Path, other: true, table: st.Params, held: st.Files, sounds: st.Sounds, keep: true}
		s.mu.Lock()
		if preset {
			st.Path = ""
			e.path, e.table, e.preset, e.values = "", s.table.Clone(), true, st.Params
		} else {
			s.chosen, s.kept, s.newer = st.Engine, st.kept, version{}
			if st.Version > stateVersion {
				s.newer = version{st.Version, st.Reads}
			}
		}
		s.mu.Unlock()
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

// version is that of a state that a newer program wrote.
type version struct{ Version, Reads int }

// keepBroken makes a patch that cannot play the truth, beside the program that
// still sounds.
func (s *Session) keepBroken(e edit) {
	s.mu.Lock()
	s.patches++
	s.patch = patch{text: e.text, name: e.name, path: e.path, id: s.patches, files: e.held, sounds: e.sounds}
	s.revision++
	s.table = e.table
	s.mu.Unlock()
	s.notice(NoticeInfo | NoticeValues | NoticePages | NoticeDirty)
}
