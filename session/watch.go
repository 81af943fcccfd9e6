package session

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"mmm/compiler/diag"
)

// settle is how long a file must be left alone before it is read: editors save
// in several steps.
const settle = 30 * time.Millisecond

// watcher follows one file. Editors save by renaming another file over it, so
// the folder is watched, that of a link's target too.
type watcher struct {
	fs   *fsnotify.Watcher
	path string // absolute
	name string // what diagnostics call the file
}

// watchFile calls changed, from a goroutine of its own, each time the file at
// the absolute path has been saved; panicked is told of a panic. A call may
// still begin while the watcher is stopped.
func watchFile(path, name string, changed func(*watcher), panicked func(any)) (*watcher, error) {
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	names := map[string]bool{path: true}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		names[target] = true
	}
	folders := map[string]bool{}
	for name := range names {
		folders[filepath.Dir(name)] = true
	}
	for folder := range folders {
		if err := fs.Add(folder); err != nil {
			fs.Close()
			return nil, err
		}
	}
	w := &watcher{fs, path, name}
	go func() {
		defer func() {
			if r := recover(); r != nil {
				panicked(r)
			}
		}()
		w.run(names, changed)
	}()
	return w, nil
}

// run waits for events until the watcher is closed.
func (w *watcher) run(names map[string]bool, changed func(*watcher)) {
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	defer quiet.Stop()
	for {
		select {
		case e, ok := <-w.fs.Events:
			if !ok {
				return
			}
			if names[filepath.Clean(e.Name)] && e.Op&(fsnotify.Create|fsnotify.Write) != 0 {
				quiet.Reset(settle)
			}
		case _, ok := <-w.fs.Errors:
			if !ok {
				return
			}
			quiet.Reset(settle) // events may be lost: look again
		case <-quiet.C:
			changed(w)
		}
	}
}

// stop ends the watching.
func (w *watcher) stop() {
	if w != nil {
		w.fs.Close()
	}
}

// readPatch reads a patch file; one that is too long is cut one byte after the
// limit, which the compiler's limits then report.
func readPatch(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return "", &os.PathError{Op: "read", Path: path, Err: os.ErrInvalid}
	}
	text, err := io.ReadAll(io.LimitReader(file, MaxPatchBytes+1))
	return string(text), err
}

// Watch takes the patch from a file and follows it: each time the file is saved
// its text is swapped in. "" stops following. It reports false when the file
// cannot be read, then nothing changes, or when its patch is broken, then the
// file is followed all the same, so that mending it is enough. [any-thread]
func (s *Session) Watch(path string) (ok bool) {
	s.do(func() {
		if path == "" {
			s.watcher.stop()
			s.watcher = nil
			ok = true
			return
		}
		ok = s.watch(path)
	})
	return ok
}

// watch is Watch on the control goroutine.
func (s *Session) watch(path string) bool {
	absolute, err := filepath.Abs(path)
	if err != nil {
		absolute = filepath.Clean(path)
	}
	text, err := readPatch(absolute)
	if err != nil {
		s.fail(report(diag.FileNotFound, "", "", "cannot read the patch: %v", err))
		return false
	}
	e := edit{text: text, name: path, path: absolute, other: absolute != s.pathOf()}
	ok := s.install(e)
	if !ok && e.other {
		// The file is the patch from now on, its text is not.
		s.mu.Lock()
		s.patch.path = absolute
		s.patches++
		s.patch.id = s.patches
		s.mu.Unlock()
	}
	s.startWatching(absolute, path)
	return ok
}

// follow watches the file that a restored patch came from, if it is still that
// patch. Another text there must neither sound nor be read.
func (s *Session) follow(path, text string) {
	s.watcher.stop()
	s.watcher = nil
	if path == "" {
		return
	}
	if now, err := readPatch(path); err == nil && now == text {
		s.mu.Lock()
		name := s.patch.name
		s.mu.Unlock()
		s.startWatching(path, name)
	}
}

// startWatching replaces the watcher by one of the file at the absolute path.
func (s *Session) startWatching(path, name string) {
	s.watcher.stop()
	s.watcher = nil
	w, err := watchFile(path, name, func(w *watcher) { s.post(func() { s.saved(w) }) }, s.log.panicked)
	if err != nil {
		s.log.print(Warning, "the file is not followed: "+err.Error())
		return
	}
	s.watcher = w
}

// saved swaps in the text of a file that was saved.
func (s *Session) saved(w *watcher) {
	if s.watcher != w || s.pathOf() != w.path {
		return
	}
	text, err := readPatch(w.path)
	if err != nil {
		s.log.print(Warning, "cannot read the patch: "+err.Error())
		return
	}
	s.install(edit{text: text, name: w.name, path: w.path})
}
