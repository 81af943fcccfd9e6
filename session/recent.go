package session

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"sync"
)

// maxRecent is how many builds the process remembers.
const maxRecent = 8

// build is a program that was compiled and built, for whoever wants the same.
type build struct {
	key [sha256.Size]byte
	out outcome
}

// builds are the latest builds of this process: a project opens many instances
// of few patches. What they hold does not change; each user gets a Code of its
// own.
type builds struct {
	lock sync.Mutex
	list []build // the latest at the end
}

var recent builds

// buildKey names what an edit is compiled from, but for the files on disk.
func buildKey(e edit, engine string) [sha256.Size]byte {
	h := sha256.New()
	put := func(text string) {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
		h.Write([]byte(text))
	}
	put(engine)
	put(e.name)
	put(e.path)
	put(e.text)
	if e.held != nil {
		put("held")
		for _, name := range slices.Sorted(maps.Keys(e.held)) {
			put(name)
			put(e.held[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.sounds)) {
		put(name)
		put(e.sounds[name].Sum)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// find returns the build of a key, if every file that was looked for for it is
// as it was.
func (b *builds) find(key [sha256.Size]byte, e edit) (outcome, bool) {
	b.lock.Lock()
	i := slices.IndexFunc(b.list, func(x build) bool { return x.key == key })
	if i < 0 {
		b.lock.Unlock()
		return outcome{}, false
	}
	x := b.list[i]
	b.list = append(slices.Delete(b.list, i, i+1), x)
	out := x.out.copy()
	b.lock.Unlock()
	r := newReader(e.path, len(e.text), e.held)
	r.heldSounds = e.sounds
	for path, was := range out.seen {
		now, err := r.read(path)
		if string(now) != was.text || (err == nil) != (was.err == nil) {
			out.code.Close()
			return outcome{}, false
		}
	}
	if !r.sameSounds(out.sounds) {
		out.code.Close()
		return outcome{}, false
	}
	return out, true
}

// add remembers a build, and forgets the one that nobody asked for for longest.
func (b *builds) add(key [sha256.Size]byte, out outcome) {
	out = out.copy()
	b.lock.Lock()
	defer b.lock.Unlock()
	b.list = slices.DeleteFunc(b.list, func(x build) bool {
		if x.key == key {
			x.out.code.Close()
		}
		return x.key == key
	})
	if len(b.list) >= maxRecent {
		b.list[0].out.code.Close()
		b.list = slices.Delete(b.list, 0, 1)
	}
	b.list = append(b.list, build{key, out})
}

// improved replaces the code of a build that was made quickly.
func (b *builds) improved(c *Code) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for i := range b.list {
		if old := b.list[i].out.code; old.Program == c.Program && old.Engine == c.Engine && old.wasm != nil {
			b.list[i].out.code = c.share()
			old.Close()
		}
	}
}

// copy returns an outcome for another user.
func (o outcome) copy() outcome {
	o.code = o.code.share()
	diags := *o.diags
	diags.All = slices.Clone(diags.All)
	o.diags = &diags
	o.files, o.seen = maps.Clone(o.files), maps.Clone(o.seen)
	o.sounds = maps.Clone(o.sounds)
	return o
}
