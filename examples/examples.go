// Package examples holds the patches that come with mmm, on four shelves, and
// what their headers say of them.
//
// Input: the files beside this one, embedded. Output: their texts and headers.
// Invariants: every file of a shelf is a patch. Any thread.
package examples

import (
	"embed"
	"path"
	"strings"
)

//go:embed instruments/*.mmm effects/*.mmm generative/*.mmm learning/*.mmm
var files embed.FS

// Shelves names the folders in the order in which they are shown.
var Shelves = []string{"instruments", "effects", "generative", "learning"}

// Example is one patch of a shelf.
type Example struct {
	Shelf string // one of Shelves
	Name  string // file name without ".mmm"
	Text  string
	Header
}

// Path is the patch's file seen from the folder examples.
func (e Example) Path() string { return e.Shelf + "/" + e.Name + ".mmm" }

// Header is what the comment at the head of a patch says, in the format of
// docs/presets.md.
type Header struct {
	Title, Author, Description string
	Tags                       []string
}

// All returns the examples, shelf by shelf, by name.
func All() []Example {
	var list []Example
	for _, shelf := range Shelves {
		entries, err := files.ReadDir(shelf)
		if err != nil {
			panic(err) // the folder is named in the embed line
		}
		for _, entry := range entries {
			text, err := files.ReadFile(path.Join(shelf, entry.Name()))
			if err != nil {
				panic(err)
			}
			name := strings.TrimSuffix(entry.Name(), ".mmm")
			list = append(list, Example{shelf, name, string(text), ReadHeader(string(text))})
		}
	}
	return list
}

// ReadHeader reads the lines "// key: value" at the start of a patch's text. A
// description goes on over the lines after it, up to an empty comment or another
// key; other keys and other comments say nothing here.
func ReadHeader(text string) Header {
	var h Header
	key := ""
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(line, "//")
		if !ok {
			break
		}
		comment = strings.TrimSpace(comment)
		word, value, ok := strings.Cut(comment, ":")
		value = strings.TrimSpace(value)
		switch {
		case ok && h.set(word, value):
			key = word
		case comment == "" || ok && strings.HasPrefix(word, "note "):
			key = ""
		case key == "description":
			h.Description += " " + comment
		}
	}
	return h
}

// set takes the value of a key; false for one that it does not know.
func (h *Header) set(key, value string) bool {
	switch key {
	case "title":
		h.Title = value
	case "author":
		h.Author = value
	case "description":
		h.Description = value
	case "tags":
		for _, tag := range strings.Split(value, ",") {
			if tag = strings.TrimSpace(tag); tag != "" {
				h.Tags = append(h.Tags, tag)
			}
		}
	default:
		return false
	}
	return true
}
