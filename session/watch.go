package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"mmm/compiler/diag"
)

// settle is how long a file must be left alone before it is read: editors save
// in several steps.
const settle = 30 * time.Millisecond

// maxFolders bounds the folders of one watcher.
const maxFolders = 200

// watcher follows a patch and its files. Editors save by renaming another file
// over the old one, so folders are watched, those of a link's target too.
type watcher struct {
	fs   *fsnotify.Watcher
	path string // of the patch, absolute
	name string // what diagnostics call the patch
	look chan bool

	mu    sync.Mutex
	own   map[string]bool // where the patch itself is
	names map[string]bool // where its files, and the folders of these, are or could be
}

// watchFile calls changed, from a goroutine of its own, each time the patch at
// the absolute path, then own is true, or a file that follow named has been
// saved; panicked is told of a panic. A call may still begin while the watcher
// is stopped.
func watchFile(path, name string, changed func(w *watcher, own bool), panicked func(any)) (*watcher, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	w := &watcher{fs: notify, path: path, name: name, look: make(chan bool, 1), own: map[string]bool{}}
	for _, at := range places(path) {
		w.own[at] = true
		if err := notify.Add(filepath.Dir(at)); err != nil {
			notify.Close()
			return nil, err
		}
	}
	go func() {
		defer func() {
			if r := recover(); r != nil {
				panicked(r)
			}
		}()
		w.run(changed)
	}()
	return w, nil
}

// places returns a path and, for a link, where it leads.
func places(path string) []string {
	if target, err := filepath.EvalSymlinks(path); err == nil && target != path {
		return []string{path, target}
	}
	return []string{path}
}

// follow makes the files at the absolute paths, which need not be there, those
// that are followed beside the patch. An error says that some are not followed.
func (w *watcher) follow(paths []string) (err error) {
	names, folders := map[string]bool{}, map[string]bool{}
	top := filepath.Dir(w.path)
	for _, path := range paths {
		for _, at := range places(path) {
			names[at], folders[filepath.Dir(at)] = true, true
		}
		// A folder between the patch and the file may come into being, or be
		// replaced.
		for dir := filepath.Dir(path); dir != top; dir = filepath.Dir(dir) {
			if _, in := below(top, dir); !in {
				break
			}
			names[dir], folders[filepath.Dir(dir)] = true, true
		}
	}
	for folder := range folders {
		if len(w.fs.WatchList()) >= maxFolders {
			err = fmt.Errorf("they are in more than %d folders", maxFolders)
			break
		}
		if e := w.fs.Add(folder); e != nil && !errors.Is(e, fs.ErrNotExist) && !errors.Is(e, syscall.ENOTDIR) {
			err = e
		}
	}
	w.mu.Lock()
	w.names = names
	w.mu.Unlock()
	return err
}

// concerns reports whether a path is followed, and whether it is the patch's.
func (w *watcher) concerns(path string) (followed, own bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.own[path] || w.names[path], w.own[path]
}

// run waits for events until the watcher is closed.
func (w *watcher) run(changed func(*watcher, bool)) {
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	defer quiet.Stop()
	pending := false // the patch itself was saved
	for {
		select {
		case e, ok := <-w.fs.Events:
			if !ok {
				return
			}
			followed, own := w.concerns(filepath.Clean(e.Name))
			if followed && e.Op&(fsnotify.Create|fsnotify.Write) != 0 {
				pending = pending || own
				quiet.Reset(settle)
			}
		case _, ok := <-w.fs.Errors:
			if !ok {
				return
			}
			pending = true
			quiet.Reset(settle) // events may be lost: look again
		case own := <-w.look:
			pending = pending || own
			quiet.Reset(settle)
		case <-quiet.C:
			changed(w, pending)
			pending = false
		}
	}
}

// lookAgain has changed called as if a file had been saved, own as there.
func (w *watcher) lookAgain(own bool) {
	select {
	case w.look <- own:
	default: // it will be
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
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would block
	if err != nil {
		return "", err
	}
	defer file.Close()
	return readText(file, path)
}

// Watch takes the patch from a file and follows it and the files it uses: each
// time one is saved the patch is swapped in. "" stops following. It reports false when the file
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
	e := edit{text: text, name: path, path: absolute, other: absolute != s.Path()}
	s.edited = false
	ok := s.install(e)
	if !ok {
		// The file is the patch from now on, its text is not.
		s.mu.Lock()
		s.patch.here = true
		if e.other {
			s.patch.path = absolute
			s.patches++
			s.patch.id = s.patches
		}
		s.mu.Unlock()
	}
	s.startWatching(absolute, path)
	s.followFiles()
	if now, err := readPatch(absolute); err == nil && now != text && s.watcher != nil {
		s.watcher.lookAgain(true)
	}
	return ok
}

// follow watches the file that a restored patch came from, if it is still that
// patch, and the files it uses. Another text there must neither sound nor be
// read. A patch that never had a file uses the libraries of this machine again
// if these hold what was saved.
func (s *Session) follow(st *savedState) {
	s.watcher.stop()
	s.watcher, s.edited = nil, false
	if st.Path != "" {
		if now, err := readPatch(st.Path); err != nil || now != st.Patch {
			return
		}
	}
	r := newReader(st.Path, 0, nil)
	var paths, differ []string
	for key, text := range st.Files {
		path := r.place(key)
		if !r.watchable(path) {
			differ = append(differ, key)
			continue
		}
		paths = append(paths, path)
		if now, err := r.disk(path); err != nil || now != text {
			differ = append(differ, key)
		}
	}
	if st.Path == "" && len(differ) > 0 {
		return
	}
	s.mu.Lock()
	s.patch.here = true
	name := s.patch.name
	s.mu.Unlock()
	if st.Path == "" {
		return
	}
	s.startWatching(st.Path, name)
	s.watched(paths)
	if len(differ) > 0 {
		slices.Sort(differ)
		s.log.print(Info, strings.Join(differ, ", ")+": the saved text plays until the patch or one of its files is saved here")
	}
}

// followFiles follows what the last compile looked for, and looks again if
// anything of it has changed since: a folder may be a new one.
func (s *Session) followFiles() {
	if s.watcher == nil {
		return
	}
	r := newReader(s.watcher.path, 0, nil)
	var paths []string
	for path := range s.seen {
		if r.watchable(path) {
			paths = append(paths, path)
		}
	}
	s.watched(paths)
	for _, path := range paths {
		was := s.seen[path]
		if now, err := r.disk(path); now != was.text || (err == nil) != (was.err == nil) {
			s.watcher.lookAgain(false)
			return
		}
	}
}

// watched follows the files at the paths.
func (s *Session) watched(paths []string) {
	if s.watcher == nil {
		return
	}
	if err := s.watcher.follow(paths); err != nil {
		s.log.print(Warning, "some files of the patch are not followed: "+err.Error())
	}
}

// startWatching replaces the watcher by one of the file at the absolute path.
func (s *Session) startWatching(path, name string) {
	s.watcher.stop()
	s.watcher = nil
	w, err := watchFile(path, name, func(w *watcher, own bool) {
		if own {
			s.ask()
		}
		s.post(s.arriving(func() { s.saved(w, own) }))
	}, s.log.panicked)
	if err != nil {
		s.log.print(Warning, "the file is not followed: "+err.Error())
		return
	}
	s.watcher = w
}

// saved swaps in the text of a patch that was saved, own, or whose files were.
func (s *Session) saved(w *watcher, own bool) {
	if own {
		s.begin()
	}
	if s.watcher != w || s.Path() != w.path {
		return
	}
	text, err := readPatch(w.path)
	if err != nil {
		s.log.print(Warning, "cannot read the patch: "+err.Error())
		return
	}
	e := edit{text: text, name: w.name, path: w.path, user: true}
	if s.edited && !own { // the text in the editor is ahead of the file
		s.mu.Lock()
		e.text, e.name = s.patch.text, s.patch.name
		s.mu.Unlock()
	}
	if own {
		s.edited = false
	}
	s.install(e)
	s.followFiles()
}
