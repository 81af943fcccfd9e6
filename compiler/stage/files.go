// Files: where include, mod and use find what they name (language.md 6.2).

package stage

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"mmm/compiler/diag"
	"mmm/compiler/source"
	"mmm/compiler/syntax"
	"mmm/lib"
	"mmm/state"
)

// Limits that keep the work of one compile bounded.
const (
	maxFiles     = 2_000    // files read, repeated includes counted
	maxFileBytes = 64 << 20 // their text
	maxNesting   = 200      // files being loaded inside each other
)

// embedded marks the paths of the embedded standard library.
const embedded = "lib:"

// Files says where a program's files are.
type Files struct {
	// Path is the file of the patch, "" when its text has none.
	Path string
	// Dir is where relative paths start when Path is "". With both empty only
	// LibPath and the standard library are searched.
	Dir string
	// LibPath are the directories searched first.
	LibPath []string
	// Home is searched after the standard library; "" for none.
	Home string
	// Last are directories searched when nothing else has the file.
	Last []string
	// Read reads a file; nil reads from the disk. A path that is missing gives
	// an error that is fs.ErrNotExist, one that may not be read a RefusedError.
	Read func(path string) ([]byte, error)
	// Open opens a sound file; nil opens the disk's. Errors are those of Read.
	Open func(path string) (fs.File, error)
	// Opened hears of every sound file that is part of the program; nil if nobody
	// wants to know.
	Opened func(path string, s *state.Sound)
	// Name says what diagnostics call a file; nil calls it by its path.
	Name func(path string) string
}

// RefusedError says why a file that is there may not be part of the program.
type RefusedError struct {
	Path string
	Why  string // what follows the path in a sentence
}

// Error says so.
func (e *RefusedError) Error() string { return e.Path + " " + e.Why }

// LoadedFile is a file that became part of a program.
type LoadedFile struct {
	Path string // as it was opened; of the standard library "lib:NAME"
	Text string
}

// EnvironmentLibPath returns the directories of MIMIUM_LIB_PATH.
func EnvironmentLibPath() []string {
	var list []string
	for _, dir := range filepath.SplitList(os.Getenv("MIMIUM_LIB_PATH")) {
		if dir != "" {
			list = append(list, dir)
		}
	}
	return list
}

// UserLibrary returns the directory of the user's own modules, "" without a
// home directory.
func UserLibrary() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".mimium", "lib")
}

// read reads path from the embedded library or through f.Read.
func (f *Files) read(path string) ([]byte, error) {
	if name, ok := strings.CutPrefix(path, embedded); ok {
		return lib.Files.ReadFile(name)
	}
	if f.Read != nil {
		return f.Read(path)
	}
	return os.ReadFile(path)
}

// canonical gives the one name of a file that may be reached by several paths.
func (f *Files) canonical(path string) string {
	if strings.HasPrefix(path, embedded) {
		return path
	}
	if f.Read == nil {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
	}
	return filepath.Clean(path)
}

// dir returns the directory of a file, "" for none. ok is false when relative
// paths lead nowhere.
func (f *Files) dir(path string) (dir string, ok bool) {
	switch {
	case strings.HasPrefix(path, embedded):
		return "", false
	case path != "":
		return filepath.Dir(path), true
	case f.Dir != "":
		return f.Dir, true
	}
	return "", false
}

// candidates lists the paths that name can mean in the file from, in the order
// in which they are tried.
func (f *Files) candidates(name, from string) []string {
	dir, local := f.dir(from)
	native := filepath.FromSlash(name)
	if filepath.IsAbs(native) {
		return []string{native}
	}
	if strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") {
		if !local {
			return nil
		}
		return []string{filepath.Join(dir, native)}
	}
	var list []string
	for _, d := range f.LibPath {
		list = append(list, filepath.Join(d, native))
	}
	if local {
		list = append(list, f.ancestors(dir, native)...)
	}
	list = append(list, embedded+name)
	if f.Home != "" {
		list = append(list, filepath.Join(f.Home, native))
	}
	if local {
		list = append(list, filepath.Join(dir, native))
	}
	for _, d := range f.Last {
		list = append(list, filepath.Join(d, native))
	}
	return list
}

// ancestors lists lib/name in dir and the directories around it.
func (f *Files) ancestors(dir, name string) []string {
	list := []string{filepath.Join(dir, "lib", name)}
	if f.Read == nil {
		if abs, err := filepath.Abs(dir); err == nil {
			dir = abs
		}
	}
	for {
		up := filepath.Dir(dir)
		if up == dir {
			return list
		}
		dir = up
		list = append(list, filepath.Join(dir, "lib", name))
	}
}

// find returns the first readable file that name means in the file from, or
// the error of the last one that exists, else of the last.
func (f *Files) find(name, from string) (path string, text []byte, err error) {
	err = fs.ErrNotExist
	for _, path := range f.candidates(name, from) {
		text, e := f.read(path)
		if e == nil {
			return path, text, nil
		}
		if !errors.Is(e, fs.ErrNotExist) {
			err = e
		}
	}
	return "", nil, err
}

// loading is a file that is being flattened.
type loading struct {
	path      string // as it was opened, "" for a patch without a file
	canonical string
	shown     string // what diagnostics call it
}

// open finds, reads and parses the file that the statement s names. ok is
// false when that failed, which is then reported at s.
func (f *flattener) open(name string, s syntax.Stmt, once bool) (file loading, tree *syntax.File, ok bool) {
	from := f.stack[len(f.stack)-1]
	path, text, err := f.files.find(name, from.path)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		var refused *RefusedError
		if errors.As(err, &refused) {
			f.ds.Errorf(diag.FileRefused, s.Span(), "File %s is refused: %v", name, refused)
		} else if errors.Is(err, fs.ErrNotExist) {
			f.ds.Errorf(diag.FileNotFound, s.Span(), "File %s not found: no such file in the search path", name)
		} else {
			f.ds.Errorf(diag.IOError, s.Span(), "IoError: %s: %v", name, err)
		}
		return loading{}, nil, false
	}
	file = loading{path, f.files.canonical(path), f.files.shown(path)}
	if !once {
		for i, outer := range f.stack {
			if outer.canonical == file.canonical {
				f.cycle(s, file, i)
				return loading{}, nil, false
			}
		}
	}
	f.count++
	f.bytes += len(text)
	if f.count > maxFiles || f.bytes > maxFileBytes || len(f.stack) >= maxNesting {
		if !f.full {
			f.full = true
			f.ds.Errorf(diag.TooLarge, s.Span(), "The program has too many files: at most %d, %d bytes, nested %d deep", maxFiles, maxFileBytes, maxNesting)
		}
		return loading{}, nil, false
	}
	src, bad, valid := source.NewFile(file.shown, string(text))
	if !valid {
		f.ds.Errorf(diag.Encoding, source.Span{File: src, Start: bad, End: bad}, "The file is not UTF-8: bad byte at offset %d", bad).
			Note(s.Span(), "it is loaded here").
			Suggest("save it as UTF-8")
		return loading{}, nil, false
	}
	f.note(path, string(text))
	return file, syntax.Parse(src, f.ds), true
}

// shown returns what diagnostics call a file.
func (f *Files) shown(path string) string {
	if name, ok := strings.CutPrefix(path, embedded); ok {
		return "lib/" + name
	}
	if f.Name != nil {
		return f.Name(path)
	}
	return path
}

// note remembers that a file is part of the program.
func (f *flattener) note(path, text string) {
	for _, l := range f.p.Files {
		if l.Path == path {
			return
		}
	}
	f.p.Files = append(f.p.Files, LoadedFile{path, text})
}

// cycle reports files that include each other: the file that s names is the
// i-th of those being loaded.
func (f *flattener) cycle(s syntax.Stmt, file loading, i int) {
	d := f.ds.Errorf(diag.IncludeCycle, s.Span(), "File tried to include itself recusively: %s", file.shown)
	chain := file.shown
	for _, l := range f.stack[i+1:] {
		chain += " -> " + l.shown
	}
	d.Note(source.Span{}, "the chain: %s -> %s", chain, file.shown)
}
