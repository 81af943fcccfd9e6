package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"mmm/compiler/mir"
	"mmm/params"
	"mmm/session"
	"mmm/state"
)

// Plugin is a patch as a plugin of its own.
type Plugin struct {
	ID       string // of the plugin, for the host's projects
	Name     string
	Author   string
	About    string
	Features []string // CLAP's words for what it is, and "mmm:TAG" for its tags
	Effect   bool     // has an audio input
	Controls []params.Control
	Unbound  []params.Control // controls for which a plugin has no parameter; they stay at their defaults
	voices   int
	packed   []byte
}

// New makes a plugin of a compiled program. name is its title where the header
// has none. An error is about the patch's run or its controls. [any-thread]
func New(p *mir.Program, h Header, name string) (*Plugin, error) {
	packed, unbound, err := session.Pack(p)
	if err != nil {
		return nil, err
	}
	controls := session.Controls(p)
	controls = controls[:len(controls)-len(unbound)]
	for _, c := range controls {
		for _, x := range []float64{c.Init, c.Min, c.Max} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("control %q: %v is no value or bound that a host can show", c.Path, x)
			}
		}
	}
	out := &Plugin{
		Name: h.Title, Author: h.Author, About: h.Description, Effect: p.Image.Ins > 0,
		Controls: controls, Unbound: unbound, voices: p.Voices(), packed: packed,
	}
	if out.Name == "" {
		out.Name = name
	}
	out.ID = identity(out.Author, out.Name)
	out.Features = features(h, out.Effect, readsNotes(p))
	return out, nil
}

// identity names a plugin by its author and title, so that a project finds it
// again when the patch was edited and exported once more.
func identity(author, name string) string {
	sum := sha256.Sum256([]byte(author + "\x00" + name))
	var slug strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			slug.WriteRune(r)
		case slug.Len() > 0 && !strings.HasSuffix(slug.String(), "-"):
			slug.WriteByte('-')
		}
	}
	word := strings.Trim(slug.String(), "-")
	if word == "" {
		word = "patch"
	}
	return fmt.Sprintf("org.mmm.patch.%.40s.%x", word, sum[:4])
}

// readsNotes reports whether notes reach a program.
func readsNotes(p *mir.Program) bool {
	return slices.ContainsFunc(p.Cues, func(q state.Cue) bool {
		return q.Kind <= state.CuePressure || q.Kind >= state.CueVoicePitch
	})
}

// roles returns what a patch is: what its header says, or else an effect if it has
// inputs, and an instrument if it reads notes or has none.
func roles(h Header, inputs, notes bool) (instrument, effect bool) {
	if h.Instrument || h.Effect {
		return h.Instrument, h.Effect
	}
	return !inputs || notes, inputs
}

// features returns CLAP's words for a patch.
func features(h Header, inputs, notes bool) []string {
	instrument, effect := roles(h, inputs, notes)
	var list []string
	if instrument {
		list = append(list, "instrument", "synthesizer")
	}
	if effect {
		list = append(list, "audio-effect")
	}
	list = append(list, "stereo")
	for _, tag := range h.Tags {
		list = append(list, "mmm:"+tag)
	}
	return list
}

// The end of a plugin file says that there is a patch, and how long it is.
const (
	endMagic    = "mmmpatch"
	endVersion  = 1
	endBytes    = 32
	metaVersion = 1
)

// File returns the plugin file: the template with the patch behind its end.
// [any-thread]
func (p *Plugin) File(template []byte) ([]byte, error) {
	if bytes.HasSuffix(template, []byte(endMagic)) {
		return nil, fmt.Errorf("the template contains a patch already")
	}
	payload := p.payload()
	out := append(bytes.Clone(template), payload...)
	out = binary.LittleEndian.AppendUint64(out, endVersion)
	out = binary.LittleEndian.AppendUint64(out, uint64(len(payload)))
	out = binary.LittleEndian.AppendUint64(out, checksum(payload))
	return append(out, endMagic...), nil
}

// checksum is FNV-1a over words of 64 bits: it finds damage, it protects from
// nobody.
func checksum(words []byte) uint64 {
	h := uint64(14695981039346656037)
	for ; len(words) >= 8; words = words[8:] {
		h = (h ^ binary.LittleEndian.Uint64(words)) * 1099511628211
		h ^= h >> 32
	}
	return h
}

// payload writes what plugin/patch/payload.cpp reads: the length of the
// description, the description, the packed program, which has the ranges; each
// ends at a multiple of 8 bytes.
func (p *Plugin) payload() []byte {
	var w writer
	w.number(metaVersion)
	w.text(p.ID)
	w.text(p.Name)
	w.text(p.Author)
	w.text(p.About)
	w.number(len(p.Features))
	for _, f := range p.Features {
		w.text(f)
	}
	effect := 0
	if p.Effect {
		effect = 1
	}
	w.number(effect)
	w.number(p.voices)
	w.number(len(p.Controls))
	for _, c := range p.Controls {
		w.text(c.Name())
		w.text(c.Module())
		w.text(c.Path)
		w.text(c.Unit)
		w.number(len(c.Labels))
		for _, l := range c.Labels {
			w.text(l)
		}
		w = binary.LittleEndian.AppendUint64(w, math.Float64bits(c.Init))
	}
	for len(w)%8 != 0 {
		w = append(w, 0)
	}
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(w)))
	return append(append(out, w...), p.packed...)
}

// writer appends what the reader in plugin/patch takes.
type writer []byte

func (w *writer) number(n int) { *w = binary.LittleEndian.AppendUint32(*w, uint32(n)) }

func (w *writer) text(s string) {
	w.number(len(s))
	*w = append(*w, s...)
}
