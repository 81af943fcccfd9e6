package session

import (
	"errors"
	"fmt"
	"path/filepath"
)

// LoadPreset takes the patch in a file as another patch, which starts at its own
// values, and follows the file as Watch does. After an error nothing has
// changed. [main-thread]
func (s *Session) LoadPreset(path string) error {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	text, err := readPatch(absolute)
	if err != nil {
		return err
	}
	err = errors.New("the session has ended")
	s.do(func() {
		name := filepath.Base(absolute)
		if !s.install(edit{text: text, name: name, path: absolute, other: true, preset: true}) {
			err = fmt.Errorf("%s does not compile: %s", name, s.Status().Rendered)
			return
		}
		err = nil
		s.edited = false
		s.startWatching(absolute, name)
		s.followFiles()
	})
	return err
}
