package session

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"mmm/compiler/stage"
	"mmm/state"
)

// maxSoundsBytes is the most that all sound files of a patch may have to be saved
// with it; what does not fit is saved by its name, size and hash alone.
const maxSoundsBytes = 8 << 20

// heldSound is a sound file as a state has it. Its names are those of texts, and
// "sounds:NAME" for one of the user's sounds.
type heldSound struct {
	Size int64  `json:"size"`
	Sum  string `json:"sha256"`
	Data []byte `json:"data,omitempty"` // the file, if it was small enough
}

const soundsPrefix = "sounds:"

// soundFile is what is remembered of a sound file that was looked for: enough to
// see that it has changed.
type soundFile struct {
	there bool
	size  int64
	time  time.Time
}

// openSound opens a sound file: one that was saved with the patch, else one of
// this machine, from the folder that the patch is or was in, from the user's sounds
// or a library.
func (r *reader) openSound(path string) (fs.File, error) {
	if h, ok := r.heldSounds[r.soundName(path)]; ok && h.Data != nil {
		return &memoryFile{bytes.NewReader(h.Data), h}, nil
	}
	folders := r.jail()
	if r.folder != "" {
		folders = append(folders, r.folder)
	}
	if dir := stage.UserSounds(); dir != "" {
		folders = append(folders, dir)
	}
	r.sounds[path] = soundFile{}
	file, err := openBelow(folders, path)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil {
		r.sounds[path] = soundFile{true, info.Size(), info.ModTime()}
	}
	return file, nil
}

// soundName is what a sound file is called in a state, "" for one that no other
// machine could have.
func (r *reader) soundName(path string) string {
	if rel, in := below(stage.UserSounds(), path); in && stage.UserSounds() != "" {
		return soundsPrefix + filepath.ToSlash(rel)
	}
	if names := r.names(path); len(names) > 0 {
		return names[0]
	}
	return ""
}

// usedSounds returns the sound files of the program by name, as many of them with
// their contents as a state may have, smaller ones first.
func (r *reader) usedSounds() map[string]heldSound {
	list := map[string]heldSound{}
	files := map[string][]byte{}
	for path, s := range r.opened {
		if name := r.soundName(path); name != "" {
			list[name] = heldSound{Size: s.Size, Sum: s.Sum}
			files[name] = s.File
		}
	}
	names := slices.SortedFunc(maps.Keys(list), func(a, b string) int {
		return cmp.Or(cmp.Compare(list[a].Size, list[b].Size), cmp.Compare(a, b))
	})
	room := maxSoundsBytes
	for _, name := range names {
		if data := files[name]; data != nil && len(data) <= room {
			room -= len(data)
			h := list[name]
			h.Data = data
			list[name] = h
		}
	}
	return list
}

// soundNotes says what a musician must know of the sounds of a patch: which are
// not saved with it, and which are not what they were when it was saved.
func soundNotes(used, held map[string]heldSound) (notes []string) {
	for _, name := range slices.Sorted(maps.Keys(used)) {
		now := used[name]
		if was, ok := held[name]; ok && was.Sum != now.Sum {
			notes = append(notes, fmt.Sprintf("%s has changed since the patch was saved", name))
		}
		if now.Data == nil {
			notes = append(notes, fmt.Sprintf("%s (%d bytes) is too large to be saved with the patch; it is found again by its name", name, now.Size))
		}
	}
	return notes
}

// sameSounds reports whether every sound file that was looked for is as it was.
func (r *reader) sameSounds(was map[string]soundFile) bool {
	for path := range was {
		if file, err := r.openSound(path); err == nil {
			file.Close()
		}
	}
	return maps.Equal(r.sounds, was)
}

// memoryFile is a sound file out of a state.
type memoryFile struct {
	*bytes.Reader
	held heldSound
}

// Identity names the contents.
func (f *memoryFile) Identity() string {
	return fmt.Sprintf("held:%s:%d", f.held.Sum, len(f.held.Data))
}

func (f *memoryFile) Close() error               { return nil }
func (f *memoryFile) Stat() (fs.FileInfo, error) { return memoryInfo{f.held}, nil }

// memoryInfo describes a memoryFile.
type memoryInfo struct{ held heldSound }

func (i memoryInfo) Name() string       { return i.held.Sum }
func (i memoryInfo) Size() int64        { return int64(len(i.held.Data)) }
func (i memoryInfo) Mode() fs.FileMode  { return 0o444 }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return false }
func (i memoryInfo) Sys() any           { return nil }

var _ stage.Identified = (*memoryFile)(nil)

// hear remembers a sound that became part of the program.
func (r *reader) hear(path string, s *state.Sound) { r.opened[path] = s }
