package session

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"mmm/compiler/stage"
	"mmm/state"
)

// maxFilesBytes is the most text that a patch and its files may have in all: a
// saved state has to hold it.
const maxFilesBytes = 8 << 20

// library is a folder whose files every patch may use. Their names in a saved
// state begin with its prefix.
type library struct {
	prefix, dir string
}

const userPrefix = "user:"

// libraryKey matches the prefix of a file of MIMIUM_LIB_PATH.
var libraryKey = regexp.MustCompile(`^library([1-9][0-9]?):`)

// libraries returns the folders of this machine in the order of the search, the
// user's own last.
func libraries() []library {
	var list []library
	for i, dir := range stage.EnvironmentLibPath() {
		if absolute, err := filepath.Abs(dir); err == nil && i < 99 {
			list = append(list, library{fmt.Sprintf("library%d:", i+1), absolute})
		}
	}
	if dir := stage.UserLibrary(); dir != "" {
		list = append(list, library{userPrefix, dir})
	}
	return list
}

// reader reads the files of one compile. It finds them where the command line
// would, with two differences. A path outside of the patch's folder and the
// libraries is refused, also behind a link: the patch may be a stranger's. And a
// patch out of a saved state reads the files that were saved with it, whatever
// this machine has; only files that it did not have then come from the libraries
// here, and are looked for last.
//
// A reader belongs to one goroutine.
type reader struct {
	folder     string // of the patch, "" if it has none
	path       string // of the patch
	held       map[string]string
	libs       []library // of this machine
	shelf      []library // of held, in folders that no disk has
	seen       map[string]found
	heldSounds map[string]heldSound    // of a patch out of a saved state
	opened     map[string]*state.Sound // sounds of the program, by path
	sounds     map[string]soundFile    // what sound files were looked for, by path
	bytes      int
}

// found is what a path held when it was read.
type found struct {
	text string
	err  error
}

// newReader makes the reader for a patch of size bytes that came from the
// absolute path, "" for none. held are its files by name, nil to read the disk.
func newReader(path string, size int, held map[string]string) *reader {
	r := &reader{path: path, held: held, libs: libraries(), seen: map[string]found{}, sounds: map[string]soundFile{}, opened: map[string]*state.Sound{}, bytes: size}
	if held != nil {
		if !filepath.IsAbs(path) { // it had none, or is of another system
			r.path = filepath.Join(string(filepath.Separator)+"patch:", "patch.mmm")
		}
		r.shelf = shelf(held)
	}
	if r.path != "" {
		r.folder = filepath.Dir(r.path)
	}
	return r
}

// shelf makes up folders for the libraries that names in held speak of.
func shelf(held map[string]string) []library {
	var numbers []int
	for name := range held {
		if m := libraryKey.FindStringSubmatch(name); m != nil {
			n, _ := strconv.Atoi(m[1]) // two digits are a number
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	var list []library
	for _, n := range slices.Compact(numbers) {
		prefix := fmt.Sprintf("library%d:", n)
		list = append(list, library{prefix, string(filepath.Separator) + prefix})
	}
	return append(list, library{userPrefix, string(filepath.Separator) + userPrefix})
}

// files is the search path of the compile.
func (r *reader) files() stage.Files {
	f := stage.Files{Path: r.path, Read: r.read, Open: r.openSound, Opened: r.hear, Name: r.name}
	at := r.libs
	if r.held != nil {
		at = r.shelf
		for _, l := range r.libs {
			f.Last = append(f.Last, l.dir)
		}
	}
	for _, l := range at {
		if l.prefix == userPrefix {
			f.Home = l.dir
		} else {
			f.LibPath = append(f.LibPath, l.dir)
		}
	}
	return f
}

// read reads a file, always the same text for one path.
func (r *reader) read(path string) ([]byte, error) {
	path = filepath.Clean(path)
	f, ok := r.seen[path]
	if !ok {
		f.text, f.err = r.load(path)
		if f.err == nil {
			r.bytes += len(f.text) * max(1, len(r.keys(path)))
			if r.bytes > maxFilesBytes {
				f = found{err: &stage.RefusedError{Path: r.name(path), Why: fmt.Sprintf("makes the patch and its files longer than %d bytes", maxFilesBytes)}}
			}
		}
		r.seen[path] = f
	}
	return []byte(f.text), f.err
}

func (r *reader) load(path string) (string, error) {
	if r.held == nil {
		return r.disk(path)
	}
	for _, key := range r.names(path) {
		if text, ok := r.held[key]; ok {
			return text, nil
		}
	}
	for _, l := range r.libs {
		if _, in := below(l.dir, path); in {
			return r.disk(path)
		}
	}
	return "", fs.ErrNotExist
}

// disk reads a file of this machine.
func (r *reader) disk(path string) (string, error) {
	file, err := openBelow(r.jail(), path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := readText(file, path)
	if err == nil && len(text) > MaxPatchBytes {
		return "", &stage.RefusedError{Path: path, Why: fmt.Sprintf("has more than %d bytes", MaxPatchBytes)}
	}
	return text, err
}

// openBelow opens a file that is in one of the folders by its path and by where
// links lead.
func openBelow(folders []string, path string) (*os.File, error) {
	refused := &stage.RefusedError{Path: path, Why: "is outside of the patch's folder and of the library"}
	real, err := filepath.EvalSymlinks(path)
	if slices.ContainsFunc(folders, func(dir string) bool { _, in := below(dir, path); return in }) {
		if errors.Is(err, syscall.ENOTDIR) {
			err = fs.ErrNotExist
		}
		if err != nil {
			return nil, err
		}
		for _, dir := range folders {
			top, err := filepath.EvalSymlinks(dir)
			if err != nil {
				continue
			}
			if rel, in := below(top, real); in {
				return openIn(top, rel)
			}
		}
	} else if _, err := os.Lstat(path); err != nil {
		return nil, fs.ErrNotExist
	}
	return nil, refused
}

// jail lists the folders whose files may be read.
func (r *reader) jail() []string {
	var list []string
	if r.folder != "" && r.held == nil {
		list = append(list, r.folder)
	}
	for _, l := range r.libs {
		list = append(list, l.dir)
	}
	return list
}

// watchable reports whether a path is one that could be read if it were there.
func (r *reader) watchable(path string) bool {
	return slices.ContainsFunc(r.jail(), func(dir string) bool { _, in := below(dir, path); return in })
}

// below returns the path of a file relative to a folder that holds it.
func below(dir, path string) (rel string, ok bool) {
	rel, err := filepath.Rel(dir, path)
	return rel, err == nil && filepath.IsLocal(rel)
}

// openIn opens top/rel, which a link put there meanwhile cannot lead out of top.
func openIn(top, rel string) (*os.File, error) {
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.OpenFile(rel, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// readText reads a file that must be a regular one, up to one byte more than a
// patch may have.
func readText(file *os.File, path string) (string, error) {
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", &stage.RefusedError{Path: path, Why: "is not a regular file"}
	}
	text, err := io.ReadAll(io.LimitReader(file, MaxPatchBytes+1))
	return string(text), err
}

// names lists what a path may be called in a saved state: by the way from the
// patch, and by the libraries that hold it. There is more than one name when
// these folders are inside each other.
func (r *reader) names(path string) []string {
	var list []string
	libs := r.libs
	if r.held != nil {
		libs = slices.Concat(r.shelf, r.libs)
	}
	beside := false // a library holds the patch too, so that ../ may stay inside
	for _, l := range libs {
		if rel, in := below(l.dir, path); in {
			list = append(list, l.prefix+filepath.ToSlash(rel))
			_, both := below(l.dir, r.path)
			beside = beside || both
		}
	}
	if r.folder == "" {
		return list
	}
	if rel, err := filepath.Rel(r.folder, path); err == nil && (beside || r.held != nil || filepath.IsLocal(rel)) {
		list = slices.Insert(list, 0, local(rel))
	}
	return list
}

// local is the name of a file by its way from the patch.
func local(rel string) string {
	rel = filepath.ToSlash(rel)
	if strings.Contains(rel, ":") { // it could be taken for a library's
		rel = "./" + rel
	}
	return rel
}

// keys lists the names under which a file that was read is saved.
func (r *reader) keys(path string) []string {
	names := r.names(path)
	if r.held == nil {
		return names
	}
	old := slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, ok := r.held[name]; return !ok })
	if len(old) > 0 {
		return old
	}
	return slices.DeleteFunc(names, func(name string) bool { // found in a library just now
		return !strings.HasPrefix(name, userPrefix) && !libraryKey.MatchString(name)
	})
}

// name is what diagnostics call a file.
func (r *reader) name(path string) string {
	if rel, in := below(r.folder, path); in && r.folder != "" {
		return local(rel)
	}
	if keys := r.keys(path); len(keys) > 0 {
		return keys[0]
	}
	return path
}

// texts returns the files of a compiled program by their names, without those
// of the standard library.
func (r *reader) texts(files []stage.LoadedFile) map[string]string {
	list := map[string]string{}
	for _, f := range files {
		if strings.HasPrefix(f.Path, "lib:") {
			continue
		}
		for _, key := range r.keys(f.Path) {
			list[key] = f.Text
		}
	}
	return list
}

// place returns where on this machine the file of a saved state called key would
// be, "" for nowhere.
func (r *reader) place(key string) string {
	for _, l := range r.libs {
		if rest, ok := strings.CutPrefix(key, l.prefix); ok {
			return filepath.Join(l.dir, filepath.FromSlash(rest))
		}
	}
	if r.folder == "" || strings.HasPrefix(key, userPrefix) || libraryKey.MatchString(key) {
		return ""
	}
	return filepath.Join(r.folder, filepath.FromSlash(key))
}
