// Sounds: the sound files that a patch names. What is decoded is shared by all
// that read it and forgotten when nobody does.

package stage

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
	"weak"

	"mmm/audiofile"
	"mmm/state"
)

// maxSoundBytes is the size of the largest sound file; maxKeptBytes of the largest
// that is kept as it is, beside what was decoded.
const (
	maxSoundBytes = 1 << 30
	maxKeptBytes  = 8 << 20
)

// Identified is a sound file that is not on the disk: Identity names its contents.
type Identified interface{ Identity() string }

// soundKey identifies the contents of a file (builtins.md 20.5).
type soundKey struct {
	path string
	size int64
	time time.Time
}

// decoded are the sounds in use.
var decoded = struct {
	sync.Mutex
	by map[soundKey]weak.Pointer[state.Sound]
}{by: map[soundKey]weak.Pointer[state.Sound]{}}

// UserSounds returns the directory of the user's own sound files, "" without a
// home directory.
func UserSounds() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".mimium", "samples")
}

// Sound returns the decoded sound file that name means in the patch: an absolute
// path, else one in the patch's directory, the working directory (when files are
// read from the disk), the user's sounds, the library path. The error is
// fs.ErrNotExist when there is none.
func (f *Files) Sound(name string) (*state.Sound, error) {
	last := error(fs.ErrNotExist)
	for _, path := range f.soundPaths(name) {
		s, err := f.decode(path)
		if err == nil {
			if f.Opened != nil {
				f.Opened(path, s)
			}
			return s, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			last = err
		}
	}
	return nil, last
}

func (f *Files) soundPaths(name string) []string {
	native := filepath.FromSlash(name)
	if filepath.IsAbs(native) {
		return []string{native}
	}
	var list []string
	if dir, ok := f.dir(f.Path); ok {
		list = append(list, filepath.Join(dir, native))
	}
	if f.Open == nil {
		list = append(list, native)
	}
	for _, dir := range append(append([]string{UserSounds()}, f.LibPath...), f.Last...) {
		if dir != "" {
			list = append(list, filepath.Join(dir, native))
		}
	}
	return list
}

// decode opens and decodes a file, or returns what was decoded of it before.
func (f *Files) decode(path string) (*state.Sound, error) {
	open := f.Open
	if open == nil {
		open = openFile
	}
	file, err := open(path)
	if err != nil {
		return nil, reason(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, reason(err)
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case info.Size() > maxSoundBytes:
		return nil, fmt.Errorf("it has more than %d bytes", maxSoundBytes)
	}
	key := soundKey{f.canonical(path), info.Size(), info.ModTime()}
	if held, ok := file.(Identified); ok {
		key.path = held.Identity()
	}
	decoded.Lock()
	s := decoded.by[key].Value()
	decoded.Unlock()
	if s != nil {
		return s, nil
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSoundBytes))
	if err != nil {
		return nil, reason(err)
	}
	sound, err := audiofile.Decode(data)
	if err != nil {
		return nil, err
	}
	s = state.NewSound(key.path, sound.Rate, sound.Channels)
	sum := sha256.Sum256(data)
	s.Size, s.Sum = int64(len(data)), hex.EncodeToString(sum[:])
	if len(data) <= maxKeptBytes {
		s.File = data
	}
	decoded.Lock()
	defer decoded.Unlock()
	for k, other := range decoded.by {
		if other.Value() == nil {
			delete(decoded.by, k)
		}
	}
	decoded.by[key] = weak.Make(s)
	return s, nil
}

func openFile(path string) (fs.File, error) { return os.Open(path) }

// reason is why a file could not be read, without its path.
func reason(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) && !errors.Is(err, fs.ErrNotExist) {
		return pe.Err
	}
	return err
}
