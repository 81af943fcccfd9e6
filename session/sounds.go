package session

import (
	"io/fs"
	"maps"
	"time"

	"mmm/compiler/stage"
)

// soundFile is what is remembered of a sound file that was looked for: enough to
// see that it has changed.
type soundFile struct {
	there bool
	size  int64
	time  time.Time
}

// openSound opens a sound file of this machine: of the folder that the patch is
// or was in, the user's sounds or a library. Unlike texts, sounds of a patch out
// of a saved state are those in that folder here: they are not part of the state.
func (r *reader) openSound(path string) (fs.File, error) {
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

// sameSounds reports whether every sound file that was looked for is as it was.
func (r *reader) sameSounds(was map[string]soundFile) bool {
	for path := range was {
		if file, err := r.openSound(path); err == nil {
			file.Close()
		}
	}
	return maps.Equal(r.sounds, was)
}
