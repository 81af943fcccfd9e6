package export

import (
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"

	"mmm/compiler/mir"
	"mmm/session"
)

// pluginIDs are those of plugin/entry.cpp.
var pluginIDs = map[session.Kind]string{session.Instrument: "org.mmm.instrument", session.Effect: "org.mmm.effect"}

// Kind returns the plugin of the two that a patch is meant for. [any-thread]
func Kind(h Header, p *mir.Program) session.Kind {
	if instrument, _ := roles(h, p.Image.Ins > 0, readsNotes(p)); instrument {
		return session.Instrument
	}
	return session.Effect
}

// Preset returns a VST3 preset of mmm.vst3 that plays the patch file at path,
// which compiles, with every control at its default, and follows it. [any-thread]
func Preset(kind session.Kind, path string) ([]byte, error) {
	s := session.Open(kind, session.Host{}, path)
	defer s.Close()
	if status := s.Status(); !status.OK {
		return nil, errors.New(status.Message)
	}
	state, err := s.SaveState(session.Project)
	if err != nil {
		return nil, err
	}
	const head = 48 // bytes before the state
	out := append([]byte("VST3"), 1, 0, 0, 0)
	out = append(out, classID(pluginIDs[kind])...)
	out = binary.LittleEndian.AppendUint64(out, uint64(head+len(state)))
	out = append(out, state...)
	// the list of chunks: the state alone, which is the component's
	out = append(out, "List\x01\x00\x00\x00Comp"...)
	out = binary.LittleEndian.AppendUint64(out, head)
	return binary.LittleEndian.AppendUint64(out, uint64(len(state))), nil
}

// classID is the VST3 class that clap-wrapper makes of a CLAP id: its version 5
// UUID as a name of the DNS, in hexadecimal.
func classID(id string) string {
	dns := []byte{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	sum := sha1.Sum(append(dns, id...))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%X", sum[:16])
}
