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

// ReadHeader reads the comment with which a text begins; docs/presets.md says what
// may stand there. plugin/patch_header.cpp reads the same for hosts that scan.
func ReadHeader(text string) (h Header) {
	key := "" // what the line before was about: a description goes on over lines
	for strings.HasPrefix(text, "//") {
		var line string
		line, text, _ = strings.Cut(text[2:], "\n")
		line = strings.Trim(line, " \t\r")
		word, value, colon := strings.Cut(line, ":")
		if !colon {
			word = ""
		}
		switch {
		case h.set(word, shown(strings.Trim(value, " \t\r"))):
			key = word
		case line == "" || strings.HasPrefix(word, "note "):
			key = ""
		case key == "description":
			h.Description += " " + shown(line)
		}
	}
	return h
}

// set takes the value of a key; false for a key that hosts do not show.
func (h *Header) set(key, value string) bool {
	switch key {
	case "title":
		h.Title = value
	case "author":
		h.Author = value
	case "description":
		h.Description = value
	case "plugin":
		h.Instrument = value == "instrument" || value == "both"
		h.Effect = value == "effect" || value == "both"
	case "tags":
		for _, tag := range strings.Split(value, ",") {
			if tag = strings.Trim(tag, " \t\r"); tag != "" {
				h.Tags = append(h.Tags, tag)
			}
		}
	default:
		return false
	}
	return true
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
