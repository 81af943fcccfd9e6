// Package draft writes files that are seen under their name only when they are
// complete: a draft beside the target takes its place in one step.
//
// Control side only; a File belongs to one goroutine.
package draft

import (
	"os"
	"path/filepath"
)

// File is a draft. Write to it, then Commit or Discard it.
type File struct {
	*os.File
	path string
}

// Create starts a draft of the file at path, in the same folder.
func Create(path string) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".mmm-*"+filepath.Ext(path))
	if err != nil {
		return nil, err
	}
	return &File{f, path}, nil
}

// Commit gives the draft its name. before is an error that writing has met: the
// draft is then discarded and the error returned.
func (f *File) Commit(before error) error {
	err := before
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// Discard removes the draft.
func (f *File) Discard() {
	f.Close()
	os.Remove(f.Name())
}
