package export

import (
	"strings"
	"unicode/utf8"
)

// Header is what the comment at the head of a patch says of it.
type Header struct {
	Title, Author, Description string
	Tags                       []string
	Instrument, Effect         bool // what the patch says it is; neither: what its inputs and notes say
}

// ReadHeader reads the comment lines, "// key: value", with which a text begins.
// docs/export.md lists the keys.
func ReadHeader(text string) (h Header) {
	for strings.HasPrefix(text, "//") {
		var line string
		line, text, _ = strings.Cut(text[2:], "\n")
		key, value, found := strings.Cut(strings.Trim(line, " \t\r"), ":")
		if !found {
			continue
		}
		h.set(key, shown(strings.Trim(value, " \t\r")))
	}
	return h
}

func (h *Header) set(key, value string) {
	switch key {
	case "title":
		h.Title = value
	case "author":
		h.Author = value
	case "description":
		h.Description = strings.TrimPrefix(h.Description+" "+value, " ")
	case "plugin":
		h.Instrument = value == "instrument" || value == "both"
		h.Effect = value == "effect" || value == "both"
	case "tags":
		for _, tag := range strings.Split(value, ",") {
			if tag = strings.Trim(tag, " \t\r"); tag != "" {
				h.Tags = append(h.Tags, tag)
			}
		}
	}
}

// shown replaces what a host cannot show: bytes that are not UTF-8, control
// characters.
func shown(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 || r < 0x20 || r == 0x7f {
			b.WriteByte('?')
		} else {
			b.WriteString(text[:size])
		}
		text = text[size:]
	}
	return b.String()
}
